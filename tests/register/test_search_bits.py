"""Sets of bits count, rank and date licences exactly as the engine does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import tantivy
from hypothesis import given
from hypothesis import strategies as st
from tests.register.test_search import Entry, dated, write_snapshot
from tests.register.test_search_at_scale import DAYS, WORDS, entries

from tenring.register.search import (
    ANY,
    Query,
    Results,
    SearchIndex,
    bits,
    counting,
    few,
    frequent,
    lists,
    meeting,
    schema,
    sets,
)
from tenring.register.search.bits import Layout


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """An index in which a term of one licence in ten has a set, one of three licences a list.

    Some licences were active several times.
    """
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
    apart = Entry("apart", "纸复印", "纸张印刷 印纸 复印", "displays", periods=dated("2015-01-01", "2030-01-01"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "BAND", 32)
        patch.setattr(frequent, "LEAST", 1)
        patch.setattr(frequent, "ONE_IN", 10)
        patch.setattr(lists, "LEAST", 3)
        yield SearchIndex.open(write_snapshot(tmp_path_factory.mktemp("bits"), [*entries(), several, apart]))


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets are used for however few hits."""
    monkeypatch.setattr(sets, "FEW", -10)
    monkeypatch.setattr(meeting, "MOST_RARER", 1_000_000)


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hits are named by the engine and looked up, however many."""
    monkeypatch.setattr(sets, "FEW", 1_000_000)
    monkeypatch.setattr(few, "_SOON_NAMED", 1_000_000_000)


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hits are looked up by what is written down of each term, however many or few."""
    monkeypatch.setattr(sets, "FEW", 1_000_000)
    monkeypatch.setattr(few, "_SOON_NAMED", -1)
    monkeypatch.setattr(sets, "_LOOKED_UP", 0)


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
    "再生复印",
    "再生复印纸 晨光 desk",
    "照明光 lumen",
    "LM1?-1*",
    "LM2* office",
    "Altherma D*9?",
    "-",
)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("text", [*WORDS, *MORE])
def test_sets_answer_as_the_engine_does(index: SearchIndex, text: str, day: date | None) -> None:
    for filters in FILTERS:
        query = replace(Query(text, on=day, limit=30, offset=3), **filters)
        assert index.search(query) == by_the_engine(index, query)


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("text", [*WORDS, *MORE])
def test_licences_named_by_the_engine_are_dated_as_it_does(index: SearchIndex, text: str, day: date | None) -> None:
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


@pytest.mark.usefixtures("looked_up")
@pytest.mark.parametrize("one_in", [0, 1_000_000_000])
@pytest.mark.parametrize("text", ["复印纸", "再生复印纸", "再生复印纸 lumen", "纸复印"])
def test_characters_must_stand_together_whether_texts_are_read_or_the_engine_asked(
    index: SearchIndex, monkeypatch: pytest.MonkeyPatch, text: str, one_in: int
) -> None:
    monkeypatch.setattr(meeting, "_READ_OF", one_in)
    results = index.search(Query(text, limit=500))
    assert results == by_the_engine(index, Query(text, limit=500))
    assert ("纸复印" in {hit.brand for hit in results.hits}) == (text == "纸复印")


def test_few_licences_are_few_in_a_small_register(index: SearchIndex) -> None:
    question = index.search(Query("office"))
    assert question.total < index.sets.few


def test_frequent_terms_have_sets_and_others_have_not(index: SearchIndex) -> None:
    assert index.sets.terms.has(schema.WORDS, "office")
    assert index.sets.terms.has(schema.CHARACTERS, "晨光")
    assert not index.sets.terms.has(schema.WORDS, "0007")


def test_lists_name_whom_the_engine_names(index: SearchIndex) -> None:
    listed = index.sets.lists.numbers
    assert {field for field, terms in listed.items() if terms} >= {schema.WORDS, schema.EDGES, schema.WORD_EDGES}
    for field, terms in listed.items():
        for term in terms:
            assert not index.sets.terms.has(field, term)
            named = index.sets.named(tantivy.Query.term_query(index.fields, field, term, "basic"), 1_000)
            assert index.sets.lists.places(field, term).tolist() == named.tolist()


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
    assert layout.counts_of(bits.unpacked(some)).tolist() == layout.counts(some).tolist()
    assert layout.first(some, count).tolist() == sorted(chosen)[:count]
    assert int(np.bitwise_count(layout.everybody).sum()) == len(groups)


PLACES = st.sets(st.integers(0, 64 * bits.BLOCK * 3 - 1), max_size=200)


@given(PLACES, PLACES)
def test_places_are_put_into_a_set_found_in_it_and_taken_out_again(some: set[int], others: set[int]) -> None:
    places, asked = (np.array(sorted(each), dtype=np.uint32) for each in (some, others))
    own = np.zeros(bits.BLOCK * 3, dtype=np.uint64)
    bits.put(own, places)
    expected = [place in some for place in asked.tolist()]
    assert bits.unpacked(own).tolist() == sorted(some)
    assert bits.size(own) == len(some)
    assert bits.holding(own, asked).tolist() == expected
    assert bits.among(asked, places).tolist() == expected


@given(PLACES, PLACES)
def test_a_term_of_a_few_blocks_is_held_by_whom_its_set_has(some: set[int], others: set[int]) -> None:
    own = np.zeros(bits.BLOCK * 3, dtype=np.uint64)
    bits.put(own, np.array(sorted(some), dtype=np.uint32))
    blocks = own.reshape(-1, bits.BLOCK)
    taken = np.flatnonzero(blocks.any(axis=1))
    firsts = np.array([0, len(taken)])
    terms = bits.Terms({"words": {"office": 0}}, firsts, taken, np.arange(len(taken)), blocks[taken])
    asked = np.array(sorted(others), dtype=np.uint32)
    assert terms.holding("words", "office", asked).tolist() == [place in some for place in asked.tolist()]


@pytest.mark.parametrize("day", [None, date(2019, 7, 15), date(1990, 1, 1)])
@pytest.mark.parametrize("text", ["", "office"])
def test_nothing_is_found_in_an_empty_register(tmp_path: Path, text: str, day: date | None) -> None:
    results = SearchIndex.open(write_snapshot(tmp_path, [])).search(Query(text, on=day))
    assert (results.total, results.hits) == (0, ())


def test_an_empty_register_has_empty_sets() -> None:
    layout = Layout.of(np.empty(0, dtype=np.uint16), 0)
    assert layout.words == 0
    assert layout.counts(layout.everybody).tolist() == []
