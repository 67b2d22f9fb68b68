"""More than two documents: what they have in common, and the way through them with the fewest extra tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import permutations

from tenring.rulebook.compare import logic
from tenring.rulebook.compare.measurands import Side
from tenring.rulebook.compare.relation import UNSURE, Worlds
from tenring.rulebook.compare.revisions import side_of
from tenring.rulebook.compare.wholes import Following, whole_direction
from tenring.rulebook.expressions import All, AnyOf, Condition, Given, quantities
from tenring.rulebook.library import Library
from tenring.rulebook.revision import Revision

#: Alternatives of one clause that are looked at; a clause with more is taken to need all that it names.
MOST_WAYS = 64
Ways = frozenset[frozenset[str]]


@dataclass(frozen=True)
class CoreClause:
    """A clause that every other document implies as a whole, and by which of their clauses."""

    revision: str
    clause: str
    by: tuple[tuple[str, tuple[str, ...]], ...]
    sure: bool


@dataclass(frozen=True)
class Core:
    """What several documents have in common."""

    revisions: tuple[str, ...]
    clauses: tuple[CoreClause, ...]
    """Requirements that whoever meets any of the documents has met."""
    measurands: tuple[str, ...]
    """What all of them set limits for, whatever the limits: one test serves all."""


@dataclass(frozen=True)
class Step:
    """The next document on a way, and what has to be tested or declared for it that was not before."""

    revision: str
    tests: tuple[str, ...]


def common_core(revisions: tuple[Revision, ...], on: date, library: Library) -> Core:
    """The clauses that follow from each of the documents, and the measurands that all look at."""
    sides = _sides(revisions, on, library)
    worlds = Worlds(sides, library.properties)
    asked = [_measured(worlds, side) for side in sides]
    shared = tuple(name for name in asked[0] if all(name in names for names in asked[1:]))
    return Core(tuple(side.id for side in sides), tuple(_core_clauses(sides, library)), shared)


def _sides(revisions: tuple[Revision, ...], on: date, library: Library) -> tuple[Side, ...]:
    """Each revision once, as it stands on the day."""
    return tuple({one.id: side_of(one, on, library) for one in revisions}.values())


def _measured(worlds: Worlds, side: Side) -> dict[str, None]:
    return {
        worlds.measurands.group(side.id, quantity).name: None
        for clause in side.revision.clauses
        if clause.role == "mandatory"
        for quantity in quantities(clause.requires)
    }


def _core_clauses(sides: tuple[Side, ...], library: Library) -> list[CoreClause]:
    follows: dict[tuple[str, str], dict[str, Following]] = {}
    for one, other in permutations(sides, 2):
        for found in whole_direction(Worlds((one, other), library.properties), one, other).follows:
            follows.setdefault((other.id, found.clause), {})[one.id] = found
    return [
        CoreClause(
            revision,
            clause,
            tuple((name, found.by) for name, found in by.items()),
            sure=not any(basis.kind in UNSURE for found in by.values() for basis in found.basis),
        )
        for (revision, clause), by in follows.items()
        if len(by) == len(sides) - 1
    ]


def path(held: Revision, wanted: tuple[Revision, ...], on: date, library: Library) -> tuple[Step, ...]:
    """From a licence under `held` to all others, each time to the one that needs the fewest further tests.

    A test is one measurand: whoever knows it, knows it for every document. Of alternatives in a clause those are taken
    that need the fewest tests altogether. Clauses that follow from `held` need none, gates are taken to be open.
    """
    sides = _sides((held, *wanted), on, library)
    worlds = Worlds(sides, library.properties)
    known = frozenset(_measured(worlds, sides[0]))
    left = {side.id: _asked(worlds, sides[0], side) for side in sides[1:]}
    steps = []
    while left:
        fewest = {name: logic.fewest(ways, known) for name, ways in left.items()}
        name = min(fewest, key=lambda one: (len(fewest[one]), one))
        steps.append(Step(name, fewest[name]))
        known |= frozenset(fewest[name])
        del left[name]
    return tuple(steps)


def _asked(worlds: Worlds, held: Side, side: Side) -> list[Ways]:
    """For each clause that does not follow from what is held: the sets of measurands that can show it."""
    follows = {one.clause for one in whole_direction(worlds, held, side).follows}
    return [
        _ways(clause.requires, worlds, side)
        for clause in side.revision.clauses
        if clause.role == "mandatory" and clause.id not in follows
    ]


def _ways(condition: Condition, worlds: Worlds, side: Side) -> Ways:
    names = frozenset(worlds.measurands.group(side.id, one).name for one in quantities(condition))
    found = _alternatives(condition, worlds, side)
    return found if len(found) <= MOST_WAYS else frozenset({names})


def _alternatives(condition: Condition, worlds: Worlds, side: Side) -> Ways:
    match condition:
        case Given(inner):
            return _alternatives(inner, worlds, side)
        case AnyOf(conditions):
            return frozenset(way for one in conditions for way in _ways(one, worlds, side))
        case All(conditions):
            found: Ways = frozenset({frozenset()})
            for one in conditions:
                found = frozenset(a | b for a in found for b in _ways(one, worlds, side))
                if len(found) > MOST_WAYS:
                    return found
            return found
        case _:
            return frozenset({frozenset(worlds.measurands.group(side.id, one).name for one in quantities(condition))})
