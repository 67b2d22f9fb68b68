"""Titles of laptops of which some are one laptop: pairs to learn the card from, and pairs that are held out.

The list is halved by whole groups of titles that are one laptop. The card may learn from pairs within the first half;
a pair with a title of the second half is held out.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tenring.matching import v1
from tenring.matching.evaluation.measures import Case
from tenring.matching.learn import Example
from tenring.matching.lists import add_lists, known_brands
from tenring.matching.products import Product
from tenring.model.duck import duck_engine
from tenring.settings import Settings

#: Titles that a title is compared with: those it shares most weight of words with.
PARTNERS = 20
#: What one of these many pairs of one kind of product counts beside a pair of other sets.
WEIGHT = 0.1

Place = tuple[int, int]


@dataclass(frozen=True)
class Laptops:
    """The titles, the pairs of places that are one laptop, and the group of each place."""

    products: Sequence[Product]
    true: frozenset[Place]
    groups: Sequence[int]

    def is_held(self, pair: Place) -> bool:
        """Whether the pair is held out."""
        return any(_in_second_half(self.products[self.groups[place]].id) for place in pair)

    def cases(self, scores: Mapping[Place, float]) -> list[Case]:
        """Scores and labels of the pairs held out: those that were scored, and true ones that were not."""
        known = dict.fromkeys(self.true, 0.0)
        for (one, other), score in scores.items():
            pair = (min(one, other), max(one, other))
            known[pair] = max(known.get(pair, 0.0), score)
        return [(score, pair in self.true) for pair, score in known.items() if self.is_held(pair)]


@dataclass(frozen=True)
class Compared:
    """What the matcher made of a pair."""

    steps: Sequence[int]
    score: float


def read_laptops(folder: Path) -> Laptops:
    """The titles of `X1.csv` and the pairs of `Y1.csv`."""
    with (folder / "X1.csv").open(encoding="utf-8", newline="") as stream:
        products = [Product(row["id"], row["title"], row=place) for place, row in enumerate(csv.DictReader(stream))]
    places = {product.id: place for place, product in enumerate(products)}
    with (folder / "Y1.csv").open(encoding="utf-8", newline="") as stream:
        pairs = [sorted((places[row["lid"]], places[row["rid"]])) for row in csv.DictReader(stream)]
    groups = list(range(len(products)))
    for one, other in pairs:
        first, second = _root(groups, one), _root(groups, other)
        groups[max(first, second)] = min(first, second)
    true = frozenset((one, other) for one, other in pairs)
    return Laptops(products, true, [_root(groups, place) for place in groups])


def _root(groups: Sequence[int], place: int) -> int:
    while groups[place] != place:
        place = groups[place]
    return place


def _in_second_half(group: str) -> bool:
    return zlib.crc32(group.encode()) % 2 == 1


def to_learn_from(laptops: Laptops, settings: Settings) -> list[Example]:
    """The pairs within the first half."""
    return [
        Example(found.steps, pair in laptops.true, f"laptop {laptops.groups[pair[0]]}", WEIGHT)
        for pair, found in sorted(compared(laptops, settings).items())
        if not laptops.is_held(pair)
    ]


def compared(laptops: Laptops, settings: Settings) -> dict[Place, Compared]:
    """Each title compared with those it shares most with."""
    products, brands = laptops.products, known_brands(settings)
    with duck_engine(threads=1) as engine:
        add_lists(engine, products, products, brands=brands, asked=())
        v1.build_index(engine)
        add_lists(engine, products, products, brands=brands, asked=engine.rows(_PARTNERS))
        v1.match(engine, extras=True)
        rows = engine.rows("SELECT item_id, entry_id, steps, points FROM text_points JOIN product USING (product)")
    return {(one, other): Compared(steps, points / 100) for one, other, steps, points in rows if one < other}


_PARTNERS = f"""
    SELECT least(one.entry_id, other.entry_id), greatest(one.entry_id, other.entry_id) FROM (
        SELECT a.product, b.product AS partner FROM product_token a JOIN product_token b USING (token)
        JOIN token_weight w USING (token)
        WHERE a.product <> b.product AND w.products <= 200
        GROUP BY a.product, b.product
        QUALIFY row_number() OVER (PARTITION BY a.product ORDER BY sum(w.weight) DESC, b.product) <= {PARTNERS}
    ) p JOIN product one ON one.product = p.product JOIN product other ON other.product = p.partner
    GROUP BY ALL ORDER BY ALL
"""
