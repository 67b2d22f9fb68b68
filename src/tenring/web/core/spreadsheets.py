"""Texts of others in files that spreadsheets open."""

from __future__ import annotations

from typing import TypeVar

Text = TypeVar("Text", str, "str | None")

#: What a spreadsheet would run as a formula, also written full-width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def without_formula(text: Text) -> Text:
    """The text of a cell; one that a spreadsheet would run gets an apostrophe in front."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text
