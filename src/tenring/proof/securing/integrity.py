"""Proofs inside the document: VC Data Integrity 1.0 with the suites of vc-di-eddsa and vc-di-ecdsa.

The `jcs` suites sign the document as canonical JSON, the `rdfc` suites what it means as RDF. A proof set is several
proofs over the same document; in a proof chain a proof also signs those that it names in `previousProof`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from tenring.exceptions import MalformedError, MaterialError
from tenring.language import T
from tenring.proof.canonical import canonical, canonical_object
from tenring.proof.contexts import OWN
from tenring.proof.keys.multibase import base58, from_base58
from tenring.proof.keys.public import Algorithm, PublicKey
from tenring.proof.keys.signer import Signer
from tenring.proof.material import FirstOf, Material
from tenring.proof.moment import moment, read_moment
from tenring.proof.securing.aliases import require_read_by_name
from tenring.proof.securing.rdf import TooComplexError, canonical_rdf
from tenring.proof.securing.secured import (
    Secured,
    SignatureAnswer,
    does_not_fit,
    fails,
    holds,
    not_its_algorithm,
    unknown,
)
from tenring.proof.strict import JsonObject
from tenring.proof.urls import is_url

TYPE: Final = "DataIntegrityProof"
_NO_ZONE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?", re.ASCII)
#: Far more signatures than any document has; each costs a verifier time.
PROOF_LIMIT: Final = 16


@dataclass(frozen=True)
class Suite:
    """A cryptosuite: what it signs, and with which hash for which kind of key."""

    hashes: dict[Algorithm, str]
    rdf: bool


_HASHES: Final = {"sha256": hashlib.sha256, "sha384": hashlib.sha384}
_EDDSA: Final = {Algorithm.ED25519: "sha256"}
_ECDSA: Final = {Algorithm.P256: "sha256", Algorithm.P384: "sha384"}
SUITES: Final[dict[str, Suite]] = {
    "eddsa-jcs-2022": Suite(_EDDSA, rdf=False),
    "eddsa-rdfc-2022": Suite(_EDDSA, rdf=True),
    "ecdsa-jcs-2019": Suite(_ECDSA, rdf=False),
    "ecdsa-rdfc-2019": Suite(_ECDSA, rdf=True),
}


class IntegrityProof(NamedTuple):
    """One proof of a document. `signed`: the document as this proof signs it, with the proofs it builds on."""

    name: str
    options: JsonObject
    """The proof without its signature."""
    signed: JsonObject
    signature: bytes
    verification_method: str
    purpose: str
    created: datetime | None
    expires: datetime | None
    domain: tuple[str, ...]
    challenge: str | None
    id: str | None
    previous: tuple[str, ...]

    @property
    def not_before(self) -> None:
        """Not said by such a proof."""
        return

    def holds(self, key: PublicKey, contexts: Material) -> SignatureAnswer:
        """Whether this is the key's signature over the document, in the way of its cryptosuite."""
        suite = SUITES.get(self.name)
        if suite is None:
            return unknown(T("it is secured by {suite}, which is not supported here", suite=repr(self.name)), "suite")
        if key.algorithm not in suite.hashes:
            return not_its_algorithm(repr(self.name), key)
        try:
            if suite.rdf:
                require_read_by_name(self.signed)
            data = hashed(self.signed, self.options, suite, key.algorithm, contexts, written=canonical_object)
        except (MaterialError, TooComplexError) as error:
            return unknown(str(error), "contexts")
        except MalformedError as error:
            return fails(str(error), "canonical")
        if key.verifies(self.signature, data) or self._fits_without_own_context(key, suite, data):
            return holds()
        return does_not_fit()

    def _fits_without_own_context(self, key: PublicKey, suite: Suite, data: bytes) -> bool:
        """Whether it fits as drafts of the jcs suites had it: the proof signed with the context of the document.

        It signs no less: the document's context is in the document, which is signed as well.
        """
        if suite.rdf or "@context" in self.options or "@context" not in self.signed:
            return False
        written = canonical(self.options | {"@context": self.signed["@context"]})
        digest = _HASHES[suite.hashes[key.algorithm]](written).digest()
        return key.verifies(self.signature, digest + data[len(digest) :])


def hashed(  # noqa: PLR0913 - all that decides what is signed
    document: JsonObject,
    options: JsonObject,
    suite: Suite,
    algorithm: Algorithm,
    contexts: Material,
    *,
    written: Callable[[JsonObject], bytes] = canonical,
) -> bytes:
    """What is signed: the hash of the options followed by the hash of the document.

    `written`: how the jcs suites write both; a document that was read as JSON can be written faster than any other.

    Raises:
        MalformedError, TooComplexError: one of them has no canonical form.
        MaterialError: a context is missing.
    """
    name = suite.hashes[algorithm]
    transform = written
    if suite.rdf:
        pinned = FirstOf((OWN, contexts))
        options = options | ({"@context": document["@context"]} if "@context" in document else {})

        def transform(value: JsonObject) -> bytes:
            return canonical_rdf(value, pinned, name)

    digest = _HASHES[name]
    return digest(transform(options)).digest() + digest(transform(document)).digest()


def open_proofs(document: JsonObject) -> Secured:
    """A document with its proofs as read, none of them checked yet.

    Raises:
        MalformedError: it has no proof, or one that is not well-formed or names others that are not there.
    """
    found = document.get("proof")
    proofs: list[Any] = found if isinstance(found, list) else [found]
    if not proofs or not all(isinstance(proof, dict) for proof in proofs):
        raise MalformedError(T("it carries no proof: nobody signed it"))
    if len(proofs) > PROOF_LIMIT:
        raise MalformedError(T("it carries more than {limit} proofs", limit=str(PROOF_LIMIT)))
    said = {key: value for key, value in document.items() if key != "proof"}
    named = _named(proofs)
    read = tuple(_proof(proof, said, named) for proof in proofs)
    _require_chains_end(read)
    names = " + ".join(dict.fromkeys(proof.name for proof in read))
    return Secured(_as_signed(said, read), names, read)


def _named(proofs: Iterable[JsonObject]) -> dict[str, JsonObject]:
    """The proofs that have an identifier, by it."""
    named: dict[str, JsonObject] = {}
    for proof in proofs:
        name = proof.get("id")
        if name is None:
            continue
        if not is_url(name) or name in named:
            raise MalformedError(T("the id of a proof is a URL of its own, this is not: {value}", value=repr(name)))
        named[name] = proof
    return named


def _proof(proof: JsonObject, said: JsonObject, named: dict[str, JsonObject]) -> IntegrityProof:
    """One proof, its form checked."""
    name = _text(proof, "type")
    if name == TYPE:
        name = _text(proof, "cryptosuite")
    method = _text(proof, "verificationMethod")
    if not is_url(method):
        raise MalformedError(T("{path} is not a URL: {value}", path="proof.verificationMethod", value=repr(method)))
    previous = _texts(proof, "previousProof")
    missing = [link for link in previous if link not in named]
    if missing:
        raise MalformedError(T("it builds on a proof that is not there: {value}", value=repr(missing[0])))
    options = {key: value for key, value in proof.items() if key != "proofValue"}
    return IntegrityProof(
        name=name,
        options=options,
        signed=_signed(said, options, name, [named[link] for link in previous]),
        signature=_signature(_text(proof, "proofValue")) if name in SUITES else b"",
        verification_method=method,
        purpose=_text(proof, "proofPurpose"),
        created=_moment(proof, "created"),
        expires=_moment(proof, "expires"),
        domain=_texts(proof, "domain"),
        challenge=_text(proof, "challenge") if "challenge" in proof else None,
        id=proof.get("id"),
        previous=previous,
    )


def _signed(said: JsonObject, options: JsonObject, name: str, previous: list[JsonObject]) -> JsonObject:
    """The document as a proof signs it: with the context it names (jcs suites), and the proofs it builds on."""
    signed = said
    if name in SUITES and not SUITES[name].rdf and "@context" in options:
        theirs, ours = _listed(options["@context"]), _listed(said.get("@context", []))
        if ours[: len(theirs)] != theirs:
            raise MalformedError(T("the @context of the proof is not that of the document"))
        signed = signed | {"@context": options["@context"]}
    return signed | {"proof": previous} if previous else signed


def _as_signed(said: JsonObject, proofs: tuple[IntegrityProof, ...]) -> JsonObject:
    """The document as all its proofs sign it: no context that one of them does not cover."""
    contexts = [_listed(proof.signed.get("@context", [])) for proof in proofs]
    if any(context != contexts[0] for context in contexts):
        raise MalformedError(T("its proofs do not agree on its @context"))
    return said | {"@context": proofs[0].signed["@context"]} if "@context" in proofs[0].signed else said


def _require_chains_end(proofs: tuple[IntegrityProof, ...]) -> None:
    """Refuse proofs that build on each other in a circle."""
    if not any(proof.previous for proof in proofs):
        return
    done: set[str] = set()
    left = list(proofs)
    while left:
        ready = [proof for proof in left if done.issuperset(proof.previous)]
        if not ready:
            raise MalformedError(T("its proofs build on each other in a circle"))
        done.update(proof.id for proof in ready if proof.id)
        left = [proof for proof in left if proof not in ready]


def _signature(text: str) -> bytes:
    """The suites allow base58 only (vc-di-eddsa, section 2.2.1)."""
    if not text.startswith("z"):
        raise MalformedError(T("the proofValue is not base58 text that starts with z"))
    return from_base58(text[1:])


def _text(proof: JsonObject, name: str) -> str:
    value = proof.get(name)
    if not isinstance(value, str):
        raise MalformedError(T("{path} is missing or not text", path=f"proof.{name}"))
    return value


def _texts(proof: JsonObject, name: str) -> tuple[str, ...]:
    value = proof.get(name, [])
    values = _listed(value)
    if not all(isinstance(entry, str) for entry in values):
        raise MalformedError(T("{path} is missing or not text", path=f"proof.{name}"))
    return tuple(values)


def _moment(proof: JsonObject, name: str) -> datetime | None:
    if name not in proof:
        return None
    value = proof[name]
    if isinstance(value, str) and _NO_ZONE.fullmatch(value):
        value += "Z"  # "must be interpreted as UTC" (VC Data Integrity 1.0, section 2.1)
    return read_moment(value, f"proof.{name}")


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - JSON is anything
    return value if isinstance(value, list) else [value]


def add_proof(  # noqa: PLR0913 - a proof says as much
    document: JsonObject,
    signer: Signer,
    *,
    created: datetime | None,
    cryptosuite: str = "eddsa-jcs-2022",
    purpose: str = "assertionMethod",
    previous: Iterable[str] | None = None,
    contexts: Material = OWN,
    **options: Any,  # noqa: ANN401 - further properties of the proof
) -> JsonObject:
    """A copy of `document` with one more proof.

    Args:
        document: as it is to be said, with the proofs it already has.
        signer: who signs; its verification method is named in the proof.
        created: when; None: the proof does not say.
        cryptosuite: one of `SUITES`, fit for the signer's kind of key.
        purpose: `assertionMethod` for credentials, `authentication` for presentations.
        previous: the identifiers of proofs in the document that this one builds on.
        contexts: JSON-LD contexts by address, for the rdfc suites.
        options: further properties of the proof as they stand in it: `id`, `expires`, `domain`, `challenge`, `nonce`.

    Raises:
        MalformedError: the document has no canonical form, or the suite does not fit the key.
        MaterialError: a context is missing.
        KeyMaterialError: the key cannot be used.
    """
    suite = SUITES.get(cryptosuite)
    if suite is None or signer.key.algorithm not in suite.hashes:
        raise MalformedError(
            T("a key of the kind {kind} does not sign by {suite}", kind=signer.key.algorithm.value, suite=cryptosuite)
        )
    proof: JsonObject = {"type": TYPE}
    if "id" in options:
        proof["id"] = options.pop("id")
    proof["cryptosuite"] = cryptosuite
    if created is not None:
        proof["created"] = moment(created)
    proof |= {"verificationMethod": signer.verification_method, "proofPurpose": purpose, **options}
    links = list(previous or ())
    if links:
        proof["previousProof"] = links[0] if len(links) == 1 else links
    if not suite.rdf and "@context" in document:
        proof["@context"] = document["@context"]
    said = {key: value for key, value in document.items() if key != "proof"}
    earlier = _listed(document["proof"]) if "proof" in document else []
    checked = _proof(proof | {"proofValue": "z"}, said, _named([*earlier, proof]))
    data = hashed(checked.signed, checked.options, suite, signer.key.algorithm, contexts)
    proof["proofValue"] = "z" + base58(signer.sign(data))
    return said | {"proof": [*earlier, proof] if earlier else proof}
