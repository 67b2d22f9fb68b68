"""Matching two product lists with the matcher that screening uses."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from tenring.catalogue.brands import load_brands
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.matching import v1
from tenring.matching.products import Problem, Product, ProductList, guarded, read_products
from tenring.model.duck import duck_engine
from tenring.model.sql import Engine, Step, table_of
from tenring.settings import Settings

#: Words of a title that look like a model: letters and digits mixed, with what hyphens and slashes join to them.
_MIXED = "[0-9a-z]*(?:[0-9][a-z]|[a-z][0-9])[0-9a-z]*"
_PART_NUMBER = "[0-9]{2,}-[0-9]{4,}(?:-[0-9]+)*"
_CODE_IN_TITLE = f"(?:[0-9a-z]+[-/.])*{_MIXED}(?:[-/.][0-9a-z]+)*|[a-z]{{1,5}}-[0-9]{{3,}}|{_PART_NUMBER}"
_FIELDS = ("name", "brand", "model", "gtin", "certificate", "category", "description")
_COLUMNS = [("place", pa.int64()), *((field, pa.string()) for field in _FIELDS), ("price", pa.float64())]
_OUT = ("left_id", "right_id", "score", "rung", "sure", "ties", "left_name", "right_name", "features")


@dataclass(frozen=True)
class ProductPair:
    """A pair the matcher kept: what it is worth, which kind of evidence found it, and the named features."""

    left: Product
    right: Product
    score: float
    rung: str
    ties: int
    features: Mapping[str, object]

    @property
    def sure(self) -> bool:
        """Whether the score reaches the matcher's threshold."""
        return self.score >= v1.THRESHOLD


@dataclass(frozen=True)
class Matches:
    """What matching two lists gave; `pairs` is the number of pairs at or above the threshold, `first` the first ones.

    `problems` is the file of rows and cells that could not be read; None when there are none.
    """

    out: Path
    left: ProductList
    right: ProductList
    pairs: int
    matched_left: int
    threshold: Decimal
    first: tuple[ProductPair, ...]
    problems: Path | None

    @property
    def left_out(self) -> int:
        """Rows of both lists that were left out."""
        return sum(problem.column is None for one in (self.left, self.right) for problem in one.problems)


def match_lists(left: Path, right: Path, *, out: Path, first: int = 0, settings: Settings | None = None) -> Matches:
    """Match every row of `left` with the rows of `right` and write the pairs to `out`.

    The file has one row per pair: left_id, right_id, score, rung, sure (score at or above the threshold), ties,
    features. Pairs below the threshold are the nearest ones. `first` pairs are also returned.

    Raises:
        UnusableInputError: a list cannot be read, or has neither a name nor a model column, or `out` cannot be written.
    """
    settings = settings or Settings()
    lists = read_products(left), read_products(right)
    counted = _Counted([])
    with _engine(out, settings) as engine, _written(out) as writer:
        writer.writerow(_OUT)
        for pair in match_products(engine, lists[0].products, lists[1].products, brands=known_brands(settings)):
            writer.writerow(_cells(pair))
            counted.count(pair, keep=first)
    return Matches(
        out=out,
        left=lists[0],
        right=lists[1],
        pairs=counted.sure,
        matched_left=len(counted.matched),
        threshold=Decimal(str(v1.THRESHOLD)),
        first=tuple(counted.first),
        problems=_write_problems(out, lists),
    )


def known_brands(settings: Settings) -> dict[str, str]:
    """Key of every spelling of a brand that the catalogue knows -> key of the usual one."""
    return load_brands(settings.catalog / "brands.yml")


class _Counted:
    """Counts pairs as they pass."""

    def __init__(self, first: list[ProductPair]) -> None:
        self.first, self.sure, self.matched = first, 0, set[int]()

    def count(self, pair: ProductPair, *, keep: int) -> None:
        if len(self.first) < keep:
            self.first.append(pair)
        if pair.sure:
            self.sure += 1
            self.matched.add(pair.left.row)


@contextmanager
def _engine(out: Path, settings: Settings) -> Iterator[Engine]:
    """The engine; what is larger than memory goes to TENRING_TEMP, else beside the result, where there must be room."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=settings.temporary or out.parent) as spill,
        duck_engine(memory=settings.memory, threads=settings.threads, spill=Path(spill)) as engine,
    ):
        yield engine


@contextmanager
def _written(out: Path) -> Iterator[Any]:
    """A CSV file that takes its place when the block ends well.

    Raises:
        UnusableInputError: it cannot be written.
    """
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            yield csv.writer(stream, lineterminator="\n")
        partial.replace(out)
    except OSError as error:
        raise UnusableInputError(T("cannot be written"), where=out, do=str(error.strerror)) from error
    finally:
        partial.unlink(missing_ok=True)


def _cells(pair: ProductPair) -> tuple[str, ...]:
    texts = (pair.left.id, pair.right.id, f"{pair.score:.4f}", pair.rung, str(pair.sure).lower(), str(pair.ties))
    names = (pair.left.name or pair.left.model or "", pair.right.name or pair.right.model or "")
    told = json.dumps(dict(pair.features), ensure_ascii=False)
    return (*map(guarded, texts), *map(guarded, names), told)


def _write_problems(out: Path, lists: Sequence[ProductList]) -> Path | None:
    """The file of rows and cells that could not be read, beside `out`; an old one goes."""
    path = out.with_name(f"{out.stem}-problems.csv")
    path.unlink(missing_ok=True)
    rows = [(one.path.name, problem) for one in lists for problem in one.problems]
    if not rows:
        return None
    with _written(path) as writer:
        writer.writerow(("file", "row", "column", "value", "reason"))
        writer.writerows(_problem(name, problem) for name, problem in rows)
    return path


def _problem(name: str, problem: Problem) -> tuple[str, ...]:
    return tuple(map(guarded, (name, str(problem.row), problem.column or "", problem.value, problem.reason)))


def match_products(
    engine: Engine,
    left: Sequence[Product],
    right: Sequence[Product],
    *,
    brands: Mapping[str, str] | None = None,
    asked: Iterable[tuple[int, int]] = (),
) -> Iterator[ProductPair]:
    """The pairs that the matcher keeps, by the order of `left`, best first.

    `brands` maps keys of spellings to the key of the usual one (None: no spelling is known); `asked` are places in
    `left` and `right` of pairs that are compared and kept whatever comes of it.
    """
    add_lists(engine, left, right, brands=brands or {}, asked=asked)
    v1.match(engine, extras=True)
    pairs = "SELECT item_id, entry_id, score, rung, ties, features FROM matched ORDER BY item_id, score DESC, entry_id"
    for batch in engine.batches(pairs):
        for row in batch.to_pylist():
            yield ProductPair(
                left=left[row["item_id"]],
                right=right[row["entry_id"]],
                score=row["score"],
                rung=row["rung"],
                ties=row["ties"],
                features=json.loads(row["features"]),
            )


def add_lists(
    engine: Engine,
    left: Sequence[Product],
    right: Sequence[Product],
    *,
    brands: Mapping[str, str],
    asked: Iterable[tuple[int, int]],
) -> None:
    """Make the input tables of the matcher; see `match_products`."""
    engine.add("left_list", table_of(_COLUMNS, map(_row, range(len(left)), left)))
    engine.add("right_list", table_of(_COLUMNS, map(_row, range(len(right)), right)))
    engine.add("brand_alias", table_of([("key", pa.string()), ("usual", pa.string())], sorted(brands.items())))
    engine.add("pair_asked", table_of([("item_id", pa.int64()), ("entry_id", pa.int64())], asked))
    engine.run(_INPUT_STEPS)


def _row(place: int, product: Product) -> tuple[object, ...]:
    price = None if product.price is None else float(product.price)
    return (place, *(getattr(product, field) for field in _FIELDS), price)


_INPUT_STEPS = [
    Step(
        "line",
        "SELECT place AS item_id, name AS text, brand, model, certificate, gtin, category FROM left_list",
    ),
    Step("entry", "SELECT place AS entry_id, brand, coalesce(name, model) AS name, category FROM right_list"),
    Step("entry_number", "SELECT place AS entry_id, certificate AS number FROM right_list WHERE certificate <> ''"),
    Step("entry_gtin", "SELECT place AS entry_id, gtin FROM right_list WHERE gtin IS NOT NULL"),
    # one row = one model: the one stated, else the name and its words that look like one, which the card judges
    Step(
        "entry_model",
        f"""
        SELECT place AS entry_id, model, 'model' AS kind FROM right_list WHERE model IS NOT NULL
        UNION ALL
        SELECT place AS entry_id, code AS model, 'title' AS kind
        FROM (
            SELECT place, unnest(regexp_extract_all(lower(name), '{_CODE_IN_TITLE}')) AS code
            FROM right_list WHERE model IS NULL
        )
        UNION ALL
        SELECT place AS entry_id, name AS model, 'title' AS kind FROM right_list
        WHERE model IS NULL AND name IS NOT NULL
        """,
    ),
    Step("line_more", "SELECT place AS item_id, description AS more, price FROM left_list"),
    Step("entry_more", "SELECT place AS entry_id, description AS more, price FROM right_list"),
    Step("related", "SELECT DISTINCT category, category AS other FROM right_list WHERE category IS NOT NULL"),
]
