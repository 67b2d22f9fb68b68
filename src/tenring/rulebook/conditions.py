"""From written conditions to the closed language: properties looked up, units converted, negation pushed down."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import cast

from tenring.catalogue.properties import Properties, PropertyDefinition
from tenring.model.units import as_pint_writes, conversion
from tenring.rulebook.amounts import amount, condition_text, number_in, to_unit
from tenring.rulebook.document import CriteriaError, Document
from tenring.rulebook.expressions import (
    Aggregate,
    All,
    Amount,
    AnyOf,
    AtLeast,
    Choice,
    Compare,
    Condition,
    Constant,
    Dated,
    Derogation,
    Disclosed,
    Excludes,
    Given,
    Has,
    Hit,
    Holds,
    IngredientSum,
    Is,
    Match,
    Meets,
    NotDetected,
    Operator,
    Quantity,
    Rounded,
    Row,
    Sum,
    Term,
    Unread,
    UnreadNumber,
    Value,
    negated,
)
from tenring.rulebook.formula import FormulaError, read_formula, scaled
from tenring.rulebook.written import (
    Exclusion,
    Limit,
    NamedFormula,
    NamedNumber,
    OnDerogation,
    Over,
    Table,
    Test,
    WrittenRevision,
)

Path = tuple[str | int, ...]

#: word for a limit -> operator, and whether the strictest of several limits is the least.
LIMITS: dict[str, Operator] = {"at_most": "<=", "below": "<", "at_least": ">=", "above": ">"}
TABLES: dict[str, Operator] = {f"{word}_by": operator for word, operator in LIMITS.items()}
GROUPS = ("all_of", "any_of", "at_least_of", "not_", "dated", "preferred")
OTHERS = ("excludes", "holds", "meets", "condition", "unread", "qualitative")
WORDS = ("one_of", "none_of", "has_any", "has_all", "class_at_least", "class_above")
SINGLE = ("between", "equals", "not_detected", "disclosed")
#: All ways of saying what must hold; a condition uses exactly one.
VERBS = (*LIMITS, *TABLES, *SINGLE, *WORDS, *GROUPS, *OTHERS)

_FORMULA = "="


@dataclass(frozen=True)
class Context:
    """What conditions of one file are compiled with; `since` is the day whose limits are taken, `of` the subject."""

    document: Document
    properties: Properties
    written: WrittenRevision
    tables: Mapping[str, Mapping[str, Mapping[str, Decimal]]] = field(default_factory=dict)
    """Ingredient tables: name -> column -> CAS -> number."""
    of: str = "product"
    since: date | None = None
    open: tuple[str, ...] = ()
    """Names and formulas being compiled: one that leads to itself is an error."""

    def error(self, what: str, path: Path, do: str) -> CriteriaError:
        """The error about a part of the file."""
        return self.document.error(what, at=path, do=do)

    def listed(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Words, with the names of lists replaced by what is in them."""
        return tuple(one for word in words for one in self.written.lists.get(word, (word,)))


def condition(test: Test, context: Context, path: Path) -> Condition:
    """A written condition in the closed language.

    Raises:
        CriteriaError: it says nothing or two things, names what does not exist, or has a unit of another dimension.
    """
    verb = _verb(test, context, path)
    if verb not in GROUPS:
        days = sorted(_days(test))
        if days and context.since is None:
            since = tuple((day, condition(test, replace(context, since=day), path)) for day in days)
            return Dated(since)
    made = _MAKERS.get(verb, _measured)
    return made(test, context, path)


def _verb(test: Test, context: Context, path: Path) -> str:
    used = [verb for verb in VERBS if verb in test.model_fields_set and getattr(test, verb) not in (None, ())]
    if len(used) == 1:
        return used[0]
    if not used:
        raise context.error("it does not say what must hold", path, "Add at_most, one_of, any_of … (see the reference)")
    words = ", ".join(word.rstrip("_") for word in used)
    raise context.error(f"it says several things: {words}", path, "Put them as single conditions under all_of:")


def _days(test: Test) -> Iterator[date]:
    for word in (*LIMITS, "between"):
        found = getattr(test, word)
        for limit in found if isinstance(found, tuple) else (found,):
            yield from limit if isinstance(limit, dict) else ()
    for word in TABLES:
        table: Table | None = getattr(test, word)
        if table is not None:
            for limit in (*(row.limit for row in table.rows), table.otherwise):
                yield from limit if isinstance(limit, dict) else ()


def about(context: Context, subject: str) -> Context:
    """The context of a clause that speaks of `subject`."""
    return replace(context, of=subject)


def formula_by_name(name: str, context: Context) -> Term:
    """A formula of the file; errors as `condition`."""
    return _named_formula(name, context.written.formulas[name], context)[1]


def number_by_name(name: str, context: Context) -> Term:
    """A name for formulae of the file; errors as `condition`."""
    return _named_number(name, context.written.names[name], context)


def named_condition(name: str, context: Context) -> Condition:
    """A condition of the file; errors as `condition`."""
    return condition(
        context.written.conditions[name], _opened(name, context, ("conditions", name)), ("conditions", name)
    )


# groups


def _all_of(test: Test, context: Context, path: Path) -> Condition:
    return All(_several(test.all_of or (), context, (*path, "all_of")))


def _any_of(test: Test, context: Context, path: Path) -> Condition:
    return AnyOf(_several(test.any_of or (), context, (*path, "any_of")))


def _at_least_of(test: Test, context: Context, path: Path) -> Condition:
    counted = test.at_least_of
    assert counted is not None  # noqa: S101 - its verb was found
    if counted.count > len(counted.of):
        what = f"{counted.count} of {len(counted.of)} conditions can never hold"
        raise context.error(what, (*path, "at_least_of"), "Lower count or add conditions")
    return AtLeast(counted.count, _several(counted.of, context, (*path, "at_least_of", "of")))


def _several(tests: tuple[Test, ...], context: Context, path: Path) -> tuple[Condition, ...]:
    return tuple(condition(test, context, (*path, number)) for number, test in enumerate(tests))


def _not(test: Test, context: Context, path: Path) -> Condition:
    assert test.not_ is not None  # noqa: S101 - its verb was found
    try:
        return negated(condition(test.not_, context, (*path, "not")))
    except ValueError as error:
        raise context.error(str(error), (*path, "not"), "Say what must hold instead") from error


def _dated(test: Test, context: Context, path: Path) -> Condition:
    return Dated(
        tuple((day, condition(one, context, (*path, "dated"))) for day, one in sorted((test.dated or {}).items()))
    )


def _preferred(test: Test, context: Context, path: Path) -> Condition:
    preferred, below = test.preferred, (*path, "preferred")
    assert preferred is not None  # noqa: S101 - its verb was found
    best = condition(preferred.best, context, (*below, "best"))
    justified = condition(preferred.justified_by, context, (*below, "justified_by"))
    return AnyOf((best, All((justified, condition(preferred.fallback, context, (*below, "fallback"))))))


# what is no measurement


def _holds(test: Test, context: Context, path: Path) -> Condition:
    held = test.holds
    assert held is not None  # noqa: S101 - its verb was found
    return Holds(
        frozenset(context.listed(held.programmes)), held.category, _subject(held.of, context, (*path, "holds"))
    )


def _meets(test: Test, context: Context, path: Path) -> Condition:
    named = test.meets
    assert named is not None  # noqa: S101 - its verb was found
    if named.criteria.count("/") != 1:
        raise context.error(f"{named.criteria!r} names no criteria", (*path, "meets"), "Write <programme>/<category>")
    return Meets(named.criteria, named.clause, None if named.version == "latest" else named.version)


def _by_name(test: Test, context: Context, path: Path) -> Condition:
    name = test.condition or ""
    named = context.written.conditions.get(name)
    if named is None:
        known = ", ".join(context.written.conditions) or "none"
        raise context.error(f"there is no condition {name!r}", (*path, "condition"), f"The file's conditions: {known}")
    return Given(condition(named, _opened(name, replace(context, of="product"), path), ("conditions", name)))


def _unread(test: Test, _context: Context, _path: Path) -> Condition:
    return Unread(test.unread or "")


def _qualitative(test: Test, _context: Context, _path: Path) -> Condition:
    return Unread(test.qualitative or "", "qualitative")


def _excludes(test: Test, context: Context, path: Path) -> Condition:
    written, below = test.excludes, (*path, "excludes")
    assert written is not None  # noqa: S101 - its verb was found
    quantity = _quantity(test, context, path)
    if context.properties.properties[quantity.property].is_a != "substances":
        raise context.error(
            f"{quantity.property!r} is no list of substances", path, "Name a property of kind substances"
        )
    return Excludes(
        quantity=quantity,
        match=_match(written, quantity, context, below),
        added=_share(written.added, context, (*below, "added")),
        carried=_share(written.carried, context, (*below, "carried")),
        derogations=tuple(
            Derogation(
                id=one.id,
                match=_match(one, quantity, context, (*below, "derogations", number)),
                when=condition(one.when, context, (*below, "derogations", number, "when")) if one.when else All(),
            )
            for number, one in enumerate(written.derogations)
        ),
    )


def _match(written: Exclusion | OnDerogation, quantity: Quantity, context: Context, path: Path) -> Match:
    """Which substances are meant; a misspelt hazard, number or role would exclude nothing and is refused."""
    words = {name: frozenset(context.listed(getattr(written, name))) for name in ("hazards", "cas", "names", "roles")}
    for name, form in _FORMS.items():
        for word in words[name]:
            if not form.fullmatch(word):
                do = "Mend it, or add the list under lists:"
                raise context.error(f"{word!r} is neither one of {name} nor a list", (*path, name), do)
    known = context.properties.properties[quantity.property].values
    if unknown := sorted(words["roles"] - set(known)) if known else []:
        what = f"{', '.join(unknown)} is no role of {quantity.property!r}"
        raise context.error(
            what, (*path, "roles"), f"Its roles are: {', '.join(known)}; others belong into properties.yml"
        )
    return Match(**words)


_FORMS = {"hazards": re.compile(r"(EUH|H)[0-9]{3}[A-Za-z]{0,2}"), "cas": re.compile(r"[0-9]{1,7}-[0-9]{2}-[0-9]")}


_SHARE = PropertyDefinition(names={}, definition={}, unit="percent")


def _share(text: str | None, context: Context, path: Path) -> Amount | None:
    if text is None or text == "any":
        return None
    strict = text.startswith("below ")
    try:
        return Amount(number_in(text.removeprefix("below "), _SHARE), "<" if strict else "<=")
    except ValueError as error:
        raise context.error(str(error), path, "Write a share such as 0.1 %, `below 0.5 mg/kg`, or any") from error


# measurements


def _subject(name: str, context: Context, path: Path) -> str:
    if name not in context.properties.subjects:
        raise context.error(
            f"the subject {name!r} is unknown", path, "Add it under subjects: in properties.yml, or mend it"
        )
    return name


def _quantity(test: Test | NamedNumber, context: Context, path: Path) -> Quantity:
    """What a condition measures, with everything in it known to `properties.yml`."""
    name = test.property
    if name is None:
        raise context.error("it names no property", path, "Add property:")
    definition = context.properties.properties.get(name)
    if definition is None:
        raise context.error(f"the property {name!r} is unknown", path, "Add it to catalog/properties.yml, or mend it")
    if missing := set(definition.conditions) - set(test.at):
        what = f"{name!r} means nothing without {', '.join(sorted(missing))}"
        raise context.error(what, path, f"Add at: {{{', '.join(f'{one}: …' for one in sorted(missing))}}}")
    methods = context.listed(test.by)
    for method in methods:
        if method not in context.properties.methods:
            raise context.error(
                f"the method {method!r} is unknown", (*path, "by"), "Add it under methods: in properties.yml"
            )
    return Quantity(
        property=name,
        of=_subject(test.of or context.of, context, (*path, "of")),
        at=tuple(sorted((one, condition_text(text)) for one, text in test.at.items())),
        methods=methods or definition.methods,
    )


def _measured(test: Test, context: Context, path: Path) -> Condition:
    verb = _verb(test, context, path)
    if test.formula is not None:
        return _compared(test, verb, context, path)
    quantity = _quantity(test, context, path)
    definition = context.properties.properties[quantity.property]
    if verb == "disclosed":
        return Disclosed(quantity, negated=test.disclosed is False)
    if definition.is_a in {"number", "date"}:
        return _number(test, verb, context, path)
    if verb in WORDS or verb == "equals":
        return _worded(test, verb, quantity, context, path)
    what = f"{verb.rstrip('_')!r} is for numbers, {quantity.property!r} is a {definition.is_a}"
    raise context.error(what, path, "Use one_of, equals or class_at_least")


def _number(test: Test, verb: str, context: Context, path: Path) -> Condition:
    if verb == "not_detected":
        return _not_detected(test, context, path)
    if verb in WORDS:
        raise context.error(
            f"{verb!r} is for words, {test.property!r} is a number", path, "Use at_most, at_least, equals …"
        )
    return _compared(test, verb, context, path)


def _not_detected(test: Test, context: Context, path: Path) -> Condition:
    quantity = _quantity(test, context, path)
    if test.not_detected == "by method":
        if not quantity.methods:
            raise context.error("no method says how far it detects", path, "Add by:, or the detection limit")
        return NotDetected(quantity)
    definition = context.properties.properties[quantity.property]
    return NotDetected(quantity, _amount(test.not_detected or "", definition, context, (*path, "not_detected")).value)


def _worded(test: Test, verb: str, quantity: Quantity, context: Context, path: Path) -> Condition:
    definition = context.properties.properties[quantity.property]
    written = getattr(test, verb)
    words = context.listed((written,) if isinstance(written, str) else written)
    known = {"flag": ("true", "false"), "class": definition.scale}.get(definition.is_a, definition.values)
    if unknown := [word for word in words if known and word not in known]:
        what = f"{', '.join(unknown)} is no value of {quantity.property!r}"
        raise context.error(what, (*path, verb), f"Its values are: {', '.join(known)}")
    if verb.startswith("class_"):
        return _graded(verb, words, quantity, context, path)
    if definition.is_a == "set":
        return _has(verb, words, quantity, context, path)
    if verb in {"has_any", "has_all"}:
        raise context.error(f"{quantity.property!r} is no set", path, "Use one_of")
    return Is(quantity, frozenset(words), negated=verb == "none_of")


def _has(verb: str, words: tuple[str, ...], quantity: Quantity, context: Context, path: Path) -> Condition:
    if verb not in {"has_any", "has_all", "none_of"}:
        raise context.error(f"{quantity.property!r} is a set", path, "Use has_any, has_all or none_of")
    which = {"has_any": "any", "has_all": "all", "none_of": "none"}[verb]
    return Has(quantity, which, frozenset(words))  # type: ignore[arg-type]  # one of the three words


def _graded(verb: str, words: tuple[str, ...], quantity: Quantity, context: Context, path: Path) -> Condition:
    definition = context.properties.properties[quantity.property]
    if definition.is_a != "class":
        raise context.error(f"{quantity.property!r} has no scale", path, "Use one_of")
    begin = definition.scale.index(words[0]) + (verb == "class_above")
    return Is(quantity, frozenset(definition.scale[begin:]))


# numbers


def _compared(test: Test, verb: str, context: Context, path: Path) -> Condition:
    """A number on the left, one or two limits on the right."""
    unit, left = _left(test, verb, context, path)
    if verb == "between":
        assert test.between is not None  # noqa: S101 - its verb was found
        lowest, highest = (
            _limit(one, unit, context, (*path, "between", number)) for number, one in enumerate(test.between)
        )
        return All((Compare(left(">="), ">=", lowest), Compare(left("<="), "<=", highest)))
    if verb == "equals":
        return Compare(left("=="), "==", _limit(test.equals or "", unit, context, (*path, "equals")))
    if verb in TABLES:
        operator = TABLES[verb]
        return Compare(left(operator), operator, _table(getattr(test, verb), operator, unit, context, (*path, verb)))
    if verb not in LIMITS:
        raise context.error(f"{verb.rstrip('_')!r} does not compare numbers", path, "Use at_most, at_least, between …")
    operator = LIMITS[verb]
    return Compare(left(operator), operator, _limit(getattr(test, verb), unit, context, (*path, verb)))


def _left(test: Test, verb: str, context: Context, path: Path) -> tuple[PropertyDefinition, Callable[[Operator], Term]]:
    """What is compared: the unit that limits are converted to, and the term for an operator ("each" depends on it)."""
    if test.formula is not None:
        unit, term = _formula(test.formula, context, (*path, "formula"))
        return unit, lambda _operator: _rounded(term, test)
    quantity = _quantity(test, context, path)
    definition = context.properties.properties[quantity.property]
    if test.over is None:
        return definition, lambda _operator: _rounded(Value(quantity), test)
    if test.over.how == "each" and verb == "equals":
        raise context.error("each and equals do not go together", path, "Use between: [x, x]")
    if test.over.how == "count":
        definition = _COUNT
    over = test.over
    return definition, lambda operator: _rounded(_aggregate(quantity, over, operator, context, path), test)


_COUNT = PropertyDefinition(names={}, definition={}, unit="dimensionless")


def _aggregate(quantity: Quantity, over: Over, operator: Operator, context: Context, path: Path) -> Term:
    if (over.how == "percentile") != (over.percent is not None):
        raise context.error("percent belongs to percentile", (*path, "over"), "Give both or neither")
    how = ("maximum" if operator in {"<", "<="} else "minimum") if over.how == "each" else over.how
    percent = Decimal(over.percent) if over.percent is not None else None
    return Aggregate(quantity, how, context.listed(over.items), percent)


def _rounded(term: Term, test: Test) -> Term:

    return Rounded(term, test.rounded.digits, test.rounded.direction) if test.rounded else term


def _limit(written: Limit, unit: PropertyDefinition, context: Context, path: Path) -> Term:
    """A limit in the unit of what it is compared with: an amount, or a formula behind `=`."""
    text = _on(written, context, path) if isinstance(written, dict) else written
    if text.startswith(_FORMULA):
        own, term = _formula(text[1:].strip(), context, path, unit)
        return _converted(term, own, unit, context, path)
    return _amount(text, unit, context, path)


def _on(limits: dict[date, str], context: Context, path: Path) -> str:
    since = context.since or date.min
    begun = [day for day in sorted(limits) if day <= since]
    if not begun:
        what = f"there is no limit on {since.isoformat()}, when another limit of the same condition counts"
        raise context.error(what, path, "Give a limit from that day, or divide the clause")
    return limits[begun[-1]]


def _amount(text: str, unit: PropertyDefinition, context: Context, path: Path) -> Constant:
    try:
        return Constant(number_in(text, unit), text)
    except ValueError as error:
        raise context.error(str(error), path, "Write a number and its unit; a formula begins with =") from error


def _converted(term: Term, own: PropertyDefinition, unit: PropertyDefinition, context: Context, path: Path) -> Term:
    if own.unit == unit.unit:
        return term
    try:
        return scaled(term, to_unit(own.unit or "", unit))
    except ValueError as error:
        raise context.error(str(error), path, "Give the formula a unit that fits what it is compared with") from error


_STRICTEST: dict[Operator, Hit] = {"<": "least", "<=": "least", ">": "greatest", ">=": "greatest"}


def _table(table: Table, operator: Operator, unit: PropertyDefinition, context: Context, path: Path) -> Term:
    hit: Hit = _STRICTEST[operator] if table.hit == "strictest" else table.hit
    rows = tuple(_row(number, table, unit, context, (*path, "rows", number)) for number in range(len(table.rows)))
    otherwise = None if table.otherwise is None else _limit(table.otherwise, unit, context, (*path, "otherwise"))
    return Choice(rows, otherwise, hit)


def _row(number: int, table: Table, unit: PropertyDefinition, context: Context, path: Path) -> Row:
    row = table.rows[number]
    if (row.limit is None) == (row.unread is None):
        raise context.error("a row has a limit, or says why it is unread", path, "Give limit: or unread:")
    then: Term = (
        _limit(row.limit, unit, context, (*path, "limit")) if row.limit is not None else UnreadNumber(row.unread or "")
    )
    return Row(condition(row.when, context, (*path, "when")) if row.when else All(), then, row.label)


# formulae and their names


def _formula(
    text: str, context: Context, path: Path, unit: PropertyDefinition | None = None
) -> tuple[PropertyDefinition, Term]:
    """A formula by name or as text; its unit is the named one's own, else that of what it is compared with."""
    named = context.written.formulas.get(text)
    if named is not None:
        return _named_formula(text, named, context)
    if unit is None:
        what = f"there is no formula {text!r}"
        raise context.error(what, path, "Add it under formulas:, with its unit")
    return unit, _read(text, context, path)


def _named_formula(name: str, named: NamedFormula, context: Context) -> tuple[PropertyDefinition, Term]:
    path: Path = ("formulas", name)
    unit = _unit(named.unit, context, path)
    inner = _opened(name, context, path)
    if (named.formula is None) == (named.table is None):
        raise context.error("a formula has a text or a table", path, "Give formula: or table:")
    if named.formula is not None:
        return unit, _read(named.formula, inner, (*path, "formula"))
    assert named.table is not None  # noqa: S101 - one of the two is there
    return unit, _table(named.table, "==", unit, inner, (*path, "table"))


def _opened(name: str, context: Context, path: Path) -> Context:
    if name in context.open:
        raise context.error(f"{name!r} leads to itself", path, "Break the circle")
    return replace(context, open=(*context.open, name))


def _read(text: str, context: Context, path: Path) -> Term:
    try:
        return read_formula(text, _Names(context))
    except FormulaError as error:
        raise context.error(str(error), path, "Mend the formula (see the reference)") from error


class _Names(Mapping[str, Term]):
    """The names a formula may use, compiled when they are used."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def __getitem__(self, name: str) -> Term:
        context = self._context
        if name in context.written.names:
            return _named_number(name, context.written.names[name], context)
        return _named_formula(name, context.written.formulas[name], context)[1]

    def __contains__(self, name: object) -> bool:
        return name in self._context.written.names or name in self._context.written.formulas

    def __iter__(self) -> Iterator[str]:
        yield from self._context.written.names
        yield from self._context.written.formulas

    def __len__(self) -> int:
        return len(self._context.written.names) + len(self._context.written.formulas)


def _named_number(name: str, written: NamedNumber, context: Context) -> Term:
    path: Path = ("names", name)
    inner = _opened(name, context, path)
    if written.one_if is not None:
        return Choice(
            (Row(condition(written.one_if, inner, (*path, "one_if")), Constant(Decimal(1))),), Constant(Decimal(0))
        )
    if written.amount is not None:
        return _foreign(written, inner, path)
    quantity = _quantity(written, inner, path)
    definition = inner.properties.properties[quantity.property]
    if written.ingredients is not None:
        return _ingredients(quantity, written, inner, path)
    factor = _factor(definition, written, inner, path)
    if written.over is None:
        return Value(quantity, factor)
    if written.over.how == "each":
        raise inner.error("a formula needs one number", (*path, "over"), "Write maximum, minimum, sum …")
    return replace(cast("Aggregate", _aggregate(quantity, written.over, "==", inner, path)), factor=factor)


def _factor(definition: PropertyDefinition, written: NamedNumber, context: Context, path: Path) -> Decimal:
    if definition.unit is None or written.in_unit is None:
        raise context.error("its unit in the formula is missing", path, "Add in: with the unit the formula wants")
    try:
        return conversion(definition.unit, as_pint_writes(written.in_unit))
    except ValueError as error:
        raise context.error(str(error), (*path, "in"), "Write a unit of the property's kind") from error


def _foreign(written: NamedNumber, context: Context, path: Path) -> Term:
    """A number of another document: without a document that was read it counts as unread."""
    if written.document is None or written.mark is None:
        raise context.error("an amount without its source", path, "Add document: and mark:")
    if written.mark == "unverified":
        return UnreadNumber(f"{written.amount} ({written.document})")
    text = written.amount or ""
    try:
        unit = written.in_unit or amount(text).unit
    except ValueError as error:
        raise context.error(str(error), path, "Write a number and its unit") from error
    return _amount(text, _unit(unit, context, path), context, path)


def _unit(printed: str, context: Context, path: Path) -> PropertyDefinition:
    """A unit that belongs to no property."""
    unit = as_pint_writes(printed)
    try:
        conversion(unit, unit)
    except ValueError as error:
        raise context.error(f"{printed!r} is not a unit", path, "Write it as the reference shows: kWh/year") from error
    return PropertyDefinition(names={}, definition={}, unit=unit)


def _ingredients(quantity: Quantity, written: NamedNumber, context: Context, path: Path) -> Term:
    column = written.ingredients
    assert column is not None  # noqa: S101 - the caller looked
    numbers = context.tables.get(column.table, {}).get(column.column)
    if numbers is None:
        what = f"there is no column {column.column!r} in an ingredient table {column.table!r}"
        raise context.error(what, (*path, "ingredients"), "Add it to catalog/criteria/tables/")
    return IngredientSum(quantity, column.table, column.column, tuple(sorted(numbers.items())))


def points_of(steps: tuple[tuple[Condition, Decimal], ...]) -> Term:
    """Points that steps earn together: each is its own table with one row."""
    return Sum(tuple(Choice((Row(when, Constant(points)),), Constant(Decimal(0))) for when, points in steps))


_MAKERS: dict[str, Callable[[Test, Context, Path], Condition]] = {
    "all_of": _all_of,
    "any_of": _any_of,
    "at_least_of": _at_least_of,
    "not_": _not,
    "dated": _dated,
    "preferred": _preferred,
    "holds": _holds,
    "meets": _meets,
    "condition": _by_name,
    "unread": _unread,
    "qualitative": _qualitative,
    "excludes": _excludes,
}

__all__ = [
    "VERBS",
    "Context",
    "Test",
    "about",
    "condition",
    "formula_by_name",
    "named_condition",
    "number_by_name",
    "points_of",
]
