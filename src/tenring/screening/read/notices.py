"""European notices: eForms (UBL) and the older TED XML; one line per lot or award.

eForms: https://docs.ted.europa.eu/eforms/latest/ (BT numbers below are its business terms).
TED_EXPORT R2.0.8 and R2.0.9: forms F01, F02, F03 and their relatives.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.screening.read.codes import CPV
from tenring.screening.read.entry import Entry, Stage
from tenring.screening.read.xml import local

EFORMS = frozenset(
    {"ContractNotice", "ContractAwardNotice", "PriorInformationNotice", "BusinessRegistrationInformationNotice"}
)
NO_WINNER = frozenset({"clos-nw", "open-nw"})
"""BT-142: codes of lots that ended, or go on, without a winner."""


@dataclass(frozen=True)
class Notice:
    """The lines of a notice, what kind it is, and the total it states itself (amount, currency), if any."""

    kind: str
    entries: tuple[Entry, ...]
    stated: tuple[str, str | None] | None = None


def read(root: etree._Element, *, path: Path) -> Notice:
    """The lines of a notice.

    Raises:
        UnusableInputError: the XML is no notice we know.
    """
    name = local(root)
    if name in EFORMS:
        return _eforms(root, name)
    if name == "TED_EXPORT":
        return _ted(root)
    what = T("the XML is no notice we know: its root is {name}", name=name)
    raise UnusableInputError(what, where=path, do=T("We read eForms and TED_EXPORT notices"))


# ---------------------------------------------------------------- eForms


def _eforms(root: etree._Element, name: str) -> Notice:
    lots = {_id(lot): lot for lot in _children(root, "ProcurementProjectLot")}
    organisations = _organisations(root)
    buyers = [
        organisations.get(_text(one) or "", "")
        for one in root.findall("{*}ContractingParty/{*}Party/{*}PartyIdentification/{*}ID")
    ]
    base = Entry(buyer="; ".join(filter(None, buyers)) or None, date=_text(root.find("{*}IssueDate")))
    result = root.find(".//{*}NoticeResult")
    stated = _stated(result.find("{*}TotalAmount") if result is not None else None, "currencyID")
    if name == "ContractAwardNotice":
        found = _results(root, result, lots, organisations, base)
    else:
        found = _planned(root, list(lots.values()), base)
    return Notice(f"eForms {name}", tuple(found), stated)


def _stated(total: etree._Element | None, currency: str) -> tuple[str, str | None] | None:
    """The total a notice states, and its currency."""
    amount = _number(total)
    return (amount, total.get(currency)) if total is not None and amount else None


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


def _planned(root: etree._Element, lots: Sequence[etree._Element], base: Entry) -> list[Entry]:
    """One line per lot; one for the notice where only the whole has an estimated value (BT-27)."""
    base = replace(base, stage=Stage.TENDER)
    whole = _project(root.find("{*}ProcurementProject"), base)
    found = [_project(lot.find("{*}ProcurementProject"), base) for lot in lots]
    if whole.amount and not any(one.amount for one in found):
        if len(found) == 1:
            return [replace(found[0], amount=whole.amount, currency=whole.currency, code=found[0].code or whole.code)]
        return [
            replace(
                whole,
                note=T("{count} lots without values of their own: the value of the whole is used", count=len(found))
                if found
                else None,
            )
        ]
    return [_inherit(one, whole) for one in found] or ([whole] if whole.description else [])


def _inherit(lot: Entry, whole: Entry) -> Entry:
    """A lot takes title and code of the notice where it has none of its own."""
    if lot.code is not None:
        return replace(lot, description=lot.description or whole.description)
    return replace(
        lot, description=lot.description or whole.description, code=whole.code, code_scheme=whole.code_scheme
    )


def _project(project: etree._Element | None, base: Entry) -> Entry:
    """Title (BT-21), main CPV (BT-262) and estimated value (BT-27) of a notice or lot."""
    if project is None:
        return base
    estimate = project.find("{*}RequestedTenderTotal/{*}EstimatedOverallContractAmount")
    code = _cpv(_text(project.find("{*}MainCommodityClassification/{*}ItemClassificationCode")))
    return replace(
        base,
        description=_text(project.find("{*}Name")) or _text(project.find("{*}Description")),
        code=code,
        code_scheme=CPV if code else None,
        code_name=_others(project.findall("{*}AdditionalCommodityClassification/{*}ItemClassificationCode")),
        amount=_text(estimate),
        currency=estimate.get("currencyID") if estimate is not None else None,
    )


def _others(codes: Sequence[etree._Element]) -> str | None:
    """Additional CPV codes (BT-263), kept as text beside the main one."""
    found = [code for one in codes if (code := _cpv(_text(one)))]
    return T("also {codes}", codes=", ".join(dict.fromkeys(found))) if found else None


def _results(
    root: etree._Element,
    result: etree._Element | None,
    lots: dict[str, etree._Element],
    organisations: dict[str, str],
    base: Entry,
) -> list[Entry]:
    base = replace(base, stage=Stage.AWARD, date=_text(root.find("{*}TenderResult/{*}AwardDate")) or base.date)
    whole = _project(root.find("{*}ProcurementProject"), base)
    if result is None:
        return [replace(_inherit(_lot(lots, one, base), whole), amount=None, currency=None) for one in lots]
    found = [_inherit(one, whole) for one in _won(result, lots, organisations, base)]
    found += [_inherit(one, whole) for one in _lost(result, lots, base)]
    return with_stated(
        found, replace(whole, amount=None, currency=None), _stated(result.find("{*}TotalAmount"), "currencyID")
    )


def _won(
    result: etree._Element, lots: dict[str, etree._Element], organisations: dict[str, str], base: Entry
) -> Iterator[Entry]:
    """One line per winning tender: its value (BT-720), its winner, the date its contract was concluded (BT-145)."""
    contracts = {
        _text(one) or "": contract
        for contract in _children(result, "SettledContract")
        for one in contract.findall("{*}LotTender/{*}ID")
    }
    tenders = {_id(one): one for one in _children(result, "LotTender")}
    parties = {_id(one): one for one in _children(result, "TenderingParty")}
    lost = {_text(lot.find("{*}TenderLot/{*}ID")) for lot in _children(result, "LotResult") if _code(lot) in NO_WINNER}
    winners = [one for one in tenders if one in contracts or one in _ranked_first(result, tenders, contracts)]
    for one in winners:
        tender, contract = tenders[one], contracts.get(one)
        lot = _text(tender.find("{*}TenderLot/{*}ID")) or ""
        if lot in lost:
            continue
        entry = replace(_lot(lots, lot, base), amount=None, currency=None)
        value = tender.find("{*}LegalMonetaryTotal/{*}PayableAmount")
        if value is not None:
            entry = replace(entry, amount=_text(value), currency=value.get("currencyID"))
        yield replace(entry, supplier=_winner(tender, parties, organisations), date=_concluded(contract) or base.date)


def _ranked_first(result: etree._Element, tenders: Collection[str], contracts: Collection[str]) -> set[str]:
    """Winning tenders of lots none of whose tenders has a contract in the notice: those not ranked below the first."""
    found: set[str] = set()
    ranks = {_id(one): _text(one.find("{*}RankCode")) or "1" for one in _children(result, "LotTender")}
    for lot in _children(result, "LotResult"):
        named = [text for one in lot.findall("{*}LotTender/{*}ID") if (text := _text(one)) in tenders]
        if not any(one in contracts for one in named):
            found |= {one for one in named if one is not None and ranks.get(one) == "1"}
    return found


def _concluded(contract: etree._Element | None) -> str | None:
    if contract is None:
        return None
    return _text(contract.find("{*}IssueDate")) or _text(contract.find("{*}AwardDate"))


def _lost(result: etree._Element, lots: dict[str, etree._Element], base: Entry) -> Iterator[Entry]:
    """Lots without a winner: told, not counted."""
    for one in _children(result, "LotResult"):
        if _code(one) in NO_WINNER:
            lot = _lot(lots, _text(one.find("{*}TenderLot/{*}ID")) or "", base)
            yield replace(lot, amount=None, currency=None, skip=T("no winner was chosen for this lot"))


def _code(result: etree._Element) -> str | None:
    return _text(result.find("{*}TenderResultCode"))


def _lot(lots: dict[str, etree._Element], name: str, base: Entry) -> Entry:
    lot = lots.get(name)
    return base if lot is None else _project(lot.find("{*}ProcurementProject"), base)


def _winner(tender: etree._Element, parties: dict[str, etree._Element], organisations: dict[str, str]) -> str | None:
    party = parties.get(_text(tender.find("{*}TenderingParty/{*}ID")) or "")
    if party is None:
        return None
    names = [organisations.get(_text(one) or "", "") for one in party.findall("{*}Tenderer/{*}ID")]
    return "; ".join(filter(None, names)) or None


def _organisations(root: etree._Element) -> dict[str, str]:
    """Identifier → name of every organisation of the notice (BT-500)."""
    return {
        _text(one.find("{*}PartyIdentification/{*}ID")) or "": _text(one.find("{*}PartyName/{*}Name")) or ""
        for one in root.iterfind(".//{*}Organization/{*}Company")
    }


def _children(parent: etree._Element, name: str) -> list[etree._Element]:
    return [one for one in parent if local(one) == name]


def _id(element: etree._Element) -> str:
    return _text(element.find("{*}ID")) or ""


def _text(element: etree._Element | None) -> str | None:
    if element is None:
        return None
    return " ".join("".join(map(str, element.itertext())).split()) or None


def _cpv(code: str | None) -> str | None:
    return code.split("-")[0].strip() if code else None


# ---------------------------------------------------------------- TED_EXPORT R2.0.8, R2.0.9


def _ted(root: etree._Element) -> Notice:
    forms = root.findall("{*}FORM_SECTION/*")
    form = next((one for one in forms if one.get("CATEGORY") == "ORIGINAL"), forms[0] if forms else None)
    if form is None:
        return Notice("TED_EXPORT", ())
    published = _text(root.find("{*}CODED_DATA_SECTION/{*}REF_OJS/{*}DATE_PUB"))
    base = Entry(
        buyer=_text(form.find("{*}CONTRACTING_BODY/{*}ADDRESS_CONTRACTING_BODY/{*}OFFICIALNAME")), date=published
    )
    contract = form.find("{*}OBJECT_CONTRACT")
    whole = _ted_object(contract, base)
    awards = form.findall("{*}AWARD_CONTRACT")
    total = contract.find("{*}VAL_TOTAL") if contract is not None else None
    stated = _stated(total, "CURRENCY")
    kind = f"TED_EXPORT {local(form)}"
    if awards:
        return Notice(kind, tuple(_ted_awards(awards, contract, whole, stated)), stated)
    return Notice(kind, tuple(_ted_planned(contract, whole)), stated)


def _ted_object(element: etree._Element | None, base: Entry) -> Entry:
    """Title, CPV and estimated value of a notice or of one of its lots."""
    if element is None:
        return base
    code = element.find("{*}CPV_MAIN/{*}CPV_CODE")
    if code is None:
        code = element.find("{*}CPV_ADDITIONAL/{*}CPV_CODE")
    value = element.find("{*}VAL_ESTIMATED_TOTAL")
    if value is None:
        value = element.find("{*}VAL_OBJECT")
    return replace(
        base,
        description=_text(element.find("{*}TITLE")) or _text(element.find("{*}SHORT_DESCR")),
        code=_cpv(code.get("CODE")) if code is not None else None,
        code_scheme=CPV if code is not None else None,
        amount=_number(value),
        currency=value.get("CURRENCY") if value is not None else None,
    )


def _number(element: etree._Element | None) -> str | None:
    """The value of an amount, which R2.0.8 may write with spaces."""
    text = _text(element)
    return text.replace(" ", "").replace("\u00a0", "") if text else None


def _ted_lots(contract: etree._Element | None, whole: Entry) -> list[tuple[str, Entry]]:
    base = replace(whole, amount=None, currency=None)
    described = contract.findall("{*}OBJECT_DESCR") if contract is not None else []
    return [(_text(one.find("{*}LOT_NO")) or "", _inherit(_ted_object(one, base), whole)) for one in described]


def _ted_planned(contract: etree._Element | None, whole: Entry) -> list[Entry]:
    whole = replace(whole, stage=Stage.TENDER)
    lots = [lot for _, lot in _ted_lots(contract, whole)]
    if any(lot.amount for lot in lots) or (lots and not whole.amount):
        return lots
    if len(lots) == 1:
        return [replace(lots[0], amount=whole.amount, currency=whole.currency)]
    return [whole] if whole.description else []


def _ted_awards(
    awards: Sequence[etree._Element],
    contract: etree._Element | None,
    whole: Entry,
    stated: tuple[str, str | None] | None,
) -> list[Entry]:
    """One line per award; where none has a value and the notice has, that value on one line."""
    whole = replace(whole, stage=Stage.AWARD, amount=None, currency=None)
    lots = dict(_ted_lots(contract, whole))
    only = next(iter(lots.values())) if len(lots) == 1 else whole
    found = [_ted_award(award, lots.get(_text(award.find("{*}LOT_NO")) or "", only)) for award in awards]
    return with_stated(found, whole, stated)


def _ted_award(award: etree._Element, lot: Entry) -> Entry:
    title = _text(award.find("{*}TITLE"))
    entry = replace(lot, amount=None, currency=None, description=title or lot.description)
    done = award.find("{*}AWARDED_CONTRACT")
    if done is None:
        return replace(entry, skip=T("no winner was chosen for this lot"))
    value = done.find("{*}VALUES/{*}VAL_TOTAL")
    winners = done.findall(".//{*}CONTRACTOR/{*}ADDRESS_CONTRACTOR/{*}OFFICIALNAME")
    return replace(
        entry,
        supplier="; ".join(filter(None, map(_text, winners))) or None,
        date=_text(done.find("{*}DATE_CONCLUSION_CONTRACT")) or entry.date,
        amount=_number(value),
        currency=value.get("CURRENCY") if value is not None else None,
    )
