"""The web application over the bundled samples, built once for all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings

from postgresql import Server, temporary_server, why_not
from tenring import language
from tenring.register.build import build
from tenring.settings import Settings
from tenring.web.core.sources import Sources, sources

#: The browser of the tests keeps an event loop in this process; Django would take every test after it for asynchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a snapshot of the samples in a folder of their own."""
    settings = Settings(home=tmp_path_factory.mktemp("web"))
    build(settings, source=settings.samples / "registers", only=(), on=None)
    return settings


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:  # noqa: ARG001 - pytest-django's own
    """The database, whose log Django may empty between tests: SQLite has no other way than to delete rows."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER accounts_event_undeleted")


@pytest.fixture(autouse=True)
def _web(home: Settings) -> Iterator[None]:
    """Every test sees that snapshot, and speaks English before and after."""
    with override_settings(TENRING=home):
        yield
    language.use("en")


@pytest.fixture
def visitor() -> Client:
    """Somebody who is not signed in."""
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def open_() -> Sources:
    """What pages are made from."""
    return sources()


@pytest.fixture
def _empty_home(home: Settings, tmp_path: Path) -> Iterator[None]:
    """A home without a snapshot."""
    with override_settings(TENRING=replace(home, home=tmp_path)):
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL of the tests' own, or a skip with the reason."""
    if reason := why_not():
        pytest.skip(f"no PostgreSQL: {reason}")
    with temporary_server() as server:
        yield server
