"""Corrections: confirm or reject a match, name another licence or the category, take back, screen again, share."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenring.exceptions import DecisionError, TenringError, UnusableInputError
from tenring.language import T
from tenring.limits import require_text_within
from tenring.screening.differences import differences
from tenring.screening.memory import Decided, Decision, Kind, LicenceMeant, Source
from tenring.screening.memory.labelled import export as export_labelled
from tenring.screening.memory.labelled import read as read_labelled
from tenring.screening.memory.point import licence_of, snapshot_of
from tenring.screening.opened import Opened, open_line
from tenring.screening.report.steps import NO_CURRENCY
from tenring.web.accounts import access, log
from tenring.web.accounts.roles import Action
from tenring.web.core.rendering import page
from tenring.web.core.sources import sources, tenring_settings
from tenring.web.procurement import actions, belongs, memory, tasks
from tenring.web.procurement.lines import asked, line_page, snapshot_for, wanted, words_of
from tenring.web.procurement.memory import Scribe
from tenring.web.procurement.models import Correction, Screening, State

_SHOWN = 500


@dataclass(frozen=True)
class _Said:
    """What a form says about a line."""

    one: Screening
    line: Opened
    target: str
    why: str
    scribe: Scribe

    def decision(self, decided: Decided, *, licence: LicenceMeant | None = None, category: str = "") -> Decision:
        """One decision about the line.

        Raises:
            DecisionError: no reason is given, or the line describes no product.
        """
        answer = self.line.answer
        score = answer["category_score"] if category else _score(self.line, licence)
        line_id = self.line.read["line_id"]
        return Decision(
            decided=decided,
            subject=self.line.subject,
            who=self.scribe.name,
            at=memory.now(),
            why=self.why,
            licence=licence,
            category=category or None,
            source=Source(str(self.one.id), line_id, snapshot_of(self.one.result), score),
        )


def _score(line: Opened, licence: LicenceMeant | None) -> float | None:
    """What the matcher had given the pair."""
    return next((c.score for c in line.candidates if licence and c.licence_id == licence.licence_id), None)


@require_POST
def correct(request: HttpRequest, id_: UUID, line_id: str) -> HttpResponse:
    """Write a decision about a line down; a form that cannot be taken comes back with the reason."""
    one = belongs.finished(request, id_)
    scribe = belongs.scribe(request, one, Action.CORRECT)
    said = wanted(request.GET)
    line = open_line(one.result, line_id, snapshot=snapshot_for(one), on=one.on)
    decide = _DECIDE.get(request.POST.get("what", ""))
    if line is None or decide is None:
        raise Http404
    form = _Said(one, line, belongs.written(request, "target"), belongs.written(request, "why"), scribe)
    try:
        memory.record(decide(form, request), scribe)
    except (DecisionError, UnusableInputError) as error:
        return line_page(request, one, line_id, said, problem=_told(error))
    return HttpResponseRedirect(reverse("screening_line", args=[one.id, line_id]) + asked(said) + "#decided")


def _told(error: TenringError) -> str:
    """A reason in the words of a form: options of commands mean nothing here."""
    if isinstance(error, UnusableInputError):
        return f"{error.what}. {error.do}" if error.do else error.what
    return str(error)


def _require_why(said: _Said) -> None:
    if not said.why.strip():
        raise UnusableInputError(T("It is not said why"), do=T("Write the reason: whoever reads it later must know it"))


def _confirm(said: _Said, _: HttpRequest) -> list[Decision]:
    _require_why(said)
    return [said.decision(Decided.CONFIRMED, licence=_candidate(said, said.target))]


def _reject(said: _Said, _: HttpRequest) -> list[Decision]:
    _require_why(said)
    return [said.decision(Decided.REJECTED, licence=_candidate(said, said.target))]


def _choose(said: _Said, request: HttpRequest) -> list[Decision]:
    """Another licence of the newest snapshot; with it, if so said, the one that was found is rejected."""
    _require_why(said)
    if not said.target:
        raise UnusableInputError(T("no licence was chosen"), do=T("Search for it, and choose one"))
    chosen = licence_of(sources().snapshot, said.target)
    found = said.line.answer["licence_id"]
    instead = "instead" in request.POST and found and found != said.target
    rejected = [said.decision(Decided.REJECTED, licence=_candidate(said, found))] if instead else []
    return [*rejected, said.decision(Decided.CONFIRMED, licence=chosen)]


def _candidate(said: _Said, licence_id: str) -> LicenceMeant:
    """A candidate as the snapshot has it in which it was found; where that is gone, the newest.

    Raises:
        UnusableInputError: the line has no such candidate.
    """
    model = {one.licence_id: one.model for one in said.line.candidates}
    if licence_id not in model:
        raise UnusableInputError(T("no licence was chosen"), do=T("Search for it, and choose one"))
    return licence_of(snapshot_for(said.one) or sources().snapshot, licence_id, model[licence_id])


def _category(said: _Said, _: HttpRequest) -> list[Decision]:
    _require_why(said)
    if said.target not in sources().catalogue.categories.by_id:
        raise UnusableInputError(T("no category was chosen"), do=T("Search for it, and choose one"))
    return [said.decision(Decided.CONFIRMED, category=said.target)]


def _not_category(said: _Said, _: HttpRequest) -> list[Decision]:
    _require_why(said)
    if not said.line.answer["category"]:
        raise UnusableInputError(T("no category was chosen"), do=T("Search for it, and choose one"))
    return [said.decision(Decided.REJECTED, category=said.line.answer["category"])]


_DECIDE: dict[str, Callable[[_Said, HttpRequest], list[Decision]]] = {
    "confirm": _confirm,
    "reject": _reject,
    "choose": _choose,
    "category": _category,
    "not_category": _not_category,
}


# screen again, and what that changed


@require_POST
def again(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Screen with all that was decided since."""
    one = belongs.finished(request, id_)
    scribe = belongs.scribe(request, one, Action.SCREEN)
    actions.require_room(actions.screenings_of(request))
    screen_again(one, scribe)
    return HttpResponseRedirect(reverse("screening", args=[one.id]))


def screen_again(one: Screening, scribe: Scribe) -> None:
    """Hand a finished screening to the worker once more; its answer stays until there is another.

    Raises:
        UnusableInputError: it is at work.
    """
    with transaction.atomic():
        held = Screening.objects.select_for_update().get(pk=one.pk)
        if held.state != State.DONE:
            raise UnusableInputError(T("this screening is at work, or was not read yet"))
        held.state, held.stage, held.done, held.of = State.SCREENING, "", 0, 0
        held.message, held.cancel_wanted, held.touched_at = "", False, timezone.now()
        held.save()
        log.record(
            "screening.again", user=scribe.user, organisation=scribe.organisation, about=f"screening {one.pk.hex}"
        )
    tasks.judge_again.enqueue(str(one.pk))


@never_cache
@require_safe
def changes(request: HttpRequest, id_: UUID) -> HttpResponse:
    """What changed when it was last screened again."""
    one = belongs.finished(request, id_)
    if not one.before.is_file():
        raise Http404
    values = {"one": one, "found": differences(one.before, one.result / "lines.parquet"), **words_of(sources())}
    return page(request, "procurement/changes.html", {**values, "no_currency": NO_CURRENCY})


# all decisions


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def corrections(request: HttpRequest) -> HttpResponse:
    """All decisions of whom the visitor acts for; a file of decisions is added to them."""
    problem, added = "", None
    if request.method == "POST":
        scribe = belongs.acting(request, Action.CORRECT)
        try:
            added = _take_over(request, scribe)
        except (DecisionError, UnusableInputError) as error:
            problem = _told(error)
    else:
        scribe = belongs.acting(request, Action.SEE)
    rows = list(memory.corrections(scribe.user, scribe.organisation))
    counting = memory.standing(rows)
    values = {
        "rows": [(row, row.pk in counting) for row in reversed(rows[-_SHOWN:])],
        "count": len(rows),
        "counting": len(counting),
        "problem": problem,
        "added": added,
        "whose": belongs.names_of(scribe.organisation),
        "may_correct": access.may(scribe.user, Action.CORRECT, scribe.organisation),
        "kinds": Kind,
        **words_of(sources()),
    }
    return page(request, "procurement/corrections.html", values, status=400 if problem else 200)


def _take_over(request: HttpRequest, scribe: Scribe) -> int:
    """Add the decisions of the file that was sent.

    Raises:
        UnusableInputError: none was sent, or it cannot be read.
    """
    file: UploadedFile[Any] | None = request.FILES.get("file")
    if file is None:
        raise UnusableInputError(
            T("no file was chosen"), do=T("Choose a CSV file that was exported here or by `tenring`")
        )
    with tempfile.TemporaryDirectory(prefix="tenring-decisions-") as folder:
        path = Path(folder) / actions.safe_name(file.name or "")
        with path.open("wb") as stream:
            for piece in file.chunks():
                stream.write(piece)
        require_text_within(path, tenring_settings())
        return memory.take_over(read_labelled(path), scribe)


@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take a decision back; back to where the form was."""
    row = Correction.objects.filter(pk=number).first()
    if row is None or not _is_seen(request, row):
        raise Http404
    scribe = Scribe(access.require(request, Action.CORRECT, row.organisation), row.organisation)
    why = belongs.written(request, "why")
    if not why.strip():
        raise UnusableInputError(T("It is not said why"), do=T("Write the reason: whoever reads it later must know it"))
    memory.undo(row, why=why, scribe=scribe)
    screening, line_id = request.POST.get("screening", ""), request.POST.get("line", "")
    try:
        back = reverse("screening_line", args=[UUID(screening), line_id]) + "#decided" if line_id else ""
    except ValueError:
        back = ""
    return HttpResponseRedirect(back or reverse("corrections"))


def _is_seen(request: HttpRequest, row: Correction) -> bool:
    return access.visible(Correction.objects.filter(pk=row.pk), access.person(request)).exists()


@never_cache
@require_safe
@login_required
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The decisions that count, as labelled data: the very file of `tenring decisions export`."""
    if kind not in set(Kind):
        raise Http404
    scribe = belongs.acting(request, Action.SEE)
    found = memory.counting(scribe.user, scribe.organisation)
    with tempfile.TemporaryDirectory(prefix="tenring-decisions-") as folder:
        path = Path(folder) / "decisions.csv"
        export_labelled(found, path, kind=Kind(kind))
        content = path.read_bytes()
    name = f"tenring-decisions-{kind}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
