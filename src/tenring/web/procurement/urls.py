"""Addresses of screenings."""

from __future__ import annotations

from django.urls import path

from tenring.web.procurement import corrections, history, lines, views

urlpatterns = [
    path("screen/", views.screenings, name="screenings"),
    path("screen/<uuid:id_>/", views.screening, name="screening"),
    path("screen/<uuid:id_>/read", views.read_again, name="screening_read"),
    path("screen/<uuid:id_>/start", views.start, name="screening_start"),
    path("screen/<uuid:id_>/cancel", views.cancel, name="screening_cancel"),
    path("screen/<uuid:id_>/forget", views.forget, name="screening_forget"),
    path("screen/<uuid:id_>/lines/", lines.lines, name="screening_lines"),
    path("screen/<uuid:id_>/lines/<str:line_id>/", lines.line, name="screening_line"),
    path("screen/<uuid:id_>/lines/<str:line_id>/correct", corrections.correct, name="screening_correct"),
    path("screen/<uuid:id_>/again", corrections.again, name="screening_again"),
    path("screen/<uuid:id_>/changes", corrections.changes, name="screening_changes"),
    path("screen/<uuid:id_>/keep", history.keep_it, name="screening_keep"),
    path("screen/corrections/", corrections.corrections, name="corrections"),
    path("screen/corrections/<int:number>/undo", corrections.undo, name="correction_undo"),
    path("screen/corrections/<str:kind>.csv", corrections.export, name="corrections_export"),
    path("screen/history/", history.history, name="history"),
    path("screen/history/compare", history.compare, name="history_compare"),
    path("screen/history/<uuid:kept_id>/", history.kept_page, name="kept"),
    path("screen/history/<uuid:kept_id>/drop", history.drop_it, name="kept_drop"),
    path("screen/<uuid:id_>/<str:name>", views.result_file, name="screening_file"),
    path("files/<uuid:id_>/<str:name>", views.signed_file, name="signed_file"),
]
