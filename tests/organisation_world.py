"""People, organisations and what belongs to them, made for tests of who may do what."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.apps import apps
from django.test import Client

from tenring.model import tables
from tenring.screening.kept import KeptFigures
from tenring.screening.memory import Decided, Decision, Subject
from tenring.web.accounts.models import Membership, Organisation, User
from tenring.web.accounts.organisations import actions
from tenring.web.accounts.roles import Role
from tenring.web.procurement import memory
from tenring.web.procurement.models import Correction, Kept, Screening, State


def a_person(name: str) -> User:
    """Somebody with a confirmed address."""
    email = f"{name}@example.org"
    user = User.objects.create_user(name, email)
    if apps.is_installed("allauth.account"):
        from allauth.account.models import EmailAddress  # noqa: PLC0415 - its tables exist only where it is installed

        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def signed_in(user: User, **headers: str) -> Client:
    """The browser of somebody."""
    client = Client(headers={"accept-language": "en", **headers})
    client.force_login(user)
    return client


def an_organisation(owner: User, name: str = "City of Aldrune", **members: Role) -> Organisation:
    """An organisation with its owner, and new people in it by their role."""
    made = actions.make(owner, name, "")
    for called, role in members.items():
        Membership.objects.create(organisation=made, user=a_person(called), role=role)
    return made


def named(name: str) -> User:
    """Somebody made before."""
    return User.objects.get(username=name)


def a_screening(owner: User | None, organisation: Organisation | None, **fields: Any) -> Screening:
    """A screening that is done, with a file among its results; nothing of it was really screened."""
    given = {"state": State.DONE, "file_name": "hushed-purchases.csv", "language": "en", "on": date(2026, 3, 1)}
    one = Screening.objects.create(owner=owner, organisation=organisation, **{**given, **fields})
    one.result.mkdir(parents=True)
    (one.result / "lines.csv").write_text("row\n1\n", encoding="utf-8")
    one.file.parent.mkdir()
    one.file.write_text("date,description\n2026-03-01,hushed paper\n", encoding="utf-8")
    a_result(one.result)
    shutil.copyfile(one.result / "lines.parquet", one.before)
    return one


def a_result(folder: Path) -> None:
    """The tables of a screening with one line, which nobody knows anything about."""
    line = {"line_id": "1.1", "source_file": "hushed-purchases.csv", "row": 1, "description": "hushed paper"}
    for name, schema, row in (
        ("purchases", tables.PURCHASE_LINES, line),
        ("lines", tables.SCREENED_LINES, {**line, "verdict": "unclassified", "explanation": "hushed"}),
        ("matches", _MATCHES, None),
        ("classified", _CLASSIFIED, None),
        ("obligations", _OBLIGATIONS, None),
    ):
        pq.write_table(pa.Table.from_pylist([row] if row else [], schema=schema), folder / f"{name}.parquet")
    basis = {"snapshot": "gone", "matcher": "v1", "tool_version": "0", "sample": True}
    said = {"economy": "CN", "lines": {"first_date": None, "last_date": None}, "problems": [], "basis": basis}
    (folder / "summary.json").write_text(json.dumps(said), encoding="utf-8")


_TEXT = pa.string()
_MATCHES = pa.schema(
    [(name, _TEXT) for name in ("line_id", "entry_id", "rung", "features", "matched_model")] + [("score", pa.float64())]
)
_CLASSIFIED = pa.schema([("line_id", _TEXT), ("nearest", pa.list_(_TEXT))])
_OBLIGATIONS = pa.schema(
    [
        (name, _TEXT)
        for name in (
            "line_id", "rule", "obligation", "rule_names_en", "rule_names_zh", "document", "mark", "condition",
        )
    ]
    + [("met", pa.bool_())]
)  # fmt: skip


def a_correction(organisation: Organisation) -> Correction:
    """A decision of an organisation about that line's category."""
    decision = Decision(
        decided=Decided.CONFIRMED, subject=Subject(text="hushed paper"), category="copy-paper", who="ann",
        at=datetime(2026, 3, 1, tzinfo=UTC), why="hushed reason",
    )  # fmt: skip
    owner = organisation.memberships.first()
    assert owner is not None
    return memory.record([decision], memory.Scribe(owner.user, organisation))[0]


def kept_of(organisation: Organisation, **fields: Any) -> Kept:
    """Figures that an organisation keeps, of a screening whose files are gone."""
    figures = KeptFigures(None, None, "CN", "gone", "v1", "0", sample=True, rows_left_out=0, cells=())
    given = {"organisation": organisation, "name": "hushed year", "who": "ann", "figures": figures.stored()}
    return Kept.objects.create(**{**given, **fields})
