"""The store of keys: a folder in the home folder, with one sealed file for each key and a log of every change."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from tenring.exceptions import KeyMaterialError
from tenring.language import T
from tenring.proof.did.names import did_key, did_web_path, is_did
from tenring.proof.did.publish import Published, did_document
from tenring.proof.files import write_whole
from tenring.proof.keys.cloud import Service, TransitSigner
from tenring.proof.keys.hardware import Token, TokenSigner
from tenring.proof.keys.kept import (
    SUFFIX,
    KeptKey,
    KeyPurpose,
    KeyState,
    Place,
    read_kept,
    require_name,
    require_private,
    write_kept,
)
from tenring.proof.keys.local import ISSUED, LocalSigner, generate
from tenring.proof.keys.log import Logged, add_to_log, read_log
from tenring.proof.keys.multikey import multikey
from tenring.proof.keys.public import Algorithm, PublicKey
from tenring.proof.keys.sealed import Cost, require_strong, seal, unseal
from tenring.proof.keys.signer import Signer
from tenring.proof.strict import JsonObject

_FOLDER_MODE: Final = 0o700
_LOG: Final = "log.jsonl"
_LOCK: Final = ".lock"
_NUMBERED: Final = re.compile(r"(.*?)(?:-(\d+))?")


@dataclass(frozen=True)
class By:
    """Who changes a key, when (whole seconds, as documents write it), and why; written to the log."""

    who: str
    at: datetime
    why: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", self.at.replace(microsecond=0))


@dataclass(frozen=True)
class KeyStore:
    """The keys of one home. The folder is made with the first key; only its owner may read it.

    `secret` is what opens a key: the passphrase of a file, the PIN of a token, the token of a service. It is never
    kept, logged or part of an error.
    """

    folder: Path
    cost: Cost = field(default_factory=Cost)

    # asking

    def all(self) -> list[KeptKey]:
        """All keys, also retired and destroyed ones, oldest first.

        Raises:
            KeyMaterialError: a file cannot be read, or others may read it.
        """
        if not self.folder.is_dir():
            return []
        require_private(self.folder)
        found = [read_kept(path)[0] for path in self.folder.glob(f"*{SUFFIX}")]
        return sorted(found, key=lambda kept: (kept.since, kept.name))

    def key(self, name: str) -> KeptKey:
        """One key.

        Raises:
            KeyMaterialError: there is none of this name, or its file cannot be read.
        """
        return self._read(name)[0]

    def signer(self, name: str, secret: str) -> Signer:
        """Opens a key for signing.

        Raises:
            KeyMaterialError: it is not active, the secret is wrong, or its token or service cannot be reached.
        """
        kept, place = self._read(name)
        if kept.state is not KeyState.ACTIVE:
            raise KeyMaterialError(
                T("the key {name} is {state} and signs no more", name=name, state=state_name(kept.state))
            )
        return _opened(kept, place, secret)

    def log(self) -> list[Logged]:
        """Every change of every key, oldest first.

        Raises:
            KeyMaterialError: a line of the log was altered, taken out or put in.
        """
        return read_log(self.folder / _LOG)

    # changing

    def new(  # noqa: PLR0913 - what a key is, and what opens it
        self,
        name: str,
        purpose: KeyPurpose,
        secret: str,
        by: By,
        *,
        algorithm: Algorithm = Algorithm.ED25519,
        controller: str | None = None,
        holder: str | None = None,
    ) -> KeptKey:
        """Make a key in a file. `controller`: the DID that publishes it; None: the key is its own DID (did:key).

        Raises:
            KeyMaterialError: the name is taken or none, the passphrase is short, the kind is only verified, or the
                two-person rule is broken (see `_require_holder`).
        """
        require_strong(secret)
        if algorithm not in ISSUED:
            raise KeyMaterialError(T("keys of {kind} are verified and not made", kind=algorithm.value))
        raw = generate(algorithm)
        key = LocalSigner.of(algorithm, raw, "").key
        kept = _kept(name, purpose, key, by.at, controller=controller, holder=holder)
        with self._locked():
            self._require_free(name)
            self._require_holder(kept, secret)
            self._record("new", kept, by)
            write_kept(self.folder, kept, seal(raw, secret, kept.about, self.cost))
        return kept

    def enrol(  # noqa: PLR0913 - as `new`
        self,
        name: str,
        purpose: KeyPurpose,
        place: Token | Service,
        secret: str,
        by: By,
        *,
        controller: str | None = None,
        holder: str | None = None,
    ) -> KeptKey:
        """Take a key into the store whose private half is in a token or at a service, and stays there.

        Raises:
            KeyMaterialError: as `new`; or the token or service does not have it or does not sign with it.
        """
        kind = Place.TOKEN if isinstance(place, Token) else Place.SERVICE
        kept = _kept(name, purpose, place.public(secret), by.at, controller=controller, holder=holder)
        kept = replace(kept, place=kind)
        # It is asked to sign once before it is relied on.
        _opened(kept, place.written(), secret).sign(b"tenring: " + name.encode())
        with self._locked():
            self._require_free(name)
            self._require_holder(kept, None)
            self._record("new", kept, by)
            write_kept(self.folder, kept, place.written())
        return kept

    def rotate(self, name: str, secret: str, by: By, *, new_secret: str | None = None) -> tuple[KeptKey, KeptKey]:
        """Put a new key in the place of one that is kept in a file: (the retired one, the new one).

        The new key has the purpose, kind, controller and holder of the old one, and the next number: `issuing-1`
        becomes `issuing-2`. What the old one signed still counts.

        Raises:
            KeyMaterialError: the secret does not open the old key, it is not active, or it is not in a file.
        """
        old, place = self._read(name)
        self.signer(name, secret)
        if old.place is not Place.FILE:
            raise KeyMaterialError(
                T("{name} is in a token or at a service: make a new key there, then retire this one", name=name)
            )
        new_secret = new_secret or secret
        require_strong(new_secret)
        raw = generate(old.key.algorithm)
        key = LocalSigner.of(old.key.algorithm, raw, "").key
        controller = None if old.controller.startswith("did:key:") else old.controller
        with self._locked():
            kept = _kept(self._next_name(name), old.purpose, key, by.at, controller=controller, holder=old.holder)
            retired = replace(old, state=KeyState.RETIRED, until=by.at, successor=kept.name)
            self._require_unchanged(old)
            self._require_holder(kept, new_secret, instead_of=old.name)
            self._record("new", kept, by, replaces=old.name)
            self._record("rotated", retired, by, successor=kept.name)
            write_kept(self.folder, kept, seal(raw, new_secret, kept.about, self.cost))
            write_kept(self.folder, retired, place)
        return retired, kept

    def retire(self, name: str, by: By, *, compromised: bool = False) -> KeptKey:
        """Let a key sign no more. `compromised`: somebody else may have it, so that nothing it signed counts any more.

        Raises:
            KeyMaterialError: it signs no more already (a retired key may still be found compromised), or there is
                none.
        """
        with self._locked():
            kept, place = self._read(name)
            if kept.revoked is not None or (kept.state is not KeyState.ACTIVE and not compromised):
                raise KeyMaterialError(
                    T("the key {name} is {state} and signs no more", name=name, state=state_name(kept.state))
                )
            changed = replace(
                kept,
                state=KeyState.RETIRED if kept.state is KeyState.ACTIVE else kept.state,
                until=kept.until or by.at,
                revoked=by.at if compromised else None,
            )
            self._record("revoked" if compromised else "retired", changed, by)
            write_kept(self.folder, changed, place)
        return changed

    def destroy(self, name: str, by: By) -> KeptKey:
        """Overwrite the private half of a retired key; its public half and its history stay.

        A key in a token or at a service is forgotten here; it has to be deleted there.

        Raises:
            KeyMaterialError: it is active (retire it first), destroyed already, or there is none.
        """
        with self._locked():
            kept, _ = self._read(name)
            if kept.state is not KeyState.RETIRED:
                raise KeyMaterialError(
                    T(
                        "the key {name} is {state}: only a retired key is destroyed",
                        name=name,
                        state=state_name(kept.state),
                    )
                )
            changed = replace(kept, state=KeyState.DESTROYED)
            self._record("destroyed", changed, by)
            _overwrite(self.folder / (name + SUFFIX))
            write_kept(self.folder, changed, {})
        return changed

    # publishing

    def documents(self) -> dict[str, JsonObject]:
        """The DID documents that publish these keys: did:web -> document. A did:key publishes itself."""
        dids = dict.fromkeys(kept.controller for kept in self.all() if kept.controller.startswith("did:web:"))
        return {did: did_document(did, self.published(did)) for did in dids}

    def published(self, did: str) -> list[Published]:
        """The keys of a DID with their dates; one that is revoked is shown as such, and is for nothing any more."""
        return [
            Published(
                url=kept.verification_method,
                key=kept.key,
                purposes=() if kept.revoked else ("assertionMethod",),
                valid_from=kept.since,
                expires=kept.until,
                revoked=kept.revoked,
            )
            for kept in self.all()
            if kept.controller == did
        ]

    def publish(self, out: Path) -> dict[str, Path]:
        """Write each DID document where a web server whose root is `out` has to serve it: DID -> file.

        Raises:
            KeyMaterialError: no key names a did:web, keys of several hosts, or a file cannot be written.
        """
        documents = self.documents()
        hosts = {did.split(":")[2] for did in documents}
        if len(hosts) != 1:
            raise KeyMaterialError(
                T("there must be keys of one did:web host to publish, and these are: {hosts}", hosts=sorted(hosts))
            )
        written = {did: out / did_web_path(did) for did in documents}
        try:
            for did, path in written.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                text = json.dumps(documents[did], ensure_ascii=False, indent=1) + "\n"
                write_whole(path, text.encode("utf-8"))
        except OSError as error:
            raise KeyMaterialError(T("{path} cannot be written ({reason})", path=out, reason=error.strerror)) from error
        return written

    # inside

    def _read(self, name: str) -> tuple[KeptKey, JsonObject]:
        require_name(name)
        path = self.folder / (name + SUFFIX)
        if not path.is_file():
            raise KeyMaterialError(T("there is no key {name}. See `tenring keys list`", name=name))
        require_private(self.folder)
        return read_kept(path)

    def _require_free(self, name: str) -> None:
        require_name(name)
        if (self.folder / (name + SUFFIX)).exists():
            raise KeyMaterialError(T("there is a key {name} already; names are never used again", name=name))

    def _require_unchanged(self, old: KeptKey) -> None:
        if self.key(old.name) != old:
            raise KeyMaterialError(T("the key {name} was changed by somebody else just now", name=old.name))

    def _require_holder(self, kept: KeptKey, secret: str | None, *, instead_of: str | None = None) -> None:
        """The two-person rule: a root key has a holder, each holder has one, and no two open with one passphrase."""
        if kept.purpose is not KeyPurpose.ROOT:
            return
        if kept.holder is None:
            raise KeyMaterialError(T("a root key needs a holder: say who"))
        for other in self.all():
            if other.purpose is not KeyPurpose.ROOT or other.state is not KeyState.ACTIVE or other.name == instead_of:
                continue
            if other.holder is not None and other.holder.casefold() == kept.holder.casefold():
                raise KeyMaterialError(
                    T("{holder} holds the root key {name} already", holder=kept.holder, name=other.name)
                )
            if secret is not None and other.place is Place.FILE and self._opens(other.name, secret):
                raise KeyMaterialError(T("this passphrase opens the root key of another holder: take one of your own"))

    def _opens(self, name: str, secret: str) -> bool:
        try:
            self.signer(name, secret)
        except KeyMaterialError:
            return False
        return True

    def _next_name(self, name: str) -> str:
        found = _NUMBERED.fullmatch(name)
        stem, number = (found[1], int(found[2] or 1)) if found else (name, 1)
        while (self.folder / f"{stem}-{number + 1}{SUFFIX}").exists():
            number += 1
        return f"{stem}-{number + 1}"

    def _record(self, what: str, kept: KeptKey, by: By, **facts: str) -> None:
        """The log comes first: a change that nobody logged must not be."""
        facts |= {"purpose": str(kept.purpose), "public": multikey(kept.key), "url": kept.verification_method}
        add_to_log(self.folder / _LOG, Logged(what, kept.name, by.who, by.at, by.why, dict(facts)))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One change at a time, in a folder that only its owner may read."""
        try:
            self.folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            require_private(self.folder)
            descriptor = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)
        except OSError as error:
            raise KeyMaterialError(
                T("{path} cannot be written ({reason})", path=self.folder, reason=error.strerror)
            ) from error


def state_name(state: KeyState) -> str:
    """A state in the reader's words."""
    return {
        KeyState.ACTIVE: T("active"),
        KeyState.RETIRED: T("retired"),
        KeyState.DESTROYED: T("destroyed"),
    }[state]


def _kept(  # noqa: PLR0913 - the parts of a key
    name: str, purpose: KeyPurpose, key: PublicKey, at: datetime, *, controller: str | None, holder: str | None
) -> KeptKey:
    if controller is not None and not (is_did(controller) and controller.startswith("did:web:")):
        raise KeyMaterialError(T("{did} is no did:web; without one, the key is its own DID", did=repr(controller)))
    if controller is not None:
        did_web_path(controller)
    did = controller or did_key(key)
    url = f"{did}#{name}" if controller else f"{did}#{multikey(key)}"
    return KeptKey(name, purpose, key, url, did, at, holder=(holder or "").strip() or None)


def _opened(kept: KeptKey, place: JsonObject, secret: str) -> Signer:
    try:
        token = Token.read(place) if kept.place is Place.TOKEN else None
        service = Service.read(place) if kept.place is Place.SERVICE else None
    except (KeyError, TypeError, ValueError) as error:
        raise KeyMaterialError(T("the file of the key {name} does not say where it is", name=kept.name)) from error
    if token is not None:
        return TokenSigner.open(token, secret, kept.key, kept.verification_method)
    if service is not None:
        return TransitSigner.open(service, secret, kept.key, kept.verification_method)
    raw = unseal(place, secret, kept.about)
    signer = LocalSigner.of(kept.key.algorithm, raw, kept.verification_method)
    if signer.key != kept.key:
        raise KeyMaterialError(T("the private half of {name} belongs to another key", name=kept.name))
    return signer


def _overwrite(path: Path) -> None:
    """Overwrite a file where it lies before it is replaced. What a disk or a backup has copied is out of reach."""
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.write(os.urandom(size))
        stream.flush()
        os.fsync(stream.fileno())
