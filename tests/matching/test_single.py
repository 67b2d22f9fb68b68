"""One line in Python and many in SQL: the same pairs, points, features and ties, on every rung."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenring.matching import v1
from tenring.matching.v1.score import MODEL_FEATURES
from tenring.matching.v1.single import Answered, Line, Match, Matcher, Scored
from tenring.matching.v1.single_text import WordRung
from tenring.model.duck import DuckEngine
from tenring.model.sql import Engine
from tenring.register.build import build
from tenring.register.match_index import FOLDER
from tenring.register.snapshot import Snapshot
from tenring.screening.run import Request, screen
from tenring.settings import Settings

SAMPLES = Path(__file__).resolve().parents[2] / "catalog" / "samples"

TABLES = """
CREATE TABLE entry (entry_id VARCHAR, brand VARCHAR, name VARCHAR, category VARCHAR);
CREATE TABLE entry_number (entry_id VARCHAR, number VARCHAR);
CREATE TABLE entry_gtin (entry_id VARCHAR, gtin VARCHAR);
CREATE TABLE entry_model (entry_id VARCHAR, model VARCHAR, kind VARCHAR);
CREATE TABLE line (item_id BIGINT, text VARCHAR, brand VARCHAR, model VARCHAR, certificate VARCHAR, gtin VARCHAR,
    category VARCHAR);
CREATE TABLE brand_alias (key VARCHAR, usual VARCHAR);
CREATE TABLE related (category VARCHAR, other VARCHAR);
INSERT INTO brand_alias VALUES ('hp', 'hp'), ('惠普', 'hp'), ('hewlettpackard', 'hp'), ('lg', 'lg'), ('엘지', 'lg'),
    ('deli', 'deli'), ('得力', 'deli'), ('パナソニック', 'panasonic');
INSERT INTO related VALUES ('desktops', 'desktops'), ('fridges', 'fridges'), ('lamps', 'lamps');
INSERT INTO entry VALUES
    ('desk', 'HP', 'EliteDesk 800', 'desktops'), ('desk-mini', 'HP', 'EliteDesk 800 G4 Mini', 'desktops'),
    ('fridge', 'Absocold', 'Compact refrigerator', 'fridges'), ('lg', 'LG', NULL, 'fridges'),
    ('lamp', 'Toronto', 'Spot', 'lamps'), ('five', 'ProLED', 'PAR38', 'lamps'), ('short', '得力', 'S735', NULL),
    ('list', 'Bell, vtech', 'LS6425 Series', NULL), ('no-brand', NULL, 'X', 'lamps'),
    ('long', 'Panasonic Marketing Europe GmbH', 'Aquarea Bi-bloc 3 6 9 kW T-CAP (H Series) 2 x 4', 'fridges');
INSERT INTO entry VALUES
    ('paint', 'Behr', 'Premium Interior Matte Green Paint', 'paints'),
    ('red-paint', 'Behr', 'Premium Interior Glossy Red Paint', 'paints'),
    ('soap', NULL, 'Ocean Gentle Hand Soap Refill 500 ml', 'soaps'),
    ('hand-cream', NULL, 'Forest Gentle Hand Cream Refill 300 ml', 'soaps'),
    ('paper', '得力', '佳宣铭锐复印纸 80克 500张', 'papers'), ('envelopes', '得力', '环保牛皮纸信封', 'papers'),
    ('notebook', 'コクヨ', '再生紙キャンパスノート B罫', 'papers'),
    ('pencil', 'コクヨ', '再生木材鉛筆 HB', 'papers'),
    ('detergent', '엘지', '친환경 주방세제 리필', 'soaps'), ('tissue', NULL, '재생 화장지 30롤', 'papers'),
    ('titled', NULL, 'Sony ZX7Y9Q amplifier silver', 'amplifiers'), ('spare', 'HP', 'Battery for notebooks', NULL);
INSERT INTO entry SELECT 'common' || i, 'Brand' || (i % 40), 'Thing', 'lamps' FROM range(130) t(i);
INSERT INTO entry_number VALUES ('desk', '2328220'), ('fridge', 'CEC-77-X'), ('lg', 'ARF 2762'), ('long', 'ARF2762');
INSERT INTO entry_gtin VALUES ('fridge', '00012345678905'), ('lg', '00012345678905');
INSERT INTO entry_model VALUES
    ('desk', 'EliteDesk 800 G4', 'model'), ('desk', 'ED800G4-EU', 'additional'),
    ('desk-mini', 'EliteDesk 800 G4 Mini', 'model'), ('fridge', 'ARD1033F*14R/L', 'model'),
    ('fridge', 'GB0##4*', 'family'), ('fridge', 'ARD Series 7', 'family'), ('lg', 'GT-W6S', 'model'),
    ('lg', 'GT-W6S(K)', 'additional'), ('lg', 'GR 24*', 'model'), ('lamp', 'TL-GU10-7W(2700K)', 'model'),
    ('five', '90406', 'model'), ('five', '2020', 'additional'), ('short', 'S735', 'model'),
    ('short', 'S735 4', 'additional'), ('list', 'LS6425-3', 'model'), ('list', 'LS6425-4', 'additional'),
    ('titled', 'ZX7Y9Q', 'title'), ('soap', 'REF500', 'title'),
    ('no-brand', 'QX900Z55', 'model'), ('long', 'Aquarea Bi-bloc 3 6 9 kW T-CAP (H Series) 2 x 4', 'model');
INSERT INTO entry_model SELECT 'common' || i, 'A19-60W', 'model' FROM range(130) t(i);
"""
#: What register entries and lines are made of, and what stands between.
PIECES = re.split(
    " ",
    "HP 惠普 EliteDesk Elite 800 G4 G5 Mini ED800G4 EU Absocold ARD1033F W X 14R 14L ARD1033FW14R GB01W4 GB0124 ARD "
    "Series 7 LG 엘지 GT W6S GT-W6S K (K) GR 24 GR24X Toronto TL GU10 7W 2700K TL-GU10-7W(2700K) X36 ProLED 90406 2020 "
    "得力 Deli S735 4 Bell vtech LS6425 3 LS6425-4 QX900Z55 Panasonic パナソニック Aquarea Bi-bloc 6 9 kW T-CAP H 2 x "
    "A19 60W A19-60W Brand7 Brand8 for 适用于 的 用 专用 compatible repair with bracket 含支架 台式机 冰箱 냉장고 "
    "Behr Premium Interior Matte Glossy Green Red Paint Painnt Dulux Ocean Gentle Hand Soap Cream Refill 500ml ZX7Y9Q "
    "ZX7Y9R Sony amplifier REF500 佳宣铭锐 复印纸 80克 500张 牛皮纸信封 環保 コクヨ 再生紙 ノート 鉛筆 "
    "친환경 주방세제 화장지 "
    "冷蔵庫 ตู้เย็น Ｇ４ 電視 PARD1033FW14R Pro black 2台 16GB °C",
)
BETWEEN = ["", " ", "-", "/", " / ", ", ", "(", ")", ") ", " (", ".", "、", "，", "：", "+", '"', " - ", "　", "\n"]


@dataclass(frozen=True)
class Both:
    """The same register, asked in both ways."""

    engine: DuckEngine
    matcher: Matcher


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder: Path = tmp_path_factory.mktemp("index")
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        engine = DuckEngine(connection)
        v1.build_index(engine)
        for name in v1.INDEX_TABLES:
            engine.write(f"SELECT * FROM {name} ORDER BY ALL", folder / f"{name}.parquet")
        usual = dict(engine.rows("SELECT key, usual FROM brand_alias"))
        related = {(one, other) for one, other in engine.rows("SELECT category, other FROM related")}
        yield Both(engine, Matcher(folder, usual=usual, related=related, text=WordRung(folder)))


def bulk(both: Both, lines: Sequence[Line]) -> list[list[Match]]:
    """What the steps keep of each line, best first."""
    both.engine.connection.execute("DELETE FROM line")
    rows = [(place, *astuple(line)) for place, line in enumerate(lines)]
    both.engine.connection.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    v1.match_lines(both.engine)
    found: list[list[Match]] = [[] for _ in lines]
    query = "SELECT m.* FROM matched m JOIN product p USING (entry_id) ORDER BY item_id, m.score DESC, p.product"
    for item, *fields in both.engine.rows(query):
        found[item].append(Match(*fields))
    return found


def strong(both: Both) -> dict[int, set[Scored]]:
    """What the steps say of the last lines by numbers and codes, whether it is kept or not."""
    found: dict[int, set[Scored]] = {}
    for query in (
        "SELECT item_id, product, rung, points, features, matched FROM number_scored",
        f"SELECT item_id, product, 'model', points, {MODEL_FEATURES}, matched FROM model_points",
    ):
        for item, *fields in both.engine.rows(query):
            found.setdefault(item, set()).add(Scored(*fields))
    return found


def agree(both: Both, lines: Sequence[Line]) -> None:
    """Whether both ways say the same of every line: of its numbers and codes, and of what is kept."""
    in_bulk = bulk(both, lines)
    scored = strong(both)
    for place, line in enumerate(lines):
        assert set(both.matcher.scored(line)) == scored.get(place, set()), line
        assert both.matcher.match(line) == in_bulk[place], line


joined = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(BETWEEN)), max_size=9).map(
    lambda parts: "".join(piece + between for piece, between in parts)
)
field = st.none() | joined | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
written = st.builds(
    Line,
    text=field,
    brand=st.none()
    | st.sampled_from(["HP Inc.", "惠普/HP", "得力集团有限公司", "Dell", "", "LG 엘지", "vtech"])
    | field,
    model=st.none() | field,
    certificate=st.none() | st.sampled_from(["2328220", "cec 77x", "ARF-2762", "", "A-1"]),
    gtin=st.none() | st.sampled_from(["012345678905", "12345678905", "0012-345678-905", "x", ""]),
    category=st.none() | st.sampled_from(["desktops", "fridges", "lamps", "chairs", "paints", "papers"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(written, min_size=30, max_size=60))
def test_one_line_and_many_give_the_same_answer(both: Both, lines: list[Line]) -> None:
    agree(both, lines)


def test_answers_agree_where_words_are_cut_in_every_way(both: Both) -> None:
    codes = ["EliteDesk 800 G4", "TL-GU10-7W(2700K)", "GT-W6S(K)", "ARD1033FW14R", "LS6425-3", "90406", "A19-60W"]
    brands = ["HP", "惠普", "Toronto", "LG", "엘지전자", "Absocold", "Bell", "ProLED", "Brand7", ""]
    shapes = [
        "{b} {c}",
        "{b}{c}台",
        "({c}) {b}",
        "{c}/{c} {b}",
        "for {b} {c}",
        "{b} {c}-X",
        "{b} {c}(B)",
        "{b}, {c} Pro",
    ]
    agree(both, [Line(shape.format(b=brand, c=code)) for shape in shapes for brand in brands for code in codes])


@pytest.mark.parametrize(
    "text",
    [
        "惠普EliteDesk 800 G4台式机",
        "冷蔵庫 엘지 GT-W6S",
        "엘지 냉장고 GT-W6S 2대",
        "ตู้เย็น LG GT-W6S สีขาว",
        "電視櫃 惠普 EliteDesk 800 G4",
    ],
)
def test_one_line_is_matched_in_every_script(both: Both, text: str) -> None:
    assert [match.score >= v1.THRESHOLD for match in both.matcher.match(Line(text))][:1] == [True]


def test_answers_by_words_alone_agree_in_every_script_of_the_register(both: Both) -> None:
    texts = [
        "Behr Premium Interior Matte Green Paint",
        "Behr premium interior glossy red pain",
        "Dulux Premium Interior Matte Green Paint",
        "paint, matte green, interior, 10 l for offices",
        "Ocean gentle hand soap refill 500ml",
        "Forest gentle hand soap refill",
        "gentle hand cream, spare pump compatible with refill 300 ml",
        "Sony ZX7Y9Q amplifier silver",
        "Sony amplifier ZX7Y9R",
        "Ocean soap REF500",
        "得力佳宣铭锐复印纸80克500张/包",
        "晨光佳宣铭锐复印纸 80克",
        "得力环保牛皮纸信封 适用于打印机",
        "環保牛皮紙信封",
        "コクヨ 再生紙キャンパスノート B罫",
        "コクヨ 再生紙ノート",
        "トンボ 再生木材鉛筆 HB",
        "엘지 친환경 주방세제 리필",
        "친환경 주방세제",
        "재생 화장지 30롤 x 4",
        "HP battery for notebooks",
        "a word that no entry has",
        "",
    ]
    fields = ({}, {"brand": "Behr"}, {"brand": "得力集团有限公司"}, {"category": "papers"}, {"model": "ZX7Y9Q"})
    agree(both, [Line(text, **more) for text in texts for more in fields])


def test_some_lines_are_compared_in_full_and_some_at_a_glance(both: Both) -> None:
    sure = both.matcher.match(Line("Behr Premium Interior Matte Green Paint"))[0]
    other_brand = both.matcher.match(Line("Premium Interior Matte Green Paint", brand="Dulux"))[0]
    assert (sure.entry_id, sure.rung, sure.score >= v1.THRESHOLD) == ("paint", "text", True)
    assert "not_compared" not in sure.features
    assert "not_compared" in other_brand.features
    assert other_brand.score <= v1.LIKELY


def test_words_are_asked_only_where_codes_are_not_sure(both: Both) -> None:
    class Words:
        asked = 0

        def pairs(self, line: Line, _: Answered) -> list[Scored]:
            self.asked += 1
            return [Scored(1, "text", 91, '"entry_covered": 0.60', line.text or "")]

    words = Words()
    matcher = both.matcher.with_text(words)
    assert matcher.match(Line("HP EliteDesk 800 G4"))[0].rung == "model"
    assert words.asked == 0
    assert matcher.match(Line("something else"))[0].rung == "text"


def test_a_screening_and_single_lines_agree_on_every_line_of_the_sample_purchases(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(settings, source=SAMPLES / "registers", index=lambda _: None)
    screened: list[tuple[Line, list[Match]]] = []
    usual: dict[str, str] = {}
    related: set[tuple[str, str]] = set()
    real = v1.match_lines

    def watched(engine: Engine) -> None:
        real(engine)
        kept: dict[int, list[Match]] = {}
        query = "SELECT m.* FROM matched m JOIN product p USING (entry_id) ORDER BY item_id, m.score DESC, p.product"
        for item, *row in engine.rows(query):
            kept.setdefault(item, []).append(Match(*row))
        for item, *row in engine.rows("SELECT item_id, text, brand, model, certificate, gtin, category FROM line"):
            screened.append((Line(*row), kept.get(item, [])))
        usual.update(engine.rows("SELECT key, usual FROM brand_alias"))
        related.update((one, other) for one, other in engine.rows("SELECT category, other FROM related"))

    monkeypatch.setattr(v1, "match_lines", watched)
    on = date(2026, 6, 1)
    screen(Request(files=(SAMPLES / "purchases.xlsx",), on=on, out=tmp_path / "out", economy="CN"), settings=settings)
    folder = Snapshot.open(settings).folder / FOLDER
    matcher = Matcher(folder, usual=usual, related=related, text=WordRung(folder))
    assert {match.rung for _, kept in screened for match in kept} > {"model", "text"}
    for line, kept in screened:
        assert matcher.match(line) == kept, line
