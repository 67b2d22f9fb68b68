"""One machine serves everything: the pages (waitress) and, beside them, the worker for what takes long."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import django
from django.core.management import call_command
from django.db import connections

from tenring.exceptions import EngineError, UnusableInputError
from tenring.language import T
from tenring.settings import Settings
from tenring.web import fair
from tenring.web.core import secret

#: Names the folder in which processes count together; see `core.metrics`.
COUNTED_IN = "PROMETHEUS_MULTIPROC_DIR"

#: How often the worker looks for something to do, in seconds.
_SECONDS = 0.5


@dataclass(frozen=True)
class Address:
    """Where to listen. Port 0: any that is free."""

    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    worker: bool = True
    """Whether a worker runs beside; without one, `tenring worker` does what takes long."""
    processes: int = 1
    """Processes that answer side by side, each with `threads` and with what it reads of the snapshot."""
    migrate: bool = True
    """Whether the tables are brought up to date; else they must be so."""


def prepare(settings: Settings, *, migrate: bool = True) -> int:
    """Make ready to serve: the key, Django, the tables of the database; how many steps they were behind.

    Raises:
        UnusableInputError: the database was made by a newer version; or, without `migrate`, by an older one.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    if settings.secret_key is None:
        secret.kept(settings.home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenring.web.core.settings")
    django.setup()
    from tenring.web.core import schema  # noqa: PLC0415 - Django must be set up first

    if migrate:
        return schema.migrate(settings.home)
    schema.require_current()
    return 0


def serve(address: Address, *, settings: Settings, tell: Callable[[str], None], browser: bool = False) -> None:
    """Serve until interrupted, with a worker beside; `tell` gets the address once requests are answered.

    Raises:
        UnusableInputError: the port is taken or not allowed; or this system has no processes side by side.
        EngineError: one of several processes ended by itself.
    """
    answer = _answer if address.processes == 1 else _answer_side_by_side
    with _counted_together(wanted=address.processes > 1):
        prepare(settings, migrate=address.migrate)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the worker is ended, too
        with _listening(address) as listening, _worker_beside(wanted=address.worker):
            found = f"http://{_shown(address.host)}:{listening.getsockname()[1]}/"
            tell(found)
            if browser:
                threading.Timer(0.5, webbrowser.open, [found]).start()
            answer(listening, address, settings)


def _answer(listening: socket.socket, address: Address, settings: Settings) -> None:
    """Answer requests in this process until interrupted."""
    _answer_as(0, fair.counts(1), listening, address, settings)


def _answer_as(number: int, counted: fair.Open, listening: socket.socket, address: Address, settings: Settings) -> None:
    """Answer requests as one of several processes, or as the only one."""
    from tenring.web.core.wsgi import application  # noqa: PLC0415 - Django must be set up first

    threading.Thread(target=_warm, daemon=True).start()
    # Waiting for a thread is no fault: without this a line is written for every request that waits.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = fair.FairServer(application, listening, counted, number, threads=address.threads, **_proxy(settings))
    try:
        server.run()
    finally:
        server.close()


def _answer_side_by_side(listening: socket.socket, address: Address, settings: Settings) -> None:
    """Answer requests in processes of their own, all at one socket, until interrupted or until one of them ends.

    Python computes on one core at a time in each of them. They are forked before anything is opened: snapshot and
    database are opened by each for itself.

    Raises:
        UnusableInputError: this system cannot fork.
        EngineError: one ended by itself; the others are ended, too, so that it is noticed.
    """
    if not hasattr(os, "fork"):
        raise UnusableInputError(T("this system has no processes side by side"), do=T("Leave out --processes"))
    connections.close_all()
    counted = fair.counts(address.processes)
    answering = [
        _forked(partial(_answer_as, number, counted, listening, address, settings))
        for number in range(address.processes)
    ]
    try:
        while os.wait()[0] not in answering:  # the worker beside is waited for, too
            pass
        raise EngineError(T("a process that answered requests has ended; see what it wrote before, then start again"))
    except KeyboardInterrupt:
        pass  # the end that was asked for
    finally:
        for process in answering:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(process, signal.SIGTERM)
                os.waitpid(process, 0)


def _forked(doing: Callable[[], None]) -> int:
    """The id of a process that does it and ends, at the latest with this one."""
    parent = os.getpid()
    if process := os.fork():
        return process
    code = 1
    try:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
        doing()
        code = 0
    except (KeyboardInterrupt, SystemExit):
        code = 0
    except BaseException:
        logging.getLogger(__name__).exception("answering requests")
    finally:
        os._exit(code)  # what the parent opened is the parent's to close


@contextmanager
def _counted_together(*, wanted: bool) -> Iterator[None]:
    """Figures of all processes are kept in a folder while the block runs, so that each can tell those of all.

    prometheus_client asks for it in the environment, before it is imported.
    """
    if not wanted:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="tenring-figures-") as folder:
        os.environ[COUNTED_IN] = folder
        try:
            yield
        finally:
            del os.environ[COUNTED_IN]


def _warm() -> None:
    from tenring.web.core.sources import keep_warm  # noqa: PLC0415 - Django must be set up first

    keep_warm()


def work(settings: Settings, *, beside: int | None = None, migrate: bool = True) -> None:
    """Do what takes long, one thing after the other, until interrupted, or until the process `beside` has ended."""
    if beside is not None:
        threading.Thread(target=_end_with, args=(beside,), daemon=True).start()
    prepare(settings, migrate=migrate)
    from tenring.web.webhooks import beside as webhooks  # noqa: PLC0415 - Django must be set up first

    webhooks.begin()
    call_command("db_worker", interval=_SECONDS, reload=False)


def _end_with(parent: int) -> None:
    """End this process when its parent has: nobody else would."""
    while os.getppid() == parent:
        time.sleep(_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _worker_beside(*, wanted: bool) -> Iterator[None]:
    """A worker in a process of its own while the block runs, so that pages stay fast."""
    if not wanted:
        yield
        return
    command = [sys.executable, "-m", "tenring", "worker", "--no-migrate", "--beside", str(os.getpid())]
    worker = subprocess.Popen(command)  # noqa: S603 - our own command
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


@contextmanager
def _listening(address: Address) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        listening = socket.create_server((address.host, address.port), family=family, backlog=1024)
    except OSError as error:
        what = T("cannot listen on port {port} ({reason})", port=address.port, reason=error.strerror or error)
        raise UnusableInputError(what, do=T("Choose another one with --port")) from error
    with listening:
        yield listening


def _proxy(settings: Settings) -> dict[str, Any]:
    """Whose word is taken on who asks and how. Without HTTPS nobody's; what is said stays there to be seen."""
    if not settings.https:
        return {"clear_untrusted_proxy_headers": False}
    return {
        "trusted_proxy": settings.proxy,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }


def _shown(host: str) -> str:
    """What a browser on this machine calls a host that means every interface."""
    return {"0.0.0.0": "localhost", "::": "localhost", "127.0.0.1": "localhost"}.get(host, host)  # noqa: S104 - compared, not bound
