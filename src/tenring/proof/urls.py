"""What counts as a URL in a credential: absolute, of letters that a URL may hold. Nothing is fetched here."""

from __future__ import annotations

import re
from typing import Final

#: RFC 3986 and RFC 3987: a scheme, a colon, and then no space, control, or letter that must be escaped.
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20\x7f\"<>\\^`{|}]+")
#: What most of them are: an https address of nothing but ASCII that needs no escape, or a plain DID.
_USUAL: Final = re.compile(
    r"https://[A-Za-z0-9][!#-;=?-\[\]_a-z~]*|did:[a-z0-9]+:[A-Za-z0-9._:-]+(?:#[A-Za-z0-9._-]+)?"
)
_DID: Final = re.compile(r"did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})+(?:[/?#].*)?")
#: What may not follow https:// directly; nothing, too.
_NO_HOST: Final = ("", "/", "?", "#")
_AUTHORITY: Final = re.compile(r"(?:https?|wss?|ftp):(?!//[^/?#])", re.IGNORECASE)


def is_url(value: object) -> bool:
    """Whether `value` is an absolute URL (a DID is one); with a host, where its scheme has one."""
    if not isinstance(value, str):
        return False
    if _USUAL.fullmatch(value):
        return True
    if not _URL.fullmatch(value):
        return False
    if value.startswith("https://"):
        return value[8:9] not in _NO_HOST
    if value.startswith("did:"):
        return _DID.fullmatch(value) is not None
    return not _AUTHORITY.match(value)
