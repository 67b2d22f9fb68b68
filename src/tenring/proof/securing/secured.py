"""What a secured document is once opened: the document, by what it is secured, and its proofs, not yet believed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Protocol

from tenring.exceptions import MalformedError
from tenring.language import LANGUAGES, T, current
from tenring.proof.answers import Outcome
from tenring.proof.keys.public import PublicKey
from tenring.proof.material import Material
from tenring.proof.strict import JsonObject

CREDENTIAL: Final = "VerifiableCredential"
PRESENTATION: Final = "VerifiablePresentation"
ENVELOPED_CREDENTIAL: Final = "EnvelopedVerifiableCredential"
ENVELOPED_PRESENTATION: Final = "EnvelopedVerifiablePresentation"


@dataclass(frozen=True)
class SignatureAnswer:
    """Whether a proof holds for a key, and why not. True only where the signature was checked and is right."""

    outcome: Outcome
    reason: str
    code: str

    def __bool__(self) -> bool:
        return self.outcome is Outcome.PASSED


def holds() -> SignatureAnswer:
    """The signature is this key's, over exactly this document."""
    return _holds(current())


@lru_cache(maxsize=len(LANGUAGES))
def _holds(_language: str) -> SignatureAnswer:
    return SignatureAnswer(Outcome.PASSED, T("the signature is right"), "signature")


def fails(reason: str, code: str) -> SignatureAnswer:
    """The proof is wrong, whatever else may be found out."""
    return SignatureAnswer(Outcome.FAILED, reason, code)


def does_not_fit() -> SignatureAnswer:
    """The signature is not this key's, or not over this document."""
    return fails(T("the signature does not fit: the document was altered, or signed with another key"), "signature")


def not_its_algorithm(named: str, key: PublicKey) -> SignatureAnswer:
    """The document says that it is signed in a way that this kind of key does not sign."""
    what = T(
        "it says that it is signed by {name}, which a key of the kind {kind} does not do",
        name=named,
        kind=key.algorithm.value,
    )
    return fails(what, "algorithm")


def unknown(reason: str, code: str) -> SignatureAnswer:
    """Something needed to check the signature is missing here."""
    return SignatureAnswer(Outcome.UNKNOWN, reason, code)


class Proof(Protocol):
    """One signature over a document, with what it says about itself. All of it is signed, none of it believed yet."""

    @property
    def name(self) -> str:
        """`vc+jwt`, `vp+jwt`, `vc+sd-jwt`, `vc+cose` ..., or the cryptosuite of a Data Integrity proof."""

    @property
    def verification_method(self) -> str | None:
        """The URL of the key that it claims to be made with; a key identifier alone where the issuer gave no URL."""

    @property
    def purpose(self) -> str:
        """`assertionMethod`, `authentication` ...: the relationship in which the key must stand to its controller."""

    @property
    def created(self) -> datetime | None:
        """When it says that it was made (UTC)."""

    @property
    def expires(self) -> datetime | None:
        """From when on it is not to be relied on (UTC)."""

    @property
    def not_before(self) -> datetime | None:
        """Until when it is not yet to be relied on (UTC)."""

    @property
    def domain(self) -> tuple[str, ...]:
        """For whom it was made (`domain`, `aud`); empty: for anyone."""

    @property
    def challenge(self) -> str | None:
        """The challenge it answers (`challenge`, `nonce`)."""

    @property
    def id(self) -> str | None:
        """Its identifier, for proofs that build on it."""

    @property
    def previous(self) -> tuple[str, ...]:
        """The identifiers of the proofs it builds on: they stand in the same document and must hold, too."""

    def holds(self, key: PublicKey, contexts: Material) -> SignatureAnswer:
        """Whether it is this key's signature over the document as read.

        `contexts`: JSON-LD contexts by address, pinned by the caller: only the suites that sign RDF ask for them.
        """


@dataclass(frozen=True)
class Secured:
    """A secured document as read. `document` is what its issuer or holder said, without the proofs."""

    document: JsonObject
    securing: str
    """`vc+jwt`, `vp+jwt`, `vc+sd-jwt`, `vc+cose` ..., or the cryptosuites of its proofs, joined by ` + `."""
    proofs: tuple[Proof, ...]
    disclosed: tuple[str, ...] = field(default=())
    """SD-JWT: the paths that the holder chose to disclose."""

    is_presentation: bool = field(init=False, compare=False)
    """Whether it is a presentation and no credential."""
    signer: str | None = field(init=False, compare=False)
    """Who says so: the issuer's (of a presentation: the holder's) identifier; None: it does not say."""

    def __post_init__(self) -> None:
        presented = presents(self.document)
        object.__setattr__(self, "is_presentation", presented)
        object.__setattr__(self, "signer", signer_of(self.document, presented=presented))


def presents(document: JsonObject) -> bool:
    """Whether a document says that it is a presentation."""
    said = document.get("type")
    return PRESENTATION in said if isinstance(said, list) else said == PRESENTATION


def signer_of(document: JsonObject, *, presented: bool) -> str | None:
    """The identifier of the issuer, of a presentation that of the holder; None: it does not say."""
    return identifier(document.get("holder" if presented else "issuer"))


def types_of(document: JsonObject) -> tuple[str, ...]:
    """The types a document gives itself."""
    said = document.get("type")
    if isinstance(said, list):
        return tuple([kind for kind in said if isinstance(kind, str)])
    return (said,) if isinstance(said, str) else ()


def identifier(value: Any) -> str | None:  # noqa: ANN401 - JSON is anything
    """The identifier of an issuer or holder: itself a URL, or an object with one; None: neither."""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else None


def require_same(names: tuple[str, str], left: object, right: object) -> None:
    """Refuse a document that says one thing in two ways.

    Raises:
        MalformedError: they differ.
    """
    if left != right:
        raise MalformedError(
            T("{left} and {right} differ, so it says two things at once", left=names[0], right=names[1])
        )
