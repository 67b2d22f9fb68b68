"""Processes that work on batches side by side: Python computes on one core only.

A worker is this program's interpreter, started with this module, which reads functions and batches from its input and
answers on its output. It ends with its input, so that none outlives the process that started it. What passes between
the two is pickled: it comes from this program and goes to this program, never from outside.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import IO, Any, Self

import pyarrow as pa

from tenring.exceptions import EngineError
from tenring.language import T
from tenring.model.sql import BatchFunction

_SIZE = 8
#: Settings of libraries: there is one worker for each core.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
#: Objects that a worker makes between two searches for cycles.
_OBJECTS = 200_000
#: Batches that wait for each worker, so that none stands idle and few are held.
_AHEAD = 2


class Workers:
    """Some worker processes, started when they are first needed or by `start`; use as a context manager."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._all: list[subprocess.Popen[bytes]] = []
        self._idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(at_once=kind is not None)

    def rest(self) -> None:
        """End the workers, and give back their memory, until they are needed again."""
        self._end(at_once=False)
        self._all, self._idle = [], queue.SimpleQueue()

    def _end(self, *, at_once: bool) -> None:
        for worker in self._all:
            _pipe(worker.stdin).close()
        for worker in self._all:
            if at_once:
                worker.kill()
            worker.wait()
            _pipe(worker.stdout).close()

    def map(self, function: BatchFunction, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """What `function` makes of each batch, in their order.

        Raises:
            EngineError: a worker ended before its work.
            Exception: whatever the function raised.
        """
        self.start()
        waiting: deque[Future[pa.RecordBatch]] = deque()
        with ThreadPoolExecutor(max_workers=self.count) as threads:
            for batch in batches:
                if len(waiting) == self.count * _AHEAD:
                    yield waiting.popleft().result()
                waiting.append(threads.submit(self._ask, function, batch))
            while waiting:
                yield waiting.popleft().result()

    def start(self) -> None:
        """Start those that do not run yet: they get ready while their work is still being made."""
        command = [sys.executable, "-m", __name__]
        paths = os.pathsep.join(path for path in sys.path if path)
        for _ in range(self.count - len(self._all)):
            # the same interpreter and modules as here, wherever this program was started from
            worker = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": paths, **_ONE_THREAD},
                start_new_session=True,
            )
            self._all.append(worker)
            self._idle.put(worker)

    def _ask(self, function: BatchFunction, batch: pa.RecordBatch) -> pa.RecordBatch:
        worker = self._idle.get()
        try:
            _send(_pipe(worker.stdin), (function, batch))
            answer, error = _receive(_pipe(worker.stdout))
        except (EOFError, BrokenPipeError) as broken:
            code = worker.wait()
            message = T("a worker process ended with code {code} before its work. Was memory short?", code=code)
            raise EngineError(message) from broken
        finally:
            self._idle.put(worker)
        if error is not None:
            raise error
        return answer


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    """A pipe of a worker, which always has one."""
    if pipe is None:
        message = "a worker has no pipe"
        raise AssertionError(message)
    return pipe


def _send(stream: IO[bytes], content: object) -> None:
    packed = pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(len(packed).to_bytes(_SIZE, "little"))
    stream.write(packed)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:  # noqa: ANN401 - whatever the other side sent
    """What the other side sent.

    Raises:
        EOFError: it ended.
    """
    size = stream.read(_SIZE)
    packed = stream.read(int.from_bytes(size, "little")) if len(size) == _SIZE else b""
    if not packed:
        raise EOFError
    return pickle.loads(packed)  # noqa: S301 - from this program alone, see the module's docstring


def serve(source: IO[bytes], target: IO[bytes]) -> None:
    """Answer batch after batch until the input ends: each with the result, or with the exception that was raised."""
    while True:
        try:
            function, batch = _receive(source)
        except EOFError:
            return
        try:
            answer = function(batch)
        except Exception as error:  # noqa: BLE001 - raised again where the batch came from
            _send(target, (None, _sendable(error)))
        else:
            _send(target, (answer, None))


def _sendable(error: Exception) -> Exception:
    """The exception itself, or one that says the same where it cannot be pickled."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - what was pickled right here
    except Exception:  # noqa: BLE001 - whatever an exception's own pickling raises
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # a batch makes many objects and hardly any cycle: looking for cycles every 700 objects took a fifth of the time
    gc.freeze()
    gc.set_threshold(_OBJECTS)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not come between answers
    serve(sys.stdin.buffer, answers)
    sys.stdout.flush()
    os._exit(0)  # at once: taking everything apart takes a tenth of a second, for which the parent waits
