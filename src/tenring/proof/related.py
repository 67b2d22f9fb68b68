"""Digests that an issuer gives of related resources, held against what is used here (VC data model 2.0, section 5.3).

Related resources are not fetched: an address in a credential is anybody's. Contexts and schemas are read all the same,
and those of the W3C are known by their hash. An issuer that names another one means another document than the one
its words are read by.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Final

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.keys.multibase import from_multibase
from tenring.proof.standards import BY_ADDRESS, Hashed
from tenring.proof.strict import JsonObject

_SHA256: Final = "sha256-"
_LENGTH: Final = 32
#: How a multihash of SHA-256 begins: its kind, its length.
_MULTIHASH: Final = bytes((0x12, _LENGTH))


def require_known_resources(credential: JsonObject) -> None:
    """Refuse a credential that names another digest of a context or schema than that of the one in use.

    Digests by other algorithms than SHA-256 are not compared, nor are those of documents that are known by their
    content and not by their bytes.

    Raises:
        MalformedError: a digest is that of another document, or cannot be read.
    """
    value = credential.get("relatedResource", [])
    resources = value if isinstance(value, list) else [value]
    for number, resource in enumerate(resources):
        standard = BY_ADDRESS.get(resource["id"])
        if standard is None or standard.hashed is not Hashed.BYTES:
            continue
        for name, digests in (("digestSRI", _integrity(resource)), ("digestMultibase", _multibase(resource))):
            given = list(digests)
            if given and bytes.fromhex(standard.sha256) not in given:
                path = f"$.relatedResource[{number}].{name}"
                raise MalformedError(
                    T("{path} is the digest of another document than {address}", path=path, address=standard.address)
                )


def _integrity(resource: JsonObject) -> Iterator[bytes]:
    for one in resource.get("digestSRI", "").split():
        if one.startswith(_SHA256):
            try:
                yield base64.b64decode(one.removeprefix(_SHA256) + "==", validate=False)
            except binascii.Error:
                yield b""


def _multibase(resource: JsonObject) -> Iterator[bytes]:
    """A multihash, or the bytes of the hash alone as some write it."""
    if "digestMultibase" in resource:
        raw = from_multibase(resource["digestMultibase"])
        if len(raw) == _LENGTH:
            yield raw
        elif raw.startswith(_MULTIHASH):
            yield raw.removeprefix(_MULTIHASH)
