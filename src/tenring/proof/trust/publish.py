"""Publishing what is recorded: a draft of the list that holders of root keys sign one after another, then the rest.

Nothing lies where a web server serves it before as many holders have signed as a verifier asks for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tenring.exceptions import IssueError, MaterialError, ProofError
from tenring.language import T
from tenring.proof.files import write_whole
from tenring.proof.keys.signer import Signer
from tenring.proof.material import Documents
from tenring.proof.securing import add_proof, open_secured
from tenring.proof.signatures import root_signed, signed_by_one
from tenring.proof.strict import JsonObject, read_object
from tenring.proof.trust.anchors import anchor_of, write_anchor
from tenring.proof.trust.entities import RecognisedList, read_list, write_list
from tenring.proof.trust.etsi import etsi_list
from tenring.proof.trust.model import Entity
from tenring.proof.trust.roots import Roots

_NOTHING: Final = Documents({})


@dataclass(frozen=True)
class Drafted:
    """A list on its way: as it is written and signed so far, what it says, and how many holders must still sign."""

    document: JsonObject
    listed: RecognisedList
    lacking: int = 0

    @property
    def raw(self) -> bytes:
        """The file."""
        return _as_json(self.document)


def next_edition(
    roots: Roots, publisher: Entity, out: Path, valid_from: datetime, valid_for: timedelta
) -> RecognisedList:
    """The edition after the one that lies below `out`, still empty.

    Raises:
        MaterialError: what lies there cannot be read.
    """
    path = placed(out, roots.trust_list)
    before = read_draft(path).listed.number if path.is_file() else None
    number = (before or 0) + 1
    return RecognisedList(roots.trust_list, publisher, valid_from, valid_from + valid_for, (), (), number)


def draft_list(listed: RecognisedList) -> Drafted:
    """A list that nobody has signed yet."""
    return Drafted(write_list(listed), listed)


def read_draft(path: Path) -> Drafted:
    """A draft that others may have signed.

    Raises:
        MaterialError: it cannot be read, or is none.
    """
    try:
        document = read_object(path.read_bytes())
        return Drafted(document, read_list(document))
    except OSError as error:
        raise MaterialError(T("{path} cannot be read: {error}", path=path, error=error)) from error
    except ProofError as error:
        raise MaterialError(f"{path}: {error}") from error


def write_draft(drafted: Drafted, path: Path) -> None:
    """Keep a draft for the next holder.

    Raises:
        MaterialError: it cannot be written.
    """
    _write(path, drafted.raw)


def sign_draft(drafted: Drafted, signer: Signer, roots: Roots, at: datetime) -> Drafted:
    """The draft with one more signature, of a holder of a pinned root key who has not signed yet.

    Raises:
        IssueError: it is another network's, the key is no pinned root, or has signed already.
        KeyMaterialError: a signature that it bears in the name of a root does not hold.
    """
    if drafted.listed.publisher.did != roots.network:
        raise IssueError(T("the draft is a list of {network}", network=drafted.listed.publisher.did))
    own = next((one for one in roots.roots if one.key == signer.key), None)
    if own is None or own.verification_method != signer.verification_method:
        raise IssueError(
            T("{key} is none of the pinned roots. See `tenring trust roots`", key=signer.verification_method)
        )
    before = _holders(drafted.document, roots, at)
    if own.holder in before:
        raise IssueError(T("{holder} has signed already; another holder must", holder=own.holder))
    document = add_proof(drafted.document, signer, created=at.replace(microsecond=0))
    return replace(drafted, document=document, lacking=max(roots.threshold - len(before) - 1, 0))


def _holders(document: JsonObject, roots: Roots, at: datetime) -> frozenset[str]:
    """Who has signed already; their signatures are checked, for nobody signs beside a false one."""
    if "proof" not in document:
        return frozenset()
    raw = json.dumps(document).encode()
    names = {proof.verification_method for proof in open_secured(raw).proofs}
    found = set()
    for one in roots.roots:
        if one.verification_method in names:
            signed_by_one(raw, [one.key], _NOTHING, at)
            found.add(one.holder)
    return frozenset(found)


def publish_list(drafted: Drafted, roots: Roots, out: Path, at: datetime, territory: str | None = None) -> list[Path]:
    """Put a list in its place below `out`, the folder of the web server: the files that were written.

    `territory`: also as ETSI writes it, for this economy, not signed, beside ours: `list.json` → `list.lote.json`.

    Raises:
        KeyMaterialError: too few holders have signed it.
        IssueError: a newer edition lies there, or one that says of the past what this one does not; or ETSI's list
            lacks an address. Nothing was written.
        MaterialError: it cannot be written.
    """
    root_signed(drafted.raw, roots, _NOTHING, at)
    path = placed(out, roots.trust_list)
    if path.is_file():
        _require_continues(read_draft(path).listed, drafted.listed)
    written = {path: drafted.raw}
    if territory is not None:
        document = etsi_list(drafted.listed, territory=territory, on=at.astimezone(UTC).date())
        written[path.with_name(f"{path.stem}.lote.json")] = _as_json(document)
    for file, body in written.items():
        _write(file, body)
    return list(written)


def _require_continues(old: RecognisedList, new: RecognisedList) -> None:
    """History is kept: what an edition stated, the next one states too, at most with an earlier end."""
    if (new.number or 0) <= (old.number or 0):
        raise IssueError(T("edition {number} lies there already", number=old.number))
    stated = {replace(one, until=None, why=""): one for one in new.recognitions}
    for one in old.recognitions:
        if replace(one, until=None, why="") not in stated:
            facts = {"number": old.number, "did": one.entity, "day": one.since}
            raise IssueError(
                T("edition {number} recognises {did} from {day} on, this one does not: history is kept", **facts)
            )


def publish_anchors(listed: RecognisedList, signer: Signer, out: Path, at: datetime) -> list[Path]:
    """The identity anchor of each programme in the list that names an address for it; the files.

    Raises:
        IssueError: the key is not the publisher's.
        MaterialError: one cannot be written.
    """
    if signer.verification_method.partition("#")[0] != listed.publisher.did:
        raise IssueError(T("{key} is no key of {did}", key=signer.verification_method, did=listed.publisher.did))
    written = []
    on = at.astimezone(UTC).date()
    for entity in listed.entities:
        holds = any(one.entity == entity.did and one.holds(on) for one in listed.recognitions)
        if entity.anchor is None or entity.programme is None or not holds:
            continue
        anchor = replace(anchor_of(entity, listed.recognitions, listed.publisher, at), valid_until=listed.valid_until)
        document = add_proof(write_anchor(anchor, entity.anchor), signer, created=at.replace(microsecond=0))
        path = placed(out, entity.anchor)
        _write(path, _as_json(document))
        written.append(path)
    return written


def placed(out: Path, address: str) -> Path:
    """Where a web server whose root is `out` takes the document of an address from.

    Raises:
        IssueError: the address names no file.
    """
    parts = [part for part in urlsplit(address).path.split("/") if part]
    if not parts or {".", ".."} & set(parts) or not address.startswith("https://"):
        raise IssueError(T("{address} is no https address of a file", address=address))
    return out.joinpath(*parts)


def _as_json(document: JsonObject) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _write(path: Path, body: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, body)
    except OSError as error:
        raise MaterialError(T("{path} cannot be written: {error}", path=path, error=error)) from error
