"""Cases: sentences with evidence, a day and the judgements they must lead to. They are the tests of a revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tenring.rulebook.document import Document, read_document, validated
from tenring.rulebook.evidence import Product, Reader
from tenring.rulebook.judge import Judged, Result, judge
from tenring.rulebook.library import CASES, Library
from tenring.rulebook.revision import Revision
from tenring.rulebook.written import Given, WrittenCase, WrittenCases


@dataclass(frozen=True)
class Case:
    """One case; `since` names the revision by its date (None: the one in force on the day)."""

    name: str
    on: date
    product: Product
    expect: Mapping[str, Judged] = field(default_factory=dict)
    overall: Judged | None = None
    grade: str | None = None
    since: date | None = None
    line: int = 0

    def concerns(self, revision: Revision) -> bool:
        """Whether it is a case of this revision."""
        return self.since == revision.since if self.since else revision.in_force(self.on)


@dataclass(frozen=True)
class Difference:
    """A case that came out otherwise than it says."""

    case: Case
    clause: str | None
    expected: str
    found: str


def load_cases(folder: Path, library: Library) -> tuple[Case, ...]:
    """The cases of the criteria in a folder; none where there is no `cases.yml`.

    Raises:
        CriteriaError: the file breaks its form, or names a property that does not exist.
    """
    path = folder / CASES
    if not path.is_file():
        return ()
    document = read_document(path)
    written = validated(document, WrittenCases)
    reader = _CaseReader(document, {case.name: case for case in written.cases}, Reader(document, library.properties))
    return tuple(reader.case(case, number) for number, case in enumerate(written.cases))


@dataclass(frozen=True)
class _CaseReader:
    document: Document
    by_name: Mapping[str, WrittenCase]
    reader: Reader

    def case(self, written: WrittenCase, number: int) -> Case:
        path = ("cases", number)
        given = self._given(written, path, ())
        return Case(
            name=written.name,
            on=written.on,
            product=self.reader.product(given, written.labels, at=path),
            expect={clause: Judged(word) for clause, word in written.expect.items()},
            overall=Judged(written.overall) if written.overall else None,
            grade=written.grade,
            since=written.criteria,
            line=self.document.line(path),
        )

    def _given(self, written: WrittenCase, path: tuple[str | int, ...], seen: tuple[str, ...]) -> Given:
        """What a case gives, on top of what the case that it is like gives."""
        if written.like is None:
            return written.given
        other = self.by_name.get(written.like)
        if other is None or written.like in seen:
            what = f"there is no other case {written.like!r}"
            raise self.document.error(what, at=(*path, "like"), do="Name a case of this file that is not like this one")
        before = self._given(other, path, (*seen, written.like))
        return {name: one for name, one in before.items() if name not in written.without} | written.given


def differences(case: Case, revision: Revision, library: Library) -> tuple[Difference, ...]:
    """Where a case and the judge disagree."""
    result = judge(case.product, revision, case.on, library)
    found = [
        Difference(case, clause, expected, _judged(result, clause))
        for clause, expected in case.expect.items()
        if _judged(result, clause) != expected
    ]
    if case.overall is not None and case.overall is not result.overall:
        found.append(Difference(case, None, case.overall, result.overall))
    if case.grade is not None and case.grade != result.grade:
        found.append(Difference(case, None, case.grade, result.grade or "none"))
    return tuple(found)


def _judged(result: Result, clause: str) -> str:
    try:
        return result.of(clause).judgement
    except KeyError:
        return "no such clause"
