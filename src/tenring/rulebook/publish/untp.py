"""Criteria as a UNTP Conformity Vocabulary Catalogue (0.7.0), in JSON-LD: scheme, profile, criterion.

A programme is a scheme, a revision a profile, a clause a criterion. UNTP knows one number for a criterion and no
logic; what it has no place for (strictness, alternatives, tables, methods, evidence, source and mark) stands beside it
in terms of our own (`tenring:`, `context.jsonld`). A number that does not bind everybody, whose unit has no code, or
that nobody has verified is never given as a required measure.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from tenring.language import in_language
from tenring.rulebook.amounts import plain_number
from tenring.rulebook.describe import Describer
from tenring.rulebook.expressions import ALWAYS, NEVER, Condition, Quantity, quantities
from tenring.rulebook.publish.limits import Limit, in_unit, left_open, limits_of
from tenring.rulebook.publish.names import URN, Publication, in_each_language, token
from tenring.rulebook.revision import Clause, Needed, PointsRule, Revision

CONTEXT = "https://vocabulary.uncefact.org/untp/0.7.0/context/"
OWN_CONTEXT = "context.jsonld"
#: UN/ECE Recommendation 20, for the units of our properties whose code is beyond doubt.
UNIT_CODES = {
    "dimensionless": "C62", "percent": "P1", "mg/kg": "NA", "g/L": "GL", "mg/m**3": "GP", "µg/m**3": "GQ", "W": "WTT",
    "kW": "KWT", "g": "GRM", "kg": "KGM", "L": "LTR", "mm": "MMT", "cm": "CMT", "year": "ANN", "hour": "HUR",
    "minute": "MIN", "second": "SEC", "K": "KEL", "V": "VLT", "lm": "LUM",
}  # fmt: skip
_TEXTS = ("names", "requires", "when", "waived", "note")
_PLAIN = (
    "of", "condition", "method", "how", "operator", "value", "unit", "printed", "since", "case", "binds", "mark",
    "document", "clause", "role", "level", "evidence", "grade", "until", "transitionUntil", "on", "shownBy", "needed",
    "maximumAgeDays", "accredited", "issuer", "samples", "points", "category", "open",
)  # fmt: skip

Json = dict[str, object]


def own_context() -> Json:
    """`context.jsonld`: the terms of ours."""
    terms: Json = {"tenring": f"{URN}vocabulary:"}
    terms |= {f"tenring:{name}": {"@id": f"tenring:{name}", "@container": "@language"} for name in _TEXTS}
    terms |= {f"tenring:{name}": {"@id": f"tenring:{name}"} for name in _PLAIN}
    for name in ("property", "address", "criterion"):
        terms[f"tenring:{name}"] = {"@id": f"tenring:{name}", "@type": "@id"}
    for name in ("limit", "source", "grades"):
        terms[f"tenring:{name}"] = {"@id": f"tenring:{name}", "@container": "@set"}
    return {"@context": terms}


def schemes(publication: Publication) -> Iterator[tuple[str, Json]]:
    """Each programme that has criteria: its id and its scheme with all profiles and criteria."""
    for programme, revisions in groupby(publication.library.revisions, lambda one: one.programme):
        yield programme, _scheme(publication, programme, list(revisions))


def catalogue(publication: Publication) -> Json:
    """`catalogue.jsonld`: the schemes by name."""
    listed = [
        {key: scheme[key] for key in ("type", "id", "name", "documentation")} for _, scheme in schemes(publication)
    ]
    return {"@context": [CONTEXT, OWN_CONTEXT], "tenring:on": publication.on.isoformat(), "@graph": listed}


def _scheme(publication: Publication, name: str, revisions: list[Revision]) -> Json:
    programme = publication.programmes.get(name)
    names = programme.names if programme else {"en": name}
    own = publication.programme(name)
    operator = programme.operator if programme else {"en": name}
    mandated = programme is not None and programme.assurance == "regulator"
    reference: Json = {"id": own, "name": _english(names)}
    return {
        "@context": [CONTEXT, OWN_CONTEXT],
        "type": ["ConformityScheme"],
        "id": own,
        "name": _english(names),
        "tenring:names": names,
        "description": "Written down from the documents cited; not issued by the owner of the scheme.",
        "owner": {"id": f"{own}/owner", "name": _english(operator)},
        # The weakest level for what an authority does not stand behind: no endorsement is known to us.
        "endorsementLevel": "endorsed_mandate" if mandated else "endorsed_self",
        "documentation": programme.website if programme and programme.website else own,
        "tenring:on": publication.on.isoformat(),
        "includedProfile": [_profile(publication, one, reference) for one in revisions],
    }


def _profile(publication: Publication, revision: Revision, scheme: Json) -> Json:
    page = publication.page(revision)
    grades = [{"code": grade, "rank": rank} for rank, grade in enumerate(revision.grades, 1)]
    framework = {"name": f"{revision.id} classes", "description": revision.document, "score": grades}
    return {
        "type": ["ConformityProfile"],
        "id": publication.revision(revision),
        "name": _english(revision.titles),
        "tenring:names": revision.titles,
        "description": revision.document,
        "version": _version(revision),
        "validFrom": revision.since.isoformat(),
        **({"tenring:until": revision.until.isoformat()} if revision.until else {}),
        **({"tenring:transitionUntil": revision.transition_until.isoformat()} if revision.transition_until else {}),
        "status": publication.status(revision),
        "tenring:category": list(revision.categories),
        **({"criterionScoringFramework": [framework]} if grades else {}),
        **({"documentation": page} if page else {}),
        "scheme": scheme,
        "tenring:mark": revision.mark,
        **({"tenring:note": revision.note} if revision.note else {}),
        **(
            {"tenring:points": [_points(publication, revision, one) for one in revision.points]}
            if revision.points
            else {}
        ),
        "criterion": [_criterion(publication, revision, clause) for clause in revision.clauses],
    }


def _points(publication: Publication, revision: Revision, rule: PointsRule) -> Json:
    counted = [one for one in revision.clauses if one.id in rule.clauses or not (rule.clauses or one.points is None)]
    return {
        "tenring:value": plain_number(rule.at_least),
        "tenring:criterion": [publication.clause(revision, one) for one in counted],
    }


def _criterion(publication: Publication, revision: Revision, clause: Clause) -> Json:
    describer = Describer(publication.library.properties)
    requires = _text(describer, clause.requires)
    page = publication.page(revision)
    optional: Json = {"tenring:level": clause.level, "tenring:note": clause.note}
    optional |= {"tenring:when": None if clause.applies == ALWAYS else _text(describer, clause.applies)}
    optional |= {"tenring:waived": None if clause.waived_by == NEVER else _text(describer, clause.waived_by)}
    if clause.points is not None:
        optional |= {"tenring:points": describer.term(clause.points)}
    optional |= {"tenring:open": list(left_open(clause))}
    optional |= {"tenring:limit": [_limit(publication, one) for one in limits_of(clause.requires)]}
    optional |= {"tenring:evidence": [_way(way) for way in clause.shown_by]}
    optional |= {"tenring:grades": [_grade(publication, one.name, one.requires) for one in clause.grades]}
    return {
        "type": ["Criterion"],
        "id": publication.clause(revision, clause),
        "name": _english(clause.titles),
        "tenring:names": clause.titles,
        "description": requires["en"],
        "version": _version(revision),
        "status": publication.status(revision),
        **({"documentation": f"{page}#{token(clause.id)}"} if page else {}),
        "conformityTopic": [],
        "tag": [clause.role, f"mark:{clause.source.mark}", f"subject:{clause.subject}"],
        "requiredPerformance": _performances(publication, clause),
        "tenring:requires": requires,
        "tenring:source": _source(clause),
        **{name: value for name, value in optional.items() if value},
    }


def _performances(publication: Publication, clause: Clause) -> list[Json]:
    """What is measured, once each; with the number where UNTP can say it without saying more than the document."""
    sure = clause.source.mark != "unverified" and clause.applies == ALWAYS and clause.waived_by == NEVER
    found: list[Json] = []
    for quantity in dict.fromkeys(quantities(clause.requires)):
        limits = [one for one in limits_of(clause.requires) if one.quantity == quantity]
        measure = _measure(publication, limits[0]) if sure and len(limits) == 1 else None
        found.append({"metric": _metric(publication, quantity), **({"measure": measure} if measure else {})})
    return found


def _metric(publication: Publication, quantity: Quantity) -> Json:
    describer = Describer(publication.library.properties)
    name = in_each_language(lambda: describer.quantity(quantity))["en"]
    return {"id": publication.property(quantity.property), "name": name}


def _measure(publication: Publication, limit: Limit) -> Json | None:
    """A limit as UNTP has it, without a sign: only `at most` and `at least`; which, stands in `tenring:limit`."""
    number, unit = in_unit(limit, publication.library.properties)
    plain = {"<=": ("value", "maximum"), ">=": ("value", "minimum")}.get(limit.operator, ())
    if not limit.binds or limit.how not in plain or unit not in UNIT_CODES:
        return None
    return {"value": _json_number(Decimal(number)), "unit": UNIT_CODES[unit]}


def _json_number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _limit(publication: Publication, limit: Limit) -> Json:
    properties = publication.library.properties
    number, unit = in_unit(limit, properties)
    quantity = limit.quantity
    optional: Json = {
        "tenring:condition": [f"{name}: {text}" for name, text in quantity.at],
        "tenring:method": list(quantity.methods),
        "tenring:unit": unit,
        "tenring:printed": limit.printed,
        "tenring:since": limit.since and limit.since.isoformat(),
        "tenring:case": limit.case and (limit.case.label or _text(Describer(properties), limit.case.when)["en"]),
    }
    return {
        "tenring:property": publication.property(quantity.property),
        "tenring:of": quantity.of,
        "tenring:how": limit.how,
        "tenring:operator": limit.operator,
        "tenring:value": number,
        "tenring:binds": limit.binds,
        **{name: value for name, value in optional.items() if value},
    }


def _source(clause: Clause) -> list[Json]:
    source = clause.source
    found: Json = {"tenring:document": source.document, "tenring:clause": source.clause, "tenring:mark": source.mark}
    return [found | ({"tenring:address": source.address} if source.address else {}) | {"tenring:role": clause.role}]


def _way(way: tuple[Needed, ...]) -> Json:
    return {"tenring:needed": [_needed(one) for one in way]}


def _needed(one: Needed) -> Json:
    optional: Json = {
        "tenring:method": list(one.methods),
        "tenring:maximumAgeDays": one.max_age_days,
        "tenring:accredited": one.accredited,
        "tenring:issuer": list(one.issuers),
        "tenring:samples": one.samples,
    }
    return {"tenring:shownBy": one.kind, **{name: value for name, value in optional.items() if value}}


def _grade(publication: Publication, name: str, requires: Condition) -> Json:
    return {"tenring:grade": name, "tenring:requires": _text(Describer(publication.library.properties), requires)}


def _text(describer: Describer, condition: Condition) -> dict[str, str]:
    return in_each_language(lambda: describer.condition(condition))


def _english(names: dict[str, str]) -> str:
    return names.get("en") or in_language(names)


def _version(revision: Revision) -> str:
    """The day in force as a semantic version: `2016.7.28`."""
    return f"{revision.since.year}.{revision.since.month}.{revision.since.day}"
