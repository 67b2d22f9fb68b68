"""Two revisions compared: clause by clause, as wholes, and what a licence holder of the first lacks for the second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from tenring.rulebook.compare.classes import ClassFollowing, class_followings
from tenring.rulebook.compare.measurands import Side
from tenring.rulebook.compare.missing import MissingEvidence, missing_evidence
from tenring.rulebook.compare.relation import UNSURE, Answer, Basis, Relation, Worlds, marks
from tenring.rulebook.compare.wholes import Following, WholeDirection, whole_direction
from tenring.rulebook.compare.witness import Asking, Witness
from tenring.rulebook.dates import taken_on
from tenring.rulebook.expressions import Compare, Constant, Quantity, Value, walk
from tenring.rulebook.library import Library
from tenring.rulebook.revision import Clause, Revision


@dataclass(frozen=True)
class Margin:
    """Two limits of one measurand, in its unit; `room` is how far the second lies beyond the first, in % of the first.

    Positive: what keeps the first limit keeps the second with that much to spare; negative: the second is stricter.
    """

    quantity: str
    side: str
    """`<`: upper limits; `>`: lower ones."""
    first: Decimal
    second: Decimal
    unit: str | None
    room: Decimal | None


@dataclass(frozen=True)
class ClauseComparison:
    """One clause of the first beside one of the second; None where the other document has nothing of the kind."""

    first: str | None
    second: str | None
    relation: Relation
    where_both_apply: Relation | None = None
    """The relation for products that both concern, where their gates make it another one."""
    reason: str | None = None
    """Why it is incomparable: `measurand` (nothing in common), or `open` (unread, or no product was found)."""
    witness: Witness | None = None
    """Passes the first, fails the second."""
    reverse_witness: Witness | None = None
    margins: tuple[Margin, ...] = ()
    basis: tuple[Basis, ...] = ()
    sure: bool = True


@dataclass(frozen=True)
class Comparison:
    """Everything about two revisions on a day."""

    first: str
    second: str
    on: date
    relation: Relation
    sure: bool
    clauses: tuple[ClauseComparison, ...]
    follows: tuple[Following, ...]
    """Clauses of the second that follow from the first as a whole."""
    follows_back: tuple[Following, ...]
    missing_evidence: tuple[MissingEvidence, ...]
    witness: Witness | None = None
    reverse_witness: Witness | None = None
    basis: tuple[Basis, ...] = ()
    reason: str | None = None
    classes: tuple[ClassFollowing, ...] = ()
    """For each class of the first (without a name, if it has none) the best class of the second that follows."""
    classes_back: tuple[ClassFollowing, ...] = ()


def side_of(revision: Revision, on: date, library: Library) -> Side:
    """A revision as it stands on a day, or on the nearest day on which it is in force."""
    day = max(on, revision.since)
    day = day if revision.until is None else min(day, revision.until)
    return Side(taken_on(revision, day, library.find), day)


def compare(first: Revision, second: Revision, on: date, library: Library) -> Comparison:
    """Compare two revisions; limits are those of the day, or of the nearest day on which a revision is in force."""
    one, other = side_of(first, on, library), side_of(second, on, library)
    worlds = Worlds(tuple({one.id: one, other.id: other}.values()), library.properties)
    return _Comparer(worlds, one, other).all(on)


class _Comparer:
    """Two sides in one world."""

    def __init__(self, worlds: Worlds, first: Side, second: Side) -> None:
        self._worlds, self._first, self._second = worlds, first, second

    def all(self, on: date) -> Comparison:
        """Everything there is to say."""
        clauses, forth, back = tuple(self._clauses()), self._forth, self._back
        relation, reason = self._whole(clauses)
        basis = tuple(dict.fromkeys(self._basis(relation, clauses)))
        implied = {one.clause: one.by for one in forth.follows}
        return Comparison(
            first=self._first.id,
            second=self._second.id,
            on=on,
            relation=relation,
            sure=reason != "open" and not any(one.kind in UNSURE for one in basis),
            clauses=clauses,
            follows=forth.follows,
            follows_back=back.follows,
            missing_evidence=missing_evidence(self._worlds, self._first, self._second, implied),
            witness=forth.witness,
            reverse_witness=back.witness,
            basis=basis,
            reason=reason,
            classes=tuple(self._classes(self._first, self._second, forth, reason)),
            classes_back=tuple(self._classes(self._second, self._first, back, reason)),
        )

    def _classes(self, one: Side, other: Side, whole: WholeDirection, reason: str | None) -> Iterator[ClassFollowing]:
        """What the classes of one side give; nothing where both have no measurand in common."""
        if reason != "measurand":
            yield from class_followings(one, other, self._worlds.properties, whole)

    @cached_property
    def _forth(self) -> WholeDirection:
        return whole_direction(self._worlds, self._first, self._second)

    @cached_property
    def _back(self) -> WholeDirection:
        return whole_direction(self._worlds, self._second, self._first)

    def _whole(self, clauses: tuple[ClauseComparison, ...]) -> tuple[Relation, str | None]:
        """The relation of what all mandatory clauses and points together let pass."""
        if not any(one.first and one.second for one in clauses):
            return Relation.INCOMPARABLE, "measurand"
        forth, back = self._forth, self._back
        if forth.holds or back.holds:
            both = forth.holds and back.holds
            return (Relation.EQUAL if both else Relation.IMPLIES if forth.holds else Relation.IMPLIED_BY), None
        if not self._worlds.together(forth.whole, back.whole):
            return Relation.DISJOINT, None
        if forth.witness is None or back.witness is None:
            return Relation.INCOMPARABLE, "open"
        return Relation.OVERLAPS, None

    def _basis(self, relation: Relation, clauses: tuple[ClauseComparison, ...]) -> Iterator[Basis]:
        """What the relation of the wholes rests on: the reasons of what follows, or those of all that was compared."""
        if relation in {Relation.EQUAL, Relation.IMPLIES}:
            yield from (basis for one in self._forth.follows for basis in one.basis)
        if relation in {Relation.EQUAL, Relation.IMPLIED_BY}:
            yield from (basis for one in self._back.follows for basis in one.basis)
        if relation in {Relation.OVERLAPS, Relation.DISJOINT, Relation.INCOMPARABLE}:
            yield from (basis for one in clauses for basis in one.basis)
        if self._whole(clauses)[1] == "open":
            every = (Asking(side, one) for side in (self._first, self._second) for one in side.revision.clauses)
            yield from (basis for one in every for basis in marks(one) if basis.kind == "unread")

    def _clauses(self) -> Iterator[ClauseComparison]:
        seen: set[str] = set()
        for clause in self._first.revision.clauses:
            partners = list(self._partners(clause))
            seen |= {one.second for one in partners if one.second}
            yield from partners or [ClauseComparison(clause.id, None, Relation.INCOMPARABLE, reason="measurand")]
        for clause in self._second.revision.clauses:
            if clause.id not in seen:
                yield ClauseComparison(None, clause.id, Relation.INCOMPARABLE, reason="measurand")

    def _partners(self, clause: Clause) -> Iterator[ClauseComparison]:
        one = Asking(self._first, clause)
        for partner in self._second.revision.clauses:
            other = Asking(self._second, partner)
            answer = self._worlds.compare(one, other)
            if answer.reason == "measurand":
                continue
            yield ClauseComparison(
                first=clause.id,
                second=partner.id,
                relation=answer.relation,
                where_both_apply=self._narrowed(one, other, answer),
                reason=answer.reason,
                witness=answer.forth.witness,
                reverse_witness=answer.back.witness,
                margins=tuple(self._margins(one, other)),
                basis=answer.basis,
                sure=answer.sure and answer.reason != "open",
            )

    def _narrowed(self, one: Asking, other: Asking, answer: Answer) -> Relation | None:
        if one.clause.applies == other.clause.applies or answer.relation is Relation.EQUAL:
            return None
        found = self._worlds.compare(one, other, both_apply=True).relation
        return found if found is not answer.relation else None

    def _margins(self, one: Asking, other: Asking) -> Iterator[Margin]:
        """Limits on the same measurand and the same side, where each clause has only one."""
        second = self._limits(other)
        for (name, side), (quantity, limit) in self._limits(one).items():
            if (name, side) in second:
                wanted = second[name, side][1]
                beyond = limit - wanted if side == ">" else wanted - limit
                room = (beyond / abs(limit) * 100).quantize(Decimal("0.1")) if limit else None
                unit = self._worlds.properties.properties[quantity.property].unit
                yield Margin(quantity.key, side, limit, wanted, unit, room)

    def _limits(self, asking: Asking) -> dict[tuple[str, str], tuple[Quantity, Decimal]]:
        """The only limit of each measurand on each side, where a clause has one only."""
        found: dict[tuple[str, str], list[tuple[Quantity, Decimal]]] = {}
        for node in walk(asking.clause.requires):
            match node:
                case Compare(Value(quantity, factor), operator, Constant(limit)) if factor == 1 and operator[0] in "<>":
                    group = self._worlds.measurands.group(asking.side.id, quantity)
                    found.setdefault((group.name, operator[0]), []).append((quantity, limit))
        return {key: limits[0] for key, limits in found.items() if len({limit for _, limit in limits}) == 1}
