"""The credential inside a certificate's PDF: found again, or refused."""

from __future__ import annotations


def credential_in_pdf(pdf: bytes) -> bytes:
    """The secured credential (vc+jwt, SD-JWT or JSON) that is attached to a PDF, byte for byte.

    Raises:
        MalformedError: it is no readable PDF, has no credential or more than one, or is beyond the limits.
    """
    raise NotImplementedError
