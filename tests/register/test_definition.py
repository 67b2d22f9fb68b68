from __future__ import annotations

from pathlib import Path

import pytest

from register.toy import REGISTER, Toy
from tenring.catalogue.properties import load_properties
from tenring.exceptions import CatalogueError, RegisterError
from tenring.model.units import conversion
from tenring.register.adapter import load_adapter
from tenring.register.definition import load_registers
from tenring.register.read import Mapper
from tenring.settings import Settings


def test_every_register_of_the_catalogue_is_in_order() -> None:
    settings = Settings()
    categories = {path.stem for path in (settings.catalog / "categories").glob("*.yml")}
    programmes = {path.stem for path in (settings.catalog / "programmes").glob("*.yml")}
    properties = load_properties(settings.catalog)
    registers = load_registers(settings.catalog)
    assert {"energy-star", "gems", "heat-pump-keymark", "eprel"} <= set(registers)
    for register in registers.values():
        assert register.programme in programmes, register.id
        assert {"en", "zh"} <= set(register.names), register.id
        load_adapter(register.folder)
        for listing in register.lists.values():
            assert set(listing.categories) <= categories, f"{register.id}/{listing.id}"
            columns = [column for mapping in listing.properties.values() for column in mapping.columns]
            Mapper(listing, columns, properties, register.folder)


def test_a_list_says_only_what_differs_from_the_defaults(tmp_path: Path) -> None:
    toy = load_registers(Toy.make(tmp_path).settings.catalog)["toy"]
    assert toy.lists["withdrawn-pens"].number == toy.lists["pens"].number == ("Number",)
    assert toy.lists["withdrawn-pens"].status == "withdrawn"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("economy: NZ", "economy: NZ\ncolour: red"), "colour"),
        (("number: Number", "numbr: Number"), "lists.pens.numbr"),
        (("withdrawn}}", "gone}}"), "lists.pens"),
        (("unit: kWh/year", "text: true, unit: kWh/year"), "lists.pens.properties.annual_energy_use"),
    ],
)
def test_a_mistake_names_its_file_and_field(tmp_path: Path, change: tuple[str, str], place: str) -> None:
    toy = Toy.make(tmp_path, REGISTER.replace(*change))
    with pytest.raises(CatalogueError) as error:
        load_registers(toy.settings.catalog)
    assert "register.yml" in str(error.value)
    assert place in str(error.value)


def test_the_id_is_the_name_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="not the name of its folder"):
        load_registers(Toy.make(tmp_path, REGISTER.replace("id: toy", "id: game")).settings.catalog)


def test_an_adapter_without_a_known_function_is_refused(tmp_path: Path) -> None:
    (tmp_path / "adapter.py").write_text("def row(): ...\n", encoding="utf-8")
    with pytest.raises(RegisterError, match="neither rows"):
        load_adapter(tmp_path)


def test_an_unknown_unit_is_refused(tmp_path: Path) -> None:
    toy = Toy.make(tmp_path)
    path = toy.settings.catalog / "properties.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("kWh/year", "kWh/yeer"), encoding="utf-8")
    with pytest.raises(CatalogueError, match="yeer"):
        load_properties(toy.settings.catalog)


def test_units_convert_exactly_and_never_across_dimensions() -> None:
    assert str(conversion("ft**3", "L"))[:12] == "28.316846592"
    assert conversion("kWh/year", "kWh/year") == 1
    with pytest.raises(ValueError, match="cannot be converted"):
        conversion("W", "kg")
