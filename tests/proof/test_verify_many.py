"""Many credentials are verified: one on each line, the answers in their order, whatever stands in a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from proof.programme import NUMBER, TODAY, Programme, VerifierFrom
from tenring.exceptions import MaterialError
from tenring.proof import verify_many as module
from tenring.proof.answers import Validity
from tenring.proof.foreign import credentials_in
from tenring.proof.verify import Question, Verifier
from tenring.proof.verify_many import Answered, lines_in, verify_many
from trust_world import AT

QUESTION = Question(on=TODAY, at=AT)


@pytest.fixture
def programme() -> Programme:
    return Programme()


def asked(programme: Programme, lines: list[bytes], folder: Path, *, workers: int = 1) -> list[Answered]:
    file = folder / "feed.ndjson"
    file.write_bytes(b"\n".join(lines) + b"\n")
    opener = VerifierFrom.written(programme.world, folder / "published.json")
    return list(verify_many(lines_in(file), opener, QUESTION, workers=workers))


def test_each_line_gets_its_answer_whatever_its_form(programme: Programme, tmp_path: Path) -> None:
    token, archive = programme.token, programme.archive
    quoted = json.dumps(token.decode()).encode()
    altered = token.replace(b".", b".A", 1)
    answers = asked(programme, [token, archive, b"", quoted, b"nothing", altered], tmp_path)
    assert [one.number for one in answers] == [1, 2, 4, 5, 6]
    assert [one.validity for one in answers] == [*[Validity.VALID] * 3, *[Validity.INVALID] * 2]
    assert (answers[0].check, answers[0].code, answers[0].reason) == (None, None, None)
    assert NUMBER in answers[0].sentence
    assert answers[3].check == "well_formed"
    assert answers[3].reason


def test_worker_processes_answer_the_same_in_the_order_of_the_lines(programme: Programme, tmp_path: Path) -> None:
    token = programme.token
    lines = [token if number % 7 else b"{}" for number in range(3 * module.BATCH + 20)]
    alone, together = (asked(programme, lines, tmp_path, workers=count) for count in (1, 2))
    assert together == alone
    assert [one.number for one in together] == list(range(1, len(lines) + 1))
    assert sum(one.validity is Validity.VALID for one in together) == sum(line is token for line in lines)


def test_lines_are_read_as_they_are_asked_for(programme: Programme, tmp_path: Path) -> None:
    taken = 0

    def endless() -> object:
        nonlocal taken
        while True:
            taken += 1
            yield taken, b"{}"

    opener = VerifierFrom.written(programme.world, tmp_path / "published.json")
    answers = verify_many(endless(), opener, QUESTION, workers=1)  # type: ignore[arg-type]
    assert next(answers).number == 1
    assert taken <= 3 * module.BATCH


def test_a_line_that_is_too_long_is_refused_and_the_next_one_read(programme: Programme, tmp_path: Path) -> None:
    """Nor is its beginning taken for the whole, as when a token is followed by white space and something else."""
    token = programme.token
    longest = module.LIMITS.bytes
    long = token + b" " * longest + b"something else"
    answers = asked(programme, [long, b'{"a":"' + b"x" * (2 * longest) + b'"}', token], tmp_path)
    assert [one.validity for one in answers] == [Validity.INVALID, Validity.INVALID, Validity.VALID]
    assert all("larger than" in (one.reason or "") for one in answers[:2])


def test_registers_of_credentials_read_lines_in_the_same_way(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    file.write_bytes(b'{"a":1}\n\n"token"\n' + b"x" * 20)
    assert list(credentials_in(file)) == list(lines_in(file)) == [(1, b'{"a":1}'), (3, b"token"), (4, b"x" * 20)]
    assert list(lines_in(file, limit=10))[2] == (4, b"x" * 12)


def test_a_verifier_that_cannot_be_opened_is_told_before_any_line() -> None:
    with pytest.raises(MaterialError, match="no bundle"):
        next(verify_many([(1, b"{}")], _Closed(), QUESTION, workers=2))


class _Closed:
    """Opens nothing."""

    def __call__(self) -> Verifier:
        message = "no bundle"
        raise MaterialError(message)
