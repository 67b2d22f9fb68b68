"""Limits on what is read from outside: files are hostile until they are known to be small enough."""

from __future__ import annotations

from pathlib import Path

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.settings import Settings

_PIECE = 1 << 20


def require_size(path: Path, settings: Settings) -> None:
    """Require that a file is within `max_file_bytes`; one that is not there is left to its reader to complain about.

    Raises:
        UnusableInputError: it is larger.
    """
    size = path.stat().st_size if path.is_file() else 0
    if size > settings.max_file_bytes:
        what = T(
            "the file has {size:,} bytes, more than the limit of {limit:,}", size=size, limit=settings.max_file_bytes
        )
        raise UnusableInputError(what, where=path, do=T("Split it, or raise TENRING_MAX_FILE_BYTES"))


def require_text_within(path: Path, settings: Settings) -> None:
    """Require that a text file is within `max_file_bytes` and `max_rows`, before it is read whole.

    Raises:
        UnusableInputError: it has more bytes, or more lines.
    """
    require_size(path, settings)
    if not path.is_file():
        return
    with path.open("rb") as stream:
        rows = sum(piece.count(b"\n") for piece in iter(lambda: stream.read(_PIECE), b""))
    require_rows(rows, path, settings)


def require_rows(rows: int, path: Path, settings: Settings) -> None:
    """Require that a file has no more than `max_rows` rows.

    Raises:
        UnusableInputError: it has.
    """
    if rows > settings.max_rows:
        what = T("the file has {rows:,} rows, more than the limit of {limit:,}", rows=rows, limit=settings.max_rows)
        raise UnusableInputError(what, where=path, do=T("Split it, or raise TENRING_MAX_ROWS"))
