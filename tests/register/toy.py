"""A toy catalogue with one register of two lists, for tests that need to break things."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from tenring.register.build import BuildResult, build
from tenring.register.snapshot import VALID_ON, Snapshot
from tenring.settings import Settings

REGISTER = """
id: toy
programme: toy-label
names: {en: Toy register, zh: 玩具登记}
publisher: {en: Toy office}
economy: NZ
source: {format: csv, licence: {en: invented}, address: "https://toy.example/{list}.csv"}
read_on:
  file_name: '(?P<year>\\d{4})-(?P<month>\\d{2})-(?P<day>\\d{2})'
defaults:
  number: Number
  brand: Brand
  models: {columns: Model, split: ";"}
  gtins: {columns: GTIN, split: ";"}
  from: From
  until: Until
  status: {column: Status, values: {"": active, Active: active, Suspended: suspended, Withdrawn: withdrawn}}
  status_from: Since
  status_reason: Reason
  properties: {annual_energy_use: {column: Energy, unit: kWh/year}}
  empty: [N/A]
lists:
  pens: {match: "pens*.csv", category: pens}
  withdrawn-pens: {match: "gone*.csv", category: pens, status: withdrawn}
"""

PROPERTIES = """
properties:
  annual_energy_use:
    names: {en: Annual energy use, zh: 年耗电量}
    definition: {en: Electricity used in a year, zh: 每年耗电量}
    unit: kWh/year
"""

HEADER = "Number,Brand,Model,GTIN,From,Until,Status,Since,Reason,Energy"
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Toy:
    """The toy catalogue, its folder of files and a home."""

    settings: Settings
    source: Path

    @classmethod
    def make(cls, folder: Path, register: str = REGISTER) -> Toy:
        catalog = folder / "catalog"
        (catalog / "registers" / "nz" / "toy").mkdir(parents=True)
        (catalog / "registers" / "nz" / "toy" / "register.yml").write_text(register, encoding="utf-8")
        (catalog / "properties.yml").write_text(PROPERTIES, encoding="utf-8")
        (catalog / "categories").mkdir()
        (catalog / "categories" / "pens.yml").write_text("id: pens\nnames: {en: Pens, zh: 笔}\n", encoding="utf-8")
        source = folder / "files"
        source.mkdir()
        return cls(Settings(home=folder / "home", catalog=catalog), source)

    def write(self, name: str, *rows: str, header: str = HEADER) -> Path:
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    def build(self, *, on: date | None = None) -> BuildResult:
        return build(self.settings, source=self.source, on=on, index=lambda _: None, now=NOW)

    def elsewhere(self, source: Path) -> Toy:
        return replace(self, source=source)


def pen(number: str, **cells: str) -> str:
    values = {"Number": number, "Brand": "Inkling", "Model": f"M-{number}"} | cells
    return ",".join(values.get(column, "") for column in HEADER.split(","))


def history(snapshot: Snapshot, number: str) -> list[tuple[str, str | None, str | None]]:
    """A licence's periods as (status, from, until)."""
    with snapshot.connect() as db:
        return db.execute(
            "SELECT status, from_date::VARCHAR, until_date::VARCHAR FROM statuses JOIN licences USING (licence_id) "
            "WHERE number = ? ORDER BY from_date NULLS FIRST",
            [number],
        ).fetchall()


def valid_numbers(snapshot: Snapshot, day: date) -> set[str]:
    """Numbers of the licences that are active on a day."""
    with snapshot.connect() as db:
        return {row[0] for row in db.execute(f"SELECT number FROM ({VALID_ON})", {"day": day}).fetchall()}
