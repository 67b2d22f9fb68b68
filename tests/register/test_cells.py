from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.register.cells import clean, read_date, read_decimal, read_gtin, read_market


def test_entities_and_repeated_spaces_are_resolved() -> None:
    assert clean("  ENERGY&nbsp;STAR&reg;\n  Pro ") == "ENERGY STAR® Pro"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05/08/2020", date(2020, 5, 8)),
        ("01/27/2012 12:00:00 AM", date(2012, 1, 27)),
        ("2020-05-08T00:00:00.000", date(2020, 5, 8)),
        ("31.02.2020", None),
        ("2020-13-01", None),
        ("soon", None),
    ],
)
def test_a_date_is_read_in_the_formats_of_its_list(text: str, day: date | None) -> None:
    formats = ("%m/%d/%Y", "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S.%f", "%d.%m.%Y", "%Y-%m-%d")
    assert read_date(text, formats) == day


@pytest.mark.parametrize("text", ["113/05/01", "113.5.1", "1130501", "民國113年5月1日"])
def test_years_of_the_republic_of_china_begin_in_1912(text: str) -> None:
    assert read_date(text, ("roc",)) == date(2024, 5, 1)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("297", "297"),
        ("1,234.50", "1234.50"),
        (".5", "0.5"),
        ("1.5e-3", "0.0015"),
        ("1,2", None),
        ("1.2.3", None),
        ("1e400", None),
        ("9" * 16, None),
        ("N/A", None),
        ("", None),
    ],
)
def test_a_number_is_read_without_guessing(text: str, number: str | None) -> None:
    assert read_decimal(text) == (Decimal(number) if number else None)


def test_a_decimal_comma_is_read_where_the_list_says_so() -> None:
    assert read_decimal("0,450", decimal_comma=True) == Decimal("0.450")
    assert read_decimal("1.234,5", decimal_comma=True) == Decimal("1234.5")


def test_a_upc_becomes_fourteen_digits() -> None:
    assert read_gtin("084691845638") == "00084691845638"
    assert read_gtin("195133146203") == "00195133146203"


@pytest.mark.parametrize("text", ["084691845639", "84691845638", "0000000000000", "1", "12345678901234567", "abc"])
def test_a_wrong_check_digit_or_length_is_no_gtin(text: str) -> None:
    assert read_gtin(text) is None


@given(st.text("0123456789", min_size=13, max_size=13).filter(lambda digits: digits.strip("0")))
def test_exactly_one_check_digit_in_ten_is_right(digits: str) -> None:
    assert sum(read_gtin(digits + check) is not None for check in "0123456789") == 1


@given(st.text())
def test_no_text_breaks_the_readers(text: str) -> None:
    read_decimal(clean(text))
    read_gtin(text)
    read_date(text, ("%Y-%m-%d", "roc"))


def test_markets_get_their_iso_code_where_we_are_sure() -> None:
    assert [read_market(name) for name in ("United States", "Taiwan", "Fiji", "Europe")] == ["US", "TW", "FJ", "Europe"]
