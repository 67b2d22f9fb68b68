"""Four truths on one line: "all" is the least, "any" the greatest."""

from hypothesis import given
from hypothesis import strategies as st

from tenring.rulebook.truth import Truth, at_least, opposite

TRUTHS = st.lists(st.sampled_from(Truth), max_size=6)


@given(TRUTHS)
def test_all_is_the_least_and_any_the_greatest(truths: list[Truth]) -> None:
    assert at_least(len(truths), truths) is min(truths, default=Truth.TRUE)
    assert at_least(1, truths) is max(truths, default=Truth.FALSE)


def test_an_open_alternative_can_still_be_shown_an_unread_limit_cannot() -> None:
    assert at_least(1, [Truth.NOT_CHECKED, Truth.NOT_SHOWN]) is Truth.NOT_SHOWN
    assert at_least(2, [Truth.NOT_CHECKED, Truth.NOT_SHOWN]) is Truth.NOT_CHECKED


def test_the_opposite_of_the_unknown_is_unknown() -> None:
    assert [opposite(one) for one in Truth] == [Truth.TRUE, Truth.NOT_CHECKED, Truth.NOT_SHOWN, Truth.FALSE]


@given(TRUTHS, st.integers(min_value=-1, max_value=7))
def test_more_is_never_truer(truths: list[Truth], count: int) -> None:
    assert at_least(count + 1, truths) <= at_least(count, truths)
