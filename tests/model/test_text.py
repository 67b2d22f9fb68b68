from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.model.text import CJK, bigrams, character_table, is_cjk, model_key, normal, words


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("ＨＰ　ＬａｓｅｒＪｅｔ", "hp laserjet"),
        ("（A4）", "(a4)"),
        ("電腦顯示器", "电脑显示器"),
        ("Kühlschränke", "kuhlschranke"),
        ("Équipements à gaz", "equipements a gaz"),
        ("señalización", "senalizacion"),
        ("ｺﾋﾟｰ用紙", "コピー用纸"),
        ("ｶﾞｽ給湯器", "ガス给汤器"),
        ("Ａ\u0301", "a"),
        ("a\u0301\u0328", "a"),
        ("プリンター", "プリンター"),
        ("복사용지", "복사용지"),
        ("ΑΘΉΝΑ", "αθηνα"),
        ("non\u00a0breaking", "non breaking"),
        ("e\u0301cran", "ecran"),
        ("", ""),
    ],
)
def test_the_normal_form_unites_widths_scripts_accents_and_case(written: str, form: str) -> None:
    assert normal(written) == form


def test_traditional_and_simplified_spellings_have_one_form() -> None:
    assert normal("噴墨印表機") == normal("喷墨印表机")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("RF-28 T/5", "rf28t5"),
        ("ＥＬＩＴＥＤＥＳＫ　800", "elitedesk800"),
        ("惠普（HP）", "惠普hp"),
        ("CEC-2019/ELP_0123", "cec2019elp0123"),
        (" - / . ", ""),
    ],
)
def test_a_model_key_keeps_letters_and_digits_only(written: str, key: str) -> None:
    assert model_key(written) == key


def test_every_character_of_the_table_is_replaced_wherever_it_stands() -> None:
    kept = {
        chr(code): found
        for code, other in character_table().items()
        if (found := normal(f"12{chr(code)}é{chr(code)}")) != f"12{chr(other)}e{chr(other)}".lower()
    }
    assert not kept


def test_words_end_where_the_script_changes() -> None:
    assert words("HP惠普EliteDesk 800-G4台式机") == ["hp", "惠普", "elitedesk", "800", "g4", "台式机"]
    assert [is_cjk(word) for word in ["hp", "惠普", "ノート", "노트북"]] == [False, True, True, True]


def test_bigrams_overlap_and_a_single_character_stands_for_itself() -> None:
    assert bigrams("打印机") == ["打印", "印机"]
    assert bigrams("纸") == ["纸"]


#: Any text, and texts of just those characters that interact: widths, kana with marks, accents, ideographs.
TEXTS = st.text(max_size=60) | st.text(alphabet="Aé\u0301\u0328Ａｱﾋﾟﾞヒ\u3099\u309a電纸가İΣß ・-", max_size=12)


@given(TEXTS)
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(TEXTS)
def test_a_model_key_of_a_model_key_is_itself(text: str) -> None:
    assert model_key(model_key(text)) == model_key(text)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=20))
def test_ideographs_stay_one_to_one(text: str) -> None:
    assert len(normal(text)) == len(text)


@given(TEXTS)
def test_words_hold_nothing_but_letters_digits_and_cjk(text: str) -> None:
    for word in words(text):
        assert word == normal(word)
        assert all(character.isascii() or is_cjk(character) for character in word)


def test_cjk_names_the_ranges_without_spaces() -> None:
    for character in "ก한あア纸":
        assert is_cjk(character), character
    assert CJK
