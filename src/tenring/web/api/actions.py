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
from tenring.web.accounts import log
from tenring.web.accounts.access import role_in
from tenring.web.accounts.models import Organisation, User
from tenring.web.api.models import ApiKey, KeyEvent
from tenring.web.api.scopes import Scope

#: What keys begin with: found by scanners for secrets when one is published by mistake.
PREFIX = "tenring_"
_BYTES = 32
_SHOWN = 12
_LONGEST = 100
#: Keys of one person, for themselves or for one organisation, that are not revoked.
MOST_KEYS = 50


def new_key(  # noqa: PLR0913 - one argument for each thing that a key has
    name: str,
    scopes: tuple[Scope, ...],
    *,
    who: str,
    expires_at: datetime | None = None,
    owner: User | None = None,
    organisation: Organisation | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; the text of it is not kept, so this is the only time it can be shown.

    Raises:
        UnusableInputError: the name is empty or too long, or its owner has too many.
    """
    if not name.strip() or len(name) > _LONGEST:
        what = T("a key needs a name of at most {most} signs", most=_LONGEST)
        raise UnusableInputError(what, do=T("Name what will use it, for example: webshop"))
    text = PREFIX + secrets.token_urlsafe(_BYTES)
    with transaction.atomic():
        held = ApiKey.objects.filter(owner=owner, organisation=organisation, revoked_at=None)
        if owner is not None and held.count() >= MOST_KEYS:
            raise UnusableInputError(T("you have {most} keys already", most=MOST_KEYS), do=T("Revoke one first"))
        key = ApiKey.objects.create(
            name=name.strip(),
            beginning=text[:_SHOWN],
            digest=digest_of(text),
            scopes=[scope.value for scope in scopes],
            expires_at=expires_at,
            owner=owner,
            organisation=organisation,
        )
        record(key, "made", who, scopes=key.scopes)
        _log(key, "key.made", owner, key.scopes)
    return key, text


def digest_of(text: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def live_key(text: str) -> ApiKey | None:
    """The key that a text is; None: there is none, or it opens nothing (any more)."""
    found = ApiKey.objects.filter(digest=digest_of(text)).select_related("owner", "organisation").first()
    return found if found is not None and opens(found) else None


def opens(key: ApiKey) -> bool:
    """Whether a key opens anything now.

    It was not revoked and has not expired; the account of its owner is open; and so is its organisation, to which its
    owner belongs. One of an organisation whose owner's account is gone opens nothing.
    """
    if not key.is_live or (key.owner is not None and not key.owner.is_active):
        return False
    if key.organisation is None:
        return True
    return key.owner is not None and role_in(key.owner, key.organisation) is not None


def revoke(id_: str, *, who: str, by: User | None = None) -> ApiKey:
    """Take a key back; at once nobody can use it. Its log stays.

    Raises:
        UnusableInputError: there is none with this id, or it was revoked before.
    """
    with transaction.atomic():
        key = ApiKey.objects.select_for_update().filter(pk=_uuid(id_) or uuid.UUID(int=0)).first()
        if key is None:
            raise UnusableInputError(T("there is no key {id!r}", id=id_), do=T("`tenring api-key list` has them all"))
        if key.revoked_at is not None:
            raise UnusableInputError(T("the key {id!r} was revoked before", id=id_))
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        record(key, "revoked", who)
        _log(key, "key.revoked", by)
    return key


def _log(key: ApiKey, what: str, by: User | None, scopes: list[str] | None = None) -> None:
    """Add a line to the log of whom a key belongs to; one made on the server has only the log of the key itself."""
    if key.owner is not None or key.organisation is not None:
        about = f"key {key.beginning}…"
        log.record(
            what, user=by, organisation=key.organisation, about=about, name=key.name, key=str(key.id), scopes=scopes
        )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def record(key: ApiKey, what: str, who: str, **detail: object) -> None:
    """Add a line to the log of a key."""
    KeyEvent.objects.create(key=key, what=what, who=who, detail=detail)
