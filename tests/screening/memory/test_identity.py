"""One product description, however it is typed; and the same in Python and in SQL."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines import Engines
from tenring.screening.memory.identity import gtin_identity, gtin_identity_sql, identity, identity_sql, key, key_sql


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Copy  Paper A4", "copy paper a4"),
        ("ＱＹ－２７", "qy－27"),
        ("复印纸\u3000Ａ4 ", "复印纸 a4"),
        (None, ""),
    ],
)
def test_case_width_and_spaces_do_not_matter(one: str | None, other: str) -> None:
    assert identity(one) == identity(other)


@pytest.mark.parametrize(("one", "other"), [("1.5 L", "15 L"), ("RF-28", "RF28"), ("A4", "A3"), ("Ä", "A")])
def test_everything_else_does(one: str, other: str) -> None:
    assert identity(one) != identity(other)


def test_a_gtin_is_the_same_in_all_its_lengths() -> None:
    assert {gtin_identity(text) for text in ("012345678905", "00012345678905", "12345678905")} == {"12345678905"}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30).filter(lambda text: "\x00" not in text))
def test_sql_and_python_agree_on_every_text(text: str) -> None:
    query = f"SELECT {identity_sql('t')}, {gtin_identity_sql('t')}, {key_sql(identity_sql('t'), identity_sql('t'))}"
    with duckdb.connect() as connection:
        (found,) = connection.execute(f"{query} FROM (SELECT ?::VARCHAR AS t)", [text]).fetchall()
    assert found == (identity(text), gtin_identity(text), key(identity(text), identity(text)))


#: Letters that change in a way of their own, spaces, signs of queries, full width, digits of other scripts.
AWKWARD = "aÄßẞİıſKΣςǅﬁÅ １２Ａ５٣\u3000\xa0\t\n-–'\"\\$%_/()复製ｶﾞ𠮷\u0301"


def test_sql_and_python_agree_on_both_engines(engines: Engines, engine_name: str) -> None:
    texts = [*AWKWARD, *(one + other for one in AWKWARD for other in AWKWARD), "", "012345678905", "0012-345 678-905"]
    query = f"SELECT t, {identity_sql('t')}, {gtin_identity_sql('t')}, {key_sql(identity_sql('t'), identity_sql('t'))}"
    with engines(engine_name) as engine:
        engine.add("told", pa.table({"t": texts}))
        found = engine.rows(f"{query} FROM told")
    assert len(found) == len(texts)
    assert [
        row for row in found if row[1:] != (identity(row[0]), gtin_identity(row[0]), key(*[identity(row[0])] * 2))
    ] == []
