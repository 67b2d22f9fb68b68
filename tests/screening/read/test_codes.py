"""Which scheme a column of codes follows, and how codes are kept."""

from __future__ import annotations

from pathlib import Path

from tenring.screening.read.codes import (
    CN_2013,
    CN_2022,
    CPV,
    HS,
    UNSPSC,
    Editions,
    clean_code,
    decide_scheme,
    read_editions,
    scheme_named,
)

KNOWN = Editions(
    {
        CN_2013: {"A02010104": frozenset({"台式计算机"}), "A02010105": frozenset({"便携式计算机"})},
        CN_2022: {
            "A02010104": frozenset({"服务器"}),
            "A02010105": frozenset({"台式计算机"}),
            "A02010108": frozenset({"便携式计算机"}),
        },
    }
)


def decided(codes: list[str], names: list[str] | None = None, hint: str | None = None) -> str | None:
    pairs = list(zip(codes, names or [""] * len(codes), strict=True))
    return decide_scheme(codes, hint=hint, pairs=pairs, editions=lambda: KNOWN).scheme


def test_short_and_long_chinese_codes_occur_only_in_2013() -> None:
    assert decided(["A02010104", "A020101"]) == CN_2013
    assert decided(["A0206180203"]) == CN_2013


def test_padded_chinese_codes_occur_only_in_2022() -> None:
    assert decided(["A02010104", "A01000000"]) == CN_2022
    assert decided(["A05040100"]) == CN_2022


def test_codes_of_both_editions_decide_nothing() -> None:
    decision = decide_scheme(["A0201060401", "A01000000"], hint=None, pairs=[], editions=lambda: KNOWN)
    assert decision.scheme is None
    assert "both editions" in decision.evidence


def test_names_beside_the_codes_decide_the_edition() -> None:
    assert decided(["A02010105"], ["台式计算机"]) == CN_2022
    assert decided(["A02010104"], ["台式计算机"]) == CN_2013


def test_without_evidence_a_chinese_code_has_no_edition() -> None:
    decision = decide_scheme(["A02010104"], hint="cn", pairs=[("A02010104", "")], editions=lambda: KNOWN)
    assert decision.scheme is None
    assert "--code-scheme" in decision.evidence


def test_codes_that_our_lists_have_in_one_edition_only_do_not_decide_it() -> None:
    listed_2013_only = Editions({CN_2013: {code: frozenset() for code in ("A02010201", "A02010301", "A02020502")}})
    codes = ["A02010201", "A02010301", "A02020502"]
    assert decide_scheme(codes, hint="cn", pairs=[], editions=lambda: listed_2013_only).scheme is None


def test_header_and_check_digits_show_cpv() -> None:
    assert decided(["30213100"], hint=CPV) == CPV
    assert decided(["30213100-6", "45233130-9"]) == CPV
    assert decided(["30213100"]) is None


def test_a_cpv_code_is_kept_as_eight_digits() -> None:
    assert clean_code("45233162-2", CPV).code == "45233162"
    assert clean_code("45233130.0", CPV).code == "45233130"
    assert clean_code("9310000", CPV).code == "09310000"
    assert clean_code("9310000", CPV).note == "leading zero of the code restored"
    assert clean_code("30213100-6; 30213200-7", CPV).code == "30213100"


def test_other_codes_are_kept_in_their_own_form() -> None:
    assert clean_code("41113035-013", UNSPSC).code == "41113035"
    assert clean_code("8471.30.00", HS).code == "847130"
    assert clean_code("a02010104", CN_2013).code == "A02010104"


def test_names_of_schemes_are_understood() -> None:
    assert scheme_named("CPV") == CPV
    assert scheme_named("cpv-2008") == CPV
    assert scheme_named("x_myScheme") is None


def test_a_missing_catalogue_means_no_known_codes(tmp_path: Path) -> None:
    assert read_editions(tmp_path).names == {CN_2013: {}, CN_2022: {}}
