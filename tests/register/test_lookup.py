"""One licence looked up, counted over time, and found by what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from register.toy import Toy, pen
from tenring.register.figures import Moment, counts, over_time
from tenring.register.lookup import Database, active, alternatives, licence, licences
from tenring.register.measured import Order, Range, Wanted
from tenring.register.measured_read import read_measurements

ON = date(2025, 6, 1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    toy = Toy.make(tmp_path)
    toy.write(
        "pens 2025-06-01.csv",
        pen("1", Model="M-1;M-2", From="2024-01-01", Until="2026-12-31", Energy="10"),
        pen("2", Brand="Quill", From="2025-01-01", Until="2026-12-31", Energy="20.5"),
        pen("3", Brand="Quill", From="2025-02-01", Until="2026-12-31"),
        pen("4", Brand="Nib", From="2023-01-01", Until="2024-12-31", Energy="30"),
    )
    with toy.build().snapshot.connect() as opened:
        yield opened


def ids(db: Database) -> dict[str, str]:
    return dict(db.execute("SELECT number, licence_id FROM licences").fetchall())


def test_a_licence_has_all_that_the_register_says(db: Database) -> None:
    found = licence(db, ids(db)["1"])
    assert found is not None
    assert (found.number, found.brand, found.models) == ("1", "Inkling", ("M-1", "M-2"))
    assert found.valid_until == date(2026, 12, 31)
    assert [(one.property, one.value, one.unit) for one in found.properties] == [
        ("annual_energy_use", Decimal(10), "kWh/year")
    ]
    assert active(found, ON)
    assert not active(found, date(2023, 12, 31))
    assert not active(found, date(2027, 1, 1))


def test_several_come_in_the_order_asked_and_unknown_ones_are_left_out(db: Database) -> None:
    known = ids(db)
    assert [one.number for one in licences(db, [known["3"], "toy:none", known["1"], known["3"]])] == ["3", "1"]
    assert licence(db, "toy:none") is None


def test_alternatives_are_the_youngest_active_licence_of_each_other_brand(db: Database) -> None:
    own = licence(db, ids(db)["1"])
    assert own is not None
    assert [one.number for one in alternatives(db, own, ON)] == ["3"]
    assert [one.number for one in alternatives(db, own, date(2024, 6, 1))] == ["4"]


def test_licences_are_counted_whole_and_active(db: Database) -> None:
    (one,) = counts(db, ON)
    assert (one.programme, one.category, one.economy) == ("toy-label", "pens", "NZ")
    assert (one.licences, one.active) == (4, 3)


def test_the_past_is_counted_year_by_year_until_the_day(db: Database) -> None:
    assert over_time(db, "category", "pens", until=ON) == [
        Moment(date(2023, 1, 1), 1),
        Moment(date(2024, 1, 1), 2),
        Moment(date(2025, 1, 1), 2),
        Moment(ON, 3),
    ]
    assert over_time(db, "category", "none", until=ON) == []


def test_the_span_of_a_property_is_what_licences_state(db: Database) -> None:
    (one,) = read_measurements(db, "pens").spans
    assert (one.property, one.unit, one.licences) == ("annual_energy_use", "kWh/year", 3)
    assert (one.least, one.most) == (Decimal(10), Decimal(30))


@pytest.mark.parametrize(
    ("limits", "numbers"),
    [
        (Range("annual_energy_use", at_least=Decimal("20.5")), ["2"]),
        (Range("annual_energy_use", at_most=Decimal(10)), ["1"]),
        (Range("annual_energy_use", Decimal(0), Decimal(100)), ["2", "1"]),
        (Range("annual_energy_use", at_least=Decimal(25)), []),
    ],
)
def test_who_does_not_state_a_value_or_is_not_active_is_not_within(
    db: Database, limits: Range, numbers: list[str]
) -> None:
    known = ids(db)
    found = read_measurements(db, "pens").within(Wanted("pens", ON, ranges=(limits,)))
    assert list(found.ids) == [known[number] for number in numbers]
    assert found.total == len(numbers)


def test_an_order_puts_who_states_nothing_last(db: Database) -> None:
    known = ids(db)
    wanted = Wanted("pens", ON, order=Order("annual_energy_use", descending=True))
    assert list(read_measurements(db, "pens").within(wanted).ids) == [known[number] for number in ("2", "1", "3")]


def test_it_stays_among_the_licences_that_words_found_in_their_order(db: Database) -> None:
    known = ids(db)
    among = [known["2"], known["4"], known["1"]]
    assert list(read_measurements(db, "pens").within(Wanted("pens", ON, among=among)).ids) == [known["2"], known["1"]]
