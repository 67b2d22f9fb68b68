"""What must hold of any bytes that a verifier is given: it answers, and only what was signed is valid."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from proof.programme import ISSUED, TODAY, Programme
from tenring.proof.answers import Validity, Verification
from tenring.proof.contexts import OWN
from tenring.proof.material import FirstOf
from tenring.proof.securing import add_proof, open_secured, sign_jwt, sign_sd_jwt
from tenring.proof.strict import JsonObject
from tenring.proof.trust.load import load_trust
from tenring.proof.verify import Question, Verifier
from trust_world import AT, ROOTS, TestKey

#: Bytes behind this mark are signed by the trusted programme before they are asked about: so that what lies behind the
#: signature meets strange input, too.
SIGN = b"sign:"


@dataclass(frozen=True)
class Fuzzed:
    """A verifier with all its material, and what was really signed."""

    verifier: Verifier
    key: TestKey
    signed: JsonObject
    """The credential that a trusted issuer signed."""
    seeds: dict[str, bytes]

    @classmethod
    def ready(cls) -> Fuzzed:
        """The invented programme, and its certificate in each form; with it what only looks like one."""
        programme = Programme()
        document = programme.document
        stranger = programme.world.key_of("did:web:mallory.example")
        archive = add_proof(document, programme.key, created=ISSUED)
        seeds = {
            "token": programme.token,
            "archive": programme.archive,
            "set": json.dumps(add_proof(archive, stranger, created=ISSUED)).encode(),
            "sd-jwt": sign_sd_jwt(document, programme.key, ["credentialSubject.description"]).encode(),
            "stranger": sign_jwt(document, stranger).encode(),
            "unsigned": json.dumps(document).encode(),
            "altered": json.dumps(archive | {"validUntil": "2099-12-31T23:59:59Z"}).encode(),
            "behind": SIGN + json.dumps(document).encode(),
        }
        material = FirstOf((OWN, programme.world))
        verifier = Verifier(material, trust=load_trust(material, ROOTS, AT))
        return cls(verifier, programme.key, document, seeds)

    def require_sound(self, data: bytes) -> Verification:
        """Ask about these bytes; `valid` must be what was signed, whole or with parts left undisclosed.

        Raises:
            AssertionError: it called something valid that nobody trusted signed.
        """
        question = Question(on=TODAY, at=AT)
        if data.startswith(SIGN):
            return self.verifier.verify(self._token(data.removeprefix(SIGN)), question)
        answer = self.verifier.verify(data, question)
        if answer.validity is Validity.VALID and not within(open_secured(data).document, self.signed):
            message = "a false valid"
            raise AssertionError(message)
        return answer

    def _token(self, payload: bytes) -> bytes:
        """Any bytes as the payload of a token that the trusted programme signed."""
        head = {"alg": "EdDSA", "typ": "vc+jwt", "kid": self.key.verification_method}
        signed = b".".join(_segment(part) for part in (json.dumps(head).encode(), payload))
        return signed + b"." + _segment(self.key.sign(signed))

    def write_seeds(self, folder: Path) -> None:
        """Write what fuzzing begins with."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, seed in self.seeds.items():
            (folder / name).write_bytes(seed)


def within(part: object, whole: object) -> bool:
    """Whether `part` says nothing that `whole` does not."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and within(value, whole[key]) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return all(any(within(value, other) for other in whole) for value in part)
    return type(part) is type(whole) and part == whole


def _segment(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
