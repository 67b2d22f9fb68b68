"""A text typed by a user, as parts, and for each part the ways in which a licence may meet it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TypeVar

from tantivy import Occur, Query, Schema, Searcher

from tenring.model.text import bigrams, is_cjk, model_key, words
from tenring.register.search import schema, tokens
from tenring.register.search.answer import Kind
from tenring.register.search.queries import all_of, any_of, any_term
from tenring.register.search.vocabulary import Vocabulary

_T = TypeVar("_T")

#: What each way of meeting counts; a hit's score is the sum. Numbers outweigh everything; a model outweighs any
#: number of words; a word says more than the category it stands for.
WEIGHTS = {
    Kind.NUMBER: 1000.0,
    Kind.GTIN: 1000.0,
    Kind.MODEL: 100.0,
    Kind.PATTERN: 80.0,
    Kind.PREFIX: 40.0,
    Kind.NUMBER_PREFIX: 40.0,
    Kind.WILDCARD: 20.0,
    Kind.WORD: 10.0,
    Kind.CHARACTERS: 10.0,
    Kind.BRAND: 5.0,
    Kind.SYNONYM: 4.0,
}

#: Ways that count by the share of the typed characters they cover: a model that is all of the question comes first.
_BY_SHARE = {Kind.MODEL, Kind.PATTERN, Kind.PREFIX, Kind.NUMBER_PREFIX}

#: A word met with letters corrected counts so much of its weight, by how many letters; a plural for a singular too.
_CORRECTED = {0: 1.0, 1: 0.6, 2: 0.3}
_OTHER_NUMBER = 0.8

#: Where beginnings are looked up: whole terms, their first characters, and of how many characters those are.
_BEGINNINGS = {
    Kind.WILDCARD: (schema.WORDS, schema.WORD_EDGES, tokens.WORD_EDGES),
    Kind.PREFIX: (schema.KEYS, schema.EDGES, tokens.EDGES),
    Kind.NUMBER_PREFIX: (schema.NUMBERS, schema.NUMBER_EDGES, tokens.NUMBER_EDGES),
}

#: Parts searched of one text, and parts that may be one model written apart (`RF 28 HM`).
MAX_PARTS = 32
_MAX_SPAN = 5

#: Shortest texts, written together, that are looked up as numbers, as beginnings of models, against patterns.
_LEAST_NUMBER = 4
_LEAST_PREFIX = 3
_LEAST_SPAN_PREFIX = 4
_LEAST_COVERED = 4

#: Weights are whole multiples of this (a power of two), so that their sums are exact in the engine's 32-bit floats
#: and licences that meet the same ways have the same score to the last bit.
WEIGHT_STEP = 1 / 64

#: Fewer terms than this are searched by name, which is faster than by an expression; of fewer than that it is counted
#: how many licences they are of.
_FEW_TERMS = 64
_COUNTED_TERMS = 2_000

_HAS_WILDCARD = re.compile(r"[*?]")

#: A field of the index and a term of it.
Term = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """A word, a CJK run or a text with wildcards, in normal form; `open`: the user wrote a `*` after it.

    `correction`: what it may have been meant to be, and in how many letters that differs.
    """

    text: str
    open: bool = False
    pattern: bool = False
    correction: tuple[str, int] | None = None

    @property
    def readings(self) -> tuple[tuple[str, int], ...]:
        """What is searched, with the letters changed: as typed, and as corrected."""
        return ((self.text, 0), self.correction) if self.correction else ((self.text, 0),)


@dataclass(frozen=True)
class Way:
    """One way to meet the parts `start` to `stop` - 1: the term searched, what it counts, and the index query.

    `among`: the categories (`SYNONYM`) or patterns (`PATTERN`) that satisfy it. `most`: that many licences at most
    meet it (None: not known without searching). `terms`, `counts`, `together`: as of `Lookup`.
    """

    kind: Kind
    start: int
    stop: int
    typed: str
    term: str
    weight: float
    query: Query
    distance: int = 0
    among: frozenset[str] = frozenset()
    most: int | None = None
    terms: Sequence[Term] | None = None
    counts: Sequence[int] = ()
    together: Sequence[Term] = ()


@dataclass(frozen=True)
class Lookup:
    """An index query, and how many licences at most it finds (None: not known without searching).

    `terms`, `counts`: the terms of which a licence must have one, all of one field, and how many have each; None when
    it is not as simple as that. `together`: the terms that must stand side by side, all of which each licence has.
    """

    query: Query
    most: int | None
    terms: Sequence[Term] | None = None
    counts: Sequence[int] = ()
    together: Sequence[Term] = ()


def parse(text: str, vocabulary: Vocabulary) -> list[Part]:
    """The parts of a text, in order."""
    return [part for chunk in text.split() for part in _parts_of(chunk, vocabulary)]


def _parts_of(chunk: str, vocabulary: Vocabulary) -> Iterator[Part]:
    if _HAS_WILDCARD.search(chunk):
        pattern = tokens.pattern_key(chunk.replace("?", "#"))
        if len(tokens.head(pattern)) >= tokens.EDGES.start:
            plain = pattern.removesuffix("*")
            closed = plain != tokens.head(pattern)
            yield Part(pattern if closed else plain, open=not closed, pattern=closed)
            return
    for word in words(chunk):
        yield from (Part(piece) for piece in (vocabulary.split(word) if is_cjk(word) else [word]))


def loosened(parts: Sequence[Part]) -> list[Part]:
    """The parts with each long CJK run cut into pairs of characters, for when not everything can be met."""
    pieces = [
        replace(part, text=pair)
        for part in parts
        for pair in (bigrams(part.text) if is_cjk(part.text) and not part.pattern else [part.text])
    ]
    return pieces[:MAX_PARTS]


#: How many frequencies of terms are kept: the same brands, words and beginnings are asked for again and again.
_FREQUENCIES_KEPT = 100_000


@dataclass(frozen=True)
class Lexicon:
    """The terms of an open index: what exists, and queries for it. The index never changes, so answers are kept."""

    searcher: Searcher
    fields: Schema

    @cached_property
    def frequency(self) -> Callable[[str, str], int]:
        """How many licences have a term, by field and term."""
        return lru_cache(maxsize=_FREQUENCIES_KEPT)(self.searcher.doc_freq)

    def exists(self, field: str, term: str) -> bool:
        """Whether a licence has the term."""
        return self.frequency(field, term) > 0

    def term(self, field: str, *terms: str) -> Lookup:
        """Licences with one of the terms."""
        counts = [self.frequency(field, term) for term in terms]
        return Lookup(any_term(self.fields, field, terms), sum(counts), [(field, term) for term in terms], counts)

    def beginning(self, kind: Kind, key: str) -> Lookup | None:
        """Licences with a model (`PREFIX`), number (`NUMBER_PREFIX`) or word (`WILDCARD`) that begins so, if any."""
        whole, edges, lengths = _BEGINNINGS[kind]
        if len(key) in lengths:
            return self.term(edges, key) if self.exists(edges, key) else None
        if kind is Kind.PREFIX and self.exists(schema.LONG_EDGES, key):
            return self.term(schema.LONG_EDGES, key)
        key = key[: tokens.KEY_LENGTH]
        if not self.exists(edges, key[: lengths.stop - 1]):
            return None
        found = self.searcher.terms_with_prefix(whole, key, limit=_COUNTED_TERMS)
        if len(found) < _FEW_TERMS:
            return self.term(whole, *(term for term, _ in found)) if found else None
        is_counted = len(found) < _COUNTED_TERMS
        most = sum(count for _, count in found) if is_counted else self.frequency(edges, key[: lengths.stop - 1])
        return replace(self.matching(whole, key + ".*"), most=most)

    def matching(self, field: str, regex: str) -> Lookup:
        """Licences with a term that a regular expression matches."""
        return Lookup(Query.regex_query(self.fields, field, regex), None)

    def patterns_covering(self, key: str) -> list[str]:
        """The registers' patterns that cover a key: looked up by their heads, then checked one by one."""
        heads = (key[:length] for length in range(tokens.EDGES.start, len(key) + 1))
        known = [head for head in heads if self.exists(schema.HEADS, head)]
        starts = (head + wildcard for head in known for wildcard in "*#")
        found = (term for start in starts for term, _ in self.searcher.terms_with_prefix(schema.PATTERNS, start))
        return [pattern for pattern in found if tokens.covers(pattern, key)]

    def adjacent(self, run: str) -> Lookup:
        """Licences with the characters of a run side by side."""
        if len(run) == 1:
            return self.term(schema.WORDS, run)
        pairs = bigrams(run)
        if len(pairs) == 1:
            return self.term(schema.CHARACTERS, run)
        positions = sorted({*range(0, len(pairs), 2), len(pairs) - 1})
        phrase: list[str | tuple[int, str]] = [(i, pairs[i]) for i in positions]
        most = min(self.frequency(schema.CHARACTERS, pairs[i]) for i in positions)
        together = [(schema.CHARACTERS, pair) for pair in dict.fromkeys(pairs)]
        return Lookup(Query.phrase_query(self.fields, schema.CHARACTERS, phrase), most, together=together)

    def covered_by(self, pattern: str) -> Lookup:
        """Licences with a model that a pattern of the user's covers."""
        most = self.frequency(schema.EDGES, tokens.head(pattern)[: tokens.EDGES.stop - 1])
        return replace(self.matching(schema.KEYS, tokens.as_regex(pattern)), most=most)


@dataclass(frozen=True)
class Question:
    """Parts and all ways to meet them in an open index."""

    parts: Sequence[Part]
    lexicon: Lexicon
    vocabulary: Vocabulary

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """All ways, each with what it would count."""
        found = [way for index, part in enumerate(self.parts) for way in self._of_part(index, part)]
        for start in range(len(self.parts)):
            for stop in range(start + 1, min(start + _MAX_SPAN, len(self.parts)) + 1):
                found += self._of_span(start, stop)
        return tuple(found)

    def all_parts(self) -> Query:
        """Licences that meet every part, with their scores."""
        return self._combined([(Occur.Must, self._clause(index)) for index in range(len(self.parts))])

    def meeting_all(self) -> Query:
        """The same licences, without scores."""
        return self.met(lambda way: way.query, either=any_of, all_of=all_of) or Query.empty_query()

    def met(
        self, value: Callable[[Way], _T | None], *, either: Callable[[list[_T]], _T], all_of: Callable[[list[_T]], _T]
    ) -> _T | None:
        """What meeting every part comes to, in terms of what each way has (None: nothing).

        Each way is looked at once, a way over all parts beside the others.
        """
        ways = [way for way in self.ways if way.kind is not Kind.BRAND and way.most != 0]
        found = [(way, one) for way in ways if (one := value(way)) is not None]
        over_all = [one for way, one in found if (way.start, way.stop) == (0, len(self.parts))]
        rest = [(way, one) for way, one in found if (way.start, way.stop) != (0, len(self.parts))]
        clauses = [[one for way, one in rest if way.start <= i < way.stop] for i in range(len(self.parts))]
        if len(self.parts) > 1 and all(clauses):
            over_all = [*over_all, all_of([either(clause) for clause in clauses])]
        return either(over_all) if over_all else None

    def needed_above(self, score: float) -> list[Way] | None:
        """Ways of which a licence must meet one to score more than `score`; None when not all are countable.

        The most frequent ways are left out as long as all of them together do not count more than `score`.
        """
        ways = sorted(self.ways, key=lambda way: self.lexicon.searcher.num_docs if way.most is None else way.most)
        left = sum(way.weight for way in ways)
        needed: list[Way] = []
        for way in ways:
            if left <= score:
                break
            if way.most is None:
                return None
            needed.append(way)
            left -= way.weight
        return needed

    def some_parts(self, at_least: int) -> Query:
        """Licences that meet so many parts."""
        clauses = [(Occur.Should, self._clause(index)) for index in range(len(self.parts))]
        return self._combined([(Occur.Must, Query.boolean_query(clauses, minimum_number_should_match=at_least))])

    def names_exactly(self) -> bool:
        """Whether the whole text is a number, a GTIN or a model: then nothing is a typing error."""
        exact = {Kind.NUMBER, Kind.GTIN, Kind.MODEL, Kind.PATTERN}
        return any(way.kind in exact and (way.start, way.stop) == (0, len(self.parts)) for way in self.ways)

    def is_met_somehow(self, index: int) -> bool:
        """Whether any licence meets this part."""
        part = self.parts[index]
        known = part.pattern or is_cjk(part.text) or self.lexicon.exists(schema.WORDS, part.text)
        others = (way for way in self.ways if way.start <= index < way.stop and way.kind not in {Kind.WORD, Kind.BRAND})
        return known or any(others)

    def _combined(self, clauses: list[tuple[Occur, Query]]) -> Query:
        brands = [Query.const_score_query(way.query, way.weight) for way in self.ways if way.kind is Kind.BRAND]
        return Query.boolean_query([*clauses, *((Occur.Should, query) for query in brands)])

    def _clause(self, index: int) -> Query:
        """One part is met; a way over several parts counts at its first one only."""
        ways = [way for way in self.ways if way.start <= index < way.stop and way.kind is not Kind.BRAND]
        scored = [Query.const_score_query(way.query, way.weight if way.start == index else 0.0) for way in ways]
        return Query.boolean_query([(Occur.Should, query) for query in scored])

    def _of_part(self, index: int, part: Part) -> Iterator[Way]:
        if part.pattern:
            yield from self._wildcards(index, part)
        elif is_cjk(part.text):
            yield self._way(Kind.CHARACTERS, index, part.text, self.lexicon.adjacent(part.text))
        else:
            for text, distance in part.readings:
                yield from self._words(index, text, distance)
        if part.open:
            found = self.lexicon.beginning(Kind.WILDCARD, part.text) or Lookup(Query.empty_query(), 0)
            yield self._way(Kind.WILDCARD, index, part.text + "*", found)
        elif not part.pattern and self.lexicon.exists(schema.BRAND, part.readings[-1][0]):
            text, distance = part.readings[-1]
            yield self._way(Kind.BRAND, index, text, self.lexicon.term(schema.BRAND, text), distance=distance)

    def _words(self, index: int, text: str, distance: int) -> Iterator[Way]:
        term = self.lexicon.term
        yield self._way(Kind.WORD, index, text, term(schema.WORDS, text), distance=distance)
        other = tokens.other_number(text)
        if other and self.lexicon.exists(schema.WORDS, other):
            way = self._way(Kind.WORD, index, other, term(schema.WORDS, other), distance=distance)
            yield replace(way, weight=_exact(way.weight * _OTHER_NUMBER))

    def _wildcards(self, index: int, part: Part) -> Iterator[Way]:
        """A pattern of the user's meets models that it covers, and the same pattern printed in the register."""
        if self.lexicon.exists(schema.PATTERNS, part.text):
            query = self.lexicon.term(schema.PATTERNS, part.text)
            yield replace(self._way(Kind.PATTERN, index, part.text, query), among=frozenset({part.text}))
        yield self._way(Kind.WILDCARD, index, part.text, self.lexicon.covered_by(part.text))

    def _of_span(self, start: int, stop: int) -> Iterator[Way]:
        parts = self.parts[start:stop]
        if any(part.pattern for part in parts) or any(part.open for part in parts[:-1]):
            return
        corrected = any(part.correction for part in parts)
        for position in range(2 if corrected else 1):
            readings = [part.readings[min(position, len(part.readings) - 1)] for part in parts]
            span = _Span(start, stop, tuple(text for text, _ in readings), sum(changed for _, changed in readings))
            yield from self._of_key(span, is_open=parts[-1].open)
            yield from self._synonyms(span)

    def _of_key(self, span: _Span, *, is_open: bool) -> Iterator[Way]:
        key, term = span.key, self.lexicon.term
        if len(key) >= _LEAST_NUMBER and self.lexicon.exists(schema.NUMBERS, key):
            yield self._span(Kind.NUMBER, span, key, term(schema.NUMBERS, key))
        gtin = tokens.gtin14(key)
        if gtin and self.lexicon.exists(schema.GTINS, gtin):
            yield self._span(Kind.GTIN, span, gtin, term(schema.GTINS, gtin))
        if self.lexicon.exists(schema.WHOLE, key):
            yield self._span(Kind.MODEL, span, key, term(schema.WHOLE, key))
        if is_open or _may_begin_model(span):
            yield from self._beginnings(span)
        if len(key) >= _LEAST_COVERED and _has_digit(key) and (among := self.lexicon.patterns_covering(key)):
            yield self._span(Kind.PATTERN, span, key, term(schema.PATTERNS, *among), among=frozenset(among))

    def _beginnings(self, span: _Span) -> Iterator[Way]:
        """Models that begin with the span; numbers only with all that was typed, as their parts are words as well."""
        is_all = (span.start, span.stop) == (0, len(self.parts))
        for kind in (Kind.PREFIX, Kind.NUMBER_PREFIX) if is_all else (Kind.PREFIX,):
            query = self.lexicon.beginning(kind, span.key)
            if query:
                yield self._span(kind, span, span.key, query)

    def _synonyms(self, span: _Span) -> Iterator[Way]:
        categories = self.vocabulary.categories(span.texts)
        if categories:
            query = self.lexicon.term("category", *categories)
            yield self._span(Kind.SYNONYM, span, " ".join(span.texts), query, among=frozenset(categories))

    def _span(self, kind: Kind, span: _Span, term: str, found: Lookup, *, among: frozenset[str] = frozenset()) -> Way:
        share = len(span.key) / len(self._key) if kind in _BY_SHARE else 1.0
        weight = _exact(WEIGHTS[kind] * min(share, 1.0) * _CORRECTED[min(span.distance, max(_CORRECTED))])
        typed = " ".join(part.text for part in self.parts[span.start : span.stop])
        return Way(
            kind,
            span.start,
            span.stop,
            typed,
            term,
            weight,
            found.query,
            span.distance,
            among,
            found.most,
            found.terms,
            found.counts,
            found.together,
        )

    def _way(self, kind: Kind, index: int, term: str, found: Lookup, *, distance: int = 0) -> Way:
        weight = _exact(WEIGHTS[kind] * _CORRECTED[distance])
        typed = self.parts[index].text
        return Way(
            kind,
            index,
            index + 1,
            typed,
            term,
            weight,
            found.query,
            distance,
            frozenset(),
            found.most,
            found.terms,
            found.counts,
            found.together,
        )

    @cached_property
    def _key(self) -> str:
        """Everything typed, written together."""
        return "".join(model_key(part.text) for part in self.parts)


def _exact(weight: float) -> float:
    return round(weight / WEIGHT_STEP) * WEIGHT_STEP


@dataclass(frozen=True)
class _Span:
    """Neighbouring parts as searched: their texts, and how many letters of them were corrected."""

    start: int
    stop: int
    texts: tuple[str, ...]
    distance: int

    @cached_property
    def key(self) -> str:
        return "".join(self.texts)


def _may_begin_model(span: _Span) -> bool:
    """Whether a text is meant as the beginning of a model although no `*` follows: it has a digit, or was joined."""
    key = span.key
    if len(span.texts) > 1:
        return len(key) >= _LEAST_SPAN_PREFIX
    return _has_digit(key) and len(key) >= (_LEAST_SPAN_PREFIX if key.isdigit() else _LEAST_PREFIX)


def _has_digit(key: str) -> bool:
    return any(character.isdigit() for character in key)
