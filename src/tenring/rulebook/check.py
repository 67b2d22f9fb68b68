"""What no single line of a criteria file can know: tables, cases, sources, programmes, periods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tenring.catalogue.properties import Properties, PropertyDefinition, load_measurands
from tenring.language import T
from tenring.rulebook.cases import differences, load_cases
from tenring.rulebook.dates import taken_on
from tenring.rulebook.document import CriteriaError
from tenring.rulebook.expressions import Choice, Dated, Has, Is, Node, walk
from tenring.rulebook.library import CASES, Library, load_tables, revision_files
from tenring.rulebook.load import load_revision
from tenring.rulebook.partition import Fault, faults
from tenring.rulebook.revision import Clause, Revision


@dataclass(frozen=True)
class Problem:
    """Something to mend: file, line (0: the whole file), clause, what is wrong and what to do."""

    file: str
    line: int
    clause: str | None
    what: str
    do: str

    def __str__(self) -> str:
        place = ", ".join(
            str(part) for part in (self.file, f"line {self.line}" if self.line else "", self.clause) if part
        )
        return f"{place}: {self.what}. {self.do}"


@dataclass(frozen=True)
class Known:
    """What the rest of the catalogue has: programmes and categories that criteria may name."""

    programmes: frozenset[str]
    categories: frozenset[str]


@dataclass(frozen=True)
class CriteriaReport:
    """The answer of `tenring criteria check`."""

    problems: tuple[Problem, ...]
    revisions: int
    clauses: int
    cases: int


def check_criteria(catalog: Path, known: Known, files: Iterable[Path] = ()) -> CriteriaReport:
    """Check criteria files: those given, or all of a catalogue. Every file is read, whatever is wrong with another.

    Args:
        catalog: the catalogue, for its properties and other criteria.
        known: programmes and categories.
        files: only these files; they lie below a folder `<programme>/<category>/`.

    Raises:
        CatalogueError: `properties.yml` or an ingredient table is broken, without which nothing can be read.
    """
    properties, tables = load_measurands(catalog), load_tables(catalog)
    wanted = tuple(path.resolve() for path in files)
    problems: list[Problem] = []
    read: dict[Path, Revision] = {}
    for path in dict.fromkeys((*(path.resolve() for path in revision_files(catalog)), *wanted)):
        try:
            read[path] = load_revision(path, properties, tables)
        except CriteriaError as error:
            if not wanted or path in wanted:
                problems.append(_told(error))
    library = Library(tuple(sorted(read.values(), key=lambda one: (one.criteria, one.since))), properties)
    chosen = {path: revision for path, revision in read.items() if not wanted or path in wanted}
    for path, revision in chosen.items():
        problems += _of_revision(path, revision, library, known)
    counted = 0
    for folder in dict.fromkeys(path.parent for path in chosen):
        of_folder = [revision for path, revision in chosen.items() if path.parent == folder]
        cases, found = _of_cases(folder, of_folder, library)
        counted += cases
        problems += found
    return CriteriaReport(tuple(problems), len(chosen), sum(len(one.clauses) for one in chosen.values()), counted)


def _told(error: CriteriaError) -> Problem:
    return Problem(error.file, error.line, error.clause, error.what, error.do or "")


def _of_revision(path: Path, revision: Revision, library: Library, known: Known) -> Iterator[Problem]:
    file = str(path)
    if revision.programme not in known.programmes:
        what = T("there is no programme {name!r}", name=revision.programme)
        yield Problem(file, 1, None, what, T("Name its folder as in catalog/programmes, or add it there."))
    for category in revision.categories:
        if category not in known.categories:
            what = T("there is no category {name!r}", name=category)
            yield Problem(file, 1, None, what, T("Name it as in catalog/categories."))
    if revision.until is not None and revision.until < revision.since:
        yield Problem(file, 1, None, T("it ends before it begins"), T("Mend in_force."))
    for clause in revision.clauses:
        if not clause.source.document.strip() or not clause.source.clause.strip():
            yield Problem(file, clause.line, clause.id, T("its source is missing"), T("Write document: and clause:."))
    yield from _of_tables(file, revision, library.properties)
    yield from _of_logic(file, revision, library)
    yield from _of_words(file, revision, library.properties)


def _of_words(file: str, revision: Revision, properties: Properties) -> Iterator[Problem]:
    """A misspelt word that is forbidden would forbid nothing: what may not be said needs a closed list of words."""
    for clause in revision.clauses:
        for node in (node for part in clause.parts for node in walk(part)):
            forbids = (isinstance(node, Is) and node.negated) or (isinstance(node, Has) and node.which == "none")
            if forbids and isinstance(node, Is | Has) and _is_open(properties.properties[node.quantity.property]):
                what = T(
                    "{name!r} has no closed list of words, so that a misspelt one would pass",
                    name=node.quantity.property,
                )
                yield Problem(file, clause.line, clause.id, what, T("Add values: to it in properties.yml."))


def _is_open(definition: PropertyDefinition) -> bool:
    return definition.is_a in {"text", "set"} and not definition.values


def _of_tables(file: str, revision: Revision, properties: Properties) -> Iterator[Problem]:
    told: set[Problem] = set()
    for day in _days(revision):
        for clause in taken_on(revision, day).clauses:
            for problem in _of_clause(file, clause, properties):
                if problem not in told:
                    told.add(problem)
                    yield problem


def _of_logic(file: str, revision: Revision, library: Library) -> Iterator[Problem]:
    """Clauses that no product can pass, and alternatives that never count."""
    from tenring.rulebook.compare.contradictions import contradictions  # noqa: PLC0415 - only checking needs the solver
    from tenring.rulebook.compare.measurands import Side  # noqa: PLC0415

    told: set[Problem] = set()
    for day in _days(revision):
        taken = Side(taken_on(revision, day, library.find), day)
        for one in contradictions(taken, library.properties):
            clause = one.clause
            problem = Problem(file, clause.line, clause.id, *_contradicted(one.with_clauses, one.alternative))
            if problem not in told:
                told.add(problem)
                yield problem


def _contradicted(others: tuple[str, ...], alternative: int | None) -> tuple[str, str]:
    if alternative is not None:
        what = T(
            "no product needs its alternative {number}: it cannot hold, or one before it holds too", number=alternative
        )
        return what, T("Remove it, or mend its limits.")
    if others:
        what = T("no product can pass it together with {clauses}", clauses=", ".join(others))
        return what, T("Mend the limits, or say when each applies.")
    return T("no product can pass it"), T("Mend its limits.")


def _days(revision: Revision) -> list[date]:
    """Every day on which limits of a revision change."""
    nodes = (node for clause in revision.clauses for part in clause.parts for node in walk(part))
    return sorted({revision.since, *(day for node in nodes if isinstance(node, Dated) for day, _ in node.since)})


def _of_clause(file: str, clause: Clause, properties: Properties) -> Iterator[Problem]:
    tables = dict.fromkeys(node for part in clause.parts for node in walk(part) if _must_part(node))
    for table in tables:
        if isinstance(table, Choice):
            for fault in faults(table, clause.applies, properties):
                yield Problem(file, clause.line, clause.id, *_sentence(fault))


def _must_part(node: Node) -> bool:
    """A table of several rows of which one only may count; a single row with `otherwise` always parts."""
    return isinstance(node, Choice) and node.hit == "only" and not (len(node.rows) == 1 and node.otherwise is not None)


def _sentence(fault: Fault) -> tuple[str, str]:
    if not fault.cell:
        return T("its table has too many or too unlike conditions to prove that the rows part the products"), T(
            "Say what counts: `hit: first` or `hit: strictest`, with `otherwise:`."
        )
    if not fault.rows:
        return T("its table has no row for {cell}", cell=fault.cell), T("Add a row, or `otherwise:`.")
    rows = " and ".join(str(number + 1) for number in fault.rows)
    what = T("its table has two rows for {cell}: {rows}", cell=fault.cell, rows=rows)
    return what, T("Part them, or say what counts with `hit: strictest`.")


def _of_cases(folder: Path, revisions: list[Revision], library: Library) -> tuple[int, list[Problem]]:
    """How many cases a folder has, and what is wrong with them; a revision without cases is wrong too."""
    file = str(folder / CASES)
    try:
        cases = load_cases(folder, library)
    except CriteriaError as error:
        return 0, [_told(error)]
    problems: list[Problem] = []
    for revision in revisions:
        own = [case for case in cases if case.concerns(revision)]
        if not own:
            what = T("the revision {name} has no case", name=revision.id)
            problems.append(Problem(file, 0, None, what, T("Add one to cases.yml.")))
        for case in own:
            for one in differences(case, revision, library):
                what = T(
                    "the case {name!r} expects {expected} and finds {found}",
                    name=case.name, expected=one.expected, found=one.found,
                )  # fmt: skip
                problems.append(Problem(file, case.line, one.clause, what, T("Mend the case or the clause.")))
    return len(cases), problems
