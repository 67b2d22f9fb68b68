"""Texts in the reader's language: gettext catalogues, read straight from their .po files.

`T("…")` marks and translates a text; the language is set once per command with `use`.
"""

from __future__ import annotations

import gettext
import io
import os
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parent / "locale"
LANGUAGES = ("en", "zh")

_current: ContextVar[str] = ContextVar("language", default="en")


def use(language: str) -> None:
    """Speak `language` (a tag such as `zh`, `zh_CN.UTF-8`, `en`) from now on; unknown ones mean English."""
    tag = language.replace("-", "_").split(".")[0].split("_")[0].lower()
    _current.set(tag if tag in LANGUAGES else "en")


def current() -> str:
    """The language in use: `en` or `zh`."""
    return _current.get()


def from_environment() -> str:
    """The language the user's environment asks for."""
    for name in ("TENRING_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value
    return "en"


def T(text: str, **values: object) -> str:  # noqa: N802 - short and visible, as gettext's own _ is
    """`text` in the language in use, with `{name}` fields filled in."""
    translated = _translations(_current.get()).gettext(text)
    return translated.format(**values) if values else translated


def N(text: str) -> str:  # noqa: N802 - as T
    """Mark a text in a table for translation; `T` translates it where it is shown."""
    return text


def in_language(names: dict[str, str]) -> str:
    """The best of several names: the language in use, else English, else any."""
    return names.get(_current.get()) or names.get("en") or next(iter(names.values()), "")


@lru_cache(maxsize=len(LANGUAGES))
def _translations(language: str) -> gettext.NullTranslations:
    source = LOCALES / language / "LC_MESSAGES" / "tenring.po"
    if not source.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with source.open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
