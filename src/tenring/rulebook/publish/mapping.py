"""What one document's clauses say about another's, as an OSCAL control mapping (1.2.0), made from the solver's answers.

Only certain relations become entries. A relation that rests on what was not read or is estimated, one that nobody could
decide, and clauses that exclude each other (OSCAL has no word for them) are named as props of the mapping instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from tenring.rulebook.library import Library
from tenring.rulebook.publish.names import token, uuid_of
from tenring.rulebook.publish.oscal import Json, prop
from tenring.rulebook.revision import Revision

if TYPE_CHECKING:  # their modules load the solver, which only comparing needs
    from tenring.rulebook.compare.classes import ClassFollowing
    from tenring.rulebook.compare.revisions import ClauseComparison, Comparison
    from tenring.rulebook.compare.witness import Witness

VERSION = "1.2.0"
FOLDER = "oscal-mappings"
#: OSCAL relates requirements, we relate the products that meet them: who asks more lets fewer pass.
RELATIONSHIPS = {
    "equal": "equivalent-to",
    "implies": "superset-of",
    "implied by": "subset-of",
    "overlaps": "intersects-with",
}
HOW = "Computed by a solver from the limits of both documents; each difference is shown by a product."

Compare = Callable[[Revision, Revision, date, Library], "Comparison"]


def pairs(library: Library) -> Iterator[tuple[Revision, Revision]]:
    """Each revision and the one that followed it."""
    for one, other in zip(library.revisions, library.revisions[1:], strict=False):
        if one.criteria == other.criteria:
            yield one, other


def across(library: Library, on: date) -> Iterator[tuple[Revision, Revision]]:
    """Any two revisions of different criteria that are in force on a day and share a category, each pair once."""
    in_force = sorted((one for one in library.revisions if one.in_force(on)), key=lambda one: one.id)
    for one, other in combinations(in_force, 2):
        if one.criteria != other.criteria and set(one.categories) & set(other.categories):
            yield one, other


def mappings(library: Library, on: date, compare: Compare) -> Iterator[tuple[str, Json]]:
    """Path and content of every mapping: between successive revisions, and across criteria in force on the day.

    Criteria that have nothing in common have none.
    """
    for first, second in pairs(library):
        comparison = compare(first, second, second.since, library)
        yield f"{FOLDER}/{first.id}_{second.since.isoformat()}.json", mapping(first, second, comparison)
    for first, second in across(library, on):
        comparison = compare(first, second, on, library)
        if comparison.reason != "measurand":
            yield f"{FOLDER}/{first.id}/{second.id}.json", mapping(first, second, comparison)


def mapping(first: Revision, second: Revision, comparison: Comparison) -> Json:
    """The mapping of two revisions from their comparison."""
    name = f"{first.id}/{second.id}"
    up = "../" * (3 if first.criteria == second.criteria else 6)
    begins = f"{max(first.since, second.since).isoformat()}T00:00:00Z"
    entries = [one for one in comparison.clauses if _certain(one)]
    others = [one for one in comparison.clauses if not _certain(one)]
    complete = not any(one.first and one.second for one in others)
    found: Json = {
        "uuid": uuid_of("mapping", name),
        "source-resource": _resource(first, up),
        "target-resource": _resource(second, up),
        "props": [*_whole(comparison), *(_left_out(one) for one in others)],
    }
    # A mapping without entries is none in OSCAL; its props still say why.
    found |= {"maps": [_entry(name, one) for one in entries]} if entries else {}
    metadata: Json = {
        "title": f"{first.id} → {second.id}",
        "last-modified": begins,
        "version": second.since.isoformat(),
        "oscal-version": VERSION,
    }
    provenance: Json = {
        "method": "automation",
        "matching-rationale": "functional",
        "status": "complete" if complete else "draft",
        "mapping-description": HOW,
    }
    collection = {"uuid": uuid_of("mapping-collection", name), "metadata": metadata, "provenance": provenance}
    return {"mapping-collection": collection | {"mappings": [found]}}


def _certain(one: ClauseComparison) -> bool:
    return bool(one.first and one.second and one.sure and one.relation in RELATIONSHIPS)


def _resource(revision: Revision, up: str) -> Json:
    """A revision's catalogue, seen from the folder of the mapping."""
    return {"type": "catalog", "href": f"{up}oscal/{revision.id}.json"}


def _whole(comparison: Comparison) -> list[Json]:
    reason = [prop("reason", comparison.reason)] if comparison.reason else []
    return [
        prop("relation", comparison.relation.value),
        prop("sure", str(comparison.sure).lower()),
        prop("on", comparison.on.isoformat()),
        *reason,
        *_classes("class", comparison.classes),
        *_classes("class-back", comparison.classes_back),
    ]


def _classes(name: str, classes: tuple[ClassFollowing, ...]) -> list[Json]:
    """Each class that gives one of the other document, or the other as a whole; only what is certain."""
    return [prop(name, f"{one.holds or 'whole'} → {one.gives or 'whole'}") for one in classes if one.meets and one.sure]


def _left_out(one: ClauseComparison) -> Json:
    """A pair of clauses, or one without a partner, that is no entry, and why."""
    if not (one.first and one.second):
        return prop("only-in-source" if one.first else "only-in-target", one.first or one.second or "")
    why = one.reason or "; ".join(f"{basis.kind}: {basis.detail}" for basis in one.basis)
    both = f"{one.first} / {one.second}: {one.relation.value}" + (f" ({why})" if why else "")
    return prop("uncertain" if not one.sure else "no-entry", both)


def _entry(name: str, one: ClauseComparison) -> Json:
    first, second = one.first or "", one.second or ""
    props = [prop("basis", f"{basis.kind}: {basis.detail}") for basis in one.basis]
    props += [
        prop("margin", f"{margin.quantity}: {margin.first} → {margin.second} {margin.unit or ''}")
        for margin in one.margins
    ]
    props += _witness("witness", one.witness) + _witness("reverse-witness", one.reverse_witness)
    return {
        "uuid": uuid_of("map", name, first, second),
        **({"props": props} if props else {}),
        "relationship": RELATIONSHIPS[one.relation],
        "sources": [{"type": "control", "id-ref": token(first)}],
        "targets": [{"type": "control", "id-ref": token(second)}],
    }


def _witness(name: str, witness: Witness | None) -> list[Json]:
    """The product that passes one clause and fails the other, value by value."""
    if witness is None:
        return []
    values = (f"{one.quantity} = {one.value}" + (f" ({one.method})" if one.method else "") for one in witness.values)
    return [prop(name, value, group=name) for value in values]
