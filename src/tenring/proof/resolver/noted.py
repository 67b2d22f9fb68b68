"""Links of one's own: passports and other documents that no register and no credential knows, noted in a file.

Each entry names a thing (`gtin`, or `brand` and `model`, or `programme` and `number`), the `relation` (`dpp`, another
word of IANA, `gs1:…`), the `address` and a `title`; if known, `media_type`, `languages` and `rel`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from tenring.catalogue.files import read_yaml
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.model.text import model_key
from tenring.proof.digital_link import DigitalLink
from tenring.proof.resolver.answer import relations_of
from tenring.proof.resolver.asked import Asked, Gtin, Licence, Product
from tenring.proof.resolver.links import Link, Related
from tenring.register.cells import read_gtin

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_Https = Annotated[str, StringConstraints(pattern=r"^https://[A-Za-z0-9./][!-~]*$", max_length=2000)]
#: As the schema of linksets has it.
_Relation = Annotated[str, StringConstraints(pattern=r"^(?:[a-z-]+|gs1:[A-Za-z]+|https://[A-Za-z0-9./]+)$")]
_Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(?:-[A-Z]{2})?$")]
_MediaType = Annotated[str, StringConstraints(pattern=r"^\w+/[-+.\w]+$")]


class NotedLink(BaseModel):
    """One entry of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gtin: str | None = None
    brand: _Text | None = None
    model: _Text | None = None
    programme: _Text | None = None
    number: _Text | None = None
    relation: _Relation
    address: _Https
    title: _Text
    media_type: _MediaType | None = None
    languages: tuple[_Language, ...] = ()
    rel: tuple[Literal["predecessor-version"], ...] = Field(default=())

    @model_validator(mode="after")
    def _one_thing(self) -> NotedLink:
        ways = (
            self.gtin is not None,
            self.brand is not None and self.model is not None,
            self.programme is not None and self.number is not None,
        )
        given = [self.gtin, self.brand, self.model, self.programme, self.number]
        if sum(ways) != 1 or sum(one is not None for one in given) > (1 if self.gtin is not None else 2):
            message = "name the thing by gtin, by brand and model, or by programme and number"
            raise ValueError(message)
        if self.gtin is not None and read_gtin(self.gtin) is None:
            message = "its check digit or length is wrong"
            raise ValueError(message)
        return self

    @property
    def thing(self) -> Asked:
        """What it is about."""
        if self.gtin is not None:
            return Gtin(DigitalLink(read_gtin(self.gtin) or ""))
        if self.brand is not None and self.model is not None:
            return Product(self.brand, self.model)
        return Licence(self.programme or "", self.number or "")


@dataclass(frozen=True)
class NotedLinks:
    """The entries of a file, by what they are about."""

    noted: dict[tuple[str, ...], tuple[Related, ...]]

    @classmethod
    def read(cls, path: Path) -> NotedLinks:
        """Read a file.

        Raises:
            UnusableInputError: it breaks the format; names the entries.
        """
        content = read_yaml(path)
        try:
            entries = TypeAdapter(list[NotedLink]).validate_python(content)
        except ValidationError as error:
            told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5])
            raise UnusableInputError(told, where=path, do=T("See the guide on certificates and links")) from error
        noted: dict[tuple[str, ...], tuple[Related, ...]] = {}
        for entry in entries:
            link = Link(entry.address, entry.title, entry.media_type, entry.languages, entry.rel)
            key = _key(entry.thing)
            noted[key] = (*noted.get(key, ()), (relations_of(entry.relation)[0], link))
        return cls(noted)

    def links(self, asked: Asked, on: date) -> Iterable[Related]:  # noqa: ARG002 - the file knows no days
        """What is noted about what is asked for."""
        return self.noted.get(_key(asked), ())


def _key(thing: Asked) -> tuple[str, ...]:
    if isinstance(thing, Gtin):
        return ("gtin", thing.link.gtin)
    if isinstance(thing, Product):
        return ("product", model_key(thing.brand), model_key(thing.model))
    return ("licence", thing.programme, model_key(thing.number))
