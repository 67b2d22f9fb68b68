"""The lines of a screening on screen: a list with filters, and each line with all that its answer rests on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tenring.exceptions import SnapshotError
from tenring.language import in_language
from tenring.matching.explain import in_words
from tenring.model.text import is_cjk
from tenring.register.search import Query
from tenring.register.snapshot import Snapshot
from tenring.screening.listing import Order, Wanted, following, listing
from tenring.screening.memory.point import snapshot_of
from tenring.screening.opened import open_line
from tenring.screening.report.pictures import PALETTE
from tenring.web.accounts.roles import Action
from tenring.web.core.rendering import page
from tenring.web.core.sources import Sources, sources, tenring_settings
from tenring.web.procurement import belongs, memory
from tenring.web.procurement.models import Kept, Screening
from tenring.web.register.facets import category_name, programme_name
from tenring.web.register.found import of_hit
from tenring.web.register.licence import plain

#: In the address of a line: what is looked for among licences and among categories.
FIND, KIND = "find", "kind"
_FOUND = 8
_LONGEST = 200


def wanted(values: QueryDict) -> Wanted:
    """Which lines an address asks for; what it does not know is left out."""
    order = values.get("order", "")
    verdict = values.get("verdict", "")
    return Wanted(
        verdict=verdict if verdict in PALETTE else None,
        category=values.get("category") or None,
        currency=values.get("currency") or None,
        text=values.get("text", "")[:_LONGEST],
        order=Order(order) if order in set(Order) else Order.AMOUNT,
        after=values.get("after") or None,
    )


def asked(said: Wanted, **changes: object) -> str:
    """What an address says to ask for lines: `?…`, or nothing."""
    said = replace(said, **changes)  # type: ignore[arg-type]  # fields of Wanted
    values = {name: getattr(said, name) for name in ("verdict", "category", "currency", "text", "after")}
    values["order"] = said.order if said.order is not Order.AMOUNT else None
    kept = {name: str(value) for name, value in values.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def words_of(open_: Sources) -> dict[str, Any]:
    """What pages of lines need to write names."""
    return {
        "category_name": lambda id_: category_name(open_, id_),
        "programme_name": lambda id_: programme_name(open_, id_),
        "verdicts": list(PALETTE),
        "sample": open_.snapshot.manifest.sample,
    }


@never_cache
@require_safe
def lines(request: HttpRequest, id_: UUID) -> HttpResponse:
    """A page of the lines of a screening."""
    one, said, open_ = belongs.finished(request, id_), wanted(request.GET), sources()
    found = listing(one.result, said)
    here = reverse("screening_lines", args=[one.id])
    values = {
        "one": one,
        "wanted": said,
        "found": found,
        "orders": Order,
        "query": asked(said),
        "first": here + asked(said, after=None) if said.after else "",
        "next": here + asked(said, after=found.next) if found.next else "",
        "of_verdict": [
            (verdict, here + asked(said, verdict=None if said.verdict == verdict else verdict, after=None))
            for verdict in PALETTE
            if found.count(verdict)
        ],
        "pending": pending(one),
        "may_screen": belongs.may(request, one, Action.SCREEN),
        **words_of(open_),
    }
    return page(request, "procurement/lines.html", values)


def beside(request: HttpRequest, one: Screening) -> dict[str, Any]:
    """What the page of a result says of its lines: whether decisions wait, what changed, whether it is kept."""
    return {
        "pending": pending(one),
        "may_keep": belongs.may(request, one, Action.SCREEN),
        "was_screened_again": one.before.is_file(),
        "kept": Kept.objects.filter(screening=one).first(),
    }


def pending(one: Screening) -> int:
    """How many decisions were written down since a screening was answered."""
    answered = (one.result / "summary.json").stat().st_mtime
    rows = memory.corrections(one.owner, one.organisation)
    return sum(row.entered_at.timestamp() > answered for row in rows.only("entered_at"))


@never_cache
@require_safe
def line(request: HttpRequest, id_: UUID, line_id: str) -> HttpResponse:
    """One line: how it was read, what it is, what obliges it, which licences it may be, the answer."""
    one, said = belongs.finished(request, id_), wanted(request.GET)
    return line_page(request, one, line_id, said)


def line_page(request: HttpRequest, one: Screening, line_id: str, said: Wanted, *, problem: str = "") -> HttpResponse:
    """The page of a line; `problem`: why what was sent about it was not taken.

    Raises:
        Http404: there is no such line.
    """
    open_ = sources()
    opened = open_line(one.result, line_id, snapshot=snapshot_for(one), on=one.on)
    if opened is None:
        raise Http404
    behind = following(one.result, replace(said, after=line_id))
    rows = memory.about(memory.corrections(one.owner, one.organisation), opened.subject)
    counting = memory.standing(reversed(rows))
    values = {
        "one": one,
        "line": opened,
        "nearest": ", ".join(category_name(open_, id_) for id_ in opened.nearest),
        "problem": problem,
        "query": asked(replace(said, after=None)),
        "wanted": said,
        "next": reverse("screening_line", args=[one.id, behind]) + asked(replace(said, after=None)) if behind else "",
        "in_words": in_words,
        "decimal": lambda number: Decimal(str(number)),
        "plain": plain,
        "decisions": [(row, row.pk in counting) for row in rows],
        "may_correct": belongs.may(request, one, Action.CORRECT),
        "is_nobodys": one.owner_id is None and one.organisation_id is None,
        "find": request.GET.get(FIND, "")[:_LONGEST].strip(),
        "kind": request.GET.get(KIND, "")[:_LONGEST].strip(),
        "licences": _licences(open_, request.GET.get(FIND, "")),
        "categories": _categories(open_, request.GET.get(KIND, ""), opened.nearest),
        "pending": pending(one),
        "may_screen": belongs.may(request, one, Action.SCREEN),
        **words_of(open_),
    }
    return page(request, "procurement/line.html", values, status=400 if problem else 200)


def snapshot_for(one: Screening) -> Snapshot | None:
    """The snapshot that a screening was made with; None: it is gone."""
    try:
        return Snapshot.open(tenring_settings(), snapshot_of(one.result))
    except SnapshotError:
        return None


def _licences(open_: Sources, text: str) -> list[Any]:
    """Licences that are found by words, of the newest snapshot."""
    text = text[:_LONGEST].strip()
    return [of_hit(hit) for hit in open_.index.search(Query(text, limit=_FOUND)).hits] if text else []


def _categories(open_: Sources, text: str, nearest: tuple[str, ...]) -> list[tuple[str, str]]:
    """Categories of the hub one of whose words begins with a text; without one, those that come nearest."""
    by_id, text = open_.catalogue.categories.by_id, text[:_LONGEST].strip().casefold()
    if not text:
        return [(id_, in_language(by_id[id_].names)) for id_ in nearest if id_ in by_id]
    found = sorted(
        (place, in_language(one.names), one.id)
        for one in by_id.values()
        if (place := _place(text, in_language(one.names), one.phrases())) is not None
    )
    return [(id_, name) for _, name, id_ in found[:_FOUND]]


def _place(text: str, name: str, phrases: list[str]) -> int | None:
    """How well a text names a category, 0 best: by its name here, by other words of it; None: not at all."""
    for place, (among, begins) in enumerate((([name], True), ([name], False), (phrases, True), (phrases, False))):
        for phrase in (one.casefold() for one in among):
            if phrase.startswith(text) if begins else f" {text}" in phrase or (text in phrase and is_cjk(text)):
                return place
    return None
