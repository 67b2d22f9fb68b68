"""Questions that find few licences: the engine names them all once, what the filters let through is looked up.

Asking the engine to count and to rank, for each way to be active on a day, takes longer than that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import tantivy

from tenring.model.licence import Status
from tenring.register.search.answer import ANY, Query
from tenring.register.search.columns import STATUSES, Ranks
from tenring.register.search.counting import Sets, most_of
from tenring.register.search.facets import Counts
from tenring.register.search.question import Question
from tenring.register.search.ranking import Found


@dataclass(frozen=True)
class Few:
    """The hits of a question that few licences meet.

    `named`: those licences, best first; `ranks`: of each; `passing`: whether the filters let it through.
    """

    sets: Sets
    named: Sequence[Found]
    ranks: Ranks
    passing: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, sets: Sets, question: Question, query: Query, scored: tantivy.Query, at_least: int) -> Few | None:
        """The hits of a question; None when they may be many, or its day or status must be asked of the engine."""
        most = most_of(question, at_least)
        if most is None or most > sets.few or not _is_looked_up(query, sets):
            return None
        named = question.lexicon.searcher.search(scored, max(most, 1), count=False).hits
        ranks = sets.ranks(named)
        return cls(sets, named, ranks, _passing(query, sets, ranks))

    @property
    def total(self) -> int:
        """How many they are."""
        return int(np.count_nonzero(self.passing))

    @property
    def groups(self) -> Counts:
        """How many of them are in each group."""
        return np.bincount(self.sets.columns.groups[self._passed], minlength=len(self.sets.about.groups))

    def statuses(self) -> dict[str, int]:
        """How many of them have which status on the snapshot's day."""
        return dict(Counter(STATUSES[status] for status in self.sets.columns.statuses[self._passed]))

    def best(self, count: int) -> list[Found]:
        """The best of them, equals in the order of ranks."""
        return [self.named[place] for place in np.flatnonzero(self.passing)[:count]]

    @cached_property
    def _passed(self) -> Ranks:
        return self.ranks[self.passing]


def _is_looked_up(query: Query, sets: Sets) -> bool:
    """Whether the columns say who passes the filters."""
    status = query.status or (Status.ACTIVE.value if query.on else ANY)
    if query.on is None or query.on == sets.about.day:
        return status != ANY or query.on is None
    return status == Status.ACTIVE and query.on in sets.about.window


def _passing(query: Query, sets: Sets, ranks: Ranks) -> npt.NDArray[np.bool_]:
    """Which of some licences the filters let through."""
    status = query.status or (Status.ACTIVE.value if query.on else ANY)
    if status == ANY:
        passing = np.ones(len(ranks), dtype=np.bool_)
    elif query.on is None or query.on == sets.about.day:
        passing = sets.columns.statuses[ranks] == STATUSES.index(status)
    else:
        passing = sets.columns.active(ranks, query.on.toordinal() - sets.about.window.first)
    wanted = sets.wanted_groups(query)
    return passing if wanted is None else passing & wanted[sets.columns.groups[ranks]]
