"""Steps in Spark's SQL: every step of the product can be translated, and what is not known is refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engines import Checked, checked_duck_engine
from screening.memory.makers import decision
from tenring.model.sql import Engine
from tenring.register import match_index
from tenring.register.build import build
from tenring.screening import run
from tenring.screening.memory import Decided, Decisions
from tenring.screening.run import Request, screen
from tenring.settings import Settings

pytest.importorskip("sqlglot", reason="the dialect needs sqlglot: pip install 'tenring[spark]'")

from tenring.screening.engines import dialect
from tenring.screening.engines.dialect import UnknownConstructError, spark_sql, tables_of

REPOSITORY = Path(__file__).resolve().parents[3]
SAMPLES = REPOSITORY / "catalog" / "samples"


@contextmanager
def checked(_: Settings, **__: Any) -> Iterator[Engine]:
    with checked_duck_engine() as engine:
        yield engine


def test_every_step_of_the_product_can_be_translated(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match_index, "duck_engine", checked_duck_engine)
    monkeypatch.setattr(run, "open_engine", checked)
    build(settings, source=SAMPLES / "registers", index=lambda _: None)
    purchases = tmp_path / "p.csv"
    purchases.write_text("description,amount\nQingyun desktop computer QY-27,10\n", encoding="utf-8")
    Decisions.of(settings).record([decision(), decision(Decided.REJECTED, category="desks-and-tables", hours=1)])
    before = Checked.seen
    screen(Request(files=(purchases,), on=date(2026, 7, 1), out=tmp_path / "out", economy="CN"), settings=settings)
    assert Checked.seen - before > 100


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("SELECT hash(a) FROM t", "hash"),
        ("SELECT list(a) FROM t", "list without ORDER BY"),
        ("SELECT first(a) FROM t", "first without ORDER BY"),
        ("SELECT regexp_replace(a, 'x', 'y') FROM t", "without 'g'"),
        (r"SELECT regexp_matches(a, '\bx') FROM t", r"\b"),
        ("SELECT regexp_matches(a, b) FROM t", "pattern that is not a text"),
        ("SELECT a.* REPLACE (1 AS b) FROM a UNION SELECT 1", "REPLACE"),
        ("SELECT * FROM a JOIN b USING (x) UNION SELECT 1, 2", "USING"),
        ("SELECT a FROM t TABLESAMPLE 1%", "sample"),
        ("SELECT unnest(a) + 1 AS b FROM t", "unnest"),
        ("SELECT a FROM t, LATERAL (SELECT 1)", "Lateral"),
        ("SELECT printf('%d', a) FROM t", "printf"),
        ("SELECT date_diff('month', a, b) FROM t", "date_diff"),
        ("SELECT a::TIMESTAMP FROM t", "TIMESTAMP"),
        ("SELECT list_transform(a, lambda x: x) FROM t", "ambda"),
        ("SELECT substr(a) FROM t", "substr"),
        ("SELECT a LIKE 'b%' FROM t", "Like"),
        ("SELECT a FROM read_parquet('x')", "read_parquet"),
        ("SELECT count(*) FROM t GROUP BY ALL", "Group"),
        ("SELECT FROM WHERE", "SELECT"),
    ],
)
def test_what_is_not_known_to_be_the_same_is_refused_by_name(query: str, named: str) -> None:
    with pytest.raises(UnknownConstructError, match=r"engines\.md") as refused:
        spark_sql(query)
    assert named in refused.value.construct


def test_texts_keep_backslashes_quotes_and_control_signs() -> None:
    assert spark_sql("SELECT 'a\\d''\x0b' AS x") == "SELECT 'a\\\\d\\'\x0b' AS x"


def test_tables_of_a_query_are_those_it_reads() -> None:
    query = "WITH own AS (SELECT a FROM one) SELECT a FROM own JOIN Two USING (a) WHERE a IN (SELECT a FROM one)"
    assert sorted(tables_of(query)) == ["one", "one", "two"]


def test_everything_that_steps_may_use_is_documented() -> None:
    page = (REPOSITORY / "docs" / "concepts" / "engines.md").read_text(encoding="utf-8")
    names = (*dialect.FUNCTIONS, *dialect.PATTERNS, *dialect.ORDERED)
    assert [name for name in names if f"`{name}`" not in page] == []
