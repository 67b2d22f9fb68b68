"""`tenring judge --register`: every product of a register that has measured values, by criteria on a day."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import click
from rich.table import Table

from tenring.commands.judged import WORDS
from tenring.commands.output import console, counts, print_json
from tenring.exceptions import UnusableInputError
from tenring.language import T, in_language
from tenring.model.sql import Engine
from tenring.register.snapshot import Snapshot
from tenring.rulebook.bulk.licences import TABLES, licences_query, steps
from tenring.rulebook.bulk.run import judge_all
from tenring.rulebook.judge import Judged
from tenring.rulebook.library import Library
from tenring.rulebook.revision import Revision
from tenring.screening.engines import open_engine
from tenring.settings import Settings


@dataclass(frozen=True)
class ClauseAnswer:
    """The answer for one clause of one product; value and limit from and to, None where unbounded or not one number."""

    clause: str
    judgement: Judged
    value: tuple[Decimal | None, Decimal | None]
    limit: tuple[Decimal | None, Decimal | None]


@dataclass(frozen=True)
class LicenceAnswer:
    """The answer for one licence."""

    licence_id: str
    overall: Judged
    grade: str | None
    judgements: tuple[ClauseAnswer, ...]


@dataclass(frozen=True)
class RegisterAnswer:
    """The answers for all licences of a register that are of the criteria's categories and have values.

    `without_values`: licences of these categories of which the register publishes no value.
    """

    register: str
    snapshot: str
    revision: str
    on: date
    products: int
    without_values: int
    overall: dict[str, int]
    clauses: dict[str, dict[str, int]]
    licences: tuple[LicenceAnswer, ...] = ()


@dataclass(frozen=True)
class Question:
    """Which register is judged by what, on which day; `each` asks for every single answer too."""

    register: str
    revision: Revision
    on: date
    each: bool = False


def judge_register(settings: Settings, library: Library, question: Question) -> RegisterAnswer:
    """Judge the licences of a register.

    Raises:
        UnusableInputError: the snapshot has no such register, or none of its licences is of these categories.
    """
    snapshot = Snapshot.open(settings)
    with tempfile.TemporaryDirectory() as spill, open_engine(settings, spill=Path(spill)) as engine:
        for name in ("licences", "properties", "statuses"):
            engine.view(name, snapshot.table(name))
        _must_be_there(engine, question)
        engine.run(steps(question.register, question.revision.categories, question.on))
        answers = judge_all(engine, TABLES, question.revision, question.on, library)
        engine.run(answers.kept())
        return _answer(engine, question, snapshot.name)


def _must_be_there(engine: Engine, question: Question) -> None:
    known = [row[0] for row in engine.rows("SELECT DISTINCT register FROM licences ORDER BY register")]
    if question.register not in known:
        what = T("the snapshot has no register {name!r}", name=question.register)
        raise UnusableInputError(what, do=T("Its registers are: {names}", names=", ".join(known)))


def _answer(engine: Engine, question: Question, snapshot: str) -> RegisterAnswer:
    overall = engine.rows("SELECT overall, count(*) FROM bulk_overall GROUP BY overall")
    clauses: dict[str, dict[str, int]] = {clause.id: {} for clause in question.revision.clauses}
    query = "SELECT clause, judgement, count(*) FROM bulk_judgements GROUP BY clause, judgement"
    for clause, judgement, count in engine.rows(query):
        clauses[clause][judgement] = count
    ((products,),) = engine.rows("SELECT count(*) FROM bulk_overall")
    ((licences,),) = engine.rows(licences_query(question.register, question.revision.categories))
    return RegisterAnswer(
        register=question.register,
        snapshot=snapshot,
        revision=question.revision.id,
        on=question.on,
        products=products,
        without_values=licences - products,
        overall=dict(overall),
        clauses=clauses,
        licences=_each(engine) if question.each else (),
    )


def _each(engine: Engine) -> tuple[LicenceAnswer, ...]:
    by_product: dict[str, list[ClauseAnswer]] = {}
    columns = "product, clause, judgement, value_low, value_high, limit_low, limit_high"
    for product, clause, judgement, *ends in engine.rows(
        f"SELECT {columns} FROM bulk_judgements ORDER BY product, clause"
    ):
        low, high, least, most = (None if end is None else end.normalize() for end in ends)
        by_product.setdefault(product, []).append(ClauseAnswer(clause, Judged(judgement), (low, high), (least, most)))
    query = "SELECT product, overall, grade FROM bulk_overall ORDER BY product"
    return tuple(
        LicenceAnswer(product, Judged(overall), grade, tuple(by_product[product]))
        for product, overall, grade in engine.rows(query)
    )


def show(answer: RegisterAnswer, revision: Revision, *, as_json: bool) -> None:
    """Print the answers: counts, or everything as JSON."""
    if as_json:
        print_json(answer)
        return
    click.echo(f"{answer.revision}  {in_language(revision.titles)}")
    about = T(
        "{register}: {products} products judged on {day}; of {others} more no value is published",
        register=answer.register,
        products=f"{answer.products:,}",
        day=answer.on.isoformat(),
        others=f"{answer.without_values:,}",
    )
    click.echo(about)
    click.echo(counts({T(WORDS[word]): answer.overall[word] for word in Judged if word in answer.overall}))
    table = Table(box=None, pad_edge=False)
    table.add_column(T("clause"), overflow="fold")
    for word in Judged:
        table.add_column(T(WORDS[word]), justify="right")
    for clause in revision.clauses:
        found = answer.clauses[clause.id]
        cells = [f"{found.get(word, 0):,}" for word in Judged]
        table.add_row(f"{clause.id} {in_language(clause.titles)}", *cells)
    console().print(table)
