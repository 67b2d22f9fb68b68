"""A verifier as the settings have it: from a bundle and nothing else, or from what is at hand and the network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tenring.exceptions import MaterialError, UnusableInputError
from tenring.language import T
from tenring.proof.bundle import SeenBundles, open_bundle
from tenring.proof.contexts import OWN
from tenring.proof.material import FirstOf, Material
from tenring.proof.network import NetworkMaterial
from tenring.proof.sources import sources
from tenring.proof.status.lists import SeenInFile
from tenring.proof.trust.load import load_trust
from tenring.proof.trust.model import TrustModel
from tenring.proof.trust.roots import Roots, read_roots
from tenring.proof.verify import Verifier
from tenring.settings import Settings


@dataclass(frozen=True)
class VerifierOf:
    """Opens a verifier as `verifier_of` does, in whichever process needs it."""

    settings: Settings
    at: datetime
    bundle: Path | None = None

    def __call__(self) -> Verifier:
        """The verifier; raises what `verifier_of` does."""
        return verifier_of(self.settings, at=self.at, bundle=self.bundle)

    def __hash__(self) -> int:
        return hash((self.settings.home, self.at, self.bundle))


def verifier_of(settings: Settings, *, at: datetime, bundle: Path | None = None) -> Verifier:
    """A verifier for a moment. With `bundle` nothing is asked of the network.

    Without pinned roots nobody is known to be recognised, and no bundle can be trusted.

    Raises:
        UnusableInputError: a bundle is given and no roots are pinned.
        MaterialError: the roots or the bundle cannot be used.
    """
    roots = read_roots(settings.roots_file) if settings.roots_file.is_file() else None
    material = material_of(settings, roots, at=at, bundle=bundle)
    seen = SeenInFile(settings.seen_lists)
    if roots is None:
        return Verifier(material, seen=seen)
    pinned = roots

    def load(moment: datetime) -> TrustModel:
        return load_trust(material, pinned, moment, seen=seen)

    return Verifier(material, trust=load(at), seen=seen, reload=load)


def material_of(settings: Settings, roots: Roots | None, *, at: datetime, bundle: Path | None = None) -> Material:
    """Where a verifier looks: our own contexts, the standards at hand, then the bundle or the network.

    Raises:
        UnusableInputError: a bundle is given and no roots are pinned.
        MaterialError: the bundle cannot be used.
    """
    if bundle is None:
        return FirstOf((OWN, sources(settings, network=True)))
    if roots is None:
        do = T("Get the file of root keys from the network in a way you trust, and name it in TENRING_ROOTS")
        raise UnusableInputError(
            T("no root keys are pinned, so nothing says who may sign a bundle"), where=bundle, do=do
        )
    opened = open_bundle(bundle, roots, at, seen=SeenBundles.of(settings))
    return FirstOf((OWN, sources(settings, bundle=opened)))


def fetched(address: str, settings: Settings) -> bytes:
    """What is served at an https address, fetched with all the care of `network`.

    Raises:
        MaterialError: it cannot be fetched, or must not be.
    """
    held = NetworkMaterial(settings).find(address)
    if held is None:
        raise MaterialError(T("{address} is no address that can be fetched", address=address))
    return held.body
