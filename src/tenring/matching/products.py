"""Product lists of any origin: CSV with columns recognised by name, each row a product, and what could not be read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from tenring.exceptions import Place, UnusableInputError
from tenring.language import T
from tenring.model.text import CJK, normal

#: Field -> names that its column has in real lists: the better name first.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "id", "key", "sku", "product id", "item id", "article number", "item number", "number", "no",
        "编号", "序号", "商品编号", "产品编号", "商品コード", "品番", "상품코드", "번호",
    ),
    "name": (
        "name", "title", "product name", "product title", "item name", "product", "item", "text",
        "品名", "产品名称", "商品名称", "物品名称", "名称", "标题", "商品名", "製品名", "品目",
        "상품명", "제품명", "품명",
    ),
    "brand": (
        "brand", "brand name", "manufacturer", "maker", "make", "vendor",
        "品牌", "厂商", "制造商", "生产厂家", "ブランド", "メーカー", "브랜드", "제조사",
    ),
    "model": (
        "model", "model no", "model number", "model name", "mpn", "part number", "part no",
        "型号", "规格型号", "产品型号", "型番", "型式", "모델", "모델명",
    ),
    "gtin": (
        "gtin", "ean", "ean 13", "upc", "barcode", "bar code", "jan", "jan code",
        "条码", "商品条码", "条形码", "バーコード", "JANコード", "바코드",
    ),
    "price": ("price", "unit price", "list price", "amount", "价格", "单价", "金额", "価格", "単価", "가격", "단가"),
    "description": (
        "description", "details", "specification", "描述", "说明", "产品描述", "规格", "説明", "仕様", "설명", "규격",
    ),
    "certificate": (
        "certificate", "certificate no", "certificate number", "licence", "licence number", "license", "license number",
        "证书编号", "证书号", "认定番号", "認定番号", "인증번호",
    ),
    "category": ("category", "category id", "class", "类别", "分类", "品目分类", "カテゴリ", "분류"),
}  # fmt: skip
#: A number that tells nothing: what people write where there is none.
_NOTHING = frozenset({"", "-", "--", "/", "n/a", "na", "none", "null", "nan", "无", "なし", "없음"})
_KEY = re.compile("[^0-9a-z" + CJK + "]+")
_NUMBER = re.compile(r"-?[0-9][0-9.,' ]*")
_GTIN_LENGTHS = (8, 12, 13, 14)
_GROUP = 3
#: What a spreadsheet would run as a formula, and what it is written as.
_FORMULA = re.compile(r"'*[=+@\t\r-]")
_GUARDED = re.compile(r"''*[=+@\t\r-]")


@dataclass(frozen=True)
class Product:
    """One product of a list. `gtin` has 14 digits and a right check digit; `price` is without its currency."""

    id: str
    name: str | None = None
    brand: str | None = None
    model: str | None = None
    gtin: str | None = None
    price: Decimal | None = None
    description: str | None = None
    certificate: str | None = None
    category: str | None = None
    row: int = 0
    """Row in its file; 1 is the header."""


@dataclass(frozen=True)
class Problem:
    """A row that was left out (`column` is None), or a cell that was left empty."""

    row: int
    column: str | None
    value: str
    reason: str


@dataclass(frozen=True)
class ProductList:
    """A list as it was understood: field -> header of its column, headers that were not understood, rows."""

    path: Path
    columns: Mapping[str, str]
    unknown: tuple[str, ...]
    products: tuple[Product, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Sheet:
    """A CSV file: header and rows of cells with their row numbers; rows without any text are left out."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_sheet(path: Path) -> Sheet:
    """The cells of a CSV file in UTF-8 (or UTF-16 with its mark).

    Raises:
        UnusableInputError: it cannot be opened, is empty, or is not such a file; with the row of the first bad byte.
    """
    text = _text(path)
    if not text.strip():
        raise UnusableInputError(T("is empty"), where=path, do=T("It needs a header row and products"))
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    cells: list[tuple[int, tuple[str, ...]]] = []
    first = 1
    try:
        for row in lines:
            if any(cell.strip() for cell in row):
                cells.append((first, tuple(unguarded(cell.strip()) for cell in row)))
            first = lines.line_num + 1
    except csv.Error as error:
        raise UnusableInputError(T("is not CSV ({reason})", reason=error), where=Place(path, row=first)) from error
    (_, header), *rows = cells
    return Sheet(path, header, tuple(rows))


def _separator(text: str) -> str:
    """The sign that the header has most of: comma, semicolon or tab."""
    header = text.lstrip().split("\n", 1)[0]
    return max(",;\t", key=lambda sign: (header.count(sign), sign == ","))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnusableInputError(T("cannot be opened"), where=path, do=str(error.strerror)) from error
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding).replace("\x00", "")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise UnusableInputError(
            T("is not CSV in UTF-8"), where=Place(path, row=row), do=T("Save it as CSV UTF-8")
        ) from error


def key_of(header: str) -> str:
    """A header without signs, case and spaces."""
    return _KEY.sub("", normal(header))


_KEYS = {field: {key_of(name): rank for rank, name in enumerate(names)} for field, names in COLUMNS.items()}


def recognised(header: Sequence[str], *, prefix: str = "") -> dict[str, int]:
    """Field -> place of its column; `prefix` must stand before the names (`left_title`). The better name wins."""
    begin = key_of(prefix)
    keys = [key_of(name) for name in header]
    named = {place: key[len(begin) :] for place, key in enumerate(keys) if key.startswith(begin)}
    found: dict[str, int] = {}
    for field, ranks in _KEYS.items():
        candidates = [(ranks[key], place) for place, key in named.items() if key in ranks]
        if candidates:
            found[field] = min(candidates)[1]
    return found


def read_products(path: Path) -> ProductList:
    """A list of products; rows that name no product are left out with a reason.

    Raises:
        UnusableInputError: it cannot be read, or has neither a name nor a model column.
    """
    sheet = read_sheet(path)
    places = recognised(sheet.header)
    if not {"name", "model", "description", "gtin"} & places.keys():
        raise UnusableInputError(
            T("no column holds product names or models; found: {columns}", columns=", ".join(sheet.header)),
            where=path,
            do=T("Name one of them `name` or `model`"),
        )
    problems: list[Problem] = []
    products = tuple(_products(sheet, places, problems))
    used = set(places.values())
    unknown = tuple(name for place, name in enumerate(sheet.header) if place not in used and name)
    columns = {field: sheet.header[place] for field, place in places.items()}
    return ProductList(path, columns, unknown, products, tuple(problems))


def _products(sheet: Sheet, places: Mapping[str, int], problems: list[Problem]) -> Iterator[Product]:
    for row, cells in sheet.rows:
        if len(cells) > len(sheet.header):
            reason = T("the row has {cells} cells, the header {columns}", cells=len(cells), columns=len(sheet.header))
            problems.append(Problem(row, None, ", ".join(cells)[:200], reason))
            continue
        product, unread = product_of(cells, places, row=row)
        problems.extend(replace(problem, column=sheet.header[places[problem.column or ""]]) for problem in unread)
        if not (product.name or product.model or product.gtin or product.certificate):
            problems.append(Problem(row, None, ", ".join(cells)[:200], T("the row names no product")))
            continue
        yield product


def product_of(cells: Sequence[str], places: Mapping[str, int], *, row: int) -> tuple[Product, list[Problem]]:
    """The product in a row of cells, and the fields that were left empty because they could not be read."""
    texts = {field: cells[place] for field, place in places.items() if place < len(cells)}
    given = {field: text for field, text in texts.items() if text.lower() not in _NOTHING}
    gtin = gtin_of(given["gtin"]) if "gtin" in given else None
    price = price_of(given["price"]) if "price" in given else None
    product = Product(
        id=given.get("id") or str(row),
        name=given.get("name") or given.get("description"),
        brand=given.get("brand"),
        model=given.get("model"),
        gtin=gtin,
        price=price,
        description=given.get("description"),
        certificate=given.get("certificate"),
        category=given.get("category"),
        row=row,
    )
    problems = []
    if "gtin" in given and gtin is None:
        problems.append(Problem(row, "gtin", given["gtin"], T("not a GTIN: wrong length or check digit")))
    if "price" in given and price is None:
        problems.append(Problem(row, "price", given["price"], T("not a price")))
    return product, problems


def gtin_of(text: str) -> str | None:
    """A GTIN of 8, 12, 13 or 14 digits with a right check digit, in 14 digits; else None."""
    digits = re.sub(r"[\s-]", "", normal(text)).removesuffix(".0")
    if not (digits.isascii() and digits.isdigit() and len(digits) in _GTIN_LENGTHS and digits.strip("0")):
        return None
    whole = digits.zfill(14)
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(whole[:-1]))
    return whole if (10 - weighted % 10) % 10 == int(whole[-1]) else None


def price_of(text: str) -> Decimal | None:
    """The one number in a text, whatever currency stands beside it: `$1,299.00`, `1.299,00 €`, `¥12`; else None."""
    found = _NUMBER.findall(normal(text))
    if len(found) != 1:
        return None
    number = found[0].replace("'", "").replace(" ", "").rstrip(".,")
    sign = _decimal_sign(number)
    whole, _, part = number.rpartition(sign) if sign else (number, "", "")
    return Decimal(re.sub("[.,]", "", whole) + (f".{part}" if part else ""))


def _decimal_sign(number: str) -> str | None:
    """The last of two signs; one sign alone, unless it groups digits: `1,299`, `1.299.000`."""
    signs = [sign for sign in number if sign in ".,"]
    if not signs or (len(signs) > 1 and len(set(signs)) == 1):
        return None
    last = signs[-1]
    groups = last == "," and len(set(signs)) == 1 and len(number.rpartition(",")[2]) == _GROUP
    return None if groups else last


def guarded(text: str) -> str:
    """`text` with an apostrophe in front if a spreadsheet would take it for a formula."""
    return "'" + text if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text
