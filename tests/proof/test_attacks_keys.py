"""Attacks on keys, DID documents and status lists: each row of the table is a test, and none ends in "valid"."""

from __future__ import annotations

import gzip
import json
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tenring.exceptions import KeyMaterialError, MalformedError, ProofError
from tenring.model.licence import Status
from tenring.proof.answers import Outcome
from tenring.proof.did import Published, did_document, did_web_address, find_method
from tenring.proof.keys.kept import KeyPurpose
from tenring.proof.keys.local import LocalSigner, generate
from tenring.proof.keys.multibase import base64url
from tenring.proof.keys.multikey import multikey
from tenring.proof.keys.public import Algorithm
from tenring.proof.keys.sealed import Cost, seal, unseal
from tenring.proof.keys.store import By, KeyStore
from tenring.proof.material import Documents, Held
from tenring.proof.securing import open_secured
from tenring.proof.status import (
    MINIMUM,
    Bitstring,
    ProvenList,
    Purpose,
    SeenInFile,
    StatusLists,
    status_of,
)
from tenring.proof.status.credential import write_list
from tenring.proof.status.entry import write_entry
from tenring.proof.status.lists import EVER, EVER_SUSPENDED
from tenring.proof.status.publish import signs_with
from tenring.proof.status.record import Period, record, record_address

ISSUER = "did:web:label.example"
OTHER = "did:web:attacker.example"
ADDRESS = "https://label.example/status/revocation-1"
URL = f"{ISSUER}#issuing-1"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PASS = "correct horse battery staple"  # noqa: S105 - of a test
HONEST = LocalSigner.of(Algorithm.ED25519, generate(Algorithm.ED25519), URL)
ATTACKER = LocalSigner.of(Algorithm.ED25519, generate(Algorithm.ED25519), f"{OTHER}#key-1")
REVOKED, SPOTLESS = Bitstring.of({5: 1}, length=MINIMUM), Bitstring.of({}, length=MINIMUM)


def documents(**bodies: bytes) -> Documents:
    """What the network serves: both issuers' DID documents, and these lists."""
    dids = {
        signer.verification_method.partition("#")[0]: did_document(
            signer.verification_method.partition("#")[0], [Published(signer.verification_method, signer.key)]
        )
        for signer in (HONEST, ATTACKER)
    }
    served = {did: json.dumps(document).encode() for did, document in dids.items()}
    served |= {name if ":" in name else ADDRESS: body for name, body in bodies.items()}
    return Documents({address: Held(address, body, NOW + HOUR) for address, body in served.items()})


def prover(material: Documents) -> Any:
    """Proves as a verifier does: the key is found in the document of the DID that the proof names."""

    def prove(body: bytes) -> ProvenList:
        secured = open_secured(body)
        for proof in secured.proofs:
            method = find_method(str(proof.verification_method), material, NOW + HOUR)
            method.require("assertionMethod", signed=proof.created or NOW, at=NOW + HOUR)
            if not proof.holds(method.key, material):
                raise MalformedError("the signature does not fit")
            return ProvenList(secured.document, method.controller)
        raise MalformedError("nobody signed it")

    return prove


def status_list(
    bits: Bitstring, signer: LocalSigner = HONEST, at: datetime = NOW, sign_at: datetime | None = None, **changes: Any
) -> bytes:
    facts = {"address": ADDRESS, "issuer": ISSUER, "purpose": "revocation", "until": at + 30 * DAY, "ttl": HOUR}
    document = write_list(**{"bits": bits, "at": at, **facts, **changes})  # type: ignore[arg-type]  # one table
    return signs_with(signer, sign_at or at)(document)


def credential(**changes: Any) -> dict[str, Any]:
    status = write_entry(Purpose.REVOCATION, ADDRESS, 5)
    return {"id": "urn:x:1", "issuer": ISSUER, "credentialStatus": status} | changes


def asked(body: bytes, given: dict[str, Any] | None = None, **more: bytes) -> Any:
    material = documents(list=body, **more)
    return status_of(given or credential(), material, NOW + HOUR, prover(material))


def test_the_honest_lists_answer() -> None:
    assert asked(status_list(REVOKED)).outcome is Outcome.FAILED
    assert asked(status_list(SPOTLESS)).outcome is Outcome.PASSED


# status lists


def test_a_spotless_list_that_an_attacker_signed_is_not_believed() -> None:
    for issuer in (ISSUER, OTHER):
        answer = asked(status_list(SPOTLESS, ATTACKER, issuer=issuer))
        assert (answer.outcome, answer.code) == (Outcome.UNKNOWN, "status_list_unproven")


def test_a_spotless_list_without_signature_is_not_believed() -> None:
    body = json.loads(status_list(SPOTLESS))
    del body["proof"]
    assert asked(json.dumps(body).encode()).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("part", ["encodedList", "statusPurpose", "validUntil", "validFrom", "issuer", "id"])
def test_an_altered_list_is_not_believed(part: str) -> None:
    body = json.loads(status_list(REVOKED, at=NOW))
    place = body if part in body else body["credentialSubject"]
    place[part] = {
        "encodedList": SPOTLESS.encoded(),
        "statusPurpose": ["revocation", "suspension"],
        "validUntil": "2036-01-01T00:00:00Z",
        "validFrom": "2026-11-28T12:30:00Z",
        "issuer": OTHER,
        "id": f"{ADDRESS}0",
    }[part]
    assert asked(json.dumps(body).encode()).outcome is Outcome.UNKNOWN


def test_another_spotless_list_of_the_same_issuer_is_not_taken_for_this_one() -> None:
    other = status_list(SPOTLESS, address=f"{ADDRESS}7")
    assert asked(other).outcome is Outcome.UNKNOWN


def test_a_spotless_list_for_another_purpose_is_not_taken_for_this_one() -> None:
    assert asked(status_list(SPOTLESS, purpose="suspension")).outcome is Outcome.UNKNOWN


def test_a_list_of_yesterday_does_not_replace_the_one_seen_today(tmp_path: Path) -> None:
    """The attacker kept the list from before the revocation, and serves it while it is still fresh."""
    old, new = status_list(SPOTLESS, at=NOW - DAY), status_list(REVOKED)
    seen = SeenInFile(tmp_path / "seen.sqlite")
    for body, outcome in ((old, Outcome.PASSED), (new, Outcome.FAILED), (old, Outcome.UNKNOWN), (new, Outcome.FAILED)):
        material = documents(list=body)
        # A verifier of its own each time: what was seen is remembered between runs.
        answer = StatusLists(material, prover(material), seen).status_of(credential(), NOW + HOUR)
        assert answer.outcome is outcome
    assert seen.newest(ADDRESS) == NOW


def test_within_one_run_an_older_list_is_a_replay_too() -> None:
    served = dict(documents(list=status_list(REVOKED)).documents)
    material = Documents(served)
    lists = StatusLists(material, prover(material))
    assert lists.status_of(credential(), NOW + HOUR).outcome is Outcome.FAILED
    served[ADDRESS] = replace(served[ADDRESS], body=status_list(SPOTLESS, at=NOW - DAY))
    answer = lists.status_of(credential(), NOW + HOUR)
    assert (answer.outcome, answer.code) == (Outcome.UNKNOWN, "status_list_unavailable")
    assert "is older than the one of 2026-11-28T12:00:00Z that was seen before" in answer.reason


def test_an_old_list_without_seen_ones_ends_when_it_said_it_would() -> None:
    assert asked(status_list(SPOTLESS, at=NOW - 31 * DAY)).outcome is Outcome.UNKNOWN


def test_asking_about_an_earlier_day_does_not_make_a_stale_list_fresh() -> None:
    material = documents(list=status_list(SPOTLESS, at=NOW - 31 * DAY))
    lists, then = StatusLists(material, prover(material)), NOW - 20 * DAY
    assert lists.status_of(credential(), then).outcome is Outcome.PASSED
    assert lists.status_of(credential(), then, now=NOW).outcome is Outcome.UNKNOWN


def test_a_list_that_bears_no_date_cannot_be_told_from_an_old_one() -> None:
    document = json.loads(status_list(SPOTLESS))
    for name in ("validFrom", "validUntil", "proof"):
        del document[name]
    assert asked(signs_with(HONEST, NOW)(document)).outcome is Outcome.UNKNOWN


def test_a_bomb_in_a_signed_list_costs_little_and_is_unknown() -> None:
    document = json.loads(status_list(SPOTLESS))
    del document["proof"]
    bomb = "u" + base64url(gzip.compress(bytes(64 * 1024**2)))
    document["credentialSubject"]["encodedList"] = bomb
    body = signs_with(HONEST, NOW)(document)
    begin = time.process_time()
    assert asked(body).outcome is Outcome.UNKNOWN
    assert time.process_time() - begin < 1


def test_an_entry_beyond_the_end_of_the_list_is_unknown() -> None:
    far = credential(credentialStatus=write_entry(Purpose.REVOCATION, ADDRESS, MINIMUM))
    assert asked(status_list(SPOTLESS), far).outcome is Outcome.UNKNOWN


def test_a_list_with_too_few_entries_of_the_size_that_is_asked_for_is_unknown() -> None:
    words = [{"status": f"0x{value}", "message": str(value)} for value in range(4)]
    odd = write_entry(Purpose.REVOCATION, ADDRESS, 3) | {"statusSize": 2, "statusMessage": words}
    answer = asked(status_list(REVOKED), credential(credentialStatus=odd))
    assert answer.outcome is Outcome.UNKNOWN


def test_a_record_that_an_attacker_wrote_does_not_undo_a_withdrawal() -> None:
    later = status_list(REVOKED, at=NOW - HOUR)
    day = NOW - 10 * DAY
    address = record_address(ADDRESS, "urn:x:1")
    for signer, issuer in ((ATTACKER, ISSUER), (ATTACKER, OTHER)):
        forged = signs_with(signer, NOW)(
            record(
                address=address,
                issuer=issuer,
                credential="urn:x:1",
                number="CN-1",
                periods=[Period(Status.ACTIVE, NOW - 100 * DAY, "")],
                at=NOW,
            )
        )
        material = documents(**{"list": later, address: forged})
        assert status_of(credential(), material, day, prover(material)).outcome is Outcome.FAILED


def past(*periods: Period, issued: datetime) -> bytes:
    address = record_address(ADDRESS, "urn:x:1")
    facts = {"address": address, "issuer": ISSUER, "credential": "urn:x:1", "number": "CN-1"}
    return signs_with(HONEST, issued)(record(**facts, periods=periods, at=issued))  # type: ignore[arg-type]  # one table


@pytest.mark.parametrize("suspension", [False, True])
def test_a_record_from_before_a_change_does_not_undo_it(suspension: bool) -> None:
    """The issuer's own record, kept from before the withdrawal (or before a suspension that was lifted since)."""
    purpose = Purpose.SUSPENSION if suspension else Purpose.REVOCATION
    listed = status_list(SPOTLESS if suspension else REVOKED, at=NOW, purpose=purpose)
    given = credential(credentialStatus=write_entry(purpose, ADDRESS, 5))
    good = Period(Status.ACTIVE, NOW - 100 * DAY, "")
    bad = Period(Status.SUSPENDED if suspension else Status.WITHDRAWN, NOW - 20 * DAY, "tests")
    asked_about = NOW - 10 * DAY
    for record_then, outcomes in (
        (past(good, bad, issued=NOW), {Outcome.FAILED}),
        (past(good, issued=NOW - 30 * DAY), {Outcome.FAILED, Outcome.UNKNOWN}),
    ):
        material = documents(**{"list": listed, record_address(ADDRESS, "urn:x:1"): record_then})
        assert status_of(given, material, asked_about, prover(material)).outcome in outcomes


def test_a_list_of_what_ever_was_from_before_a_suspension_does_not_hide_it() -> None:
    given = credential(credentialStatus=write_entry(Purpose.SUSPENSION, ADDRESS, 5))
    listed = status_list(SPOTLESS, at=NOW, purpose="suspension")
    for issued, outcome in ((NOW, Outcome.PASSED), (NOW - 15 * DAY, Outcome.UNKNOWN)):
        ever = status_list(SPOTLESS, at=issued, address=ADDRESS + EVER, purpose=EVER_SUSPENDED)
        material = documents(**{"list": listed, ADDRESS + EVER: ever})
        assert status_of(given, material, NOW - 10 * DAY, prover(material)).outcome is outcome


# DID documents


def test_a_swapped_key_in_the_did_document_does_not_verify_what_was_signed() -> None:
    swapped = did_document(ISSUER, [Published(URL, ATTACKER.key)])
    material = Documents({ISSUER: Held(ISSUER, json.dumps(swapped).encode(), NOW)})
    found = find_method(URL, material, NOW)
    assert not found.key.verifies(HONEST.sign(b"licence"), b"licence")


def test_the_key_of_an_attacker_under_the_url_of_the_issuer_is_not_found() -> None:
    """In the attacker's own document, under an absolute id that looks like the issuer's."""
    written = {
        "id": OTHER,
        "verificationMethod": [
            {"id": URL, "type": "Multikey", "controller": ISSUER, "publicKeyMultibase": multikey(ATTACKER.key)}
        ],
        "assertionMethod": [URL],
    }
    material = Documents({OTHER: Held(OTHER, json.dumps(written).encode(), NOW)})
    with pytest.raises(ProofError):
        find_method(URL, material, NOW)
    with pytest.raises(KeyMaterialError):
        find_method(f"{OTHER}#issuing-1", material, NOW)


def test_a_key_that_is_added_a_second_time_under_one_name_makes_the_document_unreadable() -> None:
    document = did_document(ISSUER, [Published(URL, HONEST.key)])
    twin = document["verificationMethod"][0] | {"publicKeyMultibase": multikey(ATTACKER.key)}
    for purposes in ({"verificationMethod": [*document["verificationMethod"], twin]}, {"authentication": [twin]}):
        body = json.dumps(document | purposes).encode()
        with pytest.raises(MalformedError, match="stands twice"):
            find_method(URL, Documents({ISSUER: Held(ISSUER, body, NOW)}), NOW)


def test_a_duplicate_member_cannot_hide_a_key() -> None:
    honest = json.dumps(did_document(ISSUER, [Published(URL, HONEST.key)]))
    body = honest[:-1] + ', "verificationMethod": []}'
    with pytest.raises(MalformedError, match="twice"):
        find_method(URL, Documents({ISSUER: Held(ISSUER, body.encode(), NOW)}), NOW)


def test_a_thief_of_a_revoked_key_gains_nothing_by_an_early_date() -> None:
    document = did_document(ISSUER, [Published(URL, HONEST.key, revoked=NOW - DAY)])
    found = find_method(URL, Documents({ISSUER: Held(ISSUER, json.dumps(document).encode(), NOW)}), NOW)
    with pytest.raises(KeyMaterialError, match="revoked"):
        found.require("assertionMethod", signed=NOW - 300 * DAY, at=NOW - 300 * DAY)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "169.254.169.254", "0", "017700000001", "0x7f000001", "10.1", "[::1]", "%31%32%37.0.0.1",
     "label.example%40attacker.example", "label.example%2F..%2F", "label.example%23", "label.example%3F"],
)  # fmt: skip
def test_a_did_web_does_not_lead_to_an_address_or_another_host(host: str) -> None:
    with pytest.raises(MalformedError):
        did_web_address(f"did:web:{host}")


def test_a_huge_or_deep_did_document_is_refused_at_once() -> None:
    for body in (b" " * 100 * 1024**2, b'{"id":' * 100_000, b'{"id": ' + b"[" * 1000 + b"]" * 1000 + b"}"):
        begin = time.process_time()
        with pytest.raises(MalformedError):
            find_method(URL, Documents({ISSUER: Held(ISSUER, body, NOW)}), NOW)
        assert time.process_time() - begin < 1


# kept keys


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    made = KeyStore(tmp_path / "keys", Cost(2**14))
    for name, purpose in (("issuing-1", KeyPurpose.ISSUING), ("status-1", KeyPurpose.STATUS)):
        made.new(name, purpose, PASS, By("Li Wei", NOW, "first key"), controller=ISSUER)
    return made


def rewritten(store: KeyStore, name: str, **changes: Any) -> None:
    path = store.folder / f"{name}.key.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | changes), encoding="utf-8")


def test_a_key_file_does_not_open_under_another_name_purpose_or_public_key(store: KeyStore) -> None:
    other = json.loads((store.folder / "status-1.key.json").read_bytes())
    for changes in (
        {"secret": other["secret"]},
        {"public": other["public"]},
        {"purpose": "root"},
        {"verificationMethod": f"{OTHER}#key-1"},
    ):
        before = (store.folder / "issuing-1.key.json").read_bytes()
        rewritten(store, "issuing-1", **changes)
        with pytest.raises(KeyMaterialError, match="does not open this key, or its file was altered"):
            store.signer("issuing-1", PASS)
        (store.folder / "issuing-1.key.json").write_bytes(before)
    os.replace(store.folder / "status-1.key.json", store.folder / "issuing-1.key.json")  # noqa: PTH105 - over what is
    with pytest.raises(KeyMaterialError, match="do not belong together"):
        store.signer("issuing-1", PASS)


def test_a_file_with_a_cheaper_cost_does_not_open_and_one_with_a_ruinous_cost_is_not_tried(store: KeyStore) -> None:
    sealed = json.loads((store.folder / "issuing-1.key.json").read_bytes())["secret"]
    for n, message in ((2**10, "not accepted"), (2**15, "does not open"), (2**24, "not accepted")):
        rewritten(store, "issuing-1", secret=sealed | {"kdf": sealed["kdf"] | {"n": n}})
        begin = time.process_time()
        with pytest.raises(KeyMaterialError, match=message):
            store.signer("issuing-1", PASS)
        assert time.process_time() - begin < 2


def test_a_link_in_the_place_of_a_key_file_is_replaced_and_not_followed(store: KeyStore, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_bytes((store.folder / "status-1.key.json").read_bytes())
    target.chmod(0o600)
    path = store.folder / "status-1.key.json"
    path.unlink()
    path.symlink_to(target)
    before = target.read_bytes()
    store.retire("status-1", By("Li Wei", NOW, "x"))
    assert target.read_bytes() == before
    assert not path.is_symlink()


def test_one_altered_byte_of_a_sealed_key_is_found_out() -> None:
    sealed = seal(b"\x07" * 32, PASS, {"name": "k"}, Cost(2**14))
    text = sealed["sealed"]
    for position in range(0, len(text) - 1, 7):
        letter = "A" if text[position] != "A" else "B"
        with pytest.raises(KeyMaterialError):
            unseal(sealed | {"sealed": text[:position] + letter + text[position + 1 :]}, PASS, {"name": "k"})


def test_a_nearly_right_passphrase_takes_as_long_and_says_as_much_as_a_wrong_one() -> None:
    sealed = seal(b"\x07" * 32, PASS, {}, Cost(2**14))
    told, spent = set(), {}
    for wrong in (PASS[:-1] + "x", "x" * len(PASS), "x", PASS * 40):
        times = []
        for _ in range(5):
            begin = time.process_time()
            with pytest.raises(KeyMaterialError) as error:
                unseal(sealed, wrong, {})
            times.append(time.process_time() - begin)
            told.add(str(error.value))
        spent[wrong] = min(times)
    assert len(told) == 1
    # scrypt takes nearly all of the time, whatever was typed; a factor of two leaves room for a busy machine.
    assert max(spent.values()) < 2 * min(spent.values())


def test_a_passphrase_and_a_secret_never_reach_an_error_or_a_log(store: KeyStore) -> None:
    for attempt in (lambda: store.signer("issuing-1", "wrong passphrase 123"), lambda: store.signer("none", PASS)):
        with pytest.raises(KeyMaterialError) as error:
            attempt()
        chain: BaseException | None = error.value
        while chain is not None:
            assert "wrong passphrase 123" not in str(chain)
            assert PASS not in str(chain)
            chain = chain.__cause__
    texts = "".join(path.read_text(encoding="utf-8") for path in store.folder.iterdir())
    assert PASS not in texts
