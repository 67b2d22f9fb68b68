"""Who may make an account: everybody, who opened an invitation in this browser, or nobody."""

from __future__ import annotations

from django.http import HttpRequest

from tenring.web.accounts.models import Invitation
from tenring.web.accounts.organisations.invitations import Standing, standing
from tenring.web.core.sources import tenring_settings

#: In the session: what the link of an invitation holds that was opened without an account.
_OPENED = "invitation"


def opened(request: HttpRequest, token: str) -> None:
    """Remember that an invitation was opened: its address may have an account, to be confirmed as any other."""
    request.session[_OPENED] = token


def invitation(request: HttpRequest) -> Invitation | None:
    """The invitation that was opened in this browser, while it can be accepted."""
    token = request.session.get(_OPENED)
    worth, found = standing(str(token), None) if token else (Standing.UNKNOWN, None)
    return found if worth is Standing.OPEN else None


def may_sign_up(request: HttpRequest) -> bool:
    """Whether a visitor may make an account."""
    way = tenring_settings().signing_up
    return way == "open" or (way == "invited" and invitation(request) is not None)


def is_for(request: HttpRequest, addresses: set[str]) -> bool:
    """Whether an account may be made with one of these addresses, by somebody who may make one."""
    if tenring_settings().signing_up == "open":
        return True
    found = invitation(request)
    return found is not None and (found.any_address or found.email.casefold() in addresses)
