"""What each address of the web application needs: one table, from which the documentation and the tests are made.

An address that is not here fails a test; so does one that lets in whom this table does not. Endpoints of the API that
are open to everybody stand in the table of docs/reference/api.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from tenring.web.accounts.roles import Action


class Open(StrEnum):
    """Who may, where no role is asked for."""

    EVERYBODY = "everybody"
    SIGNED_IN = "signed in"
    """Whoever is signed in, for what is theirs."""
    KEY = "a key"
    """Whoever has a key of the API made for it."""


Needs = Open | Action

#: A part of a route that stands for any value, and how readers see it: `{id}`.
_NAMED, _SHOWN = re.compile(r"<(?:[a-z]+:)?([a-z_]+?)_?>"), r"{\1}"


@dataclass(frozen=True)
class Address:
    """A method of an address as `urls.py` writes it, and what it needs.

    An action is asked of the role in the organisation that the thing belongs to (or that the visitor acts for, or that
    the key is of); what belongs to a person alone, only that person reaches.
    """

    method: str
    route: str
    needs: Needs

    def __str__(self) -> str:
        return f"{self.method} {_NAMED.sub(_SHOWN, self.route)}"


_BOTH = ("GET", "POST")


def _rows(needs: Needs, routes: tuple[str, ...], methods: tuple[str, ...]) -> tuple[Address, ...]:
    return tuple(Address(method, route, needs) for route in routes for method in methods)


_ONE = "/organisations/<uuid:id_>/"
_SCREENING = "/screen/<uuid:id_>/"
_LINE = "lines/<str:line_id>/"
_CORRECTIONS, _HISTORY = "/screen/corrections/", "/screen/history/"
_PRODUCT = "/products/<uuid:id_>/"
_IMPORT = "/products/imports/<uuid:id_>/"

ADDRESSES: tuple[Address, ...] = (
    *_rows(
        Open.EVERYBODY,
        (
            "/healthz",
            "/readyz",
            "/",
            "/search",
            "/search.<str:form>",
            "/suggest",
            "/licence/<path:licence_id>",
            "/compare",
            "/programmes/",
            "/programmes/<slug:id_>",
            "/economies/",
            "/economies/<slug:code>",
            "/categories/",
            "/categories/<slug:id_>",
            "/criteria/",
            "/criteria/compare",
            "/criteria/<slug:programme>/<slug:category>/<str:since>",
            "/screen/",
            "/api/v1/",
            "/api/v1/openapi.json",
            "/api/v1/docs",
        ),
        ("GET",),
    ),
    *_rows(Open.EVERYBODY, ("/verify/", "/invitations/<str:token>"), _BOTH),
    *_rows(Open.EVERYBODY, ("/account/with/<slug:provider_id>/login",), _BOTH),
    *_rows(Open.SIGNED_IN, ("/account/", "/account/delete"), _BOTH),
    *_rows(Open.SIGNED_IN, tuple(f"/account/{one}" for one in ("log", "data", "second", "passkeys")), ("GET",)),
    *_rows(Open.SIGNED_IN, ("/account/elsewhere", "/account/take-over"), ("POST",)),
    *_rows(Open.SIGNED_IN, ("/organisations/", "/keys/"), _BOTH),
    *_rows(
        Open.SIGNED_IN,
        (_CORRECTIONS, f"{_CORRECTIONS}<str:kind>.csv", _HISTORY, f"{_HISTORY}compare"),
        ("GET",),
    ),
    *_rows(Open.SIGNED_IN, ("/organisations/act", "/keys/<uuid:key>/revoke"), ("POST",)),
    *_rows(Action.SEE, (_ONE, _SCREENING, f"{_SCREENING}<str:name>"), ("GET",)),
    *_rows(
        Action.SEE,
        (*(f"{_SCREENING}{what}" for what in ("lines/", _LINE, "changes")), f"{_HISTORY}<uuid:kept_id>/"),
        ("GET",),
    ),
    *_rows(Action.SEE, (f"{_ONE}leave",), ("POST",)),
    *_rows(
        Action.SCREEN,
        ("/screen/", *(f"{_SCREENING}{what}" for what in ("read", "start", "cancel", "forget"))),
        ("POST",),
    ),
    *_rows(
        Action.SCREEN,
        (f"{_SCREENING}again", f"{_SCREENING}keep", f"{_HISTORY}<uuid:kept_id>/drop"),
        ("POST",),
    ),
    *_rows(
        Action.CORRECT,
        (_CORRECTIONS, f"{_CORRECTIONS}<int:number>/undo", f"{_SCREENING}{_LINE}correct"),
        ("POST",),
    ),
    *_rows(
        Open.SIGNED_IN,
        ("/products/", "/products/prices", "/products/all.<str:form>", "/products/blank/<slug:category>.<str:form>"),
        ("GET",),
    ),
    *_rows(
        Action.SEE,
        (
            *(f"{_PRODUCT}{what}" for what in ("", "values", "row", "tests", "product.<str:form>")),
            *(f"{_IMPORT}{what}" for what in ("", "rows.<str:form>")),
        ),
        ("GET",),
    ),
    *_rows(
        Action.PRODUCTS,
        (
            *(f"/products/{what}" for what in ("", "import", "prices")),
            *(f"{_PRODUCT}{what}" for what in ("values", "about", "remove")),
        ),
        ("POST",),
    ),
    *_rows(Action.KEYS, (f"{_ONE}keys",), _BOTH),
    *_rows(Action.KEYS, (f"{_ONE}keys/<uuid:key>/revoke",), ("POST",)),
    *_rows(Action.LOG, (f"{_ONE}log", f"{_ONE}log.<str:form>"), ("GET",)),
    *_rows(Action.INVITE, (f"{_ONE}invitations", f"{_ONE}invitations/<uuid:which>/revoke"), ("POST",)),
    *_rows(Action.MEMBERS, tuple(f"{_ONE}members/<int:member>/{what}" for what in ("role", "remove")), ("POST",)),
    *_rows(Action.ORGANISATION, (f"{_ONE}change", f"{_ONE}close"), ("POST",)),
    *_rows(Open.KEY, ("/api/v1/match", "/api/v1/screen"), ("POST",)),
    *_rows(Action.SEE, ("/api/v1/jobs", "/api/v1/jobs/<id>", "/api/v1/jobs/<id>/files/<name>"), ("GET",)),
    *_rows(Action.SCREEN, ("/api/v1/jobs", "/api/v1/jobs/<id>/start", "/api/v1/jobs/<id>/cancel"), ("POST",)),
    Address("DELETE", "/api/v1/jobs/<id>", Action.SCREEN),
)

#: Packages whose own addresses concern only the account of whoever is signed in: they guard them themselves.
THEIR_OWN = ("allauth.",)
