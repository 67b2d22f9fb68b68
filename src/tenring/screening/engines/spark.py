"""Steps on Spark, local or on a cluster: for purchases that one machine cannot hold. Only this module knows pyspark.

A step's query becomes a view. A table that several queries read is made once, so that plans stay small and a lost
executor costs only its own work: a large one as Parquet in the temporary place, one that is made of little as rows in
the plan itself. One that is read once is computed where it is read. Results come to this machine as Arrow, batch by
batch, in order.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.errors import AnalysisException, ParseException, PySparkException, PythonException
from pyspark.sql import DataFrame, SparkSession

from tenring import __version__
from tenring.exceptions import EngineError
from tenring.language import N, T
from tenring.model.sql import BatchFunction, Step
from tenring.model.storage import is_address, origin_of
from tenring.screening.engines.dialect import spark_sql, tables_of

_LOG = logging.getLogger(__name__)

#: What makes Spark answer as DuckDB does, and work well with many small tables.
_SESSION = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    "spark.sql.sources.default": "parquet",
}
#: What every join, sort and sum of every task takes at once: Spark's own choice, up to 64 MB, keeps Java busy with it.
_PAGE = "2m"
#: Seconds to wait for a master to answer, and for the first executor to do a small piece of work.
_CONNECT_SECONDS, _FIRST_WORK_SECONDS = 5, 120
#: Pieces of work for each thread.
_PIECES = 2
#: Bytes of all that a query reads (files as they are stored) up to which its rows are fetched instead of written: steps
#: make a table ten times as large as what they read at most, and that is still little for this machine.
_LITTLE = 512 * 1024
#: Tables of the register by the key that lines meet them by.
REGISTER_KEYS = {
    **dict.fromkeys(("product_number", "product_gtin", "product_code", "code_use", "common_code"), "key"),
    **dict.fromkeys(("product", "product_text"), "product"),
    **dict.fromkeys(("product_token", "token_weight", "token_product"), "token"),
    **dict.fromkeys(("licences", "models", "gtins", "statuses", "properties"), "licence_id"),
    **dict.fromkeys(("wildcard", "product_wildcard"), "pattern_id"),
    "brand_spelling": "key",
    "code_opening": "opening",
}
#: Compiling a query for its rows pays only when they are many.
_INTERPRETED = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
#: A cluster of processes on this machine, for trying out: its memory is each executor's.
_LOCAL_CLUSTER = re.compile(r"local-cluster\[ *\d+ *, *\d+ *, *(?P<memory>\d+) *\]")
_SIZE = re.compile(r"(\d+)\s*([KMGT])i?B?", re.IGNORECASE)
_MASTER = re.compile(r"(?P<host>[^:/,]+):(?P<port>\d+)(?=,|$)")


@dataclass(frozen=True)
class SparkPlace:
    """Where Spark runs and what it may use.

    Tables are kept in `folder`, which executors must see, or at an `address` of a storage that they see.
    """

    master: str
    folder: Path
    address: str | None = None
    memory: str | None = None
    threads: int = 1
    conf: Mapping[str, str] = field(default_factory=dict)
    register: str = "auto"
    """One of `tenring.settings.REGISTER_WAYS`."""


@dataclass
class _Held:
    """A table: its query, the bytes that this reads, and what became of it.

    `made`: it is rows or files by now, of so many bytes; `folder`: files that we have written, if it is those; `reads`:
    such folders that its query still reads.
    """

    frame: DataFrame
    size: int
    made: bool = False
    folder: str | None = None
    reads: frozenset[str] = frozenset()
    uses: int = 0


class SparkEngine:
    """An engine over a Spark session of its own. See tenring.model.sql.Engine.

    Tables are kept at the address `temporary`; with `copies`, local files that are viewed go there too.
    """

    name = "spark"

    def __init__(self, session: SparkSession, *, temporary: str, copies: bool = False, register: str = "auto") -> None:
        self.session, self.temporary, self.copies, self.register = session, temporary, copies, register
        self._held: dict[str, _Held] = {}
        self._tables: list[str] = []
        self._written = 0

    def run(self, steps: Iterable[Step]) -> None:
        """Make the table of each step in turn: written now when a later one reads it twice, else where it is read."""
        steps = list(steps)
        for place, step in enumerate(steps):
            to_come = Counter(name for later in steps[place + 1 :] for name in tables_of(later.sql))
            with explained(step.name):
                self._hold_query(step.name, self._frame(step.sql), step.sql)
                if to_come[step.name.lower()] > 1:
                    self._make(step.name)

    def add(self, name: str, table: pa.Table) -> None:
        """Make the table `name` from a small Arrow table."""
        with explained(name):
            self._hold(name, _Held(self.session.createDataFrame(table), table.nbytes, made=True))

    def view(self, name: str, path: Path | str) -> None:
        """Let `name` stand for the rows of a Parquet file or folder; executors elsewhere get a copy of a local one."""
        with explained(name):
            address = self._address(path)
            frame, size = self.session.read.parquet(address), self._bytes(address)
            if name in REGISTER_KEYS and self.register == "broadcast":
                frame = frame.hint("broadcast")
            if name in REGISTER_KEYS and self.register == "bucketed" and size > _LITTLE:
                frame = self._bucketed(name, frame)
            self._hold(name, _Held(frame, size, made=True))

    def apply(self, name: str, query: str, function: BatchFunction, schema: pa.Schema) -> None:
        """Make the table `name` by calling `function`, which workers import by name, on the rows of `query`."""
        with explained(name):
            frame, pieces = self._frame(query), self.session.sparkContext.defaultParallelism * _PIECES
            if pieces > _PIECES and self._size(query) > _LITTLE // _PIECES:
                frame = frame.repartition(pieces)
            empty = self.session.createDataFrame(schema.empty_table())
            self._hold_query(name, frame.mapInArrow(_Mapped(function), empty.schema), query)
            self._make(name)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The few rows of a query."""
        with explained(query), self._tuned(self._size(query)):
            return [tuple(row) for row in self._frame(query).collect()]

    def arrow(self, query: str) -> pa.Table:
        """The rows of a query that fit into memory."""
        with explained(query), self._tuned(self._size(query)):
            return self._frame(query).toArrow()

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query in its order; one part after the other is fetched."""
        with explained(query):
            yield from _fetched(self._frame(query))

    def write(self, query: str, path: Path | str) -> None:
        """Write the rows of a query, in its order, to one Parquet file on this machine: whole or not at all."""
        target = Path(path)
        hidden = target.with_name(f".{target.name}.part")
        try:
            size = self._size(query)
            with explained(query), self._tuned(size):
                frame = self._frame(query)
                first = (frame if size <= _LITTLE else frame.limit(0)).toArrow()
                with pq.ParquetWriter(hidden, first.schema, compression="zstd") as writer:
                    writer.write_table(first)
                    for batch in _fetched(frame) if size > _LITTLE else ():
                        writer.write_batch(batch.cast(first.schema))
            hidden.replace(target)
        except OSError as error:
            raise EngineError(
                T("{path} cannot be written ({reason}). Free some space and run it again", path=target, reason=error)
            ) from error
        finally:
            hidden.unlink(missing_ok=True)

    def rest(self) -> None:
        """Nothing: Spark's workers are its own."""

    def drop(self, *names: str) -> None:
        """Forget tables that no later step reads, and delete what they hold unless a view still reads it."""
        for name in names:
            held = self._held.pop(name.lower(), None)
            if held is not None:
                self.session.catalog.dropTempView(name)
                self._release(held)

    def close(self, *, stop: bool) -> None:
        """Forget all tables, and end the session if it is ours."""
        try:
            self.drop(*list(self._held))
            for table in self._tables:
                self.session.sql(f"DROP TABLE {table}")
            self.delete(self.temporary)
        except (PySparkException, Py4JError, ConnectionError):
            _LOG.warning("what Spark kept at %s could not be deleted", self.temporary)
        finally:
            if stop:
                self.session.stop()

    # tables

    def _frame(self, query: str) -> DataFrame:
        for name in tables_of(query):
            held = self._held.get(name)
            if held is not None:
                held.uses += 1
                if held.uses > 1 and not held.made:
                    self._make(name)
        return self.session.sql(spark_sql(query))

    def _size(self, query: str) -> int:
        """Bytes that a query reads: through views, as often as it does."""
        return sum(self._held[name].size for name in tables_of(query) if name in self._held)

    def _hold_query(self, name: str, frame: DataFrame, query: str) -> None:
        """Hold the rows of a query, with the folders that it reads, now or through other views."""
        read = [self._held[table] for table in tables_of(query) if table in self._held]
        folders = frozenset().union(*({held.folder} if held.folder else held.reads for held in read))
        self._hold(name, _Held(frame, self._size(query), reads=folders))

    def _hold(self, name: str, held: _Held) -> None:
        before = self._held.get(name.lower())
        held.frame.createOrReplaceTempView(name)
        self._held[name.lower()] = held
        if before is not None:
            self._release(before)

    def _release(self, held: _Held) -> None:
        if held.folder and not any(held.folder in other.reads for other in self._held.values()):
            self.delete(held.folder)

    def _make(self, name: str) -> None:
        """Compute a table now: what is made of little is fetched, anything else is kept as files."""
        held = self._held[name.lower()]
        with self._tuned(held.size):
            made = self._fetched(held) if held.size <= _LITTLE else self._written_down(name, held)
        made.frame.createOrReplaceTempView(name)
        self._held[name.lower()] = made

    def _fetched(self, held: _Held) -> _Held:
        """A table as rows that later queries have in them."""
        rows = held.frame.toArrow()
        return _Held(self.session.createDataFrame(rows, held.frame.schema), rows.nbytes, made=True, uses=held.uses)

    def _written_down(self, name: str, held: _Held) -> _Held:
        """A table as files."""
        self._written += 1
        folder = f"{self.temporary}/{self._written:04}-{name.lower()}"
        held.frame.write.parquet(folder)
        frame = self.session.read.schema(held.frame.schema).parquet(folder)
        return _Held(frame, self._bytes(folder), made=True, folder=folder, uses=held.uses)

    def _bucketed(self, name: str, frame: DataFrame) -> DataFrame:
        """A table of the register divided by its key, so that only lines move to meet it."""
        self._written += 1
        folder = f"{self.temporary}/{self._written:04}-{name}"
        table = f"{name}_{uuid4().hex}"
        buckets, key = int(str(self.session.conf.get("spark.sql.shuffle.partitions"))), REGISTER_KEYS[name]
        frame.repartition(buckets, key).write.bucketBy(buckets, key).option("path", folder).saveAsTable(table)
        self._tables.append(table)
        return self.session.table(table)

    @contextmanager
    def _tuned(self, size: int) -> Iterator[None]:
        """Queries of the block read `size` bytes: little is interpreted, more is compiled."""
        if size > _LITTLE:
            yield
            return
        before = {name: str(self.session.conf.get(name)) for name in _INTERPRETED}
        self._set(_INTERPRETED)
        try:
            yield
        finally:
            self._set(before)

    def _set(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            self.session.conf.set(name, value)

    # files

    def _address(self, path: Path | str) -> str:
        """Where executors read a file: at its address, or where it is here, or a copy of it in the temporary place."""
        text = str(path)
        if is_address(text):
            return hadoop_address(text)
        if not self.copies:
            return _here(Path(text))
        if address := origin_of(Path(text)):
            return hadoop_address(address)
        copy = f"{self.temporary}/{self._written:04}-{Path(text).name}"
        self._written += 1
        hadoop, target = self._file_system(copy)
        local = self._jvm().org.apache.hadoop.fs.Path(_here(Path(text)))
        hadoop.copyFromLocalFile(local, target)
        return copy

    def _bytes(self, address: str) -> int:
        """Bytes of the files at an address."""
        hadoop, target = self._file_system(address)
        return int(hadoop.getContentSummary(target).getLength())

    def delete(self, address: str) -> None:
        """Delete what stands at an address, with all that is below it."""
        recursively = True
        hadoop, target = self._file_system(address)
        hadoop.delete(target, recursively)

    def _file_system(self, address: str) -> tuple[Any, Any]:
        path = self._jvm().org.apache.hadoop.fs.Path(address)
        return path.getFileSystem(self.session.sparkContext._jsc.hadoopConfiguration()), path  # noqa: SLF001

    def _jvm(self) -> Any:  # noqa: ANN401 - Java's classes, found by name
        return self.session.sparkContext._jvm  # noqa: SLF001 - the documented way to Hadoop's file systems


def _fetched(frame: DataFrame) -> Iterator[pa.RecordBatch]:
    """The rows of a frame in their order, one part after the other."""
    for row in frame.mapInArrow(_packed, "batch binary").toLocalIterator(prefetchPartitions=True):
        with pa.ipc.open_stream(row.batch) as stream:
            yield from stream


class _Mapped:
    """Calls a function for each batch, on a worker."""

    def __init__(self, function: BatchFunction) -> None:
        self.function = function

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return map(self.function, batches)


def _packed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Each batch as one binary value, so that batches can be fetched one by one."""
    for batch in batches:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        yield pa.RecordBatch.from_arrays([pa.array([sink.getvalue().to_pybytes()], pa.binary())], names=["batch"])


def _here(path: Path) -> str:
    """A path as an address; Hadoop, unlike a URI, wants its signs as they are."""
    return f"file://{path.absolute()}"


def hadoop_address(address: str) -> str:
    """An address as Hadoop's clients call it: theirs for S3 is `s3a`."""
    return re.sub("^s3://", "s3a://", address)


# sessions


@contextmanager
def spark_engine(place: SparkPlace) -> Iterator[SparkEngine]:
    """An engine at `place`; a session that runs already in this process is used and left running.

    Raises:
        EngineError: there is no Java, the master does not answer, or no executor does any work.
    """
    running = SparkSession.getActiveSession()
    session = running or started(place)
    within = hadoop_address(place.address.rstrip("/")) if place.address else _here(place.folder)
    engine = SparkEngine(
        _own(session),
        temporary=f"{within}/tenring-{uuid4().hex}",
        copies=place.address is not None,
        register=place.register,
    )
    try:
        if not place.master.startswith("local["):
            require_seen(engine)
        yield engine
    finally:
        engine.close(stop=running is None)


def require_seen(engine: SparkEngine) -> None:
    """What executors write, all of them and this machine see: else tables would be empty without an error.

    Raises:
        EngineError: they do not.
    """
    pieces = max(engine.session.sparkContext.defaultParallelism * _PIECES, 4)
    address = f"{engine.temporary}/seen"
    with explained(engine.temporary):
        engine.session.range(pieces).repartition(pieces).write.parquet(address)
        engine.view("seen", address)
        (found,) = engine.rows("SELECT count(*), sum(id) FROM seen")
    engine.drop("seen")
    engine.delete(address)
    if found != (pieces, pieces * (pieces - 1) // 2):
        raise EngineError(
            T(
                "the executors do not share the temporary place {place} with each other and this machine. "
                "Set TENRING_TEMP to an address or a folder that all of them see",
                place=engine.temporary,
            )
        )


def _own(session: SparkSession) -> SparkSession:
    """A session with views and settings of its own; what Spark was started with stays."""
    own, given = session.newSession(), session.sparkContext.getConf()
    for name, value in _SESSION.items():
        if not given.contains(name):
            own.conf.set(name, value)
    return own


def started(place: SparkPlace) -> SparkSession:
    """A new session at `place`.

    Raises:
        EngineError: there is no Java, the master does not answer, or no executor does any work.
    """
    _require_answer(place.master)
    _require_java()
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    if place.master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers run the Python that runs this
    builder = SparkSession.builder.master(place.master).appName("tenring")
    for name, value in {**_settings(place), **place.conf}.items():
        builder = builder.config(name, value)
    with explained(place.master):
        session = builder.getOrCreate()
    try:
        if not place.master.startswith("local["):
            _require_work(session)
    except BaseException:
        session.stop()
        raise
    return session


def _settings(place: SparkPlace) -> dict[str, str]:
    """Our settings in Spark's words; those of TENRING_SPARK_CONF come after them."""
    found = _SESSION | {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        "spark.buffer.pageSize": _PAGE,
        "spark.sql.warehouse.dir": f"{_here(place.folder)}/warehouse",
        "spark.sql.shuffle.partitions": str(max(place.threads * _PIECES * 2, 8)),
    }
    if place.memory:
        memory, own = spark_memory(place.memory), _LOCAL_CLUSTER.fullmatch(place.master)
        found |= {"spark.driver.memory": memory, "spark.executor.memory": f"{own['memory']}m" if own else memory}
    if place.master.startswith("local"):
        found["spark.local.dir"] = str(place.folder.absolute())
    return found


def spark_memory(text: str) -> str:
    """A size as Spark writes it: `2GiB` → `2g`.

    Raises:
        EngineError: it is no size.
    """
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise EngineError(
            T("the memory setting {value!r} is not a size. Set TENRING_MEMORY to one like 2GiB", value=text)
        )
    return found[1] + found[2].lower()


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java") and not (home and shutil.which("java", path=str(Path(home) / "bin"))):
        raise EngineError(
            T("Spark needs Java 17 or 21, and none was found. Install one, set JAVA_HOME, or use the engine duckdb")
        )


def _require_answer(master: str) -> None:
    """One of the masters of a standalone cluster takes a connection; Spark itself would try for a minute."""
    addresses = [(found["host"], int(found["port"])) for found in _MASTER.finditer(master)]
    if not master.startswith("spark://") or not addresses:
        return
    reasons = []
    for address in addresses:
        try:
            socket.create_connection(address, timeout=_CONNECT_SECONDS).close()
        except OSError as error:
            reasons.append(f"{address[0]}:{address[1]}: {error}")
        else:
            return
    raise EngineError(
        T(
            "no Spark master answers at {master} ({reasons}). Start it, or name another with --spark-master "
            "(local[2] runs on this machine)",
            master=master,
            reasons="; ".join(reasons),
        )
    )


def _require_work(session: SparkSession) -> None:
    """Some executor does a first piece of work within a bounded time, with the same version of this package."""
    found: list[str] = []
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            rows = session.range(2).mapInArrow(_versions, "version string").distinct().collect()
            found.extend(row.version for row in rows)
        except (PySparkException, Py4JError) as error:
            failed.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_FIRST_WORK_SECONDS)
    if asking.is_alive():
        raise EngineError(
            T(
                "the cluster gave no executor any work for {seconds} s. See whether its workers run and have memory "
                "and cores to spare, or ask for less with TENRING_MEMORY",
                seconds=_FIRST_WORK_SECONDS,
            )
        )
    if failed or found != [__version__]:
        raise EngineError(
            T(
                "the workers do not have tenring {version} ({found}). Install the same version with its extra `spark` "
                "in the Python that PYSPARK_PYTHON names there",
                version=__version__,
                found=", ".join(found) or _told(failed[0]),
            )
        ) from (failed[0] if failed else None)


def _versions(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The version of this package on the worker, for each batch."""
    for _ in batches:
        yield pa.RecordBatch.from_pydict({"version": [__version__]})


# errors

#: What stands in Spark's error -> what is wrong and what to do.
_REASONS = {
    "No space left on device|Disk quota exceeded": N(
        "the disk is full. Free some space or name another place with TENRING_TEMP, and run it again"
    ),
    "OutOfMemoryError|Java heap space|Container killed|exit code 137|ExecutorDeadException": N(
        "memory ran out. Set TENRING_MEMORY higher, and run it again"
    ),
    "ExecutorLostFailure|Executor heartbeat timed out|ExecutorExited|Python worker exited": N(
        "a worker was lost more often than Spark tries again. See why it ended, and run it again"
    ),
    "Py4JNetworkError|Connection refused|Answer from Java|SparkContext was shut down|stopped SparkContext": N(
        "Spark itself ended or cannot be reached any more. See why it ended, and run it again"
    ),
}


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Failures of Spark as an error that a user can act on; a query that Spark refuses is a defect of ours."""
    try:
        yield
    except (AnalysisException, ParseException):
        raise
    except (PySparkException, Py4JError, ConnectionError) as error:
        text = f"{type(error).__name__}: {error}"
        reason = next((T(do) for signs, do in _REASONS.items() if re.search(signs, text)), _told(error))
        raise EngineError(
            T(
                "Spark could not finish ({where}): {reason}. Nothing was published",
                where=" ".join(what.split())[:60],
                reason=reason,
            )
        ) from error


def _told(error: BaseException) -> str:
    """What an error says in one line: the first of Java's, the last of Python's traceback."""
    text = str(error.java_exception) if isinstance(error, Py4JJavaError) else str(error)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1 if isinstance(error, PythonException) else 0][:300] if lines else type(error).__name__
