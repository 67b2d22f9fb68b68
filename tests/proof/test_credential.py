"""A conformity credential says of each clause what was found, never more; and it conforms to UNTP 0.7.0."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof.licences import (
    BROKEN,
    CATALOG,
    CRITERIA,
    DID,
    MET,
    NOT_SHOWN,
    content,
    credential,
    issuing,
    library,
    licence,
    official,
)
from tenring.exceptions import IssueError
from tenring.language import use
from tenring.proof.canonical import canonical
from tenring.proof.credential.build import (
    CONTEXTS,
    OTHER_BASIS,
    conformity_credential,
    licence_number,
)
from tenring.proof.credential.build import (
    MET as MET_CODE,
)
from tenring.proof.credential.check import problems_of, require_conformant
from tenring.proof.credential.content import read_content
from tenring.proof.credential.granted import Granted
from tenring.proof.credential.measured import json_number
from tenring.proof.credential.written import WrittenLicence
from tenring.proof.status import Place, Purpose, StatusBook
from tenring.proof.strict import JsonObject
from tenring.rulebook.cases import Case, load_cases
from tenring.rulebook.judge import Judged, judge
from tenring.rulebook.publish.untp import schemes
from tenring.rulebook.revision import Revision

BASIS = {"kind": "recognition", "why": "Another label that the programme recognises was held", "document": "Decision 7"}


def assessments(document: JsonObject) -> dict[str, JsonObject]:
    return {one["id"].rpartition("#c-")[2]: one for one in document["credentialSubject"]["conformityAssessment"]}


# what it says


def test_it_names_issuer_scheme_profile_holder_and_validity() -> None:
    document = credential()
    subject = document["credentialSubject"]
    assert document["@context"] == list(CONTEXTS)
    assert document["issuer"] == {
        "type": ["CredentialIssuer"],
        "id": DID,
        "name": "Example Label Office (sample)",
    }
    assert (document["validFrom"], document["validUntil"]) == ("2024-06-01T00:00:00Z", "2027-05-31T23:59:59Z")
    assert subject["id"] == "urn:tenring:licence/tsca-title-vi/SAMPLE-0042"
    assert licence_number(subject["id"]) == "SAMPLE-0042"
    assert subject["referenceScheme"]["id"] == "urn:tenring:programme/tsca-title-vi"
    assert subject["referenceProfile"]["id"] == f"urn:tenring:criteria/{CRITERIA}"
    assert subject["issuedToParty"]["name"] == "Hexlowe Boards (sample)"
    assert subject["description"].startswith("SAMPLE: an invented licence")


def test_there_is_one_assessment_for_each_clause_under_its_published_identifier() -> None:
    document = credential()
    published = dict(schemes(issuing().publication))["tsca-title-vi"]
    profiles: Any = published["includedProfile"]
    criteria = [one["id"] for profile in profiles for one in profile["criterion"]]
    found = document["credentialSubject"]["conformityAssessment"]
    assert [one["assessmentCriteria"][0]["id"] for one in found] == criteria


def test_a_clause_has_its_declared_value_with_the_unit_that_un_ece_has_for_it() -> None:
    one = assessments(credential())["b2-limits"]
    values = {value["metric"]["id"]: value for value in one["assessedPerformance"]}
    assert values["urn:tenring:property/formaldehyde_emission"]["measure"] == {"value": 0.1116, "unit": "GP"}
    assert values["urn:tenring:property/panel_type"]["score"] == {"code": "MDF"}
    assert one["conformance"] is True
    assert one["description"] == ("Shown by: test report, 2024-04-15, Example Laboratory, accredited; declaration.")


def test_products_have_models_gtins_and_the_category() -> None:
    first, second = assessments(credential())["b2-limits"]["assessedProduct"]
    assert first["product"]["id"] == "https://id.gs1.org/01/02000000000428"
    assert first["product"]["modelNumber"] == "HX-MDF18"
    assert second["product"]["id"] == "urn:tenring:licence/tsca-title-vi/SAMPLE-0042#product-2"
    assert second["product"]["productCategory"][0]["code"] == "wood-panels"
    assert second["product"]["relatedParty"][0]["role"] == "brandOwner"
    assert second["product"]["relatedParty"][0]["party"]["name"] == "Hexlowe"
    assert second["idVerifiedByCAB"] is True


def test_a_clause_that_does_not_concern_the_product_has_no_conformance_and_says_so() -> None:
    one = assessments(credential())["a7-no-added-90"]
    assert "conformance" not in one
    assert one["specifiedCondition"][0].startswith("Not applicable")
    assert [value["score"] for value in one["assessedPerformance"]] == [{"code": "not applicable"}]


def test_the_authorisation_by_the_network_is_named_with_where_to_check_it() -> None:
    network = {"name": "Example Network (sample)", "id": "did:web:network.example"}
    authorised = {"name": "Recognised programme", "by": network, "evidence": "https://network.example/recognised"}
    document = conformity_credential(licence(), issuing(authorisation=[authorised]))
    (found,) = document["credentialSubject"]["authorisation"]
    assert found["issuingAuthority"]["id"] == "did:web:network.example"
    assert found["endorsementEvidence"]["linkURL"] == "https://network.example/recognised"
    require_conformant(document)


def test_identifiers_lead_somewhere_when_the_programme_has_an_address() -> None:
    own = issuing(address="https://label.example/", criteria="https://label.example/criteria/")
    document = conformity_credential(licence(), own)
    assert document["id"] == "https://label.example/credential/tsca-title-vi/SAMPLE-0042/2024-06-01"
    criterion = assessments(document)["b2-limits"]["assessmentCriteria"][0]["id"]
    assert criterion.startswith("https://label.example/criteria/criteria/tsca-title-vi/wood-panels/2010-07-07#")
    require_conformant(document)


def test_a_holder_is_identified_by_its_registers() -> None:
    registered = [{"number": "90 664", "scheme": "https://register.example/firms", "scheme_name": "Firms"}]
    holder = {"name": "Hexlowe Boards (sample)", "registered": registered, "website": "https://hexlowe.example"}
    party = credential(holder=holder)["credentialSubject"]["issuedToParty"]
    assert party["id"] == "https://register.example/firms/90%20664"
    assert (party["registeredId"], party["idScheme"]["name"]) == ("90 664", "Firms")


def test_it_says_the_same_whoever_reads_it() -> None:
    before = credential()
    use("zh")
    assert credential() == before


def test_it_is_read_back_as_it_was_written() -> None:
    found = read_content(credential())
    assert (found.version, found.number, found.category) == ("0.7.0", "SAMPLE-0042", "wood-panels")
    assert found.brands == ("Hexlowe",)
    assert (found.models, found.gtins) == (("HX-MDF18", "HX-MDF22"), ("02000000000428",))
    assert (found.first_day, found.last_day) == (date(2024, 6, 1), date(2027, 5, 31))
    assert found.granted


# never more than was found


def test_a_licence_whose_criteria_are_not_met_is_refused_and_the_clauses_are_named() -> None:
    with pytest.raises(IssueError, match=r"not met .*b2-limits: not met.* under `basis`"):
        credential(given=BROKEN)


def test_a_licence_whose_evidence_is_missing_is_refused() -> None:
    with pytest.raises(IssueError, match="not shown"):
        credential(given=NOT_SHOWN)


def test_granted_on_another_basis_it_says_so_and_the_broken_clause_does_not_conform() -> None:
    document = credential(given=BROKEN, basis=BASIS)
    subject = document["credentialSubject"]
    assert subject["profileScore"]["code"] == OTHER_BASIS
    assert "Granted on another basis, recognition: Another label" in subject["description"]
    assert "(Decision 7)" in subject["description"]
    assert assessments(document)["b2-limits"]["conformance"] is False
    require_conformant(document)


def test_what_is_not_shown_has_no_conformance_and_names_what_is_missing() -> None:
    one = assessments(credential(given=NOT_SHOWN, basis=BASIS))["b2-limits"]
    assert "conformance" not in one
    assert one["specifiedCondition"][0].startswith("Not shown: ")
    assert "formaldehyde_emission" in one["specifiedCondition"][0]


def cases() -> list[tuple[Case, Revision]]:
    found: list[tuple[Case, Revision]] = []
    for revision in library().revisions:
        folder = CATALOG / "criteria" / revision.programme / revision.category
        found += [(case, revision) for case in load_cases(folder, library()) if case.concerns(revision)]
    return found


def of_case(case: Case, revision: Revision) -> Granted:
    plain = content(
        programme=revision.programme,
        category=revision.categories[0],
        criteria=revision.id,
        given=None,
        judged_on=case.on,
        validity={"from": case.on.isoformat()},
        basis=BASIS,
    )
    return Granted(WrittenLicence.model_validate(plain), case.product, "case")


def test_no_clause_of_any_case_of_the_catalogue_conforms_that_the_judge_does_not_find_met(data: Path) -> None:
    """Every case of every revision: thousands of clauses, met, broken, open and not applicable."""
    own, schema, seen = issuing(), official(data), dict.fromkeys(Judged, 0)
    for case, revision in cases():
        result = judge(case.product, revision, case.on, library())
        document = conformity_credential(of_case(case, revision), own)
        assert list(problems_of(document, schema)) == [], f"{revision.id}: {case.name}"
        written = document["credentialSubject"]["conformityAssessment"]
        for one, judgement in zip(written, result.judgements, strict=True):
            seen[judgement.judgement] += 1
            expected = {Judged.MET: True, Judged.NOT_MET: False}.get(judgement.judgement)
            assert one.get("conformance") is expected
        score = document["credentialSubject"]["profileScore"]["code"]
        assert (score == MET_CODE) is (result.overall is Judged.MET)
    assert min(seen.values()) > 100


# what refers to nothing


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"programme": "no-label"}, "are no criteria of no-label"),
        ({"criteria": "tsca-title-vi/wood-panels/1999-01-01"}, "there are no criteria"),
        ({"criteria": "altholzv/wood-panels/2003-03-01"}, "are no criteria of tsca-title-vi"),
        ({"category": "no-such-category"}, "there is no category"),
        ({"category": "chairs"}, "are not for chairs"),
        ({"judged_on": "2005-01-01"}, "no revision in force on 2005-01-01"),
    ],
)
def test_what_a_licence_refers_to_must_exist_and_fit(changes: dict[str, str], said: str) -> None:
    with pytest.raises(IssueError, match=said):
        credential(**changes)


# the last check


def test_it_conforms_to_the_official_schema(data: Path) -> None:
    places = (
        Place(Purpose.REVOCATION, "https://l.example/s/r-1", 7),
        Place(Purpose.SUSPENSION, "https://l.example/s/s-1", 9),
    )
    document = credential() | {"credentialStatus": StatusBook.entries(places)}
    require_conformant(document, official(data))


def test_each_status_entry_is_checked() -> None:
    entry = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "007",
        "statusListCredential": "https://label.example/status/1",
    }
    with pytest.raises(IssueError, match="statusListIndex"):
        require_conformant(credential() | {"credentialStatus": [entry]})


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("issuer", "id"), "https://label.example", "it is no DID"),
        (("issuer", "name"), "", "issuer.name"),
        (("id",), "SAMPLE-0042", "it is no absolute address"),
        (("validFrom",), "2024-06-01", "it is no moment"),
        (("validUntil",), "2023-01-01T00:00:00Z", "it lies before validFrom"),
        (("credentialSubject", "assessorLevel"), "3rdparty", "assessorLevel"),
        (("credentialSubject", "conformityAssessment"), [], "conformityAssessment"),
        (("credentialSubject", "referenceScheme", "type"), ["Scheme"], "ConformityScheme"),
        (("credentialSubject", "profileScore", "rank"), 2**60, "not safe"),
        (("credentialSubject", "name"), "\ud800", "surrogate"),
        (("@context",), [CONTEXTS[0]], "@context"),
        (("@context",), [*CONTEXTS, "https://other.example/context"], "@context"),
        (("type",), ["VerifiableCredential"], "DigitalConformityCredential"),
    ],
)
def test_what_does_not_conform_is_refused_with_its_place(path: tuple[str, ...], value: object, said: str) -> None:
    document = credential()
    part: Any = document
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    with pytest.raises(IssueError, match=said):
        require_conformant(document)


@pytest.mark.parametrize("missing", ["id", "issuer", "validFrom", "name", "credentialSubject"])
def test_our_own_check_wants_all_that_the_official_schema_requires(data: Path, missing: str) -> None:
    document = credential()
    del document[missing]
    assert [one for one in problems_of(document, official(data)) if "is a required property" in one]
    assert list(problems_of(document))


@pytest.mark.parametrize(
    "missing", ["id", "name", "assessorLevel", "assessmentLevel", "attestationType", "issuedToParty", "referenceScheme"]
)
def test_so_it_does_of_the_attestation(missing: str) -> None:
    document = credential()
    del document["credentialSubject"][missing]
    with pytest.raises(IssueError, match=missing):
        require_conformant(document)


def test_an_assessment_that_leaves_conformity_open_must_say_why() -> None:
    document = credential()
    one = document["credentialSubject"]["conformityAssessment"][0]
    del one["conformance"]
    with pytest.raises(IssueError, match="neither whether it conforms nor why"):
        require_conformant(document)


def test_two_assessments_of_one_name_are_refused() -> None:
    document = credential()
    found = document["credentialSubject"]["conformityAssessment"]
    found.append(json.loads(json.dumps(found[0])))
    with pytest.raises(IssueError, match="the same id"):
        require_conformant(document)


# numbers


@given(st.decimals(allow_nan=False, allow_infinity=True, places=None))
def test_a_number_is_written_only_where_every_reader_holds_exactly_it(number: Decimal) -> None:
    written = json_number(number)
    if written is not None:
        assert Decimal(canonical(written).decode()) == number


@pytest.mark.parametrize(
    ("text", "written"),
    [("0.09", 0.09), ("12", 12), ("9007199254740992", None), ("0.12345678901234567891", None), ("1E+400", None)],
)
def test_digits_that_json_would_lose_stay_text(text: str, written: float | None) -> None:
    assert json_number(Decimal(text)) == written


def test_a_bound_is_no_number_to_compute_with() -> None:
    given = MET | {"formaldehyde_emission": {**MET["formaldehyde_emission"], "value": "<0.01"}}
    one = assessments(credential(given=given))["b2-limits"]
    values = {value["metric"]["id"]: value for value in one["assessedPerformance"]}
    assert values["urn:tenring:property/formaldehyde_emission"]["score"] == {"code": "<0.01 ppmv"}
