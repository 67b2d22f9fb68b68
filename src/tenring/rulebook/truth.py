"""What is known of a condition: four values on one line, so that "all" is the least and "any" the greatest of them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Truth(IntEnum):
    """From false to true; what is not known lies between, and says why it is not known.

    `NOT_CHECKED` lies below `NOT_SHOWN`: of two conditions that must both hold, more evidence does not help where the
    limit of one was never read; of two alternatives, evidence for the other one does.
    """

    FALSE = 0
    NOT_CHECKED = 1
    """The rule cannot be applied: its limit was not read, or it is no matter of numbers."""
    NOT_SHOWN = 2
    """The rule can be applied, the evidence for it is missing."""
    TRUE = 3

    @property
    def known(self) -> bool:
        """Whether it is settled."""
        return self in {Truth.TRUE, Truth.FALSE}


def opposite(truth: Truth) -> Truth:
    """True for false and false for true; the unknown stays as unknown as it was."""
    return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}.get(truth, truth)


def at_least(count: int, truths: Iterable[Truth]) -> Truth:
    """The truth of "at least `count` of these hold": the `count`-th greatest of them.

    "All" is `count` = how many there are, "any" is 1. Of nothing, 0 hold: that is true; of nothing, 1 holds: false.
    """
    ranked = sorted(truths, reverse=True)
    if count <= 0:
        return Truth.TRUE
    return ranked[count - 1] if count <= len(ranked) else Truth.FALSE
