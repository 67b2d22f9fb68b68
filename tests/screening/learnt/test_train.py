"""What a category model is trained on and judged by; and the figures of the one that comes with the catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.learnt.tiny import all_categories, tiny_model
from tenring.exceptions import UnusableInputError
from tenring.model.text import normal
from tenring.screening.learnt.model import OUTSIDE
from tenring.screening.learnt.sources import Example, Part, examples, leaf_of_category, leaf_of_code
from tenring.screening.learnt.train import fit, train

HEADER = "doc_id,lang,title,cpv_main\n"


def folder_of(root: Path, titles: str = "", labels: str = "cpv8,EN\n") -> Path:
    for name, text in (("lines/ted_titles_cpv.csv", HEADER + titles), ("codes/cpv/labels.csv", labels)):
        path = root / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return root


def read(folder: Path) -> list[Example]:
    return [one for one in examples(all_categories(), folder) if one.source != "catalogue"]


def test_a_code_means_its_group_and_the_category_of_its_crosswalk() -> None:
    leaf = leaf_of_code("30213300", all_categories())
    assert (leaf.group, leaf.category) == ("302", "desktop-computers")
    assert leaf_of_code("00000000", all_categories()).category == OUTSIDE


def test_a_category_without_cpv_codes_has_the_group_of_the_one_above() -> None:
    assert leaf_of_category("led-lamps", all_categories()).group == leaf_of_category("lighting", all_categories()).group


def test_labels_in_all_languages_and_titles_become_examples(tmp_path: Path) -> None:
    labels = "cpv8,EN,EL\n30197643,Paper for the copying room,Φωτοτυπικό χαρτί\n"
    found = read(
        folder_of(
            tmp_path, titles="1-2021,FR,Papier pour la reprographie,30197643\n2-2021,FR,,30197643\n", labels=labels
        )
    )
    assert [(one.text, one.language, one.leaf.category) for one in found] == [
        ("Paper for the copying room", "en", "copy-paper"),
        ("Φωτοτυπικό χαρτί", "el", "copy-paper"),
        ("Papier pour la reprographie", "fr", "copy-paper"),
    ]


def test_the_same_title_is_never_in_two_parts(tmp_path: Path) -> None:
    spellings = ("School desks {}", "SCHOOL DESKS {}", "Ｓchool desks {}")
    rows = [(f"{n}-2021", spelling.format(n // 2)) for n in range(80) for spelling in spellings]
    titles = "".join(f"{notice},EN,{title},30197643\n" for notice, title in rows)
    parts: dict[str, set[Part]] = {}
    for one in read(folder_of(tmp_path, titles=titles)):
        parts.setdefault(normal(one.text), set()).add(one.part)
    assert all(len(found) == 1 for found in parts.values())
    assert set.union(*parts.values()) == set(Part)


def test_lines_of_ones_own_are_examples(tmp_path: Path) -> None:
    path = tmp_path / "decided.csv"
    path.write_text("text,category\nunobtainium toner,toner-cartridges\n", encoding="utf-8")
    found = [one for one in examples(all_categories(), None, [path]) if one.source == "labelled"]
    assert [(one.text, one.leaf.category) for one in found] == [("unobtainium toner", "toner-cartridges")]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("lines/ted_titles_cpv.csv", "title,cpv_main\nx,1\n", "has no column doc_id"),
        ("codes/cpv/labels.csv", "cpv8,EN\n3019,paper\n", "row 2, column cpv: is not a CPV code: 3019"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_place(tmp_path: Path, name: str, text: str, message: str) -> None:
    folder = folder_of(tmp_path)
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(UnusableInputError, match=message):
        read(folder)


def test_one_category_cannot_be_trained() -> None:
    with pytest.raises(UnusableInputError, match="at least two categories"):
        fit([one for one in examples(all_categories(), None) if one.leaf.category == "copy-paper"])


def test_two_categories_can_be_trained() -> None:
    two = [one for one in examples(all_categories(), None) if one.leaf.category in {"copy-paper", "lighting"}]
    (guess,) = train(two, all_categories()).guesses(["copying paper"])
    assert guess.nearest[0] == "copy-paper"


def test_without_lines_held_out_the_threshold_is_careful() -> None:
    assert tiny_model().threshold == 0.9
    assert tiny_model().card["figures"] == {}


def test_training_again_gives_the_same_model() -> None:
    few = [
        one for one in examples(all_categories(), None) if one.leaf.category in {"copy-paper", "lighting", "copiers"}
    ]
    first, second = train(few, all_categories()), train(few, all_categories())
    assert (first.arrays.value == second.arrays.value).all()
