"""Credentials whose holder chooses what to show: SD-JWT (VC-JOSE-COSE, section 3.2; RFC 9901).

The issuer signs digests; the holder adds the disclosures that it wants to show. Every disclosure must belong to a
digest that the issuer signed, once, or the whole is refused. What a token says about itself (`exp`, `cnf` ...) is never
taken from a disclosure. A holder may leave out what stands deeper, but nothing at the top: there stand status and
validity, and a digest does not tell what it hides. Key binding is not supported: a token that ends in one is refused,
not half believed.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from typing import Any, Final

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.keys.multibase import base64url, from_base64url
from tenring.proof.keys.signer import Signer
from tenring.proof.securing.jose import (
    ALGORITHMS,
    CLAIMS,
    TokenProof,
    claims_of,
    json_bytes,
    split_token,
    typed,
)
from tenring.proof.securing.secured import Secured
from tenring.proof.strict import LIMITS, JsonObject, read_json

VC_SD_JWT: Final = "vc+sd-jwt"
VP_SD_JWT: Final = "vp+sd-jwt"
_DIGESTS: Final = "_sd"
_DIGEST_NAME: Final = "_sd_alg"
_ELEMENT: Final = "..."
#: By the names of the IANA registry of hash names; the first is meant where none is named.
_HASHES: Final = {"sha-256": hashlib.sha256, "sha-384": hashlib.sha384, "sha-512": hashlib.sha512}
#: What a verifier judges by: a holder must not be able to leave it out (as RFC 9901, section 9.7, warns).
_NEVER_HIDDEN: Final = frozenset(
    {"@context", "issuer", "credentialStatus", "credentialSchema", "validFrom", "validUntil", "relatedResource"}
)
_SALT_BYTES: Final = 16
_PROPERTY, _ITEM = 3, 2
_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
#: Digests in one token; far more than any credential has properties.
DIGEST_LIMIT: Final = 10_000


def open_sd_jwt(token: bytes) -> Secured:
    """A token with its disclosures put in place, its signature not yet checked.

    Raises:
        MalformedError: it is no vc+sd-jwt or vp+sd-jwt, a disclosure belongs to no digest, or it ends in key binding.
    """
    if b"~" not in token:
        raise MalformedError(T("it is no SD-JWT: that ends in a tilde"))
    issued, *disclosures, binding = token.split(b"~")
    if binding:
        raise MalformedError(T("it ends in a key binding, which is not supported. Ask its holder for it without one"))
    signed, header, payload, signature = split_token(issued)
    document, paths = _Disclosing(payload, disclosures).disclosed()
    name = typed(header, document, "sd-jwt")
    claims = claims_of(header, document)
    said = {key: value for key, value in document.items() if key not in CLAIMS}
    return Secured(said, name, (TokenProof(name, header["alg"], signed, signature, claims),), paths)


class _Disclosing:
    """Puts disclosures where the digests of one payload say that they belong."""

    def __init__(self, payload: JsonObject, disclosures: Iterable[bytes]) -> None:
        name = payload.get(_DIGEST_NAME, "sha-256")
        if not isinstance(name, str) or name not in _HASHES:
            raise MalformedError(T("its digests are made with {name}, which is not supported", name=repr(name)))
        self._payload = payload
        self._open: dict[str, list[Any]] = {}
        for disclosure in disclosures:
            digest = base64url(_HASHES[name](disclosure).digest())
            if digest in self._open:
                raise MalformedError(T("a disclosure stands there twice"))
            self._open[digest] = _disclosure(disclosure)
        self._seen: set[str] = set()
        self._paths: list[str] = []

    def disclosed(self) -> tuple[JsonObject, tuple[str, ...]]:
        """The payload with everything disclosed, and the paths of that."""
        document = self._object(self._payload, "")
        document.pop(_DIGEST_NAME, None)
        if self._open:
            raise MalformedError(T("it discloses something that its issuer did not sign"))
        return document, tuple(self._paths)

    def _value(self, value: Any, path: str) -> Any:  # noqa: ANN401 - JSON is anything
        if path.count(".") + path.count("[") > LIMITS.depth:
            raise MalformedError(T("it nests deeper than {limit} levels", limit=str(LIMITS.depth)))
        if isinstance(value, dict):
            return self._object(value, path)
        if isinstance(value, list):
            return [item for index, entry in enumerate(value) for item in self._item(entry, f"{path}[{index}]")]
        return value

    def _object(self, value: JsonObject, path: str) -> JsonObject:
        found = {}
        for key, entry in value.items():
            if key == _ELEMENT or (key == _DIGEST_NAME and path):
                raise MalformedError(T("{path} holds {key}, which has no place there", path=path or "$", key=key))
            if key != _DIGESTS:
                found[key] = self._value(entry, f"{path}.{key}" if path else key)
        for digest in _digests(value.get(_DIGESTS, [])):
            disclosure = self._take(digest, _PROPERTY)
            if disclosure is None and not path:
                raise MalformedError(T("it leaves out something at its top level, where status and validity stand"))
            if disclosure is None:
                continue
            _, key, entry = disclosure
            if not isinstance(key, str) or key in (_DIGESTS, _ELEMENT) or key in found:
                raise MalformedError(T("it discloses {key} where that may not be disclosed", key=repr(key)))
            if not path and (key in CLAIMS or key in ("vc", "vp", _DIGEST_NAME)):
                raise MalformedError(T("it discloses {key} where that may not be disclosed", key=repr(key)))
            place = f"{path}.{key}" if path else key
            self._paths.append(place)
            found[key] = self._value(entry, place)
        return found

    def _item(self, entry: Any, path: str) -> list[Any]:  # noqa: ANN401 - JSON is anything
        """What an array holds at this place: nothing, where it is not disclosed."""
        if not isinstance(entry, dict) or set(entry) != {_ELEMENT}:
            return [self._value(entry, path)]
        [digest] = _digests([entry[_ELEMENT]])
        disclosure = self._take(digest, _ITEM)
        if disclosure is None:
            return []
        self._paths.append(path)
        return [self._value(disclosure[1], path)]

    def _take(self, digest: str, length: int) -> list[Any] | None:
        """The disclosure of a digest, which may be met once only; None: it is not disclosed."""
        if digest in self._seen or len(self._seen) >= DIGEST_LIMIT:
            raise MalformedError(T("a digest stands there twice, or there are too many"))
        self._seen.add(digest)
        disclosure = self._open.pop(digest, None)
        if disclosure is not None and len(disclosure) != length:
            raise MalformedError(T("a disclosure is of the wrong kind for its place"))
        return disclosure


def _disclosure(text: bytes) -> list[Any]:
    value = read_json(from_base64url(text))
    if not isinstance(value, list) or len(value) not in (_PROPERTY, _ITEM) or not isinstance(value[0], str):
        raise MalformedError(T("a disclosure is not [salt, name, value] or [salt, value]"))
    return value


def _digests(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(digest, str) for digest in value):
        raise MalformedError(T("its digests are not a list of text"))
    return value


def sign_sd_jwt(document: JsonObject, signer: Signer, disclosable: Iterable[str] = (), typ: str = VC_SD_JWT) -> str:
    """`document` as a signed token, with all its disclosures.

    Args:
        document: the credential or presentation.
        signer: who signs.
        disclosable: the paths that a holder may leave out, such as `credentialSubject.address.street` or
            `credentialSubject.phones[0]`; none inside another.
        typ: `vc+sd-jwt` or `vp+sd-jwt`.

    Raises:
        MalformedError: the document cannot be secured so, or a path is not in it.
        KeyMaterialError: the key cannot be used.
    """
    header = {
        "alg": ALGORITHMS[signer.key.algorithm][0],
        "typ": typ,
        "cty": typ[:2],
        "kid": signer.verification_method,
    }
    typed(header, document, "sd-jwt")
    claims_of(header, document)
    payload = _copied(document)
    disclosures = [_hide(payload, path) for path in disclosable]
    if disclosures:
        payload[_DIGEST_NAME] = "sha-256"
    signed = f"{base64url(json_bytes(header))}.{base64url(json_bytes(payload))}"
    token = f"{signed}.{base64url(signer.sign(signed.encode('ascii')))}"
    return "~".join([token, *disclosures, ""])


def _copied(value: Any) -> Any:  # noqa: ANN401 - JSON is anything
    """A copy whose objects and arrays are its own; refuses what only a digest may be called."""
    if isinstance(value, dict):
        for name in (_DIGESTS, _DIGEST_NAME, _ELEMENT):
            if name in value:
                raise MalformedError(T("{path} holds {key}, which has no place there", path="$", key=name))
        return {key: _copied(entry) for key, entry in value.items()}
    return [_copied(entry) for entry in value] if isinstance(value, list) else value


def _hide(payload: JsonObject, path: str) -> str:
    """Replace what stands at `path` by a digest; its disclosure."""
    steps = [int(index) if index else name for name, index in _STEP.findall(path)]
    holder: Any = payload
    if not steps or steps[0] in _NEVER_HIDDEN:
        raise MalformedError(T("{path} cannot be made disclosable: validity is judged by it", path=path))
    try:
        for step in steps[:-1]:
            holder = holder[step]
        value, last = holder[steps[-1]], steps[-1]
    except (KeyError, IndexError, TypeError) as error:
        raise MalformedError(T("there is nothing at {path} to make disclosable", path=path)) from error
    salt = base64url(secrets.token_bytes(_SALT_BYTES))
    parts = [salt, value] if isinstance(last, int) else [salt, last, value]
    disclosure = base64url(json_bytes(parts))
    digest = base64url(hashlib.sha256(disclosure.encode("ascii")).digest())
    if isinstance(last, int):
        holder[last] = {_ELEMENT: digest}
    else:
        del holder[last]
        holder[_DIGESTS] = sorted([*holder.get(_DIGESTS, []), digest])
    return disclosure
