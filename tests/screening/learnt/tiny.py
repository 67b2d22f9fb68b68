"""A tiny model, trained from the names of a few categories of the catalogue."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tenring.catalogue import Catalogue, Categories
from tenring.screening.learnt.model import Model
from tenring.screening.learnt.sources import examples
from tenring.screening.learnt.train import train

CATALOG = Path(__file__).resolve().parents[3] / "catalog"
FEW = ("copy-paper", "desktop-computers", "notebook-computers", "cleaning-services", "copiers", "lighting")


@lru_cache(maxsize=1)
def all_categories() -> Categories:
    return Catalogue(CATALOG).categories


@lru_cache(maxsize=1)
def tiny_model() -> Model:
    chosen = [one for one in examples(all_categories(), None) if one.leaf.category in FEW]
    return train(chosen, all_categories())
