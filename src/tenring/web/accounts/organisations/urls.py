"""Addresses of organisations and invitations."""

from __future__ import annotations

from django.urls import path

from tenring.web.accounts.organisations import views

urlpatterns = [
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/act", views.act, name="organisation_act"),
    path("organisations/<uuid:id_>/", views.organisation, name="organisation"),
    path("organisations/<uuid:id_>/change", views.change, name="organisation_change"),
    path("organisations/<uuid:id_>/close", views.close, name="organisation_close"),
    path("organisations/<uuid:id_>/leave", views.leave, name="organisation_leave"),
    path("organisations/<uuid:id_>/members/<int:member>/role", views.change_role, name="member_role"),
    path("organisations/<uuid:id_>/members/<int:member>/remove", views.remove, name="member_remove"),
    path("organisations/<uuid:id_>/invitations", views.invite, name="organisation_invite"),
    path("organisations/<uuid:id_>/invitations/<uuid:which>/revoke", views.revoke, name="invitation_revoke"),
    path("organisations/<uuid:id_>/log", views.log, name="organisation_log"),
    path("organisations/<uuid:id_>/log.<str:form>", views.log_file, name="organisation_log_file"),
    path("invitations/<str:token>", views.invitation, name="invitation"),
]
