"""What is kept about a key: one small file each, private to its owner."""

from __future__ import annotations

import json
import re
import stat
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from tenring.exceptions import KeyMaterialError, MalformedError
from tenring.language import T
from tenring.proof.files import PRIVATE, write_whole
from tenring.proof.keys.multikey import multikey, public_from_multikey
from tenring.proof.keys.public import Algorithm, PublicKey
from tenring.proof.moment import moment, read_moment
from tenring.proof.strict import JsonObject, read_object

LAYOUT: Final = 1
SUFFIX: Final = ".key.json"
#: Names become parts of URLs and file names; `-jwk` at the end is where the same key is published as JsonWebKey.
_NAME: Final = re.compile(r"(?!.*-jwk$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class KeyPurpose(StrEnum):
    """What a key signs; one key signs one kind of thing."""

    ISSUING = "issuing"
    """Credentials of licences."""
    STATUS = "status"
    """Status lists and records: a key that is in daily use on a server."""
    ROOT = "root"
    """The trust list, together with the roots of other holders."""


class KeyState(StrEnum):
    """Where a key is in its life. It only ever goes forward."""

    ACTIVE = "active"
    RETIRED = "retired"
    """It signs no more; what it signed counts (unless it is revoked). Its private half is still there, sealed."""
    DESTROYED = "destroyed"
    """Its private half is gone for good; the public half stays, to verify."""


class Place(StrEnum):
    """Where the private half is."""

    FILE = "file"
    TOKEN = "pkcs11"  # noqa: S105 - the kind of place, no password
    SERVICE = "transit"


@dataclass(frozen=True)
class KeptKey:
    """A key of the store: everything but its secret."""

    name: str
    purpose: KeyPurpose
    key: PublicKey
    verification_method: str
    controller: str
    since: datetime
    state: KeyState = KeyState.ACTIVE
    until: datetime | None = None
    """When it stopped signing."""
    revoked: datetime | None = None
    """Since when it is not trusted any more, because somebody else may have it."""
    holder: str | None = None
    """Who holds a root key."""
    successor: str | None = None
    place: Place = Place.FILE

    @property
    def about(self) -> JsonObject:
        """What is sealed together with the secret: it never changes in a key's life."""
        return {
            "name": self.name,
            "purpose": str(self.purpose),
            "algorithm": str(self.key.algorithm),
            "public": multikey(self.key),
            "verificationMethod": self.verification_method,
        }


def require_name(name: str) -> None:
    """Refuse a name that could not stand in a URL and a file name.

    Raises:
        KeyMaterialError: it could not.
    """
    if not _NAME.fullmatch(name):
        raise KeyMaterialError(
            T("{name} cannot name a key: use small letters, digits and hyphens, not -jwk at the end", name=repr(name))
        )


def write_kept(folder: Path, kept: KeptKey, secret: JsonObject) -> None:
    """Write a key's file, whole or not at all. `secret`: how to get at the private half (see `Place`).

    Raises:
        OSError: it cannot be written; the old file is untouched.
    """
    dates = {"since": kept.since, "until": kept.until, "revoked": kept.revoked}
    written: dict[str, Any] = {"layout": LAYOUT} | kept.about | {"controller": kept.controller, "state": kept.state}
    written |= {name: moment(day) for name, day in dates.items() if day is not None}
    written |= {
        name: value for name, value in (("holder", kept.holder), ("successor", kept.successor)) if value is not None
    }
    written |= {"place": kept.place, "secret": secret}
    text = json.dumps(written, ensure_ascii=False, indent=1) + "\n"
    write_whole(folder / (kept.name + SUFFIX), text.encode("utf-8"), mode=PRIVATE)


def read_kept(path: Path) -> tuple[KeptKey, JsonObject]:
    """A key's file.

    Raises:
        KeyMaterialError: others may read it, it is damaged, or it was written by another version.
    """
    require_private(path)
    try:
        written = read_object(path.read_bytes())
        if written["layout"] != LAYOUT:
            raise KeyMaterialError(T("{path}: written by another version of Tenring. Use that one", path=path))
        key = public_from_multikey(written["public"])
        dates = {n: read_moment(written[n], n) if n in written else None for n in ("since", "until", "revoked")}
        kept = KeptKey(
            name=written["name"],
            purpose=KeyPurpose(written["purpose"]),
            key=key,
            verification_method=written["verificationMethod"],
            controller=written["controller"],
            since=read_moment(written["since"], "since"),
            state=KeyState(written["state"]),
            until=dates["until"],
            revoked=dates["revoked"],
            holder=written.get("holder"),
            successor=written.get("successor"),
            place=Place(written["place"]),
        )
        consistent = Algorithm(written["algorithm"]) is key.algorithm and path.name == kept.name + SUFFIX
        secret = written["secret"]
    except (KeyError, TypeError, ValueError, MalformedError, OSError) as error:
        raise KeyMaterialError(T("{path}: it cannot be read ({reason})", path=path, reason=str(error))) from error
    if not consistent or not isinstance(secret, dict):
        raise KeyMaterialError(T("{path}: its parts do not belong together", path=path))
    return kept, secret


def require_private(path: Path) -> None:
    """Refuse a file or folder that others than its owner may read or change.

    Raises:
        KeyMaterialError: they may.
    """
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        mode = "700" if path.is_dir() else "600"
        raise KeyMaterialError(T("{path}: others may read it. chmod {mode} it", path=path, mode=mode))
