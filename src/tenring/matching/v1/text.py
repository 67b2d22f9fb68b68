"""The rung `text`: how alike a line and an entry's brand and name are, by the scorecard of named features.

Only lines that numbers and codes did not answer surely are asked, and only with the entries that share rare words. SQL
finds those pairs; one function compares the two texts (`likeness`) and looks their features up in the card, for a
million pairs as for one. The card's chance is then held below the threshold where the evidence is not of the kind that
a green line needs. Index: `product_text` (product, norm), `product_token` (product, token), `token_weight` (token,
products, weight). Output: `text_points`; `text_glance` for the nearest of lines that no entry
can answer surely, which is not worth a full comparison; and `text_told` for the pairs that are kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from tenring.matching.v1.card import frozen_card
from tenring.matching.v1.facts import Facts, facts_of
from tenring.matching.v1.features import BRAND_NAMED, NAMES
from tenring.matching.v1.likeness import (
    brand_of,
    covered,
    knows_codes,
    likeness,
    name_covered,
    nearly_said,
    overlap,
    price_apart,
    same_code,
    steps_of_all,
)
from tenring.matching.v1.lines import anywhere
from tenring.matching.v1.pairing import paired
from tenring.matching.v1.rules import names_sql, points_sql
from tenring.matching.v1.weights import (
    AGAINST_TEXT,
    BELONGING,
    COMMON_TOKEN,
    COMPARED_PER_LINE,
    FITTING,
    GLANCED,
    HOLDS_TEXT,
    PAIRS_PER_LINE,
    RAREST_TOKENS,
    THRESHOLD,
)
from tenring.model.sql import Engine, Step
from tenring.model.text import CJK

_CJK_RUN = f"[{CJK}]"
#: A word that is a code, a size or a long number.
CODED = "[0-9a-z]*([0-9][a-z]|[a-z][0-9])[0-9a-z]*|[0-9]{5,}"
#: What an entry's own name says where it is itself an accessory, a part or work on something.
MADE_FOR = f"{anywhere(FITTING)}|{anywhere(BELONGING)}"
#: The most that a pair gets which is held below the threshold, in hundredths.
HELD_AT = round(THRESHOLD * 100) - 1


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


def _said_by_both(pairs: str) -> str:
    """SQL: one row = a pair and a token that both sides have.

    A step of its own: an engine that sees the sum over it may add up all tokens of the register first.
    """
    return f"""
        SELECT p.item_id, p.product, l.token FROM (SELECT item_id, product FROM {pairs}) p
        JOIN line_token l USING (item_id) JOIN product_token e USING (product, token)
    """


def _shared(pairs: str, said: str) -> str:
    """SQL: pairs (item_id, product, …) with the weight of the words that both have, and how many of them are codes.

    `said`: what `_said_by_both` made of the same pairs.
    """
    return f"""
        SELECT pair.*, coalesce(s.shared, 0) AS shared, coalesce(s.codes, 0) AS codes
        FROM (SELECT * FROM {pairs}) pair LEFT JOIN (
            SELECT p.item_id, p.product, sum(w.weight)::BIGINT AS shared,
                sum(CASE WHEN regexp_full_match(p.token, '{CODED}') THEN 1 ELSE 0 END)::BIGINT AS codes
            FROM {said} p JOIN token_weight w USING (token)
            GROUP BY p.item_id, p.product
        ) s ON s.item_id = pair.item_id AND s.product = pair.product
    """


INDEX_STEPS = [
    # one row = one product that has a name: its brand, unless the name has it, and its name
    Step(
        "product_text",
        """
        SELECT p.product, CASE WHEN b.norm IS NULL OR contains(f.norm, b.norm) THEN f.norm
                ELSE b.norm || ' ' || f.norm END AS norm
        FROM product p JOIN text_form f ON f.text = p.name LEFT JOIN text_form b ON b.text = p.brand
        """,
    ),
    Step("product_token", _tokens("SELECT product, norm FROM product_text", "product")),
    # one row = one token, how many products have it, and its weight: 100 is that of a token that no product has
    Step(
        "token_weight",
        """
        SELECT token, count(*) AS products,
            round(100 * ln(1 + (SELECT count(*) FROM product_text) / count(*)::DOUBLE)
                / ln(1 + (SELECT count(*) FROM product_text)))::BIGINT AS weight
        FROM product_token GROUP BY token
        """,
    ),
    # one row = one product that a token may bring in, and its place among those of the token
    Step(
        "token_product",
        f"""
        SELECT token, product, row_number() OVER (PARTITION BY token ORDER BY product) AS place
        FROM product_token JOIN token_weight USING (token) WHERE products <= {COMMON_TOKEN}
        """,
    ),
]

#: Tables that nothing behind the next steps reads.
_CANDIDATES_DONE = (
    "line_fact", "line_token", "line_rare_token", "line_said", "line_rare", "line_sure", "pair_model", "pair_rare",
    "pair_words", "pair_seen", "pair_said", "pair_shared", "pair_looked_at", "pair_compared", "pair_nearest",
    "nearest_said",
)  # fmt: skip

#: Pairs that may be sure, or are asked.
_HOPEFUL = "pair_seen WHERE asked OR NOT unlike"

CANDIDATE_STEPS = [
    Step(
        "line_token",
        _tokens("SELECT t.item_id, t.titled AS norm FROM line_text t ANTI JOIN line_sure s USING (item_id)", "item_id"),
    ),
    # one row = one of the rarest tokens of a line, which bring products in
    Step(
        "line_rare_token",
        f"""
        SELECT l.item_id, l.token, w.weight FROM line_token l JOIN token_weight w USING (token)
        WHERE w.products <= {COMMON_TOKEN}
        QUALIFY row_number() OVER (PARTITION BY l.item_id ORDER BY w.weight DESC, l.token) <= {RAREST_TOKENS}
        """,
    ),
    # one row = one line with the weight of its tokens, how many of them are codes, sizes or long numbers, and how many
    # of those no product has
    Step(
        "line_said",
        f"""
        SELECT item_id, sum(weight)::BIGINT AS weight, sum(coded)::BIGINT AS codes,
            sum(CASE WHEN known THEN 0 ELSE coded END)::BIGINT AS unknown
        FROM (
            SELECT item_id, coalesce(w.weight, 100) AS weight, w.token IS NOT NULL AS known,
                CASE WHEN regexp_full_match(l.token, '{CODED}') THEN 1 ELSE 0 END AS coded
            FROM line_token l LEFT JOIN token_weight w USING (token)
        ) GROUP BY item_id
        """,
    ),
    # one row = one line with rare tokens: how many, and how many products they bring in. No product has all codes of a
    # line that has an unknown one: none can be sure, and the nearest is enough
    Step(
        "line_rare",
        f"""
        SELECT item_id, tokens, CASE WHEN s.unknown > 0 THEN 1 ELSE {PAIRS_PER_LINE} END AS pairs
        FROM (SELECT item_id, count(*) AS tokens FROM line_rare_token GROUP BY item_id) JOIN line_said s USING (item_id)
        """,
    ),
    # one row = a line and a product that share rare tokens, the best few of a line, and its place among them; a line
    # with one rare token only needs no sums, for all its products share the same
    Step(
        "pair_rare",
        """
        SELECT l.item_id, p.product, p.place
        FROM line_rare_token l JOIN line_rare r USING (item_id) JOIN token_product p USING (token)
        WHERE r.tokens = 1 AND p.place <= r.pairs
        UNION ALL
        SELECT item_id, product, place FROM (
            SELECT item_id, product, pairs, row_number() OVER (PARTITION BY item_id ORDER BY weight DESC, product)
                AS place
            FROM (
                SELECT l.item_id, p.product, r.pairs, sum(l.weight) AS weight
                FROM line_rare_token l JOIN line_rare r USING (item_id) JOIN token_product p USING (token)
                WHERE r.tokens > 1 GROUP BY l.item_id, p.product, r.pairs
            )
        ) WHERE place <= pairs
        """,
    ),
    # one row = a pair by words: by rare tokens, by a code of a title, or asked; where a listed code answered, none
    Step(
        "pair_words",
        """
        SELECT item_id, product, bool_or(asked) AS asked, min(place) AS nearness FROM (
            SELECT item_id, product, false AS asked, place FROM pair_rare
            UNION ALL SELECT item_id, product, true, NULL FROM pair_model WHERE kind = 'title'
            UNION ALL SELECT a.item_id, p.product, true, NULL FROM pair_asked a JOIN product p USING (entry_id)
        )
        ANTI JOIN (SELECT item_id, product FROM pair_model WHERE kind <> 'title') USING (item_id, product)
        ANTI JOIN line_sure USING (item_id)
        GROUP BY item_id, product
        """,
    ),
    # one row = such a pair with what brand, category and wording say of it; `unlike`: of another brand or category
    Step(
        "pair_seen",
        f"""
        SELECT *, brand = 'contradicts' OR category = 'contradicts' AS unlike FROM ({paired("pair_words")})
        """,
    ),
    # one row = a pair that may be sure, or is asked, and a token that both sides have
    Step("pair_said", _said_by_both(_HOPEFUL)),
    # one row = such a pair with what its line and product share
    Step("pair_shared", _shared(_HOPEFUL, "pair_said")),
    # one row = such a pair, whether it may be sure, and its place among those of its line
    Step(
        "pair_looked_at",
        """
        SELECT *, row_number() OVER (PARTITION BY item_id ORDER BY hopeless, shared DESC, product) AS place FROM (
            SELECT p.*, CASE WHEN p.unlike OR p.codes < l.codes THEN 1 ELSE 0 END AS hopeless
            FROM pair_shared p JOIN line_said l USING (item_id)
        )
        """,
    ),
    # one row = a pair whose texts are compared: those asked, and the best few of a line that may be sure
    Step(
        "pair_compared",
        f"""
        SELECT item_id, product, brand, category, made_for FROM pair_looked_at
        WHERE asked OR (hopeless = 0 AND place <= {COMPARED_PER_LINE})
        """,
    ),
    # one row = the pair that shares the rarest words of a line none of whose pairs is compared: shared words are all
    # that is known of it
    Step(
        "pair_nearest",
        """
        SELECT * FROM pair_seen ANTI JOIN pair_compared USING (item_id)
        QUALIFY row_number() OVER (PARTITION BY item_id ORDER BY nearness) = 1
        """,
    ),
    Step("nearest_said", _said_by_both("pair_nearest")),
    Step(
        "text_glance",
        f"""
        SELECT p.item_id, p.product, {GLANCED} * p.shared // greatest(l.weight, 1) AS points
        FROM ({_shared("pair_nearest", "nearest_said")}) p JOIN line_said l USING (item_id)
        """,
    ),
    # one row = one text that is compared with the weights of its tokens as `token weight token weight …`
    Step(
        "compared_line",
        """
        SELECT l.item_id,
            array_to_string(list(l.token || ' ' || coalesce(w.weight, 100)::VARCHAR ORDER BY l.token), ' ') AS weights
        FROM line_token l SEMI JOIN pair_compared p USING (item_id) LEFT JOIN token_weight w USING (token)
        GROUP BY l.item_id
        """,
    ),
    Step(
        "compared_product",
        """
        SELECT e.product, array_to_string(list(e.token || ' ' || w.weight::VARCHAR ORDER BY e.token), ' ') AS weights
        FROM product_token e SEMI JOIN pair_compared p USING (product) JOIN token_weight w USING (token)
        GROUP BY e.product
        """,
    ),
    # one row = a pair by words with the facts that rules ask; what is for the product counts only on the line alone
    Step(
        "text_fact",
        f"""
        SELECT t.item_id, t.product, t.brand, t.category, e.name AS matched,
            t.made_for AND NOT regexp_matches(x.norm, '{MADE_FOR}') AS made_for,
            e.brand IS NOT NULL OR coalesce(m.modelled, false) AS registered, coalesce(m.titled, false) AS titled
        FROM pair_compared t
        JOIN product e USING (product) JOIN product_text x USING (product)
        LEFT JOIN (
            SELECT product, bool_or(kind NOT IN ('name', 'title')) AS modelled, bool_or(kind = 'title') AS titled
            FROM product_code SEMI JOIN pair_compared USING (product) GROUP BY product
        ) m ON m.product = t.product
        """,
    ),
]

#: A pair with what each side says (text, weights of its words, brand field, further description, price), for `compare`;
#: pairs of one text stand together, so that it is read once.
COMPARED = """
    SELECT t.item_id, t.product, t.brand AS stated,
        l.titled AS line_text, c.weights AS line_weights, i.brand AS line_brand, lm.more AS line_more,
        lm.price AS line_price,
        x.norm AS entry_text, d.weights AS entry_weights, e.brand AS entry_brand, em.more AS entry_more,
        em.price AS entry_price
    FROM text_fact t JOIN line i USING (item_id) JOIN line_text l USING (item_id) JOIN compared_line c USING (item_id)
    JOIN product e USING (product) JOIN product_text x USING (product) JOIN compared_product d USING (product)
    LEFT JOIN line_more lm ON lm.item_id = t.item_id LEFT JOIN entry_more em ON em.entry_id = e.entry_id
    ORDER BY l.titled, t.item_id, t.product
"""
#: Features of a pair that was not compared, as JSON members.
GLANCE_FEATURES = """'"shared": ' || printf('%.2f', k.points / 100.0) || ', "not_compared": "no entry can be sure"'"""
_STEPS = pa.list_(pa.int8())
_CARD = pa.schema(
    [
        ("item_id", pa.int64()), ("product", pa.int64()), ("chance", pa.int64()), ("branded", pa.bool_()),
        ("code_unknown", pa.bool_()), ("words", pa.int64()), ("name_covered", pa.int64()),
        ("line_covered", pa.int64()), ("same_code", pa.bool_()), ("nearly", pa.bool_()),
        ("steps", _STEPS),
    ]
)  # fmt: skip

POINT_STEPS = [
    # one row = a pair by words: the card's chance, less what speaks against it, held below the threshold or not
    Step(
        "text_points",
        f"""
        SELECT *, CASE WHEN held <> '' THEN least(chance - against, {HELD_AT}) ELSE chance - against END AS points
        FROM (
            SELECT *, ({points_sql(AGAINST_TEXT)}) AS against, {names_sql(HOLDS_TEXT)} AS held
            FROM text_fact JOIN text_card USING (item_id, product)
        )
        """,
    ),
]


def add_text_points(engine: Engine) -> None:
    """Make `text_points`: every pair by words with what it is worth."""
    engine.run(CANDIDATE_STEPS)
    engine.drop(*_CANDIDATES_DONE)
    engine.apply("text_card", COMPARED, compare, _CARD)
    engine.run(POINT_STEPS)
    engine.drop("line_text", "compared_line", "compared_product", "text_fact")


class Compared(NamedTuple):
    """What the comparison of a line's text and an entry's says: facts that rules ask, and the numbers of `FEATURES`."""

    branded: bool
    code_unknown: bool
    words: int
    name_covered: int
    line_covered: int
    same_code: bool
    nearly: bool
    numbers: tuple[int, ...]


def compared(line: Facts, entry: Facts, *, stated: str, price: int) -> Compared:
    """Compare two texts, in bulk as for one line; `stated`, `price`: see `brand_of` and `price_apart`."""
    brand = brand_of(line, entry, stated=stated)
    same, words = same_code(line, entry), overlap(line, entry)
    return Compared(
        # with no brand field on either side a first word is taken for the brand only beside a code of both
        branded=brand >= BRAND_NAMED and bool(line.spelt or entry.spelt or same),
        code_unknown=not knows_codes(entry, line),
        words=len(entry.words.keys() - entry.spelt),
        name_covered=name_covered(entry, line),
        line_covered=covered(line, entry),
        same_code=same,
        nearly=nearly_said(line, entry, words),
        numbers=likeness(line, entry, brand=brand, price=price, words=words),
    )


def compare(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The steps of the features of each pair, and the card's chance. Texts are read once a batch."""
    read: dict[tuple[Any, ...], Facts] = {}
    rows = []
    items, products, *said = (column.to_pylist() for column in batch.columns)
    for stated, *sides in zip(*said, strict=True):
        left, right = _facts(read, tuple(sides[:4])), _facts(read, tuple(sides[5:9]))
        rows.append(compared(left, right, stated=stated, price=price_apart(sides[4], sides[9])))
    *facts, numbers = zip(*rows, strict=True) if rows else [()] * len(Compared._fields)
    steps = steps_of_all(np.array(numbers, dtype=np.int64).reshape(len(rows), len(NAMES)))
    begins = pa.array(np.arange(len(rows) + 1, dtype=np.int32) * len(NAMES))
    columns = [items, products, frozen_card().chances_of(steps), *facts]
    arrays = [pa.array(column, type_) for column, type_ in zip(columns, _CARD.types[:-1], strict=True)]
    told = pa.ListArray.from_arrays(begins, pa.array(steps.ravel()))
    return pa.RecordBatch.from_arrays([*arrays, told], schema=_CARD)


def _facts(read: dict[tuple[Any, ...], Facts], said: tuple[Any, ...]) -> Facts:
    """The facts of what one side says: text, weights of its words, brand field, further description."""
    facts = read.get(said)
    if facts is None:
        text, weights, brand, more = said
        words = weights.split(" ")
        known = dict(zip(words[::2], map(int, words[1::2]), strict=True))
        facts = read[said] = facts_of(text, more=more or "", brand=brand or "", weights=known)
    return facts


#: The pairs by words that were kept, as `tell` reads them.
_KEPT = """
    SELECT t.item_id, t.product, t.matched, t.chance, t.brand, t.branded, t.category, t.against, t.held, t.steps,
        k.points
    FROM text_points t JOIN pair_kept k USING (item_id, product) WHERE k.rung = 'text'
"""
#: Its columns but the steps.
_KEPT_NAMES = (
    "item_id", "product", "matched", "chance", "brand", "branded", "category", "against", "held", "points",
)  # fmt: skip
#: How many scores that were told are kept: most pairs have one of a few.
_TOLD_KEPT = 5_000
_TOLD = pa.schema(
    [("item_id", pa.int64()), ("product", pa.int64()), ("matched", pa.string()), ("features", pa.string())]
)


def add_text_told(engine: Engine) -> None:
    """Make `text_told` (item_id, product, matched, features) for the pairs of `pair_kept`."""
    engine.apply("text_told", _KEPT, tell, _TOLD)


def tell(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The features of each pair as JSON members: what the card saw and gave, what was taken off, what holds it."""
    columns = {name: batch.column(name).to_pylist() for name in _KEPT_NAMES}
    rows = (dict(zip(_KEPT_NAMES, row, strict=True)) for row in zip(*columns.values(), strict=True))
    told = {name: columns[name] for name in ("item_id", "product", "matched")}
    told["features"] = [told_members(row | {"steps": steps}) for row, steps in zip(rows, _steps_of(batch), strict=True)]
    return pa.RecordBatch.from_pydict(told, schema=_TOLD)


def _steps_of(batch: pa.RecordBatch) -> list[list[int]]:
    """The steps of each pair: as many of each, which is many times faster to read than lists of any length."""
    steps = batch.column("steps").flatten().to_pylist()
    return [steps[first : first + len(NAMES)] for first in range(0, len(steps), len(NAMES))]


def told_members(row: Mapping[str, Any]) -> str:
    """The features of a pair (a row of `text_points`, `points` not below 0) as JSON members.

    What adds up to the score stands as numbers; what the chance rests on as points of each feature of the card.
    """
    brand = "agrees" if row["branded"] else row["brand"]
    told = _score_told(row["chance"], row["against"], row["points"], row["held"], brand, row["category"])
    return f'{told}, "card": {frozen_card().told(row["steps"])}'


@lru_cache(maxsize=_TOLD_KEPT)
def _score_told(chance: int, against: int, points: int, held: str, brand: str, category: str) -> str:  # noqa: PLR0913, PLR0917 - what a score is made of
    told: dict[str, object] = {"chance": chance / 100}
    told |= {rule.name: -rule.points / 100 for rule in AGAINST_TEXT if against}
    if held:
        told |= {"held_by": held, "held": -(chance - against - points) / 100}
    told |= {"brand": brand, "category": category}
    return json.dumps(told, ensure_ascii=False)[1:-1]
