"""Rules of evidence in SQL: which values count for a clause, and which are shown as it asks (`evaluate.find`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from tenring.model.sql import Step, quoted
from tenring.rulebook.bulk.columns import both, either
from tenring.rulebook.bulk.places import Rule, Slot
from tenring.rulebook.evaluate import Circumstances, method_accepted
from tenring.rulebook.expressions import Quantity
from tenring.rulebook.revision import Needed

#: The values with their methods and what their documents are; what the steps after it read.
VALUES = "bulk_shown_values"
#: The values that count, before those that are not shown as asked give way to those that are.
CANDIDATES = "bulk_candidates"


@dataclass(frozen=True)
class Shown:
    """The rules of evidence of all slots, for one criteria document on one day."""

    slots: Mapping[Slot, int]
    given: Circumstances

    def accepts(self, method: str | None, slot: Slot) -> bool:
        """Whether a value by a method counts for a slot at all."""
        return method_accepted(method or None, Quantity(*slot[:4]), self.given)

    def steps(self, values: str, documents: str) -> Iterator[Step]:
        """The table `bulk_shown_values` from those of values and documents."""
        fitting = "".join(
            f", max(CASE WHEN {_fits(needed, self.given.on)} THEN 1 ELSE 0 END) AS {name}"
            for needed, name in self._kinds.items()
        )
        yield Step("bulk_documents", f"SELECT product, report{fitting} FROM {documents} GROUP BY product, report")
        known = "".join(f", coalesce({name}, 0) AS {name}" for name in self._kinds.values())
        yield Step(
            VALUES,
            f"""
            SELECT product, property, subject, conditions, coalesce(method, '') AS method,
                   low, high, open_high, not_detected, words, item{known}
            FROM {values} LEFT JOIN bulk_documents USING (product, report)
            """,
        )

    @cached_property
    def _kinds(self) -> dict[Needed, str]:
        """Each kind of document that is asked for, whatever the method of the value, and its column."""
        needed = (replace(one, methods=()) for slot in self.slots for way in slot[4] for one in way)
        return {one: f"document_{place}" for place, one in enumerate(dict.fromkeys(needed))}

    def column(self) -> str:
        """Whether a value is shown as its slot asks."""
        by_rule: dict[Rule, list[int]] = {}
        for slot, place in self.slots.items():
            if slot[4]:
                by_rule.setdefault(slot[4], []).append(place)
        cases = " ".join(
            f"WHEN slot IN ({', '.join(map(str, places))}) THEN {self._keeps(rule)}" for rule, places in by_rule.items()
        )
        return f"CASE {cases} ELSE TRUE END" if cases else "TRUE"

    def _keeps(self, rule: Rule) -> str:
        """Whether the documents of a value are all those of one of the ways."""
        return either(both(self._one(needed) for needed in way) for way in rule)

    def _one(self, needed: Needed) -> str:
        has = f"{self._kinds[replace(needed, methods=())]} = 1"
        if not needed.methods:
            return has
        return both([has, f"method IN ({', '.join(quoted(one) for one in needed.methods)})"])

    def kept(self) -> Step:
        """The table `bulk_placed`: of each product and slot the values that are shown as asked, if there are any."""
        return Step(
            "bulk_placed",
            f"""
            SELECT number, slot, low, high, open_high, not_detected, words, item, is_shown
            FROM (
                SELECT *, max(CASE WHEN is_shown THEN 1 ELSE 0 END) OVER (PARTITION BY number, slot) AS any_shown
                FROM {CANDIDATES}
            ) AS ones
            WHERE is_shown OR any_shown = 0
            """,
        )


def _fits(needed: Needed, on: date) -> str:
    """Whether a document is of the kind (`evaluate._fits`): a report after the day of the question shows nothing."""
    day = f"DATE '{on.isoformat()}'"
    parts = [f"kind = {quoted(needed.kind)}"]
    if needed.accredited:
        parts.append("accredited")
    if needed.issuers:
        parts.append(f"issuer IN ({', '.join(quoted(one) for one in needed.issuers)})")
    if needed.samples is not None and needed.samples > 0:
        parts.append(f"samples >= {needed.samples}")
    if needed.max_age_days is None:
        parts.append(f"date IS NULL OR date <= {day}")
    else:
        oldest = f"DATE '{(on - timedelta(days=needed.max_age_days)).isoformat()}'"
        parts.append(f"date >= {oldest} AND date <= {day}")
    return both(parts)
