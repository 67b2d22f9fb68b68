"""Economies that an organisation can belong to: all of which the catalogue knows a programme or a rule."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tenring.catalogue import Catalogue
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.web.core.economies import economy_name
from tenring.web.core.sources import tenring_settings


def economies() -> list[tuple[str, str]]:
    """Code and name of each, by name."""
    return sorted(((code, economy_name(code)) for code in _codes(tenring_settings().catalog)), key=lambda one: one[1])


def known_economy(code: str) -> str:
    """A code; empty: none.

    Raises:
        UnusableInputError: it is none of ours.
    """
    if code and code not in _codes(tenring_settings().catalog):
        raise UnusableInputError(T("there is no economy {code!r}", code=code[:20]))
    return code


@lru_cache(maxsize=4)
def _codes(folder: Path) -> frozenset[str]:
    catalogue = Catalogue(folder)
    of_rules = {rule.economy for rule in catalogue.rules.values()}
    return frozenset(of_rules | {programme.economy for programme in catalogue.programmes.values()} - {""})
