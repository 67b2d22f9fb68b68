"""The Tenring feed: its schema, both its forms, what is wrong in it, and the round trip."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from register.samples import CATALOG, SAMPLES, licences, read_sample, read_text, reasons
from tenring.model.licence import Licence, MeasuredProperty, ModelKind, ModelName, Status
from tenring.register.feed import FeedEntry, csv_text, entry_of, ndjson_text, schema_text
from tenring.register.read import FileReading

FOLDER = CATALOG / "registers" / "int" / "tenring-feed"
SAMPLE = SAMPLES / "eco-mark" / "eco_mark_feed_2026_06_30_sample.ndjson"
SCHEMA = json.loads((FOLDER / "feed.schema.json").read_text(encoding="utf-8"))


def feed(path: Path, text: str) -> FileReading:
    return read_text(path, text, register="eco-mark", listing="products")


def ndjson(folder: Path, *entries: dict[str, Any] | str) -> FileReading:
    lines = (entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False) for entry in entries)
    return feed(folder / "eco_mark_feed.ndjson", "\n".join(lines))


def entry(**fields: object) -> dict[str, Any]:
    return {"programme": "eco-mark", "number": "1", "category": "copy-paper"} | fields


def licence(**fields: Any) -> Licence:
    base: dict[str, Any] = {
        "key": "24000001|a",
        "number": "24000001",
        "holder": "翠霞工房",
        "brand": "翠霞",
        "name": "複合機",
        "category": "multifunction-devices",
        "models": (
            ModelName("SK-C1*"),
            ModelName("SK-C2", ModelKind.ADDITIONAL),
            ModelName("SK-C", ModelKind.FAMILY),
        ),
        "gtins": ("04006381333931",),
        "markets": ("JP", "CN"),
        "valid_from": date(2024, 4, 1),
        "valid_until": date(2029, 3, 31),
        "status": Status.SUSPENDED,
        "status_from": date(2025, 1, 1),
        "status_reason": "確認中",
        "criteria": "No.155 Version 2",
        "note": "見本",
        "properties": (
            MeasuredProperty("typical_energy_consumption_week", Decimal("0.450000000"), "kWh/week"),
            MeasuredProperty("energy_class", text="A"),
        ),
    }
    return Licence(**base | fields)


def test_the_published_schema_is_that_of_the_code() -> None:
    """Regenerate it: python -c "from tenring.register.feed import schema_text; print(schema_text(), end='')"."""
    assert (FOLDER / "feed.schema.json").read_text(encoding="utf-8") == schema_text()


def sample_lines() -> Iterator[dict[str, Any]]:
    for path in (SAMPLE, FOLDER / "example.ndjson"):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def test_the_samples_are_valid_by_the_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert not [error.message for line in sample_lines() for error in validator.iter_errors(line)]


def test_the_whole_sample_is_read() -> None:
    reading = read_sample("eco-mark/eco_mark_feed_2026_06_30_sample.ndjson", "products")
    assert (reading.rows, len(reading.entries), reading.rejected, reading.problems) == (98, 98, (), ())
    assert len({licence.category for licence in licences(reading)}) == 12
    assert any("#" in model.text for licence in licences(reading) for model in licence.models)
    assert {state.status for state in licences(reading)} >= {Status.ACTIVE, Status.SUPERSEDED, Status.WITHDRAWN}


@pytest.mark.parametrize(("suffix", "write"), [("ndjson", ndjson_text), ("csv", csv_text)])
def test_what_is_written_is_read_again(tmp_path: Path, suffix: str, write: Any) -> None:
    sent = [
        licence(),
        licence(key="2|", number="2", models=(), gtins=(), properties=(), markets=(), status=Status.ACTIVE),
    ]
    entries = [entry_of(one, programme="eco-mark", register="eco-mark") for one in sent]
    reading = feed(tmp_path / f"eco_mark_feed.{suffix}", write(entries))
    assert reading.rejected == ()
    assert licences(reading) == sent


@given(
    st.text(min_size=1, max_size=30).filter(lambda text: text == " ".join(text.split()) and "&" not in text),
    st.lists(st.from_regex(r"[A-Z]{2}-[0-9]{3}[*#]?", fullmatch=True), max_size=4, unique=True),
)
def test_any_name_and_models_survive(tmp_path_factory: pytest.TempPathFactory, name: str, models: list[str]) -> None:
    if any(not sign.isprintable() for sign in name):
        return
    sent = licence(name=name, models=tuple(ModelName(model) for model in models))
    folder = tmp_path_factory.mktemp("feed")
    text = ndjson_text([entry_of(sent, programme="eco-mark")])
    assert licences(feed(folder / "eco_mark_feed.ndjson", text)) == [sent]


def test_a_code_with_its_scheme_becomes_a_category(tmp_path: Path) -> None:
    code = entry(category_code="30197640", category_scheme="cpv-2008")
    del code["category"]
    (found,) = licences(ndjson(tmp_path, code))
    assert found.category == "copy-paper"


def test_a_measured_property_is_converted_to_its_unit(tmp_path: Path) -> None:
    measured = {"on_mode_power": {"value": 0.0235, "unit": "kW"}, "energy_class": {"text": "B"}}
    (found,) = licences(ndjson(tmp_path, entry(properties=measured)))
    assert found.properties == (
        MeasuredProperty("on_mode_power", Decimal("23.5"), "W"),
        MeasuredProperty("energy_class", text="B"),
    )


def test_a_property_that_does_not_fit_is_a_problem_of_its_cell(tmp_path: Path) -> None:
    measured = {"on_mode_power": {"value": "3", "unit": "kg"}, "loudness": {"text": "low"}, "width": {"text": "wide"}}
    reading = ndjson(tmp_path, entry(properties=measured))
    assert [problem.cell.column for problem in reading.problems] == [f"properties.{name}" for name in measured]
    assert "not in catalog/properties.yml" in reading.problems[1].cell.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{not json", "the line is not JSON"),
        ("[1, 2]", "the line is not a JSON object"),
        (entry(colour="red"), "colour: Extra inputs are not permitted"),
        (entry(number=""), "number: String should have at least 1 character"),
        (entry(category="rockets"), "the category is not known: category says 'rockets'"),
        (entry(category_code="1", category_scheme="cpv-2008"), "give either category, or category_code"),
        (entry(status="delisted"), "status: Input should be"),
        (entry(valid_from="2025-02-30"), "valid_from: Input should be a valid date"),
        (entry(valid_from="2025-02-01", valid_until="2024-02-01"), "valid_until 2024-02-01 lies before"),
        (entry(markets=["Japan"]), "markets.0: String should match pattern"),
        (entry(programme="blue-angel"), "the programme is 'blue-angel', but this register is of 'eco-mark'"),
        (entry(properties={"width": {"value": "1"}}), "give either a value with its unit, or a text"),
        (
            {"programme": "eco-mark", "number": "1", "category_code": "1", "category_scheme": "x"},
            "no category has the code",
        ),
    ],
)
def test_a_bad_line_is_rejected_with_its_reason_and_the_others_are_read(
    tmp_path: Path, line: dict[str, Any] | str, reason: str
) -> None:
    reading = ndjson(tmp_path, entry(number="ok"), line)
    assert [found.number for found in licences(reading)] == ["ok"]
    assert reason in reasons(reading)[2]


def test_a_csv_row_with_too_few_cells_is_rejected(tmp_path: Path) -> None:
    text = "programme,number,category,models\neco-mark,1,copy-paper,A|B\neco-mark,2\n"
    reading = feed(tmp_path / "eco_mark_feed.csv", text)
    assert [model.text for model in licences(reading)[0].models] == ["A", "B"]
    assert reasons(reading) == {3: "the row has 2 cells, the header 4"}


def test_two_products_of_one_licence_are_told_apart_by_their_id(tmp_path: Path) -> None:
    reading = ndjson(tmp_path, entry(id="a", name="A"), entry(id="b", name="B"), entry(id="a", name="C"))
    assert [found.key for found in licences(reading)] == ["1|a", "1|b"]
    assert reasons(reading) == {3: "row 1 has the same key '1|a' but says something else"}


def test_a_status_that_only_we_give_cannot_be_published() -> None:
    with pytest.raises(ValidationError, match="status"):
        entry_of(licence(status=Status.DELISTED), programme="eco-mark")


def test_an_entry_needs_a_number() -> None:
    with pytest.raises(ValidationError, match="number"):
        FeedEntry.model_validate({"programme": "eco-mark", "category": "copy-paper"})


def page() -> str:
    return (CATALOG.parent / "docs" / "reference" / "feed.md").read_text(encoding="utf-8")


def test_every_field_is_documented() -> None:
    fields = [field.alias or name for name, field in FeedEntry.model_fields.items()]
    assert [name for name in fields if f"`{name}`" not in page()] == []


def test_the_csv_example_of_the_page_is_read(tmp_path: Path) -> None:
    lines = [line.strip() for line in page().splitlines() if line.startswith(("    programme,", "    eco-mark,"))]
    (found,) = licences(feed(tmp_path / "eco_mark_feed.csv", "\n".join(lines)))
    assert [model.text for model in found.models] == ["TN-M1", "TN-M2"]
    assert found.properties == (MeasuredProperty("on_mode_power", Decimal("11.5"), "W"),)
