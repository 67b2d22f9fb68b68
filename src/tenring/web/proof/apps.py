"""The Django application `proof`."""

from __future__ import annotations

from django.apps import AppConfig


class ProofConfig(AppConfig):
    """Where Django finds it, and what its tables would begin with."""

    name = "tenring.web.proof"
    label = "web_proof"
    default_auto_field = "django.db.models.BigAutoField"
