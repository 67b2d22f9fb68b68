"""The file of a backup: a gzipped tar with numbered members, and last a manifest that says what each of them is.

    tenring-backup.json   first: form, version, when, which steps of the database were taken
    files/1, files/2, …   contents
    manifest.json         last: for each member its path, size and SHA-256

Members have no names of their own, so no name in a hostile archive is ever used as a path: paths stand in the manifest,
which is checked as a whole after everything was unpacked beside.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

import tenring
from tenring.exceptions import UnusableInputError
from tenring.language import T

FORM = 1
HEADER, MANIFEST = "tenring-backup.json", "manifest.json"
#: Paths in the manifest: the rows of the database, and the folder of the home's files.
ROWS, HOME = "database.jsonl", "home"
_MEMBER = re.compile(r"files/[1-9][0-9]{0,8}")
_PIECE = 1 << 20

#: Header and manifest are read into memory.
_MOST_OF_HEADER, _MOST_OF_MANIFEST = 1 << 20, 256 << 20

#: Parts of a path that could lead out of a folder or name a device on some system.
_UNSAFE_PART = re.compile(r"\A\.*\Z|[\x00-\x1f\\:]")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Header(_Frozen):
    """What is said first, so that a wrong file or a newer version is refused at once."""

    form: int
    version: str
    created_at: datetime
    migrations: tuple[tuple[str, str], ...]
    """Steps of the database that were taken: application and name."""
    settings: dict[str, str]
    """What was set; secrets are left out."""
    with_register: bool
    """Whether the snapshot of the registers is in it."""


class Entry(_Frozen):
    """One member."""

    member: str
    path: str
    size: int
    sha256: str


class Manifest(_Frozen):
    """All members."""

    files: tuple[Entry, ...]


@dataclass
class Writer:
    """Adds members; `writing` opens one."""

    _tar: tarfile.TarFile
    entries: list[Entry] = field(default_factory=list)

    def add(self, path: str, source: Path) -> bool:
        """Add a file under a path; False: it is gone meanwhile.

        Raises:
            UnusableInputError: it became shorter while it was read.
        """
        try:
            stream = source.open("rb")
        except FileNotFoundError:
            return False
        with stream:
            told = tarfile.TarInfo(f"files/{len(self.entries) + 1}")
            told.size = os.fstat(stream.fileno()).st_size
            hashing = _Hashing(stream)
            try:
                self._tar.addfile(told, hashing)  # type: ignore[arg-type]  # it only reads
            except OSError as error:
                what = T("it cannot be read to its end ({reason})", reason=error)
                raise UnusableInputError(what, where=source, do=T("Run the backup again")) from error
        self.entries.append(Entry(member=told.name, path=path, size=told.size, sha256=hashing.hexdigest()))
        return True

    def note(self, name: str, told: BaseModel) -> None:
        """Add the header or the manifest."""
        raw = told.model_dump_json(indent=1).encode()
        info = tarfile.TarInfo(name)
        info.size = len(raw)
        self._tar.addfile(info, BytesIO(raw))


class _Hashing:
    """Reads a file and knows the hash of what was read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._hash = stream, hashlib.sha256()

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        self._hash.update(piece)
        return piece

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def writing(target: Path, header: Header) -> Iterator[Writer]:
    """A new archive; it has its name once it is whole and on the disk. Only its owner may read it."""
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            with (
                gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6) as packed,
                tarfile.open(mode="w|", fileobj=packed, format=tarfile.GNU_FORMAT) as tar,
            ):
                writer = Writer(tar)
                writer.note(HEADER, header)
                yield writer
                writer.note(MANIFEST, Manifest(files=tuple(writer.entries)))
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


class _Plain(tarfile.TarInfo):
    """A member that is a plain file: no link, no device, no header of another that is read into memory."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type not in {tarfile.REGTYPE, tarfile.AREGTYPE}:
            message = "not a plain file"
            raise tarfile.ReadError(message)
        member: tarfile.TarInfo = self._proc_builtin(tar)  # type: ignore[attr-defined]  # of the standard library
        return member


def unpack(archive: Path, into: Path, *, most_bytes: int) -> Header:
    """Unpack an archive into an empty folder and check it as a whole.

    Raises:
        UnusableInputError: it is damaged, not one of ours, of a newer version, or larger than `most_bytes` unpacked.
            What was unpacked is the caller's to remove.
    """
    members = into / ".members"
    members.mkdir(mode=0o700)
    try:
        with archive.open("rb") as raw, gzip.GzipFile(fileobj=raw) as packed:
            header, manifest, found = _read(packed, members, most_bytes)
            while packed.read(_PIECE):  # to its end, so that the checksum of the whole is compared
                pass
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValidationError) as error:
        raise _damaged(archive) from error
    except OSError as error:
        raise UnusableInputError(
            T("it cannot be read ({reason})", reason=error.strerror or error), where=archive
        ) from error
    _require_same(archive, manifest, found)
    for entry in manifest.files:
        target = into / entry.path
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (members / Path(entry.member).name).rename(target)
    members.rmdir()
    return header


def _damaged(archive: Path) -> UnusableInputError:
    return UnusableInputError(T("it is no whole backup of Tenring"), where=archive, do=T("Take another one"))


def _read(packed: gzip.GzipFile, members: Path, most_bytes: int) -> tuple[Header, Manifest, dict[str, tuple[int, str]]]:
    """Write each member into a folder by its number; header, manifest, and size and hash of what was found."""
    found: dict[str, tuple[int, str]] = {}
    with tarfile.open(mode="r|", fileobj=packed, tarinfo=_Plain) as tar:
        header = Header.model_validate_json(_small(tar, tar.next(), HEADER, _MOST_OF_HEADER))
        _require_known(header)
        left = most_bytes
        while (member := tar.next()) is not None and member.name != MANIFEST:
            left -= member.size
            if left < 0:
                what = T("unpacked it is larger than the {most:,} bytes that are free", most=most_bytes)
                raise UnusableInputError(what, do=T("Free some space"))
            if not _MEMBER.fullmatch(member.name) or member.name in found:
                message = "a member of another name"
                raise tarfile.ReadError(message)
            found[member.name] = _written(tar, member, members / Path(member.name).name)
        manifest = Manifest.model_validate_json(_small(tar, member, MANIFEST, _MOST_OF_MANIFEST))
        if tar.next() is not None:
            message = "something behind the manifest"
            raise tarfile.ReadError(message)
    return header, manifest, found


def _small(tar: tarfile.TarFile, member: tarfile.TarInfo | None, name: str, most: int) -> bytes:
    """The content of a member that must be the next."""
    stream = tar.extractfile(member) if member is not None and member.name == name and member.size <= most else None
    if stream is None:
        message = f"no {name}"
        raise tarfile.ReadError(message)
    return stream.read()


def _require_known(header: Header) -> None:
    """Refuse what a newer version made.

    Raises:
        UnusableInputError: it is from one.
    """
    if header.form > FORM or _order(header.version) > _order(tenring.__version__):
        what = T("the backup was made by version {made}, this is {ours}", made=header.version, ours=tenring.__version__)
        raise UnusableInputError(what, do=T("Restore it with that version or a later one"))


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _written(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> tuple[int, str]:
    stream = tar.extractfile(member)
    if stream is None:
        message = "a member without content"
        raise tarfile.ReadError(message)
    size, hash_ = 0, hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while piece := stream.read(_PIECE):
            out.write(piece)
            hash_.update(piece)
            size += len(piece)
    return size, hash_.hexdigest()


def _require_same(archive: Path, manifest: Manifest, found: dict[str, tuple[int, str]]) -> None:
    """Require that the manifest tells of exactly what was found, and that its paths stay in the folder.

    Raises:
        UnusableInputError: it does not.
    """
    told = {entry.member: (entry.size, entry.sha256) for entry in manifest.files}
    paths = [entry.path for entry in manifest.files]
    folders = {str(parent) for path in paths for parent in Path(path).parents}
    is_sound = (
        told == found
        and len(told) == len(paths) == len(set(paths))
        and not folders & set(paths)
        and all(_is_safe(path) for path in paths)
    )
    if not is_sound:
        raise _damaged(archive)


def _is_safe(path: str) -> bool:
    """Whether a path stays below the folder it is joined to, and is not where we unpack."""
    parts = path.split("/")
    return parts[0] != ".members" and not any(_UNSAFE_PART.search(part) for part in parts)
