"""The pages of a programme, an economy and a category."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tenring.catalogue import Agreement, Programme, Rule
from tenring.catalogue.categories import Category
from tenring.register.figures import Count, Moment, over_time
from tenring.rulebook.describe import Describer
from tenring.rulebook.expressions import Quantity
from tenring.rulebook.publish.limits import Limit, in_unit, limits_of
from tenring.rulebook.revision import Revision
from tenring.screening.obligations import Obliges
from tenring.web.core.sources import Sources
from tenring.web.register import pictures
from tenring.web.register.facets import programme_name, unit_shown

#: Strips of limits on a category's page.
_MOST_STRIPS = 6


@dataclass(frozen=True)
class Sum:
    """Licences of something: all and active."""

    key: str
    licences: int
    active: int


def sums(counted: Iterable[Count], by: str) -> list[Sum]:
    """Counts added up by one of their dimensions, the largest first."""
    all_: Counter[str] = Counter()
    active: Counter[str] = Counter()
    for one in counted:
        key = getattr(one, by)
        if key:
            all_[key] += one.licences
            active[key] += one.active
    return [Sum(key, all_[key], active[key]) for key in sorted(all_, key=lambda key: (-active[key], -all_[key], key))]


@dataclass(frozen=True)
class ProgrammePage:
    """What a programme's page shows."""

    programme: Programme
    total: Sum
    categories: tuple[Sum, ...]
    criteria: tuple[Revision, ...]
    agreements: tuple[Agreement, ...]
    moments: tuple[Moment, ...]


def programme_page(open_: Sources, programme: Programme, on: date) -> ProgrammePage:
    """The page of a programme on a day."""
    own = [one for one in open_.counts if one.programme == programme.id]
    has_any = bool(own)
    return ProgrammePage(
        programme=programme,
        total=Sum(programme.id, sum(one.licences for one in own), sum(one.active for one in own)),
        categories=tuple(sums(own, "category")),
        criteria=in_force(open_, (one for one in open_.library.revisions if one.programme == programme.id), on),
        agreements=tuple(one for one in open_.catalogue.agreements.values() if programme.id in one.parties),
        moments=tuple(over_time(open_.db, "programme", programme.id, until=on)) if has_any else (),
    )


def in_force(open_: Sources, revisions: Iterable[Revision], on: date) -> tuple[Revision, ...]:
    """Of these revisions those to judge by on a day."""
    return tuple(one for one in revisions if open_.library.find(one.criteria, on) is one)


@dataclass(frozen=True)
class EconomyPage:
    """What an economy's page shows."""

    code: str
    total: Sum
    programmes: tuple[tuple[Programme, Sum | None], ...]
    categories: tuple[Sum, ...]
    rules: tuple[Rule, ...]


def economy_page(open_: Sources, code: str) -> EconomyPage | None:
    """The page of an economy; None: the catalogue does not know it."""
    own = [one for one in open_.counts if one.economy == code]
    rules = tuple(one for one in open_.catalogue.rules.values() if one.economy == code)
    by_programme = {one.key: one for one in sums(open_.counts, "programme")}
    programmes = [one for one in open_.catalogue.programmes.values() if code in one.home()]
    if not (own or rules or programmes):
        return None
    ordered = sorted(
        programmes, key=lambda one: (-(by_programme[one.id].active if one.id in by_programme else 0), one.id)
    )
    return EconomyPage(
        code=code,
        total=Sum(code, sum(one.licences for one in own), sum(one.active for one in own)),
        programmes=tuple((one, by_programme.get(one.id)) for one in ordered),
        categories=tuple(sums(own, "category")),
        rules=rules,
    )


@dataclass(frozen=True)
class EconomyRow:
    """An economy in the list of all."""

    code: str
    programmes: int
    rules: int
    licences: int
    active: int


def economy_rows(open_: Sources) -> list[EconomyRow]:
    """All economies that have a programme, a rule or a register, those with most licences first."""
    by_economy = {one.key: one for one in sums(open_.counts, "economy")}
    programmes = Counter(code for one in open_.catalogue.programmes.values() for code in one.home())
    rules = Counter(one.economy for one in open_.catalogue.rules.values())
    rows = []
    for code in {*by_economy, *programmes, *rules}:
        total = by_economy.get(code, Sum(code, 0, 0))
        rows.append(EconomyRow(code, programmes[code], rules[code], total.licences, total.active))
    return sorted(rows, key=lambda row: (-row.active, -row.licences, -row.programmes, row.code))


@dataclass(frozen=True)
class LimitRow:
    """One programme's limit on a strip, with the clause it comes from."""

    revision: Revision
    clause: str
    sign: str
    value: str
    mark: str
    case: str


@dataclass(frozen=True)
class Strip:
    """The limits of several programmes for one property."""

    title: str
    unit: str
    svg: str
    rows: tuple[LimitRow, ...]


@dataclass(frozen=True)
class CategoryPage:
    """What a category's page shows."""

    category: Category
    above: tuple[Category, ...]
    below: tuple[Category, ...]
    total: Sum
    programmes: tuple[Sum, ...]
    criteria: tuple[Revision, ...]
    strips: tuple[Strip, ...]
    rules: tuple[tuple[Obliges, Rule], ...]
    moments: tuple[Moment, ...]


def category_page(open_: Sources, category: Category, on: date) -> CategoryPage:
    """The page of a category on a day, with what lies below it."""
    categories = open_.catalogue.categories
    inside = set(categories.below(category.id))
    line = categories.ancestors(category.id)
    own = [one for one in open_.counts if one.category in inside]
    criteria = in_force(open_, _criteria_of(open_.library.revisions, inside | set(line)), on)
    moments = (
        over_time(open_.db, "category", category.id, until=on)
        if any(one.category == category.id for one in own)
        else ()
    )
    return CategoryPage(
        category=category,
        above=tuple(categories.by_id[id_] for id_ in reversed(line[1:])),
        below=tuple(categories.by_id[id_] for id_ in categories.children.get(category.id, ())),
        total=Sum(category.id, sum(one.licences for one in own), sum(one.active for one in own)),
        programmes=tuple(sums(own, "programme")),
        criteria=criteria,
        strips=tuple(_strips(open_, criteria)),
        rules=tuple((one, open_.catalogue.rules[one.rule]) for one in open_.obligations if one.category == category.id),
        moments=tuple(moments),
    )


def _criteria_of(revisions: Sequence[Revision], categories: set[str]) -> Iterator[Revision]:
    yield from (one for one in revisions if categories & {one.category, *one.categories})


def _strips(open_: Sources, criteria: Sequence[Revision]) -> list[Strip]:
    """The properties for which at least two programmes set a plain limit, those with most programmes first."""
    found: dict[tuple[Quantity, str], list[tuple[Revision, str, str, Limit]]] = defaultdict(list)
    for revision in criteria:
        for clause in revision.clauses:
            for limit in limits_of(clause.requires):
                if limit.factor == 1 and limit.since is None:
                    _, unit = in_unit(limit, open_.properties)
                    found[_measurand(limit.quantity), unit].append((revision, clause.id, clause.source.mark, limit))
    several = [
        (key, limits)
        for key, limits in found.items()
        if len({revision.programme for revision, *_ in limits}) > 1
        and open_.properties.properties[key[0].property].is_a == "number"
    ]
    several.sort(key=lambda one: (-len({revision.programme for revision, *_ in one[1]}), one[0][0].property))
    return [_strip(open_, quantity, unit, limits) for (quantity, unit), limits in several[:_MOST_STRIPS]]


def _measurand(quantity: Quantity) -> Quantity:
    """The quantity without its methods: these differ, and the clause says which."""
    return replace(quantity, methods=())


def _strip(open_: Sources, quantity: Quantity, unit: str, limits: Sequence[tuple[Revision, str, str, Limit]]) -> Strip:
    rows = tuple(
        LimitRow(
            revision=revision,
            clause=clause,
            sign={"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}.get(limit.operator, limit.operator),
            value=in_unit(limit, open_.properties)[0],
            mark=mark,
            case=limit.case.label or "" if limit.case else "",
        )
        for revision, clause, mark, limit in limits
    )
    marks = tuple(
        pictures.Mark(programme_name(open_, revision.programme), float(limit.value), is_upper="<" in limit.operator)
        for revision, _, _, limit in limits
    )
    title = Describer(open_.properties).quantity(quantity)
    shown = unit_shown(unit)
    return Strip(title, shown, pictures.strip(marks, f"{title} ({shown})" if shown else title), rows)
