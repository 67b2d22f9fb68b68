"""Everything that is kept about a person, as JSON: one function for each part, in `PARTS`. No secret is among it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from tenring.web.accounts.models import Event, User
from tenring.web.api.models import ApiKey
from tenring.web.procurement.models import Correction, Kept, Screening
from tenring.web.products.models import Import, Product, TestPrice
from tenring.web.webhooks.models import Endpoint


def about(user: User) -> dict[str, Any]:
    """What is kept about a person: name of each part -> its rows."""
    return {name: part(user) for name, part in PARTS.items()}


def _account(user: User) -> dict[str, Any]:
    return {
        "name": user.get_full_name(),
        "language": user.language,
        "made_at": _moment(user.date_joined),
        "last_signed_in_at": _moment(user.last_login),
        "has_password": user.has_usable_password(),
    }


def _addresses(user: User) -> list[dict[str, Any]]:
    rows = EmailAddress.objects.filter(user=user).order_by("pk")
    return [{"address": one.email, "confirmed": one.verified, "main": one.primary} for one in rows]


def _second_steps(user: User) -> list[dict[str, Any]]:
    rows = Authenticator.objects.filter(user=user).order_by("pk")
    return [
        {
            "kind": one.type,
            "name": one.wrap().name if one.type == Authenticator.Type.WEBAUTHN else None,
            "added_at": _moment(one.created_at),
            "last_used_at": _moment(one.last_used_at),
        }
        for one in rows
    ]


def _elsewhere(user: User) -> list[dict[str, Any]]:
    rows = SocialAccount.objects.filter(user=user).order_by("pk")
    return [
        {
            "server": one.provider,
            "known_there_as": one.uid,
            "said_there": one.extra_data,
            "since": _moment(one.date_joined),
        }
        for one in rows
    ]


def _organisations(user: User) -> list[dict[str, Any]]:
    rows = user.memberships.select_related("organisation")
    return [{"organisation": one.organisation.name, "role": one.role, "since": _moment(one.since)} for one in rows]


def _screenings(user: User) -> list[dict[str, Any]]:
    rows = Screening.objects.filter(owner=user).select_related("organisation").order_by("created_at")
    return [
        {
            "id": str(one.id),
            "file": one.file_name,
            "organisation": one.organisation.name if one.organisation else None,
            "economy": one.economy,
            "state": one.state,
            "sent_at": _moment(one.created_at),
            "removed_after": _moment(one.expires_at),
        }
        for one in rows
    ]


def _corrections(user: User) -> list[dict[str, Any]]:
    rows = Correction.objects.filter(owner=user)
    return [
        {
            "at": _moment(one.at),
            "kind": one.kind,
            "decided": one.decided,
            "subject": one.subject,
            "licence": one.licence,
            "category": one.category,
            "why": one.why,
        }
        for one in rows
    ]


def _history(user: User) -> list[dict[str, Any]]:
    rows = Kept.objects.filter(owner=user)
    return [{"name": one.name, "kept_at": _moment(one.kept_at), "figures": one.figures} for one in rows]


def _keys(user: User) -> list[dict[str, Any]]:
    rows = ApiKey.objects.filter(owner=user).order_by("created_at")
    return [
        {
            "name": one.name,
            "begins_with": one.beginning,
            "scopes": one.scopes,
            "made_at": _moment(one.created_at),
            "expires_at": _moment(one.expires_at),
            "revoked_at": _moment(one.revoked_at),
        }
        for one in rows
    ]


def _products(user: User) -> list[dict[str, Any]]:
    rows = Product.objects.filter(owner=user).prefetch_related("evidence")
    return [
        {
            "made_at": _moment(one.created_at),
            "about": one.file.about,
            "values": [{"property": value.property, "written": value.written} for value in one.evidence.all()],
            "labels": one.labels,
            "untested": one.untested,
        }
        for one in rows
    ]


def _product_files(user: User) -> list[dict[str, Any]]:
    rows = Import.objects.filter(owner=user)
    return [{"file": one.file_name, "sent_at": _moment(one.created_at), "wrong_rows": one.rejected} for one in rows]


def _prices(user: User) -> list[dict[str, Any]]:
    rows = TestPrice.objects.filter(owner=user)
    return [
        {
            "property": one.property,
            "method": one.method,
            "price": str(one.price),
            "currency": one.currency,
            "days": one.days,
        }
        for one in rows
    ]


def _webhooks(user: User) -> list[dict[str, Any]]:
    rows = Endpoint.objects.filter(owner=user)
    return [
        {
            "address": one.address,
            "note": one.note,
            "events": one.events,
            "filters": one.filters,
            "made_at": _moment(one.created_at),
            "is_on": one.is_on,
        }
        for one in rows
    ]


def _log(user: User) -> list[dict[str, Any]]:
    rows = Event.objects.filter(user=user).select_related("organisation")
    return [
        {
            "at": _moment(one.at),
            "what": one.what,
            "about": one.about,
            "why": one.why,
            "organisation": one.organisation.name if one.organisation else None,
            "detail": one.detail,
        }
        for one in rows
    ]


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


#: Every part that belongs to people adds what it keeps about them.
PARTS: dict[str, Callable[[User], Any]] = {
    "account": _account,
    "addresses": _addresses,
    "second_steps": _second_steps,
    "accounts_elsewhere": _elsewhere,
    "organisations": _organisations,
    "screenings": _screenings,
    "corrections": _corrections,
    "history": _history,
    "products": _products,
    "product_files": _product_files,
    "prices_of_tests": _prices,
    "api_keys": _keys,
    "webhooks": _webhooks,
    "log": _log,
}
