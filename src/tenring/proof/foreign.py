"""Credentials of other issuers enter the register by the same door as any list: as rows of a file, verified each.

A programme that publishes its licences as UNTP conformity credentials has a register like any other: a register.yml
that names the programme, and this adapter.py:

    CREDENTIALS = Credentials(Path(__file__).with_name("register.yml"))
    rows = CREDENTIALS.rows

Its files hold one credential (JSON-LD with a proof, or a JWT) or, as NDJSON, one on each line. Only what verifies
becomes a licence. One that was in order until its issuer suspended or withdrew it becomes a licence of that status,
from the reading that found it so: what was bought before then was bought while it held. Everything else is a rejected
row with its reason, so that rows always add up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa

from tenring.catalogue.categories import load_categories
from tenring.catalogue.programmes import Programme, load_programmes
from tenring.exceptions import MalformedError, ProofError, RegisterError
from tenring.language import T, current, use
from tenring.model.licence import Status
from tenring.model.workers import Workers
from tenring.proof.answers import Check, Finding, Outcome, Validity, Verification
from tenring.proof.credential.content import READ_VERSIONS, Content, is_conformity_credential, read_content
from tenring.proof.said import categories_of
from tenring.proof.securing import open_secured
from tenring.proof.strict import JsonLimits, JsonObject, read_json, read_object
from tenring.proof.verify_many import LINES, bare, lines_in
from tenring.register.adapter import LIST_SEPARATOR, Row
from tenring.register.definition import RegisterDefinition, load_register
from tenring.rulebook.publish.names import URN

if TYPE_CHECKING:
    from tenring.catalogue.categories import Categories
    from tenring.register.definition import ListDefinition

#: Whole files of more bytes are not read at once; NDJSON is read line by line.
MOST_BYTES = 64 * 1024**2
#: So many credentials are read here, and by a worker at a time; starting workers for fewer takes longer.
FEW = 500
#: Bytes of a rejected credential that are kept with its row.
MOST_SHOWN = 2_000
_GIVEN = pa.schema([("number", pa.int64()), ("raw", pa.binary())])
_READ = pa.schema([("number", pa.int64()), ("cells", pa.string()), ("unreadable", pa.string())])
#: Every row has all cells, so that a file of nothing but rejected rows has its columns, too.
_NOTHING = dict.fromkeys(
    ("number", "attestation", "holder", "brand", "name", "models", "gtins", "valid_from", "valid_until", "category",
     "criteria", "profile", "scheme", "issuer", "note", "status", "status_reason", "credential"),
    "",
)  # fmt: skip


Verify = Callable[[bytes, date], Verification]
"""The answer for one credential as it was received, on a day."""


@dataclass(frozen=True)
class _Verifying:
    verify: Verify
    on: date
    workers: int = 1


_VERIFYING: ContextVar[_Verifying | None] = ContextVar("verifying", default=None)


@contextmanager
def verifying(verify: Verify, on: date, *, workers: int = 1) -> Iterator[None]:
    """Registers of credentials that are built inside the block are verified so.

    Args:
        verify: asked about each credential. For several workers it can be pickled.
        on: the day of files whose names have none.
        workers: processes that verify large files side by side.
    """
    token = _VERIFYING.set(_Verifying(verify, on, workers))
    try:
        yield
    finally:
        _VERIFYING.reset(token)


@dataclass(frozen=True)
class Credentials:
    """Reads the credentials of the register whose `register.yml` is `definition`."""

    definition: Path

    depends_on_day: ClassVar = True
    """A credential may be suspended, or its issuer no longer recognised, while the file stays as it is."""

    def rows(self, path: Path, _listing: ListDefinition) -> Iterator[Row]:
        """A row for each credential of a file; one that cannot be relied on says why.

        Raises:
            RegisterError: the file cannot be read.
        """
        how, day = _VERIFYING.get(), self._register.read_on.in_name(path.name)
        found = credentials_in(path)
        few = list(islice(found, FEW))
        more = list(islice(found, 1))
        if how is None or how.workers <= 1 or not more:
            for number, raw in chain(few, more, found):
                yield self.row(number, raw, how, day)
            return
        reading = _Reading(self.definition, how, day, current())
        with Workers(how.workers) as pool:
            for batch in pool.map(reading, _batches(chain(few, more, found))):
                for one in batch.to_pylist():
                    yield Row(one["number"], json.loads(one["cells"]), unreadable=one["unreadable"])

    @cached_property
    def _register(self) -> RegisterDefinition:
        return load_register(self.definition)

    @cached_property
    def _programme(self) -> Programme:
        catalog = self.definition.parents[3]
        return load_programmes(catalog / "programmes")[self._register.programme]

    @cached_property
    def _categories(self) -> Categories:
        return load_categories(self.definition.parents[3] / "categories")

    def row(self, number: int, raw: bytes, how: _Verifying | None, day: date | None) -> Row:
        """The row of one credential. Its text is kept where it is rejected, as far as a person needs to see it."""
        text = {"credential": raw[:MOST_SHOWN].decode("utf-8", "replace")}
        try:
            document, unsecured = opened(raw)
        except ProofError as error:
            return Row(number, _NOTHING | text, unreadable=str(error))
        if not is_conformity_credential(document):
            return Row(number, _NOTHING | text, unreadable=T("it is no conformity credential"))
        content = read_content(document)
        several = T("its products are of several categories") if len(categories_of(document)) > 1 else None
        unfit = unsecured or self._unfit(content) or several
        status, why_not = (None, unfit) if unfit else _verified(raw, how, day)
        cells = _NOTHING | self._cells(content) | _status_cells(status) | (text if why_not else {})
        return Row(number, cells, unreadable=why_not)

    def _unfit(self, content: Content) -> str | None:
        """Why a credential cannot be a licence of this programme, whoever signed it."""
        if content.version not in READ_VERSIONS:
            return T("it is no conformity credential of UNTP {versions}", versions=", ".join(READ_VERSIONS))
        if content.scheme not in self.schemes:
            return T("its scheme is {scheme}, not that of this register", scheme=repr(content.scheme))
        if not content.whole:
            return T("it names no product model; batches, single pieces, facilities and firms are not in a register")
        if not content.models and not content.gtins:
            return T("its products have neither a model number nor a GTIN")
        return None if content.granted else T("it does not state that its product conforms")

    @cached_property
    def schemes(self) -> frozenset[str]:
        """The identifiers under which credentials name this programme: ours, and those the catalogue has as `untp`."""
        named = self._programme.identifiers.get("untp", ())
        return frozenset({f"{URN}programme/{self._programme.id}", *((named,) if isinstance(named, str) else named)})

    def _cells(self, content: Content) -> dict[str, str]:
        first, last = content.first_day, content.last_day
        found = {
            "number": content.number,
            "attestation": content.attestation,
            "holder": content.holder,
            "brand": content.brands[0] if len(content.brands) == 1 else None,
            "name": content.name,
            "models": LIST_SEPARATOR.join(content.models),
            "gtins": LIST_SEPARATOR.join(content.gtins),
            "valid_from": first.isoformat() if first else None,
            "valid_until": last.isoformat() if last else None,
            "category": self._category(content),
            "criteria": content.profile_name or content.profile,
            "profile": content.profile,
            "scheme": content.scheme,
            "issuer": content.issuer,
            "note": content.other_basis,
        }
        return {name: text or "" for name, text in found.items()}

    def _category(self, content: Content) -> str | None:
        """The category: as named by our scheme, else the one that a code of a scheme we know stands for."""
        if content.category is not None:
            return content.category
        found: set[str] = set()
        for address, code in content.codes:
            by_code = self._categories.by_code(address.rstrip("/").rpartition("/")[2], code)
            found.update(by_code[1] if by_code else ())
        return found.pop() if len(found) == 1 else None


#: The code of a status check that failed -> what the licence then is. Other codes are no statement of the issuer.
_ENDED = {
    "suspended": Status.SUSPENDED,
    "revoked": Status.WITHDRAWN,
    Status.SUPERSEDED: Status.SUPERSEDED,
    Status.EXPIRED: Status.EXPIRED,
}
#: What must have passed before the issuer's statement that it is suspended or withdrawn counts as the issuer's.
_BEFORE_STATUS = frozenset({Check.WELL_FORMED, Check.SIGNATURE, Check.KEY, Check.RECOGNITION})


def _verified(raw: bytes, how: _Verifying | None, day: date | None) -> tuple[Finding | None, str | None]:
    """The finding that its issuer has ended it, if that is all there is against it; and why it is no licence."""
    if how is None:
        return None, T("it was not verified: no verifier is set up here")
    answer = how.verify(raw, day or how.on)
    if answer.validity is Validity.VALID:
        return None, None
    if (found := _ended(answer)) is not None:
        return found, None
    reason = answer.deciding.reason if answer.deciding else ""
    return None, T("it is not verified as valid ({answer}): {reason}", answer=answer.validity.value, reason=reason)


def _ended(answer: Verification) -> Finding | None:
    """The failed status check, where everything before it passed and nothing else failed or is unknown."""
    against = [one for one in answer.findings if one.outcome in {Outcome.FAILED, Outcome.UNKNOWN}]
    passed = {one.check for one in answer.findings if one.outcome is Outcome.PASSED}
    if len(against) != 1 or not passed >= _BEFORE_STATUS:
        return None
    (only,) = against
    is_statement = only.check is Check.STATUS and only.outcome is Outcome.FAILED and only.code in _ENDED
    return only if is_statement else None


def _status_cells(found: Finding | None) -> dict[str, str]:
    """Status and reason; the day is left open: the list says that it is so, not since when."""
    if found is None:
        return {"status": Status.ACTIVE.value}
    return {"status": _ENDED[found.code].value, "status_reason": found.reason}


@lru_cache(maxsize=8)
def _credentials(definition: Path) -> Credentials:
    return Credentials(definition)


@dataclass(frozen=True)
class _Reading:
    """A worker's task: rows of some credentials."""

    definition: Path
    how: _Verifying
    day: date | None
    language: str

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Number, cells as JSON, and why it cannot be relied on."""
        use(self.language)
        reader = _credentials(self.definition)
        rows = [reader.row(one["number"], one["raw"], self.how, self.day) for one in batch.to_pylist()]
        plain = [
            {"number": row.number, "cells": json.dumps(dict(row.cells)), "unreadable": row.unreadable} for row in rows
        ]
        return pa.RecordBatch.from_pylist(plain, _READ)


def _batches(found: Iterator[tuple[int, bytes]]) -> Iterator[pa.RecordBatch]:
    while chunk := list(islice(found, FEW)):
        yield pa.RecordBatch.from_pylist([{"number": number, "raw": raw} for number, raw in chunk], _GIVEN)


def opened(raw: bytes) -> tuple[JsonObject, str | None]:
    """The document of a credential as received, nothing of it believed; and why it has no signature, if it has none.

    Raises:
        MalformedError: it is no credential at all, or could be read in two ways.
    """
    try:
        return open_secured(raw).document, None
    except MalformedError as error:
        if not raw.lstrip().startswith(b"{"):
            raise
        document = read_object(raw)
        if "proof" in document or not is_conformity_credential(document):
            raise
        return document, str(error)


def credentials_in(path: Path) -> Iterator[tuple[int, bytes]]:
    """The credentials in a file, with the line or place of each (1 = first).

    NDJSON has one on each line, as a JSON object, a JSON text or a bare JWT; another file is one of these, or a JSON
    list of them.

    Raises:
        RegisterError: it cannot be read, or is too large.
    """
    try:
        if path.suffix.lower() in LINES:
            yield from lines_in(path)
            return
        if path.stat().st_size > MOST_BYTES:
            what = T("it is larger than {limit} bytes", limit=f"{MOST_BYTES:,}")
            raise RegisterError(what, where=path, do=T("Write it as NDJSON, one credential on each line"))
        whole = path.read_bytes().strip()
    except OSError as error:
        raise RegisterError(error.strerror or str(error), where=path) from error
    yield from _listed(whole)


def _listed(whole: bytes) -> Iterator[tuple[int, bytes]]:
    """One credential, or those of a JSON list, each as it would be received alone."""
    if not whole.startswith(b"["):
        yield 1, bare(whole)
        return
    try:
        found = read_json(whole, JsonLimits(bytes=MOST_BYTES))
    except MalformedError:
        yield 1, whole
        return
    for number, one in enumerate(found, 1):
        yield number, (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)).encode()
