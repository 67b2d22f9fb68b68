"""One https request to an address that a stranger chose: no cookies, no credentials, never too much of anything."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin

import httpcore

from tenring import __version__
from tenring.exceptions import MaterialError
from tenring.language import T
from tenring.proof.addresses import HttpsAddress, https_address
from tenring.proof.connection import Deadline, GuardedBackend, Meter
from tenring.proof.guard import Guard

_OK: Final = 200
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PIECE: Final = 1 << 16
_HEADERS: Final = (
    (b"User-Agent", f"tenring/{__version__}".encode()),
    (
        b"Accept",
        b"application/did+json, application/vc+jwt, application/vc, application/ld+json, application/json, */*;q=0.1",
    ),
    # No compression: what is small on the way and large here would have to be unpacked to be measured.
    (b"Accept-Encoding", b"identity"),
    (b"Connection", b"close"),
)
#: What credentials, lists, DID documents, contexts and schemas are served as. Pages and scripts are not among them.
_TYPES: Final = frozenset(
    {
        "application/json", "application/vc", "application/vp", "application/jwt", "application/vc+jwt",
        "application/vc+cose", "application/statuslist+jwt", "application/octet-stream", "text/plain",
    }
)  # fmt: skip


def asked(address: HttpsAddress) -> httpcore.URL:
    """The address as the connection gets it: in the parts that were checked, so that nothing is read out of it anew."""
    return httpcore.URL(scheme="https", host=address.host, port=address.port, target=address.target)


@dataclass(frozen=True)
class TransferLimits:
    """How much one address may cost: bytes of its answer, seconds in all (redirects included), and redirects."""

    bytes: int = 4 * 1024**2
    seconds: float = 10.0
    redirects: int = 3


@dataclass(frozen=True)
class Answer:
    """What a server answered; `headers` by their names in lower case."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Transfer:
    """Gets addresses, within its limits."""

    guard: Guard
    limits: TransferLimits = field(default_factory=TransferLimits)
    tls: ssl.SSLContext | None = None
    """Whose certificates are believed; None: those that the operating system believes (SSL_CERT_FILE adds to them)."""

    def get(self, address: HttpsAddress) -> Answer:
        """What is served at `address`, or at the end of its redirects; each of them is guarded like the first.

        Raises:
            MaterialError: it cannot be had, must not be had, or is more than the limits allow.
        """
        deadline = Deadline(time.monotonic() + self.limits.seconds)
        tls = self.tls or ssl.create_default_context()
        here = address
        for _ in range(self.limits.redirects + 1):
            backend = GuardedBackend(self.guard, deadline, Meter(self.limits.bytes + 2 * _PIECE))
            try:
                with httpcore.ConnectionPool(ssl_context=tls, network_backend=backend, retries=0) as pool:
                    found = self._answer(pool, here)
            except (httpcore.TimeoutException, TimeoutError) as error:
                seconds = f"{self.limits.seconds:g}"
                raise MaterialError(
                    T("{address} took longer than {seconds} seconds", address=here, seconds=seconds)
                ) from error
            except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
                raise MaterialError(T("{address} cannot be fetched: {error}", address=here, error=error)) from error
            if isinstance(found, Answer):
                return found
            here = https_address(urljoin(str(here), found))
        raise MaterialError(T("{address} leads on more than {most} times", address=address, most=self.limits.redirects))

    def _answer(self, pool: httpcore.ConnectionPool, address: HttpsAddress) -> Answer | str:
        """The answer, or where the server says it is."""
        with pool.stream("GET", asked(address), headers=list(_HEADERS)) as response:
            headers = {
                name.decode("ascii", "replace").lower(): value.decode("latin-1") for name, value in response.headers
            }
            if response.status in _REDIRECTS and headers.get("location"):
                return headers["location"]
            if response.status != _OK:
                raise MaterialError(T("{address} answered {status}", address=address, status=response.status))
            self._require_acceptable(address, headers)
            body = bytearray()
            for piece in response.iter_stream():
                body += piece
                if len(body) > self.limits.bytes:
                    self._refuse_large(address)
            return Answer(bytes(body), headers)

    def _require_acceptable(self, address: HttpsAddress, headers: Mapping[str, str]) -> None:
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _TYPES and not (kind.startswith("application/") and kind.endswith("+json")):
            raise MaterialError(
                T(
                    "{address} answered with {kind}, not with JSON or a credential",
                    address=address,
                    kind=kind or T("no type"),
                )
            )
        if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
            raise MaterialError(T("{address} answered compressed although it was asked not to", address=address))
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > self.limits.bytes:
            self._refuse_large(address)

    def _refuse_large(self, address: HttpsAddress) -> None:
        limit = f"{self.limits.bytes:,}"
        raise MaterialError(T("{address} answers with more than {limit} bytes", address=address, limit=limit))
