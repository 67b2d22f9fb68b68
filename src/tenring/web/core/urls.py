"""Addresses: every application brings its own."""

from __future__ import annotations

from django.urls import include, path

from tenring.web.core import views
from tenring.web.core.metrics import metrics

urlpatterns = [
    path("healthz", views.alive, name="alive"),
    path("readyz", views.ready, name="ready"),
    path("metrics", metrics, name="metrics"),
    path("account/", include("tenring.web.accounts.urls")),
    path("", include("tenring.web.register.urls")),
    path("", include("tenring.web.accounts.organisations.urls")),
    path("", include("tenring.web.api.key_urls")),
    path("", include("tenring.web.procurement.urls")),
    path("", include("tenring.web.proof.urls")),
    path("", include("tenring.web.webhooks.urls")),
    path("", include("tenring.web.products.urls")),
    path("api/v1/", include("tenring.web.api.urls")),
]
handler400 = "tenring.web.core.views.bad_request"
handler403 = "tenring.web.core.views.forbidden"
handler404 = "tenring.web.core.views.not_found"
handler500 = "tenring.web.core.views.failed"
handler429 = "tenring.web.core.views.too_many"
