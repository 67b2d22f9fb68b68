"""Addresses of screenings."""

from __future__ import annotations

from django.urls import path

from tenring.web.procurement import views

urlpatterns = [
    path("screen/", views.screenings, name="screenings"),
    path("screen/<uuid:id_>/", views.screening, name="screening"),
    path("screen/<uuid:id_>/read", views.read_again, name="screening_read"),
    path("screen/<uuid:id_>/start", views.start, name="screening_start"),
    path("screen/<uuid:id_>/cancel", views.cancel, name="screening_cancel"),
    path("screen/<uuid:id_>/forget", views.forget, name="screening_forget"),
    path("screen/<uuid:id_>/<str:name>", views.result_file, name="screening_file"),
    path("files/<uuid:id_>/<str:name>", views.signed_file, name="signed_file"),
]
