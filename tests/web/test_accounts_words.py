"""Whatever allauth may show or send is ours: its pages, its messages, its e-mail, in both languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.urls import get_resolver

from tenring.web.accounts import wording
from tenring.web.accounts.mailing import speaking

THEIRS = Path(allauth.__file__).parent / "templates"
OURS = Path(settings.TEMPLATES[0]["DIRS"][1])
PARTS = ("account", "mfa", "socialaccount")
#: For ways to sign in that are not switched on: telephones, and codes instead of links.
NOT_USED = {"base", "password_reset_code", "phone_verification_sent", "phone_verified"}
#: Values that any of the mails may name.
VALUES = {
    "activate_url": "https://x.example/1",
    "address": "anna@example.org",
    "browser": "",
    "code": "123456",
    "deleted_email": "a@example.org",
    "from_email": "a@example.org",
    "home": "https://x.example/",
    "ip": "192.0.2.1",
    "password_reset_url": "https://x.example/2",
    "timestamp": datetime(2026, 11, 28, 12, tzinfo=UTC),
    "to_email": "b@example.org",
    "user_agent": "",
}


def theirs(kind: str, ending: str) -> set[str]:
    """Names of what allauth has of a kind."""
    found = {path.name for part in PARTS for path in (THEIRS / part / kind).glob(f"*{ending}")}
    return {name.removesuffix(ending) for name in found} - NOT_USED


def test_every_page_that_can_be_reached_has_a_template_of_ours() -> None:
    views = [one.callback for one in get_resolver("tenring.web.accounts.urls").url_patterns]
    classes = [view.view_class for view in views if hasattr(view, "view_class")]
    named = {getattr(one, "template_name", None) for one in classes} - {None}
    named |= {getattr(one, "template_name_signup_closed", None) for one in classes} - {None}
    assert len(named) > 20
    for name in named:
        assert Path(get_template(name).origin.name).is_relative_to(OURS), name


def test_no_page_of_the_library_can_be_found() -> None:
    assert not any(engine.get("APP_DIRS") for engine in settings.TEMPLATES)


def test_every_message_is_said_in_our_words() -> None:
    assert theirs("messages", ".txt") - set(wording._MESSAGES) == set()  # noqa: SLF001 - the table under test


@pytest.mark.parametrize("name", sorted(theirs("email", "_message.txt")))
def test_every_mail_is_ours_has_a_subject_and_speaks_both_languages(name: str) -> None:
    texts = {}
    for tag in ("en", "zh"):
        with speaking(tag):
            texts[tag] = render_to_string(f"accounts/mail/{name}.txt", VALUES).strip()
        subject, _, body = texts[tag].partition("\n")
        assert subject.strip()
        assert len(body.strip()) > 20
    assert "&" not in texts["en"].replace("&next", ""), "plain text is not escaped"
    said = re.sub(r"https?://\S+|\S+@\S+|Tenring|UTC", "", texts["zh"])
    assert re.findall(r"[A-Za-z]{3,}", said) == []
