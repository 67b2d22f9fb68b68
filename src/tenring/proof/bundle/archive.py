"""The file of a bundle: a ZIP archive of a kind so narrow that nothing in it can be unpacked, hidden or overlaid.

Stored, not compressed; not encrypted; without comment, ZIP64, folders or other names than `index.json` and
`documents/<sha256>`. The same content gives the same bytes.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tenring.exceptions import MaterialError
from tenring.language import T
from tenring.proof.bundle.index import DOCUMENTS, INDEX, BundleLimits

#: End of central directory: signature, 2 disk numbers, 2 counts, size and offset of the directory, length of a comment.
_END: Final = struct.Struct("<4s4H2LH")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_NAME = re.compile(rf"{re.escape(INDEX)}|{re.escape(DOCUMENTS)}[0-9a-f]{{64}}", re.ASCII)
#: ZIP begins its time here; a time of making would make the same content another file.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
#: Bytes of a name, a local and a central header, generously.
_ENTRY: Final = 256


@dataclass(frozen=True)
class Archive:
    """An archive whose directory was read: name -> (where its header begins, size)."""

    path: Path
    entries: Mapping[str, tuple[int, int]]

    def body(self, name: str) -> bytes:
        """One entry, as it is stored.

        Raises:
            MaterialError: the file changed or is cut off.
        """
        offset, size = self.entries[name]
        try:
            with self.path.open("rb") as stream:
                stream.seek(offset)
                header = stream.read(_LOCAL.size)
                if len(header) < _LOCAL.size:
                    raise _broken(self.path, T("it is cut off"))
                _, *_, name_length, extra_length = _LOCAL.unpack(header)
                stream.seek(name_length + extra_length, 1)
                return stream.read(size)
        except OSError as error:
            raise MaterialError(T("{path} cannot be read: {error}", path=self.path, error=error)) from error


def open_archive(path: Path, limits: BundleLimits) -> Archive:
    """Read the directory of an archive.

    Raises:
        MaterialError: there is no such file, or it is none of ours.
    """
    try:
        size = path.stat().st_size
        if size > limits.file:
            raise _broken(path, T("it is larger than {limit} bytes", limit=f"{limits.file:,}"))
        _require_plain_end(path, size, limits)
        with zipfile.ZipFile(path) as archive:
            return Archive(path, _entries(path, archive.infolist(), limits))
    except FileNotFoundError as error:
        raise MaterialError(T("{path}: there is no such bundle", path=path)) from error
    except (OSError, zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
        raise _broken(path, str(error)) from error


def _require_plain_end(path: Path, size: int, limits: BundleLimits) -> None:
    """Look at the end of the file before a directory of any length is read."""
    with path.open("rb") as stream:
        stream.seek(max(size - _END.size, 0))
        raw = stream.read(_END.size)
    if len(raw) < _END.size:
        raise _broken(path, T("it is no ZIP archive"))
    mark, disk, first, here, count, length, offset, comment = _END.unpack(raw)
    if mark != b"PK\x05\x06" or comment or disk or first or here != count or offset + length + _END.size != size:
        raise _broken(path, T("it is no ZIP archive, or has something before, between or after its entries"))
    if count > limits.documents + 1 or length > count * _ENTRY:
        raise _broken(path, T("it has more than {most} entries", most=f"{limits.documents:,}"))


def _entries(path: Path, found: Iterable[zipfile.ZipInfo], limits: BundleLimits) -> dict[str, tuple[int, int]]:
    entries: dict[str, tuple[int, int]] = {}
    for one in found:
        most = limits.index if one.filename == INDEX else limits.document
        if not _NAME.fullmatch(one.filename) or one.filename in entries:
            raise _broken(
                path, T("{name} does not belong into a bundle, or is there twice", name=repr(one.filename[:80]))
            )
        if one.compress_type != zipfile.ZIP_STORED or one.flag_bits & ~0x0800 or one.file_size != one.compress_size:
            raise _broken(path, T("{name} is compressed or encrypted", name=repr(one.filename)))
        if one.file_size > most:
            raise _broken(path, T("{name} is larger than {limit} bytes", name=repr(one.filename), limit=f"{most:,}"))
        entries[one.filename] = (one.header_offset, one.file_size)
    if INDEX not in entries:
        raise _broken(path, T("it has no index"))
    return entries


def write_archive(path: Path, index: bytes, documents: Mapping[str, bytes]) -> None:
    """Write an archive: the index first, then the documents (by their hash) in order.

    Raises:
        MaterialError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
            archive.writestr(_info(INDEX), index)
            for sha256 in sorted(documents):
                archive.writestr(_info(DOCUMENTS + sha256), documents[sha256])
        part.replace(path)
    except (OSError, zipfile.LargeZipFile) as error:
        raise MaterialError(T("{path} cannot be written: {error}", path=path, error=error)) from error
    finally:
        part.unlink(missing_ok=True)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _NO_TIME)
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def _broken(path: Path, why: str) -> MaterialError:
    return MaterialError(T("{path} is no bundle that can be used: {why}", path=path, why=why))
