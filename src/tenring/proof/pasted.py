"""What a text means that somebody pastes, or that a QR code holds: a credential, an address, or a number.

The QR code of a certificate opens the credential itself, or a product or licence at a resolver, which knows where the
certificates are. Everything is fetched with the care of `network`.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from tenring.exceptions import MalformedError, MaterialError, UnusableInputError
from tenring.language import T
from tenring.proof.given import credential_in
from tenring.proof.place import fetched
from tenring.proof.resolver import read_address
from tenring.proof.resolver.links import CREDENTIAL, OLDER
from tenring.proof.strict import read_json
from tenring.settings import Settings

LONGEST_NUMBER: Final = 200
#: What tokens and JSON begin with.
_CREDENTIAL = re.compile(r"\s*(?:[{\[]|ey[\w-]+\.)")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
#: Addresses shown when there are several certificates.
_SHOWN: Final = 5


class Kind(Enum):
    """What a text is."""

    CREDENTIAL = "credential"
    ADDRESS = "address"
    NUMBER = "number"
    """A short text that is neither: perhaps a licence's number."""
    NOTHING = "nothing"


def kind_of(text: str) -> Kind:
    """What a text is, by how it begins."""
    if _CREDENTIAL.match(text):
        return Kind.CREDENTIAL
    stripped = text.strip()
    if _ADDRESS.match(stripped):
        return Kind.ADDRESS
    if stripped and len(stripped) <= LONGEST_NUMBER and stripped.isprintable():
        return Kind.NUMBER
    return Kind.CREDENTIAL if stripped else Kind.NOTHING


def likely(texts: tuple[str, ...]) -> str | None:
    """Of several texts the one that is about a certificate; None: none is, or more than one may be.

    A credential before an address of a product or licence, that before any other address, that before a number.
    """
    ranked = [(_rank(text), text) for text in texts]
    best = min(rank for rank, _ in ranked)
    found = [text for rank, text in ranked if rank == best]
    return found[0] if len(found) == 1 else None


def _rank(text: str) -> int:
    kind = kind_of(text)
    if kind is Kind.ADDRESS:
        return 1 if _is_resolved(normal(text)) else 2
    return 0 if kind is Kind.CREDENTIAL else 3


def credential_of(text: str, settings: Settings) -> bytes:
    """The credential that a text is, or that stands at the address that it is.

    Raises:
        UnusableInputError: it is neither; or a resolver knows of no certificate, or of several.
        ProofError: the address cannot be asked, or what is there carries no credential.
    """
    if kind_of(text) is not Kind.ADDRESS:
        return credential_in(text.encode("utf-8", "replace"))
    address = normal(text)
    if _is_resolved(address):
        address = _certificate_at(address, settings)
    return credential_in(fetched(address, settings), address)


def normal(address: str) -> str:
    """An address with scheme and host in small letters: QR codes have them in capitals, which makes smaller codes."""
    parts = urlsplit(address.strip())
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()


def _is_resolved(address: str) -> bool:
    """Whether an address names a product or licence, as a resolver's do."""
    try:
        read_address(address)
    except MalformedError:
        return False
    return True


def _certificate_at(address: str, settings: Settings) -> str:
    """Where the one certificate is of what an address at a resolver names; the address itself where none answers.

    Raises:
        UnusableInputError: the resolver knows of no certificate, or of several.
    """
    asked = address.partition("#")[0]
    try:
        raw = fetched(f"{asked}{'&' if '?' in asked else '?'}linkType=linkset", settings)
    except MaterialError:
        return address  # perhaps no resolver, but the certificate itself
    found = _certificates(raw)
    if found is None:
        return address
    if len(found) == 1:
        return found[0]
    if not found:
        what = T("{address} knows of no certificate", address=address)
        raise UnusableInputError(what, do=T("Look the product up in the registers instead"))
    what = T("{address} knows of {count} certificates", address=address, count=len(found))
    raise UnusableInputError(what, do=T("Give one of them: {list}", list=", ".join(found[:_SHOWN])))


def _certificates(raw: bytes) -> list[str] | None:
    """The addresses of certificates in a linkset, those that were replaced left out; None: it is no linkset."""
    try:
        contexts = read_json(raw)["linkset"]
        return list(dict.fromkeys(
            str(link["href"])
            for context in contexts
            for relation, links in context.items()
            if relation == CREDENTIAL or re.split("[/:#]", relation)[-1] == CREDENTIAL
            for link in links
            if OLDER not in link.get("rel", ())
        ))  # fmt: skip
    except (MalformedError, KeyError, TypeError, AttributeError):
        return None
