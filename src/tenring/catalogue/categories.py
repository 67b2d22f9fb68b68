"""The hub of product categories: names in languages, synonyms, and crosswalks to code schemes."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field

from tenring.catalogue.files import CatalogueModel, Mark, load_model, named_files, require_same_id
from tenring.exceptions import CatalogueError

Hierarchy = Literal["zeros", "pairs", "prefix"]
_SCHEMES = "schemes"


class Scheme(CatalogueModel):
    """A classification with its edition: a code without its edition is not a code."""

    id: str
    name: dict[str, str]
    version: str | None
    document: str
    publisher: str
    pattern: str
    hierarchy: Hierarchy
    mark: Mark
    note: str | None = None

    def stem(self, code: str) -> str:
        """The leading part that everything below `code` shares.

        `zeros`: without trailing zeros (CPV 30213300 → 302133), at least two digits; `pairs`: without trailing
        pairs of zeros (A02061000 → A020610); `prefix`: the code itself.
        """
        if self.hierarchy == "prefix":
            return code
        if self.hierarchy == "zeros":
            stripped = code.rstrip("0")
            return stripped if len(stripped) >= 2 else code[:2]  # noqa: PLR2004 - a CPV division has two digits
        return re.sub(r"(?:00)+$", "", code) if code[0].isdigit() else code[0] + re.sub(r"(?:00)+$", "", code[1:])


class SchemesFile(CatalogueModel):
    """`schemes.yml`."""

    schemes: tuple[Scheme, ...]


class Category(CatalogueModel):
    """A product category of ours; codes of all schemes and programmes' own groups map to it."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    parent: str | None = None
    names: dict[str, str]
    synonyms: dict[str, tuple[str, ...]] = {}
    codes: dict[str, tuple[str, ...]] = {}
    labelled: bool = True
    """False: a kind of purchase that no label programme is known to cover."""
    note: str | None = None

    def phrases(self) -> list[str]:
        """All names and synonyms in all languages."""
        return [*self.names.values(), *(s for group in self.synonyms.values() for s in group)]


@dataclass(frozen=True)
class Categories:
    """All categories and code schemes, with their tree and crosswalk."""

    by_id: dict[str, Category]
    schemes: dict[str, Scheme]

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """Category id -> ids of its direct children."""
        found: dict[str, list[str]] = defaultdict(list)
        for category in self.by_id.values():
            if category.parent:
                found[category.parent].append(category.id)
        return {parent: tuple(sorted(ids)) for parent, ids in found.items()}

    def ancestors(self, category: str) -> list[str]:
        """`category` itself, its parent, and so on up."""
        line: list[str] = []
        current: str | None = category
        while current and current not in line:
            line.append(current)
            current = self.by_id[current].parent
        return line

    def below(self, category: str) -> list[str]:
        """`category` and everything below it."""
        found = [category]
        for child in self.children.get(category, ()):
            found.extend(self.below(child))
        return found

    @cached_property
    def stems(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Scheme -> stem of a code -> categories that name it."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for category in self.by_id.values():
            for scheme, codes in category.codes.items():
                for code in codes:
                    found[scheme][self.schemes[scheme].stem(code)].append(category.id)
        return {
            scheme: {stem: tuple(dict.fromkeys(ids)) for stem, ids in stems.items()} for scheme, stems in found.items()
        }

    def by_code(self, scheme: str, code: str) -> tuple[str, tuple[str, ...]] | None:
        """The most specific listed code that covers `code`: (its stem, the categories that name it)."""
        if scheme not in self.schemes:
            return None
        stems = self.stems.get(scheme, {})
        stem = self.schemes[scheme].stem(code)
        for end in range(len(stem), 0, -1):
            if categories := stems.get(stem[:end]):
                return stem[:end], categories
        return None


def load_categories(folder: Path) -> Categories:
    """All categories of a folder.

    Raises:
        CatalogueError: a file breaks the format, a parent or scheme is unknown, the tree has a loop, a code
            does not look like its scheme.
    """
    schemes = {s.id: s for s in load_model(folder / f"{_SCHEMES}.yml", SchemesFile).schemes}
    by_id: dict[str, Category] = {}
    for name, path in named_files(folder):
        if name == _SCHEMES:
            continue
        category = load_model(path, Category)
        require_same_id(category.id, name, path)
        _require_sound(category, schemes, path)
        by_id[name] = category
    _require_tree(by_id, folder)
    return Categories(by_id=by_id, schemes=schemes)


def _require_sound(category: Category, schemes: dict[str, Scheme], path: Path) -> None:
    for language in ("en", "zh"):
        if not category.names.get(language):
            raise CatalogueError(f"names.{language} is missing", where=path, do="Every category has both.")
    for scheme, codes in category.codes.items():
        if scheme not in schemes:
            known = ", ".join(schemes)
            raise CatalogueError(f"codes.{scheme}: unknown scheme", where=path, do=f"Known in schemes.yml: {known}.")
        for code in codes:
            if not re.fullmatch(schemes[scheme].pattern, code):
                what = f"codes.{scheme}: {code!r} does not look like a code of {scheme}"
                raise CatalogueError(what, where=path, do=f"Its pattern is {schemes[scheme].pattern}.")


def _require_tree(by_id: dict[str, Category], folder: Path) -> None:
    for category in by_id.values():
        seen = [category.id]
        while parent := by_id[seen[-1]].parent:
            if parent not in by_id or parent in seen:
                what = f"parent {parent!r} " + ("makes a loop" if parent in seen else "does not exist")
                raise CatalogueError(what, where=folder / f"{seen[-1]}.yml", do="Name an existing category above it.")
            seen.append(parent)
