"""When two wordings are the same product description, in Python and as SQL, with the same result.

Stricter than the matcher's normal form on purpose: a decision is carried over only to what is written the same, but
for the width and case of Latin letters and for spaces. `1.5 L` and `15 L` stay apart.
"""

from __future__ import annotations

import re

from tenring.model.sql import quoted

_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_SPACES = "\u3000\u00a0\t\n\r\x0b\x0c"
#: Characters and what stands for them, place by place: every engine has `translate`, and it means the same everywhere.
_FROM = "".join(chr(ord(sign) + 0xFEE0) for sign in _DIGITS + _UPPER + _LOWER) + _UPPER + _SPACES
_TO = _DIGITS + _LOWER + _LOWER + _LOWER + " " * len(_SPACES)
_TABLE = str.maketrans(_FROM, _TO)
_RUNS = re.compile(" +")
_NO_DIGIT = re.compile("^0+|[^0-9]")
#: Between the parts of a key; no text has it.
_UNIT = "\x1f"


def identity(text: str | None) -> str:
    """`text` as it is compared: half-width, Latin letters in lower case, single spaces; nothing is an empty text."""
    return _RUNS.sub(" ", (text or "").translate(_TABLE)).strip(" ").replace(_UNIT, "")


def gtin_identity(gtin: str | None) -> str:
    """The digits of a GTIN without leading zeros: the same in its 8, 12, 13 and 14 digit forms."""
    return _NO_DIGIT.sub("", gtin or "")


def key(*parts: str) -> str:
    """Parts (in their identity) as one text."""
    return _UNIT.join(parts)


def identity_sql(column: str) -> str:
    """SQL for `identity`."""
    same = f"translate(coalesce({column}, ''), {quoted(_FROM)}, {quoted(_TO)})"
    return f"replace(trim(regexp_replace({same}, ' +', ' ', 'g')), {quoted(_UNIT)}, '')"


def gtin_identity_sql(column: str) -> str:
    """SQL for `gtin_identity`."""
    return f"regexp_replace(coalesce({column}, ''), '^0+|[^0-9]', '', 'g')"


def key_sql(*parts: str) -> str:
    """SQL for `key`."""
    return f"concat_ws({quoted(_UNIT)}, {', '.join(parts)})"
