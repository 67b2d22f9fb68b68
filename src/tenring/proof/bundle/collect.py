"""What a bundle takes along: all that the trust list leads to, the contexts and schemas, and status records.

Records say how it was on an earlier day. Those of one's own lie in the folder that is served; those of others are
found where they publish an index of them. Whatever is taken is proven again, as any document, when it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tenring.exceptions import MaterialError, ProofError
from tenring.language import T
from tenring.proof.material import Held, Material
from tenring.proof.signatures import prover
from tenring.proof.standards import STANDARDS
from tenring.proof.status.lists import EVER, Prove
from tenring.proof.status.record import index_address, read_record_index
from tenring.proof.trust.load import load_trust
from tenring.proof.trust.model import TrustModel
from tenring.proof.trust.roots import Roots

#: Status records of others in one bundle, at most, and the bytes of one.
MOST_RECORDS: Final = 20_000
RECORD_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class Collected:
    """The documents by address, and those that should be among them and are not, with the reason."""

    documents: dict[str, Held]
    missing: dict[str, str]


def collect(material: Material, roots: Roots, at: datetime, standards: Material | None = None) -> Collected:
    """All that the trust list leads to, and the contexts and schemas that `standards` has.

    Raises:
        MaterialError: the trust list itself cannot be relied on: such a bundle would help nobody.
    """
    trust = load_trust(material, roots, at)
    root_gap = next((gap for gap in trust.gaps if gap.publisher == trust.root), None)
    if root_gap is not None:
        raise MaterialError(root_gap.reason)
    collected = Collected({}, {gap.publisher: gap.reason for gap in trust.gaps})
    for address in dict.fromkeys(_wanted(trust, roots)):
        _take(collected, material, address, at)
    if roots.network.startswith("did:web:"):  # its list is signed by the pinned keys; anchors may be by one of its own
        _take(collected, material, roots.network, at, needed=False)
    for entity in trust.entities.values():
        for address in entity.status_lists:  # what was ever suspended: published by some
            _take(collected, material, f"{address}{EVER}", at, needed=False)
    _take_records(collected, material, trust, at)
    if standards is not None:
        for standard in STANDARDS:
            _take(collected, standards, standard.address, at, needed=False)
    return collected


def _wanted(trust: TrustModel, roots: Roots) -> Iterator[str]:
    """Addresses without which a certificate of somebody recognised cannot be verified."""
    yield roots.trust_list
    recognised = {one.entity for one in trust.recognitions} | {one.by for one in trust.recognitions}
    for did in sorted(recognised):
        entity = trust.entities[did]
        if did.startswith("did:web:") and did != roots.network:
            yield did
        yield from filter(None, (entity.list_address, entity.anchor, *entity.status_lists))


def _take_records(collected: Collected, material: Material, trust: TrustModel, at: datetime) -> None:
    """The status records that issuers name in an index, after their lists: an older record would not count.

    What is wrong with an index, and the first record of one that cannot be had, are told; the rest of it is left out.
    """
    prove, room = prover(material, at), MOST_RECORDS
    for did, entity in sorted(trust.entities.items()):
        for index in dict.fromkeys(map(index_address, entity.status_lists)):
            named = _named(collected, material, index, did, prove)
            if len(named) > room:
                collected.missing[index] = T(
                    "with its status records there would be more than {most} in the bundle", most=f"{MOST_RECORDS:,}"
                )
                continue
            for address in named:
                _take(collected, material, address, at, most=RECORD_BYTES)
                if address in collected.missing:
                    break
                room -= 1


def _named(collected: Collected, material: Material, index: str, did: str, prove: Prove) -> tuple[str, ...]:
    """The records that the index of an issuer names; none where it publishes no index."""
    try:
        held = material.find(index)
    except MaterialError:
        return ()
    if held is None:
        return ()
    try:
        proven = prove(held.body)
        if proven.controller != did:
            collected.missing[index] = T("{other} signed it, not {issuer}", other=proven.controller, issuer=did)
            return ()
        named = read_record_index(proven.document, address=index)
    except ProofError as error:
        collected.missing[index] = str(error)
        return ()
    collected.documents[index] = held
    return named


def _take(  # noqa: PLR0913 - what, from where, when, and how much of it
    collected: Collected,
    material: Material,
    address: str,
    at: datetime,
    *,
    needed: bool = True,
    most: int | None = None,
) -> None:
    try:
        held = material.find(address)
        if held is None:
            why = T("it is not at hand")
        elif not held.fresh(at):
            why = T("it is no longer fresh")
        elif most is not None and len(held.body) > most:
            why = T("{address} is larger than {limit} bytes", address=address, limit=most)
        else:
            collected.documents[address] = held
            return
    except MaterialError as error:
        why = str(error)
    if needed:
        collected.missing[address] = why
