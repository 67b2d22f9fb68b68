"""Sets of bits count, rank and date licences exactly as the engine does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.register.test_search import Entry, write_snapshot
from tests.register.test_search_at_scale import DAYS, WORDS, entries

from tenring.register.search import ANY, Query, Results, SearchIndex, bits, counting, few, frequent, schema
from tenring.register.search.bits import Layout


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """An index in which a term of one licence in ten is frequent, with licences that were active several times."""
    several = Entry(
        "paused",
        "Acme",
        "office lamp",
        periods=(
            ("active", date(2015, 1, 1), date(2016, 3, 2)),
            ("suspended", date(2016, 3, 2), date(2018, 1, 1)),
            ("active", date(2018, 1, 1), date(2019, 7, 1)),
            ("active", date(2019, 7, 1), None),
        ),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "BAND", 32)
        patch.setattr(frequent, "LEAST", 1)
        patch.setattr(frequent, "ONE_IN", 10)
        yield SearchIndex.open(write_snapshot(tmp_path_factory.mktemp("bits"), [*entries(), several]))


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets are used for however few hits."""
    monkeypatch.setattr(counting, "FEW", -1)
    monkeypatch.setattr(counting, "MOST_RARER", 1_000_000)


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hits are named by the engine and looked up, however many."""
    monkeypatch.setattr(counting, "FEW", 1_000_000)


def by_the_engine(index: SearchIndex, query: Query) -> Results:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting.Many, "of", lambda *_: None)
        patch.setattr(few.Few, "of", lambda *_: None)
        return index.search(query)


FILTERS = (
    {},
    {"category": "displays"},
    {"economy": "unknown", "programme": "energy-star"},
    {"status": "expired"},
    {"status": ANY},
    {"register": "nobody"},
)


#: Also texts that no licence meets in full, so that most of their words are searched.
MORE = (
    "",
    "lum*",
    "office lamps acme",
    "照明 lumen",
    "copy paper 12",
    "office lamp zzqx",
    "desk lumen paper 晨光",
    "-",
)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("text", [*WORDS, *MORE])
def test_sets_answer_as_the_engine_does(index: SearchIndex, text: str, day: date | None) -> None:
    for filters in FILTERS:
        query = replace(Query(text, on=day, limit=30, offset=3), **filters)
        assert index.search(query) == by_the_engine(index, query)


@pytest.mark.usefixtures("looked_up")
@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("text", [*WORDS, *MORE])
def test_licences_looked_up_one_by_one_answer_as_the_engine_does(
    index: SearchIndex, text: str, day: date | None
) -> None:
    for filters in FILTERS:
        query = replace(Query(text, on=day, limit=30, offset=3), **filters)
        assert index.search(query) == by_the_engine(index, query)


@pytest.mark.usefixtures("looked_up")
def test_licences_are_looked_up_where_few_meet_a_question(index: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    ranked: list[int] = []
    best = few.Few.best
    monkeypatch.setattr(few.Few, "best", lambda self, count: ranked.append(count) or best(self, count))
    index.search(Query("office lamp", on=date(2019, 7, 15)))
    assert len(ranked) == 1


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("text", ["office", "office lamp", "acme office", ""])
def test_sets_are_used(index: SearchIndex, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    ranked: list[int] = []
    best = counting.Many.best
    monkeypatch.setattr(counting.Many, "best", lambda self, count: ranked.append(count) or best(self, count))
    index.search(Query(text, on=date(2019, 7, 15)))
    assert len(ranked) == 1


def test_few_licences_are_few_in_a_small_register(index: SearchIndex) -> None:
    question = index.search(Query("office"))
    assert question.total < index.sets.few


def test_frequent_terms_have_sets_and_others_have_not(index: SearchIndex) -> None:
    assert index.sets.terms.has(schema.WORDS, "office")
    assert index.sets.terms.has(schema.CHARACTERS, "晨光")
    assert not index.sets.terms.has(schema.WORDS, "0007")


@given(st.lists(st.integers(0, 4), min_size=1, max_size=400), st.data())
def test_a_set_is_counted_by_groups_and_its_first_are_the_lowest_ranks(groups: list[int], data: st.DataObject) -> None:
    numbers = {group: number for number, group in enumerate(sorted(set(groups)))}
    of_ranks = np.array([numbers[group] for group in groups], dtype=np.uint16)
    layout = Layout.of(of_ranks, len(numbers))
    chosen = data.draw(st.lists(st.integers(0, len(groups) - 1), unique=True))
    count = data.draw(st.integers(1, 30))
    has = np.zeros(len(layout.ranks), dtype=np.bool_)
    has[layout.places(len(groups))[chosen]] = True
    some = bits.packed(has)
    expected = Counter(int(of_ranks[rank]) for rank in chosen)
    assert layout.counts(some).tolist() == [expected[number] for number in range(len(numbers))]
    assert layout.first(some, count).tolist() == sorted(chosen)[:count]
    assert int(np.bitwise_count(layout.everybody).sum()) == len(groups)


@pytest.mark.parametrize("day", [None, date(2019, 7, 15), date(1990, 1, 1)])
@pytest.mark.parametrize("text", ["", "office"])
def test_nothing_is_found_in_an_empty_register(tmp_path: Path, text: str, day: date | None) -> None:
    results = SearchIndex.open(write_snapshot(tmp_path, [])).search(Query(text, on=day))
    assert (results.total, results.hits) == (0, ())


def test_an_empty_register_has_empty_sets() -> None:
    layout = Layout.of(np.empty(0, dtype=np.uint16), 0)
    assert layout.words == 0
    assert layout.counts(layout.everybody).tolist() == []
