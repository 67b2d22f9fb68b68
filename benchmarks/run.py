"""All benchmarks in turn, each in a process of its own, in a temporary home. `make bench`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tenring.register.build import build
from tenring.settings import Settings, from_environment

HERE = Path(__file__).resolve().parent
#: In this order; each prints its figures with its goals.
BENCHMARKS = (
    "register_build.py", "search.py", "screening.py", "entries.py", "labelled_pairs.py", "categories.py",
    "peers_at_scale.py", "engines.py", "scale.py", "compare.py", "proof.py", "verifying.py", "issuing.py",
    "web_search.py", "api_batch.py",
)  # fmt: skip


def main() -> int:
    """Build a snapshot for the benchmarks that need one, then run each; the first failing exit code, else 0."""
    settings = from_environment()
    source = settings.data / "registers" if settings.data else settings.samples / "registers"
    with tempfile.TemporaryDirectory() as home:
        build(Settings(home=Path(home), catalog=settings.catalog), source=source, only=(), on=None)
        environment = os.environ | {"TENRING_HOME": home}
        for name in BENCHMARKS:
            code = subprocess.run([sys.executable, HERE / name], env=environment, check=False).returncode
            if code:
                return code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
