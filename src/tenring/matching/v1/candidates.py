"""Pairs of a line and a product by number or listed code: the strong rungs.

Output: `pair_number` (item_id, product, rung, matched) and `pair_model`, one row per line and product; `left_out`: what
the cap on common codes leaves out, counted.
"""

from __future__ import annotations

from tenring.matching.v1.lines import JOINERS, in_place
from tenring.matching.v1.weights import (
    AT_ONCE,
    BASE,
    COMMON_CODE,
    LONGEST_OPENING,
    MEASURE,
    SHORTEST_PREFIX,
    USED_BEHIND,
    VERSIONS,
)
from tenring.model.sql import Step
from tenring.model.text import normal

#: A word of the language: behind a space, no wildcard stands for it.
PLAIN_WORD = "[a-z]{4,}"
#: What a code of its kind is worth; one found in a title only, nothing.
BASE_OF_KIND = "CASE kind " + " ".join(f"WHEN '{kind}' THEN {BASE[kind]}" for kind in BASE) + " ELSE 0 END"
_PLACE = "start, size, whole, version_follows, code_follows, used_behind, last_word, in_model"
_PAIR = f"item_id, product, matched, kind, key, fixed, {_PLACE}, code_brands"
_OF_PAIR = "(PARTITION BY item_id, product)"
#: SQL: one row = a line and a product's code that it has.
_FOUND = "(SELECT * FROM pair_exact UNION ALL SELECT * FROM pair_wildcard)"


def _by_stem(size: int) -> str:
    """SQL: words of lines that begin like a pattern with a stem of `size` signs."""
    return f"""
        SELECT s.item_id, s.start, w.pattern_id
        FROM line_patterned s JOIN (SELECT * FROM wildcard WHERE length(stem) = {size}) w
            ON w.stem = left(s.ahead, {size}) AND starts_with(s.ahead, w.prefix)
    """


def _behind(hits: str) -> str:
    """SQL: grams in their place, and whether what follows makes them a sister model or a family with a member."""
    return f"""
        SELECT *, regexp_full_match(next_word, '{normal(VERSIONS)}') AS version_follows,
            regexp_matches(next_word, '[0-9]') AND NOT regexp_full_match(next_word, '{normal(MEASURE)}')
                AS code_follows,
            regexp_full_match(next_word, '{normal(USED_BEHIND)}') AS used_behind
        FROM ({in_place(hits)})
    """


#: Tables that nothing behind these steps reads.
DONE = (
    "line_word", "line_start", "line_gram", "line_code", "line_listed", "line_common", "line_patterned", "line_pattern",
    "line_pattern_ahead", "line_covered", "pair_exact", "pair_wildcard", "pair_several",
)  # fmt: skip

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
        _behind("""
            SELECT g.item_id, g.start, g.size, g.gram AS key, c.products, c.brands
            FROM line_gram g JOIN code_use c ON c.key = g.gram
        """),
    ),
    # one row = the same; a slash between two codes of the register joins them to a list, not to one code
    Step(
        "line_listed",
        """
        SELECT item_id, key, products, brands, start, size, whole OR (open_start AND open_end) AS whole,
            version_follows, code_follows, used_behind, last_word, in_model
        FROM (
            SELECT c.*, c.loose_start OR a.item_id IS NOT NULL AS open_start,
                (c.loose_end AND NOT c.goes_on) OR b.item_id IS NOT NULL AS open_end
            FROM line_code c
            LEFT JOIN (
                SELECT DISTINCT item_id, start + size AS place FROM line_code WHERE slash_behind AND loose_start
            ) a ON a.item_id = c.item_id AND a.place = c.start
            LEFT JOIN (
                SELECT DISTINCT item_id, start AS place FROM line_code WHERE slash_before AND loose_end
            ) b ON b.item_id = c.item_id AND b.place = c.start + c.size
        ) c
        """,
    ),
    # one row = a common code of a line and a brand that the line names; made first, so that code and brand are looked
    # up together: the code alone has many products
    Step(
        "line_common",
        f"""
        SELECT DISTINCT l.item_id, b.brand_key, l.key, {_PLACE}, l.brands
        FROM line_listed l JOIN (SELECT item_id, key AS brand_key FROM line_brand) b USING (item_id)
        WHERE l.products > {COMMON_CODE}
        """,
    ),
    # one row = a line with a code that is a product's model, without wildcards; a common code needs the brand
    Step(
        "pair_exact",
        f"""
        SELECT l.item_id, c.product, c.matched, c.kind, l.key, length(l.key) AS fixed, {_PLACE},
            l.brands AS code_brands
        FROM line_listed l JOIN product_code c USING (key)
        WHERE l.products <= {COMMON_CODE}
        UNION ALL
        SELECT DISTINCT l.item_id, c.product, c.matched, c.kind, l.key, length(l.key), {_PLACE},
            l.brands
        FROM line_common l JOIN common_code c ON c.key = l.key AND c.brand_key = l.brand_key
        """,
    ),
    # one row = what the cap leaves out: lines with a common code, and their pairs with products of other brands
    Step(
        "left_out",
        f"""
        SELECT 'common code without its brand' AS what, count(DISTINCT item_id) AS lines,
            coalesce(sum(products - found), 0)::BIGINT AS pairs
        FROM (
            SELECT l.item_id, l.key, min(l.products) AS products, count(DISTINCT e.product) AS found
            FROM line_code l LEFT JOIN pair_exact e ON e.item_id = l.item_id AND e.key = l.key
            WHERE l.products > {COMMON_CODE} GROUP BY l.item_id, l.key
        ) WHERE products > found
        """,
    ),
    Step(
        "line_patterned",
        f"""
        SELECT * FROM line_start
        WHERE left(ahead, {SHORTEST_PREFIX}) IN (SELECT left(stem, {SHORTEST_PREFIX}) FROM wildcard)
        """,
    ),
    # one row = one word of a line that begins like a pattern
    Step("line_pattern", " UNION ALL ".join(map(_by_stem, range(SHORTEST_PREFIX, LONGEST_OPENING + 1)))),
    # one row = the same with the words that the pattern may cover
    Step(
        "line_pattern_ahead",
        f"""
        SELECT l.item_id, l.start, l.pattern_id, p.words[l.start:l.start + {AT_ONCE - 1}] AS words,
            p.parts[l.start:l.start + {AT_ONCE - 1}] AS parts
        FROM line_pattern l JOIN line_word p USING (item_id)
        """,
    ),
    # one row = a gram of a line that such a pattern covers
    Step(
        "line_covered",
        _behind(f"""
            SELECT l.item_id, l.start, l.size, l.key, l.pattern_id, w.fixed FROM (
                SELECT item_id, start, size, pattern_id, array_to_string(words[1:size], '') AS key,
                    words[size] AS last, left(parts[size], length(parts[size]) - length(words[size])) AS before
                FROM (SELECT *, unnest(range(1, len(words) + 1)) AS size FROM line_pattern_ahead)
            ) l JOIN wildcard w USING (pattern_id)
            WHERE length(key) BETWEEN fixed AND longest AND ends_with(key, suffix)
                AND NOT (size > 1 AND translate(before, '{JOINERS}', '') <> '' AND length(last) > length(suffix)
                    AND regexp_full_match(last, '{PLAIN_WORD}'))
                AND CASE WHEN open THEN regexp_full_match(key, '[0-9a-z]*[0-9][0-9a-z]*')
                    ELSE regexp_full_match(key, pattern) END
        """),
    ),
    # one row = a line with a code that a product's wildcard model covers
    Step(
        "pair_wildcard",
        f"""
        SELECT g.item_id, w.product, w.matched, w.kind, g.key, g.fixed, {_PLACE}, 1 AS code_brands
        FROM line_covered g JOIN product_wildcard w USING (pattern_id)
        """,
    ),
    # one row = a line and a product of which it has several codes
    Step("pair_several", f"SELECT item_id, product FROM {_FOUND} GROUP BY item_id, product HAVING count(*) > 1"),
    # one row = one line and one product, by its longest code, in the model's own field if it stands there;
    # `seconded`: another code of the product stands beside it
    Step(
        "pair_model",
        f"""
        SELECT {_PAIR}, false AS seconded FROM {_FOUND} ANTI JOIN pair_several USING (item_id, product)
        UNION ALL
        SELECT {_PAIR}, min(key) OVER {_OF_PAIR} <> max(key) OVER {_OF_PAIR}
            AND min(start + size) OVER {_OF_PAIR} <= max(start) OVER {_OF_PAIR}
        FROM {_FOUND} SEMI JOIN pair_several USING (item_id, product)
        QUALIFY row_number() OVER (
            PARTITION BY item_id, product
            ORDER BY in_model DESC, fixed * 2 + CASE WHEN whole THEN 1 ELSE 0 END DESC,
                {BASE_OF_KIND} DESC, version_follows DESC, code_follows DESC, kind, matched, size, start) = 1
        """,
    ),
]
