"""GS1 Digital Link: a product's GTIN as an address that a phone can open. Written canonically, read strictly.

Source: GS1 Digital Link Standard: URI Syntax, 1.4 (ISO/IEC 18975 takes up its structured path). The key is 01 (GTIN);
22 (variant), 10 (batch) and 21 (serial) may follow it in this order, or 235 (third-party serial) alone; other
application identifiers stand in the query. Words instead of numbers (`/gtin/`) left the standard with 1.3 and are not
read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urlsplit

from tenring.language import T
from tenring.proof.strict import refuse
from tenring.register.cells import read_gtin

#: Where GS1 itself resolves identifiers; links at this host are the canonical ones.
GS1: Final = "https://id.gs1.org"

KEY: Final = "01"
#: Qualifiers of a GTIN in the order the standard fixes -> their greatest length. 235 stands alone.
QUALIFIERS: Final[Mapping[str, int]] = {"22": 20, "10": 20, "21": 20, "235": 28}
#: Keys of things that are no products.
OTHER_KEYS: Final = frozenset(
    ("00", "253", "255", "401", "402", "414", "417", "8003", "8004", "8006", "8010", "8013", "8017", "8018")
)
LONGEST_LINK: Final = 2048
LONGEST_ATTRIBUTE: Final = 90

#: GS1 AI encodable character set 82 (General Specifications, figure 7.11-1).
_SET_82 = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{1,63}(?::[0-9]{1,5})?")
_PLAIN = re.compile(r"[!-~]+")
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_COMPRESSED = re.compile(r"[A-Za-z0-9_-]{10,}")
_IDENTIFIER = re.compile(r"[0-9]{2,4}")
#: What may stand unencoded in a segment of a path and also is in set 82 (RFC 3986, `pchar` without `:`).
_SAFE = "!'()*,-._"


@dataclass(frozen=True)
class DigitalLink:
    """What a Digital Link says. `gtin`: 14 digits, its check digit proven."""

    gtin: str
    variant: str | None = None
    batch: str | None = None
    serial: str | None = None
    third_party_serial: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Application identifiers of the query, such as 17 (expiry)."""
    rest: Mapping[str, str] = field(default_factory=dict)
    """Parameters that are not GS1's data, such as `linkType`."""

    @property
    def path(self) -> str:
        """The canonical path: `/01/09506000134352/21/12345`."""
        given = zip(QUALIFIERS, (self.variant, self.batch, self.serial, self.third_party_serial), strict=True)
        parts = [(KEY, self.gtin), *((key, value) for key, value in given if value is not None)]
        return "".join(f"/{key}/{quote(value, safe=_SAFE)}" for key, value in parts)

    @property
    def class_path(self) -> str:
        """The path of the product alone, without batch and serial."""
        return f"/{KEY}/{self.gtin}"

    def canonical(self) -> str:
        """The one form of it for comparing and storing: at GS1's own host, attributes in order, nothing else."""
        query = "&".join(f"{key}={quote(self.attributes[key], safe=_SAFE)}" for key in sorted(self.attributes))
        return f"{GS1}{self.path}" + (f"?{query}" if query else "")


def digital_link(
    gtin: str, *, serial: str | None = None, batch: str | None = None, variant: str | None = None, resolver: str = GS1
) -> str:
    """The address of a product (and batch, serial) at a resolver, GS1's own unless another one is named.

    Raises:
        MalformedError: a wrong GTIN, a value that the standard does not allow, or a resolver that is no https address.
    """
    found = DigitalLink(_gtin(gtin), _qualifier("22", variant), _qualifier("10", batch), _qualifier("21", serial))
    return f"{resolver_base(resolver)}{found.path}"


def resolver_base(address: str) -> str:
    """A resolver's address without its last slash.

    Raises:
        MalformedError: it is not https, or has a query, a fragment or a user.
    """
    parts = urlsplit(address)
    if parts.scheme.lower() != "https" or not _HOST.fullmatch(parts.netloc) or parts.query or parts.fragment:
        refuse(T("{address} is no address of a resolver; write one such as https://id.example.org", address=address))
    return f"https://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def read_digital_link(link: str) -> DigitalLink:
    """What a Digital Link says, wherever it is resolved.

    Raises:
        MalformedError: it is none, or not one of a product, or breaks the standard; the message says where.
    """
    if len(link) > LONGEST_LINK:
        refuse(T("the link is longer than {limit} characters", limit=str(LONGEST_LINK)))
    if not _PLAIN.fullmatch(link) or _PERCENT.search(link):
        refuse(T("the link has characters that no address has, or a % that is not followed by two hexadecimal digits"))
    head, _, tail = link.partition("//")
    if head.lower() not in {"http:", "https:"}:
        refuse(T("the link does not begin with https://"))
    address, _, _fragment = tail.partition("#")
    place, _, query = address.partition("?")
    host, slash, path = place.partition("/")
    if not _HOST.fullmatch(host) or not slash:
        refuse(T("the link names no host, or nothing behind it"))
    return read_path(f"/{path}", query)


def read_path(path: str, query: str = "") -> DigitalLink:
    """What the path and query of a Digital Link say, as a resolver gets them.

    Raises:
        MalformedError: as `read_digital_link`.
    """
    pairs = _pairs_of(path)
    values = dict(pairs)
    if len(values) != len(pairs):
        refuse(T("an application identifier stands twice in the link"))
    order = [list(QUALIFIERS).index(key) for key, _ in pairs[1:]]
    if order != sorted(order) or ("235" in values and len(values) > 2):  # noqa: PLR2004 - the GTIN and 235
        refuse(T("behind the GTIN stand 22, 10, 21 in this order, or 235 alone"))
    attributes, rest = _query(query, frozenset(values))
    decoded = {key: _decoded(value) for key, value in values.items()}
    variant, batch, serial, third = (_qualifier(key, decoded.get(key)) for key in QUALIFIERS)
    return DigitalLink(_gtin(decoded[KEY]), variant, batch, serial, third, attributes, rest)


def _pairs_of(path: str) -> list[tuple[str, str]]:
    """Keys and values of the path, from its GTIN on; what stands before it belongs to the resolver's address."""
    segments = path.strip("/").split("/") if path.strip("/") else []
    for start in (place for place, segment in enumerate(segments) if segment == KEY):
        part = segments[start:]
        pairs = list(zip(part[::2], part[1::2], strict=False))
        if len(part) % 2 == 0 and all(key in QUALIFIERS for key, _ in pairs[1:]):
            return pairs
    return _refuse_path(segments)


def _refuse_path(segments: list[str]) -> list[tuple[str, str]]:
    """Say why a path is not one of a product."""
    if KEY in segments:
        refuse(
            T("behind the GTIN only 22, 10, 21 or 235 may stand, each with its value; a compressed link is not read")
        )
    named = [key for key in segments[::2] + segments[1::2] if key in OTHER_KEYS]
    if named:
        refuse(T("the link is about something that is no product (application identifier {key})", key=named[0]))
    if "gtin" in segments:
        refuse(T("words such as /gtin/ left the standard; write /01/"))
    if segments and _COMPRESSED.fullmatch(segments[-1]):
        refuse(T("the link has no /01/ with a GTIN; if it is compressed, write it out: compressed links are not read"))
    refuse(T("the link has no /01/ with a GTIN"))


def _query(query: str, used: frozenset[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Application identifiers, and all other parameters, of the query."""
    attributes: dict[str, str] = {}
    rest: dict[str, str] = {}
    for part in filter(None, query.replace(";", "&").split("&")):
        name, _, text = part.partition("=")
        key = _decoded(name)
        gs1 = bool(_IDENTIFIER.fullmatch(key))
        if key in attributes or key in rest or key in used:
            refuse(T("{key} stands twice in the link", key=repr(key)))
        value = _decoded(text)
        if gs1 and (not _SET_82.fullmatch(value) or len(value) > LONGEST_ATTRIBUTE or key in {KEY, *QUALIFIERS}):
            refuse(T("the value of application identifier {key} is not allowed where it stands", key=key))
        (attributes if gs1 else rest)[key] = value
    return attributes, rest


def _decoded(text: str) -> str:
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        refuse(T("the link holds bytes that are no UTF-8 text"))


def _gtin(text: str) -> str:
    found = read_gtin(text) if text.isdigit() else None
    if found is None:
        refuse(T("{gtin} is no GTIN: 8, 12, 13 or 14 digits, the last of which checks the others", gtin=repr(text)))
    return found


def _qualifier(key: str, value: str | None) -> str | None:
    if value is None:
        return None
    if not _SET_82.fullmatch(value) or len(value) > QUALIFIERS[key]:
        refuse(
            T(
                "the value of application identifier {key} has 1 to {longest} signs: letters, digits, some punctuation",
                key=key,
                longest=str(QUALIFIERS[key]),
            )
        )
    return value
