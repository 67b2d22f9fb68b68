"""The tables of the database: brought up to date by one process at a time, and never used when they are not."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from tenring.exceptions import UnusableInputError
from tenring.language import T

#: Any number that no other program is likely to lock in the same database.
_ADVISORY = 0x7E4A11
_LOCK = ".migrate.lock"

#: Databases found up to date: only a newer program changes them, and it says so in its own process.
_current: set[str] = set()


def migrate(home: Path, *, database: str = DEFAULT_DB_ALIAS) -> int:
    """Bring the tables up to date while nobody else does; how many steps were taken.

    Raises:
        UnusableInputError: the database was made by a newer version.
    """
    with _alone(home, database):
        executor = MigrationExecutor(connections[database])
        _require_known(executor)
        steps = len(_waiting(executor))
        if steps:
            call_command("migrate", database=database, interactive=False, verbosity=0)
    return steps


def require_current(database: str = DEFAULT_DB_ALIAS) -> None:
    """Require tables as this version needs them.

    Raises:
        UnusableInputError: they are older, or newer.
    """
    name = repr(sorted(connections[database].settings_dict.items(), key=str))
    if name in _current:
        return
    executor = MigrationExecutor(connections[database])
    _require_known(executor)
    if waiting := _waiting(executor):
        do = T("Run: tenring migrate")
        raise UnusableInputError(T("{count} steps of the database are to be taken", count=len(waiting)), do=do)
    _current.add(name)


def _require_known(executor: MigrationExecutor) -> None:
    """Refuse a database in which steps were taken that this version does not know."""
    ours = executor.loader.migrated_apps
    unknown = [
        f"{app}.{name}"
        for app, name in executor.loader.applied_migrations
        if app in ours and (app, name) not in executor.loader.graph.nodes and not _is_replaced(executor, (app, name))
    ]
    if unknown:
        what = T("the database was made by a newer version ({steps})", steps=", ".join(sorted(unknown)[:3]))
        raise UnusableInputError(what, do=T("Run that version, or restore a backup of this one"))


def _waiting(executor: MigrationExecutor) -> list[tuple[str, str]]:
    """Steps that were not taken."""
    return [step for step in executor.loader.graph.nodes if step not in executor.loader.applied_migrations]


def _is_replaced(executor: MigrationExecutor, step: tuple[str, str]) -> bool:
    return step in executor.loader.disk_migrations or any(
        step in squashed.replaces for squashed in executor.loader.disk_migrations.values()
    )


@contextmanager
def _alone(home: Path, database: str) -> Iterator[None]:
    """Wait until nobody else changes the tables: a lock in the database itself, or beside the file."""
    connection = connections[database]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY])
        return
    home.mkdir(parents=True, exist_ok=True)
    with (home / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
