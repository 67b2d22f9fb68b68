"""What of a register's texts becomes a term of the index, as SQL over many licences at a time.

The terms are those of `tokens`, by which a question is read; `tests/register/test_search_documents.py` compares the
two. Only the normal form of a text that is not ASCII is worked out in Python.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import duckdb
import pyarrow as pa

from tenring.model.sql import Step
from tenring.model.text import CJK, normal
from tenring.register.search import schema, tokens

#: Texts and models come again in every slice; what becomes of so many of them is kept.
_KEPT = 100_000

_WORD = f"[0-9a-z]+|[{CJK}]+"

#: Columns of the slice's own tables of texts that are no ASCII and of models with wildcards.
_FOREIGN = pa.schema([("text", pa.string()), ("normal", pa.string())])
_PATTERNS = pa.schema([("model", pa.string()), ("patterns", pa.string()), ("heads", pa.string())])


#: The fields of the index that `worded` has a column for.
FIELDS = (
    schema.WORDS,
    schema.WORD_EDGES,
    schema.CHARACTERS,
    schema.BRAND,
    schema.KEYS,
    schema.EDGES,
    schema.LONG_EDGES,
    schema.WHOLE,
    schema.PATTERNS,
    schema.HEADS,
    schema.NUMBERS,
    schema.NUMBER_EDGES,
)


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table `worded` of the licences in `slice_licences` and the models in `slice_models`.

    One row = one licence that has any text: its terms by field of the index, each field's terms separated by spaces.
    """
    _register(connection, "foreign_texts", _foreign(_column(connection, _FOREIGN_TEXTS)))
    _register(connection, "pattern_models", _patterns(_column(connection, _PATTERN_MODELS)))
    for step in _STEPS:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {step.name} AS {step.sql}")
    for name in ("foreign_texts", "pattern_models"):
        connection.unregister(name)


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [text for (text,) in connection.execute(query).fetchall()]


def _register(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register(name, table)


def _foreign(texts: Iterable[str]) -> pa.Table:
    """The normal forms of texts that are not ASCII."""
    return pa.Table.from_pylist([{"text": text, "normal": _normal(text)} for text in texts], _FOREIGN)


@lru_cache(maxsize=_KEPT)
def _normal(text: str) -> str:
    return normal(text)


def _patterns(models: Iterable[str]) -> pa.Table:
    """The patterns of models with wildcards, and what stands before each one's first wildcard."""
    rows = [{"model": model, "patterns": " ".join(found), "heads": _heads(found)} for model, found in _found(models)]
    return pa.Table.from_pylist(rows, _PATTERNS)


def _found(models: Iterable[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    return ((model, tuple(tokens.patterns(model))) for model in models)


def _heads(patterns: Iterable[str]) -> str:
    return " ".join(tokens.head(pattern) for pattern in patterns)


def _is_ascii(text: str) -> str:
    """Whether a text is ASCII: it has as many bytes as characters."""
    return f"strlen({text}) = length({text})"


def _normal_form(text: str, foreign: str) -> str:
    """The normal form: of ASCII in lower case, else what Python found."""
    return f"CASE WHEN {_is_ascii(text)} THEN lower({text}) ELSE {foreign} END"


def _words(normal_form: str) -> str:
    """The words of a normal form, as a list."""
    return f"regexp_extract_all({normal_form}, '{_WORD}')"


def _joined(parts: str) -> str:
    """Words as terms: a run of CJK characters as its characters."""
    text = f"array_to_string({parts}, ' ')"
    return f"CASE WHEN {_is_ascii(text)} THEN {text} ELSE regexp_replace({text}, '([{CJK}])', '\\1 ', 'g') END"


def _pairs(parts: str) -> str:
    """Pairs of neighbouring characters of each run of CJK characters, a gap behind each run."""
    run_pairs = "list_transform(range(1, length(run)), lambda place: run[place : place + 1])"
    runs = f"list_filter({parts}, lambda word: strlen(word) > length(word) AND length(word) > 1)"
    each = f"list_transform({runs}, lambda run: array_to_string({run_pairs}, ' ') || ' {schema.GAP}')"
    return f"array_to_string({each}, ' ')"


def _latin(parts: str) -> str:
    """The words in Latin letters, of which beginnings are terms; the single characters of CJK runs have none."""
    return f"list_filter({parts}, lambda word: strlen(word) = length(word))"


def _keys(parts: str) -> str:
    """The keys of a model by its words (`tokens.keys_of`)."""
    key = f"left(array_to_string({parts}[start:], ''), {tokens.KEY_LENGTH})"
    starts = f"range(1, least(len({parts}), {tokens.STARTS}) + 1)"
    return (
        f"list_filter(list_transform({starts}, lambda start: {key}), lambda key: length(key) >= {tokens.EDGES.start})"
    )


def _before_wildcard(text: str) -> str:
    return f"regexp_extract({text}, '^[^*#]*')"


#: Of what a model has terms separated by spaces.
_OF_MODELS = (
    schema.WORDS,
    schema.CHARACTERS,
    schema.WHOLE,
    schema.PATTERNS,
    schema.HEADS,
)


def _of_all(name: str) -> str:
    """The terms of all models of a licence."""
    return f"array_to_string(list_transform(models, lambda model: model.{name}), ' ')"


#: One row = one text that is not ASCII, of all that have words (a model's is also cut at its first wildcard).
_FOREIGN_TEXTS = f"""
    SELECT DISTINCT text
    FROM (
        SELECT unnest([number, brand, name, holder]) AS text FROM slice_licences
        UNION ALL
        SELECT model FROM slice_models
        UNION ALL
        SELECT {_before_wildcard("model")} FROM slice_models
    )
    WHERE NOT ({_is_ascii("text")})
"""

_PATTERN_MODELS = "SELECT DISTINCT model FROM slice_models WHERE regexp_matches(model, '[*#]')"

_STEPS = (
    # One row = one text of licences that comes again and again.
    Step(
        "text_words",
        f"""
        SELECT text, {_words(_normal_form("text", "foreign_texts.normal"))} AS parts
        FROM (SELECT DISTINCT unnest([brand, name, holder]) AS text FROM slice_licences)
        LEFT JOIN foreign_texts USING (text)
        WHERE text IS NOT NULL
        """,
    ),
    # One row = one such text with its terms.
    Step(
        "text_terms",
        f"""
        SELECT text, {_joined("parts")} AS words, {_latin("parts")} AS word_edges, {_pairs("parts")} AS characters
        FROM text_words
        """,
    ),
    # One row = one brand: its words, whole CJK runs and all of it written together.
    Step(
        "brand_terms",
        """
        SELECT text, array_to_string(terms, ' ') AS brand, terms AS word_edges
        FROM (
            SELECT text, list_append(parts, array_to_string(parts, '')) AS terms
            FROM text_words
            WHERE text IN (SELECT brand FROM slice_licences)
        )
        """,
    ),
    # One row = one licence's number.
    Step(
        "number_words",
        f"""
        SELECT rank, {_words(_normal_form("number", "foreign_texts.normal"))} AS parts
        FROM slice_licences
        LEFT JOIN foreign_texts ON foreign_texts.text = number
        WHERE number IS NOT NULL
        """,
    ),
    Step(
        "number_terms",
        f"""
        SELECT
            rank,
            left(array_to_string(parts, ''), {tokens.KEY_LENGTH}) AS numbers,
            {_joined("parts")} AS words,
            {_latin("parts")} AS word_edges,
            {_pairs("parts")} AS characters
        FROM number_words
        """,
    ),
    # One row = one model of one licence: all its words, and those before its first wildcard.
    Step(
        "model_words",
        f"""
        SELECT
            rank,
            model,
            regexp_matches(model, '[*#]') AS has_wildcard,
            {_words(_normal_form("model", "foreign_texts.normal"))} AS parts,
            {_words(_normal_form(_before_wildcard("model"), "before_texts.normal"))} AS before_parts
        FROM slice_models
        LEFT JOIN foreign_texts ON foreign_texts.text = model
        LEFT JOIN foreign_texts AS before_texts ON before_texts.text = {_before_wildcard("model")}
        """,
    ),
    Step("model_keys", f"SELECT *, {_keys('before_parts')} AS keys FROM model_words"),
    # One row = one licence with the longer beginnings of its models that are terms.
    Step(
        "long_edges",
        """
        SELECT rank, string_agg(edge, ' ') AS edges
        FROM (SELECT rank, unnest(keys) AS key FROM model_keys)
        JOIN common_beginnings ON left(key, 6) = start AND starts_with(key, edge)
        GROUP BY rank
        """,
    ),
    # One row = one model of one licence with its terms.
    Step(
        "terms_of_model",
        f"""
        SELECT
            rank,
            model,
            {_joined("parts")} AS words,
            {_latin("parts")} AS word_edges,
            {_pairs("parts")} AS characters,
            keys,
            CASE WHEN has_wildcard THEN '' ELSE left(array_to_string(parts, ''), {tokens.KEY_LENGTH}) END AS whole,
            coalesce(pattern_models.patterns, '') AS patterns,
            coalesce(pattern_models.heads, '') AS heads
        FROM model_keys
        LEFT JOIN pattern_models USING (model)
        """,
    ),
    # One row = one licence with the terms of all its models, the models in their order.
    Step(
        "model_terms",
        f"""
        SELECT
            rank,
            {", ".join(f"{_of_all(name)} AS {name}" for name in _OF_MODELS)},
            flatten(list_transform(models, lambda model: model.word_edges)) AS word_edges,
            flatten(list_transform(models, lambda model: model.keys)) AS keys
        FROM (
            SELECT rank, list_sort(list(struct_pack(model, word_edges, keys, {", ".join(_OF_MODELS)}))) AS models
            FROM terms_of_model
            GROUP BY rank
        )
        """,
    ),
    # One row = one licence with all its terms; of word_edges, edges and number_edges what they are the beginnings of.
    Step(
        "worded",
        """
        SELECT
            rank,
            concat_ws(' ', b.words, n.words, h.words, number_terms.words, m.words, brand_terms.brand) AS words,
            list_distinct(flatten([
                coalesce(brand_terms.word_edges, []),
                coalesce(n.word_edges, []),
                coalesce(h.word_edges, []),
                coalesce(number_terms.word_edges, []),
                coalesce(m.word_edges, [])
            ])) AS word_edges,
            concat_ws(' ', b.characters, n.characters, h.characters, number_terms.characters, m.characters)
                AS characters,
            coalesce(brand_terms.brand, '') AS brand,
            array_to_string(coalesce(m.keys, []), ' ') AS keys,
            coalesce(m.keys, []) AS edges,
            coalesce(long_edges.edges, '') AS long_edges,
            coalesce(m.whole, '') AS whole,
            coalesce(m.patterns, '') AS patterns,
            coalesce(m.heads, '') AS heads,
            coalesce(number_terms.numbers, '') AS numbers,
            coalesce(number_terms.numbers, '') AS number_edges
        FROM slice_licences
        LEFT JOIN text_terms AS b ON b.text = slice_licences.brand
        LEFT JOIN text_terms AS n ON n.text = slice_licences.name
        LEFT JOIN text_terms AS h ON h.text = slice_licences.holder
        LEFT JOIN brand_terms ON brand_terms.text = slice_licences.brand
        LEFT JOIN number_terms USING (rank)
        LEFT JOIN model_terms AS m USING (rank)
        LEFT JOIN long_edges USING (rank)
        """,
    ),
)
