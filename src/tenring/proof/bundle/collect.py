"""What a bundle takes along: all that the trust list leads to, and the contexts and schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tenring.exceptions import MaterialError
from tenring.language import T
from tenring.proof.material import Held, Material
from tenring.proof.standards import STANDARDS
from tenring.proof.status.lists import EVER
from tenring.proof.trust.load import load_trust
from tenring.proof.trust.model import TrustModel
from tenring.proof.trust.roots import Roots


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


def _take(collected: Collected, material: Material, address: str, at: datetime, *, needed: bool = True) -> None:
    try:
        held = material.find(address)
        if held is None:
            why = T("it is not at hand")
        elif not held.fresh(at):
            why = T("it is no longer fresh")
        else:
            collected.documents[address] = held
            return
    except MaterialError as error:
        why = str(error)
    if needed:
        collected.missing[address] = why
