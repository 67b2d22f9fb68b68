"""Purchase lines in parts that fit into memory, by a hash of the product: identical lines are in one part.

The answers of the parts together are those of all lines at once: no step of screening looks from one line to another
but to identical ones. Only certified alternatives are named for all lines together, when the parts are finished.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.model.duck import DuckEngine
from tenring.model.sql import quoted
from tenring.screening.work import link
from tenring.settings import Settings, memory_bytes

#: Lines that are screened at once in each GiB of memory.
LINES_PER_GIB = 500_000

#: What makes two lines the same product: see tenring.screening.match.
_PRODUCT = ("description", "brand", "model", "gtin", "certificate")


def how_many(lines: int, settings: Settings, *, asked: int | None) -> int:
    """Parts for so many lines: those asked for, else those set, else by memory; for Spark one.

    Raises:
        UnusableInputError: less than one, or the memory setting cannot be read.
    """
    wanted = settings.partitions if asked is None else asked
    if wanted is None and settings.engine == "spark":
        return 1  # Spark divides the work itself
    if wanted is None:
        return max(1, -(-lines // max(1, int(LINES_PER_GIB * memory_bytes(settings.memory) / 2**30))))
    if wanted < 1:
        raise UnusableInputError(T("{parts} parts are too few", parts=wanted), do=T("Ask for one part or more"))
    return wanted


def split(engine: DuckEngine, purchases: Path, folder: Path, *, parts: int) -> None:
    """Write the lines of `purchases` into one folder for each part, in one pass (see `part_of`)."""
    key = " || '\x1f' || ".join(f"coalesce({name}, '')" for name in _PRODUCT)
    query = f"SELECT *, hash({key}) % {parts} AS part FROM read_parquet({quoted(purchases)})"
    engine.connection.execute(f"COPY ({query}) TO {quoted(folder)} (FORMAT parquet, PARTITION_BY (part), OVERWRITE)")
    for path in folder.glob("part=*"):
        path.rename(folder / path.name.removeprefix("part="))


def part_of(folder: Path, number: int) -> Path | None:
    """The folder of the lines of one part; None when it has no line."""
    path = folder / str(number)
    return path if path.is_dir() else None


def merge(engine: DuckEngine, files: Sequence[Path], target: Path, *, order: str) -> None:
    """Write the rows of the files of all parts, each in order, to one file in order."""
    if len(files) == 1:
        link(files[0], target)
        return
    listed = ", ".join(quoted(file) for file in files)
    engine.write(f"SELECT * FROM read_parquet([{listed}]) ORDER BY {order}", target)
