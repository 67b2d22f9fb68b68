"""Links and their relations, and the linkset that holds them (RFC 9264; UNTP 0.7 and GS1 have the same schema)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from tenring.proof.resolver.asked import Asked
from tenring.proof.strict import JsonObject

GS1_TERMS: Final = "https://ref.gs1.org/voc/"

#: A Digital Conformity Credential (UNTP, submitted to IANA).
CREDENTIAL: Final = "dcc"
#: A digital product passport (UNTP; the same as gs1:dpp).
PASSPORT: Final = "dpp"
#: What a register says about a licence, for people.
CERTIFICATION: Final = f"{GS1_TERMS}certificationInfo"
#: The criteria that a licence was granted by: UNTP's property of the same meaning, as an extension relation (RFC 8288).
CRITERIA: Final = "https://vocabulary.uncefact.org/untp/referenceProfile"
DEFAULT: Final = f"{GS1_TERMS}defaultLink"
#: The order in which relations stand in a linkset.
RELATIONS: Final = (CREDENTIAL, PASSPORT, CERTIFICATION, CRITERIA)

#: Other names for relations that may be asked for -> the relations meant, the best first.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "certificate": (CREDENTIAL, CERTIFICATION),
    "passport": (PASSPORT,),
    "criteria": (CRITERIA,),
    f"{GS1_TERMS}dpp": (PASSPORT,),
}
#: A link to an older version of the same thing (IANA).
OLDER: Final = "predecessor-version"

LINKSET: Final = "application/linkset+json"
JWT: Final = "application/vc+jwt"
HTML: Final = "text/html"


@dataclass(frozen=True)
class Link:
    """One target. `languages`: two-letter codes, perhaps with a country (the schema knows no others)."""

    href: str
    title: str
    media_type: str | None = None
    languages: tuple[str, ...] = ()
    rel: tuple[str, ...] = ()

    def target(self) -> JsonObject:
        """The target as a linkset holds it."""
        found: JsonObject = {"href": self.href, "title": self.title}
        if self.languages:
            found["hreflang"] = list(self.languages)
        if self.media_type:
            found["type"] = self.media_type
        if self.rel:
            found["rel"] = list(self.rel)
        return found


#: A link and its relation.
Related = tuple[str, Link]


@dataclass(frozen=True)
class Found:
    """What is known about something: its links by relation, and what it is, in words."""

    links: Mapping[str, tuple[Link, ...]]
    description: str | None = None

    @classmethod
    def of(cls, related: Iterable[Related], description: str | None = None) -> Found:
        """The links by relation, each link once."""
        groups: dict[str, dict[Link, None]] = {}
        for relation, link in related:
            groups.setdefault(relation, {})[link] = None
        known = [relation for relation in RELATIONS if relation in groups]
        order = known + sorted(relation for relation in groups if relation not in RELATIONS)
        return cls({relation: tuple(groups[relation]) for relation in order}, description)

    def __bool__(self) -> bool:
        return bool(self.links)

    def only(self, relations: Sequence[str] | None) -> Found:
        """What is known, of some relations only (None: of all)."""
        if relations is None:
            return self
        return Found({relation: links for relation, links in self.links.items() if relation in relations})

    @property
    def default(self) -> Link | None:
        """The one link that a phone is sent to: a sole passport, else a sole page on certification; None: no such."""
        for relation in (PASSPORT, CERTIFICATION):
            current = [link for link in self.links.get(relation, ()) if OLDER not in link.rel]
            if len(current) == 1:
                return current[0]
        return None


class Source(Protocol):
    """Where links are found."""

    def links(self, asked: Asked, on: date) -> Iterable[Related]:
        """The links of what is asked for, as of a day; none where this source does not know it."""


def linkset(anchor: str, found: Found, relations: Iterable[str] | None = None) -> JsonObject:
    """The linkset of what is found about the thing at `anchor` (its address at the resolver).

    `relations`: only these; without them all, with the default link beside the relation that describes it.
    """
    context: dict[str, Any] = {"anchor": anchor}
    if found.description:
        context["description"] = found.description
    wanted = frozenset(relations) if relations is not None else None
    for relation, links in found.links.items():
        if wanted is None or relation in wanted:
            context[relation] = [link.target() for link in links]
    if wanted is None and found.default is not None:
        context[DEFAULT] = [{"href": found.default.href, "title": found.default.title}]
    return {"linkset": [context]}
