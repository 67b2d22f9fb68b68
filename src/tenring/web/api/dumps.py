"""Whole snapshots for others to keep: files with checksums, and what changed since the snapshot before."""

from __future__ import annotations

from http import HTTPStatus

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router

from tenring.language import T
from tenring.register.dumps import Dump, dump_file
from tenring.register.dumps import dumps as all_dumps
from tenring.web.api.operations import Example, endpoint
from tenring.web.api.problems import ProblemError
from tenring.web.api.rulebook import Slug
from tenring.web.core.sources import sources, tenring_settings

router = Router(tags=["dumps"])

#: Snapshots in the list.
_MOST = 30
#: Instead of a snapshot's name: the one that is being served.
_LATEST = "latest"
_BINARY = "application/octet-stream"


@endpoint(router, "GET", "/dumps", returns=list[Dump], conditional=True, command="register list")
def dumps(request: HttpRequest) -> list[Dump]:
    """The newest snapshots with the files of each, their sizes and SHA-256; `delta.ndjson` begins from `since`."""
    del request
    return all_dumps(tenring_settings(), _MOST)


@endpoint(
    router, "GET", "/dumps/{snapshot}/{name}", media=_BINARY, command="register list",
    example=Example({"snapshot": _LATEST, "name": "licences.parquet"}),
)  # fmt: skip
def dump(request: HttpRequest, snapshot: Slug, name: Slug) -> HttpResponseBase:
    """A file of a snapshot, or of `latest`: tables as Parquet, `manifest.json`, `delta.ndjson`."""
    del request
    wanted = sources().snapshot.name if snapshot == _LATEST else snapshot
    path = dump_file(tenring_settings(), wanted, name)
    if path is None:
        what = T("there is no file {name!r} of the snapshot {snapshot!r}", name=name, snapshot=snapshot)
        raise ProblemError(HTTPStatus.NOT_FOUND, what, do=T("{address} has them all", address="/api/v1/dumps"))
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{wanted}-{name}", content_type=_BINARY)
