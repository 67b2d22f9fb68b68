"""Columns are recognised by names in many languages, and none serves two fields."""

from __future__ import annotations

import pytest

from tenring.screening.read.names import assign, is_total, key_of


def fields_of(*headers: str, filled: list[float] | None = None) -> dict[str, str]:
    shares = filled or [1.0] * len(headers)
    assigned = assign([(header,) for header in headers], given={}, filled=shares)
    return {field: headers[columns[0]] for field, columns in assigned.fields.items()}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            ["Order Date", "Vendor Name", "Item Description", "Total Amount"],
            ["date", "supplier", "description", "amount"],
        ),
        (["采购日期", "供应商名称", "标的名称", "合同金额"], ["date", "supplier", "description", "amount"]),
        (["採購日期", "得標廠商", "品名", "決標金額"], ["date", "supplier", "description", "amount"]),
        (
            ["FECHA_CELEBRACION", "PROVEEDOR_CONTRATISTA", "Descripción", "IMPORTE_CONTRATO"],
            ["date", "supplier", "description", "amount"],
        ),
        (
            ["Date de commande", "Fournisseur", "Désignation", "Montant HT"],
            ["date", "supplier", "description", "amount"],
        ),
        (["Bestelldatum", "Lieferant", "Bezeichnung", "Gesamtpreis"], ["date", "supplier", "description", "amount"]),
        (["契約日", "契約相手方", "品名", "契約金額"], ["date", "supplier", "description", "amount"]),
        (["계약일자", "계약업체", "품명", "계약금액"], ["date", "supplier", "description", "amount"]),
        (["Data da compra", "Fornecedor", "Descrição", "Valor total"], ["date", "supplier", "description", "amount"]),
    ],
)
def test_names_are_known_in_many_languages(headers: list[str], expected: list[str]) -> None:
    assert fields_of(*headers) == dict(zip(expected, headers, strict=True))


def test_headers_are_compared_without_case_signs_or_brackets() -> None:
    assert key_of("预算金额（万元）") == key_of("预算金额")
    assert key_of("purchaseContent") == key_of("Purchase_Content") == "purchase content"


def test_a_name_inside_a_header_counts_unless_it_is_about_something_else() -> None:
    assert fields_of("Main supplier of goods") == {"supplier": "Main supplier of goods"}
    assert fields_of("Supplier address", "Bid Reference No.", "Amount of VAT") == {}


def test_one_column_never_serves_two_fields() -> None:
    assert fields_of("规格型号") == {"model": "规格型号"}
    assert fields_of("Item", "Item description") == {"description": "Item description"}


def test_the_better_name_wins_unless_its_column_is_empty() -> None:
    assert fields_of("Budget", "Contract amount")["amount"] == "Contract amount"
    assert fields_of("Budget", "Contract amount", filled=[1.0, 0.1])["amount"] == "Budget"


def test_rows_of_totals_are_known_by_their_word() -> None:
    assert all(is_total(text) for text in ("合计", "合 计：", "Total", "Grand Total:", "Summe (EUR)", "小計"))
    assert not any(is_total(text) for text in ("Total station", "TotalEnergies", "合计器"))
