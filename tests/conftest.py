"""Fixtures for all tests: where real data is, and a home that is not the user's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from engines import NAMES, Engines, Worlds, spark_session
from tenring.language import use
from tenring.model.sql import Engine
from tenring.screening.engines import open_engine
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


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The one Spark session of all tests; where it cannot be, they are skipped with the reason."""
    yield from spark_session(tmp_path_factory.mktemp("spark"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs on Spark comes last: it is asked what DuckDB was asked before (see `Worlds`)."""
    items.sort(key=lambda item: getattr(item, "callspec", None) is not None and "spark" in item.callspec.id.split("-"))


@pytest.fixture(params=NAMES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """The engine a test runs on: each in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def worlds() -> Worlds:
    """What all tests ask."""
    return Worlds()


@pytest.fixture
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Engines:
    """Opens engines by name."""

    def opened(name: str) -> AbstractContextManager[Engine]:
        if name == "spark":
            request.getfixturevalue("spark")
        return open_engine(Settings(engine=name, memory="1GiB", threads=1), spill=tmp_path / "spill")

    return opened
