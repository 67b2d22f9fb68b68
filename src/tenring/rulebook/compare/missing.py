"""What a licence holder of one document still has to show for another: values, lower ones, methods, documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tenring.rulebook.compare.measurands import Group, Side
from tenring.rulebook.compare.relation import Worlds
from tenring.rulebook.compare.witness import Asking
from tenring.rulebook.expressions import Compare, Constant, Quantity, Term, Unread, UnreadNumber, quantities, walk
from tenring.rulebook.revision import Clause, Needed

Need = Literal["value", "limit", "method", "fact", "document", "unread"]
"""`value`: nothing asked for so far says anything about it · `limit`: the value is known, and the limit is stricter or
another · `method`: it is known by a method that does not count here · `fact`: it decides whether the clause applies ·
`document`: the value is enough, another kind of evidence is asked for · `unread`: nobody has read what is asked."""


@dataclass(frozen=True)
class MissingEvidence:
    """One thing to show for one clause."""

    clause: str
    quantity: str | None
    need: Need
    methods: tuple[str, ...] = ()
    documents: tuple[tuple[str, ...], ...] = ()
    """Alternatives, each of kinds of evidence that are all needed; empty: any evidence will do."""
    limit: str | None = None
    group: str | None = None
    """The measurand: one test serves all clauses that ask for it."""


def missing_evidence(
    worlds: Worlds, held: Side, wanted: Side, implied: dict[str, tuple[str, ...]]
) -> tuple[MissingEvidence, ...]:
    """What a product that has `held` lacks for `wanted`.

    Args:
        worlds: both in one world.
        held: the criteria that the product meets.
        wanted: the criteria that it shall meet.
        implied: clauses of `wanted` that follow from `held`, each with the clauses of `held` that make it follow.
    """
    known = _Known(worlds, held)
    found: dict[MissingEvidence, None] = {}
    for clause in wanted.revision.clauses:
        if clause.role not in {"mandatory", "optional"}:
            continue
        asking = Asking(wanted, clause)
        if clause.id in implied:
            by = [one for one in held.revision.clauses if one.id in implied[clause.id]]
            found |= dict.fromkeys(_documents(clause, by))
        else:
            found |= dict.fromkeys(known.lacks(asking))
    return tuple(found)


def _documents(clause: Clause, by: list[Clause]) -> Iterator[MissingEvidence]:
    """Documents that the values which are known already were not shown with."""
    if not clause.shown_by or (by and all(_covers(one.shown_by, clause.shown_by) for one in by)):
        return
    quantity = next(iter(quantities(clause.requires)), None)
    yield MissingEvidence(clause.id, quantity.key if quantity else None, "document", documents=_kinds(clause))


def _covers(shown: tuple[tuple[Needed, ...], ...], asked: tuple[tuple[Needed, ...], ...]) -> bool:
    """Whether every way of showing the one also shows the other."""
    return bool(shown) and all(
        any(all(any(_serves(had, needed) for had in way) for needed in other) for other in asked) for way in shown
    )


def _serves(had: Needed, needed: Needed) -> bool:
    return (
        had.kind == needed.kind
        and (not needed.methods or (bool(had.methods) and set(had.methods) <= set(needed.methods)))
        and (had.accredited or not needed.accredited)
        and needed.max_age_days is None
        and (not needed.issuers or (bool(had.issuers) and set(had.issuers) <= set(needed.issuers)))
        and (needed.samples is None or (had.samples or 0) >= needed.samples)
    )


def _kinds(clause: Clause) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(needed.kind for needed in way) for way in clause.shown_by)


class _Known:
    """What is known of a product that meets a document: the measurands that it sets limits for."""

    def __init__(self, worlds: Worlds, held: Side) -> None:
        self._worlds = worlds
        self._groups: set[Group] = set()
        self._keys: set[str] = set()
        for clause in held.revision.clauses:
            for quantity in (one for part in clause.parts for one in quantities(part)):
                self._groups.add(worlds.measurands.group(held.id, quantity))
                self._keys.add(quantity.key)

    def lacks(self, asking: Asking) -> Iterator[MissingEvidence]:
        clause = asking.clause
        required = dict.fromkeys(quantities(clause.requires))
        for quantity in required:
            yield self._need(asking, quantity, None)
        for quantity in dict.fromkeys(quantities(clause.applies)):
            if quantity not in required and self._group(asking, quantity) not in self._groups:
                yield self._need(asking, quantity, "fact")
        for node in (node for part in (clause.requires, clause.applies) for node in walk(part)):
            if isinstance(node, Unread | UnreadNumber):
                yield MissingEvidence(clause.id, None, "unread", limit=node.reason)

    def _group(self, asking: Asking, quantity: Quantity) -> Group:
        return self._worlds.measurands.group(asking.side.id, quantity)

    def _need(self, asking: Asking, quantity: Quantity, need: Need | None) -> MissingEvidence:
        group = self._group(asking, quantity)
        if need is None:
            need = "limit" if group in self._groups else "method" if quantity.key in self._keys else "value"
        documents = () if need == "fact" else _kinds(asking.clause)
        return MissingEvidence(
            asking.clause.id,
            quantity.key,
            need,
            quantity.methods,
            documents,
            limit_of(asking.clause, quantity),
            group.name,
        )


def limit_of(clause: Clause, quantity: Quantity) -> str | None:
    """The limits that a clause prints for a quantity, as it prints them."""
    found = [
        f"{node.operator} {node.right.printed or node.right.value}"
        for node in walk(clause.requires)
        if isinstance(node, Compare) and isinstance(node.right, Constant) and _looks_at(node.left, quantity)
    ]
    return " / ".join(dict.fromkeys(found)) or None


def _looks_at(term: Term, quantity: Quantity) -> bool:
    return quantity in set(quantities(term))
