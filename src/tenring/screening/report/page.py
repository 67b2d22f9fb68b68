"""`report.html`: what the figures say, on one page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from urllib.parse import quote

import duckdb
import jinja2

from tenring import language
from tenring.language import T
from tenring.model.verdict import STALE_AFTER_DAYS, Obligation, Verdict
from tenring.screening.report import figures, pictures, wording
from tenring.screening.report.context import ReportContext
from tenring.screening.report.figures import LISTED_LINES, Book, Breakdown, Currency, Figure, Line
from tenring.screening.report.layout import Block, Cell, Column, Headline, Picture, Table, Trace
from tenring.screening.report.pictures import Bar
from tenring.screening.report.steps import (
    CAUTIONS,
    DENOMINATORS,
    IN_SCOPE,
    LABEL_KINDS,
    OTHER_LABELS,
    SHARED_MEASURES,
)

TEMPLATES = Path(__file__).parent / "templates"

#: How much a page shows; the workbook and figures.parquet have all. A longer page is not read, nor printed.
SHOWN_CURRENCIES = 3
SHOWN_ROWS = {"category": 15, "buyer": 15, "supplier": 15, "month": 36}
PICTURED_ROWS = 8
SHOWN_MISSED = 10
FURTHER_ROWS = 6  # in the tables of the second and third currency
SHOWN_PROBLEMS = 25
SHOWN_CHARACTERS = 160

#: The sum of the lapsed lines: dimension, key, measure.
_LAPSED = ("total", "all", Verdict.LAPSED)
TRACED_MEASURES = ("all", "in_scope", "green_or_recognised", *Verdict)


def page_text(*, connection: duckdb.DuckDBPyConnection, book: Book, context: ReportContext) -> str:
    """The page in the language in use."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    with ThreadPoolExecutor(max_workers=1) as artist:
        page = Page(connection, book=book, context=context, artist=artist)
        page.draw()
        template = environment.get_template("report.html")
        return template.render(
            page=page,
            context=context,
            T=T,
            language=language.current(),
            html_tag=language.KNOWN[language.current()].html,
            words=wording,
        )


class Page:
    """The parts of the page, in the order in which they are read."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, *, book: Book, context: ReportContext, artist: Executor
    ) -> None:
        self.connection, self.book, self.context = connection, book, context
        self._artist, self._blocks = artist, dict[str, list[Block]]()
        self.formats = wording.formats(language.current())
        self.rules = figures.rules(connection)
        self.shown = book.currencies[:SHOWN_CURRENCIES]
        self.priced = [currency for currency in self.shown if currency.priced]

    def draw(self) -> None:
        """Have all pictures drawn while the page is written."""
        _ = (self.verdicts, self.label_kinds, *(self.blocks(dimension) for dimension, _ in self.dimensions))

    @cached_property
    def titles(self) -> dict[str, str]:
        """Titles of the sections by their ids, in order."""
        return {
            "answer": T("How green it was"),
            "answers": T("Answers"),
            "labels": T("Kinds of label"),
            "obligations": T("Obligations"),
            "lapsed": T("Lapsed certificates"),
            "missed": T("Missed opportunities"),
            "categories": T("By category"),
            "buyers": T("By buyer"),
            "suppliers": T("By supplier"),
            "months": T("By month"),
            "unread": T("Not read or not classified"),
            "basis": T("What it rests on"),
            "lines": T("Lines behind the figures"),
        }

    @property
    def contents(self) -> list[tuple[str, str]]:
        """Links to the sections."""
        return list(self.titles.items())

    @property
    def dimensions(self) -> list[tuple[str, str]]:
        """The large dimensions and the ids of their sections."""
        return [("category", "categories"), ("buyer", "buyers"), ("supplier", "suppliers"), ("month", "months")]

    @property
    def meanings(self) -> list[tuple[str, str, str]]:
        """Every answer: its name, its meaning, its word."""
        return [(wording.verdict_name(verdict), wording.verdict_meaning(verdict), verdict) for verdict in Verdict]

    @property
    def empty_ring(self) -> list[pictures.Circle]:
        """The ten circles as a sign."""
        return pictures.ring(None)

    @property
    def main(self) -> str | None:
        """The currency of the pictures; None: no line has an amount, and pictures show lines."""
        return self.priced[0].code if self.priced else None

    @cached_property
    def facts(self) -> str:
        """What was screened, in one line."""
        first, last = figures.period(self.connection)
        lines = self.formats.lines(self.book.sum("all").lines)
        if first is None:
            return lines
        return T("{lines}, {first} to {last}", lines=lines, first=self.formats.day(first), last=self.formats.day(last))

    @cached_property
    def sample(self) -> bool:
        """Whether any licence of the snapshot is invented."""
        return self.context.snapshot.sample or any(register.sample for register in self.context.snapshot.registers)

    @cached_property
    def hidden_currencies(self) -> list[str]:
        """Currencies that only the workbook shows."""
        return [wording.currency_shown(currency.code) for currency in self.book.currencies[SHOWN_CURRENCIES:]]

    # The first answer

    @cached_property
    def headlines(self) -> list[Headline]:
        """One for each currency shown; by lines where no line has an amount."""
        return [self._headline(currency.code) for currency in self.priced] or [self._headline(None)]

    def _headline(self, currency: str | None) -> Headline:
        by = "value" if currency else "lines"
        of_scope = self.book.share(f"green.of_in_scope.{by}", currency)
        of_all = self.book.share(f"green.of_all.{by}", currency)
        return Headline(
            currency=currency or "",
            sentence=T(
                "Of {in_scope} in categories that a label covers, {scope_share} is green; "
                "of all {total}, {total_share}.",
                in_scope=self._worth("in_scope", currency),
                scope_share=self.formats.share(of_scope.value),
                total=self._worth("all", currency),
                total_share=self.formats.share(of_all.value),
            ),
            share=self.formats.share(of_scope.value),
            share_of=T("green, in categories with a label"),
            ring=pictures.ring(None if of_scope.value is None else float(of_scope.value)),
            table=self._shares(currency),
        )

    def _worth(self, measure: str, currency: str | None) -> str:
        figure = self.book.sum(measure, currency)
        if currency is None:
            return self.formats.lines(figure.lines)
        return self.formats.money_with_code(figure.value, currency)

    def _shares(self, currency: str | None) -> Table:
        """Each measure against both denominators, by value and by lines."""
        ways: list[tuple[str, str, str | None]] = [("value", of, currency) for of in DENOMINATORS if currency]
        if currency == self.main:  # lines of all currencies: said once
            ways += [("lines", of, None) for of in DENOMINATORS]
        titles = {
            ("value", "in_scope"): T("by value, in categories with a label"),
            ("value", "all"): T("by value, of everything"),
            ("lines", "in_scope"): T("by lines, in categories with a label"),
            ("lines", "all"): T("by lines, of everything"),
        }
        rows = []
        for measure in SHARED_MEASURES:
            name = Cell(wording.measure_name(measure), href=anchor("total", "all", measure))
            rows.append((name, *(self._share(f"{measure}.of_{of}.{by}", code) for by, of, code in ways)))
        return Table(
            caption=T("{what}, {currency}", what=T("Shares"), currency=self.formats.currency(currency))
            if currency
            else T("Shares by lines"),
            columns=(Column(T("Share")), *(Column(titles[by, of], numeric=True) for by, of, _ in ways)),
            rows=rows,
            total=(Cell(T("Denominator")), *(self._denominator(of, code) for _, of, code in ways)),
        )

    def _share(self, measure: str, currency: str | None, *, dimension: str = "total", key_id: str = "all") -> Cell:
        share = self.book.share(measure, currency, dimension=dimension, key_id=key_id)
        return Cell(self.formats.share(share.value), figure=share.id)

    def _denominator(self, of: str, currency: str | None) -> Cell:
        figure = self.book.sum(of, currency)
        return Cell(self._worth(of, currency), figure=figure.id, href=anchor("total", "all", of))

    @cached_property
    def cautions(self) -> list[Cell]:
        """What a reader should know first, each with its lines; cautions without a line are not shown."""
        found = [(caution, self.book.sum("all", dimension="caution", key_id=caution)) for caution in CAUTIONS]
        return [
            Cell(
                self.formats.lines(figure.lines),
                figure=figure.id,
                href=anchor("caution", caution, "all"),
                note=wording.caution_text(caution),
            )
            for caution, figure in found
            if figure.lines
        ]

    # Tables of small dimensions: every currency has its column

    @cached_property
    def verdicts(self) -> Block:
        """All lines by answer; the total is that of the file."""
        rows = [self._sums(wording.verdict_name(verdict), verdict, verdict=verdict) for verdict in Verdict]
        table = Table(
            caption=T("Lines and value by answer"),
            columns=(Column(T("Answer")), *self._sum_columns(), *self._of_all_columns()),
            rows=[(*row, *self._of_all(verdict)) for row, verdict in zip(rows, Verdict, strict=True)],
            total=(*self._sums(T("Total"), "all"), *(Cell(self._whole(code)) for code in (None, *self._codes))),
        )
        bars = [
            Bar(wording.verdict_name(verdict), verdict, self._drawn(self.book.sum(verdict, self.main)))
            for verdict in Verdict
        ]
        names = [wording.verdict_name(verdict) for verdict in Verdict]
        return Block(
            table,
            self._picture(
                T("Purchases by answer"), partial(pictures.rows_picture, bars, rows=names, unit=self.unit, legend=False)
            ),
        )

    @cached_property
    def label_kinds(self) -> Block:
        """Green and recognised by kind of label: an energy label is not a Type I ecolabel."""
        kinds = (*LABEL_KINDS, OTHER_LABELS)
        by, code = ("value", self.main) if self.main else ("lines", None)
        titles = (T("share in categories with a label"), T("share of everything"))
        rows = []
        for kind in kinds:
            where = {"dimension": "label_kind", "key_id": kind}
            sums = self._sums(wording.label_kind_name(kind), "green_or_recognised", **where)
            shares = [self._share(f"green_or_recognised.of_{of}.{by}", code, **where) for of in DENOMINATORS]
            rows.append((*sums, *shares))
        table = Table(
            caption=T("Green or recognised, by kind of label"),
            columns=(
                Column(T("Kind of label")),
                *self._sum_columns(),
                *(Column(self._in_unit(title), numeric=True) for title in titles),
            ),
            rows=rows,
        )
        bars = [
            Bar(
                wording.label_kind_name(kind),
                verdict,
                self._drawn(self.book.sum(verdict, self.main, dimension="label_kind", key_id=kind)),
            )
            for kind in kinds
            for verdict in (Verdict.GREEN, Verdict.RECOGNISED)
        ]
        names = [wording.label_kind_name(kind) for kind in kinds]
        draw = partial(pictures.rows_picture, bars, rows=names, unit=self.unit)
        return Block(table, self._picture(T("Green or recognised purchases by kind of label"), draw))

    @cached_property
    def programmes(self) -> Table:
        """Green and recognised by programme, with its type."""
        rows = []
        for key_id in self.book.keys("programme"):
            sums = self._sums(self.programme(key_id), "green_or_recognised", dimension="programme", key_id=key_id)
            rows.append((sums[0], Cell(self.programme_type(key_id)), *sums[1:]))
        return Table(
            caption=T("Green or recognised, by programme"),
            columns=(Column(T("Programme")), Column(T("Type")), *self._sum_columns()),
            rows=rows,
        )

    @cached_property
    def rungs(self) -> Table:
        """Green and recognised by the evidence that found the certificate."""
        rows = [
            self._sums(wording.rung_name(key_id), "green_or_recognised", dimension="rung", key_id=key_id)
            for key_id in self.book.keys("rung")
        ]
        columns = (Column(T("Found by")), *self._sum_columns())
        return Table(caption=T("How the certificates were found"), columns=columns, rows=rows)

    @cached_property
    def lapsed_statuses(self) -> Table:
        """Lapsed certificates by their state on the day of purchase."""
        rows = [
            self._sums(wording.status_name(key_id), "lapsed", dimension="licence_status", key_id=key_id)
            for key_id in self.book.keys("licence_status")
        ]
        columns = (Column(T("State on the day of purchase")), *self._sum_columns())
        return Table(caption=T("Lapsed, by state of the certificate"), columns=columns, rows=rows)

    @cached_property
    def obligations(self) -> Table:
        """Rules that oblige lines: mandatory first, each with its document and mark."""
        money = tuple(
            Column(T("not met, {currency}", currency=wording.currency_shown(c.code)), numeric=True) for c in self.priced
        )
        columns = (
            Column(T("Rule")), Column(T("Obligation")), Column(T("Document")),
            Column(T("lines obliged"), numeric=True), Column(T("not met, lines"), numeric=True), *money,
        )  # fmt: skip
        return Table(
            caption=T("What rules ask of these lines"), columns=columns, rows=[self._rule(rule) for rule in self.rules]
        )

    def _rule(self, rule: figures.Rule) -> tuple[Cell, ...]:
        where = {"dimension": "rule", "key_id": rule.key_id}
        obliged = self.book.sum("all", **where)
        not_met = self._sums("", "not_met", **where)[1:]
        has_lines = self.book.sum("not_met", **where).lines > 0
        href = anchor("rule", rule.key_id, "not_met") if has_lines else None
        lines = Cell(not_met[0].text, figure=not_met[0].figure, href=href)
        return (
            Cell(wording.name_of(rule.names) or rule.rule, note=rule.rule),
            Cell(wording.obligation_name(rule.obligation)),
            Cell(rule.document or wording.NOTHING, note=wording.mark_name(rule.mark)),
            Cell(self.formats.number(obliged.lines), figure=obliged.id),
            lines,
            *not_met[1:],
        )

    @cached_property
    def obligations_not_met(self) -> list[tuple[str, Cell]]:
        """Lines with at least one obligation of each strength that is not met."""
        found = []
        for obligation in Obligation:
            figure = self.book.sum("not_met", dimension="obligation", key_id=obligation)
            found.append(
                (wording.obligation_name(obligation), Cell(self.formats.number(figure.lines), figure=figure.id))
            )
        return found

    # Tables of large dimensions: every currency has its own table

    def blocks(self, dimension: str) -> list[Block]:
        """A dimension's largest keys: one table for each currency, and a picture above the first."""
        if dimension not in self._blocks:
            self._blocks[dimension] = self._largest(dimension)
        return self._blocks[dimension]

    def _largest(self, dimension: str) -> list[Block]:
        titles = {
            "category": (T("By category"), T("Category")),
            "buyer": (T("By buyer"), T("Buyer")),
            "supplier": (T("By supplier"), T("Supplier")),
            "month": (T("By month"), T("Month")),
        }
        caption, head = titles[dimension]
        blocks = []
        for number, currency in enumerate(self.shown):
            limit = FURTHER_ROWS if number else SHOWN_ROWS[dimension]
            found = self.book.top(dimension, currency.code, limit=limit)
            named = [(row, self._name(row)) for row in found]
            picture = None if number or not found else self._key_picture(caption, dimension, named=named)
            blocks.append(Block(self._key_table(caption, head, currency=currency, named=named), picture))
        return blocks

    def _key_table(self, caption: str, head: str, *, currency: Currency, named: list[tuple[Breakdown, str]]) -> Table:
        by = "value" if currency.priced else "lines"
        money = self._money_columns(currency)
        columns = (
            Column(head), Column(T("lines"), numeric=True), *(Column(title, numeric=True) for _, title in money),
            Column(T("green share in categories with a label"), numeric=True),
            Column(T("green share of everything"), numeric=True),
        )  # fmt: skip
        rows = []
        for row, name in named:
            where = {"dimension": row.dimension, "key_id": row.key_id}
            lines = self.book.sum("all", currency.code, **where)
            rows.append(
                (
                    Cell(name),
                    Cell(self.formats.number(lines.lines), figure=lines.id),
                    *(
                        self._money(self.book.sum(measure, currency.code, **where), currency.code)
                        for measure, _ in money
                    ),
                    *(self._share(f"green.of_{of}.{by}", currency.code, **where) for of in DENOMINATORS),
                )
            )
        dimension = named[0][0].dimension if named else "category"
        total = self.book.count(dimension, currency.code)
        title = T("{what}, {currency}", what=caption, currency=self.formats.currency(currency.code))
        return Table(caption=title, columns=columns, rows=rows, more=self._more(len(rows), total))

    def _money_columns(self, currency: Currency) -> list[tuple[str, str]]:
        if not currency.priced:
            return []
        code = wording.currency_shown(currency.code)
        return [
            ("all", T("all, {currency}", currency=code)),
            ("in_scope", T("in categories with a label, {currency}", currency=code)),
            ("green", T("green, {currency}", currency=code)),
            ("recognised", T("recognised, {currency}", currency=code)),
        ]

    def _more(self, shown: int, total: int) -> str | None:
        if shown >= total:
            return None
        return T(
            "{shown} of {total} rows; report.xlsx has all.",
            shown=self.formats.number(shown),
            total=self.formats.number(total),
        )

    def _key_picture(self, caption: str, dimension: str, *, named: list[tuple[Breakdown, str]]) -> Picture:
        pictured = named if dimension == "month" else named[:PICTURED_ROWS]
        verdicts = list(Verdict) if dimension != "category" else [*IN_SCOPE, Verdict.OUT_OF_SCOPE, Verdict.UNCLASSIFIED]
        names = pictures.unlike([name for _, name in pictured])
        bars = [
            Bar(
                name, verdict, self._drawn(self.book.sum(verdict, row.currency, dimension=dimension, key_id=row.key_id))
            )
            for (row, _), name in zip(pictured, names, strict=True)
            for verdict in verdicts
        ]
        bars = [bar for bar in bars if bar.amount]
        draw = pictures.months_picture if dimension == "month" else pictures.rows_picture
        return self._picture(caption, partial(draw, bars, rows=names, unit=self.unit))

    def _name(self, row: Breakdown) -> str:
        if row.dimension == "month":
            return self.formats.month(row.key)
        missing = {"category": T("not classified"), "buyer": T("no buyer given"), "supplier": T("no supplier given")}
        return _cut(row.name) or missing[row.dimension]

    # Lists

    @cached_property
    def lapsed(self) -> list[Table]:
        """The lapsed certificates with dates, one table for each currency."""
        listed = {currency: self._listed[_sum_id(*_LAPSED, currency)] for currency in self.shown}
        return [self._lapsed_table(currency, lines) for currency, lines in listed.items() if lines]

    @cached_property
    def _listed(self) -> dict[str, list[Line]]:
        """The lines behind the sums of which any are listed; all at once, for all lines are looked through."""
        wanted = [_LAPSED, *((dimension, key_id, measure) for dimension, key_id, measure, _ in self._traced)]
        ids = [_sum_id(*one, currency) for one in wanted for currency in self.shown]
        return figures.listed_lines(self.connection, list(dict.fromkeys(ids)))

    def _lapsed_table(self, currency: Currency, lines: list[Line]) -> Table:
        columns = (
            Column(T("Product")), Column(T("Bought on")), Column(T("Certificate")), Column(T("Valid")),
            Column(T("State on that day")), Column(wording.currency_shown(currency.code), numeric=True),
        )  # fmt: skip
        rows = [
            (
                Cell(self._product(line), note=line.line_id),
                Cell(self.formats.day(line.bought_on)),
                Cell(line.licence_number or wording.NOTHING, note=self.programme(line.programme)),
                Cell(self._validity(line), note=T("first day derived") if line.valid_from_derived else None),
                Cell(wording.status_name(line.licence_status)),
                Cell(self.formats.money(line.amount, currency.code)),
            )
            for line in lines
        ]
        total = self.book.sum("lapsed", currency.code).lines
        title = T("Lapsed certificates, {currency}", currency=self.formats.currency(currency.code))
        return Table(caption=title, columns=columns, rows=rows, more=self._more(len(rows), total))

    def _validity(self, line: Line) -> str:
        return T("{first} to {last}", first=self.formats.day(line.valid_from), last=self.formats.day(line.valid_until))

    @cached_property
    def missed(self) -> list[Table]:
        """Categories bought without a certificate although there were certified products, with some of them named."""
        alternatives = figures.alternatives(self.connection)
        return [table for currency in self.shown if (table := self._missed_table(currency, alternatives)).rows]

    def _missed_table(self, currency: Currency, alternatives: dict[str, list[figures.Alternative]]) -> Table:
        money = (Column(wording.currency_shown(currency.code), numeric=True),) if currency.priced else ()
        columns = (
            Column(T("Category")),
            Column(T("lines"), numeric=True),
            *money,
            Column(T("Certified when it was bought")),
        )
        rows = []
        limit = SHOWN_MISSED if currency == self.shown[0] else FURTHER_ROWS
        for row in self.book.top("category", currency.code, limit=limit, measure="missed"):
            figure = self.book.sum("missed", currency.code, dimension="category", key_id=row.key_id)
            items = tuple(self._alternative(found) for found in alternatives.get(row.key or "", ()))
            rows.append(
                (
                    Cell(self._name(row)),
                    Cell(self.formats.number(figure.lines), figure=figure.id),
                    *((self._money(figure, currency.code),) if money else ()),
                    Cell("" if items else wording.NOTHING, items=items),
                )
            )
        total = self.book.count("category", currency.code, measure="missed")
        title = T("Missed opportunities by category, {currency}", currency=self.formats.currency(currency.code))
        return Table(caption=title, columns=columns, rows=rows, more=self._more(len(rows), total))

    def _alternative(self, found: figures.Alternative) -> str:
        product = " ".join(part for part in (found.brand, found.model) if part) or found.holder or wording.NOTHING
        return T(
            "{product} ({programme}, {kind}, {number}, valid until {until})",
            product=_cut(product),
            programme=self.programme(found.programme),
            kind=self.programme_type(found.programme),
            number=found.licence_number or wording.NOTHING,
            until=self.formats.day(found.valid_until) if found.valid_until else T("not stated"),
        )

    @cached_property
    def unclassified(self) -> Table:
        """What could not be classified."""
        columns = (Column(T("Answer")), *self._sum_columns())
        row = self._sums(wording.verdict_name(Verdict.UNCLASSIFIED), Verdict.UNCLASSIFIED, verdict=Verdict.UNCLASSIFIED)
        return Table(caption=T("Lines that could not be classified"), columns=columns, rows=[row])

    @cached_property
    def problems(self) -> Table:
        """What could not be read: rows left out, cells left empty."""
        found = [problem for problem in figures.problems(self.connection) if problem.severity != "skipped"]
        columns = (
            Column(T("File")), Column(T("What became of it")), Column(T("Reason")), Column(T("Example")),
            Column(T("count"), numeric=True), Column(T("amounts of rows left out"), numeric=True),
        )  # fmt: skip
        rows = [self._problem(problem) for problem in found[:SHOWN_PROBLEMS]]
        title = T("Rows and cells that could not be read")
        more = self._more(len(rows), len(found))
        return Table(caption=title, columns=columns, rows=rows, more=more)

    def _problem(self, problem: figures.ProblemGroup) -> tuple[Cell, ...]:
        amount = wording.NOTHING
        if problem.currency and problem.value is not None:
            amount = self.formats.money_with_code(problem.value, problem.currency)
        elif problem.with_amount:
            amount = T("{count} amounts, currencies unknown", count=self.formats.number(problem.with_amount))
        return (
            Cell(problem.source_file or wording.NOTHING),
            Cell(wording.severity_name(problem.severity)),
            Cell(_cut(problem.reason) or wording.NOTHING),
            Cell(_cut(problem.example, 40) or wording.NOTHING),
            Cell(self.formats.number(problem.count)),
            Cell(amount),
        )

    # What it rests on

    @cached_property
    def registers(self) -> Table:
        """The registers that were asked, with the type of their programme and how old their reading was."""
        _, last = figures.period(self.connection)
        columns = (
            Column(T("Register")), Column(T("Programme")), Column(T("Type")),
            Column(T("licences"), numeric=True), Column(T("last read")),
        )  # fmt: skip
        rows = []
        for register in self.context.snapshot.registers:
            age = (last - register.read).days if register.read and last else 0
            rows.append(
                (
                    Cell(register.id, note=T("sample: invented licences") if register.sample else None),
                    Cell(self.programme(register.programme)),
                    Cell(self.programme_type(register.programme)),
                    Cell(self.formats.number(register.licences)),
                    Cell(
                        self.formats.day(register.read),
                        note=T("{days} days before the last purchase", days=age) if age > STALE_AFTER_DAYS else None,
                    ),
                )
            )
        return Table(caption=T("Registers"), columns=columns, rows=rows)

    @cached_property
    def versions(self) -> list[tuple[str, str]]:
        """Versions of everything that made the answers."""
        return [
            (T("Tenring"), self.context.tool_version),
            (
                T("Snapshot of the registers"),
                f"{self.context.snapshot.name} ({self.formats.day(self.context.snapshot.created)})",
            ),
            (T("Matcher"), self.context.matcher.version),
            (T("Least score for text alone"), self.formats.share(self.context.matcher.threshold)),
            (T("Economy"), self.context.economy or wording.NOTHING),
            (T("Reference date"), self.formats.day(self.context.on)),
        ]

    @cached_property
    def _traced(self) -> list[tuple[str, str, str, str]]:
        """Dimension, key, measure and title of the sums whose lines are shown."""
        wanted = [("total", "all", measure, wording.measure_name(measure)) for measure in TRACED_MEASURES]
        wanted += [
            ("rule", rule.key_id, "not_met", f"{T('Not met')}: {wording.name_of(rule.names) or rule.rule}")
            for rule in self.rules
        ]
        wanted += [("caution", caution, "all", wording.caution_text(caution)) for caution in CAUTIONS]
        return wanted

    @cached_property
    def traces(self) -> list[Trace]:
        """The lines behind the headline figures, cautions and rules, those with any lines."""
        sums = [f"{dimension}.{key_id}.{measure}.lines" for dimension, key_id, measure, _ in self._traced]
        where = figures.conditions_of(self.connection, sums)
        traces = []
        for dimension, key_id, measure, title in self._traced:
            tables = [
                self._trace_table(currency, lines)
                for currency in self.shown
                if (lines := self._listed[_sum_id(dimension, key_id, measure, currency)])
            ]
            every = self.book.sum(measure, dimension=dimension, key_id=key_id)
            if every.lines:
                traces.append(
                    Trace(
                        anchor=_anchor_name(dimension, key_id, measure),
                        title=title,
                        count=self.formats.lines(every.lines),
                        how=self._how(where[f"{dimension}.{key_id}.{measure}.lines"]),
                        tables=tables,
                    )
                )
        return traces

    def _how(self, condition: str) -> str:
        return T(
            "The largest lines of each currency, at most {limit}. All of them: in lines.parquet where {condition}",
            limit=LISTED_LINES,
            condition=condition,
        )

    def _trace_table(self, currency: Currency, lines: list[Line]) -> Table:
        columns = (
            Column(T("Line")), Column(T("Date")), Column(T("Buyer")), Column(T("Product")), Column(T("Answer")),
            Column(wording.currency_shown(currency.code), numeric=True),
        )  # fmt: skip
        rows = [
            (
                Cell(line.line_id, note=line.place),
                Cell(self.formats.day(line.bought_on)),
                Cell(_cut(line.buyer, 60) or wording.NOTHING),
                Cell(self._product(line)),
                Cell(wording.verdict_name(line.verdict), verdict=line.verdict),
                Cell(self.formats.money(line.amount, currency.code)),
            )
            for line in lines
        ]
        return Table(caption=self.formats.currency(currency.code), columns=columns, rows=rows)

    # Cells

    @property
    def unit(self) -> str:
        """What pictures measure."""
        return self.formats.currency(self.main) if self.main else T("lines")

    def programme(self, id_: str | None) -> str:
        """A programme's name; its id where the catalogue has none."""
        facts = self.context.programmes.get(id_ or "")
        return wording.name_of(facts.names) if facts else id_ or wording.NOTHING

    def programme_type(self, id_: str) -> str:
        """A programme's type, and whether the catalogue's word on the programme is unverified."""
        facts = self.context.programmes.get(id_)
        if facts is None:
            return wording.NOTHING
        type_ = wording.programme_type_name(facts.type)
        return T("{type} (unverified)", type=type_) if facts.mark == "unverified" else type_

    def _product(self, line: Line) -> str:
        named = " ".join(part for part in (line.brand, line.model) if part)
        return _cut(line.description) or _cut(named) or wording.NOTHING

    def _in_unit(self, title: str) -> str:
        return f"{title} ({self.main or T('lines')})"

    def _sum_columns(self) -> tuple[Column, ...]:
        return (
            Column(T("lines"), numeric=True),
            *(Column(wording.currency_shown(currency.code), numeric=True) for currency in self.priced),
        )

    def _sums(
        self, name: str, measure: str, *, dimension: str = "total", key_id: str = "all", verdict: str | None = None
    ) -> tuple[Cell, ...]:
        """Name, number of lines, and value in each currency."""
        every = self.book.sum(measure, dimension=dimension, key_id=key_id)
        href = anchor(dimension, key_id, measure) if dimension == "total" and every.lines else None
        values = [self.book.sum(measure, currency.code, dimension=dimension, key_id=key_id) for currency in self.priced]
        return (
            Cell(name, verdict=verdict, href=href),
            Cell(self.formats.number(every.lines), figure=every.id),
            *(self._money(figure, currency.code) for figure, currency in zip(values, self.priced, strict=True)),
        )

    def _money(self, figure: Figure, currency: str) -> Cell:
        return Cell(self.formats.money(figure.value, currency), figure=figure.id)

    def _of_all_columns(self) -> tuple[Column, ...]:
        return (
            Column(T("share of lines"), numeric=True),
            *(
                Column(T("share of {currency}", currency=wording.currency_shown(currency.code)), numeric=True)
                for currency in self.priced
            ),
        )

    @property
    def _codes(self) -> list[str]:
        return [currency.code for currency in self.priced]

    def _whole(self, currency: str | None) -> str:
        """100 % where shares of everything are defined at all."""
        everything = self.book.sum("all", currency)
        return self.formats.share(
            Decimal(1) if (everything.lines if currency is None else everything.value or 0) > 0 else None
        )

    def _of_all(self, verdict: str) -> tuple[Cell, ...]:
        cells = [self._share(f"{verdict}.of_all.lines", None)]
        cells += [self._share(f"{verdict}.of_all.value", currency.code) for currency in self.priced]
        return tuple(cells)

    def _drawn(self, figure: Figure) -> float:
        """A figure as a length: pictures need no more than a float's precision."""
        return float(figure.value or 0) if self.main else float(figure.lines)

    def _picture(self, caption: str, draw: Callable[[], str]) -> Picture:
        title = T("{what}, {currency}", what=caption, currency=self.unit)
        return Picture(self._artist.submit(copy_context().run, draw), title)


def anchor(dimension: str, key_id: str, measure: str) -> str:
    """The link to the lines behind a figure."""
    return f"#{quote(_anchor_name(dimension, key_id, measure))}"


def _sum_id(dimension: str, key_id: str, measure: str, currency: Currency) -> str:
    """The id of a sum in one currency."""
    return f"{dimension}.{key_id}.{measure}.{currency.code}"


def _anchor_name(dimension: str, key_id: str, measure: str) -> str:
    return f"lines-{dimension}.{key_id}.{measure}"


def _cut(text: str | None, limit: int = SHOWN_CHARACTERS) -> str:
    text = (text or "").strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"
