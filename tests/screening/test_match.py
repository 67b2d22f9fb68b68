"""Which text of a line is a certificate number."""

from __future__ import annotations

import pyarrow as pa
import pytest

from engines import Engines, Worlds
from tenring.model.sql import table_of
from tenring.screening.match import _ITEM_STEPS

COLUMNS = {
    "purchase": ("line_id", "description", "brand", "model", "gtin", "certificate"),
    "classified": ("line_id", "category", "category_by"),
}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Refrigerator, certificate 2253206", "2253206"),
        ("Refrigerator, certificate no. 2253206", "2253206"),
        ("Refrigerator (licence number: ARF-2762)", "ARF-2762"),
        ("电冰箱，证书编号：CQC-2026-77", "CQC-2026-77"),
        ("냉장고 인증번호 12345", "12345"),
        ("Certificate of origin included", None),
        ("Refrigerator", None),
    ],
)
def test_a_certificate_number_is_read_from_the_text(
    engines: Engines, engine_name: str, worlds: Worlds, text: str, number: str | None
) -> None:
    def run(texts: list[str]) -> list[str | None]:
        with engines(engine_name) as engine:
            for table, columns in COLUMNS.items():
                told = [{"line_id": f"{place:03}", "description": text} for place, text in enumerate(texts)]
                rows = [[line.get(name) for name in columns] for line in told]
                engine.add(table, table_of([(name, pa.string()) for name in columns], rows))
            engine.run(_ITEM_STEPS)
            query = "SELECT certificate FROM line JOIN line_item USING (item_id) ORDER BY line_id"
            return [number for (number,) in engine.rows(query)]

    assert worlds.answer(engine_name, "numbers in texts", text, run) == number
