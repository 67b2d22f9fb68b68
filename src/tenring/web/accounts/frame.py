"""What pages of accounts know besides: how people may sign in and up, and whether messages reach anybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from django.http import HttpRequest

from tenring.language import T
from tenring.web.accounts.configuration import goes_out
from tenring.web.accounts.invited import may_sign_up
from tenring.web.core.sources import tenring_settings


def accounts(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    """Questions that a template may ask; only what is shown is looked up."""
    return {
        "providers": lambda: get_adapter().list_providers(request),
        "may_sign_up": lambda: may_sign_up(request),
        "closed_words": _closed_words,
        "mail_goes_out": lambda: goes_out(tenring_settings()),
    }


def _closed_words() -> str:
    """Why nobody can make an account by themselves, and what to do."""
    if tenring_settings().signing_up == "invited":
        return T("Accounts are made by invitation: ask an organisation that is here, or whoever runs this server.")
    return T("Accounts are made by whoever runs this server: ask them.")
