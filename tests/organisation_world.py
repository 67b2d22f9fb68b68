"""People, organisations and what belongs to them, made for tests of who may do what."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import apps
from django.test import Client

from tenring.web.accounts.models import Membership, Organisation, User
from tenring.web.accounts.organisations import actions
from tenring.web.accounts.roles import Role
from tenring.web.procurement.models import Screening, State


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
    given = {"state": State.DONE, "file_name": "secret-purchases.csv", "language": "en", "on": date(2026, 3, 1)}
    one = Screening.objects.create(owner=owner, organisation=organisation, **{**given, **fields})
    one.result.mkdir(parents=True)
    (one.result / "lines.csv").write_text("row\n1\n", encoding="utf-8")
    one.file.parent.mkdir()
    one.file.write_text("date,description\n2026-03-01,secret paper\n", encoding="utf-8")
    return one
