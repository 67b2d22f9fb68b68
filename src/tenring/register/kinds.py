"""A column of kinds, for registers that say what a product is by a standard and a name.

A standard such as HJ 2536 covers several categories of ours (computers, displays); the product's name tells which. The
mapping of such a register chooses the category by the column `KIND` that `with_kinds` adds. Its table has

    HJ 2519: cement                           # the standard says it all
    HJ 2536 / 显示器: computer-displays       # the standard, and a word in the product's name
    台式计算机: desktop-computers             # a name, for rows that print no standard

Of several words that occur in a name the longest counts. What the table does not have stays as printed, and the row is
rejected with it: an unknown kind is never guessed.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tenring.register.adapter import Adapter
from tenring.register.definition import Choice, load_register
from tenring.register.files import Limits, read_table

if TYPE_CHECKING:
    from tenring.register.adapter import Row
    from tenring.register.definition import ListDefinition
    from tenring.register.files import Table

#: The added column, as `category: column:` names it.
KIND = "tenring_kind"
SEPARATOR = " / "
#: The size of a file is checked before an adapter reads it, its rows are counted after.
NO_LIMITS = Limits(max_file_bytes=sys.maxsize, max_rows=sys.maxsize)


@dataclass(frozen=True)
class KindColumns:
    """Where a register prints the standard and the name, and what a standard looks like there.

    The groups of `pattern` joined by a space are the standard's name in the table of kinds (`HJ2536-2014` → `HJ 2536`).
    """

    pattern: re.Pattern[str]
    standard: tuple[str, ...]
    names: tuple[str, ...]


def csv_with_kinds(path: Path, listing: ListDefinition, *, columns: KindColumns, definition: Path) -> Iterator[Row]:
    """The rows of a CSV file with the column `KIND`; `definition` is the register's register.yml."""
    source = load_register(definition).source
    table = read_table(path, source=source, listing=listing, adapter=Adapter(), limits=NO_LIMITS)
    return with_kinds(table, listing, columns)


def with_kinds(table: Table, listing: ListDefinition, columns: KindColumns) -> Iterator[Row]:
    """The rows of `table` with the column `KIND`; rows with too few or too many cells say so."""
    kinds = _words_by_standard(listing)
    for row in table.rows:
        if row.number in table.short:
            why = f"the row has {table.short[row.number]} cells, the header {len(table.columns)}"
            yield replace(row, unreadable=why)
        else:
            yield replace(row, cells={**row.cells, KIND: kind_of(row, kinds, columns)})


def kind_of(row: Row, kinds: Mapping[str, tuple[str, ...]], columns: KindColumns) -> str:
    """The key of a row in the table of kinds; what the row prints when the table has no such key."""
    name = next((text for column in columns.names if (text := row.cell(column))), "")
    printed = [" ".join(found.groups()) for found in columns.pattern.finditer(row.cell(*columns.standard))]
    for standard in printed:
        for word in kinds.get(standard.lower(), ()):
            if word and word in name.lower():
                return f"{standard}{SEPARATOR}{word}"
            if not word:
                return standard
    return SEPARATOR.join([*printed[:1], name]) if name else "".join(printed[:1])


def _words_by_standard(listing: ListDefinition) -> dict[str, tuple[str, ...]]:
    """Standard -> the words of its kinds, longest first; an empty word is the kind of the standard alone."""
    words: dict[str, list[str]] = defaultdict(list)
    for key in listing.category.table if isinstance(listing.category, Choice) else ():
        standard, _, word = key.partition(SEPARATOR)
        words[standard].append(word)
    return {standard: tuple(sorted(found, key=len, reverse=True)) for standard, found in words.items()}
