"""Fonts of a certificate: those that the typesetter carries, and one of the system for Chinese, Japanese and Korean."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import typst

from tenring.exceptions import IssueError
from tenring.language import T

#: Carried by typst itself (SIL Open Font License).
LATIN: Final = "Libertinus Serif"
#: Families for Chinese in order of preference; of Simplified Chinese first, since the certificate's own words are.
CHINESE: Final = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Serif SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
)
PACKAGE: Final = "fonts-noto-cjk"
#: Ideographs, kana, Hangul and their punctuation.
_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """The fonts at hand, looked for once."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


def chinese_family(families: frozenset[str] | None = None) -> str | None:
    """The installed family for Chinese; None: there is none."""
    here = families if families is not None else frozenset(fonts().families())
    return next((family for family in CHINESE if family in here), None)


def require_chinese(family: str | None) -> str:
    """The family, or a clear word on where to get one.

    Raises:
        IssueError: no such font is installed.
    """
    if family is None:
        what = T("no font for Chinese is installed ({families})", families=", ".join(CHINESE[:3]))
        raise IssueError(f"{what}. {T('Install one, on Debian: apt install {package}', package=PACKAGE)}")
    return family


def needs_chinese(text: str) -> bool:
    """Whether a text has Chinese, Japanese or Korean signs."""
    return bool(_CJK.search(text))
