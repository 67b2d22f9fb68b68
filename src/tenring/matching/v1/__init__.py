"""Matcher v1: certificate number, GTIN, brand + model with wildcards, then text; strongest evidence first.

Input tables: `entry` (entry_id, brand, name, category), `entry_number` (entry_id, number), `entry_gtin` (entry_id,
gtin), `entry_model` (entry_id, model, kind), `line` (item_id, text, brand, model, certificate, gtin, category) and
`brand_alias` (key, usual), `related` (category, other): categories that do not contradict each other.
Output table: `matched` (item_id, entry_id, rung, score, features, matched_model, ties), one row per pair kept.
"""

from __future__ import annotations

from tenring.matching.v1 import candidates, keep, lines, score, text
from tenring.matching.v1.index import TABLES as INDEX_TABLES
from tenring.matching.v1.index import build_index, fingerprint
from tenring.matching.v1.weights import THRESHOLD, VERSION
from tenring.model.sql import Engine

__all__ = ["INDEX_TABLES", "THRESHOLD", "VERSION", "build_index", "fingerprint", "match", "match_lines"]


def match(engine: Engine) -> None:
    """Make the table `matched` from the input tables: the index of the entries first, then the lines."""
    build_index(engine)
    match_lines(engine)


def match_lines(engine: Engine) -> None:
    """Make the table `matched` from `line` and the tables of the index.

    Every pair at or above `THRESHOLD` is kept, and of the others the nearest: the caller decides between them by date
    and programme.
    """
    lines.add_line_texts(engine)
    engine.run([*lines.STEPS, *candidates.STEPS, *score.STEPS, *text.STEPS, *keep.STEPS])
