"""The lines of the log in words; a word that is not in the table stands for itself."""

from __future__ import annotations

from collections.abc import Mapping

from tenring.language import N, T
from tenring.web.accounts.models import Event
from tenring.web.accounts.roles import Role, role_name

#: Word of an event -> what it says.
_NAMES = {
    "organisation.made": N("organisation made"),
    "organisation.changed": N("organisation changed"),
    "organisation.closed": N("organisation closed"),
    "member.invited": N("person invited"),
    "invitation.revoked": N("invitation taken back"),
    "member.joined": N("invitation accepted"),
    "member.role_changed": N("role changed"),
    "member.removed": N("person removed"),
    "member.left": N("person left"),
    "key.made": N("key made"),
    "key.revoked": N("key revoked"),
    "screening.uploaded": N("purchases uploaded"),
    "screening.read_again": N("purchases read again"),
    "screening.screened": N("purchases sent to be screened"),
    "screening.done": N("purchases screened"),
    "screening.failed": N("screening failed"),
    "screening.cancelled": N("screening cancelled"),
    "screening.removed": N("purchases removed"),
    "screening.expired": N("purchases removed on their day"),
    "screening.again": N("purchases sent to be screened again"),
    "screening.kept": N("screening kept"),
    "screening.dropped": N("screening kept no longer"),
    "correction.confirmed": N("match or category confirmed"),
    "correction.rejected": N("match or category rejected"),
    "correction.undone": N("decision taken back"),
    "correction.imported": N("decisions added from a file"),
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
    "product.added": N("product added"),
    "product.changed": N("product changed"),
    "product.values": N("values of a product changed"),
    "product.removed": N("product removed"),
    "products.imported": N("products imported"),
    "prices.set": N("prices of tests changed"),
}
_DETAILS = {
    "name": N("name"),
    "economy": N("economy"),
    "role": N("role"),
    "scopes": N("scopes"),
    "file": N("file"),
    "kind": N("about"),
    "target": N("target"),
    "line": N("line"),
    "count": N("count"),
    "address": N("network address"),
    "by": N("on the server, by"),
    "ways": N("by way of"),
    "before": N("before"),
}
#: Numbers that programs look things up by.
_IDS = frozenset({"person", "invitation", "key", "any_address", "screening"})


def event_name(what: str) -> str:
    """What happened, in words."""
    return T(_NAMES[what]) if what in _NAMES else what


def event_details(event: Event) -> list[str]:
    """What else a line says, in words: `role: reader → editor`."""
    detail: Mapping[str, object] = event.detail
    return [_said(name, value) for name, value in detail.items() if name not in _IDS and value not in ("", None)]


def _said(name: str, value: object) -> str:
    title = T(_DETAILS[name]) if name in _DETAILS else name
    if name in {"scopes", "ways"} and isinstance(value, list):
        return f"{title}: {', '.join(map(str, value))}"
    parts = value if isinstance(value, list) else [value]
    return f"{title}: {' → '.join(_word(name, str(part)) or '–' for part in parts)}"


def _word(name: str, value: str) -> str:
    return role_name(value) if name == "role" and value in set(Role) else value
