"""Steps, written in DuckDB's SQL, as Spark's SQL with the same rows: the one place where the two differ.

Only what is listed here is translated; anything else is refused by name instead of being passed on, for a function of
the same name may do something else. docs/concepts/engines.md shows the table to those who write steps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.spark import Spark
from sqlglot.errors import ParseError
from sqlglot.generators.spark import SparkGenerator
from sqlglot.parsers.duckdb import DuckDBParser

from tenring.exceptions import EngineError
from tenring.language import T
from tenring.screening.engines.patterns import UnknownPatternError, java_pattern, java_replacement


class UnknownConstructError(EngineError):
    """A step uses something that is not known to give the same rows on every engine."""

    def __init__(self, construct: str, query: str) -> None:
        self.construct = construct
        super().__init__(
            T(
                "{construct} is not among what steps may use on every engine (in: {query}). "
                "Write it with what docs/concepts/engines.md lists, or use the engine duckdb",
                construct=construct,
                query=" ".join(query.split())[:120],
            )
        )


# reading: every function call stays under the name it was written with


class _Steps(DuckDB):
    """DuckDB's SQL without any meaning given to functions: the table below gives it."""

    INDEX_OFFSET = 0

    class Parser(DuckDBParser):
        """All calls become `Anonymous`, but those with a syntax of their own."""

        FUNCTIONS: ClassVar[dict[str, Callable[..., Any]]] = {}
        #: Else `list(…)[1:3]` would be read as a list of its own.
        ARRAY_CONSTRUCTORS: ClassVar[dict[str, type[exp.Func]]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Callable[..., Any]]] = {
            name: parse for name, parse in DuckDBParser.FUNCTION_PARSERS.items() if name in ("CAST", "TRY_CAST")
        }


# writing


class _Written(exp.Expression):
    """A part that is Spark's SQL already."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True}


class _SparkText(Spark):
    """Spark's SQL with string literals as Spark reads them: only backslash and quote are escaped."""

    class Generator(SparkGenerator):
        """Adds `_Written`."""

        TRANSFORMS: ClassVar[dict[type[exp.Expr], Callable[..., str]]] = {
            **SparkGenerator.TRANSFORMS,
            _Written: lambda _, node: node.this,
        }

        def literal_sql(self, expression: exp.Literal) -> str:
            """A number or a text."""
            return _text(expression.this) if expression.is_string else str(expression.this)


def _text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _sql(node: exp.Expr) -> str:
    return node.sql(dialect=_SparkText)


# what a query may be made of: class -> the parts it may have

_PARTS: dict[type[exp.Expr], str] = {
    exp.Select: "expressions distinct from_ joins where group having windows qualify order with_ limit",
    exp.Union: "this expression distinct with_",
    exp.With: "expressions",
    exp.CTE: "this alias",
    exp.Subquery: "this alias",
    exp.From: "this",
    exp.Join: "this on using side kind",
    exp.Table: "this alias",
    exp.TableAlias: "this columns",
    exp.Where: "this",
    exp.Group: "expressions",
    exp.Having: "this",
    exp.Qualify: "this",
    exp.Order: "this expressions",
    exp.Ordered: "this desc nulls_first",
    exp.Limit: "expression",
    exp.Distinct: "expressions",
    exp.Window: "this alias partition_by order spec over",
    exp.WindowSpec: "kind start start_side end end_side",
    exp.Filter: "this expression",
    exp.Alias: "this alias",
    exp.Column: "this table",
    exp.Identifier: "this quoted",
    exp.Star: "except_ replace",
    exp.Paren: "this",
    exp.Tuple: "expressions",
    exp.Anonymous: "this expressions",
    exp.Case: "this ifs default",
    exp.If: "this true",
    exp.Cast: "this to",
    exp.DataType: "this expressions nested",
    exp.DataTypeParam: "this",
    exp.Literal: "this is_string",
    exp.Boolean: "this",
    exp.Null: "",
    exp.Var: "this",
    exp.Array: "expressions",
    exp.Bracket: "this expressions",
    exp.Slice: "this expression",
    exp.Exists: "this",
    exp.In: "this expressions query",
    exp.Between: "this low high",
    exp.Is: "this expression",
    exp.Not: "this",
    **dict.fromkeys((exp.Neg,), "this"),
    **dict.fromkeys(
        (exp.And, exp.Or, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ), "this expression"
    ),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv), "this expression"),
    exp.DPipe: "this expression safe",
}
_TYPES = {
    exp.DType.TEXT: "STRING",
    exp.DType.VARCHAR: "STRING",
    exp.DType.BIGINT: "BIGINT",
    exp.DType.INT: "INT",
    exp.DType.DOUBLE: "DOUBLE",
    exp.DType.BOOLEAN: "BOOLEAN",
    exp.DType.DATE: "DATE",
    exp.DType.DECIMAL: "DECIMAL",
}

# functions: DuckDB's name -> Spark's SQL

Arguments = Sequence[str]


def _same(name: str) -> Callable[..., str]:
    """A function that does the same under the name `name`."""
    return lambda *arguments: f"{name}({', '.join(arguments)})"


def _list_position(items: str, item: str) -> str:
    return f"nullif(array_position({items}, {item}), 0L)"


def _list_contains(items: str, item: str) -> str:
    return _unless_missing(items, item, f"array_contains({items}, {item})")


def _list_has_any(left: str, right: str) -> str:
    return _unless_missing(left, right, f"arrays_overlap({left}, {right})")


def _unless_missing(left: str, right: str, answer: str) -> str:
    """For Spark a list with a gap may hold anything; for DuckDB only a whole list that is missing may."""
    return f"CASE WHEN {left} IS NOT NULL AND {right} IS NOT NULL THEN coalesce({answer}, false) END"


def _range(first: str, end: str) -> str:
    """Spark's `sequence` has its end in it and counts down where the end comes first."""
    return (
        f"CASE WHEN {end} > {first} THEN sequence(CAST({first} AS BIGINT), {end} - 1L) "
        "ELSE CAST(array() AS ARRAY<BIGINT>) END"
    )


def _substr(text: str, start: str, length: str | None = None) -> str:
    """Place 0 stands before the first sign; for Spark it is the first one."""
    if length is None or re.fullmatch(r"[1-9]\d*", start):
        return f"substr({', '.join(part for part in (text, start, length) if part)})"
    return f"CASE WHEN {start} = 0 THEN substr({text}, 1, {length} - 1) ELSE substr({text}, {start}, {length}) END"


def _string_split(text: str, separator: str) -> str:
    return f"split({text}, concat('\\\\Q', {separator}, '\\\\E'), -1)"


def _lower(text: str) -> str:
    """Letter by letter: Spark's own looks at neighbours (σ, ς) and makes two signs of İ."""
    return f"array_join(transform(split(replace({text}, 'İ', 'i'), ''), c -> lower(c)), '')"


def _round(number: str, digits: str = "0") -> str:
    """Spark rounds the written number, DuckDB the binary one times a power of ten: 0.285 to two digits is 0.28."""
    if digits == "0":
        return f"round({number}, 0)"
    return f"(round({number} * 1E{int(digits)}D, 0) / 1E{int(digits)}D)"


def _date_diff(unit: str, begin: str, end: str) -> str:
    if unit != "'day'":
        raise UnknownPatternError(f"date_diff({unit}, …)")
    return f"datediff({end}, {begin})"


def _printf(form: str, number: str) -> str:
    """Java's `printf` rounds ties of the written number up; this rounds the binary one, as C does."""
    found = re.fullmatch(r"'%\.([1-9])f'", form)
    if not found:
        raise UnknownPatternError(f"printf({form}, …)")
    return f"format_number(CAST({number} AS DOUBLE), '0.{'0' * int(found[1])}')"


#: One row = one function that steps may use, and how Spark says it.
FUNCTIONS: dict[str, Callable[..., str]] = {
    # texts
    "concat_ws": _same("concat_ws"),
    "contains": _same("contains"),
    "ends_with": _same("endswith"),
    "left": _same("left"),
    "length": _same("length"),
    "lower": _lower,
    "lpad": _same("lpad"),
    "printf": _printf,
    "replace": _same("replace"),
    "starts_with": _same("startswith"),
    "string_split": _string_split,
    "substr": _substr,
    "translate": _same("translate"),
    "trim": _same("trim"),
    # numbers and dates
    "date_diff": _date_diff,
    "greatest": _same("greatest"),
    "least": _same("least"),
    "ln": _same("ln"),
    "round": _round,
    # lists
    "array_to_string": _same("array_join"),
    "len": _same("size"),
    "list_contains": _list_contains,
    "list_has_any": _list_has_any,
    "list_position": _list_position,
    "range": _range,
    "unnest": _same("explode"),
    # what is missing
    "coalesce": _same("coalesce"),
    "nullif": _same("nullif"),
    # aggregates whose order does not matter
    "any_value": lambda value: f"any_value({value}, true)",
    "bool_and": _same("bool_and"),
    "bool_or": _same("bool_or"),
    "count": _same("count"),
    "max": _same("max"),
    "min": _same("min"),
    "sum": _same("sum"),
    # windows
    "row_number": lambda: "row_number()",
}

#: Functions whose pattern is a text in the query, read by `java_pattern`.
PATTERNS = ("regexp_extract", "regexp_extract_all", "regexp_full_match", "regexp_matches", "regexp_replace")
#: Aggregates that need an ORDER BY inside.
ORDERED = ("first", "list", "string_agg")


# translating


@lru_cache(maxsize=1024)
def spark_sql(query: str) -> str:
    """A query of a step as Spark's SQL.

    Raises:
        UnknownConstructError: it has something that is not listed here.
    """
    try:
        tree = sqlglot.parse_one(query, dialect=_Steps)
    except ParseError as error:
        raise UnknownConstructError(str(error), query) from error
    try:
        _check(tree)
        return _sql(_translated(tree))
    except (_RefusedError, UnknownPatternError) as error:
        raise UnknownConstructError(str(error), query) from error


@lru_cache(maxsize=1024)
def tables_of(query: str) -> tuple[str, ...]:
    """Names of the tables and views that a query reads, each as often as it does; names of WITH are left out."""
    tree = sqlglot.parse_one(query, dialect=_Steps)
    own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    return tuple(table.name.lower() for table in tree.find_all(exp.Table) if table.name.lower() not in own)


class _RefusedError(ValueError):
    """Something that is not listed; the text names it."""


def _refuse(node: exp.Expr, why: str = "") -> _RefusedError:
    return _RefusedError(f"{node.sql(dialect=_Steps)[:80]}{why and f' ({why})'}")


def _check(tree: exp.Expr) -> None:
    """Every part of a query is listed."""
    for node in tree.walk():
        parts = _PARTS.get(type(node))
        if parts is None:
            raise _refuse(node, type(node).__name__)
        more = {name for name, value in node.args.items() if value not in (None, False, [])} - set(parts.split())
        if more:
            raise _refuse(node, f"{type(node).__name__} with {', '.join(sorted(more))}")
        if isinstance(node, exp.Union):
            _check_order_of_columns(node.left)
            _check_order_of_columns(node.right)


def _check_order_of_columns(select: exp.Expr) -> None:
    """UNION goes by the place of columns, which a star with REPLACE, or bare over USING, has not on every engine."""
    if not isinstance(select, exp.Select):
        return
    if any(star.args.get("replace") for one in select.expressions for star in one.find_all(exp.Star)):
        raise _refuse(select, "* REPLACE in a UNION")
    if not any(isinstance(one, exp.Star) for one in select.expressions):
        return
    joined = [join for join in select.args.get("joins") or () if join.args.get("kind") not in ("SEMI", "ANTI")]
    if any(join.args.get("using") for join in joined):
        raise _refuse(select, "* over a join with USING in a UNION")


def _translated(node: exp.Expr) -> exp.Expr:
    """The tree with every part that Spark says differently written in Spark's SQL, innermost first."""
    if isinstance(node, exp.Filter):
        return _filtered(node)
    if isinstance(node, exp.Anonymous) and node.name.lower() in ORDERED:
        return _Written(this=_ordered(node, None))
    if isinstance(node, exp.Select):
        node.set("expressions", [one for item in node.expressions for one in _without_replace(item)])
        if node.args.get("qualify"):
            return _qualified(node)
    for name, value in list(node.args.items()):
        if isinstance(value, exp.Expr):
            node.set(name, _translated(value))
        elif isinstance(value, list):
            node.set(name, [_translated(one) if isinstance(one, exp.Expr) else one for one in value])
    rule = _RULES.get(type(node))
    written = rule(node) if rule else None
    return node if written is None else _Written(this=written)


def _without_replace(item: exp.Expr) -> list[exp.Expr]:
    """`* REPLACE (… AS c)` as `* EXCEPT (c), … AS c`: the same columns, in other places."""
    star = item.this if isinstance(item, exp.Column) else item
    replaced = star.args.get("replace") if isinstance(star, exp.Star) else None
    if not replaced:
        return [item]
    names = [exp.to_identifier(one.alias) for one in replaced]
    star.set("except_", [*(star.args.get("except_") or ()), *names])
    star.set("replace", None)
    return [item, *replaced]


def _qualified(node: exp.Select) -> exp.Expr:
    """QUALIFY as a column that tells which rows stay, and a query around that asks it."""
    if node.args.get("order") or node.args.get("limit"):
        raise _refuse(node, "QUALIFY with ORDER BY or LIMIT")
    kept = exp.alias_(exp.paren(node.args["qualify"].this.copy()), "_kept")
    inner = node.copy()
    inner.set("qualify", None)
    inner.set("distinct", None)
    inner.append("expressions", kept)
    distinct = "DISTINCT " if node.args.get("distinct") else ""
    return _Written(this=f"SELECT {distinct}* EXCEPT (_kept) FROM ({_sql(_translated(inner))}) WHERE _kept")


def _call(node: exp.Anonymous) -> str:
    name = node.name.lower()
    if name in PATTERNS:
        return _pattern_call(name, node)
    known = FUNCTIONS.get(name)
    if known is None:
        raise _refuse(node, name)
    if name == "unnest" and not isinstance(node.parent, exp.Alias):
        raise _refuse(node, "unnest elsewhere than as a column of its own")
    arguments = [_sql(argument) for argument in node.expressions]
    try:
        return known(*arguments)
    except TypeError as error:
        raise _refuse(node, f"{name} with {len(arguments)} arguments") from error


def _pattern_call(name: str, node: exp.Anonymous) -> str:
    text, pattern, *more = node.expressions
    if not _is_text(pattern):
        if name != "regexp_full_match":
            raise _refuse(node, "a pattern that is not a text")
        return f"({_sql(text)} RLIKE concat('^(?:', {_sql(pattern)}, ')\\\\z'))"
    java = java_pattern(pattern.name)
    written, subject = _text(java), _sql(text)
    if name == "regexp_full_match":
        return f"({subject} RLIKE {_text(f'^(?:{java})' + chr(92) + 'z')})"
    if name == "regexp_matches" and not more:
        return f"({subject} RLIKE {written})"
    if name == "regexp_replace":
        replacement, *options = more
        if [option.name for option in options] != ["g"] or not _is_text(replacement):
            raise _refuse(node, "regexp_replace without 'g'")
        return f"regexp_replace({subject}, {written}, {_text(java_replacement(replacement.name))})"
    if name in ("regexp_extract", "regexp_extract_all") and all(isinstance(group, exp.Literal) for group in more):
        return f"{name}({subject}, {written}, {more[0].name if more else 0})"
    raise _refuse(node, f"{name} with options")


def _is_text(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.is_string


def _filtered(node: exp.Filter) -> exp.Expr:
    condition = _sql(_translated(node.expression.this))
    call = node.this
    if isinstance(call, exp.Anonymous) and call.name.lower() in ORDERED:
        return _Written(this=_ordered(call, condition))
    return _Written(this=f"{_sql(_translated(call))} FILTER (WHERE {condition})")


def _ordered(call: exp.Anonymous, condition: str | None) -> str:
    """`first`, `list` and `string_agg` in the order they ask for: rows are collected as structs and sorted."""
    *more, order = call.expressions
    if not isinstance(order, exp.Order) or isinstance(call.parent, exp.Window):
        raise _refuse(call, f"{call.name} without ORDER BY inside")
    name, last = call.name.lower(), _sql(_translated(order.this))
    value = _sql(_translated(more[0])) if more else last
    if name == "string_agg":
        condition = f"({value}) IS NOT NULL" + (f" AND ({condition})" if condition else "")
    counted = f"count(*) FILTER (WHERE {condition})" if condition else "count(*)"
    items = f"transform({_sorted(order, value, condition)}, item -> item.value)"
    if name == "first":
        return f"get({items}, 0)"
    if name == "string_agg":
        items = f"array_join({items}, {last})"
    return f"CASE WHEN {counted} > 0 THEN {items} END"


def _sorted(order: exp.Order, value: str, condition: str | None) -> str:
    """A list of structs of keys and value, sorted by the keys; what is missing comes where the key says."""
    keys = [(_sql(_translated(key.this)), bool(key.args.get("desc")), bool(key.args.get("nulls_first")))
            for key in order.expressions]  # fmt: skip
    fields = [
        f"({key}) IS {'NOT ' if first else ''}NULL AS n{place}, {key} AS k{place}"
        for place, (key, _, first) in enumerate(keys)
    ]
    filtered = f" FILTER (WHERE {condition})" if condition else ""
    collected = f"collect_list(struct({', '.join(fields)}, {value} AS value)){filtered}"
    cases = [
        f"WHEN l.n{place} < r.n{place} THEN -1 WHEN l.n{place} > r.n{place} THEN 1 "
        f"WHEN l.k{place} < r.k{place} THEN {1 if down else -1} WHEN l.k{place} > r.k{place} THEN {-1 if down else 1}"
        for place, (_, down, _) in enumerate(keys)
    ]
    return f"array_sort({collected}, (l, r) -> CASE {' '.join(cases)} ELSE 0 END)"


def _bracket(node: exp.Bracket) -> str:
    (place,) = node.expressions
    items = _sql(node.this)
    if isinstance(place, exp.Slice):
        first, last = _sql(place.this), _sql(place.expression)
        return f"slice({items}, {first}, greatest(CAST({last} - ({first}) + 1 AS INT), 0))"
    return f"get({items}, CAST({_sql(place)} - 1 AS INT))"


def _number(node: exp.Literal) -> str | None:
    """A number with a point is DOUBLE wherever steps use one."""
    return f"{node.name}D" if not node.is_string and "." in node.name else None


def _type(node: exp.DataType) -> str:
    name = _TYPES.get(node.this)
    if name is None:
        raise _refuse(node, "type")
    sizes = ", ".join(_sql(size) for size in node.expressions)
    return f"{name}({sizes})" if sizes and name == "DECIMAL" else name


def _window(node: exp.Window) -> str | None:
    """`row_number` is a whole number of 64 bits on every engine."""
    if _sql(node.this) != "row_number()":
        return None
    return f"CAST({_sql(node)} AS BIGINT)"


_RULES: dict[type[exp.Expr], Callable[..., str | None]] = {
    exp.Anonymous: _call,
    exp.Array: lambda node: f"array({', '.join(map(_sql, node.expressions))})",
    exp.Bracket: _bracket,
    exp.DataType: _type,
    exp.Div: lambda node: f"CAST({_sql(node.this)} AS DOUBLE) / CAST({_sql(node.expression)} AS DOUBLE)",
    exp.DPipe: lambda node: f"{_sql(node.this)} || {_sql(node.expression)}",
    exp.IntDiv: lambda node: f"{_sql(node.this)} DIV {_sql(node.expression)}",
    exp.Literal: _number,
    exp.Window: _window,
}
