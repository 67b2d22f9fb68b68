"""One line cut into words in Python, and what stands around some of them: the steps of `lines` for a single line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from tenring.matching.v1.candidates import PLAIN_WORD
from tenring.matching.v1.lines import CLOSERS, JOINERS, PART, SHORT_BRACKET, WORD
from tenring.matching.v1.weights import MEASURE, USED_BEHIND, USED_FOR, VERSIONS
from tenring.model.text import is_cjk, normal

_PART, _WORD, _DIGIT = re.compile(PART), re.compile(WORD), re.compile("[0-9]")
_VERSION, _MEASURE = re.compile(normal(VERSIONS)), re.compile(normal(MEASURE))
_USED_FOR, _USED_BEHIND = re.compile(normal(USED_FOR)), re.compile(normal(USED_BEHIND))
_PLAIN_WORD = re.compile(PLAIN_WORD)
_NO_JOINERS = str.maketrans("", "", JOINERS)
_NO_CLOSERS = str.maketrans("", "", CLOSERS + JOINERS)


@dataclass(frozen=True)
class Hit:
    """Some neighbouring words of a line, and what stands around them; see tenring.matching.v1.lines.in_place."""

    start: int
    size: int
    key: str
    loose_start: bool
    loose_end: bool
    goes_on: bool
    slash_before: bool
    slash_behind: bool
    whole: bool
    next_word: str
    last_word: str
    in_model: bool

    @property
    def behind(self) -> int:
        """The place behind it."""
        return self.start + self.size

    @property
    def bounded(self) -> bool:
        """Whether it begins and ends where chunks do."""
        return self.loose_start and self.loose_end

    @cached_property
    def version_follows(self) -> bool:
        """Whether G5, Pro, Mk2 or the like stands behind it."""
        return bool(_VERSION.fullmatch(self.next_word))

    @cached_property
    def after_for(self) -> bool:
        """Whether `for` stands before it."""
        return bool(_USED_FOR.fullmatch(self.last_word))

    @cached_property
    def used_for(self) -> bool:
        """Whether `for` stands before it, or 专用 behind it."""
        return self.after_for or bool(_USED_BEHIND.fullmatch(self.next_word))

    @cached_property
    def code_follows(self) -> bool:
        """Whether a further code stands behind it."""
        return bool(_DIGIT.search(self.next_word)) and not _MEASURE.fullmatch(self.next_word)


class Words:
    """A line cut into words, which are counted from 1."""

    def __init__(self, norm: str, model_start: int | None) -> None:
        parts = _PART.findall(norm)
        self.words = [part[_WORD.search(part).start() :] for part in parts]  # type: ignore[union-attr]  # PART ends so
        self.gaps = [part[: len(part) - len(word)] for part, word in zip(parts, self.words, strict=True)]
        self.model_start = model_start

    def __len__(self) -> int:
        return len(self.words)

    def run(self, start: int, size: int) -> str:
        """Some neighbouring words, joined."""
        return "".join(self.words[start - 1 : start - 1 + size])

    def at(self, start: int, size: int, key: str) -> Hit:
        """Some neighbouring words with what stands around them."""
        end, count = start + size, len(self.words)
        loose_start = start == 1 or self._loose(start)
        loose_end = end > count or self._loose(end)
        goes_on = end <= count and self._goes_on(end)
        return Hit(
            start=start,
            size=size,
            key=key,
            loose_start=loose_start,
            loose_end=loose_end,
            goes_on=goes_on,
            slash_before=start > 1 and self.gaps[start - 1].strip(" ") == "/",
            slash_behind=end <= count and self.gaps[end - 1].strip(" ") == "/",
            whole=loose_start and loose_end and not goes_on,
            next_word=self.words[end - 1] if end <= count else "",
            last_word=self.words[start - 2] if start > 1 else "",
            in_model=self.model_start is not None and start >= self.model_start,
        )

    def swallows(self, last: int, size: int, suffix: int) -> bool:
        """Whether a wildcard would stand for a word of the language, the last of `size`; see `line_covered`."""
        word, apart = self.words[last - 1], self.gaps[last - 1].translate(_NO_JOINERS)
        return size > 1 and bool(apart) and len(word) > suffix and bool(_PLAIN_WORD.fullmatch(word))

    def _loose(self, place: int) -> bool:
        gap = self.gaps[place - 1]
        if not gap or gap.translate(_NO_JOINERS):
            return True
        return is_cjk(self.words[place - 1]) or is_cjk(self.words[place - 2])

    def _goes_on(self, end: int) -> bool:
        word, gap = self.words[end - 1], self.gaps[end - 1]
        if is_cjk(word):
            return False
        rest = gap.translate(_NO_CLOSERS)
        if not rest:
            return bool(gap)
        closes = end == len(self.words) or self.gaps[end].startswith(")")
        return rest == "(" and gap.endswith("(") and len(word) <= SHORT_BRACKET and closes


def listed(hits: list[Hit]) -> list[Hit]:
    """Codes between which a slash stands are a list: each of them is whole. See the step `line_listed`."""
    ends = {hit.behind for hit in hits if hit.slash_behind and hit.loose_start}
    starts = {hit.start for hit in hits if hit.slash_before and hit.loose_end}
    found = []
    for hit in hits:
        opens = hit.loose_start or hit.start in ends
        closes = (hit.loose_end and not hit.goes_on) or hit.behind in starts
        found.append(replace(hit, whole=hit.whole or (opens and closes)))
    return found
