"""Words, codes and brands of lines and entries.

A line is cut into chunks at white space and brackets and where script changes; hyphens, slashes and dots join words
inside a chunk. A gram is one to six neighbouring words joined: `RF-28 T/5` gives rf, rf28, rf28t, rf28t5, 28, …
"""

from __future__ import annotations

import re
from itertools import groupby

import duckdb
import pyarrow as pa

from tenring.matching.v1.weights import (
    LEGAL_FORMS,
    LONGEST_BRAND,
    LONGEST_GRAM,
    MEASURE,
    SHORTEST_CODE,
    SHORTEST_PREFIX,
)
from tenring.model.sql import Step
from tenring.model.text import CJK, is_cjk, model_key, normal, words
from tenring.model.wildcards import has_wildcard, variants

#: All texts that need a normal form.
TEXTS = [
    "SELECT text FROM line",
    "SELECT brand FROM line",
    "SELECT model FROM line",
    "SELECT certificate FROM line",
    "SELECT brand FROM entry",
    "SELECT name FROM entry",
    "SELECT model FROM entry_model",
    "SELECT number FROM entry_number",
]

_SEPARATORS = r"[^0-9a-z" + CJK + r"\-/._+&]+"
_WORDS = r"[0-9a-z]+|[" + CJK + r"]+"
#: A code goes on behind a bracket without a space: `TL-7W(2700K)X36`. The next chunk is marked with a hyphen.
_GOES_ON = r"\)([0-9a-z])"
_SCRIPT_CHANGE = r"([" + CJK + r"]+)"

_SEVERAL_NAMES = re.compile(r"[/()|（）／]")


def wildcard_patterns(model: str) -> list[tuple[str, str]]:
    """Regular expressions that keys of the models behind `model` match, each with its fixed beginning.

    Only of models with wildcards, and only where enough stands before the first one. See tenring.model.wildcards.
    """
    if not has_wildcard(model):
        return []
    signs = {"*": "[0-9a-z]*", "#": "[0-9a-z]"}
    found = []
    for variant in variants(model):
        prefix = model_key(re.split(r"[*#]", variant, maxsplit=1)[0])
        pattern = "".join(signs.get(sign) or model_key(sign) for sign in re.sub(r"\*+", "*", variant))
        found.append((pattern, prefix))
    return [(pattern, prefix) for pattern, prefix in found if len(prefix) >= SHORTEST_PREFIX]


def register_patterns(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `wildcard` (model, pattern, prefix) of all models with wildcards."""
    found = connection.execute("SELECT DISTINCT model FROM entry_model WHERE regexp_matches(model, '[*#]')").fetchall()
    rows = [(model, *pattern) for (model,) in found for pattern in wildcard_patterns(model)]
    schema = pa.schema([("model", pa.string()), ("pattern", pa.string()), ("prefix", pa.string())])
    table = pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)
    connection.register("wildcards", table)
    connection.execute("CREATE OR REPLACE TEMP TABLE wildcard AS SELECT * FROM wildcards")
    connection.unregister("wildcards")


def brand_keys(brand: str, usual: dict[str, str]) -> set[str]:
    """Keys a brand goes by: as written, each of several names, without the legal form, the usual name of a spelling.

    `usual` maps keys of known spellings to the key of the usual name: `DAIKIN Europe N.V.` → daikineuropenv, daikin;
    `惠普/HP` → 惠普hp, hp.
    """
    forms = {model_key(brand)}
    for name in (brand, *_SEVERAL_NAMES.split(brand)):
        found = [word for word in words(name) if not re.fullmatch(LEGAL_FORMS, word)]
        forms.add("".join(found))
        forms.update(form for size in (1, 2, 3) if (form := "".join(found[:size])) in usual)
        if len({is_cjk(word) for word in found}) > 1:
            forms.update("".join(run) for _, run in groupby(found, key=is_cjk))
    return {usual.get(form, form) for form in forms if form}


def register_brands(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `brand_form` (brand, key) of all brands of lines and entries."""
    usual = dict(connection.execute("SELECT key, usual FROM brand_alias").fetchall())
    brands = connection.execute("SELECT brand FROM line UNION SELECT brand FROM entry").fetchall()
    rows = [(brand, key) for (brand,) in brands if brand for key in sorted(brand_keys(brand, usual))]
    table = pa.table(
        {"brand": pa.array([r[0] for r in rows], pa.string()), "key": pa.array([r[1] for r in rows], pa.string())}
    )
    connection.register("brand_forms", table)
    connection.execute("CREATE OR REPLACE TEMP TABLE brand_form AS SELECT * FROM brand_forms")
    connection.unregister("brand_forms")


def sql_pattern(words: str) -> str:
    """Alternatives of `weights` in normal form, for use inside an SQL pattern."""
    return normal(words)


def _word_steps() -> list[Step]:
    return [
        # one row = one distinct text of a line: description and model together
        Step(
            "line_text",
            """
            SELECT l.item_id,
                concat_ws(' ', t.norm, CASE WHEN NOT contains(coalesce(t.norm, ''), m.norm) THEN m.norm END) AS norm
            FROM line l LEFT JOIN text_form t ON t.text = l.text LEFT JOIN text_form m ON m.text = l.model
            """,
        ),
        # one row = one chunk of a line
        Step(
            "line_chunk",
            f"""
            SELECT item_id, unnest(chunks) AS chunk, generate_subscripts(chunks, 1) AS chunk_no
            FROM (
                SELECT item_id, string_split_regex(
                    trim(regexp_replace(regexp_replace(regexp_replace(norm,
                        '{_GOES_ON}', ' -\\1', 'g'),
                        '{_SCRIPT_CHANGE}', ' \\1 ', 'g'),
                        '{_SEPARATORS}', ' ', 'g')),
                    ' +') AS chunks
                FROM line_text
            )
            """,
        ),
        # one row = one line with its words in order: whether each begins and ends its chunk, whether the code goes on
        Step(
            "line_words",
            f"""
            SELECT item_id, list(word ORDER BY chunk_no, word_no) AS words,
                list(word_no = 1 ORDER BY chunk_no, word_no) AS begins,
                list(word_no = last_no ORDER BY chunk_no, word_no) AS ends,
                list(goes_on ORDER BY chunk_no, word_no) AS goes_on
            FROM (
                SELECT item_id, chunk_no, goes_on, unnest(found) AS word, generate_subscripts(found, 1) AS word_no,
                    len(found) AS last_no
                FROM (
                    SELECT item_id, chunk_no, regexp_extract_all(chunk, '{_WORDS}') AS found,
                        coalesce(starts_with(lead(chunk) OVER (PARTITION BY item_id ORDER BY chunk_no), '-'), false)
                            AS goes_on
                    FROM line_chunk
                )
            )
            GROUP BY item_id
            """,
        ),
    ]


def _gram_steps() -> list[Step]:
    return [
        # one row = one joined run of words of a line; `whole`: it begins and ends at chunk borders
        Step(
            "line_gram",
            f"""
            SELECT item_id, start, size, array_to_string(words[start:start + size - 1], '') AS gram,
                begins[start] AND ends[start + size - 1] AS bounded,
                bounded AND NOT goes_on[start + size - 1] AS whole,
                coalesce(words[start + size], '') AS next_word
            FROM (
                SELECT item_id, words, begins, ends, goes_on, unnest(range(1, len(words) + 1)) AS start FROM line_words
            ), (SELECT unnest(range(1, {LONGEST_GRAM + 1})) AS size)
            WHERE start + size - 1 <= len(words)
            """,
        ),
        # one row = one code of a line: a gram with a digit, long enough to mean something
        Step(
            "line_code",
            f"""
            SELECT item_id, gram, max(size) AS size, bool_or(whole) AS whole,
                first(next_word ORDER BY whole DESC, next_word) AS next_word
            FROM line_gram
            WHERE length(gram) >= {SHORTEST_CODE} AND regexp_matches(gram, '[0-9]')
                AND NOT regexp_full_match(gram, '{MEASURE}')
            GROUP BY item_id, gram
            """,
        ),
    ]


def _brand_steps() -> list[Step]:
    return [
        # one row = one entry with one key of its brand
        Step(
            "entry_brand",
            "SELECT DISTINCT e.entry_id, f.key AS brand_key FROM entry e JOIN brand_form f ON f.brand = e.brand",
        ),
        # one row = one spelling of a brand that some entry has
        Step(
            "known_brand",
            """
            SELECT key, any_value(usual) AS usual FROM (
                SELECT brand_key AS key, brand_key AS usual FROM entry_brand
                UNION ALL SELECT a.key, a.usual FROM brand_alias a
            ) WHERE length(key) >= 2 GROUP BY key
            """,
        ),
        # one row = one brand that a line names, in its brand field or in its text
        Step(
            "line_brand",
            f"""
            SELECT DISTINCT l.item_id, f.key AS brand_key, true AS stated
            FROM line l JOIN brand_form f ON f.brand = l.brand
            UNION
            SELECT DISTINCT g.item_id, b.usual, false
            FROM line_gram g JOIN known_brand b ON b.key = g.gram
            WHERE g.size <= {LONGEST_BRAND} AND g.bounded
            """,
        ),
    ]


def _entry_steps() -> list[Step]:
    return [
        # one row = one model code of an entry; the entry's name counts as one when it has a digit
        Step(
            "entry_code",
            f"""
            SELECT entry_id, key, first(model ORDER BY rank, model) AS model, min_by(kind, rank) AS kind FROM (
                SELECT m.entry_id, f.key, m.model, m.kind,
                    CASE m.kind WHEN 'model' THEN 1 WHEN 'additional' THEN 2 WHEN 'family' THEN 3 ELSE 4 END AS rank
                FROM entry_model m JOIN text_form f ON f.text = m.model
                WHERE NOT contains(m.model, '*') AND NOT contains(m.model, '#')
                UNION ALL
                SELECT e.entry_id, f.key, e.name, 'name', 4 FROM entry e JOIN text_form f ON f.text = e.name
            ) AS coded
            WHERE length(key) >= {SHORTEST_CODE} AND regexp_matches(key, '[0-9]')
                AND NOT EXISTS (SELECT 1 FROM entry_brand b WHERE b.entry_id = coded.entry_id AND b.brand_key = key)
            GROUP BY entry_id, key
            """,
        ),
        # one row = one code, and how many brands use it
        Step(
            "code_use",
            """
            SELECT c.key, count(DISTINCT b.brand_key) AS brands
            FROM entry_code c LEFT JOIN (SELECT entry_id, min(brand_key) AS brand_key FROM entry_brand GROUP BY 1) b
                USING (entry_id)
            GROUP BY c.key
            """,
        ),
    ]


STEPS = [*_word_steps(), *_gram_steps(), *_brand_steps(), *_entry_steps()]
