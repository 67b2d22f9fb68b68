"""What officials edit, loaded and checked: categories, programmes, rules, recognition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tenring.catalogue.brands import load_brands
from tenring.catalogue.categories import Categories, load_categories
from tenring.catalogue.programmes import Programme, load_programmes
from tenring.catalogue.recognition import Agreement, load_agreements
from tenring.catalogue.rules import Rule, load_rules


@dataclass(frozen=True)
class Catalogue:
    """The whole catalogue of one folder, each part read when it is first asked for."""

    folder: Path

    @cached_property
    def categories(self) -> Categories:
        """The hub of product categories with their code crosswalks."""
        return load_categories(self.folder / "categories")

    @cached_property
    def brands(self) -> dict[str, str]:
        """Key of every spelling of a brand -> key of its usual name."""
        return load_brands(self.folder / "brands.yml")

    @cached_property
    def programmes(self) -> dict[str, Programme]:
        """Label and certification programmes by id."""
        return load_programmes(self.folder / "programmes")

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """Purchasing rules by id (`<economy>/<rule>`)."""
        return load_rules(self.folder / "rules")

    @cached_property
    def agreements(self) -> dict[str, Agreement]:
        """Agreements between programmes by id."""
        return load_agreements(self.folder / "recognition")

    def load(self) -> None:
        """Read all parts now."""
        _ = (self.categories, self.brands, self.programmes, self.rules, self.agreements)


__all__ = ["Agreement", "Catalogue", "Categories", "Programme", "Rule"]
