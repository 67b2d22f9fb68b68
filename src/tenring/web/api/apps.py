"""The Django application `api`."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Where Django finds it, and what its tables begin with."""

    name = "tenring.web.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"
