"""The rung `text`: how much of an entry's name and of a line's words the other side has, by the weight of rare words.

Only lines that numbers and codes did not answer surely are asked. Weights are whole hundredths of the inverse document
frequency, so that sums are exact on every engine. Index: `product_token` (product, token), `token_weight` (token,
products, idf), `product_weight` (product, weight, words). Output: `text_points`.
"""

from __future__ import annotations

from tenring.matching.v1.pairing import paired
from tenring.matching.v1.rules import fired_sql, points_sql
from tenring.matching.v1.weights import (
    AGAINST_TEXT,
    COMMON_TOKEN,
    COVERED,
    PAIRS_PER_LINE,
    RAREST_TOKENS,
    WITH_BRAND,
)
from tenring.model.sql import Step
from tenring.model.text import CJK

_NAMES = "FROM product p JOIN text_form f ON f.text = p.name"
_CJK_RUN = f"[{CJK}]"
_MIXED = "[0-9a-z]*([0-9][a-z]|[a-z][0-9])[0-9a-z]*|[0-9]{5,}"


def _tokens(query: str, id_column: str) -> str:
    """Distinct tokens of the texts (id, norm) of a query: Latin words, and pairs of neighbouring CJK characters."""
    return f"""
        WITH word AS (
            SELECT {id_column}, unnest(regexp_extract_all(norm, '[0-9a-z]+|{_CJK_RUN}+')) AS word FROM ({query})
        ), place AS (
            SELECT {id_column}, word, unnest(range(1, length(word))) AS place FROM word
            WHERE regexp_matches(word, '^{_CJK_RUN}') AND length(word) > 1
        )
        SELECT DISTINCT {id_column}, token FROM (
            SELECT {id_column}, word AS token FROM word
            WHERE NOT regexp_matches(word, '^{_CJK_RUN}') OR length(word) = 1
            UNION ALL SELECT {id_column}, substr(word, place, 2) FROM place
        )
    """


INDEX_STEPS = [
    Step(
        "product_token",
        _tokens("SELECT p.product, f.norm FROM product p JOIN text_form f ON f.text = p.name", "product"),
    ),
    # one row = one token, how many products have it, and how much it says
    Step(
        "token_weight",
        """
        SELECT token, count(*) AS products,
            round(100 * ln(1 + (SELECT count(DISTINCT product) FROM product_token) / count(*)::DOUBLE))::BIGINT AS idf
        FROM product_token GROUP BY token
        """,
    ),
    Step(
        "product_weight",
        """
        SELECT product, sum(idf)::BIGINT AS weight, count(*) AS words
        FROM product_token JOIN token_weight USING (token) GROUP BY product
        """,
    ),
]

STEPS = [
    Step(
        "line_token",
        _tokens("SELECT t.item_id, t.norm FROM line_text t ANTI JOIN line_sure s USING (item_id)", "item_id"),
    ),
    # one row = one line with the weight of all its tokens; one that no product has says as much as one of a single one
    Step(
        "line_weight",
        """
        SELECT item_id, sum(coalesce(idf, (SELECT max(idf) FROM token_weight)))::BIGINT AS weight
        FROM line_token LEFT JOIN token_weight USING (token) GROUP BY item_id
        """,
    ),
    # one row = one of the rarest tokens of a line, which bring products in
    Step(
        "line_rare_token",
        f"""
        SELECT l.item_id, l.token, w.idf FROM line_token l JOIN token_weight w USING (token)
        WHERE w.products <= {COMMON_TOKEN}
        QUALIFY row_number() OVER (PARTITION BY l.item_id ORDER BY w.idf DESC, l.token) <= {RAREST_TOKENS}
        """,
    ),
    # one row = a line and a product that share rare tokens, the best few of a line
    Step(
        "pair_rare",
        f"""
        SELECT l.item_id, p.product FROM line_rare_token l JOIN product_token p USING (token)
        GROUP BY l.item_id, p.product
        QUALIFY row_number() OVER (PARTITION BY l.item_id ORDER BY sum(l.idf) DESC, p.product) <= {PAIRS_PER_LINE}
        """,
    ),
    # one row = such a pair with the weight of the words both have; where a code answered, words do not
    Step(
        "pair_shared",
        """
        SELECT p.item_id, p.product, sum(w.idf)::BIGINT AS shared
        FROM (SELECT * FROM pair_rare ANTI JOIN pair_model USING (item_id, product)) p
        JOIN line_token l USING (item_id) JOIN product_token e USING (product, token) JOIN token_weight w USING (token)
        GROUP BY p.item_id, p.product
        """,
    ),
    # one row = a code, size or long number of a line that the product's name has not
    Step(
        "pair_unknown_code",
        f"""
        SELECT DISTINCT s.item_id, s.product
        FROM pair_shared s JOIN line_token l USING (item_id)
        LEFT JOIN product_token e ON e.product = s.product AND e.token = l.token
        WHERE regexp_full_match(l.token, '{_MIXED}') AND e.token IS NULL
        """,
    ),
    # one row = a pair by words with the facts that rules ask
    Step(
        "text_fact",
        f"""
        SELECT t.item_id, t.product, t.brand, t.category, t.made_for, t.shared, e.name AS matched,
            w.words, u.item_id IS NOT NULL AS code_unknown,
            ({COVERED["entry"]} * t.shared) // w.weight AS entry_covered,
            ({COVERED["line"]} * t.shared) // greatest(l.weight, t.shared) AS line_covered
        FROM ({paired("pair_shared")}) t
        JOIN product e USING (product) JOIN product_weight w USING (product) JOIN line_weight l USING (item_id)
        LEFT JOIN pair_unknown_code u ON u.item_id = t.item_id AND u.product = t.product
        """,
    ),
    Step(
        "text_points",
        f"""
        SELECT *, (entry_covered + line_covered + CASE WHEN brand = 'agrees' THEN {WITH_BRAND} ELSE 0 END
            - ({points_sql(AGAINST_TEXT)}))::BIGINT AS points
        FROM text_fact
        """,
    ),
]

#: Features of a pair by words, as JSON members.
TEXT_FEATURES = f"""
    concat_ws(', ', '"entry_covered": ' || printf('%.2f', entry_covered / 100.0),
        '"line_covered": ' || printf('%.2f', line_covered / 100.0),
        '"brand": "' || brand || '"', CASE WHEN brand = 'agrees' THEN '"brand_agrees": {WITH_BRAND / 100:.2f}' END,
        '"category": "' || category || '"', nullif({fired_sql(AGAINST_TEXT)}, ''))
"""
