"""Pages that only compute take turns: many at once would not be ready sooner, but all of them late.

Python computes on one core in each process. Threads that share it by turns of milliseconds make everybody wait for the
slowest; one after the other, half of the visitors have their page early. Pages that wait for others (a database, a
network) have the other threads meanwhile.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse


class Turns:
    """So many at once; the others in the order in which they came.

    A semaphore lets whoever asks in the right moment pass those who wait: then some visitors wait for ever so long.
    """

    def __init__(self, at_once: int) -> None:
        self.free = at_once
        self.waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        """Wait for one's turn."""
        with self._lock:
            if self.free:
                self.free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self.waiting.append(turn)
        turn.acquire()

    def __exit__(self, *error: object) -> None:
        """Hand one's turn over to who has waited longest."""
        with self._lock:
            if self.waiting:
                self.waiting.popleft().release()
            else:
                self.free += 1


#: Two, because the search engine and the compression compute beside Python.
_AT_ONCE = 2


class InTurn:
    """Pages that only compute, and are asked for most, wait for their turn before anything is done for them."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer
        self.turns = Turns(_AT_ONCE)
        self._paths = frozenset(map(reverse, ("search", "suggest")))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer."""
        if request.path not in self._paths:
            return self._answer(request)
        with self.turns:
            return self._answer(request)
