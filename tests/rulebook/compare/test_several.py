"""What documents have in common, and the way through them with the fewest tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from rulebook.compare.worked import DESICCATOR, DOCUMENTS, ON, library_of, one
from tenring.rulebook.compare.several import common_core, path
from tenring.rulebook.library import Library

FORMALDEHYDE = "property: formaldehyde_emission\n    by: [EN 717-1]\n    at_most: 0.1 mg/m3"
EITHER = (
    "any_of:\n"
    "      - {property: formaldehyde_emission_gas_analysis, by: [EN 717-2], at_most: 3.5 mg/m2h}\n"
    "      - {property: formaldehyde_emission, by: [EN 717-1], at_most: 0.124 mg/m3}"
)


@pytest.fixture(scope="module")
def panels(tmp_path_factory: pytest.TempPathFactory) -> Library:
    more = {
        "both": one("desiccator", DESICCATOR.format("0.4")) + one("chamber", FORMALDEHYDE),
        "either": one("either", EITHER),
    }
    return library_of(tmp_path_factory.mktemp("catalog"), DOCUMENTS | more)


def names(library: Library, *wanted: str) -> list[str]:
    return [library.named(f"worked/{name}", ON).id for name in wanted]


def test_the_weakest_requirement_is_common_to_all(panels: Library) -> None:
    revisions = tuple(panels.named(f"worked/{name}", ON) for name in ("half-e1", "half-e1-below", "e1"))
    core = common_core(revisions, ON, panels)
    assert [(found.revision, found.clause, found.sure) for found in core.clauses] == [
        (*names(panels, "e1"), "class", True)
    ]
    assert core.measurands == ("formaldehyde_emission@wood-panel",)


def test_documents_of_different_measurands_have_nothing_in_common(panels: Library) -> None:
    core = common_core((panels.named("worked/e1", ON), panels.named("worked/f-4-star", ON)), ON, panels)
    assert not core.clauses
    assert not core.measurands


def test_the_nearest_document_comes_first_and_a_test_counts_once(panels: Library) -> None:
    held = panels.named("worked/f-4-star", ON)
    wanted = tuple(panels.named(f"worked/{name}", ON) for name in ("both", "e1", "f-3-star"))
    steps = path(held, wanted, ON, panels)
    assert [step.revision for step in steps] == names(panels, "f-3-star", "both", "e1")
    assert [len(step.tests) for step in steps] == [0, 1, 0]


def test_of_two_alternatives_the_one_that_is_known_is_taken(panels: Library) -> None:
    wanted = (panels.named("worked/either", ON),)
    (step,) = path(panels.named("worked/both", ON), wanted, ON, panels)
    assert step.tests == ()
    (step,) = path(panels.named("worked/f-4-star", ON), wanted, ON, panels)
    assert len(step.tests) == 1


def test_two_tests_fewer_are_worth_more_than_any_order_of_names(tmp_path: Path) -> None:
    gas = "{property: formaldehyde_emission_gas_analysis, by: [EN 717-2], at_most: 3.5 mg/m2h}"
    chamber = "{property: formaldehyde_emission, by: [EN 717-1], at_most: 0.124 mg/m3}"
    perforator = "{property: formaldehyde_content_perforator, by: [EN 120], at_most: 8 mg/100 g}"
    first = f"any_of: [{chamber}, {gas}]"
    second = f"any_of: [{perforator}, {gas}]"
    library = library_of(
        tmp_path, {"two": one("first", first) + one("second", second), "f-4-star": DOCUMENTS["f-4-star"]}
    )
    (step,) = path(library.named("worked/f-4-star", ON), (library.named("worked/two", ON),), ON, library)
    assert step.tests == ("formaldehyde_emission_gas_analysis@wood-panel",)
