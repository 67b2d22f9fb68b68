"""The Django application `core`."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Where Django finds it, and what its tables begin with."""

    name = "tenring.web.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"
