"""How two clauses relate: computed by the solver, each difference shown by a product that the judge has seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal

from tenring.catalogue.properties import Properties
from tenring.rulebook.compare.encode import Asked, Encoder, Holding
from tenring.rulebook.compare.logic import Bool, Model, Solver, all_of, opposite
from tenring.rulebook.compare.measurands import Group, Link, LinkKind, Measurands, Side
from tenring.rulebook.compare.witness import Asking, Witness, groups_of, product_of, witness
from tenring.rulebook.compare.world import OpaqueUnknown, World
from tenring.rulebook.expressions import Unread, UnreadNumber, quantities, walk
from tenring.rulebook.revision import Clause

#: How often the solver is told what a function really gives where it guessed wrongly.
MOST_FACTS = 8


class Relation(StrEnum):
    """What passing one says about passing the other."""

    EQUAL = "equal"
    IMPLIES = "implies"
    IMPLIED_BY = "implied by"
    OVERLAPS = "overlaps"
    DISJOINT = "disjoint"
    INCOMPARABLE = "incomparable"


BasisKind = Literal["unread", "unverified", "secondary", "estimate", "proportional", "method", "declared"]
UNSURE: frozenset[BasisKind] = frozenset({"unread", "unverified", "estimate", "proportional"})
"""What makes a relation uncertain; the others are only named."""


@dataclass(frozen=True)
class Basis:
    """Something that a relation rests on besides the limits themselves."""

    kind: BasisKind
    detail: str


@dataclass(frozen=True)
class Direction:
    """Whether passing one clause means passing the other: yes, no with a witness, or open (neither was found)."""

    holds: bool
    witness: Witness | None = None
    estimated: LinkKind | None = None

    @property
    def fails(self) -> bool:
        """Whether it is refuted."""
        return self.witness is not None


Found = Model | Literal[False] | None
"""A world; False: there is none; None: none was found."""
OPEN = Direction(holds=False)


@dataclass(frozen=True)
class Answer:
    """The relation of a first clause to a second, both ways, and what it rests on."""

    relation: Relation
    forth: Direction
    back: Direction
    reason: str | None = None
    basis: tuple[Basis, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether it rests on nothing unread, unverified or estimated."""
        return not any(one.kind in UNSURE for one in self.basis)


class Worlds:
    """Several documents in one world, and the questions that can be asked about it."""

    def __init__(self, sides: tuple[Side, ...], properties: Properties) -> None:
        self.sides, self.properties = sides, properties
        self.measurands = Measurands(sides, properties)
        self.world = World(self.measurands, sides)
        self._encoders = {side.id: Encoder(self.world, side.id) for side in sides}
        self._asked: dict[tuple[str, str], Asked] = {}
        self._links: dict[LinkKind, list[Bool]] = {}
        for side in sides:
            for clause in side.revision.clauses:
                self._asked[side.id, clause.id] = self._encoders[side.id].clause(clause)
        self.points = {
            side.id: tuple(
                self._encoders[side.id].points(rule, tuple(self.asked(side, one) for one in side.revision.clauses))
                for rule in side.revision.points
            )
            for side in sides
        }

    def asked(self, side: Side, clause: Clause) -> Asked:
        """A clause in this world."""
        return self._asked[side.id, clause.id]

    @cached_property
    def _plausible(self) -> Bool:
        return all_of(self.world.plausible())

    @cached_property
    def solver(self) -> Solver:
        """Asked once everything is written down."""
        return Solver((*self.world.laws(), *self._laws_of_lists))

    @cached_property
    def _laws_of_lists(self) -> tuple[Bool, ...]:
        before = len(self.world.axioms)
        _ = self._plausible  # names the values of lists
        return tuple(self.world.axioms[before:])

    def links(self, kind: LinkKind | None) -> list[Bool]:
        """What estimates say, as far as they are taken."""
        if kind is not None and kind not in self._links:
            self._links[kind] = [self.world.link(link, kind) for link in self.measurands.links]
        return [] if kind is None else self._links[kind]

    @cached_property
    def linked(self) -> bool:
        """Whether there is any estimate between measurands that both sides use."""
        return bool(self.measurands.links)

    @property
    def kinds(self) -> tuple[LinkKind | None, ...]:
        """What may be assumed, the least first."""
        return (None, "estimate", "proportional") if self.linked else (None,)

    def implied(
        self,
        first: Holding,
        second: Bool,
        kind: LinkKind | None = None,
        functions: Iterable[OpaqueUnknown] | None = None,
    ) -> bool:
        """Whether nothing possibly passes the first without `second`; computed functions are asked for as needed."""
        return self._model([first.possible, opposite(second), *self.links(kind)], functions) is False

    def reasons(
        self, claims: dict[str, Bool], sure: Bool, others: list[Bool], functions: Iterable[OpaqueUnknown]
    ) -> tuple[str, ...] | None:
        """The claims by which `sure` follows, together with the others; None: it does not follow."""
        if self._model([*claims.values(), opposite(sure), *others], functions) is not False:
            return None
        return self.solver.reasons(claims, opposite(sure), *others)

    def together(self, *parts: Bool) -> bool:
        """Whether one product may be all of this; True too where that was not found out."""
        return self._model([*parts, *self.links("estimate" if self.linked else None)]) is not False

    def plausible_model(self, parts: list[Bool]) -> Found:
        """A product that can be written down, and agrees with the estimates; False and None as in `_model`."""
        return self._model([*parts, self._plausible, *self.links("estimate" if self.linked else None)])

    def _model(self, parts: list[Bool], functions: Iterable[OpaqueUnknown] | None = None) -> Found:
        """A world in which functions (None: all) have their real values; False: there is none; None: not found."""
        functions = tuple(self.world.opaque if functions is None else functions)
        for _ in range(MOST_FACTS):
            found = self.solver.find(*parts)
            if not isinstance(found, Model) or not functions:
                return found
            points = [tuple(found.value(argument) for argument in one.arguments) for one in functions]
            facts = [one.fact(point) for one, point in zip(functions, points, strict=True)]
            pinned = [one.at(p, value) for one, p, (_, value) in zip(functions, points, facts, strict=True)]
            exact = self.solver.find(*parts, *pinned)
            if isinstance(exact, Model):
                return exact
            for fact, _ in facts:
                self.solver.learn(fact)
        return None

    def shown(self, passed: Asking, failed: Asking, *, both_apply: bool = False) -> Witness | None:
        """A product that passes the one and fails the other, if there is one that the judge confirms."""
        first, second = self.asked(passed.side, passed.clause), self.asked(failed.side, failed.clause)
        parts = [first.passes.sure, opposite(second.passes.possible), *self.links("estimate" if self.linked else None)]
        for extra in ([first.applies.sure, self._plausible], [self._plausible], []):
            if both_apply and first.applies.sure not in extra:
                extra = [*extra, first.applies.sure]  # noqa: PLW2901 - the same attempt, narrowed
            model = self._model([*parts, *extra], (*first.functions, *second.functions))
            if isinstance(model, Model):
                product = product_of(model, self.world, (passed, failed))
                if found := witness(product, passed, failed, self.properties):
                    return found
        return None

    def compare(self, one: Asking, other: Asking, *, both_apply: bool = False) -> Answer:
        """How the first clause relates to the second."""
        shared, links = self.common(one, other)
        if not shared and not links:
            return Answer(Relation.INCOMPARABLE, OPEN, OPEN, reason="measurand")
        forth = self.direction(one, other, both_apply=both_apply)
        back = self.direction(other, one, both_apply=both_apply)
        relation, reason = self._relation(one, other, forth, back, both_apply=both_apply)
        return Answer(relation, forth, back, reason, tuple(self.basis(one, other, (forth, back), links)))

    def direction(self, one: Asking, other: Asking, *, both_apply: bool = False) -> Direction:
        """Whether passing the first means passing the second."""
        if one == other:
            return Direction(holds=True)
        first, second = self.asked(one.side, one.clause), self.asked(other.side, other.clause)
        passes = first.passes
        if both_apply:
            passes = Holding(passes.sure, all_of((passes.possible, first.applies.sure, second.applies.sure)))
        for kind in self.kinds:
            if self.implied(passes, second.passes.sure, kind, (*first.functions, *second.functions)):
                return Direction(holds=True, estimated=kind)
        return Direction(holds=False, witness=self.shown(one, other, both_apply=both_apply))

    def _relation(
        self, one: Asking, other: Asking, forth: Direction, back: Direction, *, both_apply: bool
    ) -> tuple[Relation, str | None]:
        if forth.holds:
            return (Relation.EQUAL if back.holds else Relation.IMPLIES), None
        if back.holds:
            return Relation.IMPLIED_BY, None
        if not (forth.fails and back.fails):
            return Relation.INCOMPARABLE, "open"
        first, second = self.asked(one.side, one.clause), self.asked(other.side, other.clause)
        together = [first.passes.possible, second.passes.possible, *self.links("estimate" if self.linked else None)]
        together += [first.applies.sure, second.applies.sure] if both_apply else []
        none_passes_both = self._model(together, (*first.functions, *second.functions)) is False
        return (Relation.DISJOINT if none_passes_both else Relation.OVERLAPS), None

    # what they have in common, and what that rests on

    def required(self, asking: Asking) -> dict[Group, None]:
        """The measurands that a clause sets limits for, not counting its gate."""
        found = quantities(asking.clause.requires)
        return {self.measurands.group(asking.side.id, one): None for one in found}

    def common(self, one: Asking, other: Asking) -> tuple[list[Group], list[Link]]:
        """The measurands that both set limits for, and the estimates between those that only one does."""
        first, second = self.required(one), self.required(other)
        links = [
            link
            for link in self.measurands.links
            if (link.one in first and link.other in second) or (link.one in second and link.other in first)
        ]
        return [group for group in first if group in second], links

    def basis(
        self, one: Asking, other: Asking, directions: tuple[Direction, ...], links: list[Link]
    ) -> Iterator[Basis]:
        """What an answer about two clauses rests on."""
        for asking in (one, other):
            yield from marks(asking)
        yield from dict.fromkeys(self.methods(one, other))
        for kind in dict.fromkeys(direction.estimated for direction in directions if direction.estimated):
            for link in links:
                yield Basis(kind, estimate_text(link))

    def methods(self, one: Asking, other: Asking) -> Iterator[Basis]:
        """The methods by which both must be measured for the answer to hold, where not all that are accepted are."""
        second = groups_of(other, self.world)
        for group in groups_of(one, self.world):
            if group not in second or group.common is None:
                continue
            for asking in (one, other):
                for quantity in (found for part in asking.clause.parts for found in quantities(part)):
                    if self.measurands.group(asking.side.id, quantity) != group:
                        continue
                    accepted = self.measurands.accepted(asking.side, quantity)
                    if accepted is None or accepted != group.common:
                        yield Basis("method", f"{group.quantity.key}: {' / '.join(sorted(group.common))}")
                    if not set(quantity.methods) & group.common:
                        for same in self.measurands.declared(asking.side, quantity):
                            yield Basis("declared", f"{same.method} = {same.for_method} ({same.document})")


def marks(asking: Asking) -> Iterator[Basis]:
    """What is not sure about a clause itself."""
    name = f"{asking.side.id} {asking.clause.id}"
    if asking.clause.source.mark != "read":
        yield Basis(asking.clause.source.mark, name)
    for part in asking.clause.parts:
        for node in walk(part):
            if isinstance(node, Unread | UnreadNumber):
                yield Basis("unread", f"{name}: {node.reason}")


def estimate_text(link: Link) -> str:
    """What an estimate says, and who says it."""
    same = link.equivalence
    told = f"{same.document}; {same.mark}"
    return f"{same.method} {same.value} ~ {same.for_method} {same.for_value}, {same.products} ({told})"
