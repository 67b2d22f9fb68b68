"""What a verifier pins: the root keys of the network, and how many of them a trust list must be signed by."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenring.exceptions import MaterialError, ProofError
from tenring.language import T
from tenring.proof.strict import JsonObject, read_object


@dataclass(frozen=True)
class Roots:
    """The pinned roots. `keys` are public keys in Multikey form (z…); `threshold` of them must sign the root list.

    Raises:
        MaterialError: no key, a key twice, or a threshold that cannot be met or asks for nobody.
    """

    network: str
    """DID under which the root list is issued."""
    trust_list: str
    """Address at which it is published."""
    keys: tuple[str, ...]
    threshold: int
    publishers: tuple[str, ...] = field(default=())
    """Keys any one of which may sign a bundle; none: bundles, too, are signed by `threshold` root keys."""

    def __post_init__(self) -> None:
        if not self.keys or len(set(self.keys)) != len(self.keys):
            raise MaterialError(T("the roots name no key, or one twice"))
        if not 1 <= self.threshold <= len(self.keys):
            raise MaterialError(
                T(
                    "the roots ask for {threshold} signatures of {count} keys",
                    threshold=self.threshold,
                    count=len(self.keys),
                )
            )
        if set(self.keys) & set(self.publishers):
            raise MaterialError(T("a root key is also a key for bundles; keep them apart"))
