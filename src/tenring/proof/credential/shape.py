# ruff: noqa: N815 - the names of fields are terms of UNTP and the W3C
"""The shape of a Digital Conformity Credential, checked without any fetched file.

These models say what UNTP 0.7.0 and Verifiable Credentials 2.0 require of it, in our own words; the official schema
is asked as well where it is at hand (`check`). Terms that are allowed and not listed pass here: `terms` looks at them.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from tenring.proof.credential.written import AssessmentLevel, AssessorLevel, AttestationType
from tenring.proof.strict import SAFE, JsonObject

_MOMENT = re.compile(
    r"-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?)"
    r"(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)"
)
_ADDRESS = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20"<>\\^`{|}]+')
_DID = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._%-]")
_MULTIBASE = re.compile(r"[zuUmMfF][A-Za-z0-9_=+/-]+")


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        message = "it is no absolute address"
        raise ValueError(message)
    return text


def _did(text: str) -> str:
    if not _DID.fullmatch(text):
        message = "it is no DID"
        raise ValueError(message)
    return text


def _moment(text: str) -> str:
    if not _MOMENT.fullmatch(text):
        message = "it is no moment with a time zone, such as 2026-05-01T00:00:00Z"
        raise ValueError(message)
    return text


def _day(text: str) -> str:
    date.fromisoformat(text)
    if len(text) != len("2026-05-01"):
        message = "it is no day, such as 2026-05-01"
        raise ValueError(message)
    return text


def _multibase(text: str) -> str:
    if not _MULTIBASE.fullmatch(text):
        message = "it is no multibase text"
        raise ValueError(message)
    return text


Address = Annotated[str, AfterValidator(_address)]
Did = Annotated[str, AfterValidator(_did)]
Moment = Annotated[str, AfterValidator(_moment)]
Day = Annotated[str, AfterValidator(_day)]
Multibase = Annotated[str, AfterValidator(_multibase)]
Text = Annotated[str, Field(min_length=1)]
Number = Annotated[int, Field(ge=-SAFE, le=SAFE)] | Annotated[float, Field(allow_inf_nan=False)]
Types = list[str]


class _Open(BaseModel):
    """An object that may have more terms than are listed here."""

    model_config = ConfigDict(extra="allow", strict=True)


class _Closed(BaseModel):
    """An object that has no other terms."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _of_type(name: str) -> Any:  # noqa: ANN401 - a type for annotations
    def contains(types: list[str]) -> list[str]:
        if name not in types or len(set(types)) != len(types):
            message = f"its types lack {name}, or name one twice"
            raise ValueError(message)
        return types

    return Annotated[Types, AfterValidator(contains)]


class Score(_Closed):
    """A class or word."""

    code: Text
    rank: Annotated[int, Field(ge=-SAFE, le=SAFE)] | None = None
    definition: Text | None = None


class Measure(_Closed):
    """A number with its unit (UN/ECE Recommendation 20)."""

    value: Number
    upperTolerance: Number | None = None
    lowerTolerance: Number | None = None
    unit: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,3}$")]


class Metric(_Open):
    """What is measured."""

    type: _of_type("PerformanceMetric")  # type: ignore[valid-type]
    id: Address
    name: Text


class Performance(_Closed):
    """A value found."""

    metric: Metric
    measure: Measure | None = None
    score: Score | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.measure is None and self.score is None:
            message = "it has neither a measure nor a score"
            raise ValueError(message)
        return self


class Link(_Closed):
    """A document elsewhere."""

    linkURL: Address
    linkName: Text
    digestMultibase: Multibase | None = None
    mediaType: Text | None = None
    linkType: Text | None = None


class Topic(_Closed):
    """What a criterion is about."""

    type: _of_type("ConformityTopic")  # type: ignore[valid-type]
    id: Address
    name: Text
    definition: Text | None = None


class _Named(_Open):
    id: Address
    name: Text


class Scheme(_Named):
    """The programme."""

    type: _of_type("ConformityScheme")  # type: ignore[valid-type]


class Profile(_Named):
    """The revision."""

    type: _of_type("ConformityProfile")  # type: ignore[valid-type]


class Criterion(_Named):
    """The clause."""

    type: _of_type("Criterion")  # type: ignore[valid-type]
    conformityTopic: Annotated[list[Topic], Field(min_length=1)]


class Party(_Named):
    """A person or organisation."""

    type: _of_type("Party")  # type: ignore[valid-type]
    registeredId: Text | None = None


class Product(_Named):
    """A product."""

    type: _of_type("Product")  # type: ignore[valid-type]
    modelNumber: Text | None = None


class Verified(_Closed):
    """A product, and whether its identity was checked."""

    product: Product
    idVerifiedByCAB: bool


class Assessment(_Open):
    """What was found for one clause. It says whether it conforms, or in words why nobody says so."""

    type: _of_type("ConformityAssessment")  # type: ignore[valid-type]
    id: Address
    name: Text
    assessmentCriteria: Annotated[list[Criterion], Field(min_length=1)]
    assessmentDate: Day
    assessedPerformance: list[Performance]
    assessedProduct: Annotated[list[Verified], Field(min_length=1)]
    conformityTopic: Annotated[list[Topic], Field(min_length=1)]
    specifiedCondition: list[Text] | None = None
    conformance: bool | None = None

    @model_validator(mode="after")
    def _answered(self) -> Self:
        if self.conformance is None and not self.specifiedCondition:
            message = "it says neither whether it conforms nor why that is open"
            raise ValueError(message)
        return self


class Endorsement(_Open):
    """Who vouches for the issuer."""

    name: Text
    issuingAuthority: Party
    endorsementEvidence: Link | None = None


class Attestation(_Open):
    """The certificate."""

    type: _of_type("ConformityAttestation")  # type: ignore[valid-type]
    id: Address
    name: Text
    assessorLevel: AssessorLevel
    assessmentLevel: AssessmentLevel
    attestationType: AttestationType
    issuedToParty: Party
    authorisation: list[Endorsement] | None = None
    referenceScheme: Scheme
    referenceProfile: Profile
    profileScore: Score
    conformityCertificate: Link | None = None
    auditableEvidence: Link | None = None
    conformityAssessment: Annotated[list[Assessment], Field(min_length=1)]


class Issuer(_Named):
    """Who signs."""

    type: _of_type("CredentialIssuer")  # type: ignore[valid-type]
    id: Did
    issuerAlsoKnownAs: list[Party] | None = None


class StatusMessage(_Closed):
    """What a value in a list of messages means."""

    status: Text
    message: Text


class StatusEntry(_Closed):
    """Where its status is looked up. The index is a text (W3C), or a number where UNTP 0.7.0 is to be satisfied."""

    id: Address | None = None
    type: Literal["BitstringStatusListEntry"]
    statusPurpose: Literal["refresh", "revocation", "suspension", "message"]
    statusListIndex: Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,15})$")] | Annotated[int, Field(ge=0, le=SAFE)]
    statusListCredential: Address
    statusSize: Annotated[int, Field(ge=1, le=16)] | None = None
    statusMessage: list[StatusMessage] | None = None
    statusReference: Address | list[Address] | None = None


class Schema(_Closed):
    """The schema that it keeps."""

    id: Address
    type: Literal["JsonSchema"]


class Credential(_Open):
    """The credential as a whole."""

    context: Annotated[list[str], Field(alias="@context", min_length=2)]
    type: _of_type("DigitalConformityCredential")  # type: ignore[valid-type]
    id: Address
    issuer: Issuer
    validFrom: Moment
    validUntil: Moment | None = None
    name: Text
    credentialSubject: Attestation
    credentialStatus: StatusEntry | Annotated[list[StatusEntry], Field(min_length=1)] | None = None
    credentialSchema: Schema | Annotated[list[Schema], Field(min_length=1)] | None = None


def shape_problems(document: JsonObject) -> tuple[str, ...]:
    """What breaks the shape, each with its path; nothing where it is right."""
    try:
        Credential.model_validate(document)
    except ValidationError as error:
        return tuple(
            f"{_path(one['loc'])}: {one['msg']}" for one in error.errors(include_url=False, include_input=False)
        )
    return ()


def _path(location: tuple[str | int, ...]) -> str:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path or "-"
