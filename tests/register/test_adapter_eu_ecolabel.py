"""The EU Ecolabel's product catalogue: rows for products and their codes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from register.samples import licences, read_sample, read_text, reasons

HEADER = (
    "licence_number;product_or_service_name;group_name;decision;company_name;brand_name;code_type;code_value;"
    "expiration_date"
)


def test_the_whole_sample_is_read_and_codes_of_one_product_are_united() -> None:
    reading = read_sample("eu-ecolabel/eu_ecolabel_products_2026_06_30_sample.csv", "products")
    assert (reading.rows, len(reading.entries), reading.merged, reading.rejected) == (186, 152, 34, ())
    first = licences(reading)[0]
    assert (first.number, first.category) == ("SAMPLE-DK/100/0001", "paper")
    assert first.gtins == ("02900000040014", "02900000080010")
    assert {licence.category for licence in licences(reading)} >= {
        "hotels",
        "lubricants",
        "ceramic-tiles",
        "mattresses",
    }


def test_one_licence_has_many_products(tmp_path: Path) -> None:
    group = "Indoor and outdoor paints and varnishes;2014/312/EU;Firma;Marke;EAN13;"
    rows = (f"DE/044/001;Wandfarbe A;{group};31/12/2027", f"DE/044/001;Wandfarbe B;{group};2027-12-31")
    text = "\n".join((HEADER, *rows))
    reading = read_text(tmp_path / "eu_ecolabel_products.csv", text, register="eu-ecolabel", listing="products")
    assert [licence.name for licence in licences(reading)] == ["Wandfarbe A", "Wandfarbe B"]
    assert {licence.valid_until for licence in licences(reading)} == {date(2027, 12, 31)}


def test_wrong_rows_are_rejected_and_wrong_codes_are_problems(tmp_path: Path) -> None:
    rows = (
        "DE/1;Rakete;Rockets;;Firma;Marke;EAN13;;2027-12-31",
        "DE/2;Farbe;Furniture;;Firma;Marke;EAN13;4006381333932;2027-12-31",
        "DE/3;Stuhl;Furniture;;Firma;Marke;EAN13;;soon",
    )
    text = "\n".join((HEADER, *rows))
    reading = read_text(tmp_path / "eu_ecolabel_products.csv", text, register="eu-ecolabel", listing="products")
    assert reasons(reading) == {
        2: "the category is not known: group_name says 'Rockets'",
        4: "expiration_date is not a date in any of the formats of this list",
    }
    (licence,) = licences(reading)
    assert licence.gtins == ()
    assert [problem.value for problem in licence.problems] == ["4006381333932"]
