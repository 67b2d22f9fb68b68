"""Addresses of the pages about webhooks."""

from __future__ import annotations

from django.urls import path

from tenring.web.webhooks import views

urlpatterns = [
    path("webhooks/", views.webhooks, name="webhooks"),
    path("webhooks/new", views.new, name="webhook_new"),
    path("webhooks/<uuid:hook>/", views.webhook, name="webhook"),
    path("webhooks/<uuid:hook>/change", views.change, name="webhook_change"),
    path("webhooks/<uuid:hook>/rotate", views.rotate, name="webhook_rotate"),
    path("webhooks/<uuid:hook>/ping", views.ping, name="webhook_ping"),
    path("webhooks/<uuid:hook>/remove", views.remove, name="webhook_remove"),
    path("webhooks/<uuid:hook>/deliveries/<uuid:delivery>/", views.delivery, name="webhook_delivery"),
    path("webhooks/<uuid:hook>/deliveries/<uuid:delivery>/again", views.again, name="webhook_again"),
]
