"""Who may do what, tried: every role at every address, and everybody who has no business there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.shortcuts import resolve_url
from django.test import Client, override_settings
from django.urls import get_resolver

from organisation_world import a_correction, a_person, a_screening, an_organisation, kept_of, named, signed_in
from tenring.screening.memory import Kind
from tenring.screening.memory.labelled import COLUMNS
from tenring.settings import Settings
from tenring.web.accounts.access import may
from tenring.web.accounts.addresses import ADDRESSES, THEIR_OWN, Address, Open
from tenring.web.accounts.models import Event, Membership, Organisation, User
from tenring.web.accounts.organisations import invitations
from tenring.web.accounts.roles import ALLOWED, Action, Role
from tenring.web.api import access
from tenring.web.api.actions import new_key
from tenring.web.api.models import ApiKey, KeyedScreening
from tenring.web.api.operations import OPERATIONS
from tenring.web.api.scopes import Scope
from tenring.web.procurement.models import Correction, Kept, Screening, State
from tenring.web.products.models import Evidence, Import, Product
from tenring.web.webhooks.models import Delivery, DeliveryState, Endpoint, Message
from tenring.web.webhooks.secret import new as new_secret
from tenring.web.webhooks.secret import sealed

pytestmark = pytest.mark.django_db

LATER = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": []}}
CSV = "date,description\n2026-02-17,Copy paper A4\n"
DECISIONS = ",".join(COLUMNS[Kind.CATEGORY]) + "\n"
HIDDEN = "hushed"
SIGN_IN = resolve_url(settings.LOGIN_URL)
NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def _own_uploads(home: Settings, tmp_path: Path) -> Iterator[None]:
    """Uploads go to a folder of the test; work waits; nobody asks too often."""
    (tmp_path / "snapshots").symlink_to(home.snapshots)
    access.limiter.__init__()  # type: ignore[misc]
    with override_settings(TENRING=replace(home, home=tmp_path, api_rate=0, api_rate_key=0), TASKS=LATER):
        yield


@dataclass
class World:
    """An organisation with an owner, a member whose role is tried, another member, and one of each thing it has."""

    city: Organisation
    other: User
    key: ApiKey
    screening: Screening
    invitation: object
    correction: Correction
    kept: Kept
    product: Product
    sent: Import
    hook: Endpoint
    delivery: Delivery

    def fill(self, route: str) -> str:
        """A route with what it names filled in."""
        values = {
            "hook": self.hook.id,
            "delivery": self.delivery.id,
            "id_": self.of(route),
            "category": "paints",
            "id": self.hook.id if route.startswith("/api/v1/webhooks") else self.screening.id,
            "member": self.other.pk,
            "which": self.invitation,
            "key": self.key.id,
            "name": "lines.csv",
            "line_id": "1.1",
            "number": self.correction.pk,
            "kept_id": self.kept.pk,
            "kind": "match",
            "form": "csv",
        }
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)

    def of(self, route: str) -> object:
        """The id of what an address is about."""
        if route.startswith("/products/imports/"):
            return self.sent.id
        if route.startswith("/products/"):
            return self.product.id
        return self.screening.id if route.startswith("/screen/") else self.city.id


def a_world(role: Role, **fields: Any) -> World:
    """Everything that an address may be about."""
    city = an_organisation(a_person("ann"), member=role, other=Role.READER)
    made, _ = invitations.invite(city, named("ann"), email="new@example.org", role=Role.BUYER, any_address=False)
    key, _ = new_key("of the city", (Scope.JOBS,), who="ann", owner=named("ann"), organisation=city)
    screening = a_screening(named("other"), city, file_name=f"{HIDDEN}-purchases.csv", **fields)
    product = Product.objects.create(owner=named("other"), organisation=city, name=HIDDEN)
    counts = {"products": 1, "changed": 0, "values": 0}
    sent = Import.objects.create(owner=named("other"), organisation=city, file_name=f"{HIDDEN}.csv", **counts)
    corrections = (a_correction(city), kept_of(city))
    return World(city, named("other"), key, screening, made.id, *corrections, product, sent, *a_webhook(city))


def a_webhook(city: Organisation) -> tuple[Endpoint, Delivery]:
    """A webhook of an organisation with a message that was given up."""
    id_ = uuid4()
    hook = Endpoint.objects.create(
        id=id_, owner=named("other"), organisation=city, address=f"https://hooks.invalid/{HIDDEN}",
        events=["register.published"], secret=sealed(new_secret(), id_),
    )  # fmt: skip
    message = Message.objects.create(id=f"msg_{id_.hex}", type="register.published", body="{}")
    state = DeliveryState.GIVEN_UP
    return hook, Delivery.objects.create(id=uuid4(), endpoint=hook, message=message, state=state)


LINE = "/screen/<uuid:id_>/lines/<str:line_id>/"

HOOK = {"address": "https://hooks.invalid/", "events": ["register.published"]}

#: What a request sends, and the state in which a screening has to be for it.
SENT: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/screen/<uuid:id_>/read"): {"on": "2026-03-01"},
    ("POST", "/organisations/<uuid:id_>/keys"): {"name": "a key", "scope": ["jobs"]},
    ("POST", "/organisations/<uuid:id_>/invitations"): {"email": "another@example.org", "role": "reader"},
    ("POST", "/organisations/<uuid:id_>/members/<int:member>/role"): {"role": "buyer"},
    ("POST", "/organisations/<uuid:id_>/change"): {"name": "Another name"},
    ("POST", "/organisations/<uuid:id_>/close"): {"why": "over"},
    ("POST", f"{LINE}correct"): {"what": "category", "target": "copy-paper", "why": "a reason"},
    ("POST", "/screen/corrections/<int:number>/undo"): {"why": "a reason"},
    ("POST", "/screen/<uuid:id_>/keep"): {"name": "a name"},
    ("POST", "/products/"): {"name": "A board"},
    ("POST", "/products/<uuid:id_>/about"): {"name": "Another name"},
    ("POST", "/products/<uuid:id_>/values"): {"r0-property": "panel_type", "r0-value": "MDF"},
    ("POST", "/webhooks/new"): HOOK,
    ("POST", "/webhooks/<uuid:hook>/change"): {**HOOK, "is_on": "yes"},
    ("POST", "/api/v1/webhooks"): HOOK,
    ("PATCH", "/api/v1/webhooks/<id>"): {"note": "a name"},
}
STATES = {
    "/screen/<uuid:id_>/": State.FAILED,
    "/screen/<uuid:id_>/read": State.FAILED,
    "/screen/<uuid:id_>/start": State.UNDERSTOOD,
    "/screen/<uuid:id_>/cancel": State.READING,
    "/api/v1/jobs/<id>/start": State.UNDERSTOOD,
    "/api/v1/jobs/<id>/cancel": State.READING,
}
#: Addresses at which everybody has things of their own.
COLLECTIONS = {
    *("/screen/", "/screen/corrections/", "/api/v1/jobs"),
    *("/webhooks/", "/webhooks/new", "/api/v1/webhooks"),
    *("/products/", "/products/import", "/products/prices"),
}
UPLOADS = {
    ("POST", "/screen/"): CSV,
    ("POST", "/api/v1/jobs"): CSV,
    ("POST", "/screen/corrections/"): DECISIONS,
    ("POST", "/products/import"): "name,property,value\nA board,panel_type,MDF\n",
}


def tried(one: Address, world: World, user: User | None) -> Any:
    """What an address answers to somebody, who acts for the organisation if they belong to it."""
    if one.route.startswith("/api/"):
        return by_key(one, world, user)
    browser = Client(headers={"accept-language": "en"}) if user is None else signed_in(user)
    if user is not None and Membership.objects.filter(user=user, organisation=world.city).exists():
        assert browser.post("/organisations/act", {"organisation": str(world.city.id)}).status_code == 302
    return send(browser, one, world)


def by_key(one: Address, world: World, user: User | None) -> Any:
    """The same, by a key of theirs; a member's is the organisation's, and had the screening made."""
    if user is None:
        return send(Client(), one, world)
    belongs = Membership.objects.filter(user=user, organisation=world.city).exists()
    of = world.city if belongs else None
    key, text = new_key("tries", (Scope.JOBS, Scope.WEBHOOKS), who="a test", owner=user, organisation=of)
    if belongs:
        KeyedScreening.objects.create(screening=world.screening, key=key)
    return send(Client(headers={"authorization": f"Bearer {text}"}), one, world)


def send(browser: Client, one: Address, world: World) -> Any:
    """The request, with what it needs."""
    data = SENT.get((one.method, one.route), {})
    if (one.method, one.route) in UPLOADS:
        data = {"file": SimpleUploadedFile("mine.csv", UPLOADS[one.method, one.route].encode())}
    if one.method == "DELETE":
        return browser.delete(world.fill(one.route))
    if one.route.startswith("/api/v1/webhooks") and one.method in {"POST", "PATCH"}:
        return browser.generic(one.method, world.fill(one.route), json.dumps(data), content_type="application/json")
    return browser.post(world.fill(one.route), data) if one.method == "POST" else browser.get(world.fill(one.route))


def undone(one: Address, role: Role, who: Callable[[], User | None]) -> tuple[int, str, str]:
    """Status, where it leads, and all text of an answer in a world that is gone afterwards."""
    with transaction.atomic():
        world = a_world(role, state=STATES.get(one.route, State.DONE))
        answer = tried(one, world, who())
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found = (answer.status_code, answer.headers.get("Location", ""), content.decode())
        transaction.set_rollback(True)
    return found


def needing(action: Action) -> list[Address]:
    return [one for one in ADDRESSES if one.needs == action]


GUARDED = [one for one in ADDRESSES if isinstance(one.needs, Action)]
named_so = {"ids": lambda one: f"{one.method} {one.route}" if isinstance(one, Address) else None}


# each role, each action


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_at_every_address_what_the_table_says_and_no_more(role: Role, action: Action) -> None:
    allowed = action in ALLOWED[role]
    for one in needing(action):
        status, leads, _ = undone(one, role, lambda: named("member"))
        assert (status < 400) if allowed else (status == 403), (one, status)
        assert not leads.startswith(SIGN_IN)
    city = an_organisation(a_person("ann"), "Another", member=role)
    assert may(named("member"), action, city) is allowed


@pytest.mark.parametrize("one", [one for one in GUARDED if one.method != "GET" and one.needs != Action.SEE], **named_so)
def test_what_is_refused_changes_nothing(one: Address) -> None:
    role = next(role for role in Role if one.needs not in ALLOWED[role])
    world = a_world(role, state=STATES.get(one.route, State.DONE))
    before = facts(world)
    assert tried(one, world, named("member")).status_code == 403
    assert facts(world) == before


def facts(world: World) -> list[object]:
    """Everything that a refused request could have changed; keys made to try it aside."""
    return [
        Organisation.objects.values_list("name", "closed_at").get(pk=world.city.pk),
        list(world.city.memberships.values_list("user", "role")),
        list(world.city.invitations.values_list("email", "revoked_at")),
        ApiKey.objects.values_list("revoked_at").get(pk=world.key.pk),
        list(Screening.objects.values_list("pk", "state", "cancel_wanted", "expires_at")),
        list(Correction.objects.values_list("pk")),
        list(Kept.objects.values_list("pk", "name")),
        list(Product.objects.values_list("pk", "name")),
        list(Evidence.objects.values_list("pk", "written")),
        Import.objects.count(),
        list(Endpoint.objects.values_list("pk", "address", "note", "secret", "is_on")),
        list(Delivery.objects.values_list("pk", "state")),
        list(Event.objects.exclude(what="key.made").values_list("what")),
    ]


# everybody who has no business there


@pytest.mark.parametrize("one", GUARDED, **named_so)
@pytest.mark.parametrize("role", Role)
def test_nobody_of_another_organisation_reaches_anything_whatever_their_role_there(role: Role, one: Address) -> None:
    def stranger() -> User:
        an_organisation(a_person("boss"), "Elsewhere", stranger=role)
        return named("stranger")

    status, _, text = undone(one, Role.READER, stranger)
    assert (status in {200, 201, 202, 302}) if one.route in COLLECTIONS else (status == 404), (one, status)
    assert HIDDEN not in text
    assert "City of Aldrune" not in text


@pytest.mark.parametrize("role", Role)
def test_a_key_of_another_organisation_reaches_nothing(role: Role) -> None:
    world = a_world(Role.READER)
    elsewhere = an_organisation(a_person("boss"), "Elsewhere", stranger=role)
    _, text = new_key("theirs", (Scope.JOBS, Scope.WEBHOOKS), who="x", owner=named("stranger"), organisation=elsewhere)
    KeyedScreening.objects.create(screening=world.screening, key=world.key)
    for one in (one for one in GUARDED if one.route.startswith("/api/")):
        answer = send(Client(headers={"authorization": f"Bearer {text}"}), one, world)
        allowed = {200, 201, 202} if one.needs in ALLOWED[role] else {403}
        assert answer.status_code in (allowed if one.route in COLLECTIONS else {404, 403} & ({404} | allowed)), one
        assert HIDDEN not in answer.content.decode()


@pytest.mark.parametrize("one", GUARDED, **named_so)
def test_a_person_without_an_organisation_reaches_nothing(one: Address) -> None:
    status, _, text = undone(one, Role.READER, lambda: a_person("loner"))
    assert (status in {200, 201, 202, 302}) if one.route in COLLECTIONS else (status == 404), (one, status)
    assert HIDDEN not in text


@pytest.mark.parametrize("one", [one for one in ADDRESSES if one.needs is not Open.EVERYBODY], **named_so)
def test_nobody_is_asked_to_sign_in_or_finds_nothing(one: Address) -> None:
    status, leads, text = undone(one, Role.READER, lambda: None)
    if one.route.startswith("/api/"):
        assert status == 401
    elif one.needs is Open.OPERATOR:
        assert status == 404
    elif one.route == "/screen/":
        assert status == 302  # anybody may have purchases screened, for themselves
    elif one.route.startswith("/screen/") and one.needs is not Open.SIGNED_IN and one.route not in COLLECTIONS:
        assert status == 404
    else:
        assert (status, leads.startswith(SIGN_IN)) == (302, True)
    assert HIDDEN not in text


def test_somebody_who_was_removed_reaches_nothing_with_the_page_still_open() -> None:
    world = a_world(Role.EDITOR)
    browser = signed_in(named("member"))
    browser.post("/organisations/act", {"organisation": str(world.city.id)})
    answer = browser.get(f"/screen/{world.screening.id}/lines.csv")
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"row\n1\n")
    answer.close()
    Membership.objects.filter(user=named("member")).delete()
    for one in GUARDED:
        if not one.route.startswith("/api/") and one.route not in COLLECTIONS:
            assert send(browser, one, world).status_code == 404, one
    send(browser, Address("POST", "/screen/", Action.SCREEN), world)
    assert Screening.objects.latest("created_at").organisation is None


# every address of the site


def routes(patterns: list[Any], before: str = "/") -> Iterator[tuple[str, str, str]]:
    """Route, name and module of every address."""
    for one in patterns:
        here = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from routes(one.url_patterns, here)
        else:
            yield here, one.name or "", one.callback.__module__


def is_open_endpoint(name: str) -> bool:
    """Whether an address is an endpoint of the API that the table in docs/reference/api.md opens to everybody."""
    found = OPERATIONS.get(name.removeprefix("api-"))
    return found is not None and found.scope is None


def test_every_address_is_in_the_table_and_the_table_has_no_other() -> None:
    found = list(routes(get_resolver().url_patterns))
    known = {one.route for one in ADDRESSES}
    missing = [
        (route, name)
        for route, name, module in found
        if route not in known and not is_open_endpoint(name) and not module.startswith(THEIR_OWN)
    ]
    assert missing == [], "say in tenring.web.accounts.addresses what they need"
    assert known - {route for route, _, _ in found} == set()


def test_every_endpoint_that_needs_a_key_is_in_the_table_with_its_method() -> None:
    known = {(one.method, one.route) for one in ADDRESSES}
    keyed = [one for one in OPERATIONS.values() if one.scope is not None]
    assert [
        one.name for one in keyed if (one.method, f"/api/v1{re.sub('{', '<', one.path).replace('}', '>')}") not in known
    ] == []


@pytest.mark.parametrize("one", [one for one in ADDRESSES if one.needs is Open.EVERYBODY], **named_so)
def test_what_is_open_to_everybody_asks_nobody_to_sign_in(one: Address, visitor: Client) -> None:
    address = re.sub(r"<(?:\w+:)?(\w+)>", "none", one.route)
    answer = visitor.get(address) if one.method == "GET" else visitor.post(address, {"text": "x"})
    assert answer.status_code in {200, 301, 302, 400, 404, 410}, answer.status_code
    assert not answer.headers.get("Location", "").startswith(SIGN_IN)


@pytest.mark.parametrize("route", sorted({one.route for one in ADDRESSES if not one.route.startswith("/api/")}))
def test_no_address_answers_to_a_method_that_is_not_in_the_table(route: str) -> None:
    world = a_world(Role.OWNER)
    browser = signed_in(named("member"))
    address = world.fill(route) if isinstance(needs(route), Action) else re.sub(r"<uuid:\w+>", NOWHERE, route)
    address = re.sub(r"<(?:\w+:)?(\w+)>", "none", address)
    known = {one.method for one in ADDRESSES if one.route == route}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - known:
        assert browser.generic(method, address).status_code == 405, (method, address)


def needs(route: str) -> object:
    return next(one.needs for one in ADDRESSES if one.route == route)
