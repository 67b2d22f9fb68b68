"""Whether a credential was signed by whom it says: all its proofs, with keys that their owners publish, as findings.

Lists and anchors are proven by `signatures`, which raises; here each outcome is part of an answer. Whether anybody
recognises the signer is another question (`trust`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tenring.exceptions import KeyMaterialError, MalformedError, MaterialError
from tenring.language import N, T
from tenring.proof.answers import Always, Check, Finding, Outcome
from tenring.proof.did import VerificationMethod, document_of, find_method
from tenring.proof.keys.jwk import thumbprint
from tenring.proof.material import Material
from tenring.proof.moment import read_moment
from tenring.proof.securing import Proof, Secured, SignatureAnswer
from tenring.proof.standards import KnownContexts

_RIGHT: Final = Always(Check.SIGNATURE, Outcome.PASSED, N("the signature is right"), "signature")
_OWN_KEY: Final = Always(Check.KEY, Outcome.PASSED, N("the key was its issuer's to sign with"), "key")
#: How far the clocks of two honest computers may differ.
SKEW: Final = timedelta(minutes=5)


class Signatures(NamedTuple):
    """What the proofs of a document came to: findings for `Check.SIGNATURE` and `Check.KEY`, and what they rest on."""

    signature: Finding
    key: Finding
    signed: datetime | None = None
    """When the issuer says that it signed; None: it does not say."""
    as_of: tuple[datetime, ...] = ()
    """When the documents of the keys were got."""

    @property
    def passed(self) -> bool:
        """Whether both checks passed."""
        return self.signature.outcome is self.key.outcome is Outcome.PASSED


def signatures(secured: Secured, material: Material, at: datetime) -> Signatures:
    """Check all proofs of a document: every one must hold, and one of them must be its issuer's (or holder's) own.

    A presentation need not name a holder (VC data model 2.0, section 4.13). Then whoever shows it signed it, and the
    answer says whose keys those are: nobody's name is proven by it.
    """
    if not secured.proofs:
        reason = T("it bears no signature")
        return _without_key(Finding(Check.SIGNATURE, Outcome.FAILED, reason, "unsigned"))
    methods: list[VerificationMethod] = []
    for proof in secured.proofs:
        checked = _checked(proof, secured, material, at)
        if isinstance(checked, Finding):
            return _without_key(checked)
        methods.append(checked)
    as_of = tuple([method.got for method in methods if method.got is not None])
    signed = _signed(secured, methods)
    return Signatures(_RIGHT.finding(), _keys(secured, methods, signed, at), signed, as_of)


def _without_key(signature: Finding) -> Signatures:
    return Signatures(signature, Finding(Check.KEY, Outcome.NOT_ASKED, T("not looked at: the signature did not hold")))


def _checked(proof: Proof, secured: Secured, material: Material, at: datetime) -> VerificationMethod | Finding:
    """The key a proof was made with, when it holds; else why not."""
    answer: SignatureAnswer | None = None
    try:
        contexts = KnownContexts(material)
        for method in _candidates(proof, secured, material, at):
            answer = proof.holds(method.key, contexts)
            if answer.outcome is Outcome.PASSED:
                return method
    except MaterialError as error:
        return Finding(Check.SIGNATURE, Outcome.UNKNOWN, str(error), "key_not_at_hand")
    except (KeyMaterialError, MalformedError) as error:
        return Finding(Check.SIGNATURE, Outcome.FAILED, str(error), "key")
    if answer is None:
        what = T("its proof names no key (verificationMethod, kid) that its issuer publishes")
        return Finding(Check.SIGNATURE, Outcome.FAILED, what, "key")
    return Finding(Check.SIGNATURE, answer.outcome, answer.reason, answer.code)


def _candidates(proof: Proof, secured: Secured, material: Material, at: datetime) -> Iterable[VerificationMethod]:
    """The keys a proof may have been made with: the one it names by URL, else those of its issuer.

    A token may name its key by the last part of its URL or by its thumbprint (RFC 7638), older ones name none at all.
    Then only keys that the issuer itself publishes are tried.
    """
    named, signer = proof.verification_method, secured.signer
    if named is not None and "#" in named:
        return (find_method(named, material, at),)
    if signer is None:
        return ()
    if signer.startswith(("did:key:", "did:jwk:")):
        own = "0" if signer.startswith("did:jwk:") else signer.removeprefix("did:key:")
        published: tuple[VerificationMethod, ...] = (find_method(f"{signer}#{own}", material, at),)
    else:
        published = tuple(find_method(url, material, at) for url in _usable(signer, material, at))
    return (one for one in published if named is None or named in (one.id.partition("#")[2], thumbprint(one.key)))


def _usable(signer: str, material: Material, at: datetime) -> tuple[str, ...]:
    return tuple(method.id for method in document_of(signer, material, at).usable)


def _signed(secured: Secured, methods: Iterable[VerificationMethod]) -> datetime | None:
    """When it was signed, as far as it says: the latest of its issuer's proofs, else when it begins to be valid."""
    signed: datetime | None = None
    for proof, method in zip(secured.proofs, methods, strict=True):
        created = proof.created
        if created is not None and method.controller == secured.signer and (signed is None or created > signed):
            signed = created
    if signed is not None:
        return signed
    begins = secured.document.get("validFrom")
    return read_moment(begins, "validFrom") if isinstance(begins, str) else None


def _keys(secured: Secured, methods: list[VerificationMethod], signed: datetime | None, at: datetime) -> Finding:
    """Whether the keys were their owners' to sign with, for this purpose, then; and one of them the issuer's."""
    if secured.signer is None and not secured.is_presentation:
        return Finding(Check.KEY, Outcome.FAILED, T("it does not say who issued it"), "no_issuer")
    purpose = "authentication" if secured.is_presentation else "assertionMethod"
    for proof, method in zip(secured.proofs, methods, strict=True):
        try:
            if proof.purpose != purpose:
                what = T("its proof is for {purpose}, not for {wanted}", purpose=proof.purpose, wanted=purpose)
                return Finding(Check.KEY, Outcome.FAILED, what, "purpose")
            created = proof.created
            if created is not None and created > at + SKEW:
                what = T("it says that it was signed later than now")
                return Finding(Check.KEY, Outcome.FAILED, what, "signed_later")
            method.require(purpose, signed=created or signed or at, at=at)
        except KeyMaterialError as error:
            return Finding(Check.KEY, Outcome.FAILED, str(error), "key_not_valid")
    return _owner(secured, methods)


def _owner(secured: Secured, methods: list[VerificationMethod]) -> Finding:
    """Whether one of the keys is its issuer's, or its holder's where it names one."""
    controllers = [method.controller for method in methods]
    if secured.signer in controllers:
        return _OWN_KEY.finding()
    if secured.is_presentation and "holder" not in secured.document:
        what = T("it names no holder; {controller} signed it", controller=controllers[0])
        return Finding(Check.KEY, Outcome.PASSED, what, "no_holder")
    what = T(
        "it is signed by {controller}, not by its issuer {issuer}", controller=controllers[0], issuer=secured.signer
    )
    return Finding(Check.KEY, Outcome.FAILED, what, "not_the_issuer")
