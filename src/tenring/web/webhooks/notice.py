"""What happens, as it is told: a screening ended, a snapshot was published, a status changed or its day came."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from tenring.exceptions import SnapshotError, UnusableInputError
from tenring.register.changes import Change, Moment, status_changes
from tenring.register.search import SearchIndex
from tenring.register.snapshot import Snapshot, published
from tenring.web.core.sources import tenring_settings, today
from tenring.web.procurement.models import Screening, State
from tenring.web.webhooks.events import EventType, Filters
from tenring.web.webhooks.models import Endpoint, Seen
from tenring.web.webhooks.outbox import Happened, put

_log = logging.getLogger(__name__)


def job_finished(screening: Screening) -> None:
    """Tell those whose screening it is that it is done, or failed."""
    if screening.state not in {State.DONE, State.FAILED}:
        return
    data = {
        "job": screening.id,
        "state": screening.state,
        "message": screening.message,
        "file_name": screening.file_name,
        "economy": screening.economy,
        "on": screening.on,
        "page": f"/screen/{screening.id}/",
        "api": f"/api/v1/jobs/{screening.id}",
    }
    origin = f"{screening.id}/{screening.state}/{screening.touched_at.isoformat()}"
    endpoints = _subscribed(EventType.JOB_FINISHED, _whose(screening))
    put([Happened(EventType.JOB_FINISHED, origin, data, [one.pk for one in endpoints])])


def _whose(screening: Screening) -> Q:
    """Endpoints of the organisation, else of the owner, else of the key that the screening belongs to."""
    keyed = getattr(screening, "keyed", None)
    key = keyed.key if keyed else None
    organisation = screening.organisation or (key.organisation if key else None)
    owner = screening.owner or (key.owner if key else None)
    if organisation is not None:
        return Q(organisation=organisation)
    if owner is not None:
        return Q(owner=owner, organisation=None)
    return Q(key=key) if key is not None else Q(pk__in=[])


def _subscribed(event: EventType, which: Q | None = None) -> list[Endpoint]:
    found = Endpoint.objects.filter(is_on=True) if which is None else Endpoint.objects.filter(which, is_on=True)
    return [one for one in found if event in one.events]


def look() -> int:
    """Tell what changed in the registers since the last look; how many deliveries that makes.

    Every step is told whole before the next look begins behind it; interrupted, it is told again, and each endpoint
    still gets each change once, because a message is known by what happened.
    """
    try:
        newest = Snapshot.open(tenring_settings())
    except SnapshotError:
        return 0
    seen = Seen.objects.first()
    if seen is None:
        Seen.objects.get_or_create(pk=1, defaults={"snapshot": newest.name, "day": today()})
        return 0
    count = 0
    for old, new in _steps(seen, newest, today()):
        count += _tell(old, new)
        here = Seen.objects.filter(pk=seen.pk, snapshot=old.snapshot.name if old else seen.snapshot)
        here.update(snapshot=new.snapshot.name, day=new.on)
    return count


def _steps(seen: Seen, newest: Snapshot, day: date) -> Iterator[tuple[Moment | None, Moment]]:
    """From where changes were told to now, snapshot by snapshot; from None where the former one cannot be compared."""
    if seen.snapshot == newest.name:
        if seen.day < day:
            yield Moment(newest, seen.day), Moment(newest, day)
        return
    chain = [one for one in published(tenring_settings()) if one.manifest.sample == newest.manifest.sample]
    places = [place for place, one in enumerate(chain) if one.name == seen.snapshot]
    if not places:
        _log.warning("the snapshot %s is gone: changes between it and %s are not told", seen.snapshot, newest.name)
        yield None, Moment(newest, day)
        return
    last = Moment(chain[places[0]], min(seen.day, day))
    for one in chain[places[0] + 1 :]:
        made = one.manifest.created_at.astimezone().date()
        here = Moment(one, day if one.name == newest.name else min(max(made, last.on), day))
        yield last, here
        last = here


def _tell(old: Moment | None, new: Moment) -> int:
    """Tell of one step."""
    changes = _Changes(old, new) if old else None
    count = put(changes.happened()) if changes else 0
    if old is not None and old.snapshot.name == new.snapshot.name:
        return count
    manifest = new.snapshot.manifest
    data = {
        "snapshot": new.snapshot.name,
        "since": old.snapshot.name if old else None,
        "created_at": manifest.created_at,
        "sample": manifest.sample,
        "totals": manifest.totals,
        "dumps": "/api/v1/dumps",
    }
    endpoints = [one.pk for one in _subscribed(EventType.PUBLISHED)]
    return count + put([Happened(EventType.PUBLISHED, new.snapshot.name, data, endpoints)])


@dataclass
class _Changes:
    """The changes of one step, and who wants to know of which."""

    old: Moment
    new: Moment
    _wanted: list[tuple[UUID, Filters, frozenset[str] | None]] = field(default_factory=list)

    def happened(self) -> Iterator[Happened]:
        """What is to be told; nothing is compared when nobody wants to know."""
        self._wanted = [
            one for endpoint in _subscribed(EventType.STATUS_CHANGED) for one in self._with_search(endpoint)
        ]
        if not self._wanted:
            return
        for change in status_changes(self.old, self.new):
            endpoints = [id_ for id_, filters, found in self._wanted
                         if filters.fit(change) and (found is None or change.licence_id in found)]  # fmt: skip
            if endpoints:
                yield Happened(EventType.STATUS_CHANGED, self._origin(change), self._data(change), endpoints)

    def _with_search(self, endpoint: Endpoint) -> Iterator[tuple[UUID, Filters, frozenset[str] | None]]:
        filters = endpoint.wanted
        try:
            found = filters.found(SearchIndex.open(self.new.snapshot.folder)) if filters.search else None
        except UnusableInputError as error:
            _log.warning("the saved search of the endpoint %s cannot be asked: %s", endpoint.pk, error)
            return
        yield endpoint.pk, filters, found

    def _origin(self, change: Change) -> str:
        """The same whenever the step is told: it names neither day, which depends on when that is."""
        statuses = [one.status.value if one else "" for one in (change.old, change.new)]
        since = change.new.from_date if change.new else None
        return "/".join([self.new.snapshot.name, change.licence_id, *statuses, str(since)])

    def _data(self, change: Change) -> dict[str, Any]:
        return {
            **asdict(change),
            "on": self.new.on,
            "snapshot": self.new.snapshot.name,
            "former_snapshot": self.old.snapshot.name,
            "page": f"/licence/{change.licence_id}",
            "api": f"/api/v1/licences/{change.licence_id}",
        }
