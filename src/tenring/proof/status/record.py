"""The status record: a small signed credential that says since when, and why, a credential's status changed.

Bits tell what is; the record tells what was, so that a purchase of last year can be judged by last year's status. Its
address follows from the list's address and the credential's id; nobody can list the records without knowing the ids.
Records are issued anew with every list, so that a copy from before a change is known for what it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.model.licence import Status
from tenring.proof.moment import moment, read_moment
from tenring.proof.strict import JsonObject

TYPE: Final = "LicenceStatusRecord"
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


def record(  # noqa: PLR0913 - the parts of one document
    *, address: str, issuer: str, credential: str, number: str, periods: Sequence[Period], at: datetime
) -> JsonObject:
    """The record of a credential, not yet signed: all periods, oldest first."""
    return {
        "@context": CONTEXT,
        "id": address,
        "type": ["VerifiableCredential", TYPE],
        "issuer": issuer,
        "validFrom": moment(at),
        "credentialSubject": {
            "id": credential,
            "type": "LicenceStatus",
            "licenceNumber": number,
            "periods": [
                {"licenceStatus": str(one.status), "since": moment(one.since), "reason": one.reason} for one in periods
            ],
        },
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
