"""Addresses of the API, of its document and of the page that explains it."""

from __future__ import annotations

from django.urls import path

from tenring.web.api import bulk, dumps, jobs, proof, register, rulebook, views, webhooks
from tenring.web.api.openapi import DocumentedApi
from tenring.web.api.operations import Written
from tenring.web.api.problems import explain
from tenring.web.api.vc import vc_urls

api = DocumentedApi(
    title="Tenring",
    version="1",
    description="The open register, rulebook and proof of green purchasing. Every answer is the one of a command.",
    docs_url=None,
    openapi_url=None,
    renderer=Written(),
    urls_namespace="api",
)
for part in (register, rulebook, proof, bulk, jobs, dumps, webhooks):
    api.add_router("", part.router)
explain(api)

urlpatterns = [
    path("openapi.json", views.document, name="api-document"),
    path("docs", views.explained, name="api-docs"),
    *vc_urls(),
    path("", api.urls),
]
