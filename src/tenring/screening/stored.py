"""Screening where purchase files, the snapshot or the result stand at addresses of object storage.

What is at an address is brought here before, into the folder `storage` of TENRING_HOME, and the result is sent when it
is whole. A snapshot stays here for the next run, and is fetched again when a file of it has changed; purchases do not.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tenring.model.storage import fetch, fetch_folder, is_address, local, require_free, send_folder, short_name
from tenring.screening.work import OURS
from tenring.settings import Settings

#: What a screening does not read of a snapshot.
_NOT_READ = frozenset({"search"})


@dataclass(frozen=True)
class Places:
    """Paths or addresses of what is screened, of the result (None: beside, by the first file's name) and the snapshot.

    A snapshot is a name, or the address of its folder.
    """

    files: Sequence[str]
    out: str | None = None
    snapshot: str | None = None


@dataclass(frozen=True)
class Here:
    """The same on this machine."""

    files: Sequence[Path]
    out: Path
    snapshot: str | None
    address: str | None
    """Where the result is sent; None: it stays."""

    def told(self, path: Path) -> str:
        """A path of the result as a user finds it."""
        if self.address is None:
            return str(path)
        return "/".join((self.address, *path.relative_to(self.out).parts))


@contextmanager
def at_hand(places: Places, settings: Settings) -> Iterator[Here]:
    """What stands at addresses, on this machine while the block runs; when it ends well, the result is sent.

    Raises:
        UnusableInputError: an address cannot be read or written, or holds something that is not ours.
    """
    kept = settings.home / "storage"
    out = local(places.out or f"tenring-out/{PurePosixPath(places.files[0]).stem}")
    address = out.rstrip("/") if isinstance(out, str) else None
    result = kept / "results" / short_name(address) / PurePosixPath(address).name if address else Path(out)
    brought = kept / "purchases" / short_name(str(result.absolute()))
    try:
        if address:
            require_free(address, mark=OURS)
        files = [_brought(file, brought / str(number)) for number, file in enumerate(places.files)]
        yield Here(files, result, _snapshot(places.snapshot, kept / "snapshots"), address)
        if address:
            send_folder(result, address, mark=OURS)
            shutil.rmtree(result.parent)
    finally:
        shutil.rmtree(brought, ignore_errors=True)


def _brought(file: str, folder: Path) -> Path:
    """The path of a purchase file, fetched if it is at an address."""
    place = local(file)
    if isinstance(place, Path):
        return place
    path = folder / PurePosixPath(place).name
    fetch(place, path)
    return path


def _snapshot(text: str | None, kept: Path) -> str | None:
    """The name or folder of a snapshot, fetched if it is at an address."""
    if text is None or not is_address(text):
        return text
    place = local(text)
    if isinstance(place, Path):
        return str(place.absolute())
    folder = kept / short_name(place.rstrip("/")) / PurePosixPath(place).name
    fetch_folder(place, folder, without=_NOT_READ)
    return str(folder.absolute())
