"""The QR codes in a picture that somebody gives: a scan, a screenshot, a photo from a phone."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Final

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.proof import pixels

#: Bytes of a picture: photos of phones have up to about 20 million.
LARGEST: Final = 24 * 1024**2
#: Seconds until a picture is given up.
_SECONDS: Final = 15.0
#: Pictures that are decoded at once: each may take much memory.
_AT_ONCE: Final = threading.BoundedSemaphore(2)
_GIF: Final = (b"GIF87a", b"GIF89a")


def is_picture(raw: bytes) -> bool:
    """Whether these are the first bytes of a PNG, JPEG, WebP or GIF, whatever the file is called."""
    return raw.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", *_GIF)) or (
        raw[:4] == b"RIFF" and raw[8:12] == b"WEBP"
    )


def texts_in(raw: bytes, where: str | None = None) -> tuple[str, ...]:
    """What the QR codes of a picture hold, each text once; read in a process of its own with limits (see `pixels`).

    Raises:
        UnusableInputError: it is too large, broken, or holds no QR code; or what reads pictures is not installed.
    """
    if len(raw) > LARGEST:
        raise UnusableInputError(
            T("the picture is larger than {limit} bytes", limit=f"{LARGEST:,}"), where=where, do=_closer()
        )
    found = _read(raw)
    error = found.get("error")
    if error == "missing":
        do = T("Install them with the extra tenring[web], or give the certificate as a file or text")
        raise UnusableInputError(T("to read a picture, Pillow and zxing-cpp are needed"), where=where, do=do)
    if error == "large":
        what = T("the picture has more than {limit} million pixels", limit=pixels.MOST_PIXELS // 1_000_000)
        raise UnusableInputError(what, where=where, do=_closer())
    if error is not None:
        do = T("Send it as PNG or JPEG, or take another photo")
        raise UnusableInputError(T("the picture is broken, or of a kind that is not read"), where=where, do=do)
    texts = found.get("texts")
    if not isinstance(texts, list) or not texts:
        raise UnusableInputError(T("no QR code was found in the picture"), where=where, do=_closer())
    return tuple(map(str, texts))


def _closer() -> str:
    return T("Take the photo of the QR code alone, close, sharp, and in good light")


def _read(raw: bytes) -> dict[str, object]:
    """The answer of the program; one that ended otherwise could not read the picture."""
    command = [sys.executable, "-I", "-X", "utf8", pixels.__file__]
    with _AT_ONCE:
        try:
            done = subprocess.run(  # noqa: S603 - our own program
                command,
                input=raw,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=False,
                env={},
            )
        except subprocess.TimeoutExpired:
            return {"error": "broken"}
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return {"error": "broken"}
    return found if isinstance(found, dict) else {"error": "broken"}
