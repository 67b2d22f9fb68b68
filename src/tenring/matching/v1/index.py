"""The register's side of matching, made once when a snapshot is built and read by every screening.

Input: `entry` (entry_id, brand, name, category), `entry_number` (entry_id, number), `entry_gtin` (entry_id, gtin),
`entry_model` (entry_id, model, kind), `brand_alias` (key, usual). Output: the tables of `TABLES`. A product is an entry
by a number of its own; all else are ways to find it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from tenring.matching import text_forms
from tenring.matching.text_forms import add_text_forms
from tenring.matching.v1 import text
from tenring.matching.v1.brands import add_brand_forms
from tenring.matching.v1.weights import (
    AT_ONCE,
    COMMON_CODE,
    LONGEST_GRAM,
    LONGEST_OPENING,
    MEASURE,
    MOST_FREE,
    SHORTEST_BRAND,
    SHORTEST_CODE,
    SHORTEST_PREFIX,
    VERSION,
)
from tenring.model import text as normal_form
from tenring.model import wildcards
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
    "wildcard",
    "product_wildcard",
    "brand_spelling",
    "code_opening",
    "product_text",
    "product_token",
    "token_weight",
    "token_product",
)

_TEXTS = [
    "SELECT name FROM entry",
    "SELECT brand FROM entry WHERE name IS NOT NULL",
    "SELECT model FROM entry_model",
    "SELECT number FROM entry_number",
]
_CJK_RUN = f"[{CJK}]"


def build_index(engine: Engine) -> None:
    """Make the tables of the index from the entries."""
    brands = [brand for (brand,) in engine.rows("SELECT DISTINCT brand FROM entry WHERE brand IS NOT NULL")]
    add_brand_forms(engine, "entry_brand_form", sorted(brands))
    _add_wildcards(engine)
    add_text_forms(engine, _TEXTS)
    engine.run([*_PRODUCT_STEPS, *_CODE_STEPS, *text.INDEX_STEPS])


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """What identifies this way of indexing, steps and Python alike: an index made in another way is not read."""
    own = sorted(Path(__file__).parent.glob("*.py"))
    beside = [Path(module.__file__ or "") for module in (normal_form, wildcards, text_forms)]
    digest = hashlib.sha256()
    for path in (*own, *beside):
        digest.update(path.read_bytes())
    return f"{VERSION} {digest.hexdigest()}"


@dataclass(frozen=True)
class Pattern:
    """What a model with wildcards stands for, as a regular expression over keys.

    `prefix` and `suffix` are its fixed beginning and end, `fixed` counts the signs of the shortest key it covers,
    `longest` those of the longest; `open`: prefix and suffix say it all; `told`: a digit is fixed.
    """

    prefix: str
    suffix: str
    pattern: str
    fixed: int
    longest: int
    open: bool
    told: bool

    @property
    def stem(self) -> str:
        """What it is looked up by."""
        return self.prefix[:LONGEST_OPENING]


def wildcard_patterns(model: str) -> list[Pattern]:
    """Patterns of the models behind `model`; see tenring.model.wildcards.

    Only of models with wildcards, and only where enough stands before the first one and a digit is fixed. Some `*` in
    a row stand for at most `MOST_FREE` signs, so that no pattern swallows the words behind a code.
    """
    if not has_wildcard(model):
        return []
    found = [_pattern(re.findall(r"\*+|#|[^*#]+", variant)) for variant in variants(model)]
    return [one for one in found if one.told and len(one.prefix) >= SHORTEST_PREFIX]


def _pattern(pieces: Sequence[str]) -> Pattern:
    fixed = [model_key(piece) for piece in pieces if piece[0] not in "*#"]
    free = [piece for piece in pieces if piece[0] in "*#"]
    prefix = "" if pieces[0][0] in "*#" else fixed[0]
    suffix = "" if pieces[-1][0] in "*#" else fixed[-1]
    signs = sum(map(len, fixed))
    longest = signs + sum(1 if piece == "#" else max(MOST_FREE, len(piece)) for piece in free)
    return Pattern(
        prefix=prefix,
        suffix=suffix,
        pattern="".join(map(_expression, pieces)),
        fixed=signs + free.count("#"),
        longest=longest,
        open=len(free) == 1 and free[0] != "#",
        told=any(sign.isdigit() for sign in "".join(fixed)),
    )


def _expression(piece: str) -> str:
    if piece == "#":
        return "[0-9a-z]"
    return f"[0-9a-z]{{0,{max(MOST_FREE, len(piece))}}}" if piece[0] == "*" else model_key(piece)


def _add_wildcards(engine: Engine) -> None:
    """`wildcard`: one row = one pattern; `wildcard_model`: one row = one model and one of its patterns."""
    models = engine.rows("SELECT DISTINCT model FROM entry_model WHERE regexp_matches(model, '[*#]')")
    of_models = [(model, pattern) for (model,) in sorted(models) for pattern in wildcard_patterns(model)]
    ids = {pattern: place for place, pattern in enumerate(dict.fromkeys(pattern for _, pattern in of_models))}
    rows = [
        (place, one.stem, one.prefix, one.suffix, one.pattern, one.fixed, one.longest, one.open)
        for one, place in ids.items()
    ]
    texts = [(name, pa.string()) for name in ("stem", "prefix", "suffix", "pattern")]
    numbers = [(name, pa.int64()) for name in ("fixed", "longest")]
    columns = [("pattern_id", pa.int64()), *texts, *numbers, ("open", pa.bool_())]
    engine.add("wildcard", table_of(columns, rows))
    pairs = ((model, ids[pattern]) for model, pattern in of_models)
    engine.add("wildcard_model", table_of([("model", pa.string()), ("pattern_id", pa.int64())], pairs))


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
            left(key, 2) AS opening
        FROM (
            SELECT DISTINCT key, key AS usual FROM product_brand
            UNION ALL SELECT key, usual FROM brand_alias
        ) WHERE length(key) >= {SHORTEST_BRAND} GROUP BY key
        """,
    ),
]

_CODE_STEPS = [
    # one row = one model of a product as a key; its name counts as one when it has a digit; `words`: at most so many
    Step(
        "product_key",
        f"""
        SELECT product, key, words, model, kind, rank FROM (
            SELECT p.product, f.key, length(f.norm) - length(f.key) + 1 AS words, m.model, m.kind,
                CASE m.kind WHEN 'model' THEN 1 WHEN 'additional' THEN 2 WHEN 'family' THEN 3 ELSE 4 END AS rank
            FROM entry_model m JOIN product p USING (entry_id) JOIN text_form f ON f.text = m.model
            WHERE NOT contains(m.model, '*') AND NOT contains(m.model, '#')
            UNION ALL
            SELECT p.product, f.key, length(f.norm) - length(f.key) + 1, p.name, 'name', 5
            FROM product p JOIN text_form f ON f.text = p.name
        )
        WHERE length(key) >= {SHORTEST_CODE} AND regexp_matches(key, '[0-9]')
            AND NOT regexp_full_match(key, '{normal(MEASURE)}')
        """,
    ),
    # one row = one code of a product by its strongest kind; a brand that looks like a code is none, and a name that
    # ends with a model of its product says no more than the model
    Step(
        "product_own_code",
        """
        SELECT k.product, k.key, k.words, k.model, k.kind FROM product_key k
        LEFT JOIN product_brand b ON b.product = k.product AND b.key = k.key
        LEFT JOIN (
            SELECT DISTINCT n.product, n.key FROM product_key n JOIN product_key m USING (product)
            WHERE n.kind = 'name' AND m.kind IN ('model', 'additional') AND n.key <> m.key AND ends_with(n.key, m.key)
        ) s ON s.product = k.product AND s.key = k.key AND k.kind = 'name'
        WHERE b.key IS NULL AND s.key IS NULL
        QUALIFY row_number() OVER (PARTITION BY k.product, k.key ORDER BY k.rank, k.model) = 1
        """,
    ),
    # one row = one code, how many products have it, of how many brands
    Step(
        "code_use",
        """
        SELECT c.key, count(*) AS products, count(DISTINCT b.key) AS brands, max(c.words) AS words
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
        SELECT w.pattern_id, p.product, min(w.model) AS matched,
            CASE WHEN bool_or(m.kind IN ('model', 'additional')) THEN 'wildcard' ELSE 'series' END AS kind
        FROM wildcard_model w JOIN entry_model m USING (model) JOIN product p USING (entry_id)
        GROUP BY w.pattern_id, p.product
        """,
    ),
    # one row = the first signs of some code or brand, and of how many words the longest is that begins so: where no run
    # of a line begins so, none is there
    Step(
        "code_opening",
        f"""
        SELECT opening, max(least(greatest(words, {AT_ONCE}), {LONGEST_GRAM})) AS reach FROM (
            SELECT left(key, {LONGEST_OPENING}) AS opening, words FROM code_use
            UNION ALL SELECT left(key, {LONGEST_OPENING}), {AT_ONCE} FROM brand_spelling
        ) GROUP BY opening
        """,
    ),
]
