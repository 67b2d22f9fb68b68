"""A resolver as the settings have it: over the register snapshot, issued credentials and links of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tenring.catalogue import Catalogue
from tenring.exceptions import SnapshotError
from tenring.proof.digital_link import GS1, resolver_base
from tenring.proof.resolver.answer import Resolver
from tenring.proof.resolver.issued import IssuedLinks
from tenring.proof.resolver.links import Source
from tenring.proof.resolver.noted import NotedLinks
from tenring.proof.resolver.register import RegisterLinks
from tenring.register.snapshot import Snapshot
from tenring.rulebook.library import load_library
from tenring.rulebook.publish.names import Publication
from tenring.settings import Settings


@dataclass(frozen=True)
class AtHand:
    """What a resolver may lead to besides the register: its own address, credentials, links, published criteria."""

    base: str | None = None
    credentials: Path | None = None
    links: Path | None = None
    criteria: str | None = None


def resolver_of(settings: Settings, at_hand: AtHand, on: date) -> Resolver:
    """A resolver; `on` says which criteria are in force.

    Raises:
        SnapshotError: there is no snapshot, and nothing else at hand.
    """
    return Resolver(at_hand.base or GS1, tuple(_sources(settings, at_hand, on)))


def _sources(settings: Settings, at_hand: AtHand, on: date) -> Iterator[Source]:
    if at_hand.credentials:
        yield IssuedLinks.read(at_hand.credentials)
    if at_hand.links:
        yield NotedLinks.read(at_hand.links)
    catalogue = Catalogue(settings.catalog)
    try:
        snapshot = Snapshot.open(settings)
    except SnapshotError:
        if at_hand.credentials or at_hand.links:
            return
        raise
    publication = None
    if at_hand.criteria:
        library = load_library(settings.catalog, settings.compiled)
        publication = Publication(library, catalogue.programmes, on, f"{resolver_base(at_hand.criteria)}/")
    pages = resolver_base(at_hand.base) if at_hand.base else None
    yield RegisterLinks(snapshot, catalogue.programmes, pages, catalogue.brands, publication)
