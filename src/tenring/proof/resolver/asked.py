"""What is asked for: which product or licence an address names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urlsplit

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.digital_link import LONGEST_LINK, DigitalLink, read_digital_link, read_path
from tenring.proof.strict import refuse
from tenring.register.cells import read_gtin

LICENCE: Final = "licence"
PRODUCT: Final = "product"
_PARTS: Final = 3


@dataclass(frozen=True)
class Licence:
    """A licence by its programme and number."""

    programme: str
    number: str

    @property
    def path(self) -> str:
        """Its path at a resolver."""
        return f"/{LICENCE}/{quote(self.programme, safe='')}/{quote(self.number, safe='')}"


@dataclass(frozen=True)
class Product:
    """A product by brand and model."""

    brand: str
    model: str

    @property
    def path(self) -> str:
        """Its path at a resolver."""
        return f"/{PRODUCT}/{quote(self.brand, safe='')}/{quote(self.model, safe='')}"


@dataclass(frozen=True)
class Gtin:
    """A product by its GTIN; batch and serial may be asked for, too, but certificates are of the product."""

    link: DigitalLink

    @property
    def path(self) -> str:
        """Its path at a resolver: of the product, whatever item of it was asked for."""
        return self.link.class_path


Asked = Gtin | Licence | Product


def read_address(text: str) -> Asked:
    """What a GTIN, an address of a resolver, or its path asks for.

    Raises:
        MalformedError: it is none of these; says why.
    """
    gtin = read_gtin(text)
    if gtin is not None:
        return Gtin(DigitalLink(gtin))
    if "://" not in text:
        if not text.startswith("/"):
            refuse(T("{given} is neither a GTIN nor an address", given=repr(text[:80])))
        path, _, query = text.partition("?")
        return read_place(path, query)
    try:
        parts = urlsplit(text)
    except ValueError:
        refuse(T("{given} is neither a GTIN nor an address", given=repr(text[:80])))
    return named(parts.path) or Gtin(read_digital_link(text))


def read_place(path: str, query: str = "") -> Asked:
    """What the path and query of a request ask for.

    Raises:
        MalformedError: nothing; says why.
    """
    if len(path) + len(query) > LONGEST_LINK:
        refuse(T("the link is longer than {limit} characters", limit=str(LONGEST_LINK)))
    return named(path) or Gtin(read_path(path, query))


def named(path: str) -> Licence | Product | None:
    """The licence or product that the end of a path names in words; None: it names none."""
    parts = path.rstrip("/").split("/")[-_PARTS:]
    if len(parts) < _PARTS or parts[0] not in {LICENCE, PRODUCT}:
        return None
    first, second = (_decoded(part) for part in parts[1:])
    return Licence(first, second) if parts[0] == LICENCE else Product(first, second)


def _decoded(part: str) -> str:
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError(T("the link holds bytes that are no UTF-8 text")) from error
    if not text.strip() or not text.isprintable():
        refuse(T("a part of the address is empty, or cannot be printed"))
    return text
