"""The little of z3 that comparing needs, with types; the only module that knows the solver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import z3

Bool = Any
Real = Any

#: Steps of the solver before it gives up on one question: far more than any clause has needed, and the same everywhere.
MOST_STEPS = 3_000_000

TRUE: Bool = z3.BoolVal(val=True)
FALSE: Bool = z3.BoolVal(val=False)


def number(value: Decimal | Fraction | int) -> Real:
    """A constant, exactly."""
    exact = Fraction(value)
    return z3.Q(exact.numerator, exact.denominator)


def real(name: str) -> Real:
    """A number that is free."""
    return z3.Real(name)


def whole(name: str) -> Real:
    """A whole number that is free."""
    return z3.Int(name)


def flag(name: str) -> Bool:
    """True or false."""
    return z3.Bool(name)


def all_of(parts: Iterable[Bool]) -> Bool:
    """Every one; of nothing true."""
    kept = [one for one in parts if one is not TRUE]
    if any(one is FALSE for one in kept):
        return FALSE
    return TRUE if not kept else kept[0] if len(kept) == 1 else z3.And(*kept)


def any_of(parts: Iterable[Bool]) -> Bool:
    """At least one; of nothing false."""
    kept = [one for one in parts if one is not FALSE]
    if any(one is TRUE for one in kept):
        return TRUE
    return FALSE if not kept else kept[0] if len(kept) == 1 else z3.Or(*kept)


def at_least(count: int, parts: list[Bool]) -> Bool:
    """At least `count` of them."""
    if count <= 0:
        return TRUE
    return FALSE if count > len(parts) else z3.AtLeast(*parts, count)


def opposite(one: Bool) -> Bool:
    """Not."""
    return FALSE if one is TRUE else TRUE if one is FALSE else z3.Not(one)


def either(when: Bool, then: Real, otherwise: Real) -> Real:
    """One number or another."""
    return then if when is TRUE else otherwise if when is FALSE else z3.If(when, then, otherwise)


def floor(one: Real) -> Real:
    """The greatest whole number that is not above."""
    return z3.ToReal(z3.ToInt(one))


def fewest(clauses: Iterable[frozenset[frozenset[str]]], known: frozenset[str]) -> tuple[str, ...]:
    """The smallest set of names that, with those known, contains one of the sets of each clause; first in the alphabet.

    Proven smallest where the solver finishes; else the smallest that it found.
    """
    clauses = tuple(clauses)
    names = sorted({name for ways in clauses for way in ways for name in way} - known)
    tests = {name: z3.Bool(name) for name in names}
    optimiser = z3.Optimize()
    optimiser.set("rlimit", MOST_STEPS)
    for ways in clauses:
        optimiser.add(any_of(all_of(tests[name] for name in sorted(way - known)) for way in sorted(ways, key=sorted)))
    weight = len(names) ** 2 + 1  # one test fewer counts more than all places in the alphabet
    for place, name in enumerate(names):
        optimiser.add_soft(z3.Not(tests[name]), weight + place)
    if optimiser.check() == z3.unsat:
        return tuple(names)
    model = optimiser.model()
    return tuple(name for name in names if z3.is_true(model.eval(tests[name], model_completion=True)))


def cheapest(wanted: Bool, costs: Mapping[str, tuple[int, ...]]) -> tuple[tuple[str, ...], bool]:
    """The flags that make `wanted` true at the least cost, and whether the solver proved that none costs less.

    Args:
        wanted: a condition over flags of these names that can be made true by setting all of them.
        costs: for each name its costs; the first count most, a later one decides between equals. All are at least 0.

    Equally cheap ones are told apart by their order in `costs`, so that the answer is the same each time.
    """
    names = tuple(costs)
    optimiser = z3.Optimize()
    optimiser.set("rlimit", MOST_STEPS)
    optimiser.add(wanted)
    for name, weight in zip(names, _as_one(list(costs.values())), strict=True):
        optimiser.add_soft(z3.Not(z3.Bool(name)), weight)
    if optimiser.check() != z3.sat:
        return names, False
    model = optimiser.model()
    return tuple(name for name in names if z3.is_true(model.eval(z3.Bool(name), model_completion=True))), True


def _as_one(costs: list[tuple[int, ...]]) -> list[int]:
    """Each row of costs as one number, so that sums of them compare as the sums of the rows do, one after the other."""
    weights = [0] * len(costs)
    for column in zip(*costs, strict=True):
        scale = sum(column) + 1
        weights = [weight * scale + cost for weight, cost in zip(weights, column, strict=True)]
    scale = len(costs) ** 2 + 1
    return [weight * scale + place + 1 for place, weight in enumerate(weights)]


def weighted(at_least: Decimal, parts: Iterable[tuple[Decimal, Bool]]) -> Bool:
    """Whether the weights of those that are true add up to this."""
    return z3.Sum([number(0), *(either(one, number(weight), number(0)) for weight, one in parts)]) >= number(at_least)


class Solver:
    """Questions about one world: is there a product such that …?"""

    def __init__(self, axioms: Iterable[Bool]) -> None:
        self._solver = z3.Solver()
        self._solver.set("rlimit", MOST_STEPS)
        self._solver.add(*axioms)

    def learn(self, fact: Bool) -> None:
        """Something that is always true."""
        self._solver.add(fact)

    def find(self, *parts: Bool) -> Model | Literal[False] | None:
        """A world in which all are true; False: there is none; None: the solver gave up."""
        self._solver.push()
        try:
            self._solver.add(*parts)
            answer = self._solver.check()
            if answer == z3.sat:
                return Model(self._solver.model())
            return False if answer == z3.unsat else None
        finally:
            self._solver.pop()

    def reasons(self, claims: dict[str, Bool], *parts: Bool) -> tuple[str, ...] | None:
        """The names of claims that, together with `parts`, are impossible; None where they are possible or unknown."""
        self._solver.push()
        try:
            self._solver.add(*parts)
            names = {name: z3.Bool(f"claim {name}") for name in claims}
            self._solver.add(*(z3.Implies(names[name], claim) for name, claim in claims.items()))
            if self._solver.check(*names.values()) != z3.unsat:
                return None
            core = {str(one) for one in self._solver.unsat_core()}
            return tuple(name for name, literal in names.items() if str(literal) in core)
        finally:
            self._solver.pop()


class Model:
    """A world that the solver found: a value of everything that is free."""

    def __init__(self, found: Any) -> None:  # noqa: ANN401 - z3's own model
        self._found = found

    def holds(self, one: Bool) -> bool:
        """Whether something is true in it."""
        return bool(z3.is_true(self._found.eval(one, model_completion=True)))

    def value(self, one: Real) -> Fraction:
        """A number in it; irrational ones to twenty digits."""
        found = self._found.eval(one, model_completion=True)
        if z3.is_algebraic_value(found):
            found = found.approx(20)
        return Fraction(found.as_fraction()) if z3.is_rational_value(found) else Fraction(found.as_long())
