"""A product out of a world that the solver found, with every document asked for, and what `judge` says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction

from tenring.catalogue.properties import Properties
from tenring.rulebook.amounts import plain_number
from tenring.rulebook.compare.logic import Model
from tenring.rulebook.compare.measurands import Group, Side
from tenring.rulebook.compare.world import ANOTHER, SubstanceUnknowns, World
from tenring.rulebook.evaluate import Circumstances
from tenring.rulebook.evidence import Label, Measurement, Product, Proof, Substance
from tenring.rulebook.expressions import IngredientSum, Quantity, quantities, walk
from tenring.rulebook.intervals import Interval, point
from tenring.rulebook.judge import Judged, judge_clause, summed_up
from tenring.rulebook.revision import Clause, Needed

#: More digits than a witness needs; a value that does not end is cut here and judged as it then is.
_DIGITS = Context(prec=12)
PASSES = frozenset({Judged.MET, Judged.NOT_APPLICABLE})


@dataclass(frozen=True)
class WitnessValue:
    """One value of a witness, as its evidence would state it."""

    quantity: str
    value: str
    method: str | None = None


@dataclass(frozen=True)
class Witness:
    """A product that passes one clause and fails the other, and the answers that `judge` gave for it."""

    values: tuple[WitnessValue, ...]
    passes: str
    fails: str
    judged: tuple[str, str]
    product: Product


@dataclass(frozen=True)
class Asking:
    """A clause with the document and day it is judged by."""

    side: Side
    clause: Clause


def groups_of(asking: Asking, world: World) -> dict[Group, None]:
    """Every measurand a clause looks at, gates included."""
    found = (one for part in asking.clause.parts for one in quantities(part))
    return {world.measurands.group(asking.side.id, one): None for one in found}


def product_of(model: Model, world: World, clauses: Iterable[Asking]) -> Product:
    """The product of a world, as far as these clauses look at it."""
    clauses = tuple(clauses)
    asked: dict[Group, dict[Needed, None]] = {}
    for one in clauses:
        needed = dict.fromkeys(piece for way in one.clause.shown_by for piece in way)
        for group in groups_of(one, world):
            asked.setdefault(group, {}).update(needed)
    maker = _Maker(model, world, {group: tuple(needed) for group, needed in asked.items()}, clauses)
    return Product(tuple(one for group in asked for one in maker.measurement(group)), tuple(maker.labels()))


@dataclass(frozen=True)
class _Maker:
    model: Model
    world: World
    asked: Mapping[Group, tuple[Needed, ...]]
    """What clauses want to see of each measurand."""
    clauses: tuple[Asking, ...]

    @property
    def on(self) -> date:
        """A day on which documents are young enough for all clauses."""
        return min(one.side.on for one in self.clauses)

    def measurement(self, group: Group) -> Iterator[Measurement]:
        if not self.model.holds(self.world.known(group)):
            return
        quantity = group.quantity
        about = {
            "property": quantity.property,
            "of": quantity.of,
            "at": dict(quantity.at),
            "method": self._method(group),
            "proofs": self._proofs(group),
        }
        for values in self._values(group):
            yield Measurement(**about, **values)  # type: ignore[arg-type]

    def _method(self, group: Group) -> str | None:
        of_estimates = [
            link.equivalence.method if link.one == group else link.equivalence.for_method
            for link in self.world.measurands.links
            if group in {link.one, link.other}
        ]
        named = [method for needed in self.asked[group] for method in needed.methods]
        common = sorted(group.common) if group.common is not None else named
        return next((one for one in (*of_estimates, *named, *common) if one in common), None)

    def _proofs(self, group: Group) -> tuple[Proof, ...]:
        return tuple(
            Proof(one.kind, None, self.on, None, accredited=True, issuer=next(iter(one.issuers), None),
                  samples=one.samples)
            for one in self.asked[group]
        )  # fmt: skip

    def _values(self, group: Group) -> Iterator[dict[str, object]]:
        kind = self.world.definition(group).is_a
        if kind in {"number", "date"}:
            yield from self._numbers(group)
        elif kind == "substances":
            yield self._list(group)
        elif kind == "set":
            words = [word for (own, word), has in self.world.words.items() if own == group and self.model.holds(has)]
            yield _worded(words or [ANOTHER])
        elif group in self.world.one_word:
            place = int(self.model.value(self.world.one_word[group]))
            yield _worded([self.world.words_of(group)[place]])
        else:
            yield _worded([self.world.words_of(group)[0]])

    def _numbers(self, group: Group) -> Iterator[dict[str, object]]:
        if group in self.world.undetected and self.model.holds(self.world.undetected[group][0]):
            limit = decimal(self.model.value(self.world.undetected[group][1]))
            number = Interval(Decimal(0), limit, open_high=True)
            yield {"number": number, "not_detected": True, "printed": f"< {plain_number(limit)}"}
        elif group in self.world.numbers:
            found = decimal(self.model.value(self.world.numbers[group]))
            yield {"number": point(found), "printed": plain_number(found)}
        elif named := {
            name: decimal(self.model.value(one)) for (own, name), one in self.world.items.items() if own == group
        }:
            printed = ", ".join(f"{name} {plain_number(found)}" for name, found in named.items())
            yield {"named": {name: point(found) for name, found in named.items()}, "printed": printed}
        elif self.world.definition(group).is_a == "number":
            yield {"number": point(Decimal(1)), "printed": "1"}

    def _list(self, group: Group) -> dict[str, object]:
        present = [one for one in self.world.substances.get(group, ()) if self.model.holds(one.present)]
        found = (*(self._substance(group, one) for one in present), *self._ingredients(group))
        printed = "; ".join(_described(one) for one in found) or "no substances"
        return {"substances": tuple(found), "printed": printed}

    def _substance(self, group: Group, one: SubstanceUnknowns) -> Substance:
        known = self.world.vocabulary[group]
        return Substance(
            name=_at((*known.names, None), self.model.value(one.name)),
            cas=_at((*known.cas, None), self.model.value(one.cas)),
            hazards=frozenset(name for name, has in one.hazards.items() if self.model.holds(has)),
            role=_at(self.world.roles_of(group), self.model.value(one.role)),
            share=decimal(self.model.value(one.share)),
            added=self.model.holds(one.added),
        )

    def _ingredients(self, group: Group) -> Iterator[Substance]:
        """One ingredient whose number in the table, times its share, is the sum."""
        for (own, table, column), total in self.world.ingredient_sums.items():
            numbers = self._table(table, column) if own == group else ()
            for cas, per_share in numbers:
                if per_share > 0:
                    yield Substance(cas=cas, share=decimal(self.model.value(total) / Fraction(per_share)))
                    return

    def _table(self, table: str, column: str) -> tuple[tuple[str, Decimal], ...]:
        """CAS number -> number in a column of an ingredient table."""
        nodes = (node for one in self.clauses for part in one.clause.parts for node in walk(part))
        found = (one for one in nodes if isinstance(one, IngredientSum))
        return next((one.numbers for one in found if (one.table, one.column) == (table, column)), ())

    def labels(self) -> Iterator[Label]:
        """The labels that are held."""
        for (programme, category, of), held in self.world.labels.items():
            if self.model.holds(held):
                yield Label(programme, self.on, category, of)


def decimal(found: Fraction) -> Decimal:
    """A number to at most 12 digits."""
    return _DIGITS.divide(Decimal(found.numerator), Decimal(found.denominator))


def _at(words: tuple[str | None, ...], place: Fraction) -> str | None:
    return words[int(place)]


def _worded(words: list[str]) -> dict[str, object]:
    return {"words": frozenset(words), "printed": ", ".join(sorted(words))}


def _described(one: Substance) -> str:
    share = f"{plain_number(one.share)} %" if one.share is not None else ""
    words = (one.name or one.cas or one.role or "a substance", ", ".join(sorted(one.hazards)), share)
    return " ".join(word for word in words if word) + ("" if one.added else " (not added)")


def judged(product: Product, asking: Asking, properties: Properties) -> Judged:
    """The judge's answer; for a limit that is only remembered, the answer it would give."""
    criteria = asking.side.revision.criteria
    answer = judge_clause(asking.clause, Circumstances(product, properties, criteria, asking.side.on))
    return answer.would_be or answer.judgement


def points_judged(product: Product, side: Side, properties: Properties) -> tuple[Judged, ...]:
    """The judge's answers for a document's rules of points."""
    if not side.revision.points:
        return ()
    given = Circumstances(product, properties, side.revision.criteria, side.on)
    answers = tuple(judge_clause(clause, given) for clause in side.revision.clauses)
    return tuple(one.judgement for one in summed_up(side.revision, side.on, answers).points)


def witness(product: Product, passed: Asking, failed: Asking, properties: Properties) -> Witness | None:
    """The product as a witness, if the judge agrees that it passes the one and fails the other."""
    first, second = judged(product, passed, properties), judged(product, failed, properties)
    if first not in PASSES or second is not Judged.NOT_MET:
        return None
    return Witness(
        values=shown_values(product, properties),
        passes=f"{passed.side.id} {passed.clause.id}",
        fails=f"{failed.side.id} {failed.clause.id}",
        judged=(first, second),
        product=product,
    )


def shown_values(product: Product, properties: Properties) -> tuple[WitnessValue, ...]:
    """What the evidence of a product states."""
    return tuple(_shown(one, properties) for one in product.measurements) + tuple(_held(product))


def key_of(one: Measurement) -> str:
    """What was measured, as `Quantity.key` writes it."""
    return Quantity(one.property, one.of, tuple(sorted(one.at.items()))).key


def _shown(one: Measurement, properties: Properties) -> WitnessValue:
    unit = properties.properties[one.property].unit
    shown = one.printed if one.number is None and one.named is None else f"{one.printed} {unit or ''}".strip()
    return WitnessValue(key_of(one), shown, one.method)


def _held(product: Product) -> Iterator[WitnessValue]:
    for label in product.labels:
        yield WitnessValue(f"label@{label.of}", f"{label.programme}/{label.category}")
