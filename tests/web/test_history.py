"""What is kept of screenings stays, and years are compared."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from tenring.screening.kept import Cell, KeptFigures, Tally
from tenring.settings import Settings
from tenring.web.accounts.models import Event, Membership, Organisation, User
from tenring.web.accounts.roles import Role
from tenring.web.procurement import actions, pictures
from tenring.web.procurement.models import Kept, Screening
from web.test_corrections import csv, sample, screened, signed_in  # noqa: F401 - `sample` is a fixture

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}


@pytest.fixture(autouse=True)
def _uploads(home: Settings, tmp_path: Path) -> Iterator[None]:
    """Uploads go to a folder of the test; work is done at once."""
    (tmp_path / "snapshots").symlink_to(home.snapshots)
    with override_settings(TENRING=replace(home, home=tmp_path), TASKS=AT_ONCE):
        yield


def kept(user: User, year: int, *cells: tuple[str | None, str, str, int], office: Organisation | None = None) -> Kept:
    made = tuple(
        Cell(category, verdict, currency, 1, 0, Decimal(value)) for category, verdict, currency, value in cells
    )
    day = timezone.now().date().replace(year=year, month=6, day=1)
    figures = KeptFigures(day, day, "CN", "20260101T000000", "v1", "0.1.0", sample=False, rows_left_out=0, cells=made)
    return Kept.objects.create(
        owner=None if office else user, organisation=office, name=f"purchases {year}", who="x", first_day=day,
        last_day=day, figures=figures.stored(),
    )  # fmt: skip


YEARS = (
    (2023, ("copy-paper", "green", "CNY", 20), ("chairs", "missed", "CNY", 70), (None, "unclassified", "CNY", 10)),
    (2024, ("copy-paper", "green", "CNY", 60), ("chairs", "missed", "CNY", 20), (None, "unclassified", "CNY", 20)),
)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_what_is_kept_stays_when_the_file_is_removed_and_says_what_the_report_says(
    sample: object,  # noqa: F811 - the fixture
) -> None:
    buyer = signed_in("buyer")
    one = screened(buyer, csv(sample.day, "qwxz 88"))  # type: ignore[attr-defined]  # a Sample
    buyer.post(f"/screen/{one.id}/keep", {"name": "Spring"})
    Screening.objects.filter(pk=one.pk).update(created_at=timezone.now() - timedelta(days=400))
    actions.forget_expired()
    one.refresh_from_db()
    assert one.expires_at is None
    assert "Kept as Spring" in text_of(buyer, f"/screen/{one.id}/")
    one_kept = Kept.objects.get()
    address = f"/screen/history/{one_kept.pk}/"
    page = text_of(buyer, address)
    assert "Its lines" in page
    assert "52,000.00" in page
    assert "92.0%" in page  # 52,000 of 56,500 are not known, and that is said beside the green share
    buyer.post(f"/screen/{one.id}/forget")
    assert "these figures stay" in text_of(buyer, address)
    assert buyer.post(f"{address}drop").status_code == 302
    assert not Kept.objects.exists()
    told = Event.objects.filter(what__in=["screening.kept", "screening.dropped"]).order_by("id")
    assert list(told.values_list("what", flat=True)) == ["screening.kept", "screening.dropped"]


def test_years_are_compared_with_what_drove_the_difference() -> None:
    buyer = signed_in("buyer")
    made = [kept(User.objects.get(), year, *cells) for year, *cells in YEARS]  # type: ignore[arg-type]  # cells
    page = text_of(buyer, "/screen/history/")
    for told in ("purchases 2023", "20.0%", "10.0%", "60.0%", "<svg"):
        assert told in page
    page = text_of(buyer, "/screen/history/compare?" + "&".join(f"id={one.pk}" for one in made))
    assert "went from 20.0% to 60.0%: +40.0 percentage points" in page
    assert "snapshot of the registers" in page
    assert "Unclassified" in page
    page = text_of(buyer, "/screen/history/compare?lang=zh&" + "&".join(f"id={one.pk}" for one in made))
    assert "变化的来源" in page


def test_currencies_stay_apart() -> None:
    buyer = signed_in("buyer")
    user = User.objects.get()
    kept(user, 2023, ("chairs", "green", "CNY", 10))
    second = kept(user, 2024, ("chairs", "green", "EUR", 10), ("chairs", "missed", "EUR", 30))
    page = text_of(buyer, "/screen/history/?by=EUR")
    assert "40.00" in page
    assert "50.00" not in page
    page = text_of(buyer, "/screen/history/compare?by=EUR&" + "&".join(f"id={one.pk}" for one in Kept.objects.all()))
    assert "What drove it" not in page
    assert "25.0%" in text_of(buyer, f"/screen/history/{second.pk}/?by=EUR")


@pytest.mark.parametrize("asked", ["", "id=1", "id=6f1c1b52-0000-4000-8000-000000000001"])
def test_a_comparison_of_nothing_is_refused(asked: str) -> None:
    assert signed_in("buyer").get(f"/screen/history/compare?{asked}").status_code in {400, 404}


def test_nobody_sees_what_others_keep() -> None:
    office = Organisation.objects.create(name="Office")
    owner, member = signed_in("owner"), signed_in("member", office, Role.READER)
    own = kept(User.objects.get(username="owner"), 2023, *YEARS[0][1:])  # type: ignore[arg-type]  # cells
    shared = kept(User.objects.get(username="owner"), 2024, *YEARS[1][1:], office=office)  # type: ignore[arg-type]
    assert owner.get(f"/screen/history/{shared.pk}/").status_code == 404
    assert member.get(f"/screen/history/{own.pk}/").status_code == 404
    assert member.get(f"/screen/history/{shared.pk}/").status_code == 200
    assert member.get(f"/screen/history/compare?id={own.pk}&id={shared.pk}").status_code == 404
    assert member.post(f"/screen/history/{shared.pk}/drop").status_code == 403
    assert owner.post(f"/screen/history/{shared.pk}/drop").status_code == 404
    assert "purchases 2024" not in text_of(owner, "/screen/history/")
    assert Client().get("/screen/history/").status_code == 302
    Membership.objects.all().delete()
    assert member.get(f"/screen/history/{shared.pk}/").status_code == 404


# pictures


def tally(**amounts: int) -> Tally:
    return Tally({verdict: Decimal(amount) for verdict, amount in amounts.items()})


def test_a_tile_is_as_large_as_its_amount_and_divided_by_answers() -> None:
    drawn = pictures.treemap(
        {"Paper": tally(green=30, missed=10), "Chairs": tally(lapsed=40), "Refund": tally(green=-5)}
    )
    assert [tile.name for tile in drawn.tiles] == ["Chairs", "Paper"]
    paper = drawn.tiles[1]
    assert [strip.verdict for strip in paper.strips] == ["green", "missed"]
    assert paper.strips[0].width == pytest.approx(3 * paper.strips[1].width, rel=0.01)
    assert drawn.verdicts == ("green", "lapsed", "missed")


def test_the_smallest_categories_are_together_in_one_tile() -> None:
    drawn = pictures.treemap({f"c{number}": tally(green=100 - number) for number in range(40)})
    assert len(drawn.tiles) == pictures.MOST_TILES
    assert drawn.tiles[0].name == "17 others"


def test_a_label_fits_its_tile_in_chinese_too() -> None:
    drawn = pictures.treemap({"非常长的品目名称非常长的品目名称非常长的品目名称非常长的品目名称非常长": tally(green=1)})
    assert drawn.tiles[0].label.endswith("…")
    assert pictures.treemap({}).tiles == ()


def test_a_year_without_a_share_is_a_gap_in_the_line() -> None:
    drawn = pictures.over_time(
        (pictures.Point("2023", 0.2, 0.3), pictures.Point("2024", None, None), pictures.Point("2025", 0.4, 0.4))
    )
    for name in ("2023", "2024", "2025"):
        assert name in drawn
    assert "style=" not in drawn
