"""Opening a bundle: its signature first, then what it says, and each document only by its hash."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from tenring.exceptions import MaterialError, ProofError
from tenring.language import T
from tenring.proof.bundle.archive import Archive, open_archive
from tenring.proof.bundle.index import DOCUMENTS, INDEX, Base, BundleLimits, Index, Listed, read_index
from tenring.proof.bundle.seen import SeenBundles
from tenring.proof.material import Documents, Held
from tenring.proof.moment import moment
from tenring.proof.signatures import root_signed, signed_by_one
from tenring.proof.strict import JsonObject
from tenring.proof.trust.roots import Roots

LIMITS: Final = BundleLimits()
#: Bytes of documents kept in memory once they were compared with their hash: feeds ask for the same few again.
_KEPT: Final = 64 * 1024**2
_NOTHING: Final = Documents({})


@dataclass
class _Kept:
    """Documents that were compared with their hash, up to a size; the oldest go first."""

    bodies: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    size: int = 0

    def keep(self, sha256: str, body: bytes) -> None:
        """Keep one more."""
        self.bodies[sha256] = body
        self.size += len(body)
        while self.size > _KEPT:
            self.size -= len(self.bodies.popitem(last=False)[1])


@dataclass(frozen=True)
class Bundle:
    """A bundle whose index is proven. It is material: it answers by address."""

    archive: Archive
    index: Index
    sha256: str
    """Hash of its index, by which a delta names it."""
    _kept: _Kept = field(default_factory=_Kept, repr=False, compare=False)

    @property
    def name(self) -> Base:
        """How a delta names it."""
        return Base(self.index.made, self.sha256)

    @property
    def missing(self) -> frozenset[str]:
        """Hashes of documents that are listed and not in the file: those that a delta leaves to its base."""
        return frozenset(
            one.sha256 for one in self.index.documents.values() if DOCUMENTS + one.sha256 not in self.archive.entries
        )

    def find(self, address: str) -> Held | None:
        """The document with this address, compared with its hash.

        It is fresh no longer than its publisher says, and than the bundle is.

        Raises:
            MaterialError: the file holds another than its index says.
        """
        listed = self.index.documents.get(address)
        if listed is None:
            return None
        ends = [end for end in (listed.fresh_until, self.index.fresh_until) if end is not None]
        return Held(address, self.body(listed), listed.got, min(ends))

    def body(self, listed: Listed) -> bytes:
        """The document that the index lists so.

        Raises:
            MaterialError: it is another, or not there.
        """
        kept = self._kept.bodies.get(listed.sha256)
        if kept is not None:
            return kept
        if DOCUMENTS + listed.sha256 not in self.archive.entries:
            raise MaterialError(T("{path} does not hold {address}", path=self.archive.path, address=listed.address))
        body = self.archive.body(DOCUMENTS + listed.sha256)
        if len(body) != listed.bytes or hashlib.sha256(body).hexdigest() != listed.sha256:
            raise MaterialError(
                T("{path}: {address} is not what the index says", path=self.archive.path, address=listed.address)
            )
        self._kept.keep(listed.sha256, body)
        return body


def open_bundle(
    path: Path, roots: Roots, at: datetime, *, seen: SeenBundles | None = None, limits: BundleLimits = LIMITS
) -> Bundle:
    """The bundle in a file, as material, when its index is signed by those whom the roots name.

    A stale bundle opens: what is in it says itself that it is no longer fresh. `seen`: refuse a rollback.

    Raises:
        MaterialError: there is none, it is not signed by who may, of another network, from the future, older than one
            that was seen, or a delta that was not applied yet.
    """
    bundle = open_index(path, roots, at, limits)
    if bundle.missing:
        do = T("Apply it to its base with `tenring bundle apply`")
        what = T("{path} holds only what changed since the bundle it builds on", path=path)
        raise MaterialError(f"{what}. {do}")
    if seen is not None:
        seen.require_newest(bundle.index.network, bundle.name)
    return bundle


def open_index(path: Path, roots: Roots, at: datetime, limits: BundleLimits = LIMITS) -> Bundle:
    """As `open_bundle`, also for a delta.

    Raises:
        MaterialError: as there.
    """
    archive = open_archive(path, limits)
    raw = archive.body(INDEX)
    try:
        index = read_index(_proven(raw, roots, at, limits), limits)
    except ProofError as error:
        raise MaterialError(T("{path} is no bundle that can be used: {why}", path=path, why=error)) from error
    if index.network != roots.network:
        raise MaterialError(T("{path} is a bundle of {network}", path=path, network=index.network))
    if index.made > at:
        raise MaterialError(
            T("{path} was made on {day}, later than now. Look at the clock", path=path, day=moment(index.made))
        )
    return Bundle(archive, index, hashlib.sha256(raw).hexdigest())


def _proven(raw: bytes, roots: Roots, at: datetime, limits: BundleLimits) -> JsonObject:
    if roots.publishers:
        return signed_by_one(raw, roots.bundle_keys, _NOTHING, at, limits.json)
    return root_signed(raw, roots, _NOTHING, at, limits.json)
