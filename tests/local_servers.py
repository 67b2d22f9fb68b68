"""Real https servers on this machine, with a certificate that only the test believes."""

from __future__ import annotations

import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: What answers a request: it writes with the handler, headers and all.
Answering = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Certificate:
    """A certificate for a few names, and who believes it."""

    file: Path
    tls: ssl.SSLContext


def certificate(folder: Path, *names: str) -> Certificate:
    """A certificate for these host names and for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test of Tenring")])
    day = timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - day)
        .not_valid_after(datetime.now(UTC) + day)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([*map(x509.DNSName, names), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(made.public_bytes(pem) + plain)
    return Certificate(file, ssl.create_default_context(cadata=made.public_bytes(pem).decode()))


@dataclass
class Server:
    """A running server: its port, and what it was asked (request line and headers)."""

    port: int
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    """Of each POST."""


@contextmanager
def serving(certificate: Certificate | None, answer: Answering) -> Iterator[Server]:
    """A server that answers every GET and POST with `answer`; without a certificate it speaks plain http."""
    server = Server(0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append((self.path, dict(self.headers)))
            with suppress(OSError):
                answer(self)

        def do_POST(self) -> None:
            server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

    running = Quiet(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.file)
        running.socket = context.wrap_socket(running.socket, server_side=True, do_handshake_on_connect=False)
    server.port = running.server_port
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def answers(body: bytes, status: int = 200, **headers: str) -> Answering:
    """An answer with these headers (`content_type` for Content-Type)."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        said = {"content_type": "application/json", "content_length": str(len(body))} | headers
        for name, value in said.items():
            handler.send_header(name.replace("_", "-").title(), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer
