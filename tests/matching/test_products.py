"""Product lists as people keep them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.exceptions import UnusableInputError
from tenring.matching.products import gtin_of, price_of, read_products, recognised


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("SKU,Product Name,Brand,Model No,UPC", ["id", "name", "brand", "model", "gtin"]),
        ("id,title,manufacturer,price,description", ["id", "name", "brand", "price", "description"]),
        ("商品编号,产品名称,品牌,规格型号,商品条码,单价", ["id", "name", "brand", "model", "gtin", "price"]),
        ("商品コード,商品名,メーカー,型番,JANコード,価格", ["id", "name", "brand", "model", "gtin", "price"]),
        ("상품코드,상품명,브랜드,모델명,바코드,가격", ["id", "name", "brand", "model", "gtin", "price"]),
        ("Part_Number;Licence number;Category".replace(";", ","), ["model", "certificate", "category"]),
    ],
)
def test_columns_are_recognised_in_four_languages(header: str, fields: list[str]) -> None:
    places = recognised(header.split(","))
    assert sorted(places) == sorted(fields)
    assert [header.split(",")[places[field]] for field in fields] == header.split(",")


def test_of_two_names_for_one_field_the_better_wins() -> None:
    assert recognised(["item", "title"])["name"] == 1


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("$1,299.00", "1299.00"),
        ("1.299,00 €", "1299.00"),
        ("¥12", "12"),
        ("￥１２．５", "12.5"),
        ("1,299", "1299"),
        ("0,5", "0.5"),
        ("USD 1'299.50", "1299.50"),
        ("1.234.567", "1234567"),
        ("-3", "-3"),
    ],
)
def test_a_price_is_read_whatever_the_currency(text: str, price: str) -> None:
    assert price_of(text) == Decimal(price)


@pytest.mark.parametrize("text", ["on request", "10-20", "3 for 5", "", "€"])
def test_what_is_no_single_number_is_no_price(text: str) -> None:
    assert price_of(text) is None


@pytest.mark.parametrize("text", ["4006381333931", "4006381-333931", " 04006381333931", "4006381333931.0"])
def test_a_gtin_has_fourteen_digits(text: str) -> None:
    assert gtin_of(text) == "04006381333931"


@pytest.mark.parametrize("text", ["4006381333932", "400638133393", "0000000000000", "ABC", "4.00638E+12", ""])
def test_a_gtin_with_a_wrong_check_digit_or_length_is_none(text: str) -> None:
    assert gtin_of(text) is None


@given(st.text(max_size=20))
def test_no_text_breaks_the_readers(text: str) -> None:
    gtin_of(text)
    price_of(text)


def write(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_cells_that_cannot_be_read_are_left_empty_and_told(tmp_path: Path) -> None:
    found = read_products(write(tmp_path, "name,UPC,cost,price\nchair,123,x,cheap\ntable,4006381333931,y,$5\n"))
    assert [(p.name, p.gtin, p.price) for p in found.products] == [
        ("chair", None, None),
        ("table", "04006381333931", Decimal(5)),
    ]
    assert [(p.row, p.column, p.value) for p in found.problems] == [(2, "UPC", "123"), (2, "price", "cheap")]
    assert (dict(found.columns), found.unknown) == ({"name": "name", "gtin": "UPC", "price": "price"}, ("cost",))


def test_rows_without_a_product_or_with_too_many_cells_are_left_out_and_told(tmp_path: Path) -> None:
    found = read_products(write(tmp_path, "name,brand\n,Sony\n\nchair,Ikea\na,b,c\n"))
    assert [(p.name, p.row) for p in found.products] == [("chair", 4)]
    assert [(p.row, p.column) for p in found.problems] == [(2, None), (5, None)]


def test_rows_are_counted_in_lines_of_the_file(tmp_path: Path) -> None:
    found = read_products(write(tmp_path, 'name\n"two\nlines"\nchair\n'))
    assert [(p.name, p.row) for p in found.products] == [("two\nlines", 2), ("chair", 4)]


def test_semicolons_tabs_and_utf_16_are_understood(tmp_path: Path) -> None:
    assert read_products(write(tmp_path, "name;brand\nchair;Ikea\n")).products[0].brand == "Ikea"
    assert read_products(write(tmp_path, "name\tbrand\nchair\tIkea\n".encode("utf-16"))).products[0].brand == "Ikea"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"  \n \n", "is empty"),
        (b"name\nfine\n\xc4\xe3\n", "row 3: is not CSV in UTF-8"),
        (b'name\nfine\n"open\n', "row 3: is not CSV"),
        (b"price,date\n1,2\n", "found: price, date"),
    ],
)
def test_an_unusable_list_says_where_and_why(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(UnusableInputError, match=r"list\.csv") as caught:
        read_products(write(tmp_path, content))
    assert message in str(caught.value)
