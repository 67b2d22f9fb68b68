"""Lines a page at a time: none twice, none left out, the unsure ones first where that is asked for."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenring.model import tables
from tenring.screening.differences import differences
from tenring.screening.listing import Order, Wanted, following, listing

MATCHES = pa.schema([("line_id", pa.string()), ("entry_id", pa.string()), ("score", pa.float64())])


def line(number: int, **fields: Any) -> dict[str, Any]:
    made = {"line_id": f"1.{number}", "source_file": "a.csv", "row": number, "currency": "CNY", "verdict": "missed"}
    amount = fields.pop("amount", 100)
    sure = {"category": "copy-paper", "category_by": "code", "category_score": 1.0}
    return {**made, **sure, "amount": None if amount is None else Decimal(amount), **fields}


def screening(folder: Path, *lines: dict[str, Any], near: dict[str, float] | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(lines), schema=tables.SCREENED_LINES), folder / "lines.parquet")
    pairs = [{"line_id": id_, "entry_id": "r:1", "score": score} for id_, score in (near or {}).items()]
    pq.write_table(pa.Table.from_pylist(pairs, schema=MATCHES), folder / "matches.parquet")
    return folder


def ids(folder: Path, **wanted: Any) -> list[str]:
    return [one.line_id for one in listing(folder, Wanted(**wanted)).lines]


def test_the_largest_amount_comes_first_and_lines_without_one_last(tmp_path: Path) -> None:
    folder = screening(tmp_path, line(1, amount=5), line(2, amount=None), line(3, amount=70), line(4, amount=-3))
    assert ids(folder) == ["1.3", "1.1", "1.4", "1.2"]


def test_amounts_of_different_currencies_are_not_compared(tmp_path: Path) -> None:
    yen = line(1, amount=900_000, currency="JPY")
    folder = screening(tmp_path, yen, line(2, amount=5), line(3, amount=70), line(4, amount=9, currency=None))
    assert ids(folder) == ["1.3", "1.2", "1.1", "1.4"]
    assert listing(folder, Wanted()).currencies == ("CNY", "JPY", "XXX")
    assert ids(folder, currency="JPY") == ["1.1"]


def test_what_a_person_said_is_sure_and_what_nothing_is_known_of_is_not(tmp_path: Path) -> None:
    folder = screening(
        tmp_path,
        line(1, verdict="green", rung="confirmed", score=1.0, category_by="confirmed"),
        line(2, verdict="green", rung="model", score=0.97),
        line(3, verdict="missed"),
        line(4, verdict="unclassified", category=None, category_by=None, category_score=0.02),
        line(5, verdict="missed", amount=1000),
        near={"1.3": 0.5, "1.5": 0.1},
    )
    assert ids(folder, order=Order.UNSURE) == ["1.5", "1.3", "1.4", "1.2", "1.1"]


def test_lines_are_found_by_all_words_and_by_verdict_and_category(tmp_path: Path) -> None:
    folder = screening(
        tmp_path,
        line(1, description="A4 copy paper", brand="Aldrune"),
        line(2, description="复印纸 A4", supplier="aldrune gmbh", verdict="green"),
        line(3, description="chair", category="chairs"),
    )
    assert ids(folder, text="ALDRUNE a4") == ["1.1", "1.2"]
    assert ids(folder, text="复印纸") == ["1.2"]
    assert ids(folder, text="%") == []
    assert ids(folder, verdict="green") == ["1.2"]
    assert ids(folder, category="chairs") == ["1.3"]
    found = listing(folder, Wanted(verdict="green", text="a4"))
    assert (found.count(), found.count("green"), found.count("missed")) == (2, 1, 1)
    assert found.categories == {"copy-paper": 2, "chairs": 1}


def test_a_text_of_the_visitor_is_never_part_of_the_question(tmp_path: Path) -> None:
    folder = screening(tmp_path, line(1, description="it's"))
    assert ids(folder, text="it's'); DROP TABLE line; --") == []
    assert ids(folder, text="it's") == ["1.1"]


AMOUNTS = st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=1, max_size=25)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=AMOUNTS, order=st.sampled_from(Order), size=st.integers(1, 7))
def test_pages_hold_every_line_once_in_the_order_of_the_whole(
    tmp_path: Path, amounts: list[int | None], order: Order, size: int
) -> None:
    made = [line(number, amount=amount, currency=("CNY", "EUR")[number % 2]) for number, amount in enumerate(amounts)]
    folder = screening(tmp_path, *made, near={f"1.{number}": number / 25 for number in range(len(made))})
    whole = ids(folder, order=order, limit=100)
    paged: list[str] = []
    after = None
    while True:
        page = listing(folder, Wanted(order=order, after=after, limit=size))
        paged += [one.line_id for one in page.lines]
        after = page.next
        if after is None:
            break
    assert paged == whole
    assert [following(folder, Wanted(order=order, after=one)) for one in whole] == [*whole[1:], None]


def test_a_page_behind_a_line_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert ids(screening(tmp_path, line(1)), after="9.9") == []


# differences


@pytest.fixture
def before(tmp_path: Path) -> Path:
    lines = [line(1, amount=5), line(2, amount=7, verdict="green", licence_id="r:1"), line(3), line(4, currency="EUR")]
    return screening(tmp_path / "before", *lines) / "lines.parquet"


def test_what_moved_from_one_verdict_to_another_is_told_with_its_money_in_each_currency(
    before: Path, tmp_path: Path
) -> None:
    lines = [line(1, amount=5, verdict="green"), line(2, amount=7, verdict="green", licence_id="r:2"), line(3)]
    after = screening(tmp_path / "after", *lines, line(4, currency="EUR", verdict="lapsed")) / "lines.parquet"
    found = differences(before, after)
    assert [(one.before, one.after, one.currency, one.lines, one.value) for one in found.moved] == [
        ("missed", "green", "CNY", 1, 5),
        ("missed", "lapsed", "EUR", 1, 100),
    ]
    assert (found.count, found.other_verdict) == (3, 2)
    assert [one.line_id for one in found.changed] == ["1.4", "1.1", "1.2"]


def test_the_same_answers_are_no_difference(before: Path) -> None:
    found = differences(before, before)
    assert (found.moved, found.changed, found.count) == ((), (), 0)
