"""A grid becomes purchase lines and problems. Bulk work is SQL in named steps; each distinct text is read once."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from tenring.language import T
from tenring.model.duck import NO_CHECKPOINT
from tenring.model.sql import quoted
from tenring.model.tables import MONEY, QUANTITY
from tenring.model.text import normal
from tenring.screening.read import steps
from tenring.screening.read.amounts import (
    PLAIN,
    Amount,
    DecimalSign,
    currency_of,
    decide_decimal,
    parse_amount,
    parse_quantity,
    parse_typed,
    product,
    settle,
    unit_in_header,
)
from tenring.screening.read.codes import Editions, SchemeDecision, clean_code, decide_scheme, scheme_named
from tenring.screening.read.dates import DateOrder, decide_order, is_financial, parse_date
from tenring.screening.read.layout import Layout
from tenring.screening.read.names import is_total
from tenring.screening.read.options import ReadOptions
from tenring.screening.read.stretch import Source, Stretch, cell_problems, formula_notes, with_merged
from tenring.screening.read.understood import Counts, Decision, Sums

GTIN_LENGTHS = frozenset({8, 12, 13, 14})
GTIN_DIGITS = 14
SAMPLE = 400
PIECE = 50_000
"""Distinct values read in Python at a time."""

LONGEST_TOTAL = 40
TOTAL_SIGNS = "[计計累总總계]|tot|sum|gesamt|som|ins"
"""What every name of a row of totals contains (a quick search before `is_total`)."""

COMMA_LANGUAGES = frozenset({"de", "fr", "es", "pt"})
POINT_CURRENCIES = frozenset(
    {
        "USD",
        "GBP",
        "CNY",
        "JPY",
        "KRW",
        "INR",
        "MXN",
        "AUD",
        "CAD",
        "NZD",
        "HKD",
        "TWD",
        "SGD",
        "MYR",
        "PHP",
        "THB",
        "CHF",
    }
)
MONTH_FIRST_CURRENCIES = frozenset({"USD", "PHP"})


#: Takes purchase lines, in columns of `tables.PURCHASE_LINES`.
Keep = Callable[[Iterable[pa.RecordBatch]], None]


@dataclass(frozen=True)
class Part:
    """What became of a stretch of rows under one layout, beside its lines."""

    problems: pa.Table
    counts: Counts
    sums: Sums
    decisions: dict[str, Decision]
    language: str


@dataclass(frozen=True)
class Reader:
    """Reads stretches of grids with one connection; `settle_all` decisions are made for each stretch."""

    connection: duckdb.DuckDBPyConnection
    options: ReadOptions
    editions: Callable[[], Editions]

    def read(self, stretch: Stretch, source: Source, keep: Keep) -> Part:
        """Read a stretch; `keep` is given its lines batch by batch, for they may be more than memory holds."""
        self._register(stretch)
        self.connection.execute(steps.picked(stretch))
        language = self._language(stretch.layout)
        decisions = self._values(stretch, language)
        self.connection.execute(steps.valued(self.options))
        self.connection.execute("DROP TABLE picked")
        self.connection.execute(steps.judged(len(stretch.layout.fields)))
        self.connection.execute(steps.unread(stretch))
        keep(self.connection.sql(steps.lines(source, stretch)).to_arrow_reader(PIECE))
        problems = self.connection.sql(steps.problems(source, stretch)).to_arrow_table()
        return Part(problems, self._counts(stretch), self._sums(), decisions, language)

    def _register(self, stretch: Stretch) -> None:
        grid = stretch.grid
        names = ["row", *(f"c{index}" for index in range(grid.width))]
        columns: list[Any] = [grid.rows, *with_merged(stretch)]
        for index, typed in enumerate(grid.typed):
            if typed is not None:
                names.append(f"t{index}")
                columns.append(typed)
        self.connection.register("cells", pa.table(columns, names=names))
        self.connection.register("formula_notes", formula_notes(stretch))
        self.connection.register("cell_problems", cell_problems(stretch))
        rejected = pa.table(
            {
                "row": pa.array([row for row, _ in stretch.repeats], pa.int64()),
                "why": pa.array([why for _, why in stretch.repeats], pa.string()),
            }
        )
        self.connection.register("repeats", rejected)

    def _distinct(self, *columns: str) -> list[tuple[Any, ...]]:
        listed = ", ".join(columns)
        return self.connection.execute(
            f"SELECT DISTINCT {listed} FROM picked WHERE {columns[0]} IS NOT NULL"
        ).fetchall()

    def _points(self, column: str) -> int:
        """How many distinct texts of a column that did not come as numbers are plain ones with a point."""
        found = self.connection.execute(
            f"""
            SELECT count(DISTINCT {column}) FROM picked
            WHERE NOT {column}_typed AND contains({column}, '.') AND {_is_plain(column)}
            """
        ).fetchone()
        return int(found[0]) if found else 0

    def _register_read(
        self,
        name: str,
        columns: Sequence[str],
        schema: Sequence[tuple[str, pa.DataType]],
        read: Callable[..., tuple[Any, ...]],
        known: pa.Table | None = None,
    ) -> int:
        """Read every distinct value of text columns by `read` and register the results as a table; how many there were.

        Piece by piece, so that a million different amounts do not stand in memory as Python objects at once. `known`:
        results there are already, of the plain numbers of the first column.
        """
        listed = ", ".join(columns)
        unread = f"{columns[0]} IS NOT NULL" + (f" AND NOT {_is_plain(columns[0])}" if known else "")
        cursor = self.connection.execute(f"SELECT DISTINCT {listed} FROM picked WHERE {unread}")
        tables = [_table([], *schema), *([known] if known else [])]
        count = known.num_rows if known else 0
        while rows := cursor.fetchmany(PIECE):
            tables.append(_table([(*row, *read(*row)) for row in rows], *schema))
            count += len(rows)
        self.connection.register(name, pa.concat_tables(tables))
        return count

    def _texts(self, column: str) -> Iterator[str]:
        """The distinct texts of a column that did not come as numbers and are not plain ones, one after the other."""
        cursor = self.connection.execute(
            f"""
            SELECT DISTINCT {column} FROM picked
            WHERE {column} IS NOT NULL AND NOT {column}_typed AND NOT {_is_plain(column)}
            """
        )
        while rows := cursor.fetchmany(PIECE):
            yield from (text for (text,) in rows)

    def _language(self, layout: Layout) -> str:
        """The language of a table: by the signs of its headers and descriptions, else by its recognised names."""
        texts = [
            row[0]
            for row in self.connection.execute(
                f"SELECT description FROM picked WHERE description IS NOT NULL LIMIT {SAMPLE}"
            ).fetchall()
        ]
        return _language_of(" ".join((*layout.names, *texts))) or next(
            (name for name, _ in layout.languages.most_common(1)), ""
        )

    def _values(self, stretch: Stretch, language: str) -> dict[str, Decision]:
        """Read every distinct text of every value column, and register what was read."""
        unit = unit_in_header(stretch.layout.unit) if stretch.layout.unit else None
        currencies = self._currencies(language)
        decisions = {"currency": self._currency_decision(stretch, unit, language)}
        fallback = self._fallback(unit, language, currencies)
        for column, scaled in (("amount", unit), ("unit_price", unit)):
            decisions |= self._amounts(column, scaled, language, fallback)
        decisions |= self._quantities(fallback)
        self._products()
        decisions |= self._dates(language, fallback)
        decisions |= self._codes(stretch.layout)
        self._gtins()
        self._totals()
        return {name: decision for name, decision in decisions.items() if decision.evidence}

    def _currencies(self, language: str) -> set[str]:
        found = [
            (text, settle(currency_of(text), language) or self._given(text)) for (text,) in self._distinct("currency")
        ]
        rows = [(text, code, None if code else T("this is not one currency")) for text, code in found]
        self.connection.register(
            "currencies", _table(rows, ("text", pa.string()), ("currency", pa.string()), ("reason", pa.string()))
        )
        return {code for _, code in found if code}

    def _given(self, text: str) -> str | None:
        """The user's currency for a sign that several currencies share."""
        return self.options.currency if currency_of(text) else None

    def _currency_decision(self, stretch: Stretch, unit: Amount | None, language: str) -> Decision:
        if "currency" in stretch.layout.fields:
            return Decision(None, T("a column states it"))
        stated = settle(unit.currency, language) if unit else None
        if stated:
            return Decision(stated, T("the header or title says {unit}", unit=stretch.layout.unit))
        if self.options.currency:
            return Decision(self.options.currency, T("given by the user, for amounts that state none"))
        return Decision(None, T("only amounts that state their currency have one; give one with --currency"))

    def _fallback(self, unit: Amount | None, language: str, currencies: set[str]) -> Amount:
        """What the table as a whole says about money: its one currency and the usage of its language."""
        stated = settle(unit.currency, language) if unit else None
        single = next(iter(currencies)) if len(currencies) == 1 else None
        return Amount(Decimal(0), stated or single or self.options.currency)

    def _amounts(self, column: str, unit: Amount | None, language: str, fallback: Amount) -> dict[str, Decision]:
        plain = self._plain(column, unit, language)
        sign = self._sign(column, language, fallback, points=_with_point(plain))

        def read(text: str, typed: bool) -> tuple[Any, ...]:  # noqa: FBT001 - the columns of a row, in their order
            return self._amount(text, typed=typed, sign=sign.sign, unit=unit, language=language)

        known = plain if unit is None or unit.factor == 1 else None
        if not self._register_read(f"{column}s", (column, f"{column}_typed"), _AMOUNT_COLUMNS, read, known):
            return {}
        decisions = {f"{column} decimal sign": Decision(sign.sign, sign.evidence)}
        if unit and unit.factor != 1:
            decisions[f"{column} factor"] = Decision(str(unit.factor), T("the header or title says so"))
        return decisions

    def _plain(self, column: str, unit: Amount | None, language: str) -> pa.Table:
        """What `_amount` says of the plain numbers of a column."""
        currency = settle(unit.currency, language) if unit else None
        schema = pa.schema([pa.field(name, kind) for name, kind in _AMOUNT_COLUMNS])
        found = self.connection.sql(f"""
            SELECT text, typed, text::DECIMAL(28, 6) AS value, {quoted(currency) if currency else "NULL::VARCHAR"}
                AS currency, []::VARCHAR[] AS notes, NULL::VARCHAR AS reason
            FROM (SELECT DISTINCT {column} AS text, {column}_typed AS typed FROM picked WHERE {_is_plain(column)})
        """)
        return found.to_arrow_table().cast(schema)

    def _sign(self, column: str, language: str, fallback: Amount, *, points: int) -> DecimalSign:
        """The decimal sign of a column; `points`: see `_points`."""
        texts = self._texts(column)
        if fallback.currency in POINT_CURRENCIES or language not in COMMA_LANGUAGES:
            because = T("no number tells; a point is usual for this language or currency")
            return decide_decimal(texts, points=points, fallback=".", because=because)
        because = T("no number tells; a comma is usual in this language")
        return decide_decimal(texts, points=points, fallback=",", because=because)

    def _amount(
        self, text: str, *, typed: bool, sign: str | None, unit: Amount | None, language: str
    ) -> tuple[Any, ...]:
        """(value, currency, notes, reason why not)."""
        try:
            found = parse_typed(text) if typed else parse_amount(text, sign)
            if unit and unit.factor != 1 and found.factor == 1:
                found = replace(found, value=product(found.value, Decimal(unit.factor)))
        except ValueError as error:
            return None, None, None, str(error)
        stated = settle(found.currency, language)
        if found.currency and stated is None:
            stated = self.options.currency
            note = () if stated else (T("the sign {sign} is used for several currencies", sign=found.currency),)
            found = replace(found, notes=(*found.notes, *note))
        header = settle(unit.currency, language) if unit else None
        return found.value, stated or (header if found.currency is None else None), list(found.notes), None

    def _quantities(self, fallback: Amount) -> dict[str, Decision]:
        sign = self._sign("quantity", "", fallback, points=self._points("quantity"))

        def read(text: str, typed: bool) -> tuple[Any, ...]:  # noqa: FBT001 - the columns of a row, in their order
            return _read(lambda: parse_quantity(text, "." if typed else sign.sign), 2)

        self._register_read("quantities", ("quantity", "quantity_typed"), _QUANTITY_COLUMNS, read)
        return {}

    def _products(self) -> None:
        """Amounts of rows that state a unit price and a quantity instead: multiplied exactly, once for each pair."""
        keys = "p.unit_price, p.unit_price_typed, p.quantity, p.quantity_typed"
        query = f"""
            SELECT DISTINCT {keys}, u.value, q.value FROM picked p
            JOIN unit_prices u ON u.text = p.unit_price AND u.typed = p.unit_price_typed
            JOIN quantities q ON q.text = p.quantity AND q.typed = p.quantity_typed
            WHERE p.amount IS NULL AND u.value IS NOT NULL AND q.value IS NOT NULL
        """
        rows = [(*key, product(price, count)) for *key, price, count in self.connection.execute(query).fetchall()]
        self.connection.register("products", _table(rows, *_PRODUCT_COLUMNS))

    def _dates(self, language: str, fallback: Amount) -> dict[str, Decision]:
        texts = [text for (text,) in self._distinct("date")]
        order = self._order(texts, language, fallback)
        financial = any(is_financial(text) for text in texts)
        rows = [(text, *_day(text, order.first, financial=financial)) for text in texts]
        self.connection.register(
            "dates",
            _table(rows, ("text", pa.string()), ("day", pa.date32()), ("note", pa.string()), ("reason", pa.string())),
        )
        return {"date order": Decision(order.first, order.evidence)} if texts else {}

    def _order(self, texts: Sequence[str], language: str, fallback: Amount) -> DateOrder:
        if self.options.date_order:
            return DateOrder(self.options.date_order, T("given by the user"))
        if fallback.currency in MONTH_FIRST_CURRENCIES:
            return decide_order(
                texts,
                fallback="month",
                because=T("no date tells; the month comes first where {currency} is used", currency=fallback.currency),
            )
        if language == "en" and fallback.currency is None:
            return decide_order(texts, fallback=None, because=T("no date tells; give --date-order day or month"))
        return decide_order(texts, fallback="day", because=T("no date tells; the day comes first in this language"))

    def _codes(self, layout: Layout) -> dict[str, Decision]:
        pairs = self._distinct("code", "code_scheme", "code_name")
        by_row = {scheme for _, scheme, _ in pairs}
        decided = {scheme: self._scheme(layout, pairs, scheme) for scheme in by_row}
        rows = []
        for code, scheme in {(code, scheme) for code, scheme, _ in pairs}:
            cleaned = clean_code(code, decided[scheme].scheme)
            rows.append((code, scheme or "", cleaned.code, decided[scheme].scheme, cleaned.note))
        self.connection.register("codes", _table(rows, *_CODE_COLUMNS))
        return {
            f"code scheme {scheme or ''}".strip(): Decision(one.scheme, one.evidence) for scheme, one in decided.items()
        }

    def _scheme(self, layout: Layout, pairs: Sequence[tuple[Any, ...]], scheme: str | None) -> SchemeDecision:
        if self.options.code_scheme:
            return SchemeDecision(self.options.code_scheme, T("given by the user"))
        mine = [(code, name or "") for code, one, name in pairs if one == scheme]
        hint = scheme_named(scheme) if scheme else layout.scheme
        if scheme and hint is None:
            return SchemeDecision(None, T("the scheme {scheme} is not one we know", scheme=scheme))
        return decide_scheme(sorted({code for code, _ in mine}), hint=hint, pairs=mine, editions=self.editions)

    def _gtins(self) -> None:
        columns = (("text", pa.string()), ("gtin", pa.string()), ("reason", pa.string()))
        self._register_read("gtins", ("gtin",), columns, lambda text: _read(lambda: (_gtin(text),), 1))

    def _totals(self) -> None:
        """Texts that head a row of totals, among the short ones that could."""
        like = f"WHERE length(text) <= {LONGEST_TOTAL} AND regexp_matches(lower(text), '{TOTAL_SIGNS}')"
        both = "SELECT first_cell AS text FROM picked UNION SELECT description FROM picked"
        found = [
            (text,)
            for (text,) in self.connection.execute(f"SELECT DISTINCT text FROM ({both}) {like}").fetchall()
            if is_total(text)
        ]
        self.connection.register("totals", _table(found, ("text", pa.string())))

    def _counts(self, stretch: Stretch) -> Counts:
        kinds = dict(self.connection.execute("SELECT kind, count(*) FROM judged GROUP BY kind").fetchall())
        (unread,) = self.connection.execute("SELECT count(*) FROM unread").fetchone() or (0,)
        return Counts(
            stretch.grid.height, 0, kinds.get("line", 0), kinds.get("skipped", 0), kinds.get("rejected", 0), unread
        )

    def _sums(self) -> Sums:
        """Sums before and after rows were judged: `raw` from all rows, the rest from what became of them."""
        raw = dict(
            self.connection.execute(
                "SELECT coalesce(currency, ''), sum(amount) FROM valued WHERE amount IS NOT NULL GROUP BY 1"
            ).fetchall()
        )
        rows = self.connection.execute(
            """
            SELECT kind, coalesce(currency, ''), sum(amount) FROM valued JOIN judged USING (row)
            WHERE amount IS NOT NULL GROUP BY 1, 2
            """
        ).fetchall()
        parts = {
            kind: {currency: total for one, currency, total in rows if one == kind}
            for kind in ("line", "rejected", "skipped")
        }
        return Sums(raw, parts["line"], parts["rejected"], parts["skipped"])


_AMOUNT_COLUMNS = (
    ("text", pa.string()),
    ("typed", pa.bool_()),
    ("value", MONEY),
    ("currency", pa.string()),
    ("notes", pa.list_(pa.string())),
    ("reason", pa.string()),
)
_QUANTITY_COLUMNS = (
    ("text", pa.string()),
    ("typed", pa.bool_()),
    ("value", QUANTITY),
    ("unit", pa.string()),
    ("reason", pa.string()),
)
_PRODUCT_COLUMNS = (
    ("unit_price", pa.string()),
    ("unit_price_typed", pa.bool_()),
    ("quantity", pa.string()),
    ("quantity_typed", pa.bool_()),
    ("value", MONEY),
)
_CODE_COLUMNS = (
    ("text", pa.string()),
    ("named", pa.string()),
    ("code", pa.string()),
    ("scheme", pa.string()),
    ("note", pa.string()),
)


def _with_point(plain: pa.Table) -> int:
    """What `_points` counts, of the plain numbers of a column."""
    with_point = pc.and_(pc.invert(plain["typed"]), pc.match_substring(plain["text"], "."))
    return int(pc.sum(with_point, min_count=0).as_py())


def _is_plain(column: str) -> str:
    """SQL: whether a text is a plain number; of null, null."""
    return f"regexp_full_match({column}, {quoted(PLAIN)})"


def _table(rows: Sequence[tuple[Any, ...]], *columns: tuple[str, pa.DataType]) -> pa.Table:
    """An Arrow table from rows of values read in Python."""
    values: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pa.table({name: pa.array(one, kind) for (name, kind), one in zip(columns, values, strict=True)})


def _read(read: Callable[[], tuple[Any, ...]], width: int) -> tuple[Any, ...]:
    """What `read` returns and no reason, or `width` times None and the reason why not."""
    try:
        return (*read(), None)
    except ValueError as error:
        return (*(None,) * width, str(error))


def _day(text: str, first: str | None, *, financial: bool) -> tuple[date | None, str | None, str | None]:
    """(date, note, reason why not)."""
    try:
        reading = parse_date(text, first, financial=financial)
    except ValueError as error:
        return None, None, str(error)
    return reading.day, reading.note, None


def _gtin(text: str) -> str:
    """The 14 digits of a GTIN.

    Raises:
        ValueError: wrong length or check digit.
    """
    digits = re.sub(r"\D", "", re.split(r"[;,/|]", re.sub(r"\.0$", "", text))[0])
    if len(digits) not in GTIN_LENGTHS:
        raise ValueError(T("a GTIN has 8, 12, 13 or 14 digits"))
    padded = digits.zfill(GTIN_DIGITS)
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(padded))
    if weighted % 10:
        raise ValueError(T("the check digit of the GTIN is wrong"))
    return padded


_KANA, _HANGUL, _IDEOGRAPH = re.compile("[\u3041-\u30ff]"), re.compile("[\uac00-\ud7af]"), re.compile("[\u4e00-\u9fff]")
_ENOUGH = 0.05
"""Share of signs of a script that shows the language of a table with much Latin text in it."""


def _language_of(text: str) -> str | None:
    """The language that the signs of a text show; None for Latin and other scripts."""
    size = max(len(text), 1)
    kana, hangul, ideographs = (len(pattern.findall(text)) / size for pattern in (_KANA, _HANGUL, _IDEOGRAPH))
    if hangul > _ENOUGH:
        return "ko"
    if kana > _ENOUGH:
        return "ja"
    if ideographs <= _ENOUGH:
        return None
    han = "".join(_IDEOGRAPH.findall(unicodedata.normalize("NFKC", text)))
    changed = sum(1 for before, after in zip(han, normal(han), strict=False) if before != after)
    return "zh-Hant" if changed > len(han) * _ENOUGH else "zh"


def connect(memory: str, threads: int, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection in memory with our limits and functions, and no way to other files than `spill`, or the network."""
    connection = duckdb.connect(config={"memory_limit": memory, "threads": threads, **NO_CHECKPOINT})
    connection.execute("SET temp_directory = ?", [str(spill) if spill else ""])
    connection.execute("SET enable_external_access = false")
    return connection


def raw_rows(problems: pa.Table) -> Iterator[dict[str, Any]]:
    """The rejected rows with their original columns, for `problems.csv`."""
    for one in problems.to_pylist():
        if one["severity"] == "rejected":
            yield {**one, "raw": json.loads(one["raw"]) if one["raw"] else {}}
