"""The figures of a screening that are kept when its files are gone, and what changed between two of them.

Amounts of different currencies are never added: every figure is of one currency, or a number of lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from tenring.model.sql import quoted
from tenring.model.verdict import Verdict
from tenring.screening.listing import LIMITS
from tenring.screening.report.steps import IN_SCOPE, NO_CURRENCY

#: Goes up when what is written changes its meaning.
FORMAT = 1

#: Stands for a currency where lines are counted instead of money.
LINES = "lines"


@dataclass(frozen=True)
class Cell:
    """The lines of one category (None: not known) with one verdict in one currency."""

    category: str | None
    verdict: str
    currency: str
    lines: int
    unpriced: int
    """Lines without an amount: counted in lines, not in value."""
    value: Decimal


@dataclass(frozen=True)
class Tally:
    """A sum by verdict, of money in one currency or of lines."""

    by_verdict: Mapping[str, Decimal]

    @cached_property
    def total(self) -> Decimal:
        """Of all verdicts."""
        return sum(self.by_verdict.values(), Decimal(0))

    def of(self, *verdicts: str) -> Decimal:
        """Of some verdicts."""
        return sum((self.by_verdict.get(one, Decimal(0)) for one in verdicts), Decimal(0))

    def share(self, *verdicts: str) -> Decimal | None:
        """The share of some verdicts in all; None where all are not more than nothing."""
        return _share(self.of(*verdicts), self.total)

    @property
    def green(self) -> Decimal | None:
        """The green share of all: the least it can be, as what is not known may be green, too."""
        return self.share(Verdict.GREEN)

    @property
    def unclassified(self) -> Decimal | None:
        """The share of which nobody knows what it is: so much higher the green share may be."""
        return self.share(Verdict.UNCLASSIFIED)

    @property
    def green_of_in_scope(self) -> Decimal | None:
        """The green share of what is in categories with a label, as the report's first figure has it."""
        return _share(self.of(Verdict.GREEN), self.of(*IN_SCOPE))


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole > 0 else None


@dataclass(frozen=True)
class KeptFigures:
    """What is kept of a screening: its period, its cells, and what they rest on."""

    first_day: date | None
    last_day: date | None
    economy: str
    snapshot: str
    matcher: str
    tool_version: str
    sample: bool
    rows_left_out: int
    """Rows of the file that could not be read as lines."""
    cells: tuple[Cell, ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of the amounts, most lines first; `NO_CURRENCY` last."""
        lines: dict[str, int] = {}
        for cell in self.cells:
            lines[cell.currency] = lines.get(cell.currency, 0) + cell.lines - cell.unpriced
        found = sorted((code for code, priced in lines.items() if priced), key=lambda code: (-lines[code], code))
        return tuple(sorted(found, key=lambda code: code == NO_CURRENCY))

    @property
    def lines(self) -> int:
        """How many lines."""
        return sum(cell.lines for cell in self.cells)

    def tally(self, by: str) -> Tally | None:
        """The whole, by a currency or by `LINES`; None: nothing is in this currency."""
        return self.by_category(by, whole=True).get(None)

    def by_category(self, by: str, *, whole: bool = False) -> dict[str | None, Tally]:
        """The same for each category."""
        sums: dict[str | None, dict[str, Decimal]] = {}
        for cell in self.cells:
            if by not in (LINES, cell.currency):
                continue
            amount = Decimal(cell.lines) if by == LINES else cell.value
            row = sums.setdefault(None if whole else cell.category, {})
            row[cell.verdict] = row.get(cell.verdict, Decimal(0)) + amount
        return {category: Tally(row) for category, row in sums.items()}

    def stored(self) -> dict[str, Any]:
        """As JSON keeps it."""
        named = {name: value for name, value in vars(self).items() if name != "cells"}
        days = {name: day.isoformat() if (day := named[name]) else None for name in ("first_day", "last_day")}
        cells = [{**vars(cell), "value": str(cell.value)} for cell in self.cells]
        return {"format": FORMAT, **named, **days, "cells": cells}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> KeptFigures:
        """What `stored` wrote."""
        named = {name: value for name, value in stored.items() if name not in ("format", "cells")}
        for name in ("first_day", "last_day"):
            named[name] = date.fromisoformat(named[name]) if named[name] else None
        return cls(**named, cells=tuple(Cell(**{**cell, "value": Decimal(cell["value"])}) for cell in stored["cells"]))


def kept_figures(folder: Path) -> KeptFigures:
    """The figures of the finished screening in `folder`."""
    with duckdb.connect(config=LIMITS) as connection:
        rows = connection.execute(f"""
            SELECT category, verdict, coalesce(currency, '{NO_CURRENCY}'), count(*), count(*) - count(amount),
                coalesce(sum(amount), 0)
            FROM read_parquet({quoted(folder / "lines.parquet")}) GROUP BY 1, 2, 3 ORDER BY 1 NULLS LAST, 2, 3
        """).fetchall()
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    basis, lines = summary["basis"], summary["lines"]
    return KeptFigures(
        first_day=date.fromisoformat(lines["first_date"]) if lines["first_date"] else None,
        last_day=date.fromisoformat(lines["last_date"]) if lines["last_date"] else None,
        economy=summary["economy"],
        snapshot=basis["snapshot"],
        matcher=basis["matcher"],
        tool_version=basis["tool_version"],
        sample=basis["sample"],
        rows_left_out=sum(one["count"] for one in summary["problems"] if one["severity"] == "rejected"),
        cells=tuple(Cell(*row) for row in rows),
    )


# what changed


@dataclass(frozen=True)
class Driver:
    """What one category did to the green share of the whole, in shares of it: together with the others, all of it.

    `mix`: more or less was bought of what is greener than the whole. `greener`: what was bought of it became greener.
    """

    category: str | None
    mix: Decimal
    greener: Decimal
    share_before: Decimal | None
    share_after: Decimal | None
    green_before: Decimal | None
    green_after: Decimal | None

    @property
    def together(self) -> Decimal:
        """Both."""
        return self.mix + self.greener


def drivers(before: KeptFigures, after: KeptFigures, by: str) -> list[Driver]:
    """What drove the green share from `before` to `after`, the strongest first; none where either is not defined.

    With w the share of a category in the whole, r its green share and S̄ the mean green share of the whole, a category
    adds w₁r₁ - w₀r₀ - S̄ (w₁ - w₀); over all categories that is the change, as the shares add up to 1 on both sides. Of
    it, (w₀ + w₁)/2 (r₁ - r₀) is its becoming greener.
    """
    whole = [one.tally(by) for one in (before, after)]
    if any(tally is None or tally.total <= 0 for tally in whole):
        return []
    totals = [Fraction(tally.total) for tally in whole if tally]
    greens = [Fraction(tally.of(Verdict.GREEN)) for tally in whole if tally]
    mean = sum((green / total for green, total in zip(greens, totals, strict=True)), Fraction(0)) / 2
    sides = [one.by_category(by) for one in (before, after)]
    found = [_driver(category, [side.get(category) for side in sides], totals, mean) for category in _either(sides)]
    return sorted(found, key=lambda one: (-abs(one.together), one.category or ""))


def _either(sides: Iterable[Mapping[str | None, Tally]]) -> list[str | None]:
    return list(dict.fromkeys(category for side in sides for category in side))


def _driver(
    category: str | None, tallies: Sequence[Tally | None], totals: Sequence[Fraction], mean: Fraction
) -> Driver:
    amounts = [Fraction(tally.total) if tally else Fraction(0) for tally in tallies]
    greens = [Fraction(tally.of(Verdict.GREEN)) if tally else Fraction(0) for tally in tallies]
    weights = [amount / total for amount, total in zip(amounts, totals, strict=True)]
    rates = [green / amount if amount > 0 else None for green, amount in zip(greens, amounts, strict=True)]
    added = greens[1] / totals[1] - greens[0] / totals[0] - mean * (weights[1] - weights[0])
    first, last = rates
    greener = Fraction(0) if first is None or last is None else (weights[0] + weights[1]) / 2 * (last - first)
    return Driver(
        category=category,
        mix=_decimal(added - greener),
        greener=_decimal(greener),
        share_before=_decimal(weights[0]),
        share_after=_decimal(weights[1]),
        green_before=None if first is None else _decimal(first),
        green_after=None if last is None else _decimal(last),
    )


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
