"""Normal forms of the texts of a table, computed once per distinct text and kept as a table `text_form`."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from tenring.model.sql import Engine
from tenring.model.text import model_key, normal

#: One row = one distinct text with its normal form and its key.
TEXT_FORM = pa.schema([("text", pa.string()), ("norm", pa.string()), ("key", pa.string())])


def add_text_forms(engine: Engine, queries: Sequence[str]) -> None:
    """Make the table `text_form` (text, norm, key) for every text in the one column of the queries."""
    union = " UNION ALL ".join(f"SELECT text FROM ({query}) AS t(text)" for query in queries)
    engine.apply("text_form", f"SELECT DISTINCT text FROM ({union}) WHERE text IS NOT NULL", _forms, TEXT_FORM)


def _forms(batch: pa.RecordBatch) -> pa.RecordBatch:
    texts = batch.column(0).to_pylist()
    norms, keys = [normal(text) for text in texts], [model_key(text) for text in texts]
    return pa.RecordBatch.from_pydict({"text": texts, "norm": norms, "key": keys}, schema=TEXT_FORM)
