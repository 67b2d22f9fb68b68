"""Worker processes: the same rows in the same order as without them, and a clear error when one ends."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial

import duckdb
import pyarrow as pa
import pytest

from tenring.exceptions import EngineError, UnusableInputError
from tenring.model import duck
from tenring.model.duck import DuckEngine, duck_engine
from tenring.model.workers import Workers

NUMBERS = pa.schema([("number", pa.int64())])


def batch(*numbers: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"number": list(numbers)}, schema=NUMBERS)


def times(given: pa.RecordBatch, *, factor: int) -> pa.RecordBatch:
    sys.stdout.write("what a function prints does not come between the answers\n")
    return batch(*(number * factor for number in given.column(0).to_pylist()))


def where(given: pa.RecordBatch) -> pa.RecordBatch:
    return batch(*(os.getpid() for _ in given.column(0)))


def refused(_: pa.RecordBatch) -> pa.RecordBatch:
    raise UnusableInputError("not this one", where="here", do="Do something else")


class _LocalError(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} {two}")


def cannot_be_sent(_: pa.RecordBatch) -> pa.RecordBatch:
    raise _LocalError("an exception", "of two arguments")


def killed(given: pa.RecordBatch) -> pa.RecordBatch:
    os.kill(os.getpid(), signal.SIGKILL)
    return given


def test_many_batches_come_back_in_their_order() -> None:
    batches = [batch(number, number + 1) for number in range(0, 40, 2)]
    with Workers(2) as workers:
        made = list(workers.map(partial(times, factor=3), batches))
    assert [number for one in made for number in one.column(0).to_pylist()] == [3 * number for number in range(40)]


def test_the_work_is_done_elsewhere_by_all_workers() -> None:
    with Workers(2) as workers:
        seen = {one.column(0)[0].as_py() for one in workers.map(where, [batch(1)] * 200)}
    assert os.getpid() not in seen
    assert len(seen) == 2


def test_workers_that_rest_end_and_others_begin_when_there_is_work() -> None:
    with Workers(2) as workers:
        (before,) = workers.map(where, [batch(1)])
        workers.rest()
        with pytest.raises(ProcessLookupError):
            os.kill(before.column(0)[0].as_py(), 0)
        assert [one.column(0).to_pylist() for one in workers.map(partial(times, factor=2), [batch(3)])] == [[6]]


def test_what_a_function_raises_is_raised_here_and_the_workers_go_on() -> None:
    with Workers(1) as workers:
        with pytest.raises(UnusableInputError, match=r"not this one\. Do something else"):
            list(workers.map(refused, [batch(1)]))
        with pytest.raises(RuntimeError, match="_LocalError: an exception of two arguments"):
            list(workers.map(cannot_be_sent, [batch(1)]))
        assert [one.column(0).to_pylist() for one in workers.map(partial(times, factor=2), [batch(4)])] == [[8]]


def test_a_worker_that_is_killed_is_told_as_such() -> None:
    with Workers(1) as workers, pytest.raises(EngineError, match=r"ended with code -9 before its work"):
        list(workers.map(killed, [batch(1)]))


def test_an_engine_gives_the_same_rows_with_workers_as_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duck, "_WORTH_SHARING", 10)
    query = "SELECT range AS number FROM range(1000) ORDER BY number DESC"
    rows = []
    for workers in (Workers(2), None):
        with duckdb.connect() as connection, workers or Workers(0):
            engine = DuckEngine(connection, workers)
            engine.apply("made", query, partial(times, factor=5), NUMBERS)
            rows.append(engine.rows("SELECT number FROM made"))
    assert rows[0] == rows[1] == [(5 * number,) for number in range(999, -1, -1)]


def test_an_engine_works_in_the_workers_it_is_given_and_leaves_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duck, "_WORTH_SHARING", 10)
    with Workers(2) as workers:
        workers.start()
        found = set()
        for _ in range(2):
            with duck_engine(threads=2, workers=workers) as engine:
                engine.apply("made", "SELECT range AS number FROM range(1000)", where, NUMBERS)
                found |= {number for (number,) in engine.rows("SELECT DISTINCT number FROM made")}
    assert os.getpid() not in found
    assert len(found) == 2
