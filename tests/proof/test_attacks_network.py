"""Attackers' rows of the issue: what a stranger's address may make us do."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpcore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_servers import Certificate, Server, answers, certificate, serving
from tenring.exceptions import MaterialError
from tenring.proof.addresses import https_address
from tenring.proof.guard import Guard
from tenring.proof.network import NetworkMaterial
from tenring.proof.transfer import Transfer, TransferLimits, asked
from tenring.settings import Settings, from_environment

DOCUMENT = b'{"id": "did:web:label.example"}'
HERE = (ipaddress.ip_network("127.0.0.1/32"),)

INSIDE = [
    "127.0.0.1", "127.8.9.10", "0.0.0.0",  # noqa: S104 - never bound, always refused
    "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.7", "198.18.0.1",
    "224.0.0.1", "224.0.1.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fd12:3456::1", "ff02::1", "ff0e::1", "fec0::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1", "2002:808:808::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:db8::1", "100::1", "not an address",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2001:4860:4860::8888", "2606:4700::1111", "64:ff9b::808:808"]


@pytest.fixture(scope="module")
def believed(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"), "label.example")


Opened = Callable[..., NetworkMaterial]


@pytest.fixture
def network(tmp_path: Path, believed: Certificate) -> Opened:
    def opened(guard: Guard | None = None, **limits: float) -> NetworkMaterial:
        guard = guard or Guard(HERE, lambda *_: ["127.0.0.1"])
        return NetworkMaterial(Settings(home=tmp_path), Transfer(guard, TransferLimits(**limits), believed.tls))  # type: ignore[arg-type]

    return opened


@pytest.fixture
def served(believed: Certificate) -> Iterator[Server]:
    with serving(believed, answers(DOCUMENT)) as server:
        yield server


# SSRF by did:web or URL to loopback and private ranges


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_ones_own_walls_is_let_through(address: str) -> None:
    assert not Guard().lets(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_are(address: str) -> None:
    assert Guard().lets(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:{port}/", "https://localhost:{port}/", "https://[::1]:{port}/", "https://0:{port}/",
        "https://127.1:{port}/", "https://2130706433:{port}/", "https://0x7f000001:{port}/", "https://0177.0.0.1:{port}/",
        "https://[::ffff:127.0.0.1]:{port}/", "did:web:localhost%3A{port}",
    ],
)  # fmt: skip
def test_loopback_written_in_any_way_is_not_asked(
    address: str, tmp_path: Path, believed: Certificate, served: Server
) -> None:
    """The operating system's own resolver reads these names; the server is there and would answer."""
    material = NetworkMaterial(Settings(home=tmp_path), Transfer(Guard(), tls=believed.tls))
    with pytest.raises(MaterialError, match=r"no public address|cannot be resolved|refused"):
        material.find(address.format(port=served.port))
    assert served.asked == []


def test_a_public_name_that_leads_inside_is_not_asked(network: Opened, served: Server) -> None:
    guard = Guard((), lambda *_: ["127.0.0.1"])
    with pytest.raises(MaterialError, match="Nothing was sent to it"):
        network(guard).find(f"did:web:label.example%3A{served.port}")
    assert served.asked == []


def test_a_name_with_one_address_inside_is_not_asked_at_its_others(network: Opened, served: Server) -> None:
    guard = Guard(HERE, lambda *_: ["127.0.0.1", "10.0.0.7"])
    with pytest.raises(MaterialError, match=r"10\.0\.0\.7"):
        network(guard).find(f"https://label.example:{served.port}/")
    assert served.asked == []


def test_a_name_that_changes_after_the_check_changes_nothing(network: Opened, served: Server) -> None:
    """DNS rebinding: the second answer would be inside. It is never asked for, the connection has the first."""
    given = iter([["127.0.0.1"], ["10.0.0.7"]])
    asked: list[str] = []

    def rebinding(host: str, _: int) -> list[str]:
        asked.append(host)
        return next(given)

    assert network(Guard(HERE, rebinding)).find(f"https://label.example:{served.port}/") is not None
    assert asked == ["label.example"]


@pytest.mark.parametrize(
    "did",
    [
        "did:web:127.0.0.1", "did:web:127.0.0.1%3A8443", "did:web:%5B::1%5D", "did:web:2130706433", "did:web:0x7f.1",
        "did:web:user%40label.example", "did:web:label.example%2F..%2Fx", "did:web:label.example%3Aabc", "did:web:",
        "did:web:label.example:..:x", "did:web:label.example:%2e%2e:x", "did:web:label.example:a%2Fb",
        "did:web:label.example:", "did:web:label.example%3A99999", "did:web:label.example:a?b",
        "did:web:label.example#k", "did:web:läbel.example", "did:web:label.example%00",
    ],
)  # fmt: skip
def test_a_did_web_that_is_no_plain_host_and_path_is_refused(network: Opened, did: str) -> None:
    with pytest.raises(MaterialError, match="refused"):
        network().find(did)


@pytest.mark.parametrize(
    "address",
    [
        "http://label.example/", "https://user:secret@label.example/", "https://user@label.example/", "https://",
        "https:///x", "https://label.example\\@thief.example/", "https://label.example/a b",
        "https://label.example/\r\nX: y", "https://label.example:0/", "https://label.example:99999/", "https://[::1/", "https://läbel.example/",
        "https://label.example/" + "a" * 3000, "https://-x-.example/", "https://label.example:8443x/",
    ],
)  # fmt: skip
def test_an_address_that_two_readers_could_read_differently_is_refused(network: Opened, address: str) -> None:
    with pytest.raises(MaterialError, match="refused"):
        network().find(address)


@settings(deadline=None, max_examples=500)
@given(st.text("ahx.:/@[]?#%\\\t\n 0127-_~é&=;", max_size=25))
def test_what_is_read_as_the_host_is_what_is_asked(text: str) -> None:
    """Two readers of one address must see the same host: ours, which is guarded, and the one that connects."""
    try:
        address = https_address(f"https://{text}")
    except MaterialError:
        return
    given, read = asked(address), httpcore.URL(str(address))
    assert (given.scheme, given.host.decode(), given.port) == (b"https", address.host, address.port)
    assert given.target.decode() == address.target
    assert read.host.decode().strip("[]") == address.host
    assert "@" not in address.host


# redirects


def redirecting(where: str) -> Callable[[BaseHTTPRequestHandler], None]:
    return answers(b"", status=302, location=where)


def test_a_redirect_to_the_inside_is_not_followed(believed: Certificate, served: Server, tmp_path: Path) -> None:
    def resolve(host: str, _: int) -> list[str]:
        return ["127.0.0.1"] if host == "label.example" else ["169.254.169.254"]

    with serving(believed, redirecting(f"https://metadata.internal:{served.port}/latest")) as server:
        material = NetworkMaterial(Settings(home=tmp_path), Transfer(Guard(HERE, resolve), tls=believed.tls))
        with pytest.raises(MaterialError, match=r"169\.254\.169\.254"):
            material.find(f"https://label.example:{server.port}/")
    assert served.asked == []


@pytest.mark.parametrize(
    "where", ["http://label.example/", "file:///etc/passwd", "gopher://label.example/", "//u:p@x.example/"]
)
def test_a_redirect_to_something_else_than_https_is_not_followed(
    network: Opened, believed: Certificate, where: str
) -> None:
    with serving(believed, redirecting(where)) as server, pytest.raises(MaterialError, match="refused"):
        network().find(f"https://label.example:{server.port}/")


def test_redirects_in_a_circle_end(network: Opened, believed: Certificate) -> None:
    with serving(believed, redirecting("/again")) as server:
        with pytest.raises(MaterialError, match="more than 3 times"):
            network().find(f"https://label.example:{server.port}/")
        assert len(server.asked) == 4


# slow servers


@contextmanager
def trickling(piece: bytes, pause: float) -> Iterator[int]:
    """A server that accepts and then sends `piece` again and again, without ever coming to an end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()

        def drip(connection: socket.socket) -> None:
            with connection:
                while not stop.wait(pause):
                    try:
                        connection.sendall(piece)
                    except OSError:
                        return

        def accept() -> None:
            while not stop.is_set():
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=drip, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]
        stop.set()


def took(material: NetworkMaterial, address: str) -> float:
    began = time.monotonic()
    with pytest.raises(MaterialError, match=r"longer than|cannot be (fetched|resolved)|more than"):
        material.find(address)
    return time.monotonic() - began


def test_a_server_that_never_greets_is_left_in_time(network: Opened) -> None:
    with trickling(b"", 5) as port:
        assert took(network(seconds=0.3), f"https://label.example:{port}/") < 1.5


def test_a_server_that_trickles_its_headers_is_left_in_time(network: Opened, believed: Certificate) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(200):
            handler.wfile.write(f"X-{number}: y\r\n".encode())
            time.sleep(0.05)

    with serving(believed, trickle) as server:
        assert took(network(seconds=0.4), f"https://label.example:{server.port}/") < 1.5


def test_a_server_that_trickles_its_answer_is_left_in_time(network: Opened, believed: Certificate) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n")
        for _ in range(200):
            handler.wfile.write(b" ")
            time.sleep(0.05)

    with serving(believed, trickle) as server:
        assert took(network(seconds=0.4), f"https://label.example:{server.port}/") < 1.5


def test_slow_redirects_share_one_time_limit(network: Opened, believed: Certificate) -> None:
    def slow(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.25)
        redirecting("/again")(handler)

    with serving(believed, slow) as server:
        assert took(network(seconds=0.4), f"https://label.example:{server.port}/") < 1.5


def test_a_name_that_is_never_resolved_is_left_in_time(network: Opened) -> None:
    def never(*_: object) -> list[str]:
        time.sleep(3)
        return ["127.0.0.1"]

    assert took(network(Guard(HERE, never), seconds=0.2), "https://label.example/") < 1.5


# large answers


def test_an_answer_that_says_it_has_100_mb_is_not_read(network: Opened, believed: Certificate) -> None:
    sent: list[int] = []

    def large(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n")
        for _ in range(1600):
            handler.wfile.write(b" " * 65536)
            sent.append(65536)

    with serving(believed, large) as server, pytest.raises(MaterialError, match=r"more than 4,194,304 bytes"):
        network().find(f"https://label.example:{server.port}/")
    assert sum(sent) < 16 * 1024**2


def test_an_answer_that_turns_out_to_have_100_mb_is_cut_off(network: Opened, believed: Certificate) -> None:
    sent: list[int] = []

    def large(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
        for _ in range(1600):
            handler.wfile.write(b" " * 65536)
            sent.append(65536)

    with serving(believed, large) as server, pytest.raises(MaterialError, match="more than"):
        network().find(f"https://label.example:{server.port}/")
    assert sum(sent) < 32 * 1024**2


def test_headers_without_end_are_cut_off(network: Opened, believed: Certificate) -> None:
    def large(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            handler.wfile.write(b"X-Filler: " + b"y" * 60000 + b"\r\n")

    with serving(believed, large) as server, pytest.raises(MaterialError, match=r"cannot be fetched|more than"):
        network().find(f"https://label.example:{server.port}/")


def test_a_compressed_answer_is_not_unpacked(network: Opened, believed: Certificate) -> None:
    with (
        serving(believed, answers(b"\x1f\x8b", content_encoding="gzip")) as server,
        pytest.raises(MaterialError, match="compressed"),
    ):
        network().find(f"https://label.example:{server.port}/")


# what an intranet may allow


def test_the_networks_of_an_intranet_are_allowed_by_a_setting() -> None:
    settings = from_environment({"TENRING_ALLOW_NETWORKS": "10.20.0.0/16, fd12:3456::/48"})
    guard = Guard(tuple(map(ipaddress.ip_network, settings.allow_networks)))
    assert guard.lets("10.20.3.4")
    assert guard.lets("fd12:3456::7")
    assert not guard.lets("10.21.0.1")
    assert not guard.lets("127.0.0.1")
