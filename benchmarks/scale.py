"""Whole screenings at scale: seconds of each stage, CPU seconds, peak memory, and how they grow with the lines.

    python benchmarks/scale.py --lines 100000 1000000 --licences 1000000
    TENRING_RECORD=1 python benchmarks/scale.py --lines 10000000 --licences 1000000 --folder FOLDER

Lines and licences are invented from the words of the newest snapshot and of real purchases (see scale_data.py), the
same in every run. Each screening runs in a process of its own, so that its peak of memory is its own, with that of its
workers. CPU seconds are given beside wall time: they say more on a machine that others use too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from machine import MemoryWatch, cpu_seconds, describe, peak_memory_gib
from results import record
from scale_data import words, write_lines, write_register

from tenring.screening.run import Request, screen
from tenring.settings import Settings, from_environment

#: Growth is linear when the CPU time of a line is at most so much larger at the largest size than at the smallest.
LINEAR = 1.2
GOALS = {1_000_000: ("≤ 40", "≤ 3"), 10_000_000: ("≤ 900", "≤ 6")}


@dataclass(frozen=True)
class Run:
    """What one screening took; seconds by stage, in the order of the stages."""

    lines: int
    seconds: float
    cpu: float
    gib: float
    stages: dict[str, float]
    answered: int


def main() -> None:
    """Screen each size and print its figures; with several sizes also the growth between them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--licences", type=int, default=100_000)
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv")
    parser.add_argument("--partitions", type=int)
    parser.add_argument("--folder", type=Path, help="where to work, and find what an earlier run made")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(vars(_screened(Path(given.one), given.lines[0], given.partitions))))
        return
    with tempfile.TemporaryDirectory() as temporary:
        _measure(given, (given.folder or Path(temporary)).resolve())


def _measure(given: argparse.Namespace, folder: Path) -> None:
    settings = replace(from_environment(), home=folder / f"home-{given.licences}")
    print(f"scale: {describe()}; {settings.memory} of memory, {settings.threads} threads")
    found = words(from_environment())
    started = time.process_time()
    write_register(found, given.licences, settings)
    size = f"{given.licences:,} licences"
    print(f"  register of {size}, with the matcher's index: {time.process_time() - started:.1f} CPU s, "
          f"peak {peak_memory_gib():.2f} GiB")  # fmt: skip
    runs = []
    for lines in given.lines:
        path = folder / f"lines-{lines}-{given.licences}.{given.format}"
        if not path.exists():
            write_lines(found, lines, licences=given.licences, path=path, settings=settings)
        run = _in_a_process(path, given, settings)
        runs.append(run)
        _record(run, size, settings)
    if len(runs) > 1:
        first, last = runs[0], runs[-1]
        growth = (last.cpu / last.lines) / (first.cpu / first.lines)
        name = f"CPU time of a line at {last.lines:,} lines over that at {first.lines:,}, {size}"
        record(name, growth, goal=f"≤ {LINEAR}", note="fixed costs make small sizes dearer")


def _in_a_process(path: Path, given: argparse.Namespace, settings: Settings) -> Run:
    command = [sys.executable, __file__, "--one", str(path), "--lines", path.stem.split("-")[1]]
    command += ["--partitions", str(given.partitions)] if given.partitions else []
    environment = os.environ | {"TENRING_HOME": str(settings.home)}
    with tempfile.TemporaryDirectory() as without:
        # pandas is a requirement of benchmarks alone: where it is, pyarrow imports it in every process, for nothing
        (Path(without) / "pandas.py").write_text("raise ImportError\n", encoding="utf-8")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (without, environment.get("PYTHONPATH"))))
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return Run(**json.loads(done.stdout))


def _screened(path: Path, lines: int, partitions: int | None) -> Run:
    """Screen one file in this process; the seconds between two reports of progress belong to the stage reported."""
    stages: dict[str, float] = defaultdict(float)
    last = ["", time.perf_counter()]

    def progress(what: str, _done: int, _of: int) -> None:
        now = time.perf_counter()
        stages[str(last[0])] += now - float(last[1])
        last[:] = [what, now]

    request = Request(
        files=(path,), on=date(2022, 6, 1), out=path.with_suffix(".out"), economy="US", partitions=partitions
    )
    started = time.perf_counter()
    with MemoryWatch() as memory:
        screened = screen(request, settings=from_environment(), progress=progress)
    progress("", 0, 0)
    return Run(
        lines=lines,
        seconds=time.perf_counter() - started,
        cpu=cpu_seconds(),
        gib=memory.gib,
        stages={stage: seconds for stage, seconds in stages.items() if stage},
        answered=sum(screened.verdicts.get(verdict, 0) for verdict in ("green", "lapsed")),
    )


def _record(run: Run, size: str, settings: Settings) -> None:
    seconds, memory = GOALS.get(run.lines, (None, None))
    name = f"{run.lines:,} lines, {size}"
    stages = ", ".join(f"{stage.lower()} {taken:.0f}" for stage, taken in run.stages.items())
    limits = f"{settings.threads} threads, {settings.memory}"
    record(f"whole screening, wall: {name}", run.seconds, goal=seconds, unit="s", note=f"{limits}; {stages}")
    record(f"whole screening, CPU: {name}", run.cpu, unit="s", note=f"{run.lines / run.cpu:,.0f} lines per CPU second")
    record(f"peak memory: {name}", run.gib, goal=memory, unit="GiB", note=f"{run.answered:,} answered by a licence")


if __name__ == "__main__":
    main()
