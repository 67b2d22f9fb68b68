"""Rules of the rung `model`: a named condition over facts of a pair, and the points it takes off.

A rule is written once and read twice: as SQL for millions of pairs, in Python for one pair; so both give one answer.
Points are hundredths: whole numbers, so that no engine rounds them differently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: A fact of a pair: its name, a comparison, what it is compared with.
Condition = tuple[str, str, str | int | bool]

_HOLDS = {
    "=": lambda have, want: have == want,
    "<": lambda have, want: have < want,
    ">=": lambda have, want: have >= want,
    "<=": lambda have, want: have <= want,
}


@dataclass(frozen=True)
class Rule:
    """`points` (hundredths) are taken off when all conditions hold; `why` is its public documentation."""

    name: str
    points: int
    when: tuple[Condition, ...]
    why: str

    def holds(self, facts: Mapping[str, str | int | bool]) -> bool:
        """Whether the rule speaks against a pair with these facts."""
        return all(_HOLDS[sign](facts[fact], value) for fact, sign, value in self.when)

    def sql(self) -> str:
        """The conditions as an SQL expression over columns named like the facts."""
        return " AND ".join(f"{fact} {sign} {_literal(value)}" for fact, sign, value in self.when)


def _literal(value: str | int | bool) -> str:  # noqa: FBT001 - the value of a fact, whatever its type
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}'" if isinstance(value, str) else str(value)


def points_sql(rules: Sequence[Rule]) -> str:
    """SQL: the hundredths that all rules together take off."""
    return " + ".join(f"CASE WHEN {rule.sql()} THEN {rule.points} ELSE 0 END" for rule in rules)


def fired_sql(rules: Sequence[Rule]) -> str:
    """SQL: the rules that hold as JSON members, `"brand_contradicts": -0.50, …`; empty when none holds."""
    cases = (f"""CASE WHEN {rule.sql()} THEN '"{rule.name}": -{rule.points / 100:.2f}' END""" for rule in rules)
    return f"concat_ws(', ', {', '.join(cases)})"


def names_sql(rules: Sequence[Rule]) -> str:
    """SQL: the names of the rules that hold, `brand_not_named, few_words`; empty when none holds."""
    cases = (f"CASE WHEN {rule.sql()} THEN '{rule.name}' END" for rule in rules)
    return f"concat_ws(', ', {', '.join(cases)})"


def points_of(rules: Sequence[Rule], facts: Mapping[str, str | int | bool]) -> dict[str, int]:
    """The rules that hold for one pair, with the hundredths that each takes off."""
    return {rule.name: rule.points for rule in rules if rule.holds(facts)}
