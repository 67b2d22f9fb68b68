"""One message to an address that somebody chose: outside our walls, encrypted, in time, and no further than asked."""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import httpcore

from tenring import __version__
from tenring.exceptions import MaterialError, UnusableInputError
from tenring.language import T
from tenring.proof.addresses import HttpsAddress, https_address
from tenring.proof.connection import Deadline, GuardedBackend, Meter
from tenring.proof.guard import Guard
from tenring.settings import Settings

#: Seconds for a whole attempt: name, connection, request, answer.
SECONDS: Final = 10.0
#: Bytes of an answer that are read and kept.
KEPT: Final = 2_048
#: Bytes that a server may send in all: its headers, and what TLS adds.
_MOST: Final = 1 << 18
_HTTP: Final = "http://"
_HTTP_PORT: Final = 80


@dataclass(frozen=True)
class Target:
    """Where to send: an address taken apart, and whether it is encrypted."""

    place: HttpsAddress
    scheme: str = "https"

    @property
    def url(self) -> httpcore.URL:
        """The address as the connection gets it."""
        return httpcore.URL(scheme=self.scheme, host=self.place.host, port=self.place.port, target=self.place.target)


def target(address: str, settings: Settings) -> Target:
    """An address that may be sent to: https, or http to a host that the settings name for trying things out.

    Raises:
        UnusableInputError: it is neither, or no address, or an IP address inside one's own walls.
    """
    plain = address.lower().startswith(_HTTP)
    try:
        place = https_address(f"https://{address[len(_HTTP) :]}" if plain else address)
    except MaterialError as error:
        raise UnusableInputError(str(error), do=T("Write it as https://host/path")) from error
    if not plain:
        _require_public(place.host, settings)
        return Target(place)
    if place.host not in settings.webhook_http_hosts:
        do = T("Use https; the operator can allow http to a host of their own with TENRING_WEBHOOK_HTTP_HOSTS")
        raise UnusableInputError(T("{address} is not encrypted", address=address[:200]), do=do)
    has_port = address[len(_HTTP) :].partition("/")[0].rpartition(":")[2].isdecimal()
    return Target(place if has_port else HttpsAddress(place.host, _HTTP_PORT, place.target), "http")


def _require_public(host: str, settings: Settings) -> None:
    """Refuse an IP address inside our walls at once; names are looked at when they are resolved."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return
    if not guard_of(settings).lets(host):
        raise UnusableInputError(T("{host} is no public address", host=host), do=T("Use one that is"))


def guard_of(settings: Settings) -> Guard:
    """What lets connections through."""
    return _Discreet(tuple(ipaddress.ip_network(network) for network in settings.allow_networks))


class _Discreet(Guard):
    """A guard that does not tell a stranger which address of ours a name leads to."""

    def addresses(self, host: str, port: int, seconds: float) -> list[str]:
        """The checked addresses of a name.

        Raises:
            ConnectError: it has none that may be connected to.
        """
        try:
            return super().addresses(host, port, seconds)
        except MaterialError as error:
            message = T("{host} leads to no public address. Nothing was sent", host=host)
            raise httpcore.ConnectError(message) from error


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: an answer, or (status None) why there was none."""

    status: int | None
    milliseconds: int
    answer: str = ""
    error: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the message was taken: any status from 200 to 299."""
        return self.status is not None and self.status // 100 == 2  # noqa: PLR2004 - the class of success

    @property
    def is_gone(self) -> bool:
        """Whether the receiver says that it wants no more (410)."""
        return self.status == 410  # noqa: PLR2004 - Gone


@dataclass(frozen=True)
class Poster:
    """Sends messages. Redirections are not followed: they are answers like others, and no success."""

    guard: Guard
    seconds: float = SECONDS
    tls: ssl.SSLContext | None = None
    """Whose certificates are believed; None: those that the operating system believes."""

    def post(self, where: Target, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Send one message, once."""
        began = time.monotonic()
        backend = GuardedBackend(self.guard, Deadline(began + self.seconds), Meter(_MOST))
        tls = self.tls or ssl.create_default_context()
        try:
            with (
                httpcore.ConnectionPool(ssl_context=tls, network_backend=backend, retries=0) as pool,
                pool.stream("POST", where.url, headers=_headers(headers, body), content=body) as response,
            ):
                return Outcome(response.status, _since(began), _beginning(response))
        except (httpcore.TimeoutException, TimeoutError):
            return Outcome(
                None, _since(began), error=T("no answer within {seconds} seconds", seconds=f"{self.seconds:g}")
            )
        except (httpcore.NetworkError, httpcore.ProtocolError, MaterialError, OSError) as error:
            return Outcome(None, _since(began), error=str(error)[:500] or type(error).__name__)


def poster(settings: Settings) -> Poster:
    """What sends, as the settings have it."""
    return Poster(guard_of(settings))


def _headers(own: Mapping[str, str], body: bytes) -> list[tuple[bytes, bytes]]:
    all_ = {
        "User-Agent": f"tenring/{__version__}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Accept-Encoding": "identity",
        "Connection": "close",
        **own,
    }
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in all_.items()]


def _beginning(response: httpcore.Response) -> str:
    """The first bytes of an answer as text. What comes too slowly, or breaks off, changes nothing: the status came."""
    kept = bytearray()
    with suppress(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, MaterialError, OSError):
        for piece in response.iter_stream():
            kept += piece
            if len(kept) >= KEPT:
                break
    return bytes(kept[:KEPT]).decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
