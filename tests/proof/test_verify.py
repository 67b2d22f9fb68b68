"""A certificate is verified: each check in its order, with its reason, and one answer."""

from __future__ import annotations

import base64
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from proof.licences import DID, official
from proof.programme import ISSUED, NUMBER, SIGNINGS, TODAY, Programme, recognised
from tenring import language
from tenring.model.licence import Status
from tenring.proof.answers import Check, Outcome, Validity, Verification
from tenring.proof.credential.check import schema_problems
from tenring.proof.keys.jwk import thumbprint
from tenring.proof.securing import add_proof, sign_jwt
from tenring.proof.sentence import sentence
from tenring.proof.verify import Question
from trust_world import AT, LIST, TestKey


@pytest.fixture
def programme() -> Programme:
    return Programme()


def outcome(answer: Verification, check: Check) -> Outcome:
    return next(one.outcome for one in answer.findings if one.check is check)


def why(answer: Verification) -> tuple[Check, str]:
    deciding = answer.deciding
    assert deciding is not None
    return deciding.check, deciding.code


@pytest.mark.parametrize("form", SIGNINGS)
def test_a_certificate_in_order_is_valid_and_says_what_it_is(programme: Programme, form: str) -> None:
    answer = programme.ask(SIGNINGS[form](programme), product="HX-MDF18")
    assert answer.validity is Validity.VALID, answer.findings
    assert [one.check for one in answer.findings] == list(Check)
    assert {one.outcome for one in answer.findings} == {Outcome.PASSED}
    assert (answer.said.number, answer.said.issuer, answer.said.securing) == (NUMBER, DID, form)
    assert answer.material_as_of is not None
    assert answer.material_as_of < AT


def test_each_answer_is_one_sentence_in_both_languages(programme: Programme) -> None:
    answer = programme.ask()
    assert sentence(answer).startswith("Valid on 2026-11-28: certificate SAMPLE-0042")
    language.use("zh")
    try:
        assert "SAMPLE-0042" in sentence(answer)
        assert "Valid" not in sentence(answer)
    finally:
        language.use("en")


def test_a_withdrawn_certificate_is_not_valid_but_was(programme: Programme) -> None:
    programme.becomes(Status.WITHDRAWN, since=AT - timedelta(days=3))
    assert why(programme.ask()) == (Check.STATUS, "revoked")
    assert programme.ask(on=TODAY - timedelta(days=10)).validity is Validity.VALID


def test_a_suspended_certificate_counts_again_when_it_is_active_again(programme: Programme) -> None:
    programme.becomes(Status.SUSPENDED, since=AT - timedelta(days=5), at=AT - timedelta(hours=1))
    assert programme.ask().validity is Validity.INVALID
    programme.becomes(Status.ACTIVE, since=AT - timedelta(minutes=1))
    assert programme.ask().validity is Validity.VALID
    assert programme.ask(on=TODAY - timedelta(days=2)).validity is Validity.INVALID


def test_outside_its_period_it_is_not_valid(programme: Programme) -> None:
    later = AT.replace(year=2028)
    programme.world.root_list(recognised(), valid_from=later - timedelta(days=1), valid_until=later + timedelta(days=1))
    programme.publish_status(later)
    assert why(programme.ask(on=later.date(), at=later)) == (Check.PERIOD, "expired")
    assert why(programme.ask(on=date(2024, 5, 31))) == (Check.PERIOD, "not_yet")


def test_the_product_in_front_of_you_must_be_one_of_its(programme: Programme) -> None:
    assert programme.ask(product="HX-MDF22").validity is Validity.VALID
    assert why(programme.ask(product="HX-MDF99")) == (Check.PRODUCT, "none")
    assert programme.ask(product="2000000000428").validity is Validity.VALID


def test_what_is_missing_makes_it_indeterminate_never_valid(programme: Programme) -> None:
    complete = dict(programme.world.documents)
    assert programme.ask().validity is Validity.VALID
    named = {entry["statusListCredential"] for entry in programme.document["credentialStatus"]}
    needed = [DID, LIST, *named]
    assert len(needed) == 4
    for address in needed:
        programme.world.documents = {name: held for name, held in complete.items() if name != address}
        answer = programme.ask()
        assert answer.validity is Validity.INDETERMINATE, address
        assert answer.deciding is not None


def test_material_that_is_stale_makes_it_indeterminate(programme: Programme) -> None:
    much_later = AT + timedelta(days=20)
    answer = programme.ask(at=much_later, on=much_later.date())
    assert answer.validity is Validity.INDETERMINATE
    assert outcome(answer, Check.SIGNATURE) is Outcome.PASSED
    assert {outcome(answer, check) for check in (Check.RECOGNITION, Check.STATUS)} == {Outcome.UNKNOWN}


def test_without_pinned_roots_nobody_is_recognised(programme: Programme) -> None:
    answer = programme.verifier(trusted=False).verify(programme.token, Question(on=TODAY, at=AT))
    assert answer.validity is Validity.INDETERMINATE
    assert why(answer) == (Check.RECOGNITION, "no_trust_list")


def test_a_failed_check_ends_the_verification(programme: Programme) -> None:
    programme.world.root_list(recognised(until=date(2021, 12, 31)))
    answer = programme.ask(product="HX-MDF99")
    after = [one.outcome for one in answer.findings if one.check in (Check.STATUS, Check.PERIOD, Check.PRODUCT)]
    assert why(answer)[0] is Check.RECOGNITION
    assert after == [Outcome.NOT_ASKED] * 3


def test_a_failure_outweighs_what_is_unknown(programme: Programme) -> None:
    del programme.world.documents[LIST]
    answer = programme.ask(product="HX-MDF99")
    assert outcome(answer, Check.RECOGNITION) is Outcome.UNKNOWN
    assert answer.validity is Validity.INVALID


def test_every_proof_of_a_set_must_hold(programme: Programme) -> None:
    other = programme.world.key_of("did:web:auditor.example")
    twice = add_proof(add_proof(programme.document, programme.key, created=ISSUED), other, created=ISSUED)
    assert programme.ask(json.dumps(twice).encode()).validity is Validity.VALID
    forged = json.loads(json.dumps(twice))
    forged["proof"][1]["proofValue"] = forged["proof"][0]["proofValue"]
    assert programme.ask(json.dumps(forged).encode()).validity is Validity.INVALID


def test_somebody_elses_signature_alone_is_not_the_issuers(programme: Programme) -> None:
    other = programme.world.key_of("did:web:auditor.example")
    signed = json.dumps(add_proof(programme.document, other, created=ISSUED)).encode()
    assert why(programme.ask(signed)) == (Check.KEY, "not_the_issuer")


def test_a_key_that_the_issuer_never_published_signs_nothing(programme: Programme) -> None:
    stranger = TestKey("stranger", DID)
    assert why(programme.ask(sign_jwt(programme.document, stranger).encode()))[0] is Check.SIGNATURE


def test_what_is_not_read_is_not_well_formed(programme: Programme) -> None:
    for raw in (b"", b"{}", b"no credential", b'{"type": ["VerifiableCredential"]}', b"\xff\xfe"):
        answer = programme.ask(raw)
        assert answer.validity is Validity.INVALID, raw
        assert why(answer)[0] is Check.WELL_FORMED


@pytest.mark.parametrize("named", ["key-1", "thumbprint", None])
def test_a_token_may_name_its_key_in_fewer_words(programme: Programme, named: str | None) -> None:
    kid = thumbprint(programme.key.key) if named == "thumbprint" else named
    assert programme.ask(token_by(programme, programme.key, kid)).validity is Validity.VALID
    stranger = TestKey("stranger", DID)
    assert programme.ask(token_by(programme, stranger, kid)).validity is Validity.INVALID
    assert programme.ask(token_by(programme, programme.key, "key-7")).validity is Validity.INVALID


def token_by(programme: Programme, key: TestKey, kid: str | None) -> bytes:
    """The certificate as a token whose header names the key so."""
    head = {"alg": "EdDSA", "typ": "vc+jwt"} | ({} if kid is None else {"kid": kid})
    signed = b".".join(segment(json.dumps(part).encode()) for part in (head, programme.document | {"iss": DID}))
    return signed + b"." + segment(key.sign(signed))


def segment(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


@pytest.mark.parametrize("place", [0, 1])
def test_each_status_entry_is_held_to_the_schema(programme: Programme, place: int, data: Path) -> None:
    """Also the later ones, which are asked about without the rest of the credential."""
    schema = official(data)
    good = programme.document
    assert not list(schema_problems(good, schema))
    bad = json.loads(json.dumps(good))
    bad["credentialStatus"][place]["statusPurpose"] = "decoration"
    problems = list(schema_problems(bad, schema))
    assert any("credentialStatus.statusPurpose" in problem for problem in problems), problems


PURPOSES = ["revocation", "suspension", "message", "decoration", 7]
STRANGE_STATUS = [
    *([{"statusPurpose": one}, {"statusPurpose": two}] for one in PURPOSES for two in PURPOSES),
    [{}, {"statusListIndex": "01x"}],
    [{"statusListIndex": -1}, {}],
    [{"statusListIndex": "\u0663"}, {}],
    [{"statusSize": 2}, {"statusReference": "https://label.example/why"}],
    [{"extra": 1}, {}],
    [{"type": ["BitstringStatusListEntry"]}, {}],
]


@pytest.mark.parametrize("changes", STRANGE_STATUS, ids=repr)
def test_all_entries_in_one_look_are_held_to_what_each_is_alone(
    programme: Programme, changes: list[dict[str, object]], data: Path
) -> None:
    schema = official(data)
    document = json.loads(json.dumps(programme.document))
    entries = [entry | change for entry, change in zip(document["credentialStatus"], changes, strict=True)]
    alone = [list(schema_problems(document | {"credentialStatus": entry}, schema)) for entry in entries]
    together = list(schema_problems(document | {"credentialStatus": entries}, schema))
    assert together == list(dict.fromkeys(problem for problems in alone for problem in problems))


def test_a_verifier_that_lives_on_sees_what_is_published_later(programme: Programme) -> None:
    """What is kept from one verification to the next is no older than a minute."""
    verifier, token = programme.verifier(), programme.token
    assert verifier.verify(token, Question(on=TODAY, at=AT)).validity is Validity.VALID
    programme.becomes(Status.SUSPENDED)
    later = AT + timedelta(minutes=2)
    assert why(verifier.verify(token, Question(on=TODAY, at=later))) == (Check.STATUS, "suspended")


def test_reasons_that_are_kept_are_in_the_language_of_who_asks(programme: Programme) -> None:
    verifier, token = programme.verifier(), programme.token
    english = verifier.verify(token, Question(on=TODAY, at=AT))
    language.use("zh")
    try:
        chinese = verifier.verify(token, Question(on=TODAY, at=AT))
    finally:
        language.use("en")
    for one, other in zip(english.findings, chinese.findings, strict=True):
        assert (one.outcome, one.code) == (other.outcome, other.code)
        assert one.reason != other.reason
