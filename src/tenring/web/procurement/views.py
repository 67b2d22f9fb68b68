"""Screening by upload: send a file, see what was understood, have it screened, read and download the report."""

from __future__ import annotations

import json
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenring.exceptions import TenringError, UnusableInputError
from tenring.language import T
from tenring.screening.prepare import reopened
from tenring.screening.read.names import KNOWN
from tenring.screening.read.options import FIELDS
from tenring.screening.report.pictures import PALETTE, ring
from tenring.web.accounts.access import acting_for, may, person, require
from tenring.web.accounts.roles import Action
from tenring.web.core.economies import economy_name
from tenring.web.core.rendering import page
from tenring.web.core.sources import sources, tenring_settings, today
from tenring.web.procurement import actions, lines
from tenring.web.procurement.forms import COLUMN, economies, given
from tenring.web.procurement.models import FILES, Screening, State
from tenring.web.procurement.signed import SIGNATURE, UNTIL, Standing, addresses, standing

#: The report is one page of its own with its own style: it may do nothing else.
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-top-navigation-by-user-activation"
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def screenings(request: HttpRequest) -> HttpResponse:
    """The visitor's screenings, and a form to send another file."""
    problem = ""
    if request.method == "POST":
        try:
            sent = actions.receive(request, _file(request), given(request.POST))
            return HttpResponseRedirect(reverse("screening", args=[sent.id]))
        except UnusableInputError as error:
            problem = _told(error)
    open_, acting = sources(), acting_for(request)
    mine, whose = actions.screenings_of(request), request.GET.get("for", "")
    values = {
        "screenings": [one for one in mine if whose in {"", _whose(one)}],
        "unclaimed": actions.unclaimed(request).count() if request.user.is_authenticated else 0,
        "whose": whose,
        "organisations": sorted({(one.organisation.name, _whose(one)) for one in mine if one.organisation}),
        "may_screen": acting is None or may(person(request), Action.SCREEN, acting),
        "problem": problem,
        "chosen": request.POST.get("economy", acting.economy if acting else ""),
        "economies": [(code, economy_name(code)) for code in economies(open_)],
        "today": today(),
        "most_bytes": tenring_settings().max_upload_bytes,
        "days": tenring_settings().keep_days,
        "sample": open_.snapshot.manifest.sample,
        "economy_name": economy_name,
        "is_signed_in": person(request) is not None,
    }
    return page(request, "procurement/screenings.html", values, status=400 if problem else 200)


def _whose(one: Screening) -> str:
    """In the address of the list: the organisation of a screening, or `me`."""
    return str(one.organisation_id) if one.organisation_id else "me"


def _file(request: HttpRequest) -> UploadedFile[Any]:
    """The file of the form.

    Raises:
        UnusableInputError: none was chosen.
    """
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise UnusableInputError(T("no file was chosen"), do=T("Choose a CSV, XLSX, JSON or XML file"))
    return file


def _told(error: TenringError) -> str:
    """An error in words, without the server's folders."""
    if isinstance(error, UnusableInputError):
        return f"{error.what}. {error.do}" if error.do else error.what
    return str(error)


def _own(request: HttpRequest, id_: UUID, action: Action = Action.SEE) -> Screening:
    """One of the visitor's screenings; somebody else's does not exist.

    Raises:
        PermissionDenied: it is an organisation's, where their role does not allow the action.
    """
    found = actions.own(request, id_)
    if found is None:
        raise Http404
    if not actions.may_do(request, found, action):
        require(request, action, found.organisation)
    return found


@never_cache
@require_safe
def screening(request: HttpRequest, id_: UUID) -> HttpResponse:
    """How far a screening is; what was understood; its result."""
    one = _own(request, id_)
    values: dict[str, Any] = {
        "one": one,
        "may_screen": actions.may_do(request, one, Action.SCREEN),
        "State": State,
        "economy_name": economy_name,
        "economies": [(code, economy_name(code)) for code in economies(sources())],
        "fields": FIELDS,
        "column": COLUMN,
    }
    if one.state == State.UNDERSTOOD:
        values |= {"prepared": reopened(one.read), "known": KNOWN}
    if one.state == State.DONE:
        values |= {**_result(one), **lines.beside(request, one)}
    if not request.headers.get("HX-Request"):
        return page(request, "procurement/screening.html", values)
    response = page(request, "procurement/progress.html", values)
    if not one.is_at_work:
        response.headers["HX-Refresh"] = "true"  # the whole page is another one now
    return response


def _result(one: Screening) -> dict[str, Any]:
    """The figures of a report as its own summary has them."""
    summary = json.loads((one.result / "summary.json").read_text(encoding="utf-8"))
    return {
        "summary": summary,
        "verdicts": list(PALETTE),
        "ring": ring,
        "decimal": Decimal,
        "files": [name for name in FILES if (one.result / name).is_file()],
        "passed_on": addresses(one),
        "minutes": tenring_settings().file_minutes,
    }


@require_POST
def read_again(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Read the file again as its owner says."""
    one = _own(request, id_, Action.SCREEN)
    actions.read_again(one, given(request.POST), by=person(request))
    return HttpResponseRedirect(reverse("screening", args=[one.id]))


@require_POST
def start(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Screen what was understood."""
    one = _own(request, id_, Action.SCREEN)
    actions.screen(one, by=person(request))
    return HttpResponseRedirect(reverse("screening", args=[one.id]))


@require_POST
def cancel(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Stop."""
    one = _own(request, id_, Action.SCREEN)
    actions.cancel(one, by=person(request))
    return HttpResponseRedirect(reverse("screening", args=[one.id]))


@require_POST
def forget(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Remove the file and its results."""
    actions.forget(_own(request, id_, Action.SCREEN), by=person(request))
    return HttpResponseRedirect(reverse("screenings"))


@never_cache
@require_safe
def result_file(request: HttpRequest, id_: UUID, name: str) -> HttpResponseBase:
    """A file of the result; the report is shown, the others are downloaded."""
    return _file_of(request, _own(request, id_), name)


@never_cache
@require_safe
def signed_file(request: HttpRequest, id_: UUID, name: str) -> HttpResponseBase:
    """A file of the result for whoever has its signed address; what was removed, or never was, does not exist."""
    worth = standing(id_, name, request.GET.get(UNTIL, ""), request.GET.get(SIGNATURE, ""))
    if worth is Standing.FALSE:
        raise Http404
    if worth is Standing.EXPIRED:
        message = T("This address has expired. Whoever gave it to you can make a new one.")
        return page(request, "core/error.html", {"status": HTTPStatus.GONE, "message": message}, status=HTTPStatus.GONE)
    one = Screening.objects.filter(pk=id_).first()
    if one is None:
        raise Http404
    response = _file_of(request, one, name)
    # The address is a key: it goes neither to the next site nor into a list of pages.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _file_of(request: HttpRequest, one: Screening, name: str) -> FileResponse:
    path = one.result / name
    if name not in FILES or one.state != State.DONE or not path.is_file():
        raise Http404
    is_page = name == "report.html" and "download" not in request.GET
    response = FileResponse(path.open("rb"), content_type=FILES[name], as_attachment=not is_page, filename=name)
    if is_page:
        response.headers["Content-Security-Policy"] = _REPORT_POLICY
    return response
