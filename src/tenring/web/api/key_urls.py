"""Addresses of keys in the browser: one's own, and those of an organisation."""

from __future__ import annotations

from django.urls import path

from tenring.web.api import keys

urlpatterns = [
    path("keys/", keys.own, name="keys"),
    path("keys/<uuid:key>/revoke", keys.revoke_own, name="key_revoke"),
    path("organisations/<uuid:id_>/keys", keys.of_organisation, name="organisation_keys"),
    path("organisations/<uuid:id_>/keys/<uuid:key>/revoke", keys.revoke_of_organisation, name="organisation_key_off"),
]
