from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenring.settings import Settings

pytestmark = pytest.mark.django_db

GARBLED = "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl"


def test_a_number_leads_to_its_licence_or_to_a_search(visitor: Client, home: Settings) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415 - only here

    rows = pq.read_table(next(home.snapshots.glob("2*")) / "licences.parquet").to_pylist()
    first = rows[0]
    found = visitor.get("/verify/", {"number": first["number"]})
    assert found.headers["Location"].startswith("/licence/")
    assert visitor.get("/verify/", {"number": "no such"}).headers["Location"] == "/search?q=no+such"


@pytest.mark.parametrize("way", ["text", "file"])
def test_what_is_no_certificate_is_said_to_be_none_with_every_check(visitor: Client, way: str) -> None:
    given = GARBLED if way == "text" else SimpleUploadedFile("licence.jwt", GARBLED.encode())
    page = visitor.post("/verify/", {way: given, "on": "2026-03-01"})
    assert page.status_code == 200
    text = page.content.decode()
    assert "Not valid on 2026-03-01" in text
    assert text.count('<th scope="row">') == 7


def test_nothing_or_a_forbidden_address_is_told_and_the_page_stays(visitor: Client) -> None:
    for text in ("", "https://127.0.0.1/licence.jwt"):
        page = visitor.post("/verify/", {"text": text})
        assert page.status_code == 400
        assert 'role="alert"' in page.content.decode()


def test_the_page_works_without_a_script_and_the_script_is_ours(visitor: Client) -> None:
    page = visitor.get("/verify/").content.decode()
    assert '<div class="field" id="camera" hidden>' in page
    assert "/static/proof/scan.js?v=" in page
    assert "验" in visitor.get("/verify/?lang=zh").content.decode()
