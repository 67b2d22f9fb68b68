"""The same screening on DuckDB and on Spark with one, two and four executors: rows, time, and where Spark wins.

    python benchmarks/engines.py [--lines 10000 40000] [--masters local-cluster[2,1,1024] …]

Lines are made from the newest snapshot's own models, with a fixed seed, the same for every engine. Each screening is a
process of its own, as a user would start it. Time is wall time; work is the processor time of the process and all it
starts (Java, executors, Python workers). The work is fitted as a fixed part and a part for each line. The size from
which Spark wins follows from the work of a line and the time that passes in any case: for the cores of this machine,
and for more, where executors share none with each other.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb
from machine import describe
from results import record

from screening import products_of, write_lines
from tenring.register.snapshot import Snapshot
from tenring.settings import from_environment

_FILES = ("classified", "obliged", "matches", "lines", "obligations", "alternatives")
_MASTERS = ("local-cluster[1,1,1024]", "local-cluster[2,1,1024]", "local-cluster[4,1,1024]")
_RECKONED = (16, 64, 128)
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Run:
    """One screening: seconds on the wall, and seconds of work of all processes."""

    lines: int
    wall: float
    work: float


@dataclass(frozen=True)
class Cost:
    """Seconds whatever the size, and seconds for each line."""

    fixed: float
    line: float


def main() -> None:
    """Print figures of every engine at every size, compare all rows, and reckon where Spark wins."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs="+", default=[10_000, 40_000])
    parser.add_argument("--masters", nargs="*", default=list(_MASTERS))
    asked = parser.parse_args()
    print(f"engines: {describe()}")
    runs: dict[str, list[Run]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in sorted(asked.lines):
            purchases = Path(folder) / f"{size}.csv"
            write_lines(purchases, products_of(Snapshot.open(from_environment())), size)
            for master in ("duckdb", *asked.masters):
                out = Path(folder) / "out" / f"{size}-{re.sub('[^a-z0-9]+', '-', master)}"
                run = _screened(purchases, out, master, size)
                runs.setdefault(master, []).append(run)
                _tell(run, master, runs["duckdb"][-1], same=_different(out.parent / f"{size}-duckdb", out) == [])
    _reckon(runs)


def _tell(run: Run, master: str, duck: Run, *, same: bool) -> None:
    note = f"{run.lines / run.wall:,.0f} lines/s, {run.work:.0f} s of processor"
    if master != "duckdb":
        note += f", {run.wall / duck.wall:.1f} times DuckDB's time, {run.work / duck.work:.1f} times its work"
        note += "; rows identical" if same else "; ROWS DIFFER"
    record(f"{run.lines:,} lines on {master}", run.wall, unit="s", note=note)
    if not same:
        raise SystemExit(f"rows on {master} differ from DuckDB's")


def _screened(purchases: Path, out: Path, master: str, size: int) -> Run:
    command = [sys.executable, "-m", "tenring", "screen", str(purchases), "--on", "2020-06-01", "--out", str(out)]
    if master != "duckdb":
        command += ["--engine", "spark", "--spark-master", master]
    log = out.parent / f"{out.name}.log"
    log.parent.mkdir(exist_ok=True)
    began = time.perf_counter()
    with log.open("w") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True)
        work: dict[int, float] = {}
        while process.poll() is None:
            work |= _work_of(process.pid)
            time.sleep(0.2)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{master} failed:\n{log.read_text(encoding='utf-8')[-2000:]}")
    return Run(size, time.perf_counter() - began, sum(work.values()))


def _work_of(session: int) -> dict[int, float]:
    """Process -> seconds of processor so far, of all processes of a session (Linux)."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended in between
        if int(fields[3]) == session:
            found[int(path.parent.name)] = (int(fields[11]) + int(fields[12])) / _TICKS
    return found


def _different(expected: Path, found: Path) -> list[str]:
    """Files whose rows or their order are not the same."""
    with duckdb.connect() as connection:
        return [
            name
            for name in _FILES
            if connection.execute(f"SELECT * FROM '{expected}/{name}.parquet'").fetchall()
            != connection.execute(f"SELECT * FROM '{found}/{name}.parquet'").fetchall()
        ]


def _cost(sizes: list[int], seconds: list[float]) -> Cost:
    """Least squares through the points; never less than nothing."""
    mean_size, mean = sum(sizes) / len(sizes), sum(seconds) / len(seconds)
    spread = sum((size - mean_size) ** 2 for size in sizes)
    line = sum((x - mean_size) * (y - mean) for x, y in zip(sizes, seconds, strict=True)) / spread
    return Cost(max(mean - line * mean_size, 0.0), max(line, 0.0))


def _reckon(runs: dict[str, list[Run]]) -> None:
    """Where Spark would win, from the work of the runs: executors on one machine share its cores and its hours."""
    sizes = [run.lines for run in runs["duckdb"]]
    if not any(a < b for a, b in pairwise(sizes)):
        print("  one size only: no costs for each line")
        return
    cores = os.cpu_count() or 1
    work = {name: _cost(sizes, [run.work for run in some]) for name, some in runs.items()}
    begin = {name: min(run.wall - work[name].line * run.lines / cores for run in some) for name, some in runs.items()}
    duck = Cost(begin["duckdb"], work["duckdb"].line / cores)
    for name, cost in work.items():
        note = f"and {begin[name]:.0f} s of the clock in any case"
        record(f"{name}: work for a million lines more", cost.line * 1e6, unit="s of processor", note=note)
    for name in list(runs)[1:]:
        note = f"reckoned from the work, shared by {cores} cores as DuckDB's is"
        here = Cost(begin[name], work[name].line / cores)
        record(f"Spark {name} wins from", _wins(duck, here), unit="lines", note=note)
        for executors in _RECKONED:
            there = Cost(begin[name], work[name].line / executors)
            note = f"reckoned; a line costs Spark {work[name].line / work['duckdb'].line:.0f} times the work"
            measure = f"Spark on {executors} cores of its own wins from (work of {name})"
            record(measure, _wins(duck, there), unit="lines", note=note)


def _wins(duck: Cost, spark: Cost) -> float | str:
    """Lines from which Spark takes less time."""
    if spark.line >= duck.line:
        return "never: a line costs it more"
    return max(spark.fixed - duck.fixed, 0.0) / (duck.line - spark.line)


if __name__ == "__main__":
    main()
