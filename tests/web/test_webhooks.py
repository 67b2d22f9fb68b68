"""Webhooks end to end: real https receivers on this machine, every rule of delivery, and who may see what."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from local_servers import Answering, Certificate, Server, answers, certificate, serving
from register.toy import Toy, pen
from tenring.exceptions import KeyMaterialError, UnusableInputError
from tenring.settings import Settings
from tenring.web.accounts.access import act_for
from tenring.web.accounts.models import Event, Membership, Organisation, User
from tenring.web.accounts.roles import ALLOWED, Action, Role
from tenring.web.api import actions as keys
from tenring.web.api.scopes import Scope
from tenring.web.core.sources import tenring_settings
from tenring.web.procurement.models import Screening, State
from tenring.web.webhooks import actions, beside, delivering, notice, posting, secret
from tenring.web.webhooks.actions import Said, Whose
from tenring.web.webhooks.events import EventType, Filters
from tenring.web.webhooks.models import Delivery, DeliveryState, Endpoint, Message, Seen
from tenring.web.webhooks.posting import Poster

pytestmark = pytest.mark.django_db

AT_ONCE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
LATER = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": []}}
EVERYTHING = (EventType.STATUS_CHANGED, EventType.PUBLISHED, EventType.JOB_FINISHED)
DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def believed(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"), "hooks.example")


@dataclass
class World:
    """Where names lead, whose certificates are believed, and what day it is."""

    tls: Any
    leads_to: list[list[str]] = field(default_factory=lambda: [["127.0.0.1"]])
    """Answers to the questions for a name, one after the other; the last one stays."""
    seconds: float = 2.0
    day: date = DAY

    def resolve(self, *_: object) -> list[str]:
        return self.leads_to.pop(0) if len(self.leads_to) > 1 else self.leads_to[0]

    def poster(self, settings: Settings) -> Poster:
        return Poster(posting._Discreet(posting.guard_of(settings).allowed, self.resolve), self.seconds, self.tls)  # noqa: SLF001


@pytest.fixture(autouse=True)
def world(home: Settings, tmp_path: Path, believed: Certificate, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A home of the test; this machine counts as public, is called hooks.example, and its certificate is believed."""
    made = World(believed.tls)
    monkeypatch.setattr(posting, "poster", made.poster)
    monkeypatch.setattr(notice, "today", lambda: made.day)
    (tmp_path / "snapshots").symlink_to(home.snapshots)
    own = replace(home, home=tmp_path, allow_networks=("127.0.0.0/8",))
    with override_settings(TENRING=own, TASKS=AT_ONCE):
        yield made


@pytest.fixture
def receiver(believed: Certificate) -> Iterator[Server]:
    with serving(believed, answers(b"thank you", content_type="text/plain")) as server:
        yield server


def somebody(name: str = "developer") -> Whose:
    return Whose(User.objects.get_or_create(username=name)[0])


def address_of(server: Server, path: str = "/hook") -> str:
    return f"https://hooks.example:{server.port}{path}"


def told(server: Server, *events: EventType, whose: Whose | None = None, **filters: Any) -> tuple[Endpoint, str]:
    """An endpoint at a receiver, and its secret."""
    said = Said(address_of(server), events or EVERYTHING, Filters(**filters))
    return actions.make(whose or somebody(), said)


def verified(server: Server, place: int, text: str) -> dict[str, Any]:
    """A message as the program of the documentation accepts it."""
    from webhook_receiver import verified as verify  # type: ignore[import-not-found]  # noqa: PLC0415 - see the fixture

    headers = {name.lower(): value for name, value in server.asked[place][1].items()}
    return dict(verify(headers, server.bodies[place], text))


@pytest.fixture(autouse=True)
def _documented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "docs" / "examples"))


def attempts(delivery: Delivery) -> list[tuple[int | None, str]]:
    return [(one.status, one.answer or one.error) for one in delivery.attempts.all()]


def only() -> Delivery:
    return Delivery.objects.select_related("endpoint", "message").get()


def due_now(delivery: Delivery) -> None:
    """Time passes until it is due, its endpoint rested."""
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now())
    Endpoint.objects.filter(pk=delivery.endpoint_id).update(rest_until=None)


# a message, signed


def test_a_test_message_arrives_signed_and_is_verified_by_the_documented_program(receiver: Server) -> None:
    endpoint, text = told(receiver)
    sent = actions.ping(endpoint)
    assert sent.state == DeliveryState.DELIVERED
    assert attempts(sent) == [(200, "thank you")]
    message = verified(receiver, 0, text)
    assert message["type"] == "webhook.ping"
    assert message["id"] == sent.message_id
    assert message["data"] == {"webhook": str(endpoint.id)}
    assert receiver.asked[0][0] == "/hook"
    assert set(receiver.asked[0][1]) == {
        "Host", "User-Agent", "Content-Type", "Content-Length", "Accept-Encoding", "Connection",
        "webhook-id", "webhook-timestamp", "webhook-signature",
    }  # fmt: skip


def test_the_signature_is_the_one_of_standard_webhooks() -> None:
    from tenring.web.webhooks.signature import headers  # noqa: PLC0415 - only here

    # the example of the reference implementations
    made = headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    )
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("change", ["body", "id", "timestamp", "secret", "old", "future"])
def test_the_documented_program_refuses_what_was_altered_or_is_a_replay(receiver: Server, change: str) -> None:
    endpoint, text = told(receiver)
    actions.ping(endpoint)
    path, headers = receiver.asked[0]
    changed = dict(headers)
    if change == "body":
        receiver.bodies[0] += b" "
    elif change == "secret":
        text = secret.new()
    elif change == "id":
        changed["webhook-id"] = "msg_other"
    else:
        shift = {"timestamp": 1, "old": -600, "future": 600}[change]
        changed["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + shift)
        if shift != 1:  # signed with the right secret, so that only the age speaks against it
            from tenring.web.webhooks.signature import headers as sign  # noqa: PLC0415 - only here

            seconds = int(changed["webhook-timestamp"])
            changed |= sign(changed["webhook-id"], seconds, receiver.bodies[0], [text])
    receiver.asked[0] = (path, changed)
    with pytest.raises(ValueError, match=r"signature|minutes"):
        verified(receiver, 0, text)


def test_after_a_rotation_both_secrets_verify_for_a_day_and_then_the_new_one_alone(receiver: Server) -> None:
    endpoint, former = told(receiver)
    new = actions.rotate(somebody(), endpoint)
    actions.ping(endpoint)
    assert len(receiver.asked[0][1]["webhook-signature"].split()) == 2
    assert verified(receiver, 0, former) == verified(receiver, 0, new)
    Endpoint.objects.update(former_until=timezone.now() - timedelta(seconds=1))
    actions.ping(Endpoint.objects.get())
    verified(receiver, 1, new)
    with pytest.raises(ValueError, match="signature"):
        verified(receiver, 1, former)


def test_a_secret_is_kept_sealed_and_opens_only_for_its_endpoint_with_the_key_of_this_server(receiver: Server) -> None:
    endpoint, text = told(receiver)
    actions.rotate(somebody(), endpoint)
    rows = repr([list(model.objects.values()) for model in (Endpoint, Event, Message, Delivery)])
    assert text not in rows
    assert text.removeprefix("whsec_") not in rows
    assert secret.opened(endpoint.former_secret, endpoint.id) == text
    other, _ = told(receiver)
    with pytest.raises(KeyMaterialError):
        secret.opened(endpoint.secret, other.id)
    from django.conf import settings  # noqa: PLC0415 - only here

    former = settings.SECRET_KEY
    with override_settings(SECRET_KEY="another key of at least thirty-two signs"):  # noqa: S106 - of a test
        sent = actions.ping(endpoint)
        assert "rotate it" in attempts(sent)[0][1]
        assert len(receiver.bodies) == 0
        with override_settings(SECRET_KEY_FALLBACKS=[former]):
            assert secret.opened(endpoint.former_secret, endpoint.id) == text


# retries


def by_turns(*statuses: int) -> Answering:
    """An answer with these statuses, one after the other."""
    left = list(statuses)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        answers(b"said", left.pop(0) if len(left) > 1 else left[0])(handler)

    return answer


def test_what_failed_is_tried_again_with_the_same_id_and_counts_once(believed: Certificate) -> None:
    with serving(believed, by_turns(500, 200)) as server:
        endpoint, text = told(server)
        sent = actions.ping(endpoint)
        assert (sent.state, sent.tries) == (DeliveryState.WAITING, 1)
        assert 0 < (sent.due_at - timezone.now()).total_seconds() <= 5
        assert delivering.deliver(str(sent.pk)) is None, "it is not due yet"
        due_now(sent)
        assert delivering.deliver(str(sent.pk)) is None
        assert only().state == DeliveryState.DELIVERED
        assert attempts(sent) == [(500, "said"), (200, "said")]
        assert verified(server, 0, text) == verified(server, 1, text)
        assert delivering.deliver(str(sent.pk)) is None, "it was delivered"
        assert len(server.bodies) == 2


def test_after_the_last_attempt_about_a_day_later_it_is_given_up(believed: Certificate) -> None:
    waits = []
    with serving(believed, by_turns(503)) as server:
        endpoint, _ = told(server)
        sent = actions.ping(endpoint)
        while only().state == DeliveryState.WAITING:
            waits.append(only().due_at - timezone.now())
            due_now(sent)
            delivering.deliver(str(sent.pk))
    assert only().state == DeliveryState.GIVEN_UP
    assert len(attempts(sent)) == len(delivering.WAITS) + 1
    assert waits == sorted(waits)
    assert timedelta(hours=20) < sum(waits, timedelta()) < timedelta(hours=28)
    assert Endpoint.objects.get().is_on


def test_a_given_up_message_is_sent_again_by_hand(believed: Certificate) -> None:
    with serving(believed, by_turns(400, 200)) as server:
        endpoint, text = told(server)
        sent = actions.ping(endpoint)
        with pytest.raises(UnusableInputError, match="waits"):
            actions.redeliver(somebody(), sent)
        Delivery.objects.update(state=DeliveryState.GIVEN_UP)
        actions.redeliver(somebody(), sent)
        assert only().state == DeliveryState.DELIVERED
        assert verified(server, 0, text)["id"] == verified(server, 1, text)["id"]
    assert "webhook.redelivered" in set(Event.objects.values_list("what", flat=True))


def test_an_endpoint_that_fails_again_and_again_is_left_alone_for_a_while(believed: Certificate) -> None:
    with serving(believed, by_turns(500)) as server:
        endpoint, _ = told(server)
        for _ in range(delivering.TIRED):
            actions.ping(endpoint)
        asked = len(server.bodies)
        actions.ping(endpoint)
        assert asked == len(server.bodies) == delivering.TIRED
        last = Delivery.objects.filter(tries=0).get()
        assert last.due_at > timezone.now() + timedelta(minutes=4)


@pytest.mark.parametrize("end", ["gone", "long"])
def test_an_endpoint_is_switched_off_when_it_wants_no_more_or_took_nothing_for_long(
    believed: Certificate, end: str
) -> None:
    with serving(believed, by_turns(410 if end == "gone" else 500)) as server:
        endpoint, _ = told(server)
        Endpoint.objects.update(failing_since=timezone.now() - delivering.TOO_LONG - timedelta(hours=1))
        sent = actions.ping(endpoint)
        assert only().state == DeliveryState.GIVEN_UP
        endpoint.refresh_from_db()
        assert not endpoint.is_on
        assert ("410" if end == "gone" else "nothing since") in endpoint.why_off
        with pytest.raises(UnusableInputError, match="switched off"):
            actions.ping(endpoint)
        with pytest.raises(UnusableInputError, match="switched off"):
            actions.redeliver(somebody(), sent)
        event = Event.objects.get(what="webhook.switched_off")
        assert event.why == endpoint.why_off
        actions.change(somebody(), endpoint, Said(endpoint.address, EVERYTHING, Filters()), is_on=True)
        assert (endpoint.is_on, endpoint.failing_since) == (True, None)


def test_a_worker_that_died_at_it_leaves_a_message_that_is_delivered_once_by_the_next(receiver: Server) -> None:
    endpoint, _ = told(receiver)
    with override_settings(TASKS=LATER):
        sent = actions.ping(endpoint)
    assert Delivery.objects.filter(pk=sent.pk).update(due_at=timezone.now() + delivering.LEASE)  # taken, then silence
    assert beside.take_up() == 0
    assert receiver.bodies == []
    Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=2))
    assert beside.take_up() == 1
    assert beside.take_up() == 0
    assert only().state == DeliveryState.DELIVERED
    assert len(receiver.bodies) == 1


def test_what_is_old_is_forgotten(receiver: Server) -> None:
    endpoint, _ = told(receiver)
    actions.ping(endpoint)
    actions.ping(endpoint)
    Message.objects.filter(pk=Message.objects.all()[0].pk).update(created_at=timezone.now() - timedelta(days=31))
    beside.forget_old()
    assert (Message.objects.count(), Delivery.objects.count()) == (1, 1)


# hostile receivers


def test_a_receiver_that_is_slow_is_not_waited_for(believed: Certificate, world: World) -> None:
    world.seconds = 0.4
    ended = threading.Event()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        ended.wait(30)
        del handler

    with serving(believed, slow) as server:
        began = time.monotonic()
        sent = actions.ping(told(server)[0])
        assert time.monotonic() - began < 15
        ended.set()
    assert attempts(sent) == [(None, "no answer within 0.4 seconds")]


def test_of_an_answer_that_trickles_or_never_ends_the_beginning_is_kept(believed: Certificate, world: World) -> None:
    world.seconds = 0.6

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 700)
            time.sleep(0.02)

    def trickling(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(50):
            handler.wfile.write(b"\x00\xff")
            handler.wfile.flush()
            time.sleep(0.1)

    for answer in (endless, trickling):
        with serving(believed, answer) as server:
            sent = actions.ping(told(server)[0])
        assert sent.state == DeliveryState.DELIVERED
        kept = sent.attempts.get().answer
        assert "\x00" not in kept
        assert len(kept) <= posting.KEPT


def test_a_redirection_is_not_followed_wherever_it_leads(believed: Certificate) -> None:
    with serving(None, answers(b"inside")) as inside:
        leads = answers(b"", 307, location=f"http://127.0.0.1:{inside.port}/admin")
        with serving(believed, leads) as server:
            sent = actions.ping(told(server)[0])
        assert attempts(sent) == [(307, "")]
        assert sent.state == DeliveryState.WAITING
        assert inside.asked == []


def test_a_name_that_leads_inside_or_changes_where_it_leads_gets_nothing(
    receiver: Server, world: World, home: Settings
) -> None:
    endpoint, _ = told(receiver)
    with override_settings(TENRING=replace(tenring_settings(), allow_networks=())):
        for addresses in (["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["::1"], ["93.184.216.34", "127.0.0.1"]):
            world.leads_to = [addresses]
            actions.ping(endpoint)
            Endpoint.objects.update(rest_until=None)
    assert receiver.asked == []
    errors = {attempts(one)[0][1] for one in Delivery.objects.all()}
    assert errors == {"hooks.example leads to no public address. Nothing was sent"}, "nor is it told where"
    # resolved once: what the name says a moment later is never connected to
    world.leads_to = [["127.0.0.1"], ["10.1.2.3"]]
    assert actions.ping(endpoint).state == DeliveryState.DELIVERED
    del home


def test_a_certificate_that_nobody_believes_or_of_another_name_ends_the_attempt(receiver: Server, world: World) -> None:
    wrong_name, _ = actions.make(somebody(), Said(f"https://other.example:{receiver.port}/", EVERYTHING, Filters()))
    assert "certificate" in attempts(actions.ping(wrong_name))[0][1].lower()
    world.tls = None
    assert "certificate" in attempts(actions.ping(told(receiver)[0]))[0][1].lower()
    assert receiver.asked == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://hooks.example/", "not encrypted"),
        ("https://10.0.0.1/", "no public address"),
        ("https://[::1]/", "no public address"),
        ("https://169.254.169.254/latest/meta-data/", "no public address"),
        ("https://user:password@hooks.example/", "name or a password"),
        ("ftp://hooks.example/", "not https"),
        ("https://", "no host"),
        ("//hooks.example/", "not https"),
        ("", "refused"),
    ],
)
def test_an_address_that_may_not_be_sent_to_is_refused_at_once(address: str, said: str) -> None:
    with (
        override_settings(TENRING=replace(tenring_settings(), allow_networks=())),
        pytest.raises(UnusableInputError, match=said),
    ):
        actions.make(somebody(), Said(address, EVERYTHING, Filters()))
    assert not Endpoint.objects.exists()


def test_http_is_only_for_hosts_that_the_settings_name(world: World) -> None:
    del world
    with (
        serving(None, answers(b"ok")) as server,
        override_settings(TENRING=replace(tenring_settings(), webhook_http_hosts=("localhost",))),
    ):
        said = Said(f"http://localhost:{server.port}/in", EVERYTHING, Filters())
        endpoint, _ = actions.make(somebody(), said)
        assert actions.ping(endpoint).state == DeliveryState.DELIVERED
        assert server.asked[0][0] == "/in"
        assert posting.target("http://localhost/in", tenring_settings()).place.port == 80
    assert actions.ping(endpoint).state == DeliveryState.WAITING, "the setting counts at every attempt"


# what is told


@pytest.fixture
def toy(tmp_path: Path, home: Settings, world: World) -> Iterator[Toy]:
    """A register of pens that the test writes; its snapshots are what is served."""
    made = Toy.make(tmp_path / "toy")
    del world
    with override_settings(TENRING=replace(tenring_settings(), home=made.settings.home)):
        yield made
    del home


def messages(server: Server) -> list[dict[str, Any]]:
    return [json.loads(body) for body in server.bodies]


USUAL = {"From": "2020-01-01", "Until": "2026-03-01"}


def test_a_new_snapshot_tells_every_change_once(toy: Toy, receiver: Server, world: World) -> None:
    toy.write("pens 2026-01-01.csv", pen("1", **USUAL), pen("2"), pen("3"))
    toy.build()
    assert notice.look() == 0, "where it begins there is nothing to tell"
    endpoint, text = told(receiver)
    assert notice.look() == 0
    toy.write("pens 2026-02-01.csv", pen("1", **USUAL), pen("2", Status="Withdrawn", Reason="misuse"))
    second = toy.build().snapshot
    assert notice.look() == 3
    assert notice.look() == 0
    found = {one["type"]: one for one in messages(receiver)}
    changes = {one["data"]["number"]: one["data"] for one in messages(receiver) if "number" in one["data"]}
    assert set(changes) == {"2", "3"}
    assert changes["2"]["old"]["status"] == "active"
    assert changes["2"]["new"] == {
        "status": "withdrawn", "from_date": "2026-02-01", "until_date": None, "reason": "misuse",
        "recorded_on": "2026-02-01",
    }  # fmt: skip
    assert changes["2"]["snapshot"] == second.name
    assert changes["2"]["on"] == "2026-03-01"
    assert found["register.published"]["data"]["snapshot"] == second.name
    assert found["register.published"]["data"]["totals"]["licences"] == 3
    verified(receiver, 0, text)
    world.day = date(2026, 3, 2)
    assert notice.look() == 1
    last = messages(receiver)[-1]
    assert (last["data"]["number"], last["data"]["new"]["status"]) == ("1", "expired")
    assert notice.look() == 0
    assert endpoint.deliveries.count() == 4


def test_a_look_that_was_interrupted_tells_the_rest_and_nothing_twice(
    toy: Toy, receiver: Server, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    from tenring.web.webhooks import outbox  # noqa: PLC0415 - only here

    toy.write("pens 2026-01-01.csv", *(pen(str(number)) for number in range(10)))
    toy.build()
    notice.look()
    told(receiver, EventType.STATUS_CHANGED)
    toy.write("pens 2026-02-01.csv", *(pen(str(number), Status="Suspended") for number in range(10)))
    toy.build()
    monkeypatch.setattr(outbox, "_BATCH", 4)
    put, calls = outbox._put, []  # noqa: SLF001 - to break it

    def dies(batch: Any) -> int:
        calls.append(batch)
        if len(calls) == 2:
            raise SystemExit
        return put(batch)

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_put", dies)
        with pytest.raises(SystemExit):
            notice.look()
    assert len(receiver.bodies) == 4
    world.day = date(2026, 3, 5)  # the next worker comes another day
    assert notice.look() == 10
    numbers = [one["data"]["number"] for one in messages(receiver)]
    assert sorted(numbers) == sorted(map(str, range(10)))
    assert len({one["id"] for one in messages(receiver)}) == 10


def test_several_snapshots_since_the_last_look_are_told_step_by_step(toy: Toy, receiver: Server) -> None:
    toy.write("pens 2026-01-01.csv", pen("1"), pen("2"))
    toy.build()
    notice.look()
    told(receiver)
    toy.write("pens 2026-01-02.csv", pen("1", Status="Suspended"), pen("2"))
    toy.build()
    toy.write("pens 2026-01-03.csv", pen("1"), pen("2"))
    toy.build()
    notice.look()
    statuses = [one["data"]["new"]["status"] for one in messages(receiver) if one["type"] == "licence.status_changed"]
    assert statuses == ["suspended", "active"]
    assert [one["type"] for one in messages(receiver)].count("register.published") == 2


def test_when_the_former_snapshot_is_gone_only_the_new_one_is_told(toy: Toy, receiver: Server) -> None:
    toy.write("pens 2026-01-01.csv", pen("1"))
    toy.build()
    Seen.objects.create(pk=1, snapshot="20200101T000000-1", day=DAY)
    told(receiver)
    assert notice.look() == 1
    assert messages(receiver)[0]["data"]["since"] is None
    assert notice.look() == 0


def test_without_a_snapshot_nothing_is_told(toy: Toy) -> None:
    assert toy.source.is_dir()
    assert notice.look() == 0
    assert not Seen.objects.exists()


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({}, {"1", "2", "Q-3"}),
        ({"numbers": ("q3", "2")}, {"2", "Q-3"}),
        ({"economies": ("NZ",)}, {"1", "2", "Q-3"}),
        ({"economies": ("CN",)}, set()),
        ({"holder": "nobody"}, set()),
        ({"numbers": ("1",), "economies": ("CN",)}, set()),
    ],
)
def test_only_the_licences_that_fit_are_told(
    toy: Toy, receiver: Server, filters: dict[str, Any], numbers: set[str]
) -> None:
    toy.write("pens 2026-01-01.csv", pen("1"), pen("2"), pen("Q-3"))
    toy.build()
    notice.look()
    endpoint, _ = told(receiver, EventType.STATUS_CHANGED)
    Endpoint.objects.filter(pk=endpoint.pk).update(filters=Filters(**filters).written())
    toy.write("pens 2026-02-01.csv", *(pen(number, Status="Suspended") for number in ("1", "2", "Q-3")))
    toy.build()
    notice.look()
    assert {one["data"]["number"] for one in messages(receiver)} == numbers


def test_a_filter_by_programme_category_and_holder_is_of_the_licence() -> None:
    from tenring.register.changes import Change  # noqa: PLC0415 - only here

    one = Change("id", "N-1", "blue-angel", "paints", "DE", "r", "Farben  GmbH & Co", None, None, None, None)
    assert Filters(programmes=("blue-angel", "other"), categories=("paints",), holder="farben gmbh").fit(one)
    assert not Filters(programmes=("other",)).fit(one)
    assert not Filters(categories=("paper",)).fit(one)
    assert Filters.of(Filters(programmes=("a",), holder="b").written()) == Filters(programmes=("a",), holder="b")


def test_a_saved_search_tells_of_the_licences_that_it_finds_whatever_becomes_of_them(receiver: Server) -> None:
    from tenring.web.core.sources import sources  # noqa: PLC0415 - only here

    whose = somebody()
    said = Said(address_of(receiver), [EventType.STATUS_CHANGED], Filters(search="/search?q=paper&status=active"))
    endpoint, _ = actions.make(whose, said)
    found = endpoint.wanted.found(sources().index)
    assert found
    assert len(found) == sources().index.search(endpoint.wanted.query()).total
    for search in ("category=paints&voc_content.min=1", "on=yesterday"):
        with pytest.raises(UnusableInputError):
            actions.make(whose, replace(said, filters=Filters(search=search)))


def test_what_is_unknown_is_refused_when_it_is_said(receiver: Server) -> None:
    for filters in (Filters(programmes=("no-such",)), Filters(categories=("no-such",))):
        with pytest.raises(UnusableInputError, match="no-such"):
            actions.make(somebody(), Said(address_of(receiver), EVERYTHING, filters))
    with pytest.raises(UnusableInputError, match="no event"):
        actions.make(somebody(), Said(address_of(receiver), [EventType.PING], Filters()))


def test_nobody_makes_more_than_so_many(receiver: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST", 2)
    told(receiver)
    told(receiver)
    with pytest.raises(UnusableInputError, match="2 webhooks"):
        told(receiver)
    told(receiver, whose=somebody("else"))


# screenings


def screening(**fields: Any) -> Screening:
    return Screening.objects.create(
        **{"file_name": "p.csv", "language": "en", "on": DAY, "state": State.SCREENING} | fields
    )


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.CANCELLED, State.UNDERSTOOD])
def test_a_screening_that_ends_is_told_to_its_owner_alone(receiver: Server, state: State) -> None:
    from tenring.web.procurement import tasks  # noqa: PLC0415 - only here

    mine, other = somebody("buyer"), somebody("other")
    endpoint, _ = told(receiver, whose=mine)
    told(receiver, whose=other)
    one = screening(owner=mine.user)
    tasks._end(one, state, "why" if state == State.FAILED else "")  # noqa: SLF001 - how the worker ends
    tasks._end(one, state)  # noqa: SLF001
    expected = 1 if state in {State.DONE, State.FAILED} else 0
    assert len(receiver.bodies) == expected
    if expected:
        assert only().endpoint == endpoint
        data = messages(receiver)[0]["data"]
        assert (data["job"], data["state"], data["file_name"]) == (str(one.id), state.value, "p.csv")


def test_a_screening_of_an_organisation_is_told_to_the_organisation_and_one_of_a_visitor_to_nobody(
    receiver: Server,
) -> None:
    user, office = User.objects.create_user("buyer"), Organisation.objects.create(name="Office")
    personal, _ = told(receiver, whose=Whose(user))
    shared, _ = told(receiver, whose=Whose(user, office))
    for fields in ({"owner": user, "organisation": office}, {"owner": user}, {}):
        notice.job_finished(screening(**fields, state=State.DONE))
    assert list(Delivery.objects.order_by("created_at").values_list("endpoint", flat=True)) == [shared.id, personal.id]


def test_a_key_that_belongs_to_nobody_is_told_of_its_own_jobs(receiver: Server) -> None:
    from tenring.web.api.models import KeyedScreening  # noqa: PLC0415 - only here

    key, _ = keys.new_key("server", (Scope.WEBHOOKS, Scope.JOBS), who="tester")
    other, _ = keys.new_key("other", (Scope.JOBS,), who="tester")
    endpoint, _ = told(receiver, whose=Whose.of_key(key))
    for one in (key, other):
        done = screening(state=State.DONE)
        KeyedScreening.objects.create(screening=done, key=one)
        notice.job_finished(done)
    assert only().endpoint == endpoint


# who may see and do what


def client(user: User | None = None, organisation: Organisation | None = None) -> Client:
    browser = Client(headers={"accept-language": "en"})
    if user:
        browser.force_login(user)
    if organisation:
        session = browser.session
        session["organisation"] = str(organisation.id)
        session.save()
    return browser


def ways(endpoint: Endpoint, delivery: Delivery) -> list[tuple[str, str]]:
    base = f"/webhooks/{endpoint.id}/"
    return [
        ("GET", base), ("POST", f"{base}change"), ("POST", f"{base}rotate"), ("POST", f"{base}ping"),
        ("GET", f"{base}deliveries/{delivery.id}/"), ("POST", f"{base}deliveries/{delivery.id}/again"),
        ("POST", f"{base}remove"),
    ]  # fmt: skip


def form(endpoint: Endpoint) -> dict[str, Any]:
    return {"address": endpoint.address, "events": endpoint.events, "is_on": "yes"}


@pytest.mark.parametrize("role", list(Role))
def test_what_a_role_may_do_with_webhooks_is_the_table_of_roles(receiver: Server, role: Role) -> None:
    owner, office = User.objects.create_user("owner"), Organisation.objects.create(name="Office")
    user = User.objects.create_user("member")
    Membership.objects.create(organisation=office, user=user, role=role)
    endpoint, _ = told(receiver, whose=Whose(owner, office))
    sent = actions.ping(endpoint)
    browser = client(user, office)
    assert browser.get("/webhooks/").status_code == 200
    expected = {200, 302} if Action.WEBHOOKS in ALLOWED[role] else {403}
    for method, path in ways(endpoint, sent):
        answer = browser.generic(method, path) if method == "GET" else browser.post(path, form(endpoint))
        assert answer.status_code in expected, (path, answer.status_code)
    assert browser.get("/webhooks/new").status_code == (200 if 200 in expected else 403)


def test_the_webhook_of_somebody_else_does_not_exist(receiver: Server) -> None:
    endpoint, _ = told(receiver, whose=somebody("owner"))
    sent = actions.ping(endpoint)
    stranger = client(User.objects.create_user("stranger"))
    for method, path in ways(endpoint, sent):
        answer = stranger.generic(method, path) if method == "GET" else stranger.post(path, form(endpoint))
        assert answer.status_code == 404, path
    assert endpoint.address not in stranger.get("/webhooks/").content.decode()
    nobody = client()
    assert [nobody.get(f"/webhooks/{path}").status_code for path in ("", "new")] == [302, 302]
    assert "sign-in" in nobody.get(f"/webhooks/{endpoint.id}/").headers["Location"]
    assert Endpoint.objects.exists()


@pytest.mark.parametrize(("tag", "title"), [("en", "It is shown this one time"), ("zh", "只显示这一次")])
def test_a_webhook_is_made_changed_tried_and_removed_on_its_pages(receiver: Server, tag: str, title: str) -> None:
    user = User.objects.create_user("developer")
    browser = client(user)
    browser.get(f"/webhooks/?lang={tag}")
    said = {
        "address": address_of(receiver), "events": ["licence.status_changed", "nonsense"], "note": "shop <b>",
        "programmes": "china-environmental-label, blue-angel", "economies": "cn", "holder": "", "search": "",
    }  # fmt: skip
    made = browser.post("/webhooks/new", said)
    page = made.content.decode()
    assert title in page
    assert "whsec_" in page
    assert "no-store" in made.headers["Cache-Control"]
    endpoint = Endpoint.objects.get()
    assert endpoint.filters == {"programmes": ["china-environmental-label", "blue-angel"], "economies": ["CN"]}
    again = browser.get(f"/webhooks/{endpoint.id}/").content.decode()
    assert "whsec_" not in again
    assert "shop &lt;b&gt;" in again
    delivery = browser.post(f"/webhooks/{endpoint.id}/ping").headers["Location"]
    shown = browser.get(delivery).content.decode()
    assert "thank you" in shown
    assert "webhook.ping" in shown
    assert browser.post(f"{delivery}again").status_code == 302
    assert len(receiver.bodies) == 2
    wrong = browser.post(f"/webhooks/{endpoint.id}/change", said | {"address": "http://inside"})
    assert wrong.status_code == 400
    assert 'role="alert"' in wrong.content.decode()
    assert browser.post(f"/webhooks/{endpoint.id}/change", said).status_code == 302
    endpoint.refresh_from_db()
    assert not endpoint.is_on
    assert "whsec_" in browser.post(f"/webhooks/{endpoint.id}/rotate").content.decode()
    assert browser.post(f"/webhooks/{endpoint.id}/remove").status_code == 302
    assert not Endpoint.objects.exists()
    whats = ["webhook.made", "webhook.redelivered", "webhook.changed", "webhook.rotated", "webhook.removed"]
    assert list(Event.objects.values_list("what", flat=True)) == whats


# the API


def api(text: str) -> Client:
    return Client(headers={"authorization": f"Bearer {text}", "accept-language": "en"}, raise_request_exception=False)


def send(browser: Client, method: str, path: str, body: object = None) -> Any:
    content = "" if body is None else json.dumps(body)
    return browser.generic(method, f"/api/v1/webhooks{path}", content, content_type="application/json")


def test_the_api_makes_changes_rotates_tries_and_removes(receiver: Server) -> None:
    _, text = keys.new_key("shop", (Scope.WEBHOOKS,), who="tester")
    own = api(text)
    asked = {"address": address_of(receiver), "events": ["register.published"], "note": "shop"}
    made = send(own, "POST", "", asked)
    assert made.status_code == 201, made.content
    told_, where = made.json(), made.headers["Location"].removeprefix("/api/v1/webhooks")
    assert told_["secret"].startswith("whsec_")
    assert "secret" not in send(own, "GET", where).json()
    assert [one["id"] for one in send(own, "GET", "").json()] == [told_["id"]]
    sent = send(own, "POST", f"{where}/ping").json()
    assert (sent["state"], sent["attempts"][0]["status"], sent["attempts"][0]["answer"]) == (
        "delivered", 200, "thank you",
    )  # fmt: skip
    assert verified(receiver, 0, told_["secret"])["id"] == sent["message_id"]
    again = send(own, "POST", f"{where}/deliveries/{sent['id']}/redeliver").json()
    assert len(again["attempts"]) == 2
    assert send(own, "GET", f"{where}/deliveries?state=given_up").json() == []
    assert [one["id"] for one in send(own, "GET", f"{where}/deliveries?state=delivered").json()] == [sent["id"]]
    new = send(own, "POST", f"{where}/rotate").json()
    assert new["secret"] != told_["secret"]
    changed = send(own, "PATCH", where, {"is_on": False, "filters": {"economies": ["CN"]}}).json()
    assert (changed["is_on"], changed["filters"], changed["events"]) == (
        False, {"economies": ["CN"]}, ["register.published"],
    )  # fmt: skip
    assert send(own, "POST", f"{where}/ping").status_code == 400
    assert send(own, "POST", "", asked | {"address": "https://10.0.0.1/"}).status_code == 400
    assert send(own, "POST", "", asked | {"events": []}).status_code == 422
    assert send(own, "POST", "", asked | {"more": 1}).status_code == 422
    assert send(own, "DELETE", where).status_code == 204
    assert send(own, "GET", where).status_code == 404
    assert send(own, "POST", f"{where}/deliveries/{sent['id']}/redeliver").status_code == 404


def test_the_webhook_of_another_key_does_not_exist_and_keys_of_one_organisation_share_theirs(receiver: Server) -> None:
    office, user = Organisation.objects.create(name="Office"), User.objects.create_user("editor")
    membership = Membership.objects.create(organisation=office, user=user, role=Role.EDITOR)
    made = [keys.new_key(name, (Scope.WEBHOOKS,), who="tester") for name in ("a", "b", "c")]
    for key, _ in made[1:]:
        key.owner, key.organisation = user, office
        key.save()
    endpoint, _ = told(receiver, whose=Whose.of_key(made[1][0]))
    assert [send(api(text), "GET", f"/{endpoint.id}").status_code for _, text in made] == [404, 200, 200]
    assert send(api(made[0][1]), "GET", "").json() == []
    membership.role = Role.READER
    membership.save()
    assert send(api(made[1][1]), "GET", "").status_code == 403
    assert act_for is not None


def test_times_in_messages_are_of_utc(receiver: Server) -> None:
    actions.ping(told(receiver)[0])
    created = datetime.fromisoformat(messages(receiver)[0]["created"])
    assert abs(created - datetime.now(UTC)) < timedelta(minutes=1)
