"""Comparisons as JSON holds them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from tenring.model.plain import plain


def shown(value: object) -> object:
    """A comparison for JSON; witnesses by their values, without the evidence that was made for the judge."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in dataclasses.fields(value) if one.name != "product"]
        return {name: shown(getattr(value, name)) for name in names}
    if isinstance(value, tuple | list):
        return [shown(one) for one in value]
    if isinstance(value, Mapping):
        return {name: shown(one) for name, one in value.items()}
    return value if isinstance(value, str | bool | int | None) else plain(value)
