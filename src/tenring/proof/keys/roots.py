"""The two-person rule: what the roots of trust sign counts when several holders have signed it.

Each holder has a root key of their own, and a document of the trust list bears one proof of each (a proof set). No
secret is ever shared, split or put together in one place, so nobody can act alone, not even for a moment: that is why
this way was taken and not one key split between two passphrases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from tenring.exceptions import KeyMaterialError
from tenring.language import T
from tenring.proof.keys.public import PublicKey

#: Fewer signatures would be one person's word.
LEAST: Final = 2

Proof = TypeVar("Proof")


@dataclass(frozen=True)
class Root:
    """A root key that a verifier has pinned: the key itself, its name, and the person or office that holds it."""

    verification_method: str
    key: PublicKey
    holder: str


def require_roots(
    proofs: Iterable[tuple[str, Proof]],
    roots: Sequence[Root],
    threshold: int,
    *,
    holds: Callable[[Proof, PublicKey], bool],
) -> tuple[Root, ...]:
    """The roots whose proofs hold, where enough different holders have signed.

    `proofs`: (verification method that the proof names, the proof) of one document. `holds` says whether a proof is
    the signature of a key over that whole document. The pinned key is used, never one that a document publishes.
    Proofs of others than the roots count for nothing, and do no harm; a proof in a root's name that does not hold
    makes the document suspect and is refused.

    Raises:
        KeyMaterialError: the rule itself is none (threshold below two, more than there are holders, two roots with
            one key or one holder), a root's proof does not hold, or too few have signed.
    """
    require_rule(roots, threshold)
    pinned = {root.verification_method: root for root in roots}
    signed: dict[str, Root] = {}
    for name, proof in proofs:
        root = pinned.get(name)
        if root is None:
            continue
        if not holds(proof, root.key):
            raise KeyMaterialError(T("the proof in the name of the root {key} does not hold", key=name))
        signed[root.holder] = root
    if len(signed) < threshold:
        raise KeyMaterialError(
            T(
                "{count} of the roots have signed, {threshold} are needed",
                count=str(len(signed)),
                threshold=str(threshold),
            )
        )
    return tuple(signed.values())


def require_rule(roots: Sequence[Root], threshold: int) -> None:
    """Refuse a set of roots that would let one person act alone.

    Raises:
        KeyMaterialError: it would.
    """
    names = {root.verification_method for root in roots}
    keys = {root.key for root in roots}
    holders = {root.holder.strip().casefold() for root in roots}
    if not len(names) == len(keys) == len(holders) == len(roots) or "" in holders:
        raise KeyMaterialError(T("each root needs a key and a holder of its own"))
    if not LEAST <= threshold <= len(roots):
        raise KeyMaterialError(
            T(
                "a threshold of {threshold} of {count} roots is none: at least {least} must sign",
                threshold=str(threshold),
                count=str(len(roots)),
                least=str(LEAST),
            )
        )
