"""What the registers hold: search, licences, products, programmes, categories, economies."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from django.core import signing
from django.http import HttpRequest
from ninja import Query as InQuery
from ninja import Router, Schema
from pydantic import Field

from tenring.catalogue import Programme
from tenring.catalogue.categories import Category
from tenring.exceptions import SnapshotError
from tenring.language import T
from tenring.register.dumps import require_published
from tenring.register.lookup import LicenceRecord, active, alternatives, licences, same_product
from tenring.register.search import ANY, Hit, Kind, Query, SearchIndex
from tenring.screening.obligations import Obliges
from tenring.web.api.operations import Example, endpoint
from tenring.web.api.problems import ProblemError
from tenring.web.core.economies import economy_name
from tenring.web.core.sources import Sources, sources, tenring_settings, today
from tenring.web.register.kinds import Sum, sums

router = Router(tags=["register"])

#: Text without control signs, as people type it.
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
_DEPTH = 100_000


class SearchQuery(Schema):
    """A question to the register, as `tenring search` has it."""

    q: Text = Field(default="", description="words, models (also with *), licence numbers, GTINs, in any script")
    on: date | None = Field(
        default=None, description="only licences valid on this day; with status, in that status then"
    )
    category: Text | None = None
    programme: Text | None = None
    register_: Text | None = Field(default=None, alias="register")
    economy: Text | None = None
    status: Text | None = Field(default=None, description="one status, or `any`")
    limit: int = Field(default=20, ge=1, le=1000)
    cursor: str | None = Field(
        default=None, max_length=600, description="`next` of the page before, with the same question"
    )


class Page(Schema):
    """One page of an answer; `next` is the cursor of the next one (null: this is the last)."""

    snapshot: str
    sample: bool = Field(description="whether the registers are invented samples")
    total: int
    on: date
    hits: list[Hit]
    facets: dict[str, dict[str, int]]
    notes: list[str]
    corrected: dict[str, str]
    words: int
    words_typed: int
    without_filters: int | None
    next: str | None


@endpoint(
    router, "GET", "/search", returns=Page, conditional=True, command="search",
    example=Example({"q": "copy paper", "status": "active", "limit": 5}),
)  # fmt: skip
def search(request: HttpRequest, asked: InQuery[SearchQuery]) -> Mapping[str, object]:
    """Search licences, with counts by category, programme, economy and status.

    Pages are stable: a cursor goes on in the snapshot it began with, whatever is published meanwhile.
    """
    del request
    question = asked.dict(exclude={"cursor", "q", "register_"}) | {"register": asked.register_}
    of = hashlib.sha256(repr((asked.q, sorted(question.items(), key=str))).encode()).hexdigest()[:16]
    snapshot, offset = _place(asked.cursor, of)
    open_ = sources()
    same = snapshot in {None, open_.snapshot.name}
    index = open_.index if same else _index(_kept(str(snapshot)))
    name = open_.snapshot.name if same else str(snapshot)
    results = index.search(Query(asked.q, **question, offset=offset))
    until = offset + len(results.hits)
    more = until < min(results.total, _DEPTH) and bool(results.hits)
    fields = {one: getattr(results, one) for one in Page.model_fields if hasattr(results, one)}
    next_ = signing.dumps([name, until, of], salt="api-cursor") if more else None
    return {"snapshot": name, "sample": open_.snapshot.manifest.sample, **fields, "next": next_}


def _place(cursor: str | None, of: str) -> tuple[str | None, int]:
    """The snapshot and the offset that a cursor stands for.

    Raises:
        ProblemError: it is none of ours, or of another question.
    """
    if cursor is None:
        return None, 0
    try:
        snapshot, offset, question = signing.loads(cursor, salt="api-cursor")
    except (signing.BadSignature, ValueError) as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, T("this is no cursor of ours"), where="query.cursor",
                           do=T("Begin again without one")) from error  # fmt: skip
    if question != of:
        raise ProblemError(HTTPStatus.BAD_REQUEST, T("this cursor belongs to another question"), where="query.cursor",
                           do=T("Send it with the parameters that it came with"))  # fmt: skip
    return snapshot, offset


def _kept(name: str) -> Path:
    """The folder of an older snapshot.

    Raises:
        ProblemError: it is there no more.
    """
    try:
        return require_published(tenring_settings(), name).folder
    except SnapshotError as error:
        what = T("the snapshot of this cursor is no longer kept")
        raise ProblemError(HTTPStatus.GONE, what, where="query.cursor", do=T("Begin again without one")) from error


@lru_cache(maxsize=2)
def _index(folder: Path) -> SearchIndex:
    """The index of an older snapshot, open as long as somebody turns its pages."""
    return SearchIndex.open(folder)


class Licence(Schema):
    """A licence, what it was on a day, and licences to look at beside it."""

    snapshot: str
    sample: bool
    on: date
    status: str | None = Field(description="on that day; null: nothing is known of it then")
    active: bool
    licence: LicenceRecord
    same_product: list[str] = Field(description="ids of other licences that list one of its models under its brand")
    alternatives: list[str] = Field(description="ids of the youngest active licences of other brands in its category")


class Licences(Schema):
    """Licences that bear a number or list a GTIN."""

    snapshot: str
    sample: bool
    on: date
    licences: list[LicenceRecord]


class OnDay(Schema):
    """The day of the question."""

    on: date | None = Field(default=None, description="default: today")


class ByNumber(Schema):
    """A licence number as printed, of one programme or any."""

    number: Text = Field(min_length=1)
    programme: Text | None = None


def _record(licence: LicenceRecord) -> dict[str, Any]:
    return {**asdict(licence), "title": licence.title}


@endpoint(
    router, "GET", "/licences", returns=Licences, conditional=True, command="search",
    example=Example({"number": "SAMPLE-CEC2023ELP18107360"}),
)  # fmt: skip
def licences_by_number(request: HttpRequest, asked: InQuery[ByNumber]) -> Mapping[str, object]:
    """Licences by their number, of whatever status."""
    del request
    query = Query(asked.number, status=ANY, programme=asked.programme, limit=100, facets=())
    return _found(sources(), query, Kind.NUMBER)


@endpoint(
    router, "GET", "/licences/{path:licence_id}", returns=Licence, conditional=True, command="search",
    example=Example({"licence_id": "china-energy-conservation:SAMPLE-CQC2019NP29752922"}),
)  # fmt: skip
def licence(request: HttpRequest, licence_id: Text, asked: InQuery[OnDay]) -> Mapping[str, object]:
    """One licence by its id, with its history, its models and what was measured."""
    del request
    open_, on = sources(), asked.on or today()
    found = next(iter(licences(open_.db, [licence_id])), None)
    if found is None:
        what = T("there is no licence {id!r}", id=licence_id)
        raise ProblemError(HTTPStatus.NOT_FOUND, what, do=T("Search for it: /api/v1/search"))
    period = found.period(on)
    return {
        **_of(open_),
        "on": on,
        "status": period.status if period else None,
        "active": active(found, on),
        "licence": found,
        "same_product": [hit.licence_id for hit in same_product(open_.index, found, on)],
        "alternatives": [one.licence_id for one in alternatives(open_.db, found, on)],
    }


@endpoint(
    router, "GET", "/products/{gtin}", returns=Licences, conditional=True, command="search",
    example=Example({"gtin": "02900000200265"}),
)  # fmt: skip
def product(request: HttpRequest, gtin: Annotated[str, Field(pattern=r"^[0-9]{8,14}$")]) -> Mapping[str, object]:
    """All licences of a product by its GTIN, of whatever status; none is an answer, too."""
    del request
    return _found(sources(), Query(gtin, status=ANY, limit=100, facets=()), Kind.GTIN)


def _found(open_: Sources, query: Query, kind: Kind) -> Mapping[str, object]:
    """The licences that were met by a whole number or GTIN."""
    hits = open_.index.search(query).hits
    ids = [hit.licence_id for hit in hits if any(reason.kind is kind for reason in hit.explanation)]
    return {**_of(open_), "on": open_.day, "licences": licences(open_.db, ids)}


def _of(open_: Sources) -> dict[str, object]:
    return {"snapshot": open_.snapshot.name, "sample": open_.snapshot.manifest.sample}


class Counted(Schema):
    """How many licences there are in the snapshot, and how many were active on its day."""

    id: str
    licences: int
    active: int


class ProgrammeCounted(Counted):
    """A programme as the catalogue has it."""

    programme: Programme


class ProgrammeDetail(ProgrammeCounted):
    """A programme with its categories and its criteria."""

    categories: list[Counted]
    criteria: list[str]
    agreements: list[str]


class CategoryCounted(Counted):
    """A category as the catalogue has it."""

    category: Category


class CategoryDetail(CategoryCounted):
    """A category with the programmes that cover it, their criteria, and the rules that oblige it."""

    programmes: list[Counted]
    criteria: list[str]
    obligations: list[Obliges]


class EconomyCounted(Counted):
    """An economy with its name."""

    name: str


class EconomyDetail(EconomyCounted):
    """An economy with the programmes at home there and its rules."""

    programmes: list[str]
    rules: list[str]


def _counted(one: Sum | None, id_: str) -> dict[str, Any]:
    return {"id": id_, "licences": one.licences if one else 0, "active": one.active if one else 0}


def _sums(open_: Sources, by: str) -> dict[str, Sum]:
    return {one.key: one for one in sums(open_.counts, by)}


def _missing(what: str, address: str) -> ProblemError:
    return ProblemError(HTTPStatus.NOT_FOUND, what, do=T("{address} has them all", address=address))


@endpoint(router, "GET", "/programmes", returns=list[ProgrammeCounted], conditional=True, command="catalogue")
def programmes(request: HttpRequest) -> list[Mapping[str, object]]:
    """All programmes of the catalogue with their licences."""
    del request
    open_ = sources()
    of = _sums(open_, "programme")
    return [
        {**_counted(of.get(id_), id_), "programme": one.model_dump(mode="json")}
        for id_, one in open_.catalogue.programmes.items()
    ]


@endpoint(
    router, "GET", "/programmes/{id}", returns=ProgrammeDetail, conditional=True, command="catalogue",
    example=Example({"id": "energy-star"}),
)  # fmt: skip
def programme(request: HttpRequest, id: Text) -> Mapping[str, object]:  # noqa: A002 - the name in the address
    """One programme: its categories, criteria and agreements."""
    del request
    open_ = sources()
    one = open_.catalogue.programmes.get(id)
    if one is None:
        raise _missing(T("there is no programme {id!r}", id=id), "/api/v1/programmes")
    here = [count for count in open_.counts if count.programme == id]
    return {
        **_counted(_sums(open_, "programme").get(id), id),
        "programme": one.model_dump(mode="json"),
        "categories": [_counted(found, found.key) for found in sums(here, "category")],
        "criteria": [found.id for found in open_.library.revisions if found.programme == id],
        "agreements": [key for key, found in open_.catalogue.agreements.items() if id in found.parties],
    }


@endpoint(router, "GET", "/categories", returns=list[CategoryCounted], conditional=True, command="catalogue")
def categories(request: HttpRequest) -> list[Mapping[str, object]]:
    """All categories of the catalogue with their licences and the codes of other schemes."""
    del request
    open_ = sources()
    of = _sums(open_, "category")
    return [
        {**_counted(of.get(id_), id_), "category": one.model_dump(mode="json")}
        for id_, one in open_.catalogue.categories.by_id.items()
    ]


@endpoint(
    router, "GET", "/categories/{id}", returns=CategoryDetail, conditional=True, command="catalogue",
    example=Example({"id": "copy-paper"}),
)  # fmt: skip
def category(request: HttpRequest, id: Text) -> Mapping[str, object]:  # noqa: A002 - the name in the address
    """One category: the programmes that cover it, their criteria, the rules that oblige it."""
    del request
    open_ = sources()
    one = open_.catalogue.categories.by_id.get(id)
    if one is None:
        raise _missing(T("there is no category {id!r}", id=id), "/api/v1/categories")
    here = [count for count in open_.counts if count.category == id]
    return {
        **_counted(_sums(open_, "category").get(id), id),
        "category": one.model_dump(mode="json"),
        "programmes": [_counted(found, found.key) for found in sums(here, "programme")],
        "criteria": [found.id for found in open_.library.revisions if id in found.categories],
        "obligations": [found for found in open_.obligations if found.category == id],
    }


@endpoint(router, "GET", "/economies", returns=list[EconomyCounted], conditional=True, command="register")
def economies(request: HttpRequest) -> list[Mapping[str, object]]:
    """All economies whose registers are here."""
    del request
    return [{**_counted(one, one.key), "name": economy_name(one.key)} for one in sums(sources().counts, "economy")]


@endpoint(
    router, "GET", "/economies/{code}", returns=EconomyDetail, conditional=True, command="register",
    example=Example({"code": "CN"}),
)  # fmt: skip
def economy(request: HttpRequest, code: Text) -> Mapping[str, object]:
    """One economy: the programmes at home there, and its rules."""
    del request
    open_ = sources()
    found = _sums(open_, "economy").get(code)
    at_home = [id_ for id_, one in open_.catalogue.programmes.items() if code in one.home()]
    rules = [id_ for id_, one in open_.catalogue.rules.items() if one.economy == code]
    if found is None and not at_home and not rules:
        raise _missing(T("nothing is known of the economy {code!r}", code=code), "/api/v1/economies")
    return {**_counted(found, code), "name": economy_name(code), "programmes": at_home, "rules": rules}
