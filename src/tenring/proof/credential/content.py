"""What a conformity credential says, whoever issued it: UNTP 0.7.0, and 0.6.1 as far as the two say the same.

Nothing here is proven; these are the credential's own words, for whoever has verified it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Final

from tenring.exceptions import MalformedError
from tenring.proof.credential.build import BRAND_OWNER, CATEGORIES, MET, OTHER_BASIS, licence_number
from tenring.proof.moment import read_moment
from tenring.proof.product import NamedProduct, assessed_products, named_products
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
    """What a conformity credential says; None and empty: it does not say. Each thing is read when it is asked for."""

    document: JsonObject

    @property
    def version(self) -> str | None:
        """The version of UNTP whose context it names."""
        return _version(self.document)

    @property
    def issuer(self) -> str | None:
        """The identifier of its issuer."""
        issuer = self.document.get("issuer")
        return _text(issuer.get("id") if isinstance(issuer, dict) else issuer)

    @property
    def issuer_name(self) -> str | None:
        """The name of its issuer."""
        issuer = self.document.get("issuer")
        return _text(issuer.get("name")) if isinstance(issuer, dict) else None

    @property
    def attestation(self) -> str | None:
        """The identifier of the licence or certificate."""
        return _text(self._subject.get("id"))

    @property
    def number(self) -> str | None:
        """The number of the licence: the end of its identifier."""
        return (licence_number(self.attestation) or None) if self.attestation else None

    @property
    def name(self) -> str | None:
        """What it is called."""
        return _text(self.document.get("name")) or _text(self._subject.get("name"))

    @property
    def holder(self) -> str | None:
        """The name of whom it was issued to."""
        return _text(_first(self._subject.get("issuedToParty")).get("name"))

    @property
    def scheme(self) -> str | None:
        """The identifier of the scheme."""
        return _text(self._scheme.get("id"))

    @property
    def scheme_name(self) -> str | None:
        """The name of the scheme."""
        return _text(self._scheme.get("name"))

    @property
    def profile(self) -> str | None:
        """The identifier of the criteria."""
        return _text(_first(self._subject.get("referenceProfile")).get("id"))

    @property
    def profile_name(self) -> str | None:
        """The name of the criteria."""
        return _text(_first(self._subject.get("referenceProfile")).get("name"))

    @property
    def category(self) -> str | None:
        """The id of a category of ours, where the credential names one by our scheme."""
        return next((code for where, code in self._kinds if where == CATEGORIES), None)

    @property
    def codes(self) -> tuple[tuple[str, str], ...]:
        """Codes of other classifications: (address of the scheme, code)."""
        return tuple(dict.fromkeys(one for one in self._kinds if one[0] != CATEGORIES))

    @cached_property
    def products(self) -> tuple[NamedProduct, ...]:
        """The products that it names, each once."""
        if "conformityAssessment" not in self._subject:
            return tuple(dict.fromkeys(map(_older_product, self._named)))
        return named_products(self._named)

    @property
    def brands(self) -> tuple[str, ...]:
        """Brands of its products, by their owners; each once."""
        return tuple(dict.fromkeys(_brands(self._named)))

    @property
    def valid_from(self) -> datetime | None:
        """When its validity begins, in the time zone that it states."""
        return _moment(self.document.get("validFrom"))

    @property
    def valid_until(self) -> datetime | None:
        """When its validity ends, in the time zone that it states."""
        return _moment(self.document.get("validUntil"))

    @property
    def conformant(self) -> int:
        """Assessments that say that their subject conforms."""
        return sum(one.get("conformance") is True for one in self._assessments)

    @property
    def not_conformant(self) -> int:
        """Assessments that say that it does not."""
        return sum(one.get("conformance") is False for one in self._assessments)

    @property
    def score(self) -> str | None:
        """The outcome as a whole, as a code."""
        return _text(_first(self._subject.get("profileScore")).get("code"))

    @property
    def other_basis(self) -> str | None:
        """The sentence that says on what other basis than its judgement a licence was granted."""
        return _text(self._subject.get("description")) if self.score == OTHER_BASIS else None

    @property
    def _subject(self) -> JsonObject:
        return _first(self.document.get("credentialSubject"))

    @cached_property
    def _assessments(self) -> list[JsonObject]:
        return list(_objects(self._subject.get("conformityAssessment") or self._subject.get("assessment")))

    @property
    def _scheme(self) -> JsonObject:
        return _first(self._subject.get("referenceScheme") or self._subject.get("scope"))

    @cached_property
    def _kinds(self) -> tuple[tuple[str, str], ...]:
        return tuple(_classifications(self._named))

    @cached_property
    def _named(self) -> list[JsonObject]:
        return list(assessed_products(self._assessments))

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
        return _shifted(self.valid_from, _ALMOST_A_DAY, date.max)

    @property
    def last_day(self) -> date | None:
        """The last whole day of validity, in the time zone that the credential states."""
        return _shifted(self.valid_until, -_ALMOST_A_DAY, date.min)

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
    return Content(document)


def _version(document: JsonObject) -> str | None:
    for context in _listed(document.get("@context")):
        if isinstance(context, str) and (found := _version_in(context)):
            return found
    return None


@lru_cache(maxsize=256)
def _version_in(context: str) -> str | None:
    return next((found[1] for pattern in _VERSIONS if (found := pattern.fullmatch(context))), None)


def _older_product(product: JsonObject) -> NamedProduct:
    """A product as UNTP 0.6 has it: GTIN and serial in `registeredId`, serial and batch in terms of their own."""
    gtin, _, rest = (_text(product.get("registeredId")) or "").partition(".")
    return NamedProduct(
        id=_text(product.get("id")) or "",
        name=_text(product.get("name")) or "",
        model=_text(product.get("modelNumber")),
        gtin=read_gtin(gtin) if gtin else None,
        batch=_text(product.get("batchNumber")),
        item=_text(product.get("serialNumber")) or rest or None,
    )


def _classifications(products: list[JsonObject]) -> Iterator[tuple[str, str]]:
    for product in products:
        for one in _objects(product.get("productCategory")):
            scheme = _text(one.get("schemeId") or one.get("schemeID"))
            code = _text(one.get("code"))
            if scheme and code:
                yield scheme, code


def _brands(products: list[JsonObject]) -> Iterator[str]:
    for product in products:
        for one in _objects(product.get("relatedParty")):
            if one.get("role") == BRAND_OWNER and (name := _text(next(_objects(one.get("party")), {}).get("name"))):
                yield name


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


def _shifted(moment: datetime | None, by: timedelta, otherwise: date) -> date | None:
    """The day of a moment some time earlier or later; `otherwise` where the calendar has no such day."""
    try:
        return (moment + by).date() if moment else None
    except OverflowError:
        return otherwise


def _first(value: Any) -> JsonObject:  # noqa: ANN401 - JSON is anything
    return value if isinstance(value, dict) else next(_objects(value), {})


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _objects(value: object) -> Iterator[dict[str, Any]]:
    yield from (one for one in _listed(value) if isinstance(one, dict))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
