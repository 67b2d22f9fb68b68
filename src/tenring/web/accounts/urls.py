"""Addresses of accounts. Of allauth's pages only those are here that we have a page for; no other can be reached.

The names are allauth's, which looks them up. What a form changes is changed in one transaction with its line of the
log. Signing in is no such form: checking a password takes long, others would wait.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as second
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkey
from allauth.socialaccount import views as elsewhere
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path

from tenring.web.accounts import views

View = Callable[..., HttpResponseBase]


def _whole(view: View) -> View:
    """The view, whose changes are kept together or not at all."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:  # noqa: ANN401 - of any view
        if request.method != "POST":
            return view(request, *args, **values)
        with transaction.atomic():
            return view(request, *args, **values)

    return answer


def _at(address: str, view: View, name: str, *, changes: bool = False) -> URLPattern:
    return path(address, _whole(view) if changes else view, name=name)


urlpatterns = [
    _at("", views.account, "account"),
    _at("log", views.log, "account_log"),
    _at("elsewhere", views.sign_out_elsewhere, "account_sign_out_elsewhere"),
    _at("take-over", views.take, "account_take_over"),
    _at("data", views.export_, "account_export"),
    _at("delete", views.delete, "account_delete"),
    # signing in and out
    _at("sign-in", account.login, "account_login"),
    _at("sign-in/passkey", passkey.login_webauthn, "mfa_login_webauthn"),
    _at("sign-in/second", second.authenticate, "mfa_authenticate"),
    _at("sign-out", account.logout, "account_logout"),
    _at("closed", account.account_inactive, "account_inactive"),
    # once more, before something weighty
    _at("again", account.reauthenticate, "account_reauthenticate"),
    _at("again/code", second.reauthenticate, "mfa_reauthenticate"),
    _at("again/passkey", passkey.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    _at("again/mail", account.request_reauthentication_code, "account_request_reauthentication_code"),
    _at("again/mail/code", account.confirm_reauthentication_code, "account_confirm_reauthentication_code"),
    # signing up, addresses, passwords
    _at("sign-up", account.signup, "account_signup", changes=True),
    _at("sign-up/sent", account.email_verification_sent, "account_email_verification_sent"),
    _at("addresses", account.email, "account_email", changes=True),
    _at("addresses/<str:key>", account.confirm_email, "account_confirm_email", changes=True),
    _at("password", account.password_change, "account_change_password", changes=True),
    _at("password/new", account.password_set, "account_set_password", changes=True),
    _at("password/forgotten", account.password_reset, "account_reset_password"),
    _at("password/forgotten/sent", account.password_reset_done, "account_reset_password_done"),
    _at("password/done", account.password_reset_from_key_done, "account_reset_password_from_key_done"),
    re_path(  # numbers and letters, a hyphen, then the key, which has hyphens of its own
        r"^password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        _whole(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    # passkeys and codes
    _at("second", views.overview, "mfa_index"),
    _at("codes/on", totp.activate_totp, "mfa_activate_totp", changes=True),
    _at("codes/off", totp.deactivate_totp, "mfa_deactivate_totp", changes=True),
    _at("recovery", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
    _at("recovery/new", recovery.generate_recovery_codes, "mfa_generate_recovery_codes", changes=True),
    _at("passkeys", views.overview, "mfa_list_webauthn"),
    _at("passkeys/new", passkey.add_webauthn, "mfa_add_webauthn", changes=True),
    _at("passkeys/<int:pk>/name", passkey.edit_webauthn, "mfa_edit_webauthn", changes=True),
    _at("passkeys/<int:pk>/remove", passkey.remove_webauthn, "mfa_remove_webauthn", changes=True),
    # accounts elsewhere
    _at("with", elsewhere.connections, "socialaccount_connections", changes=True),
    _at("with/sign-up", elsewhere.signup, "socialaccount_signup", changes=True),
    _at("with/cancelled", elsewhere.login_cancelled, "socialaccount_login_cancelled"),
    _at("with/error", elsewhere.login_error, "socialaccount_login_error"),
    _at("with/<slug:provider_id>/login", views.sign_in_with, "openid_connect_login"),
    _at("with/<slug:provider_id>/login/callback/", openid_connect.callback, "openid_connect_callback"),
]
