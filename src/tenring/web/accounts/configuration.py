"""Django's words for what `TENRING_EMAIL_URL` and `TENRING_OIDC` say; read before Django is set up."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.settings import LOCAL_HOSTS, Settings

_FILES = "tenring.web.accounts.mailing.Files"
_CONSOLE = "django.core.mail.backends.console.EmailBackend"
_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_PORTS = {"smtp": 587, "smtps": 465}
#: Seconds after which a mail server that does not answer is given up.
_PATIENCE = 15


def mail(settings: Settings) -> dict[str, Any]:
    """Django's settings of e-mail.

    Raises:
        UnusableInputError: `TENRING_EMAIL_URL` is no address of the kinds we know, or its password file is not there.
    """
    host = "localhost" if settings.is_local else next((name for name in settings.hosts if name != "*"), "localhost")
    sender = settings.email_from or f"Tenring <tenring@{host}>"
    found: dict[str, Any] = {"DEFAULT_FROM_EMAIL": sender, "SERVER_EMAIL": sender, "EMAIL_TIMEOUT": _PATIENCE}
    address = urlsplit(settings.email_url or "file:")
    if address.scheme == "file":
        return found | {"EMAIL_BACKEND": _FILES}
    if address.scheme == "console":
        return found | {"EMAIL_BACKEND": _CONSOLE}
    if address.scheme not in _PORTS or not address.hostname:
        raise UnusableInputError(
            T("the setting TENRING_EMAIL_URL is no address to which e-mail can be sent"),
            do=T("Write smtp://user:password@host:587, smtps://user:password@host:465, console: or file:"),
        )
    return found | _smtp(address)


def goes_out(settings: Settings) -> bool:
    """Whether e-mail leaves this machine."""
    return urlsplit(settings.email_url or "file:").scheme in _PORTS


def _smtp(address: SplitResult) -> dict[str, Any]:
    """`smtp` begins with TLS once connected (STARTTLS) unless it says `?starttls=no`; `smtps` is TLS from the start."""
    asked = parse_qs(address.query)
    starttls = asked.get("starttls", ["yes"])[-1] != "no"
    password = unquote(address.password or "")
    if file := asked.get("password_file"):
        password = _first_line(Path(file[-1]))
    return {
        "EMAIL_BACKEND": _SMTP,
        "EMAIL_HOST": address.hostname,
        "EMAIL_PORT": address.port or _PORTS[address.scheme],
        "EMAIL_HOST_USER": unquote(address.username or ""),
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_SSL": address.scheme == "smtps",
        "EMAIL_USE_TLS": address.scheme == "smtp" and starttls,
    }


class Provider(BaseModel):
    """An OpenID Connect server by which people may sign in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    """Its word in addresses: `/account/with/{id}/login/callback/` is what it must know of us."""
    name: str = Field(min_length=1, max_length=40)
    """What visitors call it."""
    server: str
    """Its address; below it lies `.well-known/openid-configuration`."""
    client_id: str = Field(min_length=1)
    secret_file: Path
    """File whose first line is the client's secret; beside this file unless it is a whole path."""
    sign_up: Literal["open", "as_set"] = "as_set"
    """open: everybody whom the server knows may have an account; as_set: `TENRING_SIGN_UP` decides."""

    @field_validator("server")
    @classmethod
    def _over_https(cls, value: str) -> str:
        address = urlsplit(value)
        local = address.scheme == "http" and (address.hostname or "") in LOCAL_HOSTS
        if not address.hostname or not (address.scheme == "https" or local):
            message = "write an address that begins with https://"
            raise ValueError(message)
        return value.rstrip("/")


class Providers(BaseModel):
    """What the file of `TENRING_OIDC` holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: list[Provider] = Field(min_length=1)


def providers(path: Path | None) -> dict[str, Any]:
    """The servers of a file, in allauth's words; none without a file.

    Raises:
        UnusableInputError: the file, or one with a secret, cannot be read, or says something we do not know.
    """
    if path is None:
        return {}
    read = _read(path)
    apps = [
        {
            "provider_id": one.id,
            "name": one.name,
            "client_id": one.client_id,
            "secret": _first_line(path.parent / one.secret_file),
            "settings": {"server_url": one.server, "sign_up": one.sign_up},
        }
        for one in read.provider
    ]
    return {"openid_connect": {"APPS": apps, "OAUTH_PKCE_ENABLED": True}}


def _read(path: Path) -> Providers:
    try:
        text = path.read_text(encoding="utf-8")
        return Providers.model_validate(json.loads(text) if path.suffix == ".json" else tomllib.loads(text))
    except OSError as error:
        raise UnusableInputError(T("the file cannot be read"), where=path, do=T("Set TENRING_OIDC again")) from error
    except ValidationError as error:
        first = error.errors()[0]
        what = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise UnusableInputError(what, where=path, do=T("See docs/how-to/accounts.md for what it may say")) from error
    except ValueError as error:
        raise UnusableInputError(str(error), where=path, do=T("Write it as TOML, or as JSON in .json")) from error


def _first_line(path: Path) -> str:
    try:
        found = path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except OSError as error:
        raise UnusableInputError(T("the secret cannot be read"), where=path) from error
    if not found:
        raise UnusableInputError(T("the first line holds no secret"), where=path)
    return found
