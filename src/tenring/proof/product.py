"""Whether the product in front of you is one that a credential names.

By GTIN where both sides have one, else by model, as matching reads models: signs and case do not count, `*` and `#`
are wildcards. A wrong "match" is the worst answer, so what a credential leaves open is "cannot tell", never "match".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.matching.v1.index import wildcard_patterns
from tenring.model.text import CJK, model_key, words
from tenring.model.wildcards import has_wildcard, variants
from tenring.proof.digital_link import DigitalLink, read_digital_link
from tenring.proof.strict import JsonObject
from tenring.register.cells import read_gtin

#: Longer texts are no product's name.
LONGEST: Final = 500
_SERIES = re.compile(r"\b(?:series|family|range)\b|系列|シリーズ|시리즈", re.IGNORECASE)
#: Where a brand may end and a model begin: never inside a word, so that XRF28 is not the model RF28.
_BOUNDARY = re.compile(rf"[\s,:：，]+|(?<=[{CJK}])(?![{CJK}])|(?<![{CJK}])(?=[{CJK}])")
#: A GTIN-8, -12, -13 or -14 with the spaces and hyphens that may be printed in it.
_DIGITS = re.compile(r"(?:[0-9][ -]?){7}[0-9]|(?:[0-9][ -]?){11,13}[0-9]")
_URN_GTIN = re.compile(r"urn:(?:[a-z0-9-]+:)+(?:gtin:)?([0-9]{8,14})", re.IGNORECASE)


class ProductMatch(StrEnum):
    """How a product compares with those of a credential."""

    MATCH = "match"
    NONE = "none"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class ProductAnswer:
    """The answer, why as a sentence, and which of the credential's names it rests on."""

    answer: ProductMatch
    reason: str
    matched: str | None = None


@dataclass(frozen=True)
class NamedProduct:
    """A product as a credential names it."""

    id: str
    name: str
    model: str | None = None
    gtin: str | None = None
    """14 digits."""
    batch: str | None = None
    item: str | None = None

    @property
    def title(self) -> str:
        """What a person knows it by."""
        return self.model or self.name or self.id


def products_of(credential: JsonObject) -> tuple[NamedProduct, ...]:
    """The products of a Digital Conformity Credential, each once, in its order; entries that are none are left out."""
    return named_products(assessed_products(_objects(credential.get("credentialSubject"), "conformityAssessment")))


def named_products(products: Iterable[JsonObject]) -> tuple[NamedProduct, ...]:
    """Products as they are named, each once, in their order; entries that are none are left out."""
    named = (_named(product) for product in products)
    return tuple(dict.fromkeys(one for one in named if one is not None))


def assessed_products(assessments: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """The products of assessments. A list that was seen already, as all clauses have the same one, is passed over."""
    seen: list[object] = []
    for assessment in assessments:
        entries = assessment.get("assessedProduct")
        if entries in seen:
            continue
        seen = [*seen[-3:], entries]
        for entry in _objects(assessment, "assessedProduct"):
            yield from _objects(entry, "product")


@dataclass(frozen=True)
class Covered:
    """What a printed model covers: keys, and patterns of keys where it has wildcards that are narrow enough."""

    keys: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, model: str) -> Covered:
        """What `model` covers, as registers print it; see `tenring.model.wildcards`."""
        plain = (model_key(variant) for variant in (*variants(model), model) if not has_wildcard(variant))
        return cls(frozenset(plain) - {""}, tuple(re.compile(one.pattern) for one in wildcard_patterns(model)))

    def has(self, key: str) -> bool:
        """Whether a model's key is one of them."""
        return key in self.keys or any(pattern.fullmatch(key) for pattern in self.patterns)


def product_matches(credential: JsonObject, asked: str) -> ProductAnswer:
    """Whether `asked` (a GTIN, a GS1 Digital Link, or a model, perhaps with its brand) is a product of `credential`."""
    products = products_of(credential)
    wanted = asked.strip()
    if not products:
        return _cannot_tell(T("the credential names no product"))
    if not wanted or len(wanted) > LONGEST:
        return _cannot_tell(T("{asked} is neither a GTIN nor a model", asked=repr(wanted[:40])))
    if "://" in wanted:
        return _by_link(products, wanted)
    by_model = _by_model(products, wanted, _holder(credential))
    if not _DIGITS.fullmatch(wanted) or by_model.answer is ProductMatch.MATCH:  # models of digits alone exist, too
        return by_model
    gtin = read_gtin(wanted)
    if gtin is None:
        return _cannot_tell(T("{gtin} is no GTIN: its check digit is wrong", gtin=wanted))
    return _by_gtin(products, DigitalLink(gtin))


# reading


def _named(product: dict[str, Any]) -> NamedProduct | None:
    texts = {
        name: value.strip()
        for name in ("id", "name", "modelNumber", "batchNumber", "itemNumber")
        if isinstance(value := product.get(name), str) and value.strip()
    }
    if not texts:
        return None
    link = _link(texts.get("id", ""))
    return NamedProduct(
        id=texts.get("id", ""),
        name=texts.get("name", ""),
        model=texts.get("modelNumber"),
        gtin=link.gtin if link else None,
        batch=texts.get("batchNumber") or (link.batch if link else None),
        item=texts.get("itemNumber") or (link.serial if link else None),
    )


def _link(identifier: str) -> DigitalLink | None:
    """What an identifier says of GTIN, batch and serial: a Digital Link, or a URN that ends with a GTIN."""
    if found := _URN_GTIN.fullmatch(identifier):
        gtin = read_gtin(found[1])
        return DigitalLink(gtin) if gtin else None
    try:
        return read_digital_link(identifier)
    except MalformedError:
        return None


def _objects(holder: object, name: str) -> list[dict[str, Any]]:
    """The objects under `name`, whether it holds one or several."""
    value = holder.get(name) if isinstance(holder, dict) else None
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _holder(credential: JsonObject) -> str:
    for party in _objects(credential.get("credentialSubject"), "issuedToParty"):
        if isinstance(name := party.get("name"), str):
            return name
    return ""


# comparing


def _by_link(products: tuple[NamedProduct, ...], link: str) -> ProductAnswer:
    same = [product for product in products if product.id == link]
    if same:
        return _match(T("the identifier agrees"), same[0].title)
    try:
        return _by_gtin(products, read_digital_link(link))
    except MalformedError as error:
        return _cannot_tell(T("the link cannot be compared: {reason}", reason=str(error)))


def _by_gtin(products: tuple[NamedProduct, ...], asked: DigitalLink) -> ProductAnswer:
    same = [product for product in products if product.gtin == asked.gtin]
    answers = [_same_item(product, asked) for product in same]
    for wanted in (ProductMatch.MATCH, ProductMatch.CANNOT_TELL, ProductMatch.NONE):
        for answer in answers:
            if answer.answer is wanted:
                return answer
    without = [product for product in products if product.gtin is None]
    if without:
        return _cannot_tell(
            T("{gtin} is not named, but {product} is named without a GTIN", gtin=asked.gtin, product=without[0].title)
        )
    return _none(T("the GTIN {gtin} is not among the products named", gtin=asked.gtin))


def _same_item(product: NamedProduct, asked: DigitalLink) -> ProductAnswer:
    """Whether batch and serial agree, too, where the credential is for certain ones only."""
    for limited, given in ((product.batch, asked.batch), (product.item, asked.serial)):
        if limited is not None and given is None:
            return _cannot_tell(T("the credential is only for batch or item {item}; which one is this?", item=limited))
        if limited is not None and limited != given:
            return _none(T("the credential is only for batch or item {item}, not {given}", item=limited, given=given))
    return _match(T("the GTIN agrees"), product.gtin or product.title)


def _by_model(products: tuple[NamedProduct, ...], asked: str, holder: str) -> ProductAnswer:
    if not model_key(asked):
        return _cannot_tell(T("{asked} is neither a GTIN nor a model", asked=repr(asked[:40])))
    answers = [_one_model(product, asked, holder) for product in products]
    for wanted in (ProductMatch.MATCH, ProductMatch.CANNOT_TELL):
        for answer in answers:
            if answer.answer is wanted:
                return answer
    return _none(T("the model {model} is not among the products named", model=asked))


def _one_model(product: NamedProduct, asked: str, holder: str) -> ProductAnswer:
    if product.model is None:
        return _cannot_tell(T("{product} is named without a model; a name alone does not tell", product=product.title))
    brand = _brand_before(product.model, asked)
    if brand is None:
        return _otherwise(product, model_key(asked))
    if limited := product.batch or product.item:
        return _cannot_tell(T("the credential is only for batch or item {item}; which one is this?", item=limited))
    if not brand or says(product.name, brand) or says(holder, brand):
        return _match(T("the model agrees"), product.title)
    return _cannot_tell(T("the model {model} agrees, but its brand is not named", model=product.model))


def _otherwise(product: NamedProduct, key: str) -> ProductAnswer:
    """The answer where the model does not agree as it is written."""
    if _open(product, key):
        return _cannot_tell(
            T("{product} is a series; whether this model is part of it is not said", product=product.title)
        )
    return _none(T("the model is another one"))


def _brand_before(model: str, asked: str) -> str | None:
    """What stands before the model in `asked`: its brand, "" where nothing does; None: the model is not there."""
    covered = Covered.of(model)
    starts = (0, *(found.end() for found in _BOUNDARY.finditer(asked)))
    return next((asked[:start].strip() for start in starts if covered.has(model_key(asked[start:]))), None)


def says(text: str, brand: str) -> bool:
    """Whether the words of a brand stand in a text, one behind the other."""
    said, wanted = words(text), words(brand)
    return bool(wanted) and any(
        said[place : place + len(wanted)] == wanted for place in range(len(said) - len(wanted) + 1)
    )


def _open(product: NamedProduct, key: str) -> bool:
    """Whether a product's name leaves open what it covers: a series, or wildcards too wide to be relied on."""
    model = product.model or ""
    series = _SERIES.search(model) or _SERIES.search(product.name)
    stem = model_key(_SERIES.sub("", re.split(r"[*#]", model)[0]))
    return bool((series or has_wildcard(model)) and key.startswith(stem))


def _match(reason: str, matched: str) -> ProductAnswer:
    return ProductAnswer(ProductMatch.MATCH, reason, matched)


def _none(reason: str) -> ProductAnswer:
    return ProductAnswer(ProductMatch.NONE, reason)


def _cannot_tell(reason: str) -> ProductAnswer:
    return ProductAnswer(ProductMatch.CANNOT_TELL, reason)
