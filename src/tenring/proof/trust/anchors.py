"""Digital Identity Anchors (UNTP 0.7.0): the network says which registered programme controls a DID.

A recognition says what an issuer may do, an anchor who it is. The registrar is whoever recognised it, its register is
the catalogue of programmes, the scopes are what it is recognised for on the day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from tenring.exceptions import IssueError, MalformedError, MaterialError
from tenring.language import T
from tenring.proof.material import Material
from tenring.proof.moment import moment, read_moment
from tenring.proof.status.lists import Prove
from tenring.proof.strict import JsonObject
from tenring.proof.trust.entities import CREDENTIALS
from tenring.proof.trust.fields import day, identifier, member, names, refuse_field, several, text, types, url
from tenring.proof.trust.model import CATEGORY_URN, EVERY, PROGRAMME_URN, Action, Entity, Recognition, TrustModel

CONTEXT: Final = "https://vocabulary.uncefact.org/untp/0.7.0/context/"
SCHEMA: Final = "https://untp.unece.org/artefacts/schema/v0.7.0/dia/DigitalIdentityAnchor.json"
#: The register whose numbers are the ids of programmes in the catalogue.
REGISTER: Final = "urn:tenring:programmes"
_REGISTER_NAME: Final = "Tenring catalogue of programmes"


@dataclass(frozen=True)
class Anchor:
    """Who controls a DID, as a register says."""

    did: str
    registered_name: str
    registered_id: str
    registered: date
    registrar: str
    """DID of whoever says so."""
    registrar_name: str
    scopes: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime | None = None
    information: str | None = None
    """Where the register tells more."""
    got: datetime | None = None
    """When it was got, where it was."""


def anchor_of(entity: Entity, recognitions: Iterable[Recognition], registrar: Entity, at: datetime) -> Anchor:
    """The anchor of an entity, by what is recorded of it; `until` and status are the caller's to add.

    Raises:
        IssueError: it is no programme of the catalogue, or is not recognised to issue anything.
    """
    issues = [one for one in recognitions if one.entity == entity.did and one.action is Action.ISSUE]
    on = at.astimezone(UTC).date()
    holding = [one for one in issues if one.holds(on)]
    if entity.programme is None or not holding:
        raise IssueError(T("{name} has no programme, or is not recognised on {on}", name=entity.name, on=on))
    return Anchor(
        did=entity.did,
        registered_name=entity.legal_name or _english(entity),
        registered_id=entity.programme,
        registered=min(one.since for one in issues),
        registrar=registrar.did,
        registrar_name=registrar.legal_name or _english(registrar),
        scopes=tuple(sorted({scope for one in holding for scope in _scopes(one)})),
        valid_from=at,
        information=entity.website,
    )


def _english(entity: Entity) -> str:
    """A signed document says one thing, whoever's language is in use."""
    return entity.names.get("en") or next(iter(entity.names.values()), entity.did)


def _scopes(recognition: Recognition) -> Iterable[str]:
    """Schemes and categories as URIs. `EVERY` has none: it is the programme as a whole."""
    for prefix, found in ((PROGRAMME_URN, recognition.scope.schemes), (CATEGORY_URN, recognition.scope.categories)):
        yield from (name if ":" in name else f"{prefix}{name}" for name in found if name != EVERY)
        if EVERY in found:
            yield prefix.removesuffix("/")


def write_anchor(anchor: Anchor, address: str) -> JsonObject:
    """The credential that is published at `address`, not signed yet."""
    credential: JsonObject = {
        "@context": [CREDENTIALS, CONTEXT],
        "type": ["DigitalIdentityAnchor", "VerifiableCredential"],
        "id": address,
        "issuer": {"type": ["CredentialIssuer"], "id": anchor.registrar, "name": anchor.registrar_name},
        "validFrom": moment(anchor.valid_from),
        "name": f"Identity anchor of {anchor.registered_name}",
        "credentialSubject": {
            "type": ["RegisteredIdentity"],
            "id": anchor.did,
            "registeredName": anchor.registered_name,
            "registeredId": anchor.registered_id,
            "registeredDate": anchor.registered.isoformat(),
            "idScheme": {"type": ["IdentifierScheme"], "id": REGISTER, "name": _REGISTER_NAME},
            "registrar": {"type": ["Party"], "id": anchor.registrar, "name": anchor.registrar_name},
            "registerType": "accreditation",
            "registrationScope": list(anchor.scopes),
        },
    }
    if anchor.valid_until is not None:
        credential["validUntil"] = moment(anchor.valid_until)
    if anchor.information is not None:
        credential["credentialSubject"]["publicInformation"] = anchor.information
    return credential


def read_anchor(credential: JsonObject) -> Anchor:
    """What an identity anchor says, ours or another register's; its signature is somebody else's to check.

    Raises:
        MalformedError: it is none.
    """
    types(credential.get("type"), "type", "DigitalIdentityAnchor")
    types(credential.get("type"), "type", "VerifiableCredential")
    subject = member(credential.get("credentialSubject"), "credentialSubject")
    issuer = credential.get("issuer")
    registered = day(subject.get("registeredDate"), "credentialSubject.registeredDate")
    facts = {name: text(subject.get(name), f"credentialSubject.{name}") for name in ("registeredName", "registeredId")}
    name, number = facts["registeredName"], facts["registeredId"]
    if registered is None or name is None or number is None:
        refuse_field("credentialSubject", T("it lacks registeredName, registeredId or registeredDate"))
    called = names(issuer.get("name"), "issuer.name") if isinstance(issuer, dict) else {}
    did = identifier(issuer, "issuer")
    return Anchor(
        did=identifier(subject, "credentialSubject.id"),
        registered_name=name,
        registered_id=number,
        registered=registered,
        registrar=did,
        registrar_name=called.get("en") or next(iter(called.values()), did),
        scopes=tuple(
            identifier(one, "credentialSubject.registrationScope") for one in several(subject.get("registrationScope"))
        ),
        valid_from=read_moment(credential.get("validFrom"), "validFrom"),
        valid_until=read_moment(credential["validUntil"], "validUntil") if "validUntil" in credential else None,
        information=url(subject.get("publicInformation"), "credentialSubject.publicInformation"),
    )


def find_anchor(did: str, trust: TrustModel, material: Material, at: datetime, prove: Prove) -> Anchor:
    """The anchor of an entity of the trust list, when it can be relied on at this moment.

    Raises:
        MaterialError: none is named, at hand, fresh, or valid any more.
        ProofError: it was signed by nobody who recognises the entity, or is about another.
    """
    entity = trust.entities.get(did)
    if entity is None or entity.anchor is None:
        raise MaterialError(T("the trust list names no identity anchor of {did}", did=did))
    found = material.find(entity.anchor)
    if found is None:
        raise MaterialError(T("{address} is not at hand", address=entity.anchor))
    proven = prove(found.body)
    anchor = read_anchor(proven.document)
    if anchor.did != did or anchor.registrar != proven.controller:
        raise MalformedError(T("{address} is no identity anchor of {did}", address=entity.anchor, did=did))
    if anchor.registrar not in {trust.root, *(one.by for one in trust.history(did))}:
        raise MalformedError(T("{registrar} does not recognise {did}", registrar=anchor.registrar, did=did))
    if not found.fresh(at) or at < anchor.valid_from or (anchor.valid_until is not None and at > anchor.valid_until):
        raise MaterialError(T("{address} cannot be relied on at this moment", address=entity.anchor))
    return Anchor(**{**vars(anchor), "got": found.got})
