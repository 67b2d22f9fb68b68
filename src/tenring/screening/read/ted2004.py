"""TED_EXPORT R2.0.8: the forms of the 2004 directives (CONTRACT, CONTRACT_AWARD and their relatives).

The names of most elements carry the name of their form (CONTRACTING_AUTHORITY_INFORMATION_CONTRACT_AWARD, ..._DEFENCE),
so elements are found by how their names begin, below the form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from tenring.language import T
from tenring.screening.read.amounts import interpret
from tenring.screening.read.codes import CPV
from tenring.screening.read.entry import Entry, Stage
from tenring.screening.read.notice import Notice, cpv, further_codes, inherit, text_of, with_stated
from tenring.screening.read.xml import local

Money = tuple[str | None, str | None]
"""Amount and currency."""


def read(form: etree._Element, published: str | None) -> Notice:
    """The lines of a form of the 2004 directives; `published` is the date of its publication."""
    authority = _first(form, "CONTRACTING_AUTHORITY", "AUTHORITY")
    buyer = None if authority is None else text_of(_first(authority, "OFFICIALNAME", "ORGANISATION"))
    contract = _first(form, "OBJECT_CONTRACT", "OBJECT_")
    whole = _described(contract, Entry(buyer=buyer, date=published))
    awards = [one for one in form.iter("{*}*") if local(one).startswith("AWARD_OF_CONTRACT")]
    kind = f"TED_EXPORT {local(form)}"
    if not awards:
        return Notice(kind, tuple(_planned(contract, replace(whole, stage=Stage.TENDER))))
    total = _first(contract, "TOTAL_FINAL_VALUE") if contract is not None else None
    amount, currency = _money(total)
    stated = (amount, currency) if amount else None
    bare = replace(whole, amount=None, currency=None, stage=Stage.AWARD)
    found = [_award(one, bare) for one in awards]
    return Notice(kind, tuple(with_stated(found, bare, stated)), stated)


def _all(parent: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The elements below `parent` whose names begin with the first of `names` that any begins with."""
    for name in names:
        found = [one for one in parent.iterdescendants("{*}*") if local(one).startswith(name)]
        if found:
            yield from found
            return


def _first(parent: etree._Element, *names: str) -> etree._Element | None:
    return next(_all(parent, *names), None)


def _described(element: etree._Element | None, base: Entry) -> Entry:
    """Title, CPV codes and value of a contract or lot; what its lots say does not count for the whole."""
    if element is None:
        return base
    codes = [cpv(one.get("CODE")) for one in _all(element, "CPV_CODE") if _lot_of(one, element) is None]
    scope = next((one for one in _all(element, "NATURE_QUANTITY_SCOPE") if _lot_of(one, element) is None), None)
    amount, currency = _money(scope)
    return replace(
        base,
        description=text_of(_first(element, "TITLE_CONTRACT", "LOT_TITLE", "CONTRACT_TITLE"))
        or text_of(_first(element, "SHORT_CONTRACT_DESCRIPTION", "LOT_DESCRIPTION")),
        code=next(iter(codes), None),
        code_scheme=CPV if codes else None,
        note=further_codes(codes[1:]),
        amount=amount,
        currency=currency,
    )


def _lot_of(element: etree._Element, top: etree._Element) -> etree._Element | None:
    """The annex of a lot in which an element stands, below `top`."""
    for one in element.iterancestors():
        if one is top:
            return None
        if _is_lot(one):
            return one
    return None


def _is_lot(element: etree._Element) -> bool:
    return local(element).endswith("ANNEX_B") or local(element) == "ANNEX_B_INFORMATION_LOTS"


def _planned(contract: etree._Element | None, whole: Entry) -> list[Entry]:
    """One line per lot; one for the whole where only that has a value."""
    annexes = [] if contract is None else [one for one in contract.iterdescendants("{*}*") if _is_lot(one)]
    lots = [inherit(_described(one, replace(whole, amount=None, currency=None)), whole) for one in annexes]
    if any(lot.amount for lot in lots) or (lots and not whole.amount):
        return lots
    if len(lots) == 1:
        return [replace(lots[0], amount=whole.amount, currency=whole.currency)]
    return [whole] if whole.description else []


def _award(award: etree._Element, whole: Entry) -> Entry:
    title = text_of(_first(award, "CONTRACT_TITLE", "TITLE_CONTRACT"))
    entry = replace(whole, description=title or whole.description)
    winner = _first(award, "ECONOMIC_OPERATOR_NAME")
    amount, currency = _money(_first(award, "CONTRACT_VALUE_INFORMATION"))
    if winner is None and amount is None:
        return replace(entry, skip=T("no winner was chosen for this lot"))
    supplier = None if winner is None else text_of(_first(winner, "OFFICIALNAME", "ORGANISATION"))
    return replace(entry, supplier=supplier, amount=amount, currency=currency, date=_day(award) or entry.date)


def _day(award: etree._Element) -> str | None:
    """The day of the award, which stands in three elements."""
    element = _first(award, "CONTRACT_AWARD_DATE")
    parts = [] if element is None else [text_of(element.find(f"{{*}}{part}")) for part in ("YEAR", "MONTH", "DAY")]
    return "-".join(part.zfill(2) for part in parts if part) if parts and all(parts) else None


def _money(parent: etree._Element | None) -> Money:
    """The value stated below an element; the estimate made before the award and ranges of values do not count."""
    if parent is None:
        return None, None
    for value in parent.iterdescendants("{*}VALUE_COST"):
        around = [local(one) for one in value.iterancestors()]
        if "RANGE_VALUE_COST" in around or any(name.startswith("INITIAL_ESTIMATED") for name in around):
            continue
        holder = value.getparent()
        return _amount(value), None if holder is None else holder.get("CURRENCY")
    return None, None


def _amount(value: etree._Element) -> str | None:
    """The amount as plain digits: as formatted by the publisher, else as written; as it is where that is ambiguous."""
    written = value.get("FMTVAL") or text_of(value)
    if written is None or value.get("FMTVAL"):
        return written
    try:
        return format(interpret(written.replace("\u202f", " ").replace("\u00a0", " ")), "f")
    except ValueError:
        return written
