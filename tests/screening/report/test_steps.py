from __future__ import annotations

from datetime import date as day
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.report.factory import CONTEXT, a_line, an_obligation, write_inputs
from tenring.exceptions import UnusableInputError
from tenring.model.verdict import Verdict
from tenring.screening.report.figures import Book, check_totals, listed_lines
from tenring.screening.report.steps import (
    COMPLETE,
    add_words,
    open_inputs,
    run_steps,
)
from tenring.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


DAY = day(2024, 5, 1)


def run(folder: Path, lines: list[dict[str, Any]], **inputs: Any) -> duckdb.DuckDBPyConnection:
    """The tables of a report on `lines`."""
    connection = open_inputs(write_inputs(folder, lines, **inputs), Settings())
    add_words(connection, CONTEXT)
    run_steps(connection)
    return connection


@st.composite
def any_line(draw: st.DrawFn) -> dict[str, Any]:
    return a_line(
        draw(st.sampled_from(list(Verdict))),
        draw(st.none() | st.decimals("-1e9", "1e9", places=6).map(str)),
        currency=draw(st.sampled_from(["CNY", "USD", None])),
        buyer=draw(st.sampled_from(["City of Fern", "~none", "none", None, "环州市"])),
        category=draw(st.sampled_from(["copy-paper", "chairs", None])),
        date=draw(st.none() | st.dates()),
    )


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(any_line(), max_size=30))
def test_figures_add_up_to_the_lines_exactly(tmp_path: Path, lines: list[dict[str, Any]]) -> None:
    connection = run(tmp_path, lines)
    check_totals(connection, tmp_path)
    book = Book(connection)
    for currency in book.currencies:
        mine = [line for line in lines if (line["currency"] or "XXX") == currency.code]
        total = sum((line["amount"] or Decimal(0) for line in mine), Decimal(0))
        verdicts = [book.sum(verdict, currency.code) for verdict in Verdict]
        assert sum((figure.value or Decimal(0) for figure in verdicts), Decimal(0)) == total
        assert sum(figure.lines for figure in verdicts) == len(mine)
        assert book.sum("all", currency.code).value == total


def test_a_verdict_that_no_figure_counts_stops_the_report(tmp_path: Path) -> None:
    connection = run(tmp_path, [a_line(), a_line("rather_green")])
    with pytest.raises(
        UnusableInputError, match=r"do not add up: 1 lines and 100\.000000 CNY over the verdicts, 2 lines"
    ):
        check_totals(connection, tmp_path)


def test_the_condition_of_every_sum_finds_as_many_lines_and_as_much_money_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyers = ("City of Fern", "O'Hara's", None, "环州市")
    lines = [
        a_line(verdict, amount, currency=currency, buyer=buyers[place % 4], date=date, category=category)
        for verdict in Verdict
        for place, currency in enumerate(("CNY", "EUR", None))
        for amount, date, category in (("1", None, "chairs"), (None, DAY, None), ("-7.5", DAY, "copy-paper"))
    ]
    met = [an_obligation(line, met=bool(place % 2)) for place, line in enumerate(lines[:5])]
    connection = run(tmp_path, lines, obligations=[*met, *(an_obligation(line, met=True) for line in lines[:5])])
    monkeypatch.chdir(tmp_path)
    sums = connection.execute("SELECT figure_id, lines_where, lines, value FROM figures WHERE numerator IS NULL")
    for figure, where, count, value in sums.fetchall():
        found = duckdb.sql(f"SELECT count(*), coalesce(sum(amount), 0) FROM 'lines.parquet' WHERE {where}").fetchall()
        assert found == [(count, found[0][1] if value is None else value)], (figure, where)


def test_a_share_of_next_to_nothing_is_not_defined(tmp_path: Path) -> None:
    lines = [a_line("green", "1000000000"), a_line("missed", "-999999999.999999")]
    book = Book(run(tmp_path, lines))
    assert book.sum("all", "CNY").value == Decimal("0.000001")
    share = book.share("green.of_all.value", "CNY")
    assert (share.value, share.numerator, share.denominator) == (None, "total.all.green.CNY", "total.all.all.CNY")
    assert book.share("green.of_all.lines").value == Decimal("0.5")


def test_a_share_names_the_sums_it_is_made_of(tmp_path: Path) -> None:
    lines = [a_line("green", "30"), a_line("missed", "30"), a_line("out_of_scope", "40")]
    book = Book(run(tmp_path, lines))
    of_scope, of_all = (book.share(f"green.of_{whole}.value", "CNY") for whole in ("in_scope", "all"))
    assert (of_scope.value, of_all.value) == (Decimal("0.5"), Decimal("0.3"))
    assert (of_scope.numerator, of_scope.denominator) == ("total.all.green.CNY", "total.all.in_scope.CNY")


def test_the_category_of_a_line_with_no_certified_product_still_counts_as_covered(tmp_path: Path) -> None:
    book = Book(run(tmp_path, [a_line("green"), a_line("none_available")]))
    assert book.share("green.of_in_scope.lines").value == Decimal("0.5")


def test_refunds_count_with_their_sign(tmp_path: Path) -> None:
    book = Book(run(tmp_path, [a_line("green", "100"), a_line("green", "-50"), a_line("missed", "50")]))
    assert book.sum("green", "CNY").value == 50
    assert book.share("green.of_in_scope.value", "CNY").value == Decimal("0.5")


@pytest.mark.parametrize("refund", ["-100", "-150"])
def test_a_share_of_nothing_or_less_is_not_defined(tmp_path: Path, refund: str) -> None:
    book = Book(run(tmp_path, [a_line("green", "100"), a_line("missed", refund)]))
    assert book.share("green.of_in_scope.value", "CNY").value is None
    assert book.share("green.of_in_scope.lines").value == Decimal("0.5")


def test_a_share_where_nothing_is_covered_is_not_defined(tmp_path: Path) -> None:
    book = Book(run(tmp_path, [a_line("out_of_scope"), a_line("unclassified", category=None)]))
    assert book.share("green.of_in_scope.lines").value is None
    assert book.share("green.of_all.value", "CNY").value == 0


def test_lines_without_an_amount_count_in_lines_only(tmp_path: Path) -> None:
    figure = Book(run(tmp_path, [a_line("green", None), a_line("green", "5")])).sum("green", "CNY")
    assert (figure.lines, figure.unpriced, figure.value) == (2, 1, 5)


def test_currencies_stay_apart_and_the_one_with_most_lines_is_first(tmp_path: Path) -> None:
    lines = [a_line(currency=currency) for currency in ("USD", "CNY", "CNY", None, None, None)]
    book = Book(run(tmp_path, lines))
    assert [currency.code for currency in book.currencies] == ["CNY", "USD", "XXX"]
    assert book.sum("all").value is None
    assert book.sum("all").lines == 6


def test_keys_that_look_alike_never_share_an_id(tmp_path: Path) -> None:
    lines = [a_line(buyer=buyer) for buyer in (None, "none", "~none", "None", "环州市", "环州 市")]
    rows = Book(run(tmp_path, lines)).top("buyer", "CNY", limit=10)
    assert len({row.key_id for row in rows}) == 6


def test_energy_labels_are_counted_apart_from_type_i_ecolabels(tmp_path: Path) -> None:
    lines = [a_line(programme_type=type_) for type_ in ("I", "energy", "energy", "it")]
    book = Book(run(tmp_path, lines))
    counted = {kind: book.sum("green", dimension="label_kind", key_id=kind).lines for kind in book.keys("label_kind")}
    assert counted == {"energy": 2, "type_i": 1, "other": 1}
    assert book.share("green.of_in_scope.lines", dimension="label_kind", key_id="type_i").value == Decimal("0.25")


def test_a_line_with_two_items_of_a_rule_is_met_only_if_both_are(tmp_path: Path) -> None:
    line = a_line()
    obligations = [an_obligation(line, met=True), an_obligation(line, met=False), an_obligation(a_line(), met=True)]
    book = Book(run(tmp_path, [line], obligations=obligations))
    where = {"dimension": "rule", "key_id": "priority:cn/environmental-label-list"}
    assert (book.sum("all", **where).lines, book.sum("not_met", **where).lines) == (1, 1)


def test_complete_dimensions_hold_every_line_once(tmp_path: Path) -> None:
    connection = run(tmp_path, [a_line(buyer=None), a_line("unclassified", category=None, supplier=None, date=None)])
    rows = connection.execute("SELECT dimension, sum(lines) FROM cells GROUP BY dimension").fetchall()
    assert all(dict(rows)[dimension] == 2 for dimension in COMPLETE)


def test_listed_lines_are_the_largest_of_their_figure(tmp_path: Path) -> None:
    lines = [a_line("green", str(amount)) for amount in (*range(60), -1000)]
    listed = listed_lines(run(tmp_path, lines), ["total.all.green.CNY", "total.all.missed.CNY"])
    amounts = [line.amount for line in listed["total.all.green.CNY"]]
    assert amounts[:2] == [-1000, 59]
    assert len(amounts) == 50
    assert listed["total.all.missed.CNY"] == []


def test_a_folder_with_signs_of_a_file_pattern_is_read_as_it_is(tmp_path: Path) -> None:
    assert Book(run(tmp_path / "report [1]*", [a_line()])).sum("all").lines == 1
