"""Amounts, quantities and currencies in the styles people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.screening.read.amounts import (
    AmbiguousNumberError,
    currency_of,
    decide_decimal,
    is_blank,
    parse_amount,
    parse_quantity,
    parse_typed,
    product,
    settle,
    unit_in_header,
)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("1,234.56", "1234.56", None),
        ("1.234,56", "1234.56", None),
        ("1 234,56", "1234.56", None),
        ("1\u202f234,56 €", "1234.56", "EUR"),
        ("￥12万元", "120000", "¥"),
        ("12.5 万元", "125000", "元"),
        ("3亿元", "300000000", "元"),
        ("人民币 5.25 万元", "52500", "CNY"),
        ("USD 1.2m", "1200000", "USD"),
        ("(500.00)", "-500", None),
        ("-500", "-500", None),
        ("500-", "-500", None),
        ("−12.50", "-12.5", None),
        ("€ 12'000.-", "12000", "EUR"),
        ("1,23,456.00", "123456", None),
        ("12 Mio. €", "12000000", "EUR"),
        ("746.0365万元(不含税)", "7460365", "元"),
        ("R$ 1.234,50", "1234.5", "BRL"),
        ("NT$1,000.00", "1000", "TWD"),
        ("１２３．４５", "123.45", None),
        ("0,123", "0.123", None),
        ("1234,567", "1234.567", None),
    ],
)
def test_an_amount_is_read_as_it_is_written(text: str, value: str, currency: str | None) -> None:
    amount = parse_amount(text)
    assert amount.value == Decimal(value)
    assert amount.currency == currency


@pytest.mark.parametrize(
    "text", ["公告未明确列示", "12-15万元", "5 kg", "5mm", "12 34", "1,2,3", "5 EUR USD", "2026年3月", "A4"]
)
def test_what_is_not_one_amount_stays_unread(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_amount(text)


def test_a_number_with_two_readings_needs_a_decision() -> None:
    with pytest.raises(AmbiguousNumberError):
        parse_amount("1,234")
    assert parse_amount("1,234", ".").value == 1234
    assert parse_amount("1,234", ",").value == Decimal("1.234")


def test_a_number_that_came_as_a_number_is_never_ambiguous() -> None:
    assert parse_typed("1.234").value == Decimal("1.234")
    assert parse_typed("1e+3").value == 1000


def test_a_refund_is_kept_and_noted() -> None:
    assert parse_amount("(500.00)").notes == ("negative: counted as a refund",)


def test_more_than_six_decimals_are_rounded_and_noted() -> None:
    amount = parse_amount("0.12345678")
    assert (amount.value, amount.notes) == (Decimal("0.123457"), ("rounded to six decimals",))


def test_an_amount_beyond_our_type_is_refused_not_cut() -> None:
    with pytest.raises(ValueError, match="too large"):
        parse_amount("9" * 23)
    with pytest.raises(ValueError, match="too large"):
        product(Decimal(10) ** 20, Decimal(1000))


def test_a_column_decides_its_decimal_sign_by_its_clear_numbers() -> None:
    assert decide_decimal(["1,234", "12,50"]).sign == ","
    assert decide_decimal(["1,234", "12.50", "1,234,567"]).sign == "."
    assert decide_decimal(["1,234"], fallback=",", because="usage").evidence == "usage"
    assert decide_decimal(["100", "200"]).sign is None
    assert decide_decimal(["1,50", "1.50"]).sign is None


def test_the_header_gives_factor_and_currency() -> None:
    unit = unit_in_header("预算金额（万元）")
    assert unit is not None
    assert (unit.factor, unit.currency) == (10_000, "元")
    assert unit_in_header("Betrag (EUR)").currency == "EUR"
    assert unit_in_header("契約金額（千円）").factor == 1000
    assert unit_in_header("Item (name)") is None


def test_a_shared_sign_is_settled_by_language_or_stays_open() -> None:
    assert settle("元", "zh") == "CNY"
    assert settle("元", "zh-Hant") is None
    assert settle("¥", "ja") == "JPY"
    assert settle("$", "en") is None
    assert settle("EUR", "zh") == "EUR"
    assert currency_of("人民币") == "CNY"
    assert currency_of("Chinese") is None


def test_blank_cells_are_blank_in_many_ways() -> None:
    assert all(is_blank(text) for text in (None, "", " - ", "N/A", "无", "—"))
    assert not is_blank("0")


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("500张/包", "500", "张/包"),
        ("12 台", "12", "台"),
        ("3箱", "3", "箱"),
        ("1,000 pcs", "1000", "pcs"),
        ("2.5", "2.5", None),
    ],
)
def test_a_quantity_brings_its_unit(text: str, value: str, unit: str | None) -> None:
    assert parse_quantity(text) == (Decimal(value), unit)


MONEY = st.decimals(min_value=Decimal("-999999999.99"), max_value=Decimal("999999999.99"), places=2)
STYLES = {
    "en": lambda value: f"{value:,.2f}",
    "de": lambda value: f"{value:,.2f}".translate(str.maketrans(",.", ".,")),
    "fr": lambda value: f"{value:,.2f}".replace(",", "\u202f").replace(".", ","),
    "ch": lambda value: f"{value:,.2f}".replace(",", "'"),
    "plain": lambda value: f"{value:.2f}",
    "brackets": lambda value: f"({-value:,.2f})" if value < 0 else f"{value:,.2f}",
    "euro before": lambda value: f"€ {value:,.2f}",
    "code after": lambda value: f"{value:,.2f} USD",
    "full-width": lambda value: f"{value:,.2f}".translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)}),
}


@given(MONEY, st.sampled_from(sorted(STYLES)))
def test_an_amount_written_in_any_style_is_read_back_the_same(value: Decimal, style: str) -> None:
    assert parse_amount(STYLES[style](value)).value == value


@given(st.integers(min_value=1, max_value=10**9), st.sampled_from(["万元", "万", "亿元"]))
def test_chinese_factors_are_exact(value: int, unit: str) -> None:
    factor = 10**8 if "亿" in unit else 10**4
    assert parse_amount(f"{value}{unit}").value == value * factor
