"""The Django application `accounts`."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Where Django finds it, and what its tables begin with."""

    name = "tenring.web.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
