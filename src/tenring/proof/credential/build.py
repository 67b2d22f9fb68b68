"""The Digital Conformity Credential (UNTP 0.7.0) of a licence, from its file and the judgement of its evidence.

A programme is the scheme, a revision the profile, a clause the criterion, under the identifiers that `tenring criteria
publish` gives them. One assessment per clause says what was found; `conformance` is true only where the clause is met
and false only where it is broken. What is not shown, not checked or not applicable has no `conformance` at all, and
says so in words. All texts are English, whoever's language is in use: a signed document says one thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Final
from urllib.parse import quote, unquote

from tenring.catalogue.categories import Categories
from tenring.catalogue.programmes import Programme
from tenring.exceptions import IssueError
from tenring.language import T, in_language
from tenring.proof.credential.granted import Granted
from tenring.proof.credential.measured import performance
from tenring.proof.credential.written import (
    WrittenAuthorisation,
    WrittenEvidence,
    WrittenIdentifier,
    WrittenIssuer,
    WrittenParty,
    WrittenProductName,
)
from tenring.proof.strict import JsonObject
from tenring.register.cells import read_gtin
from tenring.rulebook.dates import taken_on
from tenring.rulebook.evaluate import Circumstances, find
from tenring.rulebook.evidence import Measurement, Proof
from tenring.rulebook.expressions import Quantity, quantities
from tenring.rulebook.judge import Judged, Judgement, Result, judge_taken
from tenring.rulebook.publish.names import Publication, one_line, speaking, token
from tenring.rulebook.revision import Clause, Revision
from tenring.rulebook.trace import SENTENCES

CONTEXTS: Final = ("https://www.w3.org/ns/credentials/v2", "https://vocabulary.uncefact.org/untp/0.7.0/context/")
TYPES: Final = ("DigitalConformityCredential", "VerifiableCredential")
SCHEMA: Final = "https://untp.unece.org/artefacts/schema/v0.7.0/dcc/ConformityCredential.json"
GTIN: Final = {"type": ["IdentifierScheme"], "id": "https://id.gs1.org", "name": "GTIN"}
CATEGORIES: Final = "urn:tenring:category/"
_TOPICS: Final = "https://vocabulary.uncefact.org/conformity-topics/"
#: UNTP wants a topic of each criterion. What a clause belongs to is known for sure, what it is about is not.
_STANDARD: Final = {"type": ["ConformityTopic"], "id": f"{_TOPICS}voluntary-standards", "name": "Voluntary Standards"}
_REGULATION: Final = {
    "type": ["ConformityTopic"],
    "id": f"{_TOPICS}technical-regulations",
    "name": "Technical Regulations",
}
_ASSESSORS: Final = {"third_party": "3rdParty", "regulator": "unspecified", "self_declared": "self"}
_ANSWERS: Final = {
    Judged.MET: "met",
    Judged.NOT_MET: "not met",
    Judged.NOT_SHOWN: "not shown",
    Judged.NOT_APPLICABLE: "not applicable",
    Judged.NOT_CHECKED: "not checked",
}
BRAND_OWNER: Final = "brandOwner"
OTHER_BASIS: Final = "granted-on-another-basis"
MET: Final = "met"


@dataclass(frozen=True)
class _Asked:
    """A clause as every credential of its revision names it, and the quantities that it asks for."""

    clause: Clause
    name: str
    title: str
    criterion: str
    anchor: str
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True)
class Issuing:
    """Who issues, and the catalogue that credentials refer to; `did` is the issuer's."""

    did: str
    issuer: WrittenIssuer
    publication: Publication
    categories: Categories
    _taken: dict[tuple[str, date], tuple[Revision, bool]] = field(default_factory=dict, compare=False, repr=False)
    _asked: dict[tuple[str, date], tuple[_Asked, ...]] = field(default_factory=dict, compare=False, repr=False)

    def programme(self, granted: Granted) -> Programme:
        """The programme of a licence.

        Raises:
            IssueError: the catalogue does not know it.
        """
        found = self.publication.programmes.get(granted.written.programme)
        if found is None:
            raise IssueError(
                T("{where}: there is no programme {name}", where=granted.where, name=repr(granted.written.programme))
            )
        return found

    def revision(self, granted: Granted) -> Revision:
        """The revision that a licence names, its limits as of the day of the judgement.

        Raises:
            IssueError: it is unknown, of another programme, not for this category, or not in force on that day.
        """
        written, day = granted.written, granted.judged_on
        revision = self._revisions.get(written.criteria)
        if revision is None:
            do = T("`tenring criteria list` has them all")
            what = T("there are no criteria {name!r}", name=written.criteria)
            raise IssueError(f"{granted.where}: {what}. {do}")
        if revision.programme != written.programme:
            what = T("{criteria} are no criteria of {programme}", criteria=revision.id, programme=written.programme)
            raise IssueError(f"{granted.where}: {what}")
        self._require_category(granted, revision)
        key = (written.criteria, day)
        if key not in self._taken:
            taken = taken_on(revision, day, self.publication.library.find)
            self._taken[key] = (taken, self._in_force(revision, day))
        taken, in_force = self._taken[key]
        if not in_force and written.basis is None:
            what = T("{name} has no revision in force on {day}", name=revision.id, day=day.isoformat())
            do = T("Name the revision in force, or say under `basis` why this one counts")
            raise IssueError(f"{granted.where}: {what}. {do}")
        return taken

    @cached_property
    def _revisions(self) -> Mapping[str, Revision]:
        return {one.id: one for one in self.publication.library.revisions}

    def _in_force(self, revision: Revision, day: date) -> bool:
        """Whether the revision, or the transition period after it, covers the day."""
        if self.publication.library.find(revision.criteria, day) is revision:
            return True
        later = [one for one in self.publication.library.revisions if one.criteria == revision.criteria]
        following = next((one for one in later if one.since > revision.since), None)
        kept = following.transition_until if following else None
        return revision.since <= day and kept is not None and day <= kept

    def _require_category(self, granted: Granted, revision: Revision) -> None:
        category = granted.written.category
        if category not in self.categories.by_id:
            raise IssueError(T("{where}: there is no category {name}", where=granted.where, name=repr(category)))
        if not set(self.categories.ancestors(category)) & set(revision.categories):
            what = T("{criteria} are not for {category}", criteria=revision.id, category=category)
            do = T("They are for: {categories}", categories=", ".join(revision.categories))
            raise IssueError(f"{granted.where}: {what}. {do}")

    def asked(self, granted: Granted) -> tuple[_Asked, ...]:
        """The clauses of the revision that a licence names; the same for all its licences of a day."""
        revision = self.revision(granted)
        key = (revision.id, granted.judged_on)
        if key not in self._asked:
            self._asked[key] = tuple(self._of(clause, revision) for clause in revision.clauses)
        return self._asked[key]

    def _of(self, clause: Clause, revision: Revision) -> _Asked:
        title = _english(clause.titles)
        return _Asked(
            clause=clause,
            name=f"{clause.source.clause} {title}".strip(),
            title=title,
            criterion=self.publication.clause(revision, clause),
            anchor=token(clause.id),
            quantities=tuple(dict.fromkeys(quantities(clause.requires))),
        )

    def judged(self, granted: Granted) -> Result:
        """The judgement of a licence's evidence.

        Raises:
            IssueError: as `revision`.
        """
        revision = self.revision(granted)
        return judge_taken(
            granted.product, revision, granted.judged_on, self.publication.library, trusted=granted.written.trusted
        )


def require_granted(granted: Granted, result: Result) -> None:
    """Refuse a licence that its judgement does not carry, unless its file says on what other basis it stands.

    Raises:
        IssueError: names the clauses.
    """
    if result.overall is Judged.MET or granted.written.basis is not None:
        return
    open_ones = [one for one in result.judgements if one.role == "mandatory" and one.judgement not in _SETTLED]
    told = "; ".join(f"{one.clause}: {_ANSWERS[one.judgement]}" for one in open_ones[:5])
    more = f"; +{len(open_ones) - 5}" if len(open_ones) > 5 else ""  # noqa: PLR2004 - as many as fit a message
    what = T("{criteria}: {answer}", criteria=result.revision, answer=_ANSWERS[result.overall])
    do = T("Add the evidence, or say under `basis` on what other basis the licence was granted")
    raise IssueError(f"{granted.where}: {what}{f' ({told}{more})' if told else ''}. {do}")


_SETTLED = {Judged.MET, Judged.NOT_APPLICABLE}


def conformity_credential(
    granted: Granted, issuing: Issuing, result: Result | None = None, status: Sequence[JsonObject] = ()
) -> JsonObject:
    """The credential of a licence.

    Args:
        granted: the licence.
        issuing: who issues, by which catalogue.
        result: the judgement, where it was made already.
        status: entries of status lists; without any the credential can never be suspended or withdrawn.

    Raises:
        IssueError: the licence is not carried by its judgement, or refers to what does not exist.
    """
    result = result or issuing.judged(granted)
    require_granted(granted, result)
    with speaking("en"):
        return _Making(granted, issuing, result).credential(status)


@dataclass(frozen=True)
class _Making:
    """Makes one credential."""

    granted: Granted
    issuing: Issuing
    result: Result

    def credential(self, status: Sequence[JsonObject]) -> JsonObject:
        written = self.granted.written
        until = written.validity.until
        attestation = self._attestation()
        return {
            "@context": list(CONTEXTS),
            "type": list(TYPES),
            "id": f"{self._base}credential/{self._own_name}/{written.validity.from_.isoformat()}",
            "issuer": self._issuer(),
            "validFrom": f"{written.validity.from_.isoformat()}T00:00:00Z",
            **({"validUntil": f"{until.isoformat()}T23:59:59Z"} if until else {}),
            "name": attestation["name"],
            "credentialSubject": attestation,
            **({"credentialStatus": status[0] if len(status) == 1 else list(status)} if status else {}),
            "credentialSchema": {"type": "JsonSchema", "id": SCHEMA},
        }

    @property
    def _base(self) -> str:
        return self.issuing.issuer.address

    @cached_property
    def _own_name(self) -> str:
        return f"{quote(self.granted.written.programme)}/{quote(self.granted.written.number, safe='')}"

    @cached_property
    def _licence(self) -> str:
        return f"{self._base}licence/{self._own_name}"

    def _issuer(self) -> JsonObject:
        issuer = self.issuing.issuer
        programme = self.issuing.programme(self.granted)
        known = [_identity(one, issuer.name or _english(programme.operator)) for one in issuer.registered]
        return {
            "type": ["CredentialIssuer"],
            "id": self.issuing.did,
            "name": issuer.name or _english(programme.operator),
            **({"issuerAlsoKnownAs": known} if known else {}),
        }

    def _attestation(self) -> JsonObject:
        written, issuer = self.granted.written, self.issuing.issuer
        publication = self.issuing.publication
        programme = self.issuing.programme(self.granted)
        revision = self.issuing.revision(self.granted)
        name = _english(programme.names)
        links: Mapping[str, WrittenEvidence | None] = {
            "conformityCertificate": written.certificate,
            "auditableEvidence": written.evidence,
        }
        return {
            "type": ["ConformityAttestation"],
            "id": self._licence,
            "name": written.title or f"{name}, licence {written.number}",
            "description": self._sentence(revision),
            "assessorLevel": issuer.assessor_level or _ASSESSORS[programme.assurance],
            "assessmentLevel": issuer.assessment_level or "scheme-self",
            "attestationType": "declaration" if programme.assurance == "self_declared" else "certification",
            "issuedToParty": _party(written.holder, f"{self._base}holder/{quote(written.holder.name, safe='')}"),
            **({"authorisation": [_endorsement(one) for one in issuer.authorisation]} if issuer.authorisation else {}),
            "referenceScheme": {
                "type": ["ConformityScheme"],
                "id": publication.programme(programme.id),
                "name": name,
            },
            "referenceProfile": {
                "type": ["ConformityProfile"],
                "id": publication.revision(revision),
                "name": _english(revision.titles),
            },
            "profileScore": self._score(revision),
            **{term: _link(link) for term, link in links.items() if link is not None},
            "conformityAssessment": list(self._assessments()),
        }

    def _sentence(self, revision: Revision) -> str:
        """What a person reads: what was granted, by which document, how it was judged, and what it rests on else."""
        written, result = self.granted.written, self.result
        parts = [f"Judged by {revision.document} on {result.on.isoformat()}: {_ANSWERS[result.overall]}."]
        if written.trusted:
            parts.append("The values are those of the programme itself; no documents were asked for.")
        if written.basis is not None:
            document = f" ({written.basis.document})" if written.basis.document else ""
            parts.append(f"Granted on another basis, {written.basis.kind}: {written.basis.why}{document}.")
        if written.sample:
            parts.insert(0, "SAMPLE: an invented licence that proves nothing.")
        return " ".join(one_line(part) for part in parts)

    def _score(self, revision: Revision) -> JsonObject:
        """The outcome as a whole: `met`, with the class reached, or that the licence stands on another basis."""
        if self.result.overall is not Judged.MET:
            return {"code": OTHER_BASIS, "definition": f"The judgement itself is: {_ANSWERS[self.result.overall]}."}
        grade = self.result.grade
        reached = f" Class reached: {grade} (of {', '.join(revision.grades)})." if grade else ""
        return {"code": MET, "definition": f"All mandatory clauses are met.{reached}"}

    def _assessments(self) -> Iterator[JsonObject]:
        products = list(self._products())
        for asked, judgement in zip(self.issuing.asked(self.granted), self.result.judgements, strict=True):
            yield self._assessment(asked, judgement, products)

    def _assessment(self, asked: _Asked, judgement: Judgement, products: list[JsonObject]) -> JsonObject:
        topic = self._topic()
        applies = judgement.judgement is not Judged.NOT_APPLICABLE
        evidence = list(self._evidence(asked)) if applies else []
        found: JsonObject = {
            "type": ["ConformityAssessment"],
            "id": f"{self._licence}#{asked.anchor}",
            "name": asked.name,
            "assessmentCriteria": [
                {"type": ["Criterion"], "id": asked.criterion, "name": asked.title, "conformityTopic": [topic]}
            ],
            "assessmentDate": self.result.on.isoformat(),
            "assessedPerformance": [performance(self.issuing.publication, *one) for one in evidence]
            or [_outcome(asked, judgement)],
            "assessedProduct": products,
            "conformityTopic": [topic],
        }
        if shown := dict.fromkeys(_proof(proof) for _, one in evidence for proof in one.proofs):
            found["description"] = f"Shown by: {'; '.join(shown)}."
        if conditions := list(_conditions(asked.clause, judgement)):
            found["specifiedCondition"] = conditions
        if judgement.judgement in {Judged.MET, Judged.NOT_MET}:
            found["conformance"] = judgement.judgement is Judged.MET
        return found

    def _topic(self) -> JsonObject:
        return dict(_REGULATION if self.issuing.programme(self.granted).assurance == "regulator" else _STANDARD)

    def _evidence(self, asked: _Asked) -> Iterator[tuple[Quantity, Measurement]]:
        """What the evidence has for a clause, by the same search by which it was judged."""
        given = Circumstances(
            self.granted.product,
            self.issuing.publication.library.properties,
            self.granted.written.criteria.rpartition("/")[0],
            self.result.on,
            asked.clause.shown_by,
            self.granted.written.trusted,
        )
        for quantity in asked.quantities:
            for one in find(quantity, given).measurements:
                yield quantity, one

    def _products(self) -> Iterator[JsonObject]:
        written = self.granted.written
        category = self.issuing.categories.by_id[written.category]
        kind = {
            "code": category.id,
            "name": _english(category.names),
            "schemeId": CATEGORIES,
            "schemeName": "Tenring categories",
        }
        for number, product in enumerate(written.products, 1):
            for identifier, by_gtin in _identifiers(product, f"{self._licence}#product-{number}"):
                yield {
                    "product": {
                        "type": ["Product"],
                        "id": identifier,
                        "name": _product_name(product),
                        **({"idScheme": dict(GTIN)} if by_gtin else {}),
                        **({"modelNumber": product.model} if product.model else {}),
                        "idGranularity": "model",
                        **({"relatedParty": [self._brand(product.brand)]} if product.brand else {}),
                        "productCategory": [kind],
                    },
                    "idVerifiedByCAB": product.checked,
                }

    def _brand(self, brand: str) -> JsonObject:
        """UNTP has no brand of a product, but whoever owns it."""
        party = {"type": ["Party"], "id": f"{self._base}brand/{quote(brand, safe='')}", "name": brand}
        return {"role": BRAND_OWNER, "party": party}


def _outcome(asked: _Asked, judgement: Judgement) -> JsonObject:
    """What stands in place of values where there are none: an empty list would mean nothing as RDF."""
    metric = {"type": ["PerformanceMetric"], "id": f"{asked.criterion}.outcome", "name": f"Outcome: {asked.title}"}
    return {"metric": metric, "score": {"code": _ANSWERS[judgement.judgement]}}


def _conditions(clause: Clause, judgement: Judgement) -> Iterator[str]:
    """What has to be known beside `conformance`, and in place of it where there is none."""
    answer = judgement.judgement
    if answer is Judged.NOT_APPLICABLE:
        yield "Not applicable: the clause does not concern this product."
    elif answer is not Judged.MET:
        needed = ", ".join(dict.fromkeys(one.quantity for one in judgement.missing))
        yield f"{_ANSWERS[answer].capitalize()}: {T(SENTENCES[judgement.why])}{f' ({needed})' if needed else ''}."
    if clause.role != "mandatory":
        yield f"Role of the clause: {clause.role}; a licence does not depend on it alone."
    if clause.source.mark != "read":
        yield f"The wording of the clause is {clause.source.mark}: it was not read in the official document."


def _identifiers(product: WrittenProductName, otherwise: str) -> Iterator[tuple[str, bool]]:
    """The identifiers of a product, and whether each is a GTIN."""
    gtins = [found for text in product.gtins if (found := read_gtin(text))]
    for gtin in gtins:
        yield f"https://id.gs1.org/01/{gtin}", True
    if not gtins:
        yield product.id or otherwise, False


def _product_name(product: WrittenProductName) -> str:
    brand = product.brand
    return f"{brand} {product.name}" if brand and brand.casefold() not in product.name.casefold() else product.name


def _party(party: WrittenParty, otherwise: str) -> JsonObject:
    first = party.registered[0] if party.registered else None
    known = [_identity(one, party.name) for one in party.registered[1:]]
    return {
        "type": ["Party"],
        "id": party.id or (_address(first) if first else otherwise),
        "name": party.name,
        **({"registeredId": first.number, "idScheme": _scheme(first)} if first else {}),
        **({"registrationCountry": {"countryCode": party.country}} if party.country else {}),
        **({"organisationWebsite": party.website} if party.website else {}),
        **({"partyAlsoKnownAs": known} if known else {}),
    }


def _identity(one: WrittenIdentifier, name: str) -> JsonObject:
    return {
        "type": ["Party"],
        "id": _address(one),
        "name": one.name or name,
        "registeredId": one.number,
        "idScheme": _scheme(one),
    }


def _address(one: WrittenIdentifier) -> str:
    if one.id is not None:
        return one.id
    return f"{one.scheme}{'' if one.scheme.endswith(('/', ':', '#', '=')) else '/'}{quote(one.number, safe='')}"


def _scheme(one: WrittenIdentifier) -> JsonObject:
    return {"type": ["IdentifierScheme"], "id": one.scheme, "name": one.scheme_name or one.scheme}


def _endorsement(one: WrittenAuthorisation) -> JsonObject:
    evidence = {"linkURL": one.evidence, "linkName": one.evidence_name or one.name} if one.evidence else None
    return {
        "name": one.name,
        "issuingAuthority": _party(one.by, f"urn:tenring:holder/{quote(one.by.name, safe='')}"),
        **({"endorsementEvidence": evidence} if evidence else {}),
    }


def _link(one: WrittenEvidence) -> JsonObject:
    return {
        "linkURL": one.address,
        "linkName": one.name,
        **({"digestMultibase": one.digest} if one.digest else {}),
        **({"mediaType": one.media_type} if one.media_type else {}),
    }


def _proof(one: Proof) -> str:
    accredited = "accredited" if one.accredited else ""
    about = [one.document, one.date.isoformat() if one.date else None, one.laboratory, accredited]
    return ", ".join([one.kind.replace("_", " "), *(text for text in about if text)])


def _english(names: Mapping[str, Any]) -> str:
    return str(names.get("en") or in_language(dict(names)))


@lru_cache(maxsize=1024)
def licence_number(attestation: str) -> str:
    """The number of a licence from the identifier of its attestation: what stands after the last / or :."""
    return unquote(attestation.rstrip("/").replace(":", "/").rpartition("/")[2])
