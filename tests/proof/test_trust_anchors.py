"""Digital Identity Anchors: they pass UNTP's schema, and count only when who recognises the issuer signed them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import jsonschema_rs
import pytest

from tenring.exceptions import IssueError, MalformedError, MaterialError, ProofError
from tenring.proof.signatures import prover
from tenring.proof.standards import Standards
from tenring.proof.trust.anchors import SCHEMA, Anchor, anchor_of, find_anchor, read_anchor, write_anchor
from tenring.proof.trust.load import load_trust
from tenring.proof.trust.model import EVERY, Entity, Scope
from tenring.settings import Settings
from trust_world import AT, BLUE, NETWORK, ROOTS, World, may_recognise, recognition, signed

ADDRESS = "https://network.example/anchors/blue-angel.json"
PROGRAMME = Entity(
    BLUE, {"en": "Blue Angel", "zh": "蓝天使"}, programme="blue-angel", website="https://blue.example/", anchor=ADDRESS
)
REGISTRAR = Entity(NETWORK, {"en": "Network of examples"})


def anchor(**scope: frozenset[str]) -> Anchor:
    given = recognition(scope=Scope(**scope)) if scope else recognition()
    return anchor_of(PROGRAMME, [given], REGISTRAR, AT)


def test_an_anchor_passes_the_schema_of_untp(data: Path, tmp_path: Path) -> None:
    schema = Standards(Settings(home=tmp_path, data=data)).find(SCHEMA)
    assert schema is not None
    validator = jsonschema_rs.validator_for(json.loads(schema.body), validate_formats=True)
    for one in (anchor(), anchor(schemes=frozenset({EVERY}), categories=frozenset({EVERY}))):
        assert [error.message for error in validator.iter_errors(write_anchor(one, ADDRESS))] == []


def test_an_anchor_says_who_and_for_what() -> None:
    subject = write_anchor(anchor(), ADDRESS)["credentialSubject"]
    assert (subject["id"], subject["registeredId"], subject["registerType"]) == (BLUE, "blue-angel", "accreditation")
    assert subject["registrationScope"] == [
        "urn:tenring:category/computer-displays",
        "urn:tenring:programme/blue-angel",
    ]
    assert subject["registeredDate"] == "2020-01-01"


def test_an_anchor_is_read_back_as_it_was_written() -> None:
    assert read_anchor(json.loads(json.dumps(write_anchor(anchor(), ADDRESS)))) == anchor()


@pytest.mark.parametrize("name", ["mine", "battery", "smelter"])
def test_the_samples_of_untp_are_read(data: Path, name: str) -> None:
    sample = data / "untp/v0.7.0/samples-served/dia" / f"DigitalIdentityAnchor_{name}_instance.json"
    found = read_anchor(json.loads(sample.read_text(encoding="utf-8")))
    assert found.did.startswith("did:web:sample-")
    assert found.scopes


@pytest.mark.parametrize(
    "entity", [Entity(BLUE, {"en": "no programme"}), Entity("did:web:other.example", programme="other")]
)
def test_who_is_no_recognised_programme_has_no_anchor(entity: Entity) -> None:
    with pytest.raises(IssueError):
        anchor_of(entity, [recognition()], REGISTRAR, AT)


def test_a_programme_that_lost_recognition_has_none_any_more() -> None:
    with pytest.raises(IssueError, match="not recognised on 2026-11-28"):
        anchor_of(PROGRAMME, [recognition(until=date(2026, 1, 1))], REGISTRAR, AT)


# found by a verifier


def world_with(document: dict[str, object], by: str = NETWORK) -> World:
    world = World()
    world.root_list(recognition(), may_recognise("did:web:region.example"), entities=[PROGRAMME])
    world.publish(ADDRESS, signed(document, world.key_of(by)))
    return world


def found(world: World) -> Anchor:
    trust = load_trust(world, ROOTS, AT)
    return find_anchor(BLUE, trust, world, AT, prover(world, AT))


def test_a_verifier_learns_who_stands_behind_an_issuer() -> None:
    learnt = found(world_with(write_anchor(anchor(), ADDRESS)))
    assert (learnt.registered_name, learnt.registered_id, learnt.registrar) == ("Blue Angel", "blue-angel", NETWORK)
    assert learnt.got == AT - timedelta(hours=1)


def test_an_anchor_that_a_programme_made_for_itself_does_not_count() -> None:
    own = anchor_of(PROGRAMME, [recognition()], Entity(BLUE, {"en": "itself"}), AT)
    with pytest.raises(MalformedError, match="does not recognise"):
        found(world_with(write_anchor(own, ADDRESS), BLUE))


def test_an_anchor_that_somebody_else_signed_does_not_count() -> None:
    with pytest.raises(ProofError):
        found(world_with(write_anchor(anchor(), ADDRESS), "did:web:thief.example"))


def test_an_anchor_about_somebody_else_does_not_count() -> None:
    document = write_anchor(anchor(), ADDRESS)
    document["credentialSubject"]["id"] = "did:web:other.example"
    with pytest.raises(MalformedError, match="no identity anchor of"):
        found(world_with(document))


def test_an_anchor_beyond_its_validity_cannot_be_relied_on() -> None:
    document = write_anchor(anchor(), ADDRESS) | {"validUntil": "2026-11-28T11:59:59Z"}
    with pytest.raises(MaterialError, match="cannot be relied on"):
        found(world_with(document))
