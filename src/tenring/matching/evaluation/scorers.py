"""The matcher as a scorer of given pairs: the same steps as in screening and in `tenring match`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from tenring.matching.evaluation.judge import Scored, distinct, said
from tenring.matching.lists import match_products
from tenring.matching.products import Product
from tenring.model.duck import duck_engine
from tenring.settings import Settings


class Matcher:
    """Scores pairs by matching all left-hand records against all right-hand records.

    A pair that the matcher did not find at all, or that is not among the nearest of its left-hand record, has the
    score 0: that is what a user of the matcher would get.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def __call__(self, pairs: Sequence[tuple[Product, Product]], right: Sequence[Product]) -> Sequence[Scored]:
        """The scores of `pairs`, in their order; `right` are the distinct right-hand records."""
        left = distinct([one for one, _ in pairs])
        memory, threads = self.settings.memory, self.settings.threads
        with (
            tempfile.TemporaryDirectory(dir=self.settings.temporary) as spill,
            duck_engine(memory=memory, threads=threads, spill=Path(spill)) as engine,
        ):
            found = {
                (said(pair.left), said(pair.right)): Scored(pair.score, {"rung": pair.rung, **pair.features})
                for pair in match_products(engine, left, right)
            }
        nothing = Scored(0.0, {"rung": None})
        return [found.get((said(one), said(other)), nothing) for one, other in pairs]
