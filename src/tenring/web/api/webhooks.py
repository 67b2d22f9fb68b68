"""Webhooks: endpoints of one's own that are told what happens, and what became of each message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query as InQuery
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from tenring.language import T
from tenring.web.api.models import ApiKey
from tenring.web.api.operations import JSON, Example, endpoint, json_bytes
from tenring.web.api.problems import ProblemError
from tenring.web.api.register import Text
from tenring.web.api.scopes import Scope
from tenring.web.webhooks import actions
from tenring.web.webhooks.actions import Said, Whose
from tenring.web.webhooks.events import MOST_VALUES, EventType, Filters
from tenring.web.webhooks.models import Attempt, Delivery, DeliveryState, Endpoint

router = Router(tags=["webhooks"])

#: In examples; a test makes this webhook and this delivery before it asks for them.
EXAMPLE_ID = "6f1c1b52-0000-4000-8000-000000000002"
EXAMPLE_DELIVERY = "6f1c1b52-0000-4000-8000-000000000003"

Address = Annotated[str, Field(max_length=2000, pattern=r"^[!-~]+$", description="https, on the public internet")]
Note = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Search = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*$")]
Values = Annotated[list[Text], Field(max_length=MOST_VALUES)]
Offered = Annotated[list[EventType], Field(min_length=1, description="at least one; webhook.ping is for tests alone")]


class Which(Schema):
    """Of which licences: each part that is given must fit; of several values in a part, one."""

    model_config = ConfigDict(extra="forbid")

    programmes: Values = Field(default=[])
    categories: Values = Field(default=[])
    economies: Values = Field(default=[])
    numbers: Values = Field(default=[], description="numbers of licences")
    holder: Text = Field(default="", description="a part of the holder's name")
    search: Search = Field(default="", description="the address of a search; its status and day do not count")

    def filters(self) -> Filters:
        """The same for those who tell."""
        return Filters.of(self.dict())


class ToTell(Schema):
    """A webhook to make."""

    model_config = ConfigDict(extra="forbid")

    address: Address
    events: Offered
    filters: Which = Field(default_factory=Which)
    note: Note = ""


class ToChange(Schema):
    """What to change of a webhook; what is not said stays."""

    model_config = ConfigDict(extra="forbid")

    address: Address | None = None
    events: Offered | None = None
    filters: Which | None = None
    note: Note | None = None
    is_on: bool | None = Field(default=None, description="switch it on or off")


class Webhook(Schema):
    """A webhook."""

    id: UUID
    address: str
    note: str
    events: list[EventType]
    filters: dict[str, Any]
    is_on: bool
    why_off: str = Field(description="why it was switched off")
    failing_since: datetime | None
    created_at: datetime
    former_secret_until: datetime | None = Field(description="until then messages carry two signatures")


class NewWebhook(Webhook):
    """A webhook with its secret, which is shown this one time."""

    secret: str


class ShownAttempt(Schema):
    """One attempt to deliver."""

    at: datetime
    status: int | None = Field(description="HTTP status; null: no answer came")
    milliseconds: int
    answer: str = Field(description="the first 2 kB of the answer")
    error: str = Field(description="why there was no answer")


class ShownDelivery(Schema):
    """A message for a webhook, and what became of it."""

    id: UUID
    message_id: str = Field(description="the header webhook-id; the same in every attempt")
    type: EventType
    state: DeliveryState
    created_at: datetime
    due_at: datetime | None = Field(description="while it waits: when it is tried next")
    body: str = Field(description="what is sent")
    attempts: list[ShownAttempt]


class Paged(Schema):
    """Which deliveries."""

    state: DeliveryState | None = None
    limit: int = Field(default=20, ge=1, le=100)
    before: datetime | None = Field(default=None, description="only older ones: `created_at` of the last one you have")


def _whose(request: HttpRequest) -> Whose:
    """For whom the key asks."""
    key: ApiKey = request.auth  # type: ignore[attr-defined]  # where ninja keeps what `Access` found
    return Whose.of_key(key)


def _own(request: HttpRequest, id_: UUID) -> tuple[Whose, Endpoint]:
    whose = _whose(request)
    found = whose.endpoints().filter(pk=id_).first()
    if found is None:
        what = T("there is no webhook {id}", id=id_)
        raise ProblemError(HTTPStatus.NOT_FOUND, what, do=T("{address} has them all", address="/api/v1/webhooks"))
    return whose, found


def _shown(one: Endpoint) -> dict[str, object]:
    names = ("id", "address", "note", "events", "filters", "is_on", "why_off", "failing_since", "created_at")
    return {**{name: getattr(one, name) for name in names}, "former_secret_until": one.former_until}


def _delivery_shown(one: Delivery) -> Mapping[str, object]:
    names = ("at", "status", "milliseconds", "answer", "error")
    attempts: list[Attempt] = list(one.attempts.all())
    return {
        "id": one.id,
        "message_id": one.message_id,
        "type": one.message.type,
        "state": one.state,
        "created_at": one.created_at,
        "due_at": one.due_at if one.state == DeliveryState.WAITING else None,
        "body": one.message.body,
        "attempts": [{name: getattr(attempt, name) for name in names} for attempt in attempts],
    }


@endpoint(router, "GET", "/webhooks", returns=list[Webhook], scope=Scope.WEBHOOKS)
def webhooks(request: HttpRequest) -> list[Mapping[str, object]]:
    """Your webhooks, newest first."""
    return [_shown(one) for one in _whose(request).endpoints()]


_EXAMPLE: dict[str, Any] = {
    "address": "https://example.org/hooks/tenring",
    "events": ["licence.status_changed"],
    "filters": {"programmes": ["china-environmental-label"], "categories": ["copy-paper"]},
}


@endpoint(
    router, "POST", "/webhooks", returns=NewWebhook, scope=Scope.WEBHOOKS, status=201, example=Example(body=_EXAMPLE),
)  # fmt: skip
def new_webhook(request: HttpRequest, asked: ToTell) -> HttpResponse:
    """Have an address told what happens; the answer has the secret that signs, this one time."""
    given = Said(asked.address, asked.events, asked.filters.filters(), asked.note)
    made, secret = actions.make(_whose(request), given)
    content = json_bytes(_shown(made) | {"secret": secret})
    headers = {"Location": f"/api/v1/webhooks/{made.id}", "Cache-Control": "no-store"}
    return HttpResponse(content, status=HTTPStatus.CREATED, content_type=JSON, headers=headers)


_ONE = Example({"id": EXAMPLE_ID})


@endpoint(router, "GET", "/webhooks/{id}", returns=Webhook, scope=Scope.WEBHOOKS, example=_ONE)
def webhook(request: HttpRequest, id: UUID) -> Mapping[str, object]:  # noqa: A002 - the name in the address
    """One webhook."""
    return _shown(_own(request, id)[1])


@endpoint(
    router, "PATCH", "/webhooks/{id}", returns=Webhook, scope=Scope.WEBHOOKS,
    example=Example({"id": EXAMPLE_ID}, body={"events": ["register.published"], "is_on": True}),
)  # fmt: skip
def change_webhook(request: HttpRequest, id: UUID, asked: ToChange) -> Mapping[str, object]:  # noqa: A002 - likewise
    """Change a webhook, or switch it on or off; what waits is given up when it is switched."""
    whose, one = _own(request, id)
    given = Said(
        one.address if asked.address is None else asked.address,
        [EventType(name) for name in one.events] if asked.events is None else asked.events,
        one.wanted if asked.filters is None else asked.filters.filters(),
        one.note if asked.note is None else asked.note,
    )
    actions.change(whose, one, given, is_on=one.is_on if asked.is_on is None else asked.is_on)
    return _shown(one)


@endpoint(router, "DELETE", "/webhooks/{id}", scope=Scope.WEBHOOKS, status=204, example=_ONE)
def remove_webhook(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the name in the address
    """Remove a webhook with its deliveries."""
    actions.remove(*_own(request, id))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@endpoint(router, "POST", "/webhooks/{id}/rotate", returns=NewWebhook, scope=Scope.WEBHOOKS, example=_ONE)
def rotate_webhook(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the name in the address
    """Make a new secret; for 24 hours messages carry two signatures, of the new and of the former one."""
    whose, one = _own(request, id)
    secret = actions.rotate(whose, one)
    content = json_bytes(_shown(one) | {"secret": secret})
    return HttpResponse(content, content_type=JSON, headers={"Cache-Control": "no-store"})


@endpoint(router, "POST", "/webhooks/{id}/ping", returns=ShownDelivery, scope=Scope.WEBHOOKS, status=202, example=_ONE)
def ping_webhook(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the name in the address
    """Send a test message."""
    sent = actions.ping(_own(request, id)[1])
    return HttpResponse(json_bytes(_delivery_shown(sent)), status=HTTPStatus.ACCEPTED, content_type=JSON)


@endpoint(
    router, "GET", "/webhooks/{id}/deliveries", returns=list[ShownDelivery], scope=Scope.WEBHOOKS, example=_ONE,
)  # fmt: skip
def deliveries(request: HttpRequest, id: UUID, asked: InQuery[Paged]) -> list[Mapping[str, object]]:  # noqa: A002 - likewise
    """What became of the messages of the last 30 days, newest first, with every attempt."""
    found = _own(request, id)[1].deliveries.select_related("message").prefetch_related("attempts")
    if asked.state is not None:
        found = found.filter(state=asked.state)
    if asked.before is not None:
        found = found.filter(created_at__lt=asked.before)
    return [_delivery_shown(one) for one in found[: asked.limit]]


@endpoint(
    router, "POST", "/webhooks/{id}/deliveries/{delivery}/redeliver", returns=ShownDelivery, scope=Scope.WEBHOOKS,
    status=202, example=Example({"id": EXAMPLE_ID, "delivery": EXAMPLE_DELIVERY}),
)  # fmt: skip
def redeliver(request: HttpRequest, id: UUID, delivery: UUID) -> HttpResponse:  # noqa: A002 - the name in the address
    """Send a message again, with the same id."""
    whose, one = _own(request, id)
    found = one.deliveries.select_related("message", "endpoint").filter(pk=delivery).first()
    if found is None:
        what = T("there is no delivery {id}", id=delivery)
        do = T("{address} has them all", address=f"/api/v1/webhooks/{id}/deliveries")
        raise ProblemError(HTTPStatus.NOT_FOUND, what, do=do)
    actions.redeliver(whose, found)
    return HttpResponse(json_bytes(_delivery_shown(found)), status=HTTPStatus.ACCEPTED, content_type=JSON)
