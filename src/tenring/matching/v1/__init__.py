"""Matcher v1: certificate number, GTIN, brand + model with wildcards, then text; strongest evidence first.

Input tables: `entry` (entry_id, brand, name, category), `entry_number` (entry_id, number), `entry_gtin` (entry_id,
gtin), `entry_model` (entry_id, model, kind), `line` (item_id, text, brand, model, certificate, gtin, category) and
`brand_alias` (key, usual), `related` (category, other): categories that do not contradict each other.
`entry_model.kind` is `model`, `additional`, `family`, or `title`: a code found in a title, which finds the entry and is
no evidence of itself. Extras, which may be missing: `line_more` (item_id, more, price) and `entry_more` (entry_id,
more, price), what is said besides and the price; `pair_asked` (item_id, entry_id), pairs that are compared and kept
whatever comes of it.
Output table: `matched` (item_id, entry_id, rung, score, features, matched_model, ties), one row per pair kept.
"""

from __future__ import annotations

from tenring.matching.v1 import candidates, keep, lines, score, text
from tenring.matching.v1.index import TABLES as INDEX_TABLES
from tenring.matching.v1.index import build_index, fingerprint
from tenring.matching.v1.weights import LIKELY, THRESHOLD, VERSION
from tenring.model.sql import Engine, Step

__all__ = ["INDEX_TABLES", "LIKELY", "THRESHOLD", "VERSION", "build_index", "fingerprint", "match", "match_lines"]


def match(engine: Engine, *, extras: bool = False) -> None:
    """Make the table `matched` from the input tables: the index of the entries first, then the lines."""
    build_index(engine)
    match_lines(engine, extras=extras)


def match_lines(engine: Engine, *, extras: bool = False) -> None:
    """Make the table `matched` from `line` and the tables of the index; `extras`: whether their tables are there.

    Every pair at or above `THRESHOLD` is kept, and of the others the nearest: the caller decides between them by date
    and programme.
    """
    if not extras:
        engine.run(_NO_EXTRAS)
    lines.add_line_texts(engine)
    for part in (lines, candidates, score):
        engine.run(part.STEPS)
        engine.drop(*part.DONE)
    text.add_text_points(engine)
    engine.run(keep.PAIR_STEPS)
    engine.drop("pair_scored", "text_glance")
    text.add_text_told(engine)
    engine.run(keep.STEPS)
    engine.drop("pair_kept", "text_told")


_NOTHING = "NULL::VARCHAR AS more, NULL::DOUBLE AS price WHERE false"
_NO_EXTRAS = [
    Step("line_more", f"SELECT NULL::BIGINT AS item_id, {_NOTHING}"),
    Step("entry_more", f"SELECT NULL::VARCHAR AS entry_id, {_NOTHING}"),
    Step("pair_asked", "SELECT NULL::BIGINT AS item_id, NULL::VARCHAR AS entry_id WHERE false"),
]
