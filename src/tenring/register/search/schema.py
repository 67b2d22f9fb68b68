"""The fields of the index: one document per licence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tantivy import (
    DocAddress,
    Filter,
    Index,
    Schema,
    SchemaBuilder,
    Searcher,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from tenring.exceptions import SnapshotError
from tenring.model.licence import Status
from tenring.register.search import periods, tokens

FOLDER = "search"

#: The layout of the index and of what lies beside it; an index of another one is refused. It goes up by one whenever
#: a field, a term or `about.json` changes its meaning.
LAYOUT = 4
ABOUT = "about.json"

#: Stands between runs of characters; removed on indexing, but it leaves a gap in the positions.
GAP = "|"

#: The engine's own list of the index's segments.
_META = "meta.json"

_ANALYSER = "prepared"

#: Terms separated by spaces, prepared by `prepare`. What a term is:
WORDS = "words"  # a word, or a single CJK character, of any text
WORD_EDGES = "word_edges"  # the first 2 to 5 characters of a word
BRAND = "brand"  # a word of the brand
KEYS = "keys"  # a model, written together, from one of its words on
EDGES = "edges"  # the first 2 to 5 characters of a key
LONG_EDGES = "long_edges"  # the first 6 and more characters of a key, where many keys share them
WHOLE = "whole"  # a whole model, written together
PATTERNS = "patterns"  # a model with wildcards, written together
HEADS = "heads"  # what stands before the first wildcard of a pattern
NUMBERS = "numbers"  # the licence number, written together
NUMBER_EDGES = "number_edges"  # the first 2 to 12 characters of it
GTINS = "gtins"  # a GTIN, 14 digits
_TERMS = (WORDS, BRAND, KEYS, LONG_EDGES, WHOLE, PATTERNS, HEADS, NUMBERS, GTINS)

#: Fields of which the engine itself cuts the beginnings off the words, keys and numbers given to it, by their lengths.
BEGINNINGS = {WORD_EDGES: tokens.WORD_EDGES, EDGES: tokens.EDGES, NUMBER_EDGES: tokens.NUMBER_EDGES}

#: Pairs of neighbouring CJK characters, with positions.
CHARACTERS = "characters"

#: A licence's place in the order in which equals are shown, from 0.
RANK = "rank"

#: The licences of a stretch in the order in which equals are shown: one term each, `BAND` licences to a term.
BANDS = "bands"
BAND = 16_384

#: One term each: what is counted, all facets but the status at once; `about.json` says which keys a group stands for.
GROUP = "group"

#: One term each, filtered by.
FILTERS = ("category", "programme", "register", "economy", "status")

#: Fields whose frequent terms (of the first: all) have a set of bits each, so that hits are not counted one by one.
COUNTED_FIELDS = ("status", WORDS, WORD_EDGES, BRAND, EDGES, CHARACTERS)

#: Fields whose terms have a list of licences each (lists.py) when they are too rare for a set but not very rare.
LISTED_FIELDS = (*COUNTED_FIELDS[1:], LONG_EDGES)
LISTED = "listed.json"

#: Files of sets of bits (frequent.py): the sets of who was active, the blocks of the sets of terms, the terms' numbers.
WRITTEN = "written.bits"
BLOCKS = "blocks.bits"
NUMBERED = "terms.json"

#: What a hit shows, as JSON.
CARD = "card"


def make_schema() -> Schema:
    """The schema of the index."""
    builder = SchemaBuilder()
    for name in (*_TERMS, periods.SPANS, periods.ACTIVE_DAYS):
        builder.add_text_field(name, tokenizer_name=_ANALYSER, index_option="basic")
    for name in BEGINNINGS:
        builder.add_text_field(name, tokenizer_name=name, index_option="basic")
    builder.add_text_field(CHARACTERS, tokenizer_name=_ANALYSER, index_option="position")
    for name in (*FILTERS, BANDS, GROUP):
        is_counted = name in {GROUP, "status"}
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=is_counted)
    for name in (name for status in Status for name in periods.fields(status)):
        builder.add_integer_field(name, fast=True)
    builder.add_integer_field(RANK, fast=True)
    builder.add_bytes_field(CARD, stored=True)
    return builder.build()


def create(folder: Path) -> Index:
    """A new, empty index in a folder."""
    index = Index(make_schema(), str(folder), reuse=False)
    index.register_tokenizer(_ANALYSER, _analyser())
    for name, lengths in BEGINNINGS.items():
        cut = Tokenizer.ngram(lengths.start, lengths.stop - 1, prefix_only=True)
        index.register_tokenizer(name, TextAnalyzerBuilder(cut).build())
    return index


def put_in_order(folder: Path) -> None:
    """Let the segments of a finished index be read in the order of ranks, so that equals come in it.

    A reader takes segments as `meta.json` lists them; the engine lists the largest first.

    Raises:
        SnapshotError: segments were merged that were no neighbours.
    """
    file = folder / _META
    meta: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    searcher = open_index(folder).searcher()
    firsts = first_ranks(searcher)
    ordered = sorted(zip(firsts, meta["segments"], strict=True), key=lambda pair: pair[0])
    rank = 0
    for first, segment in ordered:
        if first != rank:
            message = (
                f"the memory is too little for a search index of {searcher.num_docs:,} licences. "
                "Set TENRING_MEMORY to more; docs/concepts/search-at-scale.md says how much"
            )
            raise SnapshotError(message)
        rank += segment["max_doc"]
    meta["segments"] = [segment for _, segment in ordered]
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(meta), encoding="utf-8")
    partial.replace(file)


def first_ranks(searcher: Searcher) -> list[int]:
    """The rank of the first licence of each segment, in the order in which a reader takes them."""
    return [
        int(rank or 0)
        for segment in range(searcher.num_segments)
        for rank in searcher.fast_field_values(RANK, [DocAddress(segment, 0)])
    ]


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
