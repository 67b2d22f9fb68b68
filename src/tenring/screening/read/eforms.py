"""eForms notices (UBL): one line per lot, or per winning tender of an award notice.

Source: https://docs.ted.europa.eu/eforms/latest/ (BT numbers are its business terms).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from lxml import etree

from tenring.language import T
from tenring.screening.read.codes import CPV
from tenring.screening.read.entry import Entry, Stage
from tenring.screening.read.notice import (
    Notice,
    children,
    cpv,
    further_codes,
    inherit,
    stated_total,
    text_of,
    with_stated,
)

ROOTS = frozenset(
    {"ContractNotice", "ContractAwardNotice", "PriorInformationNotice", "BusinessRegistrationInformationNotice"}
)
NO_WINNER = frozenset({"clos-nw", "open-nw"})
"""BT-142: codes of lots that ended, or go on, without a winner."""


def read(root: etree._Element, name: str) -> Notice:
    """The lines of an eForms notice whose root element is `name`."""
    lots = {_id(lot): lot for lot in children(root, "ProcurementProjectLot")}
    organisations = _organisations(root)
    buyers = [
        organisations.get(text_of(one) or "", "")
        for one in root.findall("{*}ContractingParty/{*}Party/{*}PartyIdentification/{*}ID")
    ]
    base = Entry(buyer="; ".join(filter(None, buyers)) or None, date=text_of(root.find("{*}IssueDate")))
    result = root.find(".//{*}NoticeResult")
    stated = stated_total(result.find("{*}TotalAmount") if result is not None else None, "currencyID")
    if name == "ContractAwardNotice":
        found = _results(root, result, lots, organisations, base)
    else:
        found = _planned(root, list(lots.values()), base)
    return Notice(f"eForms {name}", tuple(found), stated)


def _planned(root: etree._Element, lots: Sequence[etree._Element], base: Entry) -> list[Entry]:
    """One line per lot; one for the notice where only the whole has an estimated value (BT-27)."""
    base = replace(base, stage=Stage.TENDER)
    whole = _project(root.find("{*}ProcurementProject"), base)
    found = [_project(lot.find("{*}ProcurementProject"), base) for lot in lots]
    if whole.amount and not any(one.amount for one in found):
        if len(found) == 1:
            return [replace(inherit(found[0], whole), amount=whole.amount, currency=whole.currency)]
        lots_note = T("{count} lots without values of their own: the value of the whole is used", count=len(found))
        return [replace(whole, note="; ".join(filter(None, (whole.note, lots_note if found else None))) or None)]
    return [inherit(one, whole) for one in found] or ([whole] if whole.description else [])


def _project(project: etree._Element | None, base: Entry) -> Entry:
    """Title (BT-21), main CPV (BT-262) and estimated value (BT-27) of a notice or lot."""
    if project is None:
        return base
    estimate = project.find("{*}RequestedTenderTotal/{*}EstimatedOverallContractAmount")
    code = cpv(text_of(project.find("{*}MainCommodityClassification/{*}ItemClassificationCode")))
    return replace(
        base,
        description=text_of(project.find("{*}Name")) or text_of(project.find("{*}Description")),
        code=code,
        code_scheme=CPV if code else None,
        note=further_codes(
            [
                cpv(text_of(one))
                for one in project.findall("{*}AdditionalCommodityClassification/{*}ItemClassificationCode")
            ]
        ),
        amount=text_of(estimate),
        currency=estimate.get("currencyID") if estimate is not None else None,
    )


def _results(
    root: etree._Element,
    result: etree._Element | None,
    lots: dict[str, etree._Element],
    organisations: dict[str, str],
    base: Entry,
) -> list[Entry]:
    base = replace(base, stage=Stage.AWARD, date=text_of(root.find("{*}TenderResult/{*}AwardDate")) or base.date)
    whole = _project(root.find("{*}ProcurementProject"), base)
    if result is None:
        return [replace(inherit(_lot(lots, one, base), whole), amount=None, currency=None) for one in lots]
    found = [inherit(one, whole) for one in _won(result, lots, organisations, base)]
    found += [inherit(one, whole) for one in _lost(result, lots, base)]
    return with_stated(
        found, replace(whole, amount=None, currency=None), stated_total(result.find("{*}TotalAmount"), "currencyID")
    )


def _won(
    result: etree._Element, lots: dict[str, etree._Element], organisations: dict[str, str], base: Entry
) -> Iterator[Entry]:
    """One line per winning tender: its value (BT-720), its winner, the date its contract was concluded (BT-145)."""
    contracts = {
        text_of(one) or "": contract
        for contract in children(result, "SettledContract")
        for one in contract.findall("{*}LotTender/{*}ID")
    }
    tenders = {_id(one): one for one in children(result, "LotTender")}
    parties = {_id(one): one for one in children(result, "TenderingParty")}
    lost = {text_of(lot.find("{*}TenderLot/{*}ID")) for lot in children(result, "LotResult") if _code(lot) in NO_WINNER}
    winners = [one for one in tenders if one in contracts or one in _ranked_first(result, tenders, contracts)]
    for one in winners:
        tender, contract = tenders[one], contracts.get(one)
        lot = text_of(tender.find("{*}TenderLot/{*}ID")) or ""
        if lot in lost:
            continue
        entry = replace(_lot(lots, lot, base), amount=None, currency=None)
        value = tender.find("{*}LegalMonetaryTotal/{*}PayableAmount")
        if value is not None:
            entry = replace(entry, amount=text_of(value), currency=value.get("currencyID"))
        yield replace(entry, supplier=_winner(tender, parties, organisations), date=_concluded(contract) or base.date)


def _ranked_first(result: etree._Element, tenders: Collection[str], contracts: Collection[str]) -> set[str]:
    """Winning tenders of lots none of whose tenders has a contract in the notice: those not ranked below the first."""
    found: set[str] = set()
    ranks = {_id(one): text_of(one.find("{*}RankCode")) or "1" for one in children(result, "LotTender")}
    for lot in children(result, "LotResult"):
        named = [text for one in lot.findall("{*}LotTender/{*}ID") if (text := text_of(one)) in tenders]
        if not any(one in contracts for one in named):
            found |= {one for one in named if one is not None and ranks.get(one) == "1"}
    return found


def _concluded(contract: etree._Element | None) -> str | None:
    if contract is None:
        return None
    return text_of(contract.find("{*}IssueDate")) or text_of(contract.find("{*}AwardDate"))


def _lost(result: etree._Element, lots: dict[str, etree._Element], base: Entry) -> Iterator[Entry]:
    """Lots without a winner: told, not counted."""
    for one in children(result, "LotResult"):
        if _code(one) in NO_WINNER:
            lot = _lot(lots, text_of(one.find("{*}TenderLot/{*}ID")) or "", base)
            yield replace(lot, amount=None, currency=None, skip=T("no winner was chosen for this lot"))


def _code(result: etree._Element) -> str | None:
    return text_of(result.find("{*}TenderResultCode"))


def _lot(lots: dict[str, etree._Element], name: str, base: Entry) -> Entry:
    lot = lots.get(name)
    return base if lot is None else _project(lot.find("{*}ProcurementProject"), base)


def _winner(tender: etree._Element, parties: dict[str, etree._Element], organisations: dict[str, str]) -> str | None:
    party = parties.get(text_of(tender.find("{*}TenderingParty/{*}ID")) or "")
    if party is None:
        return None
    names = [organisations.get(text_of(one) or "", "") for one in party.findall("{*}Tenderer/{*}ID")]
    return "; ".join(filter(None, names)) or None


def _organisations(root: etree._Element) -> dict[str, str]:
    """Identifier → name of every organisation of the notice (BT-500)."""
    return {
        text_of(one.find("{*}PartyIdentification/{*}ID")) or "": text_of(one.find("{*}PartyName/{*}Name")) or ""
        for one in root.iterfind(".//{*}Organization/{*}Company")
    }


def _id(element: etree._Element) -> str:
    return text_of(element.find("{*}ID")) or ""
