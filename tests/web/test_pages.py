from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest
from django.test import Client

from tenring.model.licence import Status
from tenring.web.core.sources import Sources
from tenring.web.register.asked import Asked


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def first_licence(open_: Sources, **filters: str) -> str:
    with open_.snapshot.connect() as db:
        where = " AND ".join(f"{name} = ?" for name in filters) or "true"
        row = db.execute(
            f"SELECT licence_id FROM licences WHERE {where} ORDER BY licence_id LIMIT 1",
            list(filters.values()),
        ).fetchone()
    assert row is not None
    return str(row[0])


# every page, in both languages


MAIN = ("/", "/search", "/search?q=paper", "/programmes/", "/economies/", "/categories/", "/criteria/", "/compare")


@pytest.mark.parametrize("tag", ["en", "zh"])
@pytest.mark.parametrize("address", MAIN)
def test_a_main_page_answers_in_both_languages_and_is_small(visitor: Client, address: str, tag: str) -> None:
    page = text_of(visitor, f"{address}{'&' if '?' in address else '?'}lang={tag}")
    assert len(page.encode()) < 150_000
    assert " style=" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
    assert "<script>" not in page


def test_every_category_programme_and_economy_has_a_page(visitor: Client, open_: Sources) -> None:
    for id_ in open_.catalogue.programmes:
        text_of(visitor, f"/programmes/{id_}")
    for id_ in open_.catalogue.categories.by_id:
        text_of(visitor, f"/categories/{id_}")
    for code in {one.economy for one in open_.catalogue.programmes.values()}:
        text_of(visitor, f"/economies/{code}")


def test_every_revision_has_a_page_with_all_its_clauses(visitor: Client, open_: Sources) -> None:
    for one in open_.library.revisions[::7]:
        page = text_of(visitor, f"/criteria/{one.id}")
        assert page.count('<article class="clause"') == len(one.clauses)


@pytest.mark.parametrize(
    "address", ["/licence/none:0", "/programmes/none", "/economies/QQ", "/categories/none", "/criteria/a/b/2020-01-01"]
)
def test_what_does_not_exist_is_a_404(visitor: Client, address: str) -> None:
    text_of(visitor, address, status=404)


def test_samples_are_called_samples_on_every_page(visitor: Client, open_: Sources) -> None:
    for address in ("/", "/search", f"/licence/{first_licence(open_)}", "/economies/CN"):
        assert "Sample data." in text_of(visitor, address)


# search


def test_facets_narrow_and_a_chosen_one_leads_back(visitor: Client) -> None:
    page = text_of(visitor, "/search?q=paper&category=copy-paper")
    assert 'href="/search?q=paper"' in page
    assert 'aria-current="true"' in page


def test_a_status_on_a_day_is_found(visitor: Client, open_: Sources) -> None:
    everything = open_.index.search(Asked(on=open_.day).query()).total
    page = text_of(visitor, f"/search?on={open_.day.isoformat()}")
    assert f"<b>{everything:,}</b>" in page


@pytest.mark.parametrize(
    "address",
    ["/search?on=yesterday", "/search?status=happy", "/search?page=0", "/search?page=x",
     "/search?category=refrigerators&annual_energy_use.min=much", "/search?category=refrigerators&a.min=NaN"],
)  # fmt: skip
def test_a_question_that_cannot_be_read_is_refused_in_words(visitor: Client, address: str) -> None:
    assert "That did not work" in text_of(visitor, address, status=400)


def measured_category(open_: Sources) -> tuple[str, str]:
    """A category and a number that most of its licences state."""
    with open_.snapshot.connect() as db:
        row = db.execute(
            "SELECT category, property FROM properties JOIN licences USING (licence_id) WHERE value IS NOT NULL "
            "GROUP BY ALL HAVING count(DISTINCT value) > 5 ORDER BY count(*) DESC, 1, 2 LIMIT 1"
        ).fetchone()
    assert row is not None
    return str(row[0]), str(row[1])


def test_a_range_keeps_only_licences_that_state_a_value_within_it(visitor: Client, open_: Sources) -> None:
    category, name = measured_category(open_)
    with open_.snapshot.connect() as db:
        middle, expected = db.execute(
            "WITH v AS (SELECT DISTINCT licence_id, value FROM properties JOIN licences USING (licence_id) "
            "JOIN statuses s USING (licence_id) WHERE category = ? AND property = ? AND s.status = 'active' "
            "AND (s.from_date IS NULL OR s.from_date <= ?) AND (s.until_date IS NULL OR ? < s.until_date)), "
            "m AS (SELECT quantile_disc(value, 0.5) AS middle FROM v) "
            "SELECT any_value(middle), count(*) FILTER (value <= middle) FROM v, m",
            [category, name, open_.day, open_.day],
        ).fetchone() or (None, None)
    page = text_of(visitor, f"/search?category={category}&{name}.max={middle}")
    assert f"<b>{expected:,}</b>" in page


def test_sorting_by_a_property_puts_the_least_first(visitor: Client, open_: Sources) -> None:
    category, name = measured_category(open_)
    rows = json.loads(visitor.get(f"/search.json?category={category}&sort={name}").content)
    with open_.snapshot.connect() as db:
        values = dict(
            db.execute("SELECT licence_id, min(value) FROM properties WHERE property = ? GROUP BY 1", [name]).fetchall()
        )
    stated = [values[row["licence_id"]] for row in rows if row["licence_id"] in values]
    assert stated == sorted(stated)
    assert len(stated) > 5


def test_suggestions_are_links_to_licences(visitor: Client) -> None:
    piece = text_of(visitor, "/suggest?q=paper")
    assert 'href="/licence/' in piece
    assert "<html" not in piece
    assert text_of(visitor, "/suggest?q=p").strip() == ""


NASTY = (
    "'; DROP TABLE licences; --", "\x00", "😀", "*", "***", "a*" * 200, '"', "\\", "(", "AND OR NOT", "%",
    "{{7*7}}", "<script>alert(1)</script>", "\u202e", "9" * 400, "\n\r\t", "纸" * 300,
)  # fmt: skip


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_nothing_that_is_typed_breaks_a_page(visitor: Client, text: str) -> None:
    for address, name in (("/search", "q"), ("/suggest", "q"), ("/search.json", "q"), ("/compare", "id")):
        answer = visitor.get(address, {name: text})
        assert answer.status_code < 500
        assert b"<script>alert" not in answer.content
    for name in ("category", "programme", "economy", "sort", "x.min", "on", "page", "status"):
        assert visitor.get("/search", {"category": "paper", name: text}).status_code < 500
    for folder in ("licence", "programmes", "economies", "categories"):
        assert visitor.get(f"/{folder}/{quote(text)}").status_code == 404


@pytest.mark.parametrize("number", ["1e999999", "-1e999999", "1e-999999", "0." + "1" * 40, "Infinity", "sNaN"])
def test_a_number_beyond_what_can_be_measured_is_refused(visitor: Client, number: str) -> None:
    assert visitor.get("/search", {"category": "paper", "x.min": number}).status_code == 400


# downloads


def test_the_three_files_hold_the_same_licences_as_the_search(visitor: Client, open_: Sources) -> None:
    total = open_.index.search(Asked(text="paper").query()).total
    as_csv = list(csv.DictReader(io.StringIO(visitor.get("/search.csv?q=paper").content.decode("utf-8-sig"))))
    as_json = json.loads(visitor.get("/search.json?q=paper").content)
    as_parquet = pq.read_table(io.BytesIO(visitor.get("/search.parquet?q=paper").content)).to_pylist()
    ids = [row["licence_id"] for row in as_csv]
    assert len(ids) == total
    assert ids == [row["licence_id"] for row in as_json] == [row["licence_id"] for row in as_parquet]
    text_of(visitor, "/search.exe?q=paper", status=404)


def test_a_cell_that_looks_like_a_formula_is_defused() -> None:
    import pyarrow as pa  # noqa: PLC0415 - only here

    from tenring.web.register.download import _csv  # noqa: PLC0415 - the function under test

    written = _csv(pa.table({"name": ["=1+1", "paper"], "models": [["+a"], None]})).decode("utf-8-sig")
    assert '"\'=1+1","\'+a"' in written


# licences


def test_a_licence_says_in_one_sentence_whether_it_holds(visitor: Client, open_: Sources) -> None:
    active = open_.index.search(Asked(status=Status.ACTIVE.value).query()).hits[0]
    page = text_of(visitor, f"/licence/{active.licence_id}?on={open_.day.isoformat()}")
    assert "It holds on" in page
    withdrawn = open_.index.search(Asked(status=Status.WITHDRAWN.value).query()).hits[0]
    page = text_of(visitor, f"/licence/{withdrawn.licence_id}?on={open_.day.isoformat()}")
    assert "It does not hold on" in page


def test_up_to_five_licences_stand_side_by_side(visitor: Client, open_: Sources) -> None:
    ids = [hit.licence_id for hit in open_.index.search(Asked().query()).hits[:6]]
    page = text_of(visitor, "/compare?" + "&".join(f"id={id_}" for id_ in ids[:5]))
    assert page.count('href="/licence/') == 5
    text_of(visitor, "/compare?" + "&".join(f"id={id_}" for id_ in ids), status=400)


# criteria


def test_two_criteria_are_compared_as_the_command_line_compares_them(visitor: Client) -> None:
    page = text_of(visitor, "/criteria/compare?first=blue-angel/furniture&second=eu-ecolabel/furniture&on=2018-05-01")
    assert "Clause by clause" in page
    text_of(visitor, "/criteria/compare?first=none/none&second=eu-ecolabel/furniture", status=400)
