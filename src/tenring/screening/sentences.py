"""Sentences with values in them, as SQL: a translated text is cut at its `{fields}` and joined with expressions."""

from __future__ import annotations

import re

from tenring.model.sql import quoted

_FIELD = re.compile(r"\{(\w+)\}")


def sentence(text: str, **fields: str) -> str:
    """SQL for `text` (already translated), each `{name}` replaced by the SQL expression of that name."""
    pieces = []
    for index, piece in enumerate(_FIELD.split(text)):
        if index % 2:
            pieces.append(f"coalesce(({fields[piece]})::VARCHAR, '?')")
        elif piece:
            pieces.append(quoted(piece))
    # in one go: `a || b || c` copies what it has again for every piece; none of the pieces is null
    return f"concat_ws('', {', '.join(pieces)})" if pieces else "''"
