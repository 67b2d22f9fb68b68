"""The status record: a small signed credential that says since when, and why, a credential's status changed.

Bits tell what is; the record tells what was, so that a purchase of last year can be judged by last year's status. Its
address follows from the list's address and the credential's id; nobody can list the records without knowing the ids,
unless the issuer publishes an index of them, for those who check without a network. Records are issued anew with every
list, so that a copy from before a change is known for what it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.model.licence import Status
from tenring.proof.moment import moment, read_moment
from tenring.proof.strict import JsonObject

TYPE: Final = "LicenceStatusRecord"
INDEX_TYPE: Final = "LicenceStatusRecordIndex"
#: Records that an index names at most.
MOST_NAMED: Final = 5_000
_TERMS: Final = "urn:tenring:terms#"
_DATE: Final = "http://www.w3.org/2001/XMLSchema#dateTime"
CONTEXT: Final[list[object]] = [
    "https://www.w3.org/ns/credentials/v2",
    {
        TYPE: f"{_TERMS}{TYPE}",
        "LicenceStatus": f"{_TERMS}LicenceStatus",
        "licenceNumber": f"{_TERMS}licenceNumber",
        "periods": {"@id": f"{_TERMS}periods", "@container": "@list"},
        "licenceStatus": f"{_TERMS}licenceStatus",
        "since": {"@id": f"{_TERMS}since", "@type": _DATE},
        "reason": f"{_TERMS}reason",
    },
]
INDEX_CONTEXT: Final[list[object]] = [
    "https://www.w3.org/ns/credentials/v2",
    {
        INDEX_TYPE: f"{_TERMS}{INDEX_TYPE}",
        "StatusRecords": f"{_TERMS}StatusRecords",
        "records": {"@id": f"{_TERMS}records", "@container": "@list"},
    },
]
_NAME: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True)
class Period:
    """From `since` on (until the next period) a licence had this status, for this reason."""

    status: Status
    since: datetime
    reason: str


@dataclass(frozen=True)
class Record:
    """A record as read: all periods, oldest first, as its issuer knew them when it was issued."""

    issued: datetime
    periods: tuple[Period, ...]


def record_address(list_address: str, credential: str) -> str:
    """Where the record of a credential lies: beside the lists that it names."""
    folder = list_address.rpartition("/")[0]
    return f"{folder}/records/{hashlib.sha256(credential.encode()).hexdigest()[:32]}"


def index_address(list_address: str) -> str:
    """Where the index of the records lies that are beside a list, if its issuer publishes one."""
    return f"{list_address.rpartition('/')[0]}/records/index"


def record_index(*, address: str, issuer: str, records: Iterable[str], at: datetime) -> JsonObject:
    """The index of records by their addresses, not yet signed. It names them and says nothing of them."""
    subject: JsonObject = {
        "id": address.rpartition("/")[0],
        "type": "StatusRecords",
        "records": sorted(one.rpartition("/")[2] for one in records),
    }
    return _credential(INDEX_TYPE, INDEX_CONTEXT, address, issuer, at, subject)


def read_record_index(document: JsonObject, *, address: str) -> tuple[str, ...]:
    """The addresses of the records that an index names, whose proof held. All lie beside it: it leads nowhere else.

    Raises:
        MalformedError: it is no such index, another one, or names too many.
    """
    subject = document.get("credentialSubject")
    if document.get("id") != address or INDEX_TYPE not in document.get("type", ()) or not isinstance(subject, dict):
        raise MalformedError(T("{address} is not the index of status records", address=address))
    names = subject.get("records")
    if not isinstance(names, list) or not all(isinstance(one, str) and _NAME.fullmatch(one) for one in names):
        raise MalformedError(T("the index of status records at {address} cannot be read", address=address))
    if len(names) > MOST_NAMED:
        raise MalformedError(
            T(
                "the index of status records at {address} names more than {most}",
                address=address,
                most=f"{MOST_NAMED:,}",
            )
        )
    folder = address.rpartition("/")[0]
    return tuple(f"{folder}/{name}" for name in dict.fromkeys(names))


def record(  # noqa: PLR0913 - the parts of one document
    *, address: str, issuer: str, credential: str, number: str, periods: Sequence[Period], at: datetime
) -> JsonObject:
    """The record of a credential, not yet signed: all periods, oldest first."""
    subject: JsonObject = {
        "id": credential,
        "type": "LicenceStatus",
        "licenceNumber": number,
        "periods": [
            {"licenceStatus": str(one.status), "since": moment(one.since), "reason": one.reason} for one in periods
        ],
    }
    return _credential(TYPE, CONTEXT, address, issuer, at, subject)


def _credential(  # noqa: PLR0913, PLR0917 - the parts of one document
    kind: str, context: list[object], address: str, issuer: str, at: datetime, subject: JsonObject
) -> JsonObject:
    return {
        "@context": context,
        "id": address,
        "type": ["VerifiableCredential", kind],
        "issuer": issuer,
        "validFrom": moment(at),
        "credentialSubject": subject,
    }


def read_record(document: JsonObject, *, address: str, credential: str) -> Record:
    """A record from its document, whose proof held.

    Raises:
        MalformedError: it is no such record, another one, or about another credential.
    """
    subject = document.get("credentialSubject")
    if document.get("id") != address or TYPE not in document.get("type", ()) or not isinstance(subject, dict):
        raise MalformedError(T("{address} is not the status record", address=address))
    if subject.get("id") != credential:
        raise MalformedError(T("the status record at {address} is about another credential", address=address))
    try:
        periods = tuple(
            Period(Status(one["licenceStatus"]), read_moment(one["since"], "since"), str(one["reason"]))
            for one in subject["periods"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedError(T("the status record at {address} cannot be read", address=address)) from error
    if not periods or list(periods) != sorted(periods, key=lambda one: one.since):
        raise MalformedError(T("the status record at {address} cannot be read", address=address))
    return Record(read_moment(document.get("validFrom"), "validFrom"), periods)


def status_at(periods: Sequence[Period], at: datetime) -> Status:
    """The status at a moment. Before the first period the credential itself says what held, and nothing against it."""
    return next((period.status for period in reversed(periods) if period.since <= at), Status.ACTIVE)
