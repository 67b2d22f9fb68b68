"""A licence as a document of the index: the terms of its texts, its periods, its group and its stretch."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import Any

from tantivy import Document

from tenring.exceptions import SnapshotError
from tenring.model.licence import Status
from tenring.model.text import words
from tenring.model.wildcards import has_wildcard
from tenring.register.search import periods, schema, tokens
from tenring.register.search.about import Group
from tenring.register.search.answer import UNKNOWN
from tenring.register.search.periods import Days, Window

#: Brands, holders and names come again and again; what becomes of so many of them is kept.
_KEPT = 50_000

#: Longer beginnings are terms where about so many models share them, and were seen so often in the models looked at.
_LONG_EDGES = range(tokens.EDGES.stop, 33)
_MANY_MODELS = 64
_LEAST_SEEN = 4

#: The engine counts no more groups than this at a time.
_MOST_GROUPS = 65_000


@dataclass
class Documents:
    """Makes documents, licence by licence in the order of ranks, and gathers what readers must know of all of them."""

    day: date
    common: frozenset[str] = frozenset()
    """Beginnings longer than those of `tokens.EDGES` that many models share (`common_beginnings`)."""
    _groups: dict[Group, str] = field(default_factory=dict)
    _bands: list[Days] = field(default_factory=list)
    _count: int = 0

    @property
    def groups(self) -> Sequence[Group]:
        """The keys of each group, in the order of the groups' numbers."""
        return tuple(self._groups)

    @property
    def bands(self) -> Sequence[Days]:
        """Per stretch of licences: the first day on which any was active, and the day after the last such day."""
        return tuple(self._bands)

    @cached_property
    def window(self) -> Window:
        """The days on which who was active is indexed by blocks."""
        return Window.around(self.day)

    def document(self, content: str, status: str | None) -> Document:
        """The document of the next licence.

        Args:
            content: its card as JSON.
            status: its status on the snapshot's day.

        Raises:
            SnapshotError: there are more groups of licences than the engine can count.
        """
        card: dict[str, Any] = json.loads(content)
        keys = (card["category"], card["programme"], card["register"], card["economy"] or UNKNOWN)
        values: dict[str, Any] = dict(zip(schema.FILTERS, (*keys, status or UNKNOWN), strict=True))
        values[schema.GROUP] = self._group(keys)
        values[schema.RANK] = self._count
        values[schema.CARD] = content.encode()
        for name, terms in _terms(card, self.common).items():
            if terms:
                values[name] = " ".join(terms)
        all_days = [(period["status"], _days(period["from_date"], period["until_date"])) for period in card["periods"]]
        for name, value in periods.terms(all_days, self.window).items():
            values[name] = " ".join(value) if isinstance(value, list) else value
        values[schema.BANDS] = self._band(days for status_then, days in all_days if status_then == Status.ACTIVE)
        return Document(**values)

    def _group(self, keys: Group) -> str:
        number = self._groups.setdefault(keys, str(len(self._groups)))
        if len(self._groups) > _MOST_GROUPS:
            message = (
                f"there are more than {_MOST_GROUPS:,} combinations of category, programme, register and economy, "
                "which is more than the search index can count. Publish the registers in several snapshots"
            )
            raise SnapshotError(message)
        return number

    def _band(self, active: Iterable[Days]) -> str:
        """The stretch of the next licence; its active days widen those of the stretch."""
        number, place = divmod(self._count, schema.BAND)
        if not place:
            self._bands.append(periods.NEVER)
        self._count += 1
        first, after_last = self._bands[number]
        for start, end in active:
            first, after_last = min(first, start), max(after_last, end)
        self._bands[number] = (first, after_last)
        return str(number)


@lru_cache(maxsize=_KEPT)
def _days(start: str | None, end: str | None) -> Days:
    return (
        periods.FIRST if start is None else date.fromisoformat(start).toordinal(),
        periods.AFTER_LAST if end is None else date.fromisoformat(end).toordinal(),
    )


def common_beginnings(models: Iterable[str], *, one_in: int) -> frozenset[str]:
    """Longer beginnings that so many models share that a question for them must not read a list for each model.

    Args:
        models: different models, one in so many of the register's, picked without regard to how they begin.
        one_in: how many.
    """
    counts: Counter[str] = Counter()
    for model in models:
        for key in tokens.keys(model):
            counts.update(tokens.edges(key, _LONG_EDGES))
    least = max(_LEAST_SEEN, _MANY_MODELS // one_in)
    return frozenset(edge for edge, count in counts.items() if count >= least)


def _terms(card: Mapping[str, Any], common: frozenset[str]) -> dict[str, Iterable[str]]:
    """The terms of a licence, by field of the index."""
    found: set[str] = set()
    characters: list[str] = []
    for text in (card["brand"], card["name"], card["holder"]):
        if text:
            single, pairs = _known_text(text)
            found |= single
            characters += pairs
    brand = _known_brand(card["brand"]) if card["brand"] else frozenset()
    number = "".join(_add(card["number"], found, characters))[: tokens.KEY_LENGTH] if card["number"] else ""
    keys: set[str] = set()
    whole: set[str] = set()
    patterns: set[str] = set()
    for model in card["models"]:
        parts = _add(model, found, characters)
        if has_wildcard(model):
            keys.update(tokens.keys(model))
            patterns.update(tokens.patterns(model))
        else:
            keys.update(tokens.keys_of(parts))
            whole.add("".join(parts)[: tokens.KEY_LENGTH])
    found |= brand
    return {
        schema.WORDS: found,
        schema.WORD_EDGES: {edge for word in found for edge in tokens.edges(word, tokens.WORD_EDGES)},
        schema.CHARACTERS: characters,
        schema.BRAND: brand,
        schema.KEYS: keys,
        schema.EDGES: {edge for key in keys for edge in _edges(key, common)},
        schema.WHOLE: whole - {""},
        schema.PATTERNS: patterns,
        schema.HEADS: {tokens.head(pattern) for pattern in patterns},
        schema.NUMBERS: (number,) if number else (),
        schema.NUMBER_EDGES: tuple(tokens.edges(number, tokens.NUMBER_EDGES)),
        schema.GTINS: card["gtins"],
    }


def _edges(key: str, common: frozenset[str]) -> Iterator[str]:
    """The beginnings of a key that are terms; where one is not common, none that is longer can be."""
    yield from tokens.edges(key)
    yield from takewhile(common.__contains__, tokens.edges(key, _LONG_EDGES))


@lru_cache(maxsize=_KEPT)
def _known_text(text: str) -> tuple[frozenset[str], tuple[str, ...]]:
    return frozenset(tokens.word_terms(text)), tuple(tokens.run_terms((text,), schema.GAP))


@lru_cache(maxsize=_KEPT)
def _known_brand(brand: str) -> frozenset[str]:
    return frozenset(tokens.brand_terms(brand))


def _add(text: str, found: set[str], characters: list[str]) -> list[str]:
    """Add a text's terms to those found; its words as they stand in it."""
    parts = words(text)
    if text.isascii():
        found.update(parts)
        return parts
    for word in parts:
        found.update((word,) if word.isascii() else word)
    characters += tokens.run_terms((text,), schema.GAP)
    return parts
