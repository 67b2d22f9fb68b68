"""An invented network of trust for tests: roots, a network, programmes, bodies, and what they publish."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tenring.proof.did import Published, did_document, did_key
from tenring.proof.keys.multikey import multikey
from tenring.proof.keys.public import Algorithm, PublicKey
from tenring.proof.material import Held
from tenring.proof.securing import add_proof
from tenring.proof.strict import JsonObject
from tenring.proof.trust.entities import RecognisedList, write_list
from tenring.proof.trust.model import Action, Entity, Recognition, Scope
from tenring.proof.trust.roots import Roots, root

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
TODAY = AT.date()
NETWORK = "did:web:network.example"
LIST = "https://network.example/trust/list.json"
BLUE = "did:web:blue.example"
BODY = "did:web:body.example"
REGION = "did:web:region.example"
SCHEME = "urn:tenring:programme/blue-angel"
DISPLAYS = "computer-displays"


@dataclass(frozen=True)
class TestKey:
    """A key made from a word: the same each time, and no secret at all."""

    __test__ = False
    word: str
    did: str | None = None

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(sha256(self.word.encode()).digest())

    @cached_property
    def key(self) -> PublicKey:
        raw = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return PublicKey(Algorithm.ED25519, raw)

    @property
    def verification_method(self) -> str:
        if self.did is None:
            return f"{did_key(self.key)}#{multikey(self.key)}"
        return f"{self.did}#key-1"

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data)


ROOT_KEYS = (TestKey("root one"), TestKey("root two"), TestKey("root three"))
PUBLISHER = TestKey("publisher of bundles")


def signed(document: JsonObject, *keys: TestKey, at: datetime = AT - timedelta(days=1)) -> bytes:
    """The document, signed by these keys."""
    for key in keys:
        document = add_proof(document, key, created=at)
    return json.dumps(document).encode()


def held(address: str, body: bytes, **dates: datetime) -> Held:
    return Held(address, body, **({"got": AT - timedelta(hours=1)} | dates))


def recognition(entity: str = BLUE, by: str = NETWORK, **facts: object) -> Recognition:
    usual = Recognition(
        entity=entity,
        by=by,
        action=Action.ISSUE,
        scope=Scope(frozenset({"blue-angel"}), frozenset({DISPLAYS})),
        since=date(2020, 1, 1),
    )
    return replace(usual, **facts)  # type: ignore[arg-type]


def may_recognise(entity: str, by: str = NETWORK, **facts: object) -> Recognition:
    return recognition(entity, by, action=Action.RECOGNISE, **facts)


def listed(
    recognitions: Iterable[Recognition], publisher: str = NETWORK, entities: Iterable[Entity] = (), **facts: object
) -> RecognisedList:
    """A list of one publisher; entities that are only recognised are known by their DID alone."""
    recognitions = tuple(recognitions)
    known = {one.did: one for one in entities}
    for one in recognitions:
        known.setdefault(one.entity, Entity(one.entity, {"en": one.entity.removeprefix("did:web:")}))
    usual = RecognisedList(
        address=None,
        publisher=Entity(publisher, {"en": publisher.removeprefix("did:web:")}),
        valid_from=AT - timedelta(days=1),
        valid_until=AT + timedelta(days=6),
        entities=tuple(known.values()),
        recognitions=recognitions,
        number=1,
    )
    return replace(usual, **facts)  # type: ignore[arg-type]


ROOTS = Roots(
    NETWORK, LIST, tuple(root(key.key, f"holder of {key.word}") for key in ROOT_KEYS), 2, (multikey(PUBLISHER.key),)
)


@dataclass
class World:
    """What is published, by address."""

    documents: dict[str, Held] = field(default_factory=dict)

    def find(self, address: str) -> Held | None:
        return self.documents.get(address)

    def publish(self, address: str, body: bytes, **dates: datetime) -> None:
        self.documents[address] = held(address, body, **dates)

    def key_of(self, did: str) -> TestKey:
        """The key of somebody, whose DID document is published from now on."""
        key = TestKey(did, did)
        document = did_document(did, [Published(key.verification_method, key.key)])
        self.publish(did, json.dumps(document).encode())
        return key

    def root_list(self, *recognitions: Recognition, keys: tuple[TestKey, ...] = ROOT_KEYS[:2], **facts: object) -> None:
        self.publish(LIST, signed(write_list(listed(recognitions, **facts)), *keys))  # type: ignore[arg-type]

    def list_of(self, did: str, *recognitions: Recognition, **facts: object) -> None:
        """The list of somebody else, at an address of theirs."""
        document = write_list(listed(recognitions, did, **facts))  # type: ignore[arg-type]
        self.publish(list_address(did), signed(document, self.key_of(did)))


def list_address(did: str) -> str:
    return f"https://{did.removeprefix('did:web:')}/trust.json"


def publishes(did: str) -> Entity:
    """An entity that publishes a list."""
    return Entity(did, {"en": did.removeprefix("did:web:")}, list_address=list_address(did))
