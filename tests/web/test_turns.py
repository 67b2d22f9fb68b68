"""Many visitors at once: pages that compute take turns in order, and processes share connections evenly."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.http import HttpRequest, HttpResponse
from waitress import wasyncore

from tenring.web import fair
from tenring.web.core.turns import InTurn, Turns


@pytest.mark.parametrize("at_once", [1, 2])
def test_no_more_than_so_many_at_once_and_the_others_in_the_order_in_which_they_came(at_once: int) -> None:
    turns, order, inside, most = Turns(at_once), [], [0], [0]
    leave = threading.Event()

    def one(number: int) -> None:
        with turns:
            order.append(number)
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            leave.wait(10)
            inside[0] -= 1

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for place, thread in enumerate(threads):
        thread.start()
        until(lambda place=place: len(order) + len(turns.waiting) == place + 1)
    leave.set()
    for thread in threads:
        thread.join(10)
    assert most == [at_once]
    assert sorted(order) == list(range(6))
    if at_once == 1:  # two that have their turn at the same time write it down in any order
        assert order == list(range(6))


def test_a_turn_is_given_back_by_a_page_that_fails() -> None:
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns:
            raise ZeroDivisionError


def test_only_search_and_suggestions_wait_for_their_turn() -> None:
    seen: list[int] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(turns.free)
        return HttpResponse(request.path)

    turn = InTurn(answer)
    turns = turn.turns
    for path in ("/search", "/suggest", "/verify/", "/api/v1/search"):
        request = HttpRequest()
        request.path = path
        turn(request)
    assert seen == [1, 1, 2, 2]


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.001)


@contextmanager
def server(listening: socket.socket, counted: fair.Open, mine: int) -> Iterator[fair.FairServer]:
    """A server in a thread of its own, as one of several processes."""

    def application(_: object, start: Callable[..., object]) -> list[bytes]:
        start("200 OK", [("Content-Length", "1")])
        return [str(mine).encode()]

    sockets: dict[int, object] = {}
    made = fair.FairServer(application, listening.dup(), counted, mine, sockets=sockets, threads=1)
    thread = threading.Thread(target=wasyncore.loop, kwargs={"timeout": 0.05, "map": sockets}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.trigger.pull_trigger(lambda: wasyncore.close_all(sockets))
        thread.join(10)
        made.task_dispatcher.shutdown()
        assert not thread.is_alive()


def asked(connection: socket.socket) -> bytes:
    connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    with connection.makefile("rb") as answer:
        while answer.readline() != b"\r\n":
            pass
        return answer.read(1)


def test_connections_that_stay_open_are_spread_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair, "_YIELD", 0.3)  # long enough also where other programs keep the machine busy
    counted = fair.counts(2)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = listening.getsockname()
        with server(listening, counted, 0) as first, server(listening, counted, 1) as second:
            connections = []
            try:
                for _ in range(12):
                    connections.append(socket.create_connection(address, timeout=20))
                    assert asked(connections[-1]) in {b"0", b"1"}
                assert abs(len(first.active_channels) - len(second.active_channels)) <= 2
            finally:
                for connection in connections:
                    connection.close()
            until(lambda: list(counted) == [0, 0])


def test_a_process_takes_a_connection_also_when_the_one_with_fewer_does_not() -> None:
    counted = fair.counts(2)
    with socket.create_server(("127.0.0.1", 0)) as listening, server(listening, counted, 0):
        address = listening.getsockname()
        with socket.create_connection(address, timeout=20) as one, socket.create_connection(address, timeout=20) as two:
            assert asked(one) == b"0"
            assert asked(two) == b"0"
            assert list(counted) == [2, 0]
