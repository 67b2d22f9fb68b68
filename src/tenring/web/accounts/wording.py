"""What the next page says at its top once something was done with an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenring.language import N, T

_MESSAGES = {
    "cannot_delete_primary_email": N("{email} is your main address: make another one the main address first."),
    "email_confirmation_failed": N("{email} cannot be confirmed: it belongs to another account by now."),
    "email_confirmation_sent": N("A message with a link was written to {email}."),
    "email_confirmed": N("{email} is confirmed."),
    "email_deleted": N("{email} was removed."),
    "logged_in": N("You are signed in."),
    "logged_out": N("You are signed out."),
    "login_code_sent": N("A code was sent to {recipient}."),
    "password_changed": N("Your password was changed."),
    "password_set": N("Your password was set."),
    "primary_email_set": N("Your main address was changed."),
    "unverified_primary_email": N("Confirm this address first; then it can be the main one."),
    "recovery_codes_generated": N("Recovery codes were made. Keep them now: they are not shown again."),
    "totp_activated": N("Signing in now needs a code of your app."),
    "totp_deactivated": N("Signing in no longer needs a code."),
    "webauthn_added": N("The passkey was added."),
    "webauthn_removed": N("The passkey was removed."),
    "account_connected": N("The accounts are connected: you can sign in with either."),
    "account_connected_updated": N("The accounts are connected: you can sign in with either."),
    "account_connected_other": N("That account is connected with somebody else here."),
    "account_disconnected": N("The accounts are no longer connected."),
}


def message(name: str, values: Mapping[str, Any]) -> str:
    """What a page says at its top; nothing for what needs no saying."""
    found = _MESSAGES.get(name)
    return T(found, **values) if found else ""
