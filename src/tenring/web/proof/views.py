"""One page: a certificate by its number, as a file, as text, or before the camera; one sentence, and every check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenring.exceptions import TenringError
from tenring.language import T
from tenring.proof.answers import Verification
from tenring.proof.given import LARGEST, credential_in
from tenring.proof.pasted import LONGEST_NUMBER, credential_of, kind_of, likely, normal
from tenring.proof.pasted import Kind as Given
from tenring.proof.picture import is_picture, texts_in
from tenring.proof.place import verifier_of
from tenring.proof.sentence import CHECKS, OUTCOMES, sentence
from tenring.proof.verify import Question
from tenring.register.search import ANY, Kind, Query
from tenring.web.core.rendering import page
from tenring.web.core.sources import sources, tenring_settings, today


@dataclass(frozen=True)
class _Answer:
    """What a visitor gets: a verification, the texts of a picture to choose from, or another page."""

    verification: Verification | None = None
    taken: str = ""
    """What was read in a picture."""
    others: tuple[str, ...] = ()
    """What else was read in it: the visitor may mean another one."""
    elsewhere: str = ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The form, and below it the answer to what was sent."""
    if number := request.GET.get("number", "").strip()[:LONGEST_NUMBER]:
        return HttpResponseRedirect(_by_number(number))
    answer, problem = _Answer(), ""
    if request.method == "POST":
        try:
            answer = _answered(request)
        except TenringError as error:
            problem = str(error)
    if answer.elsewhere:
        return HttpResponseRedirect(answer.elsewhere)
    said = answer.verification
    values: dict[str, Any] = {
        "sample": False,
        "today": today(),
        "problem": problem,
        "answer": said,
        "taken": answer.taken,
        "codes": answer.others,
        "on": request.POST.get("on", ""),
        "sentence": sentence(said) if said else "",
        "checks": [(T(CHECKS[one.check]), one.outcome.value, T(OUTCOMES[one.outcome.value]), one.reason)
                   for one in (said.findings if said else ())],
    }  # fmt: skip
    return page(request, "proof/verify.html", values, status=400 if problem else 200)


def _by_number(number: str) -> str:
    """The address of the one licence with that number, else of a search for it."""
    hits = sources().index.search(Query(number, status=ANY, limit=2, facets=())).hits
    exact = [hit for hit in hits if any(reason.kind is Kind.NUMBER for reason in hit.explanation)]
    if len(exact) == 1:
        return reverse("licence", args=[exact[0].licence_id])
    return f"{reverse('search')}?{urlencode({'q': number})}"


def _answered(request: HttpRequest) -> _Answer:
    """The answer about a file, a picture, or a text.

    Raises:
        UnusableInputError: there is nothing, or too much, or a picture without a QR code.
        ProofError: an address cannot be asked, a PDF carries no credential.
    """
    file = request.FILES.get("file") or request.FILES.get("photo")
    if file is None:
        return _about(request, str(request.POST.get("text", "")))
    raw = bytes(file.read(LARGEST + 1))
    if not is_picture(raw):
        return _Answer(_verified(request, credential_in(raw)))
    texts = texts_in(raw)
    text = likely(texts)
    others = tuple(one for one in texts if one != text)
    if text is None:
        return _Answer(others=others)
    return replace(_about(request, text), taken=text, others=others)


def _about(request: HttpRequest, text: str) -> _Answer:
    """The answer about a text: a licence's number or page leads there, all else is verified."""
    kind = kind_of(text)
    if kind is Given.NUMBER:
        return _Answer(elsewhere=_by_number(text.strip()))
    if kind is Given.ADDRESS and (path := _page_of_ours(request, text)):
        return _Answer(elsewhere=path)
    return _Answer(_verified(request, credential_of(text, tenring_settings())))


def _page_of_ours(request: HttpRequest, text: str) -> str | None:
    """The path of a licence's page of this very site; None: it leads elsewhere."""
    parts = urlsplit(normal(text))
    if parts.netloc != request.get_host():
        return None
    try:
        return parts.path if resolve(parts.path).url_name == "licence" else None
    except Resolver404:
        return None


def _verified(request: HttpRequest, raw: bytes) -> Verification:
    at = now()
    question = Question(on=_day(request.POST.get("on", "")) or at.date(), at=at)
    return verifier_of(tenring_settings(), at=at).verify(raw, question)


def now() -> datetime:
    """The moment of the question."""
    return datetime.now(UTC)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
