"""What of a conformity credential is printed on its certificate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, NoReturn

from tenring.exceptions import IssueError
from tenring.language import T
from tenring.proof.credential.content import Content, is_conformity_credential, read_content
from tenring.proof.product import NamedProduct
from tenring.proof.strict import JsonObject

#: More products than a certificate that is read by people can list.
MOST_PRODUCTS: Final = 2000
LONGEST_TEXT: Final = 2000

_SPACE = re.compile(r"[\t\n\r\u00a0\u2028\u2029]+")
#: Signs that cannot be seen, or turn the text around them: what is printed would not be what is signed.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\ue000-\uf8ff\U000e0000-\U0010ffff]"
)


@dataclass(frozen=True)
class Clauses:
    """How many assessments there are, and how they came out; `open`: neither met nor broken is said of them."""

    met: int = 0
    broken: int = 0
    open: int = 0

    @property
    def all(self) -> int:
        """How many there are."""
        return self.met + self.broken + self.open


@dataclass(frozen=True)
class Facts:
    """The texts of a certificate as the credential has them, and its dates."""

    number: str
    title: str
    holder: str
    scheme: str
    issuer: str
    issuer_id: str
    valid_from: date
    valid_until: date | None
    holder_id: str | None = None
    profile: str | None = None
    profile_id: str | None = None
    statement: str | None = None
    result: str | None = None
    categories: tuple[str, ...] = ()
    authorised_by: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    products: tuple[NamedProduct, ...] = ()
    clauses: Clauses = field(default_factory=Clauses)
    sample: bool = False
    """Whether it says of itself that it is invented."""
    texts: tuple[str, ...] = field(default=(), repr=False)
    """Everything that is printed of it, for choosing fonts."""


def facts_of(credential: JsonObject) -> Facts:
    """What is printed of a Digital Conformity Credential (UNTP 0.7).

    Raises:
        IssueError: it is none, lacks what a certificate must say, or holds signs that cannot be printed.
    """
    if not is_conformity_credential(credential):
        raise IssueError(T("this is no Digital Conformity Credential; only those become certificates"))
    content, subject = read_content(credential), _object(credential, "credentialSubject")
    if len(content.products) > MOST_PRODUCTS:
        count, limit = len(content.products), MOST_PRODUCTS
        what = T("the credential names {count} products; a certificate lists {limit}", count=count, limit=limit)
        raise IssueError(what)
    return _printed(content, subject)


def _printed(content: Content, subject: dict[str, Any]) -> Facts:
    read = _Reading()
    holder = _object(subject, "issuedToParty")
    authorities = (_object(one, "issuingAuthority") for one in _list(subject, "authorisation"))
    facts = Facts(
        number=read.required(content.number, T("a number (the id of its credentialSubject)")),
        title=read.required(subject.get("name"), T("a title (credentialSubject.name)")),
        holder=read.required(content.holder, T("a holder (credentialSubject.issuedToParty.name)")),
        scheme=read.required(content.scheme_name, T("a scheme (credentialSubject.referenceScheme.name)")),
        issuer=read.required(content.issuer_name, T("an issuer's name (issuer.name)")),
        issuer_id=read.required(content.issuer, T("an issuer (issuer.id)")),
        # days as they are where the issuer is; the last one is a whole day
        valid_from=content.valid_from.date() if content.valid_from else _lacks("validFrom"),
        valid_until=content.last_day,
        holder_id=read.text(holder.get("registeredId")),
        profile=read.text(content.profile_name),
        profile_id=read.text(content.profile),
        statement=read.text(subject.get("description")),
        result=_result(read, _object(subject, "profileScore")),
        categories=read.several(_categories(subject)),
        authorised_by=read.several(one.get("name") for one in authorities),
        sites=read.several(_sites(subject)),
        products=tuple(read.product(product) for product in content.products),
        clauses=_clauses(content, len(_list(subject, "conformityAssessment"))),
        sample=str(subject.get("description", "")).upper().startswith("SAMPLE"),
    )
    return replace(facts, texts=tuple(read.texts))


def _sites(subject: dict[str, Any]) -> Iterator[object]:
    for assessment in _list(subject, "conformityAssessment"):
        for entry in _list(assessment, "assessedFacility"):
            yield _object(entry, "facility").get("name")


def _categories(subject: dict[str, Any]) -> Iterator[object]:
    for assessment in _list(subject, "conformityAssessment"):
        for entry in _list(assessment, "assessedProduct"):
            for category in _list(_object(entry, "product"), "productCategory"):
                yield category.get("name")


def _result(read: _Reading, score: dict[str, Any]) -> str | None:
    parts = (read.text(score.get("code")), read.text(score.get("definition")))
    return ": ".join(part for part in parts if part) or None


def _clauses(content: Content, count: int) -> Clauses:
    return Clauses(content.conformant, content.not_conformant, count - content.conformant - content.not_conformant)


@dataclass
class _Reading:
    """Reads texts, and remembers them."""

    texts: list[str] = field(default_factory=list)

    def text(self, value: object) -> str | None:
        """A text as it is printed; None where there is none."""
        if not isinstance(value, str) or not (plain := _SPACE.sub(" ", value).strip()):
            return None
        start = repr(plain[:40])
        if found := _HIDDEN.search(plain):
            code = f"{ord(found[0]):04X}"
            what = T("{start} holds a sign that cannot be printed faithfully (U+{code})", start=start, code=code)
            raise IssueError(f"{what}. {T('Issue the credential again without it')}")
        if len(plain) > LONGEST_TEXT:
            raise IssueError(T("{start} is longer than {limit} characters", start=start, limit=LONGEST_TEXT))
        self.texts.append(plain)
        return plain

    def required(self, value: object, what: str) -> str:
        """A text that a certificate cannot do without."""
        return self.text(value) or _lacks(what)

    def several(self, values: Iterable[object]) -> tuple[str, ...]:
        """Texts, each once."""
        return tuple(dict.fromkeys(text for value in values if (text := self.text(value)) is not None))

    def product(self, product: NamedProduct) -> NamedProduct:
        """A product with its texts as they are printed."""
        return replace(
            product,
            name=self.text(product.name) or "",
            model=self.text(product.model),
            batch=self.text(product.batch),
            item=self.text(product.item),
        )


def _lacks(what: str) -> NoReturn:
    raise IssueError(T("the credential lacks what a certificate must say: {what}", what=what))


def _object(holder: object, name: str) -> dict[str, Any]:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, dict) else {}


def _list(holder: object, name: str) -> list[dict[str, Any]]:
    """The objects under `name`, whether it holds one or several."""
    value = holder.get(name) if isinstance(holder, dict) else None
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
