"""Both engines for tests: one Spark session for all of them, and DuckDB that refuses what Spark would not know."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tenring.model.duck import duck_engine
from tenring.model.sql import BatchFunction, Engine, Step

#: Opens a fresh engine by its name.
Engines = Callable[[str], AbstractContextManager[Engine]]

#: A test with the argument `engine_name` runs on both: all on DuckDB first, then on Spark.
NAMES = ("duckdb", "spark")


class Worlds:
    """What tests ask about worlds (a register, rules, what people decided), and the answers of each engine.

    On DuckDB every question is answered by itself. A run on Spark has a price of its own, so that there all questions
    about a world, those that were asked on DuckDB before, are answered by one run, and must be answered the same.
    """

    def __init__(self) -> None:
        self._asked: dict[str, dict[str, tuple[Any, Any]]] = {}
        self._answered: dict[str, dict[str, Any]] = {}

    def answer(self, engine_name: str, world: object, question: Any, run: Callable[[list[Any]], list[Any]]) -> Any:
        """The answer to a question about a world; `run` answers several."""
        asked, key = self._asked.setdefault(repr(world), {}), repr(question)
        if engine_name == "duckdb":
            (answer,) = run([question])
            asked[key] = (question, answer)
            return answer
        answered = self._answered.setdefault(repr(world), {})
        if key not in answered:
            questions = {other: one for other, (one, _) in asked.items()} | {key: question}
            answered.update(zip(questions, run(list(questions.values())), strict=True))
            for other, (_, expected) in asked.items():
                assert answered[other] == expected, f"Spark's answer to {other} is not DuckDB's"
        return answered[key]


#: Small and quick to plan: tests have few rows and many queries.
CONF = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.default.parallelism": "1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC -Xmn500m",
    "spark.buffer.pageSize": "256k",
    "spark.shuffle.sort.initialBufferSize": "512",
}


def spark_session(folder: Path) -> Iterator[Any]:
    """A local session, or a skip where there is no Java or no pyspark."""
    for module in ("pyspark", "sqlglot"):
        pytest.importorskip(module, reason=f"Spark's tests need {module}: pip install 'tenring[spark]'")
    if not shutil.which("java"):
        pytest.skip("Spark's tests need Java 17 or 21 on the PATH")
    from tenring.screening.engines.spark import SparkPlace, started  # noqa: PLC0415 - pyspark may be missing

    session = started(SparkPlace("local[1]", folder, memory="1GiB", conf=CONF))
    session.sparkContext.addPyFile(str(Path(__file__).with_name("worker_functions.py")))
    yield session
    session.stop()


@contextmanager
def checked_duck_engine(**limits: Any) -> Iterator[Engine]:
    """DuckDB, but every query is first translated for Spark, which refuses what it does not know."""
    with duck_engine(**limits) as engine:
        yield Checked(engine)


class Checked:
    """An engine that only runs what can be translated; `seen` counts the queries."""

    name = "duckdb"
    seen = 0

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def _checked(self, query: str) -> str:
        from tenring.screening.engines.dialect import spark_sql  # noqa: PLC0415 - sqlglot may be missing

        assert spark_sql(query)
        Checked.seen += 1
        return query

    def run(self, steps: Iterable[Step]) -> None:
        self.engine.run([Step(step.name, self._checked(step.sql)) for step in steps])

    def add(self, name: str, table: pa.Table) -> None:
        self.engine.add(name, table)

    def view(self, name: str, path: Path | str) -> None:
        self.engine.view(name, path)

    def apply(self, name: str, query: str, function: BatchFunction, schema: pa.Schema) -> None:
        self.engine.apply(name, self._checked(query), function, schema)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.engine.rows(self._checked(query))

    def arrow(self, query: str) -> pa.Table:
        return self.engine.arrow(self._checked(query))

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        return self.engine.batches(self._checked(query))

    def write(self, query: str, path: Path | str) -> None:
        self.engine.write(self._checked(query), path)

    def drop(self, *names: str) -> None:
        self.engine.drop(*names)

    def rest(self) -> None:
        self.engine.rest()
