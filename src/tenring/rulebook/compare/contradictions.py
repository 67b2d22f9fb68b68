"""Clauses that no product can pass, and alternatives that never count: shown by the solver, for `criteria check`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tenring.catalogue.properties import Properties
from tenring.rulebook.compare.encode import Asked, Encoder
from tenring.rulebook.compare.logic import Bool, opposite
from tenring.rulebook.compare.measurands import Side
from tenring.rulebook.compare.relation import Worlds
from tenring.rulebook.expressions import AnyOf, walk
from tenring.rulebook.revision import Clause


@dataclass(frozen=True)
class Contradiction:
    """A clause that cannot be met (`with_clauses` empty), only not together with others, or has a dead alternative."""

    clause: Clause
    with_clauses: tuple[str, ...] = ()
    alternative: int | None = None
    """Which alternative never counts, from 1."""


def contradictions(side: Side, properties: Properties) -> Iterator[Contradiction]:
    """What the solver finds wrong with a revision on a day."""
    worlds = Worlds((side,), properties)
    possible = []
    for clause in side.revision.clauses:
        asked = worlds.asked(side, clause)
        if _can_be_met(worlds, asked):
            possible.append(clause)
            yield from _dead(worlds, side, clause)
        else:
            yield Contradiction(clause)
    yield from _together(worlds, side, possible)


def _can_be_met(worlds: Worlds, asked: Asked) -> bool:
    """Whether a product may pass while the clause applies; a clause that applies to none is no contradiction."""
    if not worlds.together(asked.applies.possible):
        return True
    return worlds.together(asked.applies.possible, asked.passes.possible)


def _together(worlds: Worlds, side: Side, clauses: list[Clause]) -> Iterator[Contradiction]:
    """The mandatory clauses that rule each other out, the smallest such group that the solver names."""
    needed = [clause for clause in clauses if clause.role == "mandatory"]
    claims = {clause.id: worlds.asked(side, clause).passes.possible for clause in needed}
    if worlds.together(*claims.values()):
        return
    names = worlds.solver.reasons(claims) or tuple(claims)
    first = next(clause for clause in needed if clause.id == names[0])
    yield Contradiction(first, with_clauses=names[1:])


def _dead(worlds: Worlds, side: Side, clause: Clause) -> Iterator[Contradiction]:
    """Alternatives that no product can take, or that say no more than those before them.

    An alternative that every complete evidence meets only asks for a value to be stated; what stands behind it is left.
    """
    encoder = Encoder(worlds.world, side.id)
    for group in (node for node in walk(clause.requires) if isinstance(node, AnyOf)):
        before: list[Bool] = []
        for number, alternative in enumerate(group.conditions, 1):
            holding = encoder.condition(alternative)
            if not worlds.together(holding.possible, *(opposite(one) for one in before)):
                yield Contradiction(clause, alternative=number)
            if not worlds.together(opposite(holding.sure)):
                break
            before.append(holding.sure)
