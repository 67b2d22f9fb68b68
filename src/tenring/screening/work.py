"""What is finished of a screening, kept beside its result, so that an interrupted run goes on where it stopped.

The work folder `.<out>.work` holds `basis.json`, which says what the work rests on (input files by their contents,
options, snapshot, catalogue, decisions, this program), and one folder for each finished stage, which appears by one
rename. Another basis starts anew; a finished run removes the folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tenring.exceptions import EngineError, UnusableInputError
from tenring.language import T
from tenring.settings import PACKAGE, Settings

_BASIS, _LOCK, _OLD = "basis.json", ".lock", ".old"
#: A folder with this file in it was written by us and may be replaced.
OURS = "summary.json"


@dataclass(frozen=True)
class Work:
    """The work folder of one screening."""

    folder: Path
    spill: Path
    """Folder for what is larger than memory."""

    def finished(self, stage: str) -> Path:
        """The folder of a stage, which exists when the stage is finished."""
        return self.folder / stage

    @contextmanager
    def stage(self, name: str) -> Iterator[Path]:
        """A hidden folder that becomes that of the finished stage when the block ends well."""
        partial = self.folder / f".{name}"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        yield partial
        shutil.rmtree(self.folder / name, ignore_errors=True)
        partial.rename(self.folder / name)

    def keep_only(self, basis: str) -> None:
        """Forget everything that rests on another basis, and what was half done."""
        path = self.folder / _BASIS
        same = path.is_file() and path.read_text(encoding="utf-8") == basis
        for one in self.folder.iterdir():
            if one.name != _LOCK and (not same or one.name.startswith(".")):
                _remove(one)
        path.write_text(basis, encoding="utf-8")

    def holds_something(self) -> bool:
        """Whether a stage is finished."""
        return any(one.is_dir() and not one.name.startswith(".") for one in self.folder.iterdir())


@contextmanager
def work_beside(out: Path, *, basis: Mapping[str, object], settings: Settings) -> Iterator[Work]:
    """The work folder of the screening into `out` while the block runs; kept when the block fails after a stage.

    Raises:
        UnusableInputError: `out` holds something that is not a screening of ours.
        EngineError: another process is screening into `out`.
    """
    _require_ours(out)
    parent_is_ours = not out.parent.exists()
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = out.parent / f".{out.name}.work"
    folder.mkdir(exist_ok=True)
    work = Work(folder, settings.spill(folder))
    with _alone(folder, out):
        _restore(folder / _OLD, out)
        shutil.rmtree(work.spill, ignore_errors=True)
        work.keep_only(json.dumps(basis, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
        keep = True
        try:
            yield work
            keep = False
        except UnusableInputError:
            keep = False
            raise
        finally:
            shutil.rmtree(work.spill, ignore_errors=True)
            if not keep or not work.holds_something():
                shutil.rmtree(folder, ignore_errors=True)
            if parent_is_ours and not any(out.parent.iterdir()):
                out.parent.rmdir()


def _require_ours(out: Path) -> None:
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / OURS).is_file())):
        raise UnusableInputError(
            T("this exists and is not a screening of ours"), where=out, do=T("Name another folder with --out")
        )


@contextmanager
def _alone(folder: Path, out: Path) -> Iterator[None]:
    """Hold the lock of a work folder; the operating system releases it however its holder ends."""
    message = T("{out}: another process is screening into this folder. Wait until it ends", out=out)
    try:
        stream = (folder / _LOCK).open("a", encoding="utf-8")
    except FileNotFoundError as error:  # its holder has just ended and removed the folder
        raise EngineError(message) from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EngineError(message) from error
        if not _is_still(stream, folder / _LOCK):
            raise EngineError(message)
        yield


def _is_still(stream: IO[str], path: Path) -> bool:
    """Whether an open file still has its name: the lock on one that was removed keeps nobody out."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def publish(folder: Path, out: Path) -> None:
    """Let a finished folder take the place of `out`, of which nobody sees half."""
    folder.chmod(0o755)
    old = folder.with_name(_OLD)
    if out.exists():
        out.rename(old)
    try:
        folder.rename(out)
    finally:
        _restore(old, out)
    shutil.rmtree(old, ignore_errors=True)


def _restore(old: Path, out: Path) -> None:
    """Give an earlier result its name back, if nothing took its place."""
    if old.is_dir() and not out.exists():
        old.rename(out)


def link(source: Path, target: Path) -> None:
    """Give a finished file another name; a copy where the file system cannot."""
    with suppress(OSError):
        os.link(source, target)
        return
    shutil.copyfile(source, target)


# what work rests on


def contents_of(files: Sequence[Path]) -> list[dict[str, object]]:
    """Name, size and SHA-256 of each input file; one that is not there is left to the reader to complain about."""
    return [
        {"file": str(path), "bytes": path.stat().st_size, "sha256": _sha256(path)} for path in files if path.is_file()
    ]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def folder_state(folder: Path) -> str:
    """What identifies the files of a folder: their names, sizes and times."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    facts = [(str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def program_state() -> str:
    """What identifies this program: its own sources, and the data frozen with them (the card of the matcher)."""
    digest = hashlib.sha256()
    for path in sorted((*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.json"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()
