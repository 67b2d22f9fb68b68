"""Addresses of the pages about webhooks."""

from __future__ import annotations

from django.urls import path

from tenring.web.webhooks import views

urlpatterns = [
    path("webhooks/", views.webhooks, name="webhooks"),
    path("webhooks/new", views.new, name="webhook_new"),
    path("webhooks/<uuid:id_>/", views.webhook, name="webhook"),
    path("webhooks/<uuid:id_>/change", views.change, name="webhook_change"),
    path("webhooks/<uuid:id_>/rotate", views.rotate, name="webhook_rotate"),
    path("webhooks/<uuid:id_>/ping", views.ping, name="webhook_ping"),
    path("webhooks/<uuid:id_>/remove", views.remove, name="webhook_remove"),
    path("webhooks/<uuid:id_>/deliveries/<uuid:delivery>/", views.delivery, name="webhook_delivery"),
    path("webhooks/<uuid:id_>/deliveries/<uuid:delivery>/again", views.again, name="webhook_again"),
]
