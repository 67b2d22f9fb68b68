"""Recognition, neutral to any format: who recognised whom, to do what, for what, from when until when, and why.

An entity is recognised when a chain of such statements leads from it to the root, each covering the scheme and the
category on the date asked. A chain has at most `MOST_LINKS` links: root → network → programme → delegated body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from tenring.language import T, current, in_language
from tenring.proof.answers import Check, Finding, Outcome
from tenring.proof.moment import moment

#: root → network → programme → delegated body.
MOST_LINKS: Final = 3
#: Answers that are kept.
_KEPT: Final = 4096
#: Written where a recognition is for every scheme, or every category. It is never a default.
EVERY: Final = "*"
#: What the identifiers of programmes and categories begin with when their publisher has no address of their own.
PROGRAMME_URN: Final = "urn:tenring:programme/"
CATEGORY_URN: Final = "urn:tenring:category/"


class Action(StrEnum):
    """What an entity is recognised to do. Words of a list that are not among these give no right at all."""

    ISSUE = "issue"
    RECOGNISE = "recognize"
    """Recognise others, for no more than it is recognised for itself (spelt as the W3C draft spells)."""


@dataclass(frozen=True)
class Scope:
    """For which schemes and categories: names of each, or `EVERY`. An empty set is for none."""

    schemes: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()

    def covers(self, scheme: str, category: str) -> bool:
        """Whether it holds for this scheme and this category."""
        return self.covers_scheme(scheme) and _has(self.categories, category_name(category))

    def covers_scheme(self, scheme: str) -> bool:
        """Whether it holds for this scheme, for some category."""
        return _has(self.schemes, scheme_name(scheme)) and bool(self.categories)

    def within(self, other: Scope) -> bool:
        """Whether all that it holds for is held for by `other`, too."""
        return _within(self.schemes, other.schemes) and _within(self.categories, other.categories)


def scheme_name(scheme: str) -> str:
    """The same scheme has one name here: a programme's id stands for its URN."""
    return scheme.removeprefix(PROGRAMME_URN)


def category_name(category: str) -> str:
    """The same category has one name here: its id stands for its URN."""
    return category.removeprefix(CATEGORY_URN)


def scope(schemes: Iterator[str] | list[str] | tuple[str, ...], categories: list[str] | tuple[str, ...]) -> Scope:
    """A scope from names as people and documents write them."""
    return Scope(frozenset(map(scheme_name, schemes)), frozenset(map(category_name, categories)))


def _has(names: frozenset[str], name: str) -> bool:
    return EVERY in names or name in names


def _within(names: frozenset[str], others: frozenset[str]) -> bool:
    return EVERY in others or names <= others


@dataclass(frozen=True)
class PostalAddress:
    """Where an entity is reached by post; `country` is an ISO 3166-1 code."""

    street: str
    country: str
    locality: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True)
class Entity:
    """Somebody in the network, by their DID."""

    did: str
    names: Mapping[str, str] = field(default_factory=dict)
    legal_name: str | None = None
    programme: str | None = None
    """Id of its programme in the catalogue."""
    website: str | None = None
    address: PostalAddress | None = None
    electronic: str | None = None
    """`mailto:` or https address under which it answers."""
    list_address: str | None = None
    """Where it publishes whom it recognises; None: it recognises nobody."""
    anchor: str | None = None
    """Where its Digital Identity Anchor is published."""
    status_lists: tuple[str, ...] = ()
    """Where it publishes the statuses of its certificates: a bundle takes them along."""

    @property
    def name(self) -> str:
        """Its name in the reader's language; its DID where it has none."""
        return in_language(dict(self.names)) or self.legal_name or self.did


@dataclass(frozen=True)
class Recognition:
    """One statement: `by` recognises `entity` to do `action` for `scope`, on the days from `since` to `until`."""

    entity: str
    by: str
    action: Action
    scope: Scope
    since: date
    until: date | None = None
    """The last day; None: it has not ended."""
    why: str = ""

    def holds(self, on: date) -> bool:
        """Whether it holds on this day."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True)
class Gap:
    """A list that should be there and cannot be relied on: nothing is known of whom it recognises."""

    publisher: str
    code: str
    reason: str


@dataclass(frozen=True)
class RecognitionAnswer:
    """Whether an issuer is recognised for a scheme and a category on one date, and how that is known."""

    outcome: Outcome
    on: date
    code: str
    reason: str
    chain: tuple[Recognition, ...] = ()
    """From the issuer up to the root; empty unless recognised."""
    as_of: datetime | None = None
    """When the list that it rests on was got."""

    @cached_property
    def finding(self) -> Finding:
        """The answer as that of a verification."""
        return Finding(Check.RECOGNITION, self.outcome, self.reason, self.code)


@dataclass(frozen=True)
class TrustModel:
    """All that is known of who recognises whom under one root."""

    root: str
    """DID under which the root list is issued."""
    entities: Mapping[str, Entity]
    recognitions: tuple[Recognition, ...]
    gaps: tuple[Gap, ...] = ()
    as_of: datetime | None = None
    fresh_until: datetime | None = None
    """Until when all the lists may be relied on; None: as long as one likes (a record of one's own)."""
    _asked: dict[tuple[object, ...], RecognitionAnswer] = field(default_factory=dict, repr=False, compare=False)
    """Questions and their answers, each in the language of its reason: a feed asks few, again and again."""

    def recognised(
        self, issuer: str, scheme: str | None, category: str | None, on: date, *, at: datetime | None = None
    ) -> RecognitionAnswer:
        """Whether `issuer` may issue certificates of `scheme` for `category`, on this date.

        `at` is the moment of asking, for a model that is kept longer than a moment.

        Whether it might at issue and whether it may on the date asked are two questions: ask twice. Missing or stale
        lists, and certificates that do not name scheme and category, are `UNKNOWN` where a list could say yes.
        """
        if at is not None and self.fresh_until is not None and at > self.fresh_until and not self._root_gap:
            reason = T("the trust list could be relied on until {day}", day=moment(self.fresh_until))
            return self._answer(Outcome.UNKNOWN, on, "trust_list_stale", reason)
        question = (issuer, scheme, category, on, current())
        known = self._asked.get(question)
        if known is None:
            if len(self._asked) >= _KEPT:
                self._asked.clear()
            known = self._asked[question] = self._recognised(issuer, scheme, category, on)
        return known

    def _recognised(self, issuer: str, scheme: str | None, category: str | None, on: date) -> RecognitionAnswer:
        if self._root_gap is not None:
            return self._answer(Outcome.UNKNOWN, on, self._root_gap.code, self._root_gap.reason)
        if scheme is None or category is None:
            return self._unnamed(issuer, on)
        chain = self._chain(issuer, Action.ISSUE, (scheme, category), on)
        if chain:
            reason = T(
                "{name} is recognised for {category} of {scheme} on {on}",
                name=self.name(issuer), category=category_name(category), scheme=scheme_name(scheme), on=on,
            )  # fmt: skip
            return self._answer(Outcome.PASSED, on, "recognised", reason, chain)
        if gap := self._gap(scheme, category, on):
            return self._answer(Outcome.UNKNOWN, on, gap.code, gap.reason)
        return self._refused(issuer, scheme, category, on)

    @cached_property
    def _root_gap(self) -> Gap | None:
        return next((gap for gap in self.gaps if gap.publisher == self.root), None)

    def name(self, did: str) -> str:
        """The name of an entity; its DID where it is not known."""
        return self.entities[did].name if did in self.entities else did

    def history(self, did: str) -> tuple[Recognition, ...]:
        """All that was ever stated about an entity, oldest first."""
        return tuple(sorted(self._of.get(did, ()), key=lambda one: (one.since, one.action, one.by)))

    @cached_property
    def _of(self) -> dict[str, list[Recognition]]:
        found: dict[str, list[Recognition]] = {}
        for recognition in self.recognitions:
            found.setdefault(recognition.entity, []).append(recognition)
        return found

    def _chain(self, did: str, action: Action, asked: tuple[str, str], on: date) -> tuple[Recognition, ...]:
        """The shortest chain from `did` to the root that holds for what is asked; empty: there is none."""
        paths: list[tuple[Recognition, ...]] = [()]
        for _ in range(MOST_LINKS):
            longer: list[tuple[Recognition, ...]] = []
            for path in paths:
                wanted = Action.RECOGNISE if path else action
                seen = {did, *(link.by for link in path)}
                for link in self._of.get(path[-1].by if path else did, ()):
                    if link.action is not wanted or not link.holds(on) or not link.scope.covers(*asked):
                        continue
                    if link.by == self.root:
                        return (*path, link)
                    if link.by not in seen:
                        longer.append((*path, link))
            paths = longer
        return ()

    def _gap(self, scheme: str, category: str, on: date) -> Gap | None:
        """A list that is missing and might have recognised somebody for what is asked."""
        return next((g for g in self.gaps if self._chain(g.publisher, Action.RECOGNISE, (scheme, category), on)), None)

    def _unnamed(self, issuer: str, on: date) -> RecognitionAnswer:
        if not self.gaps and not any(one.action is Action.ISSUE for one in self._of.get(issuer, ())):
            return self._refused(issuer, "", "", on)
        reason = T(
            "the certificate does not name its scheme and category: whether {name} is recognised for them is not known",
            name=self.name(issuer),
        )
        return self._answer(Outcome.UNKNOWN, on, "scope_not_named", reason)

    def _refused(self, issuer: str, scheme: str, category: str, on: date) -> RecognitionAnswer:
        """Why not, as near to the truth as the list allows."""
        stated = [one for one in self._of.get(issuer, ()) if one.action is Action.ISSUE]
        facts = {
            "name": self.name(issuer), "scheme": scheme_name(scheme), "category": category_name(category), "on": on
        }  # fmt: skip
        fitting = [one for one in stated if one.scope.covers(scheme, category)]
        if not stated:
            code, reason = "not_recognised", T("{name} is not recognised by anybody under the pinned roots", **facts)
        elif not any(one.scope.covers_scheme(scheme) for one in stated):
            code, reason = "other_scheme", T("{name} is not recognised for the scheme {scheme}", **facts)
        elif not fitting:
            code, reason = "other_category", T("{name} is not recognised for {category} of {scheme}", **facts)
        elif any(one.holds(on) for one in fitting):
            code = "chain_broken"
            reason = T("whoever recognised {name} was not recognised to do so for {category} on {on}", **facts)
        elif all(on < one.since for one in fitting):
            first = min(one.since for one in fitting)
            code = "not_yet"
            reason = T("{name} is recognised for {category} only from {first} on, not on {on}", first=first, **facts)
        else:
            code, reason = "no_longer", T("{name} was not recognised for {category} on {on}", **facts)
            ended = [one.until for one in fitting if one.until is not None and one.until < on]
            if ended:
                last = max(ended)
                reason = T("{name} was recognised for {category} until {last}, not on {on}", last=last, **facts)
        return self._answer(Outcome.FAILED, on, code, reason)

    def _answer(
        self, outcome: Outcome, on: date, code: str, reason: str, chain: tuple[Recognition, ...] = ()
    ) -> RecognitionAnswer:
        return RecognitionAnswer(outcome, on, code, reason, chain, self.as_of)
