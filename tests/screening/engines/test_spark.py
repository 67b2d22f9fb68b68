"""The same steps give the same rows on Spark as on DuckDB; what goes wrong is said, and leaves nothing behind."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engines import Engines
from matching.test_v1 import TABLES
from screening.memory.makers import decision
from tenring.exceptions import EngineError, UnusableInputError
from tenring.matching import v1
from tenring.model.sql import Step, table_of
from tenring.register.build import build
from tenring.register.snapshot import VIEWS
from tenring.screening.engines import open_engine
from tenring.screening.memory import Decided, Decisions
from tenring.screening.run import Request, screen
from tenring.settings import Settings, from_environment
from worker_functions import broken, doubled, dying

SAMPLES = Path(__file__).resolve().parents[3] / "catalog" / "samples"
#: Every file with answers, and a total order of its rows.
ANSWERS = ("classified", "obliged", "matches", "lines", "obligations", "alternatives")

VALUES = pa.table(
    {
        "text": [
            "RF-28 T/5\nx",
            "Σίσυφος ΟΔΟΣ",
            "İstanbul ſK 𠮷",
            "复印纸 A4 80g",
            "",
            None,
            "certificate No. KEC-12345",
        ],
        "number": [0.285, -2.5, 0.125, 28.5, 1e-9, None, 1234.565],
        "whole": pa.array([0, 7, -7, 3, 2, None, 10], pa.int64()),
        "words": [["b", "a"], ["a", None], [], None, ["c"], ["a"], ["b", "b", "d"]],
        "day": [date(1, 1, 1), date(9999, 12, 31), None, date(2024, 2, 29), date(2024, 3, 1), date(1582, 10, 10), None],
    }
)

#: One value each, of the columns above, wherever engines are known to differ.
EXPRESSIONS = [
    "regexp_matches(text, '[0-9]$')",
    "regexp_matches(text, 'T.5')",
    "regexp_full_match(text, '[^a]*x')",
    "regexp_extract(text, '(?i)(?:certificate|证书)[^0-9a-z]{0,8}([0-9a-z][0-9a-z-]{4,})', 1)",
    "regexp_extract(text, '(?i)[a-z]+')",
    "regexp_extract_all(text, '[0-9a-z]+|[一-鿿]+')",
    r"regexp_replace(text, '([0-9]+)', '<\1>', 'g')",
    "lower(text)",
    "length(text)",
    "left(text, 3)",
    "substr(text, whole, 2)",
    "substr(text, 2)",
    "string_split(text, ' ')",
    "string_split(text, ' ')[1]",
    "string_split(text, '.')[2]",
    "translate(text, 'RF/', 'rf')",
    "trim(text)",
    "lpad(text, 4, '0')",
    "contains(text, '')",
    "concat_ws('-', text, NULL, 'x')",
    "text || 'x'",
    "starts_with(text, 'RF') AND ends_with(text, 'x')",
    "round(number, 2)",
    "round(number)",
    "printf('%.2f', number)",
    "number / 3",
    "whole // 2",
    "greatest(whole, 1)",
    "least(number, 1.0)",
    "len(words)",
    "words[1]",
    "words[5]",
    "words[whole + 1]",
    "words[2:9]",
    "words[1:1]",
    "array_to_string(words, ', ')",
    "list_contains(words, 'd')",
    "list_has_any(words, ['a', 'z'])",
    "list_position(['a', 'b'], text)",
    "day::VARCHAR",
    "date_diff('day', day, DATE '2024-03-01')",
    "whole IS NOT DISTINCT FROM NULL",
    "CAST(whole AS DOUBLE)",
    "coalesce(words, [])",
]

QUERIES = {
    "an order puts what is missing last, up and down": (
        "SELECT whole, row_number() OVER (ORDER BY whole DESC, text) AS place FROM t ORDER BY whole, text"
    ),
    "first and list follow their own order": (
        "SELECT first(text ORDER BY whole DESC, text) AS a, list(whole ORDER BY number DESC) AS b, "
        "list(text ORDER BY text) FILTER (whole > 100) AS c, string_agg(text, '|' ORDER BY number, text) AS d FROM t"
    ),
    "a range that is empty gives no row": (
        "SELECT whole, unnest(range(1, whole)) AS place FROM t ORDER BY whole, place"
    ),
    "QUALIFY sees columns before aliases": (
        "SELECT greatest(whole, 0) AS whole, text FROM t QUALIFY row_number() OVER (ORDER BY whole, text) <= 2 "
        "ORDER BY text".replace(" ORDER BY text", "")
    ),
    "counts and sums leave out what is missing": (
        "SELECT count(*) AS a, count(whole) AS b, sum(whole) FILTER (whole > 0) AS c, max(day) AS d, "
        "any_value(whole) IS NULL AS e, bool_or(whole > 5) AS f FROM t"
    ),
    "a window may have a name": (
        "SELECT text, max(whole) OVER odd AS most FROM t WINDOW odd AS (PARTITION BY len(words) ORDER BY whole, text) "
        "QUALIFY row_number() OVER odd = 1"
    ),
    "REPLACE and EXCLUDE keep the other columns": (
        "SELECT text, number, whole, day FROM ("
        "SELECT t.* EXCLUDE (words) REPLACE (whole + 1 AS whole, text || '!' AS text) FROM t) ORDER BY whole, text"
    ),
    "semi and anti joins keep rows once": (
        "SELECT text FROM t SEMI JOIN t AS u USING (text) UNION ALL SELECT text FROM t ANTI JOIN t AS u USING (whole)"
    ),
}


def both(engines: Engines, query: str, **tables: pa.Table) -> tuple[list[Any], list[Any]]:
    answers = []
    for name in ("duckdb", "spark"):
        with engines(name) as engine:
            for table, rows in tables.items():
                engine.add(table, rows)
            answers.append(engine.rows(query))
    return answers[0], answers[1]


def test_every_expression_has_the_same_value(engines: Engines) -> None:
    columns = ", ".join(f"{expression} AS c{place}" for place, expression in enumerate(EXPRESSIONS))
    expected, found = both(engines, f"SELECT whole AS key, text AS key2, {columns} FROM t ORDER BY key, key2", t=VALUES)
    assert len(found) == VALUES.num_rows
    for wanted, got in zip(expected, found, strict=True):
        different = [
            (expression, a, b) for expression, a, b in zip(EXPRESSIONS, wanted[2:], got[2:], strict=True) if a != b
        ]
        assert different == []


@pytest.mark.parametrize("name", QUERIES)
def test_queries_have_the_same_rows(engines: Engines, name: str) -> None:
    expected, found = both(engines, QUERIES[name], t=VALUES)
    order = (
        (lambda rows: rows)
        if "ORDER BY" in QUERIES[name].rpartition(")")[2]
        else (lambda rows: sorted(map(repr, rows)))
    )
    assert order(found) == order(expected)


def test_letters_become_small_one_by_one_in_every_script(engines: Engines) -> None:
    letters = [chr(code) for code in range(1, 0x1E944) if not 0xD800 <= code <= 0xDFFF and chr(code).isalpha()]
    table = table_of([("place", pa.int64()), ("letter", pa.string())], enumerate(letters))
    expected, found = both(engines, "SELECT place, letter, lower(letter) FROM t ORDER BY place", t=table)
    different = [(a[1], a[2], b[2]) for a, b in zip(expected, found, strict=True) if a != b]
    assert different == []


def test_a_division_by_zero_is_an_error_on_both(engines: Engines) -> None:
    with engines("duckdb") as engine, pytest.raises(duckdb.Error, match=r"(?i)zero"):
        engine.rows("SELECT 1 // (1 - 1) AS x")
    with engines("spark") as engine, pytest.raises(EngineError, match=r"(?i)zero"):
        engine.rows("SELECT 1 // (1 - 1) AS x")


# whole steps


def matched(engines: Engines, name: str, tables: dict[str, pa.Table]) -> list[Any]:
    with engines(name) as engine:
        for table, rows in tables.items():
            engine.add(table, rows)
        v1.match(engine)
        return engine.rows("SELECT * FROM matched ORDER BY item_id, score DESC, entry_id")


LINES = [
    {"text": "惠普（HP）EliteDesk800 G4台式机"}, {"text": "ＨＰ　ＥｌｉｔｅＤｅｓｋ　８００　Ｇ４"},
    {"text": "HP EliteDesk 800 G4-X"}, {"text": "HP EliteDesk 800 G4 Mini"}, {"text": "Dell EliteDesk 800 G4"},
    {"text": "Docking station compatible with HP EliteDesk 800 G4"}, {"text": "惠普 EliteDesk 800 G4 维修服务"},
    {"text": "Toronto TL-GU10-7W(2700K)X36"}, {"text": "Toronto TL-GU10-7W(2700K)"}, {"text": "Acme 2020 chair"},
    {"text": "Absocold ARD1033F-AB-14RL"}, {"text": "Absocold ARD1034FW14R"},
    {"text": "HP EliteDesk 800 G4", "category": "refrigerators"}, {"text": "refrigerator", "certificate": "cec 77x"},
    {"text": "refrigerator", "gtin": "012345678905"}, {"text": "Behr premium interior matte green paint"},
    {"text": "premium interior matte green paint"}, {"text": "台式机", "brand": "惠普/HP", "model": "EliteDesk 800 G4"},
    {"text": "EliteDesk 800 G4, like HP", "brand": "Dell"}, {"text": None}, {"text": ""}, {"text": "İ ſ K 𠮷 \x0b"},
]  # fmt: skip


def test_the_matcher_finds_the_same_pairs_with_the_same_features(engines: Engines) -> None:
    names = ("entry", "entry_number", "entry_gtin", "entry_model", "brand_alias", "related")
    with duckdb.connect() as register:
        register.execute(TABLES)
        tables = {name: register.sql(f"FROM {name}").to_arrow_table() for name in names}
    columns = [("item_id", pa.int64())]
    columns += [(name, pa.string()) for name in ("text", "brand", "model", "certificate", "gtin", "category")]
    rows = [[number, *(line.get(name) for name, _ in columns[1:])] for number, line in enumerate(LINES)]
    tables["line"] = table_of(columns, rows)
    expected = matched(engines, "duckdb", tables)
    assert len(expected) > 15
    assert matched(engines, "spark", tables) == expected


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A snapshot of the samples, and decisions of people about some lines."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), memory="1GiB", threads=1)
    build(settings, source=SAMPLES / "registers", index=lambda _: None)
    Decisions.of(settings).record([decision(), decision(Decided.REJECTED, category="desks-and-tables", hours=1)])
    return settings


@pytest.fixture
def all_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table of a screening is written down and every query compiled, as for a nation's purchases."""
    monkeypatch.setattr("tenring.screening.engines.spark._LITTLE", 0)


def of(settings: Settings, **changes: Any) -> Settings:
    return Settings(**(vars(settings) | changes))


@pytest.mark.usefixtures("spark", "all_is_much")
def test_a_screening_of_the_samples_gives_the_same_rows_in_every_table(home: Settings, tmp_path: Path) -> None:
    for engine in ("duckdb", "spark"):
        request = Request(files=(SAMPLES / "purchases.xlsx",), on=date(2026, 7, 1), out=tmp_path / engine, economy="CN")
        screen(request, settings=of(home, engine=engine))
    for name in ANSWERS:
        expected, found = (pq.read_table(tmp_path / engine / f"{name}.parquet") for engine in ("duckdb", "spark"))
        assert found.schema.names == expected.schema.names
        assert found.schema.types == expected.schema.types
        assert found.num_rows > 0
        assert found.to_pylist() == expected.to_pylist(), name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["duckdb", "spark"]


# the engine


#: Spark itself would broadcast tables as small as those of tests.
NO_BROADCAST = {"spark.sql.autoBroadcastJoinThreshold": "-1"}
NUMBERS = pa.table({"n": pa.array(range(10), pa.int64())})


def test_functions_rows_batches_and_files_are_those_of_the_query(engines: Engines, tmp_path: Path) -> None:
    with engines("spark") as engine:
        engine.add("number", NUMBERS)
        engine.apply("doubled", "SELECT n FROM number", doubled, pa.schema([("n", pa.int64())]))
        assert engine.rows("SELECT sum(n) FROM doubled") == [(90,)]
        query = "SELECT n FROM doubled ORDER BY n DESC"
        assert engine.arrow(query).column("n").to_pylist() == list(range(18, -1, -2))
        assert [n for batch in engine.batches(query) for n in batch.column(0).to_pylist()] == list(range(18, -1, -2))
        engine.write(query, tmp_path / "n.parquet")
        engine.view("file", tmp_path / "n.parquet")
        assert engine.rows("SELECT count(*) FROM file") == [(10,)]
        engine.write("SELECT n FROM doubled WHERE n > 99", tmp_path / "none.parquet")
        assert pq.read_table(tmp_path / "none.parquet").schema.names == ["n"]


@pytest.mark.parametrize("little", [0, 2**20])
def test_a_table_made_again_replaces_the_old_one_and_what_reads_it_stays(
    engines: Engines, monkeypatch: pytest.MonkeyPatch, little: int
) -> None:
    monkeypatch.setattr("tenring.screening.engines.spark._LITTLE", little)
    with engines("spark") as engine:
        engine.add("number", NUMBERS)
        engine.run([Step("small", "SELECT n FROM number WHERE n < 3"), Step("kept", "SELECT n FROM small")])
        engine.run([Step("small", "SELECT n FROM number WHERE n < 5")])
        assert engine.rows("SELECT count(*) FROM small") == [(5,)]
        assert engine.rows("SELECT count(*) FROM kept") == [(3,)]
        engine.run([Step("kept", "SELECT a.n FROM kept a JOIN kept b USING (n)"), Step("kept", "SELECT n FROM kept")])
        engine.drop("small", "never there")
        assert engine.rows("SELECT count(*) FROM kept") == [(3,)]


@pytest.mark.usefixtures("spark", "all_is_much")
def test_tables_and_input_can_be_kept_at_an_address(tmp_path: Path) -> None:
    pq.write_table(NUMBERS, tmp_path / "n.parquet")
    place = tmp_path / "storage"
    settings = Settings(engine="spark", temporary=place.as_uri(), threads=1)
    with open_engine(settings, spill=tmp_path / "spill") as engine:
        engine.view("number", tmp_path / "n.parquet")
        engine.run(
            [Step("twice", "SELECT n FROM number"), Step("pair", "SELECT a.n FROM twice a JOIN twice b USING (n)")]
        )
        (tmp_path / "n.parquet").unlink()
        assert engine.rows("SELECT count(*) FROM pair") == [(10,)]
        assert len(list(place.rglob("*-twice/*.parquet"))) == 1
    assert list(place.iterdir()) == []


def test_keys_of_the_register_are_columns_of_its_tables() -> None:
    spark = pytest.importorskip("tenring.screening.engines.spark", reason="pyspark is not installed")
    assert set(spark.REGISTER_KEYS) == {*VIEWS, *v1.INDEX_TABLES}


@pytest.mark.usefixtures("spark", "all_is_much")
@pytest.mark.parametrize(
    ("way", "told"), [("auto", "parquet"), ("broadcast", "BroadcastHashJoin"), ("bucketed", "Bucketed: true")]
)
def test_the_register_is_joined_in_the_way_that_is_set(tmp_path: Path, way: str, told: str) -> None:
    codes = pa.table({"key": [f"k{n}" for n in range(100)], "products": pa.array(range(100), pa.int64())})
    pq.write_table(codes, tmp_path / "code_use.parquet")
    settings = Settings(engine="spark", threads=1, spark_register=way, spark_conf=NO_BROADCAST)
    with open_engine(settings, spill=tmp_path / "spill") as engine:
        engine.view("code_use", tmp_path / "code_use.parquet")
        engine.add("gram", pa.table({"gram": ["k7", "k8", "none"]}))
        query = "SELECT sum(c.products) FROM gram g JOIN code_use c ON c.key = g.gram"
        assert engine.rows(query) == [(15,)]
        session: Any = engine.session  # type: ignore[attr-defined]
        for name, value in NO_BROADCAST.items():
            session.conf.set(name, value)
        assert told in session.sql(query)._jdf.queryExecution().toString()  # noqa: SLF001 - what Spark means to do
    assert list((tmp_path / "spill").glob("tenring-*")) == []


# what goes wrong


def failing(engines: Engines, function: Callable[[pa.RecordBatch], pa.RecordBatch]) -> str:
    with engines("spark") as engine:
        engine.add("number", NUMBERS)
        with pytest.raises(EngineError) as failed:
            engine.apply("made", "SELECT n FROM number", function, pa.schema([("n", pa.int64())]))
    return str(failed.value)


def test_a_function_that_breaks_is_told_with_its_table_and_its_error(engines: Engines) -> None:
    told = failing(engines, broken)
    assert "made" in told
    assert "the function broke" in told


def test_a_worker_that_dies_is_told_and_the_next_screening_works(
    engines: Engines, home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "worker was lost" in failing(engines, dying)
    purchases = tmp_path / "p.csv"
    purchases.write_text("description,amount\ncopy paper,10\n", encoding="utf-8")
    request = Request(files=(purchases,), on=date(2026, 7, 1), out=tmp_path / "out", economy="CN")
    with monkeypatch.context() as patched:
        patched.setattr("tenring.screening.classify.worded", dying)
        with pytest.raises(EngineError, match="Nothing was published"):
            screen(request, settings=of(home, engine="spark"))
    assert not (tmp_path / "out").exists()
    assert screen(request, settings=of(home, engine="duckdb")).lines == 1


def test_a_file_that_cannot_be_written_leaves_none(engines: Engines, tmp_path: Path) -> None:
    with engines("spark") as engine:
        engine.add("number", NUMBERS)
        with pytest.raises(EngineError, match="cannot be written"):
            engine.write("SELECT n FROM number", tmp_path / "missing" / "n.parquet")
    assert list(tmp_path.rglob("*.parquet*")) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("java.io.IOException: No space left on device", "TENRING_TEMP"),
        ("java.lang.OutOfMemoryError: Java heap space", "TENRING_MEMORY"),
        ("Job aborted due to stage failure: ExecutorLostFailure (executor 1 exited)", "worker was lost"),
        ("Cannot call methods on a stopped SparkContext.", "ended"),
        ("something else\nat line 2", "something else"),
    ],
)
def test_a_failure_of_the_cluster_says_what_to_do(text: str, told: str) -> None:
    spark = pytest.importorskip("tenring.screening.engines.spark", reason="pyspark is not installed")
    with pytest.raises(EngineError, match=told), spark.explained("step"):
        raise ConnectionError(text)


def test_executors_that_do_not_share_the_temporary_place_are_told(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engines("spark") as engine:
        from tenring.screening.engines.spark import require_seen  # noqa: PLC0415 - pyspark may be missing

        require_seen(engine)
        monkeypatch.setattr(engine, "rows", lambda _: [(1, 0)])
        with pytest.raises(EngineError, match="TENRING_TEMP"):
            require_seen(engine)


@pytest.fixture
def nowhere() -> Iterator[str]:
    """A master at a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield f"spark://127.0.0.1:{free.getsockname()[1]}"


def test_a_master_that_is_not_there_is_told_at_once(nowhere: str, tmp_path: Path) -> None:
    spark = pytest.importorskip("tenring.screening.engines.spark", reason="pyspark is not installed")
    with pytest.raises(EngineError, match=r"no Spark master answers.*--spark-master"):
        spark.started(spark.SparkPlace(nowhere, tmp_path))


def test_spark_that_is_not_installed_is_told_with_how_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tenring.screening.engines.spark", None)
    with pytest.raises(EngineError, match=r"pip install"), open_engine(Settings(engine="spark"), spill=tmp_path / "s"):
        pass


@pytest.mark.parametrize(("text", "expected"), [("2GiB", "2g"), ("512MB", "512m"), ("3 GB", "3g")])
def test_memory_is_written_as_spark_reads_it(text: str, expected: str) -> None:
    spark = pytest.importorskip("tenring.screening.engines.spark", reason="pyspark is not installed")
    assert spark.spark_memory(text) == expected
    with pytest.raises(EngineError, match="TENRING_MEMORY"):
        spark.spark_memory("much")


def test_settings_of_spark_come_from_the_environment() -> None:
    settings = from_environment(
        {"TENRING_ENGINE": "spark", "TENRING_SPARK_MASTER": "local[4]", "TENRING_SPARK_CONF": "a.b=1; c=x=y;"}
    )
    assert (settings.engine, settings.spark_master) == ("spark", "local[4]")
    assert settings.spark_conf == {"a.b": "1", "c": "x=y"}
    for wrong in ({"TENRING_ENGINE": "flink"}, {"TENRING_SPARK_CONF": "nothing"}):
        with pytest.raises(UnusableInputError, match="cannot be read"):
            from_environment(wrong)
