"""Catalogue files: YAML into strict, frozen models, with errors that name file, line or field, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from tenring.exceptions import CatalogueError

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML was built without libyaml: slower, same result
    from yaml import SafeLoader as Loader  # type: ignore[assignment]  # the two loaders share their interface

#: How sure a statement is: read in the official document, read second-hand, or neither.
Mark = Literal["read", "secondary", "unverified"]


class CatalogueModel(BaseModel):
    """Base of all catalogue models: unknown fields are errors, values cannot change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Source(CatalogueModel):
    """The official document a statement rests on."""

    document: str
    mark: Mark


Model = TypeVar("Model", bound=BaseModel)


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - what YAML holds is known only after validation
    """The content of a YAML file.

    Raises:
        CatalogueError: the file cannot be read or is not YAML; names the line.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise CatalogueError(f"line {line}: {error.problem}", where=path, do="Mend the YAML at that line.") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CatalogueError(f"cannot be read: {error}", where=path, do="Save it as YAML in UTF-8.") from error


def load_model(path: Path, model: type[Model]) -> Model:
    """One catalogue file as its model.

    Raises:
        CatalogueError: a field is missing, unknown or wrong; names every such field.
    """
    content = read_yaml(path)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise CatalogueError(wrong, where=path, do="Compare it with a neighbouring file.") from error


def named_files(folder: Path, pattern: str = "*.yml") -> Iterator[tuple[str, Path]]:
    """Files below `folder` in order, each with the id its path gives: `cn/packaging` for `cn/packaging.yml`."""
    for path in sorted(folder.rglob(pattern)):
        yield path.relative_to(folder).with_suffix("").as_posix(), path


def require_same_id(declared: str, expected: str, path: Path) -> None:
    """The `id` inside a file must be the one its name gives.

    Raises:
        CatalogueError: they differ.
    """
    if declared != expected:
        raise CatalogueError(f"id is {declared!r}", where=path, do=f"Write `id: {expected}` or rename the file.")
