"""Texts in the reader's language: gettext catalogues, read straight from their .po files.

`T("…")` marks and translates a text; the language is set once per command with `use`. A language whose catalogue is not
complete is in preparation: it is only spoken where it was offered, so that nobody meets a page that is half English.
"""

from __future__ import annotations

import gettext
import io
import os
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parent / "locale"

#: The language of the texts in the code, to which what is not translated falls back.
SOURCE = "en"


@dataclass(frozen=True)
class Language:
    """A language: our tag of it, its tag in HTML, its own name, and Babel's locale for its numbers and dates."""

    tag: str
    html: str
    name: str
    locale: str


#: Every language that has a catalogue. English day before month and no AM/PM: what readers outside one economy expect.
KNOWN = {
    one.tag: one
    for one in (
        Language("en", "en", "English", "en_GB"),
        Language("zh", "zh-Hans", "中文", "zh_Hans_CN"),
        Language("zh-Hant", "zh-Hant", "繁體中文", "zh_Hant_TW"),
        Language("ja", "ja", "日本語", "ja_JP"),
        Language("ko", "ko", "한국어", "ko_KR"),
        Language("th", "th", "ไทย", "th_TH"),
        Language("es", "es", "Español", "es_419"),
        Language("fr", "fr", "Français", "fr_CA"),
    )
}

#: The complete languages; tests require that every text is translated. The others are in preparation.
LANGUAGES = ("en", "zh")

#: A catalogue with a smaller share of the texts is in preparation.
COMPLETE = 0.95

#: As a language in preparation: all of them.
ALL = "all"

#: How Chinese in traditional characters is asked for besides its script.
_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})

_current: ContextVar[str] = ContextVar("language", default=SOURCE)
#: What this process speaks: a server asks for it in every thread.
_offered = list(LANGUAGES)


def offer(in_preparation: Iterable[str]) -> None:
    """Speak languages in preparation, too, from now on: tags of ours, or `all`; others are passed over."""
    wanted = set(in_preparation)
    _offered[:] = [tag for tag in KNOWN if tag in LANGUAGES or tag in wanted or ALL in wanted]


def offered() -> tuple[str, ...]:
    """The languages that are spoken, the complete ones first."""
    return tuple(_offered)


def use(language: str) -> None:
    """Speak `language` (a tag such as `zh`, `zh_CN.UTF-8`, `en`) from now on; unknown ones mean English.

    Who asks for traditional characters where they are not offered gets simplified ones.
    """
    first, *others = language.replace("-", "_").split(".")[0].lower().split("_")
    wanted = "zh-Hant" if first == "zh" and _TRADITIONAL & set(others) else first
    spoken = next((tag for tag in (wanted, first) if tag in offered()), SOURCE)
    _current.set(spoken)


def current() -> str:
    """The language in use: a tag of `KNOWN`."""
    return _current.get()


def from_environment() -> str:
    """The language the user's environment asks for."""
    for name in ("TENRING_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value
    return SOURCE


def T(text: str, **values: object) -> str:  # noqa: N802 - short and visible, as gettext's own _ is
    """`text` in the language in use, with `{name}` fields filled in."""
    translated = _translations(_current.get()).gettext(text)
    return translated.format(**values) if values else translated


def N(text: str) -> str:  # noqa: N802 - as T
    """Mark a text in a table for translation; `T` translates it where it is shown."""
    return text


def in_language(names: dict[str, str]) -> str:
    """The best of several names: the language in use, else English, else any."""
    return names.get(_current.get()) or names.get(SOURCE) or next(iter(names.values()), "")


def file_of(tag: str) -> Path:
    """The file of a language's catalogue."""
    return LOCALES / tag.replace("-", "_") / "LC_MESSAGES" / "tenring.po"


def texts_of(tag: str) -> frozenset[str]:
    """The texts that a language's catalogue translates."""
    if not file_of(tag).is_file():
        return frozenset()
    return frozenset(str(one.id) for one in _catalogue(tag) if one.id and one.string and not one.fuzzy)


@lru_cache(maxsize=len(KNOWN))
def share(tag: str) -> float:
    """How much of all texts a language's catalogue translates, 0 to 1; all are those of the complete languages."""
    everything = frozenset().union(*(texts_of(one) for one in LANGUAGES))
    return len(texts_of(tag) & everything) / len(everything) if tag != SOURCE and everything else 1.0


def _catalogue(tag: str) -> Catalog:
    with file_of(tag).open("rb") as stream:
        return read_po(stream, locale=tag.replace("-", "_"))


@lru_cache(maxsize=len(KNOWN))
def _translations(tag: str) -> gettext.NullTranslations:
    if not file_of(tag).is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, _catalogue(tag))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
