"""Bulk judging: invented products by an invented revision of forty clauses of every common kind.

    python benchmarks/judging.py [--products N] [--threads N]

Each product has thirty numbers and four words, a row each. The forty clauses: twenty limits, six limits by
sub-category, four with a gate, four of words, two of alternatives, two sums compared with a formula, one of two values
multiplied, one with points. Measured are the steps up to one row for each product (codes of all clauses, the whole
answer), and writing the long form (a row for each product and clause with value and limit) to Parquet.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from results import record

from tenring.catalogue.properties import Properties
from tenring.model.duck import DuckEngine, duck_engine
from tenring.rulebook.bulk.run import judge_all
from tenring.rulebook.bulk.table import Tables
from tenring.rulebook.expressions import (
    ALWAYS,
    AnyOf,
    Choice,
    Compare,
    Condition,
    Constant,
    Is,
    Multiply,
    Opaque,
    Quantity,
    Row,
    Sum,
    Value,
)
from tenring.rulebook.library import Library
from tenring.rulebook.revision import Clause, Needed, PointsRule, Revision, Source

NUMBERS, WORDS = 30, 4
ON = date(2026, 1, 1)
LIBRARY = Library((), Properties({}, {}, {}, ()))


def main() -> None:
    """Print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with duck_engine(memory="6GiB", threads=given.threads, spill=place / "spill") as engine:
            make_values(engine, place / "values.parquet", given.products)
            measure(engine, place, given.products)
            measure_shown(engine, place, given.products)


def measure_shown(engine: DuckEngine, place: Path, products: int) -> None:
    """The same with rules of evidence: behind every value a report, of an age between a month and two years."""
    engine.write(
        """
        SELECT given_values.*, 'EN 1' AS method, 'test_report' AS kind,
               DATE '2025-12-01' - CAST((report % 4) * 200 AS INTEGER) AS date,
               'Example Laboratory' AS laboratory, TRUE AS accredited,
               CAST(NULL AS VARCHAR) AS issuer, CAST(NULL AS BIGINT) AS samples
        FROM (
            SELECT * REPLACE (row_number() OVER (PARTITION BY product ORDER BY property) AS report) FROM given_values
        ) AS given_values
        """,
        place / "shown.parquet",
    )
    engine.view("given_shown", place / "shown.parquet")
    report = Needed("test_report", max_age_days=365, accredited=True)
    revision = forty_clauses()
    revision = replace(revision, clauses=tuple(replace(one, shown_by=((report,),)) for one in revision.clauses))
    tables = Tables("given_shown", documents="given_shown")
    _, wall, cpu = timed(lambda: judge_all(engine, tables, revision, ON, LIBRARY))
    about = f"{products:,} products, {len(revision.clauses)} clauses, a report younger than a year asked for"
    record("bulk judging with rules of evidence, wall", wall, unit="s", note=about)
    record("bulk judging with rules of evidence, processor time", cpu, unit="s", note=about)
    found = engine.rows("SELECT overall, count(*) FROM bulk_answers GROUP BY overall ORDER BY overall")
    print("  whole answers (code, products):", found)


def measure(engine: DuckEngine, place: Path, products: int) -> None:
    """Judge everything, and write the long form."""
    engine.view("given_values", place / "values.parquet")
    revision = forty_clauses()
    about = f"{products:,} products, {len(revision.clauses)} clauses"
    answers, wall, cpu = timed(lambda: judge_all(engine, Tables("given_values"), revision, ON, LIBRARY))
    record("bulk judging, wall", wall, unit="s", goal="≤ 20", note=about)
    record("bulk judging, processor time", cpu, unit="s", note=about)
    _, wall, cpu = timed(lambda: engine.write(answers.judgements(), place / "long.parquet"))
    record("bulk judging, long form written, wall", wall, unit="s", note=f"{products * len(revision.clauses):,} rows")
    record("bulk judging, long form written, processor time", cpu, unit="s")
    found = engine.rows("SELECT overall, count(*) FROM bulk_answers GROUP BY overall ORDER BY overall")
    print("  whole answers (code, products):", found, "by hand:", answers.by_hand)


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What some work gives, with its seconds by the clock and of the processors."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - wall, time.process_time() - cpu


def make_values(engine: DuckEngine, path: Path, products: int) -> None:
    """One row for each value: numbers with two decimals below 100, words of three, always the same."""
    number = "CAST((product * 7919 + place * 104729) % 10000 AS DECIMAL(28, 12)) / 100"
    engine.write(
        f"""
        SELECT 'licence:' || lpad(CAST(product AS VARCHAR), 8, '0') AS product,
               CASE WHEN place < {NUMBERS} THEN 'number_' || place ELSE 'word_' || (place - {NUMBERS}) END AS property,
               'product' AS subject, '{{}}' AS conditions, CAST(1 AS BIGINT) AS report, CAST(NULL AS VARCHAR) AS item,
               CASE WHEN place < {NUMBERS} THEN CAST({number} AS DECIMAL(28, 12)) END AS low,
               CASE WHEN place < {NUMBERS} THEN CAST({number} AS DECIMAL(28, 12)) END AS high,
               FALSE AS open_high, FALSE AS not_detected,
               CASE WHEN place >= {NUMBERS} THEN ['a', 'b', 'c'][1 + (product + place) % 3] END AS words
        FROM range({products}) AS products(product), range({NUMBERS + WORDS}) AS places(place)
        WHERE (product * 31 + place) % 50 <> 0
        ORDER BY product, place
        """,
        path,
    )


def value(place: int) -> Value:
    """A number of the product."""
    return Value(Quantity(f"number_{place}"))


def word(place: int, *words: str) -> Condition:
    """A word of the product is one of these."""
    return Is(Quantity(f"word_{place}"), frozenset(words))


def at_most(place: int, limit: str) -> Condition:
    """A number is at most a limit."""
    return Compare(value(place), "<=", Constant(Decimal(limit)))


def by_word(place: int, *limits: str) -> Choice:
    """A table of limits by sub-category."""
    rows = zip("abc", limits, strict=True)
    return Choice(tuple(Row(word(place, name), Constant(Decimal(limit))) for name, limit in rows))


def forty_clauses() -> Revision:
    """The revision."""
    conditions: list[tuple[Condition, Condition]] = [(at_most(place, "99.5"), ALWAYS) for place in range(20)]
    conditions += [
        (Compare(value(20 + one), "<=", by_word(one % WORDS, "99", "98.5", "99.25")), ALWAYS) for one in range(6)
    ]
    conditions += [(at_most(26 + one, "98"), word(one, "a", "b")) for one in range(4)]
    conditions += [(word(one, "a", "b", "c"), ALWAYS) for one in range(4)]
    conditions += [(AnyOf((at_most(one, "50"), at_most(one + 1, "90"), word(one, "a"))), ALWAYS) for one in range(2)]
    conditions += [(Compare(weighted(one), "<=", allowance(one)), ALWAYS) for one in range(2)]
    conditions += [(Compare(Opaque("product", (value(8), value(9))), "<=", Constant(Decimal(9950))), ALWAYS)]
    conditions += [(at_most(10, "90"), ALWAYS)]
    clauses = [clause(place, *both) for place, both in enumerate(conditions)]
    clauses[-1] = Clause(
        clauses[-1].id, clauses[-1].source, {}, at_most(10, "90"), role="optional", points=by_word(3, "5", "6", "7")
    )
    return Revision(
        programme="invented",
        category="everything",
        since=date(2020, 1, 1),
        document="invented",
        titles={},
        categories=(),
        until=None,
        transition_until=None,
        mark="read",
        clauses=tuple(clauses),
        points=(PointsRule(Decimal(1)),),
    )


def clause(place: int, requires: Condition, applies: Condition) -> Clause:
    """One clause."""
    return Clause(f"c{place}", Source("invented", str(place), "read"), {}, requires, applies)


def weighted(first: int) -> Sum:
    """A weighted sum of four numbers, as an energy of four modes is."""
    shares = ("1.314", "3.942", "0.876", "2.628")
    return Sum(tuple(Multiply(Constant(Decimal(one)), value(first + place)) for place, one in enumerate(shares)))


def allowance(first: int) -> Sum:
    """A base by sub-category and so much for each unit of two numbers."""
    more = (
        Multiply(Constant(Decimal("4.0")), value(first + 5)),
        Multiply(Constant(Decimal("0.172")), value(first + 6)),
    )
    return Sum((by_word(first, "500", "600", "700"), *more))


if __name__ == "__main__":
    main()
