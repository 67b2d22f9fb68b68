"""How pages are written: Jinja2 with the words, numbers and dates of the language in use."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from django.contrib.messages import get_messages
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

import tenring
from tenring import language
from tenring.language import T, in_language
from tenring.rulebook.publish.words import word
from tenring.screening.report import wording
from tenring.screening.report.wording import formats
from tenring.web.accounts.log import name_of
from tenring.web.accounts.organisations.acting import acting
from tenring.web.core.navigation import address, navigation
from tenring.web.core.tongues import marked

#: Language of ours -> (its tag in HTML, its own name).
TAGS = {one.tag: (one.html, one.name) for one in language.KNOWN.values()}

#: In an address: the language asked for.
ASKED = "lang"

#: What Django leaves as it is in an address.
_UNQUOTED = "!$&'()*+,;=/~:@"


def environment(**options: Any) -> jinja2.Environment:  # noqa: ANN401 - Django's own options
    """The environment of all pages; a name that does not exist is an error, never an empty text."""
    ours: dict[str, Any] = {"undefined": jinja2.StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    options.pop("autoescape", None)
    made = jinja2.Environment(autoescape=_escaped, **{**options, **ours})  # noqa: S701 - only plain text is not escaped
    made.globals.update(
        T=T,
        acting=acting,
        licence_url=licence_url,
        marked=marked,
        named=in_language,
        named_user=name_of,
        navigation=navigation,
        static=static,
        tags=TAGS,
        url=url,
        version=tenring.__version__,
        word=word,
        words=wording,
    )
    return made


def _escaped(template: str | None) -> bool:
    """Whether texts are escaped as HTML wants it: everywhere but in e-mail, which is plain text."""
    return template is None or not template.endswith(".txt")


def page(
    request: HttpRequest, template: str, values: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page of ours in the language in use."""
    return render(request, template, dict(values or {}), status=status)


def frame(request: HttpRequest) -> dict[str, Any]:
    """What every page knows, also one that a library renders: language, formats, addresses, who is signed in."""
    tag = language.current()
    user = getattr(request, "user", None)
    return {
        "language": tag,
        "formats": formats(tag),
        "others": [
            (other, *TAGS[other], address_in(request, other), language.share(other))
            for other in language.offered()
            if other != tag
        ],
        "complete": language.COMPLETE,
        "here": request.path,
        "person": user if user is not None and user.is_authenticated else None,
        "said": lambda: get_messages(request),
    }


def address_in(request: HttpRequest, tag: str) -> str:
    """The address of this very page in another language."""
    asked = [(name, value) for name, values in request.GET.lists() for value in values if name != ASKED]
    return f"{request.path}?{urlencode([*asked, (ASKED, tag)])}"


def url(name: str, *parts: object, **named: object) -> str:
    """The address of a page by its name in `urls.py`."""
    return reverse(name, args=parts, kwargs=named) if parts or named else address(name)


@lru_cache(maxsize=1)
def _before_licence() -> str:
    return reverse("licence", args=["x"]).removesuffix("x")


def licence_url(licence_id: str) -> str:
    """The address of a licence as `url` gives it; lists have many, and Django looks all addresses through for each."""
    return _before_licence() + quote(licence_id, safe=_UNQUOTED)


@lru_cache(maxsize=64)
def static(path: str) -> str:
    """The address of a static file, with a hash of its content: it may be kept for ever.

    Raises:
        LookupError: there is no such file.
    """
    found = finders.find(path)
    if not found:
        message = f"there is no static file {path}"
        raise LookupError(message)
    return f"/static/{path}?v={hashlib.sha256(Path(str(found)).read_bytes()).hexdigest()[:12]}"
