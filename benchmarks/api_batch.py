"""10,000 lines through the API against the same lines through the command: time, and the ratio of both.

    TENRING_HOME=/path/to/home python benchmarks/api_batch.py [--lines 10000]

Lines are made from the newest snapshot's own models, with a fixed seed. `tenring serve` runs as a process of its own
and gets them in one request to `/api/v1/match` and in one to `/api/v1/screen`, as JSON, once to warm up and then three
times, of which the median counts; `tenring screen` reads the same lines from a file, also three times after one. Time
is wall time, from the first byte sent to the last received, or from the start of the command to its end.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from machine import describe
from results import record
from web_search import serving

from screening import products_of, write_lines
from tenring.register.snapshot import Snapshot
from tenring.settings import from_environment

#: Times that the command may take less.
GOAL = 3
ON, ECONOMY = "2026-06-01", "CN"


def main() -> None:
    """Print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000)
    asked = parser.parse_args()
    settings = from_environment()
    snapshot = Snapshot.open(settings)
    print(f"api batch: {describe()}; snapshot {snapshot.name}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines.csv"
        write_lines(file, products_of(snapshot), asked.lines)
        command = _median(lambda: _screened(file, Path(tempfile.mkdtemp(dir=folder)) / "out"))
        record(f"command line, {asked.lines:,} lines", command, unit="s", note="tenring screen, reports included")
        with serving(settings.home, []) as (base, _), _key() as key:
            for what, more in (("match", {}), ("screen", {"economy": ECONOMY, "on": ON})):
                body = json.dumps({"lines": _lines(file), **more}).encode()
                seconds = _median(lambda what=what, body=body: _posted(f"{base}/api/v1/{what}", key, body, asked.lines))
                measure = f"POST /{what}, {asked.lines:,} lines, times the command's time"
                note = f"{seconds:.1f} s, {asked.lines / seconds:,.0f} lines/s"
                record(measure, round(seconds / command, 2), goal=f"≤ {GOAL}", note=note)


def _lines(file: Path) -> dict[str, dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {row.pop("line"): row for row in rows}


def _screened(file: Path, out: Path) -> None:
    command = [sys.executable, "-m", "tenring", "screen", str(file), "--economy", ECONOMY, "--on", ON]
    done = subprocess.run([*command, "--out", str(out)], check=False, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)


@contextmanager
def _key() -> Iterator[str]:
    """A key that may match, in the home that is served; taken back afterwards."""
    command = [sys.executable, "-m", "tenring", "api-key"]
    new = [*command, "new", "benchmark", "--scope", "match", "--json"]
    made = json.loads(subprocess.run(new, check=True, capture_output=True, text=True).stdout)
    try:
        yield made["key"]
    finally:
        subprocess.run([*command, "revoke", made["id"]], check=True, capture_output=True)


def _posted(address: str, key: str, body: bytes, lines: int) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    request = Request(address, body, headers)  # noqa: S310 - our own server
    with urlopen(request) as answer:  # noqa: S310 - our own server
        found = json.load(answer)
    if len(found["items"]) != lines:
        message = f"{len(found['items'])} answers to {lines} lines"
        raise RuntimeError(message)


def _median(work: Callable[[], None]) -> float:
    work()
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
