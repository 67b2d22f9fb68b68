"""Recognized Entities credentials: ours are read back as written, the draft's own examples are read, others refused."""

from __future__ import annotations

import html
import json
import re
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenring.exceptions import MalformedError
from tenring.proof.strict import JsonObject, read_object
from tenring.proof.trust.entities import read_list, write_list
from tenring.proof.trust.model import EVERY, Action, Entity, PostalAddress, Recognition, Scope
from trust_world import BLUE, BODY, NETWORK, listed, may_recognise, recognition

WHOLE = Entity(
    did=BLUE,
    names={"en": "Blue Angel", "zh": "蓝天使"},
    legal_name="RAL gGmbH",
    programme="blue-angel",
    website="https://blue.example/",
    address=PostalAddress("Siegburger Str. 39", "DE", "Bonn", "53757"),
    electronic="mailto:office@blue.example",
    list_address="https://blue.example/trust.json",
    anchor="https://network.example/anchors/blue-angel.json",
    status_lists=("https://blue.example/status/1", "https://blue.example/status/2"),
)


# ours


def test_a_list_is_read_back_as_it_was_written() -> None:
    written = listed(
        [recognition(until=date(2026, 3, 31), why="accreditation ended"), may_recognise(BLUE), recognition(BODY)],
        entities=[WHOLE],
        address="https://network.example/trust/list.json",
    )
    again = read_list(read_object(json.dumps(write_list(written))))
    assert again.publisher == written.publisher
    assert (again.address, again.number, again.valid_from) == (written.address, 1, written.valid_from)
    assert {one.did: one for one in again.entities} == {one.did: one for one in written.entities}
    assert set(again.recognitions) == set(written.recognitions)


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), min_size=1, max_size=20)
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
SCOPES = st.builds(
    Scope,
    st.frozensets(st.sampled_from(["blue-angel", "https://x.example/s", EVERY]), max_size=3),
    st.frozensets(st.sampled_from(["printers", "computers", EVERY]), max_size=3),
)


RECOGNITIONS = st.builds(
    lambda action, scope, since, days, why: Recognition(
        BLUE, NETWORK, action, scope, since, None if days is None else since + timedelta(days), why
    ),
    st.sampled_from(list(Action)), SCOPES, DAYS, st.none() | st.integers(0, 9999), NAMES,
)  # fmt: skip


@settings(deadline=None)
@given(NAMES, RECOGNITIONS)
def test_whatever_is_written_is_read_back(name: str, one: Recognition) -> None:
    again = read_list(read_object(json.dumps(write_list(listed([one], entities=[Entity(BLUE, {"en": name})])))))
    assert (again.recognitions, again.entities[0].names) == ((one,), {"en": name})


def test_a_list_says_what_the_draft_has_words_for_in_its_words() -> None:
    credential = write_list(listed([recognition()], entities=[WHOLE]))
    assert credential["type"] == ["VerifiableCredential", "RecognizedEntityCredential"]
    assert credential["issuer"]["type"] == "RecognizedIssuer"
    [subject] = credential["credentialSubject"]
    assert (subject["type"], subject["id"], subject["legalName"]) == ("RecognizedEntity", BLUE, "RAL gGmbH")
    [action] = subject["recognizedTo"]
    assert (action["type"], action["action"], action["recognizedBy"]) == ("RecognizedAction", "issue", NETWORK)
    assert action["outputValidation"]["type"] == "JsonSchema"


def test_every_term_of_ours_is_in_our_context() -> None:
    credential = write_list(listed([recognition(until=date(2026, 3, 31), why="x")], entities=[WHOLE]))
    used = set(re.findall(r'"(tenring:[A-Za-z]+)":', json.dumps(credential)))
    own = {f"tenring:{name}" for name in ("street", "locality", "postalCode", "country")}
    assert used - own <= set(credential["@context"][2]) | {"tenring:tenring"}


# the draft's


def examples(data: Path) -> list[JsonObject]:
    """The JSON examples of the draft that are credentials, without its comments, ellipses and trailing commas."""
    page = (data / "vectors" / "recognized-entities" / "index.html").read_text(encoding="utf-8")
    found: list[JsonObject] = []
    for block in re.findall(r'<pre class="example.*?>(\s*\{.*?)</pre>', page, re.DOTALL):
        plain = html.unescape(re.sub(r"<[^>]*>", "", block))
        plain = re.sub(r"^\s*//.*$", "", plain, flags=re.MULTILINE)
        plain = re.sub(r",(\s*[}\]])", r"\1", plain)
        plain = re.sub(r'("Party"\])(\s*"name")', r"\1,\2", plain)
        plain = re.sub(r'("proofValue": "[^"]*)\s*\n\s*', r"\1", plain)
        try:
            example = read_object(plain)
        except MalformedError:
            continue
        found += [example, *example.get("verifiableCredential", [])]
    return [one for one in found if "RecognizedEntityCredential" in one.get("type", ())]


def test_the_examples_of_the_draft_are_read(data: Path) -> None:
    lists = [read_list(one) for one in examples(data)]
    known = {entity.did: entity for one in lists for entity in one.entities}
    assert len(lists) == 8
    assert known["did:web:university.example"].names == {"en": "Example State University"}
    assert {"did:web:id.gs1utopia.example", "did:web:register.business.utopia.example"} <= set(known)
    recognitions = [one for each in lists for one in each.recognitions]
    assert {one.action for one in recognitions} == {Action.ISSUE}
    assert all(one.since == date(2025, 1, 1) for one in recognitions)


def test_a_list_without_our_terms_knows_its_entities_and_gives_no_right(data: Path) -> None:
    for example in examples(data):
        assert not [one for one in read_list(example).recognitions if one.scope.covers_scheme("blue-angel")]


# others are refused


def changed(path: tuple[object, ...], value: object) -> JsonObject:
    credential = deepcopy(write_list(listed([recognition()], entities=[WHOLE])))
    place: Any = credential
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return credential


SUBJECT = ("credentialSubject", 0)
ACTION = (*SUBJECT, "recognizedTo", 0)


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("type",), ["VerifiableCredential"], "type"),
        (("type",), "RecognizedEntityCredential", "type"),
        (("issuer",), {"name": "nobody"}, r"issuer\.id"),
        (("issuer",), 7, r"issuer\.id"),
        (("validFrom",), "yesterday", "validFrom"),
        (("credentialSubject",), [], "credentialSubject"),
        (("credentialSubject",), ["did:web:x.example"], r"credentialSubject\[0\]"),
        ((*SUBJECT, "type"), "Organisation", "RecognizedEntity"),
        ((*SUBJECT, "id"), "no url at all", r"credentialSubject\[0\]\.id"),
        ((*SUBJECT, "legalName"), {"@value": "x"}, "legalName"),
        ((*SUBJECT, "image"), "a picture", "image"),
        ((*SUBJECT, "url"), 7, "url"),
        ((*SUBJECT, "sameAs"), ["not a url"], "sameAs"),
        ((*SUBJECT, "recognizedIn"), {"id": "https://x.example/l"}, "recognizedIn"),
        ((*SUBJECT, "recognizedIn"), {"id": "x", "type": "EtsiTrustServiceList"}, "recognizedIn"),
        ((*ACTION, "type"), "Action", "RecognizedAction"),
        ((*ACTION, "action"), None, "action"),
        ((*ACTION, "recognizedBy"), "did:web:thief.example", "recognizedBy"),
        ((*ACTION, "outputValidation"), {"type": "JsonSchema"}, "outputValidation"),
        ((*ACTION, "outputValidation"), {"id": "https://x.example/s"}, "outputValidation"),
        ((*ACTION, "tenring:from"), "2020-13-01", "tenring:from"),
        ((*ACTION, "tenring:from"), "2020-W01-1", "tenring:from"),
        ((*ACTION, "tenring:until"), "2019-12-31", "tenring:until"),
        ((*ACTION, "tenring:scheme"), [7], "tenring:scheme"),
        (("tenring:number",), True, "tenring:number"),
        ((*SUBJECT, "name"), "Blue\x1b[2JAngel", "control characters"),
        ((*SUBJECT, "legalName"), "\u202eLAR", "control characters"),
        ((*ACTION, "tenring:why"), "a\nb", "control characters"),
        ((*SUBJECT, "id"), "did:web:x\x1b.example", r"\.id"),
        ((*SUBJECT, "tenring:address"), {"tenring:street": "x"}, "tenring:address"),
    ],
)
def test_what_breaks_the_draft_is_refused_with_its_place(path: tuple[object, ...], value: object, named: str) -> None:
    with pytest.raises(MalformedError, match=named):
        read_list(changed(path, value))


def test_an_entity_that_stands_twice_is_refused() -> None:
    credential = write_list(listed([recognition()]))
    credential["credentialSubject"] *= 2
    with pytest.raises(MalformedError, match="stands twice"):
        read_list(credential)


def test_an_action_that_is_none_of_ours_gives_no_right() -> None:
    """The draft leaves the words of actions free; we read none more widely than it was meant."""
    for word in ("verify", "Issue", "issue ", "issuing", "*", "recognise"):
        assert read_list(changed((*ACTION, "action"), word)).recognitions == ()
