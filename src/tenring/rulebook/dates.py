"""A revision as it stands on a day: dated limits chosen, references to other clauses written out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from typing import Any, TypeVar, cast

from tenring.rulebook.expressions import (
    ALWAYS,
    CONDITIONS,
    NEVER,
    TERMS,
    All,
    AnyOf,
    AtLeast,
    Condition,
    Dated,
    Derogation,
    Meets,
    Row,
    Unread,
    negated,
    walk,
)
from tenring.rulebook.revision import Clause, Revision

Find = Callable[[str, date], Revision | None]
"""The revision of some criteria (`programme/category`) that is in force on a day."""

#: References may lead to references; a circle is cut here.
_DEEPEST = 4
AnyNode = TypeVar("AnyNode")
NODES = (*TERMS, *CONDITIONS)


def taken_on(revision: Revision, on: date, find: Find | None = None) -> Revision:
    """The revision without `Dated` and `Meets`: what judge, SQL and solver work on.

    A clause whose limits all begin later does not apply. A reference that leads nowhere is `Unread`: never a pass.
    """
    taker = _Taker(revision, on, find)
    return replace(revision, clauses=tuple(taker.clause(clause) for clause in revision.clauses))


def is_taken(revision: Revision) -> bool:
    """Whether nothing in it depends on a day or on another document any more."""
    nodes = (node for clause in revision.clauses for part in clause.parts for node in walk(part))
    return not any(isinstance(node, Dated | Meets) for node in nodes)


class _Taker:
    """Takes the clauses of one revision on one day."""

    def __init__(self, revision: Revision, on: date, find: Find | None, depth: int = 0) -> None:
        self._revision, self._on, self._find, self._depth = revision, on, find, depth

    def clause(self, clause: Clause) -> Clause:
        later = isinstance(clause.requires, Dated) and clause.requires.since[0][0] > self._on
        return replace(
            clause,
            requires=self.node(clause.requires),
            applies=NEVER if later else self.node(clause.applies),
            waived_by=self.node(clause.waived_by),
            points=self.node(clause.points) if clause.points else None,
            grades=tuple(replace(grade, requires=self.node(grade.requires)) for grade in clause.grades),
        )

    def node(self, node: AnyNode, *, absent: Condition = ALWAYS) -> AnyNode:
        """A node with everything below it taken; `absent` stands for a condition that begins later."""
        if isinstance(node, Dated):
            begun = [one for day, one in node.since if day <= self._on]
            return cast("AnyNode", self.node(begun[-1]) if begun else absent)
        if isinstance(node, Meets):
            return cast("AnyNode", self._meets(node))
        below = NEVER if isinstance(node, AnyOf | AtLeast) else ALWAYS
        changed = {one.name: self._value(getattr(node, one.name), below) for one in fields(cast("Any", node))}
        return cast("AnyNode", replace(cast("Any", node), **changed))

    def _value(self, value: object, absent: Condition) -> object:
        if isinstance(value, tuple):
            return tuple(self._value(one, absent) for one in value)
        if isinstance(value, Row):
            return Row(self.node(value.when, absent=NEVER), self.node(value.then), value.label)
        if isinstance(value, Derogation):
            return Derogation(value.id, value.match, self.node(value.when, absent=NEVER))
        return self.node(value, absent=absent) if isinstance(value, NODES) else value

    def _meets(self, meets: Meets) -> Condition:
        other = self._other(meets)
        name = f"{meets.criteria} {meets.clause or ''}".strip()
        clauses = _named(other, meets.clause) if other else ()
        if other is None or not clauses or self._depth >= _DEEPEST:
            return Unread(name, "unresolved")
        taker = _Taker(other, meets.version or self._on, self._find, self._depth + 1)
        return All(tuple(_as_condition(taker.clause(clause)) for clause in clauses))

    def _other(self, meets: Meets) -> Revision | None:
        day = meets.version or self._on
        if meets.criteria == self._revision.criteria and self._revision.in_force(day):
            return self._revision
        return self._find(meets.criteria, day) if self._find else None


def _named(revision: Revision, name: str | None) -> tuple[Clause, ...]:
    """The clauses meant: one id, all that begin as one ending in `*`, or all mandatory ones."""
    if name is None:
        return tuple(clause for clause in revision.clauses if clause.role == "mandatory")
    if name.endswith("*"):
        return tuple(clause for clause in revision.clauses if clause.id.startswith(name[:-1]))
    return tuple(clause for clause in revision.clauses if clause.id == name)


def _as_condition(clause: Clause) -> Condition:
    """A whole clause as one condition: met, waived, or not applicable."""
    if clause.source.mark == "unverified":
        return Unread(clause.id)
    try:
        off = negated(clause.applies)
    except ValueError:
        off = NEVER
    ways = tuple(one for one in (clause.requires, clause.waived_by, off) if one != NEVER)
    return AnyOf(ways) if len(ways) > 1 else clause.requires
