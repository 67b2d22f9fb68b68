from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import xlsxwriter
from django.test import Client, override_settings
from python_calamine import CalamineWorkbook

from tenring.rulebook.product_file import product_file
from tenring.settings import Settings
from tenring.web.accounts.models import Event, Membership, Organisation, User
from tenring.web.accounts.roles import ALLOWED, Action, Role
from tenring.web.core.sources import Sources
from tenring.web.products.models import Import, Product, TestPrice

pytestmark = pytest.mark.django_db

DAY = "2024-06-01"
BOARD = b"""product: {name: Board, brand: Hexlowe, model: HX-1, category: wood-panels, gtins: "4006381333931", kind: x}
given:
  panel_type: {value: MDF, shown_by: [{kind: declaration}]}
  panel_resin_class: other
  formaldehyde_emission:
    - value: "0.0900"
      unit: ppmv
      method: ASTM E1333
      shown_by: [{kind: test_report, date: 2024-04-15, laboratory: Example Laboratory, accredited: true}]
labels:
  - {programme: blue-angel, number: DE-1, from: 2023-01-01}
"""
HEADER = "name,brand,model,category,property,value,unit,method\n"


def user(name: str, organisation: Organisation | None = None, role: Role = Role.EDITOR) -> User:
    made = User.objects.create(username=name, email=f"{name}@example.org")
    if organisation is not None:
        Membership.objects.create(user=made, organisation=organisation, role=role)
    return made


def signed_in(one: User, organisation: Organisation | None = None) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(one)
    if organisation is not None:
        session = client.session
        session["organisation"] = str(organisation.id)
        session.save()
    return client


@pytest.fixture
def office() -> Organisation:
    return Organisation.objects.create(name="An office")


@pytest.fixture
def supplier(office: Organisation) -> Client:
    """An editor who acts for the office."""
    return signed_in(user("supplier", office), office)


def upload(client: Client, data: bytes | str, name: str = "products.csv") -> Any:
    file = io.BytesIO(data.encode() if isinstance(data, str) else data)
    file.name = name
    return client.post("/products/import", {"file": file})


@pytest.fixture
def board(supplier: Client) -> Product:
    answer = upload(supplier, BOARD, "product.yml")
    assert answer.status_code == 302, answer.content.decode()
    return Product.objects.get()


def text(answer: Any, status: int = 200) -> str:
    content = answer.content.decode()
    assert answer.status_code == status, content
    return " ".join(content.split())


# from the form to the answer to the tests


def test_a_product_is_entered_and_answered(supplier: Client, office: Organisation) -> None:
    made = supplier.post("/products/", {"name": "Board", "category": "wood-panels", "gtins": "4006381333931"})
    assert made.status_code == 302
    one = Product.objects.get()
    assert (one.organisation, one.gtins) == (office, "04006381333931")
    form = text(supplier.get(made.headers["Location"]))
    assert "Asked by 4 programmes" in form or "Asked by" in form
    sent = {
        "group": "free",
        "r0-property": "formaldehyde_emission",
        "r0-value": "0.0900",
        "r0-unit": "ppmv",
        "r0-method": "ASTM E1333",
        "r0-document_kind": "test_report",
        "r0-date": "2024-04-15",
        "r0-accredited": "yes",
        "r1-property": "panel_type",
        "r1-value": "MDF",
        "r2-property": "panel_resin_class",
        "r2-value": "other",
    }
    assert supplier.post(f"/products/{one.id}/values", sent).status_code == 302
    first = one.evidence.first()
    assert first is not None
    assert first.written["value"] == "0.0900"
    page = text(supplier.get(f"/products/{one.id}/?on={DAY}"))
    assert "Every clause that must be met is met by the evidence given." in page
    assert "0.0900 ppmv" in page
    assert [event.what for event in Event.objects.filter(organisation=office)] == ["product.added", "product.values"]


def test_values_are_changed_taken_away_and_marked(supplier: Client, board: Product) -> None:
    value = board.evidence.get(property="formaldehyde_emission")
    row = {"r0-id": value.pk, "r0-property": value.property, "r0-value": "0.05", "r0-unit": "ppmv"}
    assert supplier.post(f"/products/{board.id}/values", row).status_code == 302
    value.refresh_from_db()
    assert value.written == {"value": "0.05", "unit": "ppmv"}
    assert supplier.post(f"/products/{board.id}/values", {**row, "r0-remove": "yes"}).status_code == 302
    assert not board.evidence.filter(pk=value.pk).exists()
    key = "formaldehyde_emission@product"
    marked = {"r0-key": key, "r0-property": value.property, "r0-unit": "mg/m3", "r0-untested": "yes"}
    supplier.post(f"/products/{board.id}/values", marked)
    board.refresh_from_db()
    assert board.untested == [key]
    supplier.post(f"/products/{board.id}/values", {**marked, "r0-value": "1"})
    board.refresh_from_db()
    assert board.untested == []


def test_further_documents_of_a_value_stay_when_it_is_changed(supplier: Client, board: Product) -> None:
    value = board.evidence.get(property="panel_type")
    value.written = {"value": "MDF", "shown_by": [{"kind": "declaration"}, {"kind": "test_report"}]}
    value.save()
    row = {"r0-id": value.pk, "r0-property": "panel_type", "r0-value": "particleboard", "r0-document_kind": "invoices"}
    supplier.post(f"/products/{board.id}/values", row)
    value.refresh_from_db()
    assert value.written == {"value": "particleboard", "shown_by": [{"kind": "invoices"}, {"kind": "test_report"}]}


def test_a_wrong_row_saves_nothing_and_says_why_beside_its_field(supplier: Client, board: Product) -> None:
    before = board.file
    rows = {
        "group": "free",
        "r0-property": "panel_type",
        "r0-value": "particleboard",
        "r1-property": "formaldehyde_emission",
        "r1-value": "0,09",
        "r1-unit": "ppmv",
    }
    page = text(supplier.post(f"/products/{board.id}/values", rows), 400)
    assert "Nothing was saved" in page
    assert 'value="0,09" aria-invalid="true" aria-describedby="r1-value-wrong"' in page
    assert "write numbers with a point" in page
    assert Product.objects.get().file == before


def test_a_product_needs_a_name_and_a_category_that_exists(supplier: Client) -> None:
    assert "the product has no name" in text(supplier.post("/products/", {"name": " "}), 400)
    assert "is unknown" in text(supplier.post("/products/", {"name": "x", "category": "spaceships"}), 400)
    assert "is no GTIN" in text(supplier.post("/products/", {"name": "x", "gtins": "123"}), 400)
    assert Product.objects.count() == 0


def test_the_tests_for_the_chosen_labels_with_what_they_cost(supplier: Client, board: Product) -> None:
    asked = {"want": ["carb-93120/wood-panels", "gb-18580/wood-panels"], "on": DAY}
    page = text(supplier.get(f"/products/{board.id}/tests", asked))
    assert "Without prices each test counts one." in page
    assert "Proven: no other choice from" in page
    assert "it was measured by a method that the clause does not accept" in page
    priced = {"property": "formaldehyde_emission", "method": "GB 18580 chamber", "price": "1250.50", "days": "14"}
    back = supplier.post("/products/prices", {**priced, **asked, "currency": "cny", "only": "yes", "product": board.id})
    assert back.status_code == 302
    page = text(supplier.get(back.headers["Location"]))
    assert "1,250.50" in page
    assert "CNY" in page
    assert TestPrice.objects.get().currency == "CNY"


def test_a_wrong_price_is_told_and_the_others_stay(supplier: Client) -> None:
    row = {"property": "formaldehyde_emission", "method": "", "price": "12", "days": "", "currency": "EUR"}
    assert supplier.post("/products/prices", row).status_code == 302
    assert "is no price" in text(supplier.post("/products/prices", {**row, "price": "1,5"}), 400)
    assert TestPrice.objects.get().price == 12
    assert supplier.post("/products/prices", {**row, "price": ""}).status_code == 302
    assert TestPrice.objects.count() == 0


def test_labels_have_to_be_chosen_and_to_exist(supplier: Client, board: Product) -> None:
    assert supplier.get(f"/products/{board.id}/tests").headers["Location"] == f"/products/{board.id}/"
    assert supplier.get(f"/products/{board.id}/tests?want=no/such").status_code == 400
    assert supplier.get(f"/products/{board.id}/tests?want=carb-93120/wood-panels&on=never").status_code == 400


# what is never said


def test_what_is_not_shown_or_not_checked_is_never_called_met(supplier: Client) -> None:
    for category in ("furniture", "paints", "wood-panels", "cleaners", "copiers", "dishwasher-detergents"):
        supplier.post("/products/", {"name": category, "category": category})
        one = Product.objects.get(name=category)
        answer = supplier.get(f"/products/{one.id}/?on=2026-06-01")
        page = text(answer)
        assert "is met by the evidence given" not in page, category
        assert "meets the label" not in page


def test_a_value_that_breaks_a_limit_is_told_with_limit_and_source(supplier: Client, board: Product) -> None:
    value = board.evidence.get(property="formaldehyde_emission")
    value.written = {**value.written, "value": "0.5"}
    value.save()
    page = text(supplier.get(f"/products/{board.id}/?on={DAY}"))
    assert "At least one clause that must be met is not met." in page
    assert "0.5 ppmv" in page
    plan = text(supplier.get(f"/products/{board.id}/tests?want=carb-93120/wood-panels&on={DAY}"))
    assert "no test mends that" in plan
    assert "Have tested" not in plan


def test_a_category_without_criteria_says_so(supplier: Client) -> None:
    supplier.post("/products/", {"name": "x", "category": "vehicles"})
    one = Product.objects.get()
    if one.category:
        assert supplier.get(f"/products/{one.id}/").status_code == 200


# files


def test_a_product_file_comes_back_as_it_was(supplier: Client, board: Product, open_: Sources) -> None:
    sent = product_file(BOARD, "product.yml", open_.properties)
    for form in ("yml", "csv", "xlsx"):
        data = supplier.get(f"/products/{board.id}/product.{form}").content
        board.delete()
        assert upload(supplier, data, f"board.{form}").status_code == 302
        board = Product.objects.get()
        assert board.file.entries == sent.entries
        assert board.file.labels == sent.labels
    again = upload(supplier, supplier.get("/products/all.csv").content)
    assert again.status_code == 302
    assert Import.objects.first().values == 0  # type: ignore[union-attr]
    assert Product.objects.get().file.entries == sent.entries


def test_good_rows_are_taken_in_and_wrong_ones_come_back_to_be_mended(supplier: Client) -> None:
    rows = (
        "Board,,,wood-panels,formaldehyde_emission,0.09,ppmv,ASTM E1333\n"
        "Board,,,wood-panels,formaldehyde_emission,0.09,kWh,EN 717-1\n"
        "Other,,,spaceships,panel_type,MDF,,\n"
        "Third,,,,panel_type,MDF,,\n"
    )
    found = upload(supplier, HEADER + rows)
    page = text(supplier.get(found.headers["Location"]))
    assert "<b>2</b> new products" in page
    assert "<b>2</b> rows to mend" in page
    one = Import.objects.get()
    assert [(row["row"], row["column"]) for row in one.rejected] == [(3, "unit"), (4, "category")]
    to_mend = supplier.get(f"/products/imports/{one.id}/rows.csv").content.decode("utf-8-sig")
    mended = to_mend.replace("kWh", "mg/m3").replace("spaceships", "wood-panels")
    assert upload(supplier, mended).status_code == 302
    assert Import.objects.first().rejected == []  # type: ignore[union-attr]
    assert Product.objects.count() == 3
    workbook = supplier.get(f"/products/imports/{one.id}/rows.xlsx").content
    assert CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()[1][6] == "kWh"


def test_a_row_for_each_product_in_a_workbook(supplier: Client) -> None:
    blank = supplier.get("/products/blank/wood-panels.xlsx?rows=products").content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(blank)).get_sheet_by_index(0).to_python()
    place = next(number for number, name in enumerate(rows[0]) if str(name).startswith("panel_type"))
    rows[2][:1], rows[2][place] = ["Board"], "MDF"
    assert upload(supplier, workbook_of(rows), "boards.xlsx").status_code == 302
    assert [one.property for one in Product.objects.get().evidence.all()] == ["panel_type"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("asked", ["csv", "xlsx", "csv?rows=products", "xlsx?rows=products"])
def test_blank_tables_come_in_both_languages_and_say_nothing(supplier: Client, asked: str, language: str) -> None:
    sign = "&" if "?" in asked else "?"
    data = supplier.get(f"/products/blank/furniture.{asked}{sign}lang={language}").content
    assert upload(supplier, data).status_code == 302
    assert Product.objects.count() == 0
    assert Import.objects.get().rejected == []


def workbook_of(rows: list[list[Any]], formula: str = "") -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
        if formula:
            sheet.write_formula(1, 5, formula, value="0.01")
    return out.getvalue()


def test_a_formula_is_not_taken_for_a_value(supplier: Client) -> None:
    rows = [
        HEADER.strip().split(","),
        ["Board", "", "", "wood-panels", "formaldehyde_emission", "", "ppmv", "EN 717-1"],
    ]
    assert upload(supplier, workbook_of(rows, "=0.005*2"), "x.xlsx").status_code == 302
    assert "formula" in Import.objects.get().rejected[0]["what"]
    assert Product.objects.count() == 0


def test_texts_that_look_like_formulas_are_kept_and_never_run(supplier: Client) -> None:
    name = '=HYPERLINK("x")'
    supplier.post("/products/", {"name": name})
    data = supplier.get("/products/all.csv").content
    assert b"'=HYPERLINK" in data
    Product.objects.all().delete()
    upload(supplier, data)
    assert Product.objects.get().name == name


BOMB = "a: &a [x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(9)
)


def zip_of(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (("product: {name: x}\n" + BOMB).encode(), "alias"),
        (b"given: " + b"[" * 5000, "nested too deeply"),
        (b"product: {name: x}\ngiven: {panel_type: {value: MDF, nonsense: 1}}", "nonsense"),
        (b"product: {brand: nameless}\n", "the product has no name"),
        (b"product: {name: x, name: y}\n", "there twice"),
        (zip_of(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"), "entities"),
        (zip_of(b"0" * 210_000_000), "unpacks"),
        (b"PK\x03\x04 not a workbook", "damaged"),
        (b"%PDF-1.7", "PDF"),
        (b"", "empty"),
        (b"<html></html>", "web page"),
        (b"description,amount\nchair,3\n", "blank table"),
        (b"name,name,property,value\n", "twice"),
        (HEADER.encode() + b"x,,,,panel_type,MDF,,\n" * 6000, "rows"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_file_that_cannot_be_used_is_refused_whole_with_the_reason(supplier: Client, data: bytes, told: str) -> None:
    page = text(upload(supplier, data, "file.xlsx"), 400)
    assert told in page
    assert "/tmp" not in page  # noqa: S108 - the server's folders are nobody's matter
    assert Product.objects.count() == 0


def test_a_file_that_is_too_large_is_refused(supplier: Client, home: Settings) -> None:
    with override_settings(TENRING=replace(home, max_upload_bytes=1000)):
        assert upload(supplier, "x" * 5000).status_code == 413


def test_no_file_is_told(supplier: Client) -> None:
    assert "no file was chosen" in text(supplier.post("/products/import"), 400)


# who may


def pages_of(one: Product, found: Import) -> list[tuple[str, str]]:
    base = f"/products/{one.id}/"
    read = ["", "values", "row", "tests?want=carb-93120/wood-panels", "product.yml", "product.csv"]
    sent = [f"/products/imports/{found.id}/", f"/products/imports/{found.id}/rows.csv"]
    change = ["values", "about", "remove"]
    return [("get", one) for one in (*(base + name for name in read), *sent)] + [("post", base + one) for one in change]


@pytest.mark.parametrize("elsewhere", [True, False])
def test_for_everybody_else_a_product_does_not_exist(board: Product, *, elsewhere: bool) -> None:
    other = Organisation.objects.create(name="Another office") if elsewhere else None
    stranger = signed_in(user("stranger", other, Role.OWNER), other)
    for method, address in pages_of(board, Import.objects.get()):
        assert getattr(stranger, method)(address).status_code == 404, address
    assert "Hexlowe" not in text(stranger.get("/products/"))
    assert b"Hexlowe" not in stranger.get("/products/all.csv").content
    assert Product.objects.filter(pk=board.pk).exists()


def test_nobody_sees_anything_without_signing_in(visitor: Client, board: Product) -> None:
    for method, address in pages_of(board, Import.objects.get()):
        assert getattr(visitor, method)(address).headers["Location"].startswith("/accounts/login/"), address
    for address in ("/products/", "/products/prices", "/products/all.csv"):
        assert visitor.get(address).status_code == 302
    assert "My products" not in text(visitor.get("/"))


@pytest.mark.parametrize("role", Role)
def test_a_role_may_change_products_if_the_table_says_so(board: Product, office: Organisation, role: Role) -> None:
    member = signed_in(user("member", office, role), office)
    allowed = Action.PRODUCTS in ALLOWED[role]
    assert member.get(f"/products/{board.id}/").status_code == 200
    assert member.get(f"/products/{board.id}/values").status_code == 200
    expected = {302} if allowed else {403}
    row = {"r0-property": "panel_type", "r0-value": "particleboard"}
    assert member.post(f"/products/{board.id}/values", row).status_code in expected
    assert member.post("/products/", {"name": "new"}).status_code in expected
    assert upload(member, HEADER).status_code in expected
    price = {"property": "panel_type", "method": "", "price": "1", "days": "", "currency": "EUR"}
    assert member.post("/products/prices", price).status_code in expected
    assert member.post(f"/products/{board.id}/about", {"name": "renamed"}).status_code in expected
    assert member.post(f"/products/{board.id}/remove").status_code in expected
    assert Product.objects.filter(pk=board.pk).exists() is not allowed


def test_a_member_who_acts_for_nobody_has_a_list_of_their_own(board: Product, office: Organisation) -> None:
    member = user("alone", office)
    alone = signed_in(member)
    alone.post("/products/", {"name": "Mine"})
    page = text(alone.get("/products/"))
    assert "Mine" in page
    assert "Hexlowe" not in page
    assert alone.get(f"/products/{board.id}/").status_code == 200
    assert Product.objects.get(name="Mine").organisation is None


def test_somebody_who_left_sees_it_no_more(board: Product, office: Organisation) -> None:
    member = user("leaving", office)
    client = signed_in(member, office)
    Membership.objects.filter(user=member).delete()
    assert client.get(f"/products/{board.id}/").status_code == 404


def test_a_value_of_another_product_is_not_changed_by_its_number(supplier: Client, board: Product) -> None:
    supplier.post("/products/", {"name": "Other"})
    other = Product.objects.get(name="Other")
    value = board.evidence.get(property="panel_type")
    row = {"r0-id": value.pk, "r0-property": "panel_type", "r0-value": "particleboard"}
    supplier.post(f"/products/{other.id}/values", row)
    value.refresh_from_db()
    assert value.written["value"] == "MDF"
    assert other.evidence.count() == 1


def test_every_change_is_in_the_log(supplier: Client, board: Product, office: Organisation) -> None:
    supplier.post(f"/products/{board.id}/about", {"name": "Renamed", "category": "wood-panels"})
    supplier.post(f"/products/{board.id}/remove")
    log = [(one.what, one.about) for one in Event.objects.filter(organisation=office)]
    assert [what for what, _ in log] == ["products.imported", "product.changed", "product.removed"]
    assert log[-1][1] == f"product {board.id}"
    assert Event.objects.get(what="product.changed").detail["new_name"] == ["Board", "Renamed"]


@pytest.mark.parametrize("address", [f"{UUID(int=4)}/", "blank/spaceships.csv", "blank/furniture.pdf", "all.yml"])
def test_what_does_not_exist_is_not_found(supplier: Client, address: str) -> None:
    assert supplier.get(f"/products/{address}").status_code == 404


# pages


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_are_written_in_both_languages(supplier: Client, board: Product, language: str) -> None:
    for address in ("/products/", f"/products/{board.id}/", f"/products/{board.id}/values", "/products/prices",
                    f"/products/{board.id}/tests?want=gb-18580/wood-panels&on={DAY}"):  # fmt: skip
        page = text(supplier.get(address, headers={"accept-language": language}))
        assert ("我的产品" in page) is (language == "zh"), address


def test_one_more_row_is_a_piece_and_works_without_scripts_by_its_address(supplier: Client, board: Product) -> None:
    piece = text(supplier.get(f"/products/{board.id}/row?place=7"))
    assert 'name="r7-property"' in piece
    assert "<html" not in piece
    page = text(supplier.get(f"/products/{board.id}/values?more=3"))
    assert page.count("Another value") == 4


def test_a_form_of_furniture_can_be_sent_in_pieces(supplier: Client) -> None:
    supplier.post("/products/", {"name": "Chair", "category": "furniture"})
    one = Product.objects.get()
    page = supplier.get(f"/products/{one.id}/values").content.decode()
    forms = page.split("<form")[1:]
    assert max(form.count(" name=") for form in forms) < 1000
    assert len(gzip.compress(page.encode(), 6)) < 150_000


@pytest.fixture(autouse=True)
def _uploads(home: Settings, tmp_path: Path) -> Iterator[None]:
    """Nothing of a test is left in the home of the others."""
    (tmp_path / "snapshots").symlink_to(home.snapshots)
    with override_settings(TENRING=replace(home, home=tmp_path)):
        yield


def test_the_day_of_a_request_is_the_only_clock(supplier: Client, board: Product) -> None:
    early = text(supplier.get(f"/products/{board.id}/?on={date(2005, 1, 1).isoformat()}"))
    assert "California" not in early
