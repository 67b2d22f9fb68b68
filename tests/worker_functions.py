"""Functions that Spark's tests send to workers, which import this file by its name."""

from __future__ import annotations

import os

import pyarrow as pa


def doubled(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Twice each number."""
    return pa.RecordBatch.from_pydict({"n": [2 * n for n in batch.column(0).to_pylist()]})


def broken(_: pa.RecordBatch) -> pa.RecordBatch:
    """A defect of ours."""
    message = "the function broke"
    raise ValueError(message)


def dying(_: pa.RecordBatch, **_options: object) -> pa.RecordBatch:
    """A worker that the machine ended."""
    os._exit(9)
