"""What the operator does with accounts, from the command line: the first person of a server is made this way."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.settings import Settings
from tenring.web.accounts.actions import end_sessions
from tenring.web.accounts.log import record
from tenring.web.accounts.models import User


def new(address: str, *, name: str, language: str, password: str | None, by: str) -> User:
    """Make an account whose address counts as confirmed; without a password, one that a link sets it for.

    Raises:
        UnusableInputError: the address is none, or is taken; the password is too weak.
    """
    address = _address(address)
    if (
        EmailAddress.objects.filter(email__iexact=address).exists()
        or User.objects.filter(email__iexact=address).exists()
    ):
        what = T("there is an account with the address {address}", address=address)
        raise UnusableInputError(what, do=T("`tenring user reset` makes a link for another password"))
    user = User(username=uuid.uuid4().hex, email=address, first_name=name.strip()[:150], language=language)
    set_password(user, password)
    with transaction.atomic():
        user.save()
        EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
        record("account.made", user=user, about=address[:200], by=by)
    return user


def set_password(user: User, password: str | None) -> None:
    """Give a password, or, with None, none that fits; saving is the caller's.

    Raises:
        UnusableInputError: it is too weak.
    """
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise UnusableInputError(T("the password will not do"), do=" ".join(error.messages)) from error
    user.set_password(password)


def listed() -> list[dict[str, Any]]:
    """All accounts, oldest first, as `tenring user list` shows them."""
    rows = User.objects.order_by("date_joined", "pk")
    return [
        {
            "address": one.email,
            "name": one.get_full_name(),
            "made_at": one.date_joined,
            "last_signed_in_at": one.last_login,
            "guarded_by": _guards(one),
            "is_open": one.is_active,
        }
        for one in rows
    ]


def _guards(user: User) -> list[str]:
    """What opens an account: its password, and kinds of second steps."""
    kinds = sorted(set(Authenticator.objects.filter(user=user).values_list("type", flat=True)))
    return [*(["password"] if user.has_usable_password() else []), *kinds]


def reset(address: str, *, second_steps: bool, by: str) -> User:
    """Sign somebody out everywhere and make their password worthless; with `second_steps`, remove passkeys and codes.

    Raises:
        UnusableInputError: there is no such account.
    """
    with transaction.atomic():
        user = found(address)
        user.set_unusable_password()
        user.save(update_fields=["password"])
        end_sessions(user)
        record("account.link_made", user=user, by=by)
        if second_steps:
            Authenticator.objects.filter(user=user).delete()
            record("account.second_steps_removed", user=user, by=by)
    return user


def switch(address: str, *, on: bool, why: str, by: str) -> User:
    """Close an account, or open it again. Who is closed out is signed out at once, and their keys open nothing.

    Raises:
        UnusableInputError: there is no such account.
    """
    with transaction.atomic():
        user = found(address)
        user.is_active = on
        user.save(update_fields=["is_active"])
        end_sessions(user)
        record("account.enabled" if on else "account.disabled", user=user, why=why, by=by)
    return user


def found(address: str) -> User:
    """The account of an address.

    Raises:
        UnusableInputError: there is none.
    """
    user = User.objects.filter(emailaddress__email__iexact=address.strip()).distinct().first()
    if user is None:
        what = T("there is no account with the address {address}", address=address)
        raise UnusableInputError(what, do=T("`tenring user list` has them all"))
    return user


def link(user: User, *, base: str) -> str:
    """An address at which a person sets a password: once, within two days."""
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )
    return base.rstrip("/") + path


def base_of(settings: Settings) -> str:
    """Where people reach this server, as far as its settings say."""
    if settings.is_local:
        return "http://localhost:8000"
    return f"{'https' if settings.https else 'http'}://{next(name for name in settings.hosts)}"


def _address(text: str) -> str:
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise UnusableInputError(T("{value!r} is no e-mail address", value=text)) from error
    return address
