"""What kind of file it is, by its content and never by its name's ending."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from tenring.exceptions import UnusableInputError
from tenring.language import N, T
from tenring.limits import require_size
from tenring.settings import Settings


class Format(StrEnum):
    """Formats we read."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSON = "json"
    XML = "xml"


#: First bytes of formats we do not read -> what they are and what to do.
FOREIGN = {
    b"\xd0\xcf\x11\xe0": (N("an old or password-protected Excel workbook"), N("Save it as .xlsx without a password")),
    b"%PDF": (N("a PDF document"), N("Ask for the table as a spreadsheet or CSV")),
    b"\x1f\x8b": (N("compressed with gzip"), N("Unpack it first")),
    b"BZh": (N("compressed with bzip2"), N("Unpack it first")),
    b"\xfd7zXZ": (N("compressed with xz"), N("Unpack it first")),
    b"7z\xbc\xaf": (N("a 7-Zip archive"), N("Unpack it first")),
    b"Rar!": (N("a RAR archive"), N("Unpack it first")),
    b"\x89PNG": (N("a picture"), N("Ask for the table as a spreadsheet or CSV")),
    b"\xff\xd8\xff": (N("a picture"), N("Ask for the table as a spreadsheet or CSV")),
    b"SQLite format 3": (N("an SQLite database"), N("Export the table as CSV")),
}

HEAD_BYTES = 65_536
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def detect(path: Path, *, settings: Settings) -> Format:
    """The format of a file.

    Raises:
        UnusableInputError: it does not exist, is empty, too large, or of a kind we do not read.
    """
    if not path.is_file():
        raise UnusableInputError(T("there is no such file"), where=path)
    size = path.stat().st_size
    if size == 0:
        raise UnusableInputError(T("the file is empty"), where=path, do=T("Export it again"))
    require_size(path, settings)
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    return _by_head(head, path)


def _by_head(head: bytes, path: Path) -> Format:
    for magic, (what, do) in FOREIGN.items():
        if head.startswith(magic):
            raise UnusableInputError(T("the file is {what}", what=T(what)), where=path, do=T(do))
    if head.startswith(b"PK\x03\x04"):
        return Format.XLSX
    if head.startswith(b"PK"):
        raise UnusableInputError(T("the file is an empty or split ZIP archive"), where=path, do=T("Export it again"))
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    text = _ascii(head)
    if not text.strip():
        raise UnusableInputError(T("the file is empty"), where=path, do=T("Export it again"))
    if text.lstrip().lower().startswith((b"<html", b"<!doctype html")):
        raise UnusableInputError(T("the file is a web page"), where=path, do=T("Save the table as CSV or .xlsx"))
    if text.lstrip().startswith(b"<"):
        return Format.XML
    if text.lstrip().startswith((b"{", b"[")):
        return Format.JSON
    return Format.CSV


def _ascii(head: bytes) -> bytes:
    """The head without byte order mark, and without the zero bytes of UTF-16, enough to see its first sign."""
    for bom in _BOMS:
        head = head.removeprefix(bom)
    return head.replace(b"\x00", b"") if head[:200].count(0) else head
