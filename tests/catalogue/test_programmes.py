from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tenring.catalogue import Catalogue, Programme
from tenring.settings import Settings

#: Every economy that the facts name with a Type I label -> the programmes meant.
APEC_TYPE_I = {
    "Australia": {"geca"},
    "Canada": {"ecologo"},
    "People's Republic of China": {"china-environmental-label"},
    "Hong Kong, China": {"hong-kong-green-label", "hkfep-ecolabel"},
    "Indonesia": {"ekolabel-indonesia"},
    "Japan": {"eco-mark"},
    "Republic of Korea": {"korea-eco-label"},
    "Malaysia": {"sirim-eco-label"},
    "New Zealand": {"eco-choice-aotearoa"},
    "Philippines": {"green-choice-philippines"},
    "Russia": {"vitality-leaf"},
    "Singapore": {"singapore-green-label"},
    "Chinese Taipei": {"taiwan-green-mark"},
    "Thailand": {"thai-green-label"},
    "United States": {"green-seal"},
    "Viet Nam": {"vietnam-ecolabel"},
}


@pytest.fixture(scope="module")
def programmes() -> dict[str, Programme]:
    return Catalogue(Settings().catalog).programmes


def test_there_are_at_least_60_programmes_of_every_type(programmes: dict[str, Programme]) -> None:
    assert len(programmes) >= 60
    assert {programme.type for programme in programmes.values()} == {"I", "II", "III", "energy", "it", "other"}


def test_every_economy_of_apec_with_a_type_i_label_has_it(programmes: dict[str, Programme], data: Path) -> None:
    with (data / "facts" / "apec_economies_type1_ecolabels.csv").open(encoding="utf-8") as stream:
        labels = {row["economy"]: row["type1_label"] for row in csv.DictReader(stream)}
    with_label = {economy for economy, label in labels.items() if not label.startswith(("none", "no national"))}
    assert with_label == set(APEC_TYPE_I)
    for economy, ids in APEC_TYPE_I.items():
        for programme in ids:
            assert programmes[programme].type == "I", f"{economy}: {programme}"


def test_an_energy_label_or_certification_mark_is_not_taken_for_a_type_i_label(
    programmes: dict[str, Programme],
) -> None:
    assert programmes["energy-star"].type == "energy"
    assert programmes["gems"].type == "energy"
    assert programmes["heat-pump-keymark"].type == "other"


def test_every_programme_has_an_english_name_an_economy_and_a_source(programmes: dict[str, Programme]) -> None:
    for programme in programmes.values():
        assert programme.names.get("en"), programme.id
        assert programme.sources, programme.id
        assert programme.economy in programme.home()


def test_the_nordic_swan_is_at_home_in_five_economies(programmes: dict[str, Programme]) -> None:
    assert programmes["nordic-swan"].home() >= {"DK", "FI", "IS", "NO", "SE"}
