"""Messages into the outbox: each once, however often it is put there, and a delivery for each endpoint."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from django.db import transaction
from django.utils import timezone

from tenring.model.plain import plain
from tenring.web.webhooks.events import EventType
from tenring.web.webhooks.models import Delivery, Endpoint, Message

#: Of ids of deliveries, which are made from endpoint and message.
_SPACE: Final = uuid.UUID("7b1f6a52-6f0e-4b9a-9b0e-6d1d5a2f0c11")
_BATCH: Final = 500


@dataclass(frozen=True)
class Happened:
    """Something that happened. `origin` is made from what it was: the same thing told again is the same message."""

    type: EventType
    origin: str
    data: Mapping[str, Any]
    endpoints: Sequence[uuid.UUID]

    @property
    def id(self) -> str:
        """The id of its message."""
        what = f"{self.type}\n{self.origin}"
        return f"msg_{hashlib.sha256(what.encode()).hexdigest()[:32]}"

    def message(self, at: datetime) -> Message:
        """The message, as it is sent to everybody."""
        body = {"id": self.id, "type": self.type.value, "created": at, "data": self.data}
        return Message(id=self.id, type=self.type, body=orjson.dumps(body, default=plain).decode(), created_at=at)


def put(happened: Iterable[Happened]) -> int:
    """Put what happened into the outbox, and have it delivered; how many deliveries there are of it.

    May be called again with the same after an interruption: what is there is left as it is.
    """
    count, batch = 0, []
    for one in happened:
        if not one.endpoints:
            continue
        batch.append(one)
        if len(batch) == _BATCH:
            count += _put(batch)
            batch = []
    return count + (_put(batch) if batch else 0)


def _put(batch: Sequence[Happened]) -> int:
    from tenring.web.webhooks.tasks import deliver  # noqa: PLC0415 - that module names this one

    now = timezone.now()
    with transaction.atomic():
        there = _endpoints({id_ for one in batch for id_ in one.endpoints})
        deliveries = [
            Delivery(id=delivery_id(endpoint, one.id), endpoint_id=endpoint, message_id=one.id, due_at=now)
            for one in batch
            for endpoint in one.endpoints
            if endpoint in there
        ]
        known = set(Delivery.objects.filter(pk__in=[one.pk for one in deliveries]).values_list("pk", flat=True))
        new = [one for one in deliveries if one.pk not in known]
        Message.objects.bulk_create([one.message(now) for one in batch], ignore_conflicts=True)
        Delivery.objects.bulk_create(new, ignore_conflicts=True)
    for one in new:
        deliver.enqueue(str(one.pk))
    return len(deliveries)


def _endpoints(ids: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those that are still there and on."""
    return set(Endpoint.objects.filter(pk__in=ids, is_on=True).values_list("pk", flat=True))


def delivery_id(endpoint: uuid.UUID, message: str) -> uuid.UUID:
    """The id of the one delivery of a message to an endpoint."""
    return uuid.uuid5(_SPACE, f"{endpoint}/{message}")
