"""How an answer came about: for each condition the value, the value in the limit's unit, the limit, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tenring.language import N
from tenring.rulebook.truth import Truth


class Why(StrEnum):
    """Why a condition is true, false or unknown."""

    HOLDS = "holds"
    FAILS = "fails"
    NO_EVIDENCE = "no_evidence"
    OTHER_CONDITIONS = "other_conditions"
    OTHER_METHOD = "other_method"
    NEEDS_DENSITY = "needs_density"
    NOT_SHOWN_AS_ASKED = "not_shown_as_asked"
    CONTRADICTORY = "contradictory"
    WITHIN_BOUNDS = "within_bounds"
    ITEMS_MISSING = "items_missing"
    NOT_IN_TABLE = "not_in_table"
    NO_ROW = "no_row"
    UNREAD = "unread"
    QUALITATIVE = "qualitative"
    UNRESOLVED = "unresolved"


#: Sentences for people; `{…}` are filled by the command that shows them.
SENTENCES: dict[Why, str] = {
    Why.HOLDS: N("it holds"),
    Why.FAILS: N("it does not hold"),
    Why.NO_EVIDENCE: N("no evidence was given"),
    Why.OTHER_CONDITIONS: N("it was measured under other conditions, or they are not stated"),
    Why.OTHER_METHOD: N("it was measured by a method that the clause does not accept"),
    Why.NEEDS_DENSITY: N("a share by mass says nothing of mass for a volume without the product's density"),
    Why.NOT_SHOWN_AS_ASKED: N("the value keeps the limit, but is not shown by the evidence that the clause asks for"),
    Why.CONTRADICTORY: N("the evidence contradicts itself"),
    Why.WITHIN_BOUNDS: N("the value is only known within bounds, and the limit lies between them"),
    Why.ITEMS_MISSING: N("a value is missing of one that counts"),
    Why.NOT_IN_TABLE: N("an ingredient is not in the table of ingredients"),
    Why.NO_ROW: N("no row of the table counts for this product"),
    Why.UNREAD: N("the limit was not read in its source"),
    Why.QUALITATIVE: N("no number decides it"),
    Why.UNRESOLVED: N("the document it refers to is not in the catalogue"),
}


@dataclass(frozen=True)
class Trace:
    """One step of an answer, with the steps it rests on.

    `given` is the value as reported, `value` the same in the unit of `limit`; both None where there is no number.
    """

    what: str
    truth: Truth
    why: Why
    quantity: str | None = None
    given: str | None = None
    value: str | None = None
    operator: str | None = None
    limit: str | None = None
    detail: str | None = None
    parts: tuple[Trace, ...] = ()


def deciding(trace: Trace) -> Trace:
    """The step that shows best why a condition came out so: a comparison with the same truth, else any such step."""
    same = [one for one in _steps(trace) if one.truth is trace.truth]
    return next((one for one in same if one.what == "compare"), same[0] if same else trace)


def _steps(trace: Trace) -> Iterator[Trace]:
    """The steps that have a limit, and those that rest on no others."""
    if trace.limit is not None or not trace.parts:
        yield trace
    else:
        for part in trace.parts:
            yield from _steps(part)


#: Reasons that more or better evidence can mend.
MENDABLE = frozenset(
    {
        Why.NO_EVIDENCE,
        Why.OTHER_CONDITIONS,
        Why.OTHER_METHOD,
        Why.NEEDS_DENSITY,
        Why.NOT_SHOWN_AS_ASKED,
        Why.CONTRADICTORY,
        Why.WITHIN_BOUNDS,
        Why.ITEMS_MISSING,
    }
)


@dataclass(frozen=True)
class Missing:
    """Evidence that would settle something: of what, and what is wrong with what there is."""

    quantity: str
    why: Why


def missing(trace: Trace) -> Iterator[Missing]:
    """The evidence whose lack leaves a condition open; nothing below a settled one."""
    if trace.truth.known:
        return
    if trace.quantity is not None and trace.why in MENDABLE and not trace.parts:
        yield Missing(trace.quantity, trace.why)
    for part in trace.parts:
        yield from missing(part)
