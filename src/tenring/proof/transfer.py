"""One https request to an address that a stranger chose: no cookies, no credentials, never too much of anything."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urljoin

import httpcore

from tenring import __version__
from tenring.exceptions import MaterialError
from tenring.language import T
from tenring.proof.addresses import HttpsAddress, https_address
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
        deadline = _Deadline(time.monotonic() + self.limits.seconds)
        tls = self.tls or ssl.create_default_context()
        here = address
        for _ in range(self.limits.redirects + 1):
            backend = _GuardedBackend(self.guard, deadline, _Meter(self.limits.bytes + 2 * _PIECE))
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


@dataclass(frozen=True)
class _Deadline:
    """The moment (of the monotonic clock) when everything must be over, however slowly it trickles."""

    moment: float

    def left(self, timeout: float | None = None) -> float:
        """Seconds left, at most `timeout`.

        Raises:
            TimeoutError: none.
        """
        left = self.moment - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left if timeout is None else min(left, timeout)


@dataclass
class _Meter:
    """Counts what a server sends, headers and framing included."""

    most: int
    seen: int = 0

    def count(self, data: bytes) -> bytes:
        """`data`, counted.

        Raises:
            MaterialError: it is too much by now.
        """
        self.seen += len(data)
        if self.seen > self.most:
            raise MaterialError(T("a server answers with more than {limit} bytes", limit=f"{self.most:,}"))
        return data


class _GuardedBackend(httpcore.NetworkBackend):
    """Connects only to addresses that the guard has checked."""

    def __init__(self, guard: Guard, deadline: _Deadline, meter: _Meter) -> None:
        self._guard, self._deadline, self._meter = guard, deadline, meter
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first checked address of `host` that takes one."""
        failed: Exception | None = None
        for ip in self._guard.addresses(host, port, self._deadline.left(timeout)):
            try:
                stream = self._plain.connect_tcp(ip, port, self._deadline.left(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
                continue
            return _LimitedStream(stream, self._deadline, self._meter)
        raise failed or httpcore.ConnectError(host)


class _LimitedStream(httpcore.NetworkStream):
    """A connection whose every read and write ends at the deadline, and whose bytes are counted."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline, meter: _Meter) -> None:
        self._stream, self._deadline, self._meter = stream, deadline, meter

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Bytes that have come."""
        return self._meter.count(self._stream.read(max_bytes, self._deadline.left(timeout)))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        """End the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The connection, encrypted; the name of the host is checked, not its address."""
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _LimitedStream(stream, self._deadline, self._meter)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own signature
        """What httpcore wants to know of the socket."""
        return self._stream.get_extra_info(info)
