"""Where a verifier looks for material, in order; and what is pinned stays pinned wherever it is found."""

from __future__ import annotations

from collections.abc import Sequence

from tenring.proof.material import FirstOf, Material
from tenring.proof.network import NetworkMaterial
from tenring.proof.standards import Pinned, Standards
from tenring.settings import Settings


def sources(
    settings: Settings, *, served: Sequence[Material] = (), bundle: Material | None = None, network: bool = False
) -> Material:
    """Folders of one's own first, then a bundle, then the contexts and schemas at hand, then (if asked) the network.

    Whoever verifies with a bundle needs no network, and asks none unless told to.
    """
    found: list[Material] = [*served]
    if bundle is not None:
        found.append(bundle)
    found.append(Standards(settings))
    if network:
        found.append(NetworkMaterial(settings))
    return Pinned(FirstOf(tuple(found)))
