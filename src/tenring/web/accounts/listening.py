"""What allauth says that it has done becomes a line of the log. Listening is all: nothing is decided here."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as second
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as elsewhere
from django.contrib.auth.signals import user_logged_out
from django.core.exceptions import PermissionDenied
from django.dispatch import Signal
from django.http import HttpRequest

from tenring.web.accounts.log import record
from tenring.web.accounts.models import User

_ADDED = {"webauthn": "account.passkey_added", "totp": "account.codes_on", "recovery_codes": "account.recovery_made"}
_REMOVED = {
    "webauthn": "account.passkey_removed",
    "totp": "account.codes_off",
    "recovery_codes": "account.recovery_removed",
}


def listen() -> None:
    """Connect everything below; called once, when Django is ready."""
    connected: tuple[tuple[Signal, Any], ...] = (
        (account.user_signed_up, _signed_up),
        (account.user_logged_in, _signed_in),
        (user_logged_out, _signed_out),
        (account.password_changed, _said("account.password_changed")),
        (account.password_set, _said("account.password_set")),
        (account.password_reset, _said("account.password_reset")),
        (account.email_added, _address("account.address_added")),
        (account.email_removed, _address("account.address_removed")),
        (account.email_confirmed, _address("account.address_confirmed")),
        (account.email_changed, _address_changed),
        (second.authenticator_added, _authenticator(_ADDED)),
        (second.authenticator_reset, _authenticator(_ADDED)),
        (second.authenticator_removed, _authenticator(_REMOVED)),
        (second.authentication_failed, _said("account.second_step_failed")),
        (elsewhere.social_account_added, _connected),
        (elsewhere.social_account_removed, _disconnected),
    )
    for signal, receiver in connected:
        signal.connect(receiver, weak=False, dispatch_uid=f"tenring.{receiver.__qualname__}.{id(signal)}")


def _said(what: str) -> Any:  # noqa: ANN401 - a receiver
    """A receiver that writes one line about the person."""

    def receive(*, request: HttpRequest | None, user: User, **_: Any) -> None:  # noqa: ANN401 - Django's own
        record(what, user=user, address=_where(request))

    return receive


def _address(what: str) -> Any:  # noqa: ANN401 - a receiver
    """A receiver that writes one line about an address."""

    def receive(*, email_address: Any, **_: Any) -> None:  # noqa: ANN401 - Django's own
        record(what, user=email_address.user, about=email_address.email[:200])

    return receive


def _authenticator(words: dict[str, str]) -> Any:  # noqa: ANN401 - a receiver
    """A receiver that writes one line about a passkey, the codes of an app, or recovery codes."""

    def receive(*, user: User, authenticator: Authenticator, **_: Any) -> None:  # noqa: ANN401 - Django's own
        name = authenticator.wrap().name if authenticator.type == Authenticator.Type.WEBAUTHN else ""
        record(words[authenticator.type], user=user, about=name[:200])

    return receive


def _signed_up(*, request: HttpRequest, user: User, **_: Any) -> None:  # noqa: ANN401 - Django's own
    record("account.signed_up", user=user, about=user.email[:200], address=_where(request))


def _signed_in(*, request: HttpRequest, user: User, **_: Any) -> None:  # noqa: ANN401 - Django's own
    ways = [one.get("type") or one["method"] for one in get_authentication_records(request, user)]
    record("account.signed_in", user=user, ways=ways, address=_where(request))


def _signed_out(*, user: User | None, **_: Any) -> None:  # noqa: ANN401 - Django's own
    if user is not None:
        record("account.signed_out", user=user)


def _address_changed(*, user: User, to_email_address: Any, from_email_address: Any, **_: Any) -> None:  # noqa: ANN401 - Django's own
    before = from_email_address.email if from_email_address else ""
    record("account.address_changed", user=user, about=to_email_address.email[:200], before=before)


def _connected(*, sociallogin: Any, **_: Any) -> None:  # noqa: ANN401 - Django's own
    record("account.connected", user=sociallogin.user, about=sociallogin.account.provider)


def _disconnected(*, socialaccount: Any, **_: Any) -> None:  # noqa: ANN401 - Django's own
    record("account.disconnected", user=socialaccount.user, about=socialaccount.provider)


def _where(request: HttpRequest | None) -> str:
    """From which network address; empty where that is not known."""
    if request is None:
        return ""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""
