"""The register's side of matching, made once when a snapshot is built and read by every screening.

Input: `entry` (entry_id, brand, name, category), `entry_number` (entry_id, number), `entry_gtin` (entry_id, gtin),
`entry_model` (entry_id, model, kind), `brand_alias` (key, usual). Output: the tables of `TABLES`. A product is an entry
by a number of its own; all else are ways to find it.
"""

from __future__ import annotations

import hashlib
import re

import pyarrow as pa

from tenring.matching.text_forms import add_text_forms
from tenring.matching.v1 import text
from tenring.matching.v1.brands import add_brand_forms
from tenring.matching.v1.weights import COMMON_CODE, MEASURE, SHORTEST_CODE, SHORTEST_PREFIX, STEMS, VERSION
from tenring.model.sql import Engine, Step, table_of
from tenring.model.text import CJK, model_key, normal
from tenring.model.wildcards import has_wildcard, variants

#: Tables of the index.
TABLES = (
    "product",
    "product_number",
    "product_gtin",
    "product_code",
    "code_use",
    "common_code",
    "product_wildcard",
    "brand_spelling",
    "code_opening",
    "product_text",
    "product_token",
    "token_weight",
)

_TEXTS = [
    "SELECT name FROM entry",
    "SELECT brand FROM entry WHERE name IS NOT NULL",
    "SELECT model FROM entry_model",
    "SELECT number FROM entry_number",
]
_SIGNS = {"*": "[0-9a-z]*", "#": "[0-9a-z]"}
_CJK_RUN = f"[{CJK}]"


def build_index(engine: Engine) -> None:
    """Make the tables of the index from the entries."""
    brands = [brand for (brand,) in engine.rows("SELECT DISTINCT brand FROM entry WHERE brand IS NOT NULL")]
    add_brand_forms(engine, "entry_brand_form", sorted(brands))
    _add_wildcards(engine)
    add_text_forms(engine, _TEXTS)
    engine.run([*_PRODUCT_STEPS, *_CODE_STEPS, *text.INDEX_STEPS])


def fingerprint() -> str:
    """What identifies this way of indexing: an index made in another way is not read."""
    steps = [*_PRODUCT_STEPS, *_CODE_STEPS, *text.INDEX_STEPS]
    return f"{VERSION} {hashlib.sha256(repr(steps).encode()).hexdigest()}"


def wildcard_patterns(model: str) -> list[tuple[str, str]]:
    """Regular expressions that keys of the models behind `model` match, each with its fixed beginning.

    Only of models with wildcards, and only where enough stands before the first one. See tenring.model.wildcards.
    """
    if not has_wildcard(model):
        return []
    found = []
    for variant in variants(model):
        prefix = model_key(re.split(r"[*#]", variant, maxsplit=1)[0])
        pattern = "".join(_SIGNS.get(sign) or model_key(sign) for sign in re.sub(r"\*+", "*", variant))
        found.append((pattern, prefix))
    return [(pattern, prefix) for pattern, prefix in found if len(prefix) >= SHORTEST_PREFIX]


def _add_wildcards(engine: Engine) -> None:
    """`wildcard`: one row = one pattern of a model, the stem it is looked up by, and whether its ends say it all."""
    models = engine.rows("SELECT DISTINCT model FROM entry_model WHERE regexp_matches(model, '[*#]')")
    rows = [row for (model,) in sorted(models) for row in _wildcard_rows(model)]
    texts = [(name, pa.string()) for name in ("model", "stem", "prefix", "suffix", "pattern")]
    engine.add("wildcard", table_of([*texts, ("open", pa.bool_())], rows))


def _wildcard_rows(model: str) -> list[tuple[str, str, str, str, str, bool]]:
    rows = []
    for pattern, prefix in wildcard_patterns(model):
        stem = prefix[: max(size for size in STEMS if size <= len(prefix))]
        middle = pattern[len(prefix) :]
        suffix = re.split(r"\]\*?", middle)[-1]
        # `abc*x`: prefix and suffix decide, no regular expression is needed
        rows.append((model, stem, prefix, suffix, pattern, middle == _SIGNS["*"] + suffix))
    return rows


_PRODUCT_STEPS = [
    # one row = one entry with the keys its brand goes by
    Step(
        "product",
        """
        SELECT row_number() OVER (ORDER BY e.entry_id) AS product, e.entry_id, e.brand, e.name, e.category, b.keys
            AS brand_keys
        FROM entry e
        LEFT JOIN (SELECT brand, list(key ORDER BY key) AS keys FROM entry_brand_form GROUP BY brand) b USING (brand)
        """,
    ),
    # one row = one certificate number of a product, as a key
    Step(
        "product_number",
        """
        SELECT f.key, p.product, n.number AS matched
        FROM entry_number n JOIN product p USING (entry_id) JOIN text_form f ON f.text = n.number
        WHERE length(f.key) >= 4
        """,
    ),
    Step(
        "product_gtin",
        "SELECT g.gtin AS key, p.product, g.gtin AS matched FROM entry_gtin g JOIN product p USING (entry_id)",
    ),
    Step("product_brand", "SELECT product, unnest(brand_keys) AS key FROM product"),
    # one row = one spelling of a brand that some product has, and its usual one
    Step(
        "brand_spelling",
        f"""
        SELECT key, min(usual) AS usual,
            regexp_matches(key, '^{_CJK_RUN}') AS cjk,
            CASE WHEN regexp_matches(key, '^{_CJK_RUN}') THEN left(key, 2) ELSE left(key, 4) END AS opening
        FROM (
            SELECT DISTINCT key, key AS usual FROM product_brand
            UNION ALL SELECT key, usual FROM brand_alias
        ) WHERE length(key) >= 2 GROUP BY key
        """,
    ),
]

_CODE_STEPS = [
    # one row = one model of a product as a key; its name counts as one when it has a digit
    Step(
        "product_key",
        f"""
        SELECT product, key, model, kind, rank FROM (
            SELECT p.product, f.key, m.model, m.kind,
                CASE m.kind WHEN 'model' THEN 1 WHEN 'additional' THEN 2 WHEN 'family' THEN 3 ELSE 4 END AS rank
            FROM entry_model m JOIN product p USING (entry_id) JOIN text_form f ON f.text = m.model
            WHERE NOT contains(m.model, '*') AND NOT contains(m.model, '#')
            UNION ALL
            SELECT p.product, f.key, p.name, 'name', 5 FROM product p JOIN text_form f ON f.text = p.name
        )
        WHERE length(key) >= {SHORTEST_CODE} AND regexp_matches(key, '[0-9]')
            AND NOT regexp_full_match(key, '{normal(MEASURE)}')
        """,
    ),
    # one row = one code of a product by its strongest kind; a brand that looks like a code is none
    Step(
        "product_own_code",
        """
        SELECT k.product, k.key, k.model, k.kind FROM product_key k
        LEFT JOIN product_brand b ON b.product = k.product AND b.key = k.key
        WHERE b.key IS NULL
        QUALIFY row_number() OVER (PARTITION BY k.product, k.key ORDER BY k.rank, k.model) = 1
        """,
    ),
    # one row = one code, how many products have it, of how many brands
    Step(
        "code_use",
        """
        SELECT c.key, count(*) AS products, count(DISTINCT b.key) AS brands
        FROM product_own_code c
        LEFT JOIN (SELECT product, min(key) AS key FROM product_brand GROUP BY product) b USING (product)
        GROUP BY c.key
        """,
    ),
    Step(
        "product_code",
        """
        SELECT c.key, c.product, c.model AS matched, c.kind, u.products, u.brands
        FROM product_own_code c JOIN code_use u USING (key)
        """,
    ),
    # one row = a product whose code is so common that only its brand finds it
    Step(
        "common_code",
        f"""
        SELECT c.key, b.key AS brand_key, c.product, c.matched, c.kind
        FROM product_code c JOIN product_brand b USING (product) WHERE c.products > {COMMON_CODE}
        """,
    ),
    Step(
        "product_wildcard",
        """
        SELECT DISTINCT w.stem, w.prefix, w.suffix, w.pattern, w.open, w.model AS matched, p.product
        FROM wildcard w JOIN entry_model m USING (model) JOIN product p USING (entry_id)
        """,
    ),
    # one row = the first signs of some code, pattern or Latin brand: where no run of a line begins so, none is there
    Step(
        "code_opening",
        f"""
        SELECT DISTINCT opening FROM (
            SELECT left(key, {SHORTEST_CODE}) AS opening FROM product_code
            UNION ALL SELECT left(stem, {SHORTEST_PREFIX}) FROM product_wildcard
            UNION ALL SELECT opening FROM brand_spelling WHERE NOT cjk
        )
        """,
    ),
]
