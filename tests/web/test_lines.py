"""The lines of a screening on screen."""

from __future__ import annotations

import html
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client, override_settings

from tenring.settings import Settings
from tenring.web.accounts.models import User
from tenring.web.core.sources import tenring_settings
from tenring.web.procurement.models import Screening, State

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}


@pytest.fixture(autouse=True)
def _uploads(home: Settings, tmp_path: Path) -> Iterator[None]:
    """Uploads go to a folder of the test; work is done at once."""
    (tmp_path / "snapshots").symlink_to(home.snapshots)
    with override_settings(TENRING=replace(home, home=tmp_path), TASKS=AT_ONCE):
        yield


@pytest.fixture
def buyer() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.create_user("buyer"))
    return client


@pytest.fixture
def one(buyer: Client) -> Screening:
    """The sample purchases, screened."""
    with (tenring_settings().samples / "purchases.xlsx").open("rb") as file:
        answer = buyer.post("/screen/", {"file": file, "economy": "CN", "on": "2026-03-01"})
    found = Screening.objects.get(pk=answer.headers["Location"].split("/")[2])
    buyer.post(f"/screen/{found.id}/start")
    found.refresh_from_db()
    assert found.state == State.DONE
    return found


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_lines_are_listed_filtered_and_opened_with_all_that_the_answer_rests_on(buyer: Client, one: Screening) -> None:
    lines = f"/screen/{one.id}/lines/"
    page = text_of(buyer, lines)
    assert "506 lines" in page
    assert page.count('class="hit"') == 50
    page = text_of(buyer, f"{lines}?verdict=lapsed&text=机架式服务器&order=unsure")
    assert 'aria-current="true"' in page
    assert "how unsure the answer is, times the money" in page
    assert "澜柯 LK-R3733" in page
    page = text_of(buyer, f"{lines}1.1.363/?verdict=lapsed&text=机架式服务器")
    for told in (
        "purchases.xlsx, 采购明细, 363",
        "Servers",
        "by its code and its words",
        "Environmental-label products list for government procurement",
        "expired",
        "the answer rests on it",
        "the brands agree",
        "Next line",
    ):
        assert told in page, told
    assert "verdict=lapsed" in page  # back to the same list
    assert "No line is like this" in text_of(buyer, f"{lines}?text=nothing-like-this")
    assert "506 lines" in text_of(buyer, f"{lines}?verdict=purple&order=sideways&currency=")


def test_pages_of_lines_in_chinese_speak_chinese(buyer: Client, one: Screening) -> None:
    page = text_of(buyer, f"/screen/{one.id}/lines/?lang=zh")
    for told in ("采购行", "506 行", "金额大的在前", "错失"):
        assert told in page
    assert "如何" not in page
    assert "可能对应的许可" in text_of(buyer, f"/screen/{one.id}/lines/1.1.300/?lang=zh")


def test_licences_and_categories_are_searched_on_the_page_of_a_line(buyer: Client, one: Screening) -> None:
    line = f"/screen/{one.id}/lines/1.1.300/"
    page = text_of(buyer, f"{line}?find=LK-R3503")
    assert "澜柯 机架式服务器 · LK-R3503" in page
    assert text_of(buyer, f"{line}?kind=chair").index("Chairs") < len(page)
    assert "椅凳" in text_of(buyer, f"{line}?kind=椅&lang=zh")
    assert "Nothing found for" in text_of(buyer, f"{line}?kind=zzzz&lang=en")


def test_lines_are_there_only_when_the_work_is_done(buyer: Client, one: Screening) -> None:
    Screening.objects.update(state=State.SCREENING)
    assert buyer.get(f"/screen/{one.id}/lines/").status_code == 404
    assert buyer.get(f"/screen/{one.id}/changes").status_code == 404


def many(one: Screening, count: int) -> None:
    """As many lines as that, out of those that are there."""
    for name, key in (("lines", "line_id"), ("matches", "line_id")):
        path = one.result / f"{name}.parquet"
        table = pq.read_table(path)
        times = -(-count // 506)
        parts = []
        for number in range(times):
            ids = pa.array([f"{number}.{id_}" for id_ in table.column(key).to_pylist()])
            parts.append(table.set_column(table.schema.get_field_index(key), key, ids))
        pq.write_table(pa.concat_tables(parts), path)


def test_a_page_of_a_hundred_thousand_lines_is_answered_at_once(buyer: Client, one: Screening) -> None:
    """In processor seconds, which other work on the machine does not change: far below what a visitor waits for."""
    many(one, 100_000)
    lines = f"/screen/{one.id}/lines/"
    buyer.get(lines)
    for asked in ("", "?order=unsure", "?text=服务器&verdict=missed&order=unsure"):
        begun = time.process_time()
        page = text_of(buyer, lines + asked)
        took = time.process_time() - begun
        assert "lines" in page
        assert took < 2, asked
