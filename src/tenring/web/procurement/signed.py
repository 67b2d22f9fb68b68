"""Addresses of a screening's files that work without a session: signed, for one file, until a moment.

Whoever has such an address can fetch the file until then: a colleague, or a spreadsheet. The address names the
screening, the file and the moment, and carries an HMAC over all three with the application's key (SECRET_KEY). Nothing
is kept of it: removing the screening takes all its addresses back.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tenring.web.core.sources import tenring_settings
from tenring.web.procurement.models import FILES, Screening, State

UNTIL, SIGNATURE = "until", "signature"
_SIGNER = signing.Signer(salt="tenring.web.procurement.signed")
#: Longer numbers of seconds are no moment that Python knows.
_DIGITS = 11


class Standing(Enum):
    """What an address is worth."""

    GOOD = "good"
    EXPIRED = "expired"
    FALSE = "false"
    """Not ours, or for another file, screening or moment."""


def addresses(screening: Screening) -> dict[str, str]:
    """File name -> a signed address (a path) of each file that came of a screening, from now on."""
    if screening.state != State.DONE:
        return {}
    until = timezone.now() + timedelta(minutes=tenring_settings().file_minutes)
    return {name: address(screening.id, name, until) for name in FILES if (screening.result / name).is_file()}


def address(id_: UUID, name: str, until: datetime) -> str:
    """The signed address (a path) of a file, good until a moment."""
    seconds = str(int(until.timestamp()))
    asked = urlencode({UNTIL: seconds, SIGNATURE: _signature(id_, name, seconds)})
    return f"{reverse('signed_file', args=[id_, name])}?{asked}"


def standing(id_: UUID, name: str, until: str, signature: str) -> Standing:
    """What an address that somebody shows is worth now."""
    if not constant_time_compare(signature, _signature(id_, name, until)):
        return Standing.FALSE
    if not (until.isascii() and until.isdecimal() and len(until) <= _DIGITS):
        return Standing.FALSE
    return Standing.GOOD if timezone.now() < datetime.fromtimestamp(int(until), UTC) else Standing.EXPIRED


def _signature(id_: UUID, name: str, until: str) -> str:
    """No part can run into the next one: an id has a fixed length, and a line break is in none of the names."""
    return _SIGNER.signature(f"{id_.hex}\n{name}\n{until}")
