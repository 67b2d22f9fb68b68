"""What an attacker tries against a verification as a whole; the parts have their own tables."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest

from proof.licences import DID
from proof.programme import ISSUED, NUMBER, SIGNINGS, STATUS, TODAY, Programme, recognised
from tenring.model.licence import Status
from tenring.proof.answers import Check, Validity, Verification
from tenring.proof.keys.multikey import multikey
from tenring.proof.material import Held
from tenring.proof.securing import add_proof, sign_jwt
from tenring.proof.strict import JsonObject
from tenring.proof.verify import Question
from trust_world import AT, TestKey


@pytest.fixture
def programme() -> Programme:
    return Programme()


def refused(answer: Verification) -> Check:
    """The check that refused it; nothing but `invalid` will do."""
    assert answer.validity is Validity.INVALID, answer.findings
    assert answer.deciding is not None
    return answer.deciding.check


def segment(value: object) -> bytes:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


@pytest.mark.parametrize("form", SIGNINGS)
def test_an_altered_byte_anywhere_is_never_valid(programme: Programme, form: str) -> None:
    raw = SIGNINGS[form](programme)
    said = programme.ask(raw).said
    for position in range(0, len(raw), max(1, len(raw) // 150)):
        altered = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
        assert programme.ask(altered).validity is not Validity.VALID, position
    assert programme.ask(raw).said == said


@pytest.mark.parametrize("form", SIGNINGS)
def test_an_altered_value_breaks_the_signature(programme: Programme, form: str) -> None:
    changed = programme.document | {"validUntil": "2099-12-31T23:59:59Z"}
    if form == "vc+jwt":
        head, _, signature = programme.token.split(b".")
        raw = b".".join([head, segment(changed), signature])
    else:
        raw = json.dumps(json.loads(programme.archive) | {"validUntil": "2099-12-31T23:59:59Z"}).encode()
    assert refused(programme.ask(raw)) is Check.SIGNATURE


def test_a_swapped_key_in_the_issuers_document_breaks_what_it_signed(programme: Programme) -> None:
    token = programme.token
    other = TestKey("other")
    held = programme.world.documents[DID]
    document = json.loads(held.body)
    document["verificationMethod"][0]["publicKeyMultibase"] = multikey(other.key)
    programme.world.documents[DID] = Held(DID, json.dumps(document).encode(), held.got)
    assert refused(programme.ask(token)) is Check.SIGNATURE


def forged(programme: Programme, header: JsonObject, sign: Callable[[bytes], bytes]) -> bytes:
    signed = segment(header) + b"." + segment(programme.document)
    return signed + b"." + segment(sign(signed))


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "RS256", "ES256", "EdDSA"])
def test_the_header_chooses_neither_algorithm_nor_key(programme: Programme, algorithm: str) -> None:
    public = programme.key.key.raw
    header = {"alg": algorithm, "typ": "vc+jwt", "kid": programme.key.verification_method}
    unsigned = forged(programme, header, lambda _: b"")
    by_public_key = forged(programme, header, lambda data: hmac.digest(public, data, sha256))
    for raw in (unsigned, by_public_key):
        assert programme.ask(raw).validity is Validity.INVALID


def test_a_key_inside_the_header_is_not_looked_at(programme: Programme) -> None:
    own = TestKey("attacker")
    coordinates = base64.urlsafe_b64encode(own.key.raw).rstrip(b"=").decode()
    header = {
        "alg": "EdDSA", "typ": "vc+jwt", "kid": programme.key.verification_method,
        "jwk": {"kty": "OKP", "crv": "Ed25519", "x": coordinates},
    }  # fmt: skip
    assert refused(programme.ask(forged(programme, header, own.sign))) is Check.SIGNATURE


def test_a_proof_of_one_certificate_does_not_carry_another(programme: Programme) -> None:
    other = deepcopy(programme.document)
    other["credentialSubject"]["issuedToParty"]["name"] = "Somebody else"
    stolen = json.loads(programme.archive)["proof"]
    assert refused(programme.ask(json.dumps(other | {"proof": stolen}).encode())) is Check.SIGNATURE


def test_an_issuer_that_signs_in_anothers_name_is_refused(programme: Programme) -> None:
    mallory = programme.world.key_of("did:web:mallory.example")
    assert refused(programme.ask(sign_jwt(programme.document, mallory).encode())) is Check.KEY


def test_an_issuer_that_nobody_recognises_is_refused(programme: Programme) -> None:
    mallory = programme.world.key_of("did:web:mallory.example")
    own = programme.document | {"issuer": programme.document["issuer"] | {"id": mallory.did}}
    assert refused(programme.ask(sign_jwt(own, mallory).encode())) is Check.RECOGNITION


def test_recognised_for_another_category_is_not_recognised(programme: Programme) -> None:
    programme.world.root_list(recognised(categories=frozenset({"furniture"})))
    assert refused(programme.ask()) is Check.RECOGNITION


def test_a_second_product_of_an_unrecognised_category_is_not_smuggled_in(programme: Programme) -> None:
    document = deepcopy(programme.document)
    assessed = document["credentialSubject"]["conformityAssessment"][0]["assessedProduct"]
    smuggled = deepcopy(assessed[0])
    smuggled["product"]["productCategory"][0]["code"] = "furniture"
    assessed.append(smuggled)
    assert refused(programme.ask(sign_jwt(document, programme.key).encode())) is Check.RECOGNITION


def test_a_second_subject_of_an_unrecognised_scheme_is_not_smuggled_in(programme: Programme) -> None:
    document = deepcopy(programme.document)
    other = deepcopy(document["credentialSubject"])
    other["referenceScheme"]["id"] = "urn:tenring:programme/blue-angel"
    two = document | {"credentialSubject": [document["credentialSubject"], other]}
    older = two | {"@context": [document["@context"][0], "https://test.uncefact.org/vocabulary/untp/dcc/0.6.1/"]}
    assert refused(programme.ask(sign_jwt(two, programme.key).encode())) is Check.WELL_FORMED
    assert refused(programme.ask(sign_jwt(older, programme.key).encode())) is Check.RECOGNITION


@pytest.mark.parametrize(
    "until", ["2020-01-01T00:00:00", "2020-01-01", 1577836800, None, "", {}, ["2020-01-01T00:00:00Z"]]
)
def test_an_end_that_cannot_be_read_is_not_no_end(programme: Programme, until: object) -> None:
    document = programme.document | {"validUntil": until}
    signed = sign_like(programme, document)
    assert refused(programme.ask(signed)) is Check.WELL_FORMED


def sign_like(programme: Programme, document: JsonObject) -> bytes:
    """As `sign_jwt`, of what it would refuse to sign."""
    header = {"alg": "EdDSA", "typ": "vc+jwt", "kid": programme.key.verification_method}
    signed = segment(header) + b"." + segment(document)
    return signed + b"." + segment(programme.key.sign(signed))


def test_recognised_only_later_does_not_count_for_what_was_issued_before(programme: Programme) -> None:
    programme.world.root_list(recognised(since=ISSUED.date() + timedelta(days=3)))
    assert refused(programme.ask(programme.archive)) is Check.RECOGNITION


def test_a_certificate_outlives_recognition_only_for_the_days_before(programme: Programme) -> None:
    last = TODAY - timedelta(days=5)
    programme.world.root_list(recognised(until=last))
    assert refused(programme.ask(programme.archive)) is Check.RECOGNITION
    assert programme.ask(programme.archive, on=last).validity is Validity.VALID


def test_a_suspended_certificate_is_refused(programme: Programme) -> None:
    programme.becomes(Status.SUSPENDED)
    assert refused(programme.ask()) is Check.STATUS


def test_a_status_list_from_before_the_withdrawal_is_known_for_a_replay(programme: Programme) -> None:
    token = programme.token
    old = {name: held for name, held in programme.world.documents.items() if name.startswith(STATUS)}
    verifier = programme.verifier()
    programme.becomes(Status.WITHDRAWN)
    assert verifier.verify(token, Question(on=TODAY, at=AT)).validity is Validity.INVALID
    programme.world.documents |= old
    later = AT + timedelta(minutes=5)
    assert verifier.verify(token, Question(on=TODAY, at=later)).validity is Validity.INDETERMINATE


def test_a_status_list_of_somebody_else_says_nothing(programme: Programme) -> None:
    token = programme.token
    mallory = programme.world.key_of("did:web:mallory.example")
    programme.publish_status(AT, signer=mallory)
    assert programme.ask(token).validity is Validity.INDETERMINATE


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda text: text.replace(b'"name"', b'"name": "twice", "name"', 1), id="duplicate keys"),
        pytest.param(lambda text: text.replace(b'"type"', b'"n": 9007199254740993, "type"', 1), id="unsafe integer"),
        pytest.param(lambda text: text.replace(b'"type"', b'"n": "\\ud800", "type"', 1), id="lone surrogate"),
        pytest.param(lambda text: text.replace(b'"type"', b'"n": NaN, "type"', 1), id="NaN"),
        pytest.param(
            lambda text: text.replace(b'"type"', b'"n": ' + b"[" * 5000 + b"]" * 5000 + b', "type"', 1), id="deep"
        ),
    ],
)
def test_json_that_two_readers_could_read_differently_is_refused(
    programme: Programme, damage: Callable[[bytes], bytes]
) -> None:
    damaged = damage(programme.archive)
    assert damaged != programme.archive
    assert refused(programme.ask(damaged)) is Check.WELL_FORMED
    head, _, signature = programme.token.split(b".")
    token = b".".join([head, segment(damage(json.dumps(programme.document).encode())), signature])
    assert refused(programme.ask(token)) is Check.WELL_FORMED


def test_a_hundred_megabytes_are_refused_at_once(programme: Programme) -> None:
    huge = b'{"a": "' + b"x" * 100 * 1024**2 + b'"}'
    assert refused(programme.ask(huge)) is Check.WELL_FORMED


def test_a_proof_for_another_purpose_does_not_assert(programme: Programme) -> None:
    signed = add_proof(programme.document, programme.key, created=ISSUED, purpose="authentication")
    assert programme.ask(json.dumps(signed).encode()).validity is Validity.INVALID


def test_a_later_wish_of_the_attacker_does_not_make_an_old_key_new(programme: Programme) -> None:
    held = programme.world.documents[DID]
    document = json.loads(held.body)
    for method in document["verificationMethod"]:
        method["expires"] = (ISSUED - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    programme.world.documents[DID] = Held(DID, json.dumps(document).encode(), held.got)
    assert refused(programme.ask(programme.archive)) is Check.KEY


def test_a_signature_from_the_future_is_refused_but_clocks_may_differ_a_little(programme: Programme) -> None:
    def signed(created: datetime) -> bytes:
        return json.dumps(add_proof(programme.document, programme.key, created=created)).encode()

    assert refused(programme.ask(signed(AT + timedelta(minutes=6)))) is Check.KEY
    assert programme.ask(signed(AT + timedelta(minutes=4))).validity is Validity.VALID


def test_the_date_asked_about_is_the_one_that_is_answered(programme: Programme) -> None:
    assert programme.ask(on=date(2020, 1, 1)).on == date(2020, 1, 1)
    assert programme.ask(on=date(2020, 1, 1)).validity is not Validity.VALID
    assert NUMBER in str(programme.ask().said.number)
