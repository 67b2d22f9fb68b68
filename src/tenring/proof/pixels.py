"""Reads QR codes in one picture, as a program of its own: `python -I pixels.py < picture` prints JSON.

A picture from a stranger is decoded by C code. Here that happens in a process that holds nothing, may use so much
memory and time and write nothing, and whose end, however it comes, is only an answer. It uses nothing of Tenring, so
that it can run by itself. Answers: `{"texts": […]}`, or `{"error": "missing" | "large" | "broken"}`.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PIL import Image

#: Only these are decoded, each by its own decoder, whatever the bytes claim besides.
FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")
#: Pixels: the cameras of phones make up to 50 million, some 108.
MOST_PIXELS: Final = 120_000_000
#: A code that fills a tenth of this can be read; larger pictures are first looked at in this size.
SIDE: Final = 2_400
#: Then, if nothing was found, in this one: a small code in a large picture.
LARGE_SIDE: Final = 6_000
MOST_CODES: Final = 20
_MEMORY: Final = 3 * 1024**3 // 2
_SECONDS: Final = 10


def main() -> None:
    """Read a picture from standard input, and print what its QR codes hold."""
    try:
        import zxingcpp  # noqa: PLC0415 - optional, and only this process needs it
        from PIL import Image, ImageFile, ImageOps  # noqa: F401, PLC0415 - likewise; ImageFile before limits close in
    except ImportError:
        answer({"error": "missing"})
        return
    limit()
    raw = sys.stdin.buffer.read()
    try:
        found = read(raw, Image, zxingcpp)
    except Image.DecompressionBombError:
        answer({"error": "large"})
    except Exception:  # noqa: BLE001 - decoders raise anything, SyntaxError and struct.error among it
        answer({"error": "broken"})
    else:
        answer(found)


def limit() -> None:
    """No more memory and time than one picture needs, and no file to write."""
    try:
        import resource  # noqa: PLC0415 - there is none on Windows: the parent's time limit remains
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, _SECONDS), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def read(raw: bytes, image: Any, zxingcpp: Any) -> dict[str, object]:  # noqa: ANN401 - modules
    """What the codes of a picture hold: looked at small first, then large."""
    image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow only warns up to twice this, and refuses what is above
    for side in (SIDE, LARGE_SIDE):
        with image.open(BytesIO(raw), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return {"error": "large"}
            size = max(opened.size)
            plain = grey(opened, side, image)
        codes = zxingcpp.read_barcodes(plain, formats=zxingcpp.BarcodeFormat.QRCode)
        texts = list(dict.fromkeys(code.text for code in codes if code.valid and code.text.strip()))
        if texts or size <= side:
            break
    return {"texts": texts[:MOST_CODES]}


def grey(opened: Image.Image, side: int, image: Any) -> Image.Image:  # noqa: ANN401 - a module
    """The first picture as plain grey pixels, at most `side` long, on white; nothing else of the file remains."""
    opened.draft("L", (side, side))  # JPEG is decoded in a smaller size at once
    opened.load()
    if opened.mode.startswith("I"):
        small = opened.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif "A" in opened.getbands() or "transparency" in opened.info:
        small = opened if opened.mode == "RGBA" else opened.convert("RGBA")
    else:
        small = opened if opened.mode in {"L", "RGB"} else opened.convert("L")
    small.thumbnail((side, side))  # before anything is copied: memory is short
    if small.mode == "RGBA":
        small = image.alpha_composite(image.new("RGBA", small.size, "white"), small)
    made = small.convert("L")
    plain: Image.Image = image.frombytes("L", made.size, made.tobytes())
    return plain


def answer(content: dict[str, object]) -> None:
    """Print the answer."""
    sys.stdout.write(json.dumps(content))


if __name__ == "__main__":
    main()
