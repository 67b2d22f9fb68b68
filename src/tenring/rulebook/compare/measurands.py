"""Which quantities of two documents are one measurand: same property, subject and conditions, and a common method.

The same name never unifies by itself. Quantities that no method has in common stay apart; a published estimate between
two methods ties them together only as far as it goes, and whatever rests on it says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tenring.catalogue.properties import Equivalence, Properties
from tenring.rulebook.amounts import number_in
from tenring.rulebook.expressions import Quantity
from tenring.rulebook.revision import Revision

Accepted = frozenset[str] | None
"""Methods by which a clause takes a value; None: any."""


@dataclass(frozen=True)
class Group:
    """One measurand that at least one document asks for; `common` are the methods that all who ask for it accept."""

    name: str
    quantity: Quantity
    common: Accepted

    def __hash__(self) -> int:
        return hash(self.name)


LinkKind = Literal["estimate", "proportional"]


@dataclass(frozen=True)
class Link:
    """What an estimate says: a product up to `value` by one method reaches up to `for_value` by the other."""

    one: Group
    value: Decimal
    other: Group
    for_value: Decimal
    equivalence: Equivalence


@dataclass(frozen=True)
class Side:
    """A revision as it stands on a day (`dates.taken_on`)."""

    revision: Revision
    on: date

    @property
    def id(self) -> str:
        """The id of its revision."""
        return self.revision.id


class Measurands:
    """The measurands of several revisions, and the estimates between them."""

    def __init__(self, sides: Iterable[Side], properties: Properties) -> None:
        self.properties = properties
        self._group_of: dict[tuple[str, Quantity], Group] = {}
        self._make(tuple(sides))
        self.groups = tuple(dict.fromkeys(self._group_of.values()))
        self.links = tuple(self._links())

    def group(self, side: str, quantity: Quantity) -> Group:
        """The measurand that a quantity of the revision with this id means."""
        return self._group_of[side, quantity]

    def accepted(self, side: Side, quantity: Quantity) -> Accepted:
        """Every method by which a document takes values of a quantity, its declared equivalences included."""
        if not quantity.methods:
            return None
        found = set(quantity.methods)
        for same in self.declared(side, quantity):
            if same.for_method in quantity.methods:
                found.add(same.method)
            if same.both_ways and same.method in quantity.methods:
                found.add(same.for_method)
        return frozenset(found)

    def declared(self, side: Side, quantity: Quantity) -> Iterator[Equivalence]:
        """The equivalences of methods that a document declares for a quantity, in force on its day."""
        for same in self.properties.declared:
            if (
                side.revision.criteria in same.scope
                and same.property == quantity.property == (same.for_property or same.property)
                and (same.since is None or same.since <= side.on)
                and (same.until is None or side.on <= same.until)
            ):
                yield same

    def _make(self, sides: tuple[Side, ...]) -> None:
        by_key: dict[str, list[tuple[Accepted, list[tuple[str, Quantity]]]]] = {}
        for side in sides:
            for quantity in side.revision.quantities:
                _join(by_key.setdefault(quantity.key, []), self.accepted(side, quantity), (side.id, quantity))
        for key, found in by_key.items():
            for common, members in found:
                name = key if len(found) == 1 else f"{key} by {' / '.join(sorted(common or ()))}"
                group = Group(name, members[0][1], common)
                self._group_of |= dict.fromkeys(members, group)

    def _links(self) -> Iterator[Link]:
        for same in self.properties.equivalences:
            if same.relation != "estimate" or same.value is None or same.for_value is None:
                continue
            for one in self._measured(same.property, same.method):
                for other in self._measured(same.for_property or same.property, same.for_method):
                    if one == other or (one.quantity.of, one.quantity.at) != (other.quantity.of, other.quantity.at):
                        continue
                    yield from self._link(one, other, same)

    def _measured(self, name: str, method: str) -> Iterator[Group]:
        for group in self.groups:
            if group.quantity.property == name and group.common is not None and method in group.common:
                yield group

    def _link(self, one: Group, other: Group, same: Equivalence) -> Iterator[Link]:
        definitions = self.properties.properties
        try:
            value = number_in(same.value or "", definitions[one.quantity.property])
            for_value = number_in(same.for_value or "", definitions[other.quantity.property])
        except ValueError:  # values of classes ("E1") say nothing about numbers
            return
        yield Link(one, value, other, for_value, same)


def _join(
    found: list[tuple[Accepted, list[tuple[str, Quantity]]]], accepted: Accepted, member: tuple[str, Quantity]
) -> None:
    """Put a quantity to the first of those of its key with which all have a method in common."""
    for at, (common, members) in enumerate(found):
        both = accepted if common is None else common if accepted is None else common & accepted
        if both is None or both:
            found[at] = (both, [*members, member])
            return
    found.append((accepted, [member]))
