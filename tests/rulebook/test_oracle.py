"""What ENERGY STAR's register certified meets the criteria it was certified under, as far as its values tell."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tenring.commands.judge_register import Question, judge_register
from tenring.register.build import build
from tenring.rulebook.library import Library
from tenring.settings import Settings

CERTIFIED = date(2022, 12, 20)


def test_certified_monitors_meet_version_8(library: Library, data: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    build(settings, source=data / "registers" / "energy_star_displays_us", index=lambda _: None)
    revision = library.named("energy-star/displays/2020-03-05", CERTIFIED)
    answer = judge_register(settings, library, Question("energy-star", revision, CERTIFIED))
    energy = answer.clauses["3.3-tec"]
    assert energy["met"] + energy["not_met"] > 900
    assert energy["met"] / (energy["met"] + energy["not_met"]) > 0.97
    assert answer.overall.get("met", 0) == 0, "the limit of sleep mode was not read: nobody meets the whole"
