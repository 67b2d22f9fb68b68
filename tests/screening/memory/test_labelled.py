"""Decisions leave as labelled data and come back the same."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.memory.makers import decision
from tenring.exceptions import UnusableInputError
from tenring.matching.products import guarded, unguarded
from tenring.screening.memory import Decided, Decision, Decisions, Kind, Recorded, Subject
from tenring.screening.memory.labelled import export, read

FULL = Subject('=text, "quoted"\nand more', "B", "M", "0123", "CEC-9", "cpv-2008", "30213000", "Computers")
MATCHES = [decision(subject=FULL), decision(Decided.REJECTED, hours=1), decision(Decided.UNDONE, hours=2)]
CATEGORIES = [
    decision(subject=FULL, category="copy-paper"),
    decision(Decided.REJECTED, hours=1, category="desktop-computers"),
]


def recorded(decisions: list[Decision]) -> list[Recorded]:
    return [Recorded(number, one) for number, one in enumerate(decisions, start=1)]


@pytest.mark.parametrize(("decisions", "kind"), [(MATCHES, Kind.MATCH), (CATEGORIES, Kind.CATEGORY)])
def test_what_is_exported_can_be_imported(decisions: list[Decision], kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "sub" / "labelled.csv"
    assert export(recorded(MATCHES + CATEGORIES), path, kind=kind) == len(decisions)
    assert read(path) == decisions
    assert [one.name for one in path.parent.iterdir()] == ["labelled.csv"]


def test_importing_twice_adds_once(tmp_path: Path) -> None:
    export(recorded(MATCHES), tmp_path / "m.csv", kind=Kind.MATCH)
    kept = Decisions(tmp_path / "decisions.sqlite")
    assert len(kept.record(read(tmp_path / "m.csv"))) == 3
    assert kept.record(read(tmp_path / "m.csv")) == []


def test_matches_are_labelled_one_and_nought(tmp_path: Path) -> None:
    export(recorded(MATCHES), tmp_path / "m.csv", kind=Kind.MATCH)
    with (tmp_path / "m.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["label"] for row in rows] == ["1", "0", ""]
    assert (rows[1]["left_title"], rows[1]["right_model"]) == ("Qingyun desktop computer QY-27", "QY-27")


@given(st.text())
def test_a_guarded_text_is_no_formula_and_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in set("=+@-\t\r")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("confirmed", "certain"), "row 2, column decided"),
        (("2026-03-04T12:00:00+00:00", "yesterday"), "row 2, column at"),
        (("0.82", "high"), "row 2, column score"),
        (("Li Wei", ""), "It is not said who decides"),
        (("why", "because"), "missing columns: why"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(change: tuple[str, str], message: str, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    export(recorded([decision()]), path, kind=Kind.MATCH)
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(UnusableInputError, match=r"m\.csv") as caught:
        read(path)
    assert message in str(caught.value)
