"""The tables that bulk judging reads: one row for each value of each product, and one for each document behind it.

Without documents values count as shown, whoever states them and by whatever method (`judge(…, trusted=True)`): a
programme's own register. With documents the clauses' rules of evidence hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import pyarrow as pa

from tenring.rulebook.evidence import Measurement, Product, Proof
from tenring.rulebook.intervals import Interval

#: Numbers have at most 16 digits before the point and 12 after it.
NUMBER = pa.decimal128(28, 12)
#: Stands between the words of one value; no word holds it.
BETWEEN_WORDS = "\x1f"

#: One row = one value: a number from `low` to `high` (null: unbounded), or words, or nothing but that it is known.
#: `conditions` holds them as `at_text` writes them; `report` tells the measurements of a product apart; `item` is the
#: name of one of several values of a measurement.
VALUES = pa.schema(
    [
        pa.field("product", pa.string()),
        pa.field("property", pa.string()),
        pa.field("subject", pa.string()),
        pa.field("conditions", pa.string()),
        pa.field("report", pa.int64()),
        pa.field("item", pa.string()),
        pa.field("low", NUMBER),
        pa.field("high", NUMBER),
        pa.field("open_high", pa.bool_()),
        pa.field("not_detected", pa.bool_()),
        pa.field("words", pa.string()),
    ]
)

#: The same with the method of each value: what rules of evidence need; `report` is then one of its product alone.
SHOWN_VALUES = VALUES.append(pa.field("method", pa.string()))

#: One row = one document behind the values of one report of one product. A table of values that has these columns may
#: be its own table of documents; a row without `kind` is none.
DOCUMENTS = pa.schema(
    [
        pa.field("product", pa.string()),
        pa.field("report", pa.int64()),
        pa.field("kind", pa.string()),
        pa.field("date", pa.date32()),
        pa.field("laboratory", pa.string()),
        pa.field("accredited", pa.bool_()),
        pa.field("issuer", pa.string()),
        pa.field("samples", pa.int64()),
    ]
)

Row = dict[str, object]


@dataclass(frozen=True)
class Tables:
    """Names of what is judged: values (see `VALUES`), and labels held and documents, if there are such tables.

    Labels have the columns product, programme, category, subject, since, until (dates inclusive, until null: open).
    With documents (see `DOCUMENTS`; values then have the columns of `SHOWN_VALUES`) rules of evidence hold.
    """

    values: str
    labels: str | None = None
    documents: str | None = None


def at_text(at: Mapping[str, str]) -> str:
    """Conditions as one text, whatever order they were given in; nothing is `{}`."""
    return json.dumps(dict(sorted(at.items())), ensure_ascii=False, separators=(",", ":"))


def values_table(products: Iterable[tuple[str, Product]], schema: pa.Schema = VALUES) -> pa.Table:
    """Products by their ids as a table, with the columns of `VALUES` or `SHOWN_VALUES`.

    Raises:
        ValueError: a number has more digits than the table holds, or a product has a list of substances or named parts.
    """
    rows = [row for name, product in products for row in _rows(name, product)]
    try:
        return pa.Table.from_pylist(rows, schema=schema)
    except pa.ArrowInvalid as error:
        message = f"a number does not fit into the table: {error}"
        raise ValueError(message) from error


def documents_table(products: Iterable[tuple[str, Product]]) -> pa.Table:
    """The documents behind the values of products, by their ids."""
    rows = [
        {name: getattr(proof, name) for name in DOCUMENTS.names[2:]} | {"product": product_id, "report": report}
        for product_id, product in products
        for report, one in enumerate(product.measurements)
        for proof in one.proofs
    ]
    return pa.Table.from_pylist(rows, schema=DOCUMENTS)


def _rows(name: str, product: Product) -> Iterator[Row]:
    for report, one in enumerate(product.measurements):
        if one.substances is not None:
            message = f"{one.property!r} of {name!r} is a list of substances; such products are judged one by one"
            raise ValueError(message)
        if one.part is not None:
            message = f"{one.property!r} of {name!r} is of a part, {one.part!r}; such products are judged one by one"
            raise ValueError(message)
        if one.needs_density:
            continue
        about: Row = {"product": name, "property": one.property, "subject": one.of, "conditions": at_text(one.at)}
        about |= {"report": report, "not_detected": one.not_detected, "method": one.method}
        if one.words is not None:
            yield about | {"words": BETWEEN_WORDS.join(sorted(one.words)), "open_high": False}
        elif one.number is not None:
            yield about | _ends(one.number)
        else:
            for item, number in (one.named or {}).items():
                yield about | {"item": item} | _ends(number)


def _ends(number: Interval) -> Row:
    low, high = (end if end.is_finite() else None for end in (number.low, number.high))
    return {"low": low, "high": high, "open_high": number.open_high}


def product_of(rows: Iterable[Mapping[str, object]], documents: Mapping[str, tuple[Proof, ...]]) -> Product:
    """The product whose rows of the table these are: `values_table` backwards, without what it leaves out.

    `documents` are those behind each report.
    """
    measurements: dict[object, Measurement] = {}
    for row in rows:
        report = (row["report"], row["property"], row["subject"], row["conditions"])
        found = _with(measurements.get(report), row)
        measurements[report] = replace(found, proofs=documents.get(str(row["report"]), ()))
    return Product(tuple(measurements.values()))


def _with(before: Measurement | None, row: Mapping[str, object]) -> Measurement:
    words, item = row["words"], row["item"]
    numbers: dict[str, Interval] = dict(before.named or {}) if before else {}
    if item is not None:
        numbers[str(item)] = _interval(row)
    return Measurement(
        property=str(row["property"]),
        of=str(row["subject"]),
        at=json.loads(str(row["conditions"])),
        number=_interval(row) if words is None and item is None else None,
        words=None if words is None else frozenset(one for one in str(words).split(BETWEEN_WORDS) if one),
        named=numbers if item is not None else None,
        not_detected=bool(row["not_detected"]),
        method=None if row.get("method") is None else str(row["method"]),
    )


def _interval(row: Mapping[str, object]) -> Interval:
    low, high = row["low"], row["high"]
    infinite = Decimal("Infinity")
    return Interval(
        Decimal(str(low)) if low is not None else -infinite,
        Decimal(str(high)) if high is not None else infinite,
        bool(row["open_high"]),
    )
