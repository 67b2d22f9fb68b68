"""Score of each pair: what its evidence is worth, less what speaks against it, feature by feature."""

from __future__ import annotations

from tenring.matching.v1.tokens import sql_pattern
from tenring.matching.v1.weights import (
    BASE,
    FEWEST_WORDS,
    LONG_CODE,
    MADE_FOR,
    MEASURE,
    MIDDLE_CODE,
    PENALTY,
    TEXT,
    THRESHOLD,
    VERSIONS,
)
from tenring.model.sql import Step

_P = PENALTY

#: brand: `agrees`, `absent` (the line or the entry names none), `contradicts`
_BRAND = """
    CASE WHEN eb.keys IS NULL OR lb.named IS NULL THEN 'absent'
         WHEN list_has_any(lb.named, eb.keys) THEN 'agrees'
         ELSE 'contradicts' END
"""
#: category: `agrees`, `unknown`, `contradicts`
_CATEGORY = """
    CASE WHEN l.category IS NULL OR e.category IS NULL THEN 'unknown'
         WHEN r.other IS NOT NULL THEN 'agrees'
         ELSE 'contradicts' END
"""
_MADE_FOR = rf"regexp_matches(t.norm, '(^|[^a-z])({sql_pattern(MADE_FOR)})([^a-z]|$)')"


def _paired(pairs: str, columns: str) -> str:
    """Pairs with what brand, category and wording say of them."""
    return f"""
        SELECT p.item_id, p.entry_id, {columns}, {_BRAND} AS brand, {_CATEGORY} AS category, {_MADE_FOR} AS made_for
        FROM {pairs} p JOIN line l USING (item_id) JOIN entry e USING (entry_id) JOIN line_text t USING (item_id)
        LEFT JOIN entry_brands eb USING (entry_id) LEFT JOIN line_brands lb USING (item_id)
        LEFT JOIN related r ON r.category = l.category AND r.other = e.category
    """


def _identifier(pairs: str, rung: str) -> str:
    penalty = f"CASE WHEN brand = 'contradicts' AND category = 'contradicts' THEN {_P['number_elsewhere']} ELSE 0 END"
    return f"""
        SELECT item_id, entry_id, '{rung}' AS rung, {BASE[rung]} - {penalty} AS score, matched,
            to_json({{'{rung}': {BASE[rung]}, 'brand': brand, 'category': category, 'number_elsewhere': -({penalty})}})
                AS features
        FROM ({_paired(pairs, "p.matched")})
    """


_BRAND_PENALTY = f"""
    CASE WHEN brand = 'agrees' THEN CASE WHEN length(key) < {MIDDLE_CODE} THEN {_P["short_code"]} ELSE 0 END
         WHEN brand = 'contradicts' THEN {_P["brand_contradicts"]}
         WHEN brands <= 1 AND length(key) >= {LONG_CODE} THEN {_P["brand_absent_long_key"]}
         WHEN brands <= 1 AND length(key) >= {MIDDLE_CODE} THEN {_P["brand_absent_short_key"]}
         ELSE {_P["brand_absent_weak"]} END
"""
_CODE_PENALTY = f"""
    CASE WHEN NOT whole THEN {_P["part_of_longer_code"]}
         WHEN regexp_full_match(next_word, '{VERSIONS}') THEN {_P["version_follows"]} ELSE 0 END
    + CASE WHEN length(key) < {MIDDLE_CODE} AND regexp_full_match(key, '[0-9]+')
            AND NOT (length(key) = {MIDDLE_CODE} - 1 AND category = 'agrees') THEN {_P["digits_only"]} ELSE 0 END
    + CASE WHEN kind IN ('family', 'name') AND regexp_matches(next_word, '[0-9]')
            AND NOT regexp_full_match(next_word, '{MEASURE}') THEN {_P["code_follows"]} ELSE 0 END
"""
_CONTEXT_PENALTY = f"""
    CASE WHEN category = 'contradicts' THEN {_P["category_contradicts"]} ELSE 0 END
    + CASE WHEN made_for THEN {_P["made_for"]} ELSE 0 END
"""
_BASE_OF_KIND = "CASE kind " + " ".join(f"WHEN '{kind}' THEN {BASE[kind]}" for kind in BASE) + " END"


def _model() -> str:
    columns = "p.matched, p.kind, p.key, p.whole, p.next_word, p.brands"
    return f"""
        SELECT item_id, entry_id, 'model' AS rung, base - for_brand - for_code - for_context AS score, matched,
            to_json({{'kind': kind, 'code': key, 'worth': base, 'brand': brand, 'brand_points': -for_brand,
                'code_points': -for_code, 'category': category, 'context_points': -for_context}}) AS features
        FROM (
            SELECT *, {_BASE_OF_KIND} AS base, {_BRAND_PENALTY} AS for_brand, {_CODE_PENALTY} AS for_code,
                {_CONTEXT_PENALTY} AS for_context
            FROM ({_paired("pair_model", columns)})
        )
    """


def _text() -> str:
    return f"""
        SELECT item_id, entry_id, 'text' AS rung,
            {TEXT["entry_covered"]} * entry_covered + {TEXT["line_covered"]} * line_covered
            + CASE WHEN brand = 'agrees' THEN {TEXT["brand_agrees"]} ELSE 0 END
            - CASE WHEN code_unknown THEN {TEXT["code_unknown"]} ELSE 0 END
            - CASE WHEN entry_words < {FEWEST_WORDS} THEN {TEXT["few_words"]} ELSE 0 END
            - CASE WHEN brand = 'contradicts' THEN {_P["brand_contradicts"]} ELSE 0 END
            - ({_CONTEXT_PENALTY}) AS score,
            name AS matched,
            to_json({{'entry_covered': round(entry_covered, 3), 'line_covered': round(line_covered, 3),
                'brand': brand, 'category': category, 'code_unknown': code_unknown, 'entry_words': entry_words,
                'context_points': -({_CONTEXT_PENALTY})}}) AS features
        FROM ({_paired("pair_overlap", "p.entry_covered, p.line_covered, p.code_unknown, p.entry_words, e.name")})
    """


STEPS = [
    # one row = one line with all brands it names: those stated in the brand field alone, if there are any
    Step(
        "line_brands",
        """
        SELECT item_id, CASE WHEN bool_or(stated) THEN list(brand_key) FILTER (stated) ELSE list(brand_key) END AS named
        FROM line_brand GROUP BY item_id
        """,
    ),
    # one row = one entry with all keys of its brand
    Step("entry_brands", "SELECT entry_id, list(brand_key) AS keys FROM entry_brand GROUP BY entry_id"),
    # one row = one token weight per line and per entry
    Step(
        "line_weight",
        """
        SELECT item_id, round(sum(coalesce(idf, (SELECT ln(1 + count(*)) FROM entry_text))), 6) AS weight
        FROM line_token LEFT JOIN token_weight USING (token) GROUP BY item_id
        """,
    ),
    Step(
        "entry_weight",
        """
        SELECT entry_id, round(sum(idf), 6) AS weight, count(*) AS words
        FROM entry_token JOIN token_weight USING (token) GROUP BY entry_id
        """,
    ),
    # one row = a text pair with the weight of the words both have; where a code answered, for or against, words do not
    Step(
        "pair_shared",
        """
        SELECT p.item_id, p.entry_id, round(sum(w.idf), 6) AS shared
        FROM pair_text p JOIN line_token l USING (item_id) JOIN entry_token e USING (entry_id, token)
        JOIN token_weight w USING (token)
        WHERE NOT EXISTS (SELECT 1 FROM pair_model m WHERE m.item_id = p.item_id AND m.entry_id = p.entry_id)
        GROUP BY p.item_id, p.entry_id
        """,
    ),
    Step(
        "line_mixed_token",
        """
        SELECT item_id, token FROM line_token
        WHERE regexp_full_match(token, '[0-9a-z]*([0-9][a-z]|[a-z][0-9])[0-9a-z]*|[0-9]{5,}')
        """,
    ),
    # one row = a text pair with how much of each side the other covers; `code_unknown`: the line has a code, size
    # or long number that no word of the entry's name has
    Step(
        "pair_overlap",
        """
        SELECT s.item_id, s.entry_id, s.shared / ew.weight AS entry_covered,
            s.shared / greatest(lw.weight, s.shared) AS line_covered, ew.words AS entry_words,
            EXISTS (SELECT 1 FROM line_mixed_token m WHERE m.item_id = s.item_id AND NOT EXISTS (
                SELECT 1 FROM entry_token e WHERE e.entry_id = s.entry_id AND e.token = m.token)) AS code_unknown
        FROM pair_shared s JOIN line_weight lw USING (item_id) JOIN entry_weight ew USING (entry_id)
        """,
    ),
    Step(
        "scored",
        f"""
        {_identifier("pair_certificate", "certificate")}
        UNION ALL {_identifier("pair_gtin", "gtin")}
        UNION ALL {_model()}
        UNION ALL {_text()}
        """,
    ),
    # one row = one pair that is kept, by its strongest rung
    Step(
        "matched",
        f"""
        SELECT item_id, entry_id, rung, round(greatest(score, 0)::DOUBLE, 4) AS score, features,
            matched AS matched_model, count(*) OVER (PARTITION BY item_id, round(score::DOUBLE, 4)) AS ties
        FROM (
            SELECT * FROM scored
            QUALIFY row_number() OVER (PARTITION BY item_id, entry_id ORDER BY score DESC, rung) = 1
        )
        QUALIFY score >= {THRESHOLD} OR row_number() OVER (PARTITION BY item_id ORDER BY score DESC, entry_id) <= 3
        """,
    ),
]
