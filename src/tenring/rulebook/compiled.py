"""Compiled criteria kept beside the snapshots, so that a catalogue of many documents opens at once.

The cache is JSON of our own types only: reading it can build nothing else. It rests on the content of every file and on
this package's own sources; where one differs, everything is compiled anew. A cache that is broken or cannot be
written costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

from tenring.rulebook import expressions, revision
from tenring.rulebook.revision import Revision

NAME = "criteria.json"
_TUPLE, _DECIMAL, _DATE, _SET, _MAP, _FIRST_CLASS = range(6)


def _dataclasses_of(module: object) -> list[type]:
    return [one for _, one in sorted(vars(module).items()) if isinstance(one, type) and is_dataclass(one)]


#: Every type a revision is made of; a type's place in the list is its tag.
_TYPES = list(dict.fromkeys((*_dataclasses_of(expressions), *_dataclasses_of(revision))))
_TAGS = {one: tag for tag, one in enumerate(_TYPES, _FIRST_CLASS)}
_FIELDS = {one: tuple(field.name for field in fields(one)) for one in _TYPES}


def encoded(value: object) -> Any:  # noqa: ANN401 - any JSON
    """A value of the rulebook's types as JSON: lists that begin with a tag, texts, numbers, None."""
    if value is None or isinstance(value, str | int):
        return value
    kind = type(value)
    if kind in _TAGS:
        return [_TAGS[kind], *(encoded(getattr(value, name)) for name in _FIELDS[kind])]
    tag, parts = _WRITTEN[kind]
    return [tag, *parts(value)]


def decoded(value: Any) -> Any:  # noqa: ANN401 - the inverse of `encoded`
    """The inverse of `encoded`.

    Raises:
        ValueError, TypeError, KeyError, IndexError: it is not what `encoded` writes.
    """
    if not isinstance(value, list):
        return value
    tag = value[0]
    if tag >= _FIRST_CLASS:
        return _TYPES[tag - _FIRST_CLASS](*map(decoded, value[1:]))
    return _PLAIN[tag](value)


_WRITTEN: dict[type, tuple[int, Callable[[Any], Iterable[Any]]]] = {
    tuple: (_TUPLE, lambda value: map(encoded, value)),
    Decimal: (_DECIMAL, lambda value: [str(value)]),
    date: (_DATE, lambda value: [value.isoformat()]),
    frozenset: (_SET, sorted),
    dict: (_MAP, lambda value: map(list, value.items())),
}

_PLAIN: dict[int, Callable[[list[Any]], Any]] = {
    _TUPLE: lambda value: tuple(map(decoded, value[1:])),
    _DECIMAL: lambda value: Decimal(value[1]),
    _DATE: lambda value: date.fromisoformat(value[1]),
    _SET: lambda value: frozenset(value[1:]),
    _MAP: lambda value: dict(value[1:]),
}


def fingerprint(files: Iterable[Path]) -> str:
    """What compiled criteria rest on: the content of files and the sources of this package."""
    digest = hashlib.sha256()
    for path in (*files, *sorted(Path(__file__).parent.glob("*.py"))):
        content = path.read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def read_compiled(folder: Path, basis: str) -> tuple[Revision, ...] | None:
    """The compiled revisions in a folder, if they rest on `basis`."""
    try:
        kept = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return cast("tuple[Revision, ...]", decoded(kept["revisions"])) if kept["basis"] == basis else None
    except (OSError, ValueError, TypeError, KeyError, IndexError, InvalidOperation, RecursionError):
        return None


def write_compiled(folder: Path, basis: str, revisions: tuple[Revision, ...]) -> None:
    """Keep compiled revisions; readers never see half of them."""
    with suppress(OSError):  # a folder that cannot be written only costs the time of compiling again
        folder.mkdir(parents=True, exist_ok=True)
        beside = folder / f".{NAME}.new"
        content = {"basis": basis, "revisions": encoded(revisions)}
        beside.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
        beside.replace(folder / NAME)
