"""Everything that changes a key: check, change, record, in one transaction each."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.web.api.models import ApiKey, KeyEvent
from tenring.web.api.scopes import Scope

#: What keys begin with: found by scanners for secrets when one is published by mistake.
PREFIX = "tenring_"
_BYTES = 32
_SHOWN = 12
_LONGEST = 100


def new_key(
    name: str, scopes: tuple[Scope, ...], *, who: str, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """Make a key; the text of it is not kept, so this is the only time it can be shown.

    Raises:
        UnusableInputError: the name is empty or too long.
    """
    if not name.strip() or len(name) > _LONGEST:
        what = T("a key needs a name of at most {most} signs", most=_LONGEST)
        raise UnusableInputError(what, do=T("Name what will use it, for example: webshop"))
    text = PREFIX + secrets.token_urlsafe(_BYTES)
    with transaction.atomic():
        key = ApiKey.objects.create(
            name=name.strip(),
            beginning=text[:_SHOWN],
            digest=digest_of(text),
            scopes=[scope.value for scope in scopes],
            expires_at=expires_at,
        )
        record(key, "made", who, scopes=key.scopes)
    return key, text


def digest_of(text: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def live_key(text: str) -> ApiKey | None:
    """The key that a text is; None: there is none, or it was revoked, or it has expired."""
    key = ApiKey.objects.filter(digest=digest_of(text)).first()
    return key if key is not None and key.is_live else None


def revoke(id_: str, *, who: str) -> ApiKey:
    """Take a key back; at once nobody can use it. Its log stays.

    Raises:
        UnusableInputError: there is none with this id, or it was revoked before.
    """
    with transaction.atomic():
        key = ApiKey.objects.select_for_update().filter(pk=_uuid(id_)).first()
        if key is None:
            raise UnusableInputError(T("there is no key {id!r}", id=id_), do=T("`tenring api-key list` has them all"))
        if key.revoked_at is not None:
            raise UnusableInputError(T("the key {id!r} was revoked before", id=id_))
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        record(key, "revoked", who)
    return key


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def record(key: ApiKey, what: str, who: str, **detail: object) -> None:
    """Add a line to the log of a key."""
    KeyEvent.objects.create(key=key, what=what, who=who, detail=detail)
