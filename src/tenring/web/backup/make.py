"""`tenring backup`: while the server runs, everything that cannot be made again."""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections

import tenring
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.register.snapshot import Snapshot
from tenring.settings import SECRETS, VARIABLES, Settings
from tenring.web.backup import rows
from tenring.web.backup.archive import FORM, HOME, ROWS, Header, writing

_COPY = "copy"

#: Below the home, but not in a backup: what can be made or fetched again, and the key that signs sessions.
_MADE_AGAIN = {"snapshots", "fetched", "compiled", "material", "dumps", "secret.key"}
#: Files that SQLite keeps beside its own.
_BESIDE = re.compile(r".*\.sqlite-(wal|shm|journal)")
_NAME = "tenring-backup-{moment}.tar.gz"
_NAMED = re.compile(r"tenring-backup-\d{8}T\d{6}Z\.tar\.gz")


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    file: Path
    size: int
    files: int
    rows: int
    removed: tuple[Path, ...] = ()
    """Older ones that went."""


def make(target: Path, *, settings: Settings, with_register: bool = False, keep: int | None = None) -> Made:
    """Write a backup to a file, or, with its moment as its name, into a folder; there keep the newest `keep`.

    The rows are those of one moment; files come after them, so that what a row speaks of is there.

    Raises:
        UnusableInputError: the target cannot be written, or `keep` was said of a file.
        SnapshotError: the register is wanted, and there is none.
    """
    moment = datetime.now(UTC)
    is_folder = target.is_dir()
    if keep is not None and not is_folder:
        raise UnusableInputError(T("only backups in a folder can be counted"), where=target, do=T("Name a folder"))
    file = target / _NAME.format(moment=f"{moment:%Y%m%dT%H%M%SZ}") if is_folder else target
    if not file.parent.is_dir():
        raise UnusableInputError(T("there is no such folder"), where=file.parent, do=T("Make it first"))
    snapshot = Snapshot.open(settings).folder if with_register else None
    with (
        tempfile.TemporaryDirectory(prefix=".tenring-", dir=file.parent) as beside,
        _at_one_moment(Path(beside)) as database,
    ):
        dumped = Path(beside) / ROWS
        count = rows.dump(dumped, database=database)
        header = Header(
            form=FORM, version=tenring.__version__, created_at=moment, migrations=rows.steps(database),
            settings=_said(settings), with_register=snapshot is not None,
        )  # fmt: skip
        with writing(file, header) as archive:
            archive.add(ROWS, dumped)
            for path in [*_own(settings.home), *(_below(snapshot) if snapshot else ())]:
                name = f"{HOME}/{path.relative_to(settings.home).as_posix()}"
                archive.add(name, _still(path, Path(beside)))
        files = len(archive.entries)
    removed = _rotate(target, keep) if keep is not None else ()
    return Made(file, file.stat().st_size, files, count, removed)


@contextmanager
def _at_one_moment(beside: Path) -> Iterator[str]:
    """The name of a database that does not change while it is read: a copy of a SQLite file, PostgreSQL itself."""
    live = connections[DEFAULT_DB_ALIAS]
    if live.vendor != "sqlite":
        yield DEFAULT_DB_ALIAS
        return
    copy = _copied(Path(live.settings_dict["NAME"]), beside / "database.sqlite")
    connections.databases[_COPY] = {**connections.databases[DEFAULT_DB_ALIAS], "NAME": str(copy)}
    try:
        yield _COPY
    finally:
        connections[_COPY].close()
        del connections[_COPY], connections.databases[_COPY]


def _copied(source: Path, target: Path) -> Path:
    """A copy of a SQLite file while others write it."""
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
    except sqlite3.Error as error:
        raise UnusableInputError(T("it cannot be copied ({reason})", reason=error), where=source) from error
    return target


def _own(home: Path) -> Iterator[Path]:
    """The files of a home that nobody else has. Hidden ones are locks and what is half written."""
    database = Path(str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]))
    for path in sorted(home.iterdir()):
        if path.name not in _MADE_AGAIN and path != database:
            yield from _below(path)


def _below(path: Path) -> Iterator[Path]:
    """The files at or below a path; none, where it is gone meanwhile."""
    if path.name.startswith(".") or _BESIDE.fullmatch(path.name) or _NAMED.fullmatch(path.name):
        return
    if path.is_dir():
        with suppress(FileNotFoundError):
            for one in sorted(path.iterdir()):
                yield from _below(one)
    elif path.is_file():
        yield path


def _still(path: Path, beside: Path) -> Path:
    """The file itself, or, of a small database of ours, a copy that nobody writes."""
    if path.suffix != ".sqlite":
        return path
    copy = beside / "small.sqlite"
    copy.unlink(missing_ok=True)
    return _copied(path.resolve(), copy)


def _said(settings: Settings) -> dict[str, str]:
    """Settings that are not the default ones, by the names of their variables, without secrets."""
    usual = {one.name: getattr(Settings(), one.name) for one in fields(Settings)}
    said = {name: getattr(settings, to) for name, (to, _, _) in VARIABLES.items()}
    hidden = {*SECRETS, "TENRING_PASSPHRASE"}
    return {
        name: str(value) for name, value in said.items() if name not in hidden and value != usual[VARIABLES[name][0]]
    }


def _rotate(folder: Path, keep: int) -> tuple[Path, ...]:
    """Remove all but the newest backups in a folder; other files are left alone."""
    found = sorted((path for path in folder.iterdir() if _NAMED.fullmatch(path.name)), reverse=True)
    for path in found[keep:]:
        path.unlink()
    return tuple(found[keep:])
