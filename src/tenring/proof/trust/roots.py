"""What a verifier pins: the root keys of the network, and how many of them a trust list must be signed by."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from tenring.exceptions import MaterialError, ProofError
from tenring.language import T
from tenring.proof.keys.multikey import public_from_multikey
from tenring.proof.keys.public import PublicKey
from tenring.proof.strict import JsonObject, read_object
from tenring.proof.trust.fields import refuse_field, required_url, texts

_NAMES: Final = frozenset({"network", "trustList", "keys", "threshold", "publishers"})


@dataclass(frozen=True)
class Roots:
    """The pinned roots. `keys` are public keys in Multikey form (z…); `threshold` of them must sign the root list.

    Raises:
        MaterialError: no key, a key twice, or a threshold that cannot be met or asks for nobody.
        KeyMaterialError: a key is none.
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
        for keys in (self.keys, self.publishers):
            if len(set(keys)) != len(keys):
                raise MaterialError(T("the roots name one key twice"))
        if not 1 <= self.threshold <= len(self.keys):
            raise MaterialError(
                T(
                    "the roots ask for {threshold} signatures, of {count} keys",
                    threshold=self.threshold,
                    count=len(self.keys),
                )
            )
        if set(self.keys) & set(self.publishers):
            raise MaterialError(T("a root key is also a key for bundles; keep them apart"))
        _ = self.public_keys, self.bundle_keys

    @cached_property
    def public_keys(self) -> tuple[PublicKey, ...]:
        """The root keys."""
        return tuple(map(public_from_multikey, self.keys))

    @cached_property
    def bundle_keys(self) -> tuple[PublicKey, ...]:
        """The keys of those who may sign a bundle."""
        return tuple(map(public_from_multikey, self.publishers)) or self.public_keys

    @property
    def bundle_threshold(self) -> int:
        """How many of `bundle_keys` must sign a bundle."""
        return 1 if self.publishers else self.threshold


def read_roots(path: Path) -> Roots:
    """The roots in a file.

    Raises:
        MaterialError: there is no such file, or it does not hold them; names the field.
    """
    try:
        found = read_object(path.read_bytes())
        if unknown := sorted(set(found) - _NAMES):
            refuse_field(unknown[0], T("there is no such field"))
        threshold = found.get("threshold")
        if type(threshold) is not int:
            refuse_field("threshold", T("it is not a number"))
        return Roots(
            network=required_url(found.get("network"), "network"),
            trust_list=required_url(found.get("trustList"), "trustList"),
            keys=texts(found.get("keys"), "keys"),
            threshold=threshold,
            publishers=texts(found.get("publishers"), "publishers"),
        )
    except FileNotFoundError as error:
        do = T("Set TENRING_ROOTS, or pin the network's roots with `tenring trust roots --pin FILE`")
        raise MaterialError(f"{T('{path}: there are no pinned roots', path=path)}. {do}") from error
    except OSError as error:
        raise MaterialError(T("{path} cannot be read: {error}", path=path, error=error)) from error
    except ProofError as error:
        raise MaterialError(f"{path}: {error}") from error


def written_roots(roots: Roots) -> JsonObject:
    """The roots as their file has them."""
    found: JsonObject = {
        "network": roots.network,
        "trustList": roots.trust_list,
        "keys": list(roots.keys),
        "threshold": roots.threshold,
    }
    return found | ({"publishers": list(roots.publishers)} if roots.publishers else {})


def write_roots(roots: Roots, path: Path) -> None:
    """Write the roots to a file, whole or not at all.

    Raises:
        MaterialError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(written_roots(roots), indent=2) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise MaterialError(T("{path} cannot be written: {error}", path=path, error=error)) from error
