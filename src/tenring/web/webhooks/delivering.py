"""One attempt to deliver a message, and what follows from it: done, again later, given up, endpoint switched off."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from tenring.exceptions import KeyMaterialError, UnusableInputError
from tenring.language import T
from tenring.web.accounts.log import record
from tenring.web.core.sources import tenring_settings
from tenring.web.webhooks import posting, secret
from tenring.web.webhooks.models import Attempt, Delivery, DeliveryState, Endpoint
from tenring.web.webhooks.posting import Outcome
from tenring.web.webhooks.signature import headers

#: Waits between the attempts, in all a day: most failures last seconds, some a night.
WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 28_800, 32_400))
#: Until then nobody else takes a delivery that is being tried; if the worker dies, it is tried again after this.
LEASE: Final = timedelta(minutes=2)
#: After so many failures in a row an endpoint is left alone for a while, so that others do not wait for it.
TIRED: Final = 5
REST: Final = timedelta(minutes=5)
#: An endpoint that took nothing for so long is switched off.
TOO_LONG: Final = timedelta(days=3)

_log = logging.getLogger(__name__)


def deliver(delivery_id: str) -> datetime | None:
    """Try to deliver a message if it is due and nobody else is at it; when to try again (None: not)."""
    now = timezone.now()
    due = Delivery.objects.filter(pk=delivery_id, state=DeliveryState.WAITING, due_at__lte=now, endpoint__is_on=True)
    if not due.update(due_at=now + LEASE):
        return None
    delivery = Delivery.objects.select_related("endpoint", "message").get(pk=delivery_id)
    rest = delivery.endpoint.rest_until
    if rest is not None and rest > now:
        Delivery.objects.filter(pk=delivery.pk).update(due_at=rest)
        return rest
    return _note(delivery, _tried(delivery))


def _tried(delivery: Delivery) -> Outcome:
    endpoint, body = delivery.endpoint, delivery.message.body.encode()
    settings = tenring_settings()
    try:
        target = posting.target(endpoint.address, settings)
        signed = headers(delivery.message_id, int(time.time()), body, live_secrets(endpoint))
    except (UnusableInputError, KeyMaterialError) as error:
        return Outcome(None, 0, error=str(error))
    return posting.poster(settings).post(target, body, signed)


def live_secrets(endpoint: Endpoint) -> Iterator[str]:
    """The secrets that sign: the one of now, and, for a while after a rotation, the one before.

    Raises:
        KeyMaterialError: it was sealed with another key of the server.
    """
    yield secret.opened(endpoint.secret, endpoint.id)
    if endpoint.former_secret and endpoint.former_until and timezone.now() < endpoint.former_until:
        yield secret.opened(endpoint.former_secret, endpoint.id)


def _note(delivery: Delivery, outcome: Outcome) -> datetime | None:
    """Write down what came of an attempt; when the next one is due."""
    with transaction.atomic():
        held = Delivery.objects.select_for_update().filter(pk=delivery.pk).first()
        if held is None:
            return None  # its endpoint was removed meanwhile
        Attempt.objects.create(
            delivery=held, status=outcome.status, milliseconds=outcome.milliseconds,
            answer=outcome.answer, error=outcome.error,
        )  # fmt: skip
        endpoint = Endpoint.objects.select_for_update().get(pk=held.endpoint_id)
        held.tries += 1
        _judge(held, outcome)
        held.save(update_fields=["tries", "state", "due_at", "done_at"])
        _learn(endpoint, outcome)
        if not endpoint.is_on:
            return None
    return held.due_at if held.state == DeliveryState.WAITING else None


def _judge(delivery: Delivery, outcome: Outcome) -> None:
    now = timezone.now()
    if outcome.is_good:
        delivery.state, delivery.done_at = DeliveryState.DELIVERED, now
    elif delivery.tries > len(WAITS):
        delivery.state, delivery.done_at = DeliveryState.GIVEN_UP, now
        _log.warning("given up: message %s for endpoint %s", delivery.message_id, delivery.endpoint_id)
    else:
        delivery.due_at = now + WAITS[delivery.tries - 1]


def _learn(endpoint: Endpoint, outcome: Outcome) -> None:
    """What an attempt says of the endpoint itself."""
    now = timezone.now()
    if outcome.is_good:
        endpoint.failing_since, endpoint.fails, endpoint.rest_until = None, 0, None
    else:
        endpoint.failing_since = endpoint.failing_since or now
        endpoint.fails += 1
        endpoint.rest_until = now + REST if endpoint.fails >= TIRED else None
    endpoint.save(update_fields=["failing_since", "fails", "rest_until"])
    if outcome.is_gone:
        switch_off(endpoint, T("its server answered 410: it wants no more"))
    elif endpoint.failing_since is not None and now - endpoint.failing_since > TOO_LONG:
        day = endpoint.failing_since.date().isoformat()
        switch_off(endpoint, T("it has taken nothing since {day}", day=day))


def switch_off(endpoint: Endpoint, why: str) -> None:
    """Send nothing more to an endpoint, and give up what waits; its log says why."""
    with transaction.atomic():
        endpoint.is_on, endpoint.why_off = False, why
        endpoint.save(update_fields=["is_on", "why_off"])
        waiting = endpoint.deliveries.filter(state=DeliveryState.WAITING)
        given_up = waiting.update(state=DeliveryState.GIVEN_UP, done_at=timezone.now())
        record(
            "webhook.switched_off",
            user=None,
            organisation=endpoint.organisation,
            about=f"webhook {endpoint.pk}",
            why=why,
            given_up=given_up,
        )
