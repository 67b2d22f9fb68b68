"""Fetch a publisher's current files: politely, only over https, and only when they changed.

Each file is kept as `<fetched>/<register>/<list>.<format>`, with a sidecar `….fetched.json` that says whence and when.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urljoin

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from tenring import __version__
from tenring.exceptions import FetchError
from tenring.register.definition import ListDefinition, RegisterDefinition
from tenring.settings import Settings

METADATA_SUFFIX = ".fetched.json"
USER_AGENT = f"tenring/{__version__} (open register of green products; one request at a time)"
TRIES = 4
LONGEST_WAIT_SECONDS = 120.0
MOST_REDIRECTS = 5
TIMEOUT_SECONDS = 60.0
CHUNK = 1 << 16

_NOT_MODIFIED, _TOO_MANY, _UNAVAILABLE = 304, 429, 503
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Sleep = Callable[[float], None]
Progress = Callable[[str, int, int], None]


class FetchedFile(BaseModel):
    """Where a file came from, and what the publisher said about it."""

    model_config = ConfigDict(frozen=True)

    register_id: str
    list_id: str
    address: str
    fetched_at: datetime
    sha256: str
    bytes: int
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class FetchResult:
    """One list: its file, and whether it is new."""

    list_id: str
    path: Path
    file: FetchedFile
    changed: bool


@dataclass(frozen=True)
class Unfetched:
    """A list that has no address to fetch from, and what to do instead."""

    list_id: str
    reason: str


def fetch(  # noqa: PLR0913 - options by keyword, each with a default
    settings: Settings,
    register: RegisterDefinition,
    *,
    lists: Sequence[str] = (),
    client: httpx.Client | None = None,
    progress: Progress | None = None,
    sleep: Sleep = time.sleep,
) -> tuple[list[FetchResult], list[Unfetched]]:
    """The current files of a register's lists (all, or only `lists`), and the lists that cannot be fetched.

    Raises:
        FetchError: the register is not open to everyone, or a file could not be fetched; files fetched before stay.
    """
    if register.source.access.kind != "open":
        message = f"{register.id} has no open download. {register.source.access.why or register.source.homepage or ''}"
        raise FetchError(message.strip())
    wanted = _wanted(register, lists)
    owned = client or httpx.Client(timeout=TIMEOUT_SECONDS, headers={"User-Agent": USER_AGENT})
    fetcher = _Fetcher(owned, settings, sleep)
    done: list[FetchResult] = []
    without: list[Unfetched] = []
    try:
        for number, listing in enumerate(wanted):
            address = address_of(register, listing)
            if address is None:
                without.append(Unfetched(listing.id, "no open-data address of this list is known"))
                continue
            if done:
                sleep(register.source.pause_seconds)
            done.append(fetcher.fetch(register, listing, address))
            if progress:
                progress(f"Fetching {register.id}", number + 1, len(wanted))
    finally:
        if client is None:
            owned.close()
    return done, without


def _wanted(register: RegisterDefinition, lists: Sequence[str]) -> list[ListDefinition]:
    if unknown := sorted(set(lists) - set(register.lists)):
        message = f"{register.id} has no list {', '.join(unknown)}. Its lists: {', '.join(register.lists)}"
        raise FetchError(message)
    return [listing for listing in register.lists.values() if not lists or listing.id in lists]


def address_of(register: RegisterDefinition, listing: ListDefinition) -> str | None:
    """The address of a list's file; None where none is known."""
    if listing.address:
        return listing.address
    pattern = register.source.address
    if pattern is None or ("{resource}" in pattern and listing.resource is None):
        return None
    return pattern.replace("{resource}", listing.resource or "").replace("{list}", listing.id)


def metadata_of(path: Path) -> FetchedFile | None:
    """What is known of a file that we fetched; None for every other file."""
    sidecar = path.with_name(path.name + METADATA_SUFFIX)
    try:
        return FetchedFile.model_validate_json(sidecar.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        message = f"{sidecar}: it does not say where the file came from. Remove both files and fetch again"
        raise FetchError(message) from error


@dataclass(frozen=True)
class _Fetcher:
    client: httpx.Client
    settings: Settings
    sleep: Sleep

    def fetch(self, register: RegisterDefinition, listing: ListDefinition, address: str) -> FetchResult:
        folder = self.settings.fetched / register.id
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{listing.id}.{register.source.format}"
        known = metadata_of(path) if path.is_file() else None
        if known is not None and known.address != address:
            known = None
        part = path.with_name(f".{path.name}.part")
        file = FetchedFile(
            register_id=register.id,
            list_id=listing.id,
            address=address,
            fetched_at=datetime.now(UTC).replace(microsecond=0),
            sha256=known.sha256 if known else "",
            bytes=known.bytes if known else 0,
        )
        try:
            headers = self._download(address, part, known)
            if headers is None:
                validators = {"etag": known.etag, "last_modified": known.last_modified} if known else {}
                self._note(path, file.model_copy(update=validators))
                return FetchResult(listing.id, path, file, changed=False)
            return self._keep(part, path, _measured(file, part, headers))
        finally:
            part.unlink(missing_ok=True)

    def _keep(self, part: Path, path: Path, file: FetchedFile) -> FetchResult:
        known = metadata_of(path) if path.is_file() else None
        part.replace(path)
        self._note(path, file)
        return FetchResult(file.list_id, path, file, changed=known is None or known.sha256 != file.sha256)

    def _note(self, path: Path, file: FetchedFile) -> None:
        sidecar = path.with_name(path.name + METADATA_SUFFIX)
        part = sidecar.with_name(f".{sidecar.name}.part")
        part.write_text(file.model_dump_json(indent=2), encoding="utf-8")
        part.replace(sidecar)

    def _download(self, address: str, part: Path, known: FetchedFile | None) -> httpx.Headers | None:
        """Write the file to `part` and return its headers; None when it has not changed."""
        headers = {}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        for attempt in range(TRIES):
            try:
                wait = self._try(address, headers, part)
            except httpx.TransportError as error:
                if attempt == TRIES - 1:
                    message = f"{address} cannot be reached: {error}. The file fetched before, if any, is untouched"
                    raise FetchError(message) from error
                wait = 2.0**attempt
            if not isinstance(wait, float):
                return wait
            self.sleep(wait or 2.0**attempt)
        message = f"{address}: the publisher asked {TRIES} times to come back later. Try again in an hour"
        raise FetchError(message)

    def _try(self, address: str, headers: dict[str, str], part: Path) -> httpx.Headers | float | None:
        """One try: headers when the file is there, None when it has not changed, else seconds to wait (0: not said)."""
        for _ in range(MOST_REDIRECTS + 1):
            _require_https(address)
            with self.client.stream("GET", address, headers=headers, follow_redirects=False) as response:
                if response.status_code in _REDIRECTS:
                    address = urljoin(address, response.headers.get("Location", ""))
                    continue
                if response.status_code == _NOT_MODIFIED:
                    return None
                if response.status_code in {_TOO_MANY, _UNAVAILABLE}:
                    return _retry_after(response.headers)
                self._save(response, address, part)
                return response.headers
        message = f"{address}: more than {MOST_REDIRECTS} redirects"
        raise FetchError(message)

    def _save(self, response: httpx.Response, address: str, part: Path) -> None:
        if not response.is_success:
            message = (
                f"{address} answered {response.status_code} {response.reason_phrase}. Look at the publisher's page"
            )
            raise FetchError(message)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            message = f"{address} answered with a web page, not with data. Look at the publisher's page"
            raise FetchError(message)
        size, most = 0, self.settings.max_file_bytes
        with part.open("wb") as stream:
            for chunk in response.iter_bytes(CHUNK):
                size += len(chunk)
                if size > most:
                    message = f"{address} is larger than {most:,} bytes. Raise TENRING_MAX_FILE_BYTES if it is right"
                    raise FetchError(message)
                stream.write(chunk)
        if size == 0:
            message = f"{address} answered with an empty file. The file fetched before, if any, is untouched"
            raise FetchError(message)


def _measured(file: FetchedFile, part: Path, headers: httpx.Headers) -> FetchedFile:
    with part.open("rb") as stream:
        checksum = hashlib.file_digest(stream, "sha256").hexdigest()
    said = {"etag": headers.get("ETag"), "last_modified": headers.get("Last-Modified")}
    return file.model_copy(update={"sha256": checksum, "bytes": part.stat().st_size, **said})


def _require_https(address: str) -> None:
    if not address.startswith("https://"):
        message = f"{address} is not https; files are fetched only over https"
        raise FetchError(message)


def _retry_after(headers: httpx.Headers) -> float:
    """Seconds that the publisher asks us to wait, at most `LONGEST_WAIT_SECONDS`; 0 if it does not say."""
    text = headers.get("Retry-After", "")
    if text.isdigit():
        return min(float(text), LONGEST_WAIT_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    seconds = (moment - datetime.now(UTC)).total_seconds() if moment.tzinfo else 0.0
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)
