"""What somebody fills in about an endpoint."""

from __future__ import annotations

import re

from django.http import QueryDict

from tenring.web.webhooks.actions import Said
from tenring.web.webhooks.events import EventType, Filters

_LONGEST = {"address": 2000, "note": 200, "holder": 200, "search": 1000}


def said(values: QueryDict) -> Said:
    """What a form says; lists are separated by line breaks or commas."""
    one = {name: values.get(name, "").replace("\x00", "").strip()[:most] for name, most in _LONGEST.items()}
    filters = Filters(
        programmes=_several(values, "programmes"),
        categories=_several(values, "categories"),
        economies=tuple(code.upper() for code in _several(values, "economies")),
        numbers=_several(values, "numbers"),
        holder=one["holder"],
        search=one["search"],
    )
    events = [EventType(name) for name in values.getlist("events") if name in set(EventType)]
    return Said(one["address"], events, filters, one["note"])


def _several(values: QueryDict, name: str) -> tuple[str, ...]:
    parts = (part.replace("\x00", "").strip()[:200] for part in re.split(r"[,，;；\n]", values.get(name, "")))
    return tuple(dict.fromkeys(part for part in parts if part))
