"""DIDs and the documents that publish keys: ours are written, others' are read strictly.

`find_method` is what a verifier asks: which key a DID URL names, for what, and since and until when.
"""

from tenring.proof.did.document import DidDocument, VerificationMethod, read_document
from tenring.proof.did.find import RESOLVED, document_of, find_method
from tenring.proof.did.names import did_jwk, did_key, did_web, did_web_address, did_web_path, split_did_url
from tenring.proof.did.publish import Published, did_document, jose_method

__all__ = [
    "RESOLVED",
    "DidDocument",
    "Published",
    "VerificationMethod",
    "did_document",
    "did_jwk",
    "did_key",
    "did_web",
    "did_web_address",
    "did_web_path",
    "document_of",
    "find_method",
    "jose_method",
    "read_document",
    "split_did_url",
]
