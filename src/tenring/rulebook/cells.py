"""What the cells of one row of evidence mean, in a table or a form; an error names its cell."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from tenring.catalogue.properties import Properties, PropertyDefinition
from tenring.language import LANGUAGES, N, T
from tenring.model.units import is_share_by_mass
from tenring.rulebook.amounts import amount, to_unit
from tenring.rulebook.document import CriteriaError, Document
from tenring.rulebook.evidence import Reader, short_form
from tenring.rulebook.product_file import Entry, as_json
from tenring.rulebook.publish.names import speaking
from tenring.rulebook.publish.words import word
from tenring.rulebook.revision import EvidenceKind
from tenring.rulebook.written import WrittenLabel, WrittenMeasurement

#: Column -> what it is called for people; every language's name is understood when a table is read.
COLUMNS = {
    "name": N("product"),
    "brand": N("brand"),
    "model": N("model"),
    "category": N("category"),
    "gtins": N("GTINs"),
    "property": N("property"),
    "of": N("of what"),
    "part": N("part"),
    "at": N("conditions"),
    "value": N("value"),
    "unit": N("unit"),
    "values": N("values by name"),
    "substances": N("substances"),
    "method": N("method"),
    "not_detected": N("not detected"),
    "document_kind": N("kind of document"),
    "document": N("document"),
    "date": N("date of the document"),
    "laboratory": N("laboratory"),
    "accredited": N("accredited"),
    "issuer": N("issued by"),
    "samples": N("samples"),
    "until": N("until"),
}
ABOUT = ("name", "brand", "model", "category", "gtins")
PROOF = ("document_kind", "document", "date", "laboratory", "accredited", "issuer", "samples")
#: In the column of properties: a label that is held (value: programme, document: number, date: from).
LABEL = "label"

YES = frozenset({"true", "yes", "1", "x", "是", "有"})
NO = frozenset({"false", "no", "0", "否", "无"})
NOT_TESTED = frozenset({"not tested", "未检测"})
NONE_ADDED = frozenset({"none", "none added", "无添加", "未添加"})
_AT = re.compile(r"[;,]\s*(?=[a-z_]+=)")
_LONGEST = 20_000


class Problem(Exception):  # noqa: N818 - it is what is told of a cell, and goes on as one
    """What is wrong with one cell, and what to do."""

    def __init__(self, column: str, what: str, do: str = "") -> None:
        self.column, self.what, self.do = column, what, do
        super().__init__(f"{column}: {what}. {do}")


def entry(cells: Mapping[str, str], properties: Properties) -> Entry:
    """The value in the cells of a row.

    Raises:
        Problem: names the cell.
    """
    name = cell(cells, "property")
    definition = _definition(name, properties)
    written: dict[str, Any] = {
        **{column: text for column in ("of", "part", "method", "unit") if (text := cell(cells, column))},
        **({"at": at} if (at := conditions(cell(cells, "at"))) else {}),
        **({"not_detected": True} if _is_yes(cells, "not_detected") else {}),
        **_valued(cells, definition),
    }
    if proof := _proof(cells):
        written["shown_by"] = [proof]
    return Entry(name, checked(name, written, properties))


def cell(cells: Mapping[str, str], column: str) -> str:
    """The text of a cell, with single spaces.

    Raises:
        Problem: it is very long.
    """
    text = " ".join((cells.get(column) or "").split())
    if len(text) > _LONGEST:
        raise Problem(column, T("it is too long"), T("Shorten it"))
    return text


def _definition(name: str, properties: Properties) -> PropertyDefinition:
    definition = properties.properties.get(name)
    if definition is None:
        known = {text: key for key, one in properties.properties.items() for text in (key, *one.names.values())}
        near = list(dict.fromkeys(known[text] for text in get_close_matches(name, known, n=3)))
        do = T("Perhaps you mean: {names}. See docs/reference/properties for all", names=", ".join(near))
        what = T("the property {name!r} is unknown", name=name[:80])
        raise Problem("property", what, do if near else T("See docs/reference/properties for their names"))
    return definition


def conditions(text: str) -> dict[str, str]:
    """`time=28 d; substance=benzene` as conditions.

    Raises:
        Problem: one of them has no name.
    """
    found = {}
    for one in filter(None, (part.strip() for part in _AT.split(text))):
        name, sign, value = one.partition("=")
        if not sign or not name.strip() or not value.strip():
            what = T("{given!r} is no condition", given=one[:80])
            raise Problem("at", what, T("Write name=value, several with a semicolon: time=28 d; substance=benzene"))
        found[name.strip()] = value.strip()
    return found


def _is_yes(cells: Mapping[str, str], column: str) -> bool:
    text = cell(cells, column).lower()
    if text and text not in YES | NO:
        raise Problem(column, T("{given!r} is neither yes nor no", given=text[:40]), T("Write yes or no"))
    return text in YES


def _valued(cells: Mapping[str, str], definition: PropertyDefinition) -> dict[str, Any]:
    value, values, substances = (cell(cells, column) for column in ("value", "values", "substances"))
    if definition.is_a == "substances":
        none = (substances or value).lower() in NONE_ADDED
        return {"substances": [] if none else _list(substances or value)}
    if values:
        return {"values": _named(values), **({"value": value} if value else {})}
    if not value:
        raise Problem("value", T("there is no value"), T("Write the value, or leave the whole row out"))
    if definition.is_a == "set":
        return {"value": [one for part in value.split(";") if (one := part.strip())]}
    if definition.is_a == "flag":
        lower = value.lower()
        return {"value": "true" if lower in YES else "false" if lower in NO else value}
    if definition.is_a == "number" and not cell(cells, "unit"):
        short = short_form(value, definition)
        return {"value": short.value, **({"unit": short.unit} if short.unit else {})}
    return {"value": value}


def _named(text: str) -> dict[str, str]:
    """`benzene=0.1; toluene=<0.2`, or the same as JSON."""
    if text.startswith("{"):
        found = _json("values", text)
        if isinstance(found, dict) and all(isinstance(one, str) for one in found.values()):
            return found
        raise Problem("values", T("it is no mapping of names to texts"), T("Write name=value; name=value"))
    named: dict[str, str] = {}
    for one in filter(None, (part.strip() for part in text.split(";"))):
        name, sign, value = one.partition("=")
        if not sign or not name.strip() or name.strip() in named:
            do = T("Write name=value; name=value")
            raise Problem("values", T("{given!r} has no name of its own", given=one[:80]), do)
        named[name.strip()] = value.strip()
    return named


def _list(text: str) -> list[Any]:
    found = _json("substances", text)
    if not isinstance(found, list):
        do = T("Write “none added”, or a list as JSON as in a product file")
        raise Problem("substances", T("it is no list of substances"), do)
    return found


def _json(column: str, text: str) -> object:
    try:
        return json.loads(text, parse_float=str, parse_int=str)
    except (json.JSONDecodeError, RecursionError) as error:
        do = T("Write “none added”, or a list as JSON as in a product file")
        raise Problem(column, T("it cannot be read: {reason}", reason=str(error)[:80]), do) from error


def _proof(cells: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        column: text
        for column in ("document", "date", "laboratory", "issuer", "samples")
        if (text := cell(cells, column))
    }
    if _is_yes(cells, "accredited"):
        found["accredited"] = True
    kind = cell(cells, "document_kind")
    if not kind:
        if found:
            kinds = ", ".join(word(one) for one in get_args(EvidenceKind))
            raise Problem(
                "document_kind", T("it is not said what kind of document it is"), T("Use one of: {names}", names=kinds)
            )
        return {}
    return {"kind": _kinds().get(kind.lower(), kind), **found}


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    """Kinds of documents by what they are called in any language."""
    found: dict[str, str] = {}
    for tag in LANGUAGES:
        with speaking(tag):
            found |= {word(one).lower(): one for one in get_args(EvidenceKind)}
    return found


def checked(name: str, written: Mapping[str, Any], properties: Properties) -> dict[str, Any]:
    """A value as a product file writes it, read as one would be.

    Raises:
        Problem: names the cell.
    """
    definition = _definition(name, properties)
    try:
        model = WrittenMeasurement.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Problem(_column(first["loc"]), first["msg"], T("Mend the cell")) from error
    if model.of not in properties.subjects:
        names = ", ".join(get_close_matches(model.of, properties.subjects, n=5) or sorted(properties.subjects)[:20])
        raise Problem("of", T("the subject {name!r} is unknown", name=model.of), T("Use one of: {names}", names=names))
    if definition.is_a == "number":
        _check_unit(model, definition)
    document = Document(Path(T("row")), {}, {})
    try:
        Reader(document, properties).product({name: model}, ())
    except CriteriaError as error:
        raise Problem("value", error.what, error.do or "") from error
    return as_json(model)


def _check_unit(model: WrittenMeasurement, definition: PropertyDefinition) -> None:
    for column, text in (("value", model.value), *(("values", one) for one in (model.values or {}).values())):
        try:
            if isinstance(text, str):
                amount(text)
        except ValueError as error:
            raise Problem(column, str(error)) from error
    unit = model.unit or ""
    if (definition.by_density and unit and is_share_by_mass(unit)) or (not unit and definition.unit == "dimensionless"):
        return
    try:
        to_unit(unit, definition)
    except ValueError as error:
        raise Problem("unit", str(error)) from error


def _column(location: Sequence[str | int]) -> str:
    """The column of a field of a written measurement."""
    names = [str(one) for one in location]
    if names[:1] == ["shown_by"]:
        return {"kind": "document_kind"}.get(names[-1], names[-1])
    return names[0] if names else "value"


def label(cells: Mapping[str, str]) -> dict[str, Any]:
    """The label in the cells of a row.

    Raises:
        Problem: names the cell.
    """
    written = {
        "programme": cell(cells, "value"),
        "from": cell(cells, "date"),
        "number": cell(cells, "document"),
        "until": cell(cells, "until"),
        "of": cell(cells, "of"),
        "category": conditions(cell(cells, "at")).get("category", ""),
    }
    try:
        return as_json(WrittenLabel.model_validate({name: text for name, text in written.items() if text}))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        column = {"programme": "value", "from": "date", "number": "document"}.get(str(first["loc"][0]), "value")
        raise Problem(column, first["msg"], T("Mend the cell")) from error


def is_untested(value: str) -> bool:
    """Whether a cell says that there is no value."""
    return value.strip().lower() in NOT_TESTED
