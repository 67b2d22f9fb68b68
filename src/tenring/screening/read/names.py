"""Which column holds which field: names recognised in many languages (`columns.yml`), the user's own words first."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import yaml

from tenring.language import T
from tenring.model.text import CJK, normal

SOURCE = Path(__file__).with_name("columns.yml")

KNOWN = "known"
"""What `Use.field` says of a column whose name we know and do not use."""

_BRACKETS = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-Z])")
_SIGNS = re.compile(r"[^0-9a-zà-ÿß#°" + CJK + r"]+")
_IS_CJK = re.compile("[" + CJK + "]")
_FILLED = 0.5
"""A better name yields to a second one when less than this share of its cells is filled."""


@dataclass(frozen=True)
class Name:
    """One known name: its field, language and rank (lower = better for the field)."""

    field: str
    language: str
    rank: int


@dataclass(frozen=True)
class Vocabulary:
    """Everything in `columns.yml`, keyed by `key_of` the names."""

    names: Mapping[str, tuple[Name, ...]]
    known: frozenset[str]
    elsewhere: frozenset[str]
    totals: frozenset[str]
    written: frozenset[str]
    """All names in the spellings they may have in a header cell, for a quick search through all cells."""


@dataclass(frozen=True)
class Use:
    """What became of one column: its field (`known` = known and not used, None = not understood), and why."""

    column: int
    header: str
    field: str | None
    why: str


@dataclass(frozen=True)
class Match:
    """A column that could serve a field; better matches sort first."""

    rank: int
    length: int
    column: int
    name: str
    language: str
    exact: bool

    @property
    def order(self) -> tuple[bool, int, int, int]:
        """Sort key: exact names first, then the rank in `columns.yml`, longer names, columns further left."""
        return (not self.exact, self.rank, -self.length, self.column)


@lru_cache(maxsize=4096)
def key_of(name: str) -> str:
    """The form in which headers are compared: no brackets, signs, case, accents, `_`, camelCase."""
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", name)) if not name.isupper() else name
    bare = _BRACKETS.sub(" ", spaced).replace("'", "")
    key = _SIGNS.sub(" ", normal(bare)).strip()
    return key.replace(" ", "") if _IS_CJK.search(key) else key


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The names of `columns.yml`."""
    source = yaml.load(SOURCE.read_bytes(), Loader=yaml.CSafeLoader)
    names: dict[str, list[Name]] = {}
    for field, languages in source["fields"].items():
        for language, words in languages.items():
            for rank, word in enumerate(words):
                _add(names.setdefault(key_of(word), []), Name(field, language, rank))
    spoken = [word for languages in source["fields"].values() for word in _all(languages)] + _all(source["known"])
    return Vocabulary(
        {key: tuple(found) for key, found in names.items()},
        frozenset(key_of(word) for word in _all(source["known"])),
        frozenset(key_of(word) for word in _all(source["elsewhere"])),
        frozenset(re.sub(r"\s", "", normal(word)) for word in _all(source["totals"])),
        frozenset(form for word in spoken for form in _spellings(word)),
    )


def _add(names: list[Name], name: Name) -> None:
    """Add a name once per field: languages that share a spelling share the better rank, the first one listed speaks."""
    for index, one in enumerate(names):
        if one.field == name.field:
            names[index] = Name(one.field, one.language, min(one.rank, name.rank))
            return
    names.append(name)


def _all(languages: Mapping[str, Sequence[object]]) -> list[str]:
    return [str(word) for words in languages.values() for word in words]


def _spellings(word: str) -> tuple[str, ...]:
    return (
        word,
        word.lower(),
        word.upper(),
        word.title(),
        word.capitalize(),
        word.replace(" ", "_"),
        word.replace(" ", "_").upper(),
    )


def is_total(text: str) -> bool:
    """Whether a cell says that its row adds up others: `合计`, `Total:`, `Summe (EUR)`."""
    bare = re.sub(r"[\s:：.。]", "", normal(_BRACKETS.sub("", text)))
    return bare in vocabulary().totals


def exact_names(texts: Iterable[str]) -> int:
    """How many of `texts` are known column names."""
    words = vocabulary()
    return sum(1 for text in texts if text and (key := key_of(text)) and (key in words.names or key in words.known))


def matches(candidates: Sequence[str]) -> list[tuple[str, Match]]:
    """All fields the names of one column fit; `candidates` are its names, the best first."""
    found: list[tuple[str, Match]] = []
    words = vocabulary()
    for candidate in candidates:
        key = key_of(candidate)
        if not key:
            continue
        uses = words.names.get(key, ())
        found += [(use.field, Match(use.rank, len(key), 0, candidate, use.language, exact=True)) for use in uses]
        if key in words.known and not found:
            return []
        if found:
            return found
    return [pair for candidate in candidates for pair in _contained(key_of(candidate), candidate)]


@lru_cache(maxsize=4096)
def _contained(key: str, header: str) -> tuple[tuple[str, Match], ...]:
    """Fields whose names stand inside a header, unless another word there says that it is about something else."""
    words = vocabulary()
    found = []
    for name, uses in words.names.items():
        rest = _without(key, name)
        if rest is None or _is_elsewhere(rest, words.elsewhere):
            continue
        found += [(use.field, Match(use.rank, len(name), 0, header, use.language, exact=False)) for use in uses]
    longest = max((match.length for _, match in found), default=0)
    return tuple((field, match) for field, match in found if match.length == longest)


_SHORTEST_CJK, _SHORTEST = 2, 4


def _without(key: str, name: str) -> str | None:
    """What is left of `key` beside the contained `name`; None if it is not contained as whole words."""
    if _IS_CJK.search(name):
        return key.replace(name, " ", 1) if len(name) >= _SHORTEST_CJK and name in key else None
    if len(name) < _SHORTEST or f" {name} " not in f" {key} ":
        return None
    return f" {key} ".replace(f" {name} ", " | ", 1)


def _is_elsewhere(rest: str, elsewhere: frozenset[str]) -> bool:
    if any(word in elsewhere for word in re.split(r"[ |]+", rest)):
        return True
    return any(_IS_CJK.match(word) and word in rest for word in elsewhere)


@dataclass(frozen=True)
class Assigned:
    """Field → its columns, the best first; what became of each column; how often each language was recognised."""

    fields: Mapping[str, Sequence[int]]
    uses: tuple[Use, ...]
    languages: Counter[str]


def assign(names: Sequence[Sequence[str]], *, given: Mapping[str, int], filled: Sequence[float]) -> Assigned:
    """Give each field its column, and no column to two fields.

    `names` are the names of each column, the best first; `given` is the user's choice; `filled` the share of filled
    cells. Only the description may have several columns: the next is read where the first is empty.
    """
    fields: dict[str, list[int]] = {field: [column] for field, column in given.items()}
    why = {column: T("given by the user") for column in given.values()}
    languages: Counter[str] = Counter()
    offers = _offers(names, set(given.values()))
    for field in sorted(offers, key=lambda name: not _is_code(name)):
        free = sorted((match for match in offers[field] if match.column not in why), key=lambda match: match.order)
        if field in fields or not free:
            continue
        ranked = _fullest_first(free, filled)[: None if field == "description" else 1]
        fields[field] = [match.column for match in ranked]
        for match in ranked:
            languages[match.language] += 2 if match.exact else 1
            first = match is ranked[0]
            why[match.column] = _reason(match) if first else T("read where {name} is empty", name=ranked[0].name)
    uses = tuple(_use(column, fields, why, names[column]) for column in range(len(names)))
    return Assigned(fields, uses, languages)


def _offers(names: Sequence[Sequence[str]], taken: set[int]) -> dict[str, list[Match]]:
    """Field → columns that fit it; a column whose name is exactly known offers itself for nothing else."""
    offers: dict[str, list[Match]] = {
        field: [] for found in vocabulary().names.values() for field in (n.field for n in found)
    }
    for column, candidates in enumerate(names):
        if column in taken:
            continue
        for field, match in matches(candidates):
            offers[field].append(replace(match, column=column))
    exact = {match.column for found in offers.values() for match in found if match.exact}
    return {field: [m for m in found if m.exact or m.column not in exact] for field, found in offers.items()}


def _is_code(field: str) -> bool:
    return field.startswith("code_") and field not in ("code_name", "code_scheme")


def _fullest_first(ranked: list[Match], filled: Sequence[float]) -> list[Match]:
    """The ranking, but a column that is mostly empty gives way to the next one that is not."""
    for index, match in enumerate(ranked):
        if filled[match.column] >= _FILLED:
            return [match, *ranked[:index], *ranked[index + 1 :]]
    return sorted(ranked, key=lambda match: -filled[match.column])


def _reason(match: Match) -> str:
    if match.exact:
        return T("the name {name} is known ({language})", name=match.name, language=match.language)
    return T("the header {name} contains a known name ({language})", name=match.name, language=match.language)


def _use(column: int, fields: Mapping[str, Sequence[int]], why: Mapping[int, str], names: Sequence[str]) -> Use:
    header = names[0] if names else ""
    field = next((field for field, columns in fields.items() if column in columns), None)
    if field:
        return Use(column, header, field, why[column])
    if any(key_of(name) in vocabulary().known or key_of(name) in vocabulary().names for name in names):
        return Use(column, header, KNOWN, T("the name is known and not used"))
    return Use(column, header, None, T("the name is not known"))
