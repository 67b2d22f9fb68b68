"""Formulae as documents print them (`8.76 * (off * 0.15 + sleep * 0.45)`), read into terms.

The grammar is small on purpose: + - * /, brackets, numbers, names, and the functions min, max, clamp, round, and those
of `functions.py`. What is not piecewise linear is refused unless it is one of these functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import cast

from tenring.rulebook.expressions import (
    Constant,
    Function,
    Maximum,
    Minimum,
    Multiply,
    Opaque,
    Rounded,
    Rounding,
    Sum,
    Term,
    depends_on_numbers,
)
from tenring.rulebook.functions import FUNCTIONS

MAX_LENGTH = 1000
MAX_DEPTH = 20
_DIRECTIONS = ("half_up", "half_even", "down", "up")
_MOST_DIGITS = 9

_TOKEN = re.compile(r"\s*(?:(\d{1,20}(?:\.\d{1,20})?)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/(),])|(\S))")


class FormulaError(ValueError):
    """A formula cannot be read; the message says where and what to write instead."""


def read_formula(text: str, names: Mapping[str, Term]) -> Term:
    """A formula as a term.

    Args:
        text: the formula; numbers with a point.
        names: what each name in it stands for.

    Raises:
        FormulaError: it breaks the grammar, uses an unknown name, or multiplies or divides measured values.
    """
    if len(text) > MAX_LENGTH:
        message = f"the formula is longer than {MAX_LENGTH} characters; divide it into named parts"
        raise FormulaError(message)
    return _Reader(text, names).whole()


def scaled(term: Term, by: Decimal) -> Term:
    """A term times a number, as simple as it can be."""
    if by == 1:
        return term
    if isinstance(term, Constant):
        return Constant(term.value * by, term.printed)
    return Multiply(Constant(by), term)


class _Reader:
    """Recursive descent over one formula."""

    def __init__(self, text: str, names: Mapping[str, Term]) -> None:
        self._text, self._names = text, names
        self._tokens = [next(part for part in found.groups() if part) for found in _TOKEN.finditer(text)]
        self._at = 0
        self._depth = 0

    def whole(self) -> Term:
        term = self._sum()
        if self._at < len(self._tokens):
            raise self._error(f"{self._tokens[self._at]!r} is not expected here")
        return term

    def _error(self, what: str) -> FormulaError:
        return FormulaError(f"formula {self._text.strip()!r}: {what}")

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _expect(self, token: str) -> None:
        if self._take() != token:
            raise self._error(f"{token!r} is missing")

    def _sum(self) -> Term:
        terms = [self._multiplied()]
        while self._peek() in {"+", "-"}:
            sign = self._take()
            term = self._multiplied()
            terms.append(term if sign == "+" else scaled(term, Decimal(-1)))
        return _added(terms)

    def _multiplied(self) -> Term:
        term = self._factor()
        while self._peek() in {"*", "/"}:
            sign = self._take()
            right = self._factor()
            term = self._times(term, right) if sign == "*" else self._divided(term, right)
        return term

    def _times(self, left: Term, right: Term) -> Term:
        if isinstance(left, Constant):
            return scaled(right, left.value)
        if isinstance(right, Constant):
            return scaled(left, right.value)
        if depends_on_numbers(left) and depends_on_numbers(right):
            raise self._error("it multiplies two measured values; write product(a, b), which is opaque and monotone")
        return Multiply(left, right)

    def _divided(self, left: Term, right: Term) -> Term:
        if not isinstance(right, Constant):
            raise self._error("it divides by what is no number; write ratio(a, b), which is opaque and monotone")
        try:
            return scaled(left, 1 / right.value)
        except (DivisionByZero, InvalidOperation) as error:
            raise self._error("it divides by zero") from error

    def _factor(self) -> Term:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"it is nested more than {MAX_DEPTH} deep; divide it into named parts")
        try:
            return self._one()
        finally:
            self._depth -= 1

    def _one(self) -> Term:
        token = self._take()
        if token == "-":  # noqa: S105 - a sign
            return scaled(self._factor(), Decimal(-1))
        if token == "(":  # noqa: S105 - a bracket
            term = self._sum()
            self._expect(")")
            return term
        if token[:1].isdigit():
            return Constant(Decimal(token), token)
        if token[:1].isalpha() or token[:1] == "_":
            return self._named(token)
        raise self._error(f"{token!r} is not expected here" if token else "it ends too early")

    def _named(self, name: str) -> Term:
        if self._peek() == "(":
            self._take()
            return self._call(name)
        if name not in self._names:
            known = ", ".join(sorted(self._names)) or "none"
            raise self._error(f"{name!r} is not known; the names are: {known}")
        return self._names[name]

    def _call(self, name: str) -> Term:
        if name == "round":
            return self._rounded()
        arguments = self._arguments()
        if name in _BUILT:
            return _BUILT[name](self, arguments)
        if name not in FUNCTIONS:
            raise self._error(f"there is no function {name!r}; there are: {', '.join((*_BUILT, 'round', *FUNCTIONS))}")
        function = cast("Function", name)
        self._count(name, arguments, len(FUNCTIONS[function].directions))
        return Opaque(function, tuple(arguments))

    def _arguments(self) -> list[Term]:
        arguments = [self._sum()]
        while self._peek() == ",":
            self._take()
            arguments.append(self._sum())
        self._expect(")")
        return arguments

    def _count(self, name: str, arguments: list[Term], wanted: int) -> None:
        if len(arguments) != wanted:
            raise self._error(f"{name} takes {wanted} arguments, not {len(arguments)}")

    def _rounded(self) -> Term:
        term = self._sum()
        self._expect(",")
        digits, direction = self._take(), "half_up"
        if self._peek() == ",":
            self._take()
            direction = self._take()
        self._expect(")")
        if not digits.isdigit() or int(digits) > _MOST_DIGITS or direction not in _DIRECTIONS:
            raise self._error(f"round(x, digits, {' | '.join(_DIRECTIONS)}) is how to round")
        return Rounded(term, int(digits), cast("Rounding", direction))

    def minimum(self, arguments: list[Term]) -> Term:
        """The least of the arguments."""
        return Minimum(tuple(arguments))

    def maximum(self, arguments: list[Term]) -> Term:
        """The greatest of the arguments."""
        return Maximum(tuple(arguments))

    def clamp(self, arguments: list[Term]) -> Term:
        """The first argument, kept between the second and the third."""
        self._count("clamp", arguments, 3)
        term, lowest, highest = arguments
        return Minimum((Maximum((term, lowest)), highest))


_BUILT: Mapping[str, Callable[[_Reader, list[Term]], Term]] = {
    "min": _Reader.minimum,
    "max": _Reader.maximum,
    "clamp": _Reader.clamp,
}


def _added(terms: list[Term]) -> Term:
    flat: list[Term] = []
    for term in terms:
        flat += term.terms if isinstance(term, Sum) else (term,)
    constant = [term for term in flat if isinstance(term, Constant)]
    if len(constant) == len(flat):
        return Constant(
            sum((term.value for term in constant), Decimal(0)), constant[0].printed if len(flat) == 1 else ""
        )
    return flat[0] if len(flat) == 1 else Sum(tuple(flat))
