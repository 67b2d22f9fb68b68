"""Dates in the styles people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.screening.read.dates import SPREADSHEET_EPOCH, decide_order, is_financial, parse_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-05", date(2026, 3, 5)),
        ("2026年3月5日", date(2026, 3, 5)),
        ("2026.3.5", date(2026, 3, 5)),
        ("20260305", date(2026, 3, 5)),
        ("25/3/2026", date(2026, 3, 25)),
        ("3/25/26", date(2026, 3, 25)),
        ("5.3.2026", date(2026, 3, 5)),
        ("01-MAR-2019", date(2019, 3, 1)),
        ("12 de marzo de 2020", date(2020, 3, 12)),
        ("1er mars 2020", date(2020, 3, 1)),
        ("March 1, 2019", date(2019, 3, 1)),
        ("46000", date(2025, 12, 9)),
        ("2013-12-30 00:00:00 GMT", date(2013, 12, 30)),
        ("2026-08-22T12:24:04.941Z", date(2026, 8, 22)),
        ("2023-03-23+02:00", date(2023, 3, 23)),
        ("民國113年5月1日", date(2024, 5, 1)),
        ("113/05/01", date(2024, 5, 1)),
        ("令和6年3月1日", date(2024, 3, 1)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("H30.4.1", date(2018, 4, 1)),
        ("2026년 3월 5일", date(2026, 3, 5)),
    ],
)
def test_a_date_is_read_as_it_is_written(text: str, day: date) -> None:
    assert parse_date(text).day == day


@pytest.mark.parametrize("text", ["2026年3月", "2026年03月", "2026/3", "Mar-26", "２０２６年３月"])
def test_a_month_without_a_day_becomes_its_first_day_and_says_so(text: str) -> None:
    reading = parse_date(text)
    assert reading.day == date(2026, 3, 1)
    assert reading.note == "only a month given: taken as its first day"


@pytest.mark.parametrize("text", ["2025/26", "FY2025", "2017-18"])
def test_a_financial_year_is_not_a_date(text: str) -> None:
    with pytest.raises(ValueError, match="financial year"):
        parse_date(text)


def test_a_month_in_a_column_of_financial_years_is_one_too() -> None:
    assert parse_date("2010-11").day == date(2010, 11, 1)
    assert is_financial("2010-11", certain=False)
    with pytest.raises(ValueError, match="financial year"):
        parse_date("2010-11", financial=True)


@pytest.mark.parametrize("text", ["2026", "Q1 2026", "2026年3月至5月", "31/02/2020", "12/3/5", "soon", "1234567"])
def test_what_is_not_a_date_stays_unread(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_date(text)


def test_day_and_month_are_never_guessed() -> None:
    with pytest.raises(ValueError, match="two ways"):
        parse_date("5/3/2026")
    assert parse_date("5/3/2026", "day").day == date(2026, 3, 5)
    assert parse_date("5/3/2026", "month").day == date(2026, 5, 3)
    assert parse_date("5/5/2026").day == date(2026, 5, 5)


def test_a_column_shows_its_order_by_numbers_above_twelve() -> None:
    assert decide_order(["5/3/2026", "25/3/2026"], fallback=None, because="").first == "day"
    assert decide_order(["5/3/2026", "3/25/2026"], fallback=None, because="").first == "month"
    assert decide_order(["25/3/2026", "3/25/2026"], fallback="day", because="").first is None
    assert decide_order(["5/3/2026"], fallback="month", because="usage").evidence == "usage"
    assert decide_order(["2026-03-05"], fallback="day", because="usage").evidence == "no date needs it"


DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 12, 31))
STYLES = {
    "iso": lambda day: day.isoformat(),
    "chinese": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "korean": lambda day: f"{day.year}년 {day.month}월 {day.day}일",
    "minguo": lambda day: f"民國{day.year - 1911}年{day.month}月{day.day}日",
    "day first": lambda day: day.strftime("%d/%m/%Y"),
    "german": lambda day: day.strftime("%d.%m.%Y"),
    "named": lambda day: day.strftime("%d %B %Y"),
    "short": lambda day: day.strftime("%d-%b-%Y").upper(),
    "basic": lambda day: day.strftime("%Y%m%d"),
    "stamp": lambda day: f"{day.isoformat()}T23:59:59+08:00",
    "serial": lambda day: str((day - SPREADSHEET_EPOCH).days),
}


@given(DAYS, st.sampled_from(sorted(STYLES)))
def test_a_date_written_in_any_style_is_read_back_the_same(day: date, style: str) -> None:
    assert parse_date(STYLES[style](day), "day").day == day
