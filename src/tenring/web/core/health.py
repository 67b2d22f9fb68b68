"""Whether requests can be answered: what is asked, in which order, and what is wrong in words."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import structlog
from django.db import DatabaseError, connection

from tenring.exceptions import SnapshotError, TenringError, UnusableInputError
from tenring.language import T
from tenring.register.snapshot import Snapshot
from tenring.web.core.schema import require_current
from tenring.web.core.sources import sources, tenring_settings

_log = structlog.get_logger(__name__)


def checks() -> dict[str, str | None]:
    """Name of each check -> what is wrong; None: nothing."""
    return {name: _problem(name, check) for name, check in _CHECKS.items()}


def _problem(name: str, check: Callable[[], object]) -> str | None:
    """What is wrong, in the words of the check. What a database says of itself is for the log, not for visitors."""
    try:
        check()
    except TenringError as error:
        return str(error)
    except (DatabaseError, OSError):
        _log.warning("not ready", check=name, exc_info=True)
        return T("it cannot be asked; the log says why")
    return None


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _index() -> None:
    try:
        open_ = sources()
    except SnapshotError:
        return  # said by the check of the register
    _ = open_.index


def _disk() -> None:
    settings = tenring_settings()
    free = shutil.disk_usage(settings.home).free
    if free < settings.min_free_bytes:
        raise UnusableInputError(
            T("{free:,} bytes are free where {least:,} are wanted", free=free, least=settings.min_free_bytes),
            do=T("Free some space"),
        )


_CHECKS: dict[str, Callable[[], object]] = {
    "database": _database,
    "migrations": require_current,
    "register": lambda: Snapshot.open(tenring_settings()),
    "index": _index,
    "disk": _disk,
}
