"""What takes long, done by the worker: reading a file, screening it. Both call what the command line calls."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path

from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from django_tasks import task

from tenring import language
from tenring.exceptions import TenringError, UnknownColumnsError
from tenring.language import T
from tenring.screening.prepare import keep, prepare
from tenring.screening.run import Request
from tenring.screening.run import screen as run_screening
from tenring.screening.work import link
from tenring.web.accounts.log import record
from tenring.web.core.sources import tenring_settings
from tenring.web.procurement import memory
from tenring.web.procurement.models import Screening, State
from tenring.web.webhooks import notice as webhooks

#: More columns than a page can ask about are not asked about.
_MOST_COLUMNS = 100

#: Progress is written at most so often: a database is not a progress bar.
_SECONDS = 0.5

_log = logging.getLogger(__name__)


class CancelledError(Exception):
    """The owner does not want it any more."""


@task()
def read(screening_id: str) -> None:
    """Read the file of a screening, so that its owner sees what was understood."""
    _work(screening_id, _read, State.READING, then=State.UNDERSTOOD)


@task()
def judge(screening_id: str) -> None:
    """Screen the file of a screening."""
    _work(screening_id, _judge, State.SCREENING, then=State.DONE)


@task()
def judge_again(screening_id: str) -> None:
    """Screen it again with what was decided since; where that ends badly, the answer that is there stays."""
    _work(screening_id, _judge_again, State.SCREENING, then=State.DONE, otherwise=State.DONE)


Progress = Callable[[str, int, int], None]


def _read(screening: Screening, progress: Progress) -> None:
    screening.read.mkdir(parents=True, exist_ok=True)
    prepared = prepare(
        [screening.file],
        settings=tenring_settings(),
        out=screening.read,
        options=screening.read_options,
        progress=progress,
    )
    keep(prepared)


def _judge(screening: Screening, progress: Progress) -> None:
    request = Request(
        files=(screening.file,),
        on=screening.on,
        out=screening.result,
        economy=screening.economy or None,
        options=screening.read_options,
        title=Path(screening.file_name).stem,
        decisions=memory.counting(screening.owner, screening.organisation),
    )
    run_screening(request, settings=tenring_settings(), progress=progress)


def _judge_again(screening: Screening, progress: Progress) -> None:
    """Keep the lines as they are answered now beside the new answer, so that both can be compared."""
    aside = screening.before.with_suffix(".new")
    aside.unlink(missing_ok=True)
    link(screening.result / "lines.parquet", aside)
    _judge(screening, progress)
    aside.replace(screening.before)


def _work(
    screening_id: str,
    doing: Callable[[Screening, Progress], None],
    state: State,
    *,
    then: State,
    otherwise: State | None = None,
) -> None:
    """Do a stage of a screening unless it was cancelled or removed, and record how it ended.

    `otherwise`: the state where it ends badly; None: cancelled or failed.
    """
    screening = Screening.objects.filter(pk=screening_id, state=state).first()
    if screening is None:
        return
    language.use(screening.language)
    try:
        doing(screening, _recorder(screening))
    except CancelledError:
        message = T("Cancelled. The earlier answer stays.") if otherwise else ""
        _end(screening, State.CANCELLED, message, then=otherwise)
    except UnknownColumnsError as error:
        screening.columns_file.write_text(json.dumps(error.columns[:_MOST_COLUMNS]), encoding="utf-8")
        message = T("{what}. Say below what they hold, then have the file read again", what=error.what)
        _end(screening, State.FAILED, message, then=otherwise)
    except TenringError as error:
        screening.columns_file.unlink(missing_ok=True)
        _end(screening, State.FAILED, _without_paths(str(error), screening), then=otherwise)
    except Exception:
        _log.exception("screening %s", screening_id)
        message = T("Something went wrong on our side. It has been written down.")
        _end(screening, State.FAILED, message, then=otherwise)
        raise
    else:
        _end(screening, then)


def _end(screening: Screening, how: State, message: str = "", *, then: State | None = None) -> None:
    """Record how work ended, and the state that follows: the same, unless `then` says another."""
    if not connection.in_atomic_block:  # after long work the database may have hung up
        close_old_connections()
    here = Screening.objects.filter(pk=screening.pk, state=screening.state)
    with transaction.atomic():
        changed = here.update(state=then or how, message=message, stage="", cancel_wanted=False)
        if changed and how in {State.DONE, State.FAILED} and screening.organisation is not None:
            about = f"screening {screening.id}"
            record(f"screening.{how}", user=None, organisation=screening.organisation, about=about)
        if changed:
            screening.refresh_from_db()
            webhooks.job_finished(screening)


def _without_paths(message: str, screening: Screening) -> str:
    """The message without the server's folders: they are nobody's business."""
    for path in (screening.file.parent, screening.folder, tenring_settings().home):
        message = message.replace(f"{path}/", "").replace(str(path), "")
    return message


def _recorder(screening: Screening) -> Progress:
    """What writes progress, and stops the work when the owner wants that.

    Raises:
        CancelledError: from the returned function, when it was cancelled.
    """
    last = 0.0

    def record(what: str, done: int, of: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _SECONDS and last:
            return
        last = now
        here = Screening.objects.filter(pk=screening.pk)
        if not here.update(stage=what[:100], done=done, of=of, touched_at=timezone.now()):
            raise CancelledError  # its owner removed it
        if not here.filter(cancel_wanted=False, state=screening.state).exists():
            raise CancelledError

    record("", 0, 0)
    return record
