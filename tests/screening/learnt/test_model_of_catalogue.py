"""The category model that comes with the catalogue: whole, small, and as good as its card says."""

from __future__ import annotations

from pathlib import Path

from screening.learnt.tiny import all_categories
from tenring.screening.learnt.model import OUTSIDE, load
from tenring.screening.learnt.sources import Part, examples
from tenring.screening.learnt.train import figures
from tenring.settings import Settings


def test_the_model_of_the_catalogue_is_whole_and_small() -> None:
    path = Settings(home=Path("/nonexistent")).category_model
    assert path is not None
    assert path.stat().st_size < 5_000_000
    model = load(path)
    assert len({category for _, category in model.leaves} - set(all_categories().by_id) - {OUTSIDE}) == 0


def test_the_model_of_the_catalogue_reaches_its_figures_on_titles_it_never_saw(data: Path, tmp_path: Path) -> None:
    path = Settings(home=tmp_path).category_model
    assert path is not None
    model = load(path)
    titles = [one for one in examples(all_categories(), data / "purchases") if one.part is Part.JUDGE][:400]
    found = figures(model, titles, all_categories())
    assert found["division top-1"] >= 0.70
    assert found["group top-1"] >= 0.54
    assert found["precision at the threshold"] >= 0.85
