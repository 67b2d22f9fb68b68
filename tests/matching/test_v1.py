"""Matcher v1: which pairs are found, on which rung, and what speaks against them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from engines import Engines, Worlds
from tenring.matching import v1
from tenring.matching.v1.index import wildcard_patterns
from tenring.model.sql import Engine, table_of

TABLES = """
CREATE TABLE entry (entry_id VARCHAR, brand VARCHAR, name VARCHAR, category VARCHAR);
CREATE TABLE entry_number (entry_id VARCHAR, number VARCHAR);
CREATE TABLE entry_gtin (entry_id VARCHAR, gtin VARCHAR);
CREATE TABLE entry_model (entry_id VARCHAR, model VARCHAR, kind VARCHAR);
CREATE TABLE line (item_id BIGINT, text VARCHAR, brand VARCHAR, model VARCHAR, certificate VARCHAR, gtin VARCHAR,
    category VARCHAR);
CREATE TABLE brand_alias (key VARCHAR, usual VARCHAR);
CREATE TABLE related (category VARCHAR, other VARCHAR);
INSERT INTO brand_alias VALUES ('hp', 'hp'), ('惠普', 'hp'), ('dell', 'dell');
INSERT INTO related VALUES ('desktop-computers', 'desktop-computers'), ('refrigerators', 'refrigerators');
INSERT INTO entry VALUES
    ('desk', 'HP', 'EliteDesk 800 G4', 'desktop-computers'),
    ('fridge', 'Absocold', 'Compact refrigerator', 'refrigerators'),
    ('lamp', 'Toronto', 'Spot', 'led-lamps'),
    ('tv', 'SAMSUNG ELECTRONICS', NULL, 'televisions'),
    ('tv-eu', 'SAMSUNG ELECTRONICS', NULL, 'televisions'),
    ('pump', 'Qingdao Haier Air Conditioner Electric Co., Ltd.', NULL, 'heat-pumps'),
    ('pump-9', 'DAIKIN Europe N.V.', NULL, 'heat-pumps'),
    ('bulb', 'ProLED', 'PAR38', 'led-lamps'),
    ('series', 'Kogan', NULL, 'televisions'),
    ('paint', 'Behr', 'Premium Interior Matte Green Paint', 'paints'),
    ('other-paint', 'Behr', 'Premium Interior Glossy Red Paint', 'paints'),
    ('year', 'Acme', 'Classic', 'chairs');
INSERT INTO entry_number VALUES ('desk', '2328220'), ('fridge', 'CEC-77-X');
INSERT INTO entry_gtin VALUES ('fridge', '00012345678905');
INSERT INTO entry_model VALUES ('desk', 'EliteDesk 800 G4', 'model'), ('fridge', 'ARD1033F*14R/L', 'model'),
    ('lamp', 'TL-GU10-7W(2700K)', 'model'), ('year', '2020', 'model'),
    ('tv', 'QA55Q80CAS', 'model'), ('tv', 'QA55Q80CAW', 'additional'), ('tv-eu', 'QA55Q80CAS(EU)', 'model'),
    ('pump', 'AW042MUGHA', 'model'),
    ('pump-9', 'DAIKIN ALTHERMA 3 R F 08KW (230L) / ROTEX HPSU Compact', 'model'),
    ('bulb', '90406', 'model'), ('series', 'KAM99LCHFZ*', 'family');
"""


SPELLINGS = """('samsung', 'samsung'), ('三星', 'samsung'), ('サムスン', 'samsung'), ('삼성', 'samsung'),
    ('haier', 'haier'), ('daikin', 'daikin')"""


@dataclass(frozen=True)
class Found:
    entry: str
    rung: str
    score: float
    features: dict[str, object]


INPUTS = ("entry", "entry_number", "entry_gtin", "entry_model", "brand_alias", "related")
LINE = ("text", "brand", "model", "certificate", "gtin", "category")


@dataclass(frozen=True)
class Register:
    """A register that a test may change, and the engine that finds lines in it."""

    tables: duckdb.DuckDBPyConnection
    open_engine: Callable[[], AbstractContextManager[Engine]]
    answer: Callable[..., Any]

    def execute(self, change: str) -> None:
        self.tables.execute(change)

    def found(self, text: str | None = None, **fields: str) -> list[Found]:
        """The pairs of a line, the best first."""
        query = "SELECT item_id, entry_id, rung, score, features FROM matched ORDER BY item_id, score DESC, entry_id"
        pairs: list[Found] = self._asked("pairs", text, fields, query)
        return [Found(entry, rung, score, json.loads(features)) for entry, rung, score, features in pairs]

    def left_out(self, text: str) -> list[Any]:
        """What the matcher did not compare of a register whose only line it is."""
        rows: list[Any] = self._asked(text, text, {}, "SELECT 0, * FROM left_out")
        return rows

    def _asked(self, about: str, text: str | None, fields: dict[str, str], query: str) -> Any:
        content = {name: self.tables.sql(f"FROM {name} ORDER BY ALL").to_arrow_table() for name in INPUTS}

        def run(lines: list[list[str | None]]) -> list[list[Any]]:
            rows: list[list[Any]] = [[] for _ in lines]
            columns = [("item_id", pa.int64()), *((name, pa.string()) for name in LINE)]
            with self.open_engine() as engine:
                for name, table in content.items():
                    engine.add(name, table)
                engine.add("line", table_of(columns, [(number, *line) for number, line in enumerate(lines)]))
                v1.match(engine)
                for number, *row in engine.rows(query):
                    rows[number].append(tuple(row))
            return rows

        world = (about, {name: table.to_pylist() for name, table in content.items()})
        return self.answer(world, [{"text": text, **fields}.get(name) for name in LINE], run)


@pytest.fixture
def register(engines: Engines, engine_name: str, worlds: Worlds) -> Iterator[Register]:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        yield Register(connection, partial(engines, engine_name), partial(worlds.answer, engine_name))


def best(register: Register, text: str | None = None, **fields: str) -> Found | None:
    return next(iter(register.found(text, **fields)), None)


def sure(found: Found | None) -> bool:
    return found is not None and found.score >= v1.THRESHOLD


@pytest.mark.parametrize(
    "text",
    [
        "HP EliteDesk 800 G4",
        "惠普（HP）EliteDesk800 G4台式机",
        "惠普EliteDesk 800G4",
        "hp elitedesk-800-g4 desktop, 16 GB",
        "ＨＰ　ＥｌｉｔｅＤｅｓｋ　８００　Ｇ４",
        "Desktop computer EliteDesk 800 G4 (HP)",
    ],
)
def test_a_model_is_found_however_its_parts_are_joined(register: Register, text: str) -> None:
    found = best(register, text)
    assert sure(found)
    assert (found.entry, found.rung) == ("desk", "model")


@pytest.mark.parametrize(
    "text",
    [
        "HP EliteDesk 800 G5",
        "HP EliteDesk 800",
        "HP EliteDesk 800 G4-X",
        "HP EliteDesk 800 G4 Mini",
        "Dell EliteDesk 800 G4",
        "Docking station compatible with HP EliteDesk 800 G4",
        "惠普 EliteDesk 800 G4 维修服务",
        "Toronto TL-GU10-7W(2700K)X36",
        "Acme 2020 chair",
        "chair ordered in 2020",
    ],
)
def test_a_sister_model_another_brand_or_an_accessory_is_not_sure(register: Register, text: str) -> None:
    assert not sure(best(register, text))


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("Haier AW042MUGHA heat pump", "pump"),
        ("Daikin Altherma 3 R F 08 kW (230 L) / ROTEX HPSU Compact, heat pump: DAIKIN EUROPE", "pump-9"),
        ("三星 QA55Q80CAS/QA55Q80CAW 电视机", "tv"),
        ("サムスン テレビ QA55Q80CAS 2台", "tv"),
        ("삼성 QA55Q80CAS 텔레비전", "tv"),
        ("โทรทัศน์ Samsung QA55Q80CAS จำนวน 2 เครื่อง", "tv"),
        ("電視機（三星 QA55Q80CAS）", "tv"),
        ("Samsung QA55Q80CAS incl. wall bracket", "tv"),
        ("三星 QA55Q80CAS（含支架和三年保养）", "tv"),
        ("ProLED 90406", "bulb"),
        ("ProLED PAR38 90406", "bulb"),
    ],
)
def test_a_product_is_found_in_what_buyers_write(register: Register, text: str, entry: str) -> None:
    register.execute(f"INSERT INTO brand_alias VALUES {SPELLINGS}")
    found = best(register, text)
    assert sure(found)
    assert found is not None
    assert (found.entry, found.rung) == (entry, "model")


@pytest.mark.parametrize(
    "text",
    [
        "Samsung QA55Q80CAS wall bracket",
        "Filter for Samsung QA55Q80CAS",
        "三星 QA55Q80CAS 专用遥控器",
        "三星QA55Q80CAS维修",
        "サムスン QA55Q80CAS 修理",
        "삼성 QA55Q80CAS 수리",
        "ซ่อม Samsung QA55Q80CAS",
        "Samsung QA55Q80CAS(K)",
        'Samsung QA55Q80CAS"X2',
        "Samsung QA55Q80CAS/T3",
        "ProLED lamp, invoice 90406",
        "Kogan KAM99LCHFZA",
    ],
)
def test_what_only_names_a_product_is_not_sure(register: Register, text: str) -> None:
    register.execute(f"INSERT INTO brand_alias VALUES {SPELLINGS}")
    assert not sure(best(register, text))


def test_the_longer_of_two_listed_codes_is_meant(register: Register) -> None:
    found = register.found("Samsung QA55Q80CAS (EU)", brand="Samsung Electronics")
    assert sorted((one.entry, one.score >= 0.9) for one in found) == [("tv", False), ("tv-eu", True)]


def test_a_brand_inside_the_code_itself_contradicts_nothing(register: Register) -> None:
    register.execute("INSERT INTO entry VALUES ('nordic', 'Nordic', NULL, NULL), ('jaspi', 'Kaukora', NULL, NULL)")
    register.execute("INSERT INTO entry_model VALUES ('jaspi', 'Jäspi Inverter Nordic 12', 'model')")
    found = best(register, "heat pump Jaspi Inverter Nordic 12")
    assert found is not None
    assert (found.entry, found.features["brand"]) == ("jaspi", "absent")
    assert sure(found)


def test_the_model_in_its_own_field_wins_over_the_text(register: Register) -> None:
    assert not sure(best(register, "HP EliteDesk 800 G4", model="EliteDesk 800 G5"))
    assert sure(best(register, "HP EliteDesk 800 G5", model="EliteDesk 800 G4"))


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"certificate": "CEC-77-X", "brand": "Dell"}, "brand_contradicts"),
        ({"certificate": "CEC-77-X", "model": "XYZ-900"}, "model_elsewhere"),
        ({"gtin": "012345678905", "category": "chairs"}, "category_contradicts"),
    ],
)
def test_a_number_is_not_sure_where_brand_or_model_or_category_contradict(
    register: Register, fields: dict[str, str], rule: str
) -> None:
    found = best(register, "one piece", **fields)
    assert found is not None
    assert rule in found.features
    assert not sure(found)


def test_what_the_cap_on_common_codes_leaves_out_is_counted(register: Register) -> None:
    register.execute("INSERT INTO entry SELECT 'c' || i, 'Maker' || i, NULL, NULL FROM range(150) t(i)")
    register.execute("INSERT INTO entry_model SELECT 'c' || i, 'A19-60W-27', 'model' FROM range(150) t(i)")
    found = best(register, "Maker7 A19-60W-27")
    assert found is not None
    assert (found.entry, sure(found)) == ("c7", True)
    assert register.left_out("Maker7 A19-60W-27") == [("common code without its brand", 1, 149)]


def test_a_code_in_brackets_is_found(register: Register) -> None:
    assert sure(best(register, "Toronto TL-GU10-7W(2700K)"))


def test_another_category_speaks_against_a_model(register: Register) -> None:
    found = best(register, "HP EliteDesk 800 G4", category="refrigerators")
    assert found is not None
    assert found.features["category"] == "contradicts"
    assert not sure(found)


@pytest.mark.parametrize("model", ["ARD1033FW14R", "ARD1033FX14L", "ARD1033F-AB-14RL", "ARD1033F14R"])
def test_wildcards_cover_the_models_they_stand_for(register: Register, model: str) -> None:
    found = best(register, f"Absocold {model}")
    assert sure(found)
    assert found.features["kind"] == "wildcard"


@pytest.mark.parametrize("model", ["ARD1033G14R", "ARD1034FW14R", "ARD1033FW14X"])
def test_wildcards_cover_nothing_else(register: Register, model: str) -> None:
    assert not sure(best(register, f"Absocold {model}"))


def test_a_certificate_number_is_found_with_any_signs_between(register: Register) -> None:
    found = best(register, "refrigerator", certificate="cec 77x")
    assert found == Found("fridge", "certificate", 1.0, found.features if found else {})


def test_a_certificate_number_of_something_else_entirely_is_not_sure(register: Register) -> None:
    found = best(register, "Dell server", certificate="CEC-77-X", brand="Dell", category="desktop-computers")
    assert not sure(found)


def test_a_gtin_is_found_in_its_twelve_digit_form(register: Register) -> None:
    found = best(register, "refrigerator", gtin="012345678905")
    assert found is not None
    assert (found.entry, found.rung, found.score) == ("fridge", "gtin", 0.99)


def test_text_needs_the_brand_and_the_whole_name(register: Register) -> None:
    assert sure(best(register, "Behr premium interior matte green paint"))
    assert not sure(best(register, "premium interior matte green paint"))
    assert not sure(best(register, "Behr premium interior paint"))


@pytest.mark.parametrize("brand", ["惠普/HP", "惠普（HP）", "惠普HP", "HP Inc.", "Hewlett Packard"])
def test_a_brand_is_known_by_each_of_its_names(register: Register, brand: str) -> None:
    register.execute("INSERT INTO brand_alias VALUES ('hewlettpackard', 'hp')")
    assert sure(best(register, "台式机", brand=brand, model="EliteDesk 800 G4"))


def test_the_brand_field_wins_over_brands_in_the_text(register: Register) -> None:
    assert not sure(best(register, "EliteDesk 800 G4, like HP", brand="Dell"))


def test_a_line_without_any_text_matches_nothing(register: Register) -> None:
    assert best(register, None) is None


def test_features_add_up_to_the_score(register: Register) -> None:
    found = best(register, "EliteDesk 800 G4")
    assert found is not None
    points = [value for value in found.features.values() if isinstance(value, float)]
    assert sum(points) == pytest.approx(found.score)


@pytest.mark.parametrize(
    ("model", "patterns"),
    [
        (
            "GB024H/V******1#",
            {f"gb024{letter}[0-9a-z]{{0,6}}1[0-9a-z]": 5 + len(letter) for letter in ("h", "v", "hv")},
        ),
        ("551J(P,E)09*", {"551jp09[0-9a-z]{0,6}": 7, "551je09[0-9a-z]{0,6}": 7}),
        ("AB12********", {"ab12[0-9a-z]{0,8}": 4}),
        ("82##", {}),
        ("OneScreen *", {}),
        ("RF28T", {}),
    ],
)
def test_wildcards_become_patterns_where_enough_stands_before_them(model: str, patterns: dict[str, int]) -> None:
    assert {one.pattern: len(one.prefix) for one in wildcard_patterns(model)} == patterns
