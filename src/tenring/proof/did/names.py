"""Names: DID URLs, and which web address a did:web means."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, urlsplit

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.canonical import canonical
from tenring.proof.keys.jwk import required_members
from tenring.proof.keys.multibase import base64url
from tenring.proof.keys.multikey import multikey
from tenring.proof.keys.public import PublicKey

#: DID Core 1.0, section 3.1.
_DID: Final = re.compile(r"did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})")
_FRAGMENT: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})+")
_HTTPS: Final = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?")
_LABEL: Final = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_HOST: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)
#: A host whose last part is a number is an IP address in one of its spellings (WHATWG URL, "ends in a number").
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_SEGMENT: Final = re.compile(r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+")
_PORT_MARK: Final = re.compile("%3a", re.IGNORECASE)
_HIGHEST_PORT: Final = 65535
_LONGEST: Final = 2048


def split_did_url(url: object) -> tuple[str, str]:
    """A verification method's URL as (DID or https address of the document, fragment).

    Raises:
        MalformedError: it is neither, or has no fragment. Paths and queries of DIDs are not read.
    """
    found = _split(url) if isinstance(url, str) and len(url) <= _LONGEST else None
    if found is None:
        raise MalformedError(T("{url} names no verification method (did:…#key)", url=repr(str(url)[:200])))
    return found


@lru_cache(maxsize=1024)
def _split(url: str) -> tuple[str, str] | None:
    document, mark, fragment = url.partition("#")
    if mark and _FRAGMENT.fullmatch(fragment) and (_DID.fullmatch(document) or _HTTPS.fullmatch(document)):
        return document, fragment
    return None


def is_did(text: str) -> bool:
    """Whether a text is a DID (not a DID URL)."""
    return len(text) <= _LONGEST and _DID.fullmatch(text) is not None


def did_web_address(did: str) -> str:
    """The address of the document of a did:web.

    Raises:
        MalformedError: it is no did:web: its host is an IP address or none, a port is none, a part of the path is
            empty or would climb out of it.
    """
    host, port, path = _parts(did)
    return f"https://{host}{port}/{path}"


def did_web_path(did: str) -> str:
    """Where the document of a did:web lies below the root of its host: `.well-known/did.json`, or `a/b/did.json`.

    Raises:
        MalformedError: as `did_web_address`.
    """
    return _parts(did)[2]


def did_web(address: str) -> str:
    """The did:web of an https address without query: `https://a.example/x` is `did:web:a.example:x`.

    Raises:
        MalformedError: the address is of another kind.
    """
    if not _HTTPS.fullmatch(address):
        raise MalformedError(T("{address} is no https address that a did:web can name", address=repr(address[:200])))
    parts = urlsplit(address)
    path = [part for part in parts.path.split("/") if part]
    did = ":".join(["did:web", parts.netloc.replace(":", "%3A"), *path])
    did_web_address(did)
    return did


def did_key(key: PublicKey) -> str:
    """The DID that is nothing but a key."""
    return f"did:key:{multikey(key)}"


def did_jwk(key: PublicKey) -> str:
    """The DID that is nothing but a JWK."""
    return f"did:jwk:{base64url(canonical(required_members(key)))}"


def _parts(did: str) -> tuple[str, str, str]:
    """Host, port with its colon (or nothing), path of the document."""
    if not is_did(did) or not did.startswith("did:web:"):
        raise MalformedError(T("{did} is no did:web", did=repr(did[:200])))
    place, *segments = did.removeprefix("did:web:").split(":")
    host, *ports = _PORT_MARK.split(place)
    if not _HOST.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise MalformedError(T("{did}: its host is no domain name", did=repr(did[:200])))
    if len(ports) > 1 or any(not port.isdecimal() or not 0 < int(port) <= _HIGHEST_PORT for port in ports):
        raise MalformedError(T("{did}: its port is none", did=repr(did[:200])))
    for segment in segments:
        plain = unquote(segment)
        if not _SEGMENT.fullmatch(segment) or plain in {".", ".."} or set(plain) & {"/", "\\", "\0", "%", "?", "#"}:
            raise MalformedError(T("{did}: a part of its path is none", did=repr(did[:200])))
    path = "/".join([*(segments or [".well-known"]), "did.json"])
    return host.lower(), "".join(f":{port}" for port in ports), path
