"""Comparing criteria: each pair of revisions, all pairs of a category, and products that try to refute what was found.

    python benchmarks/compare.py
    python benchmarks/compare.py --products 1000 --seed 7

Every implication between two clauses is tried on generated products: values at, around and far from every limit of both
clauses. The judge must never find one that passes the first and fails the second. Those that rest on an estimate are
left out: they say so, and are no claims about every product. Limits from memory are taken as they are remembered.

Times are CPU seconds of this process; the library is loaded and the solver imported before.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from results import record

from tenring.rulebook.compare.relation import Relation
from tenring.rulebook.compare.revisions import Comparison, compare, side_of
from tenring.rulebook.compare.witness import PASSES
from tenring.rulebook.evaluate import Circumstances
from tenring.rulebook.evidence import Measurement, Product, Substance
from tenring.rulebook.expressions import (
    Aggregate,
    Compare,
    Constant,
    Excludes,
    Has,
    Is,
    Node,
    Quantity,
    quantities,
    walk,
)
from tenring.rulebook.intervals import point
from tenring.rulebook.judge import Judged, judge_clause
from tenring.rulebook.library import Library, load_library
from tenring.rulebook.revision import Clause, Revision
from tenring.settings import from_environment

FAR = tuple(map(Decimal, ("0", "0.3", "1", "5", "20", "100", "1000")))
HAIR = Decimal("0.001")
ESTIMATED = {"estimate", "proportional"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print and record; exit code 1 if an implication was refuted."""
    options = parsed(arguments)
    library = load_library(from_environment().catalog)
    compared, slowest, by_category = all_pairs(library)
    record("pairs of revisions compared", len(compared))
    record("slowest pair", round(slowest[0], 2), unit="s", goal="≤ 2", note=slowest[1])
    most = max(by_category, key=lambda name: by_category[name])
    record("all pairs of a category, slowest", round(by_category[most], 1), unit="s", goal="≤ 60", note=most)
    tried, passed, refuted = refutations(compared, library, options)
    record("implications tried", tried, note=f"{options.products:,} products each, {passed:,} passed the first")
    record("implications refuted", len(refuted), goal="≤ 0", note="; ".join(refuted[:3]))
    witnesses = [
        one for found, _, _ in compared for clause in found.clauses for one in (clause.witness, clause.reverse_witness)
    ]
    record("witnesses that the judge confirmed", sum(one is not None for one in witnesses))
    return 1 if refuted else 0


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=10_000, help="products for each implication")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


Compared = tuple[Comparison, Revision, Revision]


def all_pairs(library: Library) -> tuple[list[Compared], tuple[float, str], dict[str, float]]:
    """Every two revisions that share a category, with the slowest and the seconds of each category."""
    compared: list[Compared] = []
    slowest, by_category = (0.0, ""), dict.fromkeys((name for one in library.revisions for name in one.categories), 0.0)
    for one, other in combinations(library.revisions, 2):
        shared = set(one.categories) & set(other.categories)
        if not shared:
            continue
        day, began = max(one.since, other.since), time.process_time()
        found = compare(one, other, day, library)
        spent = time.process_time() - began
        compared.append((found, side_of(one, day, library).revision, side_of(other, day, library).revision))
        slowest = max(slowest, (spent, f"{one.id} and {other.id}"))
        for name in shared:
            by_category[name] += spent
    return compared, slowest, by_category


def refutations(compared: list[Compared], library: Library, options: argparse.Namespace) -> tuple[int, int, list[str]]:
    """How many implications were tried, how many products passed their first clause, and which were refuted."""
    tried, passed, refuted = 0, 0, []
    for first, second, name in implications(compared):
        tried += 1
        source = random.Random(f"{options.seed} {name}")  # noqa: S311 - products, not secrets
        for product in products((first[1], second[1]), library, source, options.products):
            if judged(product, first, library) not in PASSES:
                continue
            passed += 1
            if judged(product, second, library) is Judged.NOT_MET:
                refuted.append(name)
                break
    return tried, passed, refuted


Asked = tuple[Revision, Clause]


def implications(compared: list[Compared]) -> Iterator[tuple[Asked, Asked, str]]:
    """Each implication between two clauses that rests on no estimate, and its name."""
    for found, one, other in compared:
        for pair in found.clauses:
            first, second = one.clause(pair.first or ""), other.clause(pair.second or "")
            if first is None or second is None or ESTIMATED & {one.kind for one in pair.basis}:
                continue
            if pair.relation in {Relation.IMPLIES, Relation.EQUAL}:
                yield (one, first), (other, second), f"{one.id} {first.id} => {other.id} {second.id}"
            if pair.relation in {Relation.IMPLIED_BY, Relation.EQUAL}:
                yield (other, second), (one, first), f"{other.id} {second.id} => {one.id} {first.id}"


def judged(product: Product, asked: Asked, library: Library) -> Judged:
    """The judge's answer for one clause, values taken as they are."""
    revision, clause = asked
    given = Circumstances(product, library.properties, revision.criteria, revision.since, trusted=True)
    answer = judge_clause(clause, given)
    return answer.would_be or answer.judgement


# products


def products(clauses: tuple[Clause, ...], library: Library, source: random.Random, count: int) -> Iterator[Product]:
    """Products that state everything that the clauses look at."""
    nodes = [node for clause in clauses for part in clause.parts for node in walk(part)]
    asked = {one.key: one for clause in clauses for part in clause.parts for one in quantities(part)}
    choices = [(one, values_of(one, nodes, library)) for one in asked.values()]
    for _ in range(count):
        yield Product(tuple(measured(one, values, nodes, library, source) for one, values in choices))


def values_of(quantity: Quantity, nodes: list[Node], library: Library) -> list[object]:
    """What a quantity may be: numbers at, around and far from its limits, or words."""
    definition = library.properties.properties[quantity.property]
    if definition.is_a in {"number", "date"}:
        limits = [
            node.right.value
            for node in nodes
            if isinstance(node, Compare)
            and isinstance(node.right, Constant)
            and quantity.key in {one.key for one in quantities(node.left)}
        ]
        found = [*FAR, *(limit + step for limit in limits for step in (-HAIR, Decimal(0), HAIR))]
        return [one for one in found if one >= 0 or not definition.never_negative]
    words = {
        word
        for node in nodes
        if isinstance(node, Is | Has) and node.quantity.key == quantity.key
        for word in node.values
    }
    if definition.is_a == "flag":
        return ["true", "false"]
    return [*sorted(definition.values or definition.scale or {*words, "another word"})]


def measured(
    quantity: Quantity, values: list[object], nodes: list[Node], library: Library, source: random.Random
) -> Measurement:
    """One value of a quantity."""
    kind = library.properties.properties[quantity.property].is_a
    about = (quantity.property, quantity.of, dict(quantity.at), None, "made")
    if kind == "substances":
        return Measurement(*about, substances=substances(quantity, nodes, source))
    if kind == "set":
        return Measurement(
            *about, words=frozenset(str(one) for one in source.sample(values, source.randint(0, len(values))))
        )
    if kind not in {"number", "date"}:
        return Measurement(*about, words=frozenset({str(source.choice(values))}))
    named = [node for node in nodes if isinstance(node, Aggregate) and node.quantity.key == quantity.key]
    if named:
        names = dict.fromkeys(name for node in named for name in (node.items or ("first", "second", "third")))
        return Measurement(*about, named={name: point(Decimal(str(source.choice(values)))) for name in names})
    return Measurement(*about, number=point(Decimal(str(source.choice(values)))))


def substances(quantity: Quantity, nodes: list[Node], source: random.Random) -> tuple[Substance, ...]:
    """Up to three substances with hazards, names and roles that the clauses name, or others."""
    lists = [node for node in nodes if isinstance(node, Excludes) and node.quantity.key == quantity.key]
    matches = [match for one in lists for match in (one.match, *(derogation.match for derogation in one.derogations))]
    words = {
        word: sorted({name for match in matches for name in getattr(match, word)} | {"another"})
        for word in ("hazards", "names", "roles", "cas")
    }
    return tuple(
        Substance(
            name=source.choice(words["names"]),
            cas=source.choice(words["cas"]),
            hazards=frozenset(source.sample(words["hazards"], min(2, len(words["hazards"])))),
            role=source.choice(words["roles"]),
            share=source.choice((Decimal("0.0005"), Decimal("0.05"), Decimal("0.1"), Decimal(5))),
            added=source.random() < 0.5,
        )
        for _ in range(source.randint(0, 3))
    )


if __name__ == "__main__":
    raise SystemExit(main())
