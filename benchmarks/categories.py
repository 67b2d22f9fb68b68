"""The category model on titles alone, beside a char n-gram LinearSVC trained in the same run on the same titles.

    TENRING_DATA=… python benchmarks/categories.py [--data DIR] [--without-peer]

DIR holds codes/cpv/*.csv and lines/ted_titles_cpv.csv. A fifth of the titles, by a hash of the title, is kept out of
all training. "Notices not seen": titles of them whose notice has no other title in the training data.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from results import record

from tenring.catalogue import Catalogue
from tenring.screening.learnt.model import Model, load
from tenring.screening.learnt.sources import Example, Part, examples
from tenring.screening.learnt.train import by_group, figures
from tenring.settings import from_environment

GOALS = {"division top-1": "≥ 0.70", "group top-1": "≥ 0.54", "precision at the threshold": "≥ 0.90"}
#: Short lines for the speed: names and synonyms of the catalogue, again and again.
SPEED_LINES = 20_000
FEWEST_TITLES = 20


def main() -> None:
    """Print and keep the figures."""
    settings = from_environment()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--without-peer", action="store_true")
    given = parser.parse_args()
    data = given.data or (settings.data / "purchases" if settings.data else None)
    path = settings.category_model
    if path is None or data is None:
        print("categories: skipped, needs a category model and the data folder (TENRING_DATA or --data)")
        return
    model, categories = load(path), Catalogue(settings.catalog).categories
    found = examples(categories, data)
    titles = [one for one in found if one.part is Part.JUDGE]
    seen = {one.notice for one in found if one.part is not Part.JUDGE}
    unseen = [one for one in titles if one.notice not in seen]
    for kind, chosen in (("all titles kept out", titles), ("notices not seen", unseen)):
        for name, figure in figures(model, chosen, categories).items():
            goal = GOALS.get(name) if chosen is titles else None
            record(f"{name}, {kind}", figure, goal=goal, note=f"{len(chosen):,} titles" if name != "titles" else "")
    languages(model, titles)
    record("size of the model", path.stat().st_size / 1e6, unit="MB", goal="≤ 10")
    speed(model, [one.text for one in found if one.source == "catalogue"])
    if not given.without_peer:
        peer(found, titles, unseen)


def languages(model: Model, titles: Sequence[Example]) -> None:
    """Division and group of each language that has enough titles."""
    scores = model.leaf_scores([one.text for one in titles])
    best = {
        digits: [names[place] for place in summed.argmax(axis=1)]
        for digits, (names, summed) in ((digits, by_group(model, scores, digits)) for digits in (2, 3))
    }
    counts = Counter(one.language or "" for one in titles)
    for language in sorted(name for name, count in counts.items() if count >= FEWEST_TITLES):
        places = [place for place, one in enumerate(titles) if one.language == language]
        shares = [
            sum(best[digits][place] == (titles[place].code or "")[:digits] for place in places) / len(places)
            for digits in (2, 3)
        ]
        text = f"{shares[0]:.3f} / {shares[1]:.3f}"
        record(f"division / group top-1, {language}", text, note=f"{len(places)} titles")


def speed(model: Model, texts: Sequence[str]) -> None:
    """Short lines a second on one core, in processor time."""
    lines = [f"{texts[place % len(texts)]} {place % 1000}" for place in range(SPEED_LINES)]
    list(model.guesses(lines[:100]))
    started = time.process_time()
    list(model.guesses(lines))
    seconds = time.process_time() - started
    letters = sum(map(len, lines)) / len(lines)
    note = f"{letters:.0f} characters each, with the three nearest categories"
    record("short lines a second and core", round(SPEED_LINES / seconds), unit="lines/s", goal="≥ 20,000", note=note)


def peer(found: Sequence[Example], titles: Sequence[Example], unseen: Sequence[Example]) -> None:
    """LinearSVC on tf-idf of character 2 to 5-grams, with CPV labels in 24 languages as further training lines."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - a peer
        from sklearn.svm import LinearSVC  # noqa: PLC0415
    except ImportError:
        print("  peer skipped: scikit-learn is not installed (requirements/benchmarks.txt)")
        return
    train = [one for one in found if one.part is not Part.JUDGE and one.code and (one.source == "ted" or one.language)]
    cutter = TfidfVectorizer(analyzer="char", ngram_range=(2, 5), sublinear_tf=True, min_df=2, max_features=2**18)
    matrix = cutter.fit_transform([one.text for one in train])
    asked = cutter.transform([one.text for one in titles])
    new = np.array([one in set(unseen) for one in titles])
    for name, digits in (("division", 2), ("group", 3)):
        started = time.process_time()
        machine = LinearSVC().fit(matrix, [(one.code or "")[:digits] for one in train])
        right = machine.predict(asked) == np.array([(one.code or "")[:digits] for one in titles])
        note = f"peer: LinearSVC on char 2-5-grams with CPV labels, {time.process_time() - started:.0f} CPU s"
        record(f"peer {name} top-1, all titles kept out", float(right.mean()), note=note)
        record(f"peer {name} top-1, notices not seen", float(right[new].mean()), note=note)


if __name__ == "__main__":
    main()
