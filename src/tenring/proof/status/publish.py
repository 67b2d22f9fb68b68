"""Publishing status lists and records: all are signed first, then each file takes its place by a rename."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tenring.exceptions import IssueError
from tenring.language import T
from tenring.proof.files import write_whole
from tenring.proof.keys.public import Algorithm
from tenring.proof.keys.signer import Signer
from tenring.proof.securing import add_proof, sign_jwt
from tenring.proof.status.book import StatusBook
from tenring.proof.status.credential import write_list
from tenring.proof.status.record import MOST_NAMED, index_address, record, record_index
from tenring.proof.strict import JsonObject

#: How long a list is valid: as long as a stolen or old copy could be shown, so not long; publish more often than that.
VALID_FOR: Final = timedelta(days=2)
#: After which a verifier that has a network looks for a newer list.
TTL: Final = timedelta(hours=1)

Sign = Callable[[JsonObject], bytes]
"""Secures a credential with the issuer's key: the bytes to publish (vc+jwt, or JSON with a proof)."""


class Form(StrEnum):
    """How lists and records are secured."""

    JSON = "json"
    """JSON with an embedded eddsa-jcs-2022 proof."""
    JWT = "jwt"
    """vc+jwt."""


def signs_with(signer: Signer, at: datetime, form: Form | None = None) -> Sign:
    """Secures lists with a key of the issuer; without a form, the one that the kind of key has.

    Raises:
        IssueError: the kind of key does not sign in this form.
    """
    edwards = signer.key.algorithm is Algorithm.ED25519
    if form is Form.JSON and not edwards:
        raise IssueError(T("JSON is signed with Ed25519 keys only: use --form jwt"))
    if form is Form.JWT or not edwards:
        return lambda document: sign_jwt(document, signer).encode("ascii")
    return lambda document: json.dumps(add_proof(document, signer, created=at), ensure_ascii=False).encode("utf-8")


@dataclass(frozen=True)
class Publication:
    """What was published: addresses and the files that a web server has to serve there."""

    lists: dict[str, Path]
    records: dict[str, Path]
    at: datetime
    until: datetime


def publish_status(  # noqa: PLR0913 - whose, where, signed how, when, for how long
    book: StatusBook,
    issuer: str,
    out: Path,
    *,
    sign: Sign,
    at: datetime,
    valid_for: timedelta = VALID_FOR,
    ttl: timedelta = TTL,
    index: bool = False,
) -> Publication:
    """Publish all lists and records of an issuer below `out` (the root of the web server).

    With `index` also what names all records, so that bundles of others can take them along: anybody can then read of
    every licence whose status ever changed.

    Raises:
        IssueError: the issuer has no lists, or too many records for an index; the clock stands before the last
            publication; or a file cannot be written.
    """
    until = at + valid_for
    book.require_lists(issuer)
    open_lists = book.lists(issuer)
    records = {
        one.address: sign(
            record(
                address=one.address,
                issuer=issuer,
                credential=one.credential,
                number=one.licence,
                periods=one.periods,
                at=at,
            )
        )
        for one in book.records(issuer)
    }
    lists = {
        one.address: sign(
            write_list(
                address=one.address, issuer=issuer, purpose=one.purpose, bits=one.bits, at=at, until=until, ttl=ttl
            )
        )
        for one in open_lists
    }
    indexes = _indexes(issuer, (one.address for one in open_lists), records, sign, at) if index else {}
    paths = {address: _path(out, address) for address in (*records, *indexes, *lists)}
    book.note_issued(list(lists), at)
    # Records first: whoever sees a bit set finds the reason for it, and a record is never older than its list.
    for address, body in {**records, **indexes, **lists}.items():
        _write(paths[address], body)
    return Publication({name: paths[name] for name in lists}, {name: paths[name] for name in records}, at, until)


def _indexes(issuer: str, lists: Iterable[str], records: Iterable[str], sign: Sign, at: datetime) -> dict[str, bytes]:
    """For each folder of lists what names the records beside them, also when there are none yet."""
    named: dict[str, list[str]] = {index_address(address): [] for address in lists}
    for address in records:
        named[f"{address.rpartition('/')[0]}/index"].append(address)
    for address, found in named.items():
        if len(found) > MOST_NAMED:
            raise IssueError(
                T(
                    "{address} would name more than {most} records. Publish without an index: whoever has a "
                    "certificate and a network finds its record without one",
                    address=address,
                    most=f"{MOST_NAMED:,}",
                )
            )
    return {
        address: sign(record_index(address=address, issuer=issuer, records=found, at=at))
        for address, found in named.items()
    }


def _path(out: Path, address: str) -> Path:
    """Where a web server whose root is `out` takes the document of an address from."""
    parts = [part for part in urlsplit(address).path.split("/") if part]
    if not parts or {".", ".."} & set(parts):
        raise IssueError(T("{address} is no address below a web server's root", address=address))
    return out.joinpath(*parts)


def _write(path: Path, body: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, body)
    except OSError as error:
        raise IssueError(T("{path} cannot be written ({reason})", path=path, reason=error.strerror)) from error
