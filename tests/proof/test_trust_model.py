"""Who is recognised, for what, on which date; and what a list that cannot be relied on leaves open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tenring.exceptions import KeyMaterialError, MaterialError
from tenring.language import use
from tenring.proof.answers import Outcome
from tenring.proof.keys.multikey import multikey
from tenring.proof.trust.entities import write_list
from tenring.proof.trust.load import load_trust
from tenring.proof.trust.model import EVERY, Entity, RecognitionAnswer, Scope, TrustModel
from tenring.proof.trust.roots import read_roots, write_roots
from tenring.settings import Settings
from trust_world import (
    AT,
    BLUE,
    BODY,
    DISPLAYS,
    LIST,
    NETWORK,
    REGION,
    ROOT_KEYS,
    ROOTS,
    SCHEME,
    TODAY,
    TestKey,
    World,
    listed,
    may_recognise,
    publishes,
    recognition,
    signed,
)

DAY = timedelta(days=1)


def asked(world: World, issuer: str = BLUE, category: str | None = DISPLAYS, on: date = TODAY) -> RecognitionAnswer:
    return load_trust(world, ROOTS, AT).recognised(issuer, SCHEME, category, on)


# one programme under the roots


def test_a_programme_is_recognised_for_what_the_list_says() -> None:
    world = World()
    world.root_list(recognition())
    answer = asked(world)
    assert (answer.outcome, answer.code) == (Outcome.PASSED, "recognised")
    assert [link.by for link in answer.chain] == [NETWORK]
    assert answer.as_of == AT - timedelta(hours=1)
    assert "blue.example is recognised for computer-displays of blue-angel" in answer.reason


def test_answers_are_in_the_language_of_the_reader() -> None:
    world = World()
    world.root_list(recognition())
    use("zh")
    assert "blue.example" in asked(world).reason
    assert "recognised" not in asked(world).reason


@pytest.mark.parametrize("scheme", ["blue-angel", "urn:tenring:programme/blue-angel"])
@pytest.mark.parametrize("category", ["computer-displays", "urn:tenring:category/computer-displays"])
def test_an_id_and_its_urn_are_the_same(scheme: str, category: str) -> None:
    world = World()
    world.root_list(recognition())
    assert load_trust(world, ROOTS, AT).recognised(BLUE, scheme, category, TODAY).outcome is Outcome.PASSED


def test_every_category_is_written_never_meant_by_silence() -> None:
    world = World()
    world.root_list(recognition(scope=Scope(frozenset({"blue-angel"}), frozenset({EVERY}))))
    assert asked(world, category="printers").outcome is Outcome.PASSED
    world.root_list(recognition(scope=Scope(frozenset({"blue-angel"}), frozenset())))
    assert asked(world, category="printers").outcome is Outcome.FAILED


def test_a_certificate_that_names_no_category_is_unknown_not_recognised() -> None:
    world = World()
    world.root_list(recognition())
    assert (asked(world, category=None).outcome, asked(world, category=None).code) == (
        Outcome.UNKNOWN,
        "scope_not_named",
    )


def test_a_certificate_of_somebody_unknown_fails_whatever_it_names() -> None:
    world = World()
    world.root_list(recognition())
    assert asked(world, "did:web:thief.example", None).outcome is Outcome.FAILED


# dates: at issue and on the date asked are two answers


def test_recognition_is_judged_by_the_date() -> None:
    """A programme that lost recognition in March: its certificate of January was good then, and is not now."""
    world = World()
    world.root_list(recognition(until=date(2026, 3, 31)))
    at_issue, then, now = (asked(world, on=day) for day in (date(2026, 1, 15), date(2026, 3, 31), TODAY))
    assert [answer.outcome for answer in (at_issue, then, now)] == [Outcome.PASSED, Outcome.PASSED, Outcome.FAILED]
    assert now.code == "no_longer"
    assert "until 2026-03-31" in now.reason


def test_two_periods_leave_a_gap_between_them() -> None:
    world = World()
    world.root_list(recognition(until=date(2024, 12, 31)), recognition(since=date(2026, 1, 1)))
    assert [asked(world, on=date(year, 6, 1)).outcome for year in (2024, 2025, 2026)] == [
        Outcome.PASSED,
        Outcome.FAILED,
        Outcome.PASSED,
    ]


def test_the_history_of_an_entity_is_told_oldest_first() -> None:
    world = World()
    world.root_list(recognition(since=date(2026, 1, 1)), recognition(until=date(2024, 12, 31)))
    assert [one.since.year for one in load_trust(world, ROOTS, AT).history(BLUE)] == [2020, 2026]


# chains


def delegated(**facts: object) -> World:
    """The network lets a region recognise, the region a programme, the programme a body that issues."""
    world = World()
    world.root_list(may_recognise(REGION), entities=[publishes(REGION)])
    world.list_of(REGION, recognition(BLUE, REGION), may_recognise(BLUE, REGION), entities=[publishes(BLUE)])
    world.list_of(BLUE, recognition(BODY, BLUE, **facts))
    return world


def test_a_body_is_recognised_through_its_programme_and_region() -> None:
    answer = asked(delegated(), BODY)
    assert answer.outcome is Outcome.PASSED
    assert [link.by for link in answer.chain] == [BLUE, REGION, NETWORK]


def test_a_chain_holds_only_while_each_of_its_links_does() -> None:
    world = delegated()
    world.root_list(may_recognise(REGION, until=date(2025, 12, 31)), entities=[publishes(REGION)])
    assert asked(world, BODY, on=date(2025, 6, 1)).outcome is Outcome.PASSED
    assert (asked(world, BODY).outcome, asked(world, BODY).code) == (Outcome.FAILED, "chain_broken")


def test_a_link_that_gives_more_than_it_has_gives_no_more_than_that() -> None:
    world = delegated(scope=Scope(frozenset({"blue-angel"}), frozenset({EVERY})))
    assert asked(world, BODY).outcome is Outcome.PASSED
    assert asked(world, BODY, "printers").code == "chain_broken"


def test_to_issue_is_not_to_recognise() -> None:
    world = World()
    world.root_list(recognition(BLUE), entities=[publishes(BLUE)])
    world.list_of(BLUE, recognition(BODY, BLUE))
    assert asked(world, BODY).outcome is Outcome.FAILED


def test_to_recognise_is_not_to_issue() -> None:
    world = World()
    world.root_list(may_recognise(BLUE))
    assert asked(world).code == "not_recognised"


def test_a_fourth_link_is_too_deep() -> None:
    world = delegated()
    world.list_of(BLUE, may_recognise(BODY, BLUE), entities=[publishes(BODY)])
    world.list_of(BODY, recognition("did:web:fourth.example", BODY))
    assert asked(world, "did:web:fourth.example").outcome is Outcome.FAILED


def test_the_root_itself_is_recognised_by_nobody() -> None:
    world = World()
    world.root_list(recognition())
    assert asked(world, NETWORK).outcome is Outcome.FAILED


def test_a_circle_is_refused() -> None:
    """The region recognises the network above it; nobody can lift himself by his own hair."""
    world = delegated()
    world.list_of(REGION, may_recognise(NETWORK, REGION), recognition(BLUE, REGION))
    model = load_trust(world, ROOTS, AT)
    assert [gap.code for gap in model.gaps] == ["trust_list_refused"]
    assert "under whom it stands itself" in model.gaps[0].reason
    assert model.recognised(BLUE, SCHEME, DISPLAYS, TODAY).outcome is Outcome.UNKNOWN


def test_nobody_recognises_himself() -> None:
    world = World()
    world.root_list(may_recognise(REGION), entities=[publishes(REGION)])
    world.list_of(REGION, recognition(REGION, REGION))
    assert asked(world, REGION).outcome is Outcome.UNKNOWN


def test_what_stands_nearer_to_the_root_names_an_entity() -> None:
    world = delegated()
    world.root_list(
        recognition(BODY), may_recognise(REGION), entities=[Entity(BODY, {"en": "Body"}), publishes(REGION)]
    )
    world.list_of(BLUE, recognition(BODY, BLUE), entities=[Entity(BODY, {"en": "Ministry"})])
    assert load_trust(world, ROOTS, AT).name(BODY) == "Body"


# what cannot be relied on is unknown, never recognised


def test_without_the_root_list_nothing_is_known() -> None:
    assert (asked(World()).outcome, asked(World()).code) == (Outcome.UNKNOWN, "trust_list_missing")


def test_a_root_list_beyond_its_validity_makes_everything_unknown() -> None:
    world = World()
    world.root_list(recognition(), valid_until=AT - DAY)
    assert (asked(world).outcome, asked(world).code) == (Outcome.UNKNOWN, "trust_list_stale")
    assert asked(world, "did:web:thief.example").outcome is Outcome.UNKNOWN


def test_a_root_list_that_is_not_fresh_makes_everything_unknown() -> None:
    world = World()
    world.root_list(recognition())
    world.documents[LIST] = replace(world.documents[LIST], fresh_until=AT - DAY)
    assert (asked(world).outcome, asked(world).code) == (Outcome.UNKNOWN, "trust_list_stale")


def test_a_model_that_is_kept_too_long_answers_unknown() -> None:
    """A server that loaded the list a month ago does not go on recognising by it."""
    world = World()
    world.root_list(recognition(), valid_until=AT + 6 * DAY)
    model = load_trust(world, ROOTS, AT)
    assert model.fresh_until == AT + 6 * DAY
    assert model.recognised(BLUE, SCHEME, DISPLAYS, TODAY, at=AT + 6 * DAY).outcome is Outcome.PASSED
    late = model.recognised(BLUE, SCHEME, DISPLAYS, TODAY, at=AT + 7 * DAY)
    assert (late.outcome, late.code) == (Outcome.UNKNOWN, "trust_list_stale")


def test_a_missing_list_leaves_open_only_what_it_could_have_said() -> None:
    world = delegated()
    del world.documents["https://blue.example/trust.json"]
    assert asked(world, BODY).outcome is Outcome.UNKNOWN
    assert asked(world, BLUE).outcome is Outcome.PASSED
    assert asked(world, BODY, "printers").outcome is Outcome.FAILED


# the roots


@pytest.mark.parametrize(
    ("keys", "outcome"),
    [
        (ROOT_KEYS, Outcome.PASSED),
        (ROOT_KEYS[1:], Outcome.PASSED),
        (ROOT_KEYS[:1], Outcome.UNKNOWN),
        ((ROOT_KEYS[0], ROOT_KEYS[0]), Outcome.UNKNOWN),
        ((ROOT_KEYS[0], TestKey("thief")), Outcome.UNKNOWN),
        ((TestKey("thief"), TestKey("thief two")), Outcome.UNKNOWN),
    ],
    ids=["all", "two", "one", "one twice", "one and a stranger", "strangers"],
)
def test_a_root_list_needs_as_many_root_keys_as_are_pinned(keys: tuple[TestKey, ...], outcome: Outcome) -> None:
    world = World()
    world.root_list(recognition(), keys=keys)
    assert asked(world).outcome is outcome


def test_a_signature_dated_later_than_now_does_not_count() -> None:
    world = World()
    world.publish(LIST, signed(write_list(listed([recognition()])), *ROOT_KEYS, at=AT + DAY))
    assert asked(world).outcome is Outcome.UNKNOWN


def test_the_list_of_another_network_is_not_ours() -> None:
    world = World()
    world.publish(LIST, signed(write_list(listed([recognition(by=REGION)], REGION)), *ROOT_KEYS))
    assert asked(world).outcome is Outcome.UNKNOWN


def test_roots_are_written_and_read(settings: Settings) -> None:
    write_roots(ROOTS, settings.roots_file)
    assert read_roots(settings.roots_file) == ROOTS


def test_without_pinned_roots_it_is_said_what_to_do(settings: Settings) -> None:
    with pytest.raises(MaterialError, match="TENRING_ROOTS"):
        read_roots(settings.roots_file)


@pytest.mark.parametrize(
    "wrong",
    [
        {"threshold": 1}, {"threshold": 4}, {"roots": ()}, {"roots": ROOTS.roots[:1]}, {"roots": ROOTS.roots[:1] * 2},
        {"publishers": (multikey(ROOT_KEYS[0].key),)}, {"publishers": ROOTS.publishers * 2},
    ],
    ids=str,
)  # fmt: skip
def test_roots_that_let_one_person_act_alone_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(KeyMaterialError):
        replace(ROOTS, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[]", "not a JSON object"), ('{"thresold": 2}', "thresold"), ('{"threshold": true}', "threshold"),
        ('{"threshold": 1, "network": "x"}', "network"), ('{"threshold": 1, "threshold": 2}', "threshold"),
        ("", "JSON"),
    ],
)  # fmt: skip
def test_a_roots_file_that_is_none_is_refused_by_its_field(settings: Settings, text: str, field: str) -> None:
    settings.home.mkdir()
    settings.roots_file.write_text(text)
    with pytest.raises(MaterialError, match=field):
        read_roots(settings.roots_file)


def test_a_roots_key_that_is_no_key_is_refused(settings: Settings) -> None:
    write_roots(ROOTS, settings.roots_file)
    text = settings.roots_file.read_text()
    settings.roots_file.write_text(text.replace(f'"{multikey(ROOT_KEYS[1].key)}"', '"z6MkNotAKey"'))
    with pytest.raises(MaterialError, match=r"roots\[1\]\.key"):
        read_roots(settings.roots_file)


def test_an_empty_model_recognises_nobody() -> None:
    assert TrustModel("did:web:x", {}, ()).recognised(BLUE, SCHEME, DISPLAYS, TODAY).outcome is Outcome.FAILED
