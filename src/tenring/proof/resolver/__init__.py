"""Identity resolver: from a product's identifier to its certificates, passport and criteria, as a linkset (RFC 9264).

Who reads what:

- `asked` reads an address: a GS1 Digital Link, `/licence/PROGRAMME/NUMBER` or `/product/BRAND/MODEL`.
- `links` says what a link is, and which relations there are; `register`, `issued` and `noted` find links: in the
  register snapshot, among issued credentials, in a file of one's own.
- `answer` makes the linkset, chooses one link where one is asked for, and answers as HTTP does, without a web server.

Sources: UNTP 0.7 Identity Resolver, GS1-Conformant Resolver 1.2, RFC 9264, RFC 8288, ISO/IEC 18975. A resolver proves
nothing; what it leads to is verified by `tenring.proof.verify`.
"""

from tenring.proof.resolver.answer import Answer, Request, Resolver
from tenring.proof.resolver.asked import Asked, Product, read_address
from tenring.proof.resolver.links import Found, Link, linkset

__all__ = ["Answer", "Asked", "Found", "Link", "Product", "Request", "Resolver", "linkset", "read_address"]
