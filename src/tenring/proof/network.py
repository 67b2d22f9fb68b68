"""Material from the network, from addresses that strangers chose: https only, guarded, limited, and kept with its age."""

from __future__ import annotations

from dataclasses import dataclass

from tenring.proof.material import Held
from tenring.settings import Settings


@dataclass(frozen=True)
class NetworkMaterial:
    """What publishers serve under an https address or a did:web, and what was fetched from them before."""

    settings: Settings

    def find(self, address: str) -> Held | None:
        """What is published under this address; None when it is neither https nor did:web.

        Raises:
            MaterialError: it cannot be fetched, or must not be.
        """
        raise NotImplementedError
