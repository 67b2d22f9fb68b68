"""One build at a time in one home: a lock that the operating system releases when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenring.exceptions import SnapshotError


@contextmanager
def only_build(folder: Path) -> Iterator[None]:
    """Hold the lock of the snapshots in `folder` while the block runs.

    Raises:
        SnapshotError: another build holds it; the message has its process number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ".lock"
    with path.open("a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            stream.seek(0)
            holder = stream.read().strip() or "unknown"
            message = f"another build (process {holder}) is writing to {folder}. Wait until it ends and try again"
            raise SnapshotError(message) from error
        stream.seek(0)
        stream.truncate()
        stream.write(str(os.getpid()))
        stream.flush()
        yield
