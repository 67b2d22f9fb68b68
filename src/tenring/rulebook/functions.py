"""The functions that are not piecewise linear: how to compute them, and in which direction they go."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tenring.rulebook.expressions import Function

Direction = int
"""1: grows with the argument, -1: falls with it."""


@dataclass(frozen=True)
class Definition:
    """A function over Decimals, monotone in each argument on its domain (`least`: smallest allowed arguments)."""

    compute: Callable[..., Decimal]
    directions: tuple[Direction, ...]
    least: tuple[Decimal, ...]
    sql: str
    """The same in SQL, with {0}, {1} for the arguments (doubles)."""


_INFINITE = Decimal("Infinity")
#: Beyond these arguments a double's tanh and exp are 1 and out of range.
_TANH_SATURATES = 20
_EXP_OVERFLOWS = 700


def _tanh(x: Decimal) -> Decimal:
    if abs(x) > _TANH_SATURATES:
        return Decimal(1).copy_sign(x)
    return Decimal(repr(math.tanh(float(x))))


def _exp(x: Decimal) -> Decimal:
    if abs(x) > _EXP_OVERFLOWS:
        return _INFINITE if x > 0 else Decimal(0)
    return Decimal(repr(math.exp(float(x))))


def _log10(x: Decimal) -> Decimal:
    return -_INFINITE if x <= 0 else x.log10()


def _product(left: Decimal, right: Decimal) -> Decimal:
    return Decimal(0) if 0 in (left, right) else left * right


def _ratio(above: Decimal, below: Decimal) -> Decimal:
    if below == 0:
        return _INFINITE if above > 0 else Decimal(0)
    if below.is_infinite():
        return Decimal(0)
    return above / below


_ZERO, _LOWEST = Decimal(0), -_INFINITE

FUNCTIONS: Mapping[Function, Definition] = {
    "tanh": Definition(_tanh, (1,), (_LOWEST,), "tanh({0})"),
    "square_root": Definition(lambda x: x if x.is_infinite() else x.sqrt(), (1,), (_ZERO,), "sqrt({0})"),
    "log10": Definition(_log10, (1,), (_ZERO,), "log10({0})"),
    "exp": Definition(_exp, (1,), (_LOWEST,), "exp({0})"),
    "product": Definition(_product, (1, 1), (_ZERO, _ZERO), "(({0}) * ({1}))"),
    "ratio": Definition(_ratio, (1, -1), (_ZERO, _ZERO), "(({0}) / ({1}))"),
}
