"""The credential inside a certificate's PDF: found again, or refused.

PDFs come from strangers. Read are only the catalogue and its attached files, never the pages; how much, is limited
before anything is unpacked.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.generic import ArrayObject, DictionaryObject, EmbeddedFile

from tenring.exceptions import MalformedError, ProofError
from tenring.language import T
from tenring.proof.strict import LIMITS, refuse

#: How a PDF begins; verifiers tell one from a credential by it. Lenient readers skip what stands before it, and then
#: one file could be a credential to one reader and a PDF to another.
PDF: Final = b"%PDF-"

JWT: Final = "application/vc+jwt"
SD_JWT: Final = "application/vc+sd-jwt"
JSON: Final = "application/vc"
MEDIA_TYPES: Final = frozenset((JWT, SD_JWT, JSON, "application/vc+ld+json", "application/ld+json", "application/json"))
_ENDINGS = (".jwt", ".json", ".jsonld", ".vc")
#: Words of which a credential or presentation in JSON has at least one.
_CREDENTIAL_WORDS = (b"credentialSubject", b"verifiableCredential", b"EnvelopedVerifiableCredential")
_JOSE = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*")

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of what we refuse


@dataclass(frozen=True)
class PdfLimits:
    """How much of a PDF is read."""

    bytes: int = 16 * 1024**2
    """Of the whole file."""
    unpacked: int = 8 * 1024**2
    """Of one stream, once it is unpacked."""
    objects: int = 100_000
    files: int = 32
    """Attached files."""


def is_pdf(raw: bytes) -> bool:
    """Whether this is a PDF rather than a credential."""
    return raw.startswith(PDF)


def media_type_of(secured: bytes) -> str:
    """The media type of a secured credential, by its bytes.

    Raises:
        MalformedError: it is neither a JWT, an SD-JWT nor JSON.
    """
    text = secured.strip()
    if text[:1] == b"{":
        return JSON
    token, tilde, _ = text.partition(b"~")
    if not _JOSE.fullmatch(token):
        refuse(T("it is neither a signed token (JWT) nor JSON"))
    return SD_JWT if tilde else JWT


def credential_in_pdf(pdf: bytes, limits: PdfLimits | None = None) -> bytes:
    """The secured credential (vc+jwt, SD-JWT or JSON) that is attached to a PDF, byte for byte.

    Raises:
        MalformedError: it is no readable PDF, has no credential or more than one, or is beyond the limits.
    """
    limits = limits or PdfLimits()
    if len(pdf) > limits.bytes:
        refuse(T("it is larger than {limit} bytes", limit=f"{limits.bytes:,}"))
    if not is_pdf(pdf):
        refuse(T("it is no PDF"))
    found = _read(pdf, limits)
    if not found:
        refuse(T("no credential is attached to this PDF; ask for the certificate as its issuer made it"))
    if len(found) > 1:
        what = T("more than one credential is attached to this PDF ({count})", count=len(found))
        refuse(f"{what}; {T('save each of them and verify it alone')}")
    return found[0]


def _read(pdf: bytes, limits: PdfLimits) -> list[bytes]:
    """The different credentials that are attached."""
    try:
        with apply_configuration(_unpacking(limits)):
            reader = PdfReader(io.BytesIO(pdf), strict=True, xref_stream_maximum_entries=limits.objects)
            if reader.is_encrypted:
                refuse(T("the PDF is encrypted; its attachments cannot be read"))
            return list(dict.fromkeys(_credentials(reader, limits)))
    except ProofError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever pypdf meets in a damaged file, it means the same to us
        refuse(T("the PDF is damaged: {error}", error=f"{type(error).__name__} {error}"[:200]))


def _unpacking(limits: PdfLimits) -> Configuration:
    """The limits of pypdf itself, as tight as a certificate allows."""
    return Configuration(
        maximum_declared_stream_length=limits.bytes,
        array_based_stream_maximum_output_length=limits.unpacked,
        array_maximum_element_count=limits.objects,
        lzw_maximum_output_length=limits.unpacked,
        run_length_maximum_output_length=limits.unpacked,
        zlib_maximum_output_length=limits.unpacked,
        zlib_maximum_recovery_input_length=0,
        stream_filters_maximum_length=2,
        stream_decoding_work_maximum_length=2 * limits.unpacked,
    )


def _credentials(reader: PdfReader, limits: PdfLimits) -> Iterator[bytes]:
    """What is attached and may be a credential by its type or name, and is one by its first bytes."""
    for place, file in enumerate(_attached(reader)):
        if place >= limits.files:
            refuse(T("more than {limit} files are attached to this PDF", limit=limits.files))
        if not _may_be_credential(file):
            continue
        content = file.content
        if len(content) > LIMITS.bytes:
            refuse(T("it is larger than {limit} bytes", limit=f"{LIMITS.bytes:,}"))
        if _looks_like_credential(content):
            yield content


def _attached(reader: PdfReader) -> Iterator[EmbeddedFile]:
    """The files associated with the document (PDF/A-3), and those that are only listed."""
    associated = reader.root_object.get("/AF")
    associated = associated.get_object() if associated is not None else None
    for entry in associated if isinstance(associated, ArrayObject) else ():
        specification = entry.get_object()
        if isinstance(specification, DictionaryObject):
            yield EmbeddedFile(str(specification.get("/UF", "")), specification)
    yield from reader.attachment_list


def _may_be_credential(file: EmbeddedFile) -> bool:
    kind = (file.subtype or "").removeprefix("/").lower()
    return kind in MEDIA_TYPES or str(file.name).lower().endswith(_ENDINGS)


def _looks_like_credential(content: bytes) -> bool:
    try:
        return media_type_of(content) != JSON or any(word in content for word in _CREDENTIAL_WORDS)
    except MalformedError:
        return False
