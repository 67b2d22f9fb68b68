"""The list as ETSI TS 119 602 writes it: every required member, no other, statuses with their history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import jsonschema_rs
import pytest

from tenring.exceptions import IssueError
from tenring.proof.strict import JsonObject
from tenring.proof.trust.entities import RecognisedList
from tenring.proof.trust.etsi import GRANTED, PROPOSED, WITHDRAWN, etsi_list
from tenring.proof.trust.model import Entity, PostalAddress, Recognition
from trust_world import BLUE, NETWORK, TODAY, listed, may_recognise, recognition


def reachable(did: str, name: str) -> Entity:
    return Entity(
        did,
        {"en": name, "zh": name},
        website=f"https://{name}.example/",
        address=PostalAddress("1 Example Street", "CN", "Beijing"),
        electronic=f"mailto:office@{name}.example",
    )


def exported(*recognitions: Recognition, on: date = TODAY) -> JsonObject:
    return etsi_list(whole(*recognitions), territory="CN", on=on)


def whole(*recognitions: Recognition) -> RecognisedList:
    made = listed(recognitions or (recognition(),), entities=[reachable(BLUE, "blue")])
    return replace(made, publisher=reachable(NETWORK, "network"), address="https://network.example/trust/list.json")


def service_of(document: JsonObject) -> JsonObject:
    [entity] = document["LoTE"]["TrustedEntitiesList"]
    [service] = entity["TrustedEntityServices"]
    found: JsonObject = service
    return found


def an_object(required: str, optional: str = "", **kinds: object) -> JsonObject:
    """The schema of an object: which members it must have, which it may have, and none else."""
    members = [*required.split(), *optional.split()]
    return {
        "type": "object",
        "required": required.split(),
        "additionalProperties": False,
        "properties": {name: kinds.get(name, True) for name in members},
    }


def some(kind: object) -> JsonObject:
    return {"type": "array", "minItems": 1, "items": kind}


TEXT = {"type": "string", "minLength": 1}
MOMENT = {"type": "string", "format": "date-time", "pattern": "Z$"}
NAMES = some(an_object("lang value", lang=TEXT, value=TEXT))
URIS = some(an_object("lang uriValue", lang=TEXT, uriValue={"type": "string", "format": "uri"}))
POSTAL = some(an_object("lang StreetAddress Country", "Locality StateOrProvince PostalCode"))
IDENTITY = an_object("OtherIds", OtherIds=some(TEXT))
SERVICE = {
    "ServiceName": NAMES, "ServiceDigitalIdentity": IDENTITY, "ServiceStatus": {"format": "uri"},
    "StatusStartingTime": MOMENT, "ServiceTypeIdentifier": {"format": "uri"}, "ServiceDefinitionURI": URIS,
}  # fmt: skip
#: TS 119 602 V1.1.1, annex A, in our words: what its JSON binding requires and allows of the members that we write.
ETSI = an_object(
    "LoTE",
    LoTE=an_object(
        "ListAndSchemeInformation",
        "TrustedEntitiesList",
        ListAndSchemeInformation=an_object(
            "LoTEVersionIdentifier LoTESequenceNumber SchemeOperatorName ListIssueDateTime NextUpdate",
            "LoTEType SchemeOperatorAddress SchemeName SchemeInformationURI StatusDeterminationApproach SchemeTerritory"
            " HistoricalInformationPeriod DistributionPoints",
            LoTEVersionIdentifier={"const": 1},
            LoTESequenceNumber={"type": "integer", "minimum": 1},
            SchemeOperatorName=NAMES,
            SchemeName=NAMES,
            SchemeInformationURI=URIS,
            ListIssueDateTime=MOMENT,
            NextUpdate=MOMENT,
            DistributionPoints=some(TEXT),
            SchemeOperatorAddress=an_object(
                "SchemeOperatorPostalAddress SchemeOperatorElectronicAddress",
                SchemeOperatorPostalAddress=POSTAL,
                SchemeOperatorElectronicAddress=URIS,
            ),
        ),
        TrustedEntitiesList=some(
            an_object(
                "TrustedEntityInformation TrustedEntityServices",
                TrustedEntityInformation=an_object(
                    "TEName TEAddress TEInformationURI",
                    "TETradeName",
                    TEName=NAMES,
                    TETradeName=NAMES,
                    TEInformationURI=URIS,
                    TEAddress=an_object(
                        "TEPostalAddress TEElectronicAddress", TEPostalAddress=POSTAL, TEElectronicAddress=URIS
                    ),
                ),
                TrustedEntityServices=some(
                    an_object(
                        "ServiceInformation",
                        "ServiceHistory",
                        ServiceInformation=an_object(
                            "ServiceName ServiceDigitalIdentity",
                            "ServiceTypeIdentifier ServiceStatus StatusStartingTime ServiceDefinitionURI",
                            **SERVICE,
                        ),
                        ServiceHistory=some(
                            an_object(
                                "ServiceName ServiceDigitalIdentity ServiceStatus StatusStartingTime",
                                "ServiceTypeIdentifier",
                                **SERVICE,
                            )
                        ),
                    )
                ),
            )
        ),
    ),
)


@pytest.mark.parametrize(
    "recognitions",
    [
        [recognition()],
        [recognition(until=date(2025, 1, 1)), may_recognise(BLUE)],
        [recognition(since=date(2030, 1, 1))],
        [recognition(until=date(2022, 12, 31)), recognition(since=date(2024, 1, 1))],
    ],
)
def test_the_list_has_every_required_member_and_no_unknown_one(recognitions: list[Recognition]) -> None:
    validator = jsonschema_rs.validator_for(ETSI, validate_formats=True)
    assert [error.message for error in validator.iter_errors(exported(*recognitions))] == []


def test_who_is_recognised_is_granted_since_then() -> None:
    information = service_of(exported())["ServiceInformation"]
    assert (information["ServiceStatus"], information["StatusStartingTime"]) == (GRANTED, "2020-01-01T00:00:00Z")
    assert information["ServiceDigitalIdentity"] == {"OtherIds": [BLUE]}
    uris = [uri["uriValue"] for uri in information["ServiceDefinitionURI"]]
    assert uris[1:] == ["urn:tenring:programme/blue-angel", "urn:tenring:category/computer-displays"]


def test_who_lost_recognition_is_withdrawn_and_the_history_is_kept() -> None:
    service = service_of(exported(recognition(until=date(2026, 3, 31))))
    assert service["ServiceInformation"]["ServiceStatus"] == WITHDRAWN
    assert service["ServiceInformation"]["StatusStartingTime"] == "2026-04-01T00:00:00Z"
    [was] = service["ServiceHistory"]
    assert (was["ServiceStatus"], was["StatusStartingTime"]) == (GRANTED, "2020-01-01T00:00:00Z")


def test_who_will_be_recognised_is_not_yet() -> None:
    service = service_of(exported(recognition(since=date(2030, 1, 1))))
    assert service["ServiceInformation"]["ServiceStatus"] == PROPOSED


def test_periods_that_touch_are_one_and_others_are_told_newest_first() -> None:
    touching = exported(recognition(until=date(2022, 12, 31)), recognition(since=date(2023, 1, 1)))
    assert "ServiceHistory" not in service_of(touching)
    apart = service_of(exported(recognition(until=date(2022, 12, 31)), recognition(since=date(2024, 1, 1))))
    told = [apart["ServiceInformation"], *apart["ServiceHistory"]]
    assert [(one["ServiceStatus"], one["StatusStartingTime"][:10]) for one in told] == [
        (GRANTED, "2024-01-01"),
        (WITHDRAWN, "2023-01-01"),
        (GRANTED, "2020-01-01"),
    ]


def test_nothing_is_invented_where_an_address_is_missing() -> None:
    with pytest.raises(IssueError, match=r"body\.example \(address, electronic address, web page\)"):
        exported(recognition("did:web:body.example"))
