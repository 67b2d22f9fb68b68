"""The Django application `register`."""

from __future__ import annotations

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Where Django finds it, and what its tables begin with."""

    name = "tenring.web.register"
    label = "register"
    default_auto_field = "django.db.models.BigAutoField"
