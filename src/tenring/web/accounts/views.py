"""The account itself: what is kept, what can be changed, the log, everything as a file, and the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.web.accounts import actions, export
from tenring.web.accounts.events import event_name
from tenring.web.accounts.forms import Profile
from tenring.web.accounts.log import record
from tenring.web.accounts.models import Event, User
from tenring.web.accounts.organisations.actions import without_owner
from tenring.web.core.rendering import page
from tenring.web.procurement.actions import take_over, unclaimed

#: Most lines of the log on one page; the file of one's own data has all.
_LINES = 200


_View = Callable[[HttpRequest], HttpResponse]
#: A view for which a person has shown anew that it is they.
_sure: Callable[[_View], _View] = reauthentication_required


def _person(request: HttpRequest) -> User:
    """Who is signed in, as `login_required` made sure."""
    assert isinstance(request.user, User)  # noqa: S101 - for the type checker
    return request.user


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Everything about one's account on one page; name and language are changed right here."""
    user = _person(request)
    form = Profile(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        actions.name(user, called=form.cleaned_data["first_name"], language=form.cleaned_data["language"])
        messages.success(request, T("Saved."))
        return redirect("account")
    steps = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    values: dict[str, Any] = {
        "form": form,
        "addresses": EmailAddress.objects.filter(user=user).order_by("-primary", "email"),
        "passkeys": [one for one in steps if one.type == Authenticator.Type.WEBAUTHN],
        "codes": next((one for one in steps if one.type == Authenticator.Type.TOTP), None),
        "recovery": next((one for one in steps if one.type == Authenticator.Type.RECOVERY_CODES), None),
        "connected": SocialAccount.objects.filter(user=user).count(),
        "unclaimed": unclaimed(request).count(),
    }
    return page(request, "accounts/account.html", values, status=200 if request.method != "POST" else 400)


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Where allauth has a page of its own for a part of the account: back to the account."""
    return redirect("account")


@login_required
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The newest lines of one's own log."""
    lines = Event.objects.filter(user=_person(request)).select_related("organisation").order_by("-at", "-id")[:_LINES]
    return page(request, "accounts/log.html", {"lines": lines, "event_name": event_name, "most": _LINES})


@require_POST
@login_required
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End all other sessions."""
    actions.sign_out_elsewhere(request, _person(request))
    messages.success(request, T("You are signed out everywhere else."))
    return redirect("account")


@require_POST
@login_required
def take(request: HttpRequest) -> HttpResponse:
    """Take the screenings that were sent before signing in into the account."""
    count = take_over(request, _person(request))
    messages.success(request, T("Taken into your account: {count}", count=count))
    return redirect("screenings")


@login_required
@require_safe
@_sure
def export_(request: HttpRequest) -> HttpResponse:
    """Everything that is kept about oneself, as a file."""
    user = _person(request)
    record("account.exported", user=user)
    response = JsonResponse(export.about(user), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = 'attachment; filename="tenring-account.json"'
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@_sure
def delete(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays; then delete the account."""
    user, problem = _person(request), ""
    if request.method == "POST" and "delete" in request.POST:
        try:
            actions.delete(user)
        except UnusableInputError as error:
            problem = str(error)
        else:
            _leave(request)
            return redirect("home")
    values = {"problem": problem, "left": without_owner(user)}
    return page(request, "accounts/delete.html", values, status=400 if problem else 200)


def _leave(request: HttpRequest) -> None:
    """End the session of somebody who is no more; nothing is written into a log for them."""
    request.session.flush()
    messages.success(request, T("Your account is deleted."))


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_with(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the server by which somebody signs in.

    A page with a link leads there, not a redirect: the policy of our pages lets no form end on another site.
    """
    response: HttpResponse = openid_connect.login(request, provider_id)
    if not isinstance(response, HttpResponseRedirect) or not response.url.startswith(("https://", "http://")):
        return response
    return page(request, "accounts/elsewhere.html", {"address": response.url})
