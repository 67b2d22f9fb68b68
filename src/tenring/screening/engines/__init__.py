"""What runs the steps of a screening: DuckDB in this process, or Spark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenring.exceptions import EngineError
from tenring.language import T
from tenring.model.duck import duck_engine
from tenring.model.sql import Engine
from tenring.model.workers import Workers
from tenring.settings import Settings


@contextmanager
def open_engine(settings: Settings, *, spill: Path, workers: Workers | None = None) -> Iterator[Engine]:
    """The engine that `settings` name; what is larger than memory goes to the folder `spill`.

    `workers`: processes for its Python functions, see `duck_engine`; Spark has its own.

    Raises:
        EngineError: Spark is asked for and is not installed or cannot be reached.
    """
    if settings.engine == "spark":
        with _spark(settings, spill) as engine:
            yield engine
    else:
        with duck_engine(memory=settings.memory, threads=settings.threads, spill=spill, workers=workers) as engine:
            yield engine


@contextmanager
def _spark(settings: Settings, spill: Path) -> Iterator[Engine]:
    try:
        from tenring.screening.engines.spark import SparkPlace, spark_engine  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise EngineError(
            T('Spark is not installed ({reason}). Install it with: pip install "tenring[spark]"', reason=error)
        ) from error
    spill.mkdir(parents=True, exist_ok=True)
    address = settings.temporary if "://" in (settings.temporary or "") else None
    place = SparkPlace(
        master=settings.spark_master or f"local[{settings.threads}]",
        folder=spill,
        address=address,
        memory=settings.memory,
        threads=settings.threads,
        conf=settings.spark_conf,
        register=settings.spark_register,
    )
    with spark_engine(place) as engine:
        yield engine
