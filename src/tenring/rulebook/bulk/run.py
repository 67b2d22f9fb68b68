"""A revision over a table of values: the steps in their order, and the queries that read the answers."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

from tenring.model.sql import Engine, Step, quoted
from tenring.rulebook.bulk.by_hand import NOT_APPLICABLE, NUMBERS, Task, compared_in, evidence_query, judge_batch
from tenring.rulebook.bulk.columns import Columns, Number, Sql, either
from tenring.rulebook.bulk.conditions import Conditions
from tenring.rulebook.bulk.digits import Digits, TooWideError
from tenring.rulebook.bulk.facts import Facts, label_step, labels_held, pivot, survey
from tenring.rulebook.bulk.opaque import Functions, functions_of
from tenring.rulebook.bulk.places import Place, asked_for, placed, slot_of
from tenring.rulebook.bulk.shown import VALUES as SHOWN
from tenring.rulebook.bulk.shown import Shown
from tenring.rulebook.bulk.table import Tables
from tenring.rulebook.bulk.terms import constant
from tenring.rulebook.dates import taken_on
from tenring.rulebook.evaluate import Circumstances
from tenring.rulebook.evidence import Product
from tenring.rulebook.expressions import Node
from tenring.rulebook.judge import Judged
from tenring.rulebook.library import Library
from tenring.rulebook.revision import Clause, PointsRule, Revision

#: The truth of a clause is its code; a clause that does not apply has one more.
WORDS: tuple[Judged, ...] = (
    Judged.NOT_MET,
    Judged.NOT_CHECKED,
    Judged.NOT_SHOWN,
    Judged.MET,
    Judged.NOT_APPLICABLE,
)
#: Values, limits and points in the long form: 20 digits before the point and 18 after it.
_HELD = "DECIMAL(38, 18)"
#: Points that were judged by hand.
_HELD_DIGITS = Digits(8, 18)


@dataclass
class Answers:
    """The answers of one revision.

    The table `bulk_answers` has one row for each product: `product`, the codes `judged_<place>` of its clauses (see
    `WORDS`), `overall` and `grade` (a place in the classes of the revision).
    """

    revision: Revision
    by_hand: tuple[int, ...]
    """Places of the clauses that SQL cannot say exactly: `judge` answered them."""
    odd: bool
    """Whether some products were judged by hand altogether."""
    functions: Functions = field(repr=False)
    """What the queries are compiled over."""

    def overall(self) -> str:
        """A query with one row for each product: `product`, `overall` (a word of `Judged`), `grade`."""
        grades = " ".join(f"WHEN {place} THEN {quoted(name)}" for place, name in enumerate(self.revision.grades))
        grade = f"CASE grade {grades} END" if grades else "CAST(NULL AS VARCHAR)"
        return f"SELECT product, {word('overall')} AS overall, {grade} AS grade FROM bulk_answers"

    def judgements(self) -> str:
        """A query with one row for each product and clause.

        Columns: `product`, `clause`, `judgement`, and for a clause that asks one comparison `value_low`, `value_high`,
        `limit_low`, `limit_high` (null: unbounded, or not applicable), to 18 decimals.
        """
        return " UNION ALL ".join(self._long(place) for place in range(len(self.revision.clauses)))

    def kept(self) -> tuple[Step, Step]:
        """Steps that keep both queries: the tables `bulk_overall` and `bulk_judgements`."""
        return Step("bulk_overall", self.overall()), Step("bulk_judgements", self.judgements())

    def _long(self, place: int) -> str:
        clause = self.revision.clauses[place]
        names = ", ".join(f"{name}{place} AS {name[:-1]}" for name in NUMBERS[:4])
        about = f"product, {quoted(clause.id)} AS clause, {word(f'judged_{place}')} AS judgement"
        if place in self.by_hand:
            return f"SELECT {about}, {names} FROM bulk_by_hand"
        compiled = Compiled(self.functions)
        code = compiled.clause(clause)
        numbers = ", ".join(compiled.compared(clause, code))
        query = compiled.columns.query(self.functions.base, f"product, {code.text} AS judged_{place}, {numbers}")
        columns = ", ".join(name[:-1] for name in NUMBERS[:4])
        if not self.odd:
            return f"SELECT {about}, {columns} FROM ({query}) AS one"
        odd = f"SELECT {about}, {names} FROM bulk_odd"
        return f"SELECT {about}, {columns} FROM ({query}) AS one ANTI JOIN bulk_odd USING (product) UNION ALL {odd}"


def word(column: str) -> str:
    """The word for a code."""
    cases = " ".join(f"WHEN {column} = {code} THEN {quoted(one)}" for code, one in enumerate(WORDS))
    return f"CASE {cases} END"


class Compiled:
    """Clauses as columns over one row of facts for each product."""

    def __init__(self, functions: Functions) -> None:
        self.columns = Columns()
        self.conditions = Conditions(self.columns, functions.facts, functions.known)

    def clause(self, clause: Clause) -> Sql:
        """The code of a clause."""
        gate = self.conditions.truth(clause.applies)
        if clause.source.mark == "unverified":
            truth = Sql("1")
        else:
            with self.ruled(clause):
                asked = self.conditions.truth(clause.requires)
            waived = self.conditions.truth(clause.waived_by)
            truth = (
                asked
                if waived.text == "0"
                else self.columns.add(f"greatest({asked.text}, {waived.text})", asked, waived)
            )
        if gate.text == "3":
            return truth
        case = f"CASE WHEN {gate.text} = 0 THEN {NOT_APPLICABLE} WHEN {gate.text} <> 3 THEN 1 ELSE {truth.text} END"
        return self.columns.add(case, gate, truth)

    def ruled(self, clause: Clause) -> AbstractContextManager[None]:
        """What is compiled meanwhile has to be shown as the clause asks, where rules of evidence hold."""
        return self.conditions.under(clause.shown_by if self.conditions.facts.shown else ())

    def compared(self, clause: Clause, code: Sql) -> list[str]:
        """Value and limit of the one comparison of a clause."""
        compare = compared_in(clause)
        ends: list[tuple[Sql, Digits] | None] = [None] * 4
        if compare is not None:
            with self.ruled(clause) if compare is clause.requires else self.conditions.under(()):
                numbers = self.conditions.sides(compare)
            ends = [(end, one.digits) for one in numbers for end in (one.low, one.high)]
        texts = (_held(end, code) for end in ends)
        return [f"{text} AS {name[:-1]}" for text, name in zip(texts, NUMBERS[:4], strict=True)]

    def points(self, clause: Clause, code: Sql) -> Number:
        """The points of a clause: none where it is not met, up to all where that is open."""
        nothing = constant(Decimal(0))
        if clause.points is None:
            return nothing
        with self.ruled(clause):
            points = self.conditions.number(clause.points)
        if points.open_high is not None:
            message = "points that are only known to be below a number"
            raise TooWideError(message)
        low = self.columns.add(f"CASE WHEN {code.text} = 3 THEN {points.low.text} ELSE 0 END", code, points.low)
        none = f"{code.text} IN (0, {NOT_APPLICABLE})"
        high = self.columns.add(f"CASE WHEN {none} THEN 0 ELSE {points.high.text} END", code, points.high)
        return Number(low, high, Sql("3"), points.digits, bounded_low=False, bounded_high=False)

    def grade(self, clause: Clause, code: Sql, names: tuple[str, ...]) -> Sql | None:
        """The place of the class that a clause gives."""
        if not clause.grades:
            return None
        with self.ruled(clause):
            truths = [(self.conditions.truth(one.requires), names.index(one.name)) for one in clause.grades]
        cases = " ".join(f"WHEN {truth.text} = 3 THEN {place}" for truth, place in truths)
        text = f"CASE WHEN {code.text} IN (1, {NOT_APPLICABLE}) THEN NULL {cases} END"
        return self.columns.add(text, code, *(truth for truth, _ in truths))


def _held(end: tuple[Sql, Digits] | None, code: Sql) -> str:
    if end is None or end[0].text == "NULL":
        return f"CAST(NULL AS {_HELD})"
    return f"CAST(CASE WHEN {code.text} <> {NOT_APPLICABLE} THEN {end[0].text} END AS {_HELD})"


def judge_all(engine: Engine, tables: Tables, revision: Revision, on: date, library: Library) -> Answers:
    """Judge every product of a table as `judge` would, without documents as `judge(…, trusted=True)`; keep the answers.

    Args:
        engine: where the tables are; it gets further ones whose names begin with `bulk_`.
        tables: their names.
        revision: the revision; its limits are those of the day `on`.
        on: the day of the question.
        library: measurands, and other criteria that clauses refer to.
    """
    taken = taken_on(revision, on, library.find)
    return _Run(engine, tables, taken, on, library).answers()


@dataclass
class _Run:
    engine: Engine
    tables: Tables
    revision: Revision
    on: date
    library: Library

    def answers(self) -> Answers:
        nodes = [list(placed(clause, shown=self._is_shown)) for clause in self.revision.clauses]
        facts = self._facts([one for clause in nodes for one in clause])
        functions = self._functions(nodes, facts)
        by_hand = self._by_hand(functions)
        odd = self._odd(functions, by_hand)
        if by_hand:
            functions.base += " LEFT JOIN bulk_by_hand USING (product)"
        answers = Answers(self.revision, by_hand, odd, functions)
        self.engine.run([self._summed_up(answers)])
        return answers

    @property
    def _is_shown(self) -> bool:
        return self.tables.documents is not None

    def _facts(self, nodes: list[tuple[Node, Place]]) -> Facts:
        asked = (slot_of(quantity, rule, shown=self._is_shown) for quantity, rule in asked_for(nodes))
        slots = {slot: number for number, slot in enumerate(dict.fromkeys(asked))}
        values, shown = self.tables.values, None
        if self.tables.documents is not None:
            given = Circumstances(Product(), self.library.properties, self.revision.criteria, self.on)
            shown = Shown(slots, given)
            self.engine.run(shown.steps(values, self.tables.documents))
            values = SHOWN
        profiles = survey(self.engine, values, slots, shown)
        held = labels_held(node for node, _ in nodes) if self.tables.labels else ()
        self.engine.run(label_step(place, one, str(self.tables.labels), self.on) for place, one in enumerate(held))
        labels = {one: f"coalesce(label_{place}, FALSE)" for place, one in enumerate(held)}
        definitions = self.library.properties.properties
        from_zero = frozenset(name for name, definition in definitions.items() if definition.never_negative)
        facts = Facts(slots, profiles, labels, from_zero, shown=self._is_shown)
        self.engine.run([pivot(facts, nodes)])
        return facts

    def _functions(self, nodes: list[list[tuple[Node, Place]]], facts: Facts) -> Functions:
        """The functions that clauses rest on, as far as SQL has their arguments."""
        labels = (f" LEFT JOIN bulk_label_{place} USING (product)" for place in range(len(facts.labels)))
        functions = Functions(self.engine, facts, f"bulk_facts{''.join(labels)}")
        for term, place in functions_of(nodes):
            with suppress(TooWideError):
                functions.compute(term, place)
        return functions

    def _by_hand(self, functions: Functions) -> tuple[int, ...]:
        """Judge the clauses that SQL cannot say exactly, and make the table `bulk_by_hand`."""
        places = tuple(
            place for place, clause in enumerate(self.revision.clauses) if not self._is_sql(clause, functions)
        )
        if places:
            self._apply("bulk_by_hand", self._task(places))
        return places

    def _is_sql(self, clause: Clause, functions: Functions) -> bool:
        compiled = Compiled(functions)
        try:
            code = compiled.clause(clause)
            compiled.compared(clause, code)
            compiled.points(clause, code)
            compiled.grade(clause, code, self.revision.grades)
        except TooWideError:
            return False
        return True

    def _odd(self, functions: Functions, by_hand: tuple[int, ...]) -> bool:
        """Judge the products whose numbers SQL does not hold or that lie too close together: the table `bulk_odd`."""
        compiled = Compiled(functions)
        for place, clause in enumerate(self.revision.clauses):
            if place not in by_hand:
                code = compiled.clause(clause)
                compiled.points(clause, code)
                compiled.grade(clause, code, self.revision.grades)
        odd = [one.text for one in compiled.conditions.near]
        odd += [f"f{number}_odd" for number in range(len(functions.known))]
        if not odd:
            return False
        query = compiled.columns.query(functions.base, f"product, {either(odd)} AS is_odd")
        self.engine.run([Step("bulk_odd_products", f"SELECT product FROM ({query}) AS one WHERE is_odd")])
        if not self.engine.rows("SELECT 1 FROM bulk_odd_products LIMIT 1"):
            return False
        task = self._task(tuple(range(len(self.revision.clauses))), overall=True)
        self._apply("bulk_odd", task, "SEMI JOIN bulk_odd_products USING (product)")
        return True

    def _task(self, places: tuple[int, ...], *, overall: bool = False) -> Task:
        properties, trusted = self.library.properties, not self._is_shown
        return Task(self.revision, properties, self.on, places, overall=overall, trusted=trusted)

    def _apply(self, name: str, task: Task, where: str = "") -> None:
        query = evidence_query(self.tables, self.on, where)
        self.engine.apply(name, query, partial(judge_batch, task=task), task.schema)

    def _summed_up(self, answers: Answers) -> Step:
        """One row for each product with the codes of all clauses and the whole answer."""
        compiled = Compiled(answers.functions)
        codes, points, grades = [], [], []
        for place, clause in enumerate(self.revision.clauses):
            if place in answers.by_hand:
                codes.append(Sql(f"judged_{place}"))
                points.append(_points_by_hand(place, clause))
                grades.append(Sql(f"grade_{place}") if clause.grades else None)
                continue
            code = compiled.clause(clause)
            codes.append(code)
            points.append(compiled.points(clause, code))
            grades.append(compiled.grade(clause, code, self.revision.grades))
        rules = [self._rule(rule, compiled, codes, points) for rule in self.revision.points]
        columns = [f"{code.text} AS judged_{place}" for place, code in enumerate(codes)]
        columns += [f"{_overall(self.revision, codes, rules)} AS overall", f"{_grade(codes, grades)} AS grade"]
        listed = ", ".join(["product", *columns])
        query = compiled.columns.query(answers.functions.base, listed)
        if answers.odd:
            own = ", ".join(["product", *(f"judged_{place}" for place in range(len(codes))), "overall", "grade"])
            rest = f"SELECT {own} FROM ({query}) AS one ANTI JOIN bulk_odd USING (product)"
            query = f"{rest} UNION ALL SELECT {own} FROM bulk_odd"
        return Step("bulk_answers", query)

    def _rule(self, rule: PointsRule, compiled: Compiled, codes: list[Sql], points: list[Number]) -> Sql:
        counted = [
            place
            for place, clause in enumerate(self.revision.clauses)
            if (clause.id in rule.clauses if rule.clauses else clause.role == "optional")
        ]
        reached = compiled.conditions.terms.added([points[place] for place in counted])
        truth = compiled.conditions.compared(reached, ">=", constant(rule.at_least))
        unchecked = [f"{codes[place].text} = 1" for place in counted]
        if not unchecked:
            return truth
        text = f"CASE WHEN {truth.text} = 2 AND ({' OR '.join(unchecked)}) THEN 1 ELSE {truth.text} END"
        return compiled.columns.add(text, truth, *(codes[place] for place in counted))


def _points_by_hand(place: int, clause: Clause) -> Number:
    if clause.points is None:
        return constant(Decimal(0))
    low, high = (
        Sql(
            f"CASE WHEN judged_{place} = {NOT_APPLICABLE} THEN 0 "
            f"ELSE CAST(points_{end}_{place} AS {_HELD_DIGITS.type}) END"
        )
        for end in ("low", "high")
    )
    return Number(low, high, Sql("3"), _HELD_DIGITS, bounded_low=False, bounded_high=False)


def _overall(revision: Revision, codes: list[Sql], rules: list[Sql]) -> str:
    """The worst of all that must be met and applies (`judge.summed_up`)."""
    asked = [code for clause, code in zip(revision.clauses, codes, strict=True) if clause.role == "mandatory"]
    texts = [f"CASE WHEN {code.text} <> {NOT_APPLICABLE} THEN {code.text} END" for code in asked]
    texts += [rule.text for rule in rules]
    return f"coalesce(least({', '.join([*texts, str(NOT_APPLICABLE)])}), {NOT_APPLICABLE})"


def _grade(codes: Iterable[Sql], grades: Iterable[Sql | None]) -> str:
    """The worst class of the clauses that apply; null while one is open."""
    graded = [(code, grade) for code, grade in zip(codes, grades, strict=True) if grade is not None]
    if not graded:
        return "CAST(NULL AS INTEGER)"
    open_ones = " OR ".join(f"{code.text} <> {NOT_APPLICABLE} AND {grade.text} IS NULL" for code, grade in graded)
    places = ", ".join(f"CASE WHEN {code.text} <> {NOT_APPLICABLE} THEN {grade.text} END" for code, grade in graded)
    worst = f"greatest({places})" if len(graded) > 1 else places
    return f"CASE WHEN {open_ones} THEN NULL ELSE {worst} END"
