"""Normal forms of the texts of a table, computed once per distinct text and kept as a table `text_form`."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from tenring.model.text import model_key, normal

_BATCH = 200_000


def add_text_forms(connection: duckdb.DuckDBPyConnection, queries: list[str]) -> None:
    """Make or extend the table `text_form` (text, norm, key) for every text in the one column of the queries."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS text_form (text VARCHAR, norm VARCHAR, key VARCHAR)")
    union = " UNION ".join(f"SELECT text FROM ({query}) AS t(text)" for query in queries)
    missing = f"SELECT text FROM ({union}) WHERE text IS NOT NULL AND text NOT IN (SELECT text FROM text_form)"
    reader = connection.sql(missing).to_arrow_table().to_batches(max_chunksize=_BATCH)
    for batch in reader:
        texts = batch.column(0).to_pylist()
        forms = pa.table(
            {"text": texts, "norm": [normal(text) for text in texts], "key": [model_key(text) for text in texts]},
            schema=pa.schema([("text", pa.string()), ("norm", pa.string()), ("key", pa.string())]),
        )
        connection.register("new_forms", forms)
        connection.execute("INSERT INTO text_form SELECT * FROM new_forms")
        connection.unregister("new_forms")
