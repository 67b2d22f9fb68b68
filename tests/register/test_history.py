from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tenring.model.licence import Licence, Status
from tenring.register.history import History, listed, stated, status_on, vanished

READ = date(2024, 6, 1)
DAYS = st.dates(date(2019, 1, 1), date(2030, 1, 1))


def licence(**fields: object) -> Licence:
    return Licence(**{"key": "1", "number": "1", "holder": None, "brand": None, "name": None, "category": "c"} | fields)


def periods(history: History) -> list[tuple[str, date | None, date | None]]:
    return [(period.status.value, period.from_date, period.until_date) for period in history]


def test_the_last_day_is_a_valid_day_and_the_next_is_not() -> None:
    history = stated(licence(valid_from=date(2020, 1, 1), valid_until=date(2024, 12, 31)), READ)
    assert status_on(history, date(2019, 12, 31)) is Status.NOT_BEGUN
    assert status_on(history, date(2020, 1, 1)) is Status.ACTIVE
    assert status_on(history, date(2024, 12, 31)) is Status.ACTIVE
    assert status_on(history, date(2025, 1, 1)) is Status.EXPIRED


def test_an_unknown_first_day_stays_unknown() -> None:
    assert periods(stated(licence(), READ)) == [("active", None, None)]


def test_a_suspended_licence_still_expires() -> None:
    fields = {"valid_from": date(2020, 1, 1), "valid_until": date(2024, 12, 31), "status_from": date(2024, 2, 1)}
    history = stated(licence(status=Status.SUSPENDED, **fields), READ)
    assert [name for name, *_ in periods(history)] == ["not_begun", "active", "suspended", "expired"]


def test_withdrawn_without_a_date_covers_the_whole_time_when_it_is_all_we_know() -> None:
    history = stated(licence(valid_from=date(2020, 1, 1), status=Status.WITHDRAWN), READ)
    assert periods(history) == [("not_begun", None, date(2020, 1, 1)), ("withdrawn", date(2020, 1, 1), None)]


def test_superseded_begins_on_its_own_day_and_outlives_the_last_day() -> None:
    fields = {"valid_from": date(2020, 8, 25), "valid_until": date(2025, 8, 25), "status_from": date(2021, 8, 15)}
    history = stated(licence(status=Status.SUPERSEDED, **fields), READ)
    assert periods(history)[1:] == [
        ("active", date(2020, 8, 25), date(2021, 8, 15)),
        ("superseded", date(2021, 8, 15), None),
    ]


def test_what_vanishes_is_delisted_and_what_returns_is_active_again() -> None:
    first = listed((), licence(valid_from=date(2020, 1, 1)), READ)
    gone = vanished(first, date(2024, 7, 1))
    back = listed(gone, licence(valid_from=date(2020, 1, 1)), date(2024, 8, 1))
    assert periods(back)[1:] == [
        ("active", date(2020, 1, 1), date(2024, 7, 1)),
        ("delisted", date(2024, 7, 1), date(2024, 8, 1)),
        ("active", date(2024, 8, 1), None),
    ]


def test_what_has_expired_is_not_delisted_when_it_vanishes() -> None:
    expired = stated(licence(valid_until=date(2024, 1, 1)), READ)
    assert vanished(expired, date(2024, 7, 1)) == expired


def test_a_withdrawal_told_late_changes_nothing_before_the_reading_but_says_since_when() -> None:
    first = listed((), licence(valid_from=date(2020, 1, 1)), date(2024, 1, 1))
    told = licence(valid_from=date(2020, 1, 1), status=Status.WITHDRAWN, status_from=date(2024, 3, 1))
    history = listed(first, told, READ)
    assert status_on(history, date(2024, 4, 1)) is Status.ACTIVE
    assert history[-1].status is Status.WITHDRAWN
    assert history[-1].from_date == READ
    assert history[-1].reason == "the register says since 2024-03-01"


@st.composite
def readings(draw: st.DrawFn) -> list[tuple[date, Licence | None]]:
    """Several readings of a register on growing days: what it says of a licence, or None when it is not there."""
    days = sorted(draw(st.sets(DAYS, min_size=1, max_size=6)))
    maybe = st.none() | DAYS
    said = st.none() | st.builds(
        licence, valid_from=maybe, valid_until=maybe, status_from=maybe, status=st.sampled_from(Status)
    )
    return [(day, draw(said)) for day in days]


@given(readings())
def test_periods_touch_never_overlap_and_the_past_never_changes(steps: list[tuple[date, Licence | None]]) -> None:
    history: History = ()
    for read_on, said in steps:
        if said is None and not history:
            continue
        before = history
        history = vanished(history, read_on) if said is None else listed(history, said, read_on)
        assert history[0].from_date is None
        assert history[-1].until_date is None
        assert all(a.until_date == b.from_date for a, b in pairwise(history))
        assert all(p.from_date is None or p.until_date is None or p.from_date < p.until_date for p in history)
        for distance in (1, 30, 400, 2000, 4000):
            day = read_on - timedelta(days=distance)
            assert not before or status_on(history, day) is status_on(before, day)
