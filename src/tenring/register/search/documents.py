"""Licences as documents of the index, many at a time: each a JSON object that the engine takes as it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from tenring.model.licence import Status
from tenring.register.search import periods, prepare, schema, tokens
from tenring.register.search.answer import UNKNOWN

#: Licences put together at a time: memory does not grow with the register.
_SLICE = 50_000

#: Longer beginnings are terms where about so many models share them, and were seen so often in the models looked at.
_LONG_EDGES = range(tokens.EDGES.stop, 33)
_MANY_MODELS = 64
_LEAST_SEEN = 4

#: Models of which about so many are looked at to know how models begin.
_MODELS_LOOKED_AT = 50_000

_SPANS = pa.schema([("rank", pa.int64()), ("spans", pa.string())])


#: Tables of a slice: the same rows of which tables of build.py.
_TABLES = {
    "licences": "ranked_licences",
    "models": "ranked_models",
    "gtins": "ranked_gtins",
    "statuses": "ranked_statuses",
    "stretches": "in_window",
}


@dataclass(frozen=True)
class Documents:
    """The documents of the tables `ranked_…` (build.py) of a connection, in the order of ranks."""

    connection: duckdb.DuckDBPyConnection
    count: int
    is_prepared_ahead: bool = False
    """Whether the next slice is prepared while one is worked on."""

    def slices(self) -> Iterator[pa.Table]:
        """All documents, in the order of ranks.

        Columns: `rank`, `document` (JSON), and `schema.COUNTED_FIELDS` with terms separated by spaces.
        """
        firsts = range(0, self.count, _SLICE)
        if not self.is_prepared_ahead:
            yield from map(self._slice, firsts)
            return
        with ThreadPoolExecutor(1) as ahead:
            waiting = [ahead.submit(self._slice, first) for first in firsts[:1]]
            for following in [*firsts[1:], None]:
                found = waiting.pop().result()
                if following is not None:
                    waiting.append(ahead.submit(self._slice, following))
                yield found

    def _slice(self, first: int) -> pa.Table:
        self._take(f"rank >= {first} AND rank < {first + _SLICE}")
        found = self.connection.sql(_document()).to_arrow_table()
        return found.take(pc.array_sort_indices(found.column("rank").combine_chunks()))

    def sample(self, one_in: int) -> None:
        """Make the table `worded` (prepare.py) of one licence in so many."""
        self._take(f"rank % {one_in} = 0")

    def _take(self, condition: str) -> None:
        for name, table in _TABLES.items():
            self.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE slice_{name} AS SELECT * FROM {table} WHERE {condition}"
            )
        prepare.prepare(self.connection)
        self.connection.register("spans_of_licence", self._spans())

    def _spans(self) -> pa.Table:
        """Blocks of days of the statuses that a licence of the slice was in several times."""
        found: dict[int, list[str]] = defaultdict(list)
        for rank, status, start, end in self.connection.execute(_SEVERAL).fetchall():
            found[rank] += periods.span_blocks(status, (start, end))
        rows = [{"rank": rank, "spans": " ".join(blocks)} for rank, blocks in found.items()]
        return pa.Table.from_pylist(rows, _SPANS)


def put_common_beginnings(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `common_beginnings`, by some thousand models: the hash of a model decides whether it is one."""
    ((count,),) = connection.execute("SELECT count(*) FROM ranked_models").fetchall()
    one_in = max(1, count // _MODELS_LOOKED_AT)
    query = f"SELECT DISTINCT model FROM ranked_models WHERE hash(model) % {one_in} = 0"
    edges = sorted(common_beginnings((model for (model,) in connection.execute(query).fetchall()), one_in=one_in))
    found = pa.table({"edge": pa.array(edges, pa.string())})
    connection.register("found", found)
    connection.execute(
        f"CREATE TABLE common_beginnings AS SELECT edge, left(edge, {_LONG_EDGES.start}) AS start FROM found"
    )
    connection.unregister("found")


def common_beginnings(models: Iterable[str], *, one_in: int) -> frozenset[str]:
    """Longer beginnings that so many models share that a question for them must not read a list for each model.

    Args:
        models: different models, one in so many of the register's, picked without regard to how they begin.
        one_in: how many.
    """
    counts: Counter[str] = Counter()
    for model in models:
        for key in tokens.keys(model):
            counts.update(tokens.edges(key, _LONG_EDGES))
    least = max(_LEAST_SEEN, _MANY_MODELS // one_in)
    return frozenset(edge for edge, count in counts.items() if count >= least)


def ordinal(day: str, otherwise: int) -> str:
    """SQL for a day's number in the calendar (`date.toordinal`), of an unknown day another number."""
    return f"coalesce({day} - DATE '1970-01-01' + {date(1970, 1, 1).toordinal()}, {otherwise})"


#: One row = one period in a status that a licence of the slice was in several times.
_SEVERAL = f"""
    SELECT rank, status, {ordinal("from_date", periods.FIRST)}, {ordinal("until_date", periods.AFTER_LAST)}
    FROM slice_statuses
    JOIN (SELECT rank, status FROM slice_statuses GROUP BY rank, status HAVING count(*) > 1) USING (rank, status)
    ORDER BY rank, status, from_date, until_date
"""

#: One row = one licence with its models, or its GTINs, or its periods.
_MODELS = "SELECT rank, list_sort(list_distinct(list(model))) AS models FROM slice_models GROUP BY rank"
_GTINS = "SELECT rank, list_sort(list_distinct(list(gtin))) AS gtins FROM slice_gtins GROUP BY rank"
_PERIODS = f"""
    SELECT rank, list_transform(list_sort(list(ordered)), lambda one: one.period) AS periods
    FROM (
        SELECT
            rank,
            struct_pack(
                start := {ordinal("from_date", periods.FIRST)},
                stop := {ordinal("until_date", periods.AFTER_LAST)},
                status := status,
                period := struct_pack(status, from_date, until_date, reason)
            ) AS ordered
        FROM slice_statuses
    )
    GROUP BY rank
"""

_ACTIVE = f"""
    SELECT rank, string_agg({periods.stretches_of("start", '"end"')}, ' ') AS active_days
    FROM slice_stretches
    GROUP BY rank
"""

_CARD = """
    to_json(struct_pack(
        licence_id, number, brand := l.brand, name, holder, category, programme, register, economy, valid_from,
        valid_until,
        models := coalesce(models, []),
        gtins := coalesce(gtins, []),
        periods := coalesce(periods, [])
    ))
"""


def _ends() -> str:
    """One row = one licence: both ends of each status that it was in once, as lists of one number or none."""
    columns = []
    for status in Status:
        start, end = periods.fields(status)
        never = periods.NEVER if status == Status.ACTIVE else None
        this = f"FILTER (slice_statuses.status = '{status}')"
        for name, value, other in (
            (start, f"min({ordinal('from_date', periods.FIRST)}) {this}", never and never[0]),
            (end, f"max({ordinal('until_date', periods.AFTER_LAST)}) {this}", never and never[1]),
        ):
            otherwise = "[]::BIGINT[]" if other is None else f"[{other}]::BIGINT[]"
            columns.append(f"CASE WHEN count(*) {this} = 1 THEN [{value}] ELSE {otherwise} END AS {name}")
    return f"SELECT rank, {', '.join(columns)} FROM slice_statuses GROUP BY rank"


def _document() -> str:
    """One row = one document, with the fields whose frequent terms are counted by bits."""
    ends = [name for status in Status for name in periods.fields(status)]
    never = dict(zip(periods.fields(Status.ACTIVE), periods.NEVER, strict=True))
    numbers = [f"{name} := coalesce({name}, {f'[{never[name]}]' if name in never else '[]'})" for name in ends]
    terms = [f"{name} := worded.{name}" for name in prepare.FIELDS]
    fields = [
        *terms,
        *numbers,
        f"{schema.RANK} := rank",
        f"{schema.BANDS} := (rank // {schema.BAND})::VARCHAR",
        f'"{schema.GROUP}" := "group"::VARCHAR',
        *(f"{name} := coalesce(nullif(l.{name}, ''), '{UNKNOWN}')" for name in schema.FILTERS),
        f"{schema.GTINS} := array_to_string(coalesce(gtins, []), ' ')",
        f"{periods.SPANS} := coalesce(spans, '')",
        f"{periods.ACTIVE_DAYS} := coalesce(active_days, '')",
        f"{schema.CARD} := to_base64(encode({_CARD}::VARCHAR))",
    ]
    counted = ", ".join(f"worded.{name}" for name in schema.COUNTED_FIELDS if name != "status")
    return f"""
        SELECT
            rank,
            to_json(struct_pack({", ".join(fields)}))::VARCHAR AS document,
            coalesce(l.status, '{UNKNOWN}') AS status,
            {counted}
        FROM slice_licences AS l
        LEFT JOIN worded USING (rank)
        LEFT JOIN ({_MODELS}) USING (rank)
        LEFT JOIN ({_GTINS}) USING (rank)
        LEFT JOIN ({_PERIODS}) USING (rank)
        LEFT JOIN ({_ends()}) USING (rank)
        LEFT JOIN ({_ACTIVE}) USING (rank)
        LEFT JOIN spans_of_licence USING (rank)
    """
