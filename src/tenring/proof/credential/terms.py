"""Terms of UNTP 0.7.0 by type, and the check that nothing of a credential is lost on the way to its meaning.

The official context gives every type a catch-all vocabulary: a misspelt term (`assesmentDate`) becomes a property that
nobody knows, and no JSON-LD processor says a word; in objects without a type, unknown terms vanish altogether. So each
term is compared with what is defined for the type that it stands in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from tenring.language import T
from tenring.proof.strict import JsonObject

SOURCE: Final = Path(__file__).with_name("untp-0.7.0.yml")
_KEYWORDS: Final = frozenset({"id", "type"})
#: Kinds of terms whose value may be a text.
_PLAIN: Final = frozenset({"value", "node", "open"})

Terms = Mapping[str, str]
"""Term -> `value`, `node`, `open`, or the name of a part."""


@dataclass(frozen=True)
class TermTable:
    """What is defined where: terms by type, by untyped part, and those that mean the same everywhere."""

    everywhere: Terms
    parts: Mapping[str, Terms]
    types: Mapping[str, Terms]


@dataclass(frozen=True)
class Lost:
    """A term or type that the contexts do not define where it stands.

    `path` such as `credentialSubject.conformityAssessment[0].assesmentDate`; `nearest`: the term probably meant.
    """

    path: str
    term: str
    why: str
    nearest: str | None = None

    def __str__(self) -> str:
        hint = T(" (did you mean {term}?)", term=self.nearest) if self.nearest else ""
        return f"{self.path}: {self.why}{hint}"


@cache
def term_table() -> TermTable:
    """The table of UNTP 0.7.0."""
    raw = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return TermTable(raw["everywhere"], raw["parts"], raw["types"])


def lost_terms(document: JsonObject) -> tuple[Lost, ...]:
    """Every term of a credential whose meaning the contexts of UNTP 0.7.0 and of credentials do not define."""
    plain = {name: value for name, value in document.items() if name != "@context"}
    # Most documents are right: whether they are is found out first, where they are not only then.
    return () if _fine(plain, None) else tuple(_Walk(term_table()).node(plain, ""))


@cache
def _terms(types: tuple[str, ...], part: str | None) -> Terms | None:
    """The terms of an object with these types in this place; None: a type is not defined."""
    table = term_table()
    if not all(name in table.types for name in types):
        return None
    terms = dict(table.everywhere) | dict(table.parts.get(part or "", {}))
    for name in types:
        terms |= table.types[name]
    return terms


def _fine(found: JsonObject, part: str | None) -> bool:
    """Whether nothing of an object is lost."""
    kinds = found.get("type", ())
    types = tuple(kinds) if isinstance(kinds, list) else (kinds,) if isinstance(kinds, str) else kinds
    if not isinstance(types, tuple) or not all(type(name) is str for name in types):
        return False
    terms = _terms(types, part)
    if terms is None:
        return False
    for term, value in found.items():
        if value is None or value == []:
            return False
        if type(value) is str or term in _KEYWORDS:
            if term not in _KEYWORDS and terms.get(term, "Part") not in _PLAIN:
                return False
            continue
        kind = terms.get(term)
        if kind is None or (kind != "open" and not all(_fits(one, kind) for one in _listed(value))):
            return False
    return True


def _fits(value: object, kind: str) -> bool:
    """Whether a value (no list) may stand where the term is of this kind, and nothing in it is lost."""
    if isinstance(value, dict):
        if kind == "value":
            return "@value" in value
        return _fine(value, None if kind == "node" else kind)
    return kind in _PLAIN and not isinstance(value, list)


@dataclass(frozen=True)
class _Walk:
    """Goes through a document, object by object."""

    table: TermTable

    def node(self, found: Mapping[str, Any], path: str, part: str | None = None) -> Iterator[Lost]:
        """One object: its types, its terms, and what stands in them. `part`: what the term before it makes of it."""
        terms = dict(self.table.everywhere) | dict(self.table.parts.get(part or "", {}))
        for number, name in enumerate(_listed(found.get("type"))):
            if not isinstance(name, str) or name not in self.table.types:
                where = _below(path, f"type[{number}]")
                yield Lost(where, str(name), T("the type {type} is not defined", type=repr(name)), self._type(name))
            else:
                terms |= self.table.types[name]
        for term, value in found.items():
            if term in _KEYWORDS:
                continue
            kind = terms.get(term)
            if kind is None:
                yield self._unknown(term, found, terms, _below(path, term))
            elif kind != "open":
                yield from self._values(value, kind, _below(path, term))

    def _values(self, value: object, kind: str, path: str) -> Iterator[Lost]:
        if value is None or value == []:
            yield Lost(path, path, T("it is null or empty, which says nothing"))
        several = isinstance(value, list)
        for number, one in enumerate(_listed(value)):
            where = f"{path}[{number}]" if several else path
            if isinstance(one, list):
                yield Lost(where, path, T("a list stands inside a list"))
            elif isinstance(one, dict) and kind == "value" and "@value" in one:
                continue
            elif isinstance(one, dict) and kind == "value":
                yield Lost(where, path, T("an object stands where a value belongs"))
            elif isinstance(one, dict):
                yield from self.node(one, where, kind if kind in self.table.parts else None)
            elif kind in self.table.parts:
                yield Lost(where, path, T("a value stands where an object belongs"))

    def _unknown(self, term: str, found: Mapping[str, Any], terms: Terms, path: str) -> Lost:
        named = ", ".join(str(name) for name in _listed(found.get("type"))) or T("an object without a type")
        close = get_close_matches(term, terms, n=1, cutoff=0.6)
        return Lost(path, term, T("the term is not defined in {type}", type=named), close[0] if close else None)

    def _type(self, name: object) -> str | None:
        close = get_close_matches(str(name), self.table.types, n=1, cutoff=0.6)
        return close[0] if close else None


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _below(path: str, term: str) -> str:
    return f"{path}.{term}" if path else term
