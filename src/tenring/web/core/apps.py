"""The Django application `core`."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Where Django finds it, and what its tables begin with."""

    name = "tenring.web.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the log begin, and the queue tell it what it does."""
        from tenring.web.core import jobs, logs  # noqa: PLC0415 - tables are known from here on

        logs.begin()
        jobs.begin()
