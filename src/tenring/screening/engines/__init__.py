"""What runs the steps of a screening: DuckDB in this process, or Spark."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenring.exceptions import EngineError
from tenring.language import T
from tenring.model.duck import duck_engine
from tenring.model.sql import Engine
from tenring.settings import Settings


@contextmanager
def open_engine(settings: Settings, *, beside: Path) -> Iterator[Engine]:
    """The engine that `settings` name. What is larger than memory goes to their temporary place, else beside a result.

    Raises:
        EngineError: Spark is asked for and is not installed or cannot be reached; the temporary place is no folder.
    """
    with _scratch(settings, beside) as folder:
        if settings.engine == "spark":
            with _spark(settings, folder) as engine:
                yield engine
        else:
            with duck_engine(memory=settings.memory, threads=settings.threads, spill=folder) as engine:
                yield engine


@contextmanager
def _scratch(settings: Settings, beside: Path) -> Iterator[Path]:
    """A folder that goes with the engine."""
    place = Path(settings.temporary) if settings.temporary and not is_address(settings.temporary) else beside.parent
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"{beside.name}-", dir=place))
    except OSError as error:
        raise EngineError(
            T("temporary files cannot be written to {place} ({reason}). Set TENRING_TEMP to a folder of yours",
              place=place, reason=error.strerror)
        ) from error  # fmt: skip
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _spark(settings: Settings, folder: Path) -> Iterator[Engine]:
    try:
        from tenring.screening.engines.spark import SparkPlace, spark_engine  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise EngineError(
            T('Spark is not installed ({reason}). Install it with: pip install "tenring[spark]"', reason=error)
        ) from error
    address = settings.temporary if settings.temporary and is_address(settings.temporary) else None
    place = SparkPlace(
        master=settings.spark_master or f"local[{settings.threads}]",
        folder=folder,
        address=address,
        memory=settings.memory,
        threads=settings.threads,
        conf=settings.spark_conf,
    )
    with spark_engine(place) as engine:
        yield engine


def is_address(place: str) -> bool:
    """Whether a place is an address (`s3a://bucket/folder`, `file:///folder`) and no folder of this machine."""
    return "://" in place
