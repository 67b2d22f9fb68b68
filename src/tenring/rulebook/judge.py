"""Judge one product by one revision on one day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tenring.catalogue.files import Mark
from tenring.rulebook.dates import taken_on
from tenring.rulebook.evaluate import Circumstances, judge_condition, read
from tenring.rulebook.evidence import Product
from tenring.rulebook.intervals import Interval, added, compared, least, point
from tenring.rulebook.library import Library
from tenring.rulebook.revision import Clause, PointsRule, Revision, Role
from tenring.rulebook.trace import Missing, Trace, Why, missing
from tenring.rulebook.truth import Truth


class Judged(StrEnum):
    """The answer for one clause, and for a revision as a whole."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_SHOWN = "not_shown"
    """Evidence is missing, or is not of the kind that the clause asks for."""
    NOT_APPLICABLE = "not_applicable"
    NOT_CHECKED = "not_checked"
    """It cannot be decided: whether it applies is unknown, or its limit was not read in its source."""


_OF_TRUTH = {
    Truth.TRUE: Judged.MET,
    Truth.FALSE: Judged.NOT_MET,
    Truth.NOT_SHOWN: Judged.NOT_SHOWN,
    Truth.NOT_CHECKED: Judged.NOT_CHECKED,
}
_TRUTH_OF = {judged: truth for truth, judged in _OF_TRUTH.items()}


@dataclass(frozen=True)
class Judgement:
    """The answer for one clause, with where the clause stands, how it came about and what evidence is missing.

    `would_be` is the answer that a limit which was not read in its source would give, if it is as somebody remembers.
    """

    clause: str
    number: str
    role: Role
    mark: Mark
    judgement: Judged
    why: Why
    trace: tuple[Trace, ...] = ()
    missing: tuple[Missing, ...] = ()
    would_be: Judged | None = None
    grade: str | None = None
    points: Interval | None = None
    part: str | None = None
    """Of several parts of the clause's subject, the one that it rests on: the first of those that are worst."""


@dataclass(frozen=True)
class PointsResult:
    """Points reached, between two numbers while something is open, and what is needed."""

    reached: Interval
    at_least: Decimal
    judgement: Judged


@dataclass(frozen=True)
class Result:
    """The answer of one revision for one product on one day."""

    revision: str
    document: str
    on: date
    overall: Judged
    judgements: tuple[Judgement, ...]
    points: tuple[PointsResult, ...] = ()
    grade: str | None = None
    missing: tuple[Missing, ...] = ()

    def of(self, clause: str) -> Judgement:
        """The judgement of a clause.

        Raises:
            KeyError: the revision has no such clause.
        """
        for one in self.judgements:
            if one.clause == clause:
                return one
        raise KeyError(clause)


def judge(
    product: Product,
    revision: Revision,
    on: date,
    library: Library,
    *,
    trusted: bool = False,
) -> Result:
    """Judge a product.

    Args:
        product: its evidence.
        revision: the revision; its limits are those of the day `on`.
        on: the day of the question.
        library: measurands, methods and their equivalences, and other criteria that clauses refer to.
        trusted: values count as shown, by whatever method and document: a programme's own register.
    """
    return judge_taken(product, taken_on(revision, on, library.find), on, library, trusted=trusted)


def judge_taken(product: Product, taken: Revision, on: date, library: Library, *, trusted: bool = False) -> Result:
    """Judge a product by a revision already taken on the day (`dates.taken_on`): for many products by one revision."""
    given = Circumstances(product, library.properties, taken.criteria, on, trusted=trusted)
    return summed_up(taken, on, tuple(judge_clause(clause, given) for clause in taken.clauses))


def summed_up(taken: Revision, on: date, judgements: tuple[Judgement, ...]) -> Result:
    """The answer of a whole revision, already taken on the day, from those of its clauses."""
    points = tuple(_points_result(rule, judgements) for rule in taken.points)
    return Result(
        revision=taken.id,
        document=taken.document,
        on=on,
        overall=_overall(judgements, points),
        judgements=judgements,
        points=points,
        grade=_worst_grade(taken, judgements),
        missing=tuple(dict.fromkeys(one for judgement in judgements for one in judgement.missing)),
    )


def judge_clause(clause: Clause, given: Circumstances) -> Judgement:
    """Judge one clause of a revision that was taken on a day (`dates.taken_on`).

    Where evidence names several parts of the clause's subject, each is judged by itself, gate and all, and the worst
    of those that it concerns is the answer.
    """
    names = given.product.parts(clause.subject)
    if not names:
        return _judge_one(clause, given)
    parts = (replace(given, product=given.product.only(clause.subject, name)) for name in names)
    return _worst(clause, [replace(_judge_one(clause, one), part=name) for name, one in zip(names, parts, strict=True)])


def _worst(clause: Clause, answers: list[Judgement]) -> Judgement:
    """The answer of all parts together: the worst judgement, class and points, and all that is missing."""
    concerned = [one for one in answers if one.judgement is not Judged.NOT_APPLICABLE]
    if not concerned:
        return replace(answers[0], part=None)
    worst = min(concerned, key=lambda one: (_TRUTH_OF[one.judgement], _would_be(one)))
    points = [one.points for one in concerned if one.points is not None]
    return replace(
        worst,
        missing=tuple(dict.fromkeys(missing for one in concerned for missing in one.missing)),
        grade=_worst_of(clause, concerned),
        points=least(points) if points else None,
    )


def _would_be(one: Judgement) -> Truth:
    return Truth.NOT_SHOWN if one.would_be is None else _TRUTH_OF[one.would_be]


def _worst_of(clause: Clause, answers: list[Judgement]) -> str | None:
    """The worst class of several parts; None while that of one is open."""
    names = [one.name for one in clause.grades]
    found = [one.grade for one in answers]
    return None if None in found else max(found, key=lambda name: names.index(name or ""), default=None)


def _judge_one(clause: Clause, given: Circumstances) -> Judgement:
    gate = judge_condition(clause.applies, given)
    if gate.truth is Truth.FALSE:
        return _judgement(clause, Judged.NOT_APPLICABLE, gate.why, (gate,))
    ruled = Circumstances(given.product, given.properties, given.criteria, given.on, clause.shown_by, given.trusted)
    asked, waived = judge_condition(clause.requires, ruled), judge_condition(clause.waived_by, given)
    decisive = waived if waived.truth is Truth.TRUE and asked.truth is not Truth.TRUE else asked
    truth = max(asked.truth, waived.truth)
    open_waiver = truth is not decisive.truth
    traces = (gate, asked, waived) if open_waiver else (gate, decisive)
    open_points = _extras(clause, Truth.NOT_CHECKED, ruled)
    if gate.truth is not Truth.TRUE:
        return _judgement(clause, Judged.NOT_CHECKED, gate.why, traces, **open_points)
    if clause.source.mark == "unverified":
        would_be = _OF_TRUTH[truth] if truth.known else None
        return _judgement(clause, Judged.NOT_CHECKED, Why.UNREAD, traces, would_be=would_be, **open_points)
    why = waived.why if open_waiver else decisive.why
    return _judgement(clause, _OF_TRUTH[truth], why, traces, **_extras(clause, truth, ruled))


def _extras(clause: Clause, truth: Truth, given: Circumstances) -> dict[str, object]:
    """Grade and points of a clause."""
    extras: dict[str, object] = {}
    if clause.grades and truth is not Truth.NOT_CHECKED:
        extras["grade"] = next(
            (one.name for one in clause.grades if judge_condition(one.requires, given).truth is Truth.TRUE), None
        )
    if clause.points is not None:
        extras["points"] = _points(clause, truth, given)
    return extras


def _points(clause: Clause, truth: Truth, given: Circumstances) -> Interval:
    """The points of a clause: none where it is not met, up to all where that is open."""
    assert clause.points is not None  # noqa: S101 - the caller looked
    if truth is Truth.FALSE:
        return point(Decimal(0))
    interval = read(clause.points, given).interval
    return interval if truth is Truth.TRUE else Interval(Decimal(0), interval.high)


def _judgement(clause: Clause, judgement: Judged, why: Why, traces: tuple[Trace, ...], **extras: object) -> Judgement:
    open_ones = () if judgement in {Judged.MET, Judged.NOT_MET, Judged.NOT_APPLICABLE} else traces
    return Judgement(
        clause=clause.id,
        number=clause.source.clause,
        role=clause.role,
        mark=clause.source.mark,
        judgement=judgement,
        why=why,
        trace=tuple(trace for trace in traces if trace.parts or trace.what not in {"all_of", "any_of"}),
        missing=tuple(dict.fromkeys(one for trace in open_ones for one in missing(trace))),
        **extras,  # type: ignore[arg-type]  # would_be, grade, points
    )


def _points_result(rule: PointsRule, judgements: tuple[Judgement, ...]) -> PointsResult:
    counted = [one for one in judgements if (one.clause in rule.clauses if rule.clauses else one.role == "optional")]
    reached = added(_counted_points(one) for one in counted)
    truth = compared(reached, ">=", point(rule.at_least))
    if not truth.known and any(one.judgement is Judged.NOT_CHECKED for one in counted):
        truth = Truth.NOT_CHECKED
    return PointsResult(reached, rule.at_least, _OF_TRUTH[truth])


def _counted_points(one: Judgement) -> Interval:
    return one.points if one.points is not None else point(Decimal(0))


def _overall(judgements: tuple[Judgement, ...], points: tuple[PointsResult, ...]) -> Judged:
    """The worst of all that must be met; `not_applicable` where nothing is asked of the product."""
    needed = [one.judgement for one in judgements if one.role == "mandatory"]
    truths = [_TRUTH_OF[one] for one in needed if one is not Judged.NOT_APPLICABLE]
    truths += [_TRUTH_OF[one.judgement] for one in points]
    return _OF_TRUTH[min(truths)] if truths else Judged.NOT_APPLICABLE


def _worst_grade(revision: Revision, judgements: tuple[Judgement, ...]) -> str | None:
    """The worst of the classes of all clauses that apply; None while one of them is open."""
    graded = [
        one.grade
        for clause, one in zip(revision.clauses, judgements, strict=True)
        if clause.grades and one.judgement is not Judged.NOT_APPLICABLE
    ]
    if not graded or None in graded:
        return None
    return max((name for name in graded if name is not None), key=revision.grades.index)
