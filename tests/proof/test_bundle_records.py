"""Status records in a bundle: how it was on an earlier day, said without a network; and what an attacker tries."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tenring.exceptions import IssueError, MalformedError
from tenring.model.licence import Status
from tenring.proof.answers import Outcome
from tenring.proof.bundle import Collected, collect
from tenring.proof.material import Documents, Held
from tenring.proof.served import Served
from tenring.proof.signatures import prover
from tenring.proof.status import StatusAnswer, StatusBook, publish_status, status_of
from tenring.proof.status.publish import Form, signs_with
from tenring.proof.status.record import (
    MOST_NAMED,
    index_address,
    read_record_index,
    record_address,
    record_index,
)
from tenring.proof.strict import JsonObject
from tenring.proof.trust.entities import write_list
from tenring.proof.trust.model import Entity
from trust_world import AT, BLUE, LIST, NETWORK, ROOT_KEYS, ROOTS, TestKey, World, listed, recognition, signed

BASE = "https://blue.example/status"
INDEX = f"{BASE}/records/index"
OTHER = "did:web:thief.example"
CREDENTIAL = "https://blue.example/credentials/CN-1"
DAY = timedelta(days=1)
BEGUN = AT - 100 * DAY
LISTS = tuple(f"{BASE}/{name}-1" for name in ("revocation", "suspension"))


@dataclass
class Programme:
    """A programme whose one licence was suspended for ten days, and mended; its lists are on its web server."""

    home: Path
    key: TestKey = field(default_factory=lambda: TestKey(BLUE, BLUE))

    @property
    def book(self) -> StatusBook:
        return StatusBook(self.home / "status.sqlite")

    def begin(self) -> Programme:
        self.book.enter(CREDENTIAL, licence="CN-1", issuer=BLUE, base=BASE, at=BEGUN)
        for status, day in ((Status.SUSPENDED, 20), (Status.ACTIVE, 30)):
            self.book.set("CN-1", status, reason="audit", who="lin", at=BEGUN + day * DAY)
        return self

    def publish(self, at: datetime = AT - timedelta(hours=2), *, index: bool = True, **changes: Any) -> dict[str, Held]:
        """What is on the web server then."""
        out = self.home / "public"
        arguments = {"sign": signs_with(self.key, at, Form.JSON), "at": at, "index": index} | changes
        publish_status(self.book, BLUE, out, **arguments)
        return {one.address: one for one in Served("https://blue.example", out).all()}

    def credential(self) -> JsonObject:
        status = StatusBook.entries(self.book.places("CN-1")[CREDENTIAL])
        return {"id": CREDENTIAL, "issuer": BLUE, "credentialStatus": status}


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    return Programme(tmp_path).begin()


def world(published: dict[str, Held], lists: tuple[str, ...] = LISTS) -> World:
    """The network recognises the programme, and knows its lists."""
    found = World(dict(published))
    entity = Entity(BLUE, {"en": "Blue"}, status_lists=lists)
    found.publish(LIST, signed(write_list(listed([recognition()], entities=[entity])), *ROOT_KEYS[:2]))
    for did in (NETWORK, BLUE, OTHER):
        found.key_of(did)
    return found


def asked(programme: Programme, documents: dict[str, Held], day: int) -> StatusAnswer:
    """What whoever has these documents and no network is told of that day of the licence."""
    material = Documents(documents)
    return status_of(programme.credential(), material, BEGUN + day * DAY, prover(material, AT))


def outcomes(programme: Programme, collected: Collected) -> list[Outcome]:
    return [asked(programme, collected.documents, day).outcome for day in (10, 25, 40)]


HOW_IT_WAS = [Outcome.PASSED, Outcome.FAILED, Outcome.PASSED]
NOT_KNOWN = [Outcome.UNKNOWN] * 3


def test_with_an_index_an_earlier_day_is_known_without_a_network(programme: Programme) -> None:
    collected = collect(world(programme.publish()), ROOTS, AT)
    assert collected.missing == {}
    assert {INDEX, record_address(LISTS[0], CREDENTIAL)} <= set(collected.documents)
    assert outcomes(programme, collected) == HOW_IT_WAS


def test_without_an_index_an_earlier_day_stays_open(programme: Programme) -> None:
    collected = collect(world(programme.publish(index=False)), ROOTS, AT)
    assert collected.missing == {}
    assert record_address(LISTS[0], CREDENTIAL) not in collected.documents
    assert outcomes(programme, collected) == NOT_KNOWN


def test_records_in_a_folder_of_ones_own_need_no_index(programme: Programme) -> None:
    """`tenring bundle --served` takes along all that lies there."""
    published = programme.publish(index=False)
    collected = collect(world(published), ROOTS, AT)
    assert outcomes(programme, Collected(published | collected.documents, {})) == HOW_IT_WAS


def test_an_index_names_the_records_and_says_nothing_of_them(programme: Programme) -> None:
    document = json.loads(programme.publish()[INDEX].body)
    name = record_address(LISTS[0], CREDENTIAL).rpartition("/")[2]
    assert document["credentialSubject"] == {"id": f"{BASE}/records", "type": "StatusRecords", "records": [name]}
    assert (document["issuer"], document["id"]) == (BLUE, INDEX)


def test_an_index_is_there_before_anything_happened(tmp_path: Path) -> None:
    quiet = Programme(tmp_path)
    quiet.book.enter(CREDENTIAL, licence="CN-1", issuer=BLUE, base=BASE, at=BEGUN)
    assert json.loads(quiet.publish()[INDEX].body)["credentialSubject"]["records"] == []


def test_too_many_records_are_not_named_and_nothing_is_published(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenring.proof.status.publish.MOST_NAMED", 0)
    with pytest.raises(IssueError, match="without an index"):
        programme.publish()
    assert not (programme.home / "public").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"id": f"{BASE}/other/index"},
        {"type": ["VerifiableCredential"]},
        {"credentialSubject": []},
        {"credentialSubject": {}},
        {"credentialSubject": {"records": "0" * 32}},
        {"credentialSubject": {"records": ["../../etc/passwd"]}},
        {"credentialSubject": {"records": ["https://thief.example/records/" + "0" * 32]}},
        {"credentialSubject": {"records": [5]}},
        {"credentialSubject": {"records": ["A" * 32]}},
        {"credentialSubject": {"records": [f"{number:032x}" for number in range(MOST_NAMED + 1)]}},
    ],
)
def test_an_index_leads_nowhere_but_to_the_records_beside_it(change: JsonObject) -> None:
    right = record_index(address=INDEX, issuer=BLUE, records=[f"{BASE}/records/{'0' * 32}"], at=AT)
    assert read_record_index(right, address=INDEX) == (f"{BASE}/records/{'0' * 32}",)
    with pytest.raises(MalformedError):
        read_record_index(right | change, address=INDEX)


# what an attacker tries: the answer stays open, or as it was


def told(collected: Collected, address: str) -> str:
    return collected.missing.get(address, "")


def test_an_index_that_another_signed_is_not_followed(programme: Programme) -> None:
    found = world(programme.publish())
    record = record_address(LISTS[0], CREDENTIAL)
    document = record_index(address=INDEX, issuer=OTHER, records=[record], at=AT - DAY)
    found.publish(INDEX, signed(document, TestKey(OTHER, OTHER)))
    collected = collect(found, ROOTS, AT)
    assert told(collected, INDEX) == f"{OTHER} signed it, not {BLUE}"
    assert record not in collected.documents
    found.publish(INDEX, signed(document | {"issuer": BLUE}, TestKey(OTHER, OTHER)))
    assert told(collect(found, ROOTS, AT), INDEX)


def test_an_altered_index_is_told_and_not_followed(programme: Programme) -> None:
    found = world(programme.publish())
    found.publish(INDEX, found.documents[INDEX].body.replace(b'"records": ["', b'"records": ["' + b"0" * 32 + b'", "'))
    collected = collect(found, ROOTS, AT)
    assert "signature does not fit" in told(collected, INDEX)
    assert outcomes(programme, collected) == NOT_KNOWN


def test_an_older_index_hides_a_record_and_makes_nothing_valid(programme: Programme) -> None:
    """Whoever wants to hide a suspension shows an index from before it: then that day is not known."""
    found = world(programme.publish())
    old = record_index(address=INDEX, issuer=BLUE, records=[], at=BEGUN)
    found.publish(INDEX, signed(old, TestKey(BLUE, BLUE)))
    assert outcomes(programme, collect(found, ROOTS, AT)) == NOT_KNOWN


def test_a_record_replayed_from_before_the_list_does_not_count(programme: Programme) -> None:
    before = programme.publish(AT - timedelta(hours=3))
    found = world(programme.publish())
    address = record_address(LISTS[0], CREDENTIAL)
    found.documents[address] = before[address]
    assert outcomes(programme, collect(found, ROOTS, AT)) == NOT_KNOWN


@pytest.mark.parametrize("signer", [OTHER, BLUE])
def test_a_record_that_another_signed_or_that_is_about_another_does_not_count(
    programme: Programme, signer: str
) -> None:
    found = world(programme.publish())
    address = record_address(LISTS[0], CREDENTIAL)
    document = json.loads(found.documents[address].body)
    del document["proof"]
    document["credentialSubject"]["periods"] = document["credentialSubject"]["periods"][:1]
    if signer == BLUE:  # a record of another credential of the same programme
        document["credentialSubject"]["id"] = f"{CREDENTIAL}/another"
    found.publish(address, signed(document, TestKey(signer, signer), at=AT - timedelta(hours=1)))
    assert outcomes(programme, collect(found, ROOTS, AT)) == NOT_KNOWN


def test_what_is_too_much_is_told_and_left_out(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    found = world(programme.publish())
    address = record_address(LISTS[0], CREDENTIAL)
    monkeypatch.setattr(sys.modules[collect.__module__], "MOST_RECORDS", 0)
    assert "more than 0" in told(collect(found, ROOTS, AT), INDEX)
    monkeypatch.undo()
    found.publish(address, b"{" + b" " * 70_000 + b"}")
    collected = collect(found, ROOTS, AT)
    assert "larger than 65536 bytes" in told(collected, address)
    assert address not in collected.documents


def test_the_first_record_that_cannot_be_had_ends_that_index(programme: Programme) -> None:
    """A publisher who names thousands of records that are not there keeps nobody waiting."""
    found = world(programme.publish())
    names = [f"{BASE}/records/{number:032x}" for number in range(1000)]
    document = record_index(address=INDEX, issuer=BLUE, records=names, at=AT - DAY)
    found.publish(INDEX, signed(document, TestKey(BLUE, BLUE)))
    collected = collect(found, ROOTS, AT)
    assert set(collected.missing) == {names[0]}


def test_lists_in_two_folders_have_an_index_each() -> None:
    assert {index_address(one) for one in LISTS} == {INDEX}
    assert index_address("https://blue.example/programmes/x/status/suspension-2") == (
        "https://blue.example/programmes/x/status/records/index"
    )
