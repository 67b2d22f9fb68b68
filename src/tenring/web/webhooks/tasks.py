"""What the worker does for webhooks, in a queue of its own: nobody's screening waits for somebody's slow server."""

from __future__ import annotations

from datetime import datetime

from django_tasks import default_task_backend, task

from tenring.web.webhooks import delivering

QUEUE = "webhooks"


@task(queue_name=QUEUE)
def deliver(delivery_id: str) -> None:
    """Try to deliver a message, if it is due."""
    due = delivering.deliver(delivery_id)
    if due is not None:
        try_at(delivery_id, due)


def try_at(delivery_id: str, when: datetime) -> None:
    """Have a delivery tried at a moment; where tasks cannot wait, the next look finds it."""
    if default_task_backend.supports_defer:
        deliver.using(run_after=when).enqueue(delivery_id)
