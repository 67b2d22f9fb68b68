"""QR codes of links: as small as the link allows, as SVG."""

from __future__ import annotations

import io
from typing import Final
from urllib.parse import urlsplit

import segno

from tenring.language import T
from tenring.proof.strict import refuse

#: Error correction: 15 % of the code may be lost, by a fold or a stamp.
ERROR_CORRECTION: Final = "m"
#: Light modules around the code that readers need (ISO/IEC 18004).
QUIET: Final = 4
#: Longer links make codes that phones do not read from paper.
LONGEST: Final = 300


def qr_svg(link: str) -> bytes:
    """The QR code of an https link (a GS1 Digital Link or a plain one) as SVG, modules as one path.

    Raises:
        MalformedError: it is no https link, or too long to be read from paper.
    """
    if urlsplit(link).scheme.lower() != "https" or not link.isascii() or not link.isprintable() or " " in link:
        refuse(T("{link} is no https link that a QR code can open", link=link[:80]))
    if len(link) > LONGEST:
        refuse(T("the link has {length} characters; a QR code on paper holds {limit}", length=len(link), limit=LONGEST))
    code = segno.make_qr(shortest(link), error=ERROR_CORRECTION, boost_error=True)
    out = io.BytesIO()
    code.save(out, kind="svg", border=QUIET, xmldecl=False, svgclass=None, lineclass=None, omitsize=True)
    return out.getvalue()


def shortest(link: str) -> str:
    """The same link with scheme and host in capitals where all the rest allows QR's denser alphanumeric mode.

    Scheme and host mean the same in either case (RFC 3986, section 6.2.2.1); UNTP recommends capitals.
    """
    scheme, _, rest = link.partition("://")
    host, slash, path = rest.partition("/")
    capitals = f"{scheme.upper()}://{host.upper()}{slash}{path}"
    return capitals if path == path.upper() and segno.make_qr(capitals).mode == "alphanumeric" else link
