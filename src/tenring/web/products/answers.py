"""What every label's criteria say of a product on a day, as its page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tenring.language import N, T, in_language
from tenring.rulebook.describe import Describer
from tenring.rulebook.evidence import Product as Given
from tenring.rulebook.evidence import product_in
from tenring.rulebook.expressions import Quantity
from tenring.rulebook.judge import Judged, Judgement, Result
from tenring.rulebook.labels import Asked, results_of
from tenring.rulebook.publish.html import ShownClause, Site
from tenring.rulebook.revision import Revision
from tenring.rulebook.told import Told, told
from tenring.rulebook.trace import SENTENCES
from tenring.web.core.economies import economy_name
from tenring.web.core.sources import Sources
from tenring.web.products.models import Product

#: What is said of criteria as a whole. A label is awarded by its programme, and by nobody else.
OVERALL = {
    Judged.MET: N("Every clause that must be met is met by the evidence given."),
    Judged.NOT_MET: N("At least one clause that must be met is not met."),
    Judged.NOT_SHOWN: N("Not shown: evidence is missing for clauses that must be met."),
    Judged.NOT_CHECKED: N("It cannot be said: clauses that must be met cannot be checked here."),
    Judged.NOT_APPLICABLE: N("No clause must be met by this product. That says nothing of the label."),
}
#: In the order in which they are counted.
ORDER = (Judged.MET, Judged.NOT_MET, Judged.NOT_SHOWN, Judged.NOT_APPLICABLE, Judged.NOT_CHECKED)


@dataclass(frozen=True)
class ClauseAnswer:
    """One clause: what it asks, and what the evidence says of it."""

    judgement: Judgement
    told: Told
    clause: ShownClause
    missing: tuple[tuple[str, str], ...]
    """What is missing, in words, and why what there is does not do."""


@dataclass(frozen=True)
class Answer:
    """One label's criteria."""

    revision: Revision
    result: Result
    clauses: tuple[ClauseAnswer, ...]

    @property
    def overall(self) -> str:
        """The answer as a sentence."""
        return T(OVERALL[self.result.overall])

    @property
    def counts(self) -> list[tuple[Judged, int]]:
        """How many clauses have each answer."""
        found = [one.judgement for one in self.result.judgements]
        return [(word, found.count(word)) for word in ORDER]

    @property
    def second_hand(self) -> int:
        """Clauses that are met or not met by a limit that is known second-hand."""
        settled = {Judged.MET, Judged.NOT_MET}
        return sum(one.mark == "secondary" and one.judgement in settled for one in self.result.judgements)

    @property
    def unverified(self) -> int:
        """Clauses whose text nobody has verified."""
        return sum(one.mark == "unverified" for one in self.result.judgements)


@dataclass(frozen=True)
class Economy:
    """The labels that are at home in one economy."""

    code: str
    name: str
    answers: tuple[Answer, ...]


def given(product: Product, open_: Sources) -> Given:
    """The product as the judge takes it.

    Raises:
        CriteriaError: a value is kept that the catalogue no longer knows.
    """
    return product_in(product.file.data(), "product.yml", open_.library.properties)


def categories_of(product: Product, open_: Sources) -> list[str]:
    """The category of a product and those above it."""
    known = open_.catalogue.categories
    return known.ancestors(product.category) if product.category in known.by_id else []


def answers(product: Product, open_: Sources, on: date) -> list[Economy]:
    """What all criteria for the product's category and those above it say, by economy.

    Raises:
        UnusableInputError: there are none.
    """
    line = categories_of(product, open_)
    asked = Asked(on, category=line[0] if line else None, wider=tuple(line[1:]))
    found = results_of(given(product, open_), open_.library, open_.catalogue.programmes, asked)
    site = open_.site(on)
    by_economy: dict[str, list[Answer]] = {}
    for revision, result in found:
        home = ",".join(sorted(open_.catalogue.programmes[revision.programme].home()))
        by_economy.setdefault(home, []).append(_answer(revision, result, site, open_))
    ordered = sorted(by_economy, key=lambda one: (-len(by_economy[one]), one))
    return [
        Economy(code, ", ".join(map(economy_name, code.split(","))), tuple(sorted(by_economy[code], key=_best_first)))
        for code in ordered
    ]


def _best_first(one: Answer) -> tuple[int, str]:
    order = (Judged.MET, Judged.NOT_SHOWN, Judged.NOT_CHECKED, Judged.NOT_MET, Judged.NOT_APPLICABLE)
    return order.index(one.result.overall), one.revision.id


def _answer(revision: Revision, result: Result, site: Site, open_: Sources) -> Answer:
    by_id = {clause.id: clause for clause in revision.clauses}
    names = {one.key: one for one in revision.quantities}
    describer = Describer(open_.properties)
    clauses = tuple(
        ClauseAnswer(
            one,
            told(one, revision),
            site.shown(by_id[one.clause]),
            tuple((named(need.quantity, names, describer), T(SENTENCES[need.why])) for need in one.missing),
        )
        for one in result.judgements
    )
    return Answer(revision, result, clauses)


def named(key: str, names: dict[str, Quantity], describer: Describer) -> str:
    """A measurand in words."""
    return describer.quantity(names[key]) if key in names else key


def titles(revisions: Sequence[Revision]) -> dict[str, str]:
    """What criteria are called, by their ids."""
    return {one.id: in_language(one.titles) for one in revisions}
