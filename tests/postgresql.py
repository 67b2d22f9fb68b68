"""A PostgreSQL of one's own for as long as tests run: in a temporary folder, on a socket that nobody else opens.

As a program it runs a command with `DATABASE_URL` set to it: `python tests/postgresql.py pytest tests/web`. Where
PostgreSQL is not installed it says so and does nothing: that is no failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

USER = "tenring"
#: Nothing in it has to outlive the tests, so nothing waits for the disk; several processes of tests connect at once.
_OPTIONS = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=60"


def programs() -> Path | None:
    """Where the server's programs are: those of the newest version, else those of the path."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    found = shutil.which("initdb")
    return installed[0].parent if installed else Path(found).parent if found else None


def why_not() -> str:
    """Why there can be no server here; empty when there can."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed"
    if programs() is None:
        return "PostgreSQL is not installed (Debian: postgresql)"
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return "PostgreSQL does not run as root, and runuser is missing"
    return ""


@dataclass(frozen=True)
class Server:
    """A server that runs; everybody who reaches its socket may do everything."""

    folder: Path

    def url(self, database: str) -> str:
        """The address of a database in the form of `DATABASE_URL`."""
        return f"postgresql://{USER}@{quote(str(self.folder), safe='')}/{database}"

    def new_database(self) -> str:
        """The address of a new, empty database."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.run("createdb", "-h", str(self.folder), "-U", USER, "-T", "template0", "-E", "UTF8", name)
        return self.url(name)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs, not as root."""
        found = programs()
        assert found is not None
        alone = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            [*alone, str(found / program), *arguments], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


@contextmanager
def temporary_server() -> Iterator[Server]:
    """A server while the block runs; afterwards nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="tenring-pg-"))
    server, data = Server(folder), str(folder / "data")
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server.run("initdb", "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        server.run(
            "pg_ctl", "-D", data, "-w", "-s", "-l", str(folder / "log"), "-o", f"-k {folder} {_OPTIONS}", "start"
        )
        try:
            yield server
        finally:
            server.run("pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def main(command: list[str]) -> int:
    """Run a command with a database of its own; its exit code."""
    if reason := why_not():
        print(f"Not run on PostgreSQL: {reason}")  # noqa: T201 - a program's answer
        return 0
    with temporary_server() as server:
        return subprocess.run(  # noqa: S603 - what the caller asked for
            command, env={**os.environ, "DATABASE_URL": server.new_database()}, check=False
        ).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
