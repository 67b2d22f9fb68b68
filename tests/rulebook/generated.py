"""Products made for a revision: values at, around and far from its limits, any of which may be missing."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from tenring.rulebook.evidence import Measurement, Product, Substance
from tenring.rulebook.expressions import (
    Aggregate,
    Compare,
    Constant,
    Excludes,
    Has,
    Is,
    Quantity,
    Value,
    walk,
)
from tenring.rulebook.intervals import Interval, point
from tenring.rulebook.library import Library
from tenring.rulebook.revision import Revision

FAR = tuple(map(Decimal, ("0", "0.3", "1", "5", "20", "100", "1000")))


def products(revision: Revision, library: Library) -> st.SearchStrategy[Product]:
    """Products that state each quantity of a revision once, or not at all."""
    known = {one.key: one for one in revision.quantities}
    one_of_each = [st.none() | measurement(one, revision, library) for one in known.values()]
    return st.tuples(*one_of_each).map(lambda found: Product(tuple(one for one in found if one is not None)))


def measurement(quantity: Quantity, revision: Revision, library: Library) -> st.SearchStrategy[Measurement]:
    """One value of a quantity, by a method that is accepted."""
    kind = library.properties.properties[quantity.property].is_a
    named = items(quantity, revision)
    method = quantity.methods[0] if quantity.methods else None

    def made(**values: object) -> Measurement:
        return Measurement(quantity.property, quantity.of, dict(quantity.at), method, printed="made", **values)  # type: ignore[arg-type]

    numbers = st.sampled_from(limits(quantity, revision)).map(point)
    if kind == "substances":
        return substances(quantity, revision).map(lambda found: made(substances=found))
    if kind in {"number", "date"} and named:
        return st.fixed_dictionaries(dict.fromkeys(named, numbers)).map(lambda found: made(named=found))
    if kind in {"number", "date"}:
        below = st.sampled_from(limits(quantity, revision)[1:]).map(
            lambda one: made(number=Interval(Decimal(0), abs(one), open_high=True), not_detected=True)
        )
        return numbers.map(lambda one: made(number=one)) | below
    return words(quantity, revision, library, several=kind == "set").map(lambda found: made(words=found))


def nodes(revision: Revision) -> list[object]:
    return [node for clause in revision.clauses for part in clause.parts for node in walk(part)]


def limits(quantity: Quantity, revision: Revision) -> tuple[Decimal, ...]:
    """Each limit that the quantity is compared with, a hair below and above it, and numbers far away."""
    found = [
        node.right.value
        for node in nodes(revision)
        if isinstance(node, Compare)
        and isinstance(node.left, Value | Aggregate)
        and isinstance(node.right, Constant)
        and node.left.quantity.key == quantity.key
    ]
    hair = Decimal("0.001")
    return tuple(dict.fromkeys((*FAR, *(near for one in found for near in (one - hair, one, one + hair)))))


def items(quantity: Quantity, revision: Revision) -> tuple[str, ...]:
    """The names of the values where several become one number."""
    found = [node for node in nodes(revision) if isinstance(node, Aggregate) and node.quantity.key == quantity.key]
    return tuple(dict.fromkeys(name for node in found for name in (node.items or ("first", "second"))))


def words(
    quantity: Quantity, revision: Revision, library: Library, *, several: bool
) -> st.SearchStrategy[frozenset[str]]:
    definition = library.properties.properties[quantity.property]
    asked = {
        word
        for node in nodes(revision)
        if isinstance(node, Is | Has) and node.quantity.key == quantity.key
        for word in node.values
    }
    known = ("true", "false") if definition.is_a == "flag" else definition.values or definition.scale
    choice = st.sampled_from(sorted(known or {*asked, "another word"}))
    return st.frozensets(choice, max_size=4) if several else choice.map(lambda word: frozenset({word}))


def substances(quantity: Quantity, revision: Revision) -> st.SearchStrategy[tuple[Substance, ...]]:
    lists = [node for node in nodes(revision) if isinstance(node, Excludes) and node.quantity.key == quantity.key]
    matches = [match for one in lists for match in (one.match, *(derogation.match for derogation in one.derogations))]
    hazards = sorted({hazard for match in matches for hazard in match.hazards} | {"H226"})
    roles = sorted({role for match in matches for role in match.roles} | {"filler"})
    names = sorted({name for match in matches for name in match.names} | {"water"})
    one = st.builds(
        Substance,
        name=st.sampled_from(names),
        hazards=st.frozensets(st.sampled_from(hazards), max_size=3),
        role=st.none() | st.sampled_from(roles),
        share=st.none() | st.sampled_from(FAR),
        added=st.booleans(),
    )
    return st.lists(one, max_size=3).map(tuple)
