"""Search latency at 10^5 to 10^7 licences: p50 and p99 of each kind of question beside SQLite, and whether it is right.

    python benchmarks/search.py --size 100000
    python benchmarks/search.py --size 1000000 --threads 2
    python benchmarks/search.py --size 10000000 --memory 4GiB --no-peers --kept /var/tmp/ten-million

The licences are made from the entries of the newest snapshot (large_register.py) and the same in every run, as are the
questions: they are cut out of licences that are there, so a frequent word is asked for as often as it is printed.
Every question has a day of its own, and is answered with the exact total, 20 explained licences and four facets. Each
is asked once, then timed three times. A sample is compared with what looking at every licence finds (search_truth.py).

Times are wall-clock times, and CPU times of the asking thread: on a machine that does other things at the same time
only the latter say something about the search.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
from large_register import LargeRegister
from machine import describe, peak_memory_gib
from results import record
from search_peers import Sqlite, why_no_postgres
from search_truth import Answer, Truth

from tenring.catalogue.categories import load_categories
from tenring.register.search import Query, SearchIndex, build_index, schema
from tenring.register.snapshot import Snapshot
from tenring.settings import Settings, from_environment

#: The kinds of question that the goals are about; the others are reported beside them.
NAMED = ("words", "beginning of a model", "two Chinese characters")

#: Goals in milliseconds, by number of licences: p50, p99.
GOALS = {1_000_000: ("≤ 1.5", "≤ 8"), 10_000_000: (None, "≤ 25")}

#: How often each question is timed.
_TIMED = 3

#: Questions that a slow peer is asked.
_ASKED_OF_PEERS = 60


@dataclass(frozen=True)
class Kind:
    """A kind of question, and the questions of that kind."""

    name: str
    queries: Sequence[Query]


@dataclass
class Times:
    """Milliseconds of questions: by the clock, and of the processor."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def take(self, work: Callable[[], object]) -> None:
        """Do the work and add how long it took."""
        wall, cpu = time.perf_counter(), time.thread_time()
        work()
        self.cpu.append((time.thread_time() - cpu) * 1e3)
        self.wall.append((time.perf_counter() - wall) * 1e3)

    def add(self, other: Times) -> None:
        """Add the times of another kind."""
        self.wall += other.wall
        self.cpu += other.cpu


def main() -> None:
    """Make the register, build, ask, check, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=100_000, help="licences")
    parser.add_argument("--questions", type=int, default=500, help="questions of each kind")
    parser.add_argument("--checked", type=int, default=20, help="questions of each kind compared with a full scan")
    parser.add_argument("--memory", default="2GiB", help="memory limit of the build")
    parser.add_argument("--threads", type=int, default=1, help="threads of the build")
    parser.add_argument("--no-peers", action="store_true", help="leave out SQLite")
    parser.add_argument("--folder", type=Path, help="where the register and its index are made (default: temporary)")
    parser.add_argument("--kept", type=Path, help="a folder whose register and index stay there, to be asked again")
    arguments = parser.parse_args()
    settings = from_environment()
    source = Snapshot.latest(settings, sample=False) or Snapshot.latest(settings, sample=True)
    if source is None:
        parser.exit(2, "There is no snapshot to make licences from. Make one: tenring register build\n")
    print(f"search: {describe()}; {arguments.size:,} licences made from {source.name}")
    if arguments.kept:
        arguments.kept.mkdir(parents=True, exist_ok=True)
        _run(arguments.kept, source, settings, arguments)
        return
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        _run(Path(folder), source, settings, arguments)


def _run(folder: Path, source: Snapshot, settings: Settings, arguments: argparse.Namespace) -> None:
    if not (folder / "statuses.parquet").is_file():
        LargeRegister(source.folder, folder, settings.catalog, arguments.size).write(
            memory=arguments.memory, threads=arguments.threads
        )
    if not (folder / schema.FOLDER / schema.ABOUT).is_file():
        _build(folder, settings, arguments)
    index = _opened(folder)
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {arguments.threads}; SET memory_limit = '{arguments.memory}'")
        kinds = _kinds(connection, folder, arguments.questions)
        times = {kind.name: _asked(index, kind) for kind in kinds}
        _print_times(index, kinds, times)
        _record_goals(times, arguments.size)
    if arguments.checked:
        _check(folder, index, kinds, arguments)
    if not arguments.no_peers:
        _peers(folder, kinds, times)


def _build(folder: Path, settings: Settings, arguments: argparse.Namespace) -> None:
    categories = load_categories(settings.catalog / "categories")
    names = {category.id: category.phrases() for category in categories.by_id.values()}
    begun, cpu = time.perf_counter(), time.process_time()
    build_index(folder, categories=names, memory=arguments.memory, threads=arguments.threads)
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - cpu
    size = sum(file.stat().st_size for file in (folder / "search").iterdir()) / 2**20
    note = f"{cpu_seconds:.0f} s of CPU; {size:,.0f} MiB; peak of the process {peak_memory_gib():.2f} GiB"
    record(f"index of {arguments.size:,} licences built", round(seconds, 1), unit="s", note=note)


def _opened(folder: Path) -> SearchIndex:
    begun = time.perf_counter()
    index = SearchIndex.open(folder)
    index.search(Query("复印纸"))
    print(f"  opened and first question answered in {(time.perf_counter() - begun) * 1e3:.0f} ms")
    return index


def _kinds(connection: duckdb.DuckDBPyConnection, folder: Path, count: int) -> list[Kind]:
    """The questions, cut out of licences in an order that only their ids decide."""
    texts = questions_of(connection, folder, count)
    kinds = [Kind(name, [Query(text, on=day) for text, day in rows]) for name, rows in texts.items()]
    days = connection.execute(f"SELECT day FROM sample ORDER BY h LIMIT {count}").fetchall()
    return [*kinds, Kind("no text", [Query("", on=day) for (day,) in days])]


def questions_of(connection: duckdb.DuckDBPyConnection, folder: Path, count: int) -> dict[str, list[tuple[str, date]]]:
    """Kind -> texts and days; `connection` then has the table `sample` (one row = one licence they were cut from)."""
    for name in ("licences", "models", "statuses"):
        connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
    connection.execute(_SAMPLE.format(rows=40 * count))
    return {
        name: connection.execute(_QUESTIONS.format(text=text, count=count)).fetchall() for name, text in _TEXTS.items()
    }


#: One row = one licence from which questions are cut: `h` decides what of it, `day` is the day asked.
_SAMPLE = """
    CREATE OR REPLACE TABLE sample AS
    SELECT *, hash(licence_id || model) AS h, DATE '2014-01-01' + (hash(model || licence_id) % 4500)::INTEGER AS day
    FROM (SELECT * FROM licences ORDER BY hash(licence_id) LIMIT {rows})
    JOIN (SELECT licence_id, min(model) AS model FROM models GROUP BY licence_id) USING (licence_id)
"""

#: One row = one question.
_QUESTIONS = """
    SELECT text, day
    FROM (SELECT {text} AS text, day, h FROM sample)
    WHERE text IS NOT NULL AND length(trim(text)) > 1
    ORDER BY h, text
    LIMIT {count}
"""

_LATIN = "regexp_extract_all(concat_ws(' ', brand, name), '\\p{L}{2,}')"
_CHINESE = "regexp_extract(CASE WHEN h % 3 = 0 THEN brand ELSE name END, '[\u4e00-\u9fff]{2,}')"

#: What each kind of question cuts out of a licence.
_TEXTS = {
    "words": f"array_to_string({_LATIN}[1 + (h >> 3) % 2 : 1 + (h >> 3) % 2 + (h >> 5) % 3], ' ')",
    "beginning of a model": "regexp_extract(model, '^[A-Za-z0-9-]{' || (3 + h % 4) || '}') "
    "|| CASE WHEN h % 2 = 0 THEN '*' ELSE '' END",
    "two Chinese characters": f"substr({_CHINESE}, 1 + ((h >> 7) % (length({_CHINESE}) - 1))::INTEGER, 2)",
    "three to five Chinese characters": f"CASE WHEN length({_CHINESE}) > 3 THEN "
    f"substr({_CHINESE}, 1 + ((h >> 7) % (length({_CHINESE}) - 2))::INTEGER, 3 + (h % 3)::INTEGER) END",
    "brand and model in full": "brand || ' ' || model",
    "licence number": "number",
    "a word and a typing error": "regexp_replace(brand, '^([A-Za-z]{3})([a-z])([a-z])', '\\1\\3\\2')",
}


def _asked(index: SearchIndex, kind: Kind) -> Times:
    """Each question once to warm up, then `_TIMED` times, of which the median counts: the machine does other things."""
    for query in kind.queries:
        index.search(query)
    gc.collect()
    rounds = [Times() for _ in range(_TIMED)]
    for query in kind.queries:
        for times in rounds:
            times.take(lambda query=query: index.search(query))
    return Times(
        [_share(values, 0.5) for values in zip(*(times.wall for times in rounds), strict=True)],
        [_share(values, 0.5) for values in zip(*(times.cpu for times in rounds), strict=True)],
    )


def _print_times(index: SearchIndex, kinds: Sequence[Kind], times: dict[str, Times]) -> None:
    print(f"  {'question':34}{'asked':>7}{'hits p50':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU p50':>9}{'CPU p99':>9}")
    for kind in kinds:
        hits = int(_share([index.search(query).total for query in kind.queries], 0.5))
        _print_row(kind.name, times[kind.name], hits=f"{hits:,}")
    for name, some in _all(times).items():
        _print_row(name, some, hits="")


def _print_row(name: str, times: Times, *, hits: str) -> None:
    shares = [_share(values, share) for values in (times.wall, times.cpu) for share in (0.5, 0.99)]
    print(f"  {name:34}{len(times.wall):7,}{hits:>10}" + "".join(f"{value:9.2f}" for value in shares))


def _all(times: dict[str, Times]) -> dict[str, Times]:
    """The kinds named by the goals together, and all kinds together."""
    together = {"the three kinds of the goal": Times(), "all kinds": Times()}
    for name, some in times.items():
        together["all kinds"].add(some)
        if name in NAMED:
            together["the three kinds of the goal"].add(some)
    return together


def _record_goals(times: dict[str, Times], size: int) -> None:
    named = _all(times)["the three kinds of the goal"]
    goals = GOALS.get(size, (None, None))
    for share, goal in zip((0.5, 0.99), goals, strict=True):
        figure = round(_share(named.wall, share), 2)
        limit = float(goal.removeprefix("≤ ")) if goal else None
        ratio = f"{figure / limit:.2f} of the goal; " if limit else ""
        note = f"{ratio}{_share(named.cpu, share):.2f} ms of CPU; words, beginnings of models, two Chinese characters"
        record(f"search among {size:,} licences, p{share * 100:.0f}", figure, goal=goal, unit="ms", note=note)


def _share(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def _check(folder: Path, index: SearchIndex, kinds: Sequence[Kind], arguments: argparse.Namespace) -> None:
    """Compare totals, facets and the first 20 licences with what looking at every licence finds.

    What is looked at is in a file, so that it may be larger than memory.

    Raises:
        SystemExit: an answer is wrong.
    """
    right = 0
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix=".truth-") as spill,
        duckdb.connect(f"{spill}/truth.duckdb") as connection,
    ):
        connection.execute(f"SET threads = {arguments.threads}; SET memory_limit = '{arguments.memory}'")
        connection.execute("SET preserve_insertion_order = false")
        truth = Truth.load(connection, folder, index)
        for kind in kinds:
            if kind.name not in {"no text", "a word and a typing error"}:
                right += sum(_is_right(kind, query, index, truth) for query in kind.queries[: arguments.checked])
    note = f"peak of the process {peak_memory_gib():.2f} GiB"
    record(f"answers equal to a full scan, {index.searcher.num_docs:,} licences", right, note=note)


def _is_right(kind: Kind, query: Query, index: SearchIndex, truth: Truth) -> bool:
    """Whether an answer was compared and found right; it is not compared where other words than those typed are met.

    Raises:
        SystemExit: it is wrong.
    """
    results = index.search(query)
    if results.corrected or results.relaxed:
        return False
    found, expected = Answer.of(results), truth.answer(query)
    if found != expected:
        raise SystemExit(f"{kind.name}: {query} found {found}, but a full scan finds {expected}")
    return True


def _peers(folder: Path, kinds: Sequence[Kind], ours: dict[str, Times]) -> None:
    with duckdb.connect() as connection:
        for name in ("licences", "models", "statuses"):
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
        begun = time.process_time()
        sqlite = Sqlite.build(folder / "peer.sqlite", connection)
    size = (folder / "peer.sqlite").stat().st_size / 2**20
    print(f"  SQLite FTS5, same prepared text: built in {time.process_time() - begun:.0f} s of CPU, {size:,.0f} MiB")
    together, ours_together = Times(), Times()
    for kind in kinds:
        if kind.name in NAMED:
            times = Times()
            for query in kind.queries[:_ASKED_OF_PEERS]:
                times.take(lambda query=query: sqlite.ask(query.text, query.on or date.min))
            _print_row(f"SQLite: {kind.name}", times, hits="")
            together.add(times)
            ours_together.add(ours[kind.name])
    for share in (0.5, 0.99):
        theirs, mine = _share(together.cpu, share), _share(ours_together.cpu, share)
        note = f"{theirs / mine:.0f} times ours, by CPU"
        name = f"SQLite FTS5 in the same run, {_count_of(folder):,} licences, p{share * 100:.0f}"
        record(name, round(_share(together.wall, share), 1), unit="ms", note=note)
    print(f"  PostgreSQL is not measured: {why_no_postgres() or 'no server is started by this benchmark'}")


def _count_of(folder: Path) -> int:
    ((count,),) = duckdb.execute(f"SELECT count(*) FROM read_parquet('{folder / 'licences'}.parquet')").fetchall()
    return int(count)


if __name__ == "__main__":
    main()
