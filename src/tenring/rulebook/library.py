"""All criteria of a catalogue: `catalog/criteria/<programme>/<category>/<date in force>.yml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from tenring.catalogue.files import read_yaml
from tenring.catalogue.properties import Properties, load_measurands
from tenring.exceptions import CatalogueError, UnusableInputError
from tenring.language import T
from tenring.rulebook.compiled import fingerprint, read_compiled, write_compiled
from tenring.rulebook.load import Tables, load_revision
from tenring.rulebook.revision import Revision

FOLDER = "criteria"
CASES = "cases.yml"
TABLES = "tables"
#: Criteria that are named where there are none of the name asked for.
_MOST_NEAR = 5


@dataclass(frozen=True)
class Library:
    """The criteria of one catalogue, in order of programme, category and date; and what they measure."""

    revisions: tuple[Revision, ...]
    properties: Properties

    @cached_property
    def _by_criteria(self) -> Mapping[str, tuple[Revision, ...]]:
        found: dict[str, tuple[Revision, ...]] = {}
        for one in self.revisions:
            found[one.criteria] = (*found.get(one.criteria, ()), one)
        return found

    def find(self, criteria: str, on: date) -> Revision | None:
        """The revision of some criteria (`programme/category`) in force on a day: the youngest that has begun."""
        begun = [one for one in self._by_criteria.get(criteria, ()) if one.in_force(on)]
        return begun[-1] if begun else None

    def named(self, name: str, on: date) -> Revision:
        """The revision with an id (`programme/category/date`), or the one in force on a day (`programme/category`).

        Raises:
            UnusableInputError: there is none; names what there is.
        """
        exact = [one for one in self.revisions if one.id == name]
        found = exact[0] if exact else self.find(name, on)
        if found is not None:
            return found
        revisions = self._by_criteria.get(name)
        if revisions:
            known = ", ".join(one.since.isoformat() for one in revisions)
            what = T("{name} has no revision in force on {day}", name=name, day=on.isoformat())
            raise UnusableInputError(what, do=T("Its revisions are in force from: {days}", days=known))
        what, near = T("there are no criteria {name!r}", name=name), self._near(name)
        if near:
            do = T("Perhaps you mean: {names}. `tenring criteria list` has them all", names=", ".join(near))
            raise UnusableInputError(what, do=do)
        raise UnusableInputError(what, do=T("`tenring criteria list` has them all"))

    def _near(self, name: str) -> list[str]:
        """What may be meant by a name: the revisions of these criteria, else names like it."""
        criteria = name.rpartition("/")[0]
        if criteria in self._by_criteria:
            return [one.id for one in self._by_criteria[criteria]]
        of_programme = [one for one in self._by_criteria if one.startswith(f"{name}/")]
        return of_programme[:_MOST_NEAR] or get_close_matches(name, self._by_criteria, n=3)


def revision_files(catalog: Path) -> Iterator[Path]:
    """The files of all revisions, in order of programme, category and date."""
    for path in sorted((catalog / FOLDER).glob("*/*/*.yml")):
        if path.name != CASES:
            yield path


def load_library(catalog: Path, kept: Path | None = None) -> Library:
    """Read every criteria file of a catalogue.

    Args:
        catalog: the catalogue.
        kept: folder where compiled criteria are kept; without it they are compiled each time.

    Raises:
        CriteriaError: a file breaks the language.
    """
    properties = load_measurands(catalog)
    if kept is None:
        return Library(_compiled(catalog, properties), properties)
    tables = sorted((catalog / FOLDER / TABLES).glob("*.yml"))
    basis = fingerprint((catalog / "properties.yml", *tables, *revision_files(catalog)))
    found = read_compiled(kept, basis)
    if found is None:
        found = _compiled(catalog, properties)
        write_compiled(kept, basis, found)
    return Library(found, properties)


def _compiled(catalog: Path, properties: Properties) -> tuple[Revision, ...]:
    tables = load_tables(catalog)
    return tuple(load_revision(path, properties, tables) for path in revision_files(catalog))


def load_tables(catalog: Path) -> Tables:
    """The ingredient tables below `criteria/tables/`: name -> column -> CAS number -> number.

    Raises:
        CatalogueError: a table is not of that form.
    """
    return {path.stem: _table(path) for path in sorted((catalog / FOLDER / TABLES).glob("*.yml"))}


def _table(path: Path) -> dict[str, dict[str, Decimal]]:
    columns: dict[str, dict[str, Decimal]] = {}
    try:
        for cas, row in read_yaml(path)["ingredients"].items():
            for column, number in row["numbers"].items():
                columns.setdefault(column, {})[cas] = Decimal(number)
    except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
        do = "Write `ingredients:` with a CAS number, its name and `numbers:` in quotes for each"
        raise CatalogueError("it is no table of ingredients", where=path, do=do) from error
    return columns
