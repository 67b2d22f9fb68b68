"""How right the text card is on labelled pairs: one card and one threshold for all sets.

    python benchmarks/labelled_pairs.py [--from DIR] [--ablation]

DIR (else TENRING_DATA/purchases/matching) has Abt-Buy and Amazon-Google, each with train.txt and valid.txt, and
laptops_x1 with X1.csv and Y1.csv. Peers that are installed (`make peers`) are asked the same. Figures are those of
`tenring evaluate matches valid.txt --threshold …`. `--ablation` learns a card without each kind of feature from the
train files and judges it on the valid files (minutes).
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
from laptops import compared, read_laptops, to_learn_from
from machine import describe
from peers import PEERS, judged, splink_deduplicated
from results import record

from tenring.matching import v1
from tenring.matching.evaluation.judge import Question, distinct, judge
from tenring.matching.evaluation.measures import AtThreshold, Case, at_thresholds, calibration
from tenring.matching.evaluation.pairs import Pair, read_pairs
from tenring.matching.evaluation.scorers import Matcher, places
from tenring.matching.evaluation.steps import examples_of
from tenring.matching.learn import Example, learn_points
from tenring.matching.lists import add_lists, known_brands
from tenring.matching.products import Product
from tenring.matching.v1.features import FEATURES, TERMS
from tenring.matching.v1.text import compare
from tenring.model.duck import DuckEngine
from tenring.model.sql import BatchFunction
from tenring.settings import Settings, from_environment

SETS = {"Abt-Buy": 0.88, "Amazon-Google": 0.66}


def main() -> None:
    """Print the figures of each set, the reliability of all, the speed, and the ablation if asked for."""
    settings = from_environment()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path)
    parser.add_argument("--ablation", action="store_true")
    given = parser.parse_args()
    source = given.source or (settings.data / "purchases" / "matching" if settings.data else None)
    if source is None or not source.is_dir():
        print("labelled pairs: skipped, for there is no folder of them (TENRING_DATA or --from)")
        return
    print(f"labelled pairs: {describe()}")
    valid = {name: read_pairs(source / name / "valid.txt").pairs for name in SETS}
    _show_reliability([case for name, pairs in valid.items() for case in _cases_of(name, pairs)])
    record("pairs of texts compared", _speed(valid["Abt-Buy"], settings), unit="pairs/s",
           note="one core, processor time, reading the texts included")  # fmt: skip
    for peer in (peer for peer in PEERS if peer.is_there()):
        for name, pairs in valid.items():
            train = read_pairs(source / name / "train.txt").pairs
            _show(f"{peer.name} on {name}, threshold of its train file", judged(peer, train, pairs))
    laptops = source / "laptops_x1"
    if laptops.is_dir():
        _show_laptops(laptops, settings)
    if given.ablation:
        _ablation(source, settings)


def _cases_of(name: str, pairs: Sequence[Pair]) -> list[Case]:
    """The scored cases of a set, after its figures are printed."""
    cases: list[Case] = []
    matcher = Matcher()

    def scorer(sides: Sequence[tuple[Product, Product]], right: Sequence[Product]):  # noqa: ANN202 - as Matcher
        scored = matcher(sides, right)
        cases.extend((one.score, pair.label) for one, pair in zip(scored, pairs, strict=True))
        return scored

    found = judge(pairs, scorer, Question(v1.LIKELY, (v1.THRESHOLD,)))
    _show(name, found.at, goal=f"≥ {SETS[name]}")
    _show(f"{name} at the threshold of green", next(at for at in found.thresholds if at.threshold == v1.THRESHOLD))
    print(f"    calibration error {found.calibration.error}, average precision {found.average_precision}")
    return cases


def _show(name: str, at: AtThreshold, *, goal: str | None = None) -> None:
    note = f"score from {at.threshold:.4g}: precision {at.precision}, recall {at.recall}"
    record(f"{name}, F1", at.f1 or 0.0, goal=goal, note=note)


def _show_reliability(cases: Iterable[Case]) -> None:
    cases = list(cases)
    print("  reliability of all sets: score, pairs, mean score, share right")
    for one in calibration(cases).bins:
        print(f"    {one.begin:.1f}-{one.end:.1f} {one.count:6,} {one.mean_score} {one.share_right}")
    sure = [right for score, right in cases if score >= 0.95]
    record("right of the pairs scored 0.95 and more, all sets", sum(sure) / len(sure), goal="≥ 0.95",
           note=f"{len(sure)} pairs")  # fmt: skip


class _Watched(DuckEngine):
    """An engine that keeps the rows from which pairs of texts are compared: the matcher drops them."""

    rows_compared: pa.Table

    def apply(self, name: str, query: str, function: BatchFunction, schema: pa.Schema) -> None:
        """As the engine's own."""
        if function is compare:
            self.rows_compared = self.arrow(query)
        super().apply(name, query, function, schema)


def _speed(pairs: Sequence[Pair], settings: Settings) -> float:
    """Pairs that `compare` does in a second of processor time, reading both texts included."""
    sides = [(pair.left, pair.right) for pair in pairs]
    left, right = distinct([one for one, _ in sides]), distinct([other for _, other in sides])
    with duckdb.connect(config={"threads": 1}) as connection:
        engine = _Watched(connection)
        asked = sorted(set(places(sides, left, right)))
        add_lists(engine, left, right, brands=known_brands(settings), asked=asked)
        v1.match(engine, extras=True)
    (batch,) = engine.rows_compared.combine_chunks().to_batches()
    began = time.process_time()
    compare(batch)
    return batch.num_rows / (time.process_time() - began)


def _show_laptops(folder: Path, settings: Settings) -> None:
    """Laptops compared with one another: all pairs that the card saw none of are judged, found or not."""
    laptops = read_laptops(folder)
    scores = {pair: one.score for pair, one in compared(laptops, settings).items()}
    _show("laptops X1, pairs held out", at_thresholds(laptops.cases(scores), (v1.LIKELY,))[0])
    if PEERS[0].is_there():
        cases = laptops.cases(splink_deduplicated(laptops.products))
        best = max(at_thresholds(cases, {score for score, _ in cases if score}), key=lambda at: at.f1 or 0)
        _show("Splink on the same pairs, at the threshold that is best for it there", best)


def _ablation(source: Path, settings: Settings) -> None:
    """Cards learnt without a kind of feature: F1 on the valid files, and how far it falls."""
    train, valid = (
        {name: examples_of(read_pairs(source / name / f"{part}.txt").pairs, settings) for name in SETS}
        for part in ("train", "valid")
    )
    examples = [one for some in train.values() for one in some]
    if (source / "laptops_x1").is_dir():
        examples += to_learn_from(read_laptops(source / "laptops_x1"), settings)
    whole = _f1_of(examples, valid, ())
    print("  without (learnt again from train, judged on valid): F1, change")
    print("    nothing: " + ", ".join(f"{name} {f1:.3f}" for name, f1 in whole.items()))
    for group in dict.fromkeys(feature.group for feature in FEATURES):
        found = _f1_of(examples, valid, [one.name for one in FEATURES if one.group == group])
        changes = ", ".join(f"{name} {f1:.3f} ({f1 - whole[name]:+.3f})" for name, f1 in found.items())
        print(f"    {group}: {changes}", flush=True)


def _f1_of(train: Sequence[Example], valid: dict[str, list[Example]], without: Sequence[str]) -> dict[str, float]:
    terms = [term for term in TERMS if not set(term) & set(without)]
    card = learn_points(train, terms)
    from_points = 100 * math.log(v1.LIKELY / (1 - v1.LIKELY))
    found = {}
    for name, examples in valid.items():
        cases = [(float(card.points(one.steps)), one.label) for one in examples]
        found[name] = at_thresholds(cases, (from_points,))[0].f1 or 0.0
    return found


if __name__ == "__main__":
    main()
