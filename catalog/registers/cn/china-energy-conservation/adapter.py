"""China Energy Conservation: the kind of product from the standard and the product's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tenring.register.kinds import KindColumns, csv_with_kinds

if TYPE_CHECKING:
    from tenring.register.adapter import Row
    from tenring.register.definition import ListDefinition

COLUMNS = KindColumns(
    pattern=re.compile(r"(GB(?:/T)?)\s*([0-9.]+)"),
    standard=("依据标准", "认证依据", "标准"),
    names=("产品名称", "认证产品名称"),
)
DEFINITION = Path(__file__).with_name("register.yml")


def rows(path: Path, listing: ListDefinition) -> Iterator[Row]:
    """The rows of a CSV file with the column of kinds."""
    return csv_with_kinds(path, listing, columns=COLUMNS, definition=DEFINITION)
