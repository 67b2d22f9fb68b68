"""Secrets of endpoints: shown once, kept sealed, opened only to sign.

They cannot be kept as hashes, because signing needs them. They are sealed with AES-256-GCM under a key derived from the
application's key (SECRET_KEY, HKDF-SHA256), bound to their endpoint: a copy of the database alone opens nothing.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

from tenring.exceptions import KeyMaterialError
from tenring.language import T

#: What secrets begin with (Standard Webhooks); found by scanners for secrets when one is published by mistake.
PREFIX: Final = "whsec_"
_BYTES: Final = 32
_NONCE: Final = 12
_INFO: Final = b"tenring webhook secrets 1"


def new() -> str:
    """A new secret: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode("ascii")


def key_of(secret: str) -> bytes:
    """The bytes that sign.

    Raises:
        KeyMaterialError: it is no secret of a webhook.
    """
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise KeyMaterialError(T("this is no secret of a webhook")) from error


def sealed(secret: str, endpoint: UUID) -> str:
    """The secret as it is kept."""
    nonce = secrets.token_bytes(_NONCE)
    box = AESGCM(_key(settings.SECRET_KEY)).encrypt(nonce, secret.encode("ascii"), endpoint.bytes)
    return base64.b64encode(nonce + box).decode("ascii")


def opened(kept: str, endpoint: UUID) -> str:
    """The secret of an endpoint, with the application's key of today or an earlier one (SECRET_KEY_FALLBACKS).

    Raises:
        KeyMaterialError: neither opens it.
    """
    raw = base64.b64decode(kept)
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return AESGCM(_key(key)).decrypt(raw[:_NONCE], raw[_NONCE:], endpoint.bytes).decode("ascii")
        except InvalidTag:
            continue
    raise KeyMaterialError(T("the secret was sealed with another key of this server; rotate it to get a new one"))


def _key(secret_key: str | bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(force_bytes(secret_key))
