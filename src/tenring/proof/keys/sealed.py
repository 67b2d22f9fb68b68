"""A private key under a passphrase: scrypt (RFC 7914) makes a key of it, AES-256-GCM seals.

What the key is and is for stands beside it in the clear and is sealed with it, so that a file can be neither renamed
nor given another purpose. A wrong passphrase and an altered file look the same: whoever tries learns nothing.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tenring.exceptions import KeyMaterialError, MalformedError
from tenring.language import T
from tenring.proof.canonical import canonical
from tenring.proof.keys.multibase import base64url, from_base64url
from tenring.proof.strict import JsonObject

SHORTEST: Final = 12
"""Characters of a passphrase that we accept for a new key."""
_SALT: Final = 16
_NONCE: Final = 12
_KEY: Final = 32


@dataclass(frozen=True)
class Cost:
    """What trying one passphrase costs: 128 * n * r bytes of memory, p times.

    The default (128 MiB) is the strongest of the scrypt settings in OWASP's password storage advice. It is stored
    with each key, so that it can grow and old keys still open.
    """

    n: int = 2**17
    r: int = 8
    p: int = 1


#: A file that asks for less was weakened, one that asks for more would exhaust the machine.
LEAST: Final = Cost(2**14, 8, 1)
MOST: Final = Cost(2**20, 8, 4)


def require_strong(passphrase: str) -> None:
    """Refuse a passphrase that is too short for a new key.

    Raises:
        KeyMaterialError: it is.
    """
    if len(_normal(passphrase)) < SHORTEST:
        raise KeyMaterialError(T("A passphrase needs at least {count} characters", count=str(SHORTEST)))


def seal(secret: bytes, passphrase: str, about: JsonObject, cost: Cost) -> JsonObject:
    """`secret` under a passphrase; `about` stands beside it and must be the same when it is opened."""
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    sealed = AESGCM(_derived(passphrase, salt, cost)).encrypt(nonce, secret, canonical(about))
    return {
        "kdf": {"name": "scrypt", "n": cost.n, "r": cost.r, "p": cost.p, "salt": base64url(salt)},
        "cipher": {"name": "AES-256-GCM", "nonce": base64url(nonce)},
        "sealed": base64url(sealed),
    }


def unseal(written: JsonObject, passphrase: str, about: JsonObject) -> bytes:
    """The secret.

    Raises:
        KeyMaterialError: the passphrase is wrong or something was altered (which of them is not said), or the file
            asks for a cost out of bounds or for something that we do not know.
    """
    try:
        kdf, cipher = written["kdf"], written["cipher"]
        known = (kdf["name"], cipher["name"]) == ("scrypt", "AES-256-GCM")
        cost = Cost(kdf["n"], kdf["r"], kdf["p"])
        salt, nonce, sealed = map(from_base64url, (kdf["salt"], cipher["nonce"], written["sealed"]))
    except (KeyError, TypeError, MalformedError) as error:
        raise KeyMaterialError(T("the sealed key cannot be read: its file is damaged")) from error
    if not known or not _within_bounds(cost) or len(nonce) != _NONCE:
        raise KeyMaterialError(T("the key is sealed in a way that is not accepted"))
    try:
        return AESGCM(_derived(passphrase, salt, cost)).decrypt(nonce, sealed, canonical(about))
    except InvalidTag:
        raise KeyMaterialError(T("The passphrase does not open this key, or its file was altered")) from None


def _within_bounds(cost: Cost) -> bool:
    numbers = ((cost.n, LEAST.n, MOST.n), (cost.r, LEAST.r, MOST.r), (cost.p, LEAST.p, MOST.p))
    whole = all(type(value) is int and least <= value <= most for value, least, most in numbers)
    return whole and cost.n & (cost.n - 1) == 0


def _derived(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    return Scrypt(salt=salt, length=_KEY, n=cost.n, r=cost.r, p=cost.p).derive(_normal(passphrase).encode("utf-8"))


def _normal(passphrase: str) -> str:
    """One form for what different keyboards and systems type: the same characters always open the key."""
    return unicodedata.normalize("NFKC", passphrase)
