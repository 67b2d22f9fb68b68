"""A signature put on a credential, and taken off again: vc+jwt, SD-JWT, COSE, Data Integrity proofs.

`open_secured` reads any of them without believing a word; each of its proofs then says, for a public key that the
caller found and trusts, whether it holds. Nothing in the document or its headers ever chooses the key or the algorithm:
the algorithm is that of the key's own kind.

Sources: W3C VC-JOSE-COSE, VC Data Integrity, vc-di-eddsa, vc-di-ecdsa (all Recommendations of 2025-05-15); RFC 7515,
RFC 7519, RFC 8785, RFC 9052, RFC 9901.
"""

from tenring.proof.securing.cose import sign_cose
from tenring.proof.securing.integrity import add_proof
from tenring.proof.securing.jose import sign_jwt
from tenring.proof.securing.opening import open_secured
from tenring.proof.securing.sdjwt import sign_sd_jwt
from tenring.proof.securing.secured import Proof, Secured, SignatureAnswer

__all__ = [
    "Proof", "Secured", "SignatureAnswer", "add_proof", "open_secured", "sign_cose", "sign_jwt", "sign_sd_jwt",
]  # fmt: skip
