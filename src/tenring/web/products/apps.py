"""The Django application `products`."""

from __future__ import annotations

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    """Where Django finds it, and what its tables begin with."""

    name = "tenring.web.products"
    label = "products"
    default_auto_field = "django.db.models.BigAutoField"
