"""One page: a certificate by its number, as a file, as text, or before the camera; one sentence, and every check."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenring.exceptions import TenringError
from tenring.language import T
from tenring.proof.answers import Verification
from tenring.proof.given import LARGEST, credential_in
from tenring.proof.place import fetched, verifier_of
from tenring.proof.sentence import CHECKS, OUTCOMES, sentence
from tenring.proof.verify import Question
from tenring.register.search import ANY, Kind, Query
from tenring.web.core.rendering import page
from tenring.web.core.sources import sources, tenring_settings, today

_LONGEST_NUMBER = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The form, and below it the answer to what was sent."""
    if number := request.GET.get("number", "").strip()[:_LONGEST_NUMBER]:
        return HttpResponseRedirect(_by_number(number))
    answer, problem = None, ""
    if request.method == "POST":
        try:
            answer = _verified(request)
        except TenringError as error:
            problem = str(error)
    values: dict[str, Any] = {
        "sample": False,
        "today": today(),
        "problem": problem,
        "answer": answer,
        "sentence": sentence(answer) if answer else "",
        "checks": [(T(CHECKS[one.check]), one.outcome.value, T(OUTCOMES[one.outcome.value]), one.reason)
                   for one in (answer.findings if answer else ())],
    }  # fmt: skip
    return page(request, "proof/verify.html", values, status=400 if problem else 200)


def _by_number(number: str) -> str:
    """The address of the one licence with that number, else of a search for it."""
    hits = sources().index.search(Query(number, status=ANY, limit=2, facets=())).hits
    exact = [hit for hit in hits if any(reason.kind is Kind.NUMBER for reason in hit.explanation)]
    if len(exact) == 1:
        return reverse("licence", args=[exact[0].licence_id])
    return f"{reverse('search')}?{urlencode({'q': number})}"


def _verified(request: HttpRequest) -> Verification:
    """The answer about a file or a text.

    Raises:
        UnusableInputError: there is nothing, or too much.
        ProofError: an address cannot be asked, a PDF carries no credential.
    """
    settings, at = tenring_settings(), datetime.now(UTC)
    raw = credential_in(_given(request))
    question = Question(on=_day(request.POST.get("on", "")) or at.date(), at=at)
    return verifier_of(settings, at=at).verify(raw, question)


def _given(request: HttpRequest) -> bytes:
    """What was sent: the file, else what stands at the address in the text, else the text."""
    if file := request.FILES.get("file"):
        return bytes(file.read(LARGEST + 1))
    text = str(request.POST.get("text", "")).strip()
    return fetched(text, tenring_settings()) if text.startswith("https://") else text.encode()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
