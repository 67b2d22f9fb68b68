"""Issuing: the last check, the signatures, and the files of a credential. Whole or not at all.

Every credential leaves as `NUMBER.jwt` (vc+jwt, the form of the UNTP profile) and, where the key that signs archives is
an Ed25519 key, as `NUMBER.json` with an embedded eddsa-jcs-2022 proof. The moment of signing is given, never asked for.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import quote

from tenring.exceptions import IssueError
from tenring.language import T
from tenring.proof.credential.check import require_conformant
from tenring.proof.did.publish import jose_method
from tenring.proof.keys.local import under
from tenring.proof.keys.public import Algorithm
from tenring.proof.keys.signer import Signer
from tenring.proof.material import Material
from tenring.proof.securing import add_proof, sign_jwt
from tenring.proof.securing.jose import json_bytes
from tenring.proof.status import Place, Purpose, StatusBook
from tenring.proof.strict import JsonObject

_LONGEST_NAME: Final = 120


class StatusIndex(StrEnum):
    """How `statusListIndex` is written. No credential can satisfy both standards."""

    STRING = "string"
    """A text, as the W3C has it: one entry for revocation, one for suspension."""
    INTEGER = "integer"
    """A number in the only entry that UNTP 0.7.0 has room for: the suspension list, which has what is revoked, too."""


@dataclass(frozen=True)
class Signed:
    """A credential with its signatures: as a token, and with an embedded proof (None: no key for it)."""

    token: str
    archive: JsonObject | None


@dataclass(frozen=True)
class Issued:
    """A credential that was issued: the number of its licence, its identifier, and its files."""

    number: str
    credential: str
    token: Path
    archive: Path | None


def status_entries(places: Sequence[Place], index: StatusIndex) -> list[JsonObject]:
    """`credentialStatus` for the places of a credential."""
    if index is StatusIndex.INTEGER:
        return StatusBook.entries(places, as_integer=True, purposes=(Purpose.SUSPENSION,))
    return StatusBook.entries(places)


def with_status(document: JsonObject, entries: Sequence[JsonObject]) -> JsonObject:
    """The credential with its status entries; unchanged where there are none."""
    if not entries:
        return document
    return document | {"credentialStatus": entries[0] if len(entries) == 1 else list(entries)}


def sign(document: JsonObject, signer: Signer, *, created: datetime, archive: Signer | None = None) -> Signed:
    """Sign a credential both ways.

    Args:
        document: the credential.
        signer: who signs the token, with Ed25519 or P-256.
        created: the moment of signing (UTC).
        archive: who signs the embedded proof; without it `signer`, if its key is an Ed25519 key.

    Raises:
        IssueError: the key belongs to another DID than the issuer's, or cannot sign.
        KeyMaterialError: the key cannot be used.
    """
    archivist = archive or (signer if signer.key.algorithm is Algorithm.ED25519 else None)
    issuer = document["issuer"]
    for one in (signer, *((archivist,) if archivist else ())):
        require_own(issuer["id"] if isinstance(issuer, dict) else issuer, one)
    token = sign_jwt(document, _as_token_signer(signer), iat=int(created.timestamp()))
    return Signed(token, add_proof(document, archivist, created=created) if archivist else None)


def _as_token_signer(signer: Signer) -> Signer:
    """The signer under the URL where its key is published as JsonWebKey, which readers of tokens ask for."""
    method = signer.verification_method
    return under(signer, jose_method(method)) if method.startswith("did:web:") else signer


def require_own(did: str, signer: Signer) -> None:
    """Refuse a key that is not the issuer's.

    Raises:
        IssueError: it belongs to another DID.
    """
    method = signer.verification_method
    if method.partition("#")[0] != did:
        what = T("the key {method} is not one of the issuer {issuer}", method=method, issuer=did)
        do = T("Nobody would believe the credential; sign with a key of the issuer")
        raise IssueError(f"{what}. {do}")


def issue(  # noqa: PLR0913 - each by keyword
    document: JsonObject,
    signer: Signer,
    *,
    number: str,
    out: Path,
    created: datetime,
    archive: Signer | None = None,
    material: Material | None = None,
) -> Issued:
    """Check, sign and write a credential: both files, or none.

    Args:
        document: the credential, with its status entries.
        signer: who signs the token.
        number: the licence's number, which the files are named after.
        out: the folder, made if needed. Files of the same licence are replaced.
        created: the moment of signing (UTC).
        archive: who signs the embedded proof, as in `sign`.
        material: where the official schema may be found.

    Raises:
        IssueError: the credential does not conform, the key is not the issuer's, or the files cannot be written.
        KeyMaterialError: the key cannot be used.
    """
    require_conformant(document, material)
    signed = sign(document, signer, created=created, archive=archive)
    name = file_name(number)
    files = {f"{name}.jwt": signed.token.encode()}
    if signed.archive is not None:
        files[f"{name}.json"] = json_bytes(signed.archive)
    write_together(out, files)
    archived = out / f"{name}.json" if signed.archive is not None else None
    return Issued(number, str(document["id"]), out / f"{name}.jwt", archived)


def file_name(number: str) -> str:
    """A file name from a licence number: other numbers give other names, and none leaves its folder."""
    name = quote(number, safe=" ()+,-_.")
    if name.startswith("."):
        name = f"%2E{name[1:]}"
    if len(name) > _LONGEST_NAME:
        return f"{name[:80]}~{hashlib.sha256(number.encode()).hexdigest()[:24]}"
    return name


def write_together(folder: Path, files: dict[str, bytes]) -> None:
    """Write files that belong together: each under another name first, then all take their places.

    Raises:
        IssueError: they cannot be written; none of the new ones is left.
    """
    mark = secrets.token_hex(6)
    parts = {name: folder / f".{name}.{mark}.part" for name in files}
    placed: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in files.items():
            parts[name].write_bytes(body)
        for name, part in parts.items():
            fresh = not (folder / name).exists()
            os.replace(part, folder / name)  # noqa: PTH105 - atomic, over what was there
            if fresh:
                placed.append(folder / name)
    except OSError as error:
        for path in (*parts.values(), *placed):
            with suppress(OSError):
                path.unlink()
        what = T("the credential cannot be written ({reason})", reason=error.strerror or str(error))
        do = T("Nothing was issued; name another folder")
        raise IssueError(f"{folder}: {what}. {do}") from error
