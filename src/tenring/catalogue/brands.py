"""Brands that are written in several ways and scripts."""

from __future__ import annotations

from pathlib import Path

from tenring.catalogue.files import CatalogueModel, Mark, load_model
from tenring.exceptions import CatalogueError
from tenring.model.text import model_key


class BrandsFile(CatalogueModel):
    """`brands.yml`: each group is one brand, its usual name first."""

    mark: Mark
    brands: tuple[tuple[str, ...], ...]


def load_brands(path: Path) -> dict[str, str]:
    """Key of every spelling -> key of the brand's usual name.

    Raises:
        CatalogueError: the file breaks its format, or a spelling stands for two brands.
    """
    keys: dict[str, str] = {}
    for group in load_model(path, BrandsFile).brands:
        usual = model_key(group[0])
        for spelling in group:
            key = model_key(spelling)
            if keys.setdefault(key, usual) != usual:
                raise CatalogueError(f"{spelling!r} stands for two brands", where=path, do="Keep it in one group.")
    return keys
