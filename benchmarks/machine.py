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


def peak_memory_gib(*, children: int = 0) -> float:
    """Most memory this process has held so far, in GiB; with that of `children` ended ones, each like the largest."""
    own, one = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + children * one) / (1024**3 if sys.platform == "darwin" else 1024**2)


def cpu_seconds() -> float:
    """Processor time of this process and of its ended children, in seconds."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def resident_mib() -> float:
    """Memory this process holds now, in MiB; on Linux."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024**2
