"""An open search index, and the way from a question to its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from tantivy import Searcher

from tenring.language import T
from tenring.model.licence import Status
from tenring.register.search import periods, schema
from tenring.register.search.about import About
from tenring.register.search.answer import ANY, UNKNOWN, Hit, Query, Results
from tenring.register.search.card import Card
from tenring.register.search.correct import LITTLE, corrected
from tenring.register.search.counting import Many
from tenring.register.search.explain import Explainer
from tenring.register.search.facets import Counts, Facets
from tenring.register.search.few import Few
from tenring.register.search.meeting import Meeting
from tenring.register.search.queries import passing
from tenring.register.search.question import MAX_PARTS, Lexicon, Part, Question, loosened, parse
from tenring.register.search.ranking import Ranking
from tenring.register.search.sets import Sets
from tenring.register.search.vocabulary import Vocabulary

#: Models that a hit names whether they matched or not.
_LISTED = 2


@dataclass(frozen=True)
class Asked:
    """The licences that meet so many parts of a question, as the engine is asked for them.

    It is asked only when what is written down beside it does not tell: the queries are made when they are needed.
    """

    meeting: Meeting
    at_least: int
    is_nothing: bool = False
    """Whether no licence is meant, as something was typed that cannot be searched."""

    @property
    def question(self) -> Question:
        """What was typed."""
        return self.meeting.question

    @cached_property
    def scored(self) -> tantivy.Query:
        """With what each licence scores."""
        if self.is_nothing:
            return tantivy.Query.empty_query()
        if not self.question.parts:
            return tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
        return self.question.all_parts() if self._is_all else self.question.some_parts(self.at_least)

    @cached_property
    def matching(self) -> tantivy.Query:
        """In the form that counts fastest."""
        is_all = self.question.parts and self._is_all and not self.is_nothing
        return self.question.meeting_all() if is_all else self.scored

    @property
    def _is_all(self) -> bool:
        return self.at_least == len(self.question.parts)


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
    sets: Sets

    @classmethod
    def open(cls, folder: Path) -> SearchIndex:
        """Open the index of the snapshot in `folder`.

        Raises:
            SnapshotError: the folder has no index, or one of another version.
        """
        target = folder / schema.FOLDER
        index = schema.open_index(target)
        about = About.read(target)
        searcher = index.searcher()
        sets = Sets.open(target, about, searcher)
        return cls(about, searcher, index.schema, Vocabulary(about.names), sets)

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
        asked = self._asked(parts)
        known = self._known(query, asked)
        results = self._results(query, asked, known)
        return results if results.total >= LITTLE else self._with_help(query, asked, known, results)

    def _without_words(self, query: Query) -> Results:
        """Everything the filters let through; nothing when something was typed that has no letter or digit."""
        asked = self._asked([])
        if not query.text.strip():
            return self._results(query, asked, self._known(query, asked))
        note = T("“{typed}” has no letter or digit to search for.", typed=query.text.strip())
        return replace(self._results(query, replace(asked, is_nothing=True), None), notes=(note,))

    def _with_help(self, query: Query, asked: Asked, known: Many | Few | None, results: Results) -> Results:
        """Little or nothing was found: correct typing errors; when still no licence has all words, take most."""
        alone = self._alone(asked, known) if _filtered(query) else results.total
        results = replace(results, without_filters=alone if _filtered(query) and not results.total else None)
        if alone >= LITTLE or (alone and asked.question.names_exactly()):
            return results
        parts = corrected(asked.question, found=alone)
        if any(part.correction for part in parts):
            better = self._asked(parts)
            better_known = self._known(query, better)
            better_alone = self._alone(better, better_known)
            if better_alone > alone:
                return self._results(query, better, better_known, alone=better_alone)
        return results if alone else self._with_most_words(query, parts)

    def _with_most_words(self, query: Query, parts: Sequence[Part]) -> Results:
        """The licences that have most of the words, at least half of them."""
        asked = self._asked(loosened(parts))
        count = asked.at_least
        for at_least in range(count - 1, max(count // 2, 1) - 1, -1):
            some = replace(asked, at_least=at_least)
            known = self._known(query, some)
            alone = self._alone(some, known)
            if alone:
                return replace(self._results(query, some, known, alone=alone), words=at_least)
        return self._results(query, replace(asked, is_nothing=True), None, alone=0)

    def _asked(self, parts: Sequence[Part]) -> Asked:
        """The licences that meet all parts."""
        return Asked(Meeting(self.sets, Question(parts, self.lexicon, self.vocabulary)), len(parts))

    def _known(self, query: Query, asked: Asked) -> Many | Few | None:
        """The hits, if they are few enough to be looked up or many enough for sets of bits; else the engine's."""
        few = None
        if asked.question.parts:
            few = Few.of(asked.meeting, query, asked.at_least, lambda: asked.scored)
        return few or Many.of(asked.meeting, query, asked.at_least)

    def _alone(self, asked: Asked, known: Many | Few | None) -> int:
        """How many licences are meant, whatever the filters."""
        known = known or self._known(Query(), asked)
        return known.alone if known is not None else self.sets.count(asked.matching)

    @cached_property
    def lexicon(self) -> Lexicon:
        """The terms of the index."""
        return Lexicon(self.searcher, self.fields)

    def _results(self, query: Query, asked: Asked, known: Many | Few | None, *, alone: int | None = None) -> Results:
        question = asked.question
        filters = () if known is not None else self._filters(query)
        total, facets = self._counts(query, asked, filters, known)
        found = self._best(query, question, [passing(asked.scored, ways) for ways in filters], total, known)
        explainer = Explainer([way for way in question.ways if way.most != 0])
        return Results(
            total=total,
            hits=tuple(self._hit(address, score, query, explainer) for score, address in found),
            on=query.on or self.about.day,
            facets=facets,
            corrected={part.text: part.correction[0] for part in question.parts if part.correction},
            words=len(question.parts),
            words_typed=len(question.parts),
            without_filters=alone if not total and _filtered(query) else None,
        )

    def _best(
        self, query: Query, question: Question, scored: Sequence[tantivy.Query], total: int, known: Many | Few | None
    ) -> Sequence[tuple[float, tantivy.DocAddress]]:
        """The page asked for, best first, equals in the order of ranks."""
        last = min(query.offset + query.limit, total)
        if last <= query.offset:
            return ()
        if known is not None:
            return known.best(last)[query.offset :]
        ranking = Ranking(self.searcher, self.fields, self.about.bands, question)
        active = query.on if (query.status or Status.ACTIVE) == Status.ACTIVE else None
        return ranking.best(scored, last, of=total, active=active)[query.offset :]

    def _hit(self, address: tantivy.DocAddress, score: float, query: Query, explainer: Explainer) -> Hit:
        card = Card.read(self.searcher.doc(address)[schema.CARD][0])
        period = card.period(query.on or self.about.day)
        why, models = explainer.explain(card)
        return Hit(
            licence_id=card.licence_id,
            number=card.number,
            brand=card.brand,
            name=card.name,
            holder=card.holder,
            models=models,
            models_total=len(card.models),
            listed=card.models[:_LISTED],
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

    def _counts(
        self,
        query: Query,
        asked: Asked,
        filters: Sequence[Sequence[tantivy.Query]],
        known: Many | Few | None,
    ) -> tuple[int, dict[str, dict[str, int]]]:
        """How many licences pass, and how many of each key of each facet."""
        groups = known.groups if known is not None else self._engine_groups(asked.matching, filters)
        total = int(groups.sum())
        facets = self.facets.of(groups)
        if "status" in query.facets:
            facets["status"] = self._statuses(query, asked, filters, total, known)
        return total, {name: facets[name] for name in query.facets}

    def _engine_groups(self, matching: tantivy.Query, filters: Sequence[Sequence[tantivy.Query]]) -> Counts:
        """How many licences of each group the engine finds."""
        groups = np.zeros(len(self.about.groups), dtype=np.int64)
        for ways in filters:
            counted = self._counted(passing(matching, ways), schema.GROUP, len(self.about.groups))
            np.add.at(groups, [int(number) for number in counted], list(counted.values()))
        return groups

    @cached_property
    def facets(self) -> Facets:
        """What the groups of the index stand for."""
        return Facets(self.about.groups)

    def _counted(self, asked: tantivy.Query, field: str, most: int) -> dict[str, int]:
        """How many licences that meet `asked` have which term of a field; `most`: so many terms it has at most."""
        if not most:
            return {}
        counted = {"terms": {"field": field, "size": most, "segment_size": most}}
        answer: dict[str, Any] = self.searcher.aggregate(asked, {"counted": counted})
        return {bucket["key"]: bucket["doc_count"] for bucket in answer["counted"]["buckets"]}

    def _statuses(
        self,
        query: Query,
        asked: Asked,
        filters: Sequence[Sequence[tantivy.Query]],
        total: int,
        known: Many | Few | None,
    ) -> dict[str, int]:
        """How many licences had which status on the day asked, or on the snapshot's."""
        if query.on is not None and query.status != ANY:
            return {query.status or Status.ACTIVE.value: total} if total else {}
        if known is not None:
            return known.statuses()
        if query.on is None:
            (ways,) = filters
            return self._counted(passing(asked.matching, ways), "status", len(Status) + 1)
        counts = {}
        for status in Status:
            of_status = self._filters(replace(query, status=status.value))
            counts[status.value] = sum(self.sets.count(passing(asked.matching, ways)) for ways in of_status)
        counts[UNKNOWN] = total - sum(counts.values())
        return {status: count for status, count in counts.items() if count}

    def _filters(self, query: Query) -> Sequence[Sequence[tantivy.Query]]:
        """The filters: a licence passes when it passes all of exactly one of the lists, of which no two share any."""
        named = {name: getattr(query, name) for name in schema.FILTERS if name != "status"}
        always = [self._term(name, value) for name, value in named.items() if value]
        status = query.status or (Status.ACTIVE.value if query.on else ANY)
        if status == ANY:
            return [always]
        if query.on is None or query.on == self.about.day:
            return [[*always, self._term("status", status)]]
        ways = periods.had(self.searcher, self.fields, status, query.on, self.about.window)
        return [[*always, *way] for way in ways]

    def _term(self, field: str, value: str) -> tantivy.Query:
        return tantivy.Query.term_query(self.fields, field, value, "basic")


def _filtered(query: Query) -> bool:
    return any((query.on, query.category, query.programme, query.register, query.economy, query.status))
