"""A licence as a programme grants it, read from its file: what is written, and the evidence that is judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tenring.catalogue.properties import Properties
from tenring.exceptions import MalformedError, UnusableInputError
from tenring.language import T
from tenring.proof.credential.written import WrittenIssuer, WrittenLicence
from tenring.proof.strict import LIMITS, read_object
from tenring.register.cells import read_gtin
from tenring.rulebook.document import Document, read_document, validated
from tenring.rulebook.evidence import Product, Reader, read_product


@dataclass(frozen=True)
class Granted:
    """A licence and the evidence of its product. `where`: file (and line) it came from, for messages."""

    written: WrittenLicence
    product: Product
    where: str

    @property
    def judged_on(self) -> date:
        """The day of the judgement."""
        return self.written.judged_on or self.written.validity.from_


def read_licence(path: Path, properties: Properties) -> Granted:
    """The licence in a YAML file.

    Raises:
        CriteriaError: the file cannot be read or breaks its format; names line and field.
        UnusableInputError: a GTIN has a wrong check digit, or the product file is not beside it.
    """
    document = read_document(path)
    return _granted(document, validated(document, WrittenLicence), properties, str(path), path.parent)


def read_issuer(path: Path) -> WrittenIssuer:
    """The issuer in a YAML file of its own.

    Raises:
        CriteriaError: as `read_licence`.
    """
    return validated(read_document(path), WrittenIssuer)


def licence_of(content: dict[str, Any], properties: Properties, *, where: str, folder: Path) -> Granted:
    """The licence in an object: a line of NDJSON, or one made from a register; all values as text or lists.

    Raises:
        UnusableInputError: it breaks the format; names the fields.
    """
    document = Document(Path(where), content, {})
    try:
        written = WrittenLicence.model_validate(content)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc'])) or '-'}: {one['msg']}" for one in error.errors()[:5])
        raise UnusableInputError(told, where=where, do=T("See the reference of licence files")) from error
    return _granted(document, written, properties, where, folder)


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of an NDJSON file that say something, with their numbers (1 = first line)."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield number, line


def read_line(line: bytes, properties: Properties, *, where: str, folder: Path) -> Granted:
    """The licence in one line of NDJSON; errors as `licence_of`."""
    if len(line) > LIMITS.bytes:
        what = T("it is larger than {limit} bytes", limit=f"{LIMITS.bytes:,}")
        raise UnusableInputError(what, where=where, do=T("Divide the licence"))
    try:
        content = read_object(line)
    except MalformedError as error:
        raise UnusableInputError(str(error), where=where, do=T("Mend the line")) from error
    return licence_of(_as_text(content), properties, where=where, folder=folder)


def _as_text(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Numbers as texts, as in YAML files: amounts are never floats."""
    if isinstance(value, dict):
        return {name: _as_text(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_as_text(one) for one in value]
    if isinstance(value, bool | str):
        return value
    return json.dumps(value)


def _granted(document: Document, written: WrittenLicence, properties: Properties, where: str, folder: Path) -> Granted:
    for one in written.products:
        for gtin in one.gtins:
            if read_gtin(gtin) is None:
                what = T("{gtin} is no GTIN: its length or check digit is wrong", gtin=gtin)
                raise UnusableInputError(what, where=where, do=T("Mend it, or leave it out"))
    if written.product_file is not None:
        return Granted(written, read_product(_beside(written.product_file, folder, where), properties), where)
    reader = Reader(document, properties)
    return Granted(written, reader.product(written.given, written.labels), where)


def _beside(name: str, folder: Path, where: str) -> Path:
    """A file in the folder of the licence or below it: a licence file may come from strangers."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        what = T("the product file {name} is not there", name=name)
        raise UnusableInputError(what, where=where, do=T("Put it into the licence's folder, or below it"))
    return path
