"""What a credential says about itself, in few words: believed by nobody, shown also when it does not hold."""

from __future__ import annotations

from typing import Any, Final

from tenring.proof.answers import Said
from tenring.proof.credential.build import CATEGORIES
from tenring.proof.credential.content import read_content
from tenring.proof.product import assessed_products
from tenring.proof.securing.secured import Secured
from tenring.proof.strict import JsonObject

#: As many products as an answer lists.
MOST_PRODUCTS: Final = 1000


def said(secured: Secured) -> Said:
    """What a secured credential says about itself; of other credentials than UNTP's only what all of them have."""
    content = read_content(secured.document)
    return Said(
        issuer=secured.signer,
        issuer_name=content.issuer_name,
        number=content.number,
        holder=content.holder,
        scheme=content.scheme_name or content.scheme,
        category=content.category,
        products=tuple(dict.fromkeys(one.title for one in content.products))[:MOST_PRODUCTS],
        valid_from=content.valid_from,
        valid_until=content.valid_until,
        securing=secured.securing,
    )


def schemes_of(document: JsonObject) -> tuple[str | None, ...]:
    """The identifiers of the schemes of all its subjects, each once; None among them: some subject names none.

    As with categories: recognition must cover every one of them.
    """
    subjects = _objects(document.get("credentialSubject"))
    return tuple(dict.fromkeys(map(_scheme, subjects))) or (None,)


def _scheme(subject: JsonObject) -> str | None:
    named = subject.get("referenceScheme") or subject.get("scope")
    found = _objects(named)
    name = found[0].get("id") if len(found) == 1 else None
    return name if isinstance(name, str) else None


def categories_of(document: JsonObject) -> tuple[str | None, ...]:
    """The categories of ours of all its products, each once; None among them: some product has none, or there is none.

    Recognition must cover every one of them: a credential must not bring a product in under the category of another.
    """
    found: dict[str | None, None] = {}
    for subject in _objects(document.get("credentialSubject")):
        assessments = _objects(subject.get("conformityAssessment") or subject.get("assessment"))
        for product in assessed_products(assessments):  # one may stand in many assessments
            named = False
            for kind in _objects(product.get("productCategory")):
                if kind.get("schemeId") == CATEGORIES and isinstance(code := kind.get("code"), str):
                    found[code] = None
                    named = True
            if not named:
                found[None] = None
    return tuple(found) or (None,)


def _objects(value: Any) -> list[JsonObject]:  # noqa: ANN401 - JSON is anything
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
