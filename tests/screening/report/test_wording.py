from __future__ import annotations

from decimal import Decimal

import pytest

from tenring import language
from tenring.screening.report import wording
from tenring.screening.report.wording import formats


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1234567.5", "CNY", "1,234,567.50"),
        ("-12.345", "EUR", "-12.34"),
        ("1234.5", "JPY", "1,234"),
        ("1.5", "XXX", "1.50"),
    ],
)
def test_money_has_the_digits_of_its_currency(amount: str, currency: str, text: str) -> None:
    assert formats("en").money(Decimal(amount), currency) == text


def test_what_is_not_known_is_never_written_as_zero() -> None:
    assert formats("en").money(None, "CNY") == "–"
    assert formats("en").share(None) == "not defined"
    assert formats("en").day(None) == "–"


def test_months_are_written_as_each_language_does() -> None:
    assert formats("en").month("2020-05") == "May 2020"
    assert formats("zh").month("2020-05") == "2020年5月"
    assert formats("en").month(None) == "no date"


def test_one_line_is_not_lines() -> None:
    assert (formats("en").lines(1), formats("en").lines(1200)) == ("1 line", "1,200 lines")


def test_speaking_a_language_ends_with_its_block() -> None:
    before = language.current()
    with wording.speaking("zh"):
        assert language.current() == "zh"
    assert language.current() == before


def test_words_that_nobody_told_us_are_shown_as_they_are() -> None:
    assert wording.verdict_name("rather_green") == "rather_green"
    assert wording.status_name(None) == "–"
    assert wording.mark_name(None) == "no mark"
