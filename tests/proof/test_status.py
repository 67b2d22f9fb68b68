"""Status lists: bits, entries, the issuer's book, what is published, and what a verifier reads from it."""

from __future__ import annotations

import gzip
import itertools
import json
import sqlite3
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openvc.status.bitstring import decode_bitstring, encode_bitstring, get_status_bit, set_status_bit
from openvc.status.issue import build_status_list_credential, build_status_list_entry
from openvc.status.status_list import check_credential_status

from tenring.exceptions import IssueError, MalformedError, MaterialError
from tenring.model.licence import Status
from tenring.proof.answers import Outcome
from tenring.proof.keys.local import LocalSigner, generate
from tenring.proof.keys.multibase import base64url, from_multibase
from tenring.proof.keys.public import Algorithm
from tenring.proof.material import Documents, Held
from tenring.proof.securing import open_secured
from tenring.proof.status import (
    MINIMUM,
    Bitstring,
    ProvenList,
    Purpose,
    SeenInFile,
    SeenInMemory,
    StatusBook,
    StatusLists,
    bits_of,
    publish_status,
    status_from_bits,
    status_of,
)
from tenring.proof.status.credential import write_list
from tenring.proof.status.entry import Entry, entries_in, is_bitstring_entry, read_entry, write_entry
from tenring.proof.status.publish import Form, signs_with
from tenring.proof.status.purposes import Bits
from tenring.proof.status.record import Period, read_record, record_address, status_at

ISSUER = "did:web:label.example"
BASE = "https://label.example/status"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CREDENTIAL = "https://label.example/credentials/1"
SIGNER = LocalSigner.of(Algorithm.ED25519, generate(Algorithm.ED25519), f"{ISSUER}#status-1")


def prove(body: bytes) -> ProvenList:
    """Believes what the issuer's one key signed."""
    secured = open_secured(body)
    (proof,) = secured.proofs
    if not proof.holds(SIGNER.key, Documents({})):
        raise MalformedError("the signature does not fit")
    return ProvenList(secured.document, str(proof.verification_method).partition("#")[0])


def signed(document: dict[str, Any]) -> bytes:
    return signs_with(SIGNER, NOW)(document)


# bits


def test_the_list_of_the_specification_is_131072_zeros_and_is_written_the_same_way(data: Path) -> None:
    text = (data / "vectors" / "bitstring" / "encodedList-131072-zeros.txt").read_text(encoding="ascii").strip()
    bits = Bitstring.read(text)
    assert bits.raw == bytes(16_384)
    assert bits.entries() == MINIMUM
    assert Bitstring.read(Bitstring.of({}, length=MINIMUM).encoded()) == bits


def test_index_0_is_the_left_most_bit() -> None:
    bits = Bitstring.of({0: 1, 9: 1}, length=MINIMUM)
    assert bits.raw[:2] == b"\x80\x40"
    assert (bits.value(0), bits.value(1), bits.value(9), bits.value(MINIMUM - 1)) == (1, 0, 1, 0)


@given(st.dictionaries(st.integers(0, 2 * MINIMUM - 1), st.integers(0, 7), max_size=8), st.integers(3, 5))
def test_entries_of_several_bits_survive(values: dict[int, int], size: int) -> None:
    bits = Bitstring.read(Bitstring.of(values, length=2 * MINIMUM, size=size).encoded())
    assert bits.entries(size) >= 2 * MINIMUM
    assert all(bits.value(index, size) == value for index, value in values.items())
    assert sum(map(int.bit_count, bits.raw)) == sum(map(int.bit_count, values.values()))


@given(st.sets(st.integers(0, MINIMUM - 1), max_size=50))
def test_another_implementation_reads_our_bits_and_we_read_its(taken: set[int]) -> None:
    bits = Bitstring.of(dict.fromkeys(taken, 1), length=MINIMUM)
    theirs = decode_bitstring(bits.encoded())
    assert theirs == bits.raw
    assert all(get_status_bit(theirs, index) == 1 for index in taken)
    assert Bitstring.read(encode_bitstring(theirs)) == bits


def test_the_same_bits_always_give_the_same_text() -> None:
    bits = Bitstring.of({5: 1}, length=MINIMUM)
    assert bits.encoded() == bits.encoded()
    assert gzip.decompress(from_multibase(bits.encoded())) == bits.raw


def packed(raw: bytes) -> str:
    return "u" + base64url(gzip.compress(raw, mtime=0))


@pytest.mark.parametrize(
    "encoded",
    [
        None,
        7,
        "",
        "u",
        packed(bytes(16_384))[1:],
        "z" + packed(bytes(16_384))[1:],
        packed(bytes(16_384)) + "=",
        packed(bytes(16_384))[:-8],
        packed(bytes(16_383)),
        "u" + base64url(zlib.compress(bytes(16_384))),
        "u" + base64url(gzip.compress(bytes(16_384)) + b"more"),
        "u" + base64url(gzip.compress(bytes(8_192)) * 2),
        "u" + base64url(gzip.compress(bytes(16_384))[:-5] + b"\1\1\1\1\1"),
    ],
    ids=["none", "number", "empty", "nothing", "no multibase", "base58", "padding", "cut", "short", "zlib", "tail",
         "two streams", "checksum"],
)  # fmt: skip
def test_what_is_not_exactly_one_whole_list_is_refused(encoded: object) -> None:
    with pytest.raises(MalformedError):
        Bitstring.read(encoded)


def test_a_bomb_is_stopped_before_it_is_unpacked() -> None:
    bomb = packed(bytes(100 * 1024**2))
    assert len(bomb) < 200_000
    with pytest.raises(MalformedError, match="unpacks to more than 8,388,608 bytes"):
        Bitstring.read(bomb)


def test_an_index_outside_of_the_list_is_refused() -> None:
    bits = Bitstring.of({}, length=MINIMUM)
    for index in (MINIMUM, 2**53 - 1, -1):
        with pytest.raises(MalformedError, match="outside of a list of 131,072"):
            bits.value(index)


# states and bits


@pytest.mark.parametrize("status", list(Status))
def test_every_state_survives_the_lists(status: Status) -> None:
    assert status_from_bits(bits_of(status)) is status


@pytest.mark.parametrize("status", list(Status))
def test_what_is_not_active_is_never_without_a_bit_in_the_suspension_list(status: Status) -> None:
    assert bool(bits_of(status).suspension) == (status not in {Status.ACTIVE, Status.NOT_BEGUN})


@pytest.mark.parametrize(
    ("bits", "status"),
    [
        (Bits(0, 0), Status.ACTIVE),
        (Bits(1, 1), Status.WITHDRAWN),
        (Bits(1, 0), Status.WITHDRAWN),
        (Bits(0, 1), Status.SUSPENDED),
        (Bits(suspension=1), Status.SUSPENDED),
        (Bits(suspension=1, message=3), Status.WITHDRAWN),
        (Bits(message=5), Status.EXPIRED),
        (Bits(0, 0, 2), None),
        (Bits(1, 1, 0), None),
        (Bits(0, 1, 3), None),
        (Bits(0, 0, 7), None),
        (Bits(), None),
    ],
)
def test_lists_that_contradict_each_other_tell_no_state(bits: Bits, status: Status | None) -> None:
    assert status_from_bits(bits) is status


# entries


@pytest.mark.parametrize("as_integer", [False, True])
@pytest.mark.parametrize("purpose", [Purpose.REVOCATION, Purpose.SUSPENSION, Purpose.MESSAGE])
def test_an_entry_is_read_as_it_was_written(purpose: Purpose, as_integer: bool) -> None:
    written = write_entry(purpose, f"{BASE}/x-1", 94567, as_integer=as_integer)
    assert written["statusListIndex"] == (94567 if as_integer else "94567")
    assert is_bitstring_entry(written)
    entry = read_entry(written)
    assert (entry.purpose, entry.address, entry.position) == (purpose, f"{BASE}/x-1", 94567)
    assert entry.size == (3 if purpose is Purpose.MESSAGE else 1)


@pytest.mark.parametrize(
    "index",
    ["-1", "01", "1.0", "1e3", " 1", "1 ", "+1", "", "0x10", "１", "9" * 17, -1, 1.0, True, None, [1], 2**53],
)
def test_an_index_in_another_spelling_is_refused(index: object) -> None:
    with pytest.raises(MalformedError, match="statusListIndex"):
        read_entry(write_entry(Purpose.REVOCATION, f"{BASE}/x-1", 0) | {"statusListIndex": index})


@pytest.mark.parametrize(
    "change",
    [
        {"statusPurpose": None},
        {"statusPurpose": ["revocation"]},
        {"statusPurpose": ""},
        {"statusListCredential": None},
        {"statusListCredential": "list"},
        {"id": f"{BASE}/x-1"},
        {"statusSize": 0},
        {"statusSize": -1},
        {"statusSize": 1.0},
        {"statusSize": True},
        {"statusSize": "1"},
        {"statusSize": 2},
        {"statusSize": 40},
        {"statusMessage": []},
        {"statusMessage": [{"status": "0x0", "message": "unset"}]},
        {"statusMessage": [{"status": "0x0", "message": "a"}, {"status": "0x0", "message": "b"}]},
        {"statusMessage": [{"status": "0", "message": "a"}, {"status": "0x1", "message": "b"}]},
        {"statusMessage": [{"status": "0x0"}, {"status": "0x1", "message": "b"}]},
        {"statusMessage": [{"status": "0x0", "message": "a"}, "0x1"]},
        {"statusMessage": [{"status": "0x0", "message": "a"}, {"status": "0x2", "message": "b"}]},
    ],
)
def test_an_entry_that_breaks_a_must_of_the_specification_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        read_entry(write_entry(Purpose.REVOCATION, f"{BASE}/x-1", 0) | change)


def test_a_status_of_one_bit_may_bring_its_two_words() -> None:
    words = [{"status": "0x0", "message": "fine"}, {"status": "0x1", "message": "not fine"}]
    entry = read_entry(write_entry(Purpose.REVOCATION, f"{BASE}/x-1", 0) | {"statusMessage": words})
    assert entry == Entry("revocation", f"{BASE}/x-1", 0, 1, {0: "fine", 1: "not fine"})


@pytest.mark.parametrize("written", [[], "x", [1], [[]], None])
def test_a_credential_status_that_is_no_entry_is_refused(written: object) -> None:
    with pytest.raises(MalformedError):
        entries_in({"credentialStatus": written})
    answer = status_of({"issuer": ISSUER, "credentialStatus": written}, Documents({}), NOW, prove)
    assert answer.outcome is Outcome.FAILED


# the book


@pytest.fixture
def book(tmp_path: Path) -> StatusBook:
    return StatusBook(tmp_path / "home" / "status.sqlite")


def enter(book: StatusBook, credential: str = CREDENTIAL, licence: str = "CN-1", **changes: Any) -> Any:
    return book.enter(credential, **{"licence": licence, "issuer": ISSUER, "base": BASE, "at": NOW, **changes})


def put(book: StatusBook, status: Status, licence: str = "CN-1", **changes: Any) -> Any:
    return book.set(licence, status, **{"reason": "inspection", "who": "Li Wei", "at": NOW + HOUR, **changes})


def test_a_credential_gets_a_place_in_each_list_and_keeps_it(book: StatusBook) -> None:
    places = enter(book)
    assert [place.purpose for place in places] == [Purpose.REVOCATION, Purpose.SUSPENSION, Purpose.MESSAGE]
    assert [place.address for place in places] == [f"{BASE}/{p}-1" for p in ("revocation", "suspension", "message")]
    assert all(0 <= place.index < MINIMUM for place in places)
    assert enter(book) == places
    assert book.places("CN-1") == {CREDENTIAL: places}


def test_a_list_has_131072_entries_also_when_fewer_are_asked_for(tmp_path: Path) -> None:
    book = StatusBook(tmp_path / "status.sqlite", length=100)
    enter(book)
    assert {len(one.bits.raw) * 8 for one in book.lists(ISSUER)} == {MINIMUM, 3 * MINIMUM}
    larger = StatusBook(tmp_path / "larger.sqlite", length=1_000_000)
    enter(larger)
    assert {one.length for one in larger.lists(ISSUER)} == {1_000_000}


def test_places_are_drawn_at_random_and_never_given_twice(book: StatusBook) -> None:
    names = [(f"{CREDENTIAL}/{number}", f"CN-{number}") for number in range(3000)]
    places = book.enter_all(names, issuer=ISSUER, base=BASE, at=NOW)
    for purpose in range(3):
        indices = [places[name][purpose].index for name, _ in names]
        assert len(set(indices)) == 3000
        assert indices != sorted(indices)
        # Uniform over the list: each eighth of it holds an eighth of 3,000 (375, standard deviation 18).
        eighths = [sum(index * 8 // MINIMUM == part for index in indices) for part in range(8)]
        assert all(250 < count < 500 for count in eighths)


def test_a_list_that_is_half_full_is_followed_by_another(book: StatusBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenring.proof.status.book.FULL", 3 / MINIMUM)
    addresses = [enter(book, f"{CREDENTIAL}/{number}")[0].address for number in range(7)]
    assert addresses == [f"{BASE}/revocation-{1 + number // 3}" for number in range(7)]
    assert len(book.lists(ISSUER)) == 3 * 4


def test_each_issuer_has_lists_of_its_own(book: StatusBook) -> None:
    other = "did:web:label.example:programmes:x"
    enter(book)
    enter(book, f"{CREDENTIAL}/x", issuer=other, base="https://label.example/programmes/x/status")
    assert book.issuers() == [ISSUER, other]
    assert {one.issuer for one in book.lists(other)} == {other}
    with pytest.raises(IssueError, match="one of several issuers"):
        book.history("CN-1")
    assert list(book.history("CN-1", issuer=other)) == [f"{CREDENTIAL}/x"]


def test_a_credential_is_not_entered_for_somebody_else(book: StatusBook) -> None:
    enter(book)
    for changes in ({"licence": "CN-2"}, {"issuer": "did:web:other.example"}):
        with pytest.raises(IssueError, match="for another licence or issuer"):
            enter(book, **changes)


def test_many_who_enter_at_once_get_different_places(book: StatusBook) -> None:
    def take(number: int) -> Any:
        return enter(StatusBook(book.path), f"{CREDENTIAL}/{number}")

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(take, range(24)))
    assert len({place.index for places in found for place in places[:1]}) == 24
    assert len(book.lists(ISSUER)) == 4


def test_what_fails_in_the_middle_leaves_nothing(book: StatusBook) -> None:
    enter(book)
    with pytest.raises(IssueError):
        book.enter_all([("new", "CN-7"), (CREDENTIAL, "CN-8")], issuer=ISSUER, base=BASE, at=NOW)
    with pytest.raises(IssueError, match="no credential was issued here for the licence CN-7"):
        book.history("CN-7")


def test_a_change_needs_a_reason_a_name_and_a_licence(book: StatusBook) -> None:
    with pytest.raises(IssueError, match="no credential was entered yet"):
        put(book, Status.SUSPENDED)
    assert not book.path.exists()
    enter(book)
    for changes in ({"reason": " "}, {"who": ""}):
        with pytest.raises(IssueError, match="needs a reason and a name"):
            put(book, Status.SUSPENDED, **changes)
    with pytest.raises(IssueError, match="for the licence CN-9"):
        put(book, Status.SUSPENDED, licence="CN-9")
    with pytest.raises(IssueError, match="before it holds"):
        put(book, Status.SUSPENDED, since=NOW + 2 * HOUR)
    assert book.history("CN-1") == {CREDENTIAL: []}


def test_a_suspension_can_be_lifted_and_a_withdrawal_cannot(book: StatusBook) -> None:
    enter(book)
    for status in (Status.SUSPENDED, Status.ACTIVE, Status.WITHDRAWN):
        put(book, status)
    for status in (Status.ACTIVE, Status.SUSPENDED):
        with pytest.raises(IssueError, match="cannot be undone"):
            put(book, status)
    put(book, Status.SUPERSEDED)
    assert [change.status for change in book.history("CN-1")[CREDENTIAL]] == [
        Status.SUSPENDED, Status.ACTIVE, Status.WITHDRAWN, Status.SUPERSEDED,
    ]  # fmt: skip


def test_a_change_holds_for_every_credential_of_the_licence_and_never_before_an_earlier_one(book: StatusBook) -> None:
    for number in range(3):
        enter(book, f"{CREDENTIAL}/{number}")
    changes = put(book, Status.SUSPENDED, since=NOW)
    assert [change.credential for change in changes] == [f"{CREDENTIAL}/{number}" for number in range(3)]
    with pytest.raises(IssueError, match="an earlier change holds since 2026-11-28"):
        put(book, Status.ACTIVE, since=NOW - DAY)


def test_a_change_can_be_for_one_credential_of_a_licence(book: StatusBook) -> None:
    for number in range(2):
        enter(book, f"{CREDENTIAL}/{number}")
    put(book, Status.SUPERSEDED, credential=f"{CREDENTIAL}/0")
    assert {name: len(changes) for name, changes in book.history("CN-1").items()} == {
        f"{CREDENTIAL}/0": 1,
        f"{CREDENTIAL}/1": 0,
    }
    with pytest.raises(IssueError, match="There are: https://label"):
        put(book, Status.SUPERSEDED, credential="another")


def test_the_book_itself_refuses_to_forget(book: StatusBook) -> None:
    enter(book)
    put(book, Status.SUSPENDED)
    connection = sqlite3.connect(book.path)
    for statement in (
        "DELETE FROM change", "UPDATE change SET status = 'active'", "DELETE FROM place",
        "UPDATE place SET position = 5", "UPDATE list SET address = 'x'",
        "INSERT INTO place SELECT list, position, credential FROM place",
    ):  # fmt: skip
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
    connection.close()


def test_a_file_that_is_not_our_book_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "status.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE other (x)")
    connection.close()
    with pytest.raises(IssueError, match="another database"):
        enter(StatusBook(path))
    path.write_bytes(b"no database at all, but a text of some length" * 50)
    with pytest.raises(IssueError, match="cannot be read or written"):
        enter(StatusBook(path))
    path.unlink()
    enter(StatusBook(path))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(IssueError, match="another version of Tenring"):
        enter(StatusBook(path))


# published and read


@dataclass
class World:
    """An issuer with a book, a web server's folder, and a verifier that has what lies in it."""

    book: StatusBook
    out: Path

    def publish(self, at: datetime = NOW + 2 * HOUR, **changes: Any) -> Any:
        arguments = {"sign": signs_with(SIGNER, at), "at": at} | changes
        return publish_status(self.book, ISSUER, self.out, **arguments)

    def material(self, got: datetime = NOW + 3 * HOUR, **changes: Any) -> Documents:
        found = {}
        for path in self.out.rglob("*"):
            if path.is_file():
                address = f"https://label.example/{path.relative_to(self.out).as_posix()}"
                found[address] = Held(address, path.read_bytes(), got, **changes)
        return Documents(found)

    def credential(
        self, purposes: tuple[Purpose, ...] = (Purpose.REVOCATION, Purpose.SUSPENSION), **changes: Any
    ) -> Any:
        places = self.book.places("CN-1")[CREDENTIAL]
        status = StatusBook.entries(places, purposes=purposes, **changes)
        return {"id": CREDENTIAL, "issuer": {"id": ISSUER}, "credentialStatus": status}

    def answer(self, at: datetime = NOW + 3 * HOUR, **changes: Any) -> Any:
        return status_of(self.credential(**changes), self.material(), at, prove)


@pytest.fixture
def world(book: StatusBook, tmp_path: Path) -> World:
    enter(book)
    return World(book, tmp_path / "public")


def test_a_licence_that_nothing_happened_to_passes(world: World) -> None:
    world.publish()
    answer = world.answer()
    assert (answer.outcome, answer.status, answer.code) == (Outcome.PASSED, Status.ACTIVE, "status_good")
    assert answer.as_of == NOW + 3 * HOUR


@pytest.mark.parametrize("status", [one for one in Status if one not in {Status.ACTIVE, Status.NOT_BEGUN}])
@pytest.mark.parametrize("purposes", [(Purpose.REVOCATION, Purpose.SUSPENSION), (Purpose.SUSPENSION,)])
@pytest.mark.parametrize("as_integer", [False, True])
def test_a_licence_that_is_not_active_fails(
    world: World, status: Status, purposes: tuple[Purpose, ...], as_integer: bool
) -> None:
    put(world.book, status)
    world.publish()
    answer = world.answer(purposes=purposes, as_integer=as_integer)
    assert answer.outcome is Outcome.FAILED
    assert answer.status not in {None, Status.ACTIVE}


@pytest.mark.parametrize("status", list(Status))
def test_with_the_message_list_the_state_itself_is_told(world: World, status: Status) -> None:
    put(world.book, status)
    world.publish()
    answer = world.answer(purposes=tuple(Purpose)[:3])
    assert answer.status is status
    assert (answer.outcome is Outcome.PASSED) == (status in {Status.ACTIVE, Status.NOT_BEGUN})


def test_a_suspension_that_was_lifted_passes(world: World) -> None:
    put(world.book, Status.SUSPENDED)
    world.publish()
    assert world.answer().outcome is Outcome.FAILED
    put(world.book, Status.ACTIVE, at=NOW + 4 * HOUR)
    world.publish(at=NOW + 5 * HOUR)
    assert world.answer().outcome is Outcome.PASSED


def test_a_list_in_the_form_of_a_token_is_read_alike(world: World) -> None:
    put(world.book, Status.SUSPENDED)
    world.publish(sign=signs_with(SIGNER, NOW, Form.JWT))
    assert world.answer().code == "suspended"
    assert (world.out / "status" / "revocation-1").read_bytes().startswith(b"ey")


def test_json_is_signed_with_ed25519_only() -> None:
    signer = LocalSigner.of(Algorithm.P256, generate(Algorithm.P256), f"{ISSUER}#p")
    with pytest.raises(IssueError, match="Ed25519 keys only"):
        signs_with(signer, NOW, Form.JSON)
    assert signs_with(signer, NOW)({"type": ["VerifiableCredential"]}).startswith(b"ey")


def test_what_is_published_are_credentials_of_the_specification(world: World) -> None:
    put(world.book, Status.SUSPENDED)
    done = world.publish()
    assert list(done.lists) == [
        f"{BASE}/revocation-1", f"{BASE}/suspension-1", f"{BASE}/suspension-1-ever", f"{BASE}/message-1",
    ]  # fmt: skip
    for address, path in done.lists.items():
        document = json.loads(path.read_bytes())
        subject = document["credentialSubject"]
        assert document["@context"][0] == "https://www.w3.org/ns/credentials/v2"
        assert document["id"] == address
        assert document["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
        assert document["issuer"] == ISSUER
        assert (document["validFrom"], document["validUntil"]) == ("2026-11-28T14:00:00Z", "2026-11-30T14:00:00Z")
        assert subject["type"] == "BitstringStatusList"
        assert subject["ttl"] == 3_600_000
        assert subject["encodedList"].startswith("u")
        assert len(Bitstring.read(subject["encodedList"]).raw) >= 16 * 1024
        if subject["statusPurpose"] == "message":
            assert (subject["statusSize"], len(subject["statusMessages"])) == (3, 8)


def test_records_are_issued_anew_with_every_list_and_only_where_something_happened(world: World) -> None:
    enter(world.book, f"{CREDENTIAL}/2", "CN-2")
    put(world.book, Status.SUSPENDED)
    for at in (NOW + 2 * HOUR, NOW + 4 * HOUR):
        done = world.publish(at=at)
        (path,) = done.records.values()
        assert json.loads(path.read_bytes())["validFrom"] == at.isoformat().replace("+00:00", "Z")
    put(world.book, Status.WITHDRAWN, licence="CN-2", at=NOW + 5 * HOUR)
    assert len(world.publish(at=NOW + 6 * HOUR).records) == 2


def test_a_record_tells_what_was_when_and_why(world: World) -> None:
    put(world.book, Status.SUSPENDED, reason="smell of solvent")
    put(world.book, Status.ACTIVE, at=NOW + 2 * HOUR, reason="mended")
    done = world.publish(at=NOW + 3 * HOUR)
    ((address, path),) = done.records.items()
    assert address == record_address(f"{BASE}/suspension-1", CREDENTIAL)
    document = prove(path.read_bytes()).document
    found = read_record(document, address=address, credential=CREDENTIAL)
    periods = found.periods
    assert found.issued == NOW + 3 * HOUR
    assert periods == (
        Period(Status.ACTIVE, NOW, ""),
        Period(Status.SUSPENDED, NOW + HOUR, "smell of solvent"),
        Period(Status.ACTIVE, NOW + 2 * HOUR, "mended"),
    )
    assert status_at(periods, NOW - HOUR) is Status.ACTIVE
    assert status_at(periods, NOW + HOUR) is Status.SUSPENDED
    assert document["credentialSubject"]["licenceNumber"] == "CN-1"
    with pytest.raises(MalformedError, match="another credential"):
        read_record(document, address=address, credential="another")
    with pytest.raises(MalformedError, match="is not the status record"):
        read_record(document, address="another", credential=CREDENTIAL)


def test_publishing_that_fails_leaves_what_was_published(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish()
    before = {path: path.read_bytes() for path in world.out.rglob("*") if path.is_file()}
    put(world.book, Status.SUSPENDED)
    count = itertools.count()

    def sign(document: dict[str, Any]) -> bytes:
        if next(count) == 2:
            raise IssueError("the key was pulled out")
        return signed(document)

    with pytest.raises(IssueError):
        world.publish(at=NOW + 5 * HOUR, sign=sign)
    assert {path: path.read_bytes() for path in world.out.rglob("*") if path.is_file()} == before

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tenring.proof.files.os.fsync", full)
    with pytest.raises(IssueError, match="No space left"):
        world.publish(at=NOW + 5 * HOUR)
    assert {path: path.read_bytes() for path in world.out.rglob("*") if path.is_file()} == before


def test_a_clock_that_was_set_back_publishes_nothing(world: World) -> None:
    world.publish()
    with pytest.raises(IssueError, match="which is later"):
        world.publish(at=NOW)


def test_an_issuer_without_lists_publishes_nothing(world: World) -> None:
    with pytest.raises(IssueError, match="Lists are of: did:web:label"):
        publish_status(world.book, "did:web:other.example", world.out, sign=signed, at=NOW)


def test_a_base_without_a_path_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    book = StatusBook(tmp_path / "status.sqlite")
    enter(book, base="https://label.example/../x")
    with pytest.raises(IssueError, match="no address below"):
        publish_status(book, ISSUER, tmp_path / "public", sign=signed, at=NOW)
    assert not (tmp_path / "public").exists()


# another implementation


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.SUSPENDED, Status.WITHDRAWN])
def test_another_implementation_reads_our_lists_as_we_do(world: World, status: Status) -> None:
    put(world.book, status)
    world.publish()
    material = world.material().documents
    theirs = check_credential_status(world.credential(), resolve_status_list=lambda url: json.loads(material[url].body))
    ours = world.answer()
    assert (theirs.revoked, theirs.suspended) == (status is Status.WITHDRAWN, status is not Status.ACTIVE)
    assert (ours.outcome is Outcome.FAILED) == (theirs.revoked or theirs.suspended)


@given(st.integers(0, MINIMUM - 1), st.booleans())
def test_we_read_the_lists_of_another_implementation(index: int, revoked: bool) -> None:
    address = "https://label.example/theirs"
    bits = bytearray(MINIMUM // 8)
    if revoked:
        set_status_bit(bits, index, 1)
    document = build_status_list_credential(
        issuer=ISSUER, id=address, bitstring=bytes(bits), status_purpose="revocation", valid_from=NOW
    )
    entry = build_status_list_entry(status_list_credential=address, index=index, status_purpose="revocation")
    material = Documents({address: Held(address, signed(document), NOW)})
    answer = status_of({"issuer": ISSUER, "credentialStatus": entry}, material, NOW + HOUR, prove)
    assert answer.outcome is (Outcome.FAILED if revoked else Outcome.PASSED)


# what a verifier does not believe


def test_a_credential_without_status_is_not_asked_about() -> None:
    answer = status_of({"issuer": ISSUER}, Documents({}), NOW, prove)
    assert (answer.outcome, answer.code) == (Outcome.NOT_ASKED, "status_not_named")


def test_a_kind_of_status_that_is_not_read_is_unknown(world: World) -> None:
    world.publish()
    credential = world.credential()
    credential["credentialStatus"].append({"type": "StatusList2021Entry"})
    answer = status_of(credential, world.material(), NOW + 3 * HOUR, prove)
    assert (answer.outcome, answer.code) == (Outcome.UNKNOWN, "status_type")


def test_a_missing_list_is_unknown(world: World) -> None:
    world.publish()
    (world.out / "status" / "suspension-1").unlink()
    answer = world.answer()
    assert (answer.outcome, answer.code) == (Outcome.UNKNOWN, "status_list_unavailable")


def test_a_bit_that_is_set_outweighs_a_list_that_is_missing(world: World) -> None:
    put(world.book, Status.WITHDRAWN)
    world.publish()
    (world.out / "status" / "suspension-1").unlink()
    assert world.answer().outcome is Outcome.FAILED


def test_a_stale_list_is_unknown(world: World) -> None:
    world.publish()
    assert world.answer(at=NOW + 2 * HOUR + 2 * DAY).outcome is Outcome.PASSED
    answer = world.answer(at=NOW + 2 * HOUR + 2 * DAY + timedelta(seconds=1))
    assert (answer.outcome, answer.code) == (Outcome.UNKNOWN, "status_list_unavailable")
    held = world.material(fresh_until=NOW + 4 * HOUR)
    assert status_of(world.credential(), held, NOW + 5 * HOUR, prove).outcome is Outcome.UNKNOWN


def lists_of(change: Callable[[dict[str, Any]], object], world: World, **held: Any) -> Any:
    """The answer when each list was changed before it was signed."""
    world.publish()
    found = {}
    for address, one in world.material(**held).documents.items():
        document = {key: value for key, value in json.loads(one.body).items() if key != "proof"}
        change(document)
        found[address] = replace(one, body=signed(document))
    return status_of(world.credential(), Documents(found), NOW + 3 * HOUR, prove)


def test_a_list_that_says_nothing_about_its_end_is_relied_on_for_its_time_to_live(world: World) -> None:
    def endless(document: dict[str, Any]) -> None:
        del document["validUntil"]

    assert lists_of(endless, world).outcome is Outcome.PASSED
    assert lists_of(endless, world, got=NOW + 2 * HOUR - timedelta(seconds=1)).outcome is Outcome.UNKNOWN

    def silent(document: dict[str, Any]) -> None:
        endless(document)
        del document["credentialSubject"]["ttl"]

    assert lists_of(silent, world, got=NOW - 20 * HOUR).outcome is Outcome.PASSED
    assert lists_of(silent, world, got=NOW - 22 * HOUR).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(type=["VerifiableCredential"]),
        lambda d: d.update(type="BitstringStatusListCredential"),
        lambda d: d.update(id="https://label.example/status/other"),
        lambda d: d.pop("id"),
        lambda d: d.update(issuer="did:web:other.example"),
        lambda d: d.update(issuer=None),
        lambda d: (d.pop("validFrom"), d.pop("validUntil")),
        lambda d: d.update(validFrom="yesterday"),
        lambda d: d.update(validUntil="2026-12-01"),
        lambda d: d.update(credentialSubject=[]),
        lambda d: d["credentialSubject"].update(type="StatusList2021"),
        lambda d: d["credentialSubject"].update(statusPurpose="refresh"),
        lambda d: d["credentialSubject"].update(statusPurpose=[]),
        lambda d: d["credentialSubject"].update(statusPurpose=7),
        lambda d: d["credentialSubject"].update(encodedList="u"),
        lambda d: d["credentialSubject"].update(ttl=-1),
        lambda d: d["credentialSubject"].update(ttl="soon"),
        lambda d: d["credentialSubject"].update(statusSize=2),
        lambda d: d["credentialSubject"].update(statusSize="1"),
    ],
)
def test_a_list_that_breaks_the_specification_is_unknown(world: World, change: Callable[[dict[str, Any]], Any]) -> None:
    answer = lists_of(change, world)
    assert (answer.outcome, answer.code) == (Outcome.UNKNOWN, "status_list_unproven")


def test_a_list_may_be_for_several_purposes_and_its_subject_in_a_list(world: World) -> None:
    def several(document: dict[str, Any]) -> None:
        subject = document["credentialSubject"] | {"statusPurpose": ["revocation", "suspension"]}
        document["credentialSubject"] = [subject]

    assert lists_of(several, world).outcome is Outcome.PASSED


def foreign(purpose: str, value: int, **entry: Any) -> Any:
    """A credential of somebody else with one entry of its own making."""
    size = entry.get("statusSize", 1)
    bits = Bitstring.of({5: value}, length=MINIMUM, size=size)
    address = "https://label.example/foreign"
    document = write_list(
        address=address, issuer=ISSUER, purpose=purpose, bits=bits, at=NOW, until=NOW + DAY, ttl=HOUR
    )  # fmt: skip
    document["credentialSubject"] |= {"statusSize": size}
    status = {
        "type": "BitstringStatusListEntry", "statusPurpose": purpose, "statusListIndex": "5",
        "statusListCredential": address,
    } | entry  # fmt: skip
    credential = {"issuer": ISSUER, "credentialStatus": status}
    return status_of(credential, Documents({address: Held(address, signed(document), NOW)}), NOW + HOUR, prove)


def test_a_refresh_is_told_and_does_not_make_invalid() -> None:
    assert foreign("refresh", 1).entries[0].code == "refresh"
    assert foreign("refresh", 1).outcome is Outcome.PASSED


@pytest.mark.parametrize("purpose", ["message", "quality"])
def test_a_value_whose_meaning_only_its_issuer_knows_is_unknown(purpose: str) -> None:
    assert foreign(purpose, 0).outcome is Outcome.PASSED
    answer = foreign(purpose, 1)
    assert (answer.outcome, answer.code) == (Outcome.UNKNOWN, "status_message")


def test_a_foreign_message_in_our_words_is_understood_by_its_word_and_not_by_its_number() -> None:
    words = ["active", "suspended", "reviewed", "undefined"]
    table = [{"status": f"0x{value}", "message": word} for value, word in enumerate(words)]
    answers = [foreign("message", value, statusSize=2, statusMessage=table) for value in range(4)]
    outcomes = [answer.outcome for answer in answers]
    assert outcomes == [Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN, Outcome.UNKNOWN]
    assert [answer.status for answer in answers[:2]] == [Status.ACTIVE, Status.SUSPENDED]


@settings(max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-3, 2**60) | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "type",
                        "statusPurpose",
                        "statusListIndex",
                        "statusListCredential",
                        "statusSize",
                        "statusMessage",
                        "id",
                    ]
                ),
                inner | st.sampled_from(["BitstringStatusListEntry", "revocation", f"{BASE}/revocation-1", "5"]),
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_stands_in_credential_status_is_never_good_by_accident(value: Any) -> None:
    answer = status_of({"issuer": ISSUER, "credentialStatus": value}, Documents({}), NOW, prove)
    assert answer.outcome in {Outcome.FAILED, Outcome.UNKNOWN}


# other days than today


def test_a_day_before_the_list_was_issued_is_answered_where_nothing_ever_happened(world: World) -> None:
    world.publish(at=NOW + 30 * DAY)
    answer = world.answer(at=NOW + 10 * DAY)
    assert (answer.outcome, answer.status) == (Outcome.PASSED, Status.ACTIVE)


def test_a_suspension_that_was_lifted_is_judged_by_the_day_that_is_asked_about(world: World) -> None:
    put(world.book, Status.SUSPENDED, at=NOW + 10 * DAY)
    put(world.book, Status.ACTIVE, at=NOW + 20 * DAY)
    world.publish(at=NOW + 30 * DAY)
    outcomes = [world.answer(at=NOW + day * DAY).outcome for day in (5, 15, 25, 30)]
    assert outcomes == [Outcome.PASSED, Outcome.FAILED, Outcome.PASSED, Outcome.PASSED]


def test_a_withdrawal_does_not_reach_back_when_the_record_says_since_when(world: World) -> None:
    put(world.book, Status.WITHDRAWN, at=NOW + 10 * DAY)
    world.publish(at=NOW + 30 * DAY)
    outcomes = [world.answer(at=NOW + day * DAY).outcome for day in (5, 15, 30)]
    assert outcomes == [Outcome.PASSED, Outcome.FAILED, Outcome.FAILED]
    (record,) = (world.out / "status" / "records").iterdir()
    record.unlink()
    assert world.answer(at=NOW + 5 * DAY).outcome is Outcome.FAILED


def test_before_it_was_issued_a_credential_says_itself_what_held(world: World) -> None:
    put(world.book, Status.SUSPENDED, at=NOW + 10 * DAY, since=NOW - 50 * DAY)
    world.publish(at=NOW + 30 * DAY)
    outcomes = [world.answer(at=NOW + day * DAY).outcome for day in (-60, -40, 20)]
    assert outcomes == [Outcome.PASSED, Outcome.FAILED, Outcome.FAILED]


def test_without_a_record_a_lifted_suspension_leaves_earlier_days_unknown(world: World) -> None:
    put(world.book, Status.SUSPENDED, at=NOW + 10 * DAY)
    put(world.book, Status.ACTIVE, at=NOW + 20 * DAY)
    world.publish(at=NOW + 30 * DAY)
    (record,) = (world.out / "status" / "records").iterdir()
    record.unlink()
    answer = world.answer(at=NOW + 15 * DAY)
    assert (answer.outcome, answer.code) == (Outcome.UNKNOWN, "status_then_unknown")


def test_without_the_list_of_what_ever_was_earlier_days_are_unknown_for_suspensions(world: World) -> None:
    world.publish(at=NOW + 30 * DAY)
    (world.out / "status" / "suspension-1-ever").unlink()
    assert world.answer(at=NOW + 10 * DAY).outcome is Outcome.UNKNOWN
    assert world.answer(at=NOW + 10 * DAY, purposes=(Purpose.REVOCATION,)).outcome is Outcome.PASSED


# many credentials, one list


def test_a_list_is_proven_once_and_again_when_its_bytes_change(world: World) -> None:
    proven: list[int] = []

    def counting(body: bytes) -> ProvenList:
        proven.append(len(body))
        return prove(body)

    world.publish()
    material = dict(world.material().documents)
    lists = StatusLists(Documents(material), counting)
    for _ in range(3):
        assert lists.status_of(world.credential(), NOW + 3 * HOUR).outcome is Outcome.PASSED
    assert len(proven) == 2
    put(world.book, Status.SUSPENDED, at=NOW + 3 * HOUR)
    world.publish(at=NOW + 4 * HOUR)
    material.update(world.material().documents)
    assert lists.status_of(world.credential(), NOW + 5 * HOUR).outcome is Outcome.FAILED
    assert len(proven) == 4


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_the_newest_list_seen_is_remembered(kind: str, tmp_path: Path) -> None:
    seen = SeenInMemory() if kind == "memory" else SeenInFile(tmp_path / "home" / "seen.sqlite")
    assert seen.newest("a") is None
    for moment in (NOW, NOW + HOUR, NOW - HOUR):
        seen.saw("a", moment)
    assert seen.newest("a") == NOW + HOUR
    assert seen.newest("b") is None


def test_a_memory_that_cannot_be_read_is_an_error_and_not_a_fresh_start(tmp_path: Path) -> None:
    path = tmp_path / "seen.sqlite"
    path.write_bytes(b"no database at all, but a text of some length" * 50)
    with pytest.raises(MaterialError, match="cannot be remembered"):
        SeenInFile(path).newest("a")


def test_lists_of_others_are_accepted_only_where_the_caller_says_so(world: World) -> None:
    world.publish()
    credential = world.credential() | {"issuer": "did:web:brand.example"}
    for issuers, outcome in (((), Outcome.UNKNOWN), ((ISSUER,), Outcome.PASSED)):
        lists = StatusLists(world.material(), prove, issuers=issuers)
        assert lists.status_of(credential, NOW + 3 * HOUR).outcome is outcome


def test_an_issuer_named_by_its_https_address_has_the_lists_of_its_did_web(world: World) -> None:
    world.publish()
    for issuer, outcome in (
        ("https://label.example", Outcome.PASSED),
        ("https://label.example/", Outcome.PASSED),
        ("https://other.example", Outcome.UNKNOWN),
        ("https://label.example/x", Outcome.UNKNOWN),
        ("http://label.example", Outcome.UNKNOWN),
    ):
        answer = status_of(world.credential() | {"issuer": issuer}, world.material(), NOW + 3 * HOUR, prove)
        assert answer.outcome is outcome
