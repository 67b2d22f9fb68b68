"""Pages of accounts are kept nowhere; pages that name who is signed in, by nothing that serves others."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers

#: Where every page is somebody's alone.
ACCOUNTS = "/account/"


class NotKept:
    """Says so in the answer, whoever made it: a view, an error, a library that asks for the password first."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer with what may be done with it."""
        response = self._answer(request)
        if request.path.startswith(ACCOUNTS):
            add_never_cache_headers(response)
        elif request.user.is_authenticated and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-cache"
        return response
