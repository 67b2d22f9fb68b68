"""Licence files as programmes write them: pydantic models, from which the JSON Schema and the reference come."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from tenring.rulebook.schema import DRAFT, texts_may_be_numbers
from tenring.rulebook.written import Given, WrittenLabel

SCHEMA_ID = "urn:tenring:licence:1"
AssessorLevel = Literal["self", "commercial", "buyer", "membership", "unspecified", "3rdParty", "hybrid"]
"""UNTP 0.7.0: who assessed."""
AssessmentLevel = Literal[
    "authority-benchmark",
    "authority-mandate",
    "authority-globalmra",
    "authority-peer",
    "authority-extended-mra",
    "scheme-self",
    "scheme-cab",
    "no-endorsement",
]
"""UNTP 0.7.0: who vouches for how it was assessed."""
AttestationType = Literal[
    "certification", "declaration", "inspection", "testing", "verification", "validation", "calibration"
]
BasisKind = Literal["recognition", "transition", "exemption", "committee", "register", "other"]
"""Why a licence stands although its judgement is not `met`: another label was recognised, the revision before may
still be used, an exemption was granted, a committee decided, the programme's register lists it, something else."""

ADDRESS = re.compile(r"(?:https?://[^\s/]+|urn:[a-z0-9][a-z0-9-]{0,31}:|did:[a-z0-9]+:)\S*", re.IGNORECASE)

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Address = Annotated[str, StringConstraints(pattern=rf"(?i)^{ADDRESS.pattern}$", max_length=2000)]
"""An https address, a URN or a DID."""
Web = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+\S*$", max_length=2000)]


class _Written(BaseModel):
    """Base of everything written: unknown words are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, populate_by_name=True)


class WrittenIdentifier(_Written):
    """A number under which somebody is registered."""

    number: Text
    scheme: Address = Field(description="address of the register that gave it")
    scheme_name: Text | None = None
    id: Address | None = Field(default=None, description="address of the entry itself; without it: scheme and number")
    name: Text | None = Field(default=None, description="the name in that register, if it is another one")


class WrittenParty(_Written):
    """A person or organisation."""

    name: Text
    id: Address | None = Field(default=None, description="a DID or an address; without it the first of `registered`")
    registered: tuple[WrittenIdentifier, ...] = ()
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] | None = Field(
        default=None, description="ISO 3166-1 alpha-2"
    )
    website: Web | None = None


class WrittenAuthorisation(_Written):
    """Who says that the issuer may issue: the network that recognises the programme, an accreditation body."""

    name: Text = Field(description="what was granted, as a title")
    by: WrittenParty
    evidence: Web | None = Field(default=None, description="where it can be checked: the list of recognised programmes")
    evidence_name: Text | None = None


class WrittenIssuer(_Written):
    """Who issues: stands in the licence file, or once in a file of its own for many licences."""

    id: Address | None = Field(default=None, description="the issuer's DID (default: that of the key)")
    name: Text | None = Field(default=None, description="default: the operator of the programme")
    registered: tuple[WrittenIdentifier, ...] = ()
    address: Address = Field(
        default="urn:tenring:", description="where the identifiers of licences begin; ends with / or :"
    )
    criteria: Address = Field(
        default="urn:tenring:", description="where `tenring criteria publish --base` put the criteria"
    )
    status: Web | None = Field(
        default=None, description="where the status lists are published; without it: `status` below an https `address`"
    )
    assessor_level: AssessorLevel | None = Field(default=None, description="default: from the programme's assurance")
    assessment_level: AssessmentLevel | None = Field(
        default=None, description="default: scheme-self, which claims nobody's endorsement"
    )
    authorisation: tuple[WrittenAuthorisation, ...] = ()

    @model_validator(mode="after")
    def _bases(self) -> Self:
        if not all(base.endswith(("/", ":", "#")) for base in (self.address, self.criteria)):
            message = "address and criteria are beginnings of identifiers; end them with / or :"
            raise ValueError(message)
        return self

    @property
    def status_address(self) -> str | None:
        """The address below which the status lists are published; None: nowhere."""
        return self.status or (f"{self.address}status" if re.match(r"https?://.*/$", self.address) else None)


class WrittenValidity(_Written):
    """From when until when the licence is valid; both days inclusive."""

    from_: date = Field(alias="from")
    until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.from_:
            message = f"until {self.until} lies before from {self.from_}"
            raise ValueError(message)
        return self


class WrittenProductName(_Written):
    """One product that the licence covers."""

    name: Text
    brand: Text | None = None
    model: Text | None = Field(default=None, description="model number as printed on the product")
    gtins: tuple[Text, ...] = Field(default=(), description="8, 12, 13 or 14 digits with a valid check digit")
    id: Address | None = Field(default=None, description="an identifier of one's own, where there is no GTIN")
    checked: bool = Field(default=True, description="whether the programme checked that these are its identifiers")


class WrittenEvidence(_Written):
    """A document behind the judgement that others may look at."""

    name: Text
    address: Web
    digest: Annotated[str, StringConstraints(pattern=r"^[zu][A-Za-z0-9_-]+$")] | None = Field(
        default=None, description="its multihash as multibase text"
    )
    media_type: Text | None = None


class WrittenBasis(_Written):
    """On what other basis the licence was granted, where the judgement alone does not carry it."""

    kind: BasisKind
    why: Text = Field(description="the sentence that the credential says")
    document: Text | None = Field(default=None, description="the decision, agreement or rule it rests on")


class WrittenLicence(_Written):
    """A licence file: who may use which label for which products, and on what evidence."""

    number: Text = Field(description="as printed on the certificate")
    programme: Text = Field(description="id of a programme in catalog/programmes")
    category: Text = Field(description="id of a category in catalog/categories")
    criteria: Text = Field(description="id of a revision: <programme>/<category>/<day in force>")
    holder: WrittenParty = Field(description="who may use the label")
    products: Annotated[tuple[WrittenProductName, ...], Field(min_length=1, description="what it covers")]
    validity: WrittenValidity = Field(description="first and last day, both included")
    judged_on: date | None = Field(default=None, description="day of the judgement (default: first day of validity)")
    title: Text | None = Field(default=None, description="title of the certificate")
    certificate: WrittenEvidence | None = Field(default=None, description="the certificate as a document")
    evidence: WrittenEvidence | None = Field(default=None, description="the file of the assessment")
    issuer: WrittenIssuer | None = Field(default=None, description="who issues (default: --issuer, or the key alone)")
    product_file: Text | None = Field(
        default=None, description="a file that `tenring judge` reads, beside this one; instead of `given`"
    )
    given: Given = Field(default_factory=dict, description="evidence as in a product file")
    labels: tuple[WrittenLabel, ...] = Field(default=(), description="labels held, as in a product file")
    trusted: bool = Field(
        default=False, description="the values are the programme's own findings and count as shown, by any method"
    )
    basis: WrittenBasis | None = Field(
        default=None,
        description="what it stands on where the judgement is not `met`; without it such a licence is refused",
    )
    sample: bool = Field(default=False, description="an invented licence: the credential says so")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.product_file is not None and (self.given or self.labels):
            message = "give either product_file, or given and labels"
            raise ValueError(message)
        return self


FILES: dict[str, type[BaseModel]] = {"licence": WrittenLicence, "issuer": WrittenIssuer}


def json_schema(file: str = "licence") -> dict[str, Any]:
    """The JSON Schema of licence or issuer files, for editors and other programs."""
    schema = texts_may_be_numbers(FILES[file].model_json_schema(by_alias=True))
    return {"$schema": DRAFT, "$id": SCHEMA_ID.replace("licence", file), **schema}
