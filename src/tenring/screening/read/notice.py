"""What all European notices share: their lines, the total they state, and how texts and amounts stand in their XML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import etree

from tenring.language import T
from tenring.screening.read.entry import Entry
from tenring.screening.read.xml import local


@dataclass(frozen=True)
class Notice:
    """The lines of a notice, what kind it is, and the total it states itself (amount, currency), if any."""

    kind: str
    entries: tuple[Entry, ...]
    stated: tuple[str, str | None] | None = None


def with_stated(found: list[Entry], whole: Entry, stated: tuple[str, str | None] | None) -> list[Entry]:
    """Awards as they are where any has a value of its own; else the total the notice states, on one line."""
    bought = [entry for entry in found if entry.skip is None]
    if stated is None or not bought or any(entry.amount for entry in bought):
        return found
    if len(bought) == 1:
        return [replace(one, amount=stated[0], currency=stated[1]) if one.skip is None else one for one in found]
    suppliers = "; ".join(dict.fromkeys(entry.supplier for entry in bought if entry.supplier)) or None
    note = T("{count} awards without values of their own: the value of the whole is used", count=len(bought))
    one = replace(whole, amount=stated[0], currency=stated[1], supplier=suppliers, date=bought[0].date, note=note)
    return [one, *(entry for entry in found if entry.skip is not None)]


def inherit(lot: Entry, whole: Entry) -> Entry:
    """A lot takes title and code of the notice where it has none of its own."""
    if lot.code is not None:
        return replace(lot, description=lot.description or whole.description)
    return replace(
        lot, description=lot.description or whole.description, code=whole.code, code_scheme=whole.code_scheme
    )


def further_codes(codes: Sequence[str | None]) -> str | None:
    """The note on CPV codes beside the main one."""
    found = list(dict.fromkeys(filter(None, codes)))
    return T("further CPV codes: {codes}", codes=", ".join(found)) if found else None


def stated_total(total: etree._Element | None, currency: str) -> tuple[str, str | None] | None:
    """The total a notice states, and its currency."""
    amount = number_of(total)
    return (amount, total.get(currency)) if total is not None and amount else None


def children(parent: etree._Element, name: str) -> list[etree._Element]:
    """The direct children of that name, in any namespace."""
    return [one for one in parent if local(one) == name]


def text_of(element: etree._Element | None) -> str | None:
    """All text inside an element, spaces tidied; None for no element or no text."""
    if element is None:
        return None
    return " ".join("".join(map(str, element.itertext())).split()) or None


def cpv(code: str | None) -> str | None:
    """A CPV code without its check digit."""
    return code.split("-")[0].strip() if code else None


def number_of(element: etree._Element | None) -> str | None:
    """The value of an amount, which R2.0.8 may write with spaces."""
    text = text_of(element)
    return text.replace(" ", "").replace("\u00a0", "") if text else None
