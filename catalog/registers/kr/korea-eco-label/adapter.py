"""Korea Eco-Label: the kind of product from the target product (`EL172. 가구`) and the product's name."""

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
    pattern=re.compile(r"^(?:EL\s*[0-9]{3}[.\s]*)?(\S.*)$"),
    standard=("대상제품",),
    names=("제품명", "인증제품명"),
)
DEFINITION = Path(__file__).with_name("register.yml")


def rows(path: Path, listing: ListDefinition) -> Iterator[Row]:
    """The rows of a CSV file with the column of kinds."""
    return csv_with_kinds(path, listing, columns=COLUMNS, definition=DEFINITION)
