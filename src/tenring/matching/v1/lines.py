"""The purchases' side of matching: runs of words of a line that are a code or a brand of the register.

A line is cut into words where white space, signs or script change. A gram is some neighbouring words joined:
`RF-28 T/5` gives rf, rf28, rf28t, rf28t5, 28, … Only grams are made that begin like some code or brand of the register,
as many words long as the longest that begins so. Input: `line` (item_id, text, brand, model, certificate, gtin,
category), the index, `brand_alias`.
"""

from __future__ import annotations

import re

import pyarrow as pa

from tenring.matching.v1.brands import add_brand_forms
from tenring.matching.v1.weights import (
    AT_ONCE,
    BELONGING,
    FITTING,
    INCLUDED,
    LONGEST_OPENING,
    SHORTEST_BRAND,
    SHORTEST_CODE,
    USED_FOR,
    Wording,
)
from tenring.model.sql import Engine, Step
from tenring.model.text import CJK, LAST_LATIN, model_key, normal


def anywhere(wording: Wording) -> str:
    """A regular expression for words of Latin letters that stand alone, and words of other scripts anywhere."""
    return f"(?:(?:^|[^a-z])(?:{normal(wording.latin)})(?:[^a-z]|$)|(?:{normal(wording.other)}))"


#: Signs that join two words to one code.
JOINERS = "-/._+&"
#: Signs behind which a code may go on without a space: `TL-7W(2700K)X36`, `40°EU2`, `86"(K)`.
CLOSERS = ')]°"€'
WORD = f"[0-9a-z]+|[{CJK}]+"
#: A word with all that stands between it and the word before.
PART = f"[^0-9a-z{CJK}]*(?:{WORD})"
ABOUT_FITTING = anywhere(FITTING)
ABOUT_BELONGING = anywhere(BELONGING)
INCLUDING = f"{anywhere(INCLUDED)}[^,;()]{{0,24}}"
#: Words of which six signs begin a code.
AHEAD = 6
#: Longest bracket behind a code that can belong to it: `BR30DM/950CA(N)`.
SHORT_BRACKET = 3
#: Furthest that a brand of CJK characters is looked for.
LONGEST_CJK_BRAND = 12

_WORDS = re.compile(WORD)
_LINE_TEXT = pa.schema([
    ("item_id", pa.int64()), ("norm", pa.string()), ("titled", pa.string()), ("certificate_key", pa.string()),
    ("stated_key", pa.string()), ("model_start", pa.int64()),
])  # fmt: skip


def add_line_texts(engine: Engine) -> None:
    """Make `line_text`: description and model as one text in normal form, and keys of certificate and model.

    `stated_key`: key of the model stated in its own field, where it can tell products apart, else null; `model_start`:
    place of that field's first word; `titled`: the text as the rung `text` compares it (see `titled`).
    """
    engine.apply("line_text", "SELECT item_id, text, model, certificate, brand FROM line", _line_texts, _LINE_TEXT)
    brands = engine.rows("SELECT DISTINCT brand FROM line WHERE brand IS NOT NULL")
    add_brand_forms(engine, "line_brand_form", sorted(brand for (brand,) in brands))


def _line_texts(batch: pa.RecordBatch) -> pa.RecordBatch:
    items, texts, models, certificates, brands = (column.to_pylist() for column in batch.columns)
    said: list[tuple[str, str, str | None, int | None]] = []
    named: dict[str, str] = {}
    for text, model, brand in zip(texts, models, brands, strict=True):
        norm = normal(text or "")
        if not model and not brand:  # most lines: their title is their text
            said.append((norm, norm, None, None))
            continue
        code = normal(model or "")
        if brand and brand not in named:
            named[brand] = normal(brand)
        title = _titled(norm, code, named[brand] if brand else "")
        line, stated, start = _with_model(norm, code) if model else (norm, None, None)
        said.append((line, title, stated, start))
    norms, titles, stated_keys, starts = ([line[place] for line in said] for place in range(4))
    keys = [certificate and model_key(certificate) for certificate in certificates]
    return pa.RecordBatch.from_arrays(
        [
            pa.array(items, pa.int64()),
            pa.array(norms, pa.string()),
            pa.array(titles, pa.string()),
            pa.array(keys, pa.string()),
            pa.array(stated_keys, pa.string()),
            pa.array(starts, pa.int64()),
        ],
        schema=_LINE_TEXT,
    )


def titled(text: str | None, model: str | None, brand: str | None) -> str:
    """Brand, description and model in normal form as one title; what the description has is not said again."""
    return _titled(normal(text or ""), normal(model or ""), normal(brand or ""))


def _titled(norm: str, code: str, named: str) -> str:
    said = norm if code in norm else f"{norm} {code}"
    return said if named in said else f"{named} {said}"


def line_text(text: str | None, model: str | None) -> tuple[str, str | None, int | None]:
    """Description and model as one text in normal form, the key of the model, and the place of its first word.

    Key and place are null where the model's field has nothing that tells products apart.
    """
    norm = normal(text or "")
    return _with_model(norm, normal(model)) if model else (norm, None, None)


def _with_model(norm: str, code: str) -> tuple[str, str | None, int | None]:
    """As `line_text`, of a description and a model in normal form."""
    key = "".join(_WORDS.findall(code))
    if len(key) < SHORTEST_CODE or not any(sign.isdigit() for sign in key):
        return f"{norm} {code}", None, None
    return f"{norm} {code}", key, len(_WORDS.findall(norm)) + 1


def gap(place: str) -> str:
    """SQL: what stands between a word of `line_word` and the word before."""
    return f"left(p.parts[{place}], length(p.parts[{place}]) - length(p.words[{place}]))"


def _loose(gap_column: str) -> str:
    """SQL: whether what stands between two words parts them: a space, a sign that joins nothing, or no sign."""
    return f"{gap_column} = '' OR translate({gap_column}, '{JOINERS}', '') <> ''"


def _is_cjk(place: str) -> str:
    """SQL: whether a word is a run of CJK characters: those stand behind all that other words begin with."""
    return f"p.words[{place}] > '{LAST_LATIN}'"


def in_place(hits: str) -> str:
    """SQL: grams (item_id, start, size, …) with what stands around them.

    `loose_start`, `loose_end`: it begins and ends where chunks do; `bounded`: both; `goes_on`: a bracket or sign goes
    on without a space; `whole`: bounded, and nothing goes on; `next_word`, `last_word`: the words behind and before
    it; `in_model`: it stands in the model's own field.
    """
    end = "h.start + h.size"
    rest = f"translate(gap_behind, '{CLOSERS}{JOINERS}', '')"
    return f"""
        SELECT * EXCLUDE (gap_before, gap_behind, gap_beyond, words, other_start, other_end, next_latin),
            loose_start AND loose_end AS bounded, loose_start AND loose_end AND NOT goes_on AS whole
        FROM (
            SELECT *, start = 1 OR {_loose("gap_before")} OR other_start AS loose_start,
                start + size > words OR {_loose("gap_behind")} OR other_end AS loose_end,
                start > 1 AND trim(gap_before) = '/' AS slash_before,
                coalesce(trim(gap_behind) = '/', false) AS slash_behind,
                coalesce(next_latin AND gap_behind <> '' AND (
                    {rest} = ''
                    OR ({rest} = '(' AND ends_with(gap_behind, '(') AND length(next_word) <= {SHORT_BRACKET}
                        AND (start + size = words OR starts_with(gap_beyond, ')')))
                ), false) AS goes_on
            FROM (
                SELECT h.*, {gap("h.start")} AS gap_before, {gap(end)} AS gap_behind,
                    {gap(f"{end} + 1")} AS gap_beyond, len(p.words) AS words,
                    {_is_cjk("h.start")} OR {_is_cjk("h.start - 1")} AS other_start,
                    {_is_cjk(end)} OR {_is_cjk(f"{end} - 1")} AS other_end,
                    NOT {_is_cjk(end)} AS next_latin,
                    coalesce(p.words[{end}], '') AS next_word,
                    CASE WHEN h.start > 1 THEN p.words[h.start - 1] ELSE '' END AS last_word,
                    coalesce(h.start >= p.model_start, false) AS in_model
                FROM ({hits}) h JOIN line_word p USING (item_id)
            )
        )
    """


def _some_at_once() -> str:
    """SQL: runs of one, two, … words, each size by itself: nothing is copied for each."""
    return " UNION ALL ".join(
        f"""
        SELECT item_id, start, {size} AS size, array_to_string(words[1:{size}], '') AS gram
        FROM line_ahead WHERE len(words) >= {size}
        """
        for size in range(1, AT_ONCE + 1)
    )


def _short(size: int) -> str:
    """SQL: words of lines behind which a code or brand of `size` signs may stand."""
    return f"""
        SELECT s.item_id, s.start, o.opening AS gram
        FROM (SELECT item_id, start, ahead FROM line_start WHERE length(word) <= {size} AND length(ahead) >= {size}) s
        JOIN (SELECT opening FROM code_opening WHERE length(opening) = {size}) o ON o.opening = left(s.ahead, {size})
    """


#: Tables that only these steps read.
DONE = ("line_opening", "line_short", "line_ahead", "line_cjk_brand")

STEPS = [
    # one row = one line with its words in order, bare and with what stands before each
    Step(
        "line_word",
        f"""
        SELECT item_id, model_start, regexp_extract_all(norm, '{PART}') AS parts,
            regexp_extract_all(norm, '{WORD}') AS words
        FROM line_text
        """,
    ),
    # one row = one word of a line with what lies ahead of it
    Step(
        "line_start",
        f"""
        SELECT item_id, start, words[start] AS word,
            array_to_string(words[start:start + {AHEAD - 1}], '') AS ahead
        FROM (SELECT item_id, words, unnest(range(1, len(words) + 1)) AS start FROM line_word)
        """,
    ),
    # one row = such a word behind which a code or brand of six signs or more may begin, and how many words that has
    Step(
        "line_opening",
        f"""
        SELECT s.item_id, s.start, o.reach
        FROM line_start s JOIN code_opening o ON o.opening = left(s.ahead, {LONGEST_OPENING})
        WHERE length(s.ahead) >= {LONGEST_OPENING}
        """,
    ),
    # one row = such a word behind which stands a shorter code or brand
    Step("line_short", " UNION ALL ".join(map(_short, range(SHORTEST_BRAND, LONGEST_OPENING)))),
    # one row = the same word with the words from there on, as many as may be joined
    Step(
        "line_ahead",
        """
        SELECT o.item_id, o.start, p.words[o.start:o.start + o.reach - 1] AS words
        FROM line_opening o JOIN line_word p USING (item_id)
        """,
    ),
    # one row = one joined run of words that may be a code or brand
    Step(
        "line_gram",
        f"""
        SELECT item_id, start, size, gram FROM ({_some_at_once()}) WHERE length(gram) >= {LONGEST_OPENING}
        UNION ALL
        SELECT item_id, start, size, array_to_string(words[1:size], '') FROM (
            SELECT item_id, start, words, unnest(range({AT_ONCE + 1}, len(words) + 1)) AS size
            FROM line_ahead WHERE len(words) > {AT_ONCE}
        )
        UNION ALL
        SELECT item_id, start, size, gram FROM (
            SELECT o.item_id, o.start, o.size, o.gram,
                array_to_string(p.words[o.start:o.start + o.size - 1], '') AS run, len(p.words) AS words
            FROM (SELECT item_id, start, gram, unnest(range(1, length(gram) + 1)) AS size FROM line_short) o
            JOIN line_word p USING (item_id)
        ) WHERE start + size - 1 <= words AND run = gram
        """,
    ),
    # one row = one place in a run of CJK characters where a brand of the register may stand; `ends`: the run ends there
    Step(
        "line_cjk_brand",
        f"""
        SELECT DISTINCT c.item_id, b.usual AS key, c.start, c.ahead = b.key AS ends FROM (
            SELECT item_id, start, substr(word, place, {LONGEST_CJK_BRAND}) AS ahead FROM (
                SELECT item_id, start, word, unnest(range(1, length(word))) AS place FROM line_start
                WHERE word > '{LAST_LATIN}'
            )
        ) c JOIN brand_spelling b ON b.cjk AND b.opening = left(c.ahead, 2) AND starts_with(c.ahead, b.key)
        """,
    ),
    # one row = one brand in the text of a line
    Step(
        "line_brand_gram",
        f"""
        SELECT item_id, start, size, key, last_word FROM ({
            in_place(
                "SELECT g.item_id, g.start, g.size, b.usual AS key "
                "FROM line_gram g JOIN brand_spelling b ON b.key = g.gram"
            )
        }) WHERE bounded
        """,
    ),
    # one row = one brand that a line names, in its brand field or in its text; `start` and `behind`: its
    # place and the one behind it (0: none); `used_for`: the line says that something is for it
    Step(
        "line_brand",
        f"""
        SELECT l.item_id, f.key, true AS stated, 0 AS start, 0 AS behind, false AS used_for
        FROM line l JOIN line_brand_form f ON f.brand = l.brand
        UNION
        SELECT item_id, key, false, start, start + size, regexp_full_match(last_word, '{normal(USED_FOR)}')
        FROM line_brand_gram
        UNION
        SELECT item_id, key, false, start, CASE WHEN ends THEN start + 1 ELSE 0 END, false FROM line_cjk_brand
        """,
    ),
    # one row = one line with what is known of it; brands: those of its brand field alone, if there are any
    Step(
        "line_fact",
        f"""
        SELECT l.item_id, l.category, b.named, b.behind, b.used_for, t.stated_key,
            regexp_matches(t.norm, '{ABOUT_FITTING}') OR CASE WHEN regexp_matches(t.norm, '{ABOUT_BELONGING}')
                THEN regexp_matches(regexp_replace(t.norm, '{INCLUDING}', ' ', 'g'), '{ABOUT_BELONGING}')
                ELSE false END AS made_for
        FROM line l JOIN line_text t USING (item_id)
        LEFT JOIN (
            SELECT item_id, CASE WHEN bool_or(stated) THEN list(key ORDER BY key) FILTER (stated)
                    ELSE list(key ORDER BY key) END AS named,
                list(behind ORDER BY behind) AS behind,
                list(key ORDER BY key) FILTER (used_for) AS used_for
            FROM line_brand GROUP BY item_id
        ) b USING (item_id)
        """,
    ),
]
