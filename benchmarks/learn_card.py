"""Learn the text card of the matcher from labelled pairs and write `src/tenring/matching/v1/card.json`.

    python benchmarks/learn_card.py Abt-Buy/train.txt Amazon-Google/train.txt --laptops laptops_x1 [--out card.json]

All files together give one card: one set of points, one table of chances. The figures it prints are of pairs that the
points were not learnt from, by folds of left-hand records; nothing else is looked at.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path

from laptops import read_laptops, to_learn_from

import tenring.matching.v1 as matcher
from tenring.matching.evaluation.measures import at_thresholds, calibration
from tenring.matching.evaluation.pairs import read_pairs
from tenring.matching.evaluation.steps import examples_of
from tenring.matching.learn import FOLDS, Example, left_out, with_chances
from tenring.matching.v1.card import Card, as_data
from tenring.matching.v1.features import TERMS
from tenring.settings import Settings

CARD = Path(matcher.__file__).with_name("card.json")


def main() -> None:
    """Read the pairs, learn, print the figures, write the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labelled", type=Path, nargs="+")
    parser.add_argument("--laptops", type=Path, help="a folder with X1.csv and Y1.csv: half of it is learnt from")
    parser.add_argument("--out", type=Path, default=CARD)
    given = parser.parse_args()
    began = time.process_time()
    sets = {path: examples_of(read_pairs(path).pairs, Settings()) for path in given.labelled}
    if given.laptops:
        sets[given.laptops / "X1.csv"] = to_learn_from(read_laptops(given.laptops), Settings())
    examples = [one for some in sets.values() for one in some]
    points = left_out(examples, TERMS)
    card = with_chances(examples, TERMS, points)
    _show(sets, points, card)
    about = {
        "learnt_from": [{"file": f"{path.parent.name}/{path.name}", "sha256": _digest(path), "pairs": len(some)}
                        for path, some in sets.items()],
        "folds": FOLDS,
    }  # fmt: skip
    given.out.write_text(_laid_out(as_data(card, about)), encoding="utf-8")
    print(f"{given.out}: {len(card.terms)} terms, {time.process_time() - began:.0f} CPU seconds")


def _show(sets: dict[Path, list[Example]], points: list[int], card: Card) -> None:
    scores = iter([card.chance(one) / 100 for one in points])
    every = []
    for path, examples in sets.items():
        cases = [(next(scores), one.label) for one in examples]
        every += cases
        for one in at_thresholds(cases, (0.25, 0.3, matcher.LIKELY, 0.4, 0.45, 0.5, matcher.THRESHOLD)):
            print(f"{path.parent.name} left out, from {one.threshold}: F1 {one.f1} P {one.precision} R {one.recall}")
    for one in calibration(every).bins:
        print(
            f"  {one.begin:.1f}-{one.end:.1f}: {one.count} pairs, mean score {one.mean_score}, right {one.share_right}"
        )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _laid_out(data: dict[str, object]) -> str:
    """JSON with one term on a line, so that a change can be read."""
    terms = ",\n".join("  " + json.dumps(term, ensure_ascii=False) for term in data["terms"])  # type: ignore[attr-defined]
    rest = {name: value for name, value in data.items() if name != "terms"}
    return json.dumps(rest, ensure_ascii=False)[:-1] + ',\n"terms": [\n' + terms + "\n]}\n"


if __name__ == "__main__":
    main()
