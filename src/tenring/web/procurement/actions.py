"""Everything that changes a screening: check, change, record, in one transaction each."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from tenring import language
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.screening.read.options import ReadOptions
from tenring.screening.read.source import detect
from tenring.web.accounts.access import acting_for, may, person, require, visible
from tenring.web.accounts.log import record
from tenring.web.accounts.models import Organisation, User
from tenring.web.accounts.roles import Action
from tenring.web.core.sources import tenring_settings
from tenring.web.procurement import tasks
from tenring.web.procurement.models import AT_WORK, Screening, State

#: Screenings of one visitor, and of all, that may be at work at once: a queue that only grows serves nobody.
MOST_OF_ONE, MOST_OF_ALL = 3, 40
_KEY = "screenings"
_UNSAFE = re.compile(r"[^\w.() +-]+")
_LONGEST_NAME = 120


@dataclass(frozen=True)
class Given:
    """What a visitor says with a file."""

    economy: str
    on: date
    options: ReadOptions


def receive(request: HttpRequest, file: UploadedFile[Any], given: Given) -> Screening:
    """Keep an uploaded file and have it read.

    Raises:
        UnusableInputError: it is of a kind we do not read, or too much is at work.
        PermissionDenied: the visitor's role in the organisation they act for does not allow it.
    """
    organisation, user = acting_for(request), person(request)
    if organisation is not None:
        require(request, Action.SCREEN, organisation)
    require_room([one for one in screenings_of(request) if one.owner == user])
    screening = keep(file, given, owner=user, organisation=organisation)
    _remember(request, screening)
    tasks.read.enqueue(str(screening.id))
    return screening


def keep(
    file: UploadedFile[Any], given: Given, *, owner: User | None, organisation: Organisation | None = None
) -> Screening:
    """Keep a file as a screening; nothing of it is read yet but its first bytes.

    Raises:
        UnusableInputError: it is of a kind we do not read.
    """
    forget_expired()
    screening = Screening(
        owner=owner,
        organisation=organisation,
        file_name=safe_name(file.name or ""),
        language=language.current(),
        economy=given.economy,
        on=given.on,
        options=_stored(given.options),
    )
    screening.folder.mkdir(parents=True, mode=0o700)
    try:
        screening.file.parent.mkdir(mode=0o700)
        with screening.file.open("xb") as stream:
            screening.file.chmod(0o600)
            for piece in file.chunks():
                stream.write(piece)
        detect(screening.file, settings=tenring_settings())
        with transaction.atomic():
            screening.save()
            _log("uploaded", screening, owner)
    except BaseException:
        shutil.rmtree(screening.folder)
        raise
    return screening


def safe_name(name: str) -> str:
    """A file name without path, control signs and leading dots; reports show it."""
    last = re.split(r"[/\\]", name)[-1]
    cleaned = _UNSAFE.sub("_", last).lstrip(". ").strip()
    stem, dot, ending = cleaned.rpartition(".")
    return f"{stem[:_LONGEST_NAME]}{dot}{ending[:10]}" if stem else (cleaned[:_LONGEST_NAME] or "purchases")


def _stored(options: ReadOptions) -> dict[str, object]:
    """What the owner said, as JSON holds it."""
    said = {"columns": dict(options.columns), "currency": options.currency, "date_order": options.date_order}
    return {name: value for name, value in said.items() if value}


def require_room(own: list[Screening]) -> None:
    """Refuse more work for somebody whose screenings are these.

    Raises:
        UnusableInputError: they have, or all together have, too many at work.
    """
    at_work = [one for one in own if one.is_at_work]
    if len(at_work) >= MOST_OF_ONE or Screening.objects.filter(state__in=AT_WORK).count() >= MOST_OF_ALL:
        do = T("Wait until one is finished, or cancel it")
        raise UnusableInputError(T("too many screenings are at work"), do=do)


def _remember(request: HttpRequest, screening: Screening) -> None:
    request.session[_KEY] = [screening.id.hex, *request.session.get(_KEY, [])][:100]


def screenings_of(request: HttpRequest) -> list[Screening]:
    """The screenings that a visitor may see: those of the session, of the account, and of its organisations."""
    of_session = Screening.objects.filter(id__in=request.session.get(_KEY, []), owner=None, organisation=None)
    found = of_session | visible(Screening.objects.all(), person(request))
    return list(found.select_related("owner", "organisation"))


def unclaimed(request: HttpRequest) -> QuerySet[Screening]:
    """The screenings that the session knows and nobody owns: what was sent before signing in."""
    return Screening.objects.filter(id__in=request.session.get(_KEY, []), owner=None, organisation=None, keyed=None)


def take_over(request: HttpRequest, user: User) -> int:
    """Give a person what their session sent before they signed in; how many. Those of others are out of reach."""
    with transaction.atomic():
        taken = list(unclaimed(request).select_for_update(of=("self",)))
        for one in taken:
            one.owner = user
            one.save(update_fields=["owner"])
            record("screening.taken_over", user=user, about=f"screening {one.id}")
    return len(taken)


def own(request: HttpRequest, id_: object) -> Screening | None:
    """One of the visitor's screenings; None: there is none, or it is somebody else's."""
    return next((one for one in screenings_of(request) if one.id == id_), None)


def may_do(request: HttpRequest, screening: Screening, action: Action) -> bool:
    """Whether a visitor, who sees a screening, may do that with it: an organisation's, if their role allows it."""
    return screening.organisation is None or may(person(request), action, screening.organisation)


def read_again(screening: Screening, given: Given, *, by: User | None = None) -> None:
    """Read the file again with other words about it.

    Raises:
        UnusableInputError: the worker is at it.
    """
    said = {"economy": given.economy, "on": given.on, "options": _stored(given.options)}
    with transaction.atomic():
        _begin(screening, State.READING, **said)
        _log("read_again", screening, by)
    tasks.read.enqueue(str(screening.id))


def screen(screening: Screening, *, by: User | None = None) -> None:
    """Have a file that was understood screened.

    Raises:
        UnusableInputError: it was not understood yet, or the worker is at it.
    """
    with transaction.atomic():
        _begin(screening, State.SCREENING)
        _log("screened", screening, by)
    tasks.judge.enqueue(str(screening.id))


def _begin(screening: Screening, state: State, **changes: object) -> None:
    """Hand a screening to the worker."""
    with transaction.atomic():
        held = Screening.objects.select_for_update().get(pk=screening.pk)
        if held.is_at_work or (state == State.SCREENING and held.state != State.UNDERSTOOD):
            raise UnusableInputError(T("this screening is at work, or was not read yet"))
        for name, value in changes.items():
            setattr(held, name, value)
        held.state, held.stage, held.done, held.of = state, "", 0, 0
        held.message, held.cancel_wanted, held.touched_at = "", False, timezone.now()
        held.save()


def cancel(screening: Screening, *, by: User | None = None) -> None:
    """Ask the worker to stop; where it says nothing any more, what it was to do is cancelled without it."""
    at_work = Screening.objects.filter(pk=screening.pk, state__in=AT_WORK, cancel_wanted=False)
    with transaction.atomic():
        if at_work.update(cancel_wanted=True):
            _log("cancelled", screening, by)
        if screening.is_silent:
            Screening.objects.filter(pk=screening.pk, state__in=AT_WORK).update(state=State.CANCELLED)


def forget(screening: Screening, *, by: User | None = None) -> None:
    """Remove a screening with its file and results.

    Raises:
        UnusableInputError: the worker is at it.
    """
    if screening.is_at_work:
        raise UnusableInputError(T("this screening is at work"), do=T("Cancel it first"))
    _remove(screening, "removed", by)


def forget_expired() -> None:
    """Remove what was kept long enough; one that still says it is at work then was left by a worker that died."""
    for one in Screening.objects.filter(expires_at__lt=timezone.now()):
        _remove(one, "expired", None)


def _remove(screening: Screening, what: str, by: User | None) -> None:
    """First the row, then the files: what nobody can ask for may linger, what is asked for must be there."""
    folder = screening.folder
    with transaction.atomic():
        _log(what, screening, by)
        screening.delete()
    remove_files(folder)


def remove_files(folder: Path) -> None:
    """Remove the files of a screening whose row is gone."""
    shutil.rmtree(folder, ignore_errors=True)


def _log(what: str, screening: Screening, by: User | None) -> None:
    """Add a line to the log of whom a screening belongs to; one of somebody not signed in has no log to stand in."""
    if screening.owner is None and screening.organisation is None:
        return
    whose = by or (screening.owner if screening.organisation is None else None)
    about = f"screening {screening.id}"
    record(f"screening.{what}", user=whose, organisation=screening.organisation, about=about, file=screening.file_name)
