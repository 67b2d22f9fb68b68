"""Fixtures for all tests: where real data is, and a home that is not the user's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenring.language import use
from tenring.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = REPOSITORY.parent / "shared" / "data"


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    """No test leaves another language to the next one."""
    yield
    use("en")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real registers and purchases, or a skip."""
    folder = Path(os.environ.get("TENRING_DATA") or SHARED)
    if not folder.is_dir():
        pytest.skip(f"real data not present: no folder {folder}; set TENRING_DATA to one")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a home of their own and the bundled catalogue."""
    return Settings(home=tmp_path / "home")
