"""What people do with their own account: name it, sign out elsewhere, leave."""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.web.accounts.log import name_of, record
from tenring.web.accounts.models import User
from tenring.web.accounts.organisations.actions import leave_all, without_owner
from tenring.web.api import actions as api
from tenring.web.api.models import ApiKey
from tenring.web.procurement import actions as procurement
from tenring.web.procurement.models import Screening


def name(user: User, *, called: str, language: str) -> None:
    """Give a person another name, and their e-mail another language."""
    with transaction.atomic():
        user.first_name, user.last_name, user.language = called.strip(), "", language
        user.save(update_fields=["first_name", "last_name", "language"])
        record("account.named", user=user)


def sign_out_elsewhere(request: HttpRequest, user: User) -> None:
    """End every session of a person but this one."""
    with transaction.atomic():
        end_sessions(user)
        record("account.others_signed_out", user=user)
    update_session_auth_hash(request, user)


def end_sessions(user: User) -> None:
    """End every session of a person; called inside a transaction that says why."""
    user.session_round += 1
    user.save(update_fields=["session_round"])


def delete(user: User) -> None:
    """Delete an account with what is personal: screenings and their files, passkeys, addresses. Its keys are dead then.

    What belongs to organisations stays with them, and log lines stay with the name of then.

    Raises:
        UnusableInputError: an organisation would be left without an owner, or a screening is at work.
    """
    if left := without_owner(user):
        what = T("you are the only owner of {name}", name=", ".join(one.name for one in left))
        raise UnusableInputError(what, do=T("Make somebody else an owner, or close the organisation, then come back"))
    personal = list(Screening.objects.filter(owner=user, organisation=None))
    if any(one.is_at_work for one in personal):
        raise UnusableInputError(T("a screening is at work"), do=T("Cancel it, or wait for it, then come back"))
    folders = [one.folder for one in personal]
    with transaction.atomic():
        leave_all(user)  # asks once more for an owner, behind the locks: two owners may go at once
        for key in ApiKey.objects.filter(owner=user, revoked_at=None):
            api.revoke(str(key.pk), who=name_of(user), by=user)
        ApiKey.objects.filter(owner=user).update(owner=None)
        for rows in _of_organisations(user):
            rows.update(owner=None)
        record("account.deleted", user=user)
        User.objects.filter(pk=user.pk).delete()
    for folder in folders:
        procurement.remove_files(folder)


def _of_organisations(user: User) -> list[QuerySet[Model]]:
    """Everything that a person made for organisations, whatever it is: it must not go with the person."""
    found = []
    for model in apps.get_models():
        names = {field.name for field in model._meta.get_fields()}  # noqa: SLF001 - Django's own way to ask
        if {"owner", "organisation"} <= names and model._meta.get_field("owner").null:  # noqa: SLF001 - likewise
            found.append(model._default_manager.filter(owner=user, organisation__isnull=False))  # noqa: SLF001 - likewise
    return found
