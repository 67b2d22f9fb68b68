"""What a reader must know of an index besides the index: its day, its groups and stretches, names of categories."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from tenring.exceptions import SnapshotError
from tenring.register.search import schema
from tenring.register.search.periods import Days, Window

#: The keys of a group of licences, in the order of `FACETS` without the last: category, programme, register, economy.
Group = tuple[str, ...]


@dataclass(frozen=True)
class About:
    """Beside the index.

    `groups`: the keys that each group of licences stands for, by the group's number. `bands`: per stretch of
    `schema.BAND` licences, the first day on which any was active, and the day after the last such day.
    """

    day: date
    names: Mapping[str, Sequence[str]]
    groups: Sequence[Group] = ()
    bands: Sequence[Days] = ()

    @cached_property
    def window(self) -> Window:
        """The days on which who was active is indexed by blocks."""
        return Window.around(self.day)

    def write(self, folder: Path) -> None:
        """Write it beside the index."""
        content = {
            "layout": schema.LAYOUT,
            "day": self.day.isoformat(),
            "groups": self.groups,
            "bands": self.bands,
            "names": self.names,
        }
        (folder / schema.ABOUT).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> About:
        """Read it.

        Raises:
            SnapshotError: it is not there, or of another layout.
        """
        file = folder / schema.ABOUT
        if not file.is_file():
            message = (
                f"{file} is missing: the search index is incomplete. Build the snapshot again: tenring register build"
            )
            raise SnapshotError(message)
        content = json.loads(file.read_text(encoding="utf-8"))
        if content.get("layout") != schema.LAYOUT:
            message = (
                f"{folder}: the search index has layout {content.get('layout', 1)}, this version reads layout "
                f"{schema.LAYOUT}. Build the snapshot again: tenring register build"
            )
            raise SnapshotError(message)
        groups = tuple(tuple(group) for group in content["groups"])
        bands = tuple((first, after_last) for first, after_last in content["bands"])
        return cls(date.fromisoformat(content["day"]), content["names"], groups, bands)
