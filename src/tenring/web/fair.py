"""Several processes at one socket, with about as many connections each.

Which of them takes a connection is chance, and a browser keeps its connection: twenty visitors may come to be fifteen
at one process and five at the other. The fifteen wait, while the other core has nothing to do.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, MutableSequence
from multiprocessing.sharedctypes import RawArray
from typing import Any

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

#: Seconds in which a process with fewer connections may take a new one before a process with more does.
_YIELD = 0.003

Open = MutableSequence[int]
"""How many connections each process has; shared by all."""


def counts(processes: int) -> Open:
    """Nobody has a connection yet; to be made before the processes are."""
    shared: Open = RawArray("i", processes)
    return shared


class FairServer(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """Takes a connection at once unless another process has fewer; then that one may take it first."""

    def __init__(
        self,
        application: Callable[..., Any],
        listening: socket.socket,
        counted: Open,
        mine: int,
        *,
        sockets: dict[int, Any] | None = None,
        **options: object,
    ) -> None:
        """`mine` is this process's place among the counts, `sockets` what is open; `options` are those of waitress."""
        self._counted, self._mine = counted, mine
        about = (listening.family, listening.type, listening.proto, listening.getsockname())
        adjustments = Adjustments(**options)
        super().__init__(application, sockets, _sock=listening, adj=adjustments, bind_socket=False, sockinfo=about)

    def readable(self) -> bool:
        """Asked before every wait for something to do: the moment to tell the others."""
        self._counted[self._mine] = len(self.active_channels)
        return bool(super().readable())

    def handle_accept(self) -> None:
        """Take a connection, if nobody else has meanwhile."""
        if len(self.active_channels) > min(self._counted):
            time.sleep(_YIELD)
        super().handle_accept()
