"""The certificate's own words, in each of its languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from babel.dates import format_date

from tenring.language import T
from tenring.rulebook.publish.names import speaking

#: A day is written with its month as a word, so that nobody takes one for the other.
_LOCALES: Final = {"en": "en_GB", "zh": "zh_CN"}


def in_languages(languages: Sequence[str], text: Callable[[], str]) -> list[str]:
    """A text in each of the languages."""
    found = []
    for language in languages:
        with speaking(language):
            found.append(text())
    return found


def day_in(language: str, day: date) -> str:
    """A day as a language writes it: `2026年11月28日`, `28 November 2026`."""
    return format_date(day, "long", locale=_LOCALES[language])


def period_in(language: str, start: date, end: date | None) -> str:
    """From when until when, or that no end is stated."""
    with speaking(language):
        if end is None:
            return T("from {start}, no end stated", start=day_in(language, start))
        return T("{start} to {end}", start=day_in(language, start), end=day_in(language, end))


def own_words(languages: Sequence[str], *, attachment: str, printed: date) -> dict[str, list[str]]:
    """Every text that stands on all certificates."""
    texts: dict[str, Callable[[], str]] = {
        "certificate": lambda: T("Certificate"),
        "certifies": lambda: T("This is to certify that"),
        "meets": lambda: T("holds this certificate for what is listed, under the criteria and within the dates given."),
        "sample": lambda: T("Sample: proves nothing"),
        "number": lambda: T("Certificate number"),
        "code": lambda: T("QR code that opens the current status of this certificate"),
        "paper": lambda: T("Paper proves nothing: scan."),
        "verify": lambda: T(
            "This licence may have been suspended, withdrawn or changed since this page was printed. Scan the code, or "
            "verify this file: the signed credential is attached to it as {name}.",
            name=attachment,
        ),
        "proof": lambda: T("Only the signed credential proves this certificate"),
        "page": lambda: T("Page {page} of {pages}", page="%p", pages="%q"),
    }
    found = {name: in_languages(languages, text) for name, text in texts.items()}
    found["printed"] = []
    for language in languages:
        with speaking(language):
            found["printed"].append(T("Printed on {day}", day=day_in(language, printed)))
    return found
