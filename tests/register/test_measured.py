"""What was measured, held as arrays, answers as looking at every row of the tables does."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenring.exceptions import UnusableInputError
from tenring.model import tables
from tenring.register.lookup import Database
from tenring.register.measured import Order, Range, Wanted
from tenring.register.measured_read import read_all_measurements, read_measurements
from tenring.register.snapshot import VALID_ON

LICENCES = 150
PROPERTIES = ("annual_energy_use", "noise", "volume")
FIRST = date(2024, 1, 1)


@pytest.fixture(scope="module")
def db() -> Iterator[Database]:
    """Licences with periods, gaps and values that repeat; the same in every run."""
    draw = random.Random(6)  # noqa: S311 - a fixed seed, so that the same is tested in every run
    day = lambda: FIRST + timedelta(days=draw.randrange(400))  # noqa: E731 - one word for one idea
    rows: dict[str, list[dict[str, object]]] = {"licences": [], "models": [], "statuses": [], "properties": []}
    for number in draw.sample(range(1000), LICENCES):
        id_ = f"toy:{number}"
        rows["licences"].append({
            "licence_id": id_, "number": str(number), "category": draw.choice(["pens", "pens", "paper"]),
            "programme": draw.choice(["one", "two"]), "economy": draw.choice(["NZ", "KR", None]),
            "brand": draw.choice(["Quill", None]), "valid_from": draw.choice([None, day()]),
        })  # fmt: skip
        rows["models"] += [{"licence_id": id_, "model": f"M{draw.randrange(9)}", "kind": "model"} for _ in range(2)]
        start, end = sorted((day(), day() + timedelta(days=1)))
        first = draw.choice([None, start])
        rows["statuses"] += [
            {"licence_id": id_, "status": "active", "from_date": first, "until_date": end},
            {"licence_id": id_, "status": draw.choice(["expired", "active"]), "from_date": end, "until_date": None},
        ]
        for name in draw.sample(PROPERTIES, draw.randrange(4)):
            values = [Decimal(draw.randrange(40)) / 4 for _ in range(draw.choice([1, 1, 2]))]
            rows["properties"] += [
                {"licence_id": id_, "property": name, "value": value, "unit": "W"} for value in values
            ]
    with duckdb.connect() as opened:
        for name, columns in rows.items():
            opened.register(name, pa.Table.from_pylist(columns, schema=getattr(tables, name.upper())))
        yield opened


def looked_at_one_by_one(db: Database, wanted: Wanted) -> list[str]:
    """Ids by a query that looks at every row."""
    values: dict[str, object] = {"day": wanted.on, "category": wanted.category}
    conditions = ["category = $category"]
    for name in ("programme", "economy"):
        if found := getattr(wanted, name):
            values[name] = found
            conditions.append(f"{name} = ${name}")
    for place, one in enumerate(wanted.ranges):
        limits = f"value >= {one.at_least or -1} AND value <= {one.at_most if one.at_most is not None else 999}"
        values[f"property{place}"] = one.property
        conditions.append(
            f"licence_id IN (SELECT licence_id FROM properties WHERE property = $property{place} AND {limits})"
        )
    order = "coalesce(valid_from, active_from) DESC NULLS LAST, licence_id"
    if wanted.order:
        values["by"] = wanted.order.property
        value = "(SELECT min(value) FROM properties AS p WHERE property = $by AND p.licence_id = found.licence_id)"
        order = f"{value} {'DESC' if wanted.order.descending else 'ASC'} NULLS LAST, licence_id"
    query = f"SELECT licence_id FROM ({VALID_ON}) AS found WHERE {' AND '.join(conditions)} ORDER BY {order}"
    return [id_ for (id_,) in db.execute(query, values).fetchall()]


limits = st.one_of(st.none(), st.decimals(min_value=0, max_value=11, places=2))
questions = st.builds(
    Wanted,
    category=st.sampled_from(["pens", "paper", "none"]),
    on=st.dates(FIRST - timedelta(days=9), FIRST + timedelta(days=450)),
    ranges=st.lists(st.builds(Range, st.sampled_from([*PROPERTIES, "none"]), limits, limits), max_size=3),
    order=st.one_of(st.none(), st.builds(Order, st.sampled_from([*PROPERTIES, "none"]), st.booleans())),
    programme=st.sampled_from([None, "one", "three"]),
    economy=st.sampled_from([None, "NZ"]),
    limit=st.integers(0, 30),
    offset=st.integers(0, 60),
)


@settings(max_examples=200, deadline=None)
@given(wanted=questions)
def test_any_question_is_answered_as_by_looking_at_every_licence(db: Database, wanted: Wanted) -> None:
    everything = looked_at_one_by_one(db, wanted)
    alone = read_measurements(db, wanted.category)
    for one in (alone, read_all_measurements(db).get(wanted.category, alone)):
        found = one.within(wanted)
        assert found.total == len(everything)
        assert list(found.ids) == everything[wanted.offset : wanted.offset + wanted.limit]


def test_a_list_shows_the_first_model_where_there_is_no_name(db: Database) -> None:
    one = read_measurements(db, "pens").within(Wanted("pens", FIRST + timedelta(days=449))).licences[0]
    ((model,),) = db.execute("SELECT min(model) FROM models WHERE licence_id = ?", [one.licence_id]).fetchall()
    assert one.model == model
    assert one.title == (f"Quill {model}" if one.brand else model)


def test_all_categories_at_once_are_read_as_each_by_itself(db: Database) -> None:
    together = read_all_measurements(db)
    assert list(together) == ["paper", "pens"]
    for category, one in together.items():
        alone = read_measurements(db, category)
        assert one.rows.to_pylist() == alone.rows.to_pylist()
        assert one.spans == alone.spans
        for name in ("ids", "begun", "owners", "starts", "ends"):
            assert getattr(one, name).tolist() == getattr(alone, name).tolist()


def test_more_ranges_than_can_be_shown_are_refused(db: Database) -> None:
    ranges = [Range(f"property {number}") for number in range(9)]
    with pytest.raises(UnusableInputError, match="at most 8 properties"):
        read_measurements(db, "pens").within(Wanted("pens", FIRST, ranges=ranges))
