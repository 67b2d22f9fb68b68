"""ENERGY STAR as an oracle: what its register certified has to meet the criteria it was certified under.

    TENRING_DATA=… python benchmarks/oracle.py [--data DIR]

DIR holds registers/energy_star_displays_us and registers/energy_star_2020_us. Displays are judged from a snapshot by
`judge --register`; each that does not meet the limit is explained by what the register itself publishes. Computers are
judged configuration by configuration (`oracle_computers`). Then the same products are judged by all criteria of other
programmes for their categories, each on its last day if it is no longer in force: what their data tell, and what not.
docs/concepts/energy-star-as-an-oracle.md says what the causes mean.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import cast

from oracle_computers import computers
from results import record

from tenring.catalogue import Catalogue
from tenring.commands.judge_register import LicenceAnswer, Question, RegisterAnswer, judge_register
from tenring.register.build import build
from tenring.rulebook.dates import taken_on
from tenring.rulebook.evaluate import Circumstances, read
from tenring.rulebook.evidence import Measurement, Product
from tenring.rulebook.expressions import Compare
from tenring.rulebook.intervals import point
from tenring.rulebook.judge import Judged
from tenring.rulebook.library import Library, load_library
from tenring.rulebook.revision import Revision
from tenring.settings import Settings, from_environment

DISPLAYS = "energy-star/displays/2020-03-05"
ON = date(2022, 12, 20)
#: The last day of the list of computers at hand.
COMPUTERS_ON = date(2020, 5, 8)
ENERGY = "Monitor Total Energy Consumption at 115 Volts (kWh/yr)"
LIMIT = "Maximum Total Energy Consumption Limit for Monitor Certification (kWh/yr)"
SIGNAGE = "Maximum On Mode Power Limit for Signage Certification (watts)"
#: The register prints watts to two decimals and kWh to two: 8.76 * (0.35 + 0.65) * 0.005 W, and half of 0.01 kWh.
ROUNDING = Decimal("0.05")
#: A limit is computed from a resolution and an area that are rounded as well (0.05 megapixels are 0.2 kWh).
ROUNDING_OF_LIMIT = Decimal("0.1")
#: Economies whose criteria are asked for, and the categories of what is certified.
WANTED = {"EU": "EU", "DE": "Germany", "JP": "Japan", "CN": "China"}
OF_COMPUTERS = ("desktop-computers", "notebook-computers", "tablet-computers", "thin-clients", "workstations")
OF_DISPLAYS = ("computer-displays", "signage-displays")


@dataclass(frozen=True)
class Allowance:
    """A feature that raises the limit: the fact, and the words by which the register may list it elsewhere."""

    fact: str
    name: str
    words: str


ALLOWANCES = (
    Allowance("touch_screen", "touch", "Touch Screen"),
    Allowance("curved_screen", "curved screen", "Curved Screen"),
    Allowance("usb_c_power_delivery", "USB-C power delivery", "USB-C"),
    Allowance("full_network_connectivity", "network", "Full Network Connectivity"),
)
#: Features whose allowance was not read.
UNREAD = ("enhanced_performance_display", "automatic_brightness_control", "occupancy_sensor")


def main() -> None:
    """Print and keep the figures."""
    settings = from_environment()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    data = given.data or settings.data
    if data is None:
        print("oracle: skipped, needs the data folder (TENRING_DATA or --data)")
        return
    library = load_library(settings.catalog)
    displays(data / "registers" / "energy_star_displays_us", library)
    folder = data / "registers" / "energy_star_2020_us"
    computers(folder, library)
    with snapshot(folder) as home:
        others(home, library, OF_COMPUTERS, COMPUTERS_ON, "computers")
    missing_criteria(library, Catalogue(settings.catalog))


@contextmanager
def snapshot(folder: Path) -> Iterator[Settings]:
    """A register snapshot of a folder, for as long as it is asked."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        build(settings, source=folder, index=lambda _: None)
        yield settings


# displays


def displays(folder: Path, library: Library) -> None:
    """Certified monitors by version 8.0, and by the criteria of other programmes."""
    with snapshot(folder) as settings:
        revision = library.named(DISPLAYS, ON)
        answer = judge_register(settings, library, Question("energy-star", revision, ON, each=True))
        Limits(library, taken_on(revision, ON, library.find), printed(folder)).report(answer)
        others(settings, library, OF_DISPLAYS, ON, "displays")


def printed(folder: Path) -> dict[str, dict[str, str]]:
    """The rows of the register's file by their id."""
    (path,) = folder.glob("*Displays*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["ENERGY STAR Unique ID"]: row for row in csv.DictReader(file)}


def broken(answer: RegisterAnswer) -> Iterator[LicenceAnswer]:
    """The licences whose energy is beyond the limit."""
    for one in answer.licences:
        if any(clause.clause == "3.3-tec" and clause.judgement is Judged.NOT_MET for clause in one.judgements):
            yield one


@dataclass(frozen=True)
class Limits:
    """The limit of energy, and why certified monitors are beyond it."""

    library: Library
    revision: Revision
    rows: Mapping[str, Mapping[str, str]]

    def report(self, answer: RegisterAnswer) -> None:
        """How many keep the limit, and each that does not, by its cause."""
        found = answer.clauses["3.3-tec"]
        decided = found["met"] + found["not_met"]
        note = ", ".join(f"{word} {count:,}" for word, count in found.items())
        record(
            "certified monitors that keep 3.3-tec, of those decided", found["met"] / decided, goal="≥ 0.97", note=note
        )
        reasons: dict[str, list[str]] = defaultdict(list)
        for one in broken(answer):
            id_ = one.licence_id.partition(":")[2]
            reasons[self.explained(one, self.rows[id_])].append(id_)
        for reason, ids in sorted(reasons.items()):
            record(f"certified monitors beyond 3.3-tec: {reason}", len(ids), note=f"ids {', '.join(sorted(ids))}")

    def explained(self, one: LicenceAnswer, row: Mapping[str, str]) -> str:
        """Why a certified monitor is beyond the limit, by what the register publishes itself."""
        judged = next(clause for clause in one.judgements if clause.clause == "3.3-tec")
        value, limit = judged.value[0], judged.limit[0]
        if not row[LIMIT] or not row[ENERGY]:
            listed = "listed as a monitor, certified as signage" if row[SIGNAGE] else "no energy and no limit published"
            return f"error in the register: {listed}"
        if value is None or limit is None:
            return "not explained"
        energy, most = Decimal(row[ENERGY]), Decimal(row[LIMIT])
        if value - limit <= ROUNDING:
            return "rounding of what is published"
        if abs(value - energy) > ROUNDING and energy <= limit + ROUNDING:
            return "error in the register: its watts and its energy do not agree"
        if most > limit + ROUNDING and energy <= most:
            return f"the register's own limit has an allowance more: {self.unlisted(row, most)}"
        return "not explained"

    def unlisted(self, row: Mapping[str, str], most: Decimal) -> str:
        """The features that make the limit the published one, and whether the register names them elsewhere."""
        facts = {one.fact for one in ALLOWANCES if self._is_fact(one, row)}
        open_ones = [one for one in ALLOWANCES if one.fact not in facts]
        for count in (1, 2):
            for more in combinations(open_ones, count):
                limit = self.limit(row, facts | {one.fact for one in more})
                if abs(limit - most) <= ROUNDING_OF_LIMIT:
                    named = all(one.words in row["Model Features"] for one in more)
                    where = "named among its features only" if named else "not listed anywhere"
                    return f"{' and '.join(one.name for one in more)}, {where}"
        if "High Dynamic Range" in row["Features Enabled in Default On Mode"]:
            return "high dynamic range is on, whose allowance was not read"
        return "of no feature whose allowance was read"

    def _is_fact(self, one: Allowance, row: Mapping[str, str]) -> bool:
        return {
            "touch_screen": one.words in row["Features Enabled in Default On Mode"],
            "curved_screen": one.words in row["Model Features"],
            "usb_c_power_delivery": row["USB-C with Power Delivery Supported"] == "Yes",
            "full_network_connectivity": one.words in row["Features Enabled in Default Sleep Mode"],
        }[one.fact]

    def limit(self, row: Mapping[str, str], facts: set[str]) -> Decimal:
        """The limit of a monitor with these features."""
        across, down = (int(part) for part in row["Native Resolution (pixels)"].split("x"))
        area = Decimal(row["Screen Area (square inches)"]) * Decimal("6.4516")
        flags = {one.fact: "true" if one.fact in facts else "false" for one in ALLOWANCES}
        flags |= dict.fromkeys(
            ("enhanced_performance_display", "automatic_brightness_control", "occupancy_sensor"), "false"
        )
        measured = (
            Measurement("screen_resolution", number=point(Decimal(across * down) / 1_000_000)),
            Measurement("screen_area", number=point(area)),
            *(Measurement(name, words=frozenset({word})) for name, word in flags.items()),
        )
        product, properties = Product(measured), self.library.properties
        given = Circumstances(product, properties, self.revision.criteria, ON, trusted=True)
        clause = self.revision.clause("3.3-tec")
        assert clause is not None  # noqa: S101 - the revision has it
        return read(cast("Compare", clause.requires).right, given).interval.low


# other programmes


def others(settings: Settings, library: Library, categories: tuple[str, ...], on: date, what: str) -> None:
    """What the data of the certified products tell by every other programme's criteria for their categories.

    By those that were in force on the day of the list or began later on their first day, by older ones on their last.
    """
    for other in library.revisions:
        if other.programme != "energy-star" and set(other.categories) & set(categories):
            day = max(on, other.since)
            day = day if other.until is None else min(day, other.until)
            by_other(judge_register(settings, library, Question("energy-star", other, day)), other, day, what)


def by_other(found: RegisterAnswer, other: Revision, day: date, what: str) -> None:
    """The whole answers, and those of each clause."""
    name = f"certified {what} by {other.id} on {day}"
    record(f"{name}: whole", counted(found.overall), note=f"{found.products:,} products with values")
    for clause in other.clauses:
        record(f"{name}: {clause.id}", counted(found.clauses[clause.id]))


def counted(answers: Mapping[str, int]) -> str:
    """Every answer with its count, the unknown ones too."""
    return ", ".join(f"{word} {answers[word]:,}" for word in Judged if answers.get(word)) or "none concerned"


def missing_criteria(library: Library, catalogue: Catalogue) -> None:
    """The economies without criteria for computers or displays: no figure can be given, and none is."""
    for what, categories in (("computers", OF_COMPUTERS), ("displays", OF_DISPLAYS)):
        known = Counter(
            catalogue.programmes[one.programme].economy
            for one in library.revisions
            if set(one.categories) & set(categories)
        )
        for economy, name in WANTED.items():
            record(f"revisions for {what} in the catalogue: {name}", known[economy])


if __name__ == "__main__":
    main()
