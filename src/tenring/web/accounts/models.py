"""People who sign in, the organisations they belong to, and the log of what they changed."""

from __future__ import annotations

import uuid

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


class Event(models.Model):
    """One change: who, when, what, why. Rows are only added."""

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
