"""Links to issued credentials: those in a folder, by what they say of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from tenring.exceptions import MalformedError
from tenring.model.text import model_key
from tenring.proof.credential.content import Content, is_conformity_credential, read_content
from tenring.proof.paper.attached import media_type_of
from tenring.proof.product import Covered, says
from tenring.proof.resolver.asked import Asked, Gtin, Licence
from tenring.proof.resolver.links import CREDENTIAL, CRITERIA, OLDER, Link, Related
from tenring.proof.securing import open_secured
from tenring.proof.strict import LIMITS

ENDINGS = (".jwt", ".json", ".jsonld")


@dataclass(frozen=True)
class _Issued:
    """One credential: where it is published, and what it says. Nothing of it is proven here."""

    link: Link
    content: Content

    @property
    def criteria(self) -> Link | None:
        """The criteria that it names, where they have an https address."""
        profile = self.content.profile
        if profile is None or not profile.startswith("https://"):
            return None
        return Link(profile, self.content.profile_name or profile)

    @property
    def since(self) -> datetime:
        """From when it is valid; without a beginning it is older than all others."""
        return self.content.valid_from or datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class IssuedLinks:
    """The credentials of a folder that are published under an https address."""

    issued: tuple[_Issued, ...]
    left_out: tuple[str, ...] = ()
    """Names of files that are no such credential."""

    @classmethod
    def read(cls, folder: Path) -> IssuedLinks:
        """Read a folder; files that are no credential, or published nowhere, are left out and named."""
        found, left_out = [], []
        for path in sorted(one for one in folder.rglob("*") if one.suffix in ENDINGS and one.is_file()):
            one = _read(path)
            if one is None:
                left_out.append(str(path.relative_to(folder)))
            else:
                found.append(one)
        return cls(tuple(_versioned(found)), tuple(left_out))

    def links(self, asked: Asked, on: date) -> Iterable[Related]:  # noqa: ARG002 - what was issued stays issued
        """Credentials of a product or licence, and the criteria that they name."""
        for one in self.issued:
            if _is_about(one, asked):
                yield CREDENTIAL, one.link
                if one.criteria is not None:
                    yield CRITERIA, one.criteria


def _is_about(one: _Issued, asked: Asked) -> bool:
    content = one.content
    if isinstance(asked, Licence):
        same = model_key(content.number or "") == model_key(asked.number)
        return same and asked.programme in re.split("[/:]", f"{content.attestation}/{content.scheme}")
    if isinstance(asked, Gtin):
        return any(product.gtin == asked.link.gtin for product in content.products)
    key = model_key(asked.model)
    return any(
        product.model is not None
        and Covered.of(product.model).has(key)
        and (says(product.name, asked.brand) or says(content.holder or "", asked.brand))
        for product in content.products
    )


def _read(path: Path) -> _Issued | None:
    """The credential in a file; None: it is none, or is published nowhere."""
    try:
        if path.stat().st_size > LIMITS.bytes:
            return None
        raw = path.read_bytes()
        document, kind = open_secured(raw).document, media_type_of(raw)
    except (MalformedError, OSError):
        return None
    address = document.get("id")
    if not isinstance(address, str) or not address.startswith("https://") or not is_conformity_credential(document):
        return None
    content = read_content(document)
    return _Issued(Link(address, content.name or address, kind, ("en",)), content)


def _versioned(found: list[_Issued]) -> Iterator[_Issued]:
    """The same, older credentials of one attestation marked as such (UNTP IDR-10): the newest is the current one."""
    newest: dict[str, _Issued] = {}
    for one in found:
        name = one.content.attestation
        if name and (name not in newest or newest[name].since < one.since):
            newest[name] = one
    for one in found:
        current = newest.get(one.content.attestation or "", one)
        yield one if one is current else replace(one, link=replace(one.link, rel=(OLDER,)))
