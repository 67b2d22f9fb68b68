"""The computers of ENERGY STAR's register by the version they were certified under, each disagreement explained.

The register has the computers of version 8.0 in a list of their own; all others were certified under version 7 (their
base allowances are of its table). It leaves out most of what allowances need (drives, resolution, bandwidth, ports),
but publishes what they come to, so that three things can be compared for each configuration that was measured:

- the energy: that of one of the five weightings; which of them counts is not published;
- the base allowance, from the processor's cores and clock;
- the whole clause: what is not known counts from nothing on, so that many a computer keeps its limit all the same.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import cast

from results import record

from tenring.rulebook.dates import taken_on
from tenring.rulebook.evaluate import Circumstances, judge_condition, read, sides
from tenring.rulebook.evidence import Measurement, Product
from tenring.rulebook.expressions import Choice, Compare, Sum
from tenring.rulebook.intervals import point
from tenring.rulebook.judge import Judged, judge_clause
from tenring.rulebook.library import Library
from tenring.rulebook.revision import Clause, Revision
from tenring.rulebook.truth import Truth

LISTS = {8: "*Version_8.0__Computers.csv", 7: "*Certified_Computers.csv"}
REVISIONS = {8: "energy-star/computers/2020-10-15", 7: "energy-star/computers/2018-11-16"}
ON = {8: date(2022, 12, 20), 7: date(2020, 5, 8)}
ID = "ENERGY STAR Unique ID"
CONFIGURATIONS = ("0", "1", "2", "I1", "I2", "I3", "D1", "D2")
LEVELS = ("conventional", "base capability", "remote wake", "service discovery", "full capability")
#: Watts and kWh have one decimal: 8.76 * 0.05 W, and half of 0.1 kWh.
ROUNDING = Decimal("0.49")
#: Base allowances are printed without decimals: 6.5 as 7.
ROUNDING_OF_BASE = Decimal("0.5")
POWERS = ("off_mode_power", "sleep_mode_power", "long_idle_power", "short_idle_power")
#: Property -> the last words of its column; the register prints them in the catalogue's units.
COLUMNS = {
    "off_mode_power": "Off Mode (watts)",
    "sleep_mode_power": "Sleep Mode (watts)",
    "long_idle_power": "Long Idle (watts)",
    "short_idle_power": "Short Idle (watts)",
    "processor_cores": "Physical CPU Cores (count)",
    "processor_base_frequency": "Base Processor Speed Per Core (GHz)",
    "memory_capacity": "System Memory (GB)",
}
#: Why a published energy is none of the weightings, in the order in which it is tried.
MISSING, LONG_IDLE, EXCHANGED, NEAR, APART = (
    "not compared, register leaves a power out",
    "long idle counted for sleep",
    "error in the register: long and short idle exchanged",
    "error in the register: its watts give its energy by no weighting, less than 1 kWh apart",
    "error in the register: its watts give its energy by no weighting, 1 kWh apart or more",
)
NO_PROCESSOR, OTHER_ROW, NO_ROW = (
    "not compared, register leaves cores or clock out",
    "register's category is that of another performance than its cores times clock",
    "error in the register: base allowance of no row for this kind of computer",
)


@dataclass(frozen=True)
class Configuration:
    """One configuration in which a computer was measured."""

    id: str
    kind: str
    name: str
    cells: Mapping[str, str]

    def cell(self, words: str) -> str:
        """A cell of this configuration."""
        return self.cells.get(f"Category {self.name}: {words}", "")

    def number(self, words: str) -> Decimal | None:
        """A number of this configuration."""
        text = self.cell(words)
        return Decimal(text) if text else None

    @property
    def product(self) -> Product:
        """As evidence. Desktops of the categories D have a discrete graphics card; of notebooks it is open."""
        measurements = [
            Measurement(name, number=point(value))
            for name, column in COLUMNS.items()
            if (value := self.number(column)) is not None
        ]
        words = {"product_type": self.kind}
        if "Desktop" in self.kind and self.name != "0":
            words["graphics"] = "discrete" if self.name.startswith("D") else "integrated"
        if card := self.cell("Graphics Category"):
            words["graphics_category"] = card
        worded = [Measurement(name, words=frozenset({word})) for name, word in words.items()]
        return Product((*measurements, *worded))


def computers(folder: Path, library: Library) -> None:
    """Print and keep the figures of both versions."""
    newest = {row[ID] for row in rows(folder, 8)}
    for version in (8, 7):
        kept = [row for row in rows(folder, version) if version == 8 or row[ID] not in newest]
        Version(version, library, tuple(configurations(kept))).report()
        workstations(version, kept, library)


def rows(folder: Path, version: int) -> Iterator[dict[str, str]]:
    """The rows of a list."""
    (path,) = folder.glob(LISTS[version])
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def configurations(kept: list[dict[str, str]]) -> Iterator[Configuration]:
    """Each configuration with an energy."""
    for row in kept:
        for name in CONFIGURATIONS:
            if row.get(f"Category {name}: TEC of Model (kWh)"):
                yield Configuration(row[ID], row["Type"], name, row)


class Version:
    """The computers of one version beside its formulas."""

    def __init__(self, version: int, library: Library, found: tuple[Configuration, ...]) -> None:
        self.version, self.library, self.found = version, library, found
        self.on = ON[version]
        self.revision: Revision = taken_on(library.named(REVISIONS[version], self.on), self.on, library.find)
        self.clause: Clause = next(one for one in self.revision.clauses if one.id == "3.5-tec")
        self.compare = cast("Compare", self.clause.requires)
        self.base = cast("Choice", cast("Sum", self.compare.right).terms[0])

    def given(self, product: Product) -> Circumstances:
        """The circumstances of a judgement: a register's own values."""
        return Circumstances(product, self.library.properties, self.revision.criteria, self.on, trusted=True)

    def report(self) -> None:
        """All figures of this version."""
        self._table("energy", Counter(map(self.energy, self.found)), LEVELS)
        self._table("base allowance", Counter(map(self.allowance, self.found)), ("cores times clock",))
        self._whole()
        self._own_limit()

    def _name(self, what: str) -> str:
        return f"computers certified under version {self.version}: {what}"

    def _table(self, what: str, reasons: Counter[tuple[str, str]], agreeing: tuple[str, ...]) -> None:
        """How many agree, and each disagreement by its cause, with the ids of the few."""
        counts = Counter(dict.fromkeys(agreeing, 0))
        for (reason, _), count in reasons.items():
            counts[reason] += count
        agree = sum(counts[reason] for reason in agreeing)
        compared = len(self.found) - counts[MISSING] - counts[NO_PROCESSOR]
        note = f"{agree:,} of {compared:,} configurations, {len(self.found) - compared:,} more not compared"
        record(self._name(f"{what} as the register has it"), agree / compared, note=note)
        for reason, count in counts.items():
            ids = sorted({one for (why, one) in reasons if why == reason})
            named = "" if reason in agreeing or len(ids) > MOST_NAMED else f"ids {', '.join(ids)}"
            if count:
                record(self._name(f"{what}: {reason}"), count, note=named)

    # energy

    def energy(self, one: Configuration) -> tuple[str, str]:
        """By which weighting the energy is the published one, or why by none; and whose it is."""
        published = Decimal(one.cell("TEC of Model (kWh)"))
        if any(one.number(COLUMNS[name]) is None for name in POWERS):
            return MISSING, one.id
        if level := self._level(one.product, published):
            return level, one.id
        powers = {name: one.number(COLUMNS[name]) for name in POWERS}
        if self._level(with_powers(one.product, {"sleep_mode_power": powers["long_idle_power"]}), published):
            return LONG_IDLE, one.id
        exchanged = {"long_idle_power": powers["short_idle_power"], "short_idle_power": powers["long_idle_power"]}
        idles = [powers[name] or Decimal(0) for name in ("long_idle_power", "short_idle_power")]
        if idles[0] > idles[1] and self._level(with_powers(one.product, exchanged), published):
            return EXCHANGED, one.id
        apart = min(abs(energy - published) for energy in self._energies(one.product).values())
        return (NEAR if apart < 1 else APART), one.id

    def _level(self, product: Product, published: Decimal) -> str | None:
        """The level of network connectivity whose weights give the published energy, the simplest first."""
        energies = self._energies(product).items()
        return next((level for level, energy in energies if abs(energy - published) <= ROUNDING), None)

    def _energies(self, product: Product) -> dict[str, Decimal]:
        """The energy at each level of network connectivity."""
        found = {}
        for level in LEVELS:
            measured = (*product.measurements, Measurement("network_connectivity", words=frozenset({level})))
            found[level] = read(self.compare.left, self.given(Product(measured))).interval.low
        return found

    # base allowance

    def allowance(self, one: Configuration) -> tuple[str, str]:
        """Whether the base allowance is the published one, or why not; and whose it is."""
        published, product = one.number("Base TEC Allowance (kWh)"), one.product
        interval = read(self.base, self.given(product)).interval
        if published is None or interval.low != interval.high:
            return NO_PROCESSOR, one.id
        if abs(interval.low - published) <= ROUNDING_OF_BASE:
            return "cores times clock", one.id
        return (OTHER_ROW if published in self._rows_of(product) else NO_ROW), one.id

    def _rows_of(self, product: Product) -> set[Decimal]:
        """The allowances of the table that this kind of computer may have, whatever its performance."""
        unknown = tuple(one for one in product.measurements if not one.property.startswith("processor_"))
        given = self.given(Product(unknown))
        counting = (row for row in self.base.rows if judge_condition(row.when, given).truth is not Truth.FALSE)
        found = {read(row.then, given).interval.low for row in counting}
        return {one.to_integral_value(rounding=ROUND_HALF_UP) for one in found}

    # the whole clause

    def _whole(self) -> None:
        """How many keep the whole clause, as far as the register's values tell, and what is missing of the others."""
        judged, missing, below = Counter[str](), Counter[str](), 0
        for one in self.found:
            given = self.given(one.product)
            answer = judge_clause(self.clause, given)
            judged[answer.judgement] += 1
            if answer.judgement is Judged.NOT_SHOWN:
                missing.update({name.quantity for name in answer.missing})
            published = one.number("Functional Adder Allowances (kWh)")
            least = sides(self.compare, given)[1].interval.low - read(self.base, given).interval.low
            below += published is not None and least.is_finite() and published < least - ROUNDING_OF_BASE
        decided = judged[Judged.MET] + judged[Judged.NOT_MET]
        counts = ", ".join(f"{word} {count:,}" for word, count in sorted(judged.items()))
        share = judged[Judged.MET] / max(decided, 1)
        record(self._name("3.5-tec as a whole, met of those decided"), share, goal="≥ 0.97", note=counts)
        for name, count in missing.most_common(8):
            record(self._name(f"3.5-tec not shown for lack of {name}"), count)
        record(self._name("adders published below those that its memory and graphics alone give"), below)

    def _own_limit(self) -> None:
        """How many keep the limit that the register itself publishes: base allowance and adders."""
        kept, beyond = 0, []
        for one in self.found:
            base, adders = one.number("Base TEC Allowance (kWh)"), one.number("Functional Adder Allowances (kWh)")
            if base is None or adders is None:
                continue
            if Decimal(one.cell("TEC of Model (kWh)")) <= base + adders:
                kept += 1
            else:
                beyond.append(one.id + (" (adders 0)" if adders == 0 else ""))
        note = f"{kept:,} configurations; beyond it: {', '.join(sorted(beyond))}"
        record(self._name("energy within the register's own base allowance and adders"), kept, note=note)


#: Ids are named where they are no more.
MOST_NAMED = 60


def with_powers(product: Product, powers: Mapping[str, Decimal | None]) -> Product:
    """The same product with other powers."""
    return Product(
        tuple(
            replace(one, number=point(powers[one.property] or Decimal(0))) if one.property in powers else one
            for one in product.measurements
        )
    )


def workstations(version: int, kept: list[dict[str, str]], library: Library) -> None:
    """The weighted power of workstations beside the published one (watts with one decimal)."""
    on = ON[version]
    revision = taken_on(library.named(REVISIONS[version], on), on, library.find)
    clause = next(one for one in revision.clauses if one.id == "3.6-workstation")
    agree, others = 0, []
    for row in kept:
        published = row.get("Workstations: Weighted Power of Model (watts)")
        cells = {name: row.get(f"Workstations: {COLUMNS[name]}") for name in POWERS}
        if not published or not all(cells.values()):
            continue
        product = Product(tuple(Measurement(name, number=point(Decimal(text or 0))) for name, text in cells.items()))
        given = Circumstances(product, library.properties, revision.criteria, on, trusted=True)
        power = read(cast("Compare", clause.requires).left, given).interval.low
        if abs(power - Decimal(published)) <= Decimal("0.1"):
            agree += 1
        else:
            others.append(row[ID])
    name = f"workstations certified under version {version}: weighted power as the register has it"
    record(
        name, agree / max(agree + len(others), 1), note=f"{agree} of {agree + len(others)}; not: {', '.join(others)}"
    )
