"""Criteria files as officials write them: pydantic models, from which the JSON Schema and the reference come.

Amounts are texts with their unit (`60 µg/m3`), formulae begin with `=`; nothing here knows properties or units:
`conditions.py` does.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tenring.catalogue.files import Mark
from tenring.rulebook.revision import EvidenceKind, Issuer, Role

Names = dict[str, str]
Day = date
"""`date`, where a field has that name."""


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...])]
"""One text or a list of them."""

Limit = str | dict[date, str]
"""An amount with its unit, or such amounts by the day from which each counts."""


class Written(BaseModel):
    """Base of everything written: unknown words are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, populate_by_name=True)


class Over(Written):
    """How several values of one property (substances, samples, months) become one number."""

    how: Literal["each", "sum", "maximum", "minimum", "mean", "percentile", "count"] = Field(
        description="`each`: every value must keep the limit"
    )
    items: Texts = Field(default=(), description="exactly these values count (or the name of a list); without it: all")
    percent: str | None = Field(default=None, description="for `percentile`: how many per cent of the values")


class Round(Written):
    """How a value is rounded before it is compared."""

    digits: int = Field(ge=0, le=9)
    direction: Literal["half_up", "half_even", "down", "up"] = "half_up"


class OnDerogation(Written):
    """What is allowed after all."""

    id: str
    hazards: Texts = ()
    cas: Texts = ()
    names: Texts = ()
    roles: Texts = Field(default=(), description="what the substance does: flame retardant, dye …")
    when: Test | None = Field(default=None, description="conditions of the derogation")


class Exclusion(Written):
    """Substances that must not be there."""

    hazards: Texts = Field(default=(), description="hazard statements, or the name of a list")
    cas: Texts = ()
    names: Texts = ()
    roles: Texts = Field(default=(), description="only substances with one of these roles; without it: all")
    added: str | None = Field(default="0 %", description="share that may be added on purpose; `any`: no limit")
    carried: str | None = Field(default="any", description="share that may come in with raw materials; `any`: no limit")
    derogations: tuple[OnDerogation, ...] = ()


class Counted(Written):
    """So many of the conditions must hold."""

    count: int = Field(ge=1)
    of: tuple[Test, ...]


class LabelHeld(Written):
    """A label that is held, in force on the date."""

    programmes: Texts = Field(description="ids of programmes")
    category: str | None = None
    of: str = "product"


class Reference(Written):
    """A clause of another document."""

    criteria: str = Field(description="<programme>/<category>")
    clause: str | None = Field(default=None, description="without it: all mandatory clauses")
    version: Literal["latest"] | date = Field(default="latest", description="a day in force, or the latest on the date")


class TableRow(Written):
    """One row of a table: when it counts, and its limit."""

    when: Test | None = Field(default=None, description="without it: always")
    limit: Limit | None = Field(default=None, description="amount, or formula behind `=`; without it give `unread`")
    unread: str | None = Field(default=None, description="why the number is not known")
    label: str = ""


class Table(Written):
    """Limits by sub-category."""

    rows: tuple[TableRow, ...]
    hit: Literal["only", "first", "strictest"] = Field(
        default="only",
        description="`only`: the rows part the products · `strictest`: several may count, the strictest wins",
    )
    otherwise: Limit | None = Field(default=None, description="limit where no row counts; without it a gap is an error")


class Preferred(Written):
    """The preferred requirement, or a fallback that has to be justified."""

    best: Test
    fallback: Test
    justified_by: Test


class Test(Written):
    """One condition. Exactly one way of saying what must hold; `property` or `formula` names the number compared."""

    __test__ = False

    property: str | None = Field(default=None, description="a property of catalog/properties.yml")
    formula: str | None = Field(default=None, description="a formula, or the name of one under `formulas`")
    of: str | None = Field(
        default=None, description="the subject: product, a part, a material, a site (default: the clause's)"
    )
    at: dict[str, str] = Field(default_factory=dict, description="conditions of the measurement: {time: 28 d}")
    by: Texts = Field(default=(), description="methods that are accepted; without it those of the property")
    over: Over | None = None
    rounded: Round | None = None

    at_most: Limit | None = Field(default=None, description="≤, as printed")
    below: Limit | None = Field(default=None, description="<, as printed")
    at_least: Limit | None = Field(default=None, description="≥, as printed")
    above: Limit | None = Field(default=None, description=">, as printed")
    between: tuple[Limit, Limit] | None = Field(default=None, description="both ends included")
    at_most_by: Table | None = Field(default=None, description="≤ the limit of a table")
    at_least_by: Table | None = Field(default=None, description="≥ the limit of a table")
    below_by: Table | None = Field(default=None, description="< the limit of a table")
    above_by: Table | None = Field(default=None, description="> the limit of a table")
    equals: str | None = Field(default=None, description="a word, a class, or true and false; of a number: exactly it")
    one_of: Texts = Field(default=(), description="one of these words, or the name of a list")
    none_of: Texts = Field(default=(), description="a known word, and none of these; of a set: it has none of these")
    has_any: Texts = Field(default=(), description="a set has one of these")
    has_all: Texts = Field(default=(), description="a set has all of these")
    class_at_least: str | None = Field(default=None, description="this step of the property's scale or a better one")
    class_above: str | None = Field(default=None, description="a better step of the scale than this")
    not_detected: str | None = Field(
        default=None, description="detection limit that is needed, or `by method`: the method's own"
    )
    disclosed: bool | None = Field(default=None, description="true: any value is known; false: none is")

    excludes: Exclusion | None = None
    holds: LabelHeld | None = None
    meets: Reference | None = None
    preferred: Preferred | None = None
    all_of: tuple[Test, ...] | None = None
    any_of: tuple[Test, ...] | None = None
    at_least_of: Counted | None = None
    not_: Test | None = Field(default=None, alias="not")
    condition: str | None = Field(default=None, description="a condition of the file's `conditions`, by name")
    unread: str | None = Field(default=None, description="a limit that exists and was not read: what is missing")
    qualitative: str | None = Field(default=None, description="a requirement that no number decides")
    dated: dict[date, Test] | None = Field(default=None, description="another condition from each day")


class Piece(Written):
    """One piece of evidence."""

    kind: EvidenceKind
    methods: Texts = ()
    max_age: str | None = Field(default=None, description="for example 12 months, counted in days of 30.4375 a month")
    accredited: bool = False
    issuers: tuple[Issuer, ...] = ()
    samples: int | None = Field(default=None, ge=1)


class OneGrade(Written):
    """A class, and what earns it."""

    name: str
    requires: Test


class PointStep(Written):
    """Points that a condition earns."""

    when: Test
    points: str


class WrittenClause(Test):
    """One clause: where it stands, whom it concerns, what it asks, how it is shown.

    What it asks is written as in a condition, right in the clause.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._()+-]*$", description="unique in the file")
    clause: str = Field(description="its number as printed")
    title: Names
    when: Test | None = Field(default=None, description="the clause applies only then; unknown: it is not checked")
    waived: Test | None = Field(default=None, description="where this holds, the clause is met")
    role: Role = "mandatory"
    subject: str | None = Field(default=None, description="of whom or what it speaks (subjects of properties.yml)")
    shown_by: tuple[Piece | tuple[Piece, ...], ...] = Field(
        default=(), description="alternatives; an inner list: all of them are needed"
    )
    points: str | tuple[PointStep, ...] | None = Field(default=None, description="points of an optional clause")
    grades: tuple[OneGrade, ...] = Field(default=(), description="classes of the file's `grades`, from best to worst")
    level: Literal["core", "comprehensive"] | None = None
    document: str | None = Field(default=None, description="if it stands in another document than the file's")
    address: str | None = None
    mark: Mark | None = Field(default=None, description="read, secondary or unverified (default: the file's)")
    note: Names = Field(default_factory=dict)


class InForce(Written):
    """From when to when a revision counts."""

    from_: date = Field(alias="from")
    until: date | None = None
    transition_until: date | None = None


class NamedFormula(Written):
    """A formula with a name, or a table of formulae."""

    formula: str | None = None
    table: Table | None = None
    unit: str = Field(description="of the result, as printed")
    note: Names = Field(default_factory=dict)


class NamedNumber(Written):
    """What a name in a formula stands for: a property in the formula's unit, a limit, or a condition as 1 or 0."""

    property: str | None = None
    of: str | None = None
    at: dict[str, str] = Field(default_factory=dict)
    by: Texts = ()
    over: Over | None = None
    in_unit: str | None = Field(default=None, alias="in", description="unit in which the formula takes it")
    ingredients: IngredientColumn | None = None
    amount: str | None = Field(default=None, description="a number of another document, with its unit")
    document: str | None = Field(default=None, description="the document that has the amount")
    mark: Mark | None = Field(default=None, description="how sure the amount is; unverified: it counts as unread")
    one_if: Test | None = Field(default=None, description="1 if it holds, else 0")


class IngredientColumn(Written):
    """Sum over a list of ingredients: share (%) × the number of each in a column of an ingredient table."""

    table: str = Field(description="file below catalog/criteria/tables/")
    column: str


class Presumption(Written):
    """Holding a label satisfies these clauses."""

    holds: LabelHeld
    satisfies: Texts = Field(description="ids of clauses")


class WrittenPoints(Written):
    """Points that are needed."""

    at_least: str
    clauses: Texts = Field(default=(), description="without it: all optional clauses")


class WrittenRevision(Written):
    """A criteria file: `catalog/criteria/<programme>/<category>/<date in force>.yml`."""

    document: str = Field(description="the official document, as it is cited")
    address: str | None = Field(default=None, description="address of the official text")
    titles: Names
    in_force: InForce
    categories: tuple[str, ...]
    mark: Mark = Field(description="how sure the clauses are that do not say so themselves")
    note: Names = Field(default_factory=dict)
    names: dict[str, NamedNumber] = Field(default_factory=dict, description="names for formulae")
    formulas: dict[str, NamedFormula] = Field(default_factory=dict)
    conditions: dict[str, Test] = Field(default_factory=dict, description="conditions used by name")
    lists: dict[str, Texts] = Field(default_factory=dict, description="lists used by name")
    presumptions: tuple[Presumption, ...] = ()
    points: tuple[WrittenPoints, ...] = ()
    grades: Texts = Field(default=(), description="names of the classes that clauses give, from best to worst")
    clauses: tuple[WrittenClause, ...]


class WrittenDocumentProof(Written):
    """A document that shows a value."""

    kind: EvidenceKind
    document: str | None = None
    date: Day | None = None
    laboratory: str | None = None
    accredited: bool = False
    issuer: Issuer | None = None
    samples: int | None = None


class WrittenSubstance(Written):
    """One substance of a list."""

    name: str | None = None
    cas: str | None = None
    hazards: Texts = ()
    role: str | None = None
    share: str | None = Field(default=None, description="by mass: 0.2 %")
    added: bool = Field(default=True, description="false: carried over from raw materials, or an impurity")


class WrittenMeasurement(Written):
    """A value of a property."""

    value: str | tuple[str, ...] | None = Field(
        default=None, description="60, <0.1 (not detected), a word, several words"
    )
    unit: str | None = None
    values: dict[str, str] | None = Field(default=None, description="values by name: of substances, samples, months")
    substances: tuple[WrittenSubstance, ...] | None = None
    of: str = "product"
    part: str | None = Field(
        default=None, description="which of several of that kind: base, lid; without it the value is of each of them"
    )
    at: dict[str, str] = Field(default_factory=dict)
    method: str | None = None
    not_detected: bool = False
    shown_by: tuple[WrittenDocumentProof, ...] = ()


class WrittenLabel(Written):
    """A label that is held."""

    programme: str
    category: str | None = None
    of: str = "product"
    number: str | None = None
    from_: date = Field(alias="from", description="a licence whose first day is not known is no evidence")
    until: date | None = None


Given = dict[str, str | tuple[str, ...] | WrittenMeasurement | tuple[WrittenMeasurement, ...]]


class WrittenProduct(Written):
    """A product's evidence: `product.yml`."""

    product: dict[str, str] = Field(default_factory=dict, description="its name, brand, model, category: for people")
    given: Given = Field(default_factory=dict)
    labels: tuple[WrittenLabel, ...] = ()


Judged = Literal["met", "not_met", "not_shown", "not_applicable", "not_checked"]


class WrittenCase(Written):
    """One case: evidence, a day, and what the judgements must be."""

    name: str
    criteria: date | None = Field(
        default=None, description="the revision in force since that day (default: on the day)"
    )
    on: date
    like: str | None = Field(default=None, description="begins with what another case gives")
    given: Given = Field(default_factory=dict)
    without: Texts = Field(default=(), description="properties of the other case that are taken away")
    labels: tuple[WrittenLabel, ...] = ()
    expect: dict[str, Judged] = Field(default_factory=dict, description="clause -> judgement")
    overall: Judged | None = None
    grade: str | None = None


class WrittenCases(Written):
    """`cases.yml` beside the revisions of one programme and category."""

    cases: tuple[WrittenCase, ...]


for _model in (OnDerogation, Exclusion, Counted, TableRow, Table, Preferred, Test, NamedNumber, OneGrade, PointStep):
    _model.model_rebuild()
