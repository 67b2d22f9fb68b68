"""Drawing charts: SVG from Vega-Lite, in this process or in another one.

It stands here because a worker process imports this module quickly, and without the report.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pyarrow as pa
import vl_convert

from tenring.model.workers import Workers

#: What `draw` makes of charts (Vega-Lite as JSON).
DRAWN = pa.schema([("svg", pa.string())])


def draw(charts: pa.RecordBatch) -> pa.RecordBatch:
    """The SVG of each chart of a batch."""
    svgs = [vl_convert.vegalite_to_svg(chart) for chart in charts.column(0).to_pylist()]
    return pa.RecordBatch.from_pydict({"svg": svgs}, schema=DRAWN)


def svg_of(chart: dict[str, Any]) -> str:
    """The SVG of a chart, drawn where `drawn_elsewhere` says."""
    return _draw.get()(json.dumps(chart))


@contextmanager
def drawn_elsewhere() -> Iterator[None]:
    """Lets another process draw: while this one does, none of its threads can go on."""
    with Workers(1) as workers:
        workers.start()
        before = _draw.set(lambda chart: _one_of(next(workers.map(draw, [_batch(chart)]))))
        try:
            yield
        finally:
            _draw.reset(before)


def _batch(chart: str) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"chart": [chart]}, schema=pa.schema([("chart", pa.string())]))


def _one_of(batch: pa.RecordBatch) -> str:
    (svg,) = batch.column(0).to_pylist()
    return str(svg)


_draw: ContextVar[Callable[[str], str]] = ContextVar("draw", default=lambda chart: _one_of(draw(_batch(chart))))
