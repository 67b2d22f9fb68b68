"""Verify many credentials on all cores: one on each line of a feed, the answers in its order, memory bounded.

    for answer in verify_many(lines_in(path), VerifierOf(settings, at), Question(on=today, at=at), workers=2):
        print(answer.number, answer.validity, answer.sentence)

Each worker process opens its verifier for itself, once. A line that is no credential is an answer like any other.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Final, Protocol

import pyarrow as pa

from tenring.language import current, use
from tenring.model.workers import Workers
from tenring.proof.answers import Validity
from tenring.proof.sentence import sentence
from tenring.proof.strict import LIMITS
from tenring.proof.verify import Question, Verifier

#: Names of files that hold one credential on each line end so.
LINES: Final = frozenset({".ndjson", ".jsonl"})
#: What a worker takes at a time: so many lines, or fewer when they are long.
BATCH: Final = 100
BATCH_BYTES: Final = 8 * 1024**2

_ASKED: Final = pa.schema([("number", pa.int64()), ("raw", pa.binary())])
_ANSWERED: Final = pa.schema(
    [
        ("number", pa.int64()),
        ("validity", pa.string()),
        ("check", pa.string()),
        ("code", pa.string()),
        ("reason", pa.string()),
        ("sentence", pa.string()),
    ]
)


@dataclass(frozen=True)
class Answered:
    """The answer for one line (1 = first): what it is as a whole, and which check decided it and why (None: valid)."""

    number: int
    validity: Validity
    check: str | None
    code: str | None
    reason: str | None
    sentence: str


class VerifierOpener(Hashable, Protocol):
    """Opens a verifier in whichever process needs it; picklable and hashable."""

    def __call__(self) -> Verifier:
        """The verifier.

        Raises:
            TenringError: it cannot be opened.
        """


@lru_cache(maxsize=2)
def _opened(opener: VerifierOpener) -> Verifier:
    return opener()


@dataclass(frozen=True)
class Verify:
    """A worker's task: the answers for a batch of lines. `language`: of reasons and sentences."""

    opener: VerifierOpener
    question: Question
    language: str = field(default_factory=current)

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The answers, in the order of the lines."""
        use(self.language)
        verifier = _opened(self.opener)
        numbers, raws = (batch.column(name).to_pylist() for name in _ASKED.names)
        answers = [self._one(verifier, *line) for line in zip(numbers, raws, strict=True)]
        return pa.RecordBatch.from_pylist(answers, _ANSWERED)

    def _one(self, verifier: Verifier, number: int, raw: bytes) -> dict[str, object]:
        answer = verifier.verify(raw, self.question)
        decided = answer.deciding
        return {
            "number": number,
            "validity": answer.validity.value,
            "check": decided.check.value if decided else None,
            "code": decided.code if decided else None,
            "reason": decided.reason if decided else None,
            "sentence": sentence(answer),
        }


def verify_many(
    lines: Iterable[tuple[int, bytes]], opener: VerifierOpener, question: Question, *, workers: int
) -> Iterator[Answered]:
    """The answer for each line, in their order.

    Args:
        lines: credentials as received, each with its number.
        opener: opens the verifier; the first time here, so that what hinders it is told at once.
        question: what is asked of each.
        workers: processes side by side; a single batch is answered here.

    Raises:
        TenringError: the verifier cannot be opened.
        EngineError: a worker ended before its work.
    """
    _opened(opener)
    task = Verify(opener, question)
    batches = _batches(lines)
    first = list(islice(batches, 2))
    if len(first) < 2 or workers < 2:  # noqa: PLR2004 - with one batch or one process there is nothing side by side
        yield from _told(map(task, chain(first, batches)))
        return
    with Workers(workers) as pool:
        yield from _told(pool.map(task, chain(first, batches)))


def lines_in(path: Path, limit: int = LIMITS.bytes) -> Iterator[tuple[int, bytes]]:
    """The credentials in a file of one on each line (JSON, a JSON text or a bare token), with the lines' numbers.

    Of a line of more than `limit` bytes only the beginning is read and given: enough to be refused as too large.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        number = 0
        while line := stream.readline(limit + 2):
            number += 1
            rest = line
            while not rest.endswith(b"\n") and (rest := stream.readline(limit)):
                pass
            if len(line) > limit and not line.endswith(b"\n"):
                yield number, line
            elif line.strip():
                yield number, bare(line)


def bare(text: bytes) -> bytes:
    """A token without the quotes that make it a JSON text."""
    return text.strip().removeprefix(b'"').removesuffix(b'"')


def _batches(lines: Iterable[tuple[int, bytes]]) -> Iterator[pa.RecordBatch]:
    held: list[tuple[int, bytes]] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line[1])
        if len(held) == BATCH or size > BATCH_BYTES:
            yield _batch(held)
            held, size = [], 0
    if held:
        yield _batch(held)


def _batch(lines: list[tuple[int, bytes]]) -> pa.RecordBatch:
    numbers, raws = zip(*lines, strict=True)
    return pa.RecordBatch.from_arrays([pa.array(numbers, pa.int64()), pa.array(raws, pa.binary())], schema=_ASKED)


def _told(batches: Iterable[pa.RecordBatch]) -> Iterator[Answered]:
    for batch in batches:
        for row in batch.to_pylist():
            yield Answered(**row | {"validity": Validity(row["validity"])})
