"""Named peers of the matcher on labelled pairs: Splink on DuckDB, TF-IDF of character 3-grams, rapidfuzz.

A peer scores pairs of records; its threshold is chosen on the training pairs of the same set (which favours the peer:
ours has one threshold for all sets). A peer that is not installed is left out with a message (`make peers`).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from tenring.matching.evaluation.measures import AtThreshold, at_thresholds
from tenring.matching.evaluation.pairs import Pair
from tenring.matching.products import Product
from tenring.model.text import words

Scores = Sequence[float]

_CODE = re.compile(r"(?=[a-z]*[0-9])(?=[0-9]*[a-z])[0-9a-z]{4,}|[0-9]{5,}")
#: A token of more records than this blocks no pair: Splink's pairs are what rare tokens and codes bring together.
_RARE = 30


@dataclass(frozen=True)
class Peer:
    """A tool of others: the module it needs, and how it scores pairs."""

    name: str
    module: str
    scores: Callable[[Sequence[tuple[Product, Product]]], Scores]

    def is_there(self) -> bool:
        """Whether it is installed; says so when not."""
        if find_spec(self.module) is None:
            print(f"  {self.name}: left out, {self.module} is not installed (make peers)")
            return False
        return True


def judged(peer: Peer, train: Sequence[Pair], valid: Sequence[Pair]) -> AtThreshold:
    """What the peer reaches on `valid` at the threshold with the best F1 on `train`."""
    known = _cases(peer, train)
    best = max(at_thresholds(known, {score for score, _ in known}), key=lambda at: at.f1 or 0)
    return at_thresholds(_cases(peer, valid), [best.threshold])[0]


def _cases(peer: Peer, pairs: Sequence[Pair]) -> list[tuple[float, bool]]:
    scores = peer.scores([(pair.left, pair.right) for pair in pairs])
    return [(score, pair.label) for score, pair in zip(scores, pairs, strict=True)]


def text_of(product: Product) -> str:
    """Everything a record says, as one text."""
    return " ".join(part for part in (product.brand, product.name, product.model) if part)


def tf_idf(pairs: Sequence[tuple[Product, Product]]) -> Scores:
    """Cosine of TF-IDF vectors of character 3-grams within words, over the records of the pairs."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - an optional peer

    texts = [text_of(product) for pair in pairs for product in pair]
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True).fit_transform(texts)
    return [float(cosine) for cosine in vectors[0::2].multiply(vectors[1::2]).sum(axis=1).A1]


def rapid(pairs: Sequence[tuple[Product, Product]]) -> Scores:
    """Rapidfuzz's token_set_ratio."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - an optional peer

    return [fuzz.token_set_ratio(text_of(left), text_of(right)) / 100 for left, right in pairs]


def splink(pairs: Sequence[tuple[Product, Product]]) -> Scores:
    """Splink's match probability, trained by expectation maximisation; a pair its blocking does not bring scores 0."""
    left, right = ([*dict.fromkeys(side)] for side in zip(*pairs, strict=True))
    numbers = ({product: place for place, product in enumerate(side)} for side in (left, right))
    of_left, of_right = numbers
    found = _linked(left, right)
    return [found.get((of_left[one], of_right[other]), 0.0) for one, other in pairs]


def splink_deduplicated(products: Sequence[Product]) -> dict[tuple[int, int], float]:
    """Splink's probability for each pair of places in one list that its blocking brings together."""
    return _linked(products, None)


def _linked(left: Sequence[Product], right: Sequence[Product] | None) -> dict[tuple[int, int], float]:
    import splink.comparison_library as cl  # noqa: PLC0415 - an optional peer
    from splink import DuckDBAPI, Linker, SettingsCreator  # noqa: PLC0415

    common = _common([*left, *(right or ())])
    tables = [_table(side, common) for side in (left, right) if side is not None]
    comparisons: list[Any] = [
        cl.JaroWinklerAtThresholds("title", [0.95, 0.88, 0.8]),
        cl.ArrayIntersectAtSizes("tokens", [8, 6, 4, 3, 2, 1]),
        cl.ArrayIntersectAtSizes("codes", [2, 1]),
    ]
    if any(product.brand for product in (*left, *(right or ()))):
        comparisons.append(cl.JaroWinklerAtThresholds("brand", [0.98, 0.9]))
    rules = [{"blocking_rule": "l.rare = r.rare", "arrays_to_explode": ["rare"], "sql_dialect": "duckdb"}]
    settings = SettingsCreator(
        link_type="link_only" if right is not None else "dedupe_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
    )
    api = DuckDBAPI()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        linker = Linker([api.register(table) for table in tables], settings, log_level="ERROR")
        linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
        for column in ("first_code", "first_word"):
            linker.training.estimate_parameters_using_expectation_maximisation(f"l.{column} = r.{column}")
        predicted = linker.inference.predict().as_pyarrow_table().to_pylist()
    return {(row["unique_id_l"], row["unique_id_r"]): row["match_probability"] for row in predicted}


def _common(products: Sequence[Product]) -> set[str]:
    """Tokens too common to bring records together."""
    counts: dict[str, int] = {}
    for product in products:
        for token in set(words(text_of(product))):
            counts[token] = counts.get(token, 0) + 1
    return {token for token, count in counts.items() if count > _RARE}


def _table(products: Sequence[Product], common: set[str]) -> Any:  # noqa: ANN401 - a pandas frame of the peer
    import pandas as pd  # noqa: PLC0415 - comes with the peer

    rows = []
    for place, product in enumerate(products):
        tokens = sorted(set(words(text_of(product))))
        codes = sorted(token for token in tokens if _CODE.fullmatch(token))
        rows.append({
            "unique_id": place, "title": (product.name or "").lower(), "brand": product.brand, "tokens": tokens,
            "codes": codes, "rare": [token for token in tokens if token not in common],
            "first_code": codes[0] if codes else None, "first_word": tokens[0] if tokens else None,
        })  # fmt: skip
    return pd.DataFrame(rows)


PEERS = (
    Peer("Splink", "splink", splink),
    Peer("TF-IDF of character 3-grams", "sklearn", tf_idf),
    Peer("rapidfuzz token_set", "rapidfuzz", rapid),
)
