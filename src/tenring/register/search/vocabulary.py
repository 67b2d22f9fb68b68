"""Names of categories in all languages, so that 复印纸 finds copy paper that its register describes in English only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tenring.model.text import bigrams, is_cjk, words
from tenring.register.search import tokens


@dataclass(frozen=True)
class Vocabulary:
    """`names`: a name or synonym, its words in normal form separated by spaces → ids of the categories so called."""

    names: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, categories: Mapping[str, Sequence[str]]) -> Vocabulary:
        """The vocabulary of categories: id → all names and synonyms in all languages."""
        names: dict[str, list[str]] = defaultdict(list)
        for category, texts in categories.items():
            for text in texts:
                phrase = _phrase(words(text))
                if phrase and category not in names[phrase]:
                    names[phrase].append(category)
        return cls(dict(names))

    @cached_property
    def runs(self) -> Mapping[str, Sequence[str]]:
        """The names that are one run of CJK characters, two or longer."""
        return {name: ids for name, ids in self.names.items() if len(name) > 1 and " " not in name and is_cjk(name)}

    @cached_property
    def single_words(self) -> tuple[str, ...]:
        """The words in Latin letters that names consist of, for finding typing errors."""
        return tuple(
            sorted({word for name in self.names for word in name.split() if word.isascii() and word.isalpha()})
        )

    def alike_at_an_end(self, word: str, most: int) -> Iterable[str]:
        """The single words that begin with the same letter as a word, or end with the same two.

        Those that have too many other letters to come from it by so many changes are left out.
        """
        letters = _letters(word)
        alike = (*self._by_end.get(word[:1], ()), *self._by_end.get("-" + word[-2:], ()))
        return dict.fromkeys(name for name, others in alike if (letters ^ others).bit_count() <= 2 * most)

    @cached_property
    def _by_end(self) -> Mapping[str, Sequence[tuple[str, int]]]:
        """The single words and their letters, by their first letter and by their last two."""
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for word in self.single_words:
            for end in (word[0], "-" + word[-2:]):
                found[end].append((word, _letters(word)))
        return found

    def categories(self, parts: Sequence[str]) -> tuple[str, ...]:
        """Ids of the categories that the words typed name; two or more CJK characters may be a part of a name."""
        exact = self.names.get(_phrase(parts), ())
        if len(parts) > 1 or not is_cjk(parts[0]) or len(parts[0]) == 1:
            return tuple(exact)
        inside = (id_ for name in self._by_pair.get(parts[0][:2], ()) if parts[0] in name for id_ in self.runs[name])
        return tuple(dict.fromkeys((*exact, *inside)))

    @cached_property
    def _by_pair(self) -> Mapping[str, Sequence[str]]:
        """The names that are one run, by each pair of neighbouring characters in them."""
        found: dict[str, list[str]] = defaultdict(list)
        for name in self.runs:
            for pair in dict.fromkeys(bigrams(name)):
                found[pair].append(name)
        return found

    def split(self, run: str) -> list[str]:
        """A CJK run cut around the longest category name in it: 惠普笔记本电脑 → 惠普, 笔记本电脑.

        It stays whole when nothing is named or single characters would be left over.
        """
        if run in self.runs:
            return [run]
        for name in self._names_inside(run):
            before, after = run.split(name, maxsplit=1)
            if len(before) != 1 and len(after) != 1:
                return [part for part in (before, name, after) if part]
        return [run]

    def _names_inside(self, run: str) -> Iterator[str]:
        names = {name for pair in set(bigrams(run)) for name in self._by_pair.get(pair, ()) if name in run}
        return iter(sorted(sorted(names), key=len, reverse=True))


def _letters(word: str) -> int:
    """Which letters a word has, as bits."""
    return sum(1 << ord(letter) for letter in set(word))


def _phrase(parts: Sequence[str]) -> str:
    return " ".join(tokens.fold_plural(part) for part in parts)
