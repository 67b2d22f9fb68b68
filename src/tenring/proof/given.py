"""The credential in what somebody gives: a token, JSON, or a PDF certificate that carries one."""

from __future__ import annotations

from typing import Final

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.proof.paper.attached import credential_in_pdf, is_pdf
from tenring.proof.strict import LIMITS

#: A certificate on paper carries pictures and fonts, too.
LARGEST: Final = 32 * 1024**2


def credential_in(raw: bytes, where: str | None = None) -> bytes:
    """The credential in `raw`, which came from `where`; out of a PDF the one attached to it.

    Raises:
        UnusableInputError: it is empty or too large.
        ProofError: the PDF carries no credential.
    """
    if len(raw) > LARGEST:
        raise UnusableInputError(T("this is larger than {limit} bytes", limit=f"{LARGEST:,}"), where=where)
    if is_pdf(raw):
        return credential_in_pdf(raw)
    if not raw.strip():
        raise UnusableInputError(
            T("there is nothing in it"), where=where, do=T("Give a token, JSON, or a PDF certificate")
        )
    if len(raw) > LIMITS.bytes:
        raise UnusableInputError(T("this is larger than {limit} bytes", limit=f"{LIMITS.bytes:,}"), where=where)
    return raw.strip()
