"""Names of economies in the language in use, as APEC calls its members."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from tenring import language
from tenring.screening.report.wording import LOCALES

#: Where APEC's name of a member is not the usual name of the territory.
_APEC = {
    "TW": {"en": "Chinese Taipei", "zh": "中国台北"},
    "HK": {"en": "Hong Kong, China", "zh": "中国香港"},
    "MO": {"en": "Macao, China", "zh": "中国澳门"},
    "CN": {"en": "China", "zh": "中国"},
    "KR": {"en": "Korea", "zh": "韩国"},
}


def economy_name(code: str | None) -> str:
    """The name of an economy by its ISO 3166-1 code (EU as a group); a code without a name stands for itself."""
    return _name(code, language.current()) if code else ""


@lru_cache(maxsize=1024)
def _name(code: str, tag: str) -> str:
    if code in _APEC:
        return _APEC[code].get(tag, _APEC[code]["en"])
    locale: Locale = LOCALES.get(tag, LOCALES["en"])
    return str(locale.territories.get(code, code))
