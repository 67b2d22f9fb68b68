"""One line at a time, in Python: the same answer as the SQL steps give for it, in less than a millisecond.

`Matcher` reads the tables of an index once; after that a line is cut, looked up and judged without an engine. Rules,
weights and patterns are those of the steps: only the way to the facts is written twice, and
tests/matching/test_single.py holds the two together.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import pyarrow.parquet as pq

from tenring.matching.v1.brands import brand_keys
from tenring.matching.v1.keyed import KeyedTable, whole_column
from tenring.matching.v1.lines import (
    ABOUT_BELONGING,
    ABOUT_FITTING,
    AHEAD,
    INCLUDING,
    LONGEST_CJK_BRAND,
    line_text,
)
from tenring.matching.v1.rules import Rule, points_of
from tenring.matching.v1.weights import (
    AGAINST_MODEL,
    AGAINST_NUMBER,
    AT_ONCE,
    BASE,
    COMMON_CODE,
    LONGEST_OPENING,
    NEAREST,
    SHORTEST_BRAND,
    SHORTEST_PREFIX,
    THRESHOLD,
)
from tenring.matching.v1.words import Hit, Words, listed
from tenring.model.text import is_cjk, model_key

_SURE = round(THRESHOLD * 100)
_SHORTEST_GTIN, _LONGEST_GTIN = 8, 14
_DIGITS_OF_FIVE = 5


def _python(pattern: str) -> re.Pattern[str]:
    """A pattern of the steps for Python, where `$` would also match before a last line break."""
    return re.compile(pattern.replace("$", r"\Z"))


_FITTING, _BELONGING, _INCLUDING = _python(ABOUT_FITTING), _python(ABOUT_BELONGING), _python(INCLUDING)
_WITH_DIGIT = re.compile("[0-9a-z]*[0-9][0-9a-z]*")


@dataclass(frozen=True)
class Line:
    """One purchase line; see the table `line` in tenring.matching.v1."""

    text: str | None = None
    brand: str | None = None
    model: str | None = None
    certificate: str | None = None
    gtin: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class Match:
    """One pair that is kept: a row of the table `matched`."""

    entry_id: str
    rung: str
    score: float
    features: str
    matched_model: str
    ties: int


@dataclass(frozen=True)
class Scored:
    """One pair of the line and a product on one rung, in hundredths; `features` are JSON members."""

    product: int
    rung: str
    points: int
    features: str
    matched: str


@dataclass(frozen=True)
class Answered:
    """What numbers and codes say of a line that they did not answer surely: what the rung `text` goes on from.

    `listed`: products that a listed code found, which words are not asked about; `titles`: those found by a code of
    their title, which are compared whatever words say; `says`: what brand and category say of a product.
    """

    listed: Collection[int]
    titles: Collection[int]
    made_for: bool
    says: Callable[[int], tuple[str, str]]


class TextRung(Protocol):
    """The rung `text` for one line: asked only where numbers and codes are not sure."""

    def pairs(self, line: Line, answered: Answered) -> Iterable[Scored]:
        """Pairs by words."""


@dataclass(frozen=True)
class _Brand:
    """A brand that the line names; see the step `line_brand`."""

    key: str
    stated: bool
    start: int
    behind: int
    used_for: bool


@dataclass(frozen=True)
class _Pair:
    """A line's code and a product that has it."""

    product: int
    matched: str
    kind: str
    hit: Hit
    fixed: int
    code_brands: int
    seconded: bool = False
    brand: str = "absent"
    category: str = "unknown"

    def order(self) -> tuple[object, ...]:
        hit = self.hit
        return (
            not hit.in_model,
            -(self.fixed * 2 + hit.whole),
            -BASE.get(self.kind, 0),
            not hit.version_follows,
            not hit.code_follows,
            self.kind,
            self.matched,
            hit.size,
            hit.start,
        )


class Matcher:
    """Matches single lines with the index of a snapshot, on the rungs certificate, gtin and model.

    `text`, where given, is asked for lines that these do not answer surely; see tenring.matching.v1.single_text.
    """

    def __init__(
        self,
        folder: Path,
        *,
        usual: Mapping[str, str],
        related: Collection[tuple[str, str]],
        text: TextRung | None = None,
    ) -> None:
        """Read the tables in `folder`.

        `usual` maps keys of known brand spellings to the key of the usual name; `related` has the pairs of categories
        that do not contradict each other.
        """
        self._usual, self._related = usual, frozenset(related)
        self.text = text
        columns = ("entry_id", "category", "brand_keys")
        product = pq.read_table(folder / "product.parquet", columns=["product", *columns]).sort_by("product")
        self._product = {name: whole_column(product.combine_chunks(), name) for name in columns}
        found = ("product", "matched")
        self._number = KeyedTable(folder / "product_number.parquet", "key", found)
        self._gtin = KeyedTable(folder / "product_gtin.parquet", "key", found)
        self._code = KeyedTable(folder / "product_code.parquet", "key", (*found, "kind", "brands"))
        self._common = KeyedTable(folder / "common_code.parquet", "key", (*found, "kind", "brand_key"))
        patterns = ("pattern_id", "prefix", "suffix", "pattern", "fixed", "longest", "open")
        self._pattern = KeyedTable(folder / "wildcard.parquet", "stem", patterns)
        self._covered = _product_rows(folder / "product_wildcard.parquet")
        opening = pq.read_table(folder / "code_opening.parquet").to_pydict()
        self._reach = dict(zip(opening["opening"], opening["reach"], strict=True))
        self._read_brands(folder / "brand_spelling.parquet")

    def _read_brands(self, path: Path) -> None:
        rows = pq.read_table(path, columns=["key", "usual", "cjk", "opening"]).to_pylist()
        self._spelling = {row["key"]: row["usual"] for row in rows}
        self._cjk: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in rows:
            if row["cjk"]:
                self._cjk[row["opening"]].append((row["key"], row["usual"]))

    def with_text(self, text: TextRung) -> Matcher:
        """The same matcher, which also asks the words."""
        other = copy(self)
        other.text = text
        return other

    def scored(self, line: Line) -> list[Scored]:
        """Every pair of the line by number or code, whatever it is worth."""
        seen = _Seen.of(line, self)
        return [*self._numbers(seen), *self._models(seen)]

    def match(self, line: Line) -> list[Match]:
        """All sure pairs of the line, and of the others the nearest, best first."""
        seen = _Seen.of(line, self)
        scored = [*self._numbers(seen), *self._models(seen)]
        if self.text is not None and not any(one.points >= _SURE for one in scored):
            scored += self.text.pairs(line, self._answered(seen))
        return list(self._kept(scored))

    def _answered(self, seen: _Seen) -> Answered:
        def says(product: int) -> tuple[str, str]:
            return self.brand_says(product, seen.named), self.category_says(product, seen.line.category)

        return Answered(
            listed=seen.pairs.keys(), titles=seen.known - seen.pairs.keys(), made_for=seen.made_for, says=says
        )

    def _kept(self, scored: Iterable[Scored]) -> Iterator[Match]:
        best: dict[int, Scored] = {}
        for one in sorted(scored, key=lambda one: (-one.points, one.rung)):
            best.setdefault(one.product, one)
        ordered = sorted(best.values(), key=lambda one: (-one.points, one.product))
        ties = Counter(one.points for one in ordered)
        kept = [one for place, one in enumerate(ordered) if one.points >= _SURE or place < NEAREST]
        for one in sorted(kept, key=lambda one: (-max(one.points, 0), one.product)):
            yield Match(
                entry_id=self._product["entry_id"][one.product - 1].as_py(),
                rung=one.rung,
                score=round(max(one.points, 0) / 100, 4),
                features=f"{{{one.features}}}",
                matched_model=one.matched,
                ties=ties[one.points],
            )

    # what the index knows

    def grams(self, words: Words) -> Iterator[tuple[int, int, str]]:
        """Runs of words (start, size, joined) that begin like a code or brand; see the step `line_gram`."""
        for start in range(1, len(words) + 1):
            ahead = words.run(start, AHEAD)
            if len(ahead) >= LONGEST_OPENING and (reach := self._reach.get(ahead[:LONGEST_OPENING])):
                for size in range(1, min(reach, len(words) - start + 1) + 1):
                    gram = words.run(start, size)
                    if len(gram) >= LONGEST_OPENING:
                        yield start, size, gram
            yield from self._short_grams(words, start, ahead)

    def _short_grams(self, words: Words, start: int, ahead: str) -> Iterator[tuple[int, int, str]]:
        shortest = max(len(words.words[start - 1]), SHORTEST_BRAND)
        for length in range(shortest, min(len(ahead), LONGEST_OPENING - 1) + 1):
            gram = ahead[:length]
            if gram in self._reach:
                for size in range(1, min(length, len(words) - start + 1) + 1):
                    if words.run(start, size) == gram:
                        yield start, size, gram

    def brands(self, line: Line, words: Words, grams: Iterable[tuple[int, int, str]]) -> tuple[set[_Brand], set[Hit]]:
        """Brands that the line names, and the brands of several words in its text."""
        found = {_Brand(key, True, 0, 0, False) for key in brand_keys(line.brand or "", self._usual) if line.brand}  # noqa: FBT003 - the columns of line_brand
        several = set()
        for start, size, gram in grams:
            usual = self._spelling.get(gram)
            if usual is None or not (hit := words.at(start, size, gram)).bounded:
                continue
            found.add(_Brand(usual, False, start, hit.behind, hit.after_for))  # noqa: FBT003
            if size > 1:
                several.add(hit)
        for start, word in enumerate(words.words, 1):
            if len(word) > 1 and is_cjk(word):
                found.update(self._cjk_brands(start, word))
        return found, several

    def _cjk_brands(self, start: int, word: str) -> Iterator[_Brand]:
        for place in range(len(word) - 1):
            ahead = word[place : place + LONGEST_CJK_BRAND]
            for key, usual in self._cjk.get(ahead[:2], ()):
                if ahead.startswith(key):
                    yield _Brand(usual, False, start, start + 1 if ahead == key else 0, False)  # noqa: FBT003

    def exact(self, hits: Collection[Hit], brands: Collection[str]) -> Iterator[_Pair]:
        """Pairs by codes that products list; a common code needs the brand."""
        for hit in hits:
            rows = list(self._code.rows(hit.key))
            used = self._code.value("brands", rows[0])
            table, rows = self._found(hit.key, rows, brands)
            for row in rows:
                product, matched, kind = (table.columns[name][row].as_py() for name in ("product", "matched", "kind"))
                yield _Pair(product, matched, kind, hit, len(hit.key), used)

    def _found(self, key: str, rows: list[int], brands: Collection[str]) -> tuple[KeyedTable, list[int]]:
        if len(rows) <= COMMON_CODE:
            return self._code, rows
        return self._common, [row for row in self._common.rows(key) if self._common.value("brand_key", row) in brands]

    def is_code(self, gram: str) -> bool:
        """Whether some product lists a code."""
        return any(True for _ in self._code.rows(gram))

    def by_pattern(self, words: Words) -> Iterator[_Pair]:
        """Pairs by codes that a product's wildcard model covers."""
        for start in range(1, len(words) + 1):
            ahead = words.run(start, AHEAD)
            for length in range(SHORTEST_PREFIX, min(len(ahead), LONGEST_OPENING) + 1):
                for row in self._pattern.rows(ahead[:length]):
                    if ahead.startswith(str(self._pattern.value("prefix", row))):
                        yield from self._by_one_pattern(words, start, row)

    def _by_one_pattern(self, words: Words, start: int, row: int) -> Iterator[_Pair]:
        one = {name: column[row].as_py() for name, column in self._pattern.columns.items()}
        pattern = _WITH_DIGIT if one["open"] else re.compile(one["pattern"])
        for size in range(1, min(AT_ONCE, len(words) - start + 1) + 1):
            key = words.run(start, size)
            fits = one["fixed"] <= len(key) <= one["longest"] and key.endswith(one["suffix"])
            fits = fits and not words.swallows(start + size - 1, size, len(str(one["suffix"])))
            if fits and pattern.fullmatch(key):
                hit = words.at(start, size, key)
                for product, matched, kind in self._covered.get(one["pattern_id"], ()):
                    yield _Pair(product, matched, kind, hit, one["fixed"], 1)

    def brand_keys_of(self, product: int) -> list[str] | None:
        """Keys that the product's brand goes by."""
        keys: list[str] | None = self._product["brand_keys"][product - 1].as_py()
        return keys

    def brand_says(self, product: int, named: Collection[str] | None) -> str:
        """`agrees`, `absent` or `contradicts`."""
        keys = self.brand_keys_of(product)
        if keys is None or named is None:
            return "absent"
        return "agrees" if any(key in named for key in keys) else "contradicts"

    def category_says(self, product: int, category: str | None) -> str:
        """`agrees`, `unknown` or `contradicts`."""
        own = self._product["category"][product - 1].as_py()
        if own is None or category is None:
            return "unknown"
        return "agrees" if (category, own) in self._related else "contradicts"

    # scores

    def _numbers(self, seen: _Seen) -> Iterator[Scored]:
        line = seen.line
        digits = re.sub("[^0-9]", "", line.gtin or "")
        asked = [("certificate", self._number, model_key(line.certificate or ""))]
        if _SHORTEST_GTIN <= len(digits) <= _LONGEST_GTIN:
            asked.append(("gtin", self._gtin, digits.zfill(_LONGEST_GTIN)))
        for rung, table, key in asked:
            found: dict[int, str] = {}
            for row in table.rows(key):
                product, matched = table.value("product", row), table.value("matched", row)
                found[product] = min(matched, found.get(product, matched))
            for product, matched in found.items():
                facts: dict[str, str | int | bool] = {
                    "brand": self.brand_says(product, seen.named),
                    "category": self.category_says(product, line.category),
                    "model_elsewhere": seen.stated_key is not None and product not in seen.known,
                }
                told = (
                    f'"{rung}": {BASE[rung] / 100:.2f}, "brand": "{facts["brand"]}", "category": "{facts["category"]}"'
                )
                points, fired = _judged(BASE[rung], AGAINST_NUMBER, facts)
                yield Scored(product, rung, points, f"{told}{fired}", matched)

    def _models(self, seen: _Seen) -> Iterator[Scored]:
        for pair in seen.pairs.values():
            base = BASE[pair.kind]
            points, fired = _judged(base, AGAINST_MODEL, seen.facts(pair, self.brand_keys_of(pair.product)))
            told = (
                f'"kind": "{pair.kind}", "code": "{pair.hit.key}", "worth": {base / 100:.2f}, '
                f'"brand": "{pair.brand}", "category": "{pair.category}"'
            )
            yield Scored(pair.product, "model", points, f"{told}{fired}", pair.matched)


def _judged(base: int, rules: Iterable[Rule], facts: Mapping[str, str | int | bool]) -> tuple[int, str]:
    """Points left, and the rules that hold as JSON members."""
    against = points_of(tuple(rules), facts)
    return base - sum(against.values()), "".join(f', "{name}": -{points / 100:.2f}' for name, points in against.items())


def _product_rows(path: Path) -> dict[int, list[tuple[int, str, str]]]:
    table = pq.read_table(path, columns=["pattern_id", "product", "matched", "kind"]).to_pydict()
    found: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for pattern, *row in zip(table["pattern_id"], table["product"], table["matched"], table["kind"], strict=True):
        found[pattern].append((row[0], row[1], row[2]))
    return found


class _Seen:
    """What was found in one line: its brands, and its codes with the products that have them."""

    def __init__(self, line: Line, norm: str, stated_key: str | None, brands: Collection[_Brand]) -> None:
        self.line, self.stated_key, self._norm, self._brands = line, stated_key, norm, brands
        stated = {one.key for one in brands if one.stated}
        self.named = (stated or {one.key for one in brands}) or None
        self._behind = {one.behind for one in brands}
        self._used_for = {one.key for one in brands if one.used_for}
        self.known: frozenset[int] = frozenset()
        self.pairs: dict[int, _Pair] = {}
        self._stretches: set[tuple[int, int]] = set()

    @classmethod
    def of(cls, line: Line, index: Matcher) -> _Seen:
        norm, stated_key, model_start = line_text(line.text, line.model)
        words = Words(norm, model_start)
        grams = list(index.grams(words))
        brands, several = index.brands(line, words, grams)
        seen = cls(line, norm, stated_key, brands)
        hits = listed([words.at(*gram) for gram in grams if index.is_code(gram[2])])
        found: dict[int, list[_Pair]] = defaultdict(list)
        for pair in [*index.exact(hits, {one.key for one in brands}), *index.by_pattern(words)]:
            found[pair.product].append(pair)
        best = {product: _best(pairs) for product, pairs in found.items()}
        seen.known = frozenset(best)
        seen.pairs = {product: seen.named_pair(pair, index) for product, pair in best.items() if pair.kind in BASE}
        seen.add_stretches(several)
        return seen

    def named_pair(self, pair: _Pair, index: Matcher) -> _Pair:
        """The pair with what brand and category say; words of the code itself contradict nothing."""
        brand = index.brand_says(pair.product, self.named)
        hit = pair.hit
        if brand == "contradicts" and not any(
            one.stated or one.behind == 0 or one.start < hit.start or one.behind > hit.behind for one in self._brands
        ):
            brand = "absent"
        return replace(pair, brand=brand, category=index.category_says(pair.product, self.line.category))

    def add_stretches(self, several: Iterable[Hit]) -> None:
        """Keep the stretches of words that are codes or brands of several words."""
        codes = (pair.hit for pair in self.pairs.values() if pair.brand != "contradicts")
        self._stretches = {(hit.start, hit.behind) for hit in (*codes, *several)}

    @cached_property
    def made_for(self) -> bool:
        """Whether the line is about something that fits the product, belongs to it, or is done to it."""
        if _FITTING.search(self._norm):
            return True
        return bool(_BELONGING.search(self._norm) and _BELONGING.search(_INCLUDING.sub(" ", self._norm)))

    def facts(self, pair: _Pair, brand_keys: Collection[str] | None) -> dict[str, str | int | bool]:
        """The facts that rules ask; see tenring.matching.v1.score."""
        hit, key, stated = pair.hit, pair.hit.key, self.stated_key
        return {
            "brand": pair.brand,
            "category": pair.category,
            "made_for": self.made_for,
            "whole": hit.whole,
            "code_brands": pair.code_brands,
            "version_follows": hit.version_follows,
            "code_follows": hit.code_follows,
            "code_length": pair.fixed,
            "seconded": pair.seconded,
            "in_model": hit.in_model,
            "digits_only": key.isascii() and key.isdigit(),
            "five_in_category": len(key) == _DIGITS_OF_FIVE and pair.category == "agrees",
            "named_only": pair.kind in ("family", "name", "series"),
            "beside_brand": pair.brand == "agrees" and hit.start in self._behind,
            "stated": stated == key,
            "stated_elsewhere": stated is not None and not hit.in_model and key not in stated and stated not in key,
            "used_for": hit.used_for or any(one in self._used_for for one in brand_keys or ()),
            "inside": any(
                behind - start > hit.size and start <= hit.start and behind >= hit.behind
                for start, behind in self._stretches
            ),
        }


def _best(pairs: list[_Pair]) -> _Pair:
    """Of the codes of one product the longest, and whether another of them stands beside it."""
    keys = {pair.hit.key for pair in pairs}
    apart = min(pair.hit.behind for pair in pairs) <= max(pair.hit.start for pair in pairs)
    return replace(min(pairs, key=_Pair.order), seconded=len(keys) > 1 and apart)
