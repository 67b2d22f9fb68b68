"""TED_EXPORT notices, published before eForms: one line per lot or award.

R2.0.9 carries the forms of the 2014 directives (F01 to F25), read here; R2.0.8 those of 2004, read in `ted2004`. The
namespace changed with every release and is not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lxml import etree

from tenring.language import T
from tenring.screening.read import ted2004
from tenring.screening.read.codes import CPV
from tenring.screening.read.entry import Entry, Stage
from tenring.screening.read.notice import (
    Notice,
    cpv,
    further_codes,
    inherit,
    number_of,
    stated_total,
    text_of,
    with_stated,
)
from tenring.screening.read.xml import local

ROOT = "TED_EXPORT"


def read(root: etree._Element) -> Notice:
    """The lines of a TED_EXPORT notice, in the form of its original language."""
    forms = root.findall("{*}FORM_SECTION/*")
    form = next((one for one in forms if one.get("CATEGORY") == "ORIGINAL"), forms[0] if forms else None)
    if form is None:
        return Notice(ROOT, ())
    published = text_of(root.find("{*}CODED_DATA_SECTION/{*}REF_OJS/{*}DATE_PUB"))
    if form.find("{*}OBJECT_CONTRACT") is None:
        return ted2004.read(form, published)
    buyer = text_of(form.find("{*}CONTRACTING_BODY/{*}ADDRESS_CONTRACTING_BODY/{*}OFFICIALNAME"))
    base = Entry(buyer=buyer, date=published)
    contract = form.find("{*}OBJECT_CONTRACT")
    whole = _object(contract, base)
    awards = form.findall("{*}AWARD_CONTRACT")
    total = contract.find("{*}VAL_TOTAL") if contract is not None else None
    stated = stated_total(total, "CURRENCY")
    kind = f"{ROOT} {local(form)}"
    if awards:
        return Notice(kind, tuple(_awards(awards, contract, whole, stated)), stated)
    return Notice(kind, tuple(_planned(contract, whole)), stated)


def _object(element: etree._Element | None, base: Entry) -> Entry:
    """Title, CPV and estimated value of a notice or of one of its lots."""
    if element is None:
        return base
    codes = [*element.findall("{*}CPV_MAIN/{*}CPV_CODE"), *element.findall("{*}CPV_ADDITIONAL/{*}CPV_CODE")]
    code, *further = [cpv(one.get("CODE")) for one in codes] or [None]
    value = element.find("{*}VAL_ESTIMATED_TOTAL")
    if value is None:
        value = element.find("{*}VAL_OBJECT")
    return replace(
        base,
        description=text_of(element.find("{*}TITLE")) or text_of(element.find("{*}SHORT_DESCR")),
        code=code,
        code_scheme=CPV if code else None,
        note=further_codes(further),
        amount=number_of(value),
        currency=value.get("CURRENCY") if value is not None else None,
    )


def _lots(contract: etree._Element | None, whole: Entry) -> list[tuple[str, Entry]]:
    base = replace(whole, amount=None, currency=None)
    described = contract.findall("{*}OBJECT_DESCR") if contract is not None else []
    return [(text_of(one.find("{*}LOT_NO")) or "", inherit(_object(one, base), whole)) for one in described]


def _planned(contract: etree._Element | None, whole: Entry) -> list[Entry]:
    whole = replace(whole, stage=Stage.TENDER)
    lots = [lot for _, lot in _lots(contract, whole)]
    if any(lot.amount for lot in lots) or (lots and not whole.amount):
        return lots
    if len(lots) == 1:
        return [replace(lots[0], amount=whole.amount, currency=whole.currency)]
    return [whole] if whole.description else []


def _awards(
    awards: Sequence[etree._Element],
    contract: etree._Element | None,
    whole: Entry,
    stated: tuple[str, str | None] | None,
) -> list[Entry]:
    """One line per award; where none has a value and the notice has, that value on one line."""
    whole = replace(whole, stage=Stage.AWARD, amount=None, currency=None)
    lots = dict(_lots(contract, whole))
    only = next(iter(lots.values())) if len(lots) == 1 else whole
    found = [_award(award, lots.get(text_of(award.find("{*}LOT_NO")) or "", only)) for award in awards]
    return with_stated(found, whole, stated)


def _award(award: etree._Element, lot: Entry) -> Entry:
    title = text_of(award.find("{*}TITLE"))
    entry = replace(lot, amount=None, currency=None, description=title or lot.description)
    done = award.find("{*}AWARDED_CONTRACT")
    if done is None:
        return replace(entry, skip=T("no winner was chosen for this lot"))
    value = done.find("{*}VALUES/{*}VAL_TOTAL")
    winners = done.findall(".//{*}CONTRACTOR/{*}ADDRESS_CONTRACTOR/{*}OFFICIALNAME")
    return replace(
        entry,
        supplier="; ".join(filter(None, map(text_of, winners))) or None,
        date=text_of(done.find("{*}DATE_CONCLUSION_CONTRACT")) or entry.date,
        amount=number_of(value),
        currency=value.get("CURRENCY") if value is not None else None,
    )
