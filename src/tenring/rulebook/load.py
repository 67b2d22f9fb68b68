"""A criteria file as a revision: read, validated, compiled; every error names file, line, clause and the way out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tenring.catalogue.properties import Properties
from tenring.rulebook import conditions
from tenring.rulebook.amounts import amount
from tenring.rulebook.conditions import Context, condition, points_of
from tenring.rulebook.document import Document, parse_document, read_document, validated
from tenring.rulebook.expressions import ALWAYS, NEVER, AnyOf, Condition, Constant, Term, Unread
from tenring.rulebook.revision import Clause, Grade, Needed, PointsRule, Revision, Source
from tenring.rulebook.written import Piece, Presumption, WrittenClause, WrittenRevision

Tables = Mapping[str, Mapping[str, Mapping[str, Decimal]]]

#: Days in a month and a year, for how old a report may be.
_DAYS = {"day": Decimal(1), "month": Decimal("30.4375"), "year": Decimal("365.25")}
_AGE = re.compile(r"(\d{1,4}) (day|month|year)s?")


def load_revision(path: Path, properties: Properties, tables: Tables | None = None) -> Revision:
    """The revision in `catalog/criteria/<programme>/<category>/<date>.yml`.

    Raises:
        CriteriaError: names the line, the clause and what to do.
    """
    return compile_revision(read_document(path), properties, tables)


def revision_from(data: bytes, path: Path, properties: Properties, tables: Tables | None = None) -> Revision:
    """The same from the bytes of a file that need not exist; `path` names it."""
    return compile_revision(parse_document(data, path), properties, tables)


def compile_revision(document: Document, properties: Properties, tables: Tables | None = None) -> Revision:
    """A document as a revision; errors as `load_revision`."""
    written = validated(document, WrittenRevision)
    programme, category, since = _identity(document)
    if written.in_force.from_ != since:
        what = f"it is in force from {written.in_force.from_}, its name says {since}"
        raise document.error(what, at=("in_force", "from"), do="Rename the file or mend the date")
    context = Context(document, properties, written, tables or {})
    _only_once(written, document)
    _formulas_are_sound(context)
    clauses = tuple(_clause(number, context) for number in range(len(written.clauses)))
    return Revision(
        programme=programme,
        category=category,
        since=since,
        document=written.document,
        titles=written.titles,
        categories=written.categories,
        until=written.in_force.until,
        transition_until=written.in_force.transition_until,
        mark=written.mark,
        clauses=clauses,
        points=_points_rules(context),
        grades=written.grades,
        note=written.note,
        file="/".join(document.file.parts[-4:]),
    )


def _identity(document: Document) -> tuple[str, str, date]:
    try:
        programme, category = document.file.parts[-3:-1]
        return programme, category, date.fromisoformat(document.file.stem)
    except ValueError as error:
        do = "Put it at catalog/criteria/<programme>/<category>/<date in force>.yml"
        raise document.error("its place does not say what it is", do=do) from error


def _only_once(written: WrittenRevision, document: Document) -> None:
    twice = [name for name, count in Counter(clause.id for clause in written.clauses).items() if count > 1]
    for number, clause in enumerate(written.clauses):
        if clause.id in twice:
            raise document.error(f"the id {clause.id!r} is there twice", at=("clauses", number, "id"), do="Rename one")
    if both := set(written.names) & set(written.formulas):
        raise document.error(f"{min(both)!r} is a name and a formula", at=("formulas",), do="Rename one")


def _formulas_are_sound(context: Context) -> None:
    """Compile each formula once, so that an unused one is not an unread one."""
    for name in context.written.formulas:
        conditions.formula_by_name(name, context)
    for name in context.written.names:
        conditions.number_by_name(name, context)
    for name in context.written.conditions:
        conditions.named_condition(name, context)


def _clause(number: int, context: Context) -> Clause:
    written, path = context.written.clauses[number], ("clauses", number)
    subject = written.subject or "product"
    if subject not in context.properties.subjects:
        raise context.error(
            f"the subject {subject!r} is unknown", (*path, "subject"), "Add it under subjects: in properties.yml"
        )
    context = conditions.about(context, subject)
    return Clause(
        id=written.id,
        source=_source(written, context),
        titles=written.title,
        requires=condition(written, context, path),
        applies=condition(written.when, context, (*path, "when")) if written.when else ALWAYS,
        waived_by=_waiver(written, context, path),
        role=written.role,
        subject=subject,
        shown_by=tuple(_needed(one, context, (*path, "shown_by")) for one in written.shown_by),
        points=_points(written, context, path),
        grades=_grades(written, context, path),
        level=written.level,
        note=written.note,
        line=context.document.line(path),
    )


def _source(written: WrittenClause, context: Context) -> Source:
    revision = context.written
    own = written.document is not None
    return Source(
        document=written.document or revision.document,
        clause=written.clause,
        mark=written.mark or revision.mark,
        address=written.address or (None if own else revision.address),
    )


def _waiver(written: WrittenClause, context: Context, path: tuple[str | int, ...]) -> Condition:
    ways = [condition(written.waived, context, (*path, "waived"))] if written.waived else []
    for number, presumption in enumerate(context.written.presumptions):
        if written.id in presumption.satisfies:
            ways.append(_presumed(presumption, context, ("presumptions", number)))
    _presumptions_lead_somewhere(context)
    return NEVER if not ways else ways[0] if len(ways) == 1 else AnyOf(tuple(ways))


def _presumed(presumption: Presumption, context: Context, path: tuple[str | int, ...]) -> Condition:
    return condition(conditions.Test(holds=presumption.holds), context, path)


def _presumptions_lead_somewhere(context: Context) -> None:
    known = {clause.id for clause in context.written.clauses}
    for number, presumption in enumerate(context.written.presumptions):
        for name in presumption.satisfies:
            if name not in known:
                do = "Name a clause by its id"
                raise context.error(f"there is no clause {name!r}", ("presumptions", number, "satisfies"), do)


def _needed(written: Piece | tuple[Piece, ...], context: Context, path: tuple[str | int, ...]) -> tuple[Needed, ...]:
    pieces = written if isinstance(written, tuple) else (written,)
    return tuple(
        Needed(
            kind=one.kind,
            methods=context.listed(one.methods),
            max_age_days=_age(one.max_age, context, path),
            accredited=one.accredited,
            issuers=one.issuers,
            samples=one.samples,
        )
        for one in pieces
    )


def _age(text: str | None, context: Context, path: tuple[str | int, ...]) -> int | None:
    if text is None:
        return None
    found = _AGE.fullmatch(text)
    if found is None:
        raise context.error(f"{text!r} is no age", path, "Write for example: 12 months")
    return int(int(found[1]) * _DAYS[found[2]])


def _grades(written: WrittenClause, context: Context, path: tuple[str | int, ...]) -> tuple[Grade, ...]:
    """The classes of a clause: some of the file's, in its order, so that the worst of several means something."""
    order, names = context.written.grades, [one.name for one in written.grades]
    if names != [name for name in order if name in names]:
        what = f"its classes {', '.join(names)} are not in the order of the file's: {', '.join(order) or 'it has none'}"
        raise context.error(what, (*path, "grades"), "Name all classes under grades: of the file, from best to worst")
    return tuple(
        Grade(one.name, condition(one.requires, context, (*path, "grades", at, "requires")))
        for at, one in enumerate(written.grades)
    )


def _points(written: WrittenClause, context: Context, path: tuple[str | int, ...]) -> Term | None:
    if written.points is None:
        return None
    if isinstance(written.points, str):
        return Constant(_number(written.points, context, (*path, "points")), written.points)
    return points_of(
        tuple(
            (
                condition(one.when, context, (*path, "points", at, "when")),
                _number(one.points, context, (*path, "points", at)),
            )
            for at, one in enumerate(written.points)
        )
    )


def _number(text: str, context: Context, path: tuple[str | int, ...]) -> Decimal:
    try:
        return amount(text).number
    except (ValueError, InvalidOperation) as error:
        raise context.error(f"{text!r} is no number of points", path, "Write a number") from error


def _points_rules(context: Context) -> tuple[PointsRule, ...]:
    known = {clause.id for clause in context.written.clauses}
    for number, rule in enumerate(context.written.points):
        for name in rule.clauses:
            if name not in known:
                raise context.error(
                    f"there is no clause {name!r}", ("points", number, "clauses"), "Name a clause by its id"
                )
    return tuple(
        PointsRule(_number(rule.at_least, context, ("points", number, "at_least")), rule.clauses)
        for number, rule in enumerate(context.written.points)
    )


def is_unread(requirement: Condition) -> bool:
    """Whether a clause says nothing but that nobody has read it."""
    return isinstance(requirement, Unread)
