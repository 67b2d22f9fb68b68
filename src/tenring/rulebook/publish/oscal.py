"""Criteria as OSCAL catalogues (NIST, 1.1.3), one for each revision: groups by subject, a control for each clause.

UUIDs are made from names and times from the date in force, so that the same criteria give the same file.
"""

from __future__ import annotations

from tenring.catalogue.properties import Properties
from tenring.rulebook.amounts import plain_number
from tenring.rulebook.describe import Describer
from tenring.rulebook.expressions import ALWAYS, NEVER, Condition
from tenring.rulebook.publish.limits import Limit, in_unit, left_open, limits_of
from tenring.rulebook.publish.names import URN, Publication, in_each_language, one_line, token, uuid_of
from tenring.rulebook.revision import Clause, PointsRule, Revision

VERSION = "1.1.3"
NAMESPACE = f"{URN}oscal"

Json = dict[str, object]


def catalogue(publication: Publication, revision: Revision) -> Json:
    """The OSCAL catalogue of a revision."""
    properties = publication.library.properties
    subjects = dict.fromkeys(clause.subject for clause in revision.clauses)
    groups = [
        {
            "id": f"subject-{subject}",
            "class": "subject",
            "title": properties.subjects[subject].names["en"],
            "controls": [_control(properties, revision, one) for one in revision.clauses if one.subject == subject],
        }
        for subject in subjects
    ]
    found: Json = {"uuid": uuid_of("catalogue", revision.id), "metadata": _metadata(publication, revision)}
    return {"catalog": found | {"groups": groups, "back-matter": {"resources": _resources(revision)}}}


def _metadata(publication: Publication, revision: Revision) -> Json:
    begins = f"{revision.since.isoformat()}T00:00:00Z"
    props = [
        prop("identifier", revision.id),
        prop("programme", revision.programme),
        *(prop("category", one) for one in revision.categories),
        prop("mark", revision.mark),
        *(prop("title", text, kind=language) for language, text in sorted(revision.titles.items())),
        *([prop("until", revision.until.isoformat())] if revision.until else []),
        *([prop("transition-until", revision.transition_until.isoformat())] if revision.transition_until else []),
    ]
    props += [prop("points", _points(rule)) for rule in revision.points]
    page = publication.page(revision)
    return {
        "title": one_line(revision.titles.get("en") or revision.document),
        "published": begins,
        "last-modified": begins,
        "version": revision.since.isoformat(),
        "oscal-version": VERSION,
        "props": props,
        **({"links": [{"href": page, "rel": "alternate"}]} if page else {}),
        "remarks": "Written down from the documents cited; not issued by the owner of the criteria.",
    }


def _points(rule: PointsRule) -> str:
    """`5`, or `5 of a, b` where only some clauses count."""
    return plain_number(rule.at_least) + (f" of {', '.join(rule.clauses)}" if rule.clauses else "")


def _control(properties: Properties, revision: Revision, clause: Clause) -> Json:
    limits = enumerate(limits_of(clause.requires), 1)
    source = clause.source
    props = [
        {"name": "label", "value": one_line(source.clause)},
        prop("identifier", clause.id),
        prop("role", clause.role),
        prop("mark", source.mark),
        prop("source", source.document),
        *([prop("level", clause.level)] if clause.level else []),
        *([prop("points", Describer(properties).term(clause.points))] if clause.points else []),
        *(prop("open", reason) for reason in left_open(clause)),
        *(found for number, one in limits for found in _limit_props(properties, one, f"limit-{number}")),
    ]
    return {
        "id": token(clause.id),
        "class": clause.role,
        "title": one_line(clause.titles.get("en") or clause.id),
        "props": props,
        "links": [{"href": f"#{_resource_uuid(revision, clause)}", "rel": "reference", "text": source.clause}],
        "parts": _parts(properties, clause),
    }


def _limit_props(properties: Properties, limit: Limit, group: str) -> list[Json]:
    number, unit = in_unit(limit, properties)
    label = limit.case and (limit.case.label or _texts(properties, limit.case.when)["en"])
    optional = (
        ("unit", unit),
        ("printed", limit.printed),
        ("case", label),
        ("since", limit.since and limit.since.isoformat()),
    )
    return [
        prop("property", limit.quantity.property, group=group),
        prop("of", limit.quantity.of, group=group),
        *(prop("condition", f"{name}: {text}", group=group) for name, text in limit.quantity.at),
        *(prop("method", method, group=group) for method in limit.quantity.methods),
        prop("how", limit.how, group=group),
        prop("operator", limit.operator, group=group),
        prop("limit", number, group=group),
        prop("binds", str(limit.binds).lower(), group=group),
        *(prop(name, value, group=group) for name, value in optional if value),
    ]


def _parts(properties: Properties, clause: Clause) -> list[Json]:
    """What it asks, in each language, as prose."""
    own = token(clause.id)
    texts: list[tuple[str, dict[str, str]]] = [("statement", _texts(properties, clause.requires))]
    texts += [("when", _texts(properties, clause.applies))] if clause.applies != ALWAYS else []
    texts += [("waived", _texts(properties, clause.waived_by))] if clause.waived_by != NEVER else []
    texts += [(f"grade-{n}", _grade(properties, g.name, g.requires)) for n, g in enumerate(clause.grades, 1)]
    ways = " / ".join(" + ".join(needed.kind for needed in way) for way in clause.shown_by)
    texts += [("evidence", {"en": ways})] if ways else []
    texts += [("guidance", clause.note)] if clause.note else []
    of_oscal = ("statement", "guidance")
    return [
        {
            "id": f"{own}_{name}_{language}",
            "name": name,
            **({} if name in of_oscal else {"ns": NAMESPACE}),
            "class": language,
            "prose": text,
        }
        for name, by_language in texts
        for language, text in sorted(by_language.items())
    ]


def _grade(properties: Properties, name: str, requires: Condition) -> dict[str, str]:
    return {language: f"{name}: {text}" for language, text in _texts(properties, requires).items()}


def _texts(properties: Properties, condition: Condition) -> dict[str, str]:
    describer = Describer(properties)
    return in_each_language(lambda: describer.condition(condition))


def _resource_uuid(revision: Revision, clause: Clause) -> str:
    return uuid_of("source", revision.id, clause.source.document, clause.source.address or "")


def _resources(revision: Revision) -> list[Json]:
    """The documents that its clauses cite, each once."""
    found: dict[str, Json] = {}
    for clause in revision.clauses:
        source, uuid = clause.source, _resource_uuid(revision, clause)
        address = {"rlinks": [{"href": source.address}]} if source.address else {}
        found[uuid] = {"uuid": uuid, "title": source.document, "citation": {"text": source.document}, **address}
    return list(found.values())


def prop(name: str, value: str, *, kind: str | None = None, group: str | None = None) -> Json:
    """A property of our own namespace; `group` holds together those of one limit or product."""
    return {
        "name": name,
        "ns": NAMESPACE,
        "value": one_line(value),
        **({"class": kind} if kind else {}),
        **({"group": group} if group else {}),
    }
