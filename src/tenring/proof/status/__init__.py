"""Status of credentials by bit strings (W3C Bitstring Status List 1.0).

Issuer's side: `StatusBook` gives each credential its places, records each change with its reason, and publishes signed
lists. Verifier's side: `StatusLists` (or `status_of` for one credential) reads them; what it cannot read is unknown.
"""

from tenring.proof.status.bitstring import MINIMUM, Bitstring
from tenring.proof.status.book import Change, Place, StatusBook
from tenring.proof.status.lists import (
    ProvenList,
    SeenInFile,
    SeenInMemory,
    SeenLists,
    StatusAnswer,
    StatusLists,
    status_of,
)
from tenring.proof.status.publish import Publication, publish_status
from tenring.proof.status.purposes import Purpose, bits_of, status_from_bits
from tenring.proof.status.record import Period

__all__ = [
    "MINIMUM",
    "Bitstring",
    "Change",
    "Period",
    "Place",
    "ProvenList",
    "Publication",
    "Purpose",
    "SeenInFile",
    "SeenInMemory",
    "SeenLists",
    "StatusAnswer",
    "StatusBook",
    "StatusLists",
    "bits_of",
    "publish_status",
    "status_from_bits",
    "status_of",
]
