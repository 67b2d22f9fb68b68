"""The VC-API, mounted only where a setting names the key to issue with, and only for keys that may issue."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.proof.keys.signer import Signer
from tenring.proof.keys.store import KeyStore
from tenring.proof.place import verifier_of
from tenring.proof.vcapi import Api
from tenring.settings import Settings
from tenring.web.api.access import Access
from tenring.web.api.actions import record
from tenring.web.api.problems import ProblemError, problem
from tenring.web.api.scopes import Scope
from tenring.web.core.sources import tenring_settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

_ISSUE = "/credentials/issue"


def vc_urls() -> list[URLPattern]:
    """The addresses of the VC-API; none where no key is named."""
    if tenring_settings().api_issue_key is None:
        return []
    return [re_path(r"^vc(?P<path>/(?:credentials|presentations)/(?:issue|verify))$", csrf_exempt(vc), name="api-vc")]


def vc(request: HttpRequest, path: str) -> HttpResponse:
    """Hand a request on to the VC-API; issuing is logged with the key that asked for it."""
    try:
        key = Access(Scope.ISSUE)(request)
        answer = _handed_on(_api(tenring_settings()), request, path)
    except ProblemError as error:
        return problem(error.status, error.what, where=error.where, do=error.do, headers=error.headers)
    if path == _ISSUE and answer.status_code == HTTPStatus.CREATED and not isinstance(key, str):
        record(key, "credential issued", f"key {key.beginning}", bytes=len(answer.content))
    return answer


def _api(settings: Settings) -> Api:
    """The VC-API with the key that the settings name, and the trust list as it is now.

    Raises:
        UnusableInputError: nothing opens the key.
    """
    signer = _signer()
    issuer = signer.verification_method.partition("#")[0]
    return Api(verifier_of(settings, at=_now()), signer, issuer, _now, recognition=True)


@lru_cache(maxsize=1)
def _signer() -> Signer:
    """The key, opened once: its passphrase takes long on purpose."""
    return opened(tenring_settings())


def opened(settings: Settings) -> Signer:
    """The key that the settings name, opened with the passphrase that they name.

    Raises:
        UnusableInputError: nothing opens it.
    """
    secret = settings.passphrase
    if settings.passphrase_file is not None:
        secret = settings.passphrase_file.read_text(encoding="utf-8").partition("\n")[0]
    if not secret or not settings.api_issue_key:
        what = T("nothing opens the key {name}", name=settings.api_issue_key)
        raise UnusableInputError(what, do=T("Name the file of its passphrase in TENRING_PASSPHRASE_FILE"))
    return KeyStore(settings.keys).signer(settings.api_issue_key, secret)


def _now() -> datetime:
    return datetime.now(UTC)


def _handed_on(api: Api, request: HttpRequest, path: str) -> HttpResponse:
    """The answer of a WSGI application to a request of Django's."""
    told: dict[str, Any] = {}

    def start(status: str, headers: Iterable[tuple[str, str]], *_: object) -> Any:  # noqa: ANN401 - PEP 3333
        told.update(status=int(status.split(" ", 1)[0]), headers=dict(headers))

    starting: StartResponse = start
    body = request.body
    environ = {**request.META, "PATH_INFO": path, "SCRIPT_NAME": "", "wsgi.input": io.BytesIO(body)}
    environ["CONTENT_LENGTH"] = str(len(body))
    content = b"".join(api(environ, starting))
    headers = {name: value for name, value in told["headers"].items() if name.lower() != "content-length"}
    return HttpResponse(content, status=told["status"], headers=headers)
