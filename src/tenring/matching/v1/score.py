"""Score of each pair of the strong rungs: what its evidence is worth, less what speaks against it, rule by rule.

Facts of a pair, by the names that rules use: `brand` (agrees, absent: the line or the entry names none, contradicts),
`category` (agrees, unknown, contradicts), `made_for`; of a code also `code_length`, `code_brands` (how many use it),
`whole` (nothing goes on behind it), `version_follows`, `code_follows`, `digits_only`, `five_in_category` (five signs,
and the category agrees), `named_only` (it is a family or a name, not a model).
"""

from __future__ import annotations

from tenring.matching.v1.candidates import BASE_OF_KIND
from tenring.matching.v1.pairing import paired
from tenring.matching.v1.rules import fired_sql, points_sql
from tenring.matching.v1.weights import AGAINST_MODEL, AGAINST_NUMBER, BASE, THRESHOLD, USED_FOR
from tenring.model.sql import Step
from tenring.model.text import normal

_BASE_OF_RUNG = f"CASE rung WHEN 'certificate' THEN {BASE['certificate']} ELSE {BASE['gtin']} END"

#: Tables that nothing behind these steps reads.
DONE = (
    "line_brand", "line_brand_gram", "line_stretch", "pair_number", "pair_told", "pair_contradicted", "pair_inside",
    "number_fact",
)  # fmt: skip

STEPS = [
    # one row = a pair by code, with what brand, category, wording and place say of it
    Step(
        "pair_told",
        f"""
        SELECT p.* EXCLUDE (last_word, used_behind, stated_key, behind, line_used_for, brand_keys),
            coalesce(list_contains(behind, start), false) AS behind_brand,
            coalesce(stated_key = key, false) AS stated,
            coalesce(NOT in_model AND NOT contains(stated_key, key) AND NOT contains(key, stated_key), false)
                AS stated_elsewhere,
            regexp_full_match(last_word, '{normal(USED_FOR)}') OR used_behind
                OR coalesce(list_has_any(line_used_for, brand_keys), false) AS used_for
        FROM ({paired("pair_model", "f.stated_key, f.behind, f.used_for AS line_used_for, e.brand_keys")}) p
        WHERE kind <> 'title'
        """,
    ),
    # one row = a pair whose line names another brand, and not as a part of the code itself
    Step(
        "pair_contradicted",
        """
        SELECT DISTINCT p.item_id, p.product
        FROM (SELECT item_id, product, start, size FROM pair_told WHERE brand = 'contradicts') p
        JOIN line_brand b ON b.item_id = p.item_id
            AND (b.stated OR b.behind = 0 OR b.start < p.start OR b.behind > p.start + p.size)
        """,
    ),
    # one row = one stretch of words of a line that is a code, or a brand of several words
    Step(
        "line_stretch",
        """
        SELECT DISTINCT item_id, start, size FROM pair_told ANTI JOIN pair_contradicted USING (item_id, product)
        UNION
        SELECT item_id, start, size FROM line_brand_gram WHERE size > 1
        """,
    ),
    # one row = a pair whose code is only a part of such a stretch
    Step(
        "pair_inside",
        """
        SELECT DISTINCT p.item_id, p.product FROM pair_told p JOIN line_stretch s
            ON s.item_id = p.item_id AND s.size > p.size AND s.start <= p.start AND s.start + s.size >= p.start + p.size
        """,
    ),
    # one row = a pair by code with the facts that rules ask, and the hundredths it is worth
    Step(
        "model_points",
        f"""
        SELECT *, base - ({points_sql(AGAINST_MODEL)}) AS points FROM (
            SELECT p.* EXCLUDE (start, size, fixed, behind_brand, brand), p.fixed AS code_length,
                CASE WHEN p.brand = 'contradicts' AND c.product IS NULL THEN 'absent' ELSE p.brand END AS brand,
                regexp_full_match(p.key, '[0-9]+') AS digits_only,
                length(p.key) = 5 AND p.category = 'agrees' AS five_in_category,
                p.kind IN ('family', 'name', 'series') AS named_only,
                p.brand = 'agrees' AND p.behind_brand AS beside_brand,
                i.product IS NOT NULL AS inside,
                {BASE_OF_KIND} AS base
            FROM pair_told p
            LEFT JOIN pair_contradicted c ON c.item_id = p.item_id AND c.product = p.product
            LEFT JOIN pair_inside i ON i.item_id = p.item_id AND i.product = p.product
        )
        """,
    ),
    # one row = a pair by number with the facts that rules ask
    Step(
        "number_fact",
        f"""
        SELECT p.*, f.stated_key IS NOT NULL AND m.product IS NULL AS model_elsewhere
        FROM ({paired("pair_number")}) p JOIN line_fact f USING (item_id)
        LEFT JOIN pair_model m ON m.item_id = p.item_id AND m.product = p.product
        """,
    ),
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
