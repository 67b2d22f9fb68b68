"""E-mail: written in the language of whom it is for, sent once the change it tells of is kept."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from allauth.core import context
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from tenring import language
from tenring.web.accounts.models import User
from tenring.web.core.middleware import DJANGO_TAGS
from tenring.web.core.rendering import TAGS
from tenring.web.core.sources import tenring_settings

_log = logging.getLogger(__name__)


class Files(EmailBackend):
    """Writes each message to a file in `mail/` of the home. Only its owner may read it: links there open accounts."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own
        folder = tenring_settings().mail
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        super().__init__(*args, **{**options, "file_path": str(folder)})


def send(name: str, address: str, values: Mapping[str, Any]) -> None:
    """Send the mail whose template is `accounts/mail/{name}.txt`: its first line is the subject.

    A mail server that is away is written down, not shown: what was done stays, and the message can be asked for again.
    """
    home = context.request.build_absolute_uri("/")
    with speaking(language_of(address)):
        text = render_to_string(f"accounts/mail/{name}.txt", {**values, "address": address, "home": home})
    subject, _, body = text.strip().partition("\n")
    message = EmailMessage(subject=subject.strip(), body=body.strip() + "\n", to=[address])
    transaction.on_commit(lambda: _send(message, name))


def _send(message: EmailMessage, name: str) -> None:
    try:
        message.send()
    except (OSError, smtplib.SMTPException):
        _log.exception("the message %s was not sent", name)


def language_of(address: str) -> str:
    """The language in which somebody wants e-mail; for a stranger, the one in use."""
    owner = User.objects.filter(emailaddress__email__iexact=address).exclude(language="").first()
    return owner.language if owner is not None and owner.language in TAGS else language.current()


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Another language while the block runs."""
    before = language.current()
    language.use(tag)
    try:
        with translation.override(DJANGO_TAGS[tag]):
            yield
    finally:
        language.use(before)
