"""The purchases' side of matching: runs of words of a line that may be a code or a brand.

A line is cut into words where white space, signs or script change. A gram is one to six neighbouring words joined:
`RF-28 T/5` gives rf, rf28, rf28t, rf28t5, 28, … Only grams are made that begin like some code or brand of the register.
Input: `line` (item_id, text, brand, model, certificate, gtin, category), the index, `brand_alias`.
"""

from __future__ import annotations

import pyarrow as pa

from tenring.matching.v1.brands import add_brand_forms
from tenring.matching.v1.weights import LONGEST_GRAM, MADE_FOR, SHORTEST_CODE
from tenring.model.sql import Engine, Step
from tenring.model.text import CJK, model_key, normal

#: What stands between two words of one chunk.
_JOINERS = r"\-/._+&"
#: Everything else between words becomes one space; a closing bracket stays, for a code may go on behind it.
_SEPARATORS = f"[^0-9a-z{CJK}{_JOINERS})]+"
#: A word with what stands before it.
_PART = f"[ ){_JOINERS}]*(?:[0-9a-z]+|[{CJK}]+)"
_WORD = f"[0-9a-z]+|[{CJK}]+"
#: A code goes on behind a bracket without a space: `TL-7W(2700K)X36`.
_GOES_ON = r"^\)[0-9a-z]"
_MADE_FOR = f"(^|[^a-z])({normal(MADE_FOR)})([^a-z]|$)"

_LINE_TEXT = pa.schema(
    [("item_id", pa.int64()), ("norm", pa.string()), ("titled", pa.string()), ("certificate_key", pa.string())]
)


def add_line_texts(engine: Engine) -> None:
    """Make `line_text` (item_id, norm, titled, certificate_key): description and model together, in normal form.

    `titled` begins with the brand, unless the text has it.
    """
    engine.apply("line_text", "SELECT item_id, text, model, certificate, brand FROM line", _line_texts, _LINE_TEXT)
    brands = engine.rows("SELECT DISTINCT brand FROM line WHERE brand IS NOT NULL")
    add_brand_forms(engine, "line_brand_form", sorted(brand for (brand,) in brands))


def _line_texts(batch: pa.RecordBatch) -> pa.RecordBatch:
    items, texts, models, certificates, brands = (column.to_pylist() for column in batch.columns)
    norms = [line_norm(text, model) for text, model in zip(texts, models, strict=True)]
    titled = [_titled(norm, brand) for norm, brand in zip(norms, brands, strict=True)]
    keys = [certificate and model_key(certificate) for certificate in certificates]
    made = {"item_id": items, "norm": norms, "titled": titled, "certificate_key": keys}
    return pa.RecordBatch.from_pydict(made, schema=_LINE_TEXT)


def _titled(norm: str, brand: str | None) -> str:
    named = normal(brand or "")
    return norm if named in norm else f"{named} {norm}"


def line_norm(text: str | None, model: str | None) -> str:
    """Description and model as one text in normal form; the model only if the description has it not."""
    norm, code = normal(text or ""), normal(model or "")
    return norm if code in norm else f"{norm} {code}"


STEPS = [
    # one row = one line with its words in order, bare and with what stands before each
    Step(
        "line_part",
        f"""
        SELECT item_id, regexp_extract_all(marked, '{_PART}') AS parts, regexp_extract_all(marked, '{_WORD}') AS words
        FROM (
            SELECT item_id, regexp_replace(CASE WHEN regexp_matches(norm, '[{CJK}]')
                    THEN regexp_replace(norm, '([{CJK}]+)', ' \\1 ', 'g') ELSE norm END,
                '{_SEPARATORS}', ' ', 'g') AS marked
            FROM line_text
        )
        """,
    ),
    # one row = one word of a line with what lies ahead of it
    Step(
        "line_start",
        f"""
        SELECT item_id, start, words[start] AS word,
            array_to_string(words[start:start + {LONGEST_GRAM - 1}], '') AS ahead
        FROM (SELECT item_id, words, unnest(range(1, len(words) + 1)) AS start FROM line_part)
        """,
    ),
    # one row = such a word behind which a code or brand of the register may begin
    Step(
        "line_opening",
        f"""
        SELECT item_id, start, ahead FROM line_start
        WHERE left(ahead, {SHORTEST_CODE}) IN (SELECT opening FROM code_opening)
            OR (length(word) < {SHORTEST_CODE} AND word IN (SELECT opening FROM code_opening))
        """,
    ),
    # one row = one joined run of words; `bounded`: it begins and ends where chunks do, `whole`: no bracket goes on
    Step(
        "line_gram",
        f"""
        SELECT item_id, start, size, gram, bounded, bounded AND NOT goes_on AS whole, next_word FROM (
            SELECT o.item_id, o.start, s.size, array_to_string(p.words[o.start:o.start + s.size - 1], '') AS gram,
                (o.start = 1 OR regexp_matches(p.parts[o.start], '[ )]'))
                    AND (o.start + s.size > len(p.words) OR regexp_matches(p.parts[o.start + s.size], '[ )]'))
                    AS bounded,
                coalesce(regexp_matches(p.parts[o.start + s.size], '{_GOES_ON}'), false) AS goes_on,
                coalesce(p.words[o.start + s.size], '') AS next_word
            FROM line_opening o JOIN line_part p USING (item_id)
            JOIN (SELECT unnest(range(1, {LONGEST_GRAM + 1})) AS size) s ON o.start + s.size - 1 <= len(p.words)
        )
        """,
    ),
    # one row = one place in a run of CJK characters where a brand of the register may stand
    Step(
        "line_cjk_brand",
        f"""
        SELECT DISTINCT c.item_id, b.usual AS key FROM (
            SELECT item_id, substr(word, place, 12) AS ahead FROM (
                SELECT item_id, word, unnest(range(1, length(word))) AS place FROM line_start
                WHERE regexp_matches(word, '^[{CJK}]')
            )
        ) c JOIN brand_spelling b ON b.cjk AND b.opening = left(c.ahead, 2) AND starts_with(c.ahead, b.key)
        """,
    ),
    # one row = one brand that a line names, in its brand field or in its text
    Step(
        "line_brand",
        """
        SELECT DISTINCT l.item_id, f.key, true AS stated FROM line l JOIN line_brand_form f ON f.brand = l.brand
        UNION
        SELECT g.item_id, b.usual, false FROM line_gram g JOIN brand_spelling b ON b.key = g.gram WHERE g.bounded
        UNION
        SELECT item_id, key, false FROM line_cjk_brand
        """,
    ),
    # one row = one line with what is known of it; brands: those of its brand field alone, if there are any
    Step(
        "line_fact",
        f"""
        SELECT l.item_id, l.category, b.named, regexp_matches(t.norm, '{_MADE_FOR}') AS made_for
        FROM line l JOIN line_text t USING (item_id)
        LEFT JOIN (
            SELECT item_id, CASE WHEN bool_or(stated) THEN list(key ORDER BY key) FILTER (stated)
                ELSE list(key ORDER BY key) END AS named
            FROM line_brand GROUP BY item_id
        ) b USING (item_id)
        """,
    ),
]
