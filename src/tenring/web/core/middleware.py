"""What happens around every page: headers that protect, the visitor's language, errors in words."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from tenring import language
from tenring.exceptions import SnapshotError, UnusableInputError
from tenring.web.core.rendering import ASKED, page

Answer = Callable[[HttpRequest], HttpResponseBase]

#: Nothing from other sites, nothing inline, no frames.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}

#: Language of ours -> Django's tag of it.
DJANGO_TAGS = {one.tag: one.html.lower() for one in language.KNOWN.values()}


class SecurityHeaders:
    """Adds the headers; a view that needs another policy (a report with its own style) sets it itself."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer with the headers."""
        response = self._answer(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class Language:
    """Speaks the language of `?lang=`, else of the cookie, else of the browser; `?lang=` is remembered."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer in the visitor's language."""
        asked = request.GET.get(ASKED)
        known = asked if asked in language.offered() else None
        tag = DJANGO_TAGS[known] if known else translation.get_language_from_request(request)
        language.use(tag)
        translation.activate(tag)
        response = self._answer(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", tag)
        if known:
            _remember(response, tag)
        return response


def _remember(response: HttpResponseBase, tag: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        tag,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )


class ErrorsExplained:
    """An error that a visitor or operator can act on becomes a page that says what, where and what to do."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the view."""
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for our own errors; any other goes on to be logged and answered with 500."""
        if isinstance(error, SnapshotError):
            return page(request, "core/error.html", {"status": 503, "message": str(error)}, status=503)
        if isinstance(error, UnusableInputError):
            return page(request, "core/error.html", {"status": 400, "message": str(error)}, status=400)
        return None
