"""Two product lists matched with the matcher that screening uses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tenring.exceptions import UnusableInputError
from tenring.matching.lists import match_lists


@pytest.fixture
def left(tmp_path: Path) -> Path:
    path = tmp_path / "left.csv"
    path.write_text(
        "id,title,manufacturer\n"
        'a,"Sony BRAVIA KDL-40V4100 40"" television",Sony\n'
        "b,Panasonic toaster oven NB-G110P,Panasonic\n"
        "c,a thing nobody lists,\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def right(tmp_path: Path) -> Path:
    path = tmp_path / "right.csv"
    path.write_text(
        "SKU,Product Name,Brand,Model No,UPC\n"
        "1,Sony LCD television,Sony,KDL40V4100,\n"
        "2,Sony LCD television,Sony,KDL46V4100,\n"
        "3,Toaster oven,Panasonic,NB-G110PW,\n",
        encoding="utf-8",
    )
    return path


def pairs(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_product_finds_its_model_and_not_the_neighbour(left: Path, right: Path, tmp_path: Path) -> None:
    matches = match_lists(left, right, out=tmp_path / "pairs.csv")
    sure = [(p["left_id"], p["right_id"], p["rung"]) for p in pairs(matches.out) if p["sure"] == "true"]
    assert sure == [("a", "1", "model")]
    assert (len(matches.left.products), len(matches.right.products)) == (3, 3)
    assert (matches.pairs, matches.matched_left) == (1, 1)


def test_every_pair_tells_its_score_and_features(left: Path, right: Path, tmp_path: Path) -> None:
    match_lists(left, right, out=tmp_path / "pairs.csv")
    for pair in pairs(tmp_path / "pairs.csv"):
        assert 0 <= float(pair["score"]) <= 1
        assert pair["features"].startswith("{")


def test_a_gtin_is_enough(tmp_path: Path, right: Path) -> None:
    right.write_text("id,name,gtin\n9,Something,00012345678905\n", encoding="utf-8")
    left = tmp_path / "gtin.csv"
    left.write_text("name,barcode\nunknown wording,012345678905\n", encoding="utf-8")
    assert match_lists(left, right, out=tmp_path / "pairs.csv").pairs == 1


def test_a_name_of_brand_and_model_is_no_weaker_than_the_model(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text('id,name\n1,"televisions Neofast HG75U800FAW, 3 pcs"\n', encoding="utf-8")
    two.write_text("id,name,brand,model\n2,Neofast HG75U800FAW,Neofast,HG75U800FAW\n", encoding="utf-8")
    (pair,) = match_lists(one, two, out=tmp_path / "pairs.csv", first=1).first
    assert (pair.score, pair.features["kind"], pair.features["code"]) == (0.97, "model", "hg75u800faw")


def test_models_in_titles_are_used_where_there_is_no_model_column(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("id,name,brand\n1,Linksys EtherFast EZXS88W switch,Linksys\n", encoding="utf-8")
    two.write_text("id,name,brand\n2,8-port workgroup switch EZXS88W,Linksys\n", encoding="utf-8")
    assert match_lists(one, two, out=tmp_path / "pairs.csv").pairs == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"price,date\n1,2\n", "no column holds product names or models; found: price, date"),
        (b"name\n\xff\xfe\x00", "is not CSV in UTF-8"),
    ],
)
def test_an_unusable_list_is_refused_by_name(right: Path, tmp_path: Path, content: bytes, message: str) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    with pytest.raises(UnusableInputError, match=r"bad\.csv") as caught:
        match_lists(bad, right, out=tmp_path / "pairs.csv")
    assert message in str(caught.value)
    assert not (tmp_path / "pairs.csv").exists()


def test_a_code_in_a_title_goes_on_behind_its_hyphen(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("name,brand\nBelkin cushtop F8N044SLV,Belkin\n", encoding="utf-8")
    two.write_text("name,brand\nBelkin cushtop f8n044-slv,Belkin\nBelkin cushtop f8n044-blk,Belkin\n", encoding="utf-8")
    matches = match_lists(one, two, out=tmp_path / "pairs.csv", first=5)
    assert [pair.right.name for pair in matches.first if pair.sure] == ["Belkin cushtop f8n044-slv"]


def test_what_was_not_read_is_in_a_file_beside_the_pairs_until_it_is_mended(tmp_path: Path, right: Path) -> None:
    left = tmp_path / "bad.csv"
    left.write_text("name,gtin\nchair,123\n", encoding="utf-8")
    matches = match_lists(left, right, out=tmp_path / "pairs.csv")
    assert matches.problems == tmp_path / "pairs-problems.csv"
    assert [row["column"] for row in pairs(tmp_path / "pairs-problems.csv")] == ["gtin"]
    left.write_text("name,gtin\nchair,4006381333931\n", encoding="utf-8")
    assert match_lists(left, right, out=tmp_path / "pairs.csv").problems is None
    assert sorted(path.name for path in tmp_path.glob("*pairs*")) == ["pairs.csv"]
