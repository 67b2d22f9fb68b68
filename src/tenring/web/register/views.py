"""Public pages of the register: each asks one function and shows its answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.register.lookup import licence as find_licence
from tenring.register.lookup import licences as find_licences
from tenring.register.search import Query
from tenring.rulebook.compare.revisions import compare as compare_revisions
from tenring.rulebook.wording import BASIS, NEEDS, REASONS, RELATIONS
from tenring.web.core.economies import economy_name
from tenring.web.core.rendering import page
from tenring.web.core.sources import Sources, sources, today
from tenring.web.register import facets, kinds, pictures, places
from tenring.web.register.asked import MOST_PAGES, Asked
from tenring.web.register.download import MOST, TYPES, download
from tenring.web.register.found import find, of_hit
from tenring.web.register.licence import licence_page, measured_rows, plain

#: Licences side by side at most.
MOST_COMPARED = 5
_SUGGESTED = 6
_SHORTEST = 2


def _names(open_: Sources) -> dict[str, Any]:
    """What every page needs to write names: categories, programmes, economies, properties."""
    return {
        "sample": open_.snapshot.manifest.sample,
        "day": open_.day,
        "category_name": lambda id_: facets.category_name(open_, id_),
        "programme_name": lambda id_: facets.programme_name(open_, id_),
        "programme_type": lambda id_: facets.programme_type(open_, id_),
        "economy_name": economy_name,
        "plain": plain,
        "known_programme": lambda id_: id_ in open_.catalogue.programmes,
        "known_category": lambda id_: id_ in open_.catalogue.categories.by_id,
    }


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What Tenring is, how much it holds, where to begin."""
    open_ = sources()
    registers = [one for one in open_.registers if one.licences]
    values = {
        "registers": sorted(registers, key=lambda one: -one.licences),
        "licences": sum(one.licences for one in open_.counts),
        "active": sum(one.active for one in open_.counts),
        "programmes": len(open_.catalogue.programmes),
        "revisions": len(open_.library.revisions),
        "popular": kinds.sums(open_.counts, "category")[:12],
    }
    return page(request, "register/home.html", {**_names(open_), **values})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search with facets; the address is the whole question."""
    open_ = sources()
    asked = Asked.of(request.GET)
    found = find(open_, asked)
    path = reverse("search")
    counted = found.facets
    if asked.by_measure:
        counted = {}
    fields = facets.range_fields(open_, asked, open_.measured(asked.category).spans) if asked.category else []
    last = min(found.pages(), MOST_PAGES)
    values = {
        "asked": asked,
        "found": found,
        "facets": facets.facets(open_, asked, counted, path),
        "shown_keys": facets.SHOWN,
        "range_fields": fields,
        "back": asked.address(path, page=asked.page - 1) if asked.page > 1 else None,
        "on_": asked.address(path, page=asked.page + 1) if asked.page < last else None,
        "last": last,
        "without_filters": Asked(asked.text).address(path) if asked != Asked(asked.text) else None,
        "files": [(form, asked.address(reverse("search_file", args=[form]))) for form in TYPES],
        "most": MOST,
        "most_compared": MOST_COMPARED,
    }
    return page(request, "register/search.html", {**_names(open_), **values})


@require_safe
def search_file(request: HttpRequest, form: str) -> HttpResponse:
    """What the search found, as a file."""
    if form not in TYPES:
        raise Http404
    content = download(sources(), Asked.of(request.GET), form)
    disposition = content_disposition_header(as_attachment=True, filename=f"tenring-licences.{form}")
    return HttpResponse(content, content_type=TYPES[form], headers={"Content-Disposition": disposition or "attachment"})


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """The first hits for what is typed so far: a piece of a page."""
    open_ = sources()
    text = request.GET.get("q", "").strip()
    results = open_.index.search(Query(text[:200], limit=_SUGGESTED)) if len(text) >= _SHORTEST else None
    rows = [of_hit(hit) for hit in results.hits] if results else []
    values = {"rows": rows, "text": text, "total": results.total if results else 0}
    return page(request, "register/suggest.html", {**_names(open_), **values})


@require_safe
def licence(request: HttpRequest, licence_id: str) -> HttpResponse:
    """One licence and the product it is for."""
    open_ = sources()
    record = find_licence(open_.db, licence_id)
    if record is None:
        raise Http404
    on = _day_asked(request, today())
    shown = licence_page(open_, record, on)
    return page(request, "register/licence.html", {**_names(open_), "shown": shown, "record": record, "on": on})


def _day_asked(request: HttpRequest, default: date) -> date:
    """The day of `?on=`.

    Raises:
        UnusableInputError: it is none.
    """
    return Asked.of(request.GET).on or default


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Up to five licences side by side."""
    open_ = sources()
    ids = list(dict.fromkeys(request.GET.getlist("id")))
    if len(ids) > MOST_COMPARED:
        raise UnusableInputError(T("at most {count} licences can be compared", count=MOST_COMPARED))
    on = _day_asked(request, today())
    records = find_licences(open_.db, ids)
    measured = [{row.title: row.value for row in measured_rows(open_, record)} for record in records]
    titles = list(dict.fromkeys(title for one in measured for title in one))
    rows = [(title, [one.get(title) for one in measured]) for title in titles]
    values = {"records": records, "periods": [record.period(on) for record in records], "rows": rows, "on": on}
    return page(request, "register/compare.html", {**_names(open_), **values})


@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """All programmes, those with a register first."""
    open_ = sources()
    licences = {one.key: one for one in kinds.sums(open_.counts, "programme")}
    revisions = [one.programme for one in open_.library.revisions]
    ordered = sorted(
        open_.catalogue.programmes.values(),
        key=lambda one: (-(licences[one.id].active if one.id in licences else 0), -revisions.count(one.id), one.id),
    )
    values = {"programmes": ordered, "licences": licences, "criteria_of": revisions.count}
    return page(request, "register/programmes.html", {**_names(open_), **values})


@require_safe
def programme(request: HttpRequest, id_: str) -> HttpResponse:
    """One programme."""
    open_ = sources()
    found = open_.catalogue.programmes.get(id_)
    if found is None:
        raise Http404
    shown = kinds.programme_page(open_, found, open_.day)
    picture = pictures.over_time(shown.moments, T("active licences")) if shown.moments else ""
    values = {"shown": shown, "programme": found, "picture_svg": picture}
    return page(request, "register/programme.html", {**_names(open_), **values})


@require_safe
def economies(request: HttpRequest) -> HttpResponse:
    """All economies, on a map and in a table."""
    open_ = sources()
    rows = kinds.economy_rows(open_)
    values = {"rows": rows, "map_svg": pictures.world(places.on_map(rows))}
    return page(request, "register/economies.html", {**_names(open_), **values})


@require_safe
def economy(request: HttpRequest, code: str) -> HttpResponse:
    """One economy."""
    open_ = sources()
    shown = kinds.economy_page(open_, code.upper())
    if shown is None:
        raise Http404
    return page(request, "register/economy.html", {**_names(open_), "shown": shown})


@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    """All categories, as a tree."""
    open_ = sources()
    all_ = open_.catalogue.categories
    values = {
        "tops": [one for one in all_.by_id.values() if one.parent is None],
        "children": lambda id_: [all_.by_id[child] for child in all_.children.get(id_, ())],
        "active": {one.key: one.active for one in kinds.sums(open_.counts, "category")},
    }
    return page(request, "register/categories.html", {**_names(open_), **values})


@require_safe
def category(request: HttpRequest, id_: str) -> HttpResponse:
    """One category."""
    open_ = sources()
    found = open_.catalogue.categories.by_id.get(id_)
    if found is None:
        raise Http404
    shown = kinds.category_page(open_, found, open_.day)
    picture = pictures.over_time(shown.moments, T("active licences")) if shown.moments else ""
    values = {"shown": shown, "category": found, "picture_svg": picture}
    return page(request, "register/category.html", {**_names(open_), **values})


@require_safe
def criteria(request: HttpRequest) -> HttpResponse:
    """All criteria, by programme."""
    open_ = sources()
    by_programme: dict[str, list[Any]] = {}
    for one in open_.library.revisions:
        by_programme.setdefault(one.programme, []).append(one)
    site = open_.site(today())
    values = {"by_programme": by_programme, "site": site, "status": site.publication.status}
    return page(request, "register/criteria.html", {**_names(open_), **values})


@require_safe
def revision(request: HttpRequest, programme: str, category: str, since: str) -> HttpResponse:
    """One revision, clause by clause."""
    open_ = sources()
    id_ = f"{programme}/{category}/{since}"
    found = next((one for one in open_.library.revisions if one.id == id_), None)
    if found is None:
        raise Http404
    site = open_.site(today())
    line = {found.category, *found.categories}
    values = {
        "revision": found,
        "clauses": [site.shown(clause) for clause in found.clauses],
        "site": site,
        "status": site.publication.status(found),
        "history": [one for one in open_.library.revisions if one.criteria == found.criteria],
        "alike": [
            one
            for one in kinds.in_force(open_, open_.library.revisions, today())
            if one.criteria != found.criteria and line & {one.category, *one.categories}
        ],
    }
    return page(request, "register/revision.html", {**_names(open_), **values})


@require_safe
def compare_criteria(request: HttpRequest) -> HttpResponse:
    """Two revisions compared: what a licence under the first says about the second."""
    open_ = sources()
    on = _day_asked(request, today())
    first, second = (open_.library.named(request.GET.get(name, ""), on) for name in ("first", "second"))
    found = compare_revisions(first, second, on, open_.library)
    values = {
        "first": first,
        "second": second,
        "found": found,
        "quantity": lambda text: facets.quantity_shown(open_, text),
        "value": lambda value: facets.unit_shown(str(value)),
        "relations": RELATIONS,
        "reasons": REASONS,
        "needs": NEEDS,
        "basis": BASIS,
    }
    return page(request, "register/compare_criteria.html", {**_names(open_), **values})
