"""People who sign in, the organisations they belong to, and the log of what they changed."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, NoReturn

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tenring.web.accounts.roles import Role


class User(AbstractUser):
    """A person with an account; ours from the start, so that it can grow without moving anybody.

    The whole name is in `first_name`: which part of it comes first is not ours to say.
    """

    language = models.CharField(max_length=8, blank=True)
    """The language of e-mail; empty: the one in use when it is written."""
    session_round = models.PositiveIntegerField(default=0)
    """Sessions of earlier rounds are over: one more signs the person out everywhere."""

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must know to go on; another password or another round ends it."""
        known = f"{self.password}:{self.session_round}"
        return salted_hmac("tenring.accounts.session", known, secret=secret, algorithm="sha256").hexdigest()


class Organisation(models.Model):
    """An office, a company, a certification body: what people share, and what they may not see of each other."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    economy = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    """When it was closed; its log and what was signed stay."""

    class Meta:
        """By name."""

        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """What one person is in one organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Role])
    since = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        """One role of one person in one organisation."""

        ordering = ("since", "id")
        constraints = (models.UniqueConstraint(fields=["organisation", "user"], name="one_role_each"),)

    def __str__(self) -> str:
        return f"{self.user} ({self.role}, {self.organisation})"


class Invitation(models.Model):
    """A place in an organisation that is offered to one address: one link, used once, for some days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Role])
    any_address = models.BooleanField(default=False)
    """Whether whoever has the link may use it; else only who has the address."""
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of what the link holds, which is random and long: nothing can be guessed from it."""
    invited_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering = ("-created_at", "id")

    def __str__(self) -> str:
        return f"{self.email} ({self.role}, {self.organisation})"

    @property
    def is_open(self) -> bool:
        """Whether it can be accepted now."""
        return self.accepted_at is None and self.revoked_at is None and timezone.now() < self.expires_at


class OnlyAdded(models.QuerySet["Event"]):
    """Lines of a log: read and added to, never changed or removed."""

    def update(self, **changes: Any) -> NoReturn:  # noqa: ANN401 - Django's signature
        """Refused."""
        raise _kept(changes)

    def delete(self) -> NoReturn:
        """Refused."""
        raise _kept("delete")


def _kept(what: object) -> TypeError:
    return TypeError(f"the log is only added to ({what})")


class Event(models.Model):
    """One change: who, when, what, why. Rows are only added: here, and by triggers in the database."""

    objects: ClassVar[models.Manager[Event]] = OnlyAdded.as_manager()

    at = models.DateTimeField(default=timezone.now, editable=False)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    """Whose log it stands in; None: the log of the person alone."""
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="events")
    who = models.CharField(max_length=200)
    """The person's name as it was then; it stays when the account goes."""
    what = models.CharField(max_length=60)
    """A dotted word: `screening.uploaded`, `member.invited`."""
    about = models.CharField(max_length=200, blank=True)
    """What it was done to: `screening 3f…`."""
    why = models.TextField(blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        """In the order in which they happened."""

        ordering = ("at", "id")
        indexes = (models.Index(fields=["organisation", "at"]),)

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.what}"

    def save(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Add it.

        Raises:
            TypeError: it was added before.
        """
        if not self._state.adding:
            raise _kept("save")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:  # noqa: ANN401, ARG002 - Django's signature
        """Refused."""
        raise _kept("delete")
