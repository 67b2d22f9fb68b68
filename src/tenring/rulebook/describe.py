"""Clauses in words and signs, as a reader of the document would recognise them."""

from __future__ import annotations

from collections.abc import Callable

from tenring.catalogue.properties import Properties
from tenring.language import T, in_language
from tenring.rulebook.amounts import plain_number
from tenring.rulebook.expressions import (
    Aggregate,
    All,
    AnyOf,
    AtLeast,
    Choice,
    Compare,
    Condition,
    Constant,
    Dated,
    Disclosed,
    Excludes,
    Given,
    Has,
    Holds,
    IngredientSum,
    Is,
    Maximum,
    Meets,
    Minimum,
    Multiply,
    NotDetected,
    Opaque,
    Quantity,
    Rounded,
    Sum,
    Term,
    Unread,
    UnreadNumber,
    Value,
)

_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}


class Describer:
    """Describes conditions with the names of properties and subjects in the language in use."""

    def __init__(self, properties: Properties) -> None:
        self._properties = properties

    def quantity(self, quantity: Quantity) -> str:
        """`Formaldehyde emission (leather; time 28 d; EN 717-1)`."""
        definition = self._properties.properties[quantity.property]
        about = [] if quantity.of == "product" else [in_language(self._properties.subjects[quantity.of].names)]
        about += [text for _, text in quantity.at]
        about += [" / ".join(quantity.methods)] if quantity.methods else []
        return in_language(definition.names) + (f" ({'; '.join(about)})" if about else "")

    def condition(self, condition: Condition) -> str:
        """A condition in one line."""
        return _CONDITIONS[type(condition)](self, condition)

    def term(self, term: Term) -> str:
        """A term in one line."""
        return _TERMS[type(term)](self, term)

    # conditions

    def _compare(self, one: Compare) -> str:
        return f"{self.term(one.left)} {_SIGNS[one.operator]} {self.term(one.right)}"

    def _is(self, one: Is) -> str:
        sign = "∉" if one.negated else "∈"
        words = ", ".join(sorted(one.values))
        if len(one.values) == 1:
            return f"{self.quantity(one.quantity)} {'≠' if one.negated else '='} {words}"
        return f"{self.quantity(one.quantity)} {sign} {{{words}}}"

    def _has(self, one: Has) -> str:
        words = ", ".join(sorted(one.values))
        sign = {"any": "∩", "all": "⊇", "none": "∌"}[one.which]
        return f"{self.quantity(one.quantity)} {sign} {{{words}}}"

    def _not_detected(self, one: NotDetected) -> str:
        limit = "" if one.detection_limit is None else f" (≤ {plain_number(one.detection_limit)})"
        return T("{quantity} not detected", quantity=self.quantity(one.quantity)) + limit

    def _disclosed(self, one: Disclosed) -> str:
        name = self.quantity(one.quantity)
        return T("{quantity} not known", quantity=name) if one.negated else T("{quantity} disclosed", quantity=name)

    def _holds(self, one: Holds) -> str:
        programmes = " / ".join(sorted(one.programmes)) + (f" ({one.category})" if one.category else "")
        return (
            T("label not held: {label}", label=programmes)
            if one.negated
            else T("label held: {label}", label=programmes)
        )

    def _excludes(self, one: Excludes) -> str:
        match = one.match
        words = ", ".join((*sorted(match.hazards), *sorted(match.cas), *sorted(match.names))) or "…"
        less = ", ".join(derogation.id for derogation in one.derogations)
        return T("no {words} in {quantity}", words=words, quantity=self.quantity(one.quantity)) + (
            T("; derogations: {names}", names=less) if less else ""
        )

    def _all(self, one: All) -> str:
        return self._joined(one.conditions, T("and"))

    def _any(self, one: AnyOf) -> str:
        return self._joined(one.conditions, T("or"))

    def _at_least(self, one: AtLeast) -> str:
        return T("at least {count} of: ", count=one.count) + "; ".join(self.condition(part) for part in one.conditions)

    def _joined(self, conditions: tuple[Condition, ...], word: str) -> str:
        parts = [self.condition(part) for part in conditions]
        return parts[0] if len(parts) == 1 else "(" + f" {word} ".join(parts) + ")"

    def _given(self, one: Given) -> str:
        return self.condition(one.condition)

    def _unread(self, one: Unread) -> str:
        return f"[{one.reason}]"

    def _dated(self, one: Dated) -> str:
        return "; ".join(f"{day.isoformat()}: {self.condition(part)}" for day, part in one.since)

    def _meets(self, one: Meets) -> str:
        version = one.version.isoformat() if one.version else T("latest")
        return f"→ {one.criteria} {one.clause or ''} ({version})"

    # terms

    def _constant(self, one: Constant) -> str:
        return one.printed or plain_number(one.value)

    def _value(self, one: Value) -> str:
        return self.quantity(one.quantity)

    def _aggregate(self, one: Aggregate) -> str:
        how = f"{plain_number(one.percent)} % " if one.percent is not None else ""
        return f"{how}{one.how}[{self.quantity(one.quantity)}]"

    def _ingredients(self, one: IngredientSum) -> str:
        return f"Σ {self.quantity(one.quantity)} × {one.table}.{one.column}"

    def _sum(self, one: Sum) -> str:
        return "(" + " + ".join(self.term(part) for part in one.terms) + ")"

    def _multiply(self, one: Multiply) -> str:
        return f"{self.term(one.left)} × {self.term(one.right)}"

    def _least(self, one: Minimum) -> str:
        return "min(" + ", ".join(self.term(part) for part in one.terms) + ")"

    def _greatest(self, one: Maximum) -> str:
        return "max(" + ", ".join(self.term(part) for part in one.terms) + ")"

    def _rounded(self, one: Rounded) -> str:
        return f"round({self.term(one.term)}, {one.digits})"

    def _choice(self, one: Choice) -> str:
        rows = [f"{row.label or self.condition(row.when)}: {self.term(row.then)}" for row in one.rows]
        rows += [f"{T('otherwise')}: {self.term(one.otherwise)}"] if one.otherwise else []
        return "{" + "; ".join(rows) + "}"

    def _opaque(self, one: Opaque) -> str:
        return f"{one.function}(" + ", ".join(self.term(part) for part in one.terms) + ")"

    def _unread_number(self, one: UnreadNumber) -> str:
        return f"[{one.reason}]"


_CONDITIONS: dict[type, Callable[..., str]] = {
    Compare: Describer._compare,  # noqa: SLF001 - its own table
    Is: Describer._is,  # noqa: SLF001
    Has: Describer._has,  # noqa: SLF001
    NotDetected: Describer._not_detected,  # noqa: SLF001
    Disclosed: Describer._disclosed,  # noqa: SLF001
    Holds: Describer._holds,  # noqa: SLF001
    Excludes: Describer._excludes,  # noqa: SLF001
    All: Describer._all,  # noqa: SLF001
    AnyOf: Describer._any,  # noqa: SLF001
    AtLeast: Describer._at_least,  # noqa: SLF001
    Given: Describer._given,  # noqa: SLF001
    Unread: Describer._unread,  # noqa: SLF001
    Dated: Describer._dated,  # noqa: SLF001
    Meets: Describer._meets,  # noqa: SLF001
}

_TERMS: dict[type, Callable[..., str]] = {
    Constant: Describer._constant,  # noqa: SLF001
    Value: Describer._value,  # noqa: SLF001
    Aggregate: Describer._aggregate,  # noqa: SLF001
    IngredientSum: Describer._ingredients,  # noqa: SLF001
    Sum: Describer._sum,  # noqa: SLF001
    Multiply: Describer._multiply,  # noqa: SLF001
    Minimum: Describer._least,  # noqa: SLF001
    Maximum: Describer._greatest,  # noqa: SLF001
    Rounded: Describer._rounded,  # noqa: SLF001
    Choice: Describer._choice,  # noqa: SLF001
    Opaque: Describer._opaque,  # noqa: SLF001
    UnreadNumber: Describer._unread_number,  # noqa: SLF001
}
