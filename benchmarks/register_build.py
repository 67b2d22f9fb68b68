"""How long a register build takes, against its limit: 60 s and 2 GiB on two cores for all real files.

    python benchmarks/register_build.py [--from DIR]

Without a folder of real registers (TENRING_DATA, or --from) the bundled samples are built.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from machine import describe, peak_memory_gib

from tenring.register.build import build
from tenring.settings import Settings, from_environment

LIMIT_SECONDS, LIMIT_GIB = 60, 2


def main() -> None:
    """Build once in a temporary home and print the figures with their ratios to the limits."""
    settings = from_environment()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path)
    source = parser.parse_args().source or (
        settings.data / "registers" if settings.data else settings.samples / "registers"
    )
    with tempfile.TemporaryDirectory() as home:
        started = time.perf_counter()
        built = build(Settings(home=Path(home), catalog=settings.catalog), source=source, only=(), on=None)
        seconds = time.perf_counter() - started
    lists = built.snapshot.manifest.lists
    rows = sum(file.rows for one in lists for file in one.files)
    print(f"register build: {describe()}")
    print(f"  {rows:,} rows read, {sum(one.published for one in lists):,} licences published from {source.name}/")
    print(f"  {seconds:.1f} s = {seconds / LIMIT_SECONDS:.2f} of the limit of {LIMIT_SECONDS} s")
    print(f"  {rows / seconds:,.0f} rows/s")
    print(f"  {peak_memory_gib():.2f} GiB peak = {peak_memory_gib() / LIMIT_GIB:.2f} of the limit of {LIMIT_GIB} GiB")


if __name__ == "__main__":
    main()
