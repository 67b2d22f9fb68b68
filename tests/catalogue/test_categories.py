from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.toy import ToyCatalogue
from tenring.catalogue import Catalogue, Categories
from tenring.catalogue.published import published_codes
from tenring.settings import Settings

CATALOG = Settings().catalog
SCHEMES = Catalogue(CATALOG).categories.schemes


@pytest.fixture(scope="module")
def categories() -> Categories:
    return Catalogue(CATALOG).categories


@pytest.fixture
def toy(tmp_path: Path) -> Categories:
    return ToyCatalogue.make(tmp_path).catalogue.categories


@pytest.mark.parametrize(
    ("scheme", "code", "found"),
    [
        ("ends-in-zeros", "30112000", "pens"),
        ("ends-in-zeros", "30110000", "pens"),
        ("ends-in-zeros", "30190000", "writing"),
        ("ends-in-zeros", "30200000", None),
        ("in-pairs", "A01020304", "pens"),
        ("in-pairs", "A01029900", "pens"),
        ("in-pairs", "A01030000", "writing"),
        ("in-pairs", "A02000000", None),
        ("by-prefix", "960810", "pens"),
        ("by-prefix", "9609", "writing"),
        ("by-prefix", "95", None),
        ("unheard-of", "96", None),
    ],
)
def test_the_most_specific_code_of_each_kind_of_hierarchy_wins(
    toy: Categories, scheme: str, code: str, found: str | None
) -> None:
    answer = toy.by_code(scheme, code)
    assert (answer[1] if answer else None) == ((found,) if found else None)


def test_a_division_with_a_zero_in_its_number_does_not_swallow_its_neighbours(toy: Categories) -> None:
    scheme = toy.schemes["ends-in-zeros"]
    assert scheme.stem("30000000") == "30"
    assert scheme.stem("30213300") == "302133"


def test_pairs_end_at_whole_pairs(toy: Categories) -> None:
    scheme = toy.schemes["in-pairs"]
    assert scheme.stem("A02061000") == "A020610"
    assert scheme.stem("A10000000") == "A10"


@given(digits=st.from_regex(r"[1-9][0-9]{7}", fullmatch=True), scheme=st.sampled_from(["cpv-2008", "unspsc"]))
def test_a_code_is_its_stem_with_zeros_behind_it(digits: str, scheme: str) -> None:
    stem = SCHEMES[scheme].stem(digits)
    assert stem.ljust(8, "0") == digits
    assert SCHEMES[scheme].stem(stem.ljust(8, "0")) == stem


def test_the_tree_is_walked_both_ways(toy: Categories) -> None:
    assert toy.ancestors("pens") == ["pens", "writing"]
    assert toy.below("writing") == ["writing", "pens"]
    assert toy.children == {"writing": ("pens",)}


# ---- the catalogue that ships


def test_the_same_chinese_code_means_another_thing_in_another_edition(categories: Categories) -> None:
    assert categories.by_code("cn-2013", "A02010104") == ("A02010104", ("desktop-computers",))
    assert categories.by_code("cn-2022", "A02010104") == ("A02010104", ("servers",))
    assert categories.by_code("cn-2013", "A02010105") == ("A02010105", ("notebook-computers",))
    assert categories.by_code("cn-2022", "A02010105") == ("A02010105", ("desktop-computers",))


@pytest.mark.parametrize(
    ("scheme", "code", "category"),
    [
        ("cpv-2008", "30213300", "desktop-computers"),
        ("cpv-2008", "30125110", "toner-cartridges"),
        ("cpv-2008", "39143112", "mattresses"),
        ("cpv-2008", "79713000", "security-services"),
        ("cpv-2008", "33652100", "medicines"),
        ("unspsc", "43211503", "notebook-computers"),
        ("hs-2022", "841510", "room-air-conditioners"),
        ("cn-2022", "A05040101", "copy-paper"),
        ("cn-2022", "C20020600", "construction-supervision-services"),
    ],
)
def test_well_known_codes_lead_to_their_category(categories: Categories, scheme: str, code: str, category: str) -> None:
    found = categories.by_code(scheme, code)
    assert found
    assert category in found[1]


def test_there_are_at_least_150_categories_that_labels_cover(categories: Categories) -> None:
    assert sum(category.labelled for category in categories.by_id.values()) >= 150
    assert sum(not category.labelled for category in categories.by_id.values()) >= 40


def test_every_category_has_a_name_in_eight_languages_and_words_that_buyers_write(categories: Categories) -> None:
    for category in categories.by_id.values():
        assert set(category.names) >= {"en", "zh", "zh-Hant", "ja", "ko", "es", "fr", "de"}, category.id
        assert category.synonyms.get("en"), category.id
        assert category.synonyms.get("zh"), category.id


@pytest.mark.parametrize("list_", ["cn_envlabel_catalogue_caiku_2019_18", "cn_energysaving_catalogue_caiku_2019_19"])
def test_every_item_of_the_two_chinese_procurement_lists_leads_to_a_category(
    categories: Categories, data: Path, list_: str
) -> None:
    with (data / "facts" / f"{list_}.csv").open(encoding="utf-8") as stream:
        codes = [row["item_code"] for row in csv.DictReader(stream)]
    assert codes
    for code in codes:
        found = categories.by_code("cn-2013", code)
        assert found, code
        assert any(categories.by_id[category].labelled for category in found[1]), code


def test_every_code_exists_in_the_published_list_of_its_scheme(categories: Categories, data: Path) -> None:
    published = published_codes(data)
    assert set(published) == set(categories.schemes)
    for category in categories.by_id.values():
        for scheme, codes in category.codes.items():
            assert set(codes) <= published[scheme], f"{category.id}: {scheme}"


def test_nearly_every_notice_of_real_tenders_falls_into_a_category_by_its_code(
    categories: Categories, data: Path
) -> None:
    with (data / "purchases" / "lines" / "ted_titles_cpv.csv").open(encoding="utf-8") as stream:
        codes = [row["cpv_main"][:8] for row in csv.DictReader(stream)]
    known = sum(categories.by_code("cpv-2008", code) is not None for code in codes)
    assert known / len(codes) > 0.95
