"""Keys whose private half is elsewhere: in a PKCS#11 token (SoftHSM), at a signing service (a local one)."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tenring.exceptions import KeyMaterialError
from tenring.proof.keys.cloud import Service
from tenring.proof.keys.hardware import Token
from tenring.proof.keys.kept import KeyPurpose, Place
from tenring.proof.keys.local import ISSUED, LocalSigner, generate
from tenring.proof.keys.multibase import base64url
from tenring.proof.keys.public import Algorithm
from tenring.proof.keys.sealed import Cost
from tenring.proof.keys.store import By, KeyStore

DID = "did:web:label.example"
BY = By("Li Wei", datetime(2026, 11, 28, tzinfo=UTC), "keys that cannot be copied")
PIN = "624-1739"
TOKEN = "hvs.a-token-that-nobody-may-see"  # noqa: S105 - of a test
LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keys", Cost(2**14))


# a token


@pytest.fixture
def softhsm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The library of a software token with an empty token `tenring`; a skip where it is not installed."""
    pytest.importorskip("pkcs11", reason="the extra tenring[pkcs11] is not installed")
    library = next((path for path in LIBRARIES if Path(path).is_file()), None)
    tool = shutil.which("softhsm2-util")
    if library is None or tool is None:
        pytest.skip("SoftHSM is not installed (softhsm2)")
    (tmp_path / "tokens").mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n", encoding="utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    made = ["--init-token", "--free", "--label", "tenring", "--pin", PIN, "--so-pin", PIN]
    subprocess.run([tool, *made], check=True, capture_output=True)  # noqa: S603 - our own arguments
    import pkcs11  # noqa: PLC0415 - where it is installed

    pkcs11.lib(library).reinitialize()
    return library


@pytest.mark.parametrize("algorithm", ISSUED)
def test_a_key_in_a_token_signs_and_never_leaves_it(softhsm: str, store: KeyStore, algorithm: Algorithm) -> None:
    place = Token(softhsm, "tenring", "issuing")
    public = place.generate(PIN, algorithm)
    kept = store.enrol("token-1", KeyPurpose.ISSUING, place, PIN, BY, controller=DID)
    assert (kept.key, kept.place) == (public, Place.TOKEN)
    signer = store.signer("token-1", PIN)
    assert signer.verification_method == f"{DID}#token-1"
    assert kept.key.verifies(signer.sign(b"data"), b"data")
    assert PIN not in repr(signer)
    assert PIN not in "".join(path.read_text(encoding="utf-8") for path in store.folder.iterdir())


def test_a_wrong_pin_a_missing_token_and_a_missing_key_are_clear_errors(softhsm: str, store: KeyStore) -> None:
    place = Token(softhsm, "tenring", "issuing")
    with pytest.raises(KeyMaterialError, match="the token 'tenring' cannot be used: NoSuchKey"):
        store.enrol("token-1", KeyPurpose.ISSUING, place, PIN, BY)
    place.generate(PIN, Algorithm.ED25519)
    store.enrol("token-1", KeyPurpose.ISSUING, place, PIN, BY)
    with pytest.raises(KeyMaterialError, match="PinIncorrect") as error:
        store.signer("token-1", "000000")
    assert "000000" not in str(error.value)
    with pytest.raises(KeyMaterialError, match="NoSuchToken"):
        Token(softhsm, "another", "issuing").public(PIN)
    with pytest.raises(KeyMaterialError, match="cannot be used"):
        Token("/no/such/library.so", "tenring", "issuing").public(PIN)


def test_a_label_is_not_given_twice_in_a_token(softhsm: str) -> None:
    place = Token(softhsm, "tenring", "issuing")
    place.generate(PIN, Algorithm.P256)
    with pytest.raises(KeyMaterialError, match="has a key 'issuing' already"):
        place.generate(PIN, Algorithm.P256)


def test_a_token_with_another_key_under_the_label_is_not_used(softhsm: str, store: KeyStore) -> None:
    Token(softhsm, "tenring", "one").generate(PIN, Algorithm.ED25519)
    Token(softhsm, "tenring", "two").generate(PIN, Algorithm.ED25519)
    store.enrol("token-1", KeyPurpose.ISSUING, Token(softhsm, "tenring", "one"), PIN, BY)
    path = store.folder / "token-1.key.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"one"', '"two"'), encoding="utf-8")
    with pytest.raises(KeyMaterialError, match="has another key 'two' now"):
        store.signer("token-1", PIN)


# a signing service


@dataclass
class Transit:
    """What the transit engine of Vault and OpenBao answers, by its API pages; each key as a private one of ours."""

    keys: dict[str, LocalSigner] = field(default_factory=dict)
    alter: Callable[[dict[str, Any]], object] = lambda answer: answer
    asked: list[tuple[str, str, dict[str, Any] | None]] = field(default_factory=list)

    def answer(self, method: str, path: str, token: str | None, body: dict[str, Any] | None) -> tuple[int, object]:
        self.asked.append((method, path, body))
        if token != TOKEN:
            return 403, {"errors": ["permission denied"]}
        verb, _, name = path.removeprefix("/v1/transit/").partition("/")
        if (method, verb) == ("POST", "keys"):
            algorithm = {"ed25519": Algorithm.ED25519, "ecdsa-p256": Algorithm.P256}[body["type"]]  # type: ignore[index]
            self.keys[name] = LocalSigner.of(algorithm, generate(algorithm), "")
            return 204, None
        if name not in self.keys:
            return 404, {"errors": []}
        made = self._key if verb == "keys" else self._signature
        return 200, self.alter({"data": made(self.keys[name], body or {})})

    @staticmethod
    def _key(key: LocalSigner, _: dict[str, Any]) -> dict[str, Any]:
        if isinstance(key.key.loaded, ec.EllipticCurvePublicKey):
            pem = key.key.loaded.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
            return {"type": "ecdsa-p256", "latest_version": 1, "keys": {"1": {"public_key": pem}}}
        public = base64.b64encode(key.key.raw).decode()
        return {"type": "ed25519", "latest_version": 1, "keys": {"1": {"public_key": public}}}

    @staticmethod
    def _signature(key: LocalSigner, body: dict[str, Any]) -> dict[str, Any]:
        signature = key.sign(base64.b64decode(body["input"]))
        if key.key.algorithm is Algorithm.P256:
            assert (body["hash_algorithm"], body["marshaling_algorithm"]) == ("sha2-256", "jws")
            return {"signature": f"vault:v{body['key_version']}:{base64url(signature)}"}
        return {"signature": f"vault:v{body['key_version']}:{base64.b64encode(signature).decode()}"}


@pytest.fixture
def transit() -> Transit:
    return Transit()


@pytest.fixture
def address(transit: Transit) -> Iterator[str]:
    """A service on this machine that speaks the protocol over HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answered(None)

        def do_POST(self) -> None:
            self._answered(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def log_message(self, *_: object) -> None:  # type: ignore[override]
            """Say nothing."""

        def _answered(self, body: dict[str, Any] | None) -> None:
            status, answer = transit.answer(self.command, self.path, self.headers["X-Vault-Token"], body)
            if status in (301, 302, 307):
                self.send_response(status)
                self.send_header("Location", str(answer))
                self.end_headers()
                return
            written = b"" if answer is None else answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("algorithm", ISSUED)
def test_a_key_at_a_service_signs_and_never_leaves_it(address: str, store: KeyStore, algorithm: Algorithm) -> None:
    place = Service(address, "transit", "issuing")
    public = place.generate(TOKEN, algorithm)
    kept = store.enrol("cloud-1", KeyPurpose.ISSUING, place, TOKEN, BY, controller=DID)
    assert (kept.key, kept.place) == (public, Place.SERVICE)
    signer = store.signer("cloud-1", TOKEN)
    assert kept.key.verifies(signer.sign(b"data"), b"data")
    assert TOKEN not in repr(signer)
    assert TOKEN not in "".join(path.read_text(encoding="utf-8") for path in store.folder.iterdir())


def test_the_private_half_is_asked_to_stay_where_it_is(address: str, transit: Transit) -> None:
    Service(address, "transit", "issuing").generate(TOKEN, Algorithm.P256)
    assert transit.asked[0] == ("POST", "/v1/transit/keys/issuing", {"type": "ecdsa-p256", "exportable": False})


def test_a_refusal_is_told_without_the_token(address: str) -> None:
    with pytest.raises(KeyMaterialError, match="refuses \\(HTTP 403\\)") as error:
        Service(address, "transit", "issuing").public("hvs.wrong")
    assert "hvs.wrong" not in str(error.value)
    with pytest.raises(KeyMaterialError, match="refuses \\(HTTP 404\\)"):
        Service(address, "transit", "missing").public(TOKEN)


def test_a_service_that_cannot_be_reached_is_a_clear_error() -> None:
    with pytest.raises(KeyMaterialError, match="cannot be reached \\(ConnectError\\)"):
        Service("http://127.0.0.1:9", "transit", "issuing").public(TOKEN)


def test_a_redirect_does_not_take_the_token_elsewhere(address: str, transit: Transit) -> None:
    transit.answer = lambda *_: (307, "http://127.0.0.1:9/elsewhere")  # type: ignore[method-assign]
    with pytest.raises(KeyMaterialError, match="refuses \\(HTTP 307\\)"):
        Service(address, "transit", "issuing").public(TOKEN)


def test_a_service_that_signs_with_another_key_is_found_out(address: str, transit: Transit, store: KeyStore) -> None:
    place = Service(address, "transit", "issuing")
    place.generate(TOKEN, Algorithm.ED25519)
    store.enrol("cloud-1", KeyPurpose.ISSUING, place, TOKEN, BY)
    signer = store.signer("cloud-1", TOKEN)
    transit.keys["issuing"] = LocalSigner.of(Algorithm.ED25519, generate(Algorithm.ED25519), "")
    with pytest.raises(KeyMaterialError, match="has another key now"):
        signer.sign(b"data")
    with pytest.raises(KeyMaterialError, match="has another key now"):
        store.signer("cloud-1", TOKEN)


def test_a_file_that_does_not_say_where_the_key_is_is_an_error(address: str, store: KeyStore) -> None:
    place = Service(address, "transit", "issuing")
    place.generate(TOKEN, Algorithm.ED25519)
    store.enrol("cloud-1", KeyPurpose.ISSUING, place, TOKEN, BY)
    path = store.folder / "cloud-1.key.json"
    for secret in ({}, place.written() | {"version": "one"}):
        path.write_text(json.dumps(json.loads(path.read_bytes()) | {"secret": secret}), encoding="utf-8")
        with pytest.raises(KeyMaterialError, match="does not say where it is"):
            store.signer("cloud-1", TOKEN)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b'{"data": 1}',
        b'{"data": {"signature": "vault:v2:AAAA"}}',
        b'{"data": {"signature": "vault:v1:===="}}',
        b'{"data": {"signature": "vault:v1:"}}',
        b'{"data": {"signature": 5}}',
        b'{"data": {}, "data": {}}',
        b" " * 70_000,
    ],
)
def test_an_answer_that_is_no_signature_is_refused(
    address: str, transit: Transit, store: KeyStore, answer: bytes
) -> None:
    place = Service(address, "transit", "issuing")
    place.generate(TOKEN, Algorithm.P256)
    store.enrol("cloud-1", KeyPurpose.ISSUING, place, TOKEN, BY)
    signer = store.signer("cloud-1", TOKEN)
    transit.alter = lambda _: answer
    with pytest.raises(KeyMaterialError):
        signer.sign(b"data")


@pytest.mark.parametrize(
    "data",
    [
        {"type": "rsa-2048", "keys": {"1": {"public_key": "x"}}},
        {"type": "ed25519", "keys": {"2": {"public_key": "x"}}},
        {"type": "ed25519", "keys": {"1": {"public_key": "AAAA"}}},
        {"type": "ecdsa-p256", "keys": {"1": {"public_key": "-----BEGIN PUBLIC KEY-----"}}},
        {},
    ],
)
def test_a_key_that_we_cannot_use_is_refused(address: str, transit: Transit, data: dict[str, Any]) -> None:
    place = Service(address, "transit", "issuing")
    place.generate(TOKEN, Algorithm.ED25519)
    transit.alter = lambda _: {"data": data}
    with pytest.raises(KeyMaterialError, match="of a kind that we issue with"):
        place.public(TOKEN)


@pytest.mark.parametrize(
    "wrong",
    ["http://vault.example", "ftp://vault.example", "https://", "https://user:pass@vault.example", "vault.example",
     "https://vault.example/?x=1", "https://vault.example/#x", "http://127.0.0.1.evil.example"],
)  # fmt: skip
def test_a_token_is_sent_over_https_only(wrong: str) -> None:
    with pytest.raises(KeyMaterialError, match="no https address"):
        Service(wrong, "transit", "issuing")


@pytest.mark.parametrize(
    ("mount", "name"), [("transit", "../sys"), ("a/../b", "x"), ("", "x"), ("t", ""), ("t", "a/b")]
)
def test_a_name_stays_inside_the_engine(mount: str, name: str) -> None:
    if mount == "a/../b":
        assert Service("https://v.example", "a/b", "x")
        mount = "a//b"
    with pytest.raises(KeyMaterialError, match="cannot name a key"):
        Service("https://v.example", mount, name)


def test_a_slow_service_is_given_up() -> None:
    def slow(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    place = replace(Service("https://v.example", "transit", "x"), transport=httpx.MockTransport(slow))
    with pytest.raises(KeyMaterialError, match="cannot be reached \\(ReadTimeout\\)"):
        place.public(TOKEN)
