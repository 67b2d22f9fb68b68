"""The log of changes: one line for each, written in the transaction that makes the change."""

from __future__ import annotations

from tenring.web.accounts.models import Event, Organisation, User


def record(
    what: str,
    *,
    user: User | None,
    organisation: Organisation | None = None,
    about: str = "",
    why: str = "",
    **detail: object,
) -> Event:
    """Add a line to the log of an organisation, or, without one, of a person."""
    return Event.objects.create(
        what=what, user=user, who=name_of(user), organisation=organisation, about=about, why=why, detail=detail
    )


def name_of(user: User | None) -> str:
    """What a person is called in the log."""
    if user is None:
        return ""
    return (user.get_full_name() or user.email or user.get_username())[:200]
