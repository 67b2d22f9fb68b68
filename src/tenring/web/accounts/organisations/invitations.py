"""Invitations: made, sent, accepted, taken back; check, change, record, in one transaction each."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.signing import BadSignature, Signer
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.web.accounts.log import name_of, record
from tenring.web.accounts.models import Invitation, Membership, Organisation, User
from tenring.web.accounts.organisations.actions import held
from tenring.web.accounts.roles import Action, Role, role_name
from tenring.web.core.sources import tenring_settings

#: Invitations that one person may make in a day: a server that sends to any address must not become a nuisance.
MOST_A_DAY = 100
_BYTES = 32
_log = logging.getLogger(__name__)


class Standing(StrEnum):
    """What a link is worth to whoever opened it."""

    OPEN = "open"
    DAMAGED = "damaged"
    """Nothing that we signed: cut short, or changed."""
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED = "used"
    YOURS = "yours"
    """Whoever asks has used it before, or belongs to the organisation already."""
    CLOSED = "closed"
    """The organisation is."""
    OTHER_ADDRESS = "other_address"
    """It was sent to an address that is not theirs."""


def invite(
    organisation: Organisation, by: User, *, email: str, role: Role, any_address: bool
) -> tuple[Invitation, str]:
    """Offer somebody a place; what the link holds is not kept, so this is the only time it can be shown.

    An open invitation to the same address is taken back: one link of a person works at a time.

    Raises:
        UnusableInputError: it is no address, they belong to it already, or too many were made today.
        PermissionDenied: the person may not.
    """
    address = _checked_address(email)
    token = _signer().sign(secrets.token_urlsafe(_BYTES))
    with held(organisation, by, Action.INVITE) as it:
        if it.memberships.filter(user__email__iexact=address).exists():
            raise UnusableInputError(T("{email} belongs to the organisation already", email=address))
        _require_few(by)
        for older in it.invitations.filter(email__iexact=address, accepted_at=None, revoked_at=None):
            _take_back(older, by)
        made = Invitation.objects.create(
            organisation=it,
            email=address,
            role=role,
            any_address=any_address,
            digest=digest_of(token),
            invited_by=by,
            expires_at=timezone.now() + timedelta(days=tenring_settings().invitation_days),
        )
        record(
            "member.invited", user=by, organisation=it, about=address, invitation=str(made.id), role=role.value,
            any_address=any_address,
        )  # fmt: skip
    return made, token


def _checked_address(email: str) -> str:
    address = email.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        what = T("{value!r} is no e-mail address", value=address[:80])
        raise UnusableInputError(what, do=T("Write it as name@example.org")) from error
    return address


def _require_few(by: User) -> None:
    day = timezone.now() - timedelta(days=1)
    if Invitation.objects.filter(invited_by=by, created_at__gt=day).count() >= MOST_A_DAY:
        what = T("more than {most} invitations in a day", most=MOST_A_DAY)
        raise UnusableInputError(what, do=T("Go on tomorrow"))


def send(invitation: Invitation, link: str, *, by: User) -> bool:
    """Send the link to the address, in the language of who invites; False: the mail could not be sent."""
    subject = T("Invitation to {organisation} on Tenring", organisation=invitation.organisation.name)
    parts = (
        T(
            "{who} invites you to {organisation} as {role}.",
            who=name_of(by),
            organisation=invitation.organisation.name,
            role=role_name(invitation.role),
        ),
        T("Accept with this link until {day} (UTC):", day=f"{invitation.expires_at:%Y-%m-%d %H:%M}"),
        link,
        T("Who does not know what this is about need not do anything."),
    )
    try:
        return bool(send_mail(subject, "\n\n".join(parts), None, [invitation.email]))
    except OSError as error:  # also what smtplib raises; the link is shown to who invites
        _log.warning("the invitation %s could not be sent: %s", invitation.id, error)
        return False


def standing(token: str, user: User | None) -> tuple[Standing, Invitation | None]:
    """What a link is worth to somebody (None: nobody is signed in, so whose the address is cannot be said)."""
    try:
        _signer().unsign(token)
    except BadSignature:
        return Standing.DAMAGED, None
    found = Invitation.objects.filter(digest=digest_of(token)).select_related("organisation", "invited_by").first()
    return (Standing.UNKNOWN, None) if found is None else (_standing(found, user), found)


def _standing(one: Invitation, user: User | None) -> Standing:
    belongs = user is not None and one.organisation.memberships.filter(user=user).exists()
    is_theirs = user is None or one.any_address or one.email.casefold() in addresses_of(user)
    reasons = (
        (Standing.CLOSED, one.organisation.closed_at is not None),
        (Standing.YOURS, belongs),
        (Standing.USED, one.accepted_at is not None),
        (Standing.REVOKED, one.revoked_at is not None),
        (Standing.EXPIRED, not one.is_open),
        (Standing.OTHER_ADDRESS, not is_theirs),
    )
    return next((worth for worth, holds in reasons if holds), Standing.OPEN)


def addresses_of(user: User) -> set[str]:
    """The e-mail addresses that a person has shown to be theirs, where that is asked for; else the one they gave."""
    if not apps.is_installed("allauth.account"):
        return {user.email.casefold()} - {""}
    from allauth.account.models import EmailAddress  # noqa: PLC0415 - its tables exist only where it is installed

    return {one.email.casefold() for one in EmailAddress.objects.filter(user=user, verified=True)}


def accept(token: str, user: User) -> tuple[Standing, Invitation | None]:
    """Take the place that is offered; what the link was worth is said, and only `open` changed anything."""
    with transaction.atomic():
        worth, found = standing(token, None)
        if found is None:
            return worth, None
        # First the organisation, then the invitation: in the order in which everything else locks them.
        Organisation.objects.select_for_update().get(pk=found.organisation_id)
        Invitation.objects.select_for_update().get(pk=found.pk)
        worth, found = standing(token, user)
        if worth is not Standing.OPEN or found is None:
            return worth, found
        found.accepted_at, found.accepted_by = timezone.now(), user
        found.save(update_fields=["accepted_at", "accepted_by"])
        Membership.objects.create(organisation=found.organisation, user=user, role=found.role)
        record(
            "member.joined", user=user, organisation=found.organisation, about=name_of(user), person=user.pk,
            role=found.role, invitation=str(found.id), invited=found.email,
        )  # fmt: skip
    return worth, found


def revoke(organisation: Organisation, id_: UUID, by: User) -> None:
    """Take an invitation back: its link leads nowhere from now on.

    Raises:
        UnusableInputError: there is no open one with this id.
        PermissionDenied: the person may not.
    """
    with held(organisation, by, Action.INVITE) as it:
        found = it.invitations.select_for_update().filter(pk=id_, accepted_at=None, revoked_at=None).first()
        if found is None:
            raise UnusableInputError(T("this invitation was used or taken back before"))
        _take_back(found, by)


def _take_back(one: Invitation, by: User) -> None:
    one.revoked_at = timezone.now()
    one.save(update_fields=["revoked_at"])
    record("invitation.revoked", user=by, organisation=one.organisation, about=one.email, invitation=str(one.id))


def digest_of(token: str) -> str:
    """What is kept of a link."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _signer() -> Signer:
    return Signer(salt="tenring.invitation")
