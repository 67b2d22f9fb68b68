"""Beside the worker, in threads of its own: looks what changed, and delivers."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import close_old_connections
from django.utils import timezone
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from tenring.web.webhooks.models import Delivery, DeliveryState, Message
from tenring.web.webhooks.notice import look
from tenring.web.webhooks.tasks import QUEUE, deliver

#: Threads that deliver: one slow server does not hold up all others.
SENDERS: Final = 2
#: Seconds between looks at the registers and for deliveries that were left.
_LOOK: Final = 5.0
#: Seconds between looks into the queue.
_QUEUE: Final = 1.0
#: A delivery that was due so long ago was left by a worker that died, or could not be put into the queue.
_LEFT: Final = timedelta(minutes=1)
#: Messages and what became of them are kept so long.
KEPT: Final = timedelta(days=30)
_MOST: Final = 500

_log = logging.getLogger(__name__)


def begin() -> None:
    """Begin all threads; they end with the process, and what they leave is taken up by the next one."""
    for number in range(SENDERS):
        _for_ever(f"webhooks-{number}", _work_off)
    _for_ever("webhooks-look", _once)


def _for_ever(name: str, doing: Callable[[], None]) -> None:
    """Do something again and again; what goes wrong is written down, and does not end it."""

    def run() -> None:
        while True:
            try:
                doing()
            except Exception:  # noqa: BLE001 - written down; the thread goes on, as the worker itself does
                _log.exception("%s", name)
            finally:
                close_old_connections()
            time.sleep(_LOOK)

    threading.Thread(target=run, name=name, daemon=True).start()


def _work_off() -> None:
    Worker(
        queue_names=[QUEUE],
        interval=_QUEUE,
        batch=False,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=None,
        worker_id=f"{threading.current_thread().name}-{os.getpid()}",
        excluded_queue_names=[],
    ).run()


def _once() -> None:
    look()
    take_up()
    forget_old()


def take_up() -> int:
    """Try again what is overdue: it was left. How many that is."""
    overdue = Delivery.objects.filter(
        state=DeliveryState.WAITING, due_at__lt=timezone.now() - _LEFT, endpoint__is_on=True
    )
    ids = list(overdue.order_by("due_at").values_list("pk", flat=True)[:_MOST])
    # They are due anew from now on, so that the next look does not take them up a second time.
    overdue.filter(pk__in=ids).update(due_at=timezone.now())
    for id_ in ids:
        deliver.enqueue(str(id_))
    return len(ids)


def forget_old() -> None:
    """Remove messages, with what became of them, and finished tasks when they were kept long enough."""
    before = timezone.now() - KEPT
    Message.objects.filter(created_at__lt=before).delete()
    DBTaskResult.objects.finished().filter(queue_name=QUEUE, finished_at__lt=before).delete()
