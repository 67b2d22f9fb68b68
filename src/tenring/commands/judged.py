"""The words for judgements, for every command that shows some."""

from __future__ import annotations

from tenring.rulebook.told import WORDS

__all__ = ["WORDS"]
