from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from register.toy import Toy, pen
from tenring.exceptions import SnapshotError
from tenring.model.licence import Status
from tenring.register.changes import Change, Moment, status_changes
from tenring.register.snapshot import Snapshot


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy.make(tmp_path)


def told(old: Snapshot, old_day: str, new: Snapshot, new_day: str) -> list[Change]:
    moments = Moment(old, date.fromisoformat(old_day)), Moment(new, date.fromisoformat(new_day))
    return list(status_changes(*moments))


def in_short(changes: list[Change]) -> set[tuple[str, str | None, str | None]]:
    return {
        (one.number, one.old.status.value if one.old else None, one.new.status.value if one.new else None)
        for one in changes
    }


def test_what_a_new_reading_says_otherwise_is_a_change_and_what_it_repeats_is_none(toy: Toy) -> None:
    usual = {"From": "2020-01-01", "Until": "2030-12-31"}
    toy.write("pens 2025-01-01.csv", pen("1", **usual), pen("2", **usual), pen("3", **usual))
    first = toy.build().snapshot
    toy.write(
        "pens 2025-02-01.csv",
        pen("1", **usual),
        pen("2", **usual, Status="Suspended", Since="2025-01-20", Reason="audit"),
        pen("4", **usual),
    )
    second = toy.build().snapshot
    changes = told(first, "2025-01-01", second, "2025-02-01")
    assert in_short(changes) == {("2", "active", "suspended"), ("3", "active", "delisted"), ("4", None, "active")}
    two = next(one for one in changes if one.number == "2")
    assert (two.programme, two.category, two.economy, two.brand) == ("toy-label", "pens", "NZ", "Inkling")
    assert two.new is not None
    assert (two.new.status, two.new.from_date, two.new.recorded_on) == (
        Status.SUSPENDED,
        date(2025, 2, 1),
        date(2025, 2, 1),
    )
    assert two.new.reason == "audit; the register says since 2025-01-20"


def test_a_day_that_comes_is_a_change_without_any_reading(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1", Until="2025-06-30"), pen("2", From="2025-07-01"), pen("3"))
    one = toy.build().snapshot
    assert told(one, "2025-06-29", one, "2025-06-30") == []
    assert in_short(told(one, "2025-06-30", one, "2025-07-01")) == {
        ("1", "active", "expired"),
        ("2", "not_begun", "active"),
    }
    assert in_short(told(one, "2025-01-01", one, "2025-12-31")) == {
        ("1", "active", "expired"),
        ("2", "not_begun", "active"),
    }


def test_a_day_that_came_is_told_with_the_reading_that_comes_after_it(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1", Until="2025-06-30"), pen("2"))
    first = toy.build().snapshot
    toy.write("pens 2025-08-01.csv", pen("1", Until="2025-06-30"), pen("2", Model="other"))
    second = toy.build().snapshot
    assert in_short(told(first, "2025-06-30", second, "2025-08-01")) == {("1", "active", "expired")}
    assert told(first, "2025-07-01", second, "2025-08-01") == []


def test_a_licence_that_was_renewed_in_time_did_not_change(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1", Until="2025-06-30"))
    first = toy.build().snapshot
    toy.write("pens 2025-06-01.csv", pen("1", Until="2026-06-30"))
    second = toy.build().snapshot
    assert told(first, "2025-06-01", second, "2025-07-15") == []


def test_step_by_step_gives_every_change_that_happened(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"), pen("2"))
    first = toy.build().snapshot
    toy.write("pens 2025-02-01.csv", pen("1", Status="Suspended"), pen("2"))
    second = toy.build().snapshot
    toy.write("pens 2025-03-01.csv", pen("1"), pen("2"))
    third = toy.build().snapshot
    assert told(first, "2025-01-01", third, "2025-03-01") == []
    assert in_short(told(first, "2025-01-01", second, "2025-02-01")) == {("1", "active", "suspended")}
    assert in_short(told(second, "2025-02-01", third, "2025-03-01")) == {("1", "suspended", "active")}


def test_samples_and_real_registers_are_not_compared(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"))
    real = toy.build().snapshot
    samples = toy.elsewhere(toy.settings.samples)
    samples.write("pens 2025-01-01.csv", pen("1"))
    invented = samples.build().snapshot
    with pytest.raises(SnapshotError, match="nothing in common"):
        told(real, "2025-01-01", invented, "2025-01-01")
