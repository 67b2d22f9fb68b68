"""Fields of a document that was signed by somebody: read by kind, refused with their name where they are another."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NoReturn

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.strict import JsonObject
from tenring.proof.urls import is_url

#: Controls, and marks that turn the direction of what follows: a name with them shows as another on a screen.
_UNSHOWN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
#: Python reads weeks and ordinals, too; a document says a day in one way.
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LONGEST: Final = 2048


def refuse_field(where: str, what: str) -> NoReturn:
    """Refuse a document for one of its fields.

    Raises:
        MalformedError: always.
    """
    raise MalformedError(f"{where}: {what}")


def several(value: object) -> list[object]:
    """What JSON-LD writes as one value or as a list of them."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def member(value: object, where: str) -> JsonObject:
    """An object."""
    if not isinstance(value, dict):
        refuse_field(where, T("it is not an object"))
    return value


def text(value: object, where: str) -> str | None:
    """A text that may be missing; of texts in languages, the first."""
    if value is None:
        return None
    for one in several(value):
        found = one.get("@value") if isinstance(one, dict) else one
        if isinstance(found, str):
            return shown(found, where)
    refuse_field(where, T("it is not a text"))


def shown(value: str, where: str) -> str:
    """A text that shows as what it is."""
    if _UNSHOWN.search(value):
        refuse_field(where, T("it holds control characters"))
    return value


def url(value: object, where: str) -> str | None:
    """A URL that may be missing."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _LONGEST or not is_url(value):
        refuse_field(where, T("it is not a URL"))
    return value


def required_url(value: object, where: str) -> str:
    """A URL that must be there."""
    found = url(value, where)
    if found is None:
        refuse_field(where, T("it is missing"))
    return found


def identifier(value: object, where: str) -> str:
    """The URL of something written as its URL alone or as an object with an `id`."""
    return required_url(value.get("id") if isinstance(value, dict) else value, where)


def types(value: object, where: str, required: str) -> list[str]:
    """The types of something, among them `required`."""
    found = [one for one in several(value) if isinstance(one, str)]
    if required not in found:
        refuse_field(where, T("its type is not {type}", type=required))
    return found


def names(value: object, where: str) -> dict[str, str]:
    """A name, as one text or as texts in languages: language -> name. A text without a language counts as English."""
    found: dict[str, str] = {}
    for one in several(value):
        language, name = (one.get("@language", "en"), one.get("@value")) if isinstance(one, dict) else ("en", one)
        if not isinstance(name, str) or not isinstance(language, str):
            refuse_field(where, T("it is not a text"))
        found.setdefault(language, shown(name, where))
    return found


def texts(value: object, where: str) -> tuple[str, ...]:
    """Texts, one or several."""
    found = several(value)
    if not all(isinstance(one, str) for one in found):
        refuse_field(where, T("it is not a text"))
    return tuple(shown(str(one), where) for one in found)


def day(value: object, where: str) -> date | None:
    """A day, `YYYY-MM-DD`, that may be missing."""
    if value is None:
        return None
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    refuse_field(where, T("it is not a day (YYYY-MM-DD)"))
