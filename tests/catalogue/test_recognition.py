from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.toy import ToyCatalogue
from tenring.catalogue import Agreement, Catalogue
from tenring.settings import Settings


def test_only_a_live_agreement_that_accepts_certificates_carries_them(tmp_path: Path) -> None:
    toy = ToyCatalogue.make(tmp_path)
    assert toy.catalogue.agreements["toy"].carries_certificates()
    toy.change("recognition/toy.yml", "state: live", "state: stale")
    assert not toy.catalogue.agreements["toy"].carries_certificates()


@pytest.mark.parametrize("mode", ["common_criteria", "proxy", "cooperation"])
def test_no_other_mode_carries_certificates(tmp_path: Path, mode: str) -> None:
    toy = ToyCatalogue.make(tmp_path)
    toy.change("recognition/toy.yml", "accepts_certificates", mode)
    assert not toy.catalogue.agreements["toy"].carries_certificates()


def test_every_agreement_that_ships_names_its_document() -> None:
    agreements: dict[str, Agreement] = Catalogue(Settings().catalog).agreements
    assert agreements
    for agreement in agreements.values():
        assert agreement.sources, agreement.id
        assert len(set(agreement.parties)) == len(agreement.parties), agreement.id
