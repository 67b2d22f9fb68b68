"""Everything that changes an organisation or who belongs to it: check, change, record, in one transaction each.

The row of the organisation is locked first, and whether somebody may do a thing is asked behind the lock: of two
owners who take each other's role away at once, one is too late.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.web.accounts.access import memberships, role_in, takes
from tenring.web.accounts.log import name_of, record
from tenring.web.accounts.models import Membership, Organisation, User
from tenring.web.accounts.roles import Action, Role

LONGEST_NAME = 200
LONGEST_WHY = 2000
#: Open organisations of which one person is an owner: nobody runs more, and a loop that makes them ends.
MOST_OWNED = 50


def make(user: User, name: str, economy: str) -> Organisation:
    """Make an organisation; who makes it is its first owner.

    Raises:
        UnusableInputError: the name is empty or too long, or the person has too many.
    """
    called = checked_name(name)
    owned = user.memberships.filter(role=Role.OWNER, organisation__closed_at=None)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if owned.count() >= MOST_OWNED:
            what = T("you are an owner of {most} organisations already", most=MOST_OWNED)
            raise UnusableInputError(what, do=T("Close or leave one first"))
        organisation = Organisation.objects.create(name=called, economy=economy)
        Membership.objects.create(organisation=organisation, user=user, role=Role.OWNER)
        record("organisation.made", user=user, organisation=organisation, name=called, economy=economy)
    return organisation


def checked_name(name: str) -> str:
    """A name on one line.

    Raises:
        UnusableInputError: it is empty or too long, or has signs that nobody sees.
    """
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        raise UnusableInputError(T("an organisation needs a name of at most {most} signs", most=LONGEST_NAME))
    return called


def change(organisation: Organisation, by: User, *, name: str, economy: str) -> None:
    """Give it another name or economy.

    Raises:
        UnusableInputError: the name is empty or too long.
        PermissionDenied: the person may not.
    """
    called = checked_name(name)
    with held(organisation, by, Action.ORGANISATION) as it:
        new = {"name": called, "economy": economy}
        changed = {key: [getattr(it, key), value] for key, value in new.items() if getattr(it, key) != value}
        if not changed:
            return
        it.name, it.economy = called, economy
        it.save(update_fields=["name", "economy"])
        record(
            "organisation.changed", user=by, organisation=it, name=changed.get("name"), economy=changed.get("economy")
        )


def close(organisation: Organisation, by: User, why: str) -> None:
    """Close it, for good: nobody sees or does anything of it any more, but its log stays with who may read that.

    Its keys open nothing from then on and its invitations lead nowhere, because both ask whether it is open; what was
    uploaded is removed on its day.

    Raises:
        UnusableInputError: no reason is given.
        PermissionDenied: the person may not.
    """
    reason = why.strip()
    if not reason or len(reason) > LONGEST_WHY:
        what = T("a reason of at most {most} signs is needed", most=LONGEST_WHY)
        raise UnusableInputError(what, do=T("It stands in the log for those who ask later"))
    with held(organisation, by, Action.ORGANISATION) as it:
        it.closed_at = timezone.now()
        it.save(update_fields=["closed_at"])
        record("organisation.closed", user=by, organisation=it, why=reason)


def change_role(organisation: Organisation, member: int, role: Role, by: User) -> None:
    """Make a member something else.

    Raises:
        UnusableInputError: they do not belong to it, or it would have no owner.
        PermissionDenied: the person may not.
    """
    with held(organisation, by, Action.MEMBERS) as it:
        one = _member(it, member)
        if one.role == role:
            return
        before, one.role = one.role, role
        one.save(update_fields=["role"])
        _require_owner(it)
        record(
            "member.role_changed", user=by, organisation=it, about=name_of(one.user), person=one.user_id,
            role=[before, role.value],
        )  # fmt: skip


def remove(organisation: Organisation, member: int, by: User) -> None:
    """Take somebody out of it; what they uploaded for it stays.

    Raises:
        UnusableInputError: they do not belong to it, or it would have no owner.
        PermissionDenied: the person may not.
    """
    with held(organisation, by, Action.MEMBERS) as it:
        one = _member(it, member)
        one.delete()
        _require_owner(it)
        record("member.removed", user=by, organisation=it, about=name_of(one.user), person=one.user_id, role=one.role)


def leave(organisation: Organisation, by: User) -> None:
    """Leave it; what one uploaded for it stays.

    Raises:
        UnusableInputError: it would have no owner, or one does not belong to it.
    """
    with held(organisation, by, Action.SEE) as it:
        one = _member(it, by.pk)
        one.delete()
        _require_owner(it)
        record("member.left", user=by, organisation=it, about=name_of(by), person=by.pk, role=one.role)


def leave_all(user: User) -> None:
    """Leave every organisation, before an account goes: each has a line of it in its log.

    Raises:
        UnusableInputError: one would have no owner; nothing was left then.
    """
    with transaction.atomic():
        for one in memberships(user).order_by("organisation_id"):  # in one order, so that two never wait for each other
            leave(one.organisation, user)


def without_owner(user: User) -> list[Organisation]:
    """The open organisations that would have no owner if this account went: to be asked before it is closed."""
    owned = user.memberships.filter(role=Role.OWNER, organisation__closed_at=None).select_related("organisation")
    return [one.organisation for one in owned if not _owners(one.organisation).exclude(user=user).exists()]


@contextmanager
def held(organisation: Organisation, by: User, action: Action) -> Iterator[Organisation]:
    """The organisation, locked, for somebody who may do that now: its changes come one after another.

    Raises:
        PermissionDenied: they may not, or it is closed.
    """
    with transaction.atomic():
        it = Organisation.objects.select_for_update().get(pk=organisation.pk)
        takes(role_in(by, it), action)
        yield it


def _member(organisation: Organisation, user_id: int) -> Membership:
    one = organisation.memberships.filter(user_id=user_id).select_related("user").first()
    if one is None:
        raise UnusableInputError(T("this person does not belong to the organisation"))
    return one


def _require_owner(organisation: Organisation) -> None:
    """Undo the change, by the error, that left nobody who may do everything.

    Raises:
        UnusableInputError: there is no owner left whose account is open.
    """
    if not _owners(organisation).exists():
        raise UnusableInputError(T("an organisation needs an owner"), do=T("Make somebody else an owner first"))


def _owners(organisation: Organisation) -> QuerySet[Membership]:
    return organisation.memberships.filter(role=Role.OWNER, user__is_active=True)
