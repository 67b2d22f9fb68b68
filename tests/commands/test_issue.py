"""`tenring issue` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from proof.licences import BROKEN, CATALOG, DID, content
from tenring.__main__ import tenring
from tenring.commands.output import Exit
from tenring.proof.securing import open_secured

EXAMPLES = CATALOG.parent / "docs" / "examples"
PASSPHRASE = "a passphrase of the tests"  # noqa: S105 - opens keys of the tests only


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    for name, options in (("issuing-1", ()), ("issuing-2", ("--algorithm", "P-256"))):
        made = run(home, "keys", "new", name, "--did", DID, *options)
        assert made.exit_code == Exit.DONE, made.output
    assert run(home, "keys", "new", "status-1", "--purpose", "status", "--did", DID).exit_code == Exit.DONE
    assert run(home, "register", "build", "--only", "energy-star").exit_code == Exit.DONE
    return home


def run(home: Path, *arguments: str | Path) -> Result:
    environment = {
        "TENRING_HOME": str(home), "TENRING_PASSPHRASE": PASSPHRASE, "TENRING_THREADS": "1",
        "TENRING_DATA": "",  # the register is that of the samples, whatever real data are at hand
    }  # fmt: skip
    return CliRunner().invoke(tenring, [str(one) for one in arguments], env=environment)


def issue(home: Path, out: Path, *arguments: str | Path) -> Result:
    return run(home, "issue", *arguments, "--out", out)


def document(path: Path) -> dict[str, Any]:
    return open_secured(path.read_bytes()).document


def test_the_example_of_the_documentation_is_issued(home: Path, tmp_path: Path) -> None:
    result = issue(home, tmp_path, EXAMPLES / "licence.yml", "--key", "issuing-1", "--issuer", EXAMPLES / "issuer.yml")
    assert result.exit_code == Exit.DONE, result.output
    assert "The licence SAMPLE-0042 is issued" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["SAMPLE-0042.json", "SAMPLE-0042.jwt"]
    found = document(tmp_path / "SAMPLE-0042.jwt")
    assert found == document(tmp_path / "SAMPLE-0042.json")
    assert found["issuer"]["id"] == DID
    assert found["credentialSubject"]["authorisation"][0]["name"] == "Recognised for wood-based panels"
    assert [one["statusPurpose"] for one in found["credentialStatus"]] == ["revocation", "suspension"]


def test_issued_again_it_keeps_its_places_in_the_status_lists(home: Path, tmp_path: Path) -> None:
    about = (EXAMPLES / "licence.yml", "--key", "issuing-1", "--issuer", EXAMPLES / "issuer.yml")
    places = []
    for folder in ("a", "b"):
        assert issue(home, tmp_path / folder, *about).exit_code == Exit.DONE
        places.append(document(tmp_path / folder / "SAMPLE-0042.jwt")["credentialStatus"])
    assert places[0] == places[1]


def test_for_untp_the_status_has_an_integer(home: Path, tmp_path: Path) -> None:
    about = (EXAMPLES / "licence.yml", "--key", "issuing-2", "--archive-key", "issuing-1")
    options = ("--issuer", EXAMPLES / "issuer.yml", "--status-index", "integer", "--json")
    result = issue(home, tmp_path, *about, *options)
    assert result.exit_code == Exit.DONE, result.output
    assert json.loads(result.output)["number"] == "SAMPLE-0042"
    assert isinstance(document(tmp_path / "SAMPLE-0042.jwt")["credentialStatus"]["statusListIndex"], int)


def test_without_status_it_can_be_issued_only_on_purpose(home: Path, tmp_path: Path) -> None:
    about = (EXAMPLES / "licence.yml", "--key", "issuing-1")
    refused = issue(home, tmp_path / "out", *about)
    assert (refused.exit_code, "where the status lists are published" in refused.output) == (Exit.UNUSABLE, True)
    assert not (tmp_path / "out").exists()
    assert issue(home, tmp_path / "out", *about, "--no-status").exit_code == Exit.DONE
    assert "credentialStatus" not in document(tmp_path / "out" / "SAMPLE-0042.jwt")


def test_a_licence_that_is_not_met_is_refused_and_nothing_is_written(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "licence.yml"
    path.write_text(yaml.safe_dump(content(given=BROKEN)))
    result = issue(home, tmp_path / "out", path, "--key", "issuing-1", "--no-status")
    assert result.exit_code == Exit.UNUSABLE
    assert "b2-limits: not met" in result.output
    assert not (tmp_path / "out").exists()


def test_of_many_the_bad_ones_are_reported_in_a_file_and_the_good_ones_go_through(home: Path, tmp_path: Path) -> None:
    source = tmp_path / "licences.ndjson"
    lines = [content(number="SAMPLE-1"), content(number="SAMPLE-2", given=BROKEN), content(number="SAMPLE-3")]
    source.write_text("".join(f"{json.dumps(one)}\n" for one in lines))
    result = issue(home, tmp_path / "out", source, "--key", "issuing-1", "--issuer", EXAMPLES / "issuer.yml")
    assert result.exit_code == Exit.NEGATIVE, result.output
    assert "issued 2, not issued 1" in result.output
    (line,) = (tmp_path / "out" / "rejected.ndjson").read_text().splitlines()
    assert "line 2" in json.loads(line)["where"]
    assert "b2-limits: not met" in json.loads(line)["reason"]
    assert sorted(path.stem for path in (tmp_path / "out").glob("*.jwt")) == ["SAMPLE-1", "SAMPLE-3"]


def test_when_all_go_through_no_old_report_is_left(home: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "licences.ndjson", tmp_path / "out"
    out.mkdir()
    (out / "rejected.ndjson").write_text("{}\n")
    source.write_text(f"{json.dumps(content())}\n")
    result = issue(home, out, source, "--key", "issuing-1", "--no-status", "--json")
    assert (result.exit_code, json.loads(result.output)) == (Exit.DONE, {"issued": 1, "rejected": []})
    assert not (out / "rejected.ndjson").exists()


def test_a_licence_of_the_register_becomes_a_credential_that_says_it_rests_on_the_register(
    home: Path, tmp_path: Path
) -> None:
    about = ("--from-register", "energy-star", "--number", "SAMPLE-9000071", "--on", "2026-06-30")
    options = ("--key", "issuing-1", "--no-status", "--licence-file", tmp_path / "licence.yml")
    result = issue(home, tmp_path / "out", *about, *options)
    assert result.exit_code == Exit.DONE, result.output
    subject = document(tmp_path / "out" / "SAMPLE-9000071.jwt")["credentialSubject"]
    assert subject["profileScore"]["code"] == "granted-on-another-basis"
    assert "the programme's own register lists this licence as active" in subject["description"]
    assert subject["description"].startswith("SAMPLE")
    again = issue(home, tmp_path / "again", tmp_path / "licence.yml", "--key", "issuing-1", "--no-status")
    assert again.exit_code == Exit.DONE, again.output
    assert document(tmp_path / "again" / "SAMPLE-9000071.jwt")["credentialSubject"] == subject


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from-register", "energy-star"), "the number of the licence is missing"),
        (("--from-register", "energy-star", "--number", "SAMPLE-NONE"), "the register has no licence SAMPLE-NONE"),
        (("--from-register", "no-label", "--number", "1"), "the register has no licence 1 of no-label"),
        ((), "it is not clear what to issue"),
        ((EXAMPLES / "licence.yml", "--from-register", "energy-star"), "it is not clear what to issue"),
    ],
)
def test_what_cannot_be_issued_is_one_clear_error(
    home: Path, tmp_path: Path, arguments: tuple[str | Path, ...], said: str
) -> None:
    result = issue(home, tmp_path / "out", *arguments, "--key", "issuing-1", "--no-status")
    assert result.exit_code == Exit.UNUSABLE
    assert said in result.output


def test_a_key_that_signs_something_else_does_not_sign_licences(home: Path, tmp_path: Path) -> None:
    result = issue(home, tmp_path / "out", EXAMPLES / "licence.yml", "--key", "status-1", "--no-status")
    assert (result.exit_code, "not for issuing" in result.output) == (Exit.UNUSABLE, True)


def test_a_wrong_passphrase_is_one_clear_error(home: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("another passphrase\n")
    options = ("--key", "issuing-1", "--no-status", "--passphrase-file", tmp_path / "wrong")
    result = issue(home, tmp_path / "out", EXAMPLES / "licence.yml", *options)
    assert result.exit_code == Exit.UNUSABLE
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("file", ["licence", "issuer"])
def test_the_schema_of_its_files_accepts_the_examples(home: Path, file: str) -> None:
    import jsonschema_rs  # noqa: PLC0415 - only here

    result = run(home, "issue", "--schema", file)
    assert result.exit_code == Exit.DONE
    example = json.loads(json.dumps(yaml.safe_load((EXAMPLES / f"{file}.yml").read_text()), default=str))
    validator = jsonschema_rs.Draft202012Validator(json.loads(result.output))
    assert [error.message for error in validator.iter_errors(example)] == []
    assert not validator.is_valid(example | {"misspelt": "x"})


@pytest.mark.parametrize("many", [False, True])
def test_a_key_of_somebody_else_takes_no_place_in_the_status_lists(home: Path, tmp_path: Path, *, many: bool) -> None:
    about = {"id": "did:web:other.example", "status": "https://other.example/status"}
    (tmp_path / "issuer.yml").write_text(yaml.safe_dump(about))
    source = tmp_path / ("licences.ndjson" if many else "licence.yml")
    licence = content(number="SAMPLE-OTHER")
    source.write_text(json.dumps(licence) + "\n" if many else yaml.safe_dump(licence))
    result = issue(home, tmp_path / "out", source, "--key", "issuing-1", "--issuer", tmp_path / "issuer.yml")
    assert (result.exit_code, "is not one of the issuer" in result.output) == (Exit.UNUSABLE, True)
    assert run(home, "status", "show", "SAMPLE-OTHER").exit_code == Exit.UNUSABLE
    assert not (tmp_path / "out").exists()
