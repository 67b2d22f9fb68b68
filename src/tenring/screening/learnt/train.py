"""Making and judging a category model: one linear SVM for each leaf, kept as two small tables of whole numbers.

`fit` needs scikit-learn, using a model does not. Every choice stands here with its reason; none was made on the
titles that judge the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.svm import LinearSVC

from tenring.catalogue import Categories
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.screening.learnt.features import BITS, features
from tenring.screening.learnt.model import LONGEST, Arrays, Floats, Model
from tenring.screening.learnt.sources import CPV, SOURCES, Example, Part

#: How much an example of each source counts: labels are many and unlike what people write.
WEIGHTS = {"ted": 1.0, "labelled": 1.0, "cpv": 0.3, "catalogue": 0.5}
#: Strength of the fit, and when it is near enough: ten times nearer changed no figure by 0.002.
_C, _NEAR = 1.0, 0.05
#: A bucket that only one example has says nothing about others.
_RARE = 2
#: Columns and buckets kept: what a model of under 5 MB holds.
RANK, KEPT = 96, 48_000
#: Share of right categories that the threshold must reach on lines held out to set it, and how many lines show it.
PRECISION, _FEWEST = 0.9, 30
_SHARPNESS = tuple(np.round(np.geomspace(0.5, 20, 40), 3).tolist())
_WEIGHT_STEPS, _INT8, _INT16 = 20.0, 127, 32767

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Fitted:
    """The margins' weights (bucket × leaf) and bias, with how often each bucket was seen and what it weighs."""

    leaves: tuple[tuple[str, str], ...]
    coefficients: npt.NDArray[np.float32]
    bias: Floats
    seen: npt.NDArray[np.int64]
    weight: npt.NDArray[np.uint8]


def train(found: Sequence[Example], categories: Categories, *, progress: Progress | None = None) -> Model:
    """A model of the examples to fit, with sharpness and threshold set on others and its figures in the card.

    Raises:
        UnusableInputError: there are no two leaves to tell apart.
    """
    report = progress or (lambda _what, _done, _of: None)
    report(T("Fitting"), 0, 3)
    fitted = fit([one for one in found if one.part is Part.FIT])
    report(T("Fitting"), 1, 3)
    model = compress(fitted)
    report(T("Fitting"), 2, 3)
    return judged(set_up(model, _part(found, Part.SET), categories), found, categories)


def fit(found: Sequence[Example]) -> Fitted:
    """One linear SVM for each leaf, against all others."""
    leaves = sorted({(one.leaf.group, one.leaf.category) for one in found})
    if len(leaves) < 2:  # noqa: PLR2004 - two things can be told apart, one cannot
        raise UnusableInputError(T("training needs examples of at least two categories"))
    place = {leaf: number for number, leaf in enumerate(leaves)}
    target = np.array([place[one.leaf.group, one.leaf.category] for one in found])
    matrix, seen, weight = _matrix([one.text for one in found])
    used = np.flatnonzero(seen >= _RARE)
    machine = LinearSVC(C=_C, tol=_NEAR, random_state=0)
    machine.fit(matrix[:, used], target, sample_weight=[WEIGHTS[one.source] for one in found])
    coefficients = np.zeros((2**BITS, len(leaves)), dtype=np.float32)
    # of two leaves scikit-learn keeps one side only
    rows = machine.coef_ if len(leaves) > 2 else np.concatenate((-machine.coef_, machine.coef_))  # noqa: PLR2004
    coefficients[used] = rows.T
    bias = machine.intercept_ if len(leaves) > 2 else np.concatenate((-machine.intercept_, machine.intercept_))  # noqa: PLR2004
    return Fitted(tuple(leaves), coefficients, np.round(bias, 6), seen, weight)


def _matrix(texts: Sequence[str]) -> tuple[Any, npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Texts as rows of length one over buckets; in how many texts each bucket was seen; its weight."""
    found = features([text[:LONGEST] for text in texts])
    shape = (len(texts), 2**BITS)
    counts = sparse.csr_matrix((np.ones(len(found.text)), (found.text, found.bucket)), shape=shape)
    seen = np.bincount(counts.indices, minlength=2**BITS)
    rarity = np.log((1 + len(texts)) / (1 + seen)) + 1
    weight = np.minimum(255, np.round(rarity * _WEIGHT_STEPS)).astype(np.uint8)
    # the length counts each occurrence, as Model does
    squares = np.bincount(found.text, weights=weight[found.bucket].astype(np.float64) ** 2, minlength=len(texts))
    counts.data *= weight[counts.indices] / np.repeat(np.sqrt(np.maximum(squares, 1)), np.diff(counts.indptr))
    return counts, seen, weight


def compress(fitted: Fitted, *, rank: int = RANK, kept: int = KEPT) -> Model:
    """The nearest product of two small tables of whole numbers, for the buckets that matter most."""
    full = fitted.coefficients
    rank = min(rank, *full.shape)
    importance = np.sqrt(fitted.seen) * fitted.weight * np.linalg.norm(full, axis=1)
    bucket = np.sort(np.argsort(-importance, kind="stable")[:kept])
    bucket = bucket[importance[bucket] > 0]
    chosen = full[bucket].astype(np.float64)
    strength = np.sqrt(fitted.seen[bucket])[:, None]
    values, vectors = np.linalg.eigh((chosen * strength).T @ (chosen * strength))
    basis = vectors[:, np.argsort(-values, kind="stable")[:rank]]
    embedding = chosen @ basis
    column = np.percentile(np.abs(embedding), _CLIP, axis=0) / _INT8
    column[column == 0] = 1
    whole = np.clip(np.round(embedding / column), -_INT8, _INT8).astype(np.int8)
    output = column[:, None] * basis.T
    scale = float(np.abs(output).max()) / _INT16 or 1.0
    arrays = Arrays(
        weight=fitted.weight,
        bucket=bucket.astype(np.int32),
        embedding=whole,
        output=np.round(output / scale).astype(np.int16),
        bias=fitted.bias,
    )
    return Model(arrays, fitted.leaves, scale, sharpness=1.0, threshold=1.0, card={})


#: Percentile of a column that becomes the largest whole number: a few outliers are cut rather than all others blurred.
_CLIP = 99.9


def set_up(model: Model, held_out: Sequence[Example], categories: Categories) -> Model:
    """Sharpness that makes probabilities honest on the lines held out, and the threshold for `PRECISION` there.

    Without lines held out the sharpness is a plain one, and the threshold as careful as can be.
    """
    if len(held_out) < _FEWEST:
        return replace(model, sharpness=_PLAIN_SHARPNESS, threshold=_CAREFUL)
    texts, true = [one.text for one in held_out], [_true(one, categories) for one in held_out]
    tried = [(_surprise(replace(model, sharpness=sharp), texts, true), sharp) for sharp in _SHARPNESS]
    sharp = replace(model, sharpness=min(tried)[1])
    return replace(sharp, threshold=_threshold(sharp, texts, true))


_PLAIN_SHARPNESS, _CAREFUL = 4.0, 0.9


def _surprise(model: Model, texts: Sequence[str], true: Sequence[frozenset[str]]) -> float:
    """Mean negative logarithm of the probability of what is true."""
    scores = model.category_scores(texts)
    place = {category: column for column, category in enumerate(model.categories)}
    given = [
        sum(float(row[place[one]]) for one in names if one in place) for row, names in zip(scores, true, strict=True)
    ]
    return float(-np.log(np.clip(given, 1e-4, 1)).mean())


def _threshold(model: Model, texts: Sequence[str], true: Sequence[frozenset[str]]) -> float:
    """The lowest probability from which on the share of right categories is and stays at `PRECISION`."""
    given = sorted(
        (
            (guess.scores[0], guess.nearest[0] in names)
            for guess, names in zip(model.guesses(texts), true, strict=True)
            if guess.scores
        ),
        reverse=True,
    )
    lowest, right = _CAREFUL, 0
    for count, (score, is_right) in enumerate(given, start=1):
        right += is_right
        if count >= _FEWEST and right / count >= PRECISION:
            lowest = score
    return round(lowest, 4)


def _true(example: Example, categories: Categories) -> frozenset[str]:
    """The categories that are right for an example: as in `tenring evaluate categories`."""
    found = categories.by_code(CPV, example.code) if example.code else None
    named = found[1] if found else (example.leaf.category,)
    return frozenset(below for one in named if one in categories.by_id for below in categories.below(one))


def _part(found: Iterable[Example], part: Part) -> list[Example]:
    return [one for one in found if one.part is part]


# judging


def judged(model: Model, found: Sequence[Example], categories: Categories) -> Model:
    """The model with its figures on the titles kept for judging, and its sources, in its card."""
    counts = {name: sum(one.source == name and one.part is Part.FIT for one in found) for name in SOURCES}
    sources = [
        {"name": one.name, "licence": one.licence, "version": one.version, "examples": counts[name]}
        for name, one in SOURCES.items()
        if counts[name]
    ]
    card: dict[str, Any] = {"sources": sources, "figures": {}}
    if titles := _part(found, Part.JUDGE):
        known = {one.notice for one in found if one.part is not Part.JUDGE}
        card["figures"] = {
            "all": figures(model, titles, categories),
            "of notices not seen": figures(model, [one for one in titles if one.notice not in known], categories),
        }
    return replace(model, card=card)


def figures(model: Model, titles: Sequence[Example], categories: Categories) -> dict[str, float]:
    """Shares of right answers on titles with a true CPV code: division and group, category, at the threshold."""
    texts = [one.text for one in titles]
    shares: dict[str, float] = {"titles": len(titles)}
    scores = model.leaf_scores(texts)
    for name, digits in (("division", 2), ("group", 3)):
        names, summed = by_group(model, scores, digits)
        for top in (1, 3, 5):
            best = np.argsort(-summed, axis=1, kind="stable")[:, :top]
            hits = [
                (one.code or "")[:digits] in [names[column] for column in row]
                for one, row in zip(titles, best.tolist(), strict=True)
            ]
            shares[f"{name} top-{top}"] = round(sum(hits) / max(1, len(hits)), 4)
    return shares | _category_figures(model, titles, categories)


def by_group(model: Model, scores: Floats, digits: int) -> tuple[list[str], Floats]:
    """Probabilities of CPV groups (3 digits) or divisions (2): sums of their leaves'."""
    names = sorted({group[:digits] for group, _ in model.leaves})
    members = np.zeros((len(model.leaves), len(names)))
    for row, (group, _) in enumerate(model.leaves):
        members[row, names.index(group[:digits])] = 1
    return names, scores @ members


def _category_figures(model: Model, titles: Sequence[Example], categories: Categories) -> dict[str, float]:
    true = [_true(one, categories) for one in titles]
    guesses = list(model.guesses([one.text for one in titles]))
    known = sum(map(bool, true))
    top_1 = sum(bool(guess.nearest) and guess.nearest[0] in names for guess, names in zip(guesses, true, strict=True))
    top_3 = sum(bool(names.intersection(guess.nearest)) for guess, names in zip(guesses, true, strict=True))
    sure = [
        (guess, names)
        for guess, names in zip(guesses, true, strict=True)
        if guess.scores and guess.scores[0] >= model.threshold
    ]
    right = sum(guess.nearest[0] in names for guess, names in sure)
    return {
        "category top-1": round(top_1 / max(1, known), 4),
        "category top-3": round(top_3 / max(1, known), 4),
        "precision at the threshold": round(right / max(1, len(sure)), 4),
        "recall at the threshold": round(right / max(1, known), 4),
        "share given a category": round(len(sure) / max(1, len(titles)), 4),
    }
