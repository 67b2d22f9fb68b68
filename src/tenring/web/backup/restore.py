"""`tenring restore`: a backup is unpacked, checked and loaded beside what is there; then they change places."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import django
from django.db import DatabaseError, connection, transaction

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.settings import Settings
from tenring.web.backup.archive import HOME, ROWS, Header, unpack
from tenring.web.backup.rows import load

#: What no backup, or not each one, holds; taken over from the home that is replaced, without copying a byte.
_KEY, _SNAPSHOTS = "secret.key", "snapshots"


@dataclass(frozen=True)
class Restored:
    """What was restored, and where what was there before is now."""

    home: Path
    made_at: datetime
    version: str
    rows: int
    register: bool
    before: Path | None
    before_schema: str | None


def check(archive: Path, *, settings: Settings) -> Header:
    """Unpack a backup and check it; nothing is kept.

    Raises:
        UnusableInputError: it cannot be restored.
    """
    with _beside(settings.home, "checking") as folder:
        return _unpacked(archive, folder, settings)


def restore(archive: Path, *, settings: Settings, replace: bool = False) -> Restored:
    """Restore a backup. Until it is whole beside, nothing changes; what was there is kept beside.

    This process must not have set Django up: it works in the new home.

    Raises:
        UnusableInputError: the backup cannot be restored, or there is something and `replace` was not said.
    """
    home, moment = settings.home.absolute(), f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    _require_place(home, replace=replace)
    with _beside(home, "restoring") as folder:
        header = _unpacked(archive, folder, settings)
        staged = folder / HOME
        staged.mkdir(mode=0o700, exist_ok=True)
        with _database(staged, settings, moment) as database:
            rows = database.fill(folder / ROWS, header, replace=replace)
            _take_over(home, staged, register=header.with_register)
            before = _switch(home, staged, moment)
            try:
                before_schema = database.switch()
            except BaseException:
                _switch_back(home, before)
                raise
    return Restored(home, header.created_at, header.version, rows, header.with_register, before, before_schema)


def _require_place(home: Path, *, replace: bool) -> None:
    if home.is_dir() and any(home.iterdir()) and not replace:
        do = T("Stop the server and say --replace: what is there is kept beside")
        raise UnusableInputError(T("there is something already"), where=home, do=do)


@contextmanager
def _beside(home: Path, word: str) -> Iterator[Path]:
    """A folder beside the home, on the same disk, that is gone afterwards."""
    home = home.absolute()
    folder = home.with_name(f".{home.name}.{word}-{os.getpid()}")
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        what = T("it cannot be written ({reason})", reason=error.strerror or error)
        raise UnusableInputError(what, where=home.parent) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpacked(archive: Path, folder: Path, settings: Settings) -> Header:
    """Unpack and check; what must be there is there, and nothing else."""
    free = max(0, shutil.disk_usage(folder).free - settings.min_free_bytes)
    header = unpack(archive, folder, most_bytes=free)
    if not (folder / ROWS).is_file() or {path.name for path in folder.iterdir()} - {ROWS, HOME}:
        raise UnusableInputError(T("it is no whole backup of Tenring"), where=archive, do=T("Take another one"))
    return header


def _take_over(home: Path, staged: Path, *, register: bool) -> None:
    """Let the new home have the key and, where the backup has none, the snapshots of the old one."""
    if (home / _KEY).is_file():
        shutil.copy2(home / _KEY, staged / _KEY)
    if not register and (home / _SNAPSHOTS).is_dir():
        shutil.copytree(home / _SNAPSHOTS, staged / _SNAPSHOTS, copy_function=os.link)
    if home.is_dir():
        staged.chmod(stat.S_IMODE(home.stat().st_mode))


def _switch(home: Path, staged: Path, moment: str) -> Path | None:
    """Let the new home take the place of the old one; where the old one is now (None: there was none)."""
    before = home.with_name(f"{home.name}.before-{moment}")
    try:
        if home.is_dir() and not any(home.iterdir()):
            home.rmdir()
        is_there = home.exists()
        if is_there:
            home.rename(before)
    except OSError as error:
        what = T("it cannot be moved ({reason})", reason=error.strerror or error)
        do = T("Let TENRING_HOME be a folder below the place where a disk is mounted, not that place")
        raise UnusableInputError(what, where=home, do=do) from error
    staged.rename(home)
    return before if is_there else None


def _switch_back(home: Path, before: Path | None) -> None:
    shutil.rmtree(home)
    if before is not None:
        before.rename(home)


class _File:
    """A SQLite file in the new home: it changes places with it."""

    def fill(self, rows: Path, header: Header, *, replace: bool) -> int:
        """Make it; how many rows."""
        del replace  # the home was asked
        count = load(rows, header.migrations)
        connection.close()  # so that the file is alone when it is moved
        return count

    def switch(self) -> None:
        """Nothing more."""


class _Schema:
    """A schema beside `public` in PostgreSQL; both change their names in one transaction."""

    def __init__(self, moment: str) -> None:
        self.name, self._before, self._old = f"restoring_{moment.lower()}", f"before_{moment.lower()}", False

    def fill(self, rows: Path, header: Header, *, replace: bool) -> int:
        """Make it; how many rows.

        Raises:
            UnusableInputError: there are tables already, and `replace` was not said.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            self._old = cursor.fetchone() != (0,)
            if self._old and not replace:
                do = T("Stop the server and say --replace: what is there is kept beside")
                raise UnusableInputError(T("there is something already"), where="DATABASE_URL", do=do)
            cursor.execute(f"CREATE SCHEMA {self.name}")
        return load(rows, header.migrations)

    def switch(self) -> str | None:
        """Take the place of `public`; the name of what was there before."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"ALTER SCHEMA public RENAME TO {self._before}" if self._old else "DROP SCHEMA IF EXISTS public"
            )
            cursor.execute(f"ALTER SCHEMA {self.name} RENAME TO public")
        connection.close()
        return self._before if self._old else None

    def drop(self) -> None:
        """Remove it: it did not become whole."""
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {self.name} CASCADE")
        connection.close()


@contextmanager
def _database(staged: Path, settings: Settings, moment: str) -> Iterator[_File | _Schema]:
    """The new database, with Django set up to see nothing else.

    Raises:
        UnusableInputError: the database does not let us.
    """
    schema = _Schema(moment) if settings.database_url else None
    os.environ["TENRING_HOME"] = str(staged)
    if settings.database_url and schema:
        sign = "&" if "?" in settings.database_url else "?"
        os.environ["DATABASE_URL"] = f"{settings.database_url}{sign}options=-c%20search_path%3D{schema.name}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenring.web.core.settings")
    django.setup()
    try:
        yield schema or _File()
    except BaseException as error:
        if schema:
            with suppress(DatabaseError):
                schema.drop()
        if isinstance(error, DatabaseError):
            what = T("the database refuses it ({reason})", reason=str(error).strip())
            raise UnusableInputError(what) from error
        raise
