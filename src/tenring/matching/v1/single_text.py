"""The rung `text` for one line in Python: the pairs, points and features that the steps of `text` give for it.

Candidates come from the same index in the same order; the comparison of two texts and the rules are those of the bulk
steps. Tokens are numbers here: of each product its tokens, and of each token that may bring products in, its products,
as arrays of four bytes for each pair of a product and a token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tenring.matching.v1.card import frozen_card
from tenring.matching.v1.facts import Facts, facts_of, tokens
from tenring.matching.v1.keyed import KeyedTable, whole_column
from tenring.matching.v1.likeness import price_apart, steps_of
from tenring.matching.v1.lines import titled
from tenring.matching.v1.rules import points_of
from tenring.matching.v1.single import Answered, Line, Scored
from tenring.matching.v1.text import CODED, HELD_AT, MADE_FOR, compared, told_members
from tenring.matching.v1.weights import (
    AGAINST_TEXT,
    COMMON_TOKEN,
    COMPARED_PER_LINE,
    GLANCED,
    HOLDS_TEXT,
    PAIRS_PER_LINE,
    RAREST_TOKENS,
)

_WEIGHT_OF_UNKNOWN = 100
#: Entries whose texts are kept read: some kilobytes each.
_READ_ENTRIES = 4096
_CODED_WORD = re.compile(CODED)
_MADE_FOR = re.compile(MADE_FOR.replace("$", r"\Z"))
_NO_PRICE = price_apart(None, None)

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class _Token:
    """One token of a line; `number` is none where no product has it."""

    text: str
    number: int | None
    products: int
    weight: int
    coded: bool


@dataclass(frozen=True)
class _Pair:
    """A line and a product that share words; see the steps `pair_seen`, `pair_looked_at`."""

    product: int
    asked: bool
    brand: str
    category: str
    shared: int
    hopeless: bool


class Groups:
    """Numbers in groups: those of group i stand together."""

    def __init__(self, of: Numbers, members: Numbers, count: int) -> None:
        """Group `members` by the group that `of` says of each, below `count`."""
        self._members = members[np.argsort(of, kind="stable")]
        self._begins = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(np.bincount(of, minlength=count), out=self._begins[1:])

    def __getitem__(self, group: int) -> list[int]:
        found: list[int] = self._members[self._begins[group] : self._begins[group + 1]].tolist()
        return found


class WordRung:
    """The rung `text` over the tables of an index."""

    def __init__(self, folder: Path) -> None:
        """Read the tables in `folder`."""
        self._token = KeyedTable(folder / "token_weight.parquet", "token", ("weight", "products"))
        columns = self._token.columns
        self._weight, self._products = (columns[name].to_numpy().astype(np.int32) for name in ("weight", "products"))
        product = pq.read_table(folder / "product.parquet", columns=["product", "brand", "name"]).sort_by("product")
        product = product.combine_chunks()
        self._brand, self._name = whole_column(product, "brand").dictionary_encode(), whole_column(product, "name")
        self._read_texts(folder, len(product) + 1)
        self._read_kinds(folder / "product_code.parquet", len(product) + 1)
        self._facts = lru_cache(maxsize=_READ_ENTRIES)(self._facts_of)

    def _read_texts(self, folder: Path, count: int) -> None:
        text = pq.read_table(folder / "product_text.parquet").sort_by("product").combine_chunks()
        self._norm = whole_column(text, "norm")
        self._row = np.full(count, -1, dtype=np.int32)
        self._row[text.column("product").to_numpy()] = np.arange(len(text), dtype=np.int32)
        pairs = pq.read_table(folder / "product_token.parquet").combine_chunks()
        products = pairs.column("product").to_numpy().astype(np.int32)
        numbers = pc.index_in(whole_column(pairs, "token"), value_set=self._token.keys).to_numpy().astype(np.int32)
        self._of_product = Groups(products, numbers, count)
        rare = self._products[numbers] <= COMMON_TOKEN
        self._of_token = Groups(numbers[rare], products[rare], len(self._weight))

    def _read_kinds(self, path: Path, count: int) -> None:
        codes = pq.read_table(path, columns=["product", "kind"])
        self._modelled, self._titled = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
        products, is_title = codes.column("product"), pc.equal(codes.column("kind"), "title")
        named = pc.is_in(codes.column("kind"), value_set=pa.array(["name", "title"]))
        self._titled[products.filter(is_title).to_numpy()] = True
        self._modelled[products.filter(pc.invert(named)).to_numpy()] = True

    def pairs(self, line: Line, answered: Answered) -> Iterator[Scored]:
        """Pairs by words: those compared, or else the nearest at a glance."""
        text = titled(line.text, line.model, line.brand)
        said = [self._known(word) for word in sorted(set(tokens(text)))]
        near = [product for product in self._nearest(said) if product not in answered.listed]
        looked_at = self._looked_at({*near, *answered.titles}.difference(answered.listed), said, answered)
        best = [pair for pair in looked_at[:COMPARED_PER_LINE] if not pair.hopeless]
        asked = [pair for pair in looked_at if pair.asked and pair not in best]
        if best or asked:
            weights = {token.text: token.weight for token in said}
            facts = facts_of(text, brand=line.brand or "", weights=weights)
            for pair in (*best, *asked):
                if self._row[pair.product] >= 0 and self._of_product[pair.product]:
                    yield self._scored(facts, pair, made_for=answered.made_for)
        elif near:
            yield self._glanced(near[0], said)

    def _known(self, word: str) -> _Token:
        number = next(self._token.rows(word), None)
        coded = bool(_CODED_WORD.fullmatch(word))
        if number is None:
            return _Token(word, None, 0, _WEIGHT_OF_UNKNOWN, coded)
        return _Token(word, number, int(self._products[number]), int(self._weight[number]), coded)

    def _nearest(self, said: list[_Token]) -> list[int]:
        """Products that share the rarest tokens of the line; see the steps from `line_rare_token` to `pair_rare`."""
        rare = [token for token in said if token.number is not None and token.products <= COMMON_TOKEN]
        weights: dict[int, int] = {}
        for token in sorted(rare, key=lambda token: (-token.weight, token.text))[:RAREST_TOKENS]:
            for product in self._of_token[token.number or 0]:
                weights[product] = weights.get(product, 0) + token.weight
        enough = 1 if any(token.coded and token.number is None for token in said) else PAIRS_PER_LINE
        return sorted(weights, key=lambda product: (-weights[product], product))[:enough]

    def _looked_at(self, products: set[int], said: list[_Token], answered: Answered) -> list[_Pair]:
        """Pairs by words in the order of the step `pair_looked_at`."""
        codes = sum(token.coded for token in said)
        found = []
        for product in products:
            brand, category = answered.says(product)
            unlike, asked = "contradicts" in (brand, category), product in answered.titles
            if unlike and not asked:
                continue
            shared = self._shared(product, said)
            weight, fewer = sum(token.weight for token in shared), sum(token.coded for token in shared) < codes
            found.append(_Pair(product, asked, brand, category, weight, unlike or fewer))
        return sorted(found, key=lambda pair: (pair.hopeless, -pair.shared, pair.product))

    def _shared(self, product: int, said: list[_Token]) -> list[_Token]:
        """The tokens of a line that a product has."""
        by_number = {token.number: token for token in said if token.number is not None}
        return [by_number[number] for number in self._of_product[product] if number in by_number]

    def _scored(self, line: Facts, pair: _Pair, *, made_for: bool) -> Scored:
        product = pair.product
        like = compared(line, self._facts(product), stated=pair.brand, price=_NO_PRICE)
        steps = steps_of(like.numbers)
        chance = frozen_card().chance(frozen_card().points(steps))
        facts: dict[str, Any] = {
            **like._asdict(),
            "category": pair.category,
            "made_for": made_for and not _MADE_FOR.search(self._text(product)),
            "registered": self._brand_of(product) is not None or bool(self._modelled[product]),
            "titled": bool(self._titled[product]),
        }
        against = sum(points_of(AGAINST_TEXT, facts).values())
        held = ", ".join(points_of(HOLDS_TEXT, facts))
        points = min(chance - against, HELD_AT) if held else chance - against
        told = {**facts, "brand": pair.brand, "against": against, "held": held, "points": max(points, 0)}
        told |= {"chance": chance, "steps": steps}
        return Scored(product, "text", points, told_members(told), self._name[product - 1].as_py())

    def _glanced(self, product: int, said: list[_Token]) -> Scored:
        shared = sum(token.weight for token in self._shared(product, said))
        points = GLANCED * shared // max(sum(token.weight for token in said), 1)
        told = f'"shared": {points / 100:.2f}, "not_compared": "no entry can be sure"'
        return Scored(product, "text", points, told, self._name[product - 1].as_py())

    def _facts_of(self, product: int) -> Facts:
        numbers = self._of_product[product]
        words = self._token.keys.take(pa.array(numbers)).to_pylist()
        weights = dict(zip(words, self._weight[numbers].tolist(), strict=True))
        return facts_of(self._text(product), brand=self._brand_of(product) or "", weights=weights)

    def _text(self, product: int) -> str:
        norm: str = self._norm[int(self._row[product])].as_py()
        return norm

    def _brand_of(self, product: int) -> str | None:
        brand: str | None = self._brand[product - 1].as_py()
        return brand
