"""What makes a search fast on millions of licences must not change what it answers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tantivy import DocAddress, Document
from tests.register.test_search import Entry, dated, write_snapshot

from tenring.exceptions import SnapshotError, UnusableInputError
from tenring.register.search import Query, SearchIndex, build_index, documents, ranking, schema, tokens
from tenring.register.search.periods import STRETCH, Window, stretches_of
from tenring.register.search.vocabulary import Vocabulary

COUNT = 900
BRANDS = ("Acme", "Borealis", "Lumen", "晨光")
NAMES = ("office lamp", "office lamps", "copy paper", "Lumen office", "desk", "再生复印纸", "照明光源")
WORDS = (
    "office",
    "lamp",
    "office lamp",
    "lumen",
    "lumen office",
    "acme paper",
    "LM2*",
    "LM 2",
    "复印",
    "复印纸",
    "晨光",
)
DAYS = (None, date(2016, 3, 1), date(2019, 7, 15), date(2024, 2, 29), date(1990, 1, 1), date(2026, 6, 1))


def entries() -> Iterator[Entry]:
    """Licences whose every property follows from their number."""
    for number in range(COUNT):
        start = date(2012, 1, 1) + timedelta(number * 37 % 4500)
        stop = start + timedelta(200 + number * 91 % 2000)
        yield Entry(
            f"{number:04}",
            BRANDS[number * 7 % 11 % len(BRANDS)],
            NAMES[number * 5 % 13 % len(NAMES)],
            ("copy-paper", "displays", "refrigerators")[number % 3],
            models=(f"LM{number % 97}-{number}", f"Altherma Duo {number}"),
            economy=("US", "CN", None)[number % 5 % 3],
            valid_from=start,
            periods=dated(start.isoformat(), stop.isoformat()),
        )


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """An index of many stretches: they are short here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "BAND", 32)
        yield SearchIndex.open(write_snapshot(tmp_path_factory.mktemp("large"), entries()))


def shown(index: SearchIndex, query: Query) -> list[tuple[str, float]]:
    return [(hit.licence_id, hit.score) for hit in index.search(query).hits]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("text", [*WORDS, ""])
def test_the_best_of_the_first_stretches_are_the_best_of_all(
    large: SearchIndex, monkeypatch: pytest.MonkeyPatch, text: str, day: date | None
) -> None:
    query = Query(text, on=day, limit=5, offset=2)
    everything_scored = shown(large, query)
    monkeypatch.setattr(ranking, "_FEW", 0)
    assert shown(large, query) == everything_scored


def test_frequent_words_are_answered_from_a_few_stretches(large: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "_FEW", 0)
    asked_in_full: list[int] = []
    search_all = vars(ranking.Ranking)["_search"]

    def counted(self: ranking.Ranking, scored: list[object], count: int) -> list[ranking.Found]:
        found: list[ranking.Found] = search_all(self, scored, count)
        asked_in_full.append(len(found))
        return found

    monkeypatch.setattr(ranking.Ranking, "_search", counted)
    large.search(Query("", on=date(1990, 1, 1), status="not_begun", limit=5))
    assert asked_in_full == [5]


@pytest.mark.parametrize("day", [day for day in DAYS if day])
@pytest.mark.parametrize("word", ["office", "lumen", "paper"])
def test_totals_and_facets_equal_a_count_by_hand(large: SearchIndex, word: str, day: date) -> None:
    found = [
        entry
        for entry in entries()
        if word in f"{entry.brand} {entry.name}".lower().split()
        and any(status == "active" and start <= day < stop for status, start, stop in entry.periods if start and stop)
    ]
    results = large.search(Query(word, on=day, facets=("category", "economy", "status", "register")))
    assert results.total == len(found)
    assert results.facets["category"] == Counter(entry.category for entry in found)
    assert results.facets["economy"] == Counter(entry.economy or "unknown" for entry in found)
    assert results.facets["register"] == Counter(entry.register for entry in found)
    assert results.facets["status"] == ({"active": len(found)} if found else {})


def test_a_facets_most_frequent_keys_come_first(large: SearchIndex) -> None:
    counts = list(large.search(Query("office")).facets["category"].values())
    assert counts == sorted(counts, reverse=True)


# Beginnings


@pytest.mark.parametrize("typed", ["Altherma Duo", "althermad*", "altherma duo 12", "AlthermaDuo8*", "duo 3*"])
def test_a_long_beginning_finds_the_same_whether_or_not_it_is_a_term(
    large: SearchIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr(documents, "_MANY_MODELS", COUNT + 1)
    without = SearchIndex.open(write_snapshot(tmp_path, entries()))
    frequencies = [index.lexicon.frequency(schema.LONG_EDGES, "althermaduo") for index in (without, large)]
    assert frequencies == [0, COUNT]
    query = Query(typed, limit=50)
    assert without.search(query).total == large.search(query).total > 0
    assert shown(without, query) == shown(large, query)


# Days


@given(st.integers(700_000, 701_000), st.integers(1, 3_000), st.integers(699_000, 705_000))
def test_a_stretch_of_days_is_named_when_the_licence_was_active_on_all_or_on_some_of_them(
    start: int, length: int, day: int
) -> None:
    end, stretch = start + length, day // STRETCH
    ((terms,),) = duckdb.execute(f"SELECT {stretches_of(f'{start}::BIGINT', f'{end}::BIGINT')}").fetchall()
    active = sum(start <= one < end for one in range(stretch * STRETCH, (stretch + 1) * STRETCH))
    assert (f"a{stretch}" in terms.split()) == (active == STRETCH)
    assert (f"s{stretch}" in terms.split()) == (0 < active < STRETCH)


def test_the_window_reaches_from_years_before_the_snapshots_day_to_after_it() -> None:
    window = Window.around(date(2026, 6, 1))
    assert date(2012, 1, 1) in window
    assert date(2028, 1, 1) in window
    assert date(1999, 1, 1) not in window


# Patterns


@given(st.text("ab1*#", min_size=1, max_size=8), st.text("ab1", max_size=10))
def test_a_pattern_covers_what_its_expression_matches(pattern: str, key: str) -> None:
    assert tokens.covers(pattern, key) == bool(re.fullmatch(tokens.as_regex(pattern), key))


LETTERS = st.text("abs1", min_size=1, max_size=5)


@given(LETTERS, LETTERS)
def test_neighbours_are_the_words_with_one_letter_changed(word: str, other: str) -> None:
    assert (other in tokens.neighbours(word)) == (tokens.distance(word, other, most=1) == 1)


@given(
    st.lists(st.text("abcs", min_size=2, max_size=6), min_size=1), st.text("abcs", min_size=2), st.sampled_from([1, 2])
)
def test_no_name_near_a_word_is_left_out_for_its_letters(names: list[str], word: str, most: int) -> None:
    vocabulary = Vocabulary({name: ["lamps"] for name in names})
    near = {name for name in names if tokens.distance(word, name, most=most) <= most}
    alike_at_an_end = {name for name in near if name[0] == word[0] or name[-2:] == word[-2:]}
    assert alike_at_an_end <= set(vocabulary.alike_at_an_end(word, most))


# The index on disk


def test_an_index_of_another_layout_is_refused_and_the_message_says_what_to_do(tmp_path: Path) -> None:
    folder = write_snapshot(tmp_path, [Entry("1", "Acme")])
    about = folder / schema.FOLDER / schema.ABOUT
    content = json.loads(about.read_text(encoding="utf-8"))
    del content["layout"]
    about.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(SnapshotError, match=r"layout 1.*tenring register build"):
        SearchIndex.open(folder)


def written(folder: Path, segments: list[list[int]]) -> Path:
    """An index of licences with these ranks, one commit and so one segment after the other."""
    folder.mkdir()
    writer = schema.create(folder).writer(heap_size=15_000_000, num_threads=1)
    for ranks in segments:
        for rank in ranks:
            writer.add_document(Document(**{schema.RANK: rank, schema.CARD: b"{}"}))
        writer.commit()
    writer.wait_merging_threads()
    return folder


def test_segments_are_read_in_the_order_of_ranks(tmp_path: Path) -> None:
    folder = written(tmp_path / "search", [[0], [1, 2, 3], [4, 5]])
    schema.put_in_order(folder)
    searcher = schema.open_index(folder).searcher()
    firsts = [searcher.fast_field_values(schema.RANK, [DocAddress(number, 0)]) for number in range(3)]
    assert firsts == [[0], [1], [4]]


def test_segments_that_are_no_neighbours_mean_too_little_memory(tmp_path: Path) -> None:
    folder = written(tmp_path / "search", [[0, 1, 4], [2, 3]])
    with pytest.raises(SnapshotError, match="TENRING_MEMORY"):
        schema.put_in_order(folder)


@pytest.mark.parametrize("memory", ["64MB", "0.5 GiB", "1g"])
def test_memory_is_given_as_a_size(tmp_path: Path, memory: str) -> None:
    folder = write_snapshot(tmp_path, [Entry("1", "Acme")])
    build_index(folder, memory=memory)
    assert SearchIndex.open(folder).search(Query("acme")).total == 1


def test_memory_that_is_no_size_is_refused(tmp_path: Path) -> None:
    folder = write_snapshot(tmp_path, [Entry("1", "Acme")])
    with pytest.raises(UnusableInputError, match="2GiB"):
        build_index(folder, memory="plenty")
    assert SearchIndex.open(folder).search(Query("acme")).total == 1
