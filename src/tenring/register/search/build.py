"""Write the search index of a snapshot: its tables joined to one row per licence, each row one document."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
from tantivy import IndexWriter

from tenring.exceptions import SnapshotError
from tenring.model.licence import Status
from tenring.model.sql import quoted
from tenring.register.search import periods, schema
from tenring.register.search.about import About, Group
from tenring.register.search.answer import UNKNOWN
from tenring.register.search.bits import Layout
from tenring.register.search.columns import write_columns
from tenring.register.search.documents import Documents, ordinal, put_common_beginnings
from tenring.register.search.frequent import TermWriter, frequent_terms, write_days, write_layout
from tenring.register.search.lists import write_lists
from tenring.register.search.periods import NEVER, Days, Window
from tenring.register.search.vocabulary import Vocabulary
from tenring.settings import memory_bytes

#: The least and the most memory that the index writer takes for one segment.
_LEAST_WRITER_BYTES, _MOST_WRITER_BYTES = 50_000_000, 4_000_000_000

#: Documents handed over at a time.
_BATCH = 2_000

#: The engine counts no more groups than this at a time.
_MOST_GROUPS = 65_000

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
        threads: for joining the tables; with more than one, documents are prepared while others are written. The index
            itself is written by one, so that it is the same every time.

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
        groups = _join(connection, day)
        window = Window.around(day)
        connection.execute(_STRETCHES)
        connection.execute(_IN_WINDOW, {"first": window.first, "after_last": window.after_last})
        documents = Documents(connection, _count(connection), is_prepared_ahead=threads > 1)
        _write(documents, target, Path(spill), window=window, heap=half)
        bands = _bands(connection)
    About(day, Vocabulary.of(categories or {}).names, groups, bands).write(target)


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


def _join(connection: duckdb.DuckDBPyConnection, day: date) -> Sequence[Group]:
    """Every table with the rank of the licence instead of its id, in the order of ranks; the keys of each group.

    Tables in that order are read slice by slice without looking at the rest.
    """
    connection.execute(_GROUPS)
    groups = connection.execute('SELECT category, programme, register, economy FROM groups ORDER BY "group"').fetchall()
    if len(groups) > _MOST_GROUPS:
        message = (
            f"there are more than {_MOST_GROUPS:,} combinations of category, programme, register and economy, "
            "which is more than the search index can count. Publish the registers in several snapshots"
        )
        raise SnapshotError(message)
    connection.execute(_RANKED, {"day": day})
    for name, columns in _RANKED_COLUMNS.items():
        query = f"SELECT rank, {columns} FROM {name} JOIN ranked USING (licence_id) ORDER BY rank"
        connection.execute(f"CREATE TABLE ranked_{name} AS {query}")
    put_common_beginnings(connection)
    return groups


#: One row = one group of licences: what is counted of them is the same.
_GROUPS = f"""
    CREATE TABLE groups AS
    SELECT row_number() OVER (ORDER BY category, programme, register, economy) - 1 AS "group", *
    FROM (
        SELECT DISTINCT category, programme, register, coalesce(nullif(economy, ''), '{UNKNOWN}') AS economy
        FROM licences
    )
"""

#: One row = one licence: its status on the snapshot's day, and its place in the order in which equals are shown. Of
#: licences that meet a question equally well, active ones come first, then the newest.
_RANKED = f"""
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
        status,
        "group"
    FROM licences
    LEFT JOIN statuses_on_day USING (licence_id)
    JOIN groups
        ON groups.category = licences.category
        AND groups.programme = licences.programme
        AND groups.register = licences.register
        AND groups.economy = coalesce(nullif(licences.economy, ''), '{UNKNOWN}')
"""

#: What of each table goes into the documents.
_RANKED_COLUMNS = {
    "licences": "licence_id, number, brand, name, holder, category, programme, register, economy, valid_from, "
    'valid_until, ranked.status, "group"',
    "models": "model",
    "gtins": "gtin",
    "statuses": "statuses.status, from_date, until_date, reason",
}

#: One row = one stretch of days on which a licence was active; a licence's neither touch nor overlap, where it has
#: several periods.
_STRETCHES = f"""
    CREATE TABLE stretches AS
    WITH active AS (
        SELECT
            rank,
            {ordinal("from_date", periods.FIRST)} AS start,
            {ordinal("until_date", periods.AFTER_LAST)} AS "end"
        FROM ranked_statuses
        WHERE status = '{Status.ACTIVE}'
    ),
    several AS (SELECT rank FROM active GROUP BY rank HAVING count(*) > 1),
    marked AS (
        SELECT
            rank,
            start,
            "end",
            max("end") OVER (
                PARTITION BY rank ORDER BY start, "end" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS before
        FROM active
        SEMI JOIN several USING (rank)
        WHERE start < "end"
    ),
    numbered AS (
        SELECT
            *,
            sum(CASE WHEN before >= start THEN 0 ELSE 1 END) OVER (
                PARTITION BY rank ORDER BY start, "end" ROWS UNBOUNDED PRECEDING
            ) AS stretch
        FROM marked
    )
    SELECT rank, start, "end" FROM active ANTI JOIN several USING (rank) WHERE start < "end"
    UNION ALL
    SELECT rank, min(start), max("end") FROM numbered GROUP BY rank, stretch
"""

#: One row = one stretch that reaches into the window; what ends after it ends where no day is asked.
_IN_WINDOW = """
    CREATE TABLE in_window AS
    SELECT rank, greatest(start, $first) AS start, least("end", $after_last) AS "end"
    FROM stretches
    WHERE start < $after_last AND "end" > $first
    ORDER BY rank
"""

#: One row = one stretch of ranks: the first day on which any of its licences was active, the day after the last one.
_BANDS = f"""
    SELECT coalesce(min(start), {NEVER[0]}), coalesce(max("end"), {NEVER[1]})
    FROM range($count) AS bands(band)
    LEFT JOIN stretches ON rank // $size = band
    GROUP BY band
    ORDER BY band
"""


def _bands(connection: duckdb.DuckDBPyConnection) -> Sequence[Days]:
    count = -(-_count(connection) // schema.BAND)
    return connection.execute(_BANDS, {"count": count, "size": schema.BAND}).fetchall()


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    ((count,),) = connection.execute("SELECT count(*) FROM ranked").fetchall()
    return int(count)


def _write(documents: Documents, target: Path, spill: Path, *, window: Window, heap: int) -> None:
    """Write the index and, beside it, the sets of bits."""
    layout = _layout(documents.connection)
    places = layout.places(documents.count)
    terms = frequent_terms(documents)
    with ExitStack() as stack:
        sets = TermWriter.open(stack, spill, target, layout, places, terms)
        _write_documents(documents, sets, target, heap=heap)
        sets.write()
    write_lists(target, places, layout.words)
    write_layout(layout, target)
    write_columns(documents.connection, window, target)
    write_days(documents.connection, places, layout.words, window, target)


def _layout(connection: duckdb.DuckDBPyConnection) -> Layout:
    found = connection.execute('SELECT "group" FROM ranked ORDER BY rank').fetchnumpy()["group"]
    return Layout.of(found.astype(np.uint16), int(found.max(initial=-1)) + 1)


def _write_documents(documents: Documents, sets: TermWriter, target: Path, *, heap: int) -> None:
    index = schema.create(target)
    heap = min(max(heap, _LEAST_WRITER_BYTES), _MOST_WRITER_BYTES)
    writer: IndexWriter = index.writer(heap_size=heap, num_threads=1)
    for found in documents.slices():
        sets.add(found)
        for batch in found.select(["document"]).to_batches(_BATCH):
            for document in batch.column(0).to_pylist():
                writer.add_json(document)
    writer.commit()
    writer.wait_merging_threads()
    schema.put_in_order(target)
