"""The fields of the index: one document per licence."""

from __future__ import annotations

from pathlib import Path

from tantivy import Filter, Index, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from tenring.exceptions import SnapshotError
from tenring.model.licence import Status
from tenring.register.search import periods

FOLDER = "search"
ABOUT = "about.json"

#: Stands between runs of characters; removed on indexing, but it leaves a gap in the positions.
GAP = "|"

_ANALYSER = "prepared"

#: Terms separated by spaces, prepared by `tokens`. What a term is:
WORDS = "words"  # a word, or a single CJK character, of any text
BRAND = "brand"  # a word of the brand
KEYS = "keys"  # a model, written together, from one of its words on
EDGES = "edges"  # the first 2 to 5 characters of a key
WHOLE = "whole"  # a whole model, written together
PATTERNS = "patterns"  # a model with wildcards, written together
HEADS = "heads"  # what stands before the first wildcard of a pattern
NUMBERS = "numbers"  # the licence number, written together
NUMBER_EDGES = "number_edges"  # the first 2 to 12 characters of it
GTINS = "gtins"  # a GTIN, 14 digits
_TERMS = (WORDS, BRAND, KEYS, EDGES, WHOLE, PATTERNS, HEADS, NUMBERS, NUMBER_EDGES, GTINS)

#: Pairs of neighbouring CJK characters, with positions.
CHARACTERS = "characters"

#: One term each, filtered by and counted.
FILTERS = ("category", "programme", "register", "economy", "status")

#: What a hit shows, as JSON.
CARD = "card"


def make_schema() -> Schema:
    """The schema of the index."""
    builder = SchemaBuilder()
    for name in (*_TERMS, periods.SPANS, periods.ACTIVE_SPANS):
        builder.add_text_field(name, tokenizer_name=_ANALYSER, index_option="basic")
    builder.add_text_field(CHARACTERS, tokenizer_name=_ANALYSER, index_option="position")
    for name in FILTERS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in (name for status in Status for name in periods.fields(status)):
        builder.add_integer_field(name, fast=True)
    builder.add_bytes_field(CARD, stored=True)
    return builder.build()


def create(folder: Path) -> Index:
    """A new, empty index in a folder."""
    index = Index(make_schema(), str(folder), reuse=False)
    index.register_tokenizer(_ANALYSER, _analyser())
    return index


def open_index(folder: Path) -> Index:
    """The index in a folder, for reading.

    Raises:
        SnapshotError: there is none, or another version of the search engine wrote it.
    """
    path = str(folder)
    if not folder.is_dir() or not Index.exists(path) or not Index.is_compatible(path):
        message = (
            f"{folder}: no search index that this version can read. Build the snapshot again: tenring register build"
        )
        raise SnapshotError(message)
    return Index.open(path)


def _analyser() -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.custom_stopword([GAP])).build()
