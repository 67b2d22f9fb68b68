from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proof.vectors import read
from tenring.proof.contexts import CREDENTIALS, DATA_INTEGRITY, EXAMPLES, MULTIKEY, OWN, UNDEFINED_TERMS

FILES = {
    CREDENTIALS: "credentials-v2.jsonld",
    DATA_INTEGRITY: "data-integrity-v2.jsonld",
    MULTIKEY: "multikey-v1.jsonld",
    EXAMPLES: "examples-v2.jsonld",
    UNDEFINED_TERMS: "undefined-terms-v2.jsonld",
}


def ours(address: str) -> Any:
    held = OWN.find(address)
    assert held is not None
    return json.loads(held.body)


@pytest.mark.parametrize("address", FILES)
def test_our_rendition_defines_every_term_as_the_published_context_does(data: Path, address: str) -> None:
    assert ours(address) == read(data / "vectors" / "contexts" / FILES[address])


def test_nothing_else_is_rendered() -> None:
    assert set(OWN.documents) == set(FILES)
    assert OWN.find("https://vocabulary.uncefact.org/untp/0.7.0/context/") is None


@pytest.mark.parametrize("address", [CREDENTIALS, DATA_INTEGRITY, MULTIKEY])
def test_every_term_is_protected(address: str) -> None:
    assert ours(address)["@context"]["@protected"] is True
