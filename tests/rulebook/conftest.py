"""The catalogue's own library, read once."""

from pathlib import Path

import pytest

from tenring.rulebook.library import Library, load_library

CATALOG = Path(__file__).resolve().parents[2] / "catalog"


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library(CATALOG)
