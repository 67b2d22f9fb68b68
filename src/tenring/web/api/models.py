"""Keys of the API and the log of what became of them; which screenings a key had made."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenring.web.accounts.models import Organisation
from tenring.web.procurement.models import Screening


class ApiKey(models.Model):
    """A key. Only a hash of it is kept: who loses it makes a new one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    """What its owner calls it."""
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    """Whose it is; None: it was made on the server, by `tenring api-key new`."""
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """For whom it asks; None: for its owner alone."""
    beginning = models.CharField(max_length=12)
    """Its first signs, by which a person knows it again."""
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the key, which is random and long: nothing can be guessed from it."""
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering = ("-created_at", "id")

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"

    @property
    def is_live(self) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and (self.expires_at is None or timezone.now() < self.expires_at)


class KeyEvent(models.Model):
    """One change of a key or of what it had made: who, what, when. Rows are only added."""

    at = models.DateTimeField(default=timezone.now, editable=False)
    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="events")
    what = models.CharField(max_length=40)
    who = models.CharField(max_length=200)
    """The user, or the name of whoever gave the command."""
    detail = models.JSONField(default=dict)

    class Meta:
        """In the order in which they happened."""

        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.what}"


class KeyedScreening(models.Model):
    """A screening that came by the API: of all keys, only this one reaches it."""

    screening = models.OneToOneField(Screening, primary_key=True, on_delete=models.CASCADE, related_name="keyed")
    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="screenings")

    def __str__(self) -> str:
        return str(self.screening_id)
