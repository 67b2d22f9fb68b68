"""The category model as kept and used: a sparse table of whole numbers beside a card of facts about it.

A leaf is one CPV group with one category of ours. A text's margin for a leaf is the weighted sum of what its features
say for that leaf, for its division, and for its group as buyers write of it; a category's probability is the sum of its
leaves'.
Sums are sums of whole numbers, so they do not depend on the order in which an engine adds them.

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
from scipy import sparse

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.model.text import LAST_LATIN, is_cjk
from tenring.screening.learnt.features import BITS, Features, features, words_of

#: Of files of another format nothing is read.
FORMAT = 1
NEAREST = 3
#: Category of a text that lies outside the catalogue: it takes its share of the probability, and is no answer.
OUTSIDE = "-"
#: Digits of a CPV division and group -> how much their margins count beside the leaf's.
DIVISION, GROUP = 2, 3
LEVELS = {DIVISION: 1.0, GROUP: 0.5}
#: Texts that are scored at once: more would only take memory.
_AT_ONCE = 2_000
_DECIMALS = 4
#: Letters a text must have to be given a category; an ideograph counts as two and a half, as for phrases.
FEWEST_LETTERS, _IDEOGRAPH = 6, 2.5
#: Texts longer than this are cut: what is bought stands in front.
LONGEST = 400

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Guess:
    """What the model says of a text: the nearest categories with their probabilities, the nearest first.

    `enough`: whether the text says enough for an answer; `Lot 5` does not, however sure the model may be.
    """

    nearest: tuple[str, ...]
    scores: tuple[float, ...]
    enough: bool = True


@dataclass(frozen=True)
class Arrays:
    """The numbers of a model; B buckets, C columns (leaves, divisions, groups), n entries of the table bucket × column.

    `weight` uint8[B]: how much a bucket says (unknown ones the most: they make the answer less sure);
    `count` uint16[B]: entries of each bucket, none where it is not known; `column` uint16[n] and `value` int8[n]: the
    entries, bucket by bucket; `bias` float64[C].
    """

    weight: npt.NDArray[np.uint8]
    count: npt.NDArray[np.uint16]
    column: npt.NDArray[np.uint16]
    value: npt.NDArray[np.int8]
    bias: Floats


@dataclass(frozen=True)
class Model:
    """A model with its card: `leaves` are (CPV group, category), ordered by category; `scale` makes margins."""

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
    def _begins(self) -> npt.NDArray[np.int64]:
        """Where the leaves of each category begin."""
        names = [category for _, category in self.leaves]
        return np.array([names.index(category) for category in self.categories])

    @cached_property
    def _above(self) -> list[tuple[npt.NDArray[np.int64], float]]:
        """For each level above the leaves: the column of each leaf there, and how much it counts."""
        first, found = len(self.leaves), []
        for digits, counts in LEVELS.items():
            names = above(self.leaves, digits)
            found.append((np.array([first + names.index(group[:digits]) for group, _ in self.leaves]), counts))
            first += len(names)
        return found

    @cached_property
    def _table(self) -> Any:  # noqa: ANN401 - scipy has no types
        """What each bucket says for each column, as a sparse matrix of whole numbers."""
        begins = np.concatenate(([0], np.cumsum(self.arrays.count, dtype=np.int32))).astype(np.int32)
        entries = (self.arrays.value.astype(np.int32), self.arrays.column.astype(np.int32), begins)
        return sparse.csr_matrix(entries, shape=(len(self.arrays.weight), len(self.arrays.bias)))

    def leaf_scores(self, texts: Sequence[str]) -> Floats:
        """The probability of each leaf (text × leaf); rows of texts without any known feature are all zero."""
        parts = [self._shares(texts[first : first + _AT_ONCE]) for first in range(0, len(texts), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.leaves)))

    def _shares(self, texts: Sequence[str]) -> Floats:
        found = features([text[:LONGEST] for text in texts])
        weight = self.arrays.weight[found.bucket].astype(np.int32)
        begins = np.searchsorted(found.text, np.arange(len(texts) + 1)).astype(np.int32)
        asked = sparse.csr_matrix((weight, found.bucket.astype(np.int32), begins), shape=(len(texts), 2**BITS))
        length = lengths(found, self.arrays.weight, len(texts))
        said = (asked @ self._table).toarray() * (self.scale / length)[:, None] + self.arrays.bias
        margins = said[:, : len(self.leaves)]
        for columns, counts in self._above:
            margins = margins + counts * said[:, columns]
        shares: Floats = np.exp(self.sharpness * (margins - margins.max(axis=1, keepdims=True)))
        shares /= shares.sum(axis=1, keepdims=True)
        known = np.bincount(found.text, weights=self.arrays.count[found.bucket] > 0, minlength=len(texts))
        shares[known == 0] = 0
        return shares

    def category_scores(self, texts: Sequence[str]) -> Floats:
        """The probability of each category (text × category), to four decimals."""
        summed: Floats = np.add.reduceat(self.leaf_scores(texts), self._begins, axis=1)
        return np.round(summed, _DECIMALS)

    def guesses(self, texts: Sequence[str], among: frozenset[str] | None = None) -> Iterator[Guess]:
        """The nearest categories of each text, of those `among` (None: all it knows)."""
        names = self.categories
        for first in range(0, len(texts), _AT_ONCE):
            scores = self.category_scores(texts[first : first + _AT_ONCE])
            scores[:, [name == OUTSIDE or (among is not None and name not in among) for name in names]] = 0
            order = np.argsort(-scores, axis=1, kind="stable")[:, :NEAREST]
            best = np.take_along_axis(scores, order, axis=1)
            for text, columns, values in zip(texts[first:], order.tolist(), best.tolist(), strict=False):
                kept = [(names[c], v) for c, v in zip(columns, values, strict=True) if v > 0]
                yield Guess(tuple(name for name, _ in kept), tuple(value for _, value in kept), _says_enough(text))

    def sure(self, guess: Guess) -> str | None:
        """The category of a guess that is sure enough to be given."""
        return guess.nearest[0] if guess.enough and guess.scores and guess.scores[0] >= self.threshold else None

    def spoken_for(self, text: str, category: str) -> list[tuple[str, float]]:
        """The words of a text with what each adds to the margin of `category`'s best leaf, the strongest first."""
        text = text[:LONGEST]
        scores = self.leaf_scores([text])[0]
        leaf = max(
            (row for row, one in enumerate(self.leaves) if one[1] == category), key=lambda row: float(scores[row])
        )
        found = features([text])
        weight = self.arrays.weight[found.bucket].astype(np.float64)
        columns = [leaf, *(int(level[leaf]) for level, _ in self._above)]
        counts = np.array([1.0, *(one for _, one in self._above)])
        said = (np.asarray(self._table[:, columns].todense()) @ counts)[found.bucket]
        adds = said * weight * self.scale / lengths(found, self.arrays.weight, 1)[0]
        words = words_of(text)
        totals = np.bincount(found.word, weights=adds, minlength=len(words))
        ranked = sorted(zip(words, totals.tolist(), strict=True), key=lambda one: (-one[1], one[0]))
        return [(word, round(total, _DECIMALS)) for word, total in ranked]


def _says_enough(text: str) -> bool:
    letters = 0.0
    for one in text[:LONGEST]:
        if one.isalpha():
            letters += _IDEOGRAPH if one > LAST_LATIN and is_cjk(one) else 1
            if letters >= FEWEST_LETTERS:
                return True
    return False


def above(leaves: Sequence[tuple[str, str]], digits: int) -> list[str]:
    """CPV divisions (2 digits) or groups (3) of the leaves, in the order of their columns."""
    return sorted({group[:digits] for group, _ in leaves})


def lengths(found: Features, weight: npt.NDArray[np.uint8], texts: int) -> Floats:
    """Length of each text's row of weights, every occurrence counted; at least 1."""
    squares = np.bincount(found.text, weights=weight[found.bucket].astype(np.float64) ** 2, minlength=texts)
    length: Floats = np.sqrt(np.maximum(squares, 1))
    return length


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
    entries = int(arrays.count.sum(dtype=np.int64))
    columns = len(leaves) + sum(len(above(leaves, digits)) for digits in LEVELS)
    sound = len(arrays.weight) == len(arrays.count) == 2**BITS and len(arrays.bias) == columns
    sound &= len(arrays.column) == len(arrays.value) == entries and arrays.column.max(initial=0) < columns
    if not sound or sorted(leaves, key=lambda leaf: leaf[1]) != list(leaves):
        raise ValueError(entries)
    facts = {name: value for name, value in card.items() if name not in _OF_THE_FILE}
    return Model(arrays, leaves, float(card["scale"]), float(card["sharpness"]), float(card["threshold"]), facts)


_OF_THE_FILE = ("format", "sha256", "bytes", "scale", "sharpness", "threshold", "leaves")
