"""Connections that strangers chose the other end of: only to checked addresses, with an end, and counted."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpcore

from tenring.exceptions import MaterialError
from tenring.language import T
from tenring.proof.guard import Guard


@dataclass(frozen=True)
class Deadline:
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
class Meter:
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


class GuardedBackend(httpcore.NetworkBackend):
    """Connects only to addresses that the guard has checked."""

    def __init__(self, guard: Guard, deadline: Deadline, meter: Meter) -> None:
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

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline, meter: Meter) -> None:
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
