"""The terms that SQL makes of a register's texts are those by which `tokens` reads a question."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tenring.model.text import model_key
from tenring.model.wildcards import has_wildcard
from tenring.register.search import prepare, schema, tokens

TEXT = st.text("aZ9-/ .*#(,)éß＊Ａ復复印纸ｶﾞカ한กำ'\u0301\x7f", max_size=12)


def prepared(brand: str | None, name: str | None, number: str | None, models: Sequence[str]) -> dict[str, list[str]]:
    """The terms of one licence, by field of the index."""
    with duckdb.connect() as connection:
        row = {"rank": 7, "brand": brand, "name": name, "holder": None, "number": number}
        texts = pa.schema(
            [("rank", pa.int64()), *((name, pa.string()) for name in ("brand", "name", "holder", "number"))]
        )
        connection.register("slice_licences", pa.Table.from_pylist([row], texts))
        of_models = pa.schema([("rank", pa.int64()), ("model", pa.string())])
        rows = [{"rank": 7, "model": model} for model in models]
        connection.register("slice_models", pa.Table.from_pylist(rows, of_models))
        connection.execute("CREATE TABLE common_beginnings AS SELECT 'aaaaaaa' AS edge, 'aaaaaa' AS start")
        prepare.prepare(connection)
        ((found),) = connection.execute(f"SELECT {', '.join(prepare.FIELDS)} FROM worded").fetchall()
    return {
        field: terms if isinstance(terms, list) else terms.split()
        for field, terms in zip(prepare.FIELDS, found, strict=True)
    }


@settings(max_examples=150, deadline=None)
@given(TEXT, TEXT, TEXT, st.lists(TEXT, max_size=3, unique=True))
def test_terms_are_those_of_the_tokens(brand: str, name: str, number: str, models: list[str]) -> None:
    found = prepared(brand, name, number, models)
    texts = [brand, name, number, *models]
    words = {term for text in texts for term in tokens.word_terms(text)} | tokens.brand_terms(brand)
    keys = {key for model in models for key in tokens.keys(model)}
    patterns = {pattern for model in models for pattern in tokens.patterns(model)}
    assert set(found[schema.WORDS]) == words
    assert set(found[schema.BRAND]) == tokens.brand_terms(brand)
    assert set(found[schema.KEYS]) == set(found[schema.EDGES]) == keys
    assert set(found[schema.WHOLE]) == {tokens.whole_key(model) for model in models} - {""}
    assert set(found[schema.PATTERNS]) == patterns
    assert set(found[schema.HEADS]) == {tokens.head(pattern) for pattern in patterns}
    key = model_key(number)[: tokens.KEY_LENGTH]
    assert found[schema.NUMBERS] == found[schema.NUMBER_EDGES] == ([key] if key else [])
    edges = {edge for word in words for edge in tokens.edges(word, tokens.WORD_EDGES)}
    assert {edge for word in found[schema.WORD_EDGES] for edge in tokens.edges(word, tokens.WORD_EDGES)} == edges


@settings(max_examples=100, deadline=None)
@given(TEXT, TEXT, st.lists(TEXT, max_size=3, unique=True))
def test_runs_of_characters_have_a_gap_behind_them(brand: str, name: str, models: list[str]) -> None:
    found = prepared(brand, name, None, models)[schema.CHARACTERS]
    assert found == list(tokens.run_terms((brand, name, *sorted(models)), schema.GAP))


def test_a_licence_without_texts_has_no_terms() -> None:
    assert not any(prepared(None, None, None, []).values())


def test_a_model_with_a_wildcard_is_no_whole_model() -> None:
    assert has_wildcard("AB12*")
    found = prepared(None, None, None, ["AB12*"])
    assert (found[schema.WHOLE], found[schema.PATTERNS], found[schema.HEADS]) == ([], ["ab12*"], ["ab12"])
