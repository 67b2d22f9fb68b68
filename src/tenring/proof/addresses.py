"""Addresses that strangers chose: read strictly, before anything is asked of them."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, NoReturn
from urllib.parse import urlsplit

from tenring.exceptions import MaterialError
from tenring.language import T

_LONGEST: Final = 2048
_PORTS: Final = range(1, 65536)
_HTTPS_PORT: Final = 443
_PRINTABLE = re.compile(r"[!#-\[\]_a-z~$%-z|]+", re.ASCII)
_LABEL: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.ASCII)


@dataclass(frozen=True)
class HttpsAddress:
    """An https address, taken apart. `target` is path and query, as they are sent."""

    host: str
    port: int
    target: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}{'' if self.port == _HTTPS_PORT else f':{self.port}'}{self.target}"


def https_address(address: str) -> HttpsAddress:
    """`address`, when it is plainly https: a host, perhaps a port, a path, a query. A fragment is left out.

    Raises:
        MaterialError: it is not https, carries a name and password, or is written so that two readers would read it
            differently.
    """
    if len(address) > _LONGEST or not _PRINTABLE.fullmatch(address) or "\\" in address:
        _refuse(address, T("it holds characters that no address has, or too many (write international names as xn--)"))
    try:
        parts = urlsplit(address)
        port = parts.port
        host = parts.hostname or ""
    except ValueError as error:
        _refuse(address, str(error))
    if parts.scheme != "https":
        _refuse(address, T("it is not https"))
    if "@" in parts.netloc:
        _refuse(address, T("it carries a name or a password"))
    if port is not None and port not in _PORTS:
        _refuse(address, T("it has no possible port"))
    if not _is_literal(host) and not _HOST.fullmatch(host):
        _refuse(address, T("it names no host"))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return HttpsAddress(host.removesuffix("."), port or _HTTPS_PORT, target)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _refuse(address: str, why: str) -> NoReturn:
    raise MaterialError(T("the address {address} is refused: {why}", address=repr(address[:200]), why=why))
