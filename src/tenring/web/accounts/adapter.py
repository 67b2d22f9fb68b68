"""Where allauth asks us: who may sign up, what is written to people, how secrets are kept, what is logged."""

from __future__ import annotations

import base64
import secrets
import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from tenring import language
from tenring.language import T
from tenring.web.accounts import mailing
from tenring.web.accounts.invited import is_for, may_sign_up
from tenring.web.accounts.log import record
from tenring.web.accounts.models import User
from tenring.web.accounts.wording import message
from tenring.web.procurement.actions import unclaimed

#: Seconds in which refused attempts to sign in to one account are one line of the log.
_ONE_LINE = 300


class Accounts(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Accounts with a password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this visitor may make an account."""
        return may_sign_up(request)

    def populate_username(self, request: HttpRequest, user: User) -> None:  # noqa: ARG002 - allauth's signature
        """A username that says nothing: people are known by their addresses."""
        user.username = user.username or uuid.uuid4().hex

    def new_user(self, request: HttpRequest) -> User:  # noqa: ARG002 - allauth's signature
        """A person who gets e-mail in the language in which they signed up."""
        return User(language=language.current())

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """To the screenings that were sent before signing in, where there are some."""
        return reverse("screenings") if unclaimed(request) else str(super().get_login_redirect_url(request))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        """Back to the account."""
        return reverse("account")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail of ours in the language of whom it is for."""
        mailing.send(template_prefix.rpartition("/")[2], email, context)

    def add_message(  # noqa: PLR0913, PLR0917 - allauth's signature
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """What the next page says at its top, in our words."""
        text = message or words_for(message_template, message_context or {})
        if text:
            messages.add_message(request, level, text, extra_tags=extra_tags)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401 - allauth's own
        """Count an attempt; the first that is one too many is written down in the log of the account.

        Raises:
            ValidationError: it is one too many.
        """
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            limited(str(credentials.get("email", "")), self.get_client_ip(request))
            raise


def words_for(template: str | None, values: dict[str, Any]) -> str:
    """Our words where allauth names a template."""
    return message(template.rpartition("/")[2].removesuffix(".txt"), values) if template else ""


def limited(address: str, where: str) -> None:
    """Write down that attempts to sign in to an account were refused, once for many."""
    user = User.objects.filter(emailaddress__email__iexact=address).first()
    if user is not None and cache.add(f"tenring.limited.{user.pk}", 1, _ONE_LINE):
        record("account.sign_in_limited", user=user, address=where)


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """Passkeys, one-time codes, recovery codes. Secrets lie sealed: a copy of the database alone opens nothing."""

    def encrypt(self, text: str) -> str:
        """Seal a secret with a key that comes from the key of the home."""
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; where the key of the home is another now, one that no code ever fits."""
        try:
            return _seal().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 - allauth's signature
        """What a new passkey is called until somebody gives it a name."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return T("Passkey {number}", number=count + 1)


def _seal() -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"tenring second factors")
    return Fernet(base64.urlsafe_b64encode(derived.derive(settings.SECRET_KEY.encode())))


class Elsewhere(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Accounts whose owner signs in elsewhere, by OpenID Connect."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ANN401 - allauth's own
        """Whether somebody whom the server knows may make an account here."""
        if sociallogin.provider.app.settings.get("sign_up") == "open":
            return True
        verified = {one.email.casefold() for one in sociallogin.email_addresses if one.verified}
        return may_sign_up(request) and is_for(request, verified)

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:  # noqa: ANN401 - likewise
        """The name as the server writes it: which part comes first is not ours to say."""
        user: User = super().populate_user(request, sociallogin, data)
        parts = f"{data.get('first_name') or ''} {data.get('last_name') or ''}".strip()
        user.username, user.last_name = uuid.uuid4().hex, ""
        user.first_name = (data.get("name") or parts)[:150]
        return user
