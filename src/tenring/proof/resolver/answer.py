"""The resolver's answers, as HTTP gives them, without a web server: whoever serves them only passes them on.

Rules of GS1-Conformant Resolver 1.2 and of UNTP's resolver workflow. Where they differ (a relation is asked for that is
not there: UNTP sends to the default link, GS1 says 404) GS1's is followed: somebody who asks for a certificate must
not be sent elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.digital_link import KEY, resolver_base
from tenring.proof.resolver.asked import Asked, read_place
from tenring.proof.resolver.links import GS1_TERMS, LINKSET, NAMES, OLDER, Found, Link, Source, linkset
from tenring.proof.strict import JsonObject

#: Where resolvers describe themselves (ISO/IEC 18975, GS1).
DESCRIPTIONS: Final = ("/.well-known/resolver", "/.well-known/gs1resolver")
#: Ask for all links; `all` is the older word.
ALL: Final = frozenset(("linkset", "all"))
CONTEXT: Final = "https://ref.gs1.org/standards/resolver/linkset-context"
_JSON: Final = frozenset((LINKSET, "application/json", "application/ld+json"))
_CORS: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Expose-Headers", "Link, Location"),
)
_VARY: Final = ("Vary", "Accept, Accept-Language")
_LONGEST_HEADER = 1000


@dataclass(frozen=True)
class Request:
    """A request as a web server has it: path and query as sent, still percent-encoded."""

    path: str
    query: str = ""
    method: str = "GET"
    accept: str = ""
    accept_language: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer: status, headers, body."""

    status: HTTPStatus
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def location(self) -> str | None:
        """Where it sends to."""
        return dict(self.headers).get("Location")


@dataclass(frozen=True)
class Resolver:
    """Answers for one address, from several sources of links."""

    base: str
    """Its own public address, https."""
    sources: tuple[Source, ...]
    name: str = "Tenring"

    def __post_init__(self) -> None:
        object.__setattr__(self, "base", resolver_base(self.base))

    def find(self, asked: Asked, on: date) -> Found:
        """All links of what is asked for, as of a day."""
        return Found.of(related for source in self.sources for related in source.links(asked, on))

    def linkset(self, asked: Asked, on: date, relations: Iterable[str] | None = None) -> JsonObject:
        """The linkset of what is asked for."""
        return linkset(f"{self.base}{asked.path}", self.find(asked, on), relations)

    def answer(self, request: Request, on: date) -> Answer:
        """The answer to a request on a day; bad requests get an answer, too."""
        if request.method == "OPTIONS":
            return Answer(HTTPStatus.NO_CONTENT, (("Allow", "GET, HEAD, OPTIONS"), *_CORS))
        if request.method not in {"GET", "HEAD"}:
            return _problem(HTTPStatus.METHOD_NOT_ALLOWED, T("only GET, HEAD and OPTIONS are answered"))
        answer = self._answer(request, on)
        return Answer(answer.status, answer.headers) if request.method == "HEAD" else answer

    def description(self) -> JsonObject:
        """What the resolver says of itself (GS1 resolver description file)."""
        return {
            "resolverRoot": self.base,
            "name": self.name,
            "supportedPrimaryKeys": [KEY],
            "supportedLinkType": [{"namespace": GS1_TERMS, "prefix": "gs1:"}],
            "linkTypeDefaultCanBeLinkset": True,
            "jsonLdContextLocation": CONTEXT,
        }

    def _answer(self, request: Request, on: date) -> Answer:
        if request.path in DESCRIPTIONS:
            return _json(HTTPStatus.OK, self.description(), "application/json")
        try:
            asked = read_place(request.path, request.query)
        except MalformedError as error:
            return _problem(HTTPStatus.BAD_REQUEST, str(error))
        found = self.find(asked, on)
        if not found:
            return _problem(HTTPStatus.NOT_FOUND, T("nothing is known about {path}", path=asked.path))
        return _chosen(_Wanted.of(request), found, f"{self.base}{asked.path}", request.query)


def _chosen(wanted: _Wanted, found: Found, anchor: str, query: str) -> Answer:
    """The answer about something that is known."""
    everything = linkset(anchor, found)
    if wanted.all:
        return _links(HTTPStatus.OK, everything)
    if wanted.relations is None:
        default = found.default
        if default is None or default.href == anchor:  # nobody is sent in a circle
            return _links(HTTPStatus.OK, everything)
        return _sent(default, anchor, query)
    fitting = wanted.choose(found)
    if len(fitting) == 1:
        return _sent(fitting[0], anchor, query)
    if fitting:
        return _links(HTTPStatus.MULTIPLE_CHOICES, linkset(anchor, found, wanted.relations))
    return _links(HTTPStatus.NOT_FOUND, everything)


@dataclass(frozen=True)
class _Wanted:
    """Which link a request wants."""

    relations: tuple[str, ...] | None
    all: bool
    languages: tuple[str, ...]
    media_types: tuple[str, ...]

    @classmethod
    def of(cls, request: Request) -> _Wanted:
        query = dict(parse_qsl(request.query, keep_blank_values=True, max_num_fields=50))
        name = query.get("linkType", "")
        accepted = _preferred(request.accept)
        languages = (query["language"].lower(),) if query.get("language") else _preferred(request.accept_language)
        asked_json = not name and bool(accepted) and accepted[0] in _JSON
        return cls(relations_of(name) if name else None, name in ALL or asked_json, languages, accepted)

    def choose(self, found: Found) -> tuple[Link, ...]:
        """The links of the first relation that has any, narrowed by language and by media type where that helps."""
        for relation in self.relations or ():
            links = found.links.get(relation, ())
            if links:
                current = tuple(link for link in links if OLDER not in link.rel) or links
                return self._by_media_type(self._by_language(current))
        return ()

    def _by_language(self, links: Sequence[Link]) -> tuple[Link, ...]:
        for language in self.languages:
            short = language.partition("-")[0]
            for tag in (language, short):
                fitting = tuple(link for link in links if tag in {one.lower() for one in link.languages})
                if fitting:
                    return fitting
        return tuple(links)

    def _by_media_type(self, links: Sequence[Link]) -> tuple[Link, ...]:
        for kind in self.media_types:
            fitting = tuple(link for link in links if link.media_type == kind)
            if fitting:
                return fitting
        return tuple(links)


def relations_of(name: str) -> tuple[str, ...]:
    """The relations that a link type asks for: `gs1:pip`, an address, a registered word, or one of our own words."""
    full = f"{GS1_TERMS}{name.removeprefix('gs1:')}" if name.startswith("gs1:") else name
    return NAMES.get(full, (full,))


def _preferred(header: str) -> tuple[str, ...]:
    """The values of an Accept header, the most wanted first; what is refused (q=0) or open (*) is left out."""
    weighted = []
    for part in header[:_LONGEST_HEADER].split(","):
        value, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weighted.append((-float(weight), value))
        except ValueError:
            continue
    wanted = sorted((one for one in weighted if one[0] and one[1] and "*" not in one[1]), key=lambda one: one[0])
    return tuple(value for _, value in wanted)


def _sent(link: Link, anchor: str, query: str) -> Answer:
    """A redirection that passes the query on (GS1-Conformant Resolver, 2.12)."""
    passed = "".join(sign for sign in query if "!" <= sign <= "~")
    joined = f"{'&' if urlsplit(link.href).query else '?'}{passed}" if passed else ""
    address, mark, fragment = link.href.partition("#")
    about = f'<{anchor}?linkType=linkset>; rel="linkset"; type="{LINKSET}"'
    headers = (("Location", f"{address}{joined}{mark}{fragment}"), ("Link", about), _VARY, *_CORS)
    return Answer(HTTPStatus.TEMPORARY_REDIRECT, headers)


def _links(status: HTTPStatus, content: JsonObject) -> Answer:
    context = f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    return _json(status, content, LINKSET, ("Link", context))


def _problem(status: HTTPStatus, detail: str) -> Answer:
    return _json(status, {"status": int(status), "title": status.phrase, "detail": detail}, "application/problem+json")


def _json(status: HTTPStatus, content: JsonObject, kind: str, *headers: tuple[str, str]) -> Answer:
    body = json.dumps(content, ensure_ascii=False).encode()
    return Answer(status, (("Content-Type", kind), *headers, _VARY, *_CORS), body)
