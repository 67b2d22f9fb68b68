"""Health, readiness, and the pages for what went wrong."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import tenring
from tenring.language import T
from tenring.web.core import health
from tenring.web.core.rendering import page, static
from tenring.web.core.sources import tenring_settings


@never_cache
@require_safe
def alive(_: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return JsonResponse({"alive": True, "version": tenring.__version__})


@never_cache
@require_safe
def ready(_: HttpRequest) -> HttpResponse:
    """200 when requests can be answered, else 503 with what is missing: see `health`."""
    problems = health.checks()
    is_ready = not any(problems.values())
    told = {name: problem or "ok" for name, problem in problems.items()}
    return JsonResponse({"ready": is_ready, "checks": told}, status=200 if is_ready else 503)


@require_safe
def icon(_: HttpRequest) -> HttpResponse:
    """Where browsers look for an icon when a page names none."""
    return HttpResponsePermanentRedirect(static("tenring/mark.svg"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; 413 for a file that is too large."""
    if isinstance(exception, RequestDataTooBig):
        most = tenring_settings().max_upload_bytes
        return _error(
            request, 413, T("The file is larger than {limit:,} bytes. Split it and send the parts.", limit=most)
        )
    return _error(request, 400, T("The request cannot be understood."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _error(request, 403, str(exception) or T("This page is not open to you."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """403 for a form that did not come from one of our own pages."""
    return _error(request, 403, T("The form is too old, or cookies are switched off. Load the page again and send it."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """404."""
    return _error(request, 404, T("There is no such page. It may have been in another snapshot of the registers."))


def too_many(request: HttpRequest) -> HttpResponse:
    """429: allauth counted one attempt too many."""
    return _error(request, 429, T("That was tried too often. Wait a few minutes, then try again."))


def failed(request: HttpRequest) -> HttpResponse:
    """500: logged with its traceback."""
    return _error(
        request, 500, T("Something went wrong on our side. It has been written down; nothing of yours is lost.")
    )


def _error(request: HttpRequest, status: int, message: str) -> HttpResponse:
    return page(request, "core/error.html", {"status": status, "message": message}, status=status)
