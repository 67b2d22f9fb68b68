"""Pictures of QR codes: whatever a phone makes is read, whatever is hostile ends as one clear error."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
import segno

from tenring.exceptions import UnusableInputError
from tenring.proof import picture, pixels
from tenring.proof.picture import is_picture, texts_in

Image = pytest.importorskip("PIL.Image")
pytest.importorskip("zxingcpp")

LINK = "https://label.example/credential/SAMPLE-0042"


def code(text: str = LINK, scale: int = 8) -> Any:
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=scale, border=4)
    return Image.open(out).convert("L")


def saved(image: Any, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "L"), ("PNG", "RGB"), ("PNG", "1"), ("PNG", "P"), ("PNG", "I;16"), ("JPEG", "RGB"), ("JPEG", "CMYK"),
     ("WEBP", "RGB"), ("GIF", "P")],
)  # fmt: skip
def test_every_kind_of_picture_is_read(kind: str, mode: str) -> None:
    if mode == "I;16":
        made = code().convert("I").point(lambda value: value * 257).convert("I;16")
    else:
        made = code().convert(mode)
    raw = saved(made, kind)
    assert is_picture(raw)
    assert texts_in(raw) == (LINK,)


def test_of_a_moving_picture_the_first_one_counts() -> None:
    white = Image.new("L", code().size, 255)
    assert texts_in(saved(code(), "GIF", save_all=True, append_images=[white])) == (LINK,)
    with pytest.raises(UnusableInputError, match="no QR code"):
        texts_in(saved(white, "GIF", save_all=True, append_images=[code()]))


def test_a_code_on_a_transparent_ground_is_read_on_white() -> None:
    black = Image.new("RGBA", code().size, (0, 0, 0, 0))
    black.putalpha(code().point(lambda value: 255 - value))
    assert texts_in(saved(black, "PNG")) == (LINK,)


@pytest.mark.parametrize("angle", [0, 90, 180, 270, 17])
def test_a_photo_is_read_turned_dim_and_small_in_a_large_picture(angle: int) -> None:
    photo = Image.new("L", (4000, 3000), 150)
    turned = code(scale=9).rotate(angle, expand=True, fillcolor=255).point(lambda value: 40 + value // 2)
    photo.paste(turned, (2700, 1500))
    assert texts_in(saved(photo, "JPEG", quality=70)) == (LINK,)


def test_several_codes_are_all_told_each_text_once() -> None:
    sheet = Image.new("L", (1400, 500), 255)
    for place, text in enumerate((LINK, "SAMPLE-0042", LINK)):
        sheet.paste(code(text, scale=8).resize((400, 400)), (20 + 460 * place, 40))
    assert sorted(texts_in(saved(sheet, "PNG"))) == sorted((LINK, "SAMPLE-0042"))


def test_what_is_no_picture_is_known_by_its_first_bytes() -> None:
    for raw in (b"", b"%PDF-1.7", b"{}", b"eyJ", b"BM", b"<svg/>", b"RIFF1234WAVE", b"II*\x00"):
        assert not is_picture(raw)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A small PNG that claims to be large, and unpacks to that."""
    rows = zlib.compress(bytes(min((width // 8 + 1) * height, 200_000_000)), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(40_000, 40_000), (12_000, 11_000), (65_535, 2_000), (2**31 - 1, 1)])
def test_a_bomb_is_refused_before_it_is_unpacked(width: int, height: int) -> None:
    raw = (
        bomb(width, height) if width < 2**20 else bomb(8, 8).replace(struct.pack(">I", 8), struct.pack(">I", width), 1)
    )
    assert len(raw) < 1_000_000
    began = time.monotonic()
    with pytest.raises(UnusableInputError, match=r"million pixels|broken"):
        texts_in(raw)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("cut", [12, 40, 200, -20])
def test_a_broken_picture_is_one_clear_error(cut: int) -> None:
    for kind in ("PNG", "JPEG", "WEBP", "GIF"):
        raw = saved(code().convert("RGB"), kind)[:cut]
        try:
            found = texts_in(raw)
        except UnusableInputError as error:
            found = (error.what,)
        # what was cut off may not have been needed
        assert "broken" in found[0] or "no QR code" in found[0] or found == (LINK,)


def test_one_kind_in_the_dress_of_another_is_not_decoded() -> None:
    tiff = saved(code(), "TIFF")
    for first in (b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff"):
        with pytest.raises(UnusableInputError, match="broken"):
            texts_in(first + tiff)


def test_a_file_that_is_too_large_is_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "LARGEST", 10)
    monkeypatch.setattr(picture, "_read", None)
    with pytest.raises(UnusableInputError, match="larger than 10 bytes"):
        texts_in(saved(code(), "PNG"))


def test_without_what_reads_pictures_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path / "pixels.py"
    text = Path(pixels.__file__).read_text(encoding="utf-8").replace("import zxingcpp", "import no_such_zxingcpp")
    bare.write_text(text, encoding="utf-8")
    monkeypatch.setattr(pixels, "__file__", str(bare))
    with pytest.raises(UnusableInputError, match=r"zxing-cpp are needed.*tenring\[web\]"):
        texts_in(saved(code(), "PNG"))


@pytest.mark.parametrize(
    "program", ["import time; time.sleep(60)", "print('no JSON')", "import os; os.abort()", "print('[]')"]
)
def test_a_decoder_that_hangs_or_dies_is_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    broken = tmp_path / "pixels.py"
    broken.write_text(program, encoding="utf-8")
    monkeypatch.setattr(pixels, "__file__", str(broken))
    monkeypatch.setattr(picture, "_SECONDS", 1.0)
    with pytest.raises(UnusableInputError, match="broken"):
        texts_in(saved(code(), "PNG"))


def test_the_process_that_decodes_can_neither_write_nor_take_more_memory(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("no such limits there")
    program = (
        f"import runpy, sys; limit = runpy.run_path({pixels.__file__!r})['limit']; limit()\n"
        f"import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"import os; file = os.open({str(tmp_path / 'written')!r}, os.O_CREAT | os.O_WRONLY)\n"
        "try: os.write(file, b'x'); print('written')\n"
        "except OSError: print('not written')\n"
        "try: bytes(2 * 1024**3); print('taken')\n"
        "except MemoryError: print('not taken')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.stdout.split("\n")[:2] == ["not written", "not taken"]
