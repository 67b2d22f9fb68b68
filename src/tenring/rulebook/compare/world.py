"""Everything about a product that documents look at, as unknowns of the solver, with what is always true of them.

A world is one product with complete evidence: one value of each measurand, by a method that all who ask accept. What
cannot be known in it is only what nobody has read, and what a document itself leaves open ("or not disclosed").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise
from math import ceil

from tenring.catalogue.properties import PropertyDefinition
from tenring.rulebook.compare.logic import (
    FALSE,
    TRUE,
    Bool,
    Real,
    all_of,
    any_of,
    either,
    flag,
    number,
    opposite,
    real,
    whole,
)
from tenring.rulebook.compare.measurands import Group, Link, LinkKind, Measurands, Side
from tenring.rulebook.expressions import (
    Aggregate,
    Disclosed,
    Excludes,
    Function,
    Has,
    Holds,
    How,
    Is,
    Match,
    Node,
    walk,
)
from tenring.rulebook.functions import FUNCTIONS

#: Stands for every word, role, number or label that no document names.
ANOTHER = "another"
#: Units whose numbers may lie below 0: temperatures, levels, and plain numbers such as logarithms.
#: A double's last digits are not trusted.
_NOISE = Fraction(1, 10**12)


@dataclass(frozen=True)
class SubstanceUnknowns:
    """One substance of a list; `role`, `cas` and `name` are places in the vocabulary of its group."""

    present: Bool
    added: Bool
    share: Real
    role: Real
    cas: Real
    name: Real
    hazards: dict[str, Bool]


@dataclass
class Vocabulary:
    """The words that documents name about one group, in order."""

    words: dict[str, None] = field(default_factory=dict)
    hazards: dict[str, None] = field(default_factory=dict)
    roles: dict[str, None] = field(default_factory=dict)
    cas: dict[str, None] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    substances: int = 0
    disclosed: bool = False

    def meant(self, match: Match) -> None:
        """Take the words of a description of substances."""
        for name in ("hazards", "roles", "cas", "names"):
            getattr(self, name).update(dict.fromkeys(sorted(getattr(match, name))))


@dataclass(frozen=True)
class OpaqueUnknown:
    """The value of a function that the solver does not know, of arguments that it does."""

    function: Function
    arguments: tuple[Real, ...]
    result: Real

    def at(self, points: tuple[Fraction, ...], value: Fraction | None) -> Bool:
        """That its arguments lie at a point, and its value is the one there."""
        if value is None:
            return FALSE
        pairs = zip(self.arguments, points, strict=True)
        return all_of((*(argument == number(one) for argument, one in pairs), self.result == number(value)))

    def fact(self, points: tuple[Fraction, ...]) -> tuple[Bool, Fraction | None]:
        """What computing it at a point says about all points, since it is monotone; and its value (None: infinite)."""
        definition = FUNCTIONS[self.function]
        arguments = [max(_decimal(one), low) for one, low in zip(points, definition.least, strict=True)]
        computed = definition.compute(*arguments)
        if computed.is_infinite():
            return TRUE, None
        value = Fraction(computed)
        noise = abs(value) * _NOISE
        beyond, short = [], []
        for argument, point, direction in zip(self.arguments, points, definition.directions, strict=True):
            constant = number(point)
            beyond.append(argument >= constant if direction > 0 else argument <= constant)
            short.append(argument <= constant if direction > 0 else argument >= constant)
        rises = any_of((opposite(all_of(beyond)), self.result >= number(value - noise)))
        falls = any_of((opposite(all_of(short)), self.result <= number(value + noise)))
        return all_of((rises, falls)), value


class World:
    """The unknowns of several documents; `axioms` grow as documents are written in them."""

    def __init__(self, measurands: Measurands, sides: Iterable[Side]) -> None:
        self.measurands = measurands
        self.axioms: list[Bool] = []
        self.numbers: dict[Group, Real] = {}
        self.items: dict[tuple[Group, str], Real] = {}
        self.aggregates: dict[tuple[Group, How, Decimal | None], Real] = {}
        self.one_word: dict[Group, Real] = {}
        self.words: dict[tuple[Group, str], Bool] = {}
        self.undetected: dict[Group, tuple[Bool, Real]] = {}
        self.labels: dict[tuple[str, str | None, str], Bool] = {}
        self.substances: dict[Group, tuple[SubstanceUnknowns, ...]] = {}
        self.ingredient_sums: dict[tuple[Group, str, str], Real] = {}
        self.opaque: list[OpaqueUnknown] = []
        self.used: dict[str, OpaqueUnknown] = {}
        """Functions that were asked for since it was last emptied."""
        self.vocabulary: dict[Group, Vocabulary] = {}
        self._categories: dict[tuple[str, str], dict[str | None, None]] = {}
        for side in sides:
            for clause in side.revision.clauses:
                nodes = [node for part in clause.parts for node in walk(part)]
                self._learn(side.id, nodes)

    # what documents name

    def _learn(self, side: str, nodes: list[Node]) -> None:
        lists: dict[Group, int] = {}
        for node in nodes:
            if isinstance(node, Holds):
                for programme in sorted(node.programmes):
                    self._categories.setdefault((programme, node.of), {})[node.category] = None
            elif isinstance(node, Is | Has):
                self._known(side, node).words.update(dict.fromkeys(sorted(node.values)))
            elif isinstance(node, Disclosed):
                self._known(side, node).disclosed = True
            elif isinstance(node, Excludes):
                group = self.measurands.group(side, node.quantity)
                lists[group] = lists.get(group, 0) + 1
                known = self._known(side, node)
                known.meant(node.match)
                for derogation in node.derogations:
                    known.meant(derogation.match)
        for group, count in lists.items():
            self.vocabulary[group].substances = max(count, self.vocabulary[group].substances)

    def _known(self, side: str, node: Is | Has | Disclosed | Excludes) -> Vocabulary:
        return self.vocabulary.setdefault(self.measurands.group(side, node.quantity), Vocabulary())

    def definition(self, group: Group) -> PropertyDefinition:
        """The property of a group."""
        return self.measurands.properties.properties[group.quantity.property]

    def known(self, group: Group) -> Bool:
        """Whether there is a value at all: certain, but where a document asks just that."""
        found = self.vocabulary.get(group)
        return flag(f"known {group.name}") if found and found.disclosed else TRUE

    # unknowns

    def value(self, group: Group) -> Real:
        """The number of a group."""
        if group not in self.numbers:
            self.numbers[group] = self._number(group, f"value {group.name}")
        return self.numbers[group]

    def _number(self, group: Group, name: str) -> Real:
        found = real(name)
        if self._never_negative(group):
            self.axioms.append(found >= 0)
        return found

    def _never_negative(self, group: Group) -> bool:
        return self.definition(group).never_negative

    def detection(self, group: Group) -> tuple[Bool, Real]:
        """Whether a substance was not detected, and the detection limit; then its value lies between 0 and that."""
        if group not in self.undetected:
            found = (flag(f"not detected {group.name}"), real(f"detection limit {group.name}"))
            value = self.value(group)
            self.axioms += [
                found[1] > 0,
                any_of((opposite(found[0]), all_of((value >= 0, value < found[1])))),
            ]
            self.undetected[group] = found
        return self.undetected[group]

    def item(self, group: Group, name: str) -> Real:
        """One of several named numbers."""
        if (group, name) not in self.items:
            self.items[group, name] = self._number(group, f"item {group.name} {name}")
        return self.items[group, name]

    def aggregate(self, group: Group, term: Aggregate) -> Real:
        """One number out of however many; their names do not matter."""
        key = (group, term.how, term.percent)
        if key not in self.aggregates:
            self.aggregates[key] = self._number(group, f"{term.how} {term.percent or ''} {group.name}")
        return self.aggregates[key]

    def word(self, group: Group) -> Real:
        """The word of a group, as its place among `words_of`."""
        if group not in self.one_word:
            found = whole(f"word {group.name}")
            self.axioms += [found >= 0, found < len(self.words_of(group))]
            self.one_word[group] = found
        return self.one_word[group]

    def words_of(self, group: Group) -> tuple[str, ...]:
        """The words that a group may have; `ANOTHER` for all that nobody names, where the list is open."""
        definition = self.definition(group)
        if definition.is_a == "flag":
            return ("false", "true")
        known = self.vocabulary.get(group, Vocabulary())
        return tuple(definition.values or definition.scale) or (*known.words, ANOTHER)

    def has(self, group: Group, word: str) -> Bool:
        """Whether a set has a word."""
        return self.words.setdefault((group, word), flag(f"has {group.name} {word}"))

    def held(self, programme: str, category: str | None, of: str) -> Bool:
        """Whether a label is held; without a category: for any."""
        wanted = [category] if category is not None else [*self._categories.get((programme, of), {}), ANOTHER]
        found = []
        for one in wanted:
            if one is not None:
                key = (programme, one, of)
                found.append(self.labels.setdefault(key, flag(f"held {programme} {one} {of}")))
        return any_of(found)

    def ingredient_sum(self, group: Group, table: str, column: str) -> Real:
        """The sum over the ingredients of one column of a table."""
        key = (group, table, column)
        return self.ingredient_sums.setdefault(key, real(f"sum {group.name} {table} {column}"))

    def listed(self, group: Group) -> tuple[SubstanceUnknowns, ...]:
        """As many substances as one clause can be broken by; what one substance does not break, more do not either."""
        if group not in self.substances:
            known = self.vocabulary[group]
            self.substances[group] = tuple(self._substance(group, known, at) for at in range(known.substances))
        return self.substances[group]

    def _substance(self, group: Group, known: Vocabulary, at: int) -> SubstanceUnknowns:
        name = f"substance {at} {group.name}"
        places = {word: whole(f"{word} of {name}") for word in ("role", "cas", "name")}
        share = real(f"share of {name}")
        roles = len(self.roles_of(group))
        for place, count in zip(places.values(), (roles, len(known.cas) + 1, len(known.names) + 1), strict=True):
            self.axioms += [place >= 0, place < count]
        self.axioms += [share > 0, share <= 100]  # noqa: PLR2004 - percent
        hazards = {one: flag(f"{one} of {name}") for one in known.hazards}
        return SubstanceUnknowns(flag(f"present {name}"), flag(f"added {name}"), share, **places, hazards=hazards)

    def roles_of(self, group: Group) -> tuple[str, ...]:
        """The roles of substances in a list."""
        return tuple(self.definition(group).values) or (*self.vocabulary[group].roles, ANOTHER)

    def function(self, name: Function, arguments: tuple[Real, ...]) -> Real:
        """The value of a function that only goes in known directions."""
        for one in self.opaque:
            if one.function == name and all(a.eq(b) for a, b in zip(one.arguments, arguments, strict=True)):
                self.used[str(one.result)] = one
                return one.result
        found = OpaqueUnknown(name, arguments, real(f"{name} {len(self.opaque)}"))
        self.opaque.append(found)
        self.used[str(found.result)] = found
        least, most = {"tanh": (-1, 1)}.get(name, (None if name == "log10" else 0, None))
        self.axioms += [found.result >= least] if least is not None else []
        self.axioms += [found.result <= most] if most is not None else []
        return found.result

    # what is always true

    def laws(self) -> Iterator[Bool]:
        """What holds of the unknowns together; asked for once all documents are written in them."""
        yield from self.axioms
        for group in {key[0]: None for key in self.aggregates}:
            yield from self._of_aggregates(group)
        for one, other in combinations(self.opaque, 2):
            if one.function == other.function:
                yield from _monotone(one, other)

    def _of_aggregates(self, group: Group) -> Iterator[Bool]:
        found = {key[1:]: one for key, one in self.aggregates.items() if key[0] == group}
        least, most = found.get(("minimum", None)), found.get(("maximum", None))
        between = [one for (how, _), one in found.items() if how in {"mean", "percentile"}]
        yield from (least <= one for one in (*between, *([most] if most is not None else ())) if least is not None)
        yield from (one <= most for one in between if most is not None)
        ranked = sorted((percent or Decimal(0), how) for how, percent in found if how == "percentile")
        yield from (found["percentile", low] <= found["percentile", high] for (low, _), (high, _) in pairwise(ranked))
        total = found.get(("sum", None))
        items = [one for (own, _), one in self.items.items() if own == group]
        if total is not None and self._never_negative(group):
            yield from (one <= total for (how, _), one in found.items() if how not in {"sum", "count"})
            yield from [sum(items) <= total] if items else []
        yield from (one <= most for one in items if most is not None)
        yield from (least <= one for one in items if least is not None)

    def link(self, link: Link, kind: LinkKind) -> Bool:
        """What an estimate says of two measurands; `proportional`: the lowest also says it of what is below it."""
        one, other = self.numbers.get(link.one), self.numbers.get(link.other)
        if one is None or other is None:
            return TRUE
        below = any_of((one > number(link.value), other <= number(link.for_value)))
        alike = [it.value for it in self.measurands.links if (it.one, it.other) == (link.one, link.other)]
        if kind == "estimate" or link.value > min(alike) or link.value <= 0:
            return below
        slope = number(Fraction(link.for_value) / Fraction(link.value))
        return all_of((below, any_of((one > number(link.value), other <= slope * one))))

    def plausible(self) -> Iterator[Bool]:
        """What makes a product that can be written down: lists of two values, or of those that are named."""
        for group in {key[0]: None for key in self.aggregates}:
            yield from self._two_values(group)

    def _two_values(self, group: Group) -> Iterator[Bool]:
        named = [one for (own, _), one in self.items.items() if own == group]
        single = self.numbers.get(group)
        if single is not None:
            values = [single]
        elif named:
            values = named
        else:
            values = [self.item(group, "first"), self.item(group, "second")]
            yield values[0] <= values[1]
        for (own, how, percent), found in self.aggregates.items():
            if own == group:
                yield from _exactly(found, how, percent, values)


def _exactly(found: Real, how: How, percent: Decimal | None, values: list[Real]) -> Iterator[Bool]:
    """An aggregate of values in ascending order (of named ones a percentile is left open)."""
    if how == "percentile":
        rank = max(ceil((percent or Decimal(100)) * len(values) / 100), 1) - 1
        if len(values) <= 2:  # noqa: PLR2004 - only pairs are in order
            yield found == values[rank]
        return
    yield found == aggregated(how, values)


def aggregated(how: How, values: list[Real]) -> Real:
    """One number out of named ones; errors: none, the loader knows these ways only."""
    if how == "count":
        return number(len(values))
    if how in {"sum", "mean"}:
        total = sum(values[1:], values[0])
        return total if how == "sum" else total / len(values)
    found = values[0]
    for one in values[1:]:
        found = either(one > found if how == "maximum" else one < found, one, found)
    return found


def _monotone(one: OpaqueUnknown, other: OpaqueUnknown) -> Iterator[Bool]:
    """Greater arguments, greater results (or the other way round, argument by argument)."""
    directions = FUNCTIONS[one.function].directions
    for low, high in ((one, other), (other, one)):
        ordered = [
            a <= b if direction > 0 else a >= b
            for a, b, direction in zip(low.arguments, high.arguments, directions, strict=True)
        ]
        yield any_of((opposite(all_of(ordered)), low.result <= high.result))


def _decimal(one: Fraction) -> Decimal:
    return Decimal(one.numerator) / Decimal(one.denominator)
