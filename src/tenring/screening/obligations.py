"""Which rules of which economies oblige which categories on a day, by the steps that screening itself runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenring.catalogue import Catalogue
from tenring.model.duck import DuckEngine
from tenring.register.snapshot import Snapshot
from tenring.screening.oblige import obliged
from tenring.screening.reference import RULE_CATEGORY, add_reference


@dataclass(frozen=True)
class Obliges:
    """One rule that obliges one category on the day asked."""

    economy: str
    category: str
    rule: str
    obligation: str
    mark: str
    condition: str | None


def obligations(snapshot: Snapshot, catalogue: Catalogue, on: date) -> tuple[Obliges, ...]:
    """Every rule that obliges some category on a day, in order of category, economy and rule."""
    economies = sorted({rule.economy for rule in catalogue.rules.values() if rule.obliges()})
    situations = f"(SELECT DISTINCT category, DATE '{on.isoformat()}' AS day FROM rule_category)"
    found: list[Obliges] = []
    with snapshot.connect() as connection:
        engine = DuckEngine(connection)
        for economy in economies:
            add_reference(engine, catalogue, economy)
            engine.run([RULE_CATEGORY])
            rows = engine.rows(f"SELECT category, rule, obligation, mark, condition FROM ({obliged(situations)})")
            found += [Obliges(economy, *row) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.category, one.economy, one.rule)))
