"""Material from the network: what publishers serve under an https address or a did:web, kept with its age."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tenring.exceptions import MalformedError, MaterialError
from tenring.language import T
from tenring.proof.addresses import HttpsAddress, https_address
from tenring.proof.did.names import did_web_address
from tenring.proof.files import write_whole
from tenring.proof.guard import Guard
from tenring.proof.material import Held
from tenring.proof.transfer import Transfer
from tenring.settings import Settings

#: How long a document counts as fresh whose publisher does not say.
UNSAID: Final = timedelta(hours=1)
#: Never asked more often, so that many certificates of one issuer do not ask for its key once each.
SHORTEST: Final = timedelta(minutes=1)
#: Files kept of what was fetched, and bytes of all of them: a stranger's certificates can name any number of addresses.
MOST_KEPT: Final = 4_000
MOST_BYTES: Final = 256 * 1024**2
#: After how many new files it is looked whether there are too many.
_LOOK: Final = 50
#: Never believed longer, whatever the publisher says.
LONGEST: Final = timedelta(days=7)
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|,)\s*(?:no-store|no-cache)\b", re.IGNORECASE)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class NetworkMaterial:
    """What publishers serve. Kept in the folder `material` of the home until it is stale.

    What cannot be fetched again is given as it was kept: it says itself that it is no longer fresh.
    """

    settings: Settings
    transfer: Transfer | None = None
    clock: Callable[[], datetime] = _now
    _failed: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    _new: int = 0

    def find(self, address: str) -> Held | None:
        """What is published under this address; None when it is neither https nor a did:web.

        Raises:
            MaterialError: it cannot be fetched, or must not be, and was never fetched before.
        """
        if not address.startswith(("https://", "http://", "did:web:")):
            return None
        where = _place(address)
        kept = self._kept(address)
        now = self.clock()
        if kept is not None and kept.got <= now and kept.fresh(now):
            return kept
        try:
            return self._fetched(address, where, now)
        except MaterialError:
            if kept is None:
                raise
            return kept

    def _fetched(self, address: str, where: HttpsAddress, now: datetime) -> Held:
        since, why = self._failed.get(address, (None, ""))
        if since is not None and now - since < SHORTEST:
            raise MaterialError(why)
        try:
            answer = self._transfer.get(where)
        except MaterialError as error:
            if len(self._failed) >= MOST_KEPT:
                self._failed.clear()
            self._failed[address] = (now, str(error))
            raise
        held = Held(address, answer.body, now, now + lifetime(answer.headers))
        self._keep(held)
        return held

    @property
    def _transfer(self) -> Transfer:
        if self.transfer is None:
            allowed = tuple(ipaddress.ip_network(network) for network in self.settings.allow_networks)
            self.transfer = Transfer(Guard(allowed))
        return self.transfer

    # what was fetched before: one file each, a line of JSON that says what it is, and the document

    def _path(self, address: str) -> Path:
        return self.settings.material / hashlib.sha256(address.encode()).hexdigest()

    def _kept(self, address: str) -> Held | None:
        """What was fetched before; a file that is not whole is as good as none."""
        try:
            head, _, body = self._path(address).read_bytes().partition(b"\n")
            said = json.loads(head)
            if said["address"] != address or said["sha256"] != hashlib.sha256(body).hexdigest():
                return None
            got, fresh_until = (datetime.fromisoformat(said[name]) for name in ("got", "fresh_until"))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return Held(address, body, got, fresh_until) if got.tzinfo and fresh_until.tzinfo else None

    def _keep(self, held: Held) -> None:
        path = self._path(held.address)
        said = {
            "address": held.address,
            "got": held.got.isoformat(),
            "fresh_until": (held.fresh_until or held.got).isoformat(),
            "sha256": hashlib.sha256(held.body).hexdigest(),
        }
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if self._new % _LOOK == 0:
                _remove_oldest(path.parent)
            self._new += 1
            write_whole(path, json.dumps(said).encode() + b"\n" + held.body)
        except OSError as error:
            raise MaterialError(T("{path} cannot be written: {error}", path=path, error=error)) from error


def _remove_oldest(folder: Path) -> None:
    """Keep the folder within its bounds: what was fetched longest ago goes first."""
    found = sorted(((path.stat(), path) for path in folder.iterdir()), key=lambda one: -one[0].st_mtime)
    size = 0
    for number, (stat, path) in enumerate(found):
        size += stat.st_size
        if number >= MOST_KEPT or size > MOST_BYTES:
            path.unlink(missing_ok=True)


def _place(address: str) -> HttpsAddress:
    """Where a document is published."""
    if not address.startswith("did:web:"):
        return https_address(address)
    try:
        return https_address(did_web_address(address))
    except MalformedError as error:
        raise MaterialError(
            T("the address {address} is refused: {why}", address=repr(address[:200]), why=error)
        ) from error


def lifetime(headers: Mapping[str, str]) -> timedelta:
    """How long an answer counts as fresh, by what its publisher says (RFC 9111), within our own bounds."""
    control = headers.get("cache-control", "")
    if _NOT_KEPT.search(control):
        return SHORTEST
    said = _MAX_AGE.search(control)
    if said is None:
        return UNSAID
    age = headers.get("age", "")
    seconds = int(said[1]) - (int(age) if age.isdecimal() and len(age) < len("1000000000") else 0)
    return min(max(timedelta(seconds=seconds), SHORTEST), LONGEST)
