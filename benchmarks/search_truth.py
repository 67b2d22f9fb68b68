"""What a search should answer, by looking at every licence: SQL leaves those that might match, Python looks at each.

It shares with the index how a text is read as words, and how a question is parsed; none of the index itself: no terms,
no postings, no stretches, no blocks of days.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa

from tenring.model.text import model_key
from tenring.register.search import Query, Results, SearchIndex
from tenring.register.search.answer import Kind
from tenring.register.search.card import Card
from tenring.register.search.explain import Explainer
from tenring.register.search.question import Question, Way, parse

#: Distinct texts whose keys are worked out at a time, and licences that are looked at.
_BATCH = 100_000
_FETCHED = 10_000

#: Licences put together at a time, as their models are gathered in memory.
_TOGETHER = 1_000_000

#: Of so many hits the first ones are kept: memory does not grow with them.
_KEPT = 10_000


@dataclass(frozen=True)
class Answer:
    """The part of an answer that can be right or wrong."""

    total: int
    facets: dict[str, dict[str, int]]
    first: tuple[str, ...]

    @classmethod
    def of(cls, results: Results) -> Answer:
        """What the index answered."""
        facets = {name: dict(results.facets[name]) for name in ("category", "programme", "economy")}
        return cls(results.total, facets, tuple(hit.licence_id for hit in results.hits))


@dataclass(frozen=True)
class Truth:
    """All licences of a snapshot, as a table that is read from beginning to end for each question."""

    connection: duckdb.DuckDBPyConnection
    index: SearchIndex

    @classmethod
    def load(cls, connection: duckdb.DuckDBPyConnection, folder: Path, index: SearchIndex) -> Truth:
        """Load the tables in `folder`; texts are written together so that one `contains` leaves nothing out.

        With a connection to a file, and a limit of its memory, the register may be larger than memory.
        """
        for name in ("licences", "models", "statuses", "gtins"):
            connection.execute(
                f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')"
            )
        pieces = -(-index.searcher.num_docs // _TOGETHER)
        connection.execute(_PLACES, {"day": index.about.day})
        connection.execute("CREATE TABLE keys (text VARCHAR, key VARCHAR)")
        for piece in range(pieces):
            _write_keys(connection, piece, pieces)
        for piece in range(pieces):
            made = "CREATE TABLE looked_at AS" if piece == 0 else "INSERT INTO looked_at"
            connection.execute(f"{made} {_LOOKED_AT.format(piece=piece, pieces=pieces)}")
        return cls(connection, index)

    def answer(self, query: Query) -> Answer:
        """The right answer to a question of words about licences active on a day."""
        question = Question(parse(query.text, self.index.vocabulary), self.index.lexicon, self.index.vocabulary)
        explainers = [(way, Explainer([way])) for way in question.ways]
        total = 0
        facets: dict[str, Counter[str]] = {name: Counter() for name in ("category", "programme", "economy")}
        first: list[tuple[float, int, str]] = []
        for place, card in self._possible(question, query):
            ways = [way for way, explainer in explainers if explainer.explain(card)[0]]
            if all(any(_covers(way, i) for way in ways) for i in range(len(question.parts))):
                total += 1
                for name, counts in facets.items():
                    counts[getattr(card, name) or "unknown"] += 1
                first.append((-sum(way.weight for way in ways), place, card.licence_id))
                if len(first) >= _KEPT:
                    first = sorted(first)[: query.limit]
        ids = tuple(licence_id for *_, licence_id in sorted(first)[: query.limit])
        return Answer(total, {name: dict(counts) for name, counts in facets.items()}, ids)

    def _possible(self, question: Question, query: Query) -> Iterator[tuple[int, Card]]:
        """Licences active on the day whose texts, written together, have something of every part."""
        parts = [
            " OR ".join(dict.fromkeys(_condition(way) for way in question.ways if _covers(way, i)))
            for i in range(len(question.parts))
        ]
        asked = self.connection.execute(
            _POSSIBLE.format(conditions=" AND ".join(f"({part})" for part in parts)), {"day": query.on}
        )
        rows = chain.from_iterable(iter(lambda: asked.fetchmany(_FETCHED), []))
        for place, licence_id, number, brand, name, holder, category, programme, register, economy, models in rows:
            card = Card(
                licence_id=licence_id,
                number=number,
                brand=brand,
                name=name,
                holder=holder,
                category=category,
                programme=programme,
                register=register,
                economy=economy,
                valid_from=None,
                valid_until=None,
                models=tuple(models),
                gtins=(),
                periods=(),
            )
            yield place, card


def _covers(way: Way, part: int) -> bool:
    return way.start <= part < way.stop


def _condition(way: Way) -> str:
    """SQL that is true of every licence that meets a way, and of others."""
    if way.kind is Kind.SYNONYM:
        return "category IN ({})".format(", ".join(_quoted(category) for category in sorted(way.among)))
    if way.kind is Kind.PATTERN:
        return "has_wildcard"
    return f"contains(text, {_quoted(model_key(re.split(r'[*#]', way.term)[0]))})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write_keys(connection: duckdb.DuckDBPyConnection, piece: int, pieces: int) -> None:
    """Add to the table `keys`: each distinct text of a piece with what it is written together."""
    cursor = connection.cursor()
    for batch in connection.sql(_TEXTS.format(piece=piece, pieces=pieces)).to_arrow_reader(_BATCH):
        texts: Sequence[str] = batch.column(0).to_pylist()
        table = pa.table({"text": texts, "key": [model_key(text) for text in texts]})
        cursor.register("written", table)
        cursor.execute("INSERT INTO keys SELECT text, key FROM written")
        cursor.unregister("written")


#: One row = one distinct text of a piece.
_TEXTS = """
    SELECT DISTINCT text
    FROM (
        SELECT unnest([number, brand, name, holder]) AS text FROM licences
        UNION ALL
        SELECT model FROM models
    )
    WHERE text IS NOT NULL AND hash(text) % {pieces} = {piece}
"""

#: One row = one licence with its place among equals.
_PLACES = """
    CREATE TABLE places AS
    WITH active_on_day AS (
        SELECT DISTINCT licence_id, true AS is_active
        FROM statuses
        WHERE status = 'active' AND coalesce(from_date <= $day, true) AND coalesce($day < until_date, true)
    ),
    known_on_day AS (
        SELECT DISTINCT licence_id, true AS is_known
        FROM statuses
        WHERE coalesce(from_date <= $day, true) AND coalesce($day < until_date, true)
    )
    SELECT
        licence_id,
        row_number() OVER (
            ORDER BY coalesce(is_active, false) DESC, coalesce(is_known, false) DESC,
                valid_from DESC NULLS LAST, licence_id
        ) AS place
    FROM (SELECT licence_id, valid_from FROM licences)
    LEFT JOIN active_on_day USING (licence_id)
    LEFT JOIN known_on_day USING (licence_id)
"""

#: One row = one licence of a piece; `text`: its texts, each written together, a sign between them.
_LOOKED_AT = """
    WITH models_of_licence AS (
        SELECT
            licence_id,
            list_sort(list_distinct(list(model))) AS models,
            string_agg(key, '|') AS text,
            bool_or(contains(model, '*') OR contains(model, '#')) AS has_wildcard
        FROM (SELECT licence_id, model FROM models WHERE hash(licence_id) % {pieces} = {piece})
        JOIN keys ON keys.text = model
        GROUP BY licence_id
    )
    SELECT
        place,
        licence_id, number, brand, name, holder, category, programme, register, economy,
        coalesce(models, []) AS models,
        coalesce(has_wildcard, false) AS has_wildcard,
        concat_ws('|', numbers.key, brands.key, names.key, holders.key, models_of_licence.text) AS text
    FROM (SELECT * FROM licences WHERE hash(licence_id) % {pieces} = {piece})
    JOIN places USING (licence_id)
    LEFT JOIN models_of_licence USING (licence_id)
    LEFT JOIN keys AS numbers ON numbers.text = number
    LEFT JOIN keys AS brands ON brands.text = brand
    LEFT JOIN keys AS names ON names.text = name
    LEFT JOIN keys AS holders ON holders.text = holder
"""

#: One row = one licence that may match, active on the day.
_POSSIBLE = """
    SELECT place, licence_id, number, brand, name, holder, category, programme, register, economy, models
    FROM looked_at
    WHERE ({conditions})
    AND licence_id IN (
        SELECT licence_id
        FROM statuses
        WHERE status = 'active' AND coalesce(from_date <= $day, true) AND coalesce($day < until_date, true)
    )
"""
