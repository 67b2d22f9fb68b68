"""What is fetched for verifying: from where, how much, how long it counts as fresh."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local_servers import Certificate, Server, answers, certificate, serving
from tenring.exceptions import MaterialError
from tenring.proof.addresses import https_address
from tenring.proof.guard import Guard
from tenring.proof.network import LONGEST, SHORTEST, UNSAID, NetworkMaterial, lifetime
from tenring.proof.transfer import Transfer, TransferLimits
from tenring.settings import Settings

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
HERE = (ipaddress.ip_network("127.0.0.0/8"),)
DOCUMENT = b'{"id": "did:web:label.example"}'


@pytest.fixture(scope="module")
def believed(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"), "label.example", "other.example")


Opened = Callable[..., NetworkMaterial]


@pytest.fixture
def network(tmp_path: Path, believed: Certificate) -> Opened:
    """Material from the network of this machine, where every name is ours."""

    def opened(at: datetime = AT, **limits: float) -> NetworkMaterial:
        guard = Guard(HERE, lambda *_: ["127.0.0.1"])
        transfer = Transfer(guard, TransferLimits(**limits), believed.tls)  # type: ignore[arg-type]
        return NetworkMaterial(Settings(home=tmp_path), transfer, lambda: at)

    return opened


@pytest.fixture
def served(believed: Certificate) -> Iterator[Server]:
    with serving(
        believed, answers(DOCUMENT, content_type="application/did+json", cache_control="max-age=600")
    ) as server:
        yield server


def did_of(server: Server, path: str = "") -> str:
    return f"did:web:label.example%3A{server.port}{path}"


# where a document is


def test_an_address_is_taken_apart_and_loses_only_its_fragment() -> None:
    address = https_address("https://label.example:8443/status/3?list=4#94567")
    assert (address.host, address.port, address.target) == ("label.example", 8443, "/status/3?list=4")
    assert str(https_address("https://label.example")) == "https://label.example/"
    assert str(https_address("https://[2001:4860::8888]/x")) == "https://[2001:4860::8888]/x"


def test_what_is_neither_https_nor_a_did_web_is_not_ours(network: Opened) -> None:
    assert network().find("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK") is None
    assert network().find("urn:tenring:programme/blue-angel") is None


# what is fetched


def test_a_did_document_is_fetched_from_its_host(network: Opened, served: Server) -> None:
    held = network().find(did_of(served))
    assert held is not None
    assert (held.address, held.body, held.got) == (did_of(served), DOCUMENT, AT)
    assert held.fresh_until == AT + timedelta(minutes=10)
    assert served.asked[0][0] == "/.well-known/did.json"


def test_neither_cookies_nor_credentials_are_sent(network: Opened, served: Server) -> None:
    network().find(did_of(served))
    sent = {name.lower() for name in served.asked[0][1]}
    assert sent == {"host", "user-agent", "accept", "accept-encoding", "connection"}


def test_what_is_fresh_is_not_asked_for_again(network: Opened, served: Server) -> None:
    network().find(did_of(served))
    again = network(AT + timedelta(minutes=9)).find(did_of(served))
    assert again is not None
    assert again.got == AT
    assert len(served.asked) == 1


def test_what_is_stale_is_fetched_again(network: Opened, served: Server) -> None:
    network().find(did_of(served))
    later = AT + timedelta(minutes=11)
    again = network(later).find(did_of(served))
    assert again is not None
    assert (again.got, len(served.asked)) == (later, 2)


def test_what_is_stale_and_cannot_be_fetched_says_that_it_is_stale(network: Opened, believed: Certificate) -> None:
    with serving(believed, answers(DOCUMENT, cache_control="max-age=600")) as server:
        network().find(did_of(server))
    later = AT + timedelta(hours=1)
    kept = network(later).find(did_of(server))
    assert kept is not None
    assert not kept.fresh(later)


def test_a_kept_file_that_was_changed_is_fetched_again(network: Opened, served: Server, tmp_path: Path) -> None:
    network().find(did_of(served))
    [kept] = (tmp_path / "material").iterdir()
    kept.write_bytes(kept.read_bytes().replace(b"label.example", b"thief.example"))
    held = network().find(did_of(served))
    assert held is not None
    assert held.body == DOCUMENT
    assert len(served.asked) == 2


def test_a_host_that_does_not_answer_is_not_asked_again_at_once(network: Opened, believed: Certificate) -> None:
    with serving(believed, answers(b"{}", status=503)) as server:
        material = network()
        for _ in range(3):
            with pytest.raises(MaterialError, match="answered 503"):
                material.find(did_of(server))
        assert len(server.asked) == 1


def test_a_redirect_is_followed(network: Opened, believed: Certificate, served: Server) -> None:
    there = f"https://other.example:{served.port}/did.json"
    with serving(believed, answers(b"", status=302, location=there)) as server:
        held = network().find(did_of(server))
    assert held is not None
    assert (held.address, held.body) == (did_of(server), DOCUMENT)


def test_a_certificate_for_another_host_is_not_believed(network: Opened, served: Server) -> None:
    with pytest.raises(MaterialError, match="cannot be fetched"):
        network().find(f"https://third.example:{served.port}/x")


def test_a_server_without_tls_is_not_understood(network: Opened) -> None:
    with serving(None, answers(DOCUMENT)) as server, pytest.raises(MaterialError, match="cannot be fetched"):
        network().find(did_of(server))


@pytest.mark.parametrize("kind", ["text/html", "text/javascript", "image/png", ""])
def test_pages_and_pictures_are_no_material(network: Opened, believed: Certificate, kind: str) -> None:
    with (
        serving(believed, answers(DOCUMENT, content_type=kind)) as server,
        pytest.raises(MaterialError, match="not with JSON"),
    ):
        network().find(did_of(server))


@pytest.mark.parametrize(
    "kind",
    ["application/json; charset=utf-8", "application/vc+jwt", "application/ld+json", "text/plain", "Application/VC"],
)
def test_json_and_credentials_are(network: Opened, believed: Certificate, kind: str) -> None:
    with serving(believed, answers(DOCUMENT, content_type=kind)) as server:
        assert network().find(did_of(server)) is not None


def test_the_folder_of_what_was_fetched_does_not_grow_without_end(
    network: Opened, served: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenring.proof.network.MOST_KEPT", 5)
    folder = tmp_path / "material"
    folder.mkdir()
    for number in range(20):
        (folder / f"old-{number}").write_bytes(b"{}")
        os.utime(folder / f"old-{number}", (number, number))
    network().find(did_of(served))
    left = {path.name for path in folder.iterdir()}
    assert {f"old-{number}" for number in range(15, 20)} <= left
    assert len(left) == 6


# how long it counts as fresh


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, UNSAID),
        ({"cache-control": "max-age=3600"}, timedelta(hours=1)),
        ({"cache-control": "public, max-age=3600", "age": "600"}, timedelta(minutes=50)),
        ({"cache-control": "max-age=3600", "age": "7200"}, SHORTEST),
        ({"cache-control": "no-store, max-age=3600"}, SHORTEST),
        ({"cache-control": "no-cache"}, SHORTEST),
        ({"cache-control": "max-age=0"}, SHORTEST),
        ({"cache-control": "max-age=999999999"}, LONGEST),
        ({"cache-control": "max-age=99999999999999999999"}, LONGEST),
        ({"cache-control": "s-maxage=5"}, UNSAID),
        ({"cache-control": "max-age=soon"}, UNSAID),
    ],
)
def test_the_publisher_says_how_long_within_bounds(headers: dict[str, str], expected: timedelta) -> None:
    assert lifetime(headers) == expected
