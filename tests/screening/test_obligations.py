from __future__ import annotations

from datetime import date
from pathlib import Path

from tenring.catalogue import Catalogue
from tenring.register.build import build
from tenring.screening.obligations import Obliges, obligations
from tenring.settings import Settings


def test_what_obliges_a_category_is_what_screening_applies_on_the_day(tmp_path: Path, catalogue: Catalogue) -> None:
    settings = Settings(home=tmp_path)
    snapshot = build(settings, source=settings.samples / "registers", only=("gems",), on=None).snapshot
    found = obligations(snapshot, catalogue, date(2024, 5, 1))
    desktop = [one for one in found if one.category == "desktop-computers" and one.economy == "CN"]
    rule = catalogue.rules["cn/energy-saving-list"]
    item = next(one for one in rule.items if one.category == "desktop-computers")
    assert Obliges("CN", "desktop-computers", rule.id, item.obligation.value, item.mark, None) in desktop
    before = obligations(snapshot, catalogue, date(2010, 1, 1))
    assert rule.id not in {one.rule for one in before}
