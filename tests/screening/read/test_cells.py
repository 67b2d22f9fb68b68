"""Cells as they are kept: without surrounding space, null where they say nothing."""

from __future__ import annotations

import re

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tenring.screening.read.steps import EMPTY_WORDS, _clean

_SPACES = " \u00a0\u2003\u3000"
_SIGNS = st.sampled_from([*_SPACES, "\t", "\n", "\r", "  ", *EMPTY_WORDS, "N/A", "NONE", "n", "-", "x", "1.5", "笔"])


def _kept(cell: str) -> str | None:
    trimmed = cell.strip(_SPACES)
    if len(cell) <= 7 and trimmed.lower() in EMPTY_WORDS:  # longer ones are not looked at
        return None
    if re.search("[\t\n\f\r\u00a0\u3000]|  ", cell):
        trimmed = re.sub("[ \t\n\f\r\u00a0\u3000]+", " ", cell).strip(_SPACES)
    return trimmed or None


@settings(deadline=None)
@given(st.lists(st.lists(_SIGNS, max_size=5).map("".join), max_size=30))
def test_cells_are_kept_without_what_says_nothing(cells: list[str]) -> None:
    with duckdb.connect() as connection:
        connection.register("cells", pa.table({"c0": pa.array(cells, pa.string())}))
        kept = connection.execute(f"SELECT c0, {_clean(0)} FROM cells").fetchall()
    assert kept == [(cell, _kept(cell)) for cell in cells]
