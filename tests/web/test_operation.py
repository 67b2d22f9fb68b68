"""Health, readiness and figures: what machines ask."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings

from tenring.exceptions import UnusableInputError
from tenring.register.snapshot import Snapshot
from tenring.settings import Settings
from tenring.web.core import health, metrics, schema
from tenring.web.procurement import tasks

LATER = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    """No test finds the answer of another."""
    schema._current.clear()  # noqa: SLF001 - what the process remembers
    yield
    schema._current.clear()  # noqa: SLF001 - likewise


def asked(visitor: Client) -> tuple[int, dict[str, str]]:
    answer = visitor.get("/readyz")
    checks: dict[str, str] = answer.json()["checks"]
    return answer.status_code, {name: told for name, told in checks.items() if told != "ok"}


# readiness: each check, when it fails


@pytest.mark.django_db
def test_everything_that_answers_rest_on_is_asked(visitor: Client) -> None:
    answer = visitor.get("/readyz")
    assert answer.json() == {
        "ready": True,
        "checks": dict.fromkeys(("database", "migrations", "register", "index", "disk"), "ok"),
    }


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_said_but_not_where_it_is(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = Mock()
    connection.cursor.side_effect = OperationalError("no route to db.internal:5432")
    monkeypatch.setattr(health, "connection", connection)
    status, wrong = asked(visitor)
    assert (status, list(wrong)) == (503, ["database"])
    assert "internal" not in wrong["database"]


@pytest.mark.django_db
def test_steps_that_were_not_taken_are_counted(visitor: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="procurement", name="0002_organisation").delete()
    status, wrong = asked(visitor)
    assert (status, list(wrong)) == (503, ["migrations"])
    assert "tenring migrate" in wrong["migrations"]


@pytest.mark.django_db
def test_the_database_of_a_newer_version_is_refused(visitor: Client) -> None:
    MigrationRecorder.Migration.objects.create(app="procurement", name="9999_from_the_future")
    status, wrong = asked(visitor)
    assert status == 503
    assert "procurement.9999_from_the_future" in wrong["migrations"]
    with pytest.raises(UnusableInputError, match="newer version"):
        schema.require_current()


@pytest.mark.django_db
def test_a_snapshot_without_its_index_is_not_ready(visitor: Client, home: Settings, tmp_path: Path) -> None:
    newest = Snapshot.open(home)
    copy = tmp_path / "snapshots" / newest.name
    shutil.copytree(newest.folder, copy)
    shutil.rmtree(Snapshot.open(replace(home, home=tmp_path)).index)
    with override_settings(TENRING=replace(home, home=tmp_path)):
        status, wrong = asked(visitor)
    assert (status, list(wrong)) == (503, ["index"])


@pytest.mark.django_db
@pytest.mark.usefixtures("_empty_home")
def test_without_a_snapshot_the_register_is_missing_and_nothing_else_is_said_twice(visitor: Client) -> None:
    status, wrong = asked(visitor)
    assert (status, list(wrong)) == (503, ["register"])


@pytest.mark.django_db
def test_too_little_disk_is_not_ready(visitor: Client, home: Settings) -> None:
    with override_settings(TENRING=replace(home, min_free_bytes=2**62)):
        status, wrong = asked(visitor)
    assert (status, list(wrong)) == (503, ["disk"])
    assert "Free some space" in wrong["disk"]


def test_a_process_is_alive_without_any_of_it(visitor: Client) -> None:
    assert visitor.get("/healthz").status_code == 200


# who may ask for figures


@pytest.fixture
def open_to_all(home: Settings) -> Iterator[Settings]:
    """Figures are on, for this machine."""
    with override_settings(TENRING=replace(home, metrics=True)):
        yield replace(home, metrics=True)


def test_figures_are_off_unless_they_are_asked_for(visitor: Client) -> None:
    assert visitor.get("/metrics").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("10.1.2.3", 404), ("2001:db8::1", 404)],
)
@pytest.mark.usefixtures("open_to_all")
def test_only_the_networks_of_the_settings_get_them(visitor: Client, address: str, status: int) -> None:
    assert visitor.get("/metrics", REMOTE_ADDR=address).status_code == status


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via"])
@pytest.mark.usefixtures("open_to_all")
def test_what_came_through_a_proxy_does_not_get_them(visitor: Client, header: str) -> None:
    assert visitor.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


@pytest.mark.django_db
def test_a_token_is_wanted_where_one_is_set(visitor: Client, home: Settings) -> None:
    with override_settings(TENRING=replace(home, metrics=True, metrics_token="figures-for-me")):  # noqa: S106 - a test's own
        assert visitor.get("/metrics").status_code == 404
        assert visitor.get("/metrics", headers={"authorization": "Bearer figures-for-you"}).status_code == 404
        assert visitor.get("/metrics", headers={"authorization": "Bearer figures-for-me"}).status_code == 200


# what they say


def figures(visitor: Client) -> dict[str, float]:
    text = visitor.get("/metrics").content.decode()
    return {name: float(value) for name, value in re.findall(r"^(tenring_\S+(?: \S+\"\})?) (\S+)$", text, re.MULTILINE)}


@pytest.mark.django_db
@pytest.mark.usefixtures("open_to_all")
def test_requests_are_counted_by_method_route_and_status(visitor: Client) -> None:
    ok = 'tenring_requests_total{method="GET",route="search",status="200"}'
    none = 'tenring_requests_total{method="GET",route="none",status="404"}'
    before = figures(visitor)
    visitor.get("/search?q=paper")
    visitor.get("/nothing/one")
    visitor.get("/nothing/two")
    after = figures(visitor)
    assert after[ok] - before.get(ok, 0) == 1
    assert after[none] - before.get(none, 0) == 2
    assert after['tenring_request_seconds_count{route="search"}'] >= 1
    assert after["tenring_requests_in_flight"] == 1, "this one"


@pytest.mark.django_db
@pytest.mark.usefixtures("open_to_all")
def test_a_method_that_nobody_knows_is_no_label_of_its_own(visitor: Client) -> None:
    visitor.generic("BREW", "/search")
    assert not [name for name in figures(visitor) if "BREW" in name]


@pytest.mark.django_db
@pytest.mark.usefixtures("open_to_all")
def test_the_queue_is_measured_in_the_database(visitor: Client) -> None:
    with override_settings(TASKS=LATER):
        tasks.read.enqueue("00000000-0000-0000-0000-000000000000")
    found = figures(visitor)
    assert found['tenring_jobs{kind="procurement.read",outcome="ready"}'] == 1
    assert found["tenring_queue_length"] == 1
    assert found["tenring_queue_oldest_seconds"] >= 0


@pytest.mark.django_db
def test_snapshot_registers_disk_and_program_are_measured(visitor: Client, open_to_all: Settings) -> None:
    found = figures(visitor)
    manifest = Snapshot.open(open_to_all).manifest
    assert found["tenring_snapshot_licences"] == manifest.totals["licences"]
    assert found["tenring_snapshot_age_seconds"] > 0
    assert len([name for name in found if name.startswith("tenring_register_age_days")]) > 3
    assert found["tenring_home_free_bytes"] > 0
    assert [name for name in found if name.startswith("tenring_build_info{version=")]
    assert {found[f'tenring_source_up{{source="{name}"}}'] for name in ("build", "jobs", "register", "disk")} == {1}


@pytest.mark.django_db
@pytest.mark.usefixtures("_empty_home")
def test_a_source_that_cannot_be_read_is_said_and_the_others_are_there(visitor: Client) -> None:
    from django.conf import settings  # noqa: PLC0415 - the fixture's

    with override_settings(TENRING=replace(settings.TENRING, metrics=True)):
        found = figures(visitor)
    assert found['tenring_source_up{source="register"}'] == 0
    assert found['tenring_source_up{source="disk"}'] == 1
    assert "tenring_snapshot_licences" not in found


@pytest.mark.django_db
def test_the_bytes_of_uploads_are_counted(visitor: Client, home: Settings, tmp_path: Path) -> None:
    before: Any = metrics.UPLOADED._value.get()  # noqa: SLF001 - the figure itself
    with override_settings(TENRING=replace(home, home=tmp_path), TASKS=LATER):
        visitor.post("/screen/", {"file": SimpleUploadedFile("p.csv", b"date,description\n"), "economy": "CN"})
    assert metrics.UPLOADED._value.get() - before == len(b"date,description\n")  # noqa: SLF001 - likewise
