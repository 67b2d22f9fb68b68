"""Every case of the catalogue comes out as it says."""

from pathlib import Path

import pytest

from tenring.rulebook.cases import Case, differences, load_cases
from tenring.rulebook.library import CASES, FOLDER, Library, load_library

CATALOG = Path(__file__).resolve().parents[2] / "catalog"
FOLDERS = sorted(path.parent for path in (CATALOG / FOLDER).glob(f"*/*/{CASES}"))


def cases() -> list[tuple[str, Case]]:
    found = load_library(CATALOG)
    return [(f"{folder.parent.name}/{folder.name}", case) for folder in FOLDERS for case in load_cases(folder, found)]


@pytest.mark.parametrize(("criteria", "case"), [pytest.param(*one, id=f"{one[0]}: {one[1].name}") for one in cases()])
def test_a_case_comes_out_as_it_says(criteria: str, case: Case, library: Library) -> None:
    revisions = [one for one in library.revisions if one.criteria == criteria and case.concerns(one)]
    assert revisions, "no revision is in force on its day"
    for revision in revisions:
        assert differences(case, revision, library) == ()
