"""Issuing for many licences at once, on all cores: good ones go through, bad ones are reported with their reasons.

Licences come as a folder of YAML files or as NDJSON, one on each line. Worker processes judge, build, check and sign;
this process gives out the places in the status lists, for those licences only that are carried by their judgement. Each
worker opens the key for itself: a private key is never sent from one process to another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol

import orjson
import pyarrow as pa

from tenring.catalogue import Catalogue
from tenring.exceptions import TenringError, UnusableInputError
from tenring.language import T, current, use
from tenring.model.sql import BatchFunction
from tenring.model.workers import Workers
from tenring.proof.credential.build import Issuing, conformity_credential
from tenring.proof.credential.granted import Granted, lines_of, read_licence, read_line
from tenring.proof.credential.written import WrittenIssuer
from tenring.proof.issue import StatusIndex, issue, status_entries, with_status
from tenring.proof.keys.signer import Signer
from tenring.proof.material import Material, Remembered
from tenring.proof.status import StatusBook
from tenring.rulebook.library import load_library
from tenring.rulebook.publish.names import Publication

#: Licences that a worker takes at a time, and that are held before they get their places together.
BATCH: Final = 100
CHUNK: Final = 2_000
SUFFIXES: Final = (".yml", ".yaml")

_ASKED: Final = pa.schema([("where", pa.string()), ("content", pa.binary())])
_BUILT: Final = pa.schema(
    [
        ("where", pa.string()),
        ("number", pa.string()),
        ("credential", pa.string()),
        ("document", pa.binary()),
        ("reason", pa.string()),
    ]
)
_PLACED: Final = pa.schema([*(_BUILT.field(name) for name in _BUILT.names), ("status", pa.string())])
_WRITTEN: Final = pa.schema([("where", pa.string()), ("number", pa.string()), ("reason", pa.string())])


class Opener(Hashable, Protocol):
    """Opens a key in whichever process needs it; picklable and hashable, and no private key itself."""

    def __call__(self) -> Signer:
        """The signer.

        Raises:
            KeyMaterialError: the key cannot be used.
        """


class MaterialOpener(Hashable, Protocol):
    """Opens material in whichever process needs it; picklable and hashable."""

    def __call__(self) -> Material:
        """The material."""


@dataclass(frozen=True)
class Basis:
    """What every licence of a run has in common. Everything in it can be sent to a worker.

    `on` is the day whose status of the criteria is published; `language` that of messages.
    """

    catalog: Path
    compiled: Path
    did: str
    issuer: WrittenIssuer
    on: date
    key: Opener
    archive: Opener | None
    material: MaterialOpener | None
    language: str = field(default_factory=current)

    @property
    def issuing(self) -> Issuing:
        """Who issues, by which catalogue; loaded once in each process."""
        return _loaded(self)


@lru_cache(maxsize=2)
def _loaded(basis: Basis) -> Issuing:
    use(basis.language)
    catalogue = Catalogue(basis.catalog)
    library = load_library(basis.catalog, basis.compiled)
    publication = Publication(library, catalogue.programmes, basis.on, basis.issuer.criteria)
    return Issuing(basis.did, basis.issuer, publication, catalogue.categories)


@lru_cache(maxsize=4)
def _opened(opener: Opener) -> Signer:
    return opener()


@lru_cache(maxsize=2)
def _material(opener: MaterialOpener) -> Material:
    """What every licence of this process is checked against: read, and held against its hash, once."""
    return Remembered(opener())


@dataclass(frozen=True)
class Rejected:
    """A licence that was not issued: where it stands, and why."""

    where: str
    reason: str


@dataclass(frozen=True)
class Run:
    """What became of many licences."""

    issued: int
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True)
class Build:
    """A worker's first task: judge licences and build their credentials."""

    basis: Basis
    folder: Path

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Credentials without status, or the reason why there is none."""
        return pa.RecordBatch.from_pylist(
            [self._one(row["where"], row["content"]) for row in batch.to_pylist()], _BUILT
        )

    def _one(self, where: str, content: bytes | None) -> dict[str, object]:
        row: dict[str, object] = {"where": where, "number": None, "credential": None, "document": None, "reason": None}
        try:
            granted = self._read(where, content)
            document = conformity_credential(granted, self.basis.issuing)
        except TenringError as error:
            return row | {"reason": str(error)}
        packed = orjson.dumps(document)
        return row | {"number": granted.written.number, "credential": document["id"], "document": packed}

    def _read(self, where: str, content: bytes | None) -> Granted:
        properties = self.basis.issuing.publication.library.properties
        if content is None:
            return read_licence(Path(where), properties)
        return read_line(content, properties, where=where, folder=self.folder)


@dataclass(frozen=True)
class Sign:
    """A worker's second task: check, sign and write credentials that have their places."""

    basis: Basis
    out: Path
    created: datetime

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The numbers of what was written, or the reason why it was not."""
        return pa.RecordBatch.from_pylist([self._one(row) for row in batch.to_pylist()], _WRITTEN)

    def _one(self, row: dict[str, Any]) -> dict[str, object]:
        basis = self.basis
        try:
            issue(
                with_status(orjson.loads(row["document"]), orjson.loads(row["status"])),
                _opened(basis.key),
                number=row["number"],
                out=self.out,
                created=self.created,
                archive=_opened(basis.archive) if basis.archive else None,
                material=_material(basis.material) if basis.material else None,
            )
        except TenringError as error:
            return {"where": row["where"], "number": row["number"], "reason": str(error)}
        return {"where": row["where"], "number": row["number"], "reason": None}


@dataclass(frozen=True)
class Statuses:
    """Where places in status lists come from, and how entries are written."""

    book: StatusBook
    base: str
    index: StatusIndex = StatusIndex.STRING


def issue_many(  # noqa: PLR0913 - each by keyword
    source: Path, basis: Basis, *, out: Path, created: datetime, statuses: Statuses | None, workers: int
) -> Run:
    """Issue credentials for all licences of a folder or an NDJSON file.

    Raises:
        UnusableInputError: the source is neither, or has no licence.
        IssueError: the status book cannot be written.
        EngineError: a worker ended before its work.
    """
    rejected: list[Rejected] = []
    issued = 0
    seen: dict[str, str] = {}
    folder = source if source.is_dir() else source.parent
    with _mapping(workers) as mapped:
        for chunk in _chunks(_asked(source), CHUNK):
            made = mapped(Build(basis, folder), _batches(chunk, _ASKED))
            good = list(_good((row for batch in made for row in batch.to_pylist()), seen, rejected))
            placed = _placed(good, basis.did, statuses, created)
            written = mapped(Sign(basis, out, created), _batches(placed, _PLACED))
            for row in (row for batch in written for row in batch.to_pylist()):
                if row["reason"] is None:
                    issued += 1
                else:
                    rejected.append(Rejected(row["where"], row["reason"]))
    if not issued and not rejected:
        raise UnusableInputError(T("there is no licence"), where=source, do=T("Name a folder of .yml files, or NDJSON"))
    return Run(issued, tuple(rejected))


Mapped = Callable[[BatchFunction, Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]


@contextmanager
def _mapping(workers: int) -> Iterator[Mapped]:
    """Batches are worked on by so many processes; by one: here."""
    if workers <= 1:
        yield map
        return
    with Workers(workers) as pool:
        yield pool.map


def _asked(source: Path) -> Iterator[dict[str, object]]:
    if source.is_dir():
        for path in sorted(source.iterdir()):
            if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
                yield {"where": str(path), "content": None}
        return
    for number, line in lines_of(source):
        yield {"where": T("{file}, line {line}", file=source, line=str(number)), "content": line}


def _good(built: Iterable[dict[str, str]], seen: dict[str, str], rejected: list[Rejected]) -> Iterator[dict[str, str]]:
    """What was built, but for a number that another licence of this run has: its files would take the other's place."""
    for row in built:
        if row["reason"] is not None:
            rejected.append(Rejected(row["where"], row["reason"]))
        elif row["number"] in seen:
            rejected.append(Rejected(row["where"], T("{where} has the same number", where=seen[row["number"]])))
        else:
            seen[row["number"]] = row["where"]
            yield row


def _placed(
    rows: Sequence[dict[str, str]], did: str, statuses: Statuses | None, created: datetime
) -> list[dict[str, object]]:
    """Each credential with its status entries; all places of a chunk are given out in one writing."""
    if statuses is None or not rows:
        return [{**row, "status": "[]"} for row in rows]
    names = [(row["credential"], row["number"]) for row in rows]
    places = statuses.book.enter_all(names, issuer=did, base=statuses.base, at=created)
    written = {name: json.dumps(status_entries(found, statuses.index)) for name, found in places.items()}
    return [{**row, "status": written[row["credential"]]} for row in rows]


def _chunks(rows: Iterable[dict[str, object]], size: int) -> Iterator[list[dict[str, object]]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _batches(rows: Sequence[dict[str, object]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for chunk in _chunks(rows, BATCH):
        yield pa.RecordBatch.from_pylist(chunk, schema)
