"""Everything that changes an endpoint: check, change, record, in one transaction each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.web.accounts.log import record
from tenring.web.accounts.models import Organisation, User
from tenring.web.api.models import ApiKey
from tenring.web.core.sources import sources, tenring_settings
from tenring.web.webhooks import secret
from tenring.web.webhooks.events import MOST_FOUND, MOST_VALUES, OFFERED, EventType, Filters
from tenring.web.webhooks.models import Delivery, DeliveryState, Endpoint
from tenring.web.webhooks.outbox import Happened, delivery_id, put
from tenring.web.webhooks.posting import target
from tenring.web.webhooks.tasks import deliver

#: Endpoints of one organisation, person or key.
MOST: Final = 20
#: After a rotation the former secret signs, too, for so long.
BOTH_SIGN: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Whose:
    """Whose endpoints: an organisation's, else a person's own, else a key's. `user` and `key` say who acts."""

    user: User | None = None
    organisation: Organisation | None = None
    key: ApiKey | None = None

    @classmethod
    def of_key(cls, key: ApiKey) -> Whose:
        """Those of whom a key asks for."""
        return cls(key.owner, key.organisation, key)

    def endpoints(self) -> QuerySet[Endpoint]:
        """All of them."""
        if self.organisation is not None:
            return Endpoint.objects.filter(organisation=self.organisation)
        if self.user is not None:
            return Endpoint.objects.filter(owner=self.user, organisation=None)
        return Endpoint.objects.filter(Q(key=self.key) if self.key else Q(pk__in=[]))

    def record(self, what: str, endpoint: Endpoint, **detail: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        """A line in the log."""
        about = f"webhook {endpoint.pk}"
        key = str(self.key) if self.key else None
        record(what, user=self.user, organisation=self.organisation, about=about, key=key, **detail)


@dataclass(frozen=True)
class Said:
    """What is said of an endpoint."""

    address: str
    events: Sequence[EventType]
    filters: Filters
    note: str = ""

    def checked(self) -> dict[str, Any]:
        """The fields of an endpoint.

        Raises:
            UnusableInputError: nothing may be sent there, nothing is asked for, or a search that cannot be followed.
        """
        target(self.address, tenring_settings())
        events = [one.value for one in OFFERED if one in self.events]
        if not events:
            raise UnusableInputError(T("no event is chosen"), do=T("Choose at least one"))
        _check(self.filters)
        return {"address": self.address, "events": events, "filters": self.filters.written(), "note": self.note.strip()}


def _check(filters: Filters) -> None:
    open_ = sources()
    known: dict[str, tuple[tuple[str, ...], Collection[str]]] = {
        T("programme"): (filters.programmes, open_.catalogue.programmes),
        T("category"): (filters.categories, open_.catalogue.categories.by_id),
    }
    for what, (values, there) in known.items():
        unknown = [one for one in values if one not in there]
        if unknown:
            raise UnusableInputError(T("there is no {what} {value!r}", what=what, value=unknown[0][:80]))
    if any(
        len(values) > MOST_VALUES
        for values in (filters.programmes, filters.categories, filters.economies, filters.numbers)
    ):
        raise UnusableInputError(T("a filter has at most {most} values", most=MOST_VALUES))
    if filters.search and open_.index.search(filters.query()).total > MOST_FOUND:
        what = T("the search finds more than {most} licences", most=f"{MOST_FOUND:,}")
        raise UnusableInputError(what, do=T("Narrow it, or use the filters by programme, category and economy"))


def make(whose: Whose, said: Said) -> tuple[Endpoint, str]:
    """Make an endpoint; its secret, which is shown this one time.

    Raises:
        UnusableInputError: as `Said.checked`; or there are too many.
    """
    fields = said.checked()
    text, id_ = secret.new(), uuid4()
    with transaction.atomic():
        if whose.endpoints().count() >= MOST:
            raise UnusableInputError(T("there are {most} webhooks already", most=MOST), do=T("Remove one first"))
        endpoint = Endpoint.objects.create(
            id=id_,
            owner=whose.user,
            organisation=whose.organisation,
            key=whose.key if whose.user is None and whose.organisation is None else None,
            secret=secret.sealed(text, id_),
            **fields,
        )
        whose.record("webhook.made", endpoint, target=said.address, events=fields["events"])
    return endpoint, text


def change(whose: Whose, endpoint: Endpoint, said: Said, *, is_on: bool) -> None:
    """Change what an endpoint is told, and where; switch it on or off.

    Raises:
        UnusableInputError: as `Said.checked`.
    """
    fields = said.checked()
    with transaction.atomic():
        held = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        turned = held.is_on != is_on
        for name, value in fields.items():
            setattr(held, name, value)
        if turned:
            held.is_on, held.failing_since, held.fails, held.rest_until = is_on, None, 0, None
            held.why_off = "" if is_on else T("switched off by hand")
            held.deliveries.filter(state=DeliveryState.WAITING).update(
                state=DeliveryState.GIVEN_UP, done_at=timezone.now()
            )
        held.save()
        whose.record("webhook.changed", held, target=said.address, events=fields["events"], is_on=is_on)
    endpoint.refresh_from_db()


def remove(whose: Whose, endpoint: Endpoint) -> None:
    """Remove an endpoint with its deliveries."""
    with transaction.atomic():
        whose.record("webhook.removed", endpoint, target=endpoint.address)
        endpoint.delete()


def rotate(whose: Whose, endpoint: Endpoint) -> str:
    """Make a new secret, shown this one time; for a day the former one signs, too."""
    text = secret.new()
    with transaction.atomic():
        held = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        held.former_secret, held.former_until = held.secret, timezone.now() + BOTH_SIGN
        held.secret = secret.sealed(text, held.id)
        held.save(update_fields=["secret", "former_secret", "former_until"])
        whose.record("webhook.rotated", held)
    endpoint.refresh_from_db()
    return text


def ping(endpoint: Endpoint) -> Delivery:
    """Send a test.

    Raises:
        UnusableInputError: the endpoint is switched off.
    """
    _require_on(endpoint)
    one = Happened(EventType.PING, uuid4().hex, {"webhook": endpoint.pk}, [endpoint.pk])
    put([one])
    return Delivery.objects.get(pk=delivery_id(endpoint.pk, one.id))


def redeliver(whose: Whose, delivery: Delivery) -> None:
    """Send a message again, with the same id, beginning the attempts anew.

    Raises:
        UnusableInputError: the endpoint is switched off, or the message waits anyway.
    """
    _require_on(delivery.endpoint)
    with transaction.atomic():
        held = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if held.state == DeliveryState.WAITING:
            raise UnusableInputError(T("this message waits to be delivered anyway"))
        held.state, held.tries, held.due_at, held.done_at = DeliveryState.WAITING, 0, timezone.now(), None
        held.save(update_fields=["state", "tries", "due_at", "done_at"])
        Endpoint.objects.filter(pk=held.endpoint_id).update(rest_until=None)
        whose.record("webhook.redelivered", delivery.endpoint, message=held.message_id)
    deliver.enqueue(str(delivery.pk))
    delivery.refresh_from_db()


def _require_on(endpoint: Endpoint) -> None:
    if not endpoint.is_on:
        raise UnusableInputError(T("this webhook is switched off"), do=T("Switch it on first"))
