"""One machine serves everything: the pages (waitress) and, beside them, the worker for what takes long."""

from __future__ import annotations

import os
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import django
import waitress
from django.core.management import call_command

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.settings import Settings
from tenring.web.core import secret


@dataclass(frozen=True)
class Address:
    """Where to listen. Port 0: any that is free."""

    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8


def prepare(settings: Settings) -> None:
    """Make ready to serve: the key, Django, the tables of the database as this version needs them."""
    secret.kept(settings.home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenring.web.core.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)


def serve(address: Address, *, settings: Settings, tell: Callable[[str], None], browser: bool = False) -> None:
    """Serve until interrupted; `tell` gets the address once requests are answered.

    Raises:
        UnusableInputError: the port is taken or not allowed.
    """
    prepare(settings)
    with _listening(address) as server:
        found = f"http://{_shown(address.host)}:{server.effective_port}/"
        tell(found)
        if browser:
            threading.Timer(0.5, webbrowser.open, [found]).start()
        server.run()


@contextmanager
def _listening(address: Address) -> Iterator[waitress.server.BaseWSGIServer]:
    from tenring.web.core.wsgi import application  # noqa: PLC0415 - Django must be set up first

    try:
        server = waitress.create_server(application, host=address.host, port=address.port, threads=address.threads)
    except OSError as error:
        what = T("cannot listen on port {port} ({reason})", port=address.port, reason=error.strerror or error)
        raise UnusableInputError(what, do=T("Choose another one with --port")) from error
    try:
        yield server
    finally:
        server.close()


def _shown(host: str) -> str:
    """What a browser on this machine calls a host that means every interface."""
    return {"0.0.0.0": "localhost", "::": "localhost", "127.0.0.1": "localhost"}.get(host, host)  # noqa: S104 - compared, not bound
