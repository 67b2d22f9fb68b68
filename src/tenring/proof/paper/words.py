"""The certificate's own words, in each of its languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from babel.dates import format_date

from tenring.language import T
from tenring.rulebook.publish.names import speaking


def in_languages(languages: Sequence[str], text: Callable[[], str]) -> list[str]:
    """A text in each of the languages."""
    found = []
    for language in languages:
        with speaking(language):
            found.append(text())
    return found


def day_in(languages: Sequence[str], day: date) -> str:
    """A day as each language writes it: `2026年11月28日 · 28 November 2026`."""
    locales = {"en": "en_GB", "zh": "zh_CN"}
    return " · ".join(format_date(day, "long", locale=locales[language]) for language in languages)


def own_words(languages: Sequence[str], *, attachment: str, printed: date) -> dict[str, list[str]]:
    """Every text that stands on all certificates."""
    texts: dict[str, Callable[[], str]] = {
        "certificate": lambda: T("Certificate"),
        "certifies": lambda: T("This is to certify that"),
        "meets": lambda: T("meets the criteria named below, for what is listed, within the dates given."),
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
        "printed": lambda: "",
    }
    found = {name: in_languages(languages, text) for name, text in texts.items()}
    days = [day_in([language], printed) for language in languages]
    found["printed"] = [
        text
        for language, day in zip(languages, days, strict=True)
        for text in in_languages([language], lambda day=day: T("Printed on {day}", day=day))
    ]
    return found
