from __future__ import annotations

import pytest

from tenring.catalogue import Catalogue
from tenring.model.text import model_key
from tenring.settings import Settings


@pytest.fixture(scope="module")
def brands() -> dict[str, str]:
    return Catalogue(Settings().catalog).brands


@pytest.mark.parametrize("spelling", ["惠普", "Hewlett-Packard", "HEWLETT PACKARD", "hp", "ＨＰ"])
def test_every_spelling_leads_to_the_usual_name(brands: dict[str, str], spelling: str) -> None:
    assert brands[model_key(spelling)] == "hp"


def test_a_usual_name_leads_to_itself(brands: dict[str, str]) -> None:
    for usual in brands.values():
        assert brands[usual] == usual
