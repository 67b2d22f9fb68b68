"""Score of each pair of the strong rungs: what its evidence is worth, less what speaks against it, rule by rule.

Facts of a pair, by the names that rules use: `brand` (agrees, absent: the line or the entry names none, contradicts),
`category` (agrees, unknown, contradicts), `made_for`; of a code also `code_length`, `code_brands` (how many use it),
`whole` (nothing goes on behind it), `version_follows`, `code_follows`, `digits_only`, `five_in_category` (five signs,
and the category agrees), `named_only` (it is a family or a name, not a model).
"""

from __future__ import annotations

from tenring.matching.v1.pairing import paired
from tenring.matching.v1.rules import fired_sql, points_sql
from tenring.matching.v1.weights import AGAINST_MODEL, AGAINST_NUMBER, BASE, THRESHOLD, USED_FOR
from tenring.model.sql import Step
from tenring.model.text import normal

_BASE_OF_KIND = "CASE kind " + " ".join(f"WHEN '{kind}' THEN {BASE[kind]}" for kind in BASE) + " END"
_BASE_OF_RUNG = f"CASE rung WHEN 'certificate' THEN {BASE['certificate']} ELSE {BASE['gtin']} END"

STEPS = [
    # one row = a pair by code, with what brand, category and wording say of it
    Step("pair_of_brands", paired("pair_model")),
    # one row = a pair whose line names another brand, and not as a part of the code itself
    Step(
        "pair_contradicted",
        """
        SELECT DISTINCT p.item_id, p.product FROM pair_of_brands p JOIN line_brand b USING (item_id)
        WHERE p.brand = 'contradicts' AND (b.stated OR b.behind = 0 OR b.start < p.start OR b.behind > p.start + p.size)
        """,
    ),
    # one row = the same pair; where only words of the code look like another brand, none is named
    Step(
        "pair_named",
        """
        SELECT p.* REPLACE (CASE WHEN p.brand = 'contradicts' AND c.product IS NULL THEN 'absent' ELSE p.brand END
            AS brand)
        FROM pair_of_brands p LEFT JOIN pair_contradicted c ON c.item_id = p.item_id AND c.product = p.product
        """,
    ),
    # one row = one stretch of words of a line that is a code, or a brand of several words
    Step(
        "line_stretch",
        """
        SELECT DISTINCT item_id, start, size FROM pair_named WHERE brand <> 'contradicts'
        UNION
        SELECT item_id, start, size FROM line_brand_gram WHERE bounded AND size > 1
        """,
    ),
    # one row = a pair whose code is only a part of such a stretch
    Step(
        "pair_inside",
        """
        SELECT DISTINCT p.item_id, p.product FROM pair_named p JOIN line_stretch s
            ON s.item_id = p.item_id AND s.size > p.size AND s.start <= p.start AND s.start + s.size >= p.start + p.size
        """,
    ),
    # one row = a pair by code with the facts that rules ask
    Step(
        "model_fact",
        f"""
        SELECT p.item_id, p.product, p.kind, p.key, p.matched, p.brand, p.category, p.made_for, p.whole, p.code_brands,
            p.version_follows, p.code_follows, p.fixed AS code_length, p.seconded, p.in_model,
            regexp_full_match(p.key, '[0-9]+') AS digits_only,
            length(p.key) = 5 AND p.category = 'agrees' AS five_in_category,
            p.kind IN ('family', 'name', 'series') AS named_only,
            coalesce(p.brand = 'agrees' AND list_contains(f.behind, p.start), false) AS beside_brand,
            coalesce(f.stated_key = p.key, false) AS stated,
            coalesce(NOT p.in_model AND NOT contains(f.stated_key, p.key) AND NOT contains(p.key, f.stated_key), false)
                AS stated_elsewhere,
            regexp_full_match(p.last_word, '{normal(USED_FOR)}') OR p.used_behind
                OR coalesce(list_has_any(f.used_for, e.brand_keys), false) AS used_for,
            i.product IS NOT NULL AS inside,
            {_BASE_OF_KIND} AS base
        FROM pair_named p JOIN line_fact f USING (item_id) JOIN product e USING (product)
        LEFT JOIN pair_inside i ON i.item_id = p.item_id AND i.product = p.product
        """,
    ),
    Step("model_points", f"SELECT *, base - ({points_sql(AGAINST_MODEL)}) AS points FROM model_fact"),
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
