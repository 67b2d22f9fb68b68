"""From how many licences of each group there are to how many have which category, programme, register and economy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tenring.register.search.about import Group
from tenring.register.search.answer import FACETS

#: How many licences are in each group, by the group's number.
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Facets:
    """The facets of an index whose groups stand for these keys; all but the status, which is no key of a group."""

    groups: Sequence[Group]

    def of(self, counts: Counts) -> dict[str, dict[str, int]]:
        """The counts of all facets, the most frequent keys first, of equally frequent ones in their order."""
        return {facet: self._of_one(*self._keys[facet], counts) for facet in self._keys}

    def _of_one(self, keys: Sequence[str], key_of_group: npt.NDArray[np.int64], counts: Counts) -> dict[str, int]:
        of_keys = np.bincount(key_of_group, weights=counts, minlength=len(keys)).astype(np.int64)
        most_first = np.argsort(-of_keys, kind="stable")[: np.count_nonzero(of_keys)]
        return dict(zip([keys[key] for key in most_first], of_keys[most_first].tolist(), strict=True))

    @cached_property
    def _keys(self) -> Mapping[str, tuple[Sequence[str], npt.NDArray[np.int64]]]:
        """For each facet its keys in order, and the place of each group's key among them."""
        found = {}
        for place, facet in enumerate(FACETS[:-1]):
            keys = sorted({group[place] for group in self.groups})
            places = {key: number for number, key in enumerate(keys)}
            found[facet] = (keys, np.array([places[group[place]] for group in self.groups], dtype=np.int64))
        return found
