"""An invented programme that issues a certificate, recognised by the invented network of `trust_world`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from proof.licences import DID, credential
from tenring.model.licence import Status
from tenring.proof.answers import Verification
from tenring.proof.contexts import OWN
from tenring.proof.material import FirstOf, Held
from tenring.proof.securing import add_proof, sign_jwt
from tenring.proof.status import StatusBook
from tenring.proof.status.publish import publish_status
from tenring.proof.strict import JsonObject
from tenring.proof.trust.load import load_trust
from tenring.proof.trust.model import Recognition, Scope
from tenring.proof.verify import Question, Verifier
from trust_world import AT, ROOTS, TestKey, World, recognition

PROGRAMME = "tsca-title-vi"
PANELS = "wood-panels"
NUMBER = "SAMPLE-0042"
STATUS = "https://label.example/status"
ISSUED = AT - timedelta(days=30)
TODAY = AT.date()


def recognised(since: date = date(2020, 1, 1), until: date | None = None, **scope: frozenset[str]) -> Recognition:
    """The network recognises the programme."""
    usual = {"schemes": frozenset({PROGRAMME}), "categories": frozenset({PANELS})} | scope
    return recognition(DID, since=since, until=until, scope=Scope(**usual), why="decided by the members")


@dataclass
class Programme:
    """A programme with its key, its status lists and one certificate; change it, then ask."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp()))
    world: World = field(default_factory=World)
    changes: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key: TestKey = self.world.key_of(DID)
        self.world.root_list(recognised())
        self.publish_status(AT - timedelta(hours=2))

    @cached_property
    def book(self) -> StatusBook:
        return StatusBook(self.folder / "status.sqlite")

    @cached_property
    def document(self) -> JsonObject:
        """The certificate, not signed yet, with its entries in the status lists."""
        document = credential(**self.changes)
        places = self.book.enter(str(document["id"]), licence=NUMBER, issuer=DID, base=STATUS, at=ISSUED)
        return document | {"credentialStatus": self.book.entries(places)}

    def publish_status(self, at: datetime, *, signer: TestKey | None = None) -> None:
        """Publish the status lists as they stand, at this moment."""
        assert self.document

        def sign(document: JsonObject) -> bytes:
            return sign_jwt(document, signer or self.key).encode()

        published = publish_status(self.book, DID, self.folder / "www", sign=sign, at=at)
        for address, path in (published.lists | published.records).items():
            self.world.documents[address] = Held(address, path.read_bytes(), at)

    def becomes(self, status: Status, since: datetime = AT - timedelta(days=1), *, at: datetime = AT) -> None:
        """The licence gets another status, published at once."""
        self.book.set(NUMBER, status, reason="audit", who="the programme", at=at, since=since)
        self.publish_status(at)

    @property
    def token(self) -> bytes:
        return sign_jwt(self.document, self.key).encode()

    @property
    def archive(self) -> bytes:
        return json.dumps(add_proof(self.document, self.key, created=ISSUED)).encode()

    def verifier(self, at: datetime = AT, *, trusted: bool = True) -> Verifier:
        material = FirstOf((OWN, self.world))
        return Verifier(material, trust=load_trust(material, ROOTS, at) if trusted else None)

    def ask(
        self, raw: bytes | None = None, *, on: date = TODAY, at: datetime = AT, product: str | None = None
    ) -> Verification:
        """What a verifier says of the certificate."""
        question = Question(on=on, at=at, product=product)
        return self.verifier(at).verify(self.token if raw is None else raw, question)


@dataclass(frozen=True)
class VerifierFrom:
    """Opens a verifier of the invented network in any process, from a file of what is published."""

    file: Path

    @classmethod
    def written(cls, world: World, file: Path) -> VerifierFrom:
        """The opener, once the file is written."""
        documents = {one.address: (one.body.decode("latin-1"), one.got.isoformat()) for one in world.documents.values()}
        file.write_text(json.dumps(documents), encoding="utf-8")
        return cls(file)

    def __call__(self) -> Verifier:
        documents = json.loads(self.file.read_text(encoding="utf-8"))
        held = {
            address: Held(address, body.encode("latin-1"), datetime.fromisoformat(got))
            for address, (body, got) in documents.items()
        }
        material = FirstOf((OWN, World(held)))
        return Verifier(material, trust=load_trust(material, ROOTS, AT))


SIGNINGS: dict[str, Callable[[Programme], bytes]] = {
    "vc+jwt": lambda programme: programme.token,
    "eddsa-jcs-2022": lambda programme: programme.archive,
}
