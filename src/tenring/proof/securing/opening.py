"""Any secured document, told apart by its first bytes, its media type, or its form."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Final

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.contexts import CREDENTIALS
from tenring.proof.securing.cose import open_cose
from tenring.proof.securing.integrity import open_proofs
from tenring.proof.securing.jose import media_name, open_jwt
from tenring.proof.securing.sdjwt import open_sd_jwt
from tenring.proof.securing.secured import ENVELOPED_CREDENTIAL, ENVELOPED_PRESENTATION, Secured, identifier, types_of
from tenring.proof.strict import LIMITS, JsonLimits, JsonObject, read_object, refuse

_DATA_URL: Final = re.compile(r"data:application/([a-z+-]+)(;base64)?,(.+)", re.DOTALL | re.IGNORECASE)
_COSE_TAG: Final = b"\xd2"
_READERS: Final[dict[str, Callable[[bytes], Secured]]] = {"jwt": open_jwt, "sd-jwt": open_sd_jwt, "cose": open_cose}


def open_secured(raw: bytes, limits: JsonLimits = LIMITS) -> Secured:
    """A secured document as read, nothing of it believed.

    Read are a token, a COSE structure (also as base64 text), JSON with proofs, or JSON that envelopes one of them.

    Raises:
        MalformedError: it is none of these, or it carries no proof at all.
    """
    if len(raw) > limits.bytes:
        refuse(T("it is larger than {limit} bytes", limit=f"{limits.bytes:,}"))
    if raw.startswith(_COSE_TAG):
        return open_cose(raw)
    text = raw.strip()
    if text.startswith(b"{"):
        return open_object(read_object(text, limits))
    if b"~" in text:
        return open_sd_jwt(text)
    return open_jwt(text) if b"." in text else open_cose(_from_base64(text))


def open_object(document: JsonObject) -> Secured:
    """As `open_secured`, for JSON that is read already, such as a credential inside a presentation."""
    if {ENVELOPED_CREDENTIAL, ENVELOPED_PRESENTATION} & set(types_of(document)):
        return open_enveloped(document)
    return open_proofs(document)


def open_enveloped(envelope: JsonObject) -> Secured:
    """What an EnvelopedVerifiableCredential or -Presentation holds in its `data:` URL (VC Data Model 2.0, 4.13).

    Raises:
        MalformedError: its context is not that of the data model, its identifier is no `data:` URL of a known kind, or
            that holds something of another kind.
    """
    context = envelope.get("@context")
    if CREDENTIALS not in (context if isinstance(context, list) else [context]):
        raise MalformedError(T("{path} does not begin with {context}", path="$.@context", context=CREDENTIALS))
    url = envelope.get("id")
    match = _DATA_URL.fullmatch(url.strip()) if isinstance(url, str) else None
    if match is None:
        raise MalformedError(T("it envelopes nothing: its id is no data: URL of a secured document"))
    media, encoded, data = media_name(match[1]), match[2], match[3].encode("utf-8", "surrogatepass")
    reader = _READERS.get(media.partition("+")[2])
    if reader is None:
        raise MalformedError(T("it envelopes a document of the kind {kind}, which is not supported", kind=media))
    secured = reader(_from_base64(data) if encoded else data)
    wanted = "vp" if ENVELOPED_PRESENTATION in types_of(envelope) else "vc"
    if secured.securing != media or media[:2] != wanted:
        raise MalformedError(T("its envelope calls it {found}, not {expected}", found=media, expected=secured.securing))
    return secured


def contained(presentation: JsonObject) -> tuple[Secured, ...]:
    """The credentials in a presentation that are secured by themselves, each opened.

    A credential without a proof of its own is secured by the presentation: its holder says it of itself, so issuer and
    holder are the same (VC Data Model 2.0, section 4.13.4). It is not among those returned.

    Raises:
        MalformedError: one is no secured credential.
    """
    held = presentation.get("verifiableCredential", [])
    credentials = held if isinstance(held, list) else [held]
    if not all(isinstance(credential, dict) for credential in credentials):
        raise MalformedError(T("a credential of the presentation is not an object"))
    holder = identifier(presentation.get("holder"))
    return tuple(open_object(credential) for credential in credentials if not _self_asserted(credential, holder))


def _self_asserted(credential: JsonObject, holder: str | None) -> bool:
    if "proof" in credential or ENVELOPED_CREDENTIAL in types_of(credential):
        return False
    return holder is not None and identifier(credential.get("issuer")) == holder


def _from_base64(text: bytes) -> bytes:
    """Standard base64, padded or not."""
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise MalformedError(T("it is no secured document: neither JSON, nor a token, nor a COSE structure")) from error
