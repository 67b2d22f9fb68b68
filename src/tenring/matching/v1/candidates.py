"""Pairs of a line and a product by number or listed code: the strong rungs.

Output: `pair_number` (item_id, product, rung, matched) and `pair_model`, one row per line and product.
"""

from __future__ import annotations

from tenring.matching.v1.weights import COMMON_CODE, STEMS
from tenring.model.sql import Step

_STEM_SIZES = ", ".join(map(str, STEMS))

STEPS = [
    # one row = a line whose certificate number or GTIN is a product's
    Step(
        "pair_number",
        """
        SELECT t.item_id, n.product, 'certificate' AS rung, min(n.matched) AS matched
        FROM line_text t JOIN product_number n ON n.key = t.certificate_key GROUP BY t.item_id, n.product
        UNION ALL
        SELECT l.item_id, g.product, 'gtin', min(g.matched)
        FROM line l JOIN product_gtin g ON g.key = lpad(regexp_replace(l.gtin, '[^0-9]', '', 'g'), 14, '0')
        WHERE length(regexp_replace(l.gtin, '[^0-9]', '', 'g')) BETWEEN 8 AND 14
        GROUP BY l.item_id, g.product
        """,
    ),
    # one row = a gram of a line that is a code of the register, and how many products and brands have it
    Step(
        "line_code",
        """
        SELECT g.item_id, g.gram AS key, g.whole, g.next_word, c.products, c.brands
        FROM line_gram g JOIN code_use c ON c.key = g.gram
        """,
    ),
    # one row = a line with a code that is a product's model, without wildcards; a common code needs the brand
    Step(
        "pair_exact",
        f"""
        SELECT l.item_id, c.product, c.matched, c.kind, l.key, l.whole, l.next_word, l.brands AS code_brands
        FROM line_code l JOIN product_code c USING (key)
        WHERE l.products <= {COMMON_CODE}
        UNION ALL
        SELECT l.item_id, c.product, c.matched, c.kind, l.key, l.whole, l.next_word, l.brands
        FROM line_code l JOIN line_brand b USING (item_id)
        JOIN common_code c ON c.key = l.key AND c.brand_key = b.key
        WHERE l.products > {COMMON_CODE}
        """,
    ),
    # one row = one word of a line behind which a pattern may begin
    Step(
        "line_stem",
        f"""
        SELECT o.item_id, o.start, left(o.ahead, s.size) AS stem, o.ahead
        FROM line_opening o JOIN (SELECT unnest([{_STEM_SIZES}]) AS size) s ON length(o.ahead) >= s.size
        """,
    ),
    # one row = such a word and a pattern that begins like what lies ahead
    Step(
        "line_pattern",
        """
        SELECT s.item_id, s.start, w.product, w.matched, w.pattern, w.open, w.suffix,
            length(w.prefix) + length(w.suffix) AS shortest
        FROM line_stem s JOIN product_wildcard w ON w.stem = s.stem AND starts_with(s.ahead, w.prefix)
        """,
    ),
    # one row = a line with a code that a product's wildcard model covers
    Step(
        "pair_wildcard",
        """
        SELECT g.item_id, w.product, w.matched, 'wildcard' AS kind, g.gram AS key, g.whole, g.next_word,
            1 AS code_brands
        FROM line_pattern w JOIN line_gram g ON g.item_id = w.item_id AND g.start = w.start
        WHERE length(g.gram) >= w.shortest AND ends_with(g.gram, w.suffix)
            AND regexp_matches(g.gram, '[0-9]') AND NOT regexp_matches(g.gram, '[^0-9a-z]')
            AND CASE WHEN w.open THEN true ELSE regexp_full_match(g.gram, w.pattern) END
        """,
    ),
    # one row = one line and one product, by its longest code
    Step(
        "pair_model",
        """
        SELECT * FROM (SELECT * FROM pair_exact UNION ALL SELECT * FROM pair_wildcard)
        QUALIFY row_number() OVER (
            PARTITION BY item_id, product
            ORDER BY length(key) * 2 + CASE WHEN whole THEN 1 ELSE 0 END DESC, kind, matched, key, next_word) = 1
        """,
    ),
]
