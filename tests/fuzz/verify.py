"""Fuzz the verifier: whatever bytes come, it answers, and says `valid` only of what was really signed.

    python tests/fuzz/verify.py CORPUS [-max_total_time=3600]

Needs atheris (not among the requirements: it is run by hand). What it finds goes to tests/proof/corpus; its files
are replayed by `tests/proof/test_corpus.py` with the same question.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

with atheris.instrument_imports(include=["tenring.proof"]):
    from proof.fuzzed import Fuzzed

FUZZED = Fuzzed.ready()


def one(data: bytes) -> None:
    """One input."""
    FUZZED.require_sound(data)


def main() -> None:
    """Write the seeds into the corpus folder, then fuzz."""
    for argument in sys.argv[1:]:
        if not argument.startswith("-"):
            FUZZED.write_seeds(Path(argument))
            break
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
