"""Who signed a document: an issuer with a key of its own, or enough of the keys that somebody pinned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from tenring.exceptions import KeyMaterialError, MalformedError, MaterialError, ProofError
from tenring.language import T
from tenring.proof.answers import Outcome
from tenring.proof.did import find_method
from tenring.proof.keys.public import PublicKey
from tenring.proof.keys.roots import Root, require_roots
from tenring.proof.material import Material
from tenring.proof.securing import Proof, open_secured
from tenring.proof.standards import KnownContexts
from tenring.proof.status.lists import Prove, ProvenList
from tenring.proof.strict import LIMITS, JsonLimits, JsonObject

_PURPOSE: Final = "assertionMethod"


class Rule(Protocol):
    """Whose signatures are needed, and how many of them."""

    @property
    def roots(self) -> tuple[Root, ...]:
        """The pinned holders and their keys."""

    @property
    def threshold(self) -> int:
        """How many of them must sign."""


def prover(material: Material, at: datetime) -> Prove:
    """Proves documents as signed by their own issuer, with a key that was valid then and is looked at `at`."""

    def prove(raw: bytes) -> ProvenList:
        return proven(raw, material, at)

    return prove


def proven(raw: bytes, material: Material, at: datetime) -> ProvenList:
    """The document in `raw`, when a key of its issuer signed it, and the DID that controls the key.

    Raises:
        MaterialError: the issuer's key is not at hand, so that nothing can be said.
        KeyMaterialError: the key was not valid then, or is not for assertions.
        MalformedError: nobody who may signed it.
    """
    secured = open_secured(raw)
    issuer = secured.signer
    wrong: ProofError = MalformedError(T("its issuer did not sign it"))
    for proof in secured.proofs:
        if issuer is None or proof.verification_method is None:
            continue
        try:
            method = find_method(_absolute(proof.verification_method, issuer), material, at)
            if method.controller != issuer:
                continue
            method.require(_PURPOSE, signed=proof.created or at, at=at)
            _require_holds(proof, method.key, material, at)
        except ProofError as error:
            wrong = error
            continue
        return ProvenList(secured.document, method.controller)
    raise wrong


def root_signed(raw: bytes, rule: Rule, material: Material, at: datetime, limits: JsonLimits = LIMITS) -> JsonObject:
    """The document in `raw`, when enough of the pinned holders have signed it.

    Raises:
        MalformedError: it is no secured document.
        KeyMaterialError: too few have, or a signature in the name of one does not hold.
    """
    secured = open_secured(raw, limits)
    named = [(proof.verification_method or "", proof) for proof in secured.proofs]
    require_roots(named, rule.roots, rule.threshold, holds=lambda proof, key: _holds(proof, key, material, at))
    return secured.document


def signed_by_one(
    raw: bytes, keys: Sequence[PublicKey], material: Material, at: datetime, limits: JsonLimits = LIMITS
) -> JsonObject:
    """The document in `raw`, when one of these keys signed it. What its proofs say about their keys is not asked.

    Raises:
        MalformedError: it is no secured document, or none of them signed it.
    """
    secured = open_secured(raw, limits)
    if not any(_holds(proof, key, material, at) for proof in secured.proofs for key in keys):
        raise MalformedError(T("none of the keys signed it that are pinned for it"))
    return secured.document


def _absolute(method: str, issuer: str) -> str:
    return issuer + method if method.startswith("#") else method


def _holds(proof: Proof, key: PublicKey, material: Material, at: datetime) -> bool:
    try:
        _require_holds(proof, key, material, at)
    except ProofError:
        return False
    return True


def _require_holds(proof: Proof, key: PublicKey, material: Material, at: datetime) -> None:
    if proof.purpose != _PURPOSE:
        raise KeyMaterialError(T("it was signed for {purpose}, not to assert something", purpose=repr(proof.purpose)))
    if (proof.created is not None and at < proof.created) or (proof.not_before is not None and at < proof.not_before):
        raise MalformedError(T("it says that it was signed later than now"))
    if proof.expires is not None and at >= proof.expires:
        raise MalformedError(T("its signature has expired"))
    answer = proof.holds(key, KnownContexts(material))
    if answer.outcome is Outcome.UNKNOWN:
        raise MaterialError(answer.reason)
    if not answer:
        raise MalformedError(answer.reason)
