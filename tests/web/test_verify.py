from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from tenring.settings import Settings
from web.certified import ADDRESS, Certified, certified, printed_qr, qr_png

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


@pytest.fixture
def programme(home: Settings, tmp_path: Path) -> Iterator[Certified]:
    """A certificate that holds, and the trust that it takes, in a home of the test."""
    (tmp_path / "snapshots").symlink_to(home.snapshots)
    made, own = certified(home, tmp_path)
    with override_settings(TENRING=own):
        yield made


def uploaded(raw: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, raw)


#: A way to give the certificate -> what the form then has.
WAYS: dict[str, Callable[[Certified], dict[str, Any]]] = {
    "token as a file": lambda one: {"file": uploaded(one.token, "licence.jwt")},
    "printed certificate": lambda one: {"file": uploaded(one.pdf, "licence.pdf")},
    "pasted token": lambda one: {"text": f"  {one.token.decode()}\n"},
    "pasted address": lambda _: {"text": ADDRESS},
    "address of the product": lambda one: {"text": one.product},
    "picture of the QR code": lambda _: {"file": uploaded(qr_png(ADDRESS), "scan.png")},
    "QR code of the printed certificate": lambda _: {"file": uploaded(printed_qr(ADDRESS), "scan.png")},
    "photo of the product's QR code": lambda one: {"photo": uploaded(qr_png(one.product), "IMG_1.JPG")},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("tag", ["en", "zh"])
def test_a_certificate_that_holds_is_valid_by_every_way_until_it_is_suspended(
    programme: Certified, visitor: Client, way: str, tag: str
) -> None:
    valid, invalid = {"en": ("valid", "not valid"), "zh": ("有效", "无效")}[tag]
    visitor.get(f"/verify/?lang={tag}")
    before = visitor.post("/verify/", WAYS[way](programme)).content.decode()
    assert f'<span class="chip active">{valid}</span>' in before
    assert "Example Label Office (sample)" in before
    assert before.count('<th scope="row">') == 7
    programme.suspend()
    after = visitor.post("/verify/", WAYS[way](programme)).content.decode()
    assert f'<span class="chip withdrawn">{invalid}</span>' in after
    assert f'<span class="chip active">{valid}</span></h2>' not in after


def test_before_it_was_suspended_it_held(programme: Certified, visitor: Client) -> None:
    programme.suspend()
    day = (programme.at - timedelta(days=10)).date().isoformat()
    page = visitor.post("/verify/", {"text": programme.token.decode(), "on": day}).content.decode()
    assert '<h2 id="answer"><span class="chip active">valid</span>' in page


def test_without_the_trust_of_a_network_a_certificate_cannot_be_said_to_hold(
    programme: Certified, visitor: Client
) -> None:
    programme.settings.roots_file.unlink()
    page = visitor.post("/verify/", {"file": uploaded(qr_png(ADDRESS), "scan.png")}).content.decode()
    assert "cannot be said" in page
    assert '<h2 id="answer"><span class="chip active">' not in page


def test_a_number_pasted_or_in_a_picture_leads_to_its_licence(visitor: Client, home: Settings) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415 - only here

    (first, *_) = pq.read_table(next(home.snapshots.glob("2*")) / "licences.parquet").to_pylist()
    where = visitor.get("/verify/", {"number": first["number"]}).headers["Location"]
    for given in ({"text": first["number"]}, {"file": uploaded(qr_png(first["number"]), "label.png")}):
        answer = visitor.post("/verify/", given)
        assert (answer.status_code, answer.headers["Location"]) == (302, where)
    page = visitor.get(where, follow=True).content.decode()
    assert first["number"] in page
    own = {"file": uploaded(qr_png(f"HTTP://TESTSERVER{where}"), "page.png")}
    assert visitor.post("/verify/", own).headers["Location"] == where


def test_of_several_codes_the_one_about_a_certificate_is_taken_and_the_others_are_offered(
    programme: Certified, visitor: Client
) -> None:
    taken = visitor.post("/verify/", {"file": uploaded(sheet(programme.product, "https://shop.example/x"), "two.png")})
    page = taken.content.decode()
    assert '<h2 id="answer"><span class="chip active">valid</span>' in page
    assert f"<code>{programme.product}</code>" in page
    assert 'name="text" value="https://shop.example/x"' in page


@pytest.mark.usefixtures("programme")
def test_where_several_codes_may_be_meant_the_visitor_chooses(visitor: Client) -> None:
    given = {"file": uploaded(sheet(ADDRESS, "https://shop.example/x"), "two.png"), "on": "2026-03-01"}
    answer = visitor.post("/verify/", given)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Which one?" in page
    assert 'id="answer"' not in page
    assert f'name="text" value="{ADDRESS}"><input type="hidden" name="on" value="2026-03-01"' in page
    chosen = visitor.post("/verify/", {"text": ADDRESS, "on": ""}).content.decode()
    assert '<h2 id="answer"><span class="chip active">valid</span>' in chosen


def sheet(*texts: str) -> bytes:
    """A picture with several QR codes beside each other."""
    from PIL import Image  # noqa: PLC0415 - only here

    made = Image.new("L", (500 * len(texts), 500), 255)
    for place, text in enumerate(texts):
        made.paste(Image.open(io.BytesIO(qr_png(text))).convert("L").resize((440, 440)), (30 + 500 * place, 30))
    out = io.BytesIO()
    made.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "said"),
    [(b"\x89PNG\r\n\x1a\n broken", "broken"), (b"GIF89a" + b"\0" * 100, "broken"), (b"\xff\xd8\xff", "broken")],
)
def test_a_hostile_picture_is_told_and_the_page_stays(visitor: Client, raw: bytes, said: str) -> None:
    for field in ("file", "photo"):
        page = visitor.post("/verify/", {field: uploaded(raw, "licence.pdf")})
        assert page.status_code == 400
        assert said in page.content.decode()


def test_a_picture_whose_code_leads_inside_is_not_followed(visitor: Client) -> None:
    for address in ("https://127.0.0.1/c", "https://169.254.169.254/01/02000000000428", "http://label.example/"):
        page = visitor.post("/verify/", {"file": uploaded(qr_png(address), "scan.png")})
        assert page.status_code == 400
        assert 'role="alert"' in page.content.decode()


def test_a_phone_without_a_detector_takes_a_photo(visitor: Client) -> None:
    page = visitor.get("/verify/").content.decode()
    assert re.search(r'<input id="photo"[^>]*accept="image/\*" capture="environment"', page)


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
