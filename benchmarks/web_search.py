"""How fast the search page answers with 1,000,000 licences in the snapshot and 20 visitors at once.

    TENRING_HOME=/path/to/home python benchmarks/web_search.py --size 1000000 --kept /var/tmp/web-million

The snapshot is made from the newest real one (large_home.py), `tenring serve` runs as a process of its own, and so do
the visitors (visitors.py). Every question is cut out of a licence that is there, as in search.py: words, beginnings of
models, Chinese, numbers, with facets, days, later pages, what was measured, orders, and suggestions while one types.
Half of the visitors reads Chinese. First each of them asks again as soon as there is an answer (what the server can
do), then about once a second (what visitors do).

Times are those the visitor sees, from the first byte sent to the last received. CPU is that of the server's processes:
on a machine that does other things at the same time only that says something about the server.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import duckdb
from large_home import large_home
from machine import describe
from results import record
from search import questions_of

from tenring.register.snapshot import Snapshot
from tenring.settings import from_environment

HERE = Path(__file__).resolve().parent
GOAL = "≤ 150"
#: Processor seconds of a server in a second in which nobody asks.
_AT_REST = 0.05
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Run:
    """What visitors saw, and what it cost the server."""

    answers: Sequence[tuple[str, float, int, int]]
    cpu_ms: float
    """Processor time of the server for each answer, in milliseconds."""
    seconds: float


def main() -> None:
    """Make the register, serve it, visit, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=100_000, help="licences")
    parser.add_argument("--questions", type=int, default=200, help="questions of each kind")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30, help="of each run")
    parser.add_argument("--serve", default="", help="options of `tenring serve`")
    parser.add_argument("--kept", type=Path, help="a home whose snapshot stays there, to be asked again")
    arguments = parser.parse_args()
    settings = from_environment()
    source = Snapshot.latest(settings, sample=False) or Snapshot.latest(settings, sample=True)
    if source is None:
        parser.exit(2, "There is no snapshot to make licences from. Make one: tenring register build\n")
    print(f"web search: {describe()}; {arguments.size:,} licences made from {source.name}")
    with tempfile.TemporaryDirectory() as folder:
        home = arguments.kept or Path(folder)
        snapshot = large_home(source, arguments.size, replace(settings, home=home))
        addresses = Path(folder) / "addresses.json"
        addresses.write_text(json.dumps(_addresses(snapshot, arguments.questions)), encoding="utf-8")
        with serving(home, arguments.serve.split()) as server:
            urlopen(server[0] + _search(q="paper")).close()  # noqa: S310 - our own server
            _await_rest(server[1])
            _visit(server, addresses, users=arguments.users, think=0.0, seconds=5)
            for think in (0.0, 1.0):
                run = _visit(server, addresses, users=arguments.users, think=think, seconds=arguments.seconds)
                _say(run, arguments, think)


def _addresses(snapshot: Snapshot, count: int) -> list[tuple[str, str]]:
    """Kinds and addresses, in an order in which the kinds take turns."""
    with duckdb.connect() as db:
        texts = questions_of(db, snapshot.folder, count)
        facts = db.execute(_FACTS.format(count=count)).fetchall()
        measured = db.execute(_MEASURED.format(count=count, properties=snapshot.table("properties"))).fetchall()
    found: dict[str, list[str]] = {name: [_search(q=text) for text, _ in rows] for name, rows in texts.items()}
    found["words on a day"] = [_search(q=text, on=day) for text, day in texts["words"]]
    found["suggestions"] = [
        f"/suggest?{urlencode({'q': text[: 2 + place % 6]})}" for place, (text, _) in enumerate(texts["words"])
    ]
    found["no text"] = [_search(page=1 + place % 40) for place in range(count)]
    found["a facet"] = [
        _search(**dict([(("category", category), ("programme", programme), ("economy", economy))[place % 3]]))
        for place, (category, programme, economy, _, _) in enumerate(facts)
    ]
    found["word, facets and status"] = [
        _search(q=word, category=category, programme=programme, status=("active", "expired")[place % 2])
        for place, (category, programme, _, word, _) in enumerate(facts)
    ]
    found["a later page"] = [_search(q=word, page=2 + place % 5) for place, (_, _, _, word, _) in enumerate(facts)]
    found["what was measured"] = [
        _search(category=category, **{f"{name}.{('min', 'max')[place % 2]}": value})
        for place, (category, name, value) in enumerate(measured)
    ]
    found["in the order of what was measured"] = [
        _search(category=category, sort=f"{('', '-')[place % 2]}{name}")
        for place, (category, name, _) in enumerate(measured)
    ]
    return [(kind, some[place]) for place in range(count) for kind, some in found.items() if place < len(some)]


def _search(**asked: object) -> str:
    return f"/search?{urlencode({name: str(value) for name, value in asked.items()})}"


#: One row = the facets of one licence of the sample, and a word of it.
_FACTS = """
    SELECT category, programme, economy, regexp_extract(coalesce(brand, name), '[\\p{{L}}]{{2,}}') AS word, day
    FROM sample ORDER BY h DESC LIMIT {count}
"""

#: One row = one number that a licence of the sample states.
_MEASURED = """
    SELECT category, property, value::VARCHAR
    FROM sample JOIN (
        SELECT licence_id, min(property) AS property, arg_min(value, property) AS value
        FROM read_parquet('{properties}') WHERE value IS NOT NULL GROUP BY licence_id
    ) USING (licence_id)
    ORDER BY h LIMIT {count}
"""


@contextmanager
def serving(home: Path, options: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Address and process of `tenring serve` over a home, without a worker, while the block runs."""
    command = [sys.executable, "-m", "tenring", "serve", "--port", "0", "--no-browser", "--no-worker", *options]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("TENRING_", "DATABASE_URL"))}
    environ |= {"TENRING_HOME": str(home), "TENRING_LANGUAGE": "en", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            told = server.stdout.readline() if server.stdout else ""
            found = re.search(r"http://\S+", told)
            if found is None:
                message = f"tenring serve did not start: {told!r}"
                raise RuntimeError(message)
            yield found[0].rstrip("/"), server.pid
        finally:
            server.terminate()


def _visit(server: tuple[str, int], addresses: Path, *, users: int, think: float, seconds: float) -> Run:
    """Let visitors ask a server (its address, its process)."""
    base, process = server
    command = [sys.executable, str(HERE / "visitors.py"), base, str(addresses)]
    command += ["--users", str(users), "--seconds", str(seconds), "--think", str(think)]
    before = _cpu_seconds(process)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answers = [tuple(one) for one in json.loads(done.stdout)]
    if wrong := [one for one in answers if one[2] != 200]:
        message = f"{len(wrong)} of {len(answers)} answers were no pages: {wrong[0]}"
        raise RuntimeError(message)
    return Run(answers, (_cpu_seconds(process) - before) * 1e3 / len(answers), seconds)


def _await_rest(server: int) -> None:
    """Wait until no process of the server computes: each has then read what the first visitors would wait for."""
    before, now = -1.0, _cpu_seconds(server)
    while now - before > _AT_REST:
        time.sleep(1)
        before, now = now, _cpu_seconds(server)


def _cpu_seconds(server: int) -> float:
    """Processor time of a process and its living children; on Linux."""
    return sum(map(_own_cpu_seconds, (server, *_children(server))))


def _children(parent: int) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has just ended
            continue
        if int(stat.rpartition(")")[2].split()[1]) == parent:
            yield int(folder.name)


def _own_cpu_seconds(process: int) -> float:
    values = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / _TICKS


def _say(run: Run, arguments: argparse.Namespace, think: float) -> None:
    how = "at once again" if not think else "about once a second"
    print(f"  {arguments.users} visitors who ask {how}: {len(run.answers) / run.seconds:.0f} answers a second")
    print(f"  {'question':36}{'asked':>7}{'p50 ms':>9}{'p99 ms':>9}{'kB':>7}")
    for kind in dict.fromkeys(one[0] for one in run.answers):
        some = [one for one in run.answers if one[0] == kind]
        size = sum(one[3] for one in some) / len(some) / 1e3
        times = [one[1] for one in some]
        print(f"  {kind:36}{len(some):7,}{_share(times, 0.5):9.1f}{_share(times, 0.99):9.1f}{size:7.1f}")
    pages = [one[1] for one in run.answers if one[0] != "suggestions"]
    note = f"{run.cpu_ms:.1f} ms of CPU for each answer; p50 {_share(pages, 0.5):.0f} ms; {len(pages):,} pages"
    measure = f"search page, {arguments.size:,} licences, {arguments.users} visitors who ask {how}, p99"
    record(
        measure, round(_share(pages, 0.99), 1), goal=GOAL if arguments.size >= 1_000_000 else None, unit="ms", note=note
    )


def _share(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


if __name__ == "__main__":
    main()
