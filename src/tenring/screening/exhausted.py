"""Memory or disk space that runs out, told as one clear error, whichever library met it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from tenring.exceptions import EngineError
from tenring.language import T
from tenring.screening.work import Work
from tenring.settings import Settings

_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
#: What DuckDB says when the system refuses to write; it passes the number of the error on as text only.
_FULL_WORDS = ("no space left on device", "file too large", "disk quota exceeded", "max_temp_directory_size")


@contextmanager
def exhaustion_explained(work: Work, settings: Settings) -> Iterator[None]:
    """Turn running out of memory or disk space in the block into an `EngineError` that says what to do.

    Raises:
        EngineError: memory or disk space ran out; what was finished is kept in the work folder.
    """
    try:
        yield
    except (duckdb.Error, OSError, MemoryError) as error:
        if _disk_is_full(error):
            raise EngineError(_disk(work)) from error
        if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
            raise EngineError(_memory(work, settings)) from error
        raise


def _disk_is_full(error: Exception) -> bool:
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    text = str(error).lower()
    return isinstance(error, duckdb.Error | OSError) and any(words in text for words in _FULL_WORDS)


def _disk(work: Work) -> str:
    return " ".join(
        (
            T("There is no space left on the disk of {folder} or of {spill}.", folder=work.folder, spill=work.spill),
            T("Free some, or name another disk with --out or TENRING_TEMP."),
            _resumed(),
        )
    )


def _memory(work: Work, settings: Settings) -> str:
    return " ".join(
        (
            T("{memory} of memory are not enough (work folder: {folder}).", memory=settings.memory, folder=work.folder),
            T("Raise TENRING_MEMORY, or divide the lines into more parts with --partitions."),
            _resumed(),
        )
    )


def _resumed() -> str:
    return T("Nothing was published; the same command goes on behind the last part that is finished.")
