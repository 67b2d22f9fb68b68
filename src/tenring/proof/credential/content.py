"""What a conformity credential says, whoever issued it: UNTP 0.7.0, and 0.6.1 as far as the two say the same.

Nothing here is proven; these are the credential's own words, for whoever has verified it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from tenring.exceptions import MalformedError
from tenring.proof.credential.build import CATEGORIES, MET, OTHER_BASIS, licence_number
from tenring.proof.moment import read_moment
from tenring.proof.product import NamedProduct, assessed_products, products_of
from tenring.proof.strict import JsonObject
from tenring.register.cells import read_gtin

#: Where the context of a conformity credential stands, by version.
_VERSIONS: Final = (
    re.compile(r"https://vocabulary\.uncefact\.org/untp/([0-9.]+)/context/"),
    re.compile(r"https://test\.uncefact\.org/vocabulary/untp/dcc/([0-9.]+)/"),
)
READ_VERSIONS: Final = ("0.7.0", "0.6.1", "0.6.0")
#: A day of which only the last second is missing is whole: validity ends at 23:59:59.
_ALMOST_A_DAY: Final = timedelta(days=1, seconds=-1)
_TYPE: Final = "DigitalConformityCredential"


@dataclass(frozen=True)
class Content:
    """What a conformity credential says; None and empty: it does not say."""

    version: str | None
    issuer: str | None
    issuer_name: str | None
    attestation: str | None
    number: str | None
    name: str | None
    holder: str | None
    scheme: str | None
    scheme_name: str | None
    profile: str | None
    profile_name: str | None
    category: str | None
    """The id of a category of ours, where the credential names one by our scheme."""
    codes: tuple[tuple[str, str], ...]
    """Codes of other classifications: (address of the scheme, code)."""
    products: tuple[NamedProduct, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    conformant: int
    """Assessments that say that their subject conforms."""
    not_conformant: int
    """Assessments that say that it does not."""
    score: str | None
    other_basis: str | None
    """The sentence that says on what other basis than its judgement a licence was granted."""

    @property
    def models(self) -> tuple[str, ...]:
        """Model numbers of whole models."""
        return tuple(dict.fromkeys(one.model for one in self.whole if one.model))

    @property
    def gtins(self) -> tuple[str, ...]:
        """GTINs, 14 digits, of whole models."""
        return tuple(dict.fromkeys(one.gtin for one in self.whole if one.gtin))

    @property
    def whole(self) -> tuple[NamedProduct, ...]:
        """The products that stand for every piece of their model; a batch or a single piece says nothing of others."""
        return tuple(one for one in self.products if one.batch is None and one.item is None)

    @property
    def first_day(self) -> date | None:
        """The first whole day of validity, in the time zone that the credential states."""
        return (self.valid_from + _ALMOST_A_DAY).date() if self.valid_from else None

    @property
    def last_day(self) -> date | None:
        """The last whole day of validity, in the time zone that the credential states."""
        return (self.valid_until - _ALMOST_A_DAY).date() if self.valid_until else None

    @property
    def granted(self) -> bool:
        """Whether it states, as a whole, that its subject conforms, or that a licence was granted all the same."""
        if self.score in {MET, OTHER_BASIS} and (self.conformant or self.score == OTHER_BASIS):
            return True
        return self.conformant > 0 and self.not_conformant == 0


def is_conformity_credential(document: JsonObject) -> bool:
    """Whether it is a Digital Conformity Credential of any version."""
    return _TYPE in _listed(document.get("type"))


def read_content(document: JsonObject) -> Content:
    """What a conformity credential says; parts that are not of the expected form are left out."""
    subject = next(_objects(document.get("credentialSubject")), {})
    issuer = document.get("issuer")
    assessments = list(_objects(subject.get("conformityAssessment") or subject.get("assessment")))
    scheme = next(_objects(subject.get("referenceScheme") or subject.get("scope")), {})
    profile = next(_objects(subject.get("referenceProfile")), {})
    kinds = list(_classifications(assessments))
    answers = [one.get("conformance") for one in assessments]
    attestation = _text(subject.get("id"))
    score = _text(next(_objects(subject.get("profileScore")), {}).get("code"))
    return Content(
        version=_version(document),
        issuer=_text(issuer.get("id") if isinstance(issuer, dict) else issuer),
        issuer_name=_text(issuer.get("name")) if isinstance(issuer, dict) else None,
        attestation=attestation,
        number=(licence_number(attestation) or None) if attestation else None,
        name=_text(document.get("name")) or _text(subject.get("name")),
        holder=_text(next(_objects(subject.get("issuedToParty")), {}).get("name")),
        scheme=_text(scheme.get("id")),
        scheme_name=_text(scheme.get("name")),
        profile=_text(profile.get("id")),
        profile_name=_text(profile.get("name")),
        category=next((code for where, code in kinds if where == CATEGORIES), None),
        codes=tuple(dict.fromkeys(one for one in kinds if one[0] != CATEGORIES)),
        products=_products(document, assessments),
        valid_from=_moment(document.get("validFrom")),
        valid_until=_moment(document.get("validUntil")),
        conformant=sum(one is True for one in answers),
        not_conformant=sum(one is False for one in answers),
        score=score,
        other_basis=_text(subject.get("description")) if score == OTHER_BASIS else None,
    )


def _version(document: JsonObject) -> str | None:
    for context in _listed(document.get("@context")):
        for pattern in _VERSIONS:
            if isinstance(context, str) and (found := pattern.fullmatch(context)):
                return found[1]
    return None


def _products(document: JsonObject, assessments: list[JsonObject]) -> tuple[NamedProduct, ...]:
    found = products_of(document)
    return found or tuple(dict.fromkeys(_older_products(assessments)))


def _older_products(assessments: list[JsonObject]) -> Iterator[NamedProduct]:
    """Products as UNTP 0.6 has them: GTIN and serial in `registeredId`, serial and batch in terms of their own."""
    for product in assessed_products(assessments):
        gtin, _, rest = (_text(product.get("registeredId")) or "").partition(".")
        yield NamedProduct(
            id=_text(product.get("id")) or "",
            name=_text(product.get("name")) or "",
            model=_text(product.get("modelNumber")),
            gtin=read_gtin(gtin) if gtin else None,
            batch=_text(product.get("batchNumber")),
            item=_text(product.get("serialNumber")) or rest or None,
        )


def _classifications(assessments: list[JsonObject]) -> Iterator[tuple[str, str]]:
    for product in assessed_products(assessments):
        for one in _objects(product.get("productCategory")):
            scheme = _text(one.get("schemeId") or one.get("schemeID"))
            code = _text(one.get("code"))
            if scheme and code:
                yield scheme, code


def _moment(value: object) -> datetime | None:
    """A moment in its own time zone, where that can be read."""
    try:
        moment = read_moment(value, "")
    except MalformedError:
        return None
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return moment


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _objects(value: object) -> Iterator[dict[str, Any]]:
    yield from (one for one in _listed(value) if isinstance(one, dict))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
