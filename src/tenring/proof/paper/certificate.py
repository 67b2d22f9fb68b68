"""A credential as a certificate to print: PDF/A-3 with the credential attached."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from tenring.proof.strict import JsonObject


class Language(StrEnum):
    """In which languages a certificate is set."""

    ENGLISH = "en"
    CHINESE = "zh"
    BOTH = "both"


def certificate_pdf(
    credential: JsonObject, secured: bytes, language: Language = Language.BOTH, *, at: datetime, link: str | None = None
) -> bytes:
    """The certificate of `credential`, with `secured` (the same credential as signed) attached.

    `at` is printed as the day of this print; the same input gives the same bytes. `link` is what the QR code opens;
    without one the credential's own address, where it is https.

    Raises:
        IssueError: the credential has no number, holder or product to print, there is no link, or no font can set its
            text.
    """
    raise NotImplementedError
