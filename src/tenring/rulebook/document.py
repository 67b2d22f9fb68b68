"""Criteria files as plain data that remembers its lines, whatever somebody has put into them.

All scalars stay text: `9.10` is a clause number and no number, and limits become Decimals without ever being floats.
A file that is too large, too deep or refers to itself is refused before it costs time or memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from tenring.exceptions import CatalogueError
from tenring.language import T

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML was built without libyaml: slower, same result
    from yaml import SafeLoader as Loader  # type: ignore[assignment]  # the two loaders share their interface

#: Larger than any real document by an order of magnitude.
MAX_BYTES = 2_000_000
MAX_EVENTS = 200_000
MAX_DEPTH = 40

_QUOTED = {"'", '"', "|", ">"}
_EMPTY = {"", "null", "~", "Null", "NULL"}
Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

_MOST_PROBLEMS = 5
#: How a workbook (xlsx) begins, whatever its name.
_ARCHIVE = b"PK\x03\x04"


class CriteriaError(CatalogueError):
    """A criteria file, its cases or a product's evidence is wrong: names file, line and clause, and the way out."""

    def __init__(self, what: str, *, file: Path | str, line: int = 0, clause: str | None = None, do: str) -> None:
        self.file, self.line, self.clause = str(file), line, clause
        where = T("{file}, line {line}", file=file, line=line) if line else str(file)
        where = T("{where}, clause {name}", where=where, name=clause) if clause else where
        super().__init__(what, where=where, do=do)


@dataclass(frozen=True)
class Document:
    """A file's content (mappings, lists, texts, None), and the line on which each part of it begins."""

    file: Path
    content: Any
    lines: dict[Path_, int]

    def line(self, path: Sequence[str | int]) -> int:
        """The line of a part; where it is missing, of what would hold it."""
        steps = tuple(path)
        while steps and steps not in self.lines:
            steps = steps[:-1]
        return self.lines.get(steps, 1)

    def error(self, what: str, *, at: Sequence[str | int] = (), clause: str | None = None, do: str) -> CriteriaError:
        """The error about one part of the file."""
        return CriteriaError(what, file=self.file, line=self.line(at), clause=clause or self.clause(at), do=do)

    def clause(self, path: Sequence[str | int]) -> str | None:
        """The id of the clause that a part belongs to."""
        match tuple(path):
            case ("clauses", int(number), *_):
                found = self.content["clauses"][number]
                name = found.get("id") if isinstance(found, dict) else None
                return name if isinstance(name, str) else f"number {number + 1}"
            case _:
                return None


def read_document(path: Path) -> Document:
    """A YAML file with its lines.

    Raises:
        CriteriaError: it cannot be read, is no YAML, is too large or too deep, repeats a key, or uses anchors.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        what = T("it cannot be read: {reason}", reason=error.strerror)
        raise CriteriaError(what, file=path, do=T("Check its name and permissions")) from error
    return parse_document(data, path)


def parse_document(data: bytes, path: Path) -> Document:
    """The content of a YAML file with its lines; errors as `read_document`."""
    if len(data) > MAX_BYTES:
        do = T("Keep it below {count} bytes", count=f"{MAX_BYTES:,}")
        raise CriteriaError(T("it has {count} bytes", count=f"{len(data):,}"), file=path, do=do)
    if data.startswith(_ARCHIVE):
        raise CriteriaError(T("it is a workbook or an archive"), file=path, do=T("Write it as a YAML file"))
    try:
        text = data.decode("utf-8-sig")
        _bounded(text, path)
        root = yaml.compose(text, Loader=Loader)
    except UnicodeDecodeError as error:
        what = T("it is not UTF-8: {reason}", reason=error.reason)
        raise CriteriaError(what, file=path, do=T("Save it as UTF-8")) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise CriteriaError(str(error.problem), file=path, line=line, do=T("Mend the YAML at that line")) from error
    except (yaml.YAMLError, RecursionError) as error:
        what = T("it is no YAML: {reason}", reason=error)
        raise CriteriaError(what, file=path, do=T("Mend or restore it")) from error
    lines: dict[Path_, int] = {}
    return Document(path, _plain(root, (), lines, path), lines)


def _bounded(text: str, path: Path) -> None:
    """Refuse what would be slow or deep to compose; anchors too, for a file of aliases can grow without bounds."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=Loader)):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            do = T("Write the part out, or name it under lists:")
            raise CriteriaError(T("it uses an alias"), file=path, line=line, do=do)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or number > MAX_EVENTS:
            raise CriteriaError(T("it is nested too deeply or too long"), file=path, line=line, do=T("Divide it"))


def _plain(node: yaml.Node | None, path: Path_, lines: dict[Path_, int], file: Path) -> Any:  # noqa: ANN401 - any YAML
    if node is None:
        return None
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, file)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, (*path, number), lines, file) for number, one in enumerate(node.value)]
    plain = isinstance(node, yaml.ScalarNode) and node.style not in _QUOTED
    return None if plain and node.value in _EMPTY else str(node.value)


def _mapping(node: yaml.MappingNode, path: Path_, lines: dict[Path_, int], file: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise CriteriaError(T("a key is no text"), file=file, line=line, do=T("Write a word before the colon"))
        name = str(key.value)
        if name in found:
            what = T("{name!r} is there twice", name=name)
            raise CriteriaError(what, file=file, line=line, do=T("Remove one of them"))
        lines[(*path, name)] = line
        found[name] = _plain(value, (*path, name), lines, file)
    return found


def validated(document: Document, model: type[Model]) -> Model:
    """A document's content as a model.

    Raises:
        CriteriaError: a field is missing, unknown or wrong; names the first few.
    """
    if not isinstance(document.content, dict):
        raise document.error(T("it is no mapping"), do=T("Begin with the fields of the reference"))
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        raise _explained(document, error) from error
    except RecursionError as error:
        raise document.error(T("it is nested too deeply or too long"), do=T("Divide it")) from error


def _explained(document: Document, error: ValidationError) -> Exception:
    found = [
        (_path_in(document.content, one["loc"]), one) for one in error.errors(include_url=False, include_input=False)
    ]
    found.sort(key=lambda one: (document.line(one[0]), -len(one[0])))
    told = [f"{'.'.join(map(str, path)) or 'file'} (line {document.line(path)}): {one['msg']}" for path, one in found]
    unique = list(dict.fromkeys(told))
    more = T("; and {count} more", count=len(unique) - _MOST_PROBLEMS) if len(unique) > _MOST_PROBLEMS else ""
    do = T("Mend that field; the reference of the criteria language has them all")
    return document.error("; ".join(unique[:_MOST_PROBLEMS]) + more, at=found[0][0], do=do)


def _path_in(content: Any, location: tuple[str | int, ...]) -> tuple[str | int, ...]:  # noqa: ANN401 - any YAML
    """Where pydantic points to, without the names of types it puts between; a missing field stays the last."""
    path: list[str | int] = []
    for step in location:
        if not _has(content, step):
            continue
        content = content[step]
        path.append(step)
    missing = bool(location) and location[-1] not in path[-1:] and isinstance(content, dict)
    return (*path, location[-1]) if missing else tuple(path)


def _has(content: object, step: str | int) -> bool:
    if isinstance(content, dict):
        return step in content
    return isinstance(content, list) and isinstance(step, int) and step < len(content)
