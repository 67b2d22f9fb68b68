"""The matcher as a scorer of given pairs: the same steps as in screening and in `tenring match`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from tenring.matching.evaluation.judge import Scored, distinct, said
from tenring.matching.lists import known_brands, match_products
from tenring.matching.products import Product
from tenring.model.duck import duck_engine
from tenring.settings import Settings


class Matcher:
    """Scores pairs by matching all left-hand records with all right-hand records; the given pairs are always compared.

    Beside a pair that numbers or codes answered surely, the other pairs of its left-hand record have the score 0: that
    is what a user of the matcher would get.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def __call__(self, pairs: Sequence[tuple[Product, Product]], right: Sequence[Product]) -> Sequence[Scored]:
        """The scores of `pairs`, in their order; `right` are the distinct right-hand records."""
        left = distinct([one for one, _ in pairs])
        asked = places(pairs, left, right)
        memory, threads = self.settings.memory, self.settings.threads
        with (
            tempfile.TemporaryDirectory(dir=self.settings.temporary) as spill,
            duck_engine(memory=memory, threads=threads, spill=Path(spill)) as engine,
        ):
            found = {
                (said(pair.left), said(pair.right)): Scored(pair.score, {"rung": pair.rung, **pair.features})
                for pair in match_products(
                    engine, left, right, brands=known_brands(self.settings), asked=sorted(set(asked))
                )
            }
        nothing = Scored(0.0, {"rung": None})
        return [found.get((said(one), said(other)), nothing) for one, other in pairs]


def places(
    pairs: Sequence[tuple[Product, Product]], left: Sequence[Product], right: Sequence[Product]
) -> list[tuple[int, int]]:
    """The places of each pair's records among the distinct ones."""
    of_left = {said(one): place for place, one in enumerate(left)}
    of_right = {said(one): place for place, one in enumerate(right)}
    return [(of_left[said(one)], of_right[said(other)]) for one, other in pairs]
