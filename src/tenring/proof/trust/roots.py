"""What a verifier pins: the root keys of the network with their holders, and how many of them must sign."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from tenring.exceptions import IssueError, KeyMaterialError, MaterialError, ProofError
from tenring.language import T
from tenring.proof.canonical import canonical
from tenring.proof.did import did_key
from tenring.proof.files import write_whole
from tenring.proof.keys.multikey import multikey, public_from_multikey
from tenring.proof.keys.public import PublicKey
from tenring.proof.keys.roots import Root, require_rule
from tenring.proof.moment import moment
from tenring.proof.strict import JsonObject, read_object
from tenring.proof.trust.fields import member, refuse_field, required_url, several, text, texts
from tenring.proof.trust.written import Written
from tenring.settings import Settings

_NAMES: Final = frozenset({"network", "trustList", "roots", "threshold", "publishers"})


@dataclass(frozen=True)
class Roots:
    """The pinned roots: `threshold` different holders must sign the root list.

    Raises:
        KeyMaterialError: one person could act alone, or a key has two roles.
    """

    network: str
    """DID under which the root list is issued."""
    trust_list: str
    """Address at which it is published."""
    roots: tuple[Root, ...]
    threshold: int
    publishers: tuple[str, ...] = field(default=())
    """Keys (Multikey) any one of which may sign a bundle; none: bundles, too, are signed by the roots."""

    def __post_init__(self) -> None:
        require_rule(self.roots, self.threshold)
        if len(set(self.publishers)) != len(self.publishers) or {one.key for one in self.roots} & set(self.bundle_keys):
            raise KeyMaterialError(T("each key of those who publish bundles is named once, and is no root key"))

    @cached_property
    def bundle_keys(self) -> tuple[PublicKey, ...]:
        """The keys of those who may sign a bundle alone."""
        return tuple(map(public_from_multikey, self.publishers))


def root(key: PublicKey, holder: str, method: str | None = None) -> Root:
    """A root key; unless it is published elsewhere, it is its own DID (did:key)."""
    return Root(method or f"{did_key(key)}#{multikey(key)}", key, holder)


def read_roots(path: Path) -> Roots:
    """The roots in a file.

    Raises:
        MaterialError: there is no such file, or it does not hold them; names the field.
    """
    try:
        found = read_object(path.read_bytes())
        if unknown := sorted(set(found) - _NAMES):
            refuse_field(unknown[0], T("there is no such field"))
        threshold = found.get("threshold")
        if type(threshold) is not int:
            refuse_field("threshold", T("it is not a number"))
        return Roots(
            network=required_url(found.get("network"), "network"),
            trust_list=required_url(found.get("trustList"), "trustList"),
            roots=tuple(_root(one, f"roots[{number}]") for number, one in enumerate(several(found.get("roots")))),
            threshold=threshold,
            publishers=texts(found.get("publishers"), "publishers"),
        )
    except FileNotFoundError as error:
        do = T("Set TENRING_ROOTS, or pin the network's roots with `tenring trust roots --pin FILE`")
        raise MaterialError(f"{T('{path}: there are no pinned roots', path=path)}. {do}") from error
    except OSError as error:
        raise MaterialError(T("{path} cannot be read: {error}", path=path, error=error)) from error
    except ProofError as error:
        raise MaterialError(f"{path}: {error}") from error


def _root(value: object, where: str) -> Root:
    written = member(value, where)
    holder = text(written.get("holder"), f"{where}.holder") or ""
    method = written.get("verificationMethod")
    try:
        key = public_from_multikey(written.get("key"))
    except KeyMaterialError as error:
        raise KeyMaterialError(f"{where}.key: {error}") from error
    return root(key, holder, required_url(method, f"{where}.verificationMethod") if method is not None else None)


def written_roots(roots: Roots) -> JsonObject:
    """The roots as their file has them."""
    found: JsonObject = {
        "network": roots.network,
        "trustList": roots.trust_list,
        "threshold": roots.threshold,
        "roots": _written(roots.roots),
    }
    return found | ({"publishers": list(roots.publishers)} if roots.publishers else {})


def _written(roots: Iterable[Root]) -> list[JsonObject]:
    return [
        {"holder": one.holder, "key": multikey(one.key), "verificationMethod": one.verification_method} for one in roots
    ]


def write_roots(roots: Roots, path: Path) -> None:
    """Write the roots to a file, whole or not at all.

    Raises:
        MaterialError: it cannot be written.
    """
    body = json.dumps(written_roots(roots), indent=2, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, body.encode())
    except OSError as error:
        raise MaterialError(T("{path} cannot be written: {error}", path=path, error=error)) from error


def pin_roots(settings: Settings, roots: Roots, written: Written) -> None:
    """Believe these roots from now on. Who did so, when and why is logged first, with the roots of before.

    Raises:
        IssueError: nobody says why.
        MaterialError: it cannot be written.
    """
    if not written.who.strip() or not written.why.strip():
        raise IssueError(T("it is not said who does this, and why. Use --who (or TENRING_WHO) and --why"))
    line = {"when": moment(written.at), "who": written.who, "why": written.why, "roots": written_roots(roots)}
    log = settings.trust / "roots-log.jsonl"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as stream:
            stream.write(canonical(line) + b"\n")
    except OSError as error:
        raise MaterialError(T("{path} cannot be written: {error}", path=log, error=error)) from error
    write_roots(roots, settings.roots_file)
