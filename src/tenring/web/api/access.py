"""Who asks: a key or nobody; whether it may; and how often in a minute."""

from __future__ import annotations

import threading
import time
from collections import Counter
from http import HTTPStatus

from django.http import HttpRequest
from ninja.security.base import AuthBase

from tenring.language import T
from tenring.web.accounts.access import may
from tenring.web.accounts.roles import Action
from tenring.web.api.actions import live_key
from tenring.web.api.models import ApiKey
from tenring.web.api.problems import ProblemError
from tenring.web.api.scopes import Scope
from tenring.web.core.sources import tenring_settings

_MINUTE = 60
_READING = frozenset({"GET", "HEAD"})


class Limiter:
    """Counts requests in the running minute, in this process; what it holds is gone with the minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def take(self, who: str, limit: int, now: float) -> int:
        """Count one request of somebody; how many are left, negative when it was one too many."""
        minute = int(now // _MINUTE)
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, Counter()
            self._counts[who] += 1
            return limit - self._counts[who]


#: Of this process.
limiter = Limiter()


class Access(AuthBase):
    """Lets a request pass that may: `scope` None is for everybody, whose key, if one is sent, must be a live one."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A key made with `tenring api-key new`: `Authorization: Bearer tenring_…`"

    def __init__(self, scope: Scope | None) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> ApiKey | str:
        """The key, or the address of somebody without one.

        Raises:
            ProblemError: 401 no (live) key, 403 not for this, 429 too often.
        """
        key = _key_of(request)
        _count(f"key {key.pk}" if key else f"address {address_of(request)}", has_key=key is not None)
        if self.scope is None:
            return key or address_of(request)
        if key is None:
            raise _refused(T("this needs a key"), T("Send one: Authorization: Bearer tenring_…"))
        if self.scope not in key.scopes:
            what = T("the key {name} is not for this: it lacks the scope {scope}", name=str(key), scope=self.scope)
            raise ProblemError(HTTPStatus.FORBIDDEN, what, do=T("Use a key that has it"))
        _require_role(key, self.scope, request)
        return key


def _require_role(key: ApiKey, scope: Scope, request: HttpRequest) -> None:
    """A key of an organisation can do what its owner may do there, no more.

    Raises:
        ProblemError: 403, the role does not allow it.
    """
    if key.owner is None or key.organisation is None or scope not in {Scope.JOBS, Scope.WEBHOOKS}:
        return
    jobs = Action.SEE if request.method in _READING else Action.SCREEN
    if not may(key.owner, jobs if scope is Scope.JOBS else Action.WEBHOOKS, key.organisation):
        what = T("the role of whoever made the key {name} does not allow this", name=str(key))
        raise ProblemError(HTTPStatus.FORBIDDEN, what, do=T("Use a key of somebody whose role allows it"))


def _key_of(request: HttpRequest) -> ApiKey | None:
    """The key of a request; None: it has none.

    Raises:
        ProblemError: what it has is no live key.
    """
    header = request.headers.get("Authorization", "")
    if not header:
        return None
    kind, _, text = header.partition(" ")
    key = live_key(text.strip()) if kind.lower() == "bearer" else None
    if key is None:
        raise _refused(T("this is no key, or one that was revoked or has expired"), T("Use another key, or none"))
    return key


def _refused(what: str, do: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNAUTHORIZED, what, do=do, headers={"WWW-Authenticate": 'Bearer realm="tenring"'})


def _count(who: str, *, has_key: bool) -> None:
    settings = tenring_settings()
    limit = settings.api_rate_key if has_key else settings.api_rate
    now = time.time()
    if limit and limiter.take(who, limit, now) < 0:
        wait = _MINUTE - int(now) % _MINUTE
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS,
            T("more than {limit} requests in a minute", limit=limit),
            do=T("Wait {seconds} seconds; a key has a higher limit", seconds=wait),
            headers={"Retry-After": str(wait)},
        )


def address_of(request: HttpRequest) -> str:
    """The address that asks: what the proxy in front says, where there is one, else who is connected."""
    if tenring_settings().https and (forwarded := request.headers.get("X-Forwarded-For")):
        return forwarded.rpartition(",")[2].strip()[:64]
    return str(request.META.get("REMOTE_ADDR", ""))
