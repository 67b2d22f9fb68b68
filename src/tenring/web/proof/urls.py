"""Addresses of the pages about proof."""

from __future__ import annotations

from django.urls import path

from tenring.web.proof import views

urlpatterns = [path("verify/", views.verify, name="verify")]
