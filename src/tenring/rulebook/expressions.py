"""The criteria language as a closed set of types: what a clause asks, ready to be judged, compiled to SQL, or compared.

Two families: a **term** is a number, a **condition** is true, false or unknown. Both are trees of frozen dataclasses;
readers (judge, SQL, solver) handle each type once and need nothing else.

Conventions, already established by the loader so that no reader has to:

- Every quantity is in the unit of its property (`catalog/properties.yml`); constants were converted to it. A `Value`
  carries a factor where a printed formula wants another unit.
- There is no negation: the loader pushes it down to the leaves (`negated`, the opposite operator).
- `Dated` and `Meets` are gone once a revision was taken on a date (`tenring.rulebook.dates`); readers never see them.
- Terms are piecewise linear in measured values, except below `Opaque`, whose functions are monotone in each argument.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal, cast, get_args

Operator = Literal["<", "<=", ">", ">=", "==", "!="]
OPPOSITE: dict[Operator, Operator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass(frozen=True)
class Quantity:
    """A measurand as a clause means it: the property, of what, under which conditions, by which methods.

    `at` are conditions such as `("time", "28 d")`, sorted by name. `methods` are those the clause accepts, in its own
    order; empty: any method of the property's family.
    """

    property: str
    of: str = "product"
    at: tuple[tuple[str, str], ...] = ()
    methods: tuple[str, ...] = ()

    @cached_property
    def key(self) -> str:
        """One name for what is measured, whoever asks: `formaldehyde_emission@leather[time=28 d]`, without methods."""
        conditions = ",".join(f"{name}={text}" for name, text in self.at)
        return f"{self.property}@{self.of}" + (f"[{conditions}]" if conditions else "")


# Terms are numbers.


@dataclass(frozen=True)
class Constant:
    """A number of the document. `printed` is how the document writes it, with its unit."""

    value: Decimal
    printed: str = field(default="", compare=False)


@dataclass(frozen=True)
class Value:
    """The value of a number property, multiplied by `factor` (from the property's unit to the formula's)."""

    quantity: Quantity
    factor: Decimal = Decimal(1)


How = Literal["sum", "maximum", "minimum", "mean", "percentile", "count"]


@dataclass(frozen=True)
class Aggregate:
    """One number out of the named values of a property (one for each substance, sample, month …).

    "Each at most x" is `maximum` at most x. With `items`, exactly these count, and each of them must have a value:
    what was not measured is not zero. `percentile`: the smallest value that at least `percent` % do not exceed.
    """

    quantity: Quantity
    how: How
    items: tuple[str, ...] = ()
    percent: Decimal | None = None
    factor: Decimal = Decimal(1)


@dataclass(frozen=True)
class IngredientSum:
    """Sum over the ingredients of a list: share (%) times the number of its CAS in a column of an ingredient table.

    An ingredient that is not in the table makes the sum unknown.
    """

    quantity: Quantity
    table: str
    column: str
    numbers: tuple[tuple[str, Decimal], ...]
    """CAS number -> the table's number, sorted."""
    factor: Decimal = Decimal(1)


@dataclass(frozen=True)
class Sum:
    """All terms added; nothing is 0."""

    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Multiply:
    """Two factors, at least one of which depends on no measured number (a constant, or a `Choice` of constants)."""

    left: Term
    right: Term


@dataclass(frozen=True)
class Minimum:
    """The least of the terms."""

    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Maximum:
    """The greatest of the terms."""

    terms: tuple[Term, ...]


Rounding = Literal["half_up", "half_even", "down", "up"]


@dataclass(frozen=True)
class Rounded:
    """A term rounded to `digits` decimals in the direction printed; `down` and `up` are towards and from 0."""

    term: Term
    digits: int
    direction: Rounding = "half_up"


@dataclass(frozen=True)
class Row:
    """One row of a table: when it counts, and the number it gives."""

    when: Condition
    then: Term
    label: str = field(default="", compare=False)


Hit = Literal["only", "first", "least", "greatest"]


@dataclass(frozen=True)
class Choice:
    """A table: the number of the row that counts.

    `only`: the rows part the products, `criteria check` proves that none is left out and none counted twice · `first`:
    the first that counts · `least` / `greatest`: of all that count (a product in several groups takes the strictest).
    Without a row that counts it is `otherwise`; None: unknown, as an unread number is. Where it is unknown which row
    counts, the number lies between those of the rows that may.
    """

    rows: tuple[Row, ...]
    otherwise: Term | None = None
    hit: Hit = "only"


Function = Literal["tanh", "square_root", "log10", "exp", "product", "ratio"]


@dataclass(frozen=True)
class Opaque:
    """A function that is not piecewise linear; only its direction in each argument is known (`functions.py`)."""

    function: Function
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class UnreadNumber:
    """A number that the document has and nobody has read: nothing compared with it is ever true or false."""

    reason: str


Term = (
    Constant
    | Value
    | Aggregate
    | IngredientSum
    | Sum
    | Multiply
    | Minimum
    | Maximum
    | Rounded
    | Choice
    | Opaque
    | UnreadNumber
)


# Conditions are true, false or unknown.


@dataclass(frozen=True)
class Compare:
    """Two numbers compared, strict or not as printed. Evidence rules of a clause concern the values on the left."""

    left: Term
    operator: Operator
    right: Term


@dataclass(frozen=True)
class Is:
    """A word, class or flag (`true`, `false`) is one of these; with `negated`, it is known and none of these.

    Of several words (the classes of several parts) every one must be: the worst decides.
    """

    quantity: Quantity
    values: frozenset[str]
    negated: bool = False


@dataclass(frozen=True)
class Has:
    """A set has `any`, `all` or `none` of these words."""

    quantity: Quantity
    which: Literal["any", "all", "none"]
    values: frozenset[str]


@dataclass(frozen=True)
class NotDetected:
    """The report says "not detected", by an accepted method, with a detection limit of at most this (property's unit).

    Without a limit of its own the clause accepts that of its method. A value that was found is false.
    """

    quantity: Quantity
    detection_limit: Decimal | None = None


@dataclass(frozen=True)
class Disclosed:
    """Any value is known: clauses that only ask to publish or declare something; `negated`: none is ("or unknown")."""

    quantity: Quantity
    negated: bool = False


@dataclass(frozen=True)
class Holds:
    """A label is held on the date: of a programme, for a category (None: any), for the product or a part of it."""

    programmes: frozenset[str]
    category: str | None = None
    of: str = "product"
    negated: bool = False


@dataclass(frozen=True)
class Match:
    """Which substances are meant: those with one of the hazards or CAS numbers or names, in one of the roles.

    Empty `roles`: in any role. Empty `hazards`, `cas` and `names` together: every substance.
    """

    hazards: frozenset[str] = frozenset()
    cas: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Derogation:
    """What is allowed after all: these hazards (empty: all) of these substances, as long as `when` holds."""

    id: str
    match: Match
    when: Condition


@dataclass(frozen=True)
class Amount:
    """A share by mass in % that may not be exceeded (`<=`) or not be reached (`<`). 0 with `<=`: none at all."""

    percent: Decimal
    operator: Literal["<", "<="] = "<="


@dataclass(frozen=True)
class Excludes:
    """No substance of the list is of those meant, less the derogated hazards, beyond the amounts.

    A substance breaks it when hazards (or its CAS or name) of `match` remain after all derogations that apply to it and
    its share is beyond `added` if it was added on purpose, beyond `carried` if it came in with raw materials or as an
    impurity. None: any share is allowed. "Not added" is added 0, carried None; "not contained above x" both x.
    """

    quantity: Quantity
    match: Match
    added: Amount | None
    carried: Amount | None
    derogations: tuple[Derogation, ...] = ()


@dataclass(frozen=True)
class All:
    """Every one holds; of nothing that is true."""

    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class AnyOf:
    """At least one holds; of nothing that is false."""

    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class AtLeast:
    """At least `count` of them hold."""

    count: int
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Given:
    """A fact about the product: its condition, free of the rules of evidence; without them it is just the condition."""

    condition: Condition


@dataclass(frozen=True)
class Unread:
    """A requirement that cannot be applied: `unread` in its source, or `qualitative` ("as far as possible")."""

    reason: str
    kind: Literal["unread", "qualitative", "unresolved"] = "unread"


@dataclass(frozen=True)
class Dated:
    """Another condition since each of these days, ascending. Before the first there is none: it does not apply."""

    since: tuple[tuple[date, Condition], ...]


@dataclass(frozen=True)
class Meets:
    """A clause (None: all mandatory ones) of other criteria, in one pinned version or the one in force on the date."""

    criteria: str
    clause: str | None = None
    version: date | None = None


Condition = (
    Compare
    | Is
    | Has
    | NotDetected
    | Disclosed
    | Holds
    | Excludes
    | All
    | AnyOf
    | AtLeast
    | Given
    | Unread
    | Dated
    | Meets
)

Node = Term | Condition
TERMS: tuple[type, ...] = get_args(Term)
CONDITIONS: tuple[type, ...] = get_args(Condition)

ALWAYS = All()
NEVER = AnyOf()


def children(node: Node) -> Iterator[Node]:
    """The terms and conditions right below one, in the order they are written."""
    for one in fields(node):
        yield from _nodes_in(getattr(node, one.name))


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, (*TERMS, *CONDITIONS)):
        yield cast("Node", value)
    elif isinstance(value, Row):
        yield value.when
        yield value.then
    elif isinstance(value, Derogation):
        yield value.when
    elif isinstance(value, tuple):
        for one in value:
            yield from _nodes_in(one)


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def quantities(node: Node) -> Iterator[Quantity]:
    """Every quantity that a node looks at, parents first; one may come more than once."""
    for one in walk(node):
        found = getattr(one, "quantity", None)
        if isinstance(found, Quantity):
            yield found


def depends_on_numbers(term: Term) -> bool:
    """Whether a term changes with a measured number, not counting which row of a table counts."""
    if isinstance(term, Value | Aggregate | IngredientSum | Opaque):
        return True
    if isinstance(term, Choice):
        rows = [row.then for row in term.rows] + ([term.otherwise] if term.otherwise else [])
        return any(depends_on_numbers(one) for one in rows)
    return any(depends_on_numbers(cast("Term", one)) for one in children(term) if isinstance(one, TERMS))


def needed(group: All | AnyOf | AtLeast) -> int:
    """How many conditions of a group must hold."""
    if isinstance(group, AtLeast):
        return group.count
    return len(group.conditions) if isinstance(group, All) else 1


def negated(condition: Condition) -> Condition:
    """The condition that holds exactly when this one does not; the unknown stays unknown.

    Raises:
        ValueError: it has no opposite (exclusion lists, detection, dates, references).
    """
    match condition:
        case Compare(left, operator, right):
            return Compare(left, OPPOSITE[operator], right)
        case Is() | Holds() | Disclosed():
            return replace(condition, negated=not condition.negated)
        case Has(quantity, "any" | "none" as which, values):
            return Has(quantity, "none" if which == "any" else "any", values)
        case Unread():
            return condition
        case _:
            return _negated_group(condition)


def _negated_group(condition: Condition) -> Condition:
    match condition:
        case All(conditions):
            return AnyOf(tuple(negated(one) for one in conditions))
        case AnyOf(conditions):
            return All(tuple(negated(one) for one in conditions))
        case Given(inner):
            return Given(negated(inner))
        case AtLeast(count, conditions):
            return AtLeast(len(conditions) - count + 1, tuple(negated(one) for one in conditions))
        case _:
            message = f"the opposite of {type(condition).__name__} is not defined"
            raise ValueError(message)
