"""Making and judging a category model: one linear SVM for each leaf, kept as a sparse table of whole numbers.

`fit` needs scikit-learn, using a model does not. Every choice stands here with its reason; none was made on the
titles that judge the model.
"""

from __future__ import annotations

from collections import Counter
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
from tenring.screening.learnt.model import DIVISION, GROUP, LONGEST, Arrays, Floats, Model, above, lengths
from tenring.screening.learnt.sources import CPV, SOURCES, Example, Part

#: How much an example of each source counts: labels are many and unlike what people write.
WEIGHTS = {"ted": 1.0, "labelled": 1.0, "cpv": 0.3, "catalogue": 0.5}
#: Strength of the fit, and when it is near enough: ten times nearer changed no figure by 0.002.
_C, _NEAR = 1.0, 0.05
#: A bucket that only one example has says nothing about others.
_RARE = 2
#: Entries kept of the table bucket × leaf, the largest ones: what under 5 MB hold. All of them (94 million) are right
#: about 0.1 points more often; two tables of rank 96 in the same space were right 8 points less often.
ENTRIES = 2_500_000
#: A whole number of the table stands for this much; larger than 127 of it is cut.
_STEP = 0.01
#: Share of right categories that the threshold must reach on lines held out to set it, and how many lines show it.
PRECISION, _FEWEST = 0.9, 30
_SHARPNESS = tuple(np.round(np.geomspace(1, 16, 17), 3).tolist())
_WEIGHT_STEPS, _INT8 = 20.0, 127

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Fitted:
    """The margins' weights (bucket × column: leaves, divisions, groups) and biases, and what each bucket weighs."""

    leaves: tuple[tuple[str, str], ...]
    coefficients: npt.NDArray[np.float32]
    bias: Floats
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
    """One linear SVM for each leaf against all others, for each division, and, on lines only, for each group.

    Labels and names are unlike what buyers write; they teach what a thing is called, lines how it is asked for.
    """
    leaves = sorted({(one.leaf.group, one.leaf.category) for one in found}, key=lambda leaf: (leaf[1], leaf[0]))
    if len(leaves) < 2:  # noqa: PLR2004 - two things can be told apart, one cannot
        raise UnusableInputError(T("training needs examples of at least two categories"))
    matrix, seen, weight = _matrix([one.text for one in found])
    used = np.flatnonzero(seen >= _RARE)
    counts = np.array([WEIGHTS[one.source] for one in found])
    lines = np.flatnonzero([one.source in _LINES for one in found])
    place = {leaf: number for number, leaf in enumerate(leaves)}
    told = [
        _separate(matrix[:, used], [place[one.leaf.group, one.leaf.category] for one in found], counts, len(leaves))
    ]
    for digits, rows in ((DIVISION, np.arange(len(found))), (GROUP, lines)):
        names = above(leaves, digits)
        target = [names.index(found[row].leaf.group[:digits]) for row in rows.tolist()]
        told.append(_separate(matrix[rows][:, used], target, counts[rows], len(names)))
    coefficients = np.zeros((2**BITS, sum(len(one[1]) for one in told)), dtype=np.float32)
    coefficients[used] = np.concatenate([one[0] for one in told]).T
    return Fitted(tuple(leaves), coefficients, np.round(np.concatenate([one[1] for one in told]), 6), weight)


#: Sources whose texts are lines as buyers write them.
_LINES = frozenset({"ted", "labelled"})


def _separate(
    matrix: Any,  # noqa: ANN401 - scipy has no types
    target: Sequence[int],
    counts: Floats,
    classes: int,
) -> tuple[Floats, Floats]:
    """One linear SVM for each class against all others: its row of weights, its bias; a class never seen has a no."""
    rows, bias = np.zeros((classes, matrix.shape[1])), np.full(classes, -1.0)
    seen = sorted(set(target))
    if len(seen) < 2:  # noqa: PLR2004 - two things can be told apart, one cannot
        return rows, bias
    machine = LinearSVC(C=_C, tol=_NEAR, random_state=0).fit(matrix, target, sample_weight=counts)
    # of two classes scikit-learn keeps the second one's side only
    both = len(seen) == 2  # noqa: PLR2004
    rows[seen] = np.concatenate((-machine.coef_, machine.coef_)) if both else machine.coef_
    bias[seen] = np.concatenate((-machine.intercept_, machine.intercept_)) if both else machine.intercept_
    return rows, bias


def _matrix(texts: Sequence[str]) -> tuple[Any, npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Texts as rows of length one over buckets; in how many texts each bucket was seen; its weight."""
    found = features([text[:LONGEST] for text in texts])
    shape = (len(texts), 2**BITS)
    counts = sparse.csr_matrix((np.ones(len(found.text)), (found.text, found.bucket)), shape=shape)
    seen = np.bincount(counts.indices, minlength=2**BITS)
    rarity = np.log((1 + len(texts)) / (1 + seen)) + 1
    weight = np.minimum(255, np.round(rarity * _WEIGHT_STEPS)).astype(np.uint8)
    counts.data *= weight[counts.indices] / np.repeat(lengths(found, weight, len(texts)), np.diff(counts.indptr))
    return counts, seen, weight


def compress(fitted: Fitted, *, entries: int = ENTRIES) -> Model:
    """The largest entries of the table, as whole numbers."""
    size = np.abs(fitted.coefficients)
    least = np.partition(size, -entries, axis=None)[-entries] if size.size > entries else 0.0
    table = sparse.csr_matrix(np.where(size >= max(float(least), _STEP / 2), fitted.coefficients, 0))
    arrays = Arrays(
        weight=fitted.weight,
        count=np.diff(table.indptr).astype(np.uint16),
        column=table.indices.astype(np.uint16),
        value=np.clip(np.round(table.data / _STEP), -_INT8, _INT8).astype(np.int8),
        bias=fitted.bias,
    )
    return Model(arrays, fitted.leaves, _STEP, sharpness=1.0, threshold=1.0, card={})


def set_up(model: Model, held_out: Sequence[Example], categories: Categories) -> Model:
    """Sharpness that makes probabilities honest on the lines held out, and the threshold for `PRECISION` there.

    Each notice counts once for the sharpness, however many lots it has. Without lines held out the sharpness is a
    plain one, and the threshold as careful as can be.
    """
    if len(held_out) < _FEWEST:
        return replace(model, sharpness=_PLAIN_SHARPNESS, threshold=_CAREFUL)
    texts, true = [one.text for one in held_out], [_true(one, categories) for one in held_out]
    lots = Counter(one.notice for one in held_out)
    counts = np.array([1 / lots[one.notice] for one in held_out])
    tried = [(_surprise(replace(model, sharpness=sharp), texts, true, counts), sharp) for sharp in _SHARPNESS]
    sharp = replace(model, sharpness=min(tried)[1])
    return replace(sharp, threshold=_threshold(sharp, texts, true))


_PLAIN_SHARPNESS, _CAREFUL = 4.0, 0.9


def _surprise(model: Model, texts: Sequence[str], true: Sequence[frozenset[str]], counts: Floats) -> float:
    """Mean negative logarithm of the probability of what is true."""
    scores = model.category_scores(texts)
    place = {category: column for column, category in enumerate(model.categories)}
    given = [
        sum(float(row[place[one]]) for one in names if one in place) for row, names in zip(scores, true, strict=True)
    ]
    return float(np.average(-np.log(np.clip(given, 1e-4, 1)), weights=counts))


def _threshold(model: Model, texts: Sequence[str], true: Sequence[frozenset[str]]) -> float:
    """The lowest probability down to which the share of right categories is `PRECISION`."""
    guesses = zip(model.guesses(texts), true, strict=True)
    given = [(guess.scores[0], guess.nearest[0] in names) for guess, names in guesses if guess.scores and guess.enough]
    lowest, right = _CAREFUL, 0
    for count, (score, is_right) in enumerate(sorted(given, reverse=True), start=1):
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
    """CPV groups (3 digits) or divisions (2), each with the probability of its best leaf.

    The sum of its leaves' would favour groups that are cut into many categories.
    """
    names = sorted({group[:digits] for group, _ in model.leaves})
    members = [[place for place, (group, _) in enumerate(model.leaves) if group[:digits] == name] for name in names]
    return names, np.stack([scores[:, places].max(axis=1) for places in members], axis=1)


def _category_figures(model: Model, titles: Sequence[Example], categories: Categories) -> dict[str, float]:
    true = [_true(one, categories) for one in titles]
    guesses = list(model.guesses([one.text for one in titles]))
    known = sum(map(bool, true))
    top_1 = sum(bool(guess.nearest) and guess.nearest[0] in names for guess, names in zip(guesses, true, strict=True))
    top_3 = sum(bool(names.intersection(guess.nearest)) for guess, names in zip(guesses, true, strict=True))
    sure = [(guess, names) for guess, names in zip(guesses, true, strict=True) if model.sure(guess)]
    right = sum(guess.nearest[0] in names for guess, names in sure)
    return {
        "category top-1": round(top_1 / max(1, known), 4),
        "category top-3": round(top_3 / max(1, known), 4),
        "precision at the threshold": round(right / max(1, len(sure)), 4),
        "recall at the threshold": round(right / max(1, known), 4),
        "share given a category": round(len(sure) / max(1, len(titles)), 4),
    }
