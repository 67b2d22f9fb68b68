"""Matcher v1: certificate number, GTIN, brand + model with wildcards, then text; strongest evidence first.

Input tables: `entry` (entry_id, brand, name, category), `entry_number` (entry_id, number), `entry_gtin` (entry_id,
gtin), `entry_model` (entry_id, model, kind), `line` (item_id, text, brand, model, certificate, gtin, category) and
`brand_alias` (key, usual), `related` (category, other): categories that do not contradict each other.
Output table: `matched` (item_id, entry_id, rung, score, features, matched_model, ties), one row per pair kept.
"""

from __future__ import annotations

import duckdb

from tenring.matching.text_forms import add_text_forms
from tenring.matching.v1 import candidates, score, tokens
from tenring.matching.v1.weights import THRESHOLD, VERSION
from tenring.model.sql import run

__all__ = ["THRESHOLD", "VERSION", "match"]


def match(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `matched` from the input tables.

    Every pair with the best score of its line is kept, and every other pair at or above `THRESHOLD`: the caller
    decides between them by date and programme.
    """
    tokens.register_patterns(connection)
    tokens.register_brands(connection)
    add_text_forms(connection, tokens.TEXTS)
    run(connection, [*tokens.STEPS, *candidates.STEPS, *score.STEPS])
