"""The index of a bundle: what is in it, by address, and on which bundle it builds. It is what is signed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.moment import moment, read_moment
from tenring.proof.strict import JsonLimits, JsonObject
from tenring.proof.trust.fields import member, refuse_field, required_url, several

TYPE: Final = "TenringBundle"
FORMAT: Final = 1
#: The names in the archive.
INDEX: Final = "index.json"
DOCUMENTS: Final = "documents/"
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class BundleLimits:
    """How much of a bundle is read: bytes of the file, of its index, of one document, and how many documents."""

    file: int = 512 * 1024**2
    index: int = 32 * 1024**2
    document: int = 8 * 1024**2
    documents: int = 65_000

    @property
    def json(self) -> JsonLimits:
        """Those of the index."""
        return JsonLimits(self.index, 8)


@dataclass(frozen=True)
class Listed:
    """One document of a bundle."""

    address: str
    sha256: str
    bytes: int
    got: datetime
    fresh_until: datetime | None = None


@dataclass(frozen=True)
class Base:
    """The bundle on which a delta builds: when it was made, and the hash of its index."""

    made: datetime
    sha256: str


@dataclass(frozen=True)
class Index:
    """All that a bundle says about itself. A delta lists all documents, also those that only its base holds."""

    network: str
    made: datetime
    fresh_until: datetime
    documents: Mapping[str, Listed]
    """By address."""
    base: Base | None = None


def write_index(index: Index) -> JsonObject:
    """The index as the file has it, not signed yet."""
    found: JsonObject = {
        "type": TYPE,
        "format": FORMAT,
        "network": index.network,
        "made": moment(index.made),
        "freshUntil": moment(index.fresh_until),
    }
    if index.base is not None:
        found["base"] = {"made": moment(index.base.made), "sha256": index.base.sha256}
    found["documents"] = [_written(index.documents[address]) for address in sorted(index.documents)]
    return found


def _written(one: Listed) -> JsonObject:
    found: JsonObject = {"address": one.address, "sha256": one.sha256, "bytes": one.bytes, "got": moment(one.got)}
    return found | ({"freshUntil": moment(one.fresh_until)} if one.fresh_until is not None else {})


def read_index(document: JsonObject, limits: BundleLimits) -> Index:
    """What a signed index says.

    Raises:
        MalformedError: it is none, is of a newer format, or names too much.
    """
    if document.get("type") != TYPE:
        refuse_field("type", T("it is no bundle"))
    if document.get("format") != FORMAT:
        refuse_field("format", T("it is of another format than {format}. Update Tenring", format=FORMAT))
    written = several(document.get("documents"))
    if len(written) > limits.documents:
        refuse_field("documents", T("there are more than {most}", most=f"{limits.documents:,}"))
    made = read_moment(document.get("made"), "made")
    documents: dict[str, Listed] = {}
    for number, value in enumerate(written):
        one = _read(value, f"documents[{number}]", limits)
        if one.address in documents:
            refuse_field(f"documents[{number}]", T("{address} stands twice", address=one.address))
        if one.got > made:
            refuse_field(f"documents[{number}]", T("it was got later than the bundle was made"))
        documents[one.address] = one
    until = read_moment(document.get("freshUntil"), "freshUntil")
    return Index(required_url(document.get("network"), "network"), made, until, documents, _base(document, made))


def _base(document: JsonObject, made: datetime) -> Base | None:
    if document.get("base") is None:
        return None
    said = member(document["base"], "base")
    base = Base(read_moment(said.get("made"), "base.made"), _hash(said.get("sha256"), "base.sha256"))
    if base.made >= made:
        raise MalformedError(T("it builds on a bundle that is not older than itself"))
    return base


def _read(value: object, where: str, limits: BundleLimits) -> Listed:
    said = member(value, where)
    size = said.get("bytes")
    if type(size) is not int or not 0 <= size <= limits.document:
        refuse_field(f"{where}.bytes", T("it is no size, or more than {most}", most=f"{limits.document:,}"))
    until = said.get("freshUntil")
    return Listed(
        required_url(said.get("address"), f"{where}.address"),
        _hash(said.get("sha256"), f"{where}.sha256"),
        size,
        read_moment(said.get("got"), f"{where}.got"),
        read_moment(until, f"{where}.freshUntil") if until is not None else None,
    )


def _hash(value: object, where: str) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        refuse_field(where, T("it is no SHA-256"))
    return value
