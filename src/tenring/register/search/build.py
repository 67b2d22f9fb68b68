"""Write the search index of a snapshot: its tables joined to one row per licence, each row one document."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from tantivy import Document

from tenring.exceptions import SnapshotError
from tenring.model.text import model_key
from tenring.register.search import periods, schema, tokens
from tenring.register.search.answer import UNKNOWN
from tenring.register.search.card import Card
from tenring.register.search.vocabulary import Vocabulary

#: Licences per batch on the way from the tables to the index.
_BATCH = 5_000

#: Memory of the index writer: one segment holds some hundred thousand licences.
_WRITER_BYTES = 400_000_000

_TABLES = ("licences", "models", "gtins", "statuses")


@dataclass(frozen=True)
class About:
    """What a reader must know of an index besides the index: its day and the names of categories."""

    day: date
    names: Mapping[str, Sequence[str]]

    def write(self, folder: Path) -> None:
        """Write it beside the index."""
        content = {"day": self.day.isoformat(), "names": self.names}
        (folder / schema.ABOUT).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> About:
        """Read it.

        Raises:
            SnapshotError: it is not there.
        """
        file = folder / schema.ABOUT
        if not file.is_file():
            message = (
                f"{file} is missing: the search index is incomplete. Build the snapshot again: tenring register build"
            )
            raise SnapshotError(message)
        content = json.loads(file.read_text(encoding="utf-8"))
        return cls(date.fromisoformat(content["day"]), content["names"])


def build_index(
    folder: Path,
    *,
    categories: Mapping[str, Sequence[str]] | None = None,
    on: date | None = None,
    memory: str = "1GiB",
) -> None:
    """Index the snapshot in `folder` into `folder/search`; complete on return.

    Args:
        folder: a folder with the tables of `tenring.model.tables` as Parquet files.
        categories: id → all names and synonyms in all languages, so that they find the category's licences.
        on: the snapshot's day, whose status is shown when no date is asked; by default the latest reading.
        memory: limit for joining the tables.

    Raises:
        SnapshotError: a table is missing.
    """
    target = folder / schema.FOLDER
    _require_tables(folder)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{memory}'; SET temp_directory = '{spill}'")
        day = on or _latest_reading(connection, folder)
        _join(connection, folder, day)
        _write_documents(connection, target)
    About(day, Vocabulary.of(categories or {}).names).write(target)


def _require_tables(folder: Path) -> None:
    missing = [name for name in _TABLES if not (folder / f"{name}.parquet").is_file()]
    if missing:
        message = f"{folder} has no {missing[0]}.parquet. A snapshot is made by: tenring register build"
        raise SnapshotError(message)


def _latest_reading(connection: duckdb.DuckDBPyConnection, folder: Path) -> date:
    """The latest day on which a register was read, else the latest on which a status was recorded."""
    row = connection.execute(
        f"""
        SELECT coalesce(
            (SELECT max(last_read) FROM {_table(folder, "licences")}),
            (SELECT max(recorded_on) FROM {_table(folder, "statuses")})
        )
        """
    ).fetchone()
    return row[0] if row and row[0] else date.min


def _table(folder: Path, name: str) -> str:
    path = str(folder / f"{name}.parquet").replace("'", "''")
    return f"read_parquet('{path}')"


def _join(connection: duckdb.DuckDBPyConnection, folder: Path, day: date) -> None:
    """The table `documents`: one row = one licence with everything of it, in the order in which equals are shown."""
    for name in _TABLES:
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM {_table(folder, name)}")
    connection.execute(_MODELS_OF_LICENCE)
    connection.execute(_GTINS_OF_LICENCE)
    connection.execute(_PERIODS_OF_LICENCE, {"day": day})
    connection.execute(_DOCUMENTS)


#: One row = the models of one licence, each text once, as printed.
_MODELS_OF_LICENCE = """
    CREATE TEMP TABLE models_of_licence AS
    SELECT licence_id, list_sort(list_distinct(list(model))) AS models
    FROM models
    GROUP BY licence_id
"""

#: One row = the GTINs of one licence.
_GTINS_OF_LICENCE = """
    CREATE TEMP TABLE gtins_of_licence AS
    SELECT licence_id, list_sort(list_distinct(list(gtin))) AS gtins
    FROM gtins
    GROUP BY licence_id
"""

#: One row = the periods of one licence in order, and its status on the snapshot's day.
_PERIODS_OF_LICENCE = """
    CREATE TEMP TABLE periods_of_licence AS
    SELECT
        licence_id,
        list(struct_pack(status, from_date, until_date, reason) ORDER BY from_date NULLS FIRST) AS periods,
        max(status) FILTER (coalesce(from_date <= $day, true) AND coalesce($day < until_date, true)) AS status
    FROM statuses
    GROUP BY licence_id
"""

#: One row = one document: the licence as a card, and its status on the snapshot's day. Of licences
#: that meet a question equally well, active ones come first, then the newest.
_DOCUMENTS = """
    CREATE TEMP VIEW documents AS
    SELECT
        to_json(struct_pack(
            licence_id, number, brand, name, holder, category, programme, register, economy, valid_from, valid_until,
            models := coalesce(models, []),
            gtins := coalesce(gtins, []),
            periods := coalesce(periods, [])
        )) AS card,
        status
    FROM licences
    LEFT JOIN models_of_licence USING (licence_id)
    LEFT JOIN gtins_of_licence USING (licence_id)
    LEFT JOIN periods_of_licence USING (licence_id)
    ORDER BY status = 'active' DESC NULLS LAST, valid_from DESC NULLS LAST, licence_id
"""


def _write_documents(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    index = schema.create(target)
    writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)
    for card, status, content in _rows(connection):
        writer.add_document(_document(card, status, content))
    writer.commit()
    writer.wait_merging_threads()


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Card, str | None, str]]:
    """Each licence as a card, its status on the snapshot's day, and the card as JSON."""
    reader = connection.sql("SELECT card, status FROM documents").to_arrow_reader(_BATCH)
    for batch in reader:
        for content, status in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield Card.read(content), status, content


def _document(card: Card, status: str | None, content: str) -> Document:
    values: dict[str, Any] = {
        "category": card.category,
        "programme": card.programme,
        "register": card.register,
        "economy": card.economy or UNKNOWN,
        "status": status or UNKNOWN,
        schema.CARD: content.encode(),
    }
    values |= {name: " ".join(terms) for name, terms in _terms(card).items() if terms}
    for name, value in periods.terms(card.periods).items():
        values[name] = " ".join(value) if isinstance(value, list) else value
    return Document(**values)


def _terms(card: Card) -> dict[str, set[str] | list[str]]:
    """The terms of a licence, by field of the index."""
    texts = [text for text in (card.number, card.brand, card.name, card.holder, *card.models) if text]
    brand = tokens.brand_terms(card.brand or "")
    keys = {key for model in card.models for key in tokens.keys(model)}
    number = model_key(card.number or "")[: tokens.KEY_LENGTH]
    patterns = {pattern for model in card.models for pattern in tokens.patterns(model)}
    return {
        schema.WORDS: {word for text in texts for word in tokens.word_terms(text)} | brand,
        schema.CHARACTERS: list(tokens.run_terms(texts, schema.GAP)),
        schema.BRAND: brand,
        schema.KEYS: keys,
        schema.EDGES: {edge for key in keys for edge in tokens.edges(key)},
        schema.WHOLE: {tokens.whole_key(model) for model in card.models} - {""},
        schema.PATTERNS: patterns,
        schema.HEADS: {tokens.head(pattern) for pattern in patterns},
        schema.NUMBERS: {number} - {""},
        schema.NUMBER_EDGES: set(tokens.edges(number, tokens.NUMBER_EDGES)),
        schema.GTINS: set(card.gtins),
    }
