"""Which machines we connect to when a stranger's certificate names an address: none inside one's own walls.

A name is resolved once, every address that it has is checked, and the connection goes to an address that was checked:
a name that points elsewhere a moment later (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from tenring.exceptions import MaterialError
from tenring.language import T

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
#: The IP addresses of a host name, as text.
Resolve = Callable[[str, int], list[str]]

#: Addresses that the registries call public and that lead inside all the same.
_INSIDE: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # the services of Azure, from inside its machines
        "192.0.0.0/24",  # IETF protocol assignments; 192.0.0.192 is Oracle's metadata service
        "192.88.99.0/24",  # 6to4 relays (RFC 7526 withdrew them)
        "100.64.0.0/10",  # carriers' NAT; 100.100.100.200 is Alibaba's metadata service
        "64:ff9b:1::/48",  # local-use translation between IPv4 and IPv6 (RFC 8215)
        "fec0::/10",  # site-local, withdrawn (RFC 3879)
        "5f00::/16",  # segment routing (RFC 9602)
    )
)
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE: Final = ipaddress.ip_network("::/96")


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as the operating system knows them.

    Raises:
        OSError: the name has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Guard:
    """Lets connections go to public addresses, and to the networks in `allowed`."""

    allowed: tuple[Network, ...] = ()
    resolve: Resolve = resolve

    def addresses(self, host: str, port: int, seconds: float) -> list[str]:
        """The addresses of `host`, each of them checked, found within so many seconds.

        Raises:
            MaterialError: it has none, or one that must not be connected to: then none of them is.
        """
        found = self._resolved(host, port, seconds)
        for text in found:
            if not self.lets(text):
                raise MaterialError(
                    T(
                        "{host} leads to {address}, which is no public address. Nothing was sent to it. If it is a "
                        "server of your own, name its network in TENRING_ALLOW_NETWORKS",
                        host=host,
                        address=text,
                    )
                )
        return found

    def lets(self, text: str) -> bool:
        """Whether this IP address may be connected to."""
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False  # with a zone (fe80::1%eth0), or none at all
        return any(address in network for network in self.allowed) or _is_public(address)

    def _resolved(self, host: str, port: int, seconds: float) -> list[str]:
        # The operating system's resolver cannot be told how long to take, so it works on a thread of its own.
        answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self.resolve(host, port))
            except (OSError, UnicodeError) as error:
                answers.put(OSError(str(error)))

        threading.Thread(target=ask, daemon=True, name="resolve").start()
        try:
            found = answers.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            found = OSError(T("no answer within the time limit"))
        if isinstance(found, OSError) or not found:
            raise MaterialError(
                T("the name {host} cannot be resolved: {error}", host=host, error=found or "")
            ) from None
        return found


def _is_public(address: Address) -> bool:
    """Whether it is an address of the public internet, and does not stand for another that is not."""
    if any(address in network for network in _INSIDE):
        return False
    if address.is_multicast or (address.is_reserved and isinstance(address, IPv4Address)):
        return False
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return all(map(_is_public, inner)) and address in _TRANSLATED
    return address.is_global and not address.is_unspecified


def _inner(address: IPv6Address) -> list[IPv4Address] | None:
    """The IPv4 addresses that an IPv6 address carries; None: it carries none.

    Only those translated by a network's own NAT64 are ever let through: the others reach IPv4 by tunnels that public
    servers do not need.
    """
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.sixtofour is not None:
        return [address.sixtofour]
    if address.teredo is not None:
        return list(address.teredo)
    if address in _TRANSLATED or address in _COMPATIBLE:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    return None
