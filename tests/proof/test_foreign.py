"""Credentials of other issuers enter the register as rows of a file; only what is verified becomes a licence."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from proof.licences import CATALOG, DID, EDWARDS, NOW, Key, credential
from proof.programme import TODAY, Programme, recognised
from tenring.exceptions import MalformedError, ProofError, RegisterError
from tenring.model.licence import Status
from tenring.proof.answers import Check, Finding, Outcome, Verification, validity_of
from tenring.proof.credential.content import read_content
from tenring.proof.did.document import read_document
from tenring.proof.foreign import FEW, Credentials, credentials_in, opened, verifying
from tenring.proof.issue import sign
from tenring.proof.keys.public import PublicKey
from tenring.proof.material import Documents
from tenring.proof.securing import open_secured
from tenring.register.build import BuildResult, build
from tenring.settings import Settings
from trust_world import AT

FOLDER = CATALOG / "registers" / "int" / "untp-credentials"
SAMPLES = CATALOG / "samples" / "credentials"
SAMPLE = SAMPLES / "untp_credentials_2026_06_30_sample.ndjson"
REGISTER = "wood-panels-credentials"


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue with the example register in its place."""
    catalog = tmp_path_factory.mktemp("world") / "catalog"
    catalog.mkdir()
    for name in ("categories", "programmes", "properties.yml"):
        (catalog / name).symlink_to(CATALOG / name)
    folder = catalog / "registers" / "us" / REGISTER
    folder.mkdir(parents=True)
    for name in ("register.yml", "adapter.py"):
        shutil.copy(FOLDER / f"{name}.example", folder / name)
    return catalog


def keys() -> dict[str, PublicKey]:
    """The keys of the sample issuer's document, and of the issuer of these tests."""
    document = read_document((SAMPLES / "did.json").read_bytes(), DID)
    own = EDWARDS()
    return {name: document.method(name).key for name in document.methods} | {
        own.verification_method: own.key,
        f"{own.verification_method}-jwk": own.key,
    }


def verify(raw: bytes, on: date) -> Verification:
    """A small verifier for these tests: the signature by a known key, and the last day."""
    try:
        secured = open_secured(raw)
    except ProofError as error:
        return answered(on, Finding(Check.WELL_FORMED, Outcome.FAILED, str(error)))
    (proof,) = secured.proofs
    key = keys().get(proof.verification_method or "")
    if key is None:
        return answered(on, Finding(Check.KEY, Outcome.UNKNOWN, "the key is not known"))
    held = proof.holds(key, Documents({}))
    last = read_content(secured.document).last_day
    period = Outcome.FAILED if last is not None and last < on else Outcome.PASSED
    return answered(
        on, Finding(Check.SIGNATURE, held.outcome, held.reason), Finding(Check.PERIOD, period, "it is over")
    )


def answered(on: date, *findings: Finding) -> Verification:
    return Verification(validity_of(findings), on, findings)


def built(catalog: Path, home: Path, source: Path, *, verifier: bool = True, on: date | None = None) -> BuildResult:
    settings = Settings(home=home, catalog=catalog)
    if not verifier:
        return build(settings, source=source, on=on, index=lambda _: None, now=NOW)
    with verifying(verify, on or NOW.date()):
        return build(settings, source=source, on=on, index=lambda _: None, now=NOW)


def rows(result: BuildResult, query: str) -> list[tuple[Any, ...]]:
    with result.snapshot.connect() as db:
        rejected = result.snapshot.table("rejected")
        db.execute(f"CREATE VIEW rejected AS SELECT * FROM read_parquet('{rejected}')")
        return db.execute(query).fetchall()


def reasons(result: BuildResult) -> dict[int, str]:
    return dict(rows(result, 'SELECT "row", reason FROM rejected ORDER BY "row"'))


def file_of(folder: Path, *credentials: bytes | str | dict[str, Any]) -> Path:
    """NDJSON of credentials as an issuer would send it."""
    folder.mkdir(exist_ok=True)
    texts = [json.dumps(one) if isinstance(one, dict) else one for one in credentials]
    path = folder / "untp_credentials_2026_06_30.ndjson"
    path.write_text("".join(f"{one if isinstance(one, str) else one.decode()}\n" for one in texts), encoding="utf-8")
    return path


def signed(key: Key = EDWARDS, **changes: Any) -> str:
    return sign(credential(**changes), key(), created=NOW).token


# the samples


def test_the_samples_are_what_their_maker_makes(tmp_path: Path) -> None:
    maker = CATALOG / "samples" / "make_credentials.py"
    subprocess.run([sys.executable, "-B", maker, tmp_path], check=True)  # noqa: S603 - our own script
    made = {path.name: path.read_bytes() for path in (tmp_path / "credentials").iterdir()}
    assert made == {path.name: path.read_bytes() for path in SAMPLES.iterdir()}


def test_of_the_samples_the_verified_become_licences_and_the_others_say_why_not(catalog: Path, tmp_path: Path) -> None:
    result = built(catalog, tmp_path, SAMPLES)
    numbers = [number for (number,) in rows(result, "SELECT number FROM licences ORDER BY number")]
    assert numbers == ["SAMPLE-0101", "SAMPLE-0102", "SAMPLE-0103"]
    told = reasons(result)
    assert list(told) == [4, 5]
    assert told[4].startswith("it is not verified as valid (invalid): ")
    assert "nobody signed it" in told[5]


def test_a_licence_has_what_the_credential_says(catalog: Path, tmp_path: Path) -> None:
    result = built(catalog, tmp_path, SAMPLES)
    about = "register, programme, number, holder, brand, category, valid_from, valid_until"
    (row,) = rows(result, f"SELECT {about} FROM licences WHERE number = 'SAMPLE-0101'")
    assert row == (
        REGISTER,
        "tsca-title-vi",
        "SAMPLE-0101",
        "Hexlowe Boards (sample)",
        "Hexlowe",
        "wood-panels",
        date(2026, 6, 1),
        date(2029, 5, 31),
    )
    products = "SELECT model, gtin FROM models JOIN gtins USING (licence_id) ORDER BY model LIMIT 1"
    assert rows(result, products) == [("HX-MDF12", "02000000000428")]


def test_read_again_on_a_later_day_a_credential_that_is_gone_is_delisted(catalog: Path, tmp_path: Path) -> None:
    built(catalog, tmp_path / "home", SAMPLES)
    later = tmp_path / "later"
    later.mkdir()
    first, second = SAMPLE.read_text().splitlines()[:2]
    (later / "untp_credentials_2026_10_31.ndjson").write_text(f"{first}\n{second}\n")
    result = built(catalog, tmp_path / "home", later)
    on_a_day = "(from_date IS NULL OR from_date <= $day) AND (until_date IS NULL OR until_date > $day)"
    history = f"SELECT number, status FROM statuses JOIN licences USING (licence_id) WHERE {on_a_day} ORDER BY number"
    day = "DATE '2026-11-01'"
    assert rows(result, history.replace("$day", day)) == [
        ("SAMPLE-0101", "active"),
        ("SAMPLE-0102", "active"),
        ("SAMPLE-0103", "delisted"),
    ]


# what is no licence


def test_without_a_verifier_nothing_becomes_a_licence(catalog: Path, tmp_path: Path) -> None:
    file_of(tmp_path / "in", signed())
    result = built(catalog, tmp_path / "home", tmp_path / "in", verifier=False)
    assert rows(result, "SELECT count(*) FROM licences") == [(0,)]
    assert reasons(result) == {1: "it was not verified: no verifier is set up here"}


def changed(**subject: Any) -> str:
    document = credential()
    document["credentialSubject"] |= subject
    return sign(document, EDWARDS(), created=NOW).token


def without_products() -> str:
    document = credential()
    for one in document["credentialSubject"]["conformityAssessment"]:
        one["assessedProduct"] = [{"product": {"type": ["Facility"], "id": "https://f.example/1", "name": "Works"}}]
    return sign(document, EDWARDS(), created=NOW).token


def of_one_piece() -> str:
    document = credential()
    for one in document["credentialSubject"]["conformityAssessment"]:
        one["assessedProduct"] = [
            {"product": {"type": ["Product"], "id": "https://id.gs1.org/01/02000000000428/21/7", "name": "Board"}}
        ]
    return sign(document, EDWARDS(), created=NOW).token


def not_conformant() -> str:
    document = credential()
    document["credentialSubject"]["profileScore"] = {"code": "silver"}
    document["credentialSubject"]["conformityAssessment"][0]["conformance"] = False
    return sign(document, EDWARDS(), created=NOW).token


def altered() -> str:
    header, payload, signature = signed().split(".")
    return f"{header}.{payload[:-4]}AAAA.{signature}"


def of_two_categories() -> str:
    document = json.loads(json.dumps(credential()))
    for one in document["credentialSubject"]["conformityAssessment"]:
        one["assessedProduct"][1]["product"]["productCategory"][0]["code"] = "chairs"
    return sign(document, EDWARDS(), created=NOW).token


NO_LICENCES = {
    "another scheme": (lambda: changed(referenceScheme={"id": "https://other.example"}), "not that of this register"),
    "a scheme that only ends alike": (
        lambda: changed(referenceScheme={"id": "https://evil.example/urn:tenring:programme/tsca-title-vi"}),
        "not that of this register",
    ),
    "no products": (without_products, "names no product model|neither a model number"),
    "a single piece of a GTIN": (of_one_piece, "names no product model"),
    "broken criteria": (not_conformant, "does not state that its product conforms"),
    "an unknown key": (lambda: signed(Key(3)), "the key is not known"),
    "an altered token": (altered, "."),
    "over": (lambda: signed(validity={"from": "2023-06-01", "until": "2024-05-31"}, judged_on="2024-06-01"), "is over"),
    "a category of another programme": (lambda: signed_in("particleboard"), "the category is not known"),
    "products of two categories": (of_two_categories, "several categories"),
    "not a credential": (lambda: '{"type": ["Credential"]}', "."),
    "a presentation": (lambda: '{"type": ["VerifiablePresentation"], "@context": []}', "."),
    "a number": (lambda: "42", "."),
    "deep nesting": (lambda: '{"a":' * 100 + "1" + "}" * 100, "nests deeper"),
    "duplicate keys": (lambda: '{"type": ["VerifiableCredential"], "type": ["DigitalConformityCredential"]}', "twice"),
    "an unsafe number": (lambda: '{"type": ["DigitalConformityCredential"], "n": 9007199254740993}', "too large"),
    "half a character": (lambda: '{"type": ["DigitalConformityCredential"], "n": "\\ud800"}', "half a character"),
}


def signed_in(category: str) -> str:
    document = credential()
    for one in document["credentialSubject"]["conformityAssessment"]:
        for product in one["assessedProduct"]:
            product["product"]["productCategory"][0]["code"] = category
    return sign(document, EDWARDS(), created=NOW).token


@pytest.mark.parametrize("name", NO_LICENCES)
def test_this_is_a_rejected_row_with_its_reason(catalog: Path, tmp_path: Path, name: str) -> None:
    make, said = NO_LICENCES[name]
    file_of(tmp_path / "in", make(), signed(number="SAMPLE-GOOD"))
    result = built(catalog, tmp_path / "home", tmp_path / "in")
    assert rows(result, "SELECT number FROM licences") == [("SAMPLE-GOOD",)]
    told = reasons(result)
    assert list(told) == [1]
    assert re.search(said, told[1])


def test_two_credentials_of_one_licence_that_differ_are_not_both_published(catalog: Path, tmp_path: Path) -> None:
    other = signed(products=[{"name": "Another board", "model": "HX-OTHER"}])
    file_of(tmp_path / "in", signed(), other)
    result = built(catalog, tmp_path / "home", tmp_path / "in")
    assert rows(result, "SELECT count(*) FROM licences") == [(1,)]
    assert "the same key" in reasons(result)[2]


def test_the_day_of_the_file_is_the_day_asked(catalog: Path, tmp_path: Path) -> None:
    asked: list[date] = []

    def noted(raw: bytes, on: date) -> Verification:
        asked.append(on)
        return verify(raw, on)

    file_of(tmp_path / "in", signed())
    shutil.copy(tmp_path / "in" / "untp_credentials_2026_06_30.ndjson", tmp_path / "in" / "untp_credentials.ndjson")
    (tmp_path / "in" / "untp_credentials_2026_06_30.ndjson").write_text(f"{signed(number='SAMPLE-2')}\n")
    settings = Settings(home=tmp_path / "home", catalog=catalog)
    with verifying(noted, date(2026, 11, 1)):
        build(settings, source=tmp_path / "in", on=date(2026, 11, 1), index=lambda _: None, now=NOW)
    assert sorted(asked) == [date(2026, 6, 30), date(2026, 11, 1)]


# reading


def test_the_official_samples_of_both_versions_can_be_read(data: Path) -> None:
    folders = ("v0.7.0/samples", "v0.7.0/samples-served", "v0.6.1/data-models/untp-dcc/artefacts")
    paths = [path for folder in folders for path in (data / "untp" / folder).rglob("*redential*instance.json")]
    paths += [data / "untp" / "v0.6.1" / "data-models" / "untp-dcc" / "artefacts" / "untp-dcc-instance.json"]
    read = {}
    for path in paths:
        if "dcc" not in path.as_posix():
            continue
        document, why = opened(path.read_bytes())
        assert why == "it carries no proof: nobody signed it"
        content = read_content(document)
        read[path.name] = content
        assert content.issuer is not None
        assert content.issuer.startswith("did:web:")
        assert content.number
        assert content.scheme
        assert content.granted
        assert content.first_day is not None
    assert {one.version for one in read.values()} == {"0.7.0", "0.6.1", "0.6.0"}
    assert read["untp-dcc-instance.json"].gtins == ()  # a single piece: nothing is said of others
    assert read["untp-dcc-instance.json"].products[0].gtin == "09520123456788"


def test_the_other_samples_of_untp_are_no_conformity_credentials(data: Path) -> None:
    for kind in ("dpp", "dfr", "dte", "dia"):
        for path in (data / "untp" / "v0.7.0" / "samples" / kind).glob("*.json"):
            with pytest.raises(MalformedError):
                opened(path.read_bytes())


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("one.jwt", "a.b.c\n", 1),
        ("one.json", '{"a": 1}', 1),
        ("quoted.json", '"a.b.c"', 1),
        ("list.json", '[{"a": 1}, "a.b.c"]', 2),
        ("lines.ndjson", '{"a": 1}\n\n"a.b.c"\na.b.c\n', 3),
        ("broken.json", "[{", 1),
    ],
)
def test_a_file_is_one_credential_a_list_or_lines(tmp_path: Path, name: str, text: str, count: int) -> None:
    (tmp_path / name).write_text(text)
    found = list(credentials_in(tmp_path / name))
    assert len(found) == count
    assert all(raw in {b"a.b.c", b'{"a": 1}', b"[{"} for _, raw in found)


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="No such file"):
        list(credentials_in(tmp_path / "none.json"))


@pytest.mark.parametrize(
    ("moments", "days"),
    [
        (("2026-01-01T00:00:00Z", "2026-12-31T23:59:59Z"), (date(2026, 1, 1), date(2026, 12, 31))),
        (("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"), (date(2026, 1, 1), date(2026, 12, 31))),
        (("2026-01-01T12:00:00Z", "2026-12-31T12:00:00Z"), (date(2026, 1, 2), date(2026, 12, 30))),
        (("2026-01-01T00:00:00+08:00", "2026-12-31T23:59:59+08:00"), (date(2026, 1, 1), date(2026, 12, 31))),
        (("2026-01-01", "tomorrow"), (None, None)),
        (("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"), (date.max, date.min)),
    ],
)
def test_only_whole_days_of_validity_count(moments: tuple[str, str], days: tuple[date | None, date | None]) -> None:
    document = credential() | {"validFrom": moments[0], "validUntil": moments[1]}
    content = read_content(document)
    assert (content.first_day, content.last_day) == days


# by the verifier itself


def through(catalog: Path, folder: Path, programme: Programme) -> tuple[list[str], dict[int, str]]:
    """The register made of a programme's certificate in both forms: numbers of licences, reasons of rejected rows."""
    file_of(folder / "in", programme.token, programme.archive)
    settings = Settings(home=folder / "home", catalog=catalog)
    with verifying(lambda raw, on: programme.ask(raw, on=on), TODAY):
        result = build(settings, source=folder / "in", index=lambda _: None, now=NOW)
    return [number for (number,) in rows(result, "SELECT number FROM licences")], reasons(result)


def test_a_certificate_in_order_of_a_recognised_programme_is_a_licence(catalog: Path, tmp_path: Path) -> None:
    assert through(catalog, tmp_path, Programme(tmp_path)) == (["SAMPLE-0042"], {})


def read(catalog: Path, folder: Path, programme: Programme, day: str, raw: bytes) -> BuildResult:
    """The register after a reading of that day, in a home that remembers the readings before."""
    source = folder / day
    source.mkdir()
    (source / f"untp_credentials_{day}.ndjson").write_bytes(raw + b"\n")
    with verifying(lambda raw, on: programme.ask(raw, on=on), TODAY):
        return build(Settings(home=folder / "home", catalog=catalog), source=source, index=lambda _: None, now=NOW)


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.WITHDRAWN])
def test_a_certificate_that_its_issuer_ended_is_a_licence_of_that_status(
    catalog: Path, tmp_path: Path, status: Status
) -> None:
    programme = Programme(tmp_path)
    programme.becomes(status, AT - timedelta(days=400))
    result = read(catalog, tmp_path, programme, "2026_06_30", programme.archive)
    found = rows(result, "SELECT status, from_date, reason IS NOT NULL FROM statuses ORDER BY from_date")
    around = {Status.NOT_BEGUN, Status.EXPIRED}
    assert {(one, told) for one, _, told in found if one not in around} == {(status.value, True)}
    assert reasons(result) == {}


def test_what_was_bought_before_a_reading_found_it_suspended_was_bought_while_it_held(
    catalog: Path, tmp_path: Path
) -> None:
    programme = Programme(tmp_path)
    read(catalog, tmp_path, programme, "2026_11_20", programme.archive)
    programme.becomes(Status.SUSPENDED)
    result = read(catalog, tmp_path, programme, "2026_11_28", programme.archive)
    found = rows(result, "SELECT status, from_date FROM statuses ORDER BY from_date NULLS FIRST")
    assert [one for one, _ in found][1:3] == ["active", "suspended"]
    assert found[2][1] == date(2026, 11, 28)


def test_the_same_file_is_verified_again_by_every_later_build(catalog: Path, tmp_path: Path) -> None:
    programme = Programme(tmp_path)
    raw = programme.archive
    day = f"{TODAY:%Y_%m_%d}"
    assert reasons(read(catalog, tmp_path, programme, day, raw)) == {}
    programme.becomes(Status.SUSPENDED)
    (tmp_path / day).rename(tmp_path / "before")
    found = rows(read(catalog, tmp_path, programme, day, raw), "SELECT status FROM statuses")
    assert ("suspended",) in found


def test_an_ended_certificate_whose_signature_does_not_hold_is_still_rejected(catalog: Path, tmp_path: Path) -> None:
    programme = Programme(tmp_path)
    programme.becomes(Status.SUSPENDED, AT - timedelta(days=400))
    forged = programme.archive.replace(b"SAMPLE-0042", b"SAMPLE-0043")
    assert forged != programme.archive
    file_of(tmp_path / "in", forged)
    settings = Settings(home=tmp_path / "home", catalog=catalog)
    with verifying(lambda raw, on: programme.ask(raw, on=on), TODAY):
        result = build(settings, source=tmp_path / "in", index=lambda _: None, now=NOW)
    assert "invalid" in reasons(result)[1]


def test_a_certificate_of_a_programme_that_is_recognised_for_something_else_is_none(
    catalog: Path, tmp_path: Path
) -> None:
    programme = Programme(tmp_path)
    programme.world.root_list(recognised(categories=frozenset({"chairs"})))
    numbers, told = through(catalog, tmp_path, programme)
    assert (numbers, list(told)) == ([], [1, 2])


def test_a_certificate_whose_status_list_is_missing_is_none(catalog: Path, tmp_path: Path) -> None:
    programme = Programme(tmp_path)
    for address in [one for one in programme.world.documents if one.startswith("https://label.example/status")]:
        del programme.world.documents[address]
    numbers, told = through(catalog, tmp_path, programme)
    assert (numbers, "indeterminate" in told[1]) == ([], True)


# many at once


def the_same_whoever_reads(folder: Path, catalog: Path, workers: int) -> list[tuple[Any, ...]]:
    reader = Credentials(catalog / "registers" / "us" / REGISTER / "register.yml")
    with verifying(verify, NOW.date(), workers=workers):
        found = reader.rows(folder / "untp_credentials_2026_06_30.ndjson", None)  # type: ignore[arg-type]  # not used
        return [(row.number, dict(row.cells), row.unreadable) for row in found]


def test_workers_read_what_one_process_reads(catalog: Path, tmp_path: Path) -> None:
    good, bad = signed(), altered()
    file_of(tmp_path, *(bad if number % 100 == 0 else good for number in range(FEW * 2 + 7)))
    alone, together = (the_same_whoever_reads(tmp_path, catalog, workers) for workers in (1, 2))
    assert alone == together
    assert len(alone) == FEW * 2 + 7
    assert sum(why is not None for *_, why in alone) == 11


def test_a_file_of_nothing_but_rejected_rows_is_a_reading_of_nothing(catalog: Path, tmp_path: Path) -> None:
    file_of(tmp_path / "in", "42", '{"type": "x"}')
    result = built(catalog, tmp_path / "home", tmp_path / "in")
    assert rows(result, "SELECT count(*) FROM licences") == [(0,)]
    assert list(reasons(result)) == [1, 2]


def test_of_a_rejected_credential_no_more_than_a_beginning_is_kept(catalog: Path, tmp_path: Path) -> None:
    file_of(tmp_path / "in", "x" * 100_000)
    result = built(catalog, tmp_path / "home", tmp_path / "in")
    ((raw,),) = rows(result, "SELECT raw FROM rejected")
    assert len(json.loads(raw)["credential"]) == 2_000
