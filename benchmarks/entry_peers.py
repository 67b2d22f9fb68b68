"""Simpler ways to match the same lines: what they find and what they find wrongly, on the same entries.

Each looks for a printed brand and a printed model in the text of the line. None knows spellings, wildcards,
numbers, or what speaks against a match.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from entry_lines import Line
from entry_truth import Register

from tenring.model.text import normal, words

_LONGEST_RUN = 10
_COMMON_WORD = 200
_ALIKE = 95


@dataclass(frozen=True)
class Peer:
    """A way to match; `most` lines are asked of it, where it is slow."""

    name: str
    find: Callable[[Line], Iterable[str]]
    most: int


def peers(register: Register) -> list[Peer]:
    """The peers that can run here; what is missing is said."""
    printed = [
        (entry.licence, entry.brand, model)
        for entry in register.entries
        for model in (*entry.models, *entry.additional)
        if not set("*#") & set(model)
    ]
    found = [
        Peer("whole words equal", _whole_words(printed), 1_000_000),
        Peer("brand and model as substrings", _substrings(printed), 600),
    ]
    try:
        from rapidfuzz.fuzz import token_set_ratio  # noqa: PLC0415 - not a requirement of the project
    except ImportError:
        print("  rapidfuzz is not installed: left out")
        return found
    return [*found, Peer("rapidfuzz token_set on shared rare words", _alike(printed, token_set_ratio), 4_000)]


def whole_text(line: Line) -> str:
    """All that a line says, in normal form."""
    return normal(" ".join(filter(None, (line.brand, line.model, line.text))))


def _whole_words(printed: Sequence[tuple[str, str, str]]) -> Callable[[Line], Iterable[str]]:
    by_model: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for licence, brand, model in printed:
        by_model[tuple(words(model))].append((licence, tuple(words(brand))))

    def find(line: Line) -> Iterable[str]:
        parts = words(whole_text(line))
        runs = {
            tuple(parts[a:b]) for a in range(len(parts)) for b in range(a + 1, min(a + _LONGEST_RUN, len(parts)) + 1)
        }
        return {licence for run in runs for licence, brand in by_model.get(run, ()) if brand in runs}

    return find


def _substrings(printed: Sequence[tuple[str, str, str]]) -> Callable[[Line], Iterable[str]]:
    known = [(licence, normal(brand), normal(model)) for licence, brand, model in printed]

    def find(line: Line) -> Iterable[str]:
        text = whole_text(line)
        return {licence for licence, brand, model in known if model in text and brand in text}

    return find


def _alike(
    printed: Sequence[tuple[str, str, str]], ratio: Callable[[str, str], float]
) -> Callable[[Line], Iterable[str]]:
    known = [(licence, normal(f"{brand} {model}")) for licence, brand, model in printed]
    by_word: dict[str, list[int]] = defaultdict(list)
    for place, (_, text) in enumerate(known):
        for word in set(words(text)):
            by_word[word].append(place)

    def find(line: Line) -> Iterable[str]:
        text = whole_text(line)
        places = {
            p for word in words(text) if len(by_word.get(word, ())) <= _COMMON_WORD for p in by_word.get(word, ())
        }
        scores = {place: ratio(text, known[place][1]) for place in places}
        best = max(scores.values(), default=0)
        return {known[place][0] for place, score in scores.items() if score == best and score >= _ALIKE}

    return find
