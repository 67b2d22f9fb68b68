"""European notices, new and old."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenring.exceptions import UnusableInputError
from tenring.screening.read.notices import Notice, read
from tenring.screening.read.xml import parse

TED = """<?xml version="1.0" encoding="UTF-8"?>
<TED_EXPORT xmlns="http://publications.europa.eu/resource/schema/ted/R2.0.9/publication" DOC_ID="000001-2021">
  <CODED_DATA_SECTION><REF_OJS><DATE_PUB>20210104</DATE_PUB></REF_OJS></CODED_DATA_SECTION>
  <FORM_SECTION>
    <{form} CATEGORY="TRANSLATION" LG="EN"><OBJECT_CONTRACT><TITLE><P>Translated</P></TITLE></OBJECT_CONTRACT></{form}>
    <{form} CATEGORY="ORIGINAL" LG="DE">
      <CONTRACTING_BODY><ADDRESS_CONTRACTING_BODY><OFFICIALNAME>Stadt</OFFICIALNAME></ADDRESS_CONTRACTING_BODY></CONTRACTING_BODY>
      <OBJECT_CONTRACT>
        <TITLE><P>Papier</P></TITLE><CPV_MAIN><CPV_CODE CODE="30197630"/></CPV_MAIN>
        {total}
        <OBJECT_DESCR ITEM="1"><TITLE><P>Kopierpapier</P></TITLE><LOT_NO>1</LOT_NO>
          <CPV_ADDITIONAL><CPV_CODE CODE="30197643"/></CPV_ADDITIONAL>{first}</OBJECT_DESCR>
        <OBJECT_DESCR ITEM="2"><TITLE><P>Karton</P></TITLE><LOT_NO>2</LOT_NO>{second}</OBJECT_DESCR>
      </OBJECT_CONTRACT>
      {awards}
    </{form}>
  </FORM_SECTION>
</TED_EXPORT>"""

AWARD = """<AWARD_CONTRACT ITEM="1"><LOT_NO>{lot}</LOT_NO>{result}</AWARD_CONTRACT>"""
WON = """<AWARDED_CONTRACT><DATE_CONCLUSION_CONTRACT>2020-12-01</DATE_CONCLUSION_CONTRACT>
<CONTRACTORS><CONTRACTOR><ADDRESS_CONTRACTOR><OFFICIALNAME>Mühle</OFFICIALNAME></ADDRESS_CONTRACTOR></CONTRACTOR></CONTRACTORS>
{value}</AWARDED_CONTRACT>"""
VALUE = '<VALUES><VAL_TOTAL CURRENCY="EUR">1200.50</VAL_TOTAL></VALUES>'


def ted(form: str, *, total: str = "", first: str = "", second: str = "", awards: str = "") -> Notice:
    text = TED.format(form=form, total=total, first=first, second=second, awards=awards)
    return read(parse(text.encode(), "notice.xml"), path=Path("notice.xml"))


def test_an_old_award_notice_gives_a_line_per_award() -> None:
    awards = AWARD.format(lot=1, result=WON.format(value=VALUE)) + AWARD.format(lot=2, result="<NO_AWARDED_CONTRACT/>")
    won, lost = ted("F03_2014", awards=awards).entries
    assert (won.description, won.code, won.buyer, won.supplier) == ("Kopierpapier", "30197643", "Stadt", "Mühle")
    assert (won.amount, won.currency, won.date) == ("1200.50", "EUR", "2020-12-01")
    assert lost.skip == "no winner was chosen for this lot"


def test_an_old_award_notice_with_a_total_only_gives_it_once() -> None:
    awards = "".join(AWARD.format(lot=lot, result=WON.format(value="")) for lot in (1, 2))
    (line,) = ted("F03_2014", awards=awards, total='<VAL_TOTAL CURRENCY="EUR">3 000.00</VAL_TOTAL>').entries
    assert (line.amount, line.description, line.supplier) == ("3000.00", "Papier", "Mühle")


def test_an_old_contract_notice_gives_a_line_per_lot() -> None:
    lots = [f'<VAL_OBJECT CURRENCY="EUR">{amount}</VAL_OBJECT>' for amount in (100, 200)]
    first, second = ted("F02_2014", first=lots[0], second=lots[1]).entries
    assert (first.amount, second.amount) == ("100", "200")
    assert second.code == "30197630"


OLD = """<TED_EXPORT xmlns="http://publications.europa.eu/TED_schema/Export">
  <CODED_DATA_SECTION><REF_OJS><DATE_PUB>20110405</DATE_PUB></REF_OJS></CODED_DATA_SECTION>
  <FORM_SECTION>{form}</FORM_SECTION>
</TED_EXPORT>"""

OLD_AWARD = """<CONTRACT_AWARD CATEGORY="ORIGINAL" LG="EN"><FD_CONTRACT_AWARD>
  <CONTRACTING_AUTHORITY_INFORMATION_CONTRACT_AWARD><NAME_ADDRESSES_CONTACT_CONTRACT_AWARD>
    <CA_CE_CONCESSIONAIRE_PROFILE>
      <ORGANISATION><OFFICIALNAME>Town</OFFICIALNAME></ORGANISATION>
    </CA_CE_CONCESSIONAIRE_PROFILE>
  </NAME_ADDRESSES_CONTACT_CONTRACT_AWARD></CONTRACTING_AUTHORITY_INFORMATION_CONTRACT_AWARD>
  <OBJECT_CONTRACT_INFORMATION_CONTRACT_AWARD_NOTICE><DESCRIPTION_AWARD_NOTICE_INFORMATION>
    <TITLE_CONTRACT><P>Paper</P></TITLE_CONTRACT>
    <CPV><CPV_MAIN><CPV_CODE CODE="30197630"/></CPV_MAIN>
      <CPV_ADDITIONAL><CPV_CODE CODE="30197643"/></CPV_ADDITIONAL></CPV>
  </DESCRIPTION_AWARD_NOTICE_INFORMATION>{total}</OBJECT_CONTRACT_INFORMATION_CONTRACT_AWARD_NOTICE>
  <AWARD_OF_CONTRACT ITEM="1"><LOT_NUMBER>1</LOT_NUMBER><CONTRACT_TITLE><P>A4 paper</P></CONTRACT_TITLE>
    <CONTRACT_AWARD_DATE><DAY>5</DAY><MONTH>3</MONTH><YEAR>2011</YEAR></CONTRACT_AWARD_DATE>
    <ECONOMIC_OPERATOR_NAME_ADDRESS><CONTACT_DATA_WITHOUT_RESPONSIBLE_NAME><ORGANISATION><OFFICIALNAME>Mill</OFFICIALNAME>
    </ORGANISATION></CONTACT_DATA_WITHOUT_RESPONSIBLE_NAME></ECONOMIC_OPERATOR_NAME_ADDRESS>
    <CONTRACT_VALUE_INFORMATION>
      <INITIAL_ESTIMATED_TOTAL_VALUE_CONTRACT CURRENCY="EUR"><VALUE_COST>999</VALUE_COST>
      </INITIAL_ESTIMATED_TOTAL_VALUE_CONTRACT>
      {value}
    </CONTRACT_VALUE_INFORMATION></AWARD_OF_CONTRACT>
  <AWARD_OF_CONTRACT ITEM="2"/>
</FD_CONTRACT_AWARD></CONTRACT_AWARD>"""
COST = """<COSTS_RANGE_AND_CURRENCY_WITH_VAT_RATE CURRENCY="EUR">
  <VALUE_COST{format}>{text}</VALUE_COST>
</COSTS_RANGE_AND_CURRENCY_WITH_VAT_RATE>"""

OLD_PLAN = """<CONTRACT CATEGORY="ORIGINAL"><FD_CONTRACT><OBJECT_CONTRACT_INFORMATION>
  <DESCRIPTION_CONTRACT_INFORMATION><TITLE_CONTRACT><P>Paper</P></TITLE_CONTRACT>
    <CPV><CPV_MAIN><CPV_CODE CODE="30197630"/></CPV_MAIN></CPV>
    <F02_DIVISION_INTO_LOTS><F02_DIV_INTO_LOT_YES><F02_ANNEX_B><LOT_TITLE>A4</LOT_TITLE>
      <CPV><CPV_MAIN><CPV_CODE CODE="30197643"/></CPV_MAIN></CPV>
      <NATURE_QUANTITY_SCOPE>
        <COSTS_RANGE_AND_CURRENCY CURRENCY="EUR"><VALUE_COST>100</VALUE_COST></COSTS_RANGE_AND_CURRENCY>
      </NATURE_QUANTITY_SCOPE></F02_ANNEX_B></F02_DIV_INTO_LOT_YES></F02_DIVISION_INTO_LOTS>
  </DESCRIPTION_CONTRACT_INFORMATION></OBJECT_CONTRACT_INFORMATION></FD_CONTRACT></CONTRACT>"""


def older(form: str) -> Notice:
    return read(parse(OLD.format(form=form).encode(), "notice.xml"), path=Path("notice.xml"))


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (COST.format(format=" FMTVAL='1200.50'", text="1 200,50"), "1200.50"),
        (COST.format(format="", text="189 945 844,15"), "189945844.15"),
        ("", None),
    ],
)
def test_an_award_notice_of_the_2004_directives_is_read(value: str, amount: str | None) -> None:
    won, lost = older(OLD_AWARD.format(value=value, total="")).entries
    assert (won.description, won.code, won.buyer, won.supplier) == ("A4 paper", "30197630", "Town", "Mill")
    assert (won.amount, won.date, won.note) == (amount, "2011-03-05", "further CPV codes: 30197643")
    assert lost.skip == "no winner was chosen for this lot"


def test_a_total_of_the_2004_directives_stands_in_for_a_missing_value() -> None:
    total = f"<TOTAL_FINAL_VALUE>{COST.format(format='', text='500')}</TOTAL_FINAL_VALUE>"
    assert older(OLD_AWARD.format(value="", total=total)).entries[0].amount == "500"


def test_a_contract_notice_of_the_2004_directives_gives_a_line_per_lot() -> None:
    (lot,) = older(OLD_PLAN).entries
    assert (lot.description, lot.code, lot.amount, lot.currency, lot.date) == (
        "A4",
        "30197643",
        "100",
        "EUR",
        "20110405",
    )


def test_another_xml_is_refused_by_name() -> None:
    with pytest.raises(UnusableInputError, match="its root is catalogue"):
        read(parse(b"<catalogue/>", "x.xml"), path=Path("x.xml"))


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<ContractNotice>&b;</ContractNotice>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><ContractNotice>&a;</ContractNotice>"""


@pytest.mark.parametrize("text", [BOMB, OUTSIDE])
def test_entities_are_refused_before_they_are_used(text: bytes) -> None:
    with pytest.raises(UnusableInputError, match="document type or entities"):
        parse(text, "notice.xml")


def test_broken_xml_says_where() -> None:
    with pytest.raises(UnusableInputError, match="line 1"):
        parse(b"<ContractNotice>", "notice.xml")
