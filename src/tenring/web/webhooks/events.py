"""What endpoints can ask for: kinds of events, and of which licences."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.http import QueryDict

from tenring.exceptions import UnusableInputError
from tenring.language import N, T
from tenring.model.text import model_key
from tenring.register.changes import Change
from tenring.register.search import ANY, Query, SearchIndex
from tenring.web.register.asked import Asked

#: Licences that a saved search may find: what finds more is a filter by category or programme, not a search.
MOST_FOUND = 10_000
#: Values of one filter.
MOST_VALUES = 200
_PAGE = 1_000


class EventType(StrEnum):
    """A kind of event."""

    STATUS_CHANGED = "licence.status_changed"
    PUBLISHED = "register.published"
    JOB_FINISHED = "job.finished"
    PING = "webhook.ping"
    """A test; every endpoint gets it when asked, nobody subscribes to it."""


#: What can be subscribed to, in words.
OFFERED = {
    EventType.STATUS_CHANGED: N("the status of a licence changed"),
    EventType.PUBLISHED: N("a new snapshot of the registers was published"),
    EventType.JOB_FINISHED: N("a screening of yours is done, or failed"),
}


@dataclass(frozen=True)
class Filters:
    """Of which licences: each part that is given must fit; of several values in a part, one. Nothing given: of all.

    `holder`: a part of the holder's name. `search`: the address of a search (what stands behind `?`); its status and
    day do not count, because a licence whose status changes would leave the search with the change.
    """

    programmes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    economies: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    holder: str = ""
    search: str = ""

    @classmethod
    def of(cls, written: dict[str, Any]) -> Filters:
        """As they are kept."""
        known = {one.name for one in fields(cls)}
        kept: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in written.items() if name in known
        }
        return cls(**kept)

    def written(self) -> dict[str, Any]:
        """To keep: only what is given."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value}

    @cached_property
    def _numbers(self) -> frozenset[str]:
        return frozenset(map(model_key, self.numbers))

    def fit(self, change: Change) -> bool:
        """Whether a change is one of those, as far as that can be said without a search."""
        return (
            (not self.programmes or change.programme in self.programmes)
            and (not self.categories or change.category in self.categories)
            and (not self.economies or change.economy in self.economies)
            and (not self.numbers or model_key(change.number) in self._numbers)
            and (not self.holder or _plain(self.holder) in _plain(change.holder or ""))
        )

    def found(self, index: SearchIndex) -> frozenset[str] | None:
        """The licences that the saved search finds; None: no search is given.

        Raises:
            UnusableInputError: it is no search, or asks for what was measured.
        """
        if not self.search:
            return None
        query = self.query()
        ids: list[str] = []
        while len(ids) < MOST_FOUND:
            hits = index.search(replace(query, limit=_PAGE, offset=len(ids))).hits
            ids += [hit.licence_id for hit in hits]
            if len(hits) < _PAGE:
                break
        return frozenset(ids)

    def query(self) -> Query:
        """The saved search, without its status and day.

        Raises:
            UnusableInputError: it is none, or asks for what was measured.
        """
        asked = Asked.of(QueryDict(self.search.rpartition("?")[2]))
        if asked.ranges:
            what = T("a search with ranges of what was measured cannot be followed")
            raise UnusableInputError(what, do=T("Remove the ranges"))
        query = Asked(asked.text, asked.category, asked.programme, asked.economy).query(limit=1)
        return replace(query, status=ANY, facets=())


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
