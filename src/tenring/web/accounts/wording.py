"""What happens to accounts, in words: messages at the top of pages, lines of the log."""

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

_EVENTS = {
    "account.signed_up": N("account made"),
    "account.made": N("account made on the server"),
    "account.signed_in": N("signed in"),
    "account.signed_out": N("signed out"),
    "account.sign_in_limited": N("too many attempts to sign in: refused for a while"),
    "account.second_step_failed": N("wrong code while signing in"),
    "account.named": N("name or language changed"),
    "account.password_changed": N("password changed"),
    "account.password_set": N("password set"),
    "account.password_reset": N("password set anew by a link"),
    "account.link_made": N("link for a new password made on the server"),
    "account.address_added": N("e-mail address added"),
    "account.address_confirmed": N("e-mail address confirmed"),
    "account.address_removed": N("e-mail address removed"),
    "account.address_changed": N("main e-mail address changed"),
    "account.passkey_added": N("passkey added"),
    "account.passkey_removed": N("passkey removed"),
    "account.codes_on": N("one-time codes switched on"),
    "account.codes_off": N("one-time codes switched off"),
    "account.recovery_made": N("recovery codes made"),
    "account.recovery_removed": N("recovery codes removed"),
    "account.second_steps_removed": N("passkeys and codes removed on the server"),
    "account.connected": N("account elsewhere connected"),
    "account.disconnected": N("account elsewhere disconnected"),
    "account.others_signed_out": N("signed out everywhere else"),
    "account.exported": N("own data downloaded"),
    "account.disabled": N("account closed on the server"),
    "account.enabled": N("account opened again on the server"),
    "account.deleted": N("account deleted"),
    "screening.taken_over": N("screening taken into the account"),
}


def message(name: str, values: Mapping[str, Any]) -> str:
    """What a page says at its top; nothing for what needs no saying."""
    found = _MESSAGES.get(name)
    return T(found, **values) if found else ""


def happened(what: str) -> str:
    """A line of the log in words; one that is not about accounts is shown as it is kept."""
    found = _EVENTS.get(what)
    return T(found) if found else what
