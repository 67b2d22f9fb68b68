"""An invented programme with a certificate that holds now, in a home with which any process verifies without a network.

Everything that the programme, its network and its resolver publish is kept in the home as if it had just been fetched:
the way of a verification is the real one but for the wire.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import segno
import vl_convert

from proof.licences import DID, credential
from proof.programme import NUMBER, PANELS, PROGRAMME, STATUS
from tenring.model.licence import Status
from tenring.proof.material import Held
from tenring.proof.network import NetworkMaterial
from tenring.proof.paper.certificate import Language, certificate_pdf
from tenring.proof.paper.qr import qr_svg
from tenring.proof.resolver.answer import Request, Resolver
from tenring.proof.resolver.issued import IssuedLinks
from tenring.proof.securing import sign_jwt
from tenring.proof.status import StatusBook
from tenring.proof.status.publish import publish_status
from tenring.proof.strict import JsonObject
from tenring.proof.trust.model import Scope
from tenring.proof.trust.roots import write_roots
from tenring.settings import Settings
from trust_world import LIST, ROOT_KEYS, ROOTS, TestKey, World, listed, recognition, signed

from tenring.proof.trust.entities import write_list  # isort: skip

ADDRESS = "https://label.example/credential/SAMPLE-0042"
RESOLVER = "https://id.label.example"
GTIN = "2000000000428"


@dataclass
class Certified:
    """The programme and its certificate; `home` is where material lies."""

    settings: Settings
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.key: TestKey = self.world.key_of(DID)
        scope = Scope(schemes=frozenset({PROGRAMME}), categories=frozenset({PANELS}))
        trusted = listed(
            [recognition(DID, scope=scope, why="decided by the members")],
            valid_from=self.at - timedelta(days=1),
            valid_until=self.at + timedelta(days=6),
        )
        body = signed(write_list(trusted), *ROOT_KEYS[:2], at=self.at - timedelta(days=1))
        self.publish(LIST, body)
        self.publish_status(self.at - timedelta(hours=2))
        self.publish(ADDRESS, self.token)
        write_roots(ROOTS, self.settings.roots_file)
        for address, held in list(self.world.documents.items()):
            self.publish(address, held.body)

    def publish(self, address: str, body: bytes) -> None:
        """Have something at an address from now on."""
        held = Held(address, body, self.at, self.at + timedelta(hours=6))
        NetworkMaterial(self.settings)._keep(held)  # noqa: SLF001 - as if it had been fetched

    @cached_property
    def book(self) -> StatusBook:
        return StatusBook(self.settings.home / "of-the-programme" / "status.sqlite")

    @cached_property
    def document(self) -> JsonObject:
        validity = {"from": "2024-06-01", "until": f"{self.at.date() + timedelta(days=400)}"}
        made = credential(validity=validity) | {"id": ADDRESS}
        issued = self.at - timedelta(days=30)
        places = self.book.enter(ADDRESS, licence=NUMBER, issuer=DID, base=STATUS, at=issued)
        return made | {"credentialStatus": self.book.entries(places)}

    @cached_property
    def token(self) -> bytes:
        return sign_jwt(self.document, self.key).encode()

    def publish_status(self, at: datetime) -> None:
        assert self.document
        www = self.settings.home / "of-the-programme" / "www"
        found = publish_status(self.book, DID, www, sign=lambda one: sign_jwt(one, self.key).encode(), at=at)
        for address, path in (found.lists | found.records).items():
            self.publish(address, path.read_bytes())

    def suspend(self) -> None:
        """The licence is suspended since yesterday, and everybody can know."""
        since = self.at - timedelta(days=1)
        self.book.set(NUMBER, Status.SUSPENDED, reason="audit", who="the programme", at=self.at, since=since)
        self.publish_status(self.at - timedelta(minutes=1))

    @property
    def pdf(self) -> bytes:
        """The certificate as `tenring certificate` prints it."""
        return certificate_pdf(self.document, self.token, Language.BOTH, at=self.at.replace(microsecond=0))

    @property
    def product(self) -> str:
        """The address of its product at the programme's resolver, which answers from now on."""
        folder = self.settings.home / "of-the-programme" / "issued"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "licence.jwt").write_bytes(self.token)
        resolver = Resolver(RESOLVER, (IssuedLinks.read(folder),))
        path = f"/01/0{GTIN}"
        answer = resolver.answer(Request(path, "linkType=linkset"), self.at.date())
        assert json.loads(answer.body)["linkset"]
        self.publish(f"{RESOLVER}{path}?linkType=linkset", answer.body)
        return f"{RESOLVER}{path}"


def certified(settings: Settings, folder: Path) -> tuple[Certified, Settings]:
    """A certified licence in a home of its own beside the snapshots of `settings`, and the settings of that home."""
    own = replace(settings, home=folder, roots=None)
    return Certified(own), own


def qr_png(text: str, *, scale: int = 6) -> bytes:
    """A QR code of a text as PNG."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=scale, border=4)
    return out.getvalue()


def printed_qr(link: str) -> bytes:
    """The QR code as certificates have it, as a scanner makes a picture of it."""
    picture: bytes = vl_convert.svg_to_png(qr_svg(link).decode(), scale=6)
    return picture
