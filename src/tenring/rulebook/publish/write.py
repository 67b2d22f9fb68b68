"""Writing a publication: into a hidden folder first, which then takes the place of the one before; all or nothing."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import tenring
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.rulebook.publish import oscal, untp
from tenring.rulebook.publish.html import Site
from tenring.rulebook.publish.mapping import FOLDER, Compare, mappings
from tenring.rulebook.publish.names import Publication

#: A folder with this file in it was written by us and may be replaced. It has the SHA-256 of every other file.
OURS = "published-criteria.json"
FORMAT = "tenring-published-criteria"


@dataclass(frozen=True)
class Published:
    """What was written where."""

    out: Path
    revisions: int
    clauses: int
    properties: int
    mappings: int
    files: int


def publish(publication: Publication, out: Path, compare: Compare | None = None) -> Published:
    """Write the UNTP vocabulary, the OSCAL catalogues and the pages; `out` is replaced as a whole, or untouched.

    With `compare`, each revision is also compared with the one that followed it, on the day that one came into force,
    and all criteria of a category with each other, on the day of the publication.

    Raises:
        UnusableInputError: `out` is not a folder of ours, cannot be written, or the base is no address.
    """
    _check_base(publication.base)
    out = Path(os.path.abspath(out))  # noqa: PTH100 - a link is refused below, so it must not be followed
    _check_ours(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        try:
            names = _write_all(publication, folder, compare)
            _take_place(folder, out)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        what = T("it cannot be written: {reason}", reason=error.strerror or str(error))
        raise UnusableInputError(what, where=out, do=T("Nothing was changed; name another folder")) from error
    revisions = publication.library.revisions
    clauses = sum(len(one.clauses) for one in revisions)
    mapped = sum(name.startswith(f"{FOLDER}/") for name in names)
    properties = len(publication.library.properties.properties)
    return Published(out, len(revisions), clauses, properties, mapped, len(names))


def _check_base(base: str) -> None:
    if not (base.startswith(("https://", "http://")) and base.endswith("/")) and not base.startswith("urn:"):
        what = T("{base!r} is no address that identifiers can begin with", base=base)
        raise UnusableInputError(what, do=T("Write one that begins with https:// and ends with /"))


def _check_ours(out: Path) -> None:
    """Refuse what somebody else put there; an empty folder is free."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UnusableInputError(T("it is no folder"), where=out, do=T("Name a folder that --out may write"))
    if out.is_dir() and any(out.iterdir()) and not _is_ours(out / OURS):
        what = T("the folder has files that are not published criteria; nothing was written")
        raise UnusableInputError(what, where=out, do=T("Name an empty folder, or one that is not there yet"))


def _is_ours(path: Path) -> bool:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("format") == FORMAT


def _write_all(publication: Publication, folder: Path, compare: Compare | None) -> tuple[str, ...]:
    """Write every file, and name them."""
    sums: dict[str, str] = {}
    for name, text in _texts(publication, compare):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = text.encode()
        path.write_bytes(content)
        sums[name] = sha256(content).hexdigest()
    about = {"format": FORMAT, "version": tenring.__version__, "on": publication.on.isoformat()}
    about["base"] = publication.base
    listed = about | {"files": dict(sorted(sums.items()))}
    (folder / OURS).write_text(_json(listed), encoding="utf-8")
    return tuple(sums)


def _texts(publication: Publication, compare: Compare | None) -> Iterator[tuple[str, str]]:
    """Path and text of every file."""
    yield f"untp/{untp.OWN_CONTEXT}", _json(untp.own_context())
    yield "untp/catalogue.jsonld", _json(untp.catalogue(publication))
    for programme, scheme in untp.schemes(publication):
        yield f"untp/{programme}.jsonld", _json(scheme)
    for revision in publication.library.revisions:
        yield f"oscal/{revision.id}.json", _json(oscal.catalogue(publication, revision))
    if compare is not None:
        for name, found in mappings(publication.library, publication.on, compare):
            yield name, _json(found)
    yield from Site(publication).pages()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _take_place(folder: Path, out: Path) -> None:
    folder.chmod(0o755)
    old = Path(f"{folder}.old")
    if out.exists():
        out.rename(old)
    try:
        folder.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
