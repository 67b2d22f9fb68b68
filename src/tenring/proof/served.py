"""Documents of one's own, as they lie in the folder of a web server: found by the addresses at which it serves them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from tenring.exceptions import MalformedError, MaterialError
from tenring.language import T
from tenring.proof.addresses import https_address
from tenring.proof.did import did_web, did_web_address
from tenring.proof.material import Held

_DID_DOCUMENT: Final = "did.json"
_WELL_KNOWN: Final = "/.well-known"
#: How JSON objects, tokens (a header in base64url) and COSE structures begin.
_SIGNED: Final = (b"{", b"ey", b"\xd2")


@dataclass(frozen=True)
class Served:
    """What a web server serves at `address` (https://host or https://host/path) out of `folder`."""

    address: str
    folder: Path

    @classmethod
    def read(cls, text: str) -> Served:
        """From `ADDRESS=FOLDER`.

        Raises:
            MaterialError: it is not written so, or there is no such folder.
        """
        address, sign, folder = text.partition("=")
        if not sign or not Path(folder).is_dir():
            raise MaterialError(T("{given}: write https://HOST=FOLDER, with a folder that is there", given=repr(text)))
        return cls(str(https_address(address)).rstrip("/"), Path(folder))

    def find(self, address: str) -> Held | None:
        """The file that is served at this address, or the DID document of a did:web.

        Raises:
            MaterialError: it is there and cannot be read.
        """
        try:
            place = did_web_address(address) if address.startswith("did:web:") else address
        except MalformedError as error:
            raise MaterialError(str(error)) from error
        if not place.startswith(self.address + "/"):
            return None
        parts = [unquote(part) for part in place.removeprefix(self.address).partition("?")[0].split("/") if part]
        if not parts or any(part in {".", ".."} or set(part) & {"/", "\\", "\0"} for part in parts):
            return None
        path = self.folder.joinpath(*parts)
        if not path.is_file() or not path.resolve().is_relative_to(self.folder.resolve()):
            return None
        return self._held(address, path)

    def all(self) -> Iterator[Held]:
        """Every document in the folder, by the address at which it is served; DID documents by their DID.

        Pages and pictures are left out: only JSON, tokens and COSE are material.

        Raises:
            MaterialError: one cannot be read.
        """
        for path in sorted(self.folder.rglob("*")):
            parts = path.relative_to(self.folder).parts
            hidden = any(part.startswith(".") and f"/{part}" != _WELL_KNOWN for part in parts)
            if hidden or not path.is_file() or not path.resolve().is_relative_to(self.folder.resolve()):
                continue
            address = f"{self.address}/{'/'.join(map(quote, parts))}"
            if parts[-1] == _DID_DOCUMENT:
                address = did_web(address.removesuffix(f"/{_DID_DOCUMENT}").removesuffix(_WELL_KNOWN))
            held = self._held(address, path)
            if held.body.lstrip()[:2].startswith(_SIGNED):
                yield held

    def _held(self, address: str, path: Path) -> Held:
        try:
            got = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(microsecond=0)
            return Held(address, path.read_bytes(), got)
        except OSError as error:
            raise MaterialError(T("{path} cannot be read: {error}", path=path, error=error)) from error
