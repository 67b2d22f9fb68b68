"""For whom a visitor acts, and what they may do there; asked with every request: a role taken away is gone at once."""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from tenring.language import T
from tenring.web.accounts.models import Membership, Organisation, User
from tenring.web.accounts.roles import ALLOWED, Action, Role

#: In the session: the id of the organisation that the visitor acts for.
_ACTING = "organisation"

Owned = TypeVar("Owned", bound=Model)


def person(request: HttpRequest) -> User | None:
    """Who is signed in; None: nobody."""
    return request.user if request.user.is_authenticated else None


def memberships(user: User) -> QuerySet[Membership]:
    """The open organisations of a person, with the role in each."""
    return user.memberships.filter(organisation__closed_at=None).select_related("organisation")


def role_in(user: User, organisation: Organisation) -> Role | None:
    """What a person is in an organisation; None: nothing, or it is closed."""
    found = memberships(user).filter(organisation=organisation).first()
    return Role(found.role) if found else None


def may(user: User | None, action: Action, organisation: Organisation | None) -> bool:
    """Whether a person may do that with what belongs to an organisation; without one, it is their own."""
    if user is None:
        return False
    if organisation is None:
        return True
    role = role_in(user, organisation)
    return role is not None and action in ALLOWED[role]


def require(request: HttpRequest, action: Action, organisation: Organisation | None) -> User:
    """The person, who may do that.

    Raises:
        PermissionDenied: they may not, or nobody is signed in.
    """
    user = person(request)
    if user is None or not may(user, action, organisation):
        raise PermissionDenied(T("Your role does not allow this."))
    return user


def takes(role: Role | None, action: Action) -> None:
    """Require a role that may do that.

    Raises:
        PermissionDenied: it may not, or there is none.
    """
    if role is None or action not in ALLOWED[role]:
        raise PermissionDenied(T("Your role does not allow this."))


def acting_for(request: HttpRequest) -> Organisation | None:
    """The organisation that the visitor acts for; None: for themselves."""
    user, chosen = person(request), request.session.get(_ACTING)
    if user is None or not chosen:
        return None
    found = memberships(user).filter(organisation_id=chosen).first()
    return found.organisation if found else None


def act_for(request: HttpRequest, id_: uuid.UUID | None) -> None:
    """Act for an organisation from now on, or, with None, for oneself.

    Raises:
        PermissionDenied: the visitor does not belong to it.
    """
    user = person(request)
    if user is None or (id_ is not None and not memberships(user).filter(organisation_id=id_).exists()):
        raise PermissionDenied(T("You do not belong to this organisation."))
    request.session[_ACTING] = str(id_) if id_ else None


def visible(rows: QuerySet[Owned], user: User | None) -> QuerySet[Owned]:
    """Of rows with `owner` and `organisation`: a person's own, and those of the organisations they belong to."""
    if user is None:
        return rows.none()
    of = [one.organisation_id for one in memberships(user)]
    return rows.filter(Q(organisation=None, owner=user) | Q(organisation_id__in=of))
