"""Endpoints, the messages they get, and what became of each attempt to deliver one."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenring.language import T
from tenring.web.accounts.models import Organisation
from tenring.web.api.models import ApiKey
from tenring.web.webhooks.events import Filters


class Endpoint(models.Model):
    """An address that is told what happens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    """Whose it is; None: a key made it that was made on the server."""
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """For whom; None: for the owner, or the key, alone."""
    key = models.ForeignKey(ApiKey, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """The key that made it, where that belongs to nobody."""
    address = models.CharField(max_length=2000)
    note = models.CharField(max_length=200, blank=True)
    """What its owner calls it."""
    events = models.JSONField(default=list)
    filters = models.JSONField(default=dict)
    """Of which licences: see `Filters`."""
    secret = models.TextField()
    """Sealed: see `secret`."""
    former_secret = models.TextField(blank=True)
    """The one before a rotation, sealed; signs, too, until `former_until`."""
    former_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    is_on = models.BooleanField(default=True)
    why_off = models.TextField(blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    """When the first of the latest attempts failed; None: the last one did not."""
    fails = models.PositiveIntegerField(default=0)
    """Attempts that failed since the last one that did not."""
    rest_until = models.DateTimeField(null=True, blank=True)
    """Until when it is left alone after many failures."""

    class Meta:
        """Newest first."""

        ordering = ("-created_at", "id")
        indexes = (models.Index(fields=["is_on"]),)

    def __str__(self) -> str:
        return self.note or self.address

    @property
    def wanted(self) -> Filters:
        """Of which licences it is told."""
        return Filters.of(self.filters)


class Message(models.Model):
    """Something that happened, as it is sent: its body never changes, whoever gets it and however often."""

    id = models.CharField(primary_key=True, max_length=64)
    """Made from what happened, so that telling it twice is the same message."""
    type = models.CharField(max_length=40)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        """Newest first."""

        ordering = ("-created_at", "id")
        indexes = (models.Index(fields=["created_at"]),)

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class DeliveryState(models.TextChoices):
    """What became of a message for an endpoint."""

    WAITING = "waiting", "waiting"
    DELIVERED = "delivered", "delivered"
    GIVEN_UP = "given_up", "given up"


class Delivery(models.Model):
    """One message for one endpoint."""

    id = models.UUIDField(primary_key=True, editable=False)
    """Made from both, so that there is one of each."""
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    """When it is tried next; while it is tried, when it is tried again if nothing is heard of that."""
    tries = models.PositiveIntegerField(default=0)
    """Attempts since it was last put to wait from the start."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first; a message once for each endpoint."""

        ordering = ("-created_at", "id")
        constraints = (models.UniqueConstraint(fields=["endpoint", "message"], name="once_for_each_endpoint"),)
        indexes = (models.Index(fields=["state", "due_at"]), models.Index(fields=["endpoint", "-created_at"]))

    def __str__(self) -> str:
        return f"{self.message_id} ({self.state})"

    @property
    def state_name(self) -> str:
        """The state in words."""
        return {
            DeliveryState.WAITING: T("waiting"),
            DeliveryState.DELIVERED: T("delivered"),
            DeliveryState.GIVEN_UP: T("given up"),
        }[DeliveryState(self.state)]


class Attempt(models.Model):
    """One try to deliver: what was answered, or why there was no answer. Rows are only added."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now, editable=False)
    status = models.PositiveIntegerField(null=True)
    """HTTP status; None: no answer came."""
    milliseconds = models.PositiveIntegerField()
    answer = models.TextField(blank=True)
    """The beginning of the answer, as text."""
    error = models.TextField(blank=True)

    class Meta:
        """In the order in which they were made."""

        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.status or self.error}"


class Seen(models.Model):
    """Up to where changes were told: one row."""

    snapshot = models.CharField(max_length=100)
    day = models.DateField()

    def __str__(self) -> str:
        return f"{self.snapshot} on {self.day.isoformat()}"
