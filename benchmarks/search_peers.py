"""What else could search the same licences: SQLite's FTS5 on text that our own tokenizer has prepared.

Its own tokenizers cut neither Chinese into words nor model numbers into beginnings, so it is given our terms: with its
default ones it would find less, not the same faster.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import duckdb

from tenring.model.text import bigrams, is_cjk, words
from tenring.register.search import tokens

_BATCH = 50_000


@dataclass(frozen=True)
class Sqlite:
    """An FTS5 table of prepared text, and a plain table of what is counted and filtered."""

    connection: sqlite3.Connection

    @classmethod
    def build(cls, file: Path, source: duckdb.DuckDBPyConnection) -> Sqlite:
        """Index the licences of the views `licences`, `models` and `statuses`."""
        connection = sqlite3.connect(file)
        connection.execute("PRAGMA journal_mode = off")
        connection.execute("CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize='unicode61')")
        connection.execute(
            "CREATE TABLE facts (id INTEGER PRIMARY KEY, category, programme, economy, first, after_last)"
        )
        id_ = 0
        for batch in source.sql(_ACTIVE).to_arrow_reader(_BATCH):
            rows = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
            connection.executemany(
                "INSERT INTO texts (rowid, text) VALUES (?, ?)",
                ((id_ + i, prepared(row[5], row[6])) for i, row in enumerate(rows)),
            )
            connection.executemany(
                "INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?)", ((id_ + i, *row[:5]) for i, row in enumerate(rows))
            )
            id_ += len(rows)
        connection.execute("INSERT INTO texts (texts) VALUES ('optimize')")
        connection.commit()
        return cls(connection)

    def ask(self, text: str, day: date) -> int:
        """Total, three facets and 20 best licences active on a day."""
        ask = self.connection.execute
        number = day.toordinal()
        ask("DROP TABLE IF EXISTS temp.hits")
        ask(_HITS, (question(text), number, number))
        for facet in ("category", "programme", "economy"):
            ask(f"SELECT {facet}, count(*) FROM temp.hits GROUP BY 1").fetchall()
        ask("SELECT id FROM temp.hits ORDER BY score LIMIT 20").fetchall()
        return int(ask("SELECT count(*) FROM temp.hits").fetchone()[0])


def prepared(texts: Iterable[str | None], models: Sequence[str] | None) -> str:
    """A licence's words, pairs of characters and keys of models, separated by spaces."""
    known = [text for text in (*texts, *(models or ())) if text]
    terms = [term for text in known for term in tokens.word_terms(text)]
    terms += tokens.run_terms(known, "|")
    terms += [key for model in models or () for key in tokens.keys(model)]
    return " ".join(terms)


def question(text: str) -> str:
    """A question in the words of FTS5: all words, beginnings with `*`, pairs of neighbouring characters."""
    parts = []
    for chunk in text.split():
        for word in words(chunk):
            if is_cjk(word):
                parts.append('"' + " ".join(bigrams(word)) + '"')
            else:
                parts.append(f'"{word}"' + ("*" if chunk.endswith("*") else ""))
    return " AND ".join(parts)


def why_no_postgres() -> str:
    """Why PostgreSQL is not measured here; empty when it could be."""
    missing = [name for name in ("initdb", "pg_ctl") if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} cannot be found"
    return "" if find_spec("psycopg") else "its client library psycopg is not installed"


#: One row = one licence with the period in which it was active (of several, from the first to the last).
_ACTIVE = """
    WITH active AS (
        SELECT
            licence_id,
            min(coalesce(from_date, DATE '0001-01-01')) AS first,
            max(coalesce(until_date, DATE '9999-12-31')) AS after_last
        FROM statuses
        WHERE status = 'active'
        GROUP BY licence_id
    ),
    models_of_licence AS (SELECT licence_id, list(model) AS models FROM models GROUP BY licence_id)
    SELECT
        category, programme, economy,
        first - DATE '0001-01-01' + 1 AS first,
        after_last - DATE '0001-01-01' + 1 AS after_last,
        [number, brand, name, holder] AS texts,
        models
    FROM licences
    LEFT JOIN active USING (licence_id)
    LEFT JOIN models_of_licence USING (licence_id)
"""

_HITS = """
    CREATE TEMP TABLE hits AS
    SELECT id, category, programme, economy, rank AS score
    FROM texts
    JOIN facts ON facts.id = texts.rowid
    WHERE texts MATCH ? AND first <= ? AND after_last > ?
"""
