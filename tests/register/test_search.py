from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from tenring import language
from tenring.exceptions import SnapshotError, UnusableInputError
from tenring.model import tables
from tenring.model.licence import Status
from tenring.register.search import ANY, Hit, Kind, Query, SearchIndex, build_index, search

TODAY = date(2026, 6, 1)
Periods = tuple[tuple[str, date | None, date | None], ...]

CATEGORIES = {
    "desktop-computers": ["Desktop computers", "desktop PC", "台式计算机", "デスクトップパソコン", "데스크톱 컴퓨터"],
    "portable-computers": ["Portable computers", "laptop", "notebook computer", "笔记本电脑", "便携式计算机"],
    "copy-paper": ["Copy paper", "复印纸", "影印紙", "コピー用紙", "복사용지", "Papel para fotocopias"],
    "refrigerators": ["Refrigerators", "fridge", "电冰箱", "冷蔵庫", "냉장고"],
    "displays": ["Displays", "monitor", "显示器"],
}


@dataclass(frozen=True)
class Entry:
    """A licence with what belongs to it, for the tables."""

    key: str
    brand: str | None = None
    name: str | None = None
    category: str = "desktop-computers"
    models: tuple[str, ...] = ()
    gtins: tuple[str, ...] = ()
    holder: str | None = None
    number: str | None = None
    programme: str = "energy-star"
    register: str = "us/energy-star"
    economy: str | None = "US"
    valid_from: date | None = None
    periods: Periods = (("active", None, None),)


def write_snapshot(folder: Path, entries: Iterable[Entry], categories: Mapping[str, list[str]] = CATEGORIES) -> Path:
    entries = list(entries)
    licences = [
        {
            "licence_id": f"{e.register}:{e.key}",
            "register": e.register,
            "programme": e.programme,
            "economy": e.economy,
            "number": e.number or e.key,
            "holder": e.holder,
            "brand": e.brand,
            "name": e.name,
            "category": e.category,
            "valid_from": e.valid_from,
            "last_read": TODAY,
        }
        for e in entries
    ]
    models = [{"licence_id": f"{e.register}:{e.key}", "model": m, "kind": "model"} for e in entries for m in e.models]
    gtins = [{"licence_id": f"{e.register}:{e.key}", "gtin": g} for e in entries for g in e.gtins]
    statuses = [
        {"licence_id": f"{e.register}:{e.key}", "status": status, "from_date": start, "until_date": end, "reason": why}
        for e in entries
        for status, start, end in e.periods
        for why in ["by its holder" if status == "withdrawn" else None]
    ]
    rows = (
        ("licences", licences, tables.LICENCES),
        ("models", models, tables.MODELS),
        ("gtins", gtins, tables.GTINS),
        ("statuses", statuses, tables.STATUSES),
    )
    for name, values, schema in rows:
        complete = [{field: value.get(field) for field in schema.names} for value in values]
        pq.write_table(pa.Table.from_pylist(complete, schema=schema), folder / f"{name}.parquet")
    build_index(folder, categories=categories)
    return folder


def dated(start: str, end: str, *, then: str = "expired") -> Periods:
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return ("not_begun", None, first), ("active", first, last), (then, last, None)


REGISTER = [
    Entry("2310001", "HP", "HP EliteDesk desktop", models=("EliteDesk 800 G1 Tower", "EliteDesk 800 G1 SFF"),
          gtins=("00885631000014",), periods=dated("2019-01-01", "2021-01-01")),
    Entry("2310002", "HP", "HP EliteDesk desktop", models=("EliteDesk 8000",)),
    Entry("2310003", "HP", "ProDesk small business desktop", models=("ProDesk 600",), holder="HP Inc."),
    Entry("2310004", "Dell", "Latitude", "portable-computers", models=("Latitude E-5540", "T2254-a")),
    Entry("2310005", "Samsung", "French door", "refrigerators", models=("RF28R7201**/AA", "RT38K5#30")),
    Entry("2310006", "LG", "Refrigerator", "refrigerators", models=("GR-X24*",)),
    Entry("CEC-2019-ELP-00123456", "格力", "变频空调", "displays", models=("KFR-35GW/(35592)FNhAa",),
          programme="china-environmental-label", register="cn/cec", economy="CN", holder="珠海格力电器股份有限公司"),
    Entry("CEC-2019-ELP-00123457", "晨鸣", "静电复印纸", "copy-paper", models=("A4 70g",),
          programme="china-environmental-label", register="cn/cec", economy="CN"),
    Entry("GM-00017", "永豐餘", "再生影印紙", "copy-paper", models=("PaperOne-80",),
          programme="green-mark", register="tw/green-mark", economy="TW",
          periods=dated("2020-03-01", "2023-03-01", then="withdrawn")),
    Entry("EM-17-1", "富士", "コピー用紙 再生", "copy-paper", models=("Fuji-Eco70",),
          programme="eco-mark", register="jp/eco-mark", economy="JP"),
    Entry("KR-884", "한솔", "재생 복사용지", "copy-paper", models=("HS-75",),
          programme="korea-eco-label", register="kr/eco-label", economy="KR"),
    Entry("EN-1", "Acme", "Multipurpose office sheets", "copy-paper", programme="eu-ecolabel",
          register="eu/ecolabel", economy=None),
]  # fmt: skip


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    return SearchIndex.open(write_snapshot(tmp_path_factory.mktemp("snapshot"), REGISTER))


def keys(hits: Iterable[Hit]) -> list[str]:
    return [hit.licence_id.split(":")[1] for hit in hits]


def found(register: SearchIndex, text: str, **asked: object) -> list[str]:
    return keys(register.search(Query(text, **asked)).hits)  # type: ignore[arg-type]  # a test names fields of Query


def best(register: SearchIndex, text: str) -> Hit:
    return register.search(Query(text)).hits[0]


def kinds(hit: Hit) -> set[Kind]:
    return {reason.kind for reason in hit.explanation}


# Numbers


@pytest.mark.parametrize("typed", ["CEC-2019-ELP-00123456", "cec2019elp00123456", "CEC 2019 ELP 00123456"])
def test_a_licence_number_typed_in_full_comes_first(register: SearchIndex, typed: str) -> None:
    hit = best(register, typed)
    assert hit.number == "CEC-2019-ELP-00123456"
    assert hit.explanation[0].kind is Kind.NUMBER


@pytest.mark.parametrize("typed", ["00885631000014", "885631000014", "8856 3100 0014"])
def test_a_gtin_is_found_with_and_without_leading_zeros_and_spaces(register: SearchIndex, typed: str) -> None:
    hit = best(register, typed)
    assert hit.number == "2310001"
    assert hit.explanation[0].kind is Kind.GTIN


def test_a_licence_number_outweighs_a_model_of_the_same_text(tmp_path: Path) -> None:
    entries = [Entry("1", models=("77001",), number="A-1"), Entry("2", models=("X",), number="77001")]
    index = SearchIndex.open(write_snapshot(tmp_path, entries))
    assert found(index, "77001") == ["2", "1"]


# Models


@pytest.mark.parametrize(
    "typed", ["EliteDesk 800 G1 Tower", "elitedesk800g1tower", "Elite Desk 800-G1 tower", "HP EliteDesk-800 G1 Tower"]
)
def test_a_model_is_found_with_and_without_spaces_and_hyphens(register: SearchIndex, typed: str) -> None:
    hit = best(register, typed)
    assert hit.number == "2310001"
    assert hit.models[0] == "EliteDesk 800 G1 Tower"
    assert Kind.MODEL in kinds(hit)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("EliteDesk 800", ["2310001", "2310002"]),
        ("T2254", ["2310004"]),
        ("t-2254", ["2310004"]),
        ("E5540", ["2310004"]),
        ("Latitude E 5540", ["2310004"]),
        ("RF28*", ["2310005"]),
        ("RF 28*", ["2310005"]),
        ("elited*", ["2310001", "2310002"]),
        ("KFR-35GW", ["CEC-2019-ELP-00123456"]),
        ("CEC-2019-ELP", ["CEC-2019-ELP-00123456", "CEC-2019-ELP-00123457"]),
    ],
)
def test_the_beginning_of_a_model_or_number_finds_it(register: SearchIndex, typed: str, expected: list[str]) -> None:
    assert sorted(found(register, typed)) == sorted(expected)


def test_a_whole_word_ranks_before_a_longer_number_that_begins_alike(register: SearchIndex) -> None:
    assert found(register, "EliteDesk 800") == ["2310001", "2310002"]


def test_only_the_models_that_match_are_shown(register: SearchIndex) -> None:
    hit = best(register, "EliteDesk 800 G1 SFF")
    assert hit.models[0] == "EliteDesk 800 G1 SFF"
    assert hit.models_total == 2
    assert best(register, "LG").models == ()


# Wildcards


@pytest.mark.parametrize("typed", ["RF28R7201SR/AA", "rf28r7201dtaa", "Samsung RF28R7201SR/AA", "RF 28R7201 SR AA"])
def test_a_concrete_model_is_found_under_the_registers_star(register: SearchIndex, typed: str) -> None:
    hit = best(register, typed)
    assert hit.number == "2310005"
    assert hit.models == ("RF28R7201**/AA",)
    assert Kind.PATTERN in kinds(hit)


def test_a_pattern_is_verified_to_its_end(register: SearchIndex) -> None:
    results = register.search(Query("RF28R7201SR/EU"))
    assert all(Kind.PATTERN not in kinds(hit) for hit in results.hits)
    assert register.search(Query("RT38K5X30")).total == 1
    assert Kind.PATTERN not in {kind for hit in register.search(Query("RT38K5XX30")).hits for kind in kinds(hit)}


def test_a_pattern_as_printed_finds_itself(register: SearchIndex) -> None:
    assert found(register, "RF28R7201**/AA") == ["2310005"]
    assert found(register, "GR-X24*") == ["2310006"]


def test_a_star_inside_covers_models(register: SearchIndex) -> None:
    assert found(register, "elitedesk*tower") == ["2310001"]


# Words


def test_all_words_must_be_there(register: SearchIndex) -> None:
    results = register.search(Query("HP desktop business"))
    assert keys(results.hits) == ["2310003"]
    assert not results.relaxed


def test_most_words_do_when_no_licence_has_all_and_the_answer_says_so(register: SearchIndex) -> None:
    results = register.search(Query("small business latitude desktop"))
    assert keys(results.hits)[0] == "2310003"
    assert results.relaxed
    assert (results.words, results.words_typed) == (3, 4)


def test_singular_finds_plural(register: SearchIndex) -> None:
    assert "EN-1" in found(register, "office sheet")


def test_a_text_without_letters_finds_nothing_and_says_why(register: SearchIndex) -> None:
    results = register.search(Query("—!?"))
    assert results.total == 0
    assert "no letter or digit" in results.notes[0]


def test_no_text_finds_everything(register: SearchIndex) -> None:
    assert register.search(Query()).total == len(REGISTER)


def test_a_pasted_page_is_cut_and_the_answer_says_so(register: SearchIndex) -> None:
    assert "first 32 words" in register.search(Query("paper " * 40)).notes[0]


# Typing errors


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("samsumg", "samsung"),
        ("asmsung", "samsung"),
        ("latitud", "latitude"),
        ("multipurpsoe", "multipurpose"),
        ("refrigerater", "refrigerator"),
    ],
)
def test_a_typing_error_is_corrected_and_told(register: SearchIndex, typed: str, meant: str) -> None:
    results = register.search(Query(typed))
    assert results.total > 0
    assert results.corrected == {typed: meant}
    assert max(reason.distance for reason in results.hits[0].explanation) in {1, 2}


def test_a_typing_error_beside_a_right_word(register: SearchIndex) -> None:
    results = register.search(Query("samsumg french door"))
    assert keys(results.hits) == ["2310005"]
    assert not results.relaxed


def test_a_typing_error_is_the_most_frequent_word_near_it_however_many_there_are(tmp_path: Path) -> None:
    signs = "0123456789abcdefghijklmnopqrstuvwxyz"
    rare = [*(f"{sign}lamq" for sign in signs), *(f"lamq{sign}" for sign in signs)]
    new = [Entry(word, name=word, valid_from=date(2024, 1, 1)) for word in rare]
    old = [Entry(f"old {number}", name="lamp", valid_from=date(2010, 1, 1)) for number in range(5)]
    assert SearchIndex.open(write_snapshot(tmp_path, [*new, *old])).search(Query("lamq")).corrected == {"lamq": "lamp"}


def test_nothing_is_corrected_when_enough_is_found(register: SearchIndex) -> None:
    assert register.search(Query("HP EliteDesk")).corrected == {}


def test_a_model_typed_in_full_is_no_typing_error(tmp_path: Path) -> None:
    index = SearchIndex.open(write_snapshot(tmp_path, [Entry("1", models=("T2254",)), Entry("2", models=("T2255",))]))
    assert found(index, "T2254") == ["1"]
    results = index.search(Query("T2245"))
    assert results.corrected == {"t2245": "t2254"}


# Chinese, Japanese, Korean


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("空调", "CEC-2019-ELP-00123456"),
        ("變頻空調", "CEC-2019-ELP-00123456"),
        ("格力", "CEC-2019-ELP-00123456"),
        ("珠海", "CEC-2019-ELP-00123456"),
        ("静电复印", "CEC-2019-ELP-00123457"),
        ("再生影印纸", "GM-00017"),
        ("永丰余", "GM-00017"),
        ("永豐", "GM-00017"),
        ("コピー", "EM-17-1"),
        ("ｺﾋﾟｰ用紙", "EM-17-1"),
        ("富士", "EM-17-1"),
        ("복사", "KR-884"),
        ("한솔 복사용지", "KR-884"),
    ],
)
def test_two_characters_of_any_script_find_a_licence(register: SearchIndex, typed: str, expected: str) -> None:
    assert expected in found(register, typed)


def test_one_character_finds_a_licence(register: SearchIndex) -> None:
    assert found(register, "晨") == ["CEC-2019-ELP-00123457"]


def test_three_characters_must_stand_side_by_side(tmp_path: Path) -> None:
    entries = [Entry("1", name="复印纸"), Entry("2", brand="印纸", name="复印"), Entry("3", name="复印 印纸")]
    index = SearchIndex.open(write_snapshot(tmp_path, entries, categories={}))
    assert found(index, "复印纸") == ["1"]


def test_a_category_name_finds_licences_described_in_other_languages(register: SearchIndex) -> None:
    all_paper = {"CEC-2019-ELP-00123457", "GM-00017", "EM-17-1", "KR-884", "EN-1"}
    for typed in ("复印纸", "影印紙", "コピー用紙", "복사용지", "copy paper", "papel para fotocopias"):
        assert set(found(register, typed)) == all_paper, typed


def test_a_licence_that_says_it_ranks_before_one_of_the_same_category(register: SearchIndex) -> None:
    assert found(register, "复印纸")[0] == "CEC-2019-ELP-00123457"
    assert best(register, "laptop").explanation[0].kind is Kind.SYNONYM


def test_brand_and_category_written_together_are_told_apart(tmp_path: Path) -> None:
    entries = [
        Entry("1", "惠普", "EliteBook", "portable-computers"),
        Entry("2", "惠普", "EliteDesk"),
        Entry("3", "联想", "X", "portable-computers"),
    ]
    index = SearchIndex.open(write_snapshot(tmp_path, entries))
    assert found(index, "惠普笔记本电脑") == ["1"]


# Dates


def test_the_date_decides_what_is_found(register: SearchIndex) -> None:
    assert "2310001" in found(register, "EliteDesk 800", on=date(2020, 6, 1))
    assert "2310001" not in found(register, "EliteDesk 800", on=date(2021, 1, 1))
    assert "2310001" in found(register, "EliteDesk 800", on=date(2020, 12, 31))
    assert "2310001" not in found(register, "EliteDesk 800", on=date(2018, 12, 31))


def test_a_hit_tells_its_status_on_the_date_asked(register: SearchIndex) -> None:
    hit = register.search(Query("影印紙 永豐", on=date(2024, 1, 1), status="withdrawn")).hits[0]
    assert (hit.status, hit.status_from, hit.status_until, hit.status_reason) == (
        "withdrawn",
        date(2023, 3, 1),
        None,
        "by its holder",
    )
    hit = register.search(Query("GM-00017", on=date(2020, 3, 1))).hits[0]
    assert (hit.status, hit.status_from, hit.status_until) == ("active", date(2020, 3, 1), date(2023, 3, 1))


def test_without_a_date_the_status_is_that_of_the_snapshots_day(register: SearchIndex) -> None:
    results = register.search(Query("EliteDesk 800 G1"))
    assert results.on == TODAY
    assert results.hits[0].status == "expired"
    assert found(register, "EliteDesk 800 G1", status="active") == []


def test_what_the_filters_hid_is_told(register: SearchIndex) -> None:
    results = register.search(Query("EliteDesk 800 G1", on=date(2022, 1, 1)))
    assert (results.total, results.without_filters) == (0, 1)
    assert results.corrected == {}


def test_any_status_counts_each(register: SearchIndex) -> None:
    results = register.search(Query(on=date(2022, 1, 1), status=ANY))
    assert results.total == len(REGISTER)
    assert results.facets["status"] == {"active": 11, "expired": 1}


def valid(folder: Path, status: str, day: date) -> set[str]:
    query = """
        SELECT licence_id FROM read_parquet(?)
        WHERE status = ? AND coalesce(from_date <= ?, true) AND coalesce(? < until_date, true)
    """
    return {row[0] for row in duckdb.execute(query, [str(folder / "statuses.parquet"), status, day, day]).fetchall()}


def history(changes: list[tuple[date, str]], first: str) -> Periods:
    """Periods that touch: `first` since ever, then each change until the next."""
    dates = sorted(dict(changes).items())
    starts = [None, *(day for day, _ in dates)]
    ends = [*(day for day, _ in dates), None]
    names = [first, *(status for _, status in dates)]
    return tuple(zip(names, starts, ends, strict=True))


STATUSES = st.sampled_from([status.value for status in Status])
DAYS = st.dates(date(2019, 12, 25), date(2020, 1, 10)) | st.dates(date(1999, 1, 1), date(2130, 1, 1)) | st.dates()
HISTORIES = st.builds(history, st.lists(st.tuples(DAYS, STATUSES), max_size=6), STATUSES)


@limits(max_examples=25, deadline=None)
@given(st.lists(HISTORIES, min_size=1, max_size=8), st.lists(DAYS, min_size=1, max_size=5), STATUSES)
def test_the_date_filter_equals_the_query_on_the_statuses(
    histories: list[Periods], days: list[date], status: str
) -> None:
    with TemporaryDirectory() as folder:
        entries = [Entry(str(number), periods=periods) for number, periods in enumerate(histories)]
        index = SearchIndex.open(write_snapshot(Path(folder), entries))
        edges = {day for periods in histories for _, *ends in periods for day in ends if day}
        for day in {*days, *edges, *(edge - timedelta(1) for edge in edges if edge > date.min)}:
            results = index.search(Query(on=day, status=status, limit=100))
            assert {hit.licence_id for hit in results.hits} == valid(Path(folder), status, day)
            assert results.total == len(results.hits) == sum(results.facets["category"].values())


# Filters, facets, pages


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"economy": "CN"}, {"CEC-2019-ELP-00123456", "CEC-2019-ELP-00123457"}),
        ({"programme": "eco-mark"}, {"EM-17-1"}),
        ({"register": "tw/green-mark"}, {"GM-00017"}),
        ({"category": "refrigerators"}, {"2310005", "2310006"}),
        ({"status": "withdrawn"}, {"GM-00017"}),
        ({"category": "copy-paper", "economy": "CN"}, {"CEC-2019-ELP-00123457"}),
        ({"economy": "XX"}, set()),
    ],
)
def test_filters(register: SearchIndex, asked: dict[str, str], expected: set[str]) -> None:
    assert set(keys(register.search(Query(**asked)).hits)) == expected


def test_facets_count_all_hits_not_only_the_page(register: SearchIndex) -> None:
    results = register.search(Query("复印纸", limit=1))
    assert len(results.hits) == 1
    assert results.total == 5
    assert results.facets["economy"] == {"CN": 1, "JP": 1, "KR": 1, "TW": 1, "unknown": 1}
    assert results.facets["status"] == {"active": 4, "withdrawn": 1}
    assert all(sum(counts.values()) == results.total for counts in results.facets.values())


def test_only_the_facets_asked_for_are_counted(register: SearchIndex) -> None:
    assert list(register.search(Query("HP", facets=("register",))).facets) == ["register"]
    results = register.search(Query("HP", facets=()))
    assert (results.facets, results.total) == ({}, 3)


def test_pages_join_to_the_whole(register: SearchIndex) -> None:
    pages = [found(register, "", limit=5, offset=offset) for offset in (0, 5, 10)]
    assert [key for page in pages for key in page] == found(register, "", limit=100)
    assert register.search(Query(limit=0)).hits == ()


def test_equals_are_shown_active_first_then_newest(tmp_path: Path) -> None:
    entries = [
        Entry("old", "Acme", valid_from=date(2010, 1, 1)),
        Entry("gone", "Acme", valid_from=date(2025, 1, 1), periods=dated("2025-01-01", "2026-01-01")),
        Entry("new", "Acme", valid_from=date(2024, 1, 1)),
    ]
    assert found(SearchIndex.open(write_snapshot(tmp_path, entries)), "acme") == ["new", "old", "gone"]


# Explanations


@pytest.mark.parametrize(
    "typed",
    ["HP EliteDesk 800", "HP RF28R7201SR/AA", "CEC-2019-ELP-00123456", "复印纸", "samsumg french", "elitedesk*tower",
     "RF28*", "885631000014", "small business latitude", "珠海格力空调", "sheet", "copy paper"],
)  # fmt: skip
def test_the_weights_of_the_reasons_add_up_to_the_score(register: SearchIndex, typed: str) -> None:
    hits = register.search(Query(typed)).hits
    assert hits
    for hit in hits:
        assert hit.score == pytest.approx(sum(reason.weight for reason in hit.explanation), abs=0.01)


def test_a_reason_says_what_was_typed_and_what_it_met(register: SearchIndex) -> None:
    language.use("en")
    reason = best(register, "T2254").explanation[0]
    assert (reason.typed, reason.kind, reason.field, reason.value) == ("t2254", Kind.PREFIX, "model", "T2254-a")
    assert reason.text == "“t2254” begins the model T2254-a"
    typo = best(register, "samsumg").explanation[0]
    assert typo.text == "“samsung” is a word of the brand Samsung (typed “samsumg”; letters corrected: 1)"


# Unusable


def test_a_folder_without_tables_or_index_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="tenring register build"):
        build_index(tmp_path)
    with pytest.raises(SnapshotError, match="tenring register build"):
        search(tmp_path, Query("HP"))


@pytest.mark.parametrize(
    "asked", [{"limit": -1}, {"limit": 1001}, {"offset": -1}, {"facets": ("colour",)}, {"status": "green"}]
)
def test_a_question_out_of_range_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(UnusableInputError):
        Query("HP", **asked)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    "typed",
    [
        "*",
        "**",
        "??",
        "a*",
        "(",
        ".*",
        "[a-z]",
        "\\",
        '"',
        "AND OR",
        "a:b",
        "RF28[*",
        "x" * 5000,
        "纸" * 3000,
        "\x00",
        "🖨️",
    ],
)
def test_nothing_typed_breaks_the_search(register: SearchIndex, typed: str) -> None:
    assert register.search(Query(typed)).total >= 0


@limits(max_examples=60, deadline=None)
@given(typed=st.text(max_size=40) | st.text("aB1 -*?#/复印纸コ한", max_size=20))
def test_any_text_has_an_answer(register: SearchIndex, typed: str) -> None:
    results = register.search(Query(typed, limit=5))
    assert len(results.hits) == min(results.total, 5)


def test_a_snapshot_without_licences_answers(tmp_path: Path) -> None:
    assert search(write_snapshot(tmp_path, []), Query("HP")).total == 0
