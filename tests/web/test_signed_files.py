from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from tenring.settings import Settings
from tenring.web.accounts.models import User
from tenring.web.procurement import actions
from tenring.web.procurement.models import Screening, State
from tenring.web.procurement.signed import address, addresses

pytestmark = pytest.mark.django_db

SUMMARY = b'{"figures": "of a test"}'


@pytest.fixture(autouse=True)
def _own_uploads(home: Settings, tmp_path: Path) -> Iterator[None]:
    (tmp_path / "snapshots").symlink_to(home.snapshots)
    with override_settings(TENRING=replace(home, home=tmp_path)):
        yield


def screened(**fields: Any) -> Screening:
    """A screening that is done, with two files."""
    one = Screening.objects.create(
        file_name="p.csv", language="en", on=date(2026, 3, 1), **{"state": State.DONE} | fields
    )
    one.result.mkdir(parents=True)
    (one.result / "summary.json").write_bytes(SUMMARY)
    (one.result / "lines.csv").write_bytes(b"a,b\n")
    return one


def anybody() -> Client:
    return Client(headers={"accept-language": "en"})


def test_whoever_has_the_address_gets_the_file_without_a_session() -> None:
    found = addresses(screened(owner=User.objects.create_user("buyer")))
    assert set(found) == {"summary.json", "lines.csv"}
    answer = anybody().get(found["summary.json"])
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == SUMMARY
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.cookies


def test_the_file_is_not_had_without_it() -> None:
    one = screened()
    assert anybody().get(f"/files/{one.id}/summary.json").status_code == 404
    assert anybody().get(f"/screen/{one.id}/summary.json").status_code == 404


@pytest.mark.parametrize("part", ["until", "signature"])
def test_an_address_that_was_altered_leads_nowhere(part: str) -> None:
    good = addresses(screened())["summary.json"]
    value = re.search(rf"{part}=([^&]+)", good)
    assert value is not None
    last = "1" if value[1][-1] != "1" else "2"
    altered = good.replace(value[0], value[0][:-1] + last)
    assert anybody().get(altered).status_code == 404
    assert anybody().get(good.replace(value[0], f"{part}=")).status_code == 404


@pytest.mark.parametrize("until", ["9" * 40, "-1", "1e9", "٣٣", "\x00", "1764370800 "])
def test_no_moment_that_is_none_is_believed_even_when_it_is_signed(until: str) -> None:
    from tenring.web.procurement import signed  # noqa: PLC0415 - its inside, only here

    one = screened()
    asked = {"until": until, "signature": signed._signature(one.id, "summary.json", until)}  # noqa: SLF001
    assert anybody().get(f"/files/{one.id}/summary.json", asked).status_code == 404


def test_an_address_is_good_for_one_file_of_one_screening() -> None:
    one, other = screened(), screened()
    good = addresses(one)["summary.json"]
    assert anybody().get(good.replace("summary.json", "lines.csv")).status_code == 404
    assert anybody().get(good.replace(str(one.id), str(other.id))).status_code == 404
    assert anybody().get(good.replace(str(one.id), str(uuid4()))).status_code == 404


def test_an_address_ends_when_it_says_and_the_setting_says_when(home: Settings) -> None:
    one, now = screened(), timezone.now()
    over = anybody().get(address(one.id, "summary.json", now - timedelta(seconds=1)))
    assert over.status_code == 410
    assert "expired" in over.content.decode()
    with override_settings(TENRING=replace(home, home=one.folder.parents[1], file_minutes=5)):
        until = int(re.findall(r"until=(\d+)", addresses(one)["summary.json"])[0])
    assert abs(datetime.fromtimestamp(until, now.tzinfo) - now - timedelta(minutes=5)) < timedelta(seconds=10)


def test_removing_the_screening_takes_its_addresses_back() -> None:
    one = screened()
    good = addresses(one)["summary.json"]
    actions.forget(one)
    assert anybody().get(good).status_code == 404


def test_a_file_that_is_being_made_anew_is_not_given() -> None:
    one = screened()
    good = addresses(one)["summary.json"]
    Screening.objects.filter(pk=one.pk).update(state=State.SCREENING)
    assert anybody().get(good).status_code == 404
    one.refresh_from_db()
    assert addresses(one) == {}


def test_nothing_but_files_of_the_result_has_an_address() -> None:
    one = screened()
    (one.result / "other.txt").write_text("inside", encoding="utf-8")
    until = timezone.now() + timedelta(minutes=1)
    for name in ("other.txt", "..", "%2e%2e"):
        assert anybody().get(address(one.id, name, until)).status_code == 404
    shutil.rmtree(one.result)
    assert anybody().get(address(one.id, "summary.json", until)).status_code == 404
