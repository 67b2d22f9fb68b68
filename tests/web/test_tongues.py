"""Languages of the pages: which are offered, how they write numbers and days, and names of another language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st

from tenring import language
from tenring.language import KNOWN
from tenring.screening.report.wording import LOCALES, formats
from tenring.web.core.middleware import DJANGO_TAGS
from tenring.web.core.tongues import marked


@pytest.fixture
def _all_offered() -> Iterator[None]:
    """A server that offers every language."""
    language.offer(["all"])
    with override_settings(LANGUAGES=[(tag, tag) for tag in DJANGO_TAGS.values()]):
        yield
    language.offer([])


def test_only_complete_languages_are_offered(visitor: Client) -> None:
    content = visitor.get("/").text
    assert 'hreflang="zh-Hans"' in content
    assert 'hreflang="ja"' not in content
    assert visitor.get("/?lang=ja").headers["Content-Language"] == "en"


@pytest.mark.usefixtures("_all_offered")
@pytest.mark.parametrize("tag", KNOWN)
def test_the_switch_keeps_the_page_and_its_question(visitor: Client, tag: str) -> None:
    answer = visitor.get(f"/search?q=paper&category=refrigerators&lang={tag}")
    assert answer.status_code == 200
    assert f'<html lang="{KNOWN[tag].html}">' in answer.text
    others = [one for one in KNOWN if one != tag]
    for other in others:
        assert f"/search?q=paper&amp;category=refrigerators&amp;lang={other}" in answer.text
    assert visitor.get("/search").headers["Content-Language"] == KNOWN[tag].html.lower()


@pytest.mark.usefixtures("_all_offered")
def test_a_language_in_preparation_says_how_far_it_is(visitor: Client) -> None:
    assert f"in preparation: {language.share('ja'):.0%}" in visitor.get("/").text


@pytest.mark.usefixtures("_all_offered")
def test_the_browser_is_asked_where_the_address_says_nothing() -> None:
    assert Client(headers={"accept-language": "ko-KR,ko;q=0.9"}).get("/").headers["Content-Language"] == "ko"
    assert Client(headers={"accept-language": "zh-TW"}).get("/").headers["Content-Language"] == "zh-hant"


def test_a_name_in_another_script_is_marked_with_its_language() -> None:
    language.use("en")
    assert marked("格力 <空调>") == '<span lang="zh-Hans">格力 &lt;空调&gt;</span>'
    assert marked("コピー用紙") == '<span lang="ja">コピー用紙</span>'
    assert marked("복사지") == '<span lang="ko">복사지</span>'
    assert marked("กระดาษ") == '<span lang="th">กระดาษ</span>'
    assert marked("Café <b>") == "Café <b>"  # plain: the template escapes it
    assert marked(None) == ""
    language.use("zh")
    assert marked("格力空调") == "格力空调"
    assert marked("コピー用紙") == '<span lang="ja">コピー用紙</span>'


@given(value=st.integers(-(10**15), 10**15), tag=st.sampled_from(sorted(LOCALES)))
def test_a_whole_number_is_written_as_babel_writes_it(value: int, tag: str) -> None:
    assert formats(tag).number(value) == format_decimal(value, locale=LOCALES[tag])


@pytest.mark.parametrize(
    ("tag", "day", "month", "money"),
    [
        ("en", "5 Mar 2020", "Mar 2020", "1,234.50"),
        ("zh", "2020年3月5日", "2020年3月", "1,234.50"),
        ("zh-Hant", "2020年3月5日", "2020年3月", "1,234.50"),
        ("ja", "2020/03/05", "2020年3月", "1,234.50"),
        ("fr", "5 mars 2020", "mars 2020", "1\xa0234,50"),
    ],
)
def test_days_months_and_money_are_written_as_the_language_does(tag: str, day: str, month: str, money: str) -> None:
    written = formats(tag)
    assert written.day(date(2020, 3, 5)) == day
    assert written.month("2020-03") == month
    assert written.money(Decimal("1234.5"), "CNY") == money
