from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.toy import ToyCatalogue
from tenring.catalogue.files import named_files, read_yaml
from tenring.exceptions import CatalogueError

PEN = "categories/pens.yml"
RULE = "rules/nz/pens.yml"
LABEL = "programmes/toy-label.yml"


@pytest.fixture
def toy(tmp_path: Path) -> ToyCatalogue:
    return ToyCatalogue.make(tmp_path)


def load_all(toy: ToyCatalogue) -> None:
    for part in ("categories", "programmes", "rules", "agreements", "brands"):
        getattr(toy.catalogue, part)


def test_a_catalogue_in_order_loads(toy: ToyCatalogue) -> None:
    load_all(toy)
    assert set(toy.catalogue.categories.by_id) == {"writing", "pens", "funerals"}
    assert set(toy.catalogue.rules) == {"nz/pens"}


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (PEN, "id: pens", "id: pencils", "id is 'pencils'"),
        (PEN, "zh: 钢笔, ", "", "names.zh is missing"),
        (PEN, "parent: writing", "parent: tools", "parent 'tools' does not exist"),
        (PEN, "parent: writing", "parent: pens", "parent 'pens' makes a loop"),
        (PEN, "in-pairs:", "in-paris:", "codes.in-paris: unknown scheme"),
        (PEN, '"30110000"', '"3011"', "codes.ends-in-zeros: '3011' does not look like a code"),
        (PEN, "synonyms: {", "synonims: {", "synonims: Extra inputs are not permitted"),
        (PEN, '"9608"', "9608", "codes.by-prefix.0: Input should be a valid string"),
        (RULE, "obligation: mandatory", "obligation: compulsory", "items.0.obligation"),
        (RULE, "from: 2020-01-01", "from: spring", "in_force.from"),
        (LABEL, "type: I", "type: IV", "type: Input should be 'I'"),
        (LABEL, "sources: [{document: Toy Act, mark: read}]", "", "sources: Field required"),
        ("recognition/toy.yml", "state: live", "state: asleep", "state: Input should be"),
        ("brands.yml", "[Dell, 戴尔]", "[Dell, 惠普]", "'惠普' stands for two brands"),
        ("categories/schemes.yml", "hierarchy: pairs", "hierarchy: triples", "schemes.1.hierarchy"),
    ],
)
def test_an_error_names_file_and_field_and_what_to_do(
    toy: ToyCatalogue, file: str, old: str, new: str, told: str
) -> None:
    path = toy.change(file, old, new)
    with pytest.raises(CatalogueError) as error:
        load_all(toy)
    assert str(path) in str(error.value)
    assert told in str(error.value)
    assert error.value.do


def test_broken_yaml_names_the_line(toy: ToyCatalogue) -> None:
    path = toy.write(PEN, "id: pens\nnames: {en: Pens\nparent: writing\n")
    with pytest.raises(CatalogueError, match=r"line [34]: ") as error:
        load_all(toy)
    assert error.value.where == path


def test_a_file_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_bytes("names: {zh: 钢笔}".encode("gb18030"))
    with pytest.raises(CatalogueError, match=r"Save it as YAML in UTF-8"):
        read_yaml(path)


def test_a_missing_file_is_told_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="cannot be read"):
        read_yaml(tmp_path / "nowhere.yml")


def test_the_id_of_a_file_is_its_path_below_the_folder(toy: ToyCatalogue) -> None:
    assert [name for name, _ in named_files(toy.folder / "rules")] == ["nz/pens"]
