"""Figures of benchmarks, kept beside each other: RESULTS.md is written from them and never by hand.

    TENRING_RECORD=1 python benchmarks/entries.py      # runs, prints, and keeps its figures
    python benchmarks/results.py                       # writes RESULTS.md again from the figures kept

`record` prints a figure; it keeps it (results.json) and writes RESULTS.md only where TENRING_RECORD is set, so that a
trial run with small sizes changes nothing. A measure that is measured again replaces its old figure.
"""

from __future__ import annotations

import json
import operator
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from machine import describe

HERE = Path(__file__).resolve().parent
FIGURES = HERE / "results.json"
PAGE = HERE / "RESULTS.md"

#: How a goal is written: a sign, a number, anything behind it.
_GOAL = re.compile(r"(?P<sign>[≥≤<>])\s*(?P<limit>[0-9][0-9,]*(?:\.[0-9]+)?)")
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "≥": operator.ge,
    "≤": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
#: Other tools in the benchmarks, whose versions belong to a figure.
_PEERS = ("splink", "rapidfuzz", "scikit-learn", "sparse-dot-topn", "pyspark")


@dataclass(frozen=True)
class Figure:
    """One measured figure, with what is needed to judge it."""

    benchmark: str
    measure: str
    figure: float | str
    goal: str | None
    unit: str
    note: str
    day: str
    machine: str
    peers: str

    def met(self) -> bool | None:
        """Whether the goal is met; None: there is no goal that numbers can answer."""
        found = _GOAL.search(self.goal or "")
        if found is None or isinstance(self.figure, str):
            return None
        return _SIGNS[found["sign"]](self.figure, float(found["limit"].replace(",", "")))


def record(  # noqa: PLR0913 - the columns of one row, by keyword
    measure: str, figure: float | str, *, goal: str | None = None, unit: str = "", note: str = "", benchmark: str = ""
) -> Figure:
    """Print a figure, and keep it where TENRING_RECORD is set.

    Args:
        measure: what was measured, with its size: it is the row's name, and a later figure of it replaces this one.
        figure: a number (rounded when shown) or a text.
        goal: for example "≥ 0.88" or "≤ 40"; a number behind one of ≥ ≤ > < is compared with the figure.
        unit: s, GiB, lines/s, % …
        note: what a reader must know beside it: a ratio to a peer of the same run, a data set, a restriction.
        benchmark: heading of its table; default: the name of the running script.
    """
    kept = Figure(
        benchmark or Path(sys.argv[0]).stem,
        measure,
        figure,
        goal,
        unit,
        note,
        day=datetime.now(UTC).date().isoformat(),
        machine=describe(),
        peers=_versions(),
    )
    state = {True: "met", False: "NOT met", None: ""}[kept.met()]
    wanted = f"   goal {goal} {unit} {state}" if goal else ""
    print(f"  {measure}: {shown(figure)} {unit}{wanted}{f'   ({note})' if note else ''}")
    if os.environ.get("TENRING_RECORD"):
        _keep(kept)
    return kept


def shown(figure: float | str) -> str:
    """A figure as a reader wants it: 1,234,567 or 12.3 or 0.876."""
    if isinstance(figure, str):
        return figure
    if isinstance(figure, int) or abs(figure) >= 1000:
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if abs(figure) >= 100 else f"{figure:.3g}" if abs(figure) < 0.1 else f"{figure:.3f}"


def _versions() -> str:
    found = []
    for name in _PEERS:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def _keep(figure: Figure) -> None:
    figures = [old for old in load() if (old.benchmark, old.measure) != (figure.benchmark, figure.measure)]
    ordered = sorted([*figures, figure], key=lambda one: (one.benchmark, one.measure))
    partial = FIGURES.with_suffix(".partial")
    rows = [asdict(one) for one in ordered]
    partial.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(FIGURES)
    PAGE.write_text(page(ordered), encoding="utf-8")


def load() -> list[Figure]:
    """All figures kept so far."""
    if not FIGURES.is_file():
        return []
    return [Figure(**row) for row in json.loads(FIGURES.read_text(encoding="utf-8"))]


def page(figures: Sequence[Figure]) -> str:
    """RESULTS.md: one table per benchmark."""
    parts = [
        "# Results\n\nWritten by `benchmarks/results.py` from the figures that the benchmarks kept; not by hand.\n"
    ]
    parts += [
        _table(name, [one for one in figures if one.benchmark == name])
        for name in sorted({f.benchmark for f in figures})
    ]
    return "\n".join(parts)


def _table(name: str, figures: Sequence[Figure]) -> str:
    machines = sorted({f"{one.machine}{f'; {one.peers}' if one.peers else ''}" for one in figures})
    head = [f"## {name}", "", *(f"Measured on: {one}." for one in machines), ""]
    columns = ["| measure | figure | unit | goal | met | note | day |", "|---|---:|---|---|---|---|---|"]
    return "\n".join([*head, *columns, *(_row(one) for one in figures), ""])


def _row(one: Figure) -> str:
    met = {True: "yes", False: "**no**", None: ""}[one.met()]
    cells = (one.measure, shown(one.figure), one.unit, one.goal or "", met, one.note, one.day)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(load()), encoding="utf-8")
