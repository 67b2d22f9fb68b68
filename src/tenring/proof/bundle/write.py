"""Writing bundles: whole ones, deltas that hold only what changed, and a delta put on its base."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from tenring.exceptions import MaterialError
from tenring.language import T
from tenring.proof.bundle.archive import write_archive
from tenring.proof.bundle.index import INDEX, BundleLimits, Index, Listed, write_index
from tenring.proof.bundle.open import LIMITS, Bundle, open_index
from tenring.proof.material import Held
from tenring.proof.moment import moment
from tenring.proof.strict import JsonObject
from tenring.proof.trust.roots import Roots

Sign = Callable[[JsonObject], JsonObject]
"""Adds a proof to a document."""


def write_bundle(  # noqa: PLR0913 - what is in it, whose it is, until when, signed how, built on what
    out: Path,
    documents: Iterable[Held],
    *,
    network: str,
    made: datetime,
    fresh_until: datetime,
    sign: Sign,
    since: Bundle | None = None,
    limits: BundleLimits = LIMITS,
) -> Index:
    """Write a bundle of these documents; with `since`, only what that one does not hold yet.

    Raises:
        MaterialError: it cannot be written, or would be larger than a reader accepts.
    """
    made = made.replace(microsecond=0)
    if since is not None and made <= since.index.made:
        raise MaterialError(
            T("the bundle that this one builds on was made on {day}, not before", day=moment(since.index.made))
        )
    bodies: dict[str, bytes] = {}
    listed: dict[str, Listed] = {}
    for held in documents:
        if len(held.body) > limits.document:
            raise MaterialError(
                T("{address} is larger than {limit} bytes", address=held.address, limit=limits.document)
            )
        sha256 = hashlib.sha256(held.body).hexdigest()
        bodies[sha256] = held.body
        got = min(held.got.replace(microsecond=0), made)
        listed[held.address] = Listed(held.address, sha256, len(held.body), got, held.fresh_until)
    if len(listed) > limits.documents:
        raise MaterialError(T("a bundle holds at most {most} documents", most=f"{limits.documents:,}"))
    index = Index(network, made, fresh_until, listed, since.name if since else None)
    raw = json.dumps(sign(write_index(index)), ensure_ascii=False, indent=1).encode()
    held_before = {one.sha256 for one in since.index.documents.values()} if since else set()
    write_archive(out, raw, {sha256: body for sha256, body in bodies.items() if sha256 not in held_before})
    return index


def apply_delta(base: Path, delta: Path, out: Path, *, roots: Roots, at: datetime) -> Bundle:
    """Put a delta on the bundle that it builds on: a whole bundle, with the index and the signature of the delta.

    Raises:
        MaterialError: one of them cannot be used, the delta builds on another, or a document is neither in the one nor
            in the other. Nothing was written.
    """
    old, new = open_index(base, roots, at), open_index(delta, roots, at)
    if new.index.base is None:
        raise MaterialError(T("{path} is a whole bundle: use it as it is", path=delta))
    if new.index.base != old.name:
        raise MaterialError(
            T(
                "{delta} builds on the bundle of {made}, not on {base}. Apply those in between, or get a whole one",
                delta=delta,
                made=moment(new.index.base.made),
                base=base,
            )
        )
    missing = new.missing
    bodies = {one.sha256: (old if one.sha256 in missing else new).body(one) for one in new.index.documents.values()}
    write_archive(out, new.archive.body(INDEX), bodies)
    return open_index(out, roots, at)
