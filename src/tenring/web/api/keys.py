"""Keys of the API in the browser: made, shown once, listed, revoked; a person's own and those of an organisation."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenring.exceptions import UnusableInputError
from tenring.language import N, T
from tenring.web.accounts.access import memberships, person, takes
from tenring.web.accounts.log import name_of
from tenring.web.accounts.models import Organisation, User
from tenring.web.accounts.roles import Action, Role
from tenring.web.api import actions
from tenring.web.api.models import ApiKey
from tenring.web.api.scopes import FOR_PEOPLE, Scope
from tenring.web.core.rendering import page
from tenring.web.core.sources import today

_SCOPE_NAMES = {
    Scope.MATCH: N("match and screen lines at once"),
    Scope.JOBS: N("have files screened in the background"),
    Scope.WEBHOOKS: N("set up webhooks"),
}
#: Days after which a key ends, if nothing else is said.
_DAYS = 365


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """The visitor's own keys, and a form to make one."""
    return _keys(request, _user(request), None)


@login_required
@require_POST
def revoke_own(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take one of one's own keys back."""
    user = _user(request)
    _revoke(_of(user, None), key, user)
    return HttpResponseRedirect(reverse("keys"))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_organisation(request: HttpRequest, id_: UUID) -> HttpResponse:
    """The keys of an organisation, and a form to make one."""
    user = _user(request)
    return _keys(request, user, _organisation(user, id_))


@login_required
@require_POST
def revoke_of_organisation(request: HttpRequest, id_: UUID, key: UUID) -> HttpResponse:
    """Take a key of an organisation back, whoever made it."""
    user = _user(request)
    _revoke(_of(user, _organisation(user, id_)), key, user)
    return HttpResponseRedirect(reverse("organisation_keys", args=[id_]))


def _user(request: HttpRequest) -> User:
    user = person(request)
    if user is None:
        raise Http404
    return user


def _organisation(user: User, id_: UUID) -> Organisation:
    """An organisation whose keys somebody may make and revoke.

    Raises:
        Http404: they do not belong to it.
        PermissionDenied: their role does not allow it.
    """
    found = memberships(user).filter(organisation_id=id_).first()
    if found is None:
        raise Http404
    takes(Role(found.role), Action.KEYS)
    return found.organisation


def _of(user: User, organisation: Organisation | None) -> QuerySet[ApiKey]:
    found = ApiKey.objects.filter(organisation=organisation).select_related("owner", "organisation")
    return found.filter(owner=user) if organisation is None else found


def _revoke(of: QuerySet[ApiKey], key: UUID, by: User) -> None:
    if not of.filter(pk=key).exists():
        raise Http404
    actions.revoke(str(key), who=name_of(by), by=by)


def _keys(request: HttpRequest, user: User, organisation: Organisation | None) -> HttpResponse:
    problem, made, text = "", None, ""
    if request.method == "POST":
        try:
            made, text = actions.new_key(
                request.POST.get("name", ""),
                _scopes(request),
                who=name_of(user),
                expires_at=_end(request.POST.get("until", "")),
                owner=user,
                organisation=organisation,
            )
        except UnusableInputError as error:
            problem = f"{error.what}. {error.do}." if error.do else f"{error.what}."
    values = {
        "organisation": organisation,
        "here_": request.path,
        "keys": [(key, _state(key)) for key in _of(user, organisation)],
        "scopes": [(scope.value, T(_SCOPE_NAMES[scope])) for scope in FOR_PEOPLE],
        "problem": problem,
        "made": made,
        "text": text,
        "name": request.POST.get("name", "") if problem else "",
        "chosen": request.POST.getlist("scope") if problem else (),
        "until": request.POST.get("until", "") if problem else (today() + timedelta(days=_DAYS)).isoformat(),
        "today": today(),
    }
    return page(request, "api/keys.html", values, status=400 if problem else 200)


def _scopes(request: HttpRequest) -> tuple[Scope, ...]:
    """What a key is asked for.

    Raises:
        UnusableInputError: nothing, or what is not given to people.
    """
    asked = request.POST.getlist("scope")
    if not asked or not set(asked) <= set(FOR_PEOPLE):
        raise UnusableInputError(T("say what the key is for"), do=T("Choose at least one"))
    return tuple(scope for scope in FOR_PEOPLE if scope in asked)


def _end(text: str) -> datetime | None:
    """The end of the last day of a key; None: it has none.

    Raises:
        UnusableInputError: it is no date, or it is past.
    """
    if not text:
        return None
    try:
        last = date.fromisoformat(text)
        end = datetime.combine(last + timedelta(days=1), time()).astimezone()
    except (ValueError, OverflowError) as error:
        raise UnusableInputError(T("{value!r} is not a date. Write it as YYYY-MM-DD.", value=text[:40])) from error
    if last < today():
        raise UnusableInputError(T("a key cannot end before today"))
    return end


def _state(key: ApiKey) -> str:
    """What a key opens, in a word."""
    if key.revoked_at is not None:
        return T("taken back")
    if not key.is_live:
        return T("expired")
    return T("live") if actions.opens(key) else T("opens nothing: whoever made it does not belong here any more")
