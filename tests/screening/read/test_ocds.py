"""OCDS packages: the most final stage counts, once."""

from __future__ import annotations

from typing import Any

from tenring.screening.read.entry import Entry, Stage
from tenring.screening.read.ocds import entries, is_package


def item(description: str, quantity: int, price: int | None) -> dict[str, Any]:
    value = {} if price is None else {"value": {"amount": price, "currency": "EUR"}}
    return {"id": description, "description": description, "quantity": quantity, "unit": {"name": "pc", **value}}


def value(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


def release(**parts: Any) -> dict[str, Any]:
    return {"ocid": "ocds-1", "id": "1", "date": "2026-03-01T00:00:00Z", "buyer": {"name": "City"}, **parts}


def only(value: object) -> Entry:
    (found,) = entries(value)
    return found


TENDER = {"id": "t", "title": "Paper", "value": value(1000)}
AWARD = {"id": "a", "title": "Paper", "value": value(900), "suppliers": [{"name": "Maker"}], "date": "2026-02-01"}
CONTRACT = {"id": "c", "awardID": "a", "value": value(880), "dateSigned": "2026-02-15"}


def test_a_contract_counts_and_its_award_and_tender_do_not() -> None:
    found = only({"releases": [release(tender=TENDER, awards=[AWARD], contracts=[CONTRACT])]})
    assert (found.amount, found.stage, found.supplier, found.date) == ("880", Stage.CONTRACT, "Maker", "2026-02-15")


def test_an_award_without_contract_counts_beside_one_with() -> None:
    other = {**AWARD, "id": "b", "value": value(50)}
    found = entries({"releases": [release(tender=TENDER, awards=[AWARD, other], contracts=[CONTRACT])]})
    assert [(one.amount, one.stage) for one in found] == [("880", Stage.CONTRACT), ("50", Stage.AWARD)]


def test_a_tender_counts_where_there_is_nothing_more() -> None:
    assert only(release(tender=TENDER)).stage is Stage.TENDER


def test_several_releases_of_one_process_are_merged() -> None:
    package = {"releases": [release(date="2026-02-01", awards=[AWARD]), release(date="2026-01-01", tender=TENDER)]}
    assert only(package).amount == "900"


def test_a_later_word_on_an_award_replaces_the_earlier() -> None:
    later = {"id": "a", "value": value(850)}
    package = {"releases": [release(date="2026-02-01", awards=[AWARD]), release(date="2026-03-01", awards=[later])]}
    assert only(package).amount == "850"


def test_items_whose_prices_add_up_become_lines() -> None:
    contract = {**CONTRACT, "items": [item("A4 paper", 100, 8), item("A3 paper", 10, 8)]}
    found = entries(release(awards=[AWARD], contracts=[contract]))
    assert [(one.description, one.amount) for one in found] == [("A4 paper", "800"), ("A3 paper", "80")]


def test_items_that_do_not_add_up_leave_the_value_on_one_line() -> None:
    contract = {**CONTRACT, "items": [item("A4 paper", 100, 80), item("A3 paper", 10, 8)]}
    found = only(release(awards=[AWARD], contracts=[contract]))
    assert found.amount == "880"
    assert found.note == "the prices of the items add up to 8080: the value of the whole is used"


def test_cancelled_contracts_are_told_and_not_counted() -> None:
    found = only(release(awards=[AWARD], contracts=[{**CONTRACT, "status": "cancelled"}]))
    assert found.skip == "status cancelled: nothing was bought"


def test_records_and_wrapped_packages_are_found() -> None:
    record = {"ocid": "ocds-1", "compiledRelease": release(awards=[AWARD])}
    for wrapped in (
        {"records": [record]},
        [record],
        {"meta": {}, "record": record},
        {"one": {"release": release(awards=[AWARD])}},
    ):
        assert is_package(wrapped)
        assert only(wrapped).amount == "900"
    assert not is_package([{"title": "Paper"}])
