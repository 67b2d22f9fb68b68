"""Recognition as an ETSI list of trusted entities (TS 119 602 V1.1.1, JSON binding of annex A), to be signed as JWS.

ETSI asks for a postal and an electronic address and a web page of the operator and of every entity; nothing is
invented where one is missing: the export says whose. A list has one status for each service now, and its history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from tenring.exceptions import IssueError
from tenring.language import T
from tenring.proof.moment import moment
from tenring.proof.strict import JsonObject
from tenring.proof.trust.entities import OUTPUT, RecognisedList
from tenring.proof.trust.model import CATEGORY_URN, EVERY, PROGRAMME_URN, Action, Entity, Recognition

VERSION: Final = 1
#: Types and statuses of a list that is none of the European Union's own; ETSI lets a scheme name its own.
LIST_TYPE: Final = "urn:tenring:lote:recognised-programmes"
STATUS_DETERMINATION: Final = "urn:tenring:lote:recognition-by-the-network"
SERVICES: Final = {
    Action.ISSUE: "urn:tenring:lote:service:issue",
    Action.RECOGNISE: "urn:tenring:lote:service:recognise",
}
GRANTED: Final = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"
WITHDRAWN: Final = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/withdrawn"
#: Not yet: the day has not come.
PROPOSED: Final = "urn:tenring:lote:status:not-yet"
#: ETSI's code for "the whole history is kept" (TS 119 612, clause 5.3.12).
ALL_HISTORY: Final = 65535
_NAMES: Final = {Action.ISSUE: "Certificates of conformity", Action.RECOGNISE: "Recognition of others"}


def etsi_list(listed: RecognisedList, *, territory: str, on: date) -> JsonObject:
    """The list as ETSI writes it, by the statuses of one day. `territory`: ISO 3166-1 code of an economy, or `EU`.

    Raises:
        IssueError: an address or a web page is missing, or the list does not say until when it is valid; names whose.
    """
    if lacking := _lacking([listed.publisher, *listed.entities]):
        do = T("Record them with `tenring trust add`")
        what = T("an ETSI list needs the address, the electronic address and the web page of everyone in it")
        raise IssueError(f"{what}: {'; '.join(lacking)}. {do}")
    if listed.valid_from is None or listed.valid_until is None or listed.number is None:
        raise IssueError(T("an ETSI list needs its number, and from when until when it is valid"))
    operator = listed.publisher
    of: dict[str, list[Recognition]] = {}
    for one in listed.recognitions:
        of.setdefault(one.entity, []).append(one)
    information: JsonObject = {
        "LoTEVersionIdentifier": VERSION,
        "LoTESequenceNumber": listed.number,
        "LoTEType": LIST_TYPE,
        "SchemeOperatorName": _texts(operator.names),
        "SchemeOperatorAddress": _addresses(operator, "SchemeOperator"),
        "SchemeName": [{"lang": "en", "value": f"{territory}:Recognised programmes"}],
        "SchemeInformationURI": _uris(operator.website),
        "StatusDeterminationApproach": STATUS_DETERMINATION,
        "SchemeTerritory": territory,
        "HistoricalInformationPeriod": ALL_HISTORY,
        "ListIssueDateTime": moment(listed.valid_from),
        "NextUpdate": moment(listed.valid_until),
    }
    if listed.address is not None:
        information["DistributionPoints"] = [listed.address]
    entities = [_entity(one, of[one.did], on) for one in listed.entities if one.did in of]
    body: JsonObject = {"ListAndSchemeInformation": information}
    return {"LoTE": body | ({"TrustedEntitiesList": entities} if entities else {})}


def _lacking(entities: Sequence[Entity]) -> list[str]:
    facts = {"address": T("address"), "electronic": T("electronic address"), "website": T("web page")}
    found = []
    for entity in entities:
        missing = [word for name, word in facts.items() if not getattr(entity, name)]
        if missing:
            found.append(f"{entity.name} ({', '.join(missing)})")
    return found


def _entity(entity: Entity, recognitions: Sequence[Recognition], on: date) -> JsonObject:
    information: JsonObject = {
        "TEName": [{"lang": "en", "value": entity.legal_name}] if entity.legal_name else _texts(entity.names),
        "TEAddress": _addresses(entity, "TE"),
        "TEInformationURI": _uris(entity.website),
    }
    if entity.legal_name and entity.names:
        information["TETradeName"] = _texts(entity.names)
    services: dict[tuple[object, ...], list[Recognition]] = {}
    for one in sorted(recognitions, key=lambda each: each.since):
        key = (one.action, tuple(sorted(one.scope.schemes)), tuple(sorted(one.scope.categories)))
        services.setdefault(key, []).append(one)
    found = [_service(entity, services[key], on) for key in sorted(services, key=str)]
    return {"TrustedEntityInformation": information, "TrustedEntityServices": found}


def _service(entity: Entity, periods: Sequence[Recognition], on: date) -> JsonObject:
    """One action for one scope: its status on the day, and each status that it had before, newest first."""
    changes = _changes(periods)
    past = [change for change in changes if change[0] <= on] or changes[:1]
    began, status = past[-1] if past[-1][0] <= on else (past[-1][0], PROPOSED)
    first = periods[0]
    service = {
        "ServiceName": [{"lang": "en", "value": _NAMES[first.action]}],
        "ServiceDigitalIdentity": {"OtherIds": [entity.did]},
        "ServiceTypeIdentifier": SERVICES[first.action],
    }
    definition = [OUTPUT, *_scopes(first)] if first.action is Action.ISSUE else _scopes(first)
    current: JsonObject = service | {
        "ServiceStatus": status,
        "StatusStartingTime": _start(began),
        "ServiceDefinitionURI": [{"lang": "en", "uriValue": uri} for uri in definition],
    }
    history = [service | {"ServiceStatus": was, "StatusStartingTime": _start(day)} for day, was in reversed(past[:-1])]
    return {"ServiceInformation": current} | ({"ServiceHistory": history} if history else {})


def _end(until: date | None) -> date | None:
    """The end of a period; the last day there is means none."""
    return None if until == date.max else until


def _changes(periods: Sequence[Recognition]) -> list[tuple[date, str]]:
    """Each day on which the status changed, oldest first. Periods that touch or overlap are one."""
    found: list[tuple[date, str]] = []
    end: date | None = None
    for number, period in enumerate(periods):
        if number and (end is None or period.since <= end + timedelta(days=1)):
            end = None if end is None or _end(period.until) is None else max(end, period.until or end)
            continue
        if number and end is not None:
            found.append((end + timedelta(days=1), WITHDRAWN))
        found.append((period.since, GRANTED))
        end = _end(period.until)
    if end is not None:
        found.append((end + timedelta(days=1), WITHDRAWN))
    return found


def _scopes(recognition: Recognition) -> list[str]:
    found = []
    for prefix, names in ((PROGRAMME_URN, recognition.scope.schemes), (CATEGORY_URN, recognition.scope.categories)):
        found += [name if ":" in name else f"{prefix}{name}" for name in sorted(names - {EVERY})]
    return found or [PROGRAMME_URN.removesuffix("/")]


def _start(day: date) -> str:
    return moment(datetime.combine(day, time(), UTC))


def _texts(names: Mapping[str, str]) -> list[JsonObject]:
    return [{"lang": language, "value": name} for language, name in sorted(names.items())]


def _uris(uri: str | None) -> list[JsonObject]:
    return [{"lang": "en", "uriValue": uri}]


def _addresses(entity: Entity, prefix: str) -> JsonObject:
    address = entity.address
    if address is None:  # `_lacking` has seen to it
        return {}
    facts = {
        "lang": "en",
        "StreetAddress": address.street,
        "Locality": address.locality,
        "PostalCode": address.postal_code,
        "Country": address.country,
    }
    postal = {name: value for name, value in facts.items() if value}
    return {f"{prefix}PostalAddress": [postal], f"{prefix}ElectronicAddress": _uris(entity.electronic)}
