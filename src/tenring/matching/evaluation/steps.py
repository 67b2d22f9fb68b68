"""Labelled pairs as examples to learn from: the steps of their features, as the matcher sees them."""

from __future__ import annotations

from collections.abc import Sequence

from tenring.matching import v1
from tenring.matching.evaluation.judge import distinct
from tenring.matching.evaluation.pairs import Pair
from tenring.matching.evaluation.scorers import places
from tenring.matching.learn import Example
from tenring.matching.lists import add_lists, known_brands
from tenring.model.duck import duck_engine
from tenring.settings import Settings


def examples_of(pairs: Sequence[Pair], settings: Settings) -> list[Example]:
    """The pairs that words decide, in their order; those that numbers or codes answer are left out."""
    sides = [(pair.left, pair.right) for pair in pairs]
    left, right = distinct([one for one, _ in sides]), distinct([other for _, other in sides])
    asked = places(sides, left, right)
    with duck_engine(memory=settings.memory, threads=settings.threads) as engine:
        add_lists(engine, left, right, brands=known_brands(settings), asked=sorted(set(asked)))
        v1.match(engine, extras=True)
        rows = engine.rows("SELECT item_id, entry_id, steps FROM text_card JOIN product USING (product)")
    steps = {(item, entry): found for item, entry, found in rows}
    return [
        Example(steps[place], pair.label, str(place[0]))
        for pair, place in zip(pairs, asked, strict=True)
        if place in steps
    ]
