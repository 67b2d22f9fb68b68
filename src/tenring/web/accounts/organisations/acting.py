"""What stands at the top of every page of somebody who belongs to an organisation: for whom they act."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from tenring.web.accounts.access import acting_for, memberships
from tenring.web.accounts.models import Organisation


@dataclass(frozen=True)
class Acting:
    """For whom somebody acts (None: themselves), and for whom they may."""

    organisation: Organisation | None
    choices: list[Organisation]


def acting(request: HttpRequest) -> Acting | None:
    """For whom the visitor acts; None: nobody is signed in, or they belong to no organisation."""
    user = getattr(request, "user", None)  # an error before anybody was recognised has none
    if user is None or not user.is_authenticated:
        return None
    choices = [one.organisation for one in memberships(user)]
    return Acting(acting_for(request), choices) if choices else None
