"""Files too large for one request: kept, read, screened in the background, and what came of them fetched.

A job is a screening of the web application that a key had made; where the key is an organisation's, so is the
screening. It waits, read, until somebody has looked at what was understood and starts it: nothing counts before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile as Uploaded
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import File, Form, Router, Schema, UploadedFile
from pydantic import Field

from tenring.language import T
from tenring.screening.prepare import reopened
from tenring.screening.read.options import ReadOptions
from tenring.web.api.actions import record
from tenring.web.api.models import ApiKey, KeyedScreening
from tenring.web.api.operations import JSON, Example, endpoint, json_bytes
from tenring.web.api.problems import ProblemError
from tenring.web.api.register import Text
from tenring.web.api.rulebook import Slug
from tenring.web.api.scopes import Scope
from tenring.web.core.sources import today
from tenring.web.procurement import actions, tasks
from tenring.web.procurement.models import FILES, Screening, State
from tenring.web.procurement.signed import addresses

router = Router(tags=["jobs"])

#: In examples; a test makes this job before it asks for it.
EXAMPLE_ID = "6f1c1b52-0000-4000-8000-000000000001"
_BINARY = "application/octet-stream"


class Job(Schema):
    """A job: how far it is, and when it is done, its files."""

    id: UUID
    state: State = Field(description="reading, understood (waits for you), screening; done, failed, cancelled are ends")
    stage: str
    done: int
    of: int
    message: str = Field(description="why it failed")
    file_name: str
    economy: str
    on: date
    created_at: datetime
    expires_at: datetime | None = Field(description="when it is removed; null: its owner keeps it")
    understood: dict[str, Any] | None = Field(description="once read: rows and lines; look before you start it")
    files: list[str] = Field(description="once done: names for /jobs/{id}/files/{name}")
    addresses: dict[str, str] = Field(
        description="once done: file name -> its address for whoever has no key, signed and good for a while"
    )


class ToKeep(Schema):
    """What is said with a file."""

    economy: Text = ""
    on: date | None = Field(default=None, description="day of lines that name none; default: today")
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$", description="of amounts that state none")


def _key(request: HttpRequest) -> ApiKey:
    found: ApiKey = request.auth  # type: ignore[attr-defined]  # where ninja keeps what `Access` found
    return found


def _shown(request: HttpRequest, one: Screening) -> Mapping[str, object]:
    read = one.state in {State.UNDERSTOOD, State.SCREENING, State.DONE}
    is_done = one.state == State.DONE
    names = ("id", "state", "stage", "done", "of", "message", "file_name", "economy", "on", "created_at", "expires_at")
    return {
        **{name: getattr(one, name) for name in names},
        "understood": vars(reopened(one.read).counts) if read and one.read.is_dir() else None,
        "files": [name for name in FILES if (one.result / name).is_file()] if is_done else [],
        "addresses": {name: request.build_absolute_uri(path) for name, path in addresses(one).items()},
    }


def _own(request: HttpRequest, id_: UUID) -> Screening:
    """A job of the key; somebody else's does not exist."""
    found = KeyedScreening.objects.filter(pk=id_, key=_key(request)).select_related("screening").first()
    if found is None:
        what = T("there is no job {id}", id=id_)
        raise ProblemError(HTTPStatus.NOT_FOUND, what, do=T("{address} has them all", address="/api/v1/jobs"))
    return found.screening


def _log(request: HttpRequest, what: str, id_: UUID) -> None:
    key = _key(request)
    record(key, what, f"key {key.beginning}", job=str(id_))


@endpoint(
    router, "POST", "/jobs", returns=Job, scope=Scope.JOBS, status=202, command="screen",
    example=Example(body={"file": "date,description\n2026-03-01,copy paper\n", "economy": "CN"},
                    media="multipart/form-data"),
)  # fmt: skip
def new_job(request: HttpRequest, file: File[UploadedFile], said: Form[ToKeep]) -> HttpResponse:
    """Send a purchase file (CSV, XLSX, Parquet, JSON, OCDS, eForms); it is read in the background."""
    key = _key(request)
    actions.require_room([one.screening for one in key.screenings.select_related("screening")])
    options = ReadOptions(currency=said.currency)
    given = actions.Given(economy=said.economy.upper(), on=said.on or today(), options=options)
    uploaded: Uploaded[Any] = file
    kept = actions.keep(uploaded, given, owner=key.owner, organisation=key.organisation)
    with transaction.atomic():
        KeyedScreening.objects.create(screening=kept, key=key)
        _log(request, "job sent", kept.id)
    tasks.read.enqueue(str(kept.id))
    kept.refresh_from_db()
    headers = {"Location": f"/api/v1/jobs/{kept.id}"}
    return HttpResponse(
        json_bytes(_shown(request, kept)), status=HTTPStatus.ACCEPTED, content_type=JSON, headers=headers
    )


@endpoint(router, "GET", "/jobs", returns=list[Job], scope=Scope.JOBS)
def jobs(request: HttpRequest) -> list[Mapping[str, object]]:
    """The jobs of the key, newest first."""
    return [_shown(request, one) for one in Screening.objects.filter(keyed__key=_key(request))]


@endpoint(router, "GET", "/jobs/{id}", returns=Job, scope=Scope.JOBS, example=Example({"id": EXAMPLE_ID}))
def job(request: HttpRequest, id: UUID) -> Mapping[str, object]:  # noqa: A002 - the name in the address
    """How far a job is."""
    return _shown(request, _own(request, id))


@endpoint(
    router, "POST", "/jobs/{id}/start", returns=Job, scope=Scope.JOBS, status=202, command="screen",
    example=Example({"id": EXAMPLE_ID}),
)  # fmt: skip
def start_job(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the name in the address
    """Have what was understood screened."""
    one = _own(request, id)
    with transaction.atomic():
        actions.screen(one, by=_key(request).owner)
        _log(request, "job started", one.id)
    one.refresh_from_db()
    return HttpResponse(json_bytes(_shown(request, one)), status=HTTPStatus.ACCEPTED, content_type=JSON)


@endpoint(
    router, "POST", "/jobs/{id}/cancel", returns=Job, scope=Scope.JOBS, status=202, example=Example({"id": EXAMPLE_ID}),
)  # fmt: skip
def cancel_job(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the name in the address
    """Have the work on a job stopped; nothing half written remains."""
    one = _own(request, id)
    with transaction.atomic():
        actions.cancel(one, by=_key(request).owner)
        _log(request, "job cancelled", one.id)
    one.refresh_from_db()
    return HttpResponse(json_bytes(_shown(request, one)), status=HTTPStatus.ACCEPTED, content_type=JSON)


@endpoint(router, "DELETE", "/jobs/{id}", scope=Scope.JOBS, status=204, example=Example({"id": EXAMPLE_ID}))
def remove_job(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the name in the address
    """Remove a job with its file and results."""
    one = _own(request, id)
    actions.forget(one, by=_key(request).owner)
    _log(request, "job removed", id)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@endpoint(
    router, "GET", "/jobs/{id}/files/{name}", scope=Scope.JOBS, media=_BINARY,
    example=Example({"id": EXAMPLE_ID, "name": "lines.csv"}),
)  # fmt: skip
def job_file(request: HttpRequest, id: UUID, name: Slug) -> HttpResponseBase:  # noqa: A002 - the name in the address
    """A file of what came of a job."""
    one = _own(request, id)
    path = one.result / name
    if name not in FILES or one.state != State.DONE or not path.is_file():
        what = T("the job {id} has no file {name!r}", id=id, name=name)
        raise ProblemError(HTTPStatus.NOT_FOUND, what, do=T("Its `files` has them all"))
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=_BINARY)
