"""Contexts and schemas that others publish: by address, and never others than those whose SHA-256 is pinned here.

A context decides what a signed word means, a schema what a certificate must have. So that nobody on the way can swap
one, each is known by its hash. They are found in the folder `standards` of the home, in the folder that `TENRING_DATA`
names, or fetched from their publishers by `tenring bundle standards`; found elsewhere and different is an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from tenring.exceptions import MaterialError, ProofError
from tenring.language import T
from tenring.proof.canonical import canonical
from tenring.proof.files import write_whole
from tenring.proof.material import Held, Material
from tenring.proof.strict import read_json
from tenring.settings import Settings


class Hashed(StrEnum):
    """Over what a pinned hash is."""

    BYTES = "bytes"
    """The file as it is served."""
    CONTENT = "content"
    """The JSON in canonical form (RFC 8785): publishers serve it indented in one way or another."""


@dataclass(frozen=True)
class Standard:
    """A context or a schema: where its publisher serves it, its hash, and its files in a folder of real data."""

    address: str
    sha256: str
    files: tuple[str, ...]
    hashed: Hashed = Hashed.BYTES

    @property
    def file_name(self) -> str:
        """Its name in the folder `standards` of the home."""
        return f"{self.sha256}.json"

    def require_same(self, body: bytes, where: str) -> bytes:
        """`body`, if it is this one.

        Raises:
            MaterialError: it is another; it must not be used.
        """
        found = self._hash(body)
        if found != self.sha256:
            raise MaterialError(
                T(
                    "{where}: this is not {address} as it is known (SHA-256 {found}, expected {expected}). It was not "
                    "used. Remove it, and fetch it again with `tenring bundle standards`",
                    where=where,
                    address=self.address,
                    found=found,
                    expected=self.sha256,
                )
            )
        return body

    def _hash(self, body: bytes) -> str:
        if self.hashed is Hashed.BYTES:
            return hashlib.sha256(body).hexdigest()
        try:
            return hashlib.sha256(canonical(read_json(body))).hexdigest()
        except ProofError:
            return T("none, it is not JSON")


_UNTP = "https://untp.unece.org/artefacts/schema/v0.7.0"
_CONTEXTS = "vectors/contexts"
_SCHEMAS = "untp/v0.7.0/schema"

#: W3C states the hashes of its contexts in the specifications; those of UNTP 0.7.0 are of the files of its tag v0.7.0.
STANDARDS: Final = (
    Standard(
        "https://www.w3.org/ns/credentials/v2",
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
        (f"{_CONTEXTS}/credentials-v2.jsonld", "untp/v0.7.0/context/credentials-v2.jsonld"),
    ),
    Standard(
        "https://www.w3.org/2018/credentials/v1",
        "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",
        (f"{_CONTEXTS}/credentials-v1.jsonld",),
    ),
    Standard(
        "https://w3id.org/security/data-integrity/v1",
        "b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554",
        (f"{_CONTEXTS}/data-integrity-v1.jsonld",),
    ),
    Standard(
        "https://w3id.org/security/data-integrity/v2",
        "0f77743daf5b4e8fc067fc5ba5b21044283053aa717fc6b0219843bed3b00363",
        (f"{_CONTEXTS}/data-integrity-v2.jsonld",),
    ),
    Standard(
        "https://w3id.org/security/multikey/v1",
        "480f8fd11c5797c647eb174f7265fbd5caf378690260c3df6237554f8e92174a",
        (f"{_CONTEXTS}/multikey-v1.jsonld",),
    ),
    Standard(
        "https://www.w3.org/ns/credentials/examples/v2",
        "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c",
        (f"{_CONTEXTS}/examples-v2.jsonld",),
    ),
    Standard(
        "https://www.w3.org/ns/credentials/undefined-terms/v2",
        "82dab514ba44eb18f5d1b0f638c5e140c6a556fbfb5089601bdc0fa5eb8b2581",
        (f"{_CONTEXTS}/undefined-terms-v2.jsonld",),
    ),
    Standard(
        "https://www.w3.org/2022/credentials/v2/verifiable-credential-schema.json",
        "8a3fa1948fb37d9ca7fd30d602549c9e8d59feb361beed6edb05e9711d10e83a",
        ("vectors/vcdm2/verifiable-credential-schema.json",),
    ),
    Standard(
        "https://vocabulary.uncefact.org/untp/0.7.0/context/",
        "3c0f6d7e6fdd4e54fc167c98a8ae232739c582fab845522bf81e7c67c881714f",
        ("untp/v0.7.0/context/untp-context-0.7.0.jsonld",),
        Hashed.CONTENT,
    ),
    Standard(
        f"{_UNTP}/dcc/ConformityCredential.json",
        "10869cc870bdf9e1d499c46a319c78fcdae7b1a4f37d837a84d34a4aaffb0883",
        (f"{_SCHEMAS}/ConformityCredential.json",),
        Hashed.CONTENT,
    ),
    Standard(
        f"{_UNTP}/dia/DigitalIdentityAnchor.json",
        "0f125c2e8c6f0b01c79c7bf05ece2e33a88982edf023ee90479454b60b6b5eea",
        (f"{_SCHEMAS}/DigitalIdentityAnchor.json",),
        Hashed.CONTENT,
    ),
    Standard(
        f"{_UNTP}/dpp/DigitalProductPassport.json",
        "589dd15656e52e93981ea4e2d840c0f5116c8fb607b67403b84afe92f175e2e0",
        (f"{_SCHEMAS}/DigitalProductPassport.json",),
        Hashed.CONTENT,
    ),
)
BY_ADDRESS: Final = {standard.address: standard for standard in STANDARDS}
# The schema of UNTP's Conformity Vocabulary Catalogue is not among them: no file of it is known whose hash its
# publisher's tag confirms, and a pin that nobody confirmed would refuse the right file as a swapped one.


@dataclass(frozen=True)
class Standards:
    """The pinned contexts and schemas at hand: in the home, then in the folder of real data."""

    settings: Settings

    def find(self, address: str) -> Held | None:
        """The standard with this address; None when it is none of ours, or not at hand.

        Raises:
            MaterialError: a file is there and is another than its publisher's.
        """
        standard = BY_ADDRESS.get(address)
        if standard is None:
            return None
        for path in self._files(standard):
            try:
                body = path.read_bytes()
                got = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(microsecond=0)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise MaterialError(T("{path} cannot be read: {error}", path=path, error=error)) from error
            return Held(address, standard.require_same(body, str(path)), got)
        return None

    def _files(self, standard: Standard) -> Iterator[Path]:
        yield self.settings.standards / standard.file_name
        if self.settings.data is not None:
            yield from (self.settings.data / name for name in standard.files)

    def keep(self, held: Held) -> Path:
        """Put a standard that was fetched into the home, once it is known to be the right one.

        Raises:
            MaterialError: it is another; nothing was written.
        """
        standard = BY_ADDRESS[held.address]
        body = standard.require_same(held.body, held.address)
        path = self.settings.standards / standard.file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, body)
        return path


@dataclass(frozen=True)
class KnownContexts:
    """Of any source only the contexts and schemas that are pinned: what a signature's meaning may rest on.

    Another context could give a signed statement another name, under which no verifier looks for it. A document that
    needs one is not called wrong: it cannot be said what it means.
    """

    source: Material

    def find(self, address: str) -> Held | None:
        """The pinned standard with this address, when the source has it.

        Raises:
            MaterialError: the source has something else under the address of a standard.
        """
        standard = BY_ADDRESS.get(address)
        held = self.source.find(address) if standard is not None else None
        if standard is not None and held is not None:
            standard.require_same(held.body, address)
        return held


@dataclass(frozen=True)
class Pinned:
    """Any source of material, whose contexts and schemas are used only when they are the pinned ones.

    It is put around all sources together, so that neither a bundle nor the network can swap a context.
    """

    source: Material

    def find(self, address: str) -> Held | None:
        """What the source has; a standard does not age, so it is always fresh.

        Raises:
            MaterialError: the source has something else under the address of a standard.
        """
        held = self.source.find(address)
        standard = BY_ADDRESS.get(address)
        if held is None or standard is None:
            return held
        standard.require_same(held.body, address)
        return replace(held, fresh_until=None)
