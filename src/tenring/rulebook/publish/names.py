"""Names that stay the same from one publication to the next, identifiers and UUIDs; and texts in each language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from tenring.catalogue.programmes import Programme
from tenring.language import LANGUAGES, current, use
from tenring.rulebook.library import Library
from tenring.rulebook.revision import Clause, Revision

#: Where the identifiers begin unless the publisher has an address of their own.
URN = "urn:tenring:"
_OWN = uuid5(NAMESPACE_URL, URN)
_NOT_IN_TOKEN = re.compile(r"[^A-Za-z0-9.-]")


@dataclass(frozen=True)
class Publication:
    """What is published: the criteria, their programmes, the day of their status, and where identifiers begin."""

    library: Library
    programmes: dict[str, Programme]
    on: date
    base: str = URN

    @property
    def served(self) -> bool:
        """Whether the folder is served at an address, so that identifiers lead somewhere."""
        return self.base.startswith(("https://", "http://"))

    def programme(self, name: str) -> str:
        """Identifier of a programme."""
        return f"{self.base}programme/{quote(name)}"

    def revision(self, revision: Revision) -> str:
        """Identifier of a revision."""
        return f"{self.base}criteria/{quote(revision.id)}"

    def clause(self, revision: Revision, clause: Clause) -> str:
        """Identifier of a clause."""
        return f"{self.revision(revision)}#{token(clause.id)}"

    def property(self, name: str) -> str:
        """Identifier of a property."""
        return f"{self.base}property/{quote(name)}"

    def page(self, revision: Revision, language: str = "en") -> str | None:
        """Address of the page of a revision; None: it is not served."""
        return f"{self.base}{language}/criteria/{quote(revision.id)}.html" if self.served else None

    def status(self, revision: Revision) -> str:
        """`proposed`, `active` or `deprecated` on the day of the publication."""
        if revision.since > self.on:
            return "proposed"
        return "active" if self.library.find(revision.criteria, self.on) is revision else "deprecated"


def token(name: str) -> str:
    """A name that begins with a letter and has letters, digits and `._-`; other names stay other names.

    `4.2(a)-lead` becomes `c-4.2_28a_29-lead`: a sign is written as its number.
    """
    return "c-" + _NOT_IN_TOKEN.sub(lambda found: f"_{ord(found[0]):x}", name)


def uuid_of(*parts: str) -> str:
    """The UUID (version 5) of something by its name: the same each time."""
    return str(uuid5(_OWN, "/".join(parts)))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Texts are in `language` inside the block."""
    before = current()
    use(language)
    try:
        yield
    finally:
        use(before)


def in_each_language(text: Callable[[], str]) -> dict[str, str]:
    """A text in every language that we speak."""
    found = {}
    for language in LANGUAGES:
        with speaking(language):
            found[language] = text()
    return found


def one_line(text: str) -> str:
    """A text without line breaks and double spaces."""
    return " ".join(text.split())
