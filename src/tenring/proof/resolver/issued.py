"""Links to issued credentials: those in a folder, by what they say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from tenring.exceptions import MalformedError
from tenring.model.text import model_key
from tenring.proof.paper.attached import JSON, media_type_of, payload_of
from tenring.proof.paper.facts import number_of
from tenring.proof.product import Covered, NamedProduct, products_of, says
from tenring.proof.resolver.asked import Asked, Gtin, Licence
from tenring.proof.resolver.links import CREDENTIAL, CRITERIA, OLDER, Link, Related
from tenring.proof.strict import LIMITS, read_object

ENDINGS = (".jwt", ".json", ".jsonld")


@dataclass(frozen=True)
class _Issued:
    """One credential: where it is published, and what it is about. Nothing of it is proven here."""

    link: Link
    attestation: str
    number: str
    since: str
    holder: str
    criteria: Link | None
    products: tuple[NamedProduct, ...]


@dataclass(frozen=True)
class IssuedLinks:
    """The credentials of a folder that are published under an https address."""

    issued: tuple[_Issued, ...]
    left_out: tuple[str, ...] = ()
    """Names of files that are no such credential."""

    @classmethod
    def read(cls, folder: Path) -> IssuedLinks:
        """Read a folder; files that are no credential, or published nowhere, are left out and named."""
        found, left_out = [], []
        for path in sorted(one for one in folder.rglob("*") if one.suffix in ENDINGS and one.is_file()):
            one = _read(path)
            if one is None:
                left_out.append(str(path.relative_to(folder)))
            else:
                found.append(one)
        return cls(tuple(_versioned(found)), tuple(left_out))

    def links(self, asked: Asked, on: date) -> Iterable[Related]:  # noqa: ARG002 - what was issued stays issued
        """Credentials of a product or licence, and the criteria that they name."""
        for one in self.issued:
            if _is_about(one, asked):
                yield CREDENTIAL, one.link
                if one.criteria is not None:
                    yield CRITERIA, one.criteria


def _is_about(one: _Issued, asked: Asked) -> bool:
    if isinstance(asked, Licence):
        return model_key(one.number) == model_key(asked.number) and asked.programme in one.attestation.split("/")
    if isinstance(asked, Gtin):
        return any(product.gtin == asked.link.gtin for product in one.products)
    key = model_key(asked.model)
    return any(
        product.model is not None
        and Covered.of(product.model).has(key)
        and (says(product.name, asked.brand) or says(one.holder, asked.brand))
        for product in one.products
    )


def _read(path: Path) -> _Issued | None:
    """The credential in a file; None: it is none, or is published nowhere."""
    try:
        if path.stat().st_size > LIMITS.bytes:
            return None
        raw = path.read_bytes()
        kind = media_type_of(raw)
        document = read_object(raw if kind == JSON else payload_of(raw))
    except (MalformedError, OSError):
        return None
    address, subject = document.get("id"), document.get("credentialSubject")
    if not isinstance(address, str) or not address.startswith("https://") or not isinstance(subject, dict):
        return None
    return _Issued(
        link=Link(address, _text(document, "name") or address, kind, ("en",)),
        attestation=_text(subject, "id"),
        number=number_of(subject, document) or "",
        since=_text(document, "validFrom"),
        holder=_text(subject.get("issuedToParty"), "name"),
        criteria=_criteria(subject.get("referenceProfile")),
        products=products_of(document),
    )


def _criteria(profile: object) -> Link | None:
    address = _text(profile, "id")
    if not address.startswith("https://"):
        return None
    return Link(address, _text(profile, "name") or address)


def _text(holder: object, name: str) -> str:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""


def _versioned(found: list[_Issued]) -> Iterator[_Issued]:
    """The same, older credentials of one attestation marked as such (UNTP IDR-10): the newest is the current one."""
    newest: dict[str, _Issued] = {}
    for one in found:
        if one.attestation and (one.attestation not in newest or newest[one.attestation].since < one.since):
            newest[one.attestation] = one
    for one in found:
        current = newest.get(one.attestation, one)
        yield one if one is current else replace(one, link=replace(one.link, rel=(OLDER,)))
