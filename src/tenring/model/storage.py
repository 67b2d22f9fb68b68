"""Files at addresses of object storage (`s3://`, `gs://`, `abfs://`): fetched and sent with Arrow's own clients.

They find keys where the tools of each storage do: in the environment, in a user's files, in the machine's identity. A
storage of another place that speaks S3 is named by AWS_ENDPOINT_URL.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pyarrow as pa
from pyarrow import fs

from tenring.exceptions import UnusableInputError
from tenring.language import T

#: Says, in a folder that was fetched, where it is from and which files it had there.
_ORIGIN = ".address"
#: Stands beside a folder's files while they are being sent.
_UNFINISHED = "unfinished"
_BLOCK = 4 * 1024**2


def is_address(text: Path | str) -> bool:
    """Whether a text is an address and not a path."""
    return "://" in str(text)


def local(text: str) -> Path | str:
    """The path that a text or an address `file://…` means; another address as it is."""
    if text.startswith("file://"):
        return Path(unquote(urlsplit(text).path))
    return text if is_address(text) else Path(text)


def short_name(address: str) -> str:
    """A name for a folder that belongs to an address: always the same, and another one for another address."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def fetch(address: str, target: Path) -> None:
    """Copy the file at an address to the path `target`.

    Raises:
        UnusableInputError: it is not there, or the storage does not let us read it.
    """
    with _told(address, T("it cannot be read")):
        place = _Place.at(address)
        if place.system.get_file_info(place.path).type != fs.FileType.File:
            raise UnusableInputError(T("there is no such file"), where=address, do=_advice())
        place.fetch("", target)


def fetch_folder(address: str, target: Path, *, without: frozenset[str] = frozenset()) -> None:
    """Let the folder `target` have the files of the folder at an address but those of the folders `without`.

    Files that are there from an earlier time are kept when none has changed. The folder appears whole or not at all.

    Raises:
        UnusableInputError: there is no file, or the storage does not let us read them.
    """
    with _told(address, T("it cannot be read")):
        place = _Place.at(address)
        files = {name: mark for name, mark in place.files().items() if name.partition("/")[0] not in without}
        if not files:
            raise UnusableInputError(T("there is no file"), where=address, do=_advice())
        origin = json.dumps({"address": address.rstrip("/"), "files": files}, indent=1, sort_keys=True)
        about = target / _ORIGIN
        if about.is_file() and about.read_text(encoding="utf-8") == origin:
            return
        hidden = target.with_name(f".{target.name}.part")
        shutil.rmtree(hidden, ignore_errors=True)
        for name in files:
            place.fetch(name, hidden / name)
        (hidden / _ORIGIN).write_text(origin, encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        hidden.rename(target)


def origin_of(path: Path) -> str | None:
    """The address that a file of a fetched folder is from; None for other files."""
    for folder in list(path.parents)[:3]:
        about = folder / _ORIGIN
        if about.is_file():
            address = json.loads(about.read_text(encoding="utf-8"))["address"]
            return f"{address}/{path.relative_to(folder).as_posix()}"
    return None


def require_free(address: str, *, mark: str) -> None:
    """Require that a folder may be sent to an address: nothing is there, or one of ours, which has the file `mark`.

    Raises:
        UnusableInputError: something else is there, or the storage does not let us look.
    """
    with _told(address, T("it cannot be read")):
        files = _Place.at(address).files()
    if files and not files.keys() & {mark, _UNFINISHED}:
        what = T("this exists and is not a screening of ours")
        raise UnusableInputError(what, where=address, do=T("Name another folder with --out"))


def send_folder(folder: Path, address: str, *, mark: str) -> None:
    """Let an address have the files of a folder and no others; the file `mark` comes last and says that all are there.

    Raises:
        UnusableInputError: the storage does not take them; `mark` is not there then.
    """
    with _told(address, T("it cannot be written; the result is in {folder}", folder=folder)):
        place = _Place.at(address)
        before = place.files()
        place.send(b"", _UNFINISHED)
        if mark in before:
            place.delete(mark)
        names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        for name in sorted(before.keys() - names - {_UNFINISHED}):
            place.delete(name)
        for name in sorted(names, key=lambda name: (name == mark, name)):
            place.send(folder / name, name)
        place.delete(_UNFINISHED)


@dataclass(frozen=True)
class _Place:
    """A file or folder of a storage."""

    system: fs.FileSystem
    path: str

    @classmethod
    def at(cls, address: str) -> _Place:
        system, path = fs.FileSystem.from_uri(quote(address.rstrip("/"), safe="%:/?&=@+,~"))
        return cls(system, path)

    def files(self) -> Mapping[str, str]:
        """Name within this folder -> what tells that a file has changed, of all files below it."""
        selector = fs.FileSelector(self.path, allow_not_found=True, recursive=True)
        found = [one for one in self.system.get_file_info(selector) if one.type == fs.FileType.File]
        return {one.path.removeprefix(f"{self.path}/"): f"{one.size} {one.mtime_ns}" for one in found}

    def fetch(self, name: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with self.system.open_input_stream(self._below(name)) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file, _BLOCK)

    def send(self, content: Path | bytes, name: str) -> None:
        with self.system.open_output_stream(self._below(name)) as sink:
            if isinstance(content, bytes):
                sink.write(content)
                return
            with content.open("rb") as file:
                shutil.copyfileobj(file, sink, _BLOCK)

    def delete(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self.system.delete_file(self._below(name))

    def _below(self, name: str) -> str:
        return f"{self.path}/{name}" if name else self.path


@contextmanager
def _told(address: str, what: str) -> Iterator[None]:
    """What a storage refuses, as an error that a user can act on."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())[:300]
        raise UnusableInputError(f"{what} ({reason})", where=address, do=_advice()) from error


def _advice() -> str:
    return T("See the address, and the keys that this machine has for the storage")
