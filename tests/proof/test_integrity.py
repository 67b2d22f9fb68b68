from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from proof.vectors import (
    ISSUER,
    METHOD,
    NONE,
    SIGNED_AT,
    another_signer,
    credential,
    key_in,
    official_contexts,
    presentation,
    read,
    signer,
)  # fmt: skip
from tenring.exceptions import MalformedError
from tenring.proof.answers import Outcome
from tenring.proof.canonical import canonical
from tenring.proof.keys.local import LocalSigner
from tenring.proof.keys.multibase import base58
from tenring.proof.keys.multikey import secret_from_multikey
from tenring.proof.keys.public import Algorithm
from tenring.proof.securing import add_proof, open_secured
from tenring.proof.securing.integrity import SUITES, hashed
from tenring.proof.strict import JsonObject

#: Suite, folder, and the ending of its files.
VECTORS = [
    ("eddsa-jcs-2022", "vc-di-eddsa/eddsa-jcs-2022", "JCS", Algorithm.ED25519),
    ("eddsa-rdfc-2022", "vc-di-eddsa/eddsa-rdfc-2022", "DataInt", Algorithm.ED25519),
    ("ecdsa-jcs-2019", "vc-di-ecdsa/ecdsa-jcs-2019-p256", "JCSECDSAP256", Algorithm.P256),
    ("ecdsa-jcs-2019", "vc-di-ecdsa/ecdsa-jcs-2019-p384", "JCSECDSAP384", Algorithm.P384),
    ("ecdsa-rdfc-2019", "vc-di-ecdsa/ecdsa-rdfc-2019-p256", "ECDSAP256", Algorithm.P256),
    ("ecdsa-rdfc-2019", "vc-di-ecdsa/ecdsa-rdfc-2019-p384", "ECDSAP384", Algorithm.P384),
]
KINDS = {
    "eddsa-jcs-2022": [Algorithm.ED25519],
    "eddsa-rdfc-2022": [Algorithm.ED25519],
    "ecdsa-jcs-2019": [Algorithm.P256, Algorithm.P384],
    "ecdsa-rdfc-2019": [Algorithm.P256, Algorithm.P384],
}
PAIRS = [(suite, kind) for suite, kinds in KINDS.items() for kind in kinds]


def opened(document: JsonObject) -> Any:
    return open_secured(json.dumps(document).encode())


def signed(suite: str = "eddsa-jcs-2022", kind: Algorithm = Algorithm.ED25519, **options: Any) -> JsonObject:
    return add_proof(credential(), signer(kind), created=SIGNED_AT, cryptosuite=suite, **options)


def changed(document: JsonObject, **proof: Any) -> JsonObject:
    """The document with members of its proof replaced; None takes one away."""
    new = {key: value for key, value in (document["proof"] | proof).items() if value is not None}
    return document | {"proof": new}


def refused(document: JsonObject) -> str:
    with pytest.raises(MalformedError) as caught:
        opened(document)
    return str(caught.value)


def vector_signer(data: Path, folder: str) -> LocalSigner:
    """The signer of a folder of vectors, by the key pair beside it."""
    root = data / "vectors" / folder.split("/", maxsplit=1)[0]
    names = {"vc-di-eddsa": "keyPair.json", "vc-di-ecdsa": f"{folder[-4:]}KeyPair.json"}
    pair = read(root / names[root.name])
    algorithm, secret = secret_from_multikey(pair.get("secretKeyMultibase") or pair["privateKeyMultibase"])
    public = pair["publicKeyMultibase"]
    return LocalSigner.of(algorithm, secret, f"did:key:{public}#{public}")


# the published vectors


@pytest.mark.parametrize(("suite", "folder", "ending", "kind"), VECTORS, ids=str)
def test_a_published_document_verifies(data: Path, suite: str, folder: str, ending: str, kind: Algorithm) -> None:
    secured = open_secured((data / "vectors" / folder / f"signed{ending}.json").read_bytes())
    [proof] = secured.proofs
    assert secured.securing == proof.name == suite
    assert proof.created == datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
    key = key_in(proof.verification_method)
    assert key.algorithm is kind
    assert proof.holds(key, official_contexts(data))
    assert proof.holds(key, NONE), "our own renditions of the contexts must give the same"


@pytest.mark.parametrize(("suite", "folder", "ending", "kind"), VECTORS, ids=str)
def test_the_hashes_on_the_way_are_the_published_ones(
    data: Path, suite: str, folder: str, ending: str, kind: Algorithm
) -> None:
    root = data / "vectors" / folder
    options = read(root / f"proofConfig{ending}.json")
    unsigned = read(data / "vectors" / folder.split("/", maxsplit=1)[0] / "unsigned.json")
    combined = hashed(unsigned, options, SUITES[suite], kind, NONE).hex()
    assert combined == (root / f"combinedHash{ending}.txt").read_text().strip()
    half = len(combined) // 2
    assert combined[:half] == (root / f"proofHash{ending}.txt").read_text().strip()
    assert combined[half:] == (root / f"docHash{ending}.txt").read_text().strip()
    if not SUITES[suite].rdf:
        assert canonical(unsigned).decode() == (root / f"canonDoc{ending}.txt").read_text()
        assert canonical(options).decode() == (root / f"proofCanon{ending}.txt").read_text()


@pytest.mark.parametrize(
    ("suite", "folder", "ending"), [vector[:3] for vector in VECTORS if vector[3] is Algorithm.ED25519]
)
def test_a_deterministic_suite_signs_the_published_document_byte_for_byte(
    data: Path, suite: str, folder: str, ending: str
) -> None:
    unsigned = read(data / "vectors" / "vc-di-eddsa" / "unsigned.json")
    created = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
    ours = add_proof(unsigned, vector_signer(data, folder), created=created, cryptosuite=suite)
    assert ours == read(data / "vectors" / folder / f"signed{ending}.json")


@pytest.mark.parametrize(("suite", "folder", "ending", "kind"), VECTORS, ids=str)
def test_what_we_sign_with_the_published_keys_verifies(
    data: Path, suite: str, folder: str, ending: str, kind: Algorithm
) -> None:
    unsigned = read(data / "vectors" / folder.split("/", maxsplit=1)[0] / "unsigned.json")
    own = vector_signer(data, folder)
    [proof] = opened(add_proof(unsigned, own, created=SIGNED_AT, cryptosuite=suite)).proofs
    assert own.key.algorithm is kind
    assert proof.holds(key_in(proof.verification_method), NONE), ending


@pytest.mark.parametrize("name", ["signedProofSet1", "signedProofSet2", "signedProofChain1", "signedProofChain2"])
def test_the_published_proof_sets_and_chains_verify(data: Path, name: str) -> None:
    secured = open_secured((data / "vectors" / "vc-di-eddsa" / "proof-set-chain" / f"{name}.json").read_bytes())
    assert len(secured.proofs) == {"signedProofSet1": 1, "signedProofSet2": 2, "signedProofChain1": 3}.get(name, 4)
    for proof in secured.proofs:
        assert proof.holds(key_in(proof.verification_method), NONE)


def test_the_published_proof_chain_is_signed_again_byte_for_byte(data: Path) -> None:
    folder = data / "vectors" / "vc-di-eddsa" / "proof-set-chain"
    expected = read(folder / "signedProofChain2.json")
    document = read(folder / "unsigned.json")
    for number, proof in enumerate(expected["proof"], 1):
        pair = read(folder / "multiKeyPairs.json")[f"keyPair{number}"]
        own = LocalSigner.of(*secret_from_multikey(pair["privateKeyMultibase"]), proof["verificationMethod"])
        previous = proof.get("previousProof", [])
        named = {"id": proof["id"]} if "id" in proof else {}
        document = add_proof(
            document, own, created=datetime.fromisoformat(proof["created"]), cryptosuite="eddsa-rdfc-2022",
            previous=[previous] if isinstance(previous, str) else previous, **named,
        )  # fmt: skip
    assert document == expected


def test_the_published_document_of_an_older_suite_is_not_known_to_be_right(data: Path) -> None:
    raw = (data / "vectors" / "vc-di-eddsa" / "Ed25519Signature2020" / "signedEdSig.json").read_bytes()
    [proof] = open_secured(raw).proofs
    answer = proof.holds(key_in(proof.verification_method), NONE)
    assert answer.outcome is Outcome.UNKNOWN
    assert answer.code == "suite"


# signing and verifying


@pytest.mark.parametrize(("suite", "kind"), PAIRS)
def test_a_signed_document_is_read_back_and_its_proof_holds(suite: str, kind: Algorithm) -> None:
    secured = opened(signed(suite, kind))
    [proof] = secured.proofs
    assert secured.document == credential()
    assert secured.signer == ISSUER
    assert proof.verification_method == METHOD
    assert proof.purpose == "assertionMethod"
    assert proof.created == SIGNED_AT
    assert proof.holds(signer(kind).key, NONE)


@pytest.mark.parametrize(("suite", "kind"), PAIRS)
@pytest.mark.parametrize("where", ["licence", "value", "type", "name", "context"])
def test_any_altered_value_breaks_the_proof(suite: str, kind: Algorithm, where: str) -> None:
    document = json.loads(json.dumps(signed(suite, kind)))
    if where == "licence":
        document["credentialSubject"]["licence"] += "8"
    elif where == "value":
        document["credentialSubject"]["power"]["value"] = 17.31
    elif where == "type":
        document["type"].append("ExampleGoldLicence")
    elif where == "name":
        document["issuer"]["name"] = "Another Label"
    else:
        document["@context"][1] = "https://www.w3.org/ns/credentials/undefined-terms/v2"
    try:
        assert not opened(document).proofs[0].holds(signer(kind).key, NONE)
    except MalformedError:
        assert where == "context"


@pytest.mark.parametrize(("suite", "kind"), PAIRS)
@pytest.mark.parametrize(
    "proof",
    [
        {"created": "2020-01-01T00:00:00Z"},
        {"created": None},
        {"proofPurpose": "authentication"},
        {"expires": "2090-01-01T00:00:00Z"},
        {"verificationMethod": "did:web:other.example#key-1"},
        {"domain": "x"},
        {"challenge": "y"},
        {"nonce": "z"},
    ],
    ids=str,
)
def test_any_altered_option_breaks_the_proof(suite: str, kind: Algorithm, proof: dict[str, Any]) -> None:
    assert not opened(changed(signed(suite, kind), **proof)).proofs[0].holds(signer(kind).key, NONE)


def test_a_proof_under_the_name_of_another_suite_does_not_hold() -> None:
    for suite in SUITES:
        if suite != "eddsa-jcs-2022":
            assert not opened(changed(signed(), cryptosuite=suite)).proofs[0].holds(signer().key, NONE)


@pytest.mark.parametrize("suite", SUITES)
def test_a_suite_takes_only_keys_of_its_own_kinds(suite: str) -> None:
    for kind in Algorithm:
        if kind in KINDS[suite]:
            continue
        with pytest.raises(MalformedError, match="does not sign by"):
            signed(suite, kind)
        answer = opened(signed(suite, KINDS[suite][0])).proofs[0].holds(signer(kind).key, NONE)
        assert answer.outcome is Outcome.FAILED
        assert answer.code == "algorithm"


def test_another_key_does_not_fit() -> None:
    answer = opened(signed()).proofs[0].holds(another_signer().key, NONE)
    assert answer.outcome is Outcome.FAILED
    assert answer.code == "signature"


def test_a_suite_that_is_not_known_is_neither_right_nor_wrong() -> None:
    answer = opened(changed(signed(), cryptosuite="bbs-2023")).proofs[0].holds(signer().key, NONE)
    assert answer.outcome is Outcome.UNKNOWN
    assert not answer


def test_a_context_that_is_not_at_hand_leaves_the_answer_open() -> None:
    document = credential(**{"@context": ["https://www.w3.org/ns/credentials/v2", "https://label.example/context"]})
    document = add_proof(document, signer(), created=SIGNED_AT)
    answer = (
        opened(changed(document, cryptosuite="eddsa-rdfc-2022", **{"@context": None}))
        .proofs[0]
        .holds(signer().key, NONE)
    )
    assert answer.outcome is Outcome.UNKNOWN
    assert "https://label.example/context is not at hand" in answer.reason


def test_domain_challenge_and_expiry_are_told() -> None:
    document = add_proof(
        presentation(), signer(), created=SIGNED_AT, purpose="authentication", domain=["a.example", "b.example"],
        challenge="c-1", expires="2026-04-01T00:00:00+02:00",
    )  # fmt: skip
    [proof] = opened(document).proofs
    assert proof.domain == ("a.example", "b.example")
    assert proof.challenge == "c-1"
    assert proof.expires == datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert proof.purpose == "authentication"
    assert proof.holds(signer().key, NONE)


def test_a_time_without_zone_is_utc() -> None:
    [proof] = opened(changed(signed(), created="2026-03-02T09:30:00", expires="2026-03-02T09:30:00.5")).proofs
    assert proof.created == SIGNED_AT


def test_a_proof_need_not_say_when_it_was_made() -> None:
    [proof] = opened(add_proof(credential(), signer(), created=None)).proofs
    assert proof.created is None
    assert proof.holds(signer().key, NONE)


# the form of proofs


@pytest.mark.parametrize("proof", [None, [], {}, "x", [None], [1], {"a": 1}, [[]]], ids=repr)
def test_a_document_without_a_proof_is_signed_by_nobody(proof: Any) -> None:
    refused(credential() | ({} if proof is None else {"proof": proof}))
    refused(credential(proof=proof))


@pytest.mark.parametrize("name", ["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"])
def test_a_proof_says_all_it_must(name: str) -> None:
    assert f"proof.{name} is missing or not text" in refused(changed(signed(), **{name: None}))
    for wrong in (5, [], {}, ["x"]):
        assert f"proof.{name}" in refused(changed(signed(), **{name: wrong}))


@pytest.mark.parametrize(
    "proof",
    [
        {"verificationMethod": "key-1"},
        {"verificationMethod": "did:key:@invalid@"},
        {"verificationMethod": "https ://x"},
        {"created": "yesterday"},
        {"created": "2026-03-02"},
        {"created": 5},
        {"expires": "2026-13-01T00:00:00Z"},
        {"id": "p1"},
        {"id": 5},
        {"domain": 5},
        {"domain": [5]},
        {"challenge": 5},
        {"challenge": ["a"]},
        {"previousProof": 5},
        {"previousProof": "urn:uuid:nobody"},
        {"proofValue": "uAAAA"},
        {"proofValue": "m00"},
        {"proofValue": "z0OIl"},
        {"proofValue": ""},
        {"proofValue": "z" + "1" * 5000},
    ],
    ids=str,
)
def test_a_proof_that_breaks_its_form_is_refused(proof: dict[str, Any]) -> None:
    refused(changed(signed(), **proof))


def test_a_null_time_is_not_a_missing_one() -> None:
    document = signed()
    refused(document | {"proof": document["proof"] | {"created": None}})


@pytest.mark.parametrize("length", [0, 32, 63, 65, 96])
def test_a_signature_of_another_length_does_not_hold(length: int) -> None:
    assert not opened(changed(signed(), proofValue="z" + base58(b"\1" * length))).proofs[0].holds(signer().key, NONE)


def test_more_proofs_than_anyone_needs_are_refused() -> None:
    document = signed()
    assert "more than 16" in refused(document | {"proof": [document["proof"]] * 17})


# sets and chains


def test_each_proof_of_a_set_stands_for_itself() -> None:
    document = add_proof(
        signed(), signer(Algorithm.P256, f"{ISSUER}#key-2"), created=SIGNED_AT, cryptosuite="ecdsa-jcs-2019"
    )
    first, second = opened(document).proofs
    assert opened(document).securing == "eddsa-jcs-2022 + ecdsa-jcs-2019"
    assert first.holds(signer().key, NONE)
    assert second.holds(signer(Algorithm.P256).key, NONE)
    assert opened(document | {"proof": document["proof"][1]}).proofs[0].holds(signer(Algorithm.P256).key, NONE)


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-rdfc-2022"])
def test_a_proof_of_a_chain_signs_the_one_before_it(suite: str) -> None:
    first = add_proof(credential(), signer(), created=SIGNED_AT, cryptosuite=suite, id="urn:uuid:1")
    document = add_proof(first, another_signer(), created=SIGNED_AT, cryptosuite=suite, previous=["urn:uuid:1"])
    one, two = opened(document).proofs
    assert two.previous == ("urn:uuid:1",)
    assert one.holds(signer().key, NONE)
    assert two.holds(another_signer().key, NONE)

    other = add_proof(
        credential(), signer(), created=datetime(2020, 1, 1, tzinfo=UTC), cryptosuite=suite, id="urn:uuid:1"
    )
    swapped = document | {"proof": [other["proof"], document["proof"][1]]}
    assert opened(swapped).proofs[0].holds(signer().key, NONE)
    assert not opened(swapped).proofs[1].holds(another_signer().key, NONE)
    assert "not there" in refused(document | {"proof": [document["proof"][1]]})


def test_a_link_added_to_a_proof_breaks_it() -> None:
    document = add_proof(signed(id="urn:uuid:1"), another_signer(), created=SIGNED_AT)
    second = document["proof"][1] | {"previousProof": "urn:uuid:1"}
    assert not opened(document | {"proof": [document["proof"][0], second]}).proofs[1].holds(another_signer().key, NONE)


def test_proofs_that_build_on_each_other_in_a_circle_are_refused() -> None:
    proof = signed()["proof"]
    one = proof | {"id": "urn:uuid:1", "previousProof": "urn:uuid:2"}
    two = proof | {"id": "urn:uuid:2", "previousProof": "urn:uuid:1"}
    assert "circle" in refused(credential(proof=[one, two]))
    assert "circle" in refused(credential(proof=proof | {"id": "urn:uuid:1", "previousProof": "urn:uuid:1"}))


def test_two_proofs_cannot_have_one_identifier() -> None:
    proof = signed()["proof"] | {"id": "urn:uuid:1"}
    assert "URL of its own" in refused(credential(proof=[proof, proof]))


# the context that a jcs proof names


def test_a_context_added_after_signing_is_not_part_of_what_was_said() -> None:
    document = signed()
    document["@context"] = [*document["@context"], {"licence": "https://evil.example/licence"}]
    secured = opened(document)
    assert secured.proofs[0].holds(signer().key, NONE)
    assert secured.document == credential()


@pytest.mark.parametrize(
    "context",
    [
        ["https://www.w3.org/ns/credentials/v2"],
        ["https://www.w3.org/ns/credentials/examples/v2", "https://www.w3.org/ns/credentials/v2"],
        [],
        "https://www.w3.org/ns/credentials/v2",
        None,
    ],
)
def test_a_context_taken_away_or_moved_after_signing_is_refused(context: Any) -> None:
    assert "@context of the proof" in refused(signed() | {"@context": context})


def test_proofs_that_sign_different_contexts_are_refused() -> None:
    document = signed()
    longer = document | {"@context": [*document["@context"], {"a": "https://a.example/"}]}
    assert "do not agree" in refused(add_proof(longer, another_signer(), created=SIGNED_AT))


def test_a_jcs_proof_without_a_context_of_its_own_holds_as_the_drafts_had_it() -> None:
    document = credential()
    options = {key: value for key, value in signed()["proof"].items() if key not in ("proofValue", "@context")}
    for signed_options in (options, options | {"@context": document["@context"]}):
        data = hashed(document, signed_options, SUITES["eddsa-jcs-2022"], Algorithm.ED25519, NONE)
        proof = options | {"proofValue": "z" + base58(signer().sign(data))}
        assert opened(document | {"proof": proof}).proofs[0].holds(signer().key, NONE)
        altered = document | {"@context": document["@context"][:1], "proof": proof}
        assert not opened(altered).proofs[0].holds(signer().key, NONE)


def test_a_document_that_is_no_credential_can_be_signed_too() -> None:
    document = add_proof({"name": "a list", "of": [1, 2.5]}, signer(), created=SIGNED_AT)
    assert "@context" not in document["proof"]
    assert opened(document).proofs[0].holds(signer().key, NONE)
