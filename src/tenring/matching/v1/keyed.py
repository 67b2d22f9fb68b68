"""Tables of an index in memory, whose rows are found by a text: Arrow columns and eight bytes for each distinct key."""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


class KeyedTable:
    """Rows of an index table, found by a text column: 8 bytes for each distinct key beside the Arrow columns."""

    def __init__(self, path: Path, key: str, columns: Iterable[str]) -> None:
        table = pq.read_table(path, columns=[key, *columns]).sort_by(key).combine_chunks()
        self.keys = whole_column(table, key)
        self.columns = {name: whole_column(table, name) for name in columns}
        texts = self.keys.to_pylist()
        first = [0, *(row for row, (one, two) in enumerate(pairwise(texts), 1) if one != two)] if texts else []
        self._places = array("Q", sorted(_hashed(texts[row]) << 32 | row for row in first))

    def rows(self, key: str) -> Iterator[int]:
        """Numbers of the rows with this key, in order."""
        wanted = _hashed(key)
        place = bisect_left(self._places, wanted << 32)
        while place < len(self._places) and self._places[place] >> 32 == wanted:
            row = self._places[place] & 0xFFFFFFFF
            while row < len(self.keys) and self.keys[row].as_py() == key:
                yield row
                row += 1
            place += 1

    def value(self, name: str, row: int) -> Any:  # noqa: ANN401 - whatever the column holds
        """The value of a column in a row."""
        return self.columns[name][row].as_py()


def whole_column(table: pa.Table, name: str) -> pa.Array:
    """A column in one piece."""
    column = table.column(name)
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _hashed(key: str) -> int:
    return zlib.crc32(key.encode())
