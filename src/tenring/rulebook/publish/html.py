"""Criteria as pages in every language: an index, a page for each revision and property; no scripts, nothing loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import jinja2

import tenring
from tenring import language
from tenring.catalogue.properties import Equivalence
from tenring.language import LANGUAGES, T, in_language
from tenring.rulebook.describe import Describer
from tenring.rulebook.expressions import ALWAYS, NEVER, quantities
from tenring.rulebook.publish.limits import Limit, left_open, limits_of
from tenring.rulebook.publish.names import Publication, speaking, token
from tenring.rulebook.publish.words import evidence_text, word
from tenring.rulebook.revision import Clause, Revision, Source

TEMPLATES = Path(__file__).parent / "templates"
TAGS = {tag: (language.KNOWN[tag].html, language.KNOWN[tag].name) for tag in LANGUAGES}


@dataclass(frozen=True)
class ShownLimit:
    """One limit in words, and when it counts."""

    text: str
    when: str


@dataclass(frozen=True)
class ShownClause:
    """A clause in words of the language in use."""

    id: str
    anchor: str
    title: str
    role: str
    subject: str
    when: str
    requires: str
    waived: str
    grades: tuple[tuple[str, str], ...]
    points: str
    limits: tuple[ShownLimit, ...]
    left_open: tuple[str, ...]
    evidence: tuple[str, ...]
    properties: tuple[tuple[str, str], ...]
    """Name and title of each property it looks at."""
    note: str
    source: Source

    @property
    def link(self) -> str | None:
        """Address of the official document, if it is one that a page may lead to."""
        address = self.source.address or ""
        return address if address.startswith(("https://", "http://")) else None


@dataclass(frozen=True)
class Use:
    """A clause that looks at a property."""

    revision: Revision
    clause: ShownClause


class Site:
    """All pages of a publication."""

    def __init__(self, publication: Publication) -> None:
        self.publication, self.properties = publication, publication.library.properties
        self._describer = Describer(self.properties)
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def pages(self) -> Iterator[tuple[str, str]]:
        """Path below the folder and text of every page."""
        yield "index.html", self._templates.get_template("start.html").render(languages=TAGS)
        for tag in LANGUAGES:
            with speaking(tag):
                pages = list(self._in_one_language())
            yield from ((f"{tag}/{path}", text) for path, text in pages)

    def _in_one_language(self) -> Iterator[tuple[str, str]]:
        shown = {one.id: [self.shown(clause) for clause in one.clauses] for one in self.publication.library.revisions}
        yield self._page("index.html", "index.html", programmes=self._programmes())
        for revision in self.publication.library.revisions:
            path = f"criteria/{revision.id}.html"
            yield self._page(path, "revision.html", revision=revision, clauses=shown[revision.id])
        uses = self._uses(shown)
        for name, definition in sorted(self.properties.properties.items()):
            values = {"name": name, "definition": definition, "uses": uses.get(name, [])}
            yield self._page(f"property/{name}.html", "property.html", equivalences=self._equivalences(name), **values)

    def _page(self, path: str, template: str, **values: object) -> tuple[str, str]:
        text = self._templates.get_template(template).render(
            T=T,
            word=word,
            named=in_language,
            quote=quote,
            site=self,
            path=quote(path),
            root="../" * path.count("/"),
            language=language.current(),
            tags=TAGS,
            version=tenring.__version__,
            on=self.publication.on.isoformat(),
            status=self.publication.status,
            **values,
        )
        return path, text

    def programme(self, name: str) -> str:
        """Name of a programme in the language in use."""
        programme = self.publication.programmes.get(name)
        return in_language(programme.names) if programme else name

    def subject(self, name: str) -> str:
        """Name of a subject in the language in use."""
        return in_language(self.properties.subjects[name].names)

    @cached_property
    def measured(self) -> list[str]:
        """The properties that some clause looks at, by name."""
        return sorted({one.property for revision in self.publication.library.revisions for one in revision.quantities})

    @staticmethod
    def marks(revision: Revision) -> list[tuple[str, int]]:
        """How many clauses have each mark, the least sure first."""
        marks = [clause.source.mark for clause in revision.clauses]
        return [(mark, marks.count(mark)) for mark in ("unverified", "secondary", "read") if mark in marks]

    def _programmes(self) -> list[tuple[str, list[Revision]]]:
        found: dict[str, list[Revision]] = {}
        for one in self.publication.library.revisions:
            found.setdefault(one.programme, []).append(one)
        return list(found.items())

    def _equivalences(self, name: str) -> list[Equivalence]:
        return [one for one in self.properties.equivalences if name in (one.property, one.for_property)]

    def _uses(self, shown: dict[str, list[ShownClause]]) -> dict[str, list[Use]]:
        found: dict[str, list[Use]] = {}
        for revision in self.publication.library.revisions:
            for clause in shown[revision.id]:
                for name, _ in clause.properties:
                    found.setdefault(name, []).append(Use(revision, clause))
        return found

    def shown(self, clause: Clause) -> ShownClause:
        """A clause in words of the language in use."""
        describe = self._describer.condition
        return ShownClause(
            id=clause.id,
            anchor=token(clause.id),
            title=in_language(clause.titles),
            role=clause.role,
            subject=clause.subject,
            when="" if clause.applies == ALWAYS else describe(clause.applies),
            requires=describe(clause.requires),
            waived="" if clause.waived_by == NEVER else describe(clause.waived_by),
            grades=tuple((one.name, describe(one.requires)) for one in clause.grades),
            points="" if clause.points is None else self._describer.term(clause.points),
            limits=tuple(dict.fromkeys(self._limit(one) for one in limits_of(clause.requires))),
            left_open=left_open(clause),
            evidence=tuple(" + ".join(evidence_text(one) for one in way) for way in clause.shown_by),
            properties=self._looked_at(clause),
            note=in_language(clause.note),
            source=clause.source,
        )

    def _limit(self, limit: Limit) -> ShownLimit:
        """`Formaldehyde emission ≤ 60 µg/m3`, and the case it is for."""
        when = [T("since {day}", day=limit.since.isoformat())] if limit.since else []
        if limit.case:
            when.append(limit.case.label or self._describer.condition(limit.case.when))
        when += [T("one of several ways")] if limit.alternative else []
        return ShownLimit(self._describer.condition(limit.compared), "; ".join(when))

    def _looked_at(self, clause: Clause) -> tuple[tuple[str, str], ...]:
        names = dict.fromkeys(one.property for one in (found for part in clause.parts for found in quantities(part)))
        return tuple((name, in_language(self.properties.properties[name].names)) for name in names)
