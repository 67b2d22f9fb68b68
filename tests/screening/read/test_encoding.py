"""The encoding is found by reading strictly; a wrong one is an error that names the byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenring.exceptions import UnusableInputError
from tenring.screening.read.encoding import _is_utf8, as_utf8, choose

CHINESE = (
    "采购日期,供应商,标的名称,合同金额\n2026-03-01,北京办公用品有限公司,复印纸,1200.50\n"
    "2026-03-02,上海电子有限公司,台式计算机,5000\n"
)
TRADITIONAL = (
    "採購日期,得標廠商,品名,決標金額\n2026-03-01,臺北文具股份有限公司,影印紙,1200\n2026-03-02,高雄電腦公司,電腦,5000\n"
)
JAPANESE = (
    "契約日,契約相手方,品名,契約金額\n2026-03-01,東京オフィス株式会社,コピー用紙,1200\n"
    "2026-03-02,大阪商事,パソコン,5000\n"
)
KOREAN = "계약일자,계약업체,품명,계약금액\n2026-03-01,서울사무용품,복사용지,1200\n2026-03-02,부산전자,컴퓨터,5000\n"
SPANISH = (
    "Fecha,Proveedor,Descripción,Importe\n2026-03-01,Papelería Núñez,Papel reciclado para impresión,120\n"
    "2026-03-02,Güell,Año,5\n"
)
GERMAN = "Datum;Händler;Bezeichnung;Betrag\n2026-03-01;Müller & Söhne;Büroausstattung für Straßenbauämter;1.200,50 €\n"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (CHINESE, "gb18030"),
        (CHINESE, "utf-8"),
        (CHINESE, "utf-8-sig"),
        (CHINESE, "utf-16"),
        (CHINESE, "utf-16-le"),
        (TRADITIONAL, "big5hkscs"),
        (JAPANESE, "cp932"),
        (KOREAN, "cp949"),
        (SPANISH, "cp1252"),
        (GERMAN, "cp1252"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, text: str, codec: str) -> None:
    path = tmp_path / "lines.csv"
    path.write_bytes(text.encode(codec))
    assert as_utf8(path, choose(path, given=None)).decode() == text


def test_a_wrong_encoding_from_the_user_names_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_bytes(("a,b\n" + SPANISH).encode("cp1252"))
    with pytest.raises(UnusableInputError, match=r"not utf-8: the byte at offset 29 does not fit"):
        as_utf8(path, choose(path, given="utf-8"))


def test_an_unknown_encoding_lists_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text("a,b\n")
    with pytest.raises(UnusableInputError, match="GB18030"):
        choose(path, given="klingon")


def test_one_wrong_byte_in_a_utf8_file_is_not_taken_for_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    good = (CHINESE * 3).encode()
    path.write_bytes(good + b"\xff," + good)
    with pytest.raises(UnusableInputError, match=f"offset {len(good):,}"):
        choose(path, given=None)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["a", "é", "打", "😀"]).map(str.encode) | st.binary(min_size=1, max_size=3), max_size=6
    ).map(b"".join)
)
def test_bytes_are_utf8_where_they_can_be_decoded(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError:
        assert not _is_utf8(data)
    else:
        assert _is_utf8(data)
