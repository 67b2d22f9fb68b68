"""What labels ask: criteria with their clauses, judging evidence, comparing, which labels a product could earn."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query as InQuery
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from tenring.rulebook.compare.revisions import compare as compare_revisions
from tenring.rulebook.compare.shown import shown as comparison_shown
from tenring.rulebook.dates import taken_on
from tenring.rulebook.evidence import Product, product_in
from tenring.rulebook.judge import judge as judge_product
from tenring.rulebook.labels import Asked, Chance, labels_of
from tenring.rulebook.library import Library
from tenring.rulebook.shown import entry, shown
from tenring.web.api.operations import Example, endpoint
from tenring.web.api.register import OnDay, Text
from tenring.web.core.sources import sources, today

router = Router(tags=["rulebook"])

#: What errors about evidence call the request.
_REQUEST = "product"
_EVIDENCE = {
    "product": {"name": "Interior wall paint", "category": "paints"},
    "given": {"voc_content": {"value": "12 g/L", "shown_by": [{"kind": "test_report", "document": "R-1"}]}},
}


class Entry(Schema):
    """A revision in a list."""

    id: str
    titles: dict[str, str]
    document: str
    categories: list[str]
    from_: date = Field(alias="from")
    until: date | None
    clauses: int
    marks: dict[str, int] = Field(description="clauses by how sure they are: read, secondary, unverified")


class Revision(Schema):
    """A revision with its clauses in words, as `tenring criteria show --json`."""

    model_config = ConfigDict(extra="allow")

    id: str
    titles: dict[str, str]
    document: str
    clauses: list[dict[str, Any]]


class Result(Schema):
    """A judgement, as `tenring judge --json`: `overall`, and each clause with its answer and why."""

    model_config = ConfigDict(extra="allow")

    revision: str
    on: date
    overall: str
    judgements: list[dict[str, Any]]


class Comparison(Schema):
    """A comparison, as `tenring compare --json`: the relation, clause by clause, and products that show it."""

    model_config = ConfigDict(extra="allow")

    first: str
    second: str
    on: date
    relation: str
    sure: bool


class Evidence(Schema):
    """A product's evidence, as a `product.yml` has it (`tenring criteria schema product`)."""

    model_config = ConfigDict(extra="forbid")

    product: dict[str, Any] = Field(default_factory=dict, description="its name, brand, model, category: for people")
    given: dict[str, Any] = Field(
        default_factory=dict, description="property -> value with unit, method and documents, or several"
    )
    labels: list[dict[str, Any]] = Field(default_factory=list, max_length=200)

    def read(self, library: Library) -> Product:
        """The evidence, read as a file of it is.

        Raises:
            CriteriaError: names what is wrong.
        """
        text = json.dumps(self.dict(), ensure_ascii=False, indent=1)
        return product_in(text.encode(), _REQUEST, library.properties)


class ToJudge(Schema):
    """A product, criteria and a day."""

    criteria: Text = Field(description="<programme>/<category>, with or without /<date in force>")
    on: date | None = Field(default=None, description="default: today")
    product: Evidence


class ToLabel(Schema):
    """A product, and which labels are meant."""

    on: date | None = Field(default=None, description="default: today")
    economies: list[Text] = Field(default_factory=list, max_length=100, description="only labels at home there")
    category: Text | None = Field(default=None, description="default: the product's own, else by what was measured")
    product: Evidence


class ToCompare(Schema):
    """Two criteria and a day."""

    first: Text = Field(description="<programme>/<category>, with or without /<date in force>")
    second: Text
    on: date | None = Field(default=None, description="default: today")


Slug = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f/]+$")]


@endpoint(router, "GET", "/criteria", returns=list[Entry], conditional=True, command="criteria list")
def criteria(request: HttpRequest) -> Sequence[Mapping[str, object]]:
    """All revisions of all criteria with their dates, and how sure their clauses are."""
    del request
    return [entry(one) for one in sources().library.revisions]


@endpoint(
    router, "GET", "/criteria/{programme}/{category}", returns=Revision, conditional=True, command="criteria show",
    example=Example({"programme": "eu-ecolabel", "category": "furniture", "on": "2018-05-01"}),
)  # fmt: skip
def criteria_on(request: HttpRequest, programme: Slug, category: Slug, asked: InQuery[OnDay]) -> Mapping[str, object]:
    """The revision in force on a day, with every clause: condition, requirement, source."""
    del request
    return _shown(f"{programme}/{category}", asked.on or today())


@endpoint(
    router, "GET", "/criteria/{programme}/{category}/{since}", returns=Revision, conditional=True,
    command="criteria show",
    example=Example({"programme": "eu-ecolabel", "category": "furniture", "since": "2016-07-28"}),
)  # fmt: skip
def revision(
    request: HttpRequest, programme: Slug, category: Slug, since: date, asked: InQuery[OnDay]
) -> Mapping[str, object]:
    """One revision by the day since which it is in force; limits are those of `on`."""
    del request
    return _shown(f"{programme}/{category}/{since.isoformat()}", asked.on or today())


def _shown(name: str, day: date) -> Mapping[str, object]:
    library = sources().library
    return shown(taken_on(library.named(name, day), day, library.find), library)


@endpoint(
    router, "POST", "/judge", returns=Result, command="judge",
    example=Example(body={"criteria": "eu-ecolabel/furniture", "on": "2018-05-01", "product": {"given": {}}}),
)  # fmt: skip
def judge(request: HttpRequest, asked: ToJudge) -> Any:  # noqa: ANN401 - a dataclass of the rulebook
    """Judge a product's evidence against criteria, clause by clause. What is not shown is not met, and said to be so."""
    del request
    library, day = sources().library, asked.on or today()
    found = library.named(asked.criteria, day)
    return judge_product(asked.product.read(library), found, day, library)


@endpoint(
    router, "POST", "/labels", returns=list[Chance], command="labels",
    example=Example(body={"on": "2018-05-01", "economies": ["EU"], "category": "furniture", "product": {"given": {}}}),
)  # fmt: skip
def labels(request: HttpRequest, asked: ToLabel) -> Any:  # noqa: ANN401 - dataclasses of the rulebook
    """Which labels a product could earn: what is met, what is missing, what stands in the way."""
    del request
    open_ = sources()
    question = Asked(asked.on or today(), asked.economies, asked.category)
    return labels_of(asked.product.read(open_.library), open_.library, open_.catalogue.programmes, question)


@endpoint(
    router, "GET", "/compare", returns=Comparison, conditional=True, command="compare",
    example=Example({"first": "blue-angel/furniture", "second": "eu-ecolabel/furniture", "on": "2018-05-01"}),
)  # fmt: skip
def compare(request: HttpRequest, asked: InQuery[ToCompare]) -> Any:  # noqa: ANN401 - as the command writes it
    """What meeting one label's criteria says about meeting another's, shown by products."""
    del request
    library, day = sources().library, asked.on or today()
    first, second = library.named(asked.first, day), library.named(asked.second, day)
    return comparison_shown(compare_revisions(first, second, day, library))
