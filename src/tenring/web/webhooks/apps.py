"""The Django application `webhooks`."""

from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Where Django finds it, and what its tables begin with."""

    name = "tenring.web.webhooks"
    label = "webhooks"
    default_auto_field = "django.db.models.BigAutoField"
