"""Recognition as a W3C Recognized Entities credential (v1.0, editor's draft of 2 August 2026), written and read.

The draft has words for who recognises whom to do what, none for schemes, categories and dates; those stand beside its
words in terms of our own (`tenring:`). A list without them is read, too: it knows its entities and gives no right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tenring.exceptions import MalformedError, MaterialError
from tenring.language import T
from tenring.proof.moment import moment, read_moment
from tenring.proof.strict import JsonObject
from tenring.proof.trust.fields import (
    day,
    identifier,
    member,
    names,
    refuse_field,
    required_url,
    several,
    shown,
    text,
    texts,
    types,
    url,
)
from tenring.proof.trust.model import Action, Entity, PostalAddress, Recognition, Scope, category_name, scheme_name

CREDENTIALS: Final = "https://www.w3.org/ns/credentials/v2"
RECOGNIZED_ENTITIES: Final = "https://www.w3.org/ns/credentials/recognized-entities/v1"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
#: Terms of our own.
OWN_CONTEXT: Final[JsonObject] = {
    "tenring": "urn:tenring:vocabulary:",
    "xsd": _XSD,
    "tenring:scheme": {"@id": "tenring:scheme", "@container": "@set"},
    "tenring:category": {"@id": "tenring:category", "@container": "@set"},
    "tenring:from": {"@id": "tenring:from", "@type": "xsd:date"},
    "tenring:until": {"@id": "tenring:until", "@type": "xsd:date"},
    "tenring:why": {"@id": "tenring:why"},
    "tenring:programme": {"@id": "tenring:programme"},
    "tenring:recognises": {"@id": "tenring:recognises", "@type": "@id"},
    "tenring:identityAnchor": {"@id": "tenring:identityAnchor", "@type": "@id"},
    "tenring:statusList": {"@id": "tenring:statusList", "@type": "@id", "@container": "@set"},
    "tenring:address": {"@id": "tenring:address"},
    "tenring:electronicAddress": {"@id": "tenring:electronicAddress"},
    "tenring:number": {"@id": "tenring:number", "@type": "xsd:integer"},
}
#: What a recognised issuer's certificates must conform to.
OUTPUT: Final = "https://untp.unece.org/artefacts/schema/v0.7.0/dcc/ConformityCredential.json"
#: How long a list is relied on that does not say until when it is valid.
UNSAID: Final = timedelta(days=90)
#: Of one list; more is an attack.
MOST_ENTITIES: Final = 20_000
_KINDS: Final = ("EtsiTrustServiceList", "x509CertificateAuthorityList", "RecognizedEntityCredential")


class StaleListError(MaterialError):
    """A list was once right and may not be relied on any more."""


@dataclass(frozen=True)
class RecognisedList:
    """One list: who publishes it, when it is valid, and whom it recognises."""

    address: str | None
    publisher: Entity
    valid_from: datetime | None
    valid_until: datetime | None
    entities: tuple[Entity, ...]
    recognitions: tuple[Recognition, ...]
    number: int | None = None
    """Grows with each edition."""

    def require_valid(self, at: datetime) -> None:
        """Refuse a list that is not valid at this moment. One that does not say until when is valid for `UNSAID`.

        Raises:
            MalformedError: it is not yet, or does not say when.
            StaleListError: it is not any more.
        """
        if self.valid_from is None and self.valid_until is None:
            raise MalformedError(T("the list does not say when it is valid"))
        if self.valid_from is not None and at < self.valid_from:
            raise MalformedError(T("the list is valid only from {day} on", day=moment(self.valid_from)))
        if self.ends is not None and at > self.ends:
            raise StaleListError(T("the list was valid until {day}", day=moment(self.ends)))

    @property
    def ends(self) -> datetime | None:
        """Until when it is relied on; None: it does not even say since when it is valid."""
        if self.valid_until is not None or self.valid_from is None:
            return self.valid_until
        return self.valid_from + min(UNSAID, datetime.max.replace(tzinfo=UTC) - self.valid_from)


# writing


def write_list(listed: RecognisedList) -> JsonObject:
    """The credential that says what `listed` says, not signed yet."""
    credential: JsonObject = {
        "@context": [CREDENTIALS, RECOGNIZED_ENTITIES, OWN_CONTEXT],
        "type": ["VerifiableCredential", "RecognizedEntityCredential"],
    }
    if listed.address is not None:
        credential["id"] = listed.address
    credential["issuer"] = _written_entity(listed.publisher, "RecognizedIssuer")
    if listed.valid_from is not None:
        credential["validFrom"] = moment(listed.valid_from)
    if listed.valid_until is not None:
        credential["validUntil"] = moment(listed.valid_until)
    if listed.number is not None:
        credential["tenring:number"] = listed.number
    of: dict[str, list[Recognition]] = {}
    for recognition in listed.recognitions:
        of.setdefault(recognition.entity, []).append(recognition)
    credential["credentialSubject"] = [
        _written_entity(entity, "RecognizedEntity") | _written_actions(of.get(entity.did, ()))
        for entity in sorted(listed.entities, key=lambda one: one.did)
    ]
    return credential


def _written_entity(entity: Entity, kind: str) -> JsonObject:
    """An entity, without what is not known of it."""
    name = [{"@value": value, "@language": language} for language, value in sorted(entity.names.items())]
    facts: JsonObject = {
        "id": entity.did,
        "type": kind,
        "name": name[0]["@value"] if len(name) == 1 and "en" in entity.names else name,
        "legalName": entity.legal_name,
        "url": entity.website,
        "tenring:programme": entity.programme,
        "tenring:recognises": entity.list_address,
        "tenring:identityAnchor": entity.anchor,
        "tenring:statusList": list(entity.status_lists),
        "tenring:electronicAddress": entity.electronic,
        "tenring:address": _written_address(entity.address),
    }
    return {key: value for key, value in facts.items() if value}


def _written_address(address: PostalAddress | None) -> JsonObject:
    if address is None:
        return {}
    facts = {
        "tenring:street": address.street,
        "tenring:locality": address.locality,
        "tenring:postalCode": address.postal_code,
        "tenring:country": address.country,
    }
    return {key: value for key, value in facts.items() if value}


def _written_actions(recognitions: Iterable[Recognition]) -> JsonObject:
    actions = [_written_action(one) for one in sorted(recognitions, key=lambda one: (one.action, one.since, _key(one)))]
    return {"recognizedTo": actions} if actions else {}


def _key(recognition: Recognition) -> tuple[list[str], list[str]]:
    return sorted(recognition.scope.schemes), sorted(recognition.scope.categories)


def _written_action(recognition: Recognition) -> JsonObject:
    action: JsonObject = {
        "type": "RecognizedAction",
        "action": recognition.action.value,
        "recognizedBy": recognition.by,
        "tenring:scheme": sorted(recognition.scope.schemes),
        "tenring:category": sorted(recognition.scope.categories),
        "tenring:from": recognition.since.isoformat(),
    }
    if recognition.until is not None:
        action["tenring:until"] = recognition.until.isoformat()
    if recognition.why:
        action["tenring:why"] = recognition.why
    if recognition.action is Action.ISSUE:
        action["outputValidation"] = {"id": OUTPUT, "type": "JsonSchema"}
    return action


# reading


def read_list(credential: JsonObject) -> RecognisedList:
    """What a recognized entities credential says; its signature is somebody else's to check.

    Raises:
        MalformedError: it breaks the draft, or recognises in somebody else's name.
    """
    types(credential.get("type"), "type", "VerifiableCredential")
    types(credential.get("type"), "type", "RecognizedEntityCredential")
    publisher = _read_entity(credential.get("issuer"), "issuer")
    begins, ends = (
        read_moment(credential[name], name) if name in credential else None for name in ("validFrom", "validUntil")
    )
    subjects = several(credential.get("credentialSubject"))
    if not subjects or len(subjects) > MOST_ENTITIES:
        refuse_field("credentialSubject", T("it names no entity, or more than {most}", most=f"{MOST_ENTITIES:,}"))
    entities: dict[str, Entity] = {}
    recognitions: list[Recognition] = []
    for number, subject in enumerate(subjects):
        where = f"credentialSubject[{number}]"
        types(member(subject, where).get("type"), f"{where}.type", "RecognizedEntity")
        entity = _read_entity(subject, where)
        if entity.did in entities:
            refuse_field(where, T("{did} stands twice in the list", did=entity.did))
        entities[entity.did] = entity
        recognitions += _read_actions(member(subject, where), where, entity.did, _Listing(publisher.did, begins))
    number_of = credential.get("tenring:number")
    if number_of is not None and (type(number_of) is not int or number_of < 1):
        refuse_field("tenring:number", T("it is not a number"))
    return RecognisedList(
        url(credential.get("id"), "id"),
        publisher,
        begins,
        ends,
        tuple(entities.values()),
        tuple(recognitions),
        number_of,
    )


@dataclass(frozen=True)
class _Listing:
    """What a list says about everyone in it: its publisher, and since when it is valid."""

    publisher: str
    valid_from: datetime | None


def _read_entity(value: object, where: str) -> Entity:
    """An entity with its general properties (draft, section 3.1); an issuer may be its URL alone."""
    did = identifier(value, f"{where}.id")
    if not isinstance(value, dict):
        return Entity(did)
    url(value.get("image"), f"{where}.image")
    for number, same in enumerate(several(value.get("sameAs"))):
        required_url(same, f"{where}.sameAs[{number}]")
    legal = value.get("legalName")
    if legal is not None and not isinstance(legal, str):
        refuse_field(f"{where}.legalName", T("it is not a text"))
    if legal is not None:
        shown(legal, f"{where}.legalName")
    for number, reference in enumerate(several(value.get("recognizedIn"))):
        inside = f"{where}.recognizedIn[{number}]"
        identifier(member(reference, inside), f"{inside}.id")
        if not set(_KINDS) & {one for one in several(member(reference, inside).get("type")) if isinstance(one, str)}:
            refuse_field(f"{inside}.type", T("it is none of {types}", types=", ".join(_KINDS)))
    return Entity(
        did=did,
        names=names(value.get("name"), f"{where}.name"),
        legal_name=legal,
        programme=text(value.get("tenring:programme"), f"{where}.tenring:programme"),
        website=url(value.get("url"), f"{where}.url"),
        address=_read_address(value.get("tenring:address"), f"{where}.tenring:address"),
        electronic=url(value.get("tenring:electronicAddress"), f"{where}.tenring:electronicAddress"),
        list_address=url(value.get("tenring:recognises"), f"{where}.tenring:recognises"),
        anchor=url(value.get("tenring:identityAnchor"), f"{where}.tenring:identityAnchor"),
        status_lists=tuple(
            required_url(one, f"{where}.tenring:statusList") for one in several(value.get("tenring:statusList"))
        ),
    )


def _read_address(value: object, where: str) -> PostalAddress | None:
    if value is None:
        return None
    facts = {
        name: text(member(value, where).get(f"tenring:{name}"), f"{where}.tenring:{name}")
        for name in ("street", "country", "locality", "postalCode")
    }
    street, country = facts["street"], facts["country"]
    if not street or not country:
        refuse_field(where, T("an address needs a street and a country"))
    return PostalAddress(street, country, facts["locality"], facts["postalCode"])


def _read_actions(subject: JsonObject, where: str, did: str, listing: _Listing) -> list[Recognition]:
    found = []
    for number, written in enumerate(several(subject.get("recognizedTo"))):
        inside = f"{where}.recognizedTo[{number}]"
        action = member(written, inside)
        types(action.get("type"), f"{inside}.type", "RecognizedAction")
        _require_validation(action.get("outputValidation"), f"{inside}.outputValidation")
        by = action.get("recognizedBy")
        if by is not None and identifier(by, f"{inside}.recognizedBy") != listing.publisher:
            refuse_field(
                f"{inside}.recognizedBy", T("nobody but {did} can recognise in its list", did=listing.publisher)
            )
        recognition = _read_recognition(action, inside, did, listing)
        if recognition is not None:
            found.append(recognition)
    return found


def _require_validation(value: object, where: str) -> None:
    for number, schema in enumerate(several(value)):
        inside = f"{where}[{number}]"
        required_url(member(schema, inside).get("id"), f"{inside}.id")
        if not texts(member(schema, inside).get("type"), f"{inside}.type"):
            refuse_field(f"{inside}.type", T("it is missing"))


def _read_recognition(action: JsonObject, where: str, did: str, listing: _Listing) -> Recognition | None:
    """A recognition; None for an action that gives no right here, because its word is not one of ours."""
    word = action.get("action")
    if not isinstance(word, str):
        refuse_field(f"{where}.action", T("it is not a text"))
    if word not in {known.value for known in Action}:
        return None
    since, until = (day(action.get(f"tenring:{name}"), f"{where}.tenring:{name}") for name in ("from", "until"))
    since = since or _first(listing.valid_from)
    if since is None:
        refuse_field(f"{where}.tenring:from", T("neither it nor the list says since when"))
    if until is not None and until < since:
        refuse_field(f"{where}.tenring:until", T("it ends before it begins"))
    schemes, categories = (
        texts(action.get(f"tenring:{name}"), f"{where}.tenring:{name}") for name in ("scheme", "category")
    )
    scope = Scope(frozenset(map(scheme_name, schemes)), frozenset(map(category_name, categories)))
    why = text(action.get("tenring:why"), f"{where}.tenring:why") or ""
    return Recognition(did, listing.publisher, Action(word), scope, since, until, why)


def _first(at: datetime | None) -> date | None:
    """The first day that lies wholly after a moment begins: the day itself, in UTC."""
    return at.astimezone(UTC).date() if at is not None else None
