"""What a verifier needs beside the credential, and the one way to ask for it: by address.

Material is what others published: DID documents, status lists, the trust list, identity anchors, contexts, schemas. It
is found by the address under which it was published (an https URL, or a DID), whether it comes from a bundle, a folder
or the network, and always with the moment it was got and until when its publisher lets it be used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Held:
    """One document as its publisher served it: `body` is unread and unproven."""

    address: str
    body: bytes
    got: datetime
    """When it was got from its publisher (UTC)."""
    fresh_until: datetime | None = None
    """Until when its publisher, or the bundle that holds it, lets it be relied on (UTC); None: not said."""

    def fresh(self, at: datetime) -> bool:
        """Whether it may still be relied on at this moment."""
        return self.fresh_until is None or at <= self.fresh_until


class Material(Protocol):
    """A source of material."""

    def find(self, address: str) -> Held | None:
        """What is held under this address; None when this source does not have it.

        Raises:
            MaterialError: it should be there and cannot be read or fetched; the message says why.
        """


@dataclass(frozen=True)
class Documents:
    """Material at hand in memory, by address."""

    documents: Mapping[str, Held]

    def find(self, address: str) -> Held | None:
        """What is held under this address."""
        return self.documents.get(address)


@dataclass(frozen=True)
class FirstOf:
    """Several sources, asked in order; the first that has it answers."""

    sources: tuple[Material, ...]

    def find(self, address: str) -> Held | None:
        """What the first source has that has it."""
        for source in self.sources:
            held = source.find(address)
            if held is not None:
                return held
        return None


@dataclass(frozen=True)
class Remembered:
    """A source that is asked once for each address, until it is told to forget. Errors are not remembered."""

    source: Material
    _found: dict[str, Held | None] = field(default_factory=dict, repr=False, compare=False)

    def find(self, address: str) -> Held | None:
        """What the source had under this address when it was first asked."""
        found = self._found.get(address)
        if found is None and address not in self._found:
            found = self._found[address] = self.source.find(address)
        return found

    def forget(self) -> None:
        """Ask the source again from now on."""
        self._found.clear()
