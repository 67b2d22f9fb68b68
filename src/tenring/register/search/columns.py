"""What is known of each licence by its rank, to look up a few of them one by one.

A set of bits (bits.py) costs the same however few of its licences are asked for; with few, looking them up is cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from tenring.model.licence import Status
from tenring.register.search.answer import UNKNOWN
from tenring.register.search.periods import Window

#: The statuses on the snapshot's day, in the order of their numbers in `Columns.statuses`.
STATUSES = (*(status.value for status in Status), UNKNOWN)

#: The columns, each a file.
_NAMES = ("groups", "statuses", "stretches", "begins", "ends")

Ranks = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Columns:
    """Arrays by rank, one entry for each licence but in `begins` and `ends`.

    `groups`: the number of its group; `statuses`: the place in `STATUSES` of its status on the snapshot's day;
    `stretches`: where its stretches of active days begin in `begins` (first days, counted from the window's first) and
    `ends` (the days after the last ones).
    """

    groups: npt.NDArray[np.uint16]
    statuses: npt.NDArray[np.uint8]
    stretches: npt.NDArray[np.int64]
    begins: npt.NDArray[np.uint16]
    ends: npt.NDArray[np.uint16]

    @classmethod
    def open(cls, folder: Path) -> Columns:
        """The columns in the folder of an index, mapped into memory."""
        return cls(*(np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in _NAMES))

    def active(self, ranks: Ranks, day: int) -> npt.NDArray[np.bool_]:
        """Which of some licences were active on a day of the window, counted from its first."""
        first = self.stretches[ranks]
        count = self.stretches[ranks + 1] - first
        owner = np.repeat(np.arange(len(ranks)), count)
        own = np.arange(len(owner)) + np.repeat(first - (np.cumsum(count) - count), count)
        holds = (self.begins[own] <= day) & (self.ends[own] > day)
        found = np.zeros(len(ranks), dtype=np.bool_)
        found[owner[holds]] = True
        return found


def write_columns(connection: duckdb.DuckDBPyConnection, window: Window, folder: Path) -> None:
    """Write the columns of the tables `ranked` and `in_window` (build.py)."""
    licences = connection.execute(_LICENCES, {"statuses": list(STATUSES), "unknown": UNKNOWN}).fetchnumpy()
    stretches = connection.execute('SELECT rank, start, "end" FROM in_window ORDER BY rank, start').fetchnumpy()
    columns = {
        "groups": licences["group"].astype(np.uint16),
        "statuses": licences["status"].astype(np.uint8),
        "stretches": np.searchsorted(stretches["rank"], np.arange(len(licences["group"]) + 1)).astype(np.int64),
        "begins": (stretches["start"] - window.first).astype(np.uint16),
        "ends": (stretches["end"] - window.first).astype(np.uint16),
    }
    for name in _NAMES:
        np.save(folder / f"{name}.npy", columns[name])


#: One row = one licence, in the order of ranks.
_LICENCES = """
    SELECT "group", list_position($statuses, coalesce(status, $unknown)) - 1 AS status FROM ranked ORDER BY rank
"""
