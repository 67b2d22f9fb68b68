"""A product matches a credential only where the credential names it: a wrong match is the worst answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.proof.product import ProductMatch, product_matches, products_of

MATCH, NONE, CANNOT_TELL = ProductMatch.MATCH, ProductMatch.NONE, ProductMatch.CANNOT_TELL
GTIN, OTHER = "09506000134352", "02000000000428"


def naming(*products: dict[str, Any], holder: str = "Acme Cooling Ltd") -> dict[str, Any]:
    """A credential that names these products."""
    assessed = [{"product": product} for product in products]
    return {
        "credentialSubject": {
            "issuedToParty": {"name": holder},
            "conformityAssessment": [{"assessedProduct": assessed}, {"assessedProduct": assessed}],
        }
    }


def product(model: str | None = None, gtin: str | None = None, name: str = "Fridge", **more: str) -> dict[str, Any]:
    identifier = f"https://id.gs1.org/01/{gtin}" if gtin else f"https://label.example/p/{model or name}"
    return {"id": identifier, "name": name} | ({"modelNumber": model} if model else {}) | more


def answer(credential: dict[str, Any], asked: str) -> ProductMatch:
    found = product_matches(credential, asked)
    assert found.reason
    assert (found.matched is not None) == (found.answer is MATCH)
    return found.answer


def test_a_product_that_each_assessment_names_is_named_once() -> None:
    assert len(products_of(naming(product("A1"), product("B2")))) == 2


@pytest.mark.parametrize(
    "asked", ["9506000134352", GTIN, "9506000-134352", f"https://id.example.org/x/01/{GTIN}/21/7?17=290331"]
)
def test_a_gtin_agrees_however_many_noughts_stand_before_it(asked: str) -> None:
    assert answer(naming(product(gtin=GTIN)), asked) is MATCH


def test_a_case_of_the_product_is_another_gtin() -> None:
    assert answer(naming(product(gtin=GTIN)), "19506000134359") is NONE


def test_another_gtin_is_none_only_where_every_product_has_one() -> None:
    assert answer(naming(product(gtin=GTIN)), OTHER) is NONE
    assert answer(naming(product(gtin=GTIN), product("RF28")), OTHER) is CANNOT_TELL


def test_a_gtin_with_a_wrong_check_digit_is_no_answer() -> None:
    assert answer(naming(product(gtin=GTIN)), "9506000134353") is CANNOT_TELL


def test_a_model_of_digits_alone_is_a_model() -> None:
    assert answer(naming(product("12345678")), "12345678") is MATCH


@pytest.mark.parametrize("asked", ["RF-28 T/5", "rf28t5", "ＲＦ２８Ｔ５", "Acme RF28T5", "acme cooling RF-28T/5"])
def test_signs_case_and_width_do_not_count_and_a_brand_may_stand_before(asked: str) -> None:
    assert answer(naming(product("RF-28 T/5", name="Acme fridge")), asked) is MATCH


@pytest.mark.parametrize("asked", ["XRF28T5", "RF28T5X", "RF28T", "28T5", "RF28T6", "RF28T5 RF28T6"])
def test_a_model_that_only_looks_like_it_is_another_one(asked: str) -> None:
    assert answer(naming(product("RF-28 T/5")), asked) is NONE


def test_another_brand_with_the_same_model_is_not_taken_for_it() -> None:
    assert answer(naming(product("RF28T5", name="Acme fridge")), "Bosch RF28T5") is CANNOT_TELL


@pytest.mark.parametrize(
    ("printed", "asked", "expected"),
    [
        ("BCD-2##W*", "BCD-201WDPT", MATCH),
        ("BCD-2##W*", "BCD-201", CANNOT_TELL),
        ("BCD-2##W*", "BCE-201W", NONE),
        ("HB018H/V*", "HB018VX", MATCH),
        ("ARD(P,E)10", "ARDE10", MATCH),
        ("ARD(P,E)10", "ARDX10", NONE),
        ("A*", "A1", CANNOT_TELL),
        ("*", "RF28T5", CANNOT_TELL),
        ("KFR35 series", "KFR35GW", CANNOT_TELL),
        ("KFR35系列", "KFR35GW", CANNOT_TELL),
        ("KFR35 series", "KFR36GW", NONE),
    ],
)
def test_wildcards_and_series_cover_what_they_say_and_no_more(printed: str, asked: str, expected: ProductMatch) -> None:
    assert answer(naming(product(printed)), asked) is expected


def test_a_name_alone_never_matches() -> None:
    assert answer(naming(product(name="Interior paint")), "Interior paint") is CANNOT_TELL
    assert answer(naming(product("P1", name="Interior paint")), "Interior paint") is NONE


def test_a_credential_for_a_batch_is_for_that_batch_alone() -> None:
    batch = naming(product("P1", gtin=GTIN, batchNumber="B7"))
    assert answer(batch, f"https://id.gs1.org/01/{GTIN}/10/B7") is MATCH
    assert answer(batch, f"https://id.gs1.org/01/{GTIN}/10/B8") is NONE
    assert answer(batch, GTIN) is CANNOT_TELL
    assert answer(batch, "P1") is CANNOT_TELL


def test_an_identifier_that_is_no_gtin_agrees_only_as_a_whole() -> None:
    credential = naming(product("P1"))
    assert answer(credential, "https://label.example/p/P1") is MATCH
    assert answer(credential, "https://label.example/p/P2") is CANNOT_TELL


@pytest.mark.parametrize("asked", ["", " ", "---", "x" * 501])
def test_nothing_to_compare_is_no_answer(asked: str) -> None:
    assert answer(naming(product("P1")), asked) is CANNOT_TELL


@pytest.mark.parametrize(
    "credential", [{}, {"credentialSubject": []}, {"credentialSubject": {"conformityAssessment": 7}}]
)
def test_a_credential_without_products_is_no_answer(credential: dict[str, Any]) -> None:
    assert answer(credential, GTIN) is CANNOT_TELL


@given(st.text("ABC*#/(,)12- ", max_size=12), st.text("ABC12- ", max_size=12))
def test_any_model_and_question_get_an_answer(printed: str, asked: str) -> None:
    assert answer(naming(product(printed or None)), asked) in ProductMatch


@given(st.text("ABC12", min_size=1, max_size=8), st.text("ABC12", min_size=1, max_size=8))
def test_models_without_wildcards_match_only_themselves(printed: str, asked: str) -> None:
    assert (answer(naming(product(printed)), asked) is MATCH) == (printed == asked)
