"""Which text of a line is a certificate number."""

from __future__ import annotations

import duckdb
import pytest

from tenring.model.duck import DuckEngine
from tenring.screening.match import _ITEM_STEPS


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
def test_a_certificate_number_is_read_from_the_text(text: str, number: str | None) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE purchase AS SELECT '1' AS line_id, ?::VARCHAR AS description, NULL::VARCHAR AS brand, "
            "NULL::VARCHAR AS model, NULL::VARCHAR AS gtin, NULL::VARCHAR AS certificate",
            [text],
        )
        connection.execute("CREATE TABLE classified AS SELECT '1' AS line_id, NULL::VARCHAR AS category")
        DuckEngine(connection).run(_ITEM_STEPS)
        assert connection.execute("SELECT certificate FROM line JOIN line_item USING (item_id)").fetchall() == [
            (number,)
        ]
