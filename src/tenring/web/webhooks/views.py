"""Webhooks for people: those there are, a new one, what became of its messages."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenring.exceptions import TenringError, UnusableInputError
from tenring.web.accounts.access import acting_for, may, person, require
from tenring.web.accounts.roles import Action
from tenring.web.core.rendering import page
from tenring.web.core.sources import sources
from tenring.web.webhooks import actions
from tenring.web.webhooks.actions import Said, Whose
from tenring.web.webhooks.events import OFFERED, EventType, Filters
from tenring.web.webhooks.forms import said
from tenring.web.webhooks.models import Delivery, Endpoint

#: Deliveries on a page.
_SHOWN = 50


def _whose(request: HttpRequest, action: Action = Action.WEBHOOKS) -> Whose:
    """For whom the visitor acts.

    Raises:
        PermissionDenied: their role does not allow it.
    """
    organisation = acting_for(request)
    return Whose(require(request, action, organisation), organisation)


def _own(request: HttpRequest, id_: UUID) -> tuple[Whose, Endpoint]:
    """A webhook of theirs to change; 404: it is not theirs to see, 403: only to see."""
    organisation = acting_for(request)
    whose = Whose(person(request), organisation)
    found = whose.endpoints().filter(pk=id_).first()
    if found is None:
        raise Http404
    return _whose(request), found


@never_cache
@require_safe
@login_required
def webhooks(request: HttpRequest) -> HttpResponse:
    """Those there are."""
    organisation = acting_for(request)
    user = require(request, Action.SEE, organisation)
    found = Whose(user, organisation).endpoints().annotate(sent=Count("deliveries"))
    values = {
        "endpoints": found,
        "organisation": organisation,
        "may_change": may(user, Action.WEBHOOKS, organisation),
        "offered": OFFERED,
    }
    return page(request, "webhooks/webhooks.html", _frame() | values)


def _frame() -> dict[str, Any]:
    return {"sample": False, "EventType": EventType}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """A form for a new one."""
    whose, problem, given = _whose(request), "", _empty(request)
    if request.method == "POST":
        given = said(request.POST)
        try:
            made, secret = actions.make(whose, given)
        except UnusableInputError as error:
            problem = _told(error)
        else:
            # Shown in the answer itself: kept anywhere for the next page, it would lie there open.
            return _shown(request, made, _said_of(made), secret=secret)
    values = {"problem": problem, "given": given, "is_on": True, **_choices()}
    return page(request, "webhooks/new.html", values, status=HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK)


def _empty(request: HttpRequest) -> Said:
    """The form as it opens: a search may have led here."""
    return Said("", [EventType.STATUS_CHANGED], Filters(search=request.GET.get("search", "")[:1000]))


def _choices() -> dict[str, Any]:
    """What can be chosen."""
    catalogue = sources().catalogue
    return _frame() | {
        "offered": OFFERED,
        "programmes": sorted(catalogue.programmes),
        "categories": sorted(catalogue.categories.by_id),
        "economies": sorted({one.economy for one in sources().counts if one.economy}),
    }


@never_cache
@require_safe
@login_required
def webhook(request: HttpRequest, hook: UUID) -> HttpResponse:
    """One: what it is told, and what became of its messages."""
    _, one = _own(request, hook)
    return _shown(request, one, _said_of(one))


def _said_of(one: Endpoint) -> Said:
    return Said(one.address, [EventType(name) for name in one.events], one.wanted, one.note)


def _shown(request: HttpRequest, one: Endpoint, given: Said, *, problem: str = "", secret: str = "") -> HttpResponse:
    values = {
        "one": one,
        "given": given,
        "is_on": one.is_on,
        "secret": secret,
        "problem": problem,
        "deliveries": one.deliveries.select_related("message").annotate(attempted=Count("attempts"))[:_SHOWN],
        **_choices(),
    }
    return page(request, "webhooks/webhook.html", values, status=HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK)


def _told(error: TenringError) -> str:
    if isinstance(error, UnusableInputError):
        return f"{error.what}. {error.do}" if error.do else error.what
    return str(error)


@never_cache
@require_POST
@login_required
def change(request: HttpRequest, hook: UUID) -> HttpResponse:
    """Change what it is told, and where; switch it on or off."""
    whose, one = _own(request, hook)
    given = said(request.POST)
    try:
        actions.change(whose, one, given, is_on=request.POST.get("is_on") == "yes")
    except UnusableInputError as error:
        return _shown(request, one, given, problem=_told(error))
    return HttpResponseRedirect(reverse("webhook", args=[one.id]))


@never_cache
@require_POST
@login_required
def rotate(request: HttpRequest, hook: UUID) -> HttpResponse:
    """Make a new secret, shown in the answer."""
    whose, one = _own(request, hook)
    secret = actions.rotate(whose, one)
    return _shown(request, one, _said_of(one), secret=secret)


@never_cache
@require_POST
@login_required
def ping(request: HttpRequest, hook: UUID) -> HttpResponse:
    """Send a test."""
    _, one = _own(request, hook)
    sent = actions.ping(one)
    return HttpResponseRedirect(reverse("webhook_delivery", args=[one.id, sent.id]))


@never_cache
@require_POST
@login_required
def remove(request: HttpRequest, hook: UUID) -> HttpResponse:
    """Remove it."""
    whose, one = _own(request, hook)
    actions.remove(whose, one)
    return HttpResponseRedirect(reverse("webhooks"))


@never_cache
@require_safe
@login_required
def delivery(request: HttpRequest, hook: UUID, delivery: UUID) -> HttpResponse:
    """One message, and every attempt to deliver it."""
    _, one = _own(request, hook)
    found = _delivery(one, delivery)
    values = {"one": one, "delivery": found, "attempts": found.attempts.all(), **_frame()}
    return page(request, "webhooks/delivery.html", values)


def _delivery(one: Endpoint, id_: UUID) -> Delivery:
    found = one.deliveries.select_related("message", "endpoint").filter(pk=id_).first()
    if found is None:
        raise Http404
    return found


@never_cache
@require_POST
@login_required
def again(request: HttpRequest, hook: UUID, delivery: UUID) -> HttpResponse:
    """Send a message again."""
    whose, one = _own(request, hook)
    found = _delivery(one, delivery)
    actions.redeliver(whose, found)
    return HttpResponseRedirect(reverse("webhook_delivery", args=[one.id, found.id]))
