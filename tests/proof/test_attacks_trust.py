"""Attackers' rows of the issue: who is not recognised, or only later, and lists that somebody changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proof.programme import Programme, recognised
from tenring.exceptions import ProofError
from tenring.proof.answers import Outcome, Validity
from tenring.proof.contexts import OWN
from tenring.proof.material import FirstOf
from tenring.proof.status import SeenInMemory
from tenring.proof.strict import JsonObject, read_object
from tenring.proof.trust.anchors import read_anchor
from tenring.proof.trust.entities import read_list, write_list
from tenring.proof.trust.load import load_trust
from tenring.proof.trust.model import EVERY, RecognitionAnswer, Scope, TrustModel
from tenring.proof.verify import Question, Verifier
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
    list_address,
    listed,
    may_recognise,
    publishes,
    recognition,
    signed,
)

DAY = timedelta(days=1)


def asked(
    world: World, issuer: str = BLUE, scheme: str = SCHEME, category: str = DISPLAYS, on: date = TODAY
) -> RecognitionAnswer:
    return load_trust(world, ROOTS, AT).recognised(issuer, scheme, category, on)


def test_an_issuer_that_is_not_recognised_for_this_category_fails() -> None:
    world = World()
    world.root_list(recognition())
    answer = asked(world, category="printers")
    assert (answer.outcome, answer.code) == (Outcome.FAILED, "other_category")
    assert "not recognised for printers of blue-angel" in answer.reason


def test_an_issuer_that_is_not_recognised_for_this_scheme_fails() -> None:
    world = World()
    world.root_list(recognition())
    assert asked(world, scheme="urn:tenring:programme/eco-mark").code == "other_scheme"


def test_a_category_of_one_recognition_and_a_scheme_of_another_make_no_third() -> None:
    world = World()
    world.root_list(recognition(), recognition(scope=Scope(frozenset({"eco-mark"}), frozenset({"printers"}))))
    assert asked(world, category="printers").outcome is Outcome.FAILED


def test_an_issuer_that_is_recognised_only_later_fails_for_what_it_issued_before() -> None:
    world = World()
    world.root_list(recognition(since=date(2026, 6, 1)))
    at_issue, now = asked(world, on=date(2026, 5, 31)), asked(world)
    assert (at_issue.outcome, at_issue.code) == (Outcome.FAILED, "not_yet")
    assert "only from 2026-06-01 on" in at_issue.reason
    assert now.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "name",
    ["did:web:blue.example.", "did:web:BLUE.example", "did:web:blue.example:", "did:web:blue.exаmple", "blue.example"],
)
def test_an_issuer_that_only_looks_alike_fails(name: str) -> None:
    world = World()
    world.root_list(recognition())
    assert asked(world, name).outcome is Outcome.FAILED


def altered(raw: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    document = json.loads(raw)
    change(document)
    return json.dumps(document).encode()


def widen(document: dict[str, Any]) -> None:
    document["credentialSubject"][0]["recognizedTo"][0]["tenring:category"] = ["*"]


def rename(document: dict[str, Any]) -> None:
    document["credentialSubject"][0]["id"] = "did:web:thief.example"


def prolong(document: dict[str, Any]) -> None:
    document["validUntil"] = "2099-01-01T00:00:00Z"


def without_one_proof(document: dict[str, Any]) -> None:
    document["proof"] = document["proof"][0]


def without_proof(document: dict[str, Any]) -> None:
    del document["proof"]


def one_proof_twice(document: dict[str, Any]) -> None:
    document["proof"] = [document["proof"][0], document["proof"][0]]


def in_anothers_name(document: dict[str, Any]) -> None:
    """One holder's signature under the name of the other."""
    document["proof"][1] = document["proof"][0] | {"verificationMethod": ROOT_KEYS[1].verification_method}


@pytest.mark.parametrize(
    "change", [widen, rename, prolong, without_one_proof, without_proof, one_proof_twice, in_anothers_name]
)
def test_a_root_list_that_was_altered_makes_everything_unknown(change: Callable[[dict[str, Any]], None]) -> None:
    world = World()
    world.root_list(recognition())
    world.publish(LIST, altered(world.documents[LIST].body, change))
    for issuer in (BLUE, "did:web:thief.example"):
        assert asked(world, issuer, category=EVERY).outcome is Outcome.UNKNOWN
        assert asked(world, issuer).outcome is Outcome.UNKNOWN


def test_a_context_added_to_a_list_changes_nothing() -> None:
    """The proof names the contexts that it signs; what is added after them is not read."""
    world = World()
    world.root_list(recognition())

    def add(document: dict[str, Any]) -> None:
        document["@context"].append({"tenring:category": "urn:other"})

    world.publish(LIST, altered(world.documents[LIST].body, add))
    assert asked(world).outcome is Outcome.PASSED
    assert asked(world, category="printers").outcome is Outcome.FAILED


def test_a_root_list_signed_for_another_purpose_does_not_count() -> None:
    world = World()
    document = json.loads(signed(write_list(listed([recognition()])), *ROOT_KEYS))
    for proof in document["proof"]:
        proof["proofPurpose"] = "authentication"
    world.publish(LIST, json.dumps(document).encode())
    assert asked(world).outcome is Outcome.UNKNOWN


def test_a_list_of_a_region_signed_by_somebody_else_leaves_unknown() -> None:
    world = World()
    world.root_list(may_recognise(REGION), entities=[publishes(REGION)])
    world.key_of(REGION)
    document = write_list(listed([recognition(BODY, REGION)], REGION))
    for thief in (TestKey("thief"), TestKey("thief", REGION)):
        world.publish(list_address(REGION), signed(document, thief))
        assert asked(world, BODY).outcome is Outcome.UNKNOWN


def test_a_list_put_in_the_place_of_anothers_leaves_unknown() -> None:
    """The thief signs his own list with his own key, and serves it under the address of the region."""
    world = World()
    world.root_list(may_recognise(REGION), entities=[publishes(REGION)])
    thief = "did:web:thief.example"
    document = write_list(listed([recognition(BODY, thief)], thief))
    world.publish(list_address(REGION), signed(document, world.key_of(thief)))
    assert asked(world, BODY).outcome is Outcome.UNKNOWN


def test_somebody_whom_nobody_lets_recognise_is_not_even_asked() -> None:
    world = World()
    world.root_list(recognition(BLUE), entities=[publishes(BLUE)])
    asked_for: list[str] = []

    class Watching(World):
        def find(self, address: str) -> Any:
            asked_for.append(address)
            return world.find(address)

    load_trust(FirstOf((Watching(),)), ROOTS, AT)
    assert asked_for == [LIST]


def test_an_older_edition_shown_again_is_found_out() -> None:
    """The old list still recognises the programme that lost recognition yesterday; it is within its validity."""
    seen = SeenInMemory()
    old, new = World(), World()
    old.root_list(recognition(), valid_from=AT - 5 * DAY)
    new.root_list(recognition(until=date(2026, 11, 1)), valid_from=AT - DAY)
    assert load_trust(old, ROOTS, AT, seen=seen).gaps == ()
    assert load_trust(new, ROOTS, AT, seen=seen).recognised(BLUE, SCHEME, DISPLAYS, TODAY).outcome is Outcome.FAILED
    replayed = load_trust(old, ROOTS, AT, seen=seen).recognised(BLUE, SCHEME, DISPLAYS, TODAY)
    assert replayed.outcome is Outcome.UNKNOWN
    assert "older than the edition" in replayed.reason


def test_a_server_that_runs_for_days_sees_that_recognition_ended() -> None:
    programme = Programme()
    material = FirstOf((OWN, programme.world))

    def load(at: datetime) -> TrustModel:
        return load_trust(material, ROOTS, at)

    verifier = Verifier(material, trust=load(AT), reload=load)
    assert verifier.verify(programme.token, Question(on=TODAY, at=AT)).validity is Validity.VALID
    programme.world.root_list(recognised(until=TODAY - DAY))
    later = Question(on=TODAY, at=AT + timedelta(minutes=2))
    assert verifier.verify(programme.token, later).validity is Validity.INVALID


def test_a_list_that_does_not_say_until_when_is_not_relied_on_for_ever() -> None:
    world = World()
    world.root_list(recognition(), valid_until=None)
    assert asked(world).outcome is Outcome.PASSED
    world.root_list(recognition(), valid_until=None, valid_from=AT - 91 * DAY)
    assert (asked(world).outcome, asked(world).code) == (Outcome.UNKNOWN, "trust_list_stale")
    world.root_list(recognition(), valid_until=None, valid_from=None)
    assert asked(world).outcome is Outcome.UNKNOWN


def test_a_chain_of_lists_without_end_comes_to_an_end() -> None:
    """Each body recognises a further one, a thousand deep; three are followed."""
    world = World()
    names = [f"did:web:n{number}.example" for number in range(1000)]
    world.root_list(may_recognise(names[0]), entities=[publishes(names[0])])
    for one, following in pairwise(names[:7]):
        world.list_of(one, may_recognise(following, one), entities=[publishes(following)])
    model = load_trust(world, ROOTS, AT)
    assert len({one.by for one in model.recognitions}) == 3


def test_more_lists_than_any_network_has_are_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenring.proof.trust.load.MOST_LISTS", 10)
    world = World()
    names = [f"did:web:n{number}.example" for number in range(30)]
    world.root_list(*map(may_recognise, names), entities=map(publishes, names))
    model = load_trust(world, ROOTS, AT)
    assert len(model.gaps) == 30
    assert any("more than 10 lists" in gap.reason for gap in model.gaps)


# whatever a stranger signs, it is read or refused

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=8)
    | st.sampled_from([BLUE, NETWORK, "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
SOUND = write_list(listed([replace(recognition(), until=date(2027, 1, 1))], entities=[publishes(BLUE)]))


def places(value: Any, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in members for place in places(inner, (*path, key)))]


def changed(document: JsonObject, path: tuple[object, ...], value: object) -> Any:
    if not path:
        return value
    copy: Any = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = changed(copy[path[0]], path[1:], value)
    return copy


@settings(deadline=None)
@given(st.sampled_from(places(SOUND)[1:]), JSON)
def test_a_list_with_anything_anywhere_is_read_or_refused(path: tuple[object, ...], value: object) -> None:
    try:
        document = read_object(json.dumps(changed(SOUND, path, value)))
        read = read_list(document)
    except ProofError:
        return
    assert all(one.by == read.publisher.did for one in read.recognitions)


@settings(deadline=None)
@given(JSON)
def test_an_anchor_of_anything_is_read_or_refused(value: object) -> None:
    document = {"type": ["DigitalIdentityAnchor", "VerifiableCredential"], "issuer": value, "credentialSubject": value}
    with pytest.raises(ProofError):
        read_anchor(document)
