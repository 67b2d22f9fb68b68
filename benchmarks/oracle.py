"""ENERGY STAR as an oracle: what its register certified has to meet the criteria it was certified under.

    TENRING_DATA=… python benchmarks/oracle.py [--data DIR]

DIR holds registers/energy_star_displays_us and registers/energy_star_2020_us. Displays are judged from a snapshot by
`judge --register`; each that does not meet the limit is explained by the energy and the limit that the register itself
publishes. Of computers the register leaves out what most allowances need (drives, resolution, bandwidth), so that none
can be judged as a whole: there the formulas are compared with the energy and the base allowance that it publishes.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

from results import record

from tenring.commands.judge_register import LicenceAnswer, Question, RegisterAnswer, judge_register
from tenring.register.build import build
from tenring.rulebook.evaluate import Circumstances, read
from tenring.rulebook.evidence import Measurement, Product
from tenring.rulebook.expressions import Compare, Sum, Term
from tenring.rulebook.intervals import point
from tenring.rulebook.judge import Judged, judge_clause
from tenring.rulebook.library import Library, load_library
from tenring.rulebook.revision import Revision
from tenring.settings import Settings, from_environment

DISPLAYS, COMPUTERS = "energy-star/displays/2020-03-05", "energy-star/computers/2020-10-15"
ON = date(2022, 12, 20)
ENERGY = "Monitor Total Energy Consumption at 115 Volts (kWh/yr)"
LIMIT = "Maximum Total Energy Consumption Limit for Monitor Certification (kWh/yr)"
#: The register prints watts to two decimals and kWh to two: 8.76 * (0.35 + 0.65) * 0.005 W, and half of 0.01 kWh.
ROUNDING = Decimal("0.05")
#: Of computers, watts and kWh to one decimal: 8.76 * 0.05 W, and half of 0.1 kWh.
COARSE_ROUNDING = Decimal("0.49")


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
    computers(next((data / "registers" / "energy_star_2020_us").glob("*Version_8.0__Computers.csv")), library)


def displays(folder: Path, library: Library) -> None:
    """Certified monitors by version 8.0, and by the criteria of other programmes."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        build(settings, source=folder, index=lambda _: None)
        revision = library.named(DISPLAYS, ON)
        answer = judge_register(settings, library, Question("energy-star", revision, ON, each=True))
        of_limit(answer, printed(folder))
        for other in library.revisions:
            day = max(ON, other.since)
            if (
                other.criteria != revision.criteria
                and other.in_force(day)
                and (set(other.categories) & set(revision.categories))
            ):
                by_other(judge_register(settings, library, Question("energy-star", other, day)), other, day)


def by_other(found: RegisterAnswer, other: Revision, day: date) -> None:
    """How many certified displays keep each clause of another programme that their data can answer."""
    told = 0
    for clause, answers in found.clauses.items():
        met = answers.get("met", 0)
        decided = met + answers.get("not_met", 0)
        if decided:
            told += 1
            name = f"certified displays that keep {other.id} {clause} on {day}, of those decided"
            record(name, met / decided, note=f"{decided:,} of {found.products:,} products decided")
    if not told:
        record(f"clauses of {other.id} that the register's data can answer", 0, note=f"{len(found.clauses)} clauses")


def of_limit(answer: RegisterAnswer, rows: Mapping[str, Mapping[str, str]]) -> None:
    """How many keep the limit of energy, and why the others do not."""
    found = answer.clauses["3.3-tec"]
    decided = found["met"] + found["not_met"]
    note = ", ".join(f"{word} {count:,}" for word, count in found.items())
    record("certified monitors that keep 3.3-tec, of those decided", found["met"] / decided, goal="≥ 0.97", note=note)
    reasons = Counter(explained(one, rows[one.licence_id.partition(":")[2]]) for one in broken(answer))
    for reason, count in reasons.most_common():
        record(f"certified monitors beyond 3.3-tec: {reason}", count)


def broken(answer: RegisterAnswer) -> Iterator[LicenceAnswer]:
    """The licences whose energy is beyond the limit."""
    for one in answer.licences:
        if any(clause.clause == "3.3-tec" and clause.judgement is Judged.NOT_MET for clause in one.judgements):
            yield one


def explained(one: LicenceAnswer, row: Mapping[str, str]) -> str:
    """Why a certified monitor is beyond the limit, by what the register publishes itself."""
    judged = next(clause for clause in one.judgements if clause.clause == "3.3-tec")
    value, limit = judged.value[0], judged.limit[0]
    if value is None or limit is None or not row[LIMIT] or not row[ENERGY]:
        return "register publishes no energy and limit for it"
    energy, most = Decimal(row[ENERGY]), Decimal(row[LIMIT])
    if value - limit <= ROUNDING:
        return "rounding of what is published"
    if abs(value - energy) > ROUNDING and energy <= limit + ROUNDING:
        return "error in the register: its watts and its energy do not agree"
    if most > limit + ROUNDING and energy <= most:
        return "register's own limit has an allowance for a feature that it does not list"
    return "not explained"


def printed(folder: Path) -> dict[str, dict[str, str]]:
    """The rows of the register's file by their id."""
    (path,) = folder.glob("*Displays*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["ENERGY STAR Unique ID"]: row for row in csv.DictReader(file)}


# computers

CONFIGURATIONS = ("0", "1", "2", "I1", "I2", "D1", "D2")
#: Property -> the last words of its column, and its unit as the register prints it is that of the catalogue.
COLUMNS = {
    "off_mode_power": "Off Mode (watts)",
    "sleep_mode_power": "Sleep Mode (watts)",
    "long_idle_power": "Long Idle (watts)",
    "short_idle_power": "Short Idle (watts)",
    "processor_cores": "Physical CPU Cores (count)",
    "processor_base_frequency": "Base Processor Speed Per Core (GHz)",
    "memory_capacity": "System Memory (GB)",
}


def computers(path: Path, library: Library) -> None:
    """The formulas of version 8.0 beside the energy and the base allowance that the register publishes."""
    revision = library.named(COMPUTERS, ON)
    clause = next(one for one in revision.clauses if one.id == "3.5-tec")
    compare = cast("Compare", clause.requires)
    base = cast("Sum", compare.right).terms[0]
    energy_agrees, base_agrees, judged = Counter[bool](), Counter[bool](), Counter[str]()
    for row, name in configurations(path):
        product = configuration(row, name)
        given = Circumstances(product, library.properties, revision.criteria, ON, trusted=True)
        judged[judge_clause(clause, given).judgement] += 1
        agrees(energy_agrees, compare.left, given, row[f"Category {name}: TEC of Model (kWh)"])
        agrees(base_agrees, base, given, row[f"Category {name}: Base TEC Allowance (kWh)"])
    for what, found in (("energy", energy_agrees), ("base allowance", base_agrees)):
        note = f"{found[True]:,} of {found.total():,} configurations with the values it needs"
        record(f"certified computers: {what} as the register has it", found[True] / max(found.total(), 1), note=note)
    record(
        "certified computers by 3.5-tec as a whole", ", ".join(f"{word} {count:,}" for word, count in judged.items())
    )


def agrees(found: Counter[bool], term: Term, given: Circumstances, published: str) -> None:
    """Count whether a term is what is published, where both are there."""
    interval = read(term, given).interval
    if published and interval.low == interval.high:
        found[abs(interval.low - Decimal(published)) <= COARSE_ROUNDING] += 1


def configurations(path: Path) -> Iterator[tuple[dict[str, str], str]]:
    """Each configuration in which a computer was measured: the row and its name."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name in CONFIGURATIONS:
                if row.get(f"Category {name}: TEC of Model (kWh)"):
                    yield row, name


def configuration(row: Mapping[str, str], name: str) -> Product:
    """One configuration as a product. Categories D1 and D2 have a discrete graphics card, I1 and I2 have none."""
    numbers = [
        Measurement(property_, number=point(Decimal(text)))
        for property_, column in COLUMNS.items()
        if (text := row.get(f"Category {name}: {column}"))
    ]
    words = {"product_type": row["Type"], "graphics": "discrete" if name.startswith("D") else "integrated"}
    worded = [Measurement(property_, words=frozenset({word})) for property_, word in words.items()]
    return Product((*numbers, *worded))


if __name__ == "__main__":
    main()
