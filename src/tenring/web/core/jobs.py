"""What the worker does, in the log: one line when a job begins, one when it ended."""

from __future__ import annotations

import sys
import time
from typing import Any

import structlog
from django_tasks import TaskResult, TaskResultStatus
from django_tasks.signals import task_finished, task_started

from tenring.web.core.metrics import kind_of

_log = structlog.get_logger(__name__)
_begun: dict[str, float] = {}


def begin() -> None:
    """Listen to the queue; to listen twice is to listen once."""
    task_started.connect(_started, dispatch_uid="tenring.started")
    task_finished.connect(_finished, dispatch_uid="tenring.finished")


def _started(*, task_result: TaskResult[Any], **_: object) -> None:
    structlog.contextvars.bind_contextvars(job=str(task_result.id), kind=kind_of(task_result.task.module_path))
    _begun[str(task_result.id)] = time.perf_counter()
    _log.info("job began")


def _finished(*, task_result: TaskResult[Any], **_: object) -> None:
    now = time.perf_counter()
    outcome = task_result.status.lower()
    seconds = round(now - _begun.pop(str(task_result.id), now), 3)
    if task_result.status == TaskResultStatus.FAILED:
        _log.error("job ended", outcome=outcome, seconds=seconds, exc_info=sys.exc_info())
    else:
        _log.info("job ended", outcome=outcome, seconds=seconds)
    structlog.contextvars.unbind_contextvars("job", "kind")
