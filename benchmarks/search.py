"""Search latency: p50 and p99 of each kind of question, beside a plain DuckDB scan of the same licences.

    python benchmarks/search.py --size 55000
    python benchmarks/search.py --size 1000000 --repeat 30

The licences are invented (brands, models, names in four languages, one to five status periods each) and the same in
every run. Each question returns the exact total, 20 explained hits and four facet tables.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from tenring.register.search import Query, SearchIndex, build_index

ON = date(2020, 6, 1)

#: What licences are made of: lists, separated by |.
BRANDS = (
    "Acorn|Borealis|Cygnus|Delphi|Everglow|Fjordtech|Granit|Helio|Ibex|Junco|Kestrel|Lumen|Meridian|Nimbus|Orchid|"
    "Piano|Quartz|Rowan|Sable|Tundra|Umbra|Vela|Willow|Xenon|Yarrow|Zephyr|"
    "晨光|青松|海韵|长风|永豐|富桜|あおば|みどり|한빛|푸른솔"
)
SERIES = "Aero|Basalt|Comet|Dune|Ember|Flint|Glade|Harbor|Indigo|Jade|Karst|Lagoon|Mesa|Nova|Opal|Prism|Ridge|Slate"
QUALITIES = "quiet|low energy|recycled|compact|professional|outdoor|slim|high volume|wireless|modular"
NOUNS = {
    "en": "desktop computer|copy paper|refrigerator|display|heat pump|air conditioner|printer|office chair|"
    "wall paint|LED lamp",
    "zh": "台式计算机|再生复印纸|变频电冰箱|液晶显示器|空气源热泵|房间空调器|激光打印机|办公家具|内墙涂料|照明光源",
    "ja": "デスクトップ|コピー用紙|電気冷蔵庫|ディスプレイ|ヒートポンプ|エアコン|プリンタ|オフィス家具|塗料|照明器具",
    "ko": "데스크톱|복사용지|전기냉장고|모니터|히트펌프|에어컨|프린터|사무용가구|페인트|조명기구",
}
PROGRAMMES = {
    "en": ("blue-label", "US"),
    "zh": ("green-ring", "CN"),
    "ja": ("leaf-mark", "JP"),
    "ko": ("eco-tree", "KR"),
}
CATEGORIES = {f"c{number}": [names.split("|")[number] for names in NOUNS.values()] for number in range(10)}


@dataclass(frozen=True)
class Kind:
    """A kind of question: its name, and the questions of that kind."""

    name: str
    queries: tuple[Query, ...]


def main() -> None:
    """Build, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=55_000, help="licences")
    parser.add_argument("--repeat", type=int, default=20, help="times each question is asked")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    machine = f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, {arguments.size:,} licences")
    with tempfile.TemporaryDirectory() as folder:
        _run(Path(folder), arguments)


def _run(folder: Path, arguments: argparse.Namespace) -> None:
    with duckdb.connect() as connection:
        _write_tables(connection, folder, arguments.size)
    _print_build(folder)
    index = _timed_opening(folder)
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        _load_for_scan(connection, folder)
        kinds = list(_kinds(connection, random.Random(arguments.seed)))  # noqa: S311 - picks questions, guards nothing
        scan = _scan_time(connection)
    print(f"plain DuckDB scan (contains), one thread, same totals and facets: {scan:.1f} ms a question")
    print(f"{'question':34}{'p50 ms':>9}{'p99 ms':>9}{'hits':>12}{'scan / p50':>12}")
    every: list[float] = []
    for kind in kinds:
        times = _latencies(index, kind, arguments.repeat)
        every += times
        _print_row(
            kind.name, times, hits=int(_median([index.search(query).total for query in kind.queries])), scan=scan
        )
    _print_row("all", every, hits=0, scan=scan)


def _write_tables(connection: duckdb.DuckDBPyConnection, folder: Path, size: int) -> None:
    """The tables of a snapshot; everything about a licence follows from the hash of its number."""
    lists = {"brands": BRANDS, "series": SERIES, "qualities": QUALITIES}
    for name, values in lists.items():
        connection.execute(f"CREATE TABLE {name} AS SELECT unnest(?) AS text", [values.split("|")])
    languages = list(NOUNS)
    connection.execute(
        f"""
        CREATE TABLE seeds AS
        SELECT n, hash(n) AS h, list_extract({languages}, 1 + (hash(n + 1e9::BIGINT) % 4)::INTEGER) AS language
        FROM range({size}) AS numbers(n)
        """
    )
    connection.execute("CREATE TABLE nouns (language VARCHAR, place BIGINT, text VARCHAR)")
    rows = [(language, place, text) for language, names in NOUNS.items() for place, text in enumerate(names.split("|"))]
    connection.executemany("INSERT INTO nouns VALUES (?, ?, ?)", rows)
    connection.execute("CREATE TABLE programmes (language VARCHAR, programme VARCHAR, economy VARCHAR)")
    programmes = [(language, *values) for language, values in PROGRAMMES.items()]
    connection.executemany("INSERT INTO programmes VALUES (?, ?, ?)", programmes)
    for name, select in (("licences", _LICENCES), ("models", _MODELS), ("gtins", _GTINS), ("statuses", _STATUSES)):
        connection.execute(f"CREATE TABLE {name} AS {select}")
        connection.execute(f"COPY {name} TO '{folder / name}.parquet' (FORMAT parquet)")


#: A text from a list by another slice of the hash.
_PICK = "(SELECT list(text) FROM {name})[1 + ((h >> {shift}) % (SELECT count(*) FROM {name}))::INTEGER]"

#: One row = one licence.
_LICENCES = f"""
    SELECT
        'r:' || n AS licence_id, 'r-' || language AS register, programme, economy,
        upper(language) || '-' || (2005 + h % 20) || '-' || lpad(n::VARCHAR, 8, '0') AS number,
        {_PICK.format(name="brands", shift=8)} || ' Works' AS holder,
        {_PICK.format(name="brands", shift=8)} AS brand,
        {_PICK.format(name="qualities", shift=16)} || ' ' || nouns.text AS name,
        'c' || (h >> 24) % 10 AS category,
        DATE '2010-01-01' + (h >> 5 & 4095)::INTEGER AS valid_from,
        NULL::DATE AS valid_until,
        DATE '2026-06-01' AS last_read
    FROM seeds
    JOIN programmes USING (language)
    JOIN nouns ON nouns.language = seeds.language AND nouns.place = (h >> 24) % 10
"""

#: One row = one model of a licence; one in twenty has a wildcard.
_MODELS = f"""
    SELECT
        'r:' || n AS licence_id,
        {_PICK.format(name="series", shift=32)} || ' '
            || chr((65 + h % 26)::INTEGER) || chr((65 + (h >> 6) % 26)::INTEGER) || ((h >> 40) % 100000)
            || CASE WHEN h % 20 = 0 THEN '**/A' WHEN variant = 2 THEN '-SX' ELSE '' END AS model,
        'model' AS kind
    FROM seeds, range(1, 3) AS variants(variant)
    WHERE variant = 1 OR h % 3 = 0
"""

#: One row = one GTIN; every fourth licence has one.
_GTINS = (
    "SELECT 'r:' || n AS licence_id, lpad((n * 7 + 4000000000000)::VARCHAR, 14, '0') AS gtin FROM seeds WHERE h % 4 = 0"
)

#: One row = one period: not begun, active, expired; one licence in fifty was suspended for some months in between.
_STATUSES = """
    WITH days AS (
        SELECT 'r:' || n AS licence_id, h % 50 = 0 AS paused,
               DATE '2010-01-01' + (h >> 5 & 4095)::INTEGER AS start,
               DATE '2010-01-01' + (h >> 5 & 4095)::INTEGER + 700 + (h >> 18 & 2047)::INTEGER AS stop
        FROM seeds
    ),
    periods AS (
        SELECT licence_id, 'not_begun' AS status, NULL::DATE AS from_date, start AS until_date FROM days
        UNION ALL SELECT licence_id, 'active', start, CASE WHEN paused THEN start + 200 ELSE stop END FROM days
        UNION ALL SELECT licence_id, 'suspended', start + 200, start + 400 FROM days WHERE paused
        UNION ALL SELECT licence_id, 'active', start + 400, stop FROM days WHERE paused
        UNION ALL SELECT licence_id, 'expired', stop, NULL FROM days
    )
    SELECT *, NULL::VARCHAR AS reason, DATE '2026-06-01' AS recorded_on FROM periods
"""


def _print_build(folder: Path) -> None:
    begun = time.perf_counter()
    build_index(folder, categories=CATEGORIES)
    size = sum(file.stat().st_size for file in (folder / "search").iterdir()) / 2**20
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"index built in {time.perf_counter() - begun:.1f} s, {size:.0f} MiB, at most {memory:.2f} GiB of memory")


def _timed_opening(folder: Path) -> SearchIndex:
    begun = time.perf_counter()
    index = SearchIndex.open(folder)
    index.search(Query("复印纸"))
    print(f"opened and first question answered in {(time.perf_counter() - begun) * 1e3:.1f} ms")
    return index


def _load_for_scan(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for name in ("licences", "models", "gtins"):
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
    connection.execute(
        """
        CREATE TABLE scanned AS
        WITH texts AS (SELECT licence_id, string_agg(model, ' ') AS models FROM models GROUP BY licence_id)
        SELECT
            licence_id, category, programme, economy,
            lower(concat_ws(' ', number, brand, name, holder, models)) AS text
        FROM licences
        JOIN texts USING (licence_id)
        """
    )


def _kinds(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> Iterator[Kind]:
    """Questions made from licences that are there, 30 of each kind."""
    sample = connection.execute(
        "SELECT number, brand, name, model FROM licences JOIN models USING (licence_id) USING SAMPLE 400 (reservoir, 7)"
    ).fetchall()
    chance.shuffle(sample)
    plain = [row for row in sample if "*" not in row[3]][:30]
    stars = [row for row in sample if "*" in row[3]][:30]
    latin = [row for row in plain if row[1].isascii() and row[2].isascii()]
    gtins = connection.execute("SELECT gtin FROM gtins ORDER BY hash(gtin) LIMIT 30").fetchall()
    words = [f"{quality} {noun}" for quality in QUALITIES.split("|") for noun in NOUNS["en"].split("|")[:3]]
    characters = [
        "复印",
        "打印",
        "空调",
        "家具",
        "涂料",
        "光源",
        "热泵",
        "電気",
        "冷蔵",
        "家具",
        "복사",
        "모니",
        "냉장",
        "晨光",
        "青松",
        "永丰",
    ]
    runs = [
        "台式计算机",
        "再生复印纸",
        "房间空调器",
        "激光打印",
        "空气源热泵",
        "コピー用紙",
        "ディスプレイ",
        "전기냉장고",
        "복사용지",
    ]
    asked: dict[str, list[str]] = {
        "licence number in full": [row[0] for row in plain],
        "GTIN": [row[0] for row in gtins],
        "model in full": [row[3] for row in plain],
        "model without space": [row[3].replace(" ", "") for row in plain],
        "brand and model": [f"{row[1]} {row[3]}" for row in plain],
        "model, beginning (5 characters)": [row[3].split()[1][:5] for row in plain],
        "model, beginning (3 characters)": [row[3].split()[1][:3] + "*" for row in plain],
        "model under a register's wildcard": [row[3].replace("**", "X7") for row in stars],
        "words, all of them": words,
        "brand and words": [f"{row[1]} {row[2]}" for row in latin],
        "one frequent word": QUALITIES.split("|"),
        "two characters": characters,
        "three characters and more": runs,
        "category in another language": ["复印纸", "コピー用紙", "office chair", "塗料", "히트펌프"],
        "brand and category, one script": ["晨光打印机", "青松复印纸", "海韵显示器"],
        "typing error": [row[1][:-2] + row[1][-1] + row[1][-2] for row in latin],
        "most words": [f"{row[1]} {row[2]} unheardof" for row in latin],
        "no text": [""],
    }
    for name, texts in asked.items():
        yield Kind(name, tuple(Query(text) for text in texts))
        if name in {"model in full", "words, all of them", "two characters", "category in another language", "no text"}:
            yield Kind(f"{name}, on a day", tuple(Query(text, on=ON) for text in texts))
    yield Kind(
        "words, three filters, on a day", tuple(Query(text, on=ON, economy="US", category="c1") for text in words)
    )


def _scan_time(connection: duckdb.DuckDBPyConnection) -> float:
    """Median milliseconds of a scan that answers with total, 20 hits and three facets."""

    def ask(text: str) -> None:
        connection.execute("CREATE OR REPLACE TEMP TABLE hits AS SELECT * FROM scanned WHERE contains(text, ?)", [text])
        for facet in ("category", "programme", "economy"):
            connection.execute(f"SELECT {facet}, count(*) FROM hits GROUP BY ALL").fetchall()
        connection.execute("SELECT * FROM hits LIMIT 20").fetchall()

    return _median(
        [_milliseconds(lambda text=text: ask(text)) for text in ("复印", "ab123", "recycled copy", "복사용지") * 3]
    )


def _latencies(index: SearchIndex, kind: Kind, repeat: int) -> list[float]:
    for query in kind.queries:
        index.search(query)
    return [_milliseconds(lambda query=query: index.search(query)) for _ in range(repeat) for query in kind.queries]


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _print_row(name: str, times: list[float], *, hits: int, scan: float) -> None:
    ordered = sorted(times)
    half, most = ordered[len(ordered) // 2], ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
    print(f"{name:34}{half:9.2f}{most:9.2f}{hits:12,}{scan / half:12.0f}")


if __name__ == "__main__":
    main()
