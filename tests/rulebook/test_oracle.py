"""What ENERGY STAR's register certified meets the criteria it was certified under, as far as its values tell."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tenring.commands.judge_register import Question, judge_register
from tenring.register.build import build
from tenring.rulebook.library import Library
from tenring.settings import Settings

CERTIFIED = date(2022, 12, 20)
BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def test_certified_monitors_meet_version_8(library: Library, data: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    build(settings, source=data / "registers" / "energy_star_displays_us", index=lambda _: None)
    revision = library.named("energy-star/displays/2020-03-05", CERTIFIED)
    answer = judge_register(settings, library, Question("energy-star", revision, CERTIFIED))
    energy = answer.clauses["3.3-tec"]
    assert energy["met"] + energy["not_met"] > 900
    assert energy["met"] / (energy["met"] + energy["not_met"]) > 0.97
    assert answer.overall.get("met", 0) == 0, "the limit of sleep mode was not read: nobody meets the whole"


@pytest.mark.parametrize(("version", "least"), [(8, 400), (7, 2000)])
def test_certified_computers_have_the_energy_and_base_allowance_of_their_version(
    library: Library, data: Path, monkeypatch: pytest.MonkeyPatch, version: int, least: int
) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    from oracle_computers import LEVELS, LISTS, NO_PROCESSOR, Version, configurations, rows  # noqa: PLC0415 - a script

    folder = data / "registers" / "energy_star_2020_us"
    newest = {row["ENERGY STAR Unique ID"] for row in rows(folder, 8)}
    kept = [row for row in rows(folder, version) if version == 8 or row["ENERGY STAR Unique ID"] not in newest]
    found = Version(version, library, tuple(configurations(kept)))
    assert LISTS[version]
    energies = Counter(found.energy(one)[0] for one in found.found)
    assert sum(energies[level] for level in LEVELS) > 0.96 * len(found.found) > 0.96 * least
    bases = Counter(found.allowance(one)[0] for one in found.found)
    assert bases["cores times clock"] > 0.93 * (len(found.found) - bases[NO_PROCESSOR])
