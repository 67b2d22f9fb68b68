from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django_tasks import task

from tenring.web.core import logs

AT_ONCE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
SECRET = "correct-horse-battery"  # noqa: S105 - looked for, nobody's


class Lines(io.StringIO):
    """What was written, read as JSON."""

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def called(self, event: str) -> list[dict[str, Any]]:
        return [one for one in self.events if one["event"] == event]


@pytest.fixture
def written() -> Iterator[Lines]:
    """The log as machines read it."""
    lines = Lines()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logs.formatter("json"))
    handler.addFilter(logs.NotSaidTwice())
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


@task()
def work(*, well: bool) -> None:
    if not well:
        message = f"buyer@office.example may not {SECRET}?q=secret"
        raise RuntimeError(message)


# requests


def test_a_request_is_one_line_with_method_route_status_duration_and_id(visitor: Client, written: Lines) -> None:
    answer = visitor.get("/search?q=paper")
    (line,) = written.events
    assert {name: line[name] for name in ("event", "method", "route", "status", "level")} == {
        "event": "request", "method": "GET", "route": "search", "status": 200, "level": "info",
    }  # fmt: skip
    assert line["ms"] > 0
    assert line["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize(("given", "is_kept"), [("a1b2c3d4-e5f6", True), ("short", False), ("x" * 65, False),
                                                ("a\tlevel=error  b", False), ("../../etc/passwd", False)])  # fmt: skip
def test_the_id_that_a_proxy_gave_is_kept_when_it_is_sane(visitor: Client, given: str, is_kept: bool) -> None:
    found = visitor.get("/healthz", headers={"x-request-id": given}).headers["X-Request-ID"]
    assert (found == given) is is_kept
    assert len(found) >= 8


def test_what_is_asked_of_an_address_that_does_not_exist_stays_out(visitor: Client, written: Lines) -> None:
    visitor.get(f"/reset/{SECRET}?next={SECRET}")
    (line,) = written.events
    assert (line["route"], line["status"]) == ("none", 404)
    assert SECRET not in written.getvalue()


def test_machines_that_ask_all_the_time_are_not_written_down(visitor: Client, written: Lines) -> None:
    visitor.get("/healthz")
    assert written.events == []


@pytest.mark.django_db
def test_nothing_of_a_visitor_is_in_the_log(visitor: Client, written: Lines) -> None:
    visitor.cookies["tenring_session"] = f"cookie{SECRET}"
    signed = {"authorization": f"Bearer tenring_{SECRET}"}
    visitor.get(f"/search?q={SECRET}", headers=signed)
    visitor.get(f"/licence/{SECRET}")
    visitor.get(f"/api/v1/licences?q={SECRET}", headers=signed)
    visitor.post("/verify", {"number": SECRET, "text": f"{SECRET}@office.example"})
    with override_settings(TASKS=AT_ONCE):
        file = SimpleUploadedFile(f"{SECRET}.csv", b"date,description\n2026-03-01,copy paper\n")
        visitor.post("/screen/", {"file": file, "economy": "CN", "on": "2026-06-01", "date_order": ""})
    assert len(written.called("request")) == 5
    assert SECRET not in written.getvalue()


def test_an_error_is_written_with_its_traceback_and_route(
    visitor: Client, written: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        message = "broken on purpose"
        raise RuntimeError(message)

    visitor.raise_request_exception = False
    monkeypatch.setattr("tenring.web.core.views.JsonResponse", broken)
    answer = visitor.get(f"/healthz?token={SECRET}")
    error, line = written.events
    assert (error["event"], error["route"], error["level"]) == ("Internal Server Error", "alive", "error")
    assert "RuntimeError: broken on purpose" in error["exception"]
    assert error["request_id"] == line["request_id"] == answer.headers["X-Request-ID"]
    assert (line["status"], answer.status_code) == (500, 500)
    assert SECRET not in written.getvalue()


# jobs


def test_a_job_says_when_it_begins_and_how_it_ended(written: Lines) -> None:
    with override_settings(TASKS=AT_ONCE):
        work.enqueue(well=True)
    (began,), (ended,) = written.called("job began"), written.called("job ended")
    assert began["job"] == ended["job"]
    assert (ended["outcome"], ended["level"]) == ("successful", "info")
    assert ended["seconds"] >= 0


def test_a_job_that_fails_says_why_without_what_is_nobodys_business(written: Lines) -> None:
    with override_settings(TASKS=AT_ONCE):
        work.enqueue(well=False)
    (ended,) = written.called("job ended")
    assert (ended["outcome"], ended["level"]) == ("failed", "error")
    assert "RuntimeError: [e-mail] may not" in ended["exception"]
    assert "buyer@" not in written.getvalue()
    assert "?q=secret" not in written.getvalue()
    assert len(written.events) == 2, "the queue does not say it again"


# other people's messages


def test_the_messages_of_waitress_lose_their_paths(written: Lines) -> None:
    logging.getLogger("waitress").error("Exception while serving %s", f"/reset/{SECRET}")
    (line,) = written.events
    assert (line["event"], line["logger"]) == ("Exception", "waitress")


@pytest.mark.parametrize(
    "text",
    [
        f"{SECRET}@office.example",
        f"Authorization: Bearer {SECRET}",
        f"tenring_{SECRET}",
        f"postgresql://tenring:{SECRET}@db/tenring",
        f"GET /search?q={SECRET}",
        f"tenring_session={SECRET}; path=/",
    ],
)
def test_secrets_within_a_text_are_removed(written: Lines, text: str) -> None:
    logging.getLogger("tenring.test").warning("said: %s", text)
    structlog.get_logger("tenring.test").warning("said", text=text)
    error = RuntimeError(text)
    logging.getLogger("tenring.test").error("failed", exc_info=(RuntimeError, error, None))
    assert len(written.events) == 3
    assert SECRET not in written.getvalue()


@pytest.mark.parametrize("name", ["password", "api_token", "cookie", "Authorization", "email", "q", "file_name"])
def test_a_secret_is_known_by_its_name(written: Lines, name: str) -> None:
    structlog.get_logger("tenring.test").warning("said", **{name: SECRET})
    assert written.events[0][name] == "[removed]"


def test_a_text_cannot_make_a_line_of_its_own() -> None:
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logs.formatter("line"))
    record = logging.LogRecord("x", logging.ERROR, "", 0, "name\n2026-01-01 [error] forged\x1b[31m", (), None)
    handler.emit(record)
    assert lines.getvalue().count("\n") == 1
    assert "\x1b[31m" not in lines.getvalue()


def test_people_read_lines_and_machines_json() -> None:
    record = logging.LogRecord("tenring.x", logging.WARNING, "", 0, "said", (), None)
    assert json.loads(logs.formatter("auto").format(record))["event"] == "said", "no terminal reads here"
    assert logs.formatter("line").format(record).startswith("2")


def test_others_than_ours_are_not_heard_below_warnings() -> None:
    found = logs.configuration("auto", "debug")
    assert (found["loggers"]["tenring"]["level"], found["root"]["level"]) == ("DEBUG", "WARNING")
    assert logs.configuration("auto", "error")["root"]["level"] == "ERROR"
