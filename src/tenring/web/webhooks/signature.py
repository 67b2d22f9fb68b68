"""Signatures as Standard Webhooks has them (https://www.standardwebhooks.com): v1, HMAC-SHA256."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

from tenring.web.webhooks.secret import key_of

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


def headers(message_id: str, seconds: int, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """The three headers of a message sent at a moment (seconds since 1970), with one signature for each live secret."""
    signatures = (f"v1,{signature(secret, message_id, seconds, body)}" for secret in secrets)
    return {ID: message_id, TIMESTAMP: str(seconds), SIGNATURE: " ".join(signatures)}


def signature(secret: str, message_id: str, seconds: int, body: bytes) -> str:
    """HMAC-SHA256 over `id.timestamp.body`, in base64."""
    signed = f"{message_id}.{seconds}.".encode() + body
    return base64.b64encode(hmac.digest(key_of(secret), signed, hashlib.sha256)).decode("ascii")
