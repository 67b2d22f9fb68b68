"""Which certified product each line is: the matcher over distinct lines and the licences of the snapshot.

Input: `purchase`, `classified`, the snapshot's views, `brand_alias`, `related`. Output: `line_item` (line_id, item_id),
`matched` (see tenring.matching.v1) and `line_licensed` (line_id, category, score): lines that surely are a licence.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from tenring.matching import v1
from tenring.model.sql import Engine, Step, table_of
from tenring.register.match_index import use_match_index
from tenring.screening.classify import BY_MODEL
from tenring.screening.remember import REMEMBERED, decide_pairs

#: A certificate number in a free text: letters and digits with hyphens, a digit among them, as certification bodies
#: write them. What is too short to be a number of a licence is not in the index (tenring.matching.v1.index).
_NUMBER_IN_TEXT = (
    "(?i)(?:certificate|licence|license|cert\\.?|证书编号|证书号|证书|標章|번호)[^0-9a-z]{0,8}"
    "(?:(?:no|nr|number|num)[^0-9a-z]{1,4})?([0-9a-z-]*[0-9][0-9a-z-]*)"
)

#: The category by which a product is matched: a model's guess must neither help nor hinder a match.
_CATEGORY = f"CASE WHEN c.category_by = '{BY_MODEL}' THEN NULL ELSE c.category END"

_PRODUCT = ("text", "brand", "model", "gtin", "category", "certificate")

_ITEM_STEPS = [
    # one row = one distinct product description with its lines; identical lines are matched once
    Step(
        "line_product",
        f"""
        SELECT min(line_id) AS first_line, list(line_id ORDER BY line_id) AS lines, {", ".join(_PRODUCT)}
        FROM (
            SELECT line_id, description AS text, brand, model, gtin, {_CATEGORY} AS category,
                coalesce(certificate, nullif(regexp_extract(description, '{_NUMBER_IN_TEXT}', 1), '')) AS certificate
            FROM purchase JOIN classified c USING (line_id)
        ) GROUP BY {", ".join(_PRODUCT)}
        """,
    ),
    # one row = the same with its number
    Step(
        "line",
        f"""
        SELECT n.item_id, {", ".join(_PRODUCT)}
        FROM line_product p JOIN (
            SELECT first_line, row_number() OVER (ORDER BY first_line) AS item_id FROM line_product
        ) n USING (first_line)
        """,
    ),
    Step(
        "line_item",
        """
        SELECT unnest(p.lines) AS line_id, n.item_id
        FROM line_product p JOIN (
            SELECT first_line, row_number() OVER (ORDER BY first_line) AS item_id FROM line_product
        ) n USING (first_line)
        """,
    ),
]

_LICENSED_STEPS = [
    # one row = one product with the category of the licence that it surely is
    Step(
        "item_category",
        f"""
        SELECT m.item_id, max(m.score) AS score,
            first(l.category ORDER BY m.score DESC, m.rung = 'confirmed' DESC, l.category) AS category
        FROM {REMEMBERED} m JOIN licences l ON l.licence_id = m.entry_id
        WHERE m.score >= {v1.THRESHOLD} AND m.rung <> 'text' GROUP BY m.item_id
        """,
    ),
    # one row = one line with the same, unless a person said that it is not of that category
    Step(
        "line_licensed",
        """
        SELECT i.line_id, c.category, c.score FROM line_item i JOIN item_category c USING (item_id)
        ANTI JOIN (SELECT line_id, category FROM category_decided WHERE decided = 'rejected') r
            USING (line_id, category)
        WHERE c.category IS NOT NULL
        """,
    ),
]


#: Columns of `left_out`: one row = one cap, the different products that it met and their pairs that it left out.
_LEFT_OUT = [("what", pa.string()), ("lines", pa.int64()), ("pairs", pa.int64())]


def match(engine: Engine, *, snapshot: Path | None = None) -> None:
    """Make the tables `line_item`, `matched`, `line_licensed` and `left_out`, and what people decided about the pairs.

    `snapshot` is the folder whose index is used; without one the entries are indexed now.
    """
    engine.run(_ITEM_STEPS)
    engine.drop("line_product")
    use_match_index(engine, snapshot, dict(engine.rows("SELECT key, usual FROM brand_alias")))
    engine.add("left_out", table_of(_LEFT_OUT, ()))  # a matcher that caps its pairs makes it again
    v1.match_lines(engine)
    engine.drop("model_points", "number_scored", "text_card", "text_points")
    decide_pairs(engine)
    engine.run(_LICENSED_STEPS)
