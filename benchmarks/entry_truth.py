"""What a register really certifies, decided without the matcher: its own normal form, look-ups instead of rules.

A code is covered when some entry prints it as model, further model, family, name or number; when an entry's wildcard
pattern matches it; or when it begins with a family's name (a family covers its members). A changed code that is
covered is another certified product, not a near miss. Look-ups are hashes and fixed beginnings of patterns.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tenring.register.snapshot import Snapshot

_ACCENT = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+")
_LEGAL = frozenset(
    re.split(
        " ",
        "gmbh ag kg co ltd limited inc corp corporation company llc lp plc spa srl sas sarl bv nv ab oy as aps kft sro "
        "pty pte sdn bhd group europe international holding and the of by de sp zo",
    )
)
#: A printed pattern that fixes fewer signs together says nothing: `(“*” can be any of A-Z)`.
_FEWEST_FIXED = 2
#: Wildcards in a printed model, choices such as (P,E) or L/R, and what may be left out: (-BS).
_PIECE = re.compile(r"\*|#|\(([^()]*)\)|(?<=[0-9A-Za-z*#])([A-Za-z])/([A-Za-z])(?![0-9A-Za-z])")


def bare(text: str) -> str:
    """Letters and digits of a text, without case, width and accents."""
    return "".join(_WORD.findall(plain_form(text)))


def plain_form(text: str) -> str:
    """A text without case, width and accents."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", _ACCENT.sub("", apart))


def name_words(brand: str) -> frozenset[str]:
    """Words of a brand or holder that tell it from others."""
    found = _WORD.findall(plain_form(brand))
    return frozenset(word for word in found if word not in _LEGAL and len(word) > 1)


@dataclass(frozen=True)
class Entry:
    """One licence of the register with what it prints."""

    licence: str
    register: str
    number: str
    brand: str
    category: str
    models: tuple[str, ...] = ()
    additional: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    gtins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pattern:
    """What a printed model with wildcards stands for; `literal` is its longest fixed part."""

    compiled: re.Pattern[str]
    literal: str
    licences: set[str]


@dataclass
class Register:
    """All entries with their look-ups."""

    entries: list[Entry]
    spellings: Mapping[str, str]
    by_code: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_id: dict[str, Entry] = field(default_factory=dict)
    _patterns: dict[str, dict[str, Pattern]] = field(default_factory=lambda: defaultdict(dict))
    _families: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _words: dict[str, frozenset[str]] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    numbers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    gtins: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for entry in self.entries:
            self.by_id[entry.licence] = entry
            self.numbers[bare(entry.number)].add(entry.licence)
            for gtin in entry.gtins:
                self.gtins[gtin].add(entry.licence)
            self.models.update(map(bare, (*entry.models, *entry.additional)))
            for model in (*entry.models, *entry.additional, *entry.families, *entry.names):
                self._add(model, entry.licence)
            for family in entry.families:
                self._families[bare(re.sub(r"(?i)\bseries\b", "", family))].add(entry.licence)

    def _add(self, model: str, licence: str) -> None:
        self.by_code[bare(model)].add(licence)
        if _PIECE.search(model):
            prefix, literal, pattern = _pattern(re.sub(r"\*+", "*", model))
            if len(literal) < _FEWEST_FIXED:
                return
            known = self._patterns[prefix].setdefault(pattern, Pattern(re.compile(pattern), literal, set()))
            known.licences.add(licence)

    def covering(self, code: str) -> set[str]:
        """Licences that cover a code, of whatever brand."""
        key = bare(code)
        found = set(self.by_code.get(key, ()))
        for end in range(len(key) + 1):
            beginning = key[:end]
            for pattern in self._patterns.get(beginning, {}).values():
                if pattern.literal in key and pattern.compiled.fullmatch(key):
                    found |= pattern.licences
            if end >= 3:
                found |= self._families.get(beginning, set())
        return found

    def covered(self, code: str, brand: str) -> bool:
        """Whether an entry of this brand covers a code, or any entry has it as its number."""
        holders = {self.by_id[licence].brand for licence in self.covering(code)}
        return bare(code) in self.numbers or any(self.same_brand(brand, holder) for holder in holders)

    def same_brand(self, one: str, other: str) -> bool:
        """Whether two brands may be one: a word in common, or spellings of one brand in the catalogue."""
        return one == other or bool(self._brand_words(one) & self._brand_words(other))

    def _brand_words(self, brand: str) -> frozenset[str]:
        if brand not in self._words:
            self._words[brand] = name_words(brand) | {bare(brand)} | self._usual(brand)
        return self._words[brand]

    def _usual(self, brand: str) -> set[str]:
        words = _WORD.findall(plain_form(brand))
        runs = {"".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, min(a + 4, len(words) + 1))}
        return {self.spellings[run] for run in runs if run in self.spellings}


def _pattern(model: str) -> tuple[str, str, str]:
    """The fixed beginning of a printed model, its longest fixed part, and all that it may stand for, generously."""
    parts: list[str] = []
    fixed: list[str] = []
    place = 0
    for found in _PIECE.finditer(model):
        fixed.append(bare(model[place : found.start()]))
        parts += [re.escape(fixed[-1]), _stands_for(found)]
        place = found.end()
    fixed.append(bare(model[place:]))
    parts.append(re.escape(fixed[-1]))
    return fixed[0], max(fixed, key=len), "".join(parts)


def _stands_for(found: re.Match[str]) -> str:
    if found.group() in "*#":
        return "[0-9a-z]*" if found.group() == "*" else "[0-9a-z]"
    if found.group(1) is not None:
        choices = "|".join(re.escape(bare(choice)) for choice in found.group(1).split(","))
        return f"(?:{choices})" + ("" if "," in found.group(1) else "?")
    first, second = bare(found.group(2)), bare(found.group(3))
    return f"(?:{first}|{second}|{first}{second})"


def load_register(snapshot: Snapshot, spellings: Mapping[str, str]) -> Register:
    """The entries of a snapshot, in the order of their licence ids."""
    with snapshot.connect() as connection:
        rows = connection.execute("""
            SELECT l.licence_id, l.register, l.number, l.brand, l.category, m.models, m.additional, m.families,
                m.names, g.gtins
            FROM licences l
            LEFT JOIN (
                SELECT licence_id, list(model ORDER BY model) FILTER (kind = 'model') AS models,
                    list(model ORDER BY model) FILTER (kind = 'additional') AS additional,
                    list(model ORDER BY model) FILTER (kind = 'family') AS families,
                    list(model ORDER BY model) FILTER (kind = 'name') AS names
                FROM (
                    SELECT licence_id, model, kind FROM models
                    UNION SELECT licence_id, name, 'name' FROM licences WHERE name IS NOT NULL
                ) GROUP BY licence_id
            ) m USING (licence_id)
            LEFT JOIN (SELECT licence_id, list(gtin ORDER BY gtin) AS gtins FROM gtins GROUP BY licence_id) g
                USING (licence_id)
            WHERE l.brand IS NOT NULL ORDER BY l.licence_id
        """).fetchall()
    return Register(list(_entries(rows)), spellings)


def _entries(rows: list[tuple[object, ...]]) -> Iterator[Entry]:
    for licence, register, number, brand, category, *lists in rows:
        printed = [tuple(one) if isinstance(one, list) else () for one in lists]
        yield Entry(str(licence), str(register), str(number), str(brand), str(category), *printed)
