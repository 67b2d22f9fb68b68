"""Links from the register snapshot: every programme's licences of a product, and the criteria in force for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from urllib.parse import quote

import duckdb

from tenring.catalogue.programmes import Programme
from tenring.language import LANGUAGES, N, T, in_language
from tenring.model.licence import Status
from tenring.model.text import model_key
from tenring.proof.product import Covered
from tenring.proof.resolver.asked import Asked, Gtin, Licence, Product
from tenring.proof.resolver.links import CERTIFICATION, CRITERIA, HTML, Link, Related
from tenring.register.snapshot import Snapshot
from tenring.rulebook.publish.names import Publication

#: One row = one licence with its status on `$day`; `{which}` selects licences.
_LICENCES: Final = """
SELECT l.licence_id, l.programme, l.number, l.holder, l.brand, l.name, l.category, l.valid_from, s.status
FROM licences l
LEFT JOIN statuses s ON s.licence_id = l.licence_id
  AND (s.from_date IS NULL OR s.from_date <= $day) AND (s.until_date IS NULL OR $day < s.until_date)
WHERE {which}
ORDER BY l.programme, l.number, l.licence_id
"""
_BY_GTIN: Final = "l.licence_id IN (SELECT licence_id FROM gtins WHERE gtin = $gtin)"
#: Numbers that may be the same when signs do not count; the final word has `model_key`.
_BY_NUMBER: Final = """
l.programme = $programme AND (regexp_replace(lower(l.number), '[^0-9a-z]', '', 'g') = $key
  OR NOT regexp_full_match(l.number, '[ -~]*'))
"""
#: One row = one model that may cover the key: equal but for signs, with wildcards or alternatives, or not ASCII.
_MODELS: Final = """
SELECT DISTINCT licence_id, brand, model FROM models
WHERE regexp_replace(lower(model), '[^0-9a-z]', '', 'g') = $key OR regexp_matches(model, '[*#(/]')
  OR NOT regexp_full_match(model, '[ -~]*')
"""
_BY_ID: Final = "l.licence_id IN (SELECT unnest($ids))"
_STATUSES: Final[Mapping[Status | None, str]] = {
    None: N("status not known"),
    Status.NOT_BEGUN: N("not begun"),
    Status.ACTIVE: N("active"),
    Status.SUSPENDED: N("suspended"),
    Status.WITHDRAWN: N("withdrawn"),
    Status.SUPERSEDED: N("superseded"),
    Status.EXPIRED: N("expired"),
    Status.DELISTED: N("delisted"),
}


@dataclass(frozen=True)
class RegisterLicence:
    """A licence as the register has it on a day. `status` None: the register does not reach that day."""

    licence_id: str
    programme: str
    number: str
    holder: str | None
    brand: str | None
    name: str | None
    category: str
    valid_from: date | None
    status: Status | None


@dataclass(frozen=True)
class RegisterLinks:
    """The licences of one snapshot."""

    snapshot: Snapshot
    programmes: Mapping[str, Programme]
    pages: str | None = None
    """Address below which each licence has its page, `register/PROGRAMME/NUMBER`; None: the programme's website."""
    brands: Mapping[str, str] = field(default_factory=dict)
    """Key of every spelling of a brand -> key of its usual name."""
    publication: Publication | None = None
    """Where criteria are published; None: nowhere."""

    def links(self, asked: Asked, on: date) -> Iterable[Related]:
        """What registers say, and the criteria in force for it, where they are published."""
        for licence in licences_of(self.snapshot, asked, on, self.brands):
            if (page := self._page(licence)) is not None:
                yield CERTIFICATION, Link(page, self._title(licence, on), HTML, LANGUAGES if self.pages else ())
            yield from self._criteria(licence, on)

    def _page(self, licence: RegisterLicence) -> str | None:
        if self.pages is not None:
            own = f"register/{quote(licence.programme, safe='')}/{quote(licence.number, safe='')}"
            return f"{self.pages.rstrip('/')}/{own}"
        programme = self.programmes.get(licence.programme)
        return programme.website if programme else None

    def _title(self, licence: RegisterLicence, on: date) -> str:
        programme = self.programmes.get(licence.programme)
        name = in_language(dict(programme.names)) if programme else licence.programme
        return T(
            "{programme}, licence {number}: {status} on {day}",
            programme=name, number=licence.number, status=T(_STATUSES[licence.status]), day=on.isoformat(),
        )  # fmt: skip

    def _criteria(self, licence: RegisterLicence, on: date) -> Iterator[Related]:
        """The revision of the programme's criteria for the category that was in force when the licence began."""
        if self.publication is None or not self.publication.served:
            return
        day = licence.valid_from or on
        for revision in self.publication.library.revisions:
            if revision.programme != licence.programme or licence.category not in revision.categories:
                continue
            if self.publication.library.find(revision.criteria, day) is revision:
                title = f"{in_language(dict(revision.titles))} ({revision.id})"
                for language in LANGUAGES:
                    address = self.publication.page(revision, language)
                    if address:
                        yield CRITERIA, Link(address, title, HTML, (language,))


def licences_of(
    snapshot: Snapshot, asked: Asked, on: date, brands: Mapping[str, str] | None = None
) -> tuple[RegisterLicence, ...]:
    """The licences of all programmes for what is asked for, with their status on a day."""
    with snapshot.connect() as db:
        which, values = _which(db, asked, brands or {})
        if which is None:
            return ()
        rows = db.execute(_LICENCES.format(which=which), {**values, "day": on}).fetchall()
    found = [_licence(row) for row in rows]
    if isinstance(asked, Licence):
        return tuple(one for one in found if model_key(one.number) == model_key(asked.number))
    return tuple(found)


def _licence(row: Sequence[Any]) -> RegisterLicence:
    licence_id, programme, number, holder, brand, name, category, valid_from, status = row
    known = Status(status) if status else None
    return RegisterLicence(licence_id, programme, number, holder, brand, name, category, valid_from, known)


def _which(
    db: duckdb.DuckDBPyConnection, asked: Asked, brands: Mapping[str, str]
) -> tuple[str | None, dict[str, object]]:
    """A condition on licences and its values; None: none fits."""
    if isinstance(asked, Gtin):
        return _BY_GTIN, {"gtin": asked.link.gtin}
    if isinstance(asked, Licence):
        return _BY_NUMBER, {"programme": asked.programme, "key": model_key(asked.number)}
    ids = sorted(set(_by_model(db, asked, brands)))
    return (_BY_ID, {"ids": ids}) if ids else (None, {})


def _by_model(db: duckdb.DuckDBPyConnection, asked: Product, brands: Mapping[str, str]) -> Iterator[str]:
    """Licences with a model that covers the one asked for, of the brand asked for."""
    key, brand = model_key(asked.model), _usual(asked.brand, brands)
    if not key:
        return
    for licence, printed, model in db.execute(_MODELS, {"key": key}).fetchall():
        if printed is not None and _usual(printed, brands) == brand and Covered.of(model).has(key):
            yield licence


def _usual(brand: str, brands: Mapping[str, str]) -> str:
    key = model_key(brand)
    return brands.get(key, key)
