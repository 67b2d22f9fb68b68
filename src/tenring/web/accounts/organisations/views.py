"""Pages of organisations. What somebody does not belong to answers 404; what their role does not allow, 403."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.web.accounts import invited
from tenring.web.accounts.access import act_for, memberships, person, takes
from tenring.web.accounts.events import event_details, event_name
from tenring.web.accounts.models import Membership, User
from tenring.web.accounts.organisations import actions, invitations, logbook
from tenring.web.accounts.organisations.economies import economies, known_economy
from tenring.web.accounts.organisations.invitations import Standing
from tenring.web.accounts.roles import ALLOWED, Action, Role, action_name, role_name
from tenring.web.core.economies import economy_name
from tenring.web.core.rendering import page
from tenring.web.core.sources import tenring_settings

_FORMS = {"csv": (logbook.as_csv, "text/csv; charset=utf-8"), "json": (logbook.as_json, "application/json")}

#: What the forms of an organisation's page send.
_FIELDS = ("name", "economy", "email", "role", "any_address")


def _user(request: HttpRequest) -> User:
    user = person(request)
    if user is None:
        raise Http404
    return user


def _belonging(request: HttpRequest, id_: UUID, action: Action, *, closed: bool = False) -> Membership:
    """What the visitor is in an organisation, whose role allows that.

    Raises:
        Http404: they do not belong to it, or it is closed.
        PermissionDenied: their role does not allow it.
    """
    user = _user(request)
    of = user.memberships.select_related("organisation") if closed else memberships(user)
    found = of.filter(organisation_id=id_).first()
    if found is None:
        raise Http404
    takes(Role(found.role), action)
    return found


# one's organisations


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisations(request: HttpRequest) -> HttpResponse:
    """The visitor's organisations, and a form to make one."""
    user, problem = _user(request), ""
    if request.method == "POST":
        try:
            economy = known_economy(request.POST.get("economy", ""))
            made = actions.make(user, request.POST.get("name", ""), economy)
        except UnusableInputError as error:
            problem = _told(error)
        else:
            act_for(request, made.id)
            return HttpResponseRedirect(reverse("organisation", args=[made.id]))
    values = {
        "mine": list(memberships(user)),
        "closed": [one.organisation for one in user.memberships.exclude(organisation__closed_at=None)],
        "problem": problem,
        "name": request.POST.get("name", ""),
        "economy": request.POST.get("economy", ""),
        "economies": economies(),
        **_words(),
    }
    return page(request, "organisations/list.html", values, status=400 if problem else 200)


def _words() -> dict[str, Any]:
    return {"role_name": role_name, "action_name": action_name, "economy_name": economy_name, "Action": Action}


def _told(error: UnusableInputError) -> str:
    return f"{error.what}. {error.do}." if error.do else f"{error.what}."


@login_required
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Act for an organisation from now on, or for oneself; back to where the visitor was."""
    text = request.POST.get("organisation", "")
    try:
        chosen = UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error
    act_for(request, chosen)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if is_ours else reverse("organisations"))


# one organisation


@never_cache
@login_required
@require_safe
def organisation(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Who belongs to it, who is invited, and what the visitor may change."""
    own = _belonging(request, id_, Action.SEE, closed=True)
    if own.organisation.closed_at is not None:
        values = {"one": own.organisation, "may": ALLOWED[Role(own.role)], "Action": Action}
        return page(request, "organisations/closed.html", values, status=410)
    return _shown(request, own)


def _shown(request: HttpRequest, own: Membership, *, status: int = 200, **more: Any) -> HttpResponse:  # noqa: ANN401 - what the page shows
    one, may = own.organisation, ALLOWED[Role(own.role)]
    values: dict[str, Any] = {
        "one": one,
        "own": own,
        "may": may,
        "members": one.memberships.select_related("user"),
        "invitations": one.invitations.filter(accepted_at=None, revoked_at=None).select_related("invited_by")
        if Action.INVITE in may
        else (),
        "roles": [(role.value, role_name(role)) for role in Role],
        "economies": economies(),
        "days": tenring_settings().invitation_days,
        "problem": "",
        "part": "",
        "given": {},
        "link": "",
        **_words(),
        **more,
    }
    return page(request, "organisations/organisation.html", values, status=status)


def _again(request: HttpRequest, own: Membership, part: str, error: UnusableInputError) -> HttpResponse:
    """The page once more, with what is wrong beside the form that was sent, and what was filled in."""
    given = {name: request.POST.get(name, "") for name in _FIELDS}
    return _shown(request, own, status=400, part=part, problem=_told(error), given=given)


@login_required
@require_POST
def change(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Give it another name or economy."""
    own = _belonging(request, id_, Action.ORGANISATION)
    try:
        economy = known_economy(request.POST.get("economy", ""))
        actions.change(own.organisation, own.user, name=request.POST.get("name", ""), economy=economy)
    except UnusableInputError as error:
        return _again(request, own, "change", error)
    return HttpResponseRedirect(reverse("organisation", args=[id_]))


@login_required
@require_POST
def close(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Close it."""
    own = _belonging(request, id_, Action.ORGANISATION)
    try:
        actions.close(own.organisation, own.user, request.POST.get("why", ""))
    except UnusableInputError as error:
        return _again(request, own, "close", error)
    return HttpResponseRedirect(reverse("organisations"))


@login_required
@require_POST
def leave(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Leave it."""
    own = _belonging(request, id_, Action.SEE)
    try:
        actions.leave(own.organisation, own.user)
    except UnusableInputError as error:
        return _again(request, own, "members", error)
    return HttpResponseRedirect(reverse("organisations"))


@login_required
@require_POST
def change_role(request: HttpRequest, id_: UUID, member: int) -> HttpResponse:
    """Make a member something else."""
    own = _belonging(request, id_, Action.MEMBERS)
    try:
        actions.change_role(own.organisation, member, _role(request), own.user)
    except UnusableInputError as error:
        return _again(request, own, "members", error)
    return HttpResponseRedirect(reverse("organisation", args=[id_]))


def _role(request: HttpRequest) -> Role:
    """The role of the form.

    Raises:
        UnusableInputError: there is none of this name.
    """
    name = request.POST.get("role", "")
    if name not in set(Role):
        raise UnusableInputError(T("there is no role {role!r}", role=name[:40]))
    return Role(name)


@login_required
@require_POST
def remove(request: HttpRequest, id_: UUID, member: int) -> HttpResponse:
    """Take a member out."""
    own = _belonging(request, id_, Action.MEMBERS)
    try:
        actions.remove(own.organisation, member, own.user)
    except UnusableInputError as error:
        return _again(request, own, "members", error)
    is_self = member == own.user.pk
    return HttpResponseRedirect(reverse("organisations") if is_self else reverse("organisation", args=[id_]))


# invitations


@never_cache
@login_required
@require_POST
def invite(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Invite somebody; the link is sent, and shown this once."""
    own = _belonging(request, id_, Action.INVITE)
    try:
        made, token = invitations.invite(
            own.organisation,
            own.user,
            email=request.POST.get("email", ""),
            role=_role(request),
            any_address=bool(request.POST.get("any_address")),
        )
    except UnusableInputError as error:
        return _again(request, own, "invite", error)
    link = request.build_absolute_uri(reverse("invitation", args=[token]))
    return _shown(request, own, link=link, invited=made, is_sent=invitations.send(made, link, by=own.user))


@login_required
@require_POST
def revoke(request: HttpRequest, id_: UUID, which: UUID) -> HttpResponse:
    """Take an invitation back."""
    own = _belonging(request, id_, Action.INVITE)
    if not own.organisation.invitations.filter(pk=which).exists():
        raise Http404
    try:
        invitations.revoke(own.organisation, which, own.user)
    except UnusableInputError as error:
        return _again(request, own, "invitations", error)
    return HttpResponseRedirect(reverse("organisation", args=[id_]))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What a link offers; somebody who is signed in can accept it."""
    user = person(request)
    if request.method == "POST" and user is not None:
        worth, found = invitations.accept(token, user)
        if worth is Standing.OPEN and found is not None:
            act_for(request, found.organisation_id)
            return HttpResponseRedirect(reverse("organisation", args=[found.organisation_id]))
    else:
        worth, found = invitations.standing(token, user)
        if user is None and worth is Standing.OPEN:
            invited.opened(request, token)
    values = {
        "worth": worth,
        "found": found if worth in _TOLD else None,
        "sign_in": f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.path})}",
        "Standing": Standing,
        **_words(),
    }
    return page(request, "organisations/invitation.html", values, status=200 if worth in _TOLD else 410)


#: What may be told of the organisation, the role and the address.
_TOLD = frozenset({Standing.OPEN, Standing.YOURS, Standing.OTHER_ADDRESS})


# the log


@never_cache
@login_required
@require_safe
def log(request: HttpRequest, id_: UUID) -> HttpResponse:
    """The log, newest first."""
    own = _belonging(request, id_, Action.LOG, closed=True)
    question = logbook.asked(request.GET.dict())
    found = list(logbook.lines(own.organisation, question)[: logbook.PAGE + 1])
    who, what = logbook.choices(own.organisation)
    kept = {name: value for name, value in request.GET.items() if name in {"who", "what", "from", "to"} and value}
    older = found[logbook.PAGE - 1].id if len(found) > logbook.PAGE else None
    values = {
        "one": own.organisation,
        "lines": found[: logbook.PAGE],
        "question": question,
        "people": who,
        "kinds": sorted((event_name(one), one) for one in what),
        "older": urlencode({**kept, "before": older}) if older else "",
        "newest": urlencode(kept) if question.before else None,
        "as_asked": urlencode(kept),
        "event_name": event_name,
        "event_details": event_details,
    }
    return page(request, "organisations/log.html", values)


@never_cache
@login_required
@require_safe
def log_file(request: HttpRequest, id_: UUID, form: str) -> HttpResponseBase:
    """All lines that are asked for, as a file."""
    own = _belonging(request, id_, Action.LOG, closed=True)
    if form not in _FORMS:
        raise Http404
    write, media = _FORMS[form]
    found = logbook.lines(own.organisation, logbook.asked(request.GET.dict()))
    headers = {"Content-Disposition": f'attachment; filename="log.{form}"'}
    return StreamingHttpResponse(write(found), content_type=media, headers=headers)
