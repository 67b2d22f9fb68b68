"""Two revisions as wholes: what follows from all clauses of the first together, and who shows what does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tenring.rulebook.compare.encode import Holding
from tenring.rulebook.compare.logic import Bool, Model, all_of, any_of, opposite
from tenring.rulebook.compare.measurands import LinkKind, Side
from tenring.rulebook.compare.relation import Basis, Worlds, estimate_text, marks
from tenring.rulebook.compare.witness import (
    PASSES,
    Asking,
    Witness,
    judged,
    key_of,
    points_judged,
    product_of,
    shown_values,
)
from tenring.rulebook.evidence import Product
from tenring.rulebook.expressions import quantities
from tenring.rulebook.judge import Judged
from tenring.rulebook.revision import Clause


@dataclass(frozen=True)
class Following:
    """A clause of the second that follows from the first as a whole, and by which of its clauses."""

    clause: str
    by: tuple[str, ...]
    basis: tuple[Basis, ...] = ()


@dataclass(frozen=True)
class WholeDirection:
    """Whether all that pass the first pass the second, which clauses follow, or a product that shows the contrary."""

    holds: bool
    follows: tuple[Following, ...]
    witness: Witness | None
    whole: Bool
    """When a product possibly passes the first."""


def whole_direction(worlds: Worlds, first: Side, second: Side) -> WholeDirection:
    """From the first as a whole to the second as a whole."""
    follower = _Follower(worlds, first, second)
    follows = tuple(follower.all())
    named = {one.clause for one in follows}
    needed = {clause.id for clause in second.revision.clauses if clause.role == "mandatory"}
    holds = needed <= named and all(follower.earns(points) for points in worlds.points[second.id])
    return WholeDirection(holds, follows, None if holds else follower.witness(), follower.whole.possible)


class _Follower:
    """What follows for the second of passing the first."""

    def __init__(self, worlds: Worlds, first: Side, second: Side) -> None:
        self._worlds, self._first, self._second = worlds, first, second
        self._needed = [clause for clause in first.revision.clauses if clause.role == "mandatory"]
        self._claims = {clause.id: worlds.asked(first, clause).passes.possible for clause in self._needed}
        self._points = [one.possible for one in worlds.points[first.id]]
        together = all_of((*self._claims.values(), *self._points))
        self.whole = Holding(together, together)

    def all(self) -> Iterator[Following]:
        """The clauses of the second that follow."""
        for clause in self._second.revision.clauses:
            if clause.role in {"mandatory", "optional"} and (found := self._one(clause)):
                yield found

    def _one(self, clause: Clause) -> Following | None:
        worlds = self._worlds
        if self._first == self._second:
            return Following(clause.id, (clause.id,))
        asked = worlds.asked(self._second, clause)
        for kind in worlds.kinds:
            by = worlds.reasons(self._claims, asked.passes.sure, [*self._points, *worlds.links(kind)], asked.functions)
            if by is not None:
                return Following(clause.id, by, tuple(dict.fromkeys(self._basis(clause, by, kind))))
        return None

    def _basis(self, clause: Clause, by: tuple[str, ...], kind: LinkKind | None) -> Iterator[Basis]:
        asking = Asking(self._second, clause)
        used = [Asking(self._first, one) for one in self._first.revision.clauses if one.id in by]
        for one in (asking, *used):
            yield from marks(one)
        for one in used:
            yield from self._worlds.methods(one, asking)
            if kind is not None:
                yield from (Basis(kind, estimate_text(link)) for link in self._worlds.common(one, asking)[1])

    def earns(self, points: Holding) -> bool:
        """Whether a rule of points of the second follows."""
        return self._worlds.implied(self.whole, points.sure)

    def witness(self) -> Witness | None:
        """A product that passes the first, as far as it was read, and fails the second, if the judge confirms one."""
        worlds = self._worlds
        passes = [self._as_far_as_read(one) for one in self._needed]
        points = [one.sure for one in worlds.points[self._first.id]]
        fails = [
            opposite(worlds.asked(self._second, clause).passes.possible)
            for clause in self._second.revision.clauses
            if clause.role == "mandatory"
        ]
        fails += [opposite(one.possible) for one in worlds.points[self._second.id]]
        model = worlds.plausible_model([*passes, *points, any_of(fails)])
        if not isinstance(model, Model):
            return None
        every = [Asking(side, one) for side in (self._first, self._second) for one in side.revision.clauses]
        return self._confirmed(product_of(model, worlds.world, every))

    def _as_far_as_read(self, clause: Clause) -> Bool:
        passes = self._worlds.asked(self._first, clause).passes
        return passes.possible if self._is_unread(clause) else passes.sure

    def _is_unread(self, clause: Clause) -> bool:
        return any(one.kind == "unread" for one in marks(Asking(self._first, clause)))

    def _confirmed(self, product: Product) -> Witness | None:
        properties, passed = self._worlds.properties, Judged.MET
        for clause in self._needed:
            answer = judged(product, Asking(self._first, clause), properties)
            if answer is Judged.NOT_CHECKED and self._is_unread(clause):
                passed = answer  # as far as it was read
            elif answer not in PASSES:
                return None
        if any(one is not Judged.MET for one in points_judged(product, self._first, properties)):
            return None
        for clause in self._second.revision.clauses:
            asking = Asking(self._second, clause)
            if clause.role == "mandatory" and judged(product, asking, properties) is Judged.NOT_MET:
                looked_at = {one.key for part in clause.parts for one in quantities(part)}
                decisive = sorted(product.measurements, key=lambda one: key_of(one) not in looked_at)
                values = shown_values(replace(product, measurements=tuple(decisive)), properties)
                fails = f"{self._second.id} {clause.id}"
                return Witness(values, self._first.id, fails, (passed, Judged.NOT_MET), product)
        if Judged.NOT_MET in points_judged(product, self._second, properties):
            values, fails = shown_values(product, properties), f"{self._second.id} points"
            return Witness(values, self._first.id, fails, (passed, Judged.NOT_MET), product)
        return None
