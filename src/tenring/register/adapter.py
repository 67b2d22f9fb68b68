"""What a register's own `adapter.py` may do, and how it is loaded.

Most registers need none: `register.yml` maps columns to fields. A file `adapter.py` beside it may define one or both of

    def rows(path: Path, listing: ListDefinition) -> Iterator[Row]: ...
    def amend(row: Row, licence: Licence) -> Licence | None: ...

`rows` reads a format that the mapping cannot (a workbook, a nested document); each `Row` then passes through the
mapping as any other. `amend` is called with every licence the mapping made and returns it corrected
(`dataclasses.replace`), or None when the row is no licence at all (it is then rejected, so that rows always add up); to
reject a row with a better reason it raises `RowRejected`.

What a file says is taken to depend on its bytes alone, so that one that was read before is not read again. Where it
depends on more (credentials, which may be suspended without a change of theirs), the object whose method `rows` is has
`depends_on_day = True`: its files are then read again by every build that is not of an earlier day.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tenring.exceptions import RegisterError

if TYPE_CHECKING:
    from types import ModuleType

    from tenring.model.licence import Licence
    from tenring.register.definition import ListDefinition

#: Joins the plain values of a JSON list into one cell; every field that is split is split there as well.
LIST_SEPARATOR = "\x1f"

_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=65_536)
def column_key(name: str) -> str:
    """The form in which column names are compared: `Date Certified`, `date_certified` and `DATE CERTIFIED ` are one."""
    return _NOT_WORD.sub("_", name.replace("\ufeff", "").lower()).strip("_")


@dataclass(frozen=True)
class Row:
    """One row of a register file.

    `number` is the row as a spreadsheet shows it: 1 is the first one (the header of a CSV), and a record that runs over
    several lines counts once. In JSON it is the position of the object, in NDJSON the line.
    `cells` has the texts as printed, by column name; a value that is missing is an empty text.
    """

    number: int
    cells: Mapping[str, str]
    unreadable: str | None = None
    """Why the row cannot be read at all, where `rows` found that; it is then rejected with this reason."""

    def cell(self, *names: str) -> str:
        """The first text that is not empty among the columns `names`, stripped; empty if there is none."""
        for name in names:
            if text := (self.cells.get(name) or self._by_key(name)).strip():
                return text
        return ""

    def _by_key(self, name: str) -> str:
        wanted = column_key(name)
        return next((text for column, text in self.cells.items() if column_key(column) == wanted and text), "")


class RowRejected(Exception):  # noqa: N818 - it is an answer about a row, not a failure of the program
    """Raised by `amend` (and inside reading): this row cannot be published, and why."""

    def __init__(self, reason: str, *, column: str | None = None, value: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.column, self.value = reason, column, value


RowsFunction = Callable[[Path, "ListDefinition"], Iterable[Row]]
AmendFunction = Callable[[Row, "Licence"], "Licence | None"]


@dataclass(frozen=True)
class Adapter:
    """The functions of a register's `adapter.py`; None where it has none."""

    rows: RowsFunction | None = None
    amend: AmendFunction | None = None
    source: Path | None = field(default=None, compare=False)

    @property
    def depends_on_day(self) -> bool:
        """Whether the same file may say something else when it is read again."""
        return bool(getattr(getattr(self.rows, "__self__", None), "depends_on_day", False))


def load_adapter(folder: Path) -> Adapter:
    """The adapter in a register's folder, or an empty one.

    Raises:
        RegisterError: `adapter.py` defines neither `rows` nor `amend`.
    """
    path = folder / "adapter.py"
    if not path.is_file():
        return Adapter()
    module = _load(path)
    rows, amend = getattr(module, "rows", None), getattr(module, "amend", None)
    if rows is None and amend is None:
        what = "it defines neither rows() nor amend()"
        raise RegisterError(what, where=path, do="Define one of them or remove it")
    return Adapter(rows=rows, amend=amend, source=path)


def _load(path: Path) -> ModuleType:
    name = f"tenring_adapter_{column_key(path.parent.name)}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        what = "it is not a Python file"
        raise RegisterError(what, where=path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
