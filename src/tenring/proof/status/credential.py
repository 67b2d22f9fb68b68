"""The credential that holds a status list (Bitstring Status List 1.0, section 2.2): made by us, read from others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.moment import moment, read_moment
from tenring.proof.status.bitstring import Bitstring
from tenring.proof.status.purposes import MESSAGE_SIZE, Purpose, message_table
from tenring.proof.strict import JsonObject

TYPE: Final = "BitstringStatusListCredential"
SUBJECT: Final = "BitstringStatusList"
_BASE: Final = "https://www.w3.org/ns/credentials/v2"
#: Milliseconds; a longer time to live (30 years) cannot be meant, and would not fit into a date.
_LONGEST_TTL: Final = 10**12
_VOCABULARY: Final = "https://www.w3.org/ns/credentials/status#"
#: Terms that the specification asks for in a list of messages and that the context of credentials does not have.
_MESSAGE_TERMS: Final = {
    "statusSize": f"{_VOCABULARY}statusSize",
    "statusMessages": {
        "@id": f"{_VOCABULARY}statusMessage",
        "@context": {"status": f"{_VOCABULARY}status", "message": f"{_VOCABULARY}message"},
    },
}


@dataclass(frozen=True)
class StatusList:
    """A list as read: who issued it, under which address, from when to when, for which purposes."""

    address: str
    issuer: str
    purposes: frozenset[str]
    bits: Bitstring
    valid_from: datetime | None
    valid_until: datetime | None
    ttl: timedelta | None
    size: int | None = None
    """Bits of an entry, where the list says so."""


def write_list(  # noqa: PLR0913 - the parts of one document
    *, address: str, issuer: str, purpose: str, bits: Bitstring, at: datetime, until: datetime, ttl: timedelta
) -> JsonObject:
    """The credential of a list, not yet signed."""
    message = purpose == Purpose.MESSAGE
    subject: JsonObject = {
        "id": f"{address}#list",
        "type": SUBJECT,
        "statusPurpose": purpose,
        "encodedList": bits.encoded(),
        "ttl": int(ttl.total_seconds() * 1000),
    }
    if message:
        subject |= {"statusSize": MESSAGE_SIZE, "statusMessages": message_table()}
    return {
        "@context": [_BASE, _MESSAGE_TERMS] if message else [_BASE],
        "id": address,
        "type": ["VerifiableCredential", TYPE],
        "issuer": issuer,
        "validFrom": moment(at),
        "validUntil": moment(until),
        "credentialSubject": subject,
    }


def read_list(document: JsonObject, address: str) -> StatusList:
    """A list from its credential, whose proof held; `address` is where it was looked for.

    Raises:
        MalformedError: it is no status list, another list than the one asked for, or breaks the specification.
    """
    subject = document.get("credentialSubject")
    if isinstance(subject, list) and len(subject) == 1:
        subject = subject[0]
    if not {"VerifiableCredential", TYPE} <= _words(document.get("type")) or not isinstance(subject, dict):
        raise MalformedError(T("{address} is not a status list", address=address))
    if SUBJECT not in _words(subject.get("type")):
        raise MalformedError(T("{address} is not a status list", address=address))
    if document.get("id") != address:
        # The specification lets a list have no id; such a list could be put in the place of another one.
        raise MalformedError(T("the status list at {address} does not say that it is this one", address=address))
    purposes = frozenset(_words(subject.get("statusPurpose")))
    size = subject.get("statusSize")
    if not purposes or (size is not None and type(size) is not int):
        raise MalformedError(T("the status list at {address} does not say its purpose or size", address=address))
    if Purpose.MESSAGE in purposes and size is None:
        raise MalformedError(T("the status list at {address} does not say its purpose or size", address=address))
    return StatusList(
        address=address,
        issuer=issuer_of(document),
        purposes=purposes,
        bits=Bitstring.read(subject.get("encodedList")),
        valid_from=_moment(document, "validFrom"),
        valid_until=_moment(document, "validUntil"),
        ttl=_ttl(subject.get("ttl"), address),
        size=size,
    )


def issuer_of(document: JsonObject) -> str:
    """The identifier of a credential's issuer.

    Raises:
        MalformedError: it names none.
    """
    issuer = document.get("issuer")
    name = issuer.get("id") if isinstance(issuer, dict) else issuer
    if not isinstance(name, str) or not name:
        raise MalformedError(T("a credential must name its issuer"))
    return name


def _words(value: object) -> set[str]:
    values = value if isinstance(value, list) else [value]
    return {word for word in values if isinstance(word, str)} if all(isinstance(w, str) for w in values) else set()


def _moment(document: JsonObject, term: str) -> datetime | None:
    return read_moment(document[term], term) if term in document else None


def _ttl(value: object, address: str) -> timedelta | None:
    if value is None:
        return None
    if type(value) is not int or value < 0:
        raise MalformedError(T("ttl of the status list at {address} is no time in milliseconds", address=address))
    return timedelta(milliseconds=min(value, _LONGEST_TTL))
