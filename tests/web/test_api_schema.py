"""The API keeps what its document says: made-up requests never break it, and get no answer that is not documented."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import override_settings
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from tenring.settings import Settings
from tenring.web.api import actions
from tenring.web.api.scopes import Scope
from tenring.web.core.sources import tenring_settings
from tenring.web.core.wsgi import application

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("default")]

#: Requests made up for each endpoint. TENRING_API_EXAMPLES=75 makes more than 2,000.
EXAMPLES = int(os.environ.get("TENRING_API_EXAMPLES", "4"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]

schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture
def key(home: Settings, tmp_path: Path) -> Iterator[str]:
    """A key for everything, in a home of its own without limits of how often it may ask."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    (tmp_path / "snapshots").symlink_to(home.snapshots)
    later = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": []}}
    with override_settings(TENRING=replace(tenring_settings(), home=tmp_path, api_rate=0, api_rate_key=0), TASKS=later):
        yield actions.new_key("schemathesis", tuple(Scope), who="tester")[1]
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)
    gc.collect()  # uploads that the requests of this test left open are closed here, not in another test


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_server_error_and_no_undocumented_status(case: schemathesis.Case, key: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)
