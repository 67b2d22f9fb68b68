"""Write the search index of a snapshot: its tables joined to one row per licence, each row one document."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
from tantivy import IndexWriter

from tenring.exceptions import SnapshotError
from tenring.model.sql import quoted
from tenring.register.search import schema
from tenring.register.search.about import About
from tenring.register.search.documents import Documents, common_beginnings
from tenring.register.search.vocabulary import Vocabulary
from tenring.settings import memory_bytes

#: Licences joined at a time, and handed over at a time: memory does not grow with the register.
_SLICE = 250_000
_BATCH = 5_000

#: Models of which about so many are looked at to know how models begin.
_MODELS_LOOKED_AT = 50_000

#: The least and the most memory that the index writer takes for one segment.
_LEAST_WRITER_BYTES, _MOST_WRITER_BYTES = 50_000_000, 4_000_000_000

_TABLES = ("licences", "models", "gtins", "statuses")


def build_index(
    folder: Path,
    *,
    categories: Mapping[str, Sequence[str]] | None = None,
    on: date | None = None,
    memory: str = "1GiB",
    threads: int = 1,
) -> None:
    """Index the snapshot in `folder` into `folder/search`; complete on return.

    Args:
        folder: a folder with the tables of `tenring.model.tables` as Parquet files.
        categories: id → all names and synonyms in all languages, so that they find the category's licences.
        on: the snapshot's day, whose status is shown when no date is asked; by default the latest reading.
        memory: limit; half of it for joining the tables, half for the index writer.
        threads: for joining the tables; the index itself is written by one, so that it is the same every time.

    Raises:
        SnapshotError: a table is missing, or the memory is too little for so many licences.
        UnusableInputError: `memory` is no size.
    """
    target = folder / schema.FOLDER
    _require_tables(folder)
    half = memory_bytes(memory) // 2
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix=".index-") as spill,
        duckdb.connect(f"{spill}/joined.duckdb") as connection,
    ):
        connection.execute(f"SET memory_limit = '{half // 2**20}MiB'; SET threads = {threads}")
        connection.execute(f"SET temp_directory = {quoted(spill)}")
        _view_tables(connection, folder)
        day = on or _latest_reading(connection)
        _join(connection, day)
        documents = Documents(day, _common_beginnings(connection))
        _write(connection, documents, target, heap=half)
    About(day, Vocabulary.of(categories or {}).names, documents.groups, documents.bands).write(target)


def _require_tables(folder: Path) -> None:
    missing = [name for name in _TABLES if not (folder / f"{name}.parquet").is_file()]
    if missing:
        message = f"{folder} has no {missing[0]}.parquet. A snapshot is made by: tenring register build"
        raise SnapshotError(message)


def _view_tables(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for name in _TABLES:
        path = quoted(folder / f"{name}.parquet")
        connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM read_parquet({path})")


def _latest_reading(connection: duckdb.DuckDBPyConnection) -> date:
    """The latest day on which a register was read, else the latest on which a status was recorded."""
    query = "SELECT coalesce((SELECT max(last_read) FROM licences), (SELECT max(recorded_on) FROM statuses))"
    ((day,),) = connection.execute(query).fetchall()
    return day or date.min


def _join(connection: duckdb.DuckDBPyConnection, day: date) -> None:
    """Every table with the rank of the licence instead of its id."""
    connection.execute(_RANKED, {"day": day})
    for name, columns in _RANKED_COLUMNS.items():
        connection.execute(
            f"CREATE TABLE ranked_{name} AS SELECT rank, {columns} FROM {name} JOIN ranked USING (licence_id)"
        )


def _common_beginnings(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Beginnings that many models share, by some thousand models: the hash of a model decides whether it is one."""
    ((count,),) = connection.execute("SELECT count(*) FROM ranked_models").fetchall()
    one_in = max(1, count // _MODELS_LOOKED_AT)
    query = f"SELECT DISTINCT model FROM ranked_models WHERE hash(model) % {one_in} = 0"
    return common_beginnings((model for (model,) in connection.execute(query).fetchall()), one_in=one_in)


#: One row = one licence: its status on the snapshot's day, and its place in the order in which equals are shown. Of
#: licences that meet a question equally well, active ones come first, then the newest.
_RANKED = """
    CREATE TABLE ranked AS
    WITH statuses_on_day AS (
        SELECT licence_id, max(status) AS status
        FROM statuses
        WHERE coalesce(from_date <= $day, true) AND coalesce($day < until_date, true)
        GROUP BY licence_id
    )
    SELECT
        row_number() OVER (
            ORDER BY status = 'active' DESC NULLS LAST, valid_from DESC NULLS LAST, licence_id
        ) - 1 AS rank,
        licence_id,
        status
    FROM licences
    LEFT JOIN statuses_on_day USING (licence_id)
"""

#: What of each table goes into the documents.
_RANKED_COLUMNS = {
    "licences": "licence_id, number, brand, name, holder, category, programme, register, economy, valid_from, "
    "valid_until, ranked.status",
    "models": "model",
    "gtins": "gtin",
    "statuses": "statuses.status, from_date, until_date, reason",
}

#: One row = one document: the licence as a card, and its status on the snapshot's day, in the order of ranks.
_DOCUMENTS = """
    WITH models_of_licence AS (
        SELECT rank, list_sort(list_distinct(list(model))) AS models
        FROM ranked_models
        WHERE rank >= {first} AND rank < {after_last}
        GROUP BY rank
    ),
    gtins_of_licence AS (
        SELECT rank, list_sort(list_distinct(list(gtin))) AS gtins
        FROM ranked_gtins
        WHERE rank >= {first} AND rank < {after_last}
        GROUP BY rank
    ),
    periods_of_licence AS (
        SELECT
            rank,
            list(
                struct_pack(status, from_date, until_date, reason)
                ORDER BY from_date NULLS FIRST, until_date NULLS LAST, status
            ) AS periods
        FROM ranked_statuses
        WHERE rank >= {first} AND rank < {after_last}
        GROUP BY rank
    )
    SELECT
        to_json(struct_pack(
            licence_id, number, brand, name, holder, category, programme, register, economy, valid_from, valid_until,
            models := coalesce(models, []),
            gtins := coalesce(gtins, []),
            periods := coalesce(periods, [])
        )) AS card,
        status
    FROM ranked_licences
    LEFT JOIN models_of_licence USING (rank)
    LEFT JOIN gtins_of_licence USING (rank)
    LEFT JOIN periods_of_licence USING (rank)
    WHERE rank >= {first} AND rank < {after_last}
    ORDER BY rank
"""


def _write(connection: duckdb.DuckDBPyConnection, documents: Documents, target: Path, *, heap: int) -> None:
    index = schema.create(target)
    heap = min(max(heap, _LEAST_WRITER_BYTES), _MOST_WRITER_BYTES)
    writer: IndexWriter = index.writer(heap_size=heap, num_threads=1)
    for content, status in _rows(connection):
        writer.add_document(documents.document(content, status))
    writer.commit()
    writer.wait_merging_threads()
    schema.put_in_order(target)


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str | None]]:
    """Each licence as the JSON of its card, and its status on the snapshot's day."""
    ((count,),) = connection.execute("SELECT count(*) FROM ranked").fetchall()
    for first in range(0, count, _SLICE):
        reader = connection.sql(_DOCUMENTS.format(first=first, after_last=first + _SLICE)).to_arrow_reader(_BATCH)
        for batch in reader:
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
