"""Whose a screening is: who may see it, who may correct it, and for whom a correction is written down."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from tenring.language import T
from tenring.web.accounts import access
from tenring.web.accounts.models import Organisation
from tenring.web.accounts.roles import Action
from tenring.web.procurement import actions
from tenring.web.procurement.memory import Scribe
from tenring.web.procurement.models import Screening, State


def seen(request: HttpRequest, id_: UUID) -> Screening:
    """A screening that the visitor may see; for everybody else it does not exist.

    Raises:
        Http404: there is none, or it is somebody else's.
    """
    found = access.visible(Screening.objects.filter(pk=id_), access.person(request)).first()
    if found is None:
        found = actions.own(request, id_)
        if found is None or found.owner_id is not None or found.organisation_id is not None:
            raise Http404
    return found


def finished(request: HttpRequest, id_: UUID) -> Screening:
    """The same, with its result.

    Raises:
        Http404: there is none.
    """
    found = seen(request, id_)
    if found.state != State.DONE or not (found.result / "lines.parquet").is_file():
        raise Http404
    return found


def may(request: HttpRequest, one: Screening, action: Action) -> bool:
    """Whether the visitor may do that with a screening."""
    is_somebodys = one.owner_id is not None or one.organisation_id is not None
    return is_somebodys and access.may(access.person(request), action, one.organisation)


def scribe(request: HttpRequest, one: Screening, action: Action) -> Scribe:
    """The visitor, who may do that with a screening, and for whom they do it.

    Raises:
        PermissionDenied: they may not; or it belongs to nobody, as it was sent by somebody not signed in.
    """
    if one.owner_id is None and one.organisation_id is None:
        raise PermissionDenied(T("Sign in and send the file again: what is decided belongs to an account."))
    return Scribe(access.require(request, action, one.organisation), one.organisation)


def acting(request: HttpRequest, action: Action) -> Scribe:
    """The visitor, who may do that, and the organisation that they act for.

    Raises:
        PermissionDenied: they may not.
    """
    organisation = access.acting_for(request)
    return Scribe(access.require(request, action, organisation), organisation)


def written(request: HttpRequest, name: str) -> str:
    """What somebody wrote into a field, without the sign that no database keeps."""
    return str(request.POST.get(name, "")).replace("\x00", "")


def names_of(organisation: Organisation | None) -> str:
    """For whom something is kept, in words."""
    return organisation.name if organisation else T("you alone")
