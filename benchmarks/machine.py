"""The size of the machine a figure was measured on, printed with it."""

from __future__ import annotations

import os
import platform
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Self

import duckdb
import pyarrow as pa


def describe() -> str:
    """Cores, memory, processor and versions in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    versions = f"Python {platform.python_version()}, duckdb {duckdb.__version__}, pyarrow {pa.__version__}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}; {versions}"


def peak_memory_gib() -> float:
    """Most memory this process has held so far, in GiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**3 if sys.platform == "darwin" else 1024**2)


class MemoryWatch:
    """Most memory that this process and its children held together, looked at five times a second; on Linux.

    What the system says of an ended child is no help: it counts what its parent held when it was started.
    """

    def __init__(self) -> None:
        self.gib = 0.0
        self._stopped = Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        self.gib = max(self.gib, peak_memory_gib())

    def _look(self) -> None:
        while not self._stopped.wait(0.2):
            self.gib = max(self.gib, sum(map(_resident_gib, _family())))


def _family() -> Iterator[Path]:
    """Folders of this process and of its children under /proc."""
    own = str(os.getpid())
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            parent = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
            if own in (folder.name, parent):
                yield folder


def _resident_gib(folder: Path) -> float:
    with suppress(OSError):
        pages = int((folder / "statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / 1024**3
    return 0.0


def cpu_seconds() -> float:
    """Processor time of this process and of its ended children, in seconds."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def resident_mib() -> float:
    """Memory this process holds now, in MiB; on Linux."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024**2
