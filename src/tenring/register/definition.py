"""What `register.yml` says: where a register's files come from, and which column means what.

One register has one or more lists (product types, valid and withdrawn licences); each list maps the columns of its
files to the fields of a licence. What stands under `defaults:` holds for every list that does not say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from tenring.exceptions import CatalogueError, Place
from tenring.model.licence import Status

#: Fields of a licence that a column can fill, by their names in `register.yml`.
TEXT_FIELDS = ("number", "holder", "brand", "name", "criteria", "note", "status_reason")
DATE_FIELDS = ("from", "until", "status_from")


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


#: One column name or several; of several the first that is not empty counts.
Columns = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Splitting(_Strict):
    """A cell that holds several values: its columns and the pattern between two values."""

    columns: Columns
    split: str | None = None
    """A regular expression; without it the whole cell is one value."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"columns": value} if isinstance(value, str | list) else value

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Where to split: at `split`, and always between the values of a JSON list."""
        return re.compile(f"\x1f|{self.split}" if self.split else "\x1f")


class Choice(_Strict):
    """A value decided by a column: printed text -> our value. The texts are compared without regard to case."""

    columns: Columns = Field(alias="column")
    values: dict[str, str]
    otherwise: str | None = None
    """For a text that is not listed; without it the row is rejected."""

    @cached_property
    def table(self) -> Mapping[str, str]:
        """Printed text in lower case -> our value."""
        return {text.strip().lower(): value for text, value in self.values.items()}


class PropertyMapping(_Strict):
    """A measured property: its column, and the unit the column is in (as pint reads it) or `text: true` for a class."""

    columns: Columns = Field(alias="column")
    unit: str | None = None
    factor: Decimal | None = None
    """Multiply the printed number by this first (0.01 when a fraction is printed as per cent)."""
    text: bool = False
    decimal_comma: bool = False
    """The column prints 0,450 for 0.45, although the list as a whole does not."""
    nothing: tuple[str, ...] = ()
    """Texts that stand in this column for "not measured" (0, -99 …)."""

    @model_validator(mode="after")
    def _unit_or_text(self) -> PropertyMapping:
        if self.text == (self.unit is not None):
            message = "give either a unit or text: true"
            raise ValueError(message)
        return self


class ListDefinition(_Strict):
    """One list of a register: which files belong to it and what their columns mean."""

    id: str
    match: Columns
    """Patterns of the file name (`*Displays*.csv`), or of the end of its path when they have a `/`."""
    title: str | None = None
    resource: str | None = None
    """Fills `{resource}` in the source's address."""
    address: str | None = None
    """Address of this list's file where the source has no common pattern."""
    category: str | Choice
    number: Columns
    key: tuple[str, ...] = ("number",)
    """What tells entries apart and stays the same between readings: field names (number, brand, model …) or columns."""
    same_key: Literal["reject", "unite"] = "reject"
    """Rows with the same key: reject the later one, or unite their models, GTINs and markets in one licence."""
    holder: Columns = ()
    brand: Columns = ()
    name: Columns = ()
    models: Splitting | None = None
    more_models: Splitting | None = None
    family: Splitting | None = None
    gtins: Splitting | None = None
    markets: Splitting | None = None
    from_: Columns = Field(default=(), alias="from")
    until: Columns = ()
    status: Status | Choice = Status.ACTIVE
    """A fixed status for every row of the list, or a column and its values."""
    status_from: Columns = ()
    status_reason: Columns = ()
    criteria: Columns = ()
    note: Columns = ()
    constants: dict[str, str] = {}
    """Field -> text that holds for every row (holder, brand, name, criteria, note)."""
    required: tuple[str, ...] = ()
    """Columns (besides those of `number`) without which the file is not what we think it is."""
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    """Accepted date formats, as in Python's strptime; `roc` for years of the Republic of China."""
    empty: tuple[str, ...] = ()
    """Texts that mean "nothing here": N/A, - …"""
    decimal_comma: bool = False
    properties: dict[str, PropertyMapping] = {}

    @model_validator(mode="after")
    def _known_values(self) -> ListDefinition:
        if isinstance(self.status, Choice):
            for value in (*self.status.values.values(), *filter(None, [self.status.otherwise])):
                Status(value)
        if unknown := set(self.constants) - set(TEXT_FIELDS):
            message = f"constants: {', '.join(sorted(unknown))} is not one of {', '.join(TEXT_FIELDS)}"
            raise ValueError(message)
        return self

    def claims(self, path: PurePosixPath) -> bool:
        """Whether a file belongs to this list, by its name or path."""
        for pattern in self.match:
            subject = path.as_posix() if "/" in pattern else path.name
            wanted = f"*/{pattern}" if "/" in pattern else pattern
            if fnmatchcase(f"/{subject}".lower() if "/" in pattern else subject.lower(), wanted.lower()):
                return True
        return False

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category that a row of this list can get."""
        if isinstance(self.category, str):
            return (self.category,)
        values = (*self.category.values.values(), self.category.otherwise)
        return tuple(dict.fromkeys(value for value in values if value))


class Access(_Strict):
    """How the publisher gives the file away."""

    kind: Literal["open", "account", "none"]
    why: str | None = None
    """For `account` and `none`: what a user has to do instead."""


class Source(_Strict):
    """Where the files come from and how they are written."""

    format: Literal["csv", "json", "ndjson", "xlsx"]
    """The usual one; a file's own suffix (.csv, .json, .ndjson) goes first."""
    address: str | None = None
    """https address; `{resource}` and `{list}` stand for the list's own."""
    access: Access = Access(kind="open")
    homepage: str | None = None
    encodings: tuple[str, ...] = ("utf-8",)
    separator: str = ","
    records: str | None = None
    """In JSON, the key under which the array of entries stands (`hits`); dots go deeper."""
    frequency: str | None = None
    licence: dict[str, str]
    """Licence of the data: text by language."""
    pause_seconds: float = 1.0
    """Between two requests to this publisher."""


class ReadOn(_Strict):
    """How the day is known on which the publisher's list was as the file shows it."""

    file_name: str | None = None
    """A regular expression with groups year, month, day."""
    latest: Literal["from", "until", "status_from"] | None = None
    """Else: the latest date of this field in the file, a lower bound."""

    def in_name(self, name: str) -> date | None:
        """The date in a file name, if there is one."""
        found = re.search(self.file_name, name) if self.file_name else None
        return date(*(int(found[part]) for part in ("year", "month", "day"))) if found else None


_SHARE = re.compile(r"^\s*([0-9]+(?:\.[0-9]+)?)\s+of\s+last\s*$")


def _share(value: object) -> object:
    if isinstance(value, str):
        found = _SHARE.match(value)
        if not found:
            message = "write it as `0.5 of last`"
            raise ValueError(message)
        return Decimal(found[1])
    return value


Share = Annotated[Decimal, BeforeValidator(_share)]


class Assertions(_Strict):
    """How much a list may change from one reading to the next, as a share of the last reading's licences."""

    at_least: Share = Decimal("0.5")
    """Fewer abort the build."""
    warn_above: Share = Decimal(2)
    """More are published with a warning."""


class RegisterDefinition(_Strict):
    """One register, as its `register.yml` describes it."""

    id: str
    programme: str
    names: dict[str, str]
    publisher: dict[str, str]
    economy: str
    type_note: dict[str, str] = {}
    """What kind of mark the programme is and is not, in a sentence by language."""
    source: Source
    read_on: ReadOn = ReadOn()
    assertions: Assertions = Field(default=Assertions(), alias="assert")
    lists: dict[str, ListDefinition]
    folder: Path = Field(exclude=True)

    def claiming(self, path: PurePosixPath) -> list[ListDefinition]:
        """The lists to which a file belongs; more than one is a mistake in their patterns."""
        return [listing for listing in self.lists.values() if listing.claims(path)]


def load_registers(catalog: Path) -> dict[str, RegisterDefinition]:
    """All registers under `catalog`/registers/<economy>/<register>/register.yml, by id, in order of path.

    Raises:
        CatalogueError: a file breaks the format (the message names file and field), or an id is used twice.
    """
    found: dict[str, RegisterDefinition] = {}
    for path in sorted((catalog / "registers").glob("*/*/register.yml")):
        register = load_register(path)
        if register.id in found:
            what = f"the register id {register.id!r} is used twice"
            raise CatalogueError(what, where=path, do="Rename its folder")
        found[register.id] = register
    return found


def load_register(path: Path) -> RegisterDefinition:
    """One `register.yml`.

    Raises:
        CatalogueError: it breaks the format, or its id is not the name of its folder.
    """
    raw = _yaml(path)
    defaults = raw.pop("defaults", {})
    lists = raw.get("lists")
    if isinstance(lists, dict) and isinstance(defaults, dict):
        raw["lists"] = {name: {"id": name} | _merged(defaults, own or {}) for name, own in lists.items()}
    try:
        register = RegisterDefinition.model_validate(raw | {"folder": path.parent})
    except ValidationError as error:
        raise _explained(error, path) from error
    if register.id != path.parent.name:
        what = f"the id {register.id!r} is not the name of its folder"
        raise CatalogueError(what, where=path, do="Make them equal")
    return register


def _explained(error: ValidationError, path: Path) -> CatalogueError:
    """Every mistake with its field; a misspelt field comes before the one that is then missing."""
    mistakes = sorted(error.errors(), key=lambda mistake: mistake["type"] != "extra_forbidden")
    told = [f"{'.'.join(str(part) for part in mistake['loc'])}: {mistake['msg']}" for mistake in mistakes[:5]]
    return CatalogueError("; ".join(told), where=Place(path), do="See docs/how-to/add-a-register.md")


def _yaml(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        what = f"it is not YAML: {error}"
        raise CatalogueError(what, where=path, do="Correct its syntax") from error
    if not isinstance(raw, dict):
        what = "it has no fields"
        raise CatalogueError(what, where=path, do="See docs/how-to/add-a-register.md")
    return raw


def _merged(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`own` over `defaults`: `properties` and `constants` merge key by key, and null removes a default."""
    merged = dict(defaults)
    for name, value in own.items():
        if name in {"properties", "constants"} and isinstance(value, dict):
            value = _merged(defaults.get(name, {}), value)  # noqa: PLW2901 - the merged value takes its place
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = value
    return merged
