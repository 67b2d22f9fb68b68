"""The Django application `accounts`."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Where Django finds it, and what its tables begin with."""

    name = "tenring.web.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Write down what allauth does."""
        from tenring.web.accounts.listening import listen  # noqa: PLC0415 - tables can be imported only now

        listen()
