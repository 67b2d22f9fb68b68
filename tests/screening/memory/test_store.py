"""Decisions are added, never changed, and survive whatever ends the process."""

from __future__ import annotations

import multiprocessing
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from screening.memory.makers import LICENCE, decision, die_while_writing, record_many
from tenring.exceptions import DecisionError
from tenring.screening.memory import Decided, Decisions, Subject


@pytest.fixture
def kept(tmp_path: Path) -> Decisions:
    return Decisions(tmp_path / "home" / "decisions.sqlite")


def test_what_is_recorded_comes_back_the_same(kept: Decisions) -> None:
    full = Subject("文字 text", "B", "M", "0123", "CEC-9", "cpv-2008", "30213000", "Computers")
    given = [decision(subject=full), decision(Decided.REJECTED, category="copy-paper")]
    kept.record(given)
    assert [recorded.decision for recorded in kept.history()] == given


def test_nothing_is_created_by_asking(kept: Decisions) -> None:
    assert kept.current() == []
    assert not kept.path.exists()


def test_a_later_decision_replaces_an_earlier_one_and_both_stay(kept: Decisions) -> None:
    kept.record([decision()])
    kept.record([decision(Decided.REJECTED, hours=1)])
    assert [r.decision.decided for r in kept.current()] == [Decided.REJECTED]
    assert len(kept.history()) == 2


def test_later_is_by_the_time_of_the_decision_not_of_its_recording(kept: Decisions) -> None:
    kept.record([decision(Decided.REJECTED, hours=5)])
    kept.record([decision(hours=1)])
    assert [r.decision.decided for r in kept.current()] == [Decided.REJECTED]


def test_undoing_leaves_nothing_decided_and_all_of_it_on_record(kept: Decisions) -> None:
    kept.record([decision(), decision(Decided.UNDONE, hours=1)])
    assert kept.current() == []
    assert len(kept.history()) == 2


def test_a_product_may_have_several_licences_but_one_category(kept: Decisions) -> None:
    other = type(LICENCE)("cn:2", "china-environmental-label", "CEC-2", "Qingyun", "QY-27")
    kept.record([decision(), decision(licence=other)])
    kept.record([decision(category="copy-paper"), decision(category="desktop-computers", hours=1)])
    current = [r.decision for r in kept.current()]
    assert [d.licence.number for d in current if d.licence] == ["CEC-1", "CEC-2"]
    assert [d.category for d in current if d.category] == ["desktop-computers"]


def test_the_same_words_share_a_decision_and_another_certificate_number_does_not(kept: Decisions) -> None:
    text = "Qingyun desktop computer QY-27"
    kept.record([decision(), decision(Decided.REJECTED, hours=1, subject=Subject(text=text.upper()))])
    assert len(kept.current()) == 1
    kept.record([decision(subject=Subject(text=text, certificate="CEC-77"))])
    assert len(kept.current()) == 2


def test_a_decision_recorded_twice_is_there_once(kept: Decisions) -> None:
    assert len(kept.record([decision(), decision()])) == 1
    assert kept.record([decision()]) == []
    assert len(kept.history()) == 1


@pytest.mark.parametrize("statement", ["UPDATE decision SET who = 'x'", "DELETE FROM decision"])
def test_the_file_itself_refuses_changes(kept: Decisions, statement: str) -> None:
    kept.record([decision()])
    with sqlite3.connect(kept.path) as connection, pytest.raises(sqlite3.IntegrityError, match="never"):
        connection.execute(statement)
    connection.close()


def test_a_failure_in_the_middle_leaves_nothing_of_it(kept: Decisions, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.record([decision()])
    row, calls = "tenring.screening.memory.store._INSERT", "INSERT INTO nowhere VALUES (" + "?, " * 26 + "?)"
    monkeypatch.setattr(row, calls)
    with pytest.raises(DecisionError, match="nowhere"):
        kept.record([decision(hours=1)])
    monkeypatch.undo()
    assert len(kept.history()) == 1


def started(function: object, *arguments: object) -> multiprocessing.Process:
    process = multiprocessing.get_context("spawn").Process(target=function, args=arguments)  # type: ignore[arg-type]
    process.start()
    return process


def test_two_processes_at_once_lose_nothing(kept: Decisions) -> None:
    processes = [started(record_many, kept.path, name) for name in ("a", "b")]
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert len(kept.history()) == 40


def test_a_writer_that_dies_leaves_what_was_recorded_before(kept: Decisions) -> None:
    kept.record([decision()])
    process = started(die_while_writing, kept.path)
    process.join()
    assert process.exitcode == 9
    assert [recorded.decision for recorded in kept.history()] == [decision()]
    kept.record([decision(hours=1)])
    assert len(kept.history()) == 2


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"who": " "}, "TENRING_WHO"),
        ({"why": ""}, "--why"),
        ({"why": "x" * 2001}, "longer than 2000"),
        ({"subject": Subject()}, "describes no product"),
        ({"licence": None}, "about a licence or about a category"),
        ({"at": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001 - that is the point
    ],
)
def test_an_incomplete_decision_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(DecisionError, match=message):
        decision(**fields)


def test_a_file_that_is_not_ours_is_left_alone(kept: Decisions) -> None:
    kept.path.parent.mkdir(parents=True)
    kept.path.write_bytes(b"something else entirely, and long enough to be looked at" * 50)
    with pytest.raises(DecisionError, match="cannot be read or written"):
        kept.record([decision()])
    kept.path.unlink()
    with sqlite3.connect(kept.path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(DecisionError, match="another database"):
        kept.record([decision()])


def test_a_file_of_a_later_version_is_refused(kept: Decisions) -> None:
    kept.record([decision()])
    with sqlite3.connect(kept.path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(DecisionError, match="another version"):
        kept.history()
