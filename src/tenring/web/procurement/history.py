"""What is kept of screenings: figures that stay when the files go, compared over the years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tenring import language
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.model.verdict import Verdict
from tenring.screening.kept import LINES, Driver, KeptFigures, Tally, drivers, kept_figures
from tenring.screening.report.pictures import PALETTE
from tenring.screening.report.steps import NO_CURRENCY
from tenring.screening.report.wording import formats
from tenring.web.accounts import access, log
from tenring.web.accounts.roles import Action
from tenring.web.core.economies import economy_name
from tenring.web.core.rendering import page
from tenring.web.core.sources import sources
from tenring.web.procurement import belongs, pictures
from tenring.web.procurement.lines import words_of
from tenring.web.procurement.memory import Scribe
from tenring.web.procurement.models import Kept, Screening, expiry

#: Screenings side by side at most.
MOST_COMPARED = 12
_LONGEST = 100
_DRIVERS = 12


# actions


def keep(one: Screening, name: str, scribe: Scribe) -> Kept:
    """Keep a finished screening and its figures as they are now; one that is kept gets the new figures."""
    found = kept_figures(one.result)
    with transaction.atomic():
        Screening.objects.filter(pk=one.pk).update(expires_at=None)
        kept, _ = Kept.objects.update_or_create(
            screening=one,
            defaults={
                "owner": None if scribe.organisation else scribe.user,
                "organisation": scribe.organisation,
                "name": name.strip()[:_LONGEST] or one.file_name[:_LONGEST],
                "who": scribe.name,
                "kept_at": timezone.now(),
                "first_day": found.first_day,
                "last_day": found.last_day,
                "figures": found.stored(),
            },
        )
        _log("screening.kept", kept, scribe)
    return kept


def drop(kept: Kept, scribe: Scribe) -> None:
    """Forget what is kept; the screening itself, if it is still there, is removed as any other, after some days."""
    with transaction.atomic():
        Screening.objects.filter(kept=kept).update(expires_at=expiry())
        _log("screening.dropped", kept, scribe)
        kept.delete()


def _log(what: str, kept: Kept, scribe: Scribe) -> None:
    log.record(
        what, user=scribe.user, organisation=scribe.organisation, about=f"kept {kept.pk.hex}", name=kept.name,
        screening=kept.screening_id.hex if kept.screening_id else None,
    )  # fmt: skip


# views


@require_POST
def keep_it(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Keep a screening."""
    one = belongs.finished(request, id_)
    keep(one, belongs.written(request, "name"), belongs.scribe(request, one, Action.SCREEN))
    return HttpResponseRedirect(reverse("screening", args=[one.pk]))


@require_POST
def drop_it(request: HttpRequest, kept_id: UUID) -> HttpResponse:
    """Keep it no longer."""
    kept = _seen(request).filter(pk=kept_id).first()
    if kept is None:
        raise Http404
    drop(kept, Scribe(access.require(request, Action.SCREEN, kept.organisation), kept.organisation))
    return HttpResponseRedirect(reverse("history"))


def _seen(request: HttpRequest) -> QuerySet[Kept]:
    """What is kept that the visitor may see; for everybody else it does not exist."""
    return access.visible(Kept.objects.all(), access.person(request))


@dataclass(frozen=True)
class Row:
    """Something kept as tables and pictures show it."""

    kept: Kept
    figures: KeptFigures
    period: str

    def tally(self, by: str) -> Tally | None:
        """The whole, by a currency or by lines."""
        return self.figures.tally(by)


def _rows(kept: QuerySet[Kept]) -> list[Row]:
    return [Row(one, KeptFigures.of(one.figures), period(one.first_day, one.last_day)) for one in kept]


def period(first: date | None, last: date | None) -> str:
    """A period in few words: a year where it is one."""
    if first is None or last is None:
        return T("no dates")
    if first.year == last.year:
        return str(first.year)
    return f"{first.year}–{last.year}"


def _names() -> dict[str, Any]:
    return {
        "economy_name": economy_name,
        "by_name": by_name,
        "amount": amount,
        "points": points,
        "lines_by": LINES,
        **words_of(sources()),
    }


def by_name(by: str) -> str:
    """A currency, or the number of lines, in words."""
    if by == LINES:
        return T("number of lines")
    return T("no currency given") if by == NO_CURRENCY else by


def amount(value: Decimal | None, by: str) -> str:
    """An amount in a currency, or a number of lines."""
    written = formats(language.current())
    return written.number(int(value)) if by == LINES and value is not None else written.money(value, by)


def points(value: Decimal | None) -> str:
    """A difference of shares in percentage points, with its sign."""
    if value is None:
        return "–"
    return f"{value * 100:+.1f}".replace("-", "−")


@never_cache
@require_safe
@login_required
def history(request: HttpRequest) -> HttpResponse:
    """All that is kept, with the green share over time."""
    rows = _rows(_seen(request))
    by = _by(request, rows)
    values = {
        "rows": rows,
        "by": by,
        "measures": _measures(rows),
        "drawn": _drawn(rows, by) if len(rows) > 1 else "",
        "most_compared": MOST_COMPARED,
    }
    return page(request, "procurement/history.html", {**values, **_names()})


def _measures(rows: Sequence[Row]) -> list[str]:
    """What can be compared: lines, and each currency that occurs, most often first."""
    found = [code for row in rows for code in row.figures.currencies]
    return [*sorted(set(found), key=lambda code: (code == NO_CURRENCY, -found.count(code), code)), LINES]


def _by(request: HttpRequest, rows: Sequence[Row]) -> str:
    """What `?by=` asks for; without it the currency that most have, else lines."""
    known = _measures(rows)
    wanted = request.GET.get("by", "")
    return wanted if wanted in known else known[0]


def _drawn(rows: Sequence[Row], by: str) -> str:
    """The green share over time; several of one period are told apart by their names."""
    return pictures.over_time(tuple(_point(row, by) for row in rows))


def _point(row: Row, by: str) -> pictures.Point:
    tally = row.tally(by)
    least = tally.green if tally else None
    most = tally.share(Verdict.GREEN, Verdict.UNCLASSIFIED) if tally else None
    return pictures.Point(row.period, None if least is None else float(least), None if most is None else float(most))


@never_cache
@require_safe
def kept_page(request: HttpRequest, kept_id: UUID) -> HttpResponse:
    """One of them: its figures by verdict and category, and what they rest on."""
    rows = _rows(_seen(request).filter(pk=kept_id).select_related("screening", "organisation"))
    if not rows:
        raise Http404
    row = rows[0]
    by, names = _by(request, rows), _names()
    tallies = row.figures.by_category(by)
    values = {
        "row": row,
        "by": by,
        "measures": _measures(rows),
        "whole": row.tally(by),
        "tallies": sorted(tallies.items(), key=lambda one: (-one[1].total, one[0] or "")),
        "map": pictures.treemap({_named(id_, names): tally for id_, tally in tallies.items()}),
        "may_screen": access.may(access.person(request), Action.SCREEN, row.kept.organisation),
    }
    return page(request, "procurement/kept.html", {**values, **names})


def _named(category: str | None, names: dict[str, Any]) -> str:
    """A category's name, for the map and for tables."""
    return names["category_name"](category) if category else T("Unclassified")


@never_cache
@require_safe
@login_required
def compare(request: HttpRequest) -> HttpResponse:
    """Two or more side by side: shares, categories, and what drove the difference between the first and the last."""
    ids = list(dict.fromkeys(_ids(request.GET.getlist("id"))))
    if not 1 < len(ids) <= MOST_COMPARED:
        raise UnusableInputError(T("choose 2 to {count} to compare", count=MOST_COMPARED))
    rows = _rows(_seen(request).filter(pk__in=ids))
    if len(rows) != len(ids):
        raise Http404
    by = _by(request, rows)
    values = {
        "rows": rows,
        "by": by,
        "measures": _measures(rows),
        "address": f"{request.path}?{'&'.join(f'id={one}' for one in ids)}&by=",
        "drawn": _drawn(rows, by),
        "tallies": [row.tally(by) for row in rows],
        "categories": _categories(rows, by),
        "driven": drivers(rows[0].figures, rows[-1].figures, by),
        "shown": _DRIVERS,
        "together": _together,
        "verdict_keys": list(PALETTE),
        "economies": {row.figures.economy for row in rows},
        "matchers": {row.figures.matcher for row in rows},
    }
    return page(request, "procurement/comparison.html", {**values, **_names()})


def _ids(texts: Sequence[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError as error:
        raise Http404 from error


def _categories(rows: Sequence[Row], by: str) -> list[tuple[str | None, list[Tally | None]]]:
    """Category -> its tally in each, the largest of all together first."""
    sides = [row.figures.by_category(by) for row in rows]
    found = {category: [side.get(category) for side in sides] for category in {c for side in sides for c in side}}
    return sorted(found.items(), key=lambda one: (-sum(t.total for t in one[1] if t), one[0] or ""))


def _together(found: Sequence[Driver]) -> Decimal:
    """What some categories did to the share."""
    return sum((one.together for one in found), Decimal(0))
