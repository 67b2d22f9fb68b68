"""An open search index, and the way from a question to its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Searcher

from tenring.language import T
from tenring.model.licence import Status
from tenring.register.search import periods, schema
from tenring.register.search.answer import ANY, UNKNOWN, Hit, Query, Results
from tenring.register.search.build import About
from tenring.register.search.card import Card
from tenring.register.search.correct import LITTLE, corrected
from tenring.register.search.explain import explain
from tenring.register.search.question import MAX_PARTS, Lexicon, Part, Question, loosened, parse
from tenring.register.search.vocabulary import Vocabulary

#: More keys than a facet of ours can have.
_ALL_KEYS = 65_000


def search(folder: Path, query: Query) -> Results:
    """Ask the index of the snapshot in `folder` once.

    Raises:
        SnapshotError: the folder has no index.
    """
    return SearchIndex.open(folder).search(query)


@dataclass(frozen=True)
class SearchIndex:
    """The open index of one snapshot; safe to share between threads, as it only reads."""

    about: About
    searcher: Searcher
    fields: tantivy.Schema
    vocabulary: Vocabulary

    @classmethod
    def open(cls, folder: Path) -> SearchIndex:
        """Open the index of the snapshot in `folder`.

        Raises:
            SnapshotError: the folder has no index, or one of another version.
        """
        target = folder / schema.FOLDER
        index = schema.open_index(target)
        about = About.read(target)
        return cls(about, index.searcher(), index.schema, Vocabulary(about.names))

    def search(self, query: Query) -> Results:
        """The answer to a question."""
        parts = parse(query.text, self.vocabulary)
        if not parts:
            return self._without_words(query)
        results = self._with_words(query, parts[:MAX_PARTS])
        if len(parts) <= MAX_PARTS:
            return results
        return replace(results, notes=(T("Only the first {count} words were searched.", count=MAX_PARTS),))

    def _with_words(self, query: Query, parts: Sequence[Part]) -> Results:
        question = self._question(parts)
        results = self._results(query, question, question.all_parts())
        return results if results.total >= LITTLE else self._with_help(query, question, results)

    def _without_words(self, query: Query) -> Results:
        """Everything the filters let through; nothing when something was typed that has no letter or digit."""
        question = self._question([])
        if not query.text.strip():
            return self._results(query, question, tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0))
        note = T("“{typed}” has no letter or digit to search for.", typed=query.text.strip())
        return replace(self._results(query, question, tantivy.Query.empty_query()), notes=(note,))

    def _with_help(self, query: Query, question: Question, results: Results) -> Results:
        """Little or nothing was found: correct typing errors; when still no licence has all words, take most."""
        alone = self._count(question.all_parts()) if _filtered(query) else results.total
        results = replace(results, without_filters=alone if _filtered(query) and not results.total else None)
        if alone >= LITTLE or (alone and question.names_exactly()):
            return results
        parts = corrected(question, found=alone)
        if any(part.correction for part in parts):
            better = self._question(parts)
            better_asked = better.all_parts()
            better_alone = self._count(better_asked)
            if better_alone > alone:
                return self._results(query, better, better_asked, alone=better_alone)
        return results if alone else self._with_most_words(query, parts)

    def _with_most_words(self, query: Query, parts: Sequence[Part]) -> Results:
        """The licences that have most of the words, at least half of them."""
        question = self._question(loosened(parts))
        count = len(question.parts)
        for at_least in range(count - 1, max(count // 2, 1) - 1, -1):
            asked = question.some_parts(at_least)
            alone = self._count(asked)
            if alone:
                return replace(self._results(query, question, asked, alone=alone), words=at_least)
        return self._results(query, question, tantivy.Query.empty_query(), alone=0)

    def _question(self, parts: Sequence[Part]) -> Question:
        return Question(parts, Lexicon(self.searcher, self.fields), self.vocabulary)

    def _results(self, query: Query, question: Question, asked: tantivy.Query, *, alone: int | None = None) -> Results:
        filtered = self._filter(query, asked, nearly_all=not question.parts)
        total, facets = self._counts(query, filtered)
        found = (
            self.searcher.search(filtered, query.limit, count=False, offset=query.offset).hits if query.limit else []
        )
        return Results(
            total=total,
            hits=tuple(self._hit(address, score, query, question) for score, address in found),
            on=query.on or self.about.day,
            facets=facets,
            corrected={part.text: part.correction[0] for part in question.parts if part.correction},
            words=len(question.parts),
            words_typed=len(question.parts),
            without_filters=alone if not total and _filtered(query) else None,
        )

    def _hit(self, address: tantivy.DocAddress, score: float, query: Query, question: Question) -> Hit:
        card = Card.read(self.searcher.doc(address)[schema.CARD][0])
        period = card.period(query.on or self.about.day)
        why, models = explain(card, question.ways)
        return Hit(
            licence_id=card.licence_id,
            number=card.number,
            brand=card.brand,
            name=card.name,
            holder=card.holder,
            models=models,
            models_total=len(card.models),
            category=card.category,
            programme=card.programme,
            register=card.register,
            economy=card.economy,
            status=period.status if period else None,
            status_from=period.start if period else None,
            status_until=period.end if period else None,
            status_reason=period.reason if period else None,
            valid_from=card.valid_from,
            valid_until=card.valid_until,
            score=round(score, 3),
            explanation=why,
        )

    def _counts(self, query: Query, filtered: tantivy.Query) -> tuple[int, dict[str, dict[str, int]]]:
        """How many licences pass, and how many of each key of each facet."""
        stored = [name for name in query.facets if name != "status" or query.on is None]
        if not stored:
            total = self._count(filtered)
            facets: dict[str, dict[str, int]] = {}
        else:
            answer: dict[str, Any] = self.searcher.aggregate(
                filtered, {name: {"terms": {"field": name, "size": _ALL_KEYS}} for name in stored}
            )
            facets = {name: {b["key"]: b["doc_count"] for b in answer[name]["buckets"]} for name in stored}
            total = sum(facets[stored[0]].values())
        if "status" in query.facets and query.on is not None:
            facets["status"] = self._statuses(query, filtered, total)
        return total, {name: facets[name] for name in query.facets}

    def _statuses(self, query: Query, filtered: tantivy.Query, total: int) -> dict[str, int]:
        """How many licences had which status on the day asked."""
        if query.status != ANY:
            return {query.status or Status.ACTIVE.value: total} if total else {}
        counts = {status.value: self._count(self._having(filtered, status, query)) for status in Status}
        counts[UNKNOWN] = total - sum(counts.values())
        return {status: count for status, count in counts.items() if count}

    def _count(self, asked: tantivy.Query) -> int:
        """How many licences meet `asked`."""
        return int(self.searcher.search(asked, 1).count)  # type: ignore[attr-defined]  # the engine's stub leaves it out

    def _filter(self, query: Query, asked: tantivy.Query, *, nearly_all: bool) -> tantivy.Query:
        """What meets `asked` and passes all filters."""
        named = {name: getattr(query, name) for name in schema.FILTERS if name != "status"}
        asked = _both(asked, *(self._term(name, value) for name, value in named.items() if value))
        status = query.status or (Status.ACTIVE.value if query.on else ANY)
        return asked if status == ANY else self._having(asked, status, query, nearly_all=nearly_all)

    def _having(self, asked: tantivy.Query, status: str, query: Query, *, nearly_all: bool = False) -> tantivy.Query:
        """What meets `asked` and had a status on the day asked."""
        if query.on is None or query.on == self.about.day:
            return _both(asked, self._term("status", status))
        ways = periods.had(self.searcher, self.fields, status, query.on, nearly_all=nearly_all)
        passed = [_both(asked, *filters) for filters in ways]
        return passed[0] if len(passed) == 1 else tantivy.Query.boolean_query([(Occur.Should, way) for way in passed])

    def _term(self, field: str, value: str) -> tantivy.Query:
        return tantivy.Query.term_query(self.fields, field, value, "basic")


def _filtered(query: Query) -> bool:
    return any((query.on, query.category, query.programme, query.register, query.economy, query.status))


def _both(asked: tantivy.Query, *filters: tantivy.Query) -> tantivy.Query:
    """What passes all filters; they count nothing."""
    if not filters:
        return asked
    silent = [(Occur.Must, tantivy.Query.const_score_query(query, 0.0)) for query in filters]
    return tantivy.Query.boolean_query([(Occur.Must, asked), *silent])
