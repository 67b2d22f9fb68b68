"""Score of each pair of the strong rungs: what its evidence is worth, less what speaks against it, rule by rule.

Facts of a pair, by the names that rules use: `brand` (agrees, absent: the line or the entry names none, contradicts),
`category` (agrees, unknown, contradicts), `made_for`; of a code also `code_length`, `code_brands` (how many use it),
`whole` (nothing goes on behind it), `version_follows`, `code_follows`, `digits_only`, `five_in_category` (five signs,
and the category agrees), `named_only` (it is a family or a name, not a model).
"""

from __future__ import annotations

from tenring.matching.v1.pairing import paired
from tenring.matching.v1.rules import fired_sql, points_sql
from tenring.matching.v1.weights import AGAINST_MODEL, AGAINST_NUMBER, BASE, MEASURE, THRESHOLD, VERSIONS
from tenring.model.sql import Step
from tenring.model.text import normal

_BASE_OF_KIND = "CASE kind " + " ".join(f"WHEN '{kind}' THEN {BASE[kind]}" for kind in BASE) + " END"
_BASE_OF_RUNG = f"CASE rung WHEN 'certificate' THEN {BASE['certificate']} ELSE {BASE['gtin']} END"

STEPS = [
    Step("number_fact", paired("pair_number")),
    # one row = a pair by number with the hundredths it is worth
    Step(
        "number_scored",
        f"""
        SELECT item_id, product, rung, {_BASE_OF_RUNG} - ({points_sql(AGAINST_NUMBER)}) AS points, matched,
            concat_ws(', ', '"' || rung || '": ' || printf('%.2f', {_BASE_OF_RUNG} / 100.0),
                '"brand": "' || brand || '"', '"category": "' || category || '"',
                nullif({fired_sql(AGAINST_NUMBER)}, '')) AS features
        FROM number_fact
        """,
    ),
    # one row = a pair by code with the facts that rules ask
    Step(
        "model_fact",
        f"""
        SELECT item_id, product, kind, key, matched, brand, category, made_for, whole, code_brands,
            length(key) AS code_length,
            regexp_full_match(next_word, '{VERSIONS}') AS version_follows,
            regexp_matches(next_word, '[0-9]') AND NOT regexp_full_match(next_word, '{normal(MEASURE)}')
                AS code_follows,
            regexp_full_match(key, '[0-9]+') AS digits_only,
            length(key) = 5 AND category = 'agrees' AS five_in_category,
            kind IN ('family', 'name') AS named_only,
            {_BASE_OF_KIND} AS base
        FROM ({paired("pair_model")}) WHERE kind <> 'title'
        """,
    ),
    Step("model_points", f"SELECT *, base - ({points_sql(AGAINST_MODEL)}) AS points FROM model_fact"),
    # one row = a line that numbers and codes answer surely: its words are not asked
    Step(
        "line_sure",
        f"""
        SELECT DISTINCT item_id FROM number_scored WHERE points >= {round(THRESHOLD * 100)}
        UNION SELECT DISTINCT item_id FROM model_points WHERE points >= {round(THRESHOLD * 100)}
        """,
    ),
]

#: Features of a pair by code, as JSON members.
MODEL_FEATURES = f"""
    concat_ws(', ', '"kind": "' || kind || '"', '"code": "' || key || '"', '"worth": ' || printf('%.2f', base / 100.0),
        '"brand": "' || brand || '"', '"category": "' || category || '"', nullif({fired_sql(AGAINST_MODEL)}, ''))
"""
