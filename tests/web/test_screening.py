from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from tenring.settings import Settings
from tenring.web.accounts.models import User
from tenring.web.procurement import actions, tasks
from tenring.web.procurement.models import Screening, State

pytestmark = pytest.mark.django_db(transaction=True)

CSV = "日期,品名,品牌,型号,数量,金额\n2026-03-01,复印纸,青松,A4-70,10,200.00\n2026-03-02,台式计算机,青云,T-100,1,4500\n"
AT_ONCE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
LATER = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": []}}


@pytest.fixture(autouse=True)
def uploads(home: Settings, tmp_path: Path) -> Iterator[Path]:
    """Uploads go to a folder of the test; work is done at once."""
    (tmp_path / "snapshots").symlink_to(home.snapshots)
    with override_settings(TENRING=replace(home, home=tmp_path), TASKS=AT_ONCE):
        yield tmp_path / "uploads"


def send(client: Client, content: bytes | str = CSV, name: str = "采购.csv", **fields: str) -> Screening:
    answer = post(client, content, name, **fields)
    assert answer.status_code == 302, answer.content.decode()
    return Screening.objects.get(pk=answer.headers["Location"].split("/")[2])


def post(client: Client, content: bytes | str, name: str, **fields: str):  # noqa: ANN201 - the test client's own type
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    file.name = name
    return client.post("/screen/", {"file": file, "economy": "CN", "on": "2026-03-01", **fields})


def page_of(client: Client, one: Screening) -> str:
    return client.get(f"/screen/{one.id}/").content.decode()


# the way of a file


def test_a_file_is_understood_before_anything_counts_then_screened_then_downloaded(visitor: Client) -> None:
    one = send(visitor)
    assert one.state == State.UNDERSTOOD
    page = page_of(visitor, one)
    assert "<b>2</b> purchase lines" in page
    assert "品名" in page
    assert visitor.post(f"/screen/{one.id}/start").status_code == 302
    one.refresh_from_db()
    assert one.state == State.DONE
    page = page_of(visitor, one)
    assert "Read the report" in page
    assert "Sample data." in page
    report = visitor.get(f"/screen/{one.id}/report.html")
    assert "unsafe-inline" in report.headers["Content-Security-Policy"]
    assert "sandbox" in report.headers["Content-Security-Policy"]
    assert b"<h1>" in b"".join(report.streaming_content)
    for name in ("lines.csv", "report.xlsx", "lines.parquet", "summary.json"):
        answer = visitor.get(f"/screen/{one.id}/{name}?download")
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        assert b"".join(answer.streaming_content)


@pytest.mark.parametrize(("tag", "title"), [("en", "Addresses to pass on"), ("zh", "可转交的地址")])
def test_the_result_comes_with_addresses_to_pass_on(visitor: Client, tag: str, title: str) -> None:
    one = send(visitor)
    visitor.post(f"/screen/{one.id}/start")
    page = visitor.get(f"/screen/{one.id}/", {"lang": tag}).content.decode()
    assert title in page
    found = re.findall(rf'href="(/files/{one.id}/[^"]+)"', page)
    assert {address.partition("?")[0].rpartition("/")[2] for address in found} >= {"report.html", "lines.csv"}
    for address in found:
        answer = Client().get(unescape(address))
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content)
        if "report.html" in address:
            assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_answer_is_the_one_of_the_command_line(visitor: Client, uploads: Path, tmp_path: Path) -> None:
    from datetime import date  # noqa: PLC0415 - only here

    from tenring.screening.run import Request, screen  # noqa: PLC0415 - only here
    from tenring.web.core.sources import tenring_settings  # noqa: PLC0415 - only here

    one = send(visitor)
    visitor.post(f"/screen/{one.id}/start")
    file = tmp_path / "采购.csv"
    file.write_text(CSV, encoding="utf-8")
    request = Request((file,), on=date(2026, 3, 1), out=tmp_path / "out", economy="CN")
    screened = screen(request, settings=tenring_settings())
    assert uploads.is_dir()
    assert (one.result / "lines.csv").read_text() == (screened.folder / "lines.csv").read_text()


def test_a_column_that_was_misread_is_corrected_and_read_again(visitor: Client) -> None:
    one = send(visitor, "x1,x2\nA4 copy paper,12.50\n", "odd.csv")
    if one.state == State.UNDERSTOOD:
        before = page_of(visitor, one)
        assert "x1" in before
    answer = visitor.post(
        f"/screen/{one.id}/read",
        {"column.x1": "description", "column.x2": "amount", "currency": "eur", "on": "2026-03-01"},
    )
    assert answer.status_code == 302
    one.refresh_from_db()
    assert one.options == {"columns": {"description": "x1", "amount": "x2"}, "currency": "EUR"}
    assert one.state == State.UNDERSTOOD
    assert "12.50" in page_of(visitor, one)


def test_of_columns_that_say_nothing_is_asked_what_they_hold(visitor: Client) -> None:
    one = send(visitor, "Thing,Net,When\n复印纸 A4,200.00,2026-03-01\n")
    assert one.state == State.FAILED
    page = unescape(page_of(visitor, one))
    assert "Columns found: Thing, Net, When. Say below what they hold" in page
    assert "--column" not in page
    assert 'name="column.Thing"' in page
    visitor.post(f"/screen/{one.id}/read", {"on": "2026-03-01", "column.Thing": "description", "column.Net": "amount"})
    one.refresh_from_db()
    assert (one.state, one.options["columns"]) == (State.UNDERSTOOD, {"description": "Thing", "amount": "Net"})
    assert one.unknown_columns == ()


def test_the_state_is_asked_for_in_pieces_and_the_page_is_loaded_again_at_the_end(visitor: Client) -> None:
    with override_settings(TASKS=LATER):
        one = send(visitor)
    piece = visitor.get(f"/screen/{one.id}/", headers={"HX-Request": "true"})
    assert 'hx-trigger="every 1s"' in piece.content.decode()
    assert "<html" not in piece.content.decode()
    tasks.read.call(str(one.id))
    assert visitor.get(f"/screen/{one.id}/", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


# stopping and removing


def test_what_is_cancelled_before_it_begins_is_not_done(visitor: Client) -> None:
    with override_settings(TASKS=LATER):
        one = send(visitor)
        visitor.post(f"/screen/{one.id}/cancel")
    tasks.read.call(str(one.id))
    one.refresh_from_db()
    assert one.state == State.CANCELLED
    assert not (one.read / "understood.json").exists()


def test_work_stops_between_two_stages_and_leaves_no_result(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    one = send(visitor)
    monkeypatch.setattr(tasks, "_SECONDS", 0)
    said: list[str] = []

    def cancel_midway(self: object, **values: object) -> int:
        said.append(str(values.get("stage", "")))
        if len(said) == 3:
            changed: int = original(Screening.objects.filter(pk=one.pk), cancel_wanted=True)
            assert changed == 1
        return int(original(self, **values))

    from django.db.models import QuerySet  # noqa: PLC0415 - only here

    original = QuerySet.update
    monkeypatch.setattr(QuerySet, "update", cancel_midway)
    visitor.post(f"/screen/{one.id}/start")
    monkeypatch.undo()
    one.refresh_from_db()
    assert one.state == State.CANCELLED
    assert not one.result.exists()


def test_a_worker_that_died_is_not_waited_for(visitor: Client) -> None:
    with override_settings(TASKS=LATER):
        one = send(visitor)
    Screening.objects.filter(pk=one.pk).update(touched_at=timezone.now() - timedelta(minutes=10))
    visitor.post(f"/screen/{one.id}/cancel")
    one.refresh_from_db()
    assert one.state == State.CANCELLED


def test_removing_removes_everything(visitor: Client, uploads: Path) -> None:
    one = send(visitor)
    assert any(uploads.iterdir())
    assert visitor.post(f"/screen/{one.id}/forget").status_code == 302
    assert list(uploads.iterdir()) == []
    assert not Screening.objects.exists()


def test_what_was_kept_long_enough_is_removed_when_the_next_file_comes(visitor: Client, uploads: Path) -> None:
    old = send(visitor)
    Screening.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(days=1))
    new = send(visitor)
    assert [folder.name for folder in uploads.iterdir()] == [new.id.hex]


# whose it is


@pytest.mark.parametrize("path", ["", "report.html", "lines.csv", "read", "start", "cancel", "forget"])
def test_nobody_else_sees_a_screening_whoever_they_are(visitor: Client, path: str) -> None:
    one = send(visitor)
    visitor.post(f"/screen/{one.id}/start")
    stranger, member = Client(), Client()
    member.force_login(User.objects.create_user("member"))
    for other in (stranger, member):
        method = other.get if path in {"", "report.html", "lines.csv"} else other.post
        assert method(f"/screen/{one.id}/{path}").status_code == 404
    assert Screening.objects.get(pk=one.pk).state == State.DONE


def test_an_account_finds_its_screenings_on_another_device(visitor: Client) -> None:
    user = User.objects.create_user("buyer")
    visitor.force_login(user)
    one = send(visitor)
    elsewhere = Client()
    elsewhere.force_login(user)
    assert one.file_name in elsewhere.get("/screen/").content.decode()
    visitor.logout()
    assert visitor.get(f"/screen/{one.id}/").status_code == 404


def test_a_form_from_another_site_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert post(strict, CSV, "a.csv").status_code == 403


# hostile files


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.csv", "empty"),
        (b"%PDF-1.7 ...", "list.xlsx", "PDF"),
        (b"\x89PNG\r\n", "list.csv", "picture"),
        (b"<!doctype html><script>alert(1)</script>", "list.xml", "web page"),
    ],
)
def test_a_file_is_judged_by_its_content_and_refused_in_words(
    visitor: Client, uploads: Path, content: bytes, name: str, said: str
) -> None:
    answer = post(visitor, content, name)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert str(uploads) not in answer.content.decode()
    assert not uploads.exists() or list(uploads.iterdir()) == []


def test_a_file_that_is_broken_inside_fails_without_telling_where_it_lies(visitor: Client, uploads: Path) -> None:
    one = send(visitor, b"PK\x03\x04 not really a workbook", "broken.xlsx")
    assert one.state == State.FAILED
    page = page_of(visitor, one)
    assert "That did not work" in page
    assert str(uploads.parent) not in page


def test_a_file_that_is_too_large_is_refused_while_it_comes(visitor: Client, home: Settings, tmp_path: Path) -> None:
    with override_settings(TENRING=replace(home, home=tmp_path, max_upload_bytes=1000)):
        answer = post(visitor, b"a,b\n" * 1000, "large.csv")
    assert answer.status_code == 413
    assert "1,000 bytes" in answer.content.decode()
    assert not Screening.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        (".htaccess", "htaccess"),
        ("a\x00b\n.csv", "a_b_.csv"),
        ("采购 清单(1).xlsx", "采购 清单(1).xlsx"),
        ("", "purchases"),
        ("x" * 500 + ".csv", "x" * 120 + ".csv"),
    ],
)
def test_a_file_name_cannot_lead_anywhere(sent: str, kept: str) -> None:
    assert actions.safe_name(sent) == kept


def test_texts_of_a_file_are_shown_and_never_run(visitor: Client) -> None:
    one = send(
        visitor, 'date,description,<script>alert(1)</script>\n2026-03-01,"<img src=x onerror=alert(1)>",x\n', "a.csv"
    )
    page = page_of(visitor, one)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_queue_that_only_grows_serves_nobody(visitor: Client) -> None:
    with override_settings(TASKS=LATER):
        for _ in range(actions.MOST_OF_ONE):
            send(visitor)
        answer = post(visitor, CSV, "one-more.csv")
    assert answer.status_code == 400
    assert "too many screenings" in answer.content.decode()


@pytest.mark.parametrize("fields", [{"currency": "EURO"}, {"on": "soon"}, {"currency": "é€$"}])
def test_words_about_a_file_that_cannot_be_read_are_refused(visitor: Client, fields: dict[str, str]) -> None:
    assert post(visitor, CSV, "a.csv", **fields).status_code == 400
