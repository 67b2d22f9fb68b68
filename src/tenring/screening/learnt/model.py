"""The category model as kept and used: two small tables of whole numbers beside a card of facts about them.

A text's features are looked up in `embedding` (feature bucket × r), added with their weights, and multiplied with
`output` (r × leaf). A leaf is one CPV group with one category of ours; a category's probability is the sum of its
leaves'. Sums are sums of whole numbers, so they do not depend on the order in which an engine adds them.

Files: NAME.npz (arrays only, nothing that could run code) and NAME.json (card, with the sha256 of the arrays).
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.screening.learnt.features import BITS, Features, features, words_of

#: Of files of another format nothing is read.
FORMAT = 1
NEAREST = 3
#: Category of a text that lies outside the catalogue: it takes its share of the probability, and is no answer.
OUTSIDE = "-"
#: Texts that are scored at once: more would only take memory.
_AT_ONCE = 2_000
_DECIMALS = 4
#: Texts longer than this are cut: what is bought stands in front.
LONGEST = 400

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Guess:
    """What the model says of a text: the nearest categories with their probabilities, the nearest first."""

    nearest: tuple[str, ...]
    scores: tuple[float, ...]


@dataclass(frozen=True)
class Arrays:
    """The numbers of a model; B buckets, n of them known, r columns, K leaves.

    `weight` uint8[B]: how much a bucket says (unknown ones the most: they make the answer less sure);
    `bucket` int32[n]: the known ones, ascending; `embedding` int8[n, r]; `output` int16[r, K]; `bias` float64[K].
    """

    weight: npt.NDArray[np.uint8]
    bucket: npt.NDArray[np.int32]
    embedding: npt.NDArray[np.int8]
    output: npt.NDArray[np.int16]
    bias: Floats


@dataclass(frozen=True)
class Model:
    """A model with its card: `leaves` are (CPV group, category); `scale` makes margins of whole numbers."""

    arrays: Arrays
    leaves: tuple[tuple[str, str], ...]
    scale: float
    sharpness: float
    threshold: float
    card: dict[str, Any]

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The categories it knows, in the order of the columns of `category_scores`."""
        return tuple(sorted({category for _, category in self.leaves}))

    @cached_property
    def _members(self) -> Floats:
        place = {category: column for column, category in enumerate(self.categories)}
        members = np.zeros((len(self.leaves), len(place)))
        for row, (_, category) in enumerate(self.leaves):
            members[row, place[category]] = 1
        return members

    @cached_property
    def _slot(self) -> npt.NDArray[np.int32]:
        """Bucket -> its row of the embedding; unknown buckets have the row of zeros behind the last."""
        slot = np.full(len(self.arrays.weight), len(self.arrays.bucket), dtype=np.int32)
        slot[self.arrays.bucket] = np.arange(len(self.arrays.bucket), dtype=np.int32)
        return slot

    @cached_property
    def _embedding(self) -> npt.NDArray[np.int32]:
        zeros = np.zeros((1, self.arrays.embedding.shape[1]), dtype=np.int32)
        return np.concatenate((self.arrays.embedding.astype(np.int32), zeros))

    @cached_property
    def _output(self) -> Floats:
        return self.arrays.output.astype(np.float64)

    def leaf_scores(self, texts: Sequence[str]) -> Floats:
        """The probability of each leaf (text × leaf); rows of texts without any known feature are all zero."""
        parts = [self._margins(texts[first : first + _AT_ONCE]) for first in range(0, len(texts), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.leaves)))

    def _margins(self, texts: Sequence[str]) -> Floats:
        found = features([text[:LONGEST] for text in texts])
        known, squares, summed = self._summed(found, len(texts))
        length = np.sqrt(np.maximum(squares, 1)).astype(np.float64)
        margins = (summed @ self._output) * (self.scale / length)[:, None] + self.arrays.bias
        shares: Floats = np.exp(self.sharpness * (margins - margins.max(axis=1, keepdims=True)))
        shares /= shares.sum(axis=1, keepdims=True)
        shares[known == 0] = 0
        return shares

    def _summed(
        self, found: Features, texts: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[Any]]:
        """For each text: its known features, the sum of its squared weights, its weighted sum of the embedding."""
        weight, slot = self.arrays.weight[found.bucket].astype(np.int32), self._slot[found.bucket]
        known = slot < len(self.arrays.bucket)
        squares = np.bincount(found.text, weights=weight.astype(np.float64) ** 2, minlength=texts).astype(np.int64)
        counts = np.bincount(found.text, weights=known, minlength=texts).astype(np.int64)
        summed = np.zeros((texts, self._embedding.shape[1]))
        text, weight, slot = found.text[known], weight[known], slot[known]
        if len(text):
            begins = np.flatnonzero(np.concatenate(([True], text[1:] != text[:-1])))
            summed[text[begins]] = np.add.reduceat(self._embedding[slot] * weight[:, None], begins, axis=0)
        return counts, squares, summed

    def category_scores(self, texts: Sequence[str]) -> Floats:
        """The probability of each category (text × category), to four decimals."""
        return np.round(self.leaf_scores(texts) @ self._members, _DECIMALS)

    def guesses(self, texts: Sequence[str], among: frozenset[str] | None = None) -> Iterator[Guess]:
        """The nearest categories of each text, of those `among` (None: all it knows)."""
        names = self.categories
        for first in range(0, len(texts), _AT_ONCE):
            scores = self.category_scores(texts[first : first + _AT_ONCE])
            scores[:, [name == OUTSIDE or (among is not None and name not in among) for name in names]] = 0
            order = np.argsort(-scores, axis=1, kind="stable")[:, :NEAREST]
            best = np.take_along_axis(scores, order, axis=1)
            for columns, values in zip(order.tolist(), best.tolist(), strict=True):
                kept = [(names[c], v) for c, v in zip(columns, values, strict=True) if v > 0]
                yield Guess(tuple(name for name, _ in kept), tuple(value for _, value in kept))

    def sure(self, guess: Guess) -> str | None:
        """The category of a guess that is sure enough to be given."""
        return guess.nearest[0] if guess.scores and guess.scores[0] >= self.threshold else None

    def spoken_for(self, text: str, category: str) -> list[tuple[str, float]]:
        """The words of a text with what each adds to the margin of `category`'s best leaf, the strongest first."""
        text = text[:LONGEST]
        scores = self.leaf_scores([text])[0]
        leaf = max(
            (row for row, one in enumerate(self.leaves) if one[1] == category), key=lambda row: float(scores[row])
        )
        found = features([text])
        weight = self.arrays.weight[found.bucket].astype(np.float64)
        adds = self._embedding[self._slot[found.bucket]] @ self._output[:, leaf] * weight * self.scale
        adds /= max(1.0, float(np.sqrt((weight**2).sum())))
        words = words_of(text)
        totals = np.bincount(found.word, weights=adds, minlength=len(words))
        ranked = sorted(zip(words, totals.tolist(), strict=True), key=lambda one: (-one[1], one[0]))
        return [(word, round(total, _DECIMALS)) for word, total in ranked]


# files


def save(model: Model, path: Path) -> None:
    """Write the arrays to `path` (.npz) and the card beside it (.json), both or none."""
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **vars(model.arrays))
    content = packed.getvalue()
    facts = {
        "format": FORMAT,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "scale": model.scale,
        "sharpness": model.sharpness,
        "threshold": model.threshold,
        **model.card,
        "leaves": [" ".join(leaf) for leaf in model.leaves],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    card = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    for target, data in ((path, content), (path.with_suffix(".json"), card.encode())):
        partial = target.with_name(f".{target.name}.partial")
        partial.write_bytes(data)
        partial.replace(target)


@lru_cache(maxsize=4)
def load(path: Path) -> Model:
    """The model of a file, checked against its card; kept for later calls.

    Raises:
        UnusableInputError: arrays or card are missing, damaged, of another format, or do not belong together.
    """
    card_path = path.with_suffix(".json")
    again = T("Train it again: `tenring categories train`")
    try:
        content, card = path.read_bytes(), json.loads(card_path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableInputError(T("the category model cannot be read"), where=path, do=again) from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise UnusableInputError(T("the category model has another format"), where=card_path, do=again)
    if hashlib.sha256(content).hexdigest() != card.get("sha256"):
        raise UnusableInputError(T("the category model and its card do not belong together"), where=path, do=again)
    try:
        return _model(content, card)
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise UnusableInputError(T("the category model cannot be read"), where=path, do=again) from error


def _model(content: bytes, card: dict[str, Any]) -> Model:
    with np.load(io.BytesIO(content), allow_pickle=False) as packed:
        arrays = Arrays(**{name: packed[name] for name in Arrays.__dataclass_fields__})
    leaves = tuple((group, category) for group, category in (text.split(" ") for text in card["leaves"]))
    rows, columns = arrays.embedding.shape
    sound = len(arrays.weight) == 2**BITS and arrays.output.shape == (columns, len(leaves))
    if not sound or len(arrays.bucket) != rows or len(arrays.bias) != len(leaves):
        raise ValueError(arrays.embedding.shape)
    facts = {name: value for name, value in card.items() if name not in _OF_THE_FILE}
    return Model(arrays, leaves, float(card["scale"]), float(card["sharpness"]), float(card["threshold"]), facts)


_OF_THE_FILE = ("format", "sha256", "bytes", "scale", "sharpness", "threshold", "leaves")
