"""What counts as a URL is the same whether it is a usual one, told at a glance, or not."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.proof import urls
from tenring.proof.urls import is_url

PIECES = [
    "https:",
    "http:",
    "did:",
    "web:",
    "//",
    "a.example",
    "/",
    "?",
    "#",
    "%41",
    "[::1]",
    "é",
    " ",
    "\\",
    "{",
    "\x7f",
]


def carefully(value: object) -> bool:
    """As `is_url`, without the glance."""
    with patch.object(urls, "_USUAL", re.compile("(?!)")):
        return is_url(value)


@given(st.from_regex(urls._USUAL, fullmatch=True))  # noqa: SLF001 - the glance itself is tested
def test_what_is_usual_is_a_url(text: str) -> None:
    assert is_url(text)
    assert carefully(text)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=6).map("".join))
def test_the_glance_changes_no_answer(text: str) -> None:
    assert is_url(text) == carefully(text)


@pytest.mark.parametrize(
    "text", ["https://", "https:///x", "https://?x", "https://#x", "did:", "did:web:", "x", "", "a:b c", 7]
)
def test_what_is_no_url_stays_none(text: object) -> None:
    assert not is_url(text)


@pytest.mark.parametrize(
    "text", ["https://a", "https://[::1]/x", "did:web:a.example#key-1", "did:key:z6Mk", "urn:x:y", "did:a:b?c"]
)
def test_what_is_one_stays_one(text: str) -> None:
    assert is_url(text)
