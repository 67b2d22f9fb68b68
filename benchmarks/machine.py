"""The size of the machine a figure was measured on, printed with it."""

from __future__ import annotations

import os
import platform
import resource
import sys
from pathlib import Path

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


def resident_mib() -> float:
    """Memory this process holds now, in MiB; on Linux."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024**2
