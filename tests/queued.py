"""Work for a queue that does nothing but take its time: workers import it by its name."""

from __future__ import annotations

import time

from django_tasks import task


@task()
def wait(number: int) -> int:
    time.sleep(0.1)
    return number
