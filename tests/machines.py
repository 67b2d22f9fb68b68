"""A machine of a test's own: a home, a database, and the commands that run there in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

DUMP = """
import sys, django; django.setup()
from pathlib import Path
from tenring.web.backup.rows import dump
dump(Path(sys.argv[1]))
"""


@dataclass(frozen=True)
class Machine:
    """A home and its database, and the commands that run there."""

    home: Path
    database: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    def run(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, *words], env=self.environ, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    @property
    def environ(self) -> dict[str, str]:
        own = {"TENRING_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "tenring.web.core.settings"}
        path = {"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(sys.path)}
        return own | path | dict(self.settings) | ({"DATABASE_URL": self.database} if self.database else {})

    def tenring(self, *words: str, code: int = 0) -> str:
        return self.run("-m", "tenring", *words, code=code)

    def rows(self, beside: Path) -> list[str]:
        target = beside / f"rows-{len(list(beside.iterdir()))}"
        self.run("-c", DUMP, str(target))
        return target.read_text(encoding="utf-8").splitlines()

    def started(self, *words: str, log: IO[str] | None = None) -> subprocess.Popen[str]:
        """A process that goes on; the caller ends it. What it logs goes to a file, else where the test's own goes."""
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, *words], env=self.environ, stdout=subprocess.PIPE, stderr=log, text=True
        )
