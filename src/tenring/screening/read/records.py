"""JSON files: lists of objects, however they are wrapped, and the way into OCDS packages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow as pa

from tenring.exceptions import Place, UnusableInputError
from tenring.language import T
from tenring.limits import require_rows
from tenring.screening.read.grid import Grid, columns_of, cut_long
from tenring.settings import Settings

MOST_COLUMNS = 2_000


def load(text: str, *, path: Path) -> Any:  # noqa: ANN401 - JSON is of any shape until it is looked at
    """The value of a JSON text, numbers exact; several values on lines of their own become a list.

    Raises:
        UnusableInputError: not JSON; the message names line and column.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        if "\n" in text.strip() and error.msg == "Extra data":
            return _lines(text, path=path)
        raise _not_json(error, path) from error
    except RecursionError as error:
        raise UnusableInputError(
            T("the JSON is nested too deeply"), where=path, do=T("Ask for a flatter export")
        ) from error
    except (ValueError, InvalidOperation) as error:
        raise UnusableInputError(
            T("the JSON holds a number nobody can read"), where=path, do=T("Export it again")
        ) from error


def _refuse(name: str) -> None:
    """NaN and Infinity say nothing about a purchase: they become null (`name` says which it was)."""


def _not_json(error: json.JSONDecodeError, path: Path) -> UnusableInputError:
    what = T("the file begins like JSON but is not: {reason}, column {column}", reason=error.msg, column=error.colno)
    return UnusableInputError(what, where=Place(path, row=error.lineno), do=T("Export it again"))


def _lines(text: str, *, path: Path) -> list[Any]:
    values = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            values.append(json.loads(line, parse_float=Decimal, parse_constant=_refuse))
        except json.JSONDecodeError as error:
            what = T("the line is not JSON: {reason}", reason=error.msg)
            raise UnusableInputError(
                what, where=Place(path, row=number), do=T("Put one object on each line")
            ) from error
    return values


def read(value: object, *, path: Path, settings: Settings) -> list[Grid]:
    """The grids of a list of objects, or of every list of objects inside an object.

    Raises:
        UnusableInputError: there is no list of objects in it.
    """
    lists = list(_lists(value))
    if not lists:
        what = T("the JSON holds no list of objects")
        raise UnusableInputError(
            what, where=path, do=T("Give a list of purchases, an OCDS package or one object per line")
        )
    return [_grid(name, objects, path=path, settings=settings) for name, objects in lists]


def _lists(value: object) -> Iterator[tuple[str | None, Sequence[Mapping[str, Any]]]]:
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        yield None, value
    elif isinstance(value, dict):
        found = [
            (key, one)
            for key, one in value.items()
            if isinstance(one, list) and one and all(isinstance(item, dict) for item in one)
        ]
        for key, one in found:
            yield (key if len(found) > 1 else None), one
        if not found and any(not isinstance(one, dict | list) for one in value.values()):
            yield None, [value]


def _grid(name: str | None, objects: Sequence[Mapping[str, Any]], *, path: Path, settings: Settings) -> Grid:
    require_rows(len(objects), path, settings)
    flat = [dict(flatten(one)) for one in objects]
    header = list(dict.fromkeys(key for one in flat for key in one))[:MOST_COLUMNS]
    rows = pa.array(range(1, len(flat) + 1), pa.int64())
    columns = columns_of([[as_text(one.get(key)) for key in header] for one in flat], len(header))
    typed = tuple(_numeric([one.get(key) for one in flat]) for key in header)
    columns, cuts = cut_long(columns, rows, settings.max_cell_chars)
    return Grid(columns, rows, sheet=name, typed=typed, header=tuple(header), cuts=cuts)


def flatten(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """The leaves of an object with their paths, `a/b`; lists of plain values are joined, lists of objects left out."""
    for key, one in value.items():
        if isinstance(one, dict):
            yield from flatten(one, f"{prefix}{key}/")
        elif isinstance(one, list):
            plain = [text for item in one if not isinstance(item, dict | list) and (text := as_text(item))]
            yield f"{prefix}{key}", "; ".join(plain) or None
        else:
            yield f"{prefix}{key}", one


def as_text(value: object) -> str | None:
    """The text of a JSON value; numbers exactly as they were written."""
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f") if abs(value.adjusted()) < _LONGEST else str(value)
    return str(value)


_LONGEST = 40
"""Exponents beyond this are not written out."""


def _numeric(values: Iterable[object]) -> pa.ChunkedArray | None:
    marks = [isinstance(value, int | Decimal) and not isinstance(value, bool) for value in values]
    return pa.chunked_array([pa.array(marks, pa.bool_())]) if any(marks) else None
