"""A credential leaves checked, signed both ways, in whole files, or not at all."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from proof.licences import CURVE, DID, EDWARDS, NOW, Key, credential, official
from tenring.exceptions import IssueError
from tenring.proof.issue import StatusIndex, file_name, issue, sign, status_entries, with_status, write_together
from tenring.proof.keys.signer import Signer
from tenring.proof.material import Documents
from tenring.proof.securing import open_secured
from tenring.proof.status import Place, Purpose

PLACES = (
    Place(Purpose.REVOCATION, "https://label.example/status/revocation-1", 7),
    Place(Purpose.SUSPENSION, "https://label.example/status/suspension-1", 90_000),
    Place(Purpose.MESSAGE, "https://label.example/status/message-1", 4),
)
NOTHING = Documents({})


def header(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
    return found


@pytest.mark.parametrize(("key", "algorithm"), [(EDWARDS, "EdDSA"), (CURVE, "ES256")], ids=["Ed25519", "P-256"])
def test_the_token_is_a_vc_jwt_of_exactly_the_credential(tmp_path: Path, key: Key, algorithm: str) -> None:
    document, signer = credential(), key()
    issued = issue(document, signer, number="SAMPLE-0042", out=tmp_path, created=NOW)
    raw = issued.token.read_bytes()
    assert header(raw.decode()) == {
        "alg": algorithm,
        "typ": "vc+jwt",
        "cty": "vc",
        "kid": f"{signer.verification_method}-jwk",
    }
    secured = open_secured(raw)
    assert secured.document == document
    assert [bool(proof.holds(signer.key, NOTHING)) for proof in secured.proofs] == [True]


def test_the_archive_has_an_embedded_proof_of_exactly_the_credential(tmp_path: Path) -> None:
    document, signer = credential(), EDWARDS()
    issued = issue(document, signer, number="SAMPLE-0042", out=tmp_path, created=NOW)
    assert issued.archive is not None
    secured = open_secured(issued.archive.read_bytes())
    (proof,) = secured.proofs
    assert secured.document == document
    assert (proof.name, proof.created, proof.purpose) == ("eddsa-jcs-2022", NOW, "assertionMethod")
    assert proof.verification_method == signer.verification_method
    assert proof.holds(signer.key, NOTHING)


def test_a_p256_key_makes_no_archive_by_itself(tmp_path: Path) -> None:
    issued = issue(credential(), CURVE(), number="1", out=tmp_path, created=NOW)
    assert issued.archive is None
    assert [path.name for path in tmp_path.iterdir()] == ["1.jwt"]


def test_another_key_of_the_issuer_can_sign_the_archive(tmp_path: Path) -> None:
    issued = issue(credential(), CURVE(), number="1", out=tmp_path, created=NOW, archive=EDWARDS())
    assert issued.archive is not None
    assert open_secured(issued.archive.read_bytes()).proofs[0].holds(EDWARDS().key, NOTHING)


def test_the_same_licence_is_signed_to_the_same_bytes() -> None:
    first, second = (sign(credential(), EDWARDS(), created=NOW) for _ in range(2))
    assert first == second


# status


def test_by_default_the_index_is_a_text_and_revocation_and_suspension_have_an_entry_each(data: Path) -> None:
    entries = status_entries(PLACES, StatusIndex.STRING)
    assert [(one["statusPurpose"], one["statusListIndex"]) for one in entries] == [
        ("revocation", "7"),
        ("suspension", "90000"),
    ]
    document = with_status(credential(), entries)
    assert document["credentialStatus"] == entries
    sign_and_check(document, data)


def test_for_untp_the_index_is_a_number_in_the_one_entry_that_its_schema_has_room_for(data: Path) -> None:
    import jsonschema_rs  # noqa: PLC0415 - here the schema alone decides, as UNTP's own suite does

    document = with_status(credential(), status_entries(PLACES, StatusIndex.INTEGER))
    assert document["credentialStatus"]["statusListIndex"] == 90_000
    assert document["credentialStatus"]["statusPurpose"] == "suspension"
    schema = json.loads((data / "untp" / "v0.7.0" / "schema" / "ConformityCredential.json").read_text())
    assert jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(document)
    sign_and_check(document, data)


def sign_and_check(document: dict[str, Any], data: Path) -> None:
    from tenring.proof.credential.check import require_conformant  # noqa: PLC0415 - next to its use

    require_conformant(document, official(data))
    assert sign(document, EDWARDS(), created=NOW).archive is not None


def test_without_status_the_credential_has_no_status() -> None:
    assert "credentialStatus" not in with_status(credential(), [])


# refusals


def test_a_key_of_somebody_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IssueError, match=r"is not one of the issuer did:web:label\.example"):
        issue(credential(), Key(9, did="did:web:other.example")(), number="1", out=tmp_path, created=NOW)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_key_of_somebody_else_is_refused(tmp_path: Path) -> None:
    other: Signer = Key(9, did=f"{DID}.evil.example")()
    with pytest.raises(IssueError, match="is not one of the issuer"):
        issue(credential(), EDWARDS(), number="1", out=tmp_path, created=NOW, archive=other)
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_conform_is_never_signed(tmp_path: Path) -> None:
    document = credential()
    document["credentialSubject"]["conformityAssessment"][0]["conformanse"] = True
    with pytest.raises(IssueError, match="did you mean conformance"):
        issue(document, EDWARDS(), number="1", out=tmp_path, created=NOW)
    assert list(tmp_path.iterdir()) == []


# files


@pytest.mark.parametrize(
    "number", ["../../etc/passwd", "..", ".hidden", "a/b", "a\\b", "CN 2026/0042", "c:d", "é" * 200, "%2E"]
)
def test_a_number_makes_a_file_name_inside_the_folder(tmp_path: Path, number: str) -> None:
    name = file_name(number)
    write_together(tmp_path, {f"{name}.jwt": b"token"})
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.jwt"]
    assert not name.startswith(".")


def test_other_numbers_make_other_names() -> None:
    numbers = ["a", "a/", "a%2F", ".a", "%2Ea", "a" * 200, "a" * 201]
    assert len({file_name(number) for number in numbers}) == len(numbers)


def test_either_all_files_are_written_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = os.replace, iter(range(9))

    def fails_at_the_second(source: Path, target: Path) -> None:
        if next(calls) == 1:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", fails_at_the_second)
    with pytest.raises(IssueError, match="No space left on device"):
        issue(credential(), EDWARDS(), number="1", out=tmp_path, created=NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(IssueError, match="cannot be written"):
        issue(credential(), EDWARDS(), number="1", out=tmp_path / "file" / "out", created=NOW)


def test_issued_again_a_licence_takes_the_place_of_its_files(tmp_path: Path) -> None:
    for _ in range(2):
        issue(credential(), EDWARDS(), number="1", out=tmp_path, created=NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.json", "1.jwt"]
