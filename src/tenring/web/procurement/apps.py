"""The Django application `procurement`."""

from __future__ import annotations

from django.apps import AppConfig


class ProcurementConfig(AppConfig):
    """Where Django finds it, and what its tables begin with."""

    name = "tenring.web.procurement"
    label = "procurement"
    default_auto_field = "django.db.models.BigAutoField"
