"""Attacks on issuing and on the door for foreign credentials; each row of the table is a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proof.licences import BROKEN, CURVE, DID, EDWARDS, MET, NOT_SHOWN, NOW, Key, content, credential, library, licence
from tenring.exceptions import IssueError, ProofError, TenringError, UnusableInputError
from tenring.proof.credential.check import require_conformant
from tenring.proof.credential.granted import licence_of, read_licence, read_line
from tenring.proof.issue import issue, sign
from tenring.proof.strict import LIMITS


def nothing_issued(folder: Path, document: dict[str, Any], said: str) -> None:
    with pytest.raises(IssueError, match=said):
        issue(document, EDWARDS(), number="1", out=folder / "out", created=NOW)
    assert not (folder / "out").exists()


# a credential that says more than was found


def test_a_licence_whose_product_breaks_a_limit_is_not_issued() -> None:
    with pytest.raises(IssueError, match="b2-limits: not met"):
        credential(given=BROKEN)


def test_a_licence_without_evidence_is_not_issued() -> None:
    with pytest.raises(IssueError, match="b2-limits: not shown"):
        credential(given=NOT_SHOWN)


def test_a_value_by_another_method_than_the_clause_accepts_is_no_evidence() -> None:
    given = MET | {"formaldehyde_emission": {**MET["formaldehyde_emission"], "method": "EN 717-1"}}
    with pytest.raises(IssueError, match="b2-limits: not shown"):
        credential(given=given)


def test_a_value_that_nobody_tested_is_no_evidence() -> None:
    given = MET | {"formaldehyde_emission": {**MET["formaldehyde_emission"], "shown_by": [{"kind": "declaration"}]}}
    with pytest.raises(IssueError, match="b2-limits: not shown"):
        credential(given=given)


def test_two_values_of_which_one_breaks_the_limit_do_not_pass() -> None:
    good = MET["formaldehyde_emission"]
    with pytest.raises(IssueError, match="b2-limits"):
        credential(given=MET | {"formaldehyde_emission": [good, {**good, "value": "0.5"}]})


def test_an_easier_revision_that_is_out_of_force_is_not_taken() -> None:
    with pytest.raises(IssueError, match="in force"):
        credential(judged_on="2009-01-01")


def test_a_category_that_the_criteria_are_not_for_is_not_taken() -> None:
    with pytest.raises(IssueError, match="are not for chairs"):
        credential(category="chairs")


def test_a_basis_without_a_reason_is_none() -> None:
    with pytest.raises(UnusableInputError, match=r"basis\.why"):
        licence(basis={"kind": "other"})


def test_an_unmet_licence_on_another_basis_never_has_the_outcome_met() -> None:
    subject = credential(given=BROKEN, basis={"kind": "other", "why": "because"})["credentialSubject"]
    assert subject["profileScore"]["code"] == "granted-on-another-basis"
    assert "Granted on another basis" in subject["description"]
    assert True not in [one.get("conformance") for one in subject["conformityAssessment"] if "b2" in one["id"]]


def test_conformance_cannot_be_left_out_in_silence(tmp_path: Path) -> None:
    document = credential()
    del document["credentialSubject"]["conformityAssessment"][0]["conformance"]
    nothing_issued(tmp_path, document, "neither whether it conforms nor why")


@pytest.mark.parametrize("value", ["true", 1, [True], None])
def test_conformance_is_true_or_false_and_nothing_else(tmp_path: Path, value: object) -> None:
    document = credential()
    document["credentialSubject"]["conformityAssessment"][0]["conformance"] = value
    nothing_issued(tmp_path, document, "conform")


# terms that the context would hide


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("conformance", "conformanse"),
        ("assessedProduct", "assesedProduct"),
        ("specifiedCondition", "specifiedConditions"),
    ],
)
def test_a_misspelt_term_is_refused_with_its_path_and_the_right_one(tmp_path: Path, right: str, wrong: str) -> None:
    document = credential()
    one = document["credentialSubject"]["conformityAssessment"][1]
    one[wrong] = one.pop(right, ["x"])
    nothing_issued(tmp_path, document, rf"conformityAssessment\[1\]\.{wrong}: .*did you mean {right}")


def test_a_foreign_context_cannot_give_terms_another_meaning(tmp_path: Path) -> None:
    document = credential()
    document["@context"] = [*document["@context"], {"conformance": "https://evil.example/nonconformance"}]
    nothing_issued(tmp_path, document, "@context")


def test_a_context_inside_a_part_is_refused(tmp_path: Path) -> None:
    document = credential()
    document["credentialSubject"]["conformityAssessment"][0]["@context"] = {"conformance": "urn:x"}
    nothing_issued(tmp_path, document, "@context")


def test_the_contexts_in_another_order_are_refused(tmp_path: Path) -> None:
    document = credential()
    document["@context"] = document["@context"][::-1]
    nothing_issued(tmp_path, document, "@context")


# numbers and texts that two readers read in two ways


@pytest.mark.parametrize("value", [2**53, -(2**53), 1e400, float("nan")])
def test_an_unsafe_number_is_never_signed(tmp_path: Path, value: float) -> None:
    document = credential()
    performance = document["credentialSubject"]["conformityAssessment"][0]["assessedPerformance"][0]
    performance["measure"] = {"value": value, "unit": "GP"}
    nothing_issued(tmp_path, document, "safe|finite|not JSON compliant")


def test_digits_that_json_cannot_hold_are_kept_as_text() -> None:
    given = MET | {"formaldehyde_emission": {**MET["formaldehyde_emission"], "value": "0.09000000000000001"}}
    (first, *_) = credential(given=given)["credentialSubject"]["conformityAssessment"][0]["assessedPerformance"]
    assert first["score"] == {"code": "0.09000000000000001 ppmv"}
    assert "measure" not in first


def test_half_a_character_is_never_signed(tmp_path: Path) -> None:
    document = credential()
    document["credentialSubject"]["issuedToParty"]["name"] = "Hexlowe \ud83d"
    nothing_issued(tmp_path, document, "surrogate")


def test_a_key_twice_in_a_line_is_refused() -> None:
    line = json.dumps(content())[:-1] + ', "number": "SAMPLE-OTHER"}'
    with pytest.raises(UnusableInputError, match="stands twice"):
        read_line(line.encode(), library().properties, where="line 1", folder=Path())


def test_a_key_twice_in_a_licence_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "licence.yml"
    path.write_text("number: A\nnumber: B\n")
    with pytest.raises(TenringError, match="there twice"):
        read_licence(path, library().properties)


def test_a_status_index_that_two_readers_read_in_two_ways_is_refused() -> None:
    for index in ("007", "1e3", "+1", " 1", "1.0", 2**53, -1, 1.5, True):
        entry = {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "suspension",
            "statusListIndex": index,
            "statusListCredential": "https://label.example/status/1",
        }
        with pytest.raises(IssueError):
            require_conformant(credential() | {"credentialStatus": entry})


# size and depth


def test_a_licence_that_would_make_too_large_a_credential_is_refused(tmp_path: Path) -> None:
    products = [{"name": f"Board {number} {'x' * 900}", "model": f"HX-{number}"} for number in range(900)]
    nothing_issued(tmp_path, credential(products=products), "larger than")


def test_a_line_beyond_all_bounds_is_refused_before_it_is_read() -> None:
    with pytest.raises(UnusableInputError, match="larger than"):
        read_line(b"[" * (LIMITS.bytes + 1), library().properties, where="line 1", folder=Path())


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(UnusableInputError, match="nests deeper"):
        read_line(b'{"number":' + b"[" * 200 + b"]" * 200 + b"}", library().properties, where="line 1", folder=Path())


def test_a_yaml_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "licence.yml"
    path.write_text("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")
    with pytest.raises(TenringError, match="alias"):
        read_licence(path, library().properties)


# keys and files


@pytest.mark.parametrize(
    "did", ["did:web:other.example", "did:web:label.example:sub", "did:web:label.example.evil.example"]
)
def test_a_key_of_another_did_does_not_sign_for_the_issuer(did: str) -> None:
    with pytest.raises(ProofError, match="is not one of the issuer"):
        sign(credential(), Key(9, did=did)(), created=NOW)


def test_no_archive_is_made_with_a_kind_of_key_that_cannot_sign_it() -> None:
    with pytest.raises(ProofError):
        sign(credential(), EDWARDS(), created=NOW, archive=CURVE())


def test_a_number_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    issue(credential(number="../../x"), EDWARDS(), number="../../x", out=tmp_path / "a" / "out", created=NOW)
    assert {path.parent for path in tmp_path.rglob("*.jwt")} == {tmp_path / "a" / "out"}


def test_a_number_cannot_put_on_another_identifier() -> None:
    found = credential(number="1#c-x/../../other?q")["credentialSubject"]["id"]
    assert found == "urn:tenring:licence/tsca-title-vi/1%23c-x%2F..%2F..%2Fother%3Fq"


def test_a_product_file_cannot_be_taken_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "product.yml").write_text("given: {}\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.yml").symlink_to(tmp_path / "product.yml")
    for name in ("../product.yml", str(tmp_path / "product.yml"), "link.yml", "/etc/passwd"):
        with pytest.raises(UnusableInputError, match="is not there"):
            licence_of(content(given=None, product_file=name), library().properties, where="licence.yml", folder=inside)


def test_a_licence_file_cannot_change_who_signs() -> None:
    document = credential(issuer={"id": "did:web:other.example", "name": "Other"})
    assert document["issuer"]["id"] == DID
