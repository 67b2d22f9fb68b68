"""Models with wildcards and alternatives."""

from __future__ import annotations

import pytest

from tenring.model.wildcards import MOST_VARIANTS, has_wildcard, variants


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("RF28*", ("RF28*",)),
        ("ARD1033F*14R/L", ("ARD1033F*14R", "ARD1033F*14L", "ARD1033F*14RL")),
        ("551J(P,E,T)09*", ("551JP09*", "551JE09*", "551JT09*")),
        ("GS036*(1,2)*J", ("GS036*1*J", "GS036*2*J")),
        ("A/B", ("A/B",)),
        ("HP-1/2", ("HP-1/2",)),
    ],
)
def test_alternatives_are_spelled_out(model: str, expected: tuple[str, ...]) -> None:
    assert variants(model) == expected


def test_a_model_with_too_many_alternatives_stays_as_printed() -> None:
    model = "X" + "(A,B,C)" * 6
    assert len(variants(model)) <= MOST_VARIANTS
    assert variants(model) == (model,)


def test_wildcards_are_seen() -> None:
    assert has_wildcard("82##")
    assert not has_wildcard("RF28")
