"""Signing in by OpenID Connect, against a small server of the tests: discovery, token, user information."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from tenring.exceptions import UnusableInputError
from tenring.settings import Settings, from_environment
from tenring.web.accounts import operating
from tenring.web.accounts.configuration import goes_out, providers
from tenring.web.accounts.configuration import mail as mail_settings
from tenring.web.accounts.models import Event, User

SECRET = "a secret of the client that is long enough"  # noqa: S105 - invented, as the server is
PASSWORD = "ten rings of paper"  # noqa: S105 - likewise


@pytest.fixture(autouse=True)
def _counted_anew() -> None:
    """What one test sent does not count in the next."""
    cache.clear()


@dataclass
class Provider:
    """The server: whom it knows, and what it was asked."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    challenges: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def allow(self, address: str) -> str:
        """Somebody says yes at the server: the code that the browser carries back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == "tenring"
        assert asked["response_type"] == "code"
        code = f"code{len(self.challenges)}"
        self.challenges[code] = asked["code_challenge"]
        return code

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """An access token for a code: once, and only with the secret and the word that the challenge is made of."""
        challenge = self.challenges.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if challenge != base64.urlsafe_b64encode(digest).rstrip(b"=").decode() or form.get("client_secret") != SECRET:
            self.problems.append("token refused")
            return None
        now = int(time.time())
        said = {"iss": self.address, "aud": "tenring", "iat": now, "exp": now + 60, **self.claims}
        return {"access_token": "let-me", "token_type": "Bearer", "id_token": jwt.encode(said, "k" * 32, "HS256")}


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A server on this machine."""
    known = Provider()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                self.say(known.discovery())
            elif self.path == "/userinfo" and self.headers["Authorization"] == "Bearer let-me":
                self.say(known.claims)
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            token = known.token({name: values[0] for name, values in parse_qs(body).items()})
            self.say(token) if token else self.send_error(400)

        def say(self, what: dict[str, Any]) -> None:
            content = json.dumps(what).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        known.address = f"http://127.0.0.1:{server.server_port}"
        known.claims = {"sub": "42", "email": "anna@example.org", "email_verified": True, "name": "李安娜"}
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield known
        server.shutdown()


def written(folder: Path, address: str, **more: str) -> Path:
    (folder / "city.secret").write_text(SECRET + "\n", encoding="utf-8")
    lines = {"id": "city", "name": "City of Example", "server": address, "client_id": "tenring"}
    lines |= {"secret_file": "city.secret", **more}
    path = folder / "oidc.toml"
    path.write_text("[[provider]]\n" + "".join(f'{name} = "{value}"\n' for name, value in lines.items()))
    return path


@pytest.fixture
def _city(provider: Provider, tmp_path: Path) -> Iterator[None]:
    """That server is configured as an operator does it: by a file."""
    with override_settings(SOCIALACCOUNT_PROVIDERS=providers(written(tmp_path, provider.address))):
        yield


def go(client: Client, known: Provider, *, process: str = "login") -> Any:
    """Press the button, say yes there, come back."""
    page = client.post(reverse("openid_connect_login", args=["city"]) + f"?process={process}")
    assert page.status_code == 200
    address = page.content.decode().split("0; url=")[1].split('"')[0].replace("&amp;", "&")
    assert address.startswith(known.address + "/authorize?")
    state = parse_qs(urlsplit(address).query)["state"][0]
    back = reverse("openid_connect_callback", args=["city"])
    return client.get(back, {"code": known.allow(address), "state": state}, follow=True)


def browser() -> Client:
    return Client(headers={"accept-language": "en"})


def signed_in_as(client: Client) -> str | None:
    number = client.session.get("_auth_user_id")
    return User.objects.get(pk=number).email if number else None


@pytest.mark.django_db
def test_without_a_file_nothing_is_shown_and_nothing_is_there() -> None:
    client = browser()
    assert "Sign in with" not in client.get(reverse("account_login")).content.decode().replace(
        "Sign in with a passkey", ""
    )
    assert client.post(reverse("openid_connect_login", args=["city"])).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_city")
def test_who_is_known_elsewhere_gets_an_account_and_comes_back_to_it(provider: Provider) -> None:
    client = browser()
    assert "Sign in with City of Example" in client.get(reverse("account_login")).content.decode()
    go(client, provider)
    user = User.objects.get()
    assert (signed_in_as(client), user.get_full_name(), user.has_usable_password()) == (
        "anna@example.org",
        "李安娜",
        False,
    )
    assert EmailAddress.objects.get().verified
    again = browser()
    go(again, provider)
    assert signed_in_as(again) == "anna@example.org"
    assert User.objects.count() == 1
    assert [one.what for one in Event.objects.all()] == ["account.signed_up", "account.signed_in", "account.signed_in"]
    assert provider.problems == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_city")
def test_an_address_that_the_server_did_not_check_is_checked_here(provider: Provider) -> None:
    provider.claims["email_verified"] = False
    client = browser()
    go(client, provider)
    assert signed_in_as(client) is None
    assert "open this link" in mail.outbox[-1].body


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_city")
def test_an_account_here_is_not_opened_by_the_same_address_there_until_its_owner_connects_it(
    provider: Provider,
) -> None:
    user = operating.new("anna@example.org", name="", language="en", password=PASSWORD, by="tests")
    stranger = browser()
    go(stranger, provider)
    assert signed_in_as(stranger) is None
    assert not SocialAccount.objects.exists()
    owner = browser()
    owner.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    owner.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert "City of Example" in owner.get(reverse("socialaccount_connections")).content.decode()
    go(owner, provider, process="connect")
    assert SocialAccount.objects.get().user == user
    other = browser()
    go(other, provider)
    assert signed_in_as(other) == user.email
    owner.post(reverse("socialaccount_connections"), {"account": SocialAccount.objects.get().pk})
    assert not SocialAccount.objects.exists()
    assert [one.what for one in Event.objects.filter(what__contains="connected")] == [
        "account.connected",
        "account.disconnected",
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("says", "made"), [("as_set", False), ("open", True)])
def test_where_accounts_are_made_by_invitation_the_file_says_whether_the_server_lets_people_in(
    provider: Provider, tmp_path: Path, home: Settings, says: str, *, made: bool
) -> None:
    found = providers(written(tmp_path, provider.address, sign_up=says))
    with override_settings(SOCIALACCOUNT_PROVIDERS=found, TENRING=replace(home, sign_up="invited")):
        answer = go(browser(), provider)
    assert User.objects.exists() is made
    assert ("by invitation" in answer.content.decode()) is not made


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_city")
def test_an_answer_that_nobody_asked_for_signs_nobody_in(provider: Provider) -> None:
    client, back = browser(), reverse("openid_connect_callback", args=["city"])
    provider.challenges["stolen"] = "x"
    for asked in ({"code": "stolen", "state": "made-up"}, {"code": "stolen"}, {"error": "server_error"}):
        answer = client.get(back, asked)
        assert answer.status_code == 401
        assert "could not use" in answer.content.decode()
    assert signed_in_as(client) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_city")
def test_a_code_that_somebody_else_got_is_worthless_here(provider: Provider) -> None:
    client = browser()
    page = client.post(reverse("openid_connect_login", args=["city"]))
    state = parse_qs(urlsplit(page.content.decode().split("0; url=")[1].split('"')[0].replace("&amp;", "&")).query)[
        "state"
    ][0]
    provider.challenges["stolen"] = "the challenge of another browser"
    answer = client.get(reverse("openid_connect_callback", args=["city"]), {"code": "stolen", "state": state})
    assert answer.status_code == 401
    assert provider.problems == ["token refused"]
    assert signed_in_as(client) is None


@pytest.mark.django_db
@pytest.mark.usefixtures("_city")
def test_the_secret_is_on_no_page() -> None:
    client = browser()
    assert SECRET not in client.get(reverse("account_login")).content.decode()
    assert SECRET not in client.post(reverse("openid_connect_login", args=["city"])).content.decode()


# the file


def test_a_file_may_be_json(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("secret", encoding="utf-8")
    one = {"id": "a", "name": "A", "server": "https://a.example.org/", "client_id": "t", "secret_file": "s"}
    path = tmp_path / "oidc.json"
    path.write_text(json.dumps({"provider": [one]}), encoding="utf-8")
    (app,) = providers(path)["openid_connect"]["APPS"]
    assert (app["secret"], app["settings"]["server_url"]) == ("secret", "https://a.example.org")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"server": "http://login.example.org"}, "https"),
        ({"server": "login.example.org"}, "https"),
        ({"secret_file": "nowhere"}, "cannot be read"),
        ({"id": "City of Example"}, "id"),
        ({"colour": "green"}, "colour"),
    ],
)
def test_a_file_that_says_something_unusable_is_refused_with_where_and_why(
    tmp_path: Path, change: dict[str, str], said: str
) -> None:
    with pytest.raises(UnusableInputError, match=said):
        providers(written(tmp_path, "https://login.example.org", **change))


def test_a_file_that_is_not_there_is_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="TENRING_OIDC"):
        providers(tmp_path / "none.toml")


# e-mail


def test_without_a_setting_mail_goes_into_files_that_only_their_owner_reads() -> None:
    found = mail_settings(Settings())
    assert found["EMAIL_BACKEND"].endswith("Files")
    assert not goes_out(Settings())


def test_an_address_says_server_user_password_and_encryption(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("p%:@ss\n", encoding="utf-8")
    settings = Settings(email_url=f"smtp://tenring@mail.example.org:2525?password_file={secret}", hosts=("green.org",))
    found = mail_settings(settings)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_HOST_USER"]) == ("mail.example.org", 2525, "tenring")
    assert (found["EMAIL_HOST_PASSWORD"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == ("p%:@ss", True, False)
    assert found["DEFAULT_FROM_EMAIL"] == "Tenring <tenring@green.org>"
    assert goes_out(settings)
    whole = mail_settings(Settings(email_url="smtps://a:b%40c@mail.example.org"))
    assert (whole["EMAIL_PORT"], whole["EMAIL_HOST_PASSWORD"], whole["EMAIL_USE_SSL"]) == (465, "b@c", True)
    plain = mail_settings(Settings(email_url="smtp://localhost:25?starttls=no"))
    assert plain["EMAIL_USE_TLS"] is False


@pytest.mark.parametrize("address", ["mail.example.org", "http://mail.example.org", "smtp://"])
def test_an_address_that_is_none_is_refused_and_its_password_not_shown(address: str) -> None:
    with pytest.raises(UnusableInputError, match="TENRING_EMAIL_URL"):
        mail_settings(Settings(email_url=address))
    assert "hunter2" not in repr(Settings(email_url="smtp://a:hunter2@b"))


def test_who_may_sign_up_is_one_of_three_words() -> None:
    assert from_environment({"TENRING_SIGN_UP": "closed"}).signing_up == "closed"
    with pytest.raises(UnusableInputError, match="TENRING_SIGN_UP"):
        from_environment({"TENRING_SIGN_UP": "everybody"})


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_away_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1
    ):
        answer = browser().post(reverse("account_signup"), {"email": "anna@example.org", "password1": PASSWORD})
    assert answer.status_code == 302
    assert User.objects.count() == 1
    assert "was not sent" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_mail_in_files_holds_the_link_and_is_closed_to_others(home: Settings, tmp_path: Path) -> None:
    with override_settings(TENRING=replace(home, home=tmp_path), EMAIL_BACKEND="tenring.web.accounts.mailing.Files"):
        answer = browser().post(
            reverse("account_signup"), {"email": "anna@example.org", "password1": PASSWORD}, follow=True
        )
    assert "sends no e-mail" in answer.content.decode()
    (written_,) = (tmp_path / "mail").iterdir()
    assert "/account/addresses/" in written_.read_text(encoding="utf-8")
    assert (tmp_path / "mail").stat().st_mode & 0o077 == 0
