from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.apps import apps
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import get_resolver, reverse
from django.utils import timezone

from tenring.settings import Settings
from tenring.web.accounts import actions, export, operating
from tenring.web.accounts.models import Event, Invitation, Membership, Organisation, User
from tenring.web.accounts.organisations import actions as organisations
from tenring.web.accounts.organisations import invitations
from tenring.web.accounts.roles import Role
from tenring.web.api import actions as api
from tenring.web.api.scopes import Scope
from tenring.web.procurement.models import Screening, State
from tenring.web.products.models import Product, TestPrice
from tenring.web.webhooks.models import Endpoint

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD, OTHER = "ten rings of paper", "eleven rings of wood"
ANNA, BELA = "anna@example.org", "bela@example.org"


@pytest.fixture(autouse=True)
def _counted_anew() -> Iterator[None]:
    """Attempts of one test do not count in the next; passwords are not what takes long here."""
    cache.clear()
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
    cache.clear()


def person(address: str = ANNA, *, password: str | None = PASSWORD, language: str = "en", name: str = "") -> User:
    return operating.new(address, name=name, language=language, password=password, by="tests")


def browser(language: str = "en") -> Client:
    return Client(headers={"accept-language": language}, enforce_csrf_checks=False)


def signed_in(address: str = ANNA, *, password: str = PASSWORD) -> Client:
    client = browser()
    answer = sign_in(client, address, password)
    assert answer.status_code == 302, answer.content.decode()
    return client


def sign_in(client: Client, address: str = ANNA, password: str = PASSWORD, **more: str):  # noqa: ANN201 - Django's answer
    return client.post(reverse("account_login"), {"login": address, "password": password, **more})


def sure(client: Client, password: str = PASSWORD) -> None:
    """Show once more that it is you."""
    assert client.post(reverse("account_reauthenticate"), {"password": password}).status_code == 302


def logged(user: User | None = None) -> list[str]:
    lines = Event.objects.all() if user is None else Event.objects.filter(user=user)
    return [line.what for line in lines.order_by("id")]


def links(message: mail.EmailMessage) -> list[str]:
    return re.findall(r"https?://[^/\s]+(/account/\S+)", message.body)


def text_of(answer) -> str:  # noqa: ANN001 - Django's answer
    return answer.content.decode()


# signing up


def sign_up(client: Client, address: str = ANNA, **more: str):  # noqa: ANN201 - Django's answer
    return client.post(reverse("account_signup"), {"email": address, "password1": PASSWORD, **more})


def test_who_signs_up_confirms_the_address_and_is_signed_in() -> None:
    client = browser()
    answer = sign_up(client, name="Anna Li")
    assert answer.url == reverse("account_email_verification_sent")
    assert text_of(client.get(answer.url)).count("A message with a link was written") >= 1
    assert client.get(reverse("account")).status_code == 302
    (message,) = mail.outbox
    assert message.to == [ANNA]
    (link,) = links(message)[:1]
    assert "Confirm" in text_of(client.get(link))
    assert client.post(link).status_code == 302
    page = text_of(client.get(reverse("account")))
    assert "Anna Li" in page
    user = User.objects.get()
    assert (user.email, user.language, EmailAddress.objects.get().verified) == (ANNA, "en", True)
    assert logged(user) == ["account.signed_up", "account.address_confirmed", "account.signed_in"]


def test_the_link_in_another_browser_confirms_and_does_not_sign_in() -> None:
    sign_up(browser())
    other = browser()
    assert other.post(links(mail.outbox[0])[0]).url == reverse("account_login")
    assert other.get(reverse("account")).status_code == 302
    assert EmailAddress.objects.get().verified


def test_an_address_that_is_not_confirmed_does_not_open_the_account() -> None:
    sign_up(browser())
    client = browser()
    assert sign_in(client).url == reverse("account_email_verification_sent")
    assert client.get(reverse("account")).status_code == 302


def test_signing_up_with_an_address_that_has_an_account_looks_the_same_and_only_its_owner_hears() -> None:
    user = person()
    client = browser()
    answer = sign_up(client)
    new = browser()
    fresh = sign_up(new, "new@example.org")
    assert (answer.status_code, answer.url) == (fresh.status_code, fresh.url)
    seen, fresh_seen = (text_of(one.get(answer.url)) for one in (client, new))
    assert seen.replace(ANNA, "") == fresh_seen.replace("new@example.org", "")
    assert "There is one already" in mail.outbox[0].body
    assert User.objects.filter(pk=user.pk).count() == 1
    assert User.objects.count() == 2


@pytest.mark.parametrize("password", ["short", "12345678901", "password123", "anna@example.org"])
def test_a_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    answer = browser().post(reverse("account_signup"), {"email": ANNA, "password1": password})
    assert answer.status_code == 200
    assert 'id="id_password1_error"' in text_of(answer)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("hosts", "sign_up_", "expected"),
    [
        (("localhost", "127.0.0.1"), None, "open"),
        (("green.example.org",), None, "invited"),
        (("localhost", "green.example.org"), None, "invited"),
        (("green.example.org",), "open", "open"),
        (("localhost",), "closed", "closed"),
    ],
)
def test_a_server_that_others_reach_lets_in_only_who_was_invited(
    hosts: tuple[str, ...], sign_up_: str | None, expected: str
) -> None:
    assert Settings(hosts=hosts, sign_up=sign_up_).signing_up == expected


@pytest.mark.parametrize(("way", "words"), [("invited", "by invitation"), ("closed", "whoever runs this server")])
def test_where_signing_up_is_closed_the_page_says_why_and_nothing_is_made(home: Settings, way: str, words: str) -> None:
    with override_settings(TENRING=replace(home, sign_up=way)):
        answer = sign_up(browser())
        assert words in text_of(answer)
        assert words in text_of(browser().get(reverse("account_login")))
    assert not User.objects.exists()


def invited(address: str, *, any_address: bool = False) -> str:
    """Somebody is invited to an organisation; the path of the link."""
    owner = person("owner@example.org")
    city = organisations.make(owner, "City of Aldrune", "")
    _, token = invitations.invite(city, owner, email=address, role=Role.READER, any_address=any_address)
    return reverse("invitation", args=[token])


def test_an_invitation_opens_signing_up_for_its_own_address_alone_which_is_confirmed_as_any_other(
    home: Settings,
) -> None:
    with override_settings(TENRING=replace(home, sign_up="invited")):
        link, client = invited(ANNA), browser()
        client.get(link)
        assert "another address" in text_of(sign_up(client, BELA))
        assert sign_up(client, ANNA, next=link).url == reverse("account_email_verification_sent")
        assert client.get(reverse("account")).status_code == 302, "not before it is confirmed"
        assert client.post(links(mail.outbox[-1])[0]).url == link
        assert client.post(link).status_code == 302
        assert User.objects.get(email=ANNA).memberships.get().role == Role.READER
        assert "by invitation" in text_of(sign_up(browser(), BELA)), "another browser has none"
    assert not User.objects.filter(email=BELA).exists()


def test_an_invitation_for_any_address_lets_any_in_until_it_is_taken_back(home: Settings) -> None:
    with override_settings(TENRING=replace(home, sign_up="invited")):
        link, client, late = invited(ANNA, any_address=True), browser(), browser()
        client.get(link)
        late.get(link)
        assert sign_up(client, BELA).status_code == 302
        Invitation.objects.update(revoked_at=timezone.now())
        assert "by invitation" in text_of(sign_up(late, "late@example.org"))


# signing in and out


def test_address_and_password_sign_in_and_the_menu_says_who_is() -> None:
    user = person(name="Anna Li")
    client = signed_in()
    page = text_of(client.get("/"))
    assert "Anna Li" in page
    assert reverse("account_login") not in page
    assert logged(user) == ["account.made", "account.signed_in"]
    assert Event.objects.get(what="account.signed_in").detail == {"ways": ["password"], "address": "127.0.0.1"}


def test_a_wrong_password_says_the_same_as_an_account_that_does_not_exist() -> None:
    person()
    wrong, unknown = sign_in(browser(), ANNA, OTHER), sign_in(browser(), BELA, OTHER)
    said = [re.sub(r'value="[^"]*"', "", text_of(answer)) for answer in (wrong, unknown)]
    assert (wrong.status_code, unknown.status_code) == (200, 200)
    assert "are not correct" in said[0]
    assert said[0] == said[1]


def test_signing_out_takes_a_form_and_ends_the_session() -> None:
    user = person()
    client = signed_in()
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get(reverse("account")).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302
    assert client.get(reverse("account")).status_code == 302
    assert logged(user)[-1] == "account.signed_out"


def test_after_five_wrong_passwords_the_right_one_has_to_wait_and_the_log_says_so_once() -> None:
    user = person()
    client = browser()
    for _ in range(5):
        assert "are not correct" in text_of(sign_in(client, ANNA, OTHER))
    for _ in range(3):
        assert "Too many failed" in text_of(sign_in(client))
    assert client.get(reverse("account")).status_code == 302
    assert logged(user) == ["account.made", "account.sign_in_limited"]


def test_one_address_that_tries_many_accounts_is_told_to_wait() -> None:
    client = browser()
    for number in range(10):
        assert "are not correct" in text_of(sign_in(client, f"p{number}@example.org"))
    assert "Too many failed" in text_of(sign_in(client, "p11@example.org"))


def test_too_many_requests_are_answered_by_our_own_page() -> None:
    client = browser()
    answers = [client.post(reverse("account_reset_password"), {"email": ANNA}) for _ in range(6)]
    assert [one.status_code for one in answers] == [302] * 5 + [429]
    assert "Wait a few minutes" in text_of(answers[-1])


def test_a_session_gets_another_id_by_signing_in() -> None:
    person()
    client = browser()
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["tenring_session"] = before = session.session_key
    sign_in(client)
    assert client.cookies["tenring_session"].value != before
    assert client.session["before"] == 1
    stranger = browser()
    stranger.cookies["tenring_session"] = before
    assert stranger.get(reverse("account")).status_code == 302


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_in_leads_to_no_other_site(elsewhere: str) -> None:
    person()
    answer = sign_in(browser(), next=elsewhere)
    assert answer.status_code == 302
    assert "evil" not in answer.url
    assert "javascript" not in answer.url


def test_signing_in_leads_to_the_page_that_asked_for_it() -> None:
    person()
    assert sign_in(browser(), next="/account/log").url == "/account/log"


def test_forms_need_their_token() -> None:
    user = person()
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict).status_code == 403
    strict.force_login(user)
    for name in ("account_logout", "account_take_over", "account_sign_out_elsewhere", "account_delete", "account"):
        assert strict.post(reverse(name)).status_code == 403, name


def test_cookies_are_closed_to_scripts_and_with_https_sent_over_it_only() -> None:
    person()
    client = browser()
    sign_in(client)
    cookie = client.cookies["tenring_session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    with override_settings(SESSION_COOKIE_SECURE=True):
        other = browser()
        sign_in(other)
    assert other.cookies["tenring_session"]["secure"] is True


def test_keys_of_somebody_who_was_closed_out_open_nothing() -> None:
    key, text = api.new_key("mine", (Scope.MATCH,), who="Anna")
    key.owner = person()
    key.save()
    assert api.live_key(text) == key
    operating.switch(ANNA, on=False, why="left the office", by="tests")
    assert api.live_key(text) is None


def test_somebody_who_was_closed_out_is_signed_out_and_told_when_they_try() -> None:
    user = person()
    client = signed_in()
    operating.switch(ANNA, on=False, why="left the office", by="tests")
    assert client.get(reverse("account")).status_code == 302
    answer = sign_in(browser())
    assert answer.url == reverse("account_inactive")
    assert "closed it" in text_of(browser().get(answer.url))
    operating.switch(ANNA, on=True, why="", by="tests")
    assert signed_in().get(reverse("account")).status_code == 200
    assert logged(user)[-4:] == ["account.signed_in", "account.disabled", "account.enabled", "account.signed_in"]


# passwords and addresses


def test_a_forgotten_password_is_set_by_a_link_that_works_once() -> None:
    user = person()
    old = signed_in()
    client = browser()
    answer = client.post(reverse("account_reset_password"), {"email": ANNA})
    assert "within two days" in text_of(client.get(answer.url))
    (link,) = [one for one in links(mail.outbox[-1]) if "password/" in one]
    form = client.get(link, follow=True)
    assert "New Password" in text_of(form)
    where = form.redirect_chain[-1][0]
    done = client.post(where, {"password1": OTHER, "password2": OTHER}, follow=True)
    assert "Your password was set" in text_of(done)
    assert old.get(reverse("account")).status_code == 302, "every session is over"
    assert signed_in(password=OTHER).get(reverse("account")).status_code == 200
    assert "used already" in text_of(browser().get(link, follow=True))
    assert "account.password_reset" in logged(user)
    assert "Your password was set anew by a link" in mail.outbox[-1].body


def test_asking_for_a_link_looks_the_same_without_an_account() -> None:
    person()
    known, unknown = (browser().post(reverse("account_reset_password"), {"email": one}) for one in (ANNA, BELA))
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [(message.to, "no account" in message.body) for message in mail.outbox] == [([ANNA], False), ([BELA], True)]


def test_another_password_signs_every_other_device_out() -> None:
    user = person()
    here, there = signed_in(), signed_in()
    wrong = here.post(
        reverse("account_change_password"), {"oldpassword": OTHER, "password1": OTHER, "password2": OTHER}
    )
    assert "current password" in text_of(wrong)
    right = here.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    )
    assert right.url == reverse("account")
    assert here.get(reverse("account")).status_code == 200
    assert there.get(reverse("account")).status_code == 302
    assert logged(user)[-1] == "account.password_changed"
    assert mail.outbox[-1].subject == "Your account at Tenring has changed"


def test_one_can_sign_out_everywhere_else() -> None:
    user = person()
    here, there = signed_in(), signed_in()
    assert "everywhere else" in text_of(here.post(reverse("account_sign_out_elsewhere"), follow=True))
    assert here.get(reverse("account")).status_code == 200
    assert there.get(reverse("account")).status_code == 302
    assert logged(user)[-1] == "account.others_signed_out"


def test_addresses_are_added_confirmed_made_the_main_one_and_removed() -> None:
    user = person()
    client = signed_in()
    sure(client)
    client.post(reverse("account_email"), {"email": BELA, "action_add": ""})
    client.post(links(mail.outbox[-1])[0])
    client.post(reverse("account_email"), {"email": BELA, "action_primary": ""})
    client.post(reverse("account_email"), {"email": ANNA, "action_remove": ""})
    assert [(one.email, one.verified, one.primary) for one in EmailAddress.objects.all()] == [(BELA, True, True)]
    assert User.objects.get().email == BELA
    assert logged(user)[-4:] == [
        "account.address_added",
        "account.address_confirmed",
        "account.address_changed",
        "account.address_removed",
    ]
    assert "main address" in text_of(
        client.post(reverse("account_email"), {"email": BELA, "action_remove": ""}, follow=True)
    )


def test_addresses_change_only_after_showing_again_who_it_is() -> None:
    person()
    answer = signed_in().post(reverse("account_email"), {"email": BELA, "action_add": ""})
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert EmailAddress.objects.count() == 1


def test_the_address_of_somebody_else_can_be_asked_for_and_never_be_had() -> None:
    person(BELA)
    person()
    client = signed_in()
    sure(client)
    client.post(reverse("account_email"), {"email": BELA, "action_add": ""})
    assert not EmailAddress.objects.filter(email=BELA, user__email=ANNA, verified=True).exists()
    for message in mail.outbox:
        for link in links(message):
            client.post(link)
    assert not EmailAddress.objects.filter(email=BELA, user__email=ANNA, verified=True).exists()


# a second step


def code_for(secret: str, *, later: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1] + later)))


def with_codes(client: Client) -> tuple[str, list[str]]:
    """Switch one-time codes on; the secret, and the recovery codes that are shown once."""
    sure(client)
    page = text_of(client.get(reverse("mfa_activate_totp")))
    secret = re.findall(r"<code>([A-Z2-7]{32})</code>", page)[0]
    assert "data:image/svg+xml" in page
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    return secret, re.findall(r"<code>(\d{8})</code>", text_of(client.get(answer.url)))


def test_with_codes_switched_on_a_password_alone_opens_nothing() -> None:
    user = person()
    secret, recovery = with_codes(signed_in())
    assert len(recovery) == 10
    client = browser()
    assert sign_in(client).url == reverse("mfa_authenticate")
    assert client.get(reverse("account")).status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Incorrect code" in text_of(wrong)
    assert client.post(reverse("mfa_authenticate"), {"code": code_for(secret, later=1)}).status_code == 302
    assert client.get(reverse("account")).status_code == 200
    assert {"account.codes_on", "account.recovery_made", "account.second_step_failed"} <= set(logged(user))
    assert Event.objects.filter(what="account.signed_in").last().detail["ways"] == ["password", "totp"]


def test_a_code_works_once() -> None:
    person()
    secret, _ = with_codes(signed_in())
    code = code_for(secret, later=1)
    first, second = browser(), browser()
    sign_in(first)
    sign_in(second)
    assert first.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert "Incorrect code" in text_of(second.post(reverse("mfa_authenticate"), {"code": code}))


def test_a_recovery_code_works_once_and_the_codes_are_shown_once() -> None:
    person()
    client = signed_in()
    _, recovery = with_codes(client)
    assert recovery[0] not in text_of(client.get(reverse("mfa_view_recovery_codes")))
    first, second = browser(), browser()
    sign_in(first)
    sign_in(second)
    assert first.post(reverse("mfa_authenticate"), {"code": recovery[0]}).status_code == 302
    assert "Incorrect code" in text_of(second.post(reverse("mfa_authenticate"), {"code": recovery[0]}))
    assert second.post(reverse("mfa_authenticate"), {"code": recovery[1]}).status_code == 302
    assert "8 of 10" in text_of(client.get(reverse("mfa_view_recovery_codes")))


def test_codes_are_switched_off_and_new_recovery_codes_replace_the_old() -> None:
    user = person()
    client = signed_in()
    _, recovery = with_codes(client)
    assert "will stop working" in text_of(client.get(reverse("mfa_generate_recovery_codes")))
    client.post(reverse("mfa_generate_recovery_codes"))
    assert not set(recovery) & set(
        re.findall(r"<code>(\d{8})</code>", text_of(client.get(reverse("mfa_view_recovery_codes"))))
    )
    assert "password alone" in text_of(client.get(reverse("mfa_deactivate_totp")))
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.exists()
    assert logged(user)[-2:] == ["account.codes_off", "account.recovery_removed"]
    assert signed_in().get(reverse("account")).status_code == 200


def test_secrets_of_second_steps_lie_sealed_and_with_another_key_no_code_fits() -> None:
    person()
    secret, recovery = with_codes(signed_in())
    kept = json.dumps([one.data for one in Authenticator.objects.all()])
    assert secret not in kept
    with override_settings(SECRET_KEY="x" * 50):
        client = browser()
        sign_in(client)
        for code in (code_for(secret), code_for(secret, later=1), recovery[0]):
            assert "Incorrect code" in text_of(client.post(reverse("mfa_authenticate"), {"code": code}))


# account, log, data, deletion


def test_name_and_language_of_mail_are_changed_and_mail_follows() -> None:
    person()
    client = signed_in()
    client.post(reverse("account"), {"first_name": "李安娜", "language": "zh"})
    assert "李安娜" in text_of(client.get(reverse("account")))
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER})
    assert mail.outbox[-1].subject == "您在十环 Tenring 的账户有变更"
    assert "您的密码已更改" in mail.outbox[-1].body
    assert 'lang="en"' in text_of(client.get(reverse("account"))), "the page speaks the visitor's language"


def test_one_reads_ones_own_log_and_nobody_elses() -> None:
    person(BELA, name="Bela")
    person(name="Anna")
    signed_in(BELA)
    page = text_of(signed_in().get(reverse("account_log")))
    assert page.count("<td>signed in</td>") == 1
    assert "account made on the server" in page
    assert BELA not in page


def screening(owner: User | None = None, **more: object) -> Screening:
    made = Screening(owner=owner, file_name="purchases.csv", language="en", state=State.CANCELLED, **more)
    made.on = made.created_at.date()
    made.file.parent.mkdir(parents=True)
    made.file.write_text("x", encoding="utf-8")
    made.save()
    return made


@pytest.fixture
def uploads(home: Settings, tmp_path: Path) -> Iterator[Path]:
    """Uploads go to a folder of the test."""
    (tmp_path / "snapshots").symlink_to(home.snapshots)
    with override_settings(TENRING=replace(home, home=tmp_path)):
        yield tmp_path


@pytest.mark.usefixtures("uploads")
def test_what_is_kept_about_somebody_is_theirs_as_a_file() -> None:
    user = person(name="Anna Li")
    other = person(BELA)
    mine, theirs = screening(user), screening(other)
    client = signed_in()
    secret, recovery = with_codes(client)
    answer = client.get(reverse("account_export"))
    assert "attachment" in answer.headers["Content-Disposition"]
    found = json.loads(answer.content)
    assert found["account"]["name"] == "Anna Li"
    assert found["addresses"] == [{"address": ANNA, "confirmed": True, "main": True}]
    assert [one["id"] for one in found["screenings"]] == [str(mine.id)]
    assert {one["kind"] for one in found["second_steps"]} == {"totp", "recovery_codes"}
    text = text_of(answer)
    assert str(theirs.id) not in text
    assert not [one for one in (secret, user.password, *recovery) if one in text]
    assert logged(user)[-1] == "account.exported"


def test_the_own_data_is_given_only_after_showing_again_who_it_is() -> None:
    person()
    client = signed_in()
    assert client.get(reverse("account_export")).url.startswith(reverse("account_reauthenticate"))
    assert client.get(reverse("account_delete")).url.startswith(reverse("account_reauthenticate"))


@pytest.mark.usefixtures("uploads")
def test_a_deleted_account_takes_what_is_personal_and_leaves_what_is_of_organisations_and_the_log() -> None:
    user, other = person(name="Anna Li"), person(BELA)
    office = Organisation.objects.create(name="Office")
    Membership.objects.create(organisation=office, user=user, role=Role.OWNER)
    Membership.objects.create(organisation=office, user=other, role=Role.OWNER)
    own, shared, theirs = screening(user), screening(user, organisation=office), screening(other)
    key, text = api.new_key("mine", (Scope.MATCH,), who="Anna Li")
    key.owner = user
    key.save()
    client = signed_in()
    sure(client)
    page = text_of(client.get(reverse("account_delete")))
    assert "cannot be undone" in page
    answer = client.post(reverse("account_delete"), {"delete": "yes"}, follow=True)
    assert "Your account is deleted" in text_of(answer)
    assert not User.objects.filter(email=ANNA).exists()
    assert not EmailAddress.objects.filter(email=ANNA).exists()
    assert set(Screening.objects.values_list("id", flat=True)) == {shared.id, theirs.id}
    assert not own.folder.exists()
    assert shared.file.exists()
    assert api.live_key(text) is None
    last = Event.objects.filter(what="account.deleted").get()
    assert (last.who, last.user) == ("Anna Li", None)
    assert client.get(reverse("account")).status_code == 302
    assert "are not correct" in text_of(sign_in(browser()))


def test_what_belongs_to_an_organisation_or_a_person_can_be_left_by_the_person() -> None:
    kept = []
    for model in apps.get_models():
        fields = {field.name: field for field in model._meta.get_fields()}  # noqa: SLF001 - Django's own way to ask
        if {"owner", "organisation"} <= fields.keys():
            kept.append(model.__name__)
            assert fields["owner"].null, model
    assert {"Screening", "Product", "TestPrice", "Import", "Endpoint", "Correction", "Kept"} <= set(kept)


def test_products_and_webhooks_are_among_what_is_kept_and_those_of_an_organisation_stay() -> None:
    user, other = person(name="Anna Li"), person(BELA)
    office = Organisation.objects.create(name="Office")
    for one in (user, other):
        Membership.objects.create(organisation=office, user=one, role=Role.OWNER)
    own = Product.objects.create(owner=user, name="Own board")
    own.evidence.create(property="panel_type", written={"value": "MDF"})
    shared = Product.objects.create(owner=user, organisation=office, name="Our board")
    TestPrice.objects.create(owner=user, property="voc_content", price="120", currency="EUR")
    Endpoint.objects.create(owner=user, address="https://shop.example/told", secret="sealed")  # noqa: S106 - no real one
    found = export.about(user)
    assert [one["about"]["name"] for one in found["products"]] == ["Our board", "Own board"]
    assert found["products"][1]["values"] == [{"property": "panel_type", "written": {"value": "MDF"}}]
    assert (found["prices_of_tests"][0]["currency"], found["webhooks"][0]["address"]) == (
        "EUR",
        "https://shop.example/told",
    )
    assert "sealed" not in json.dumps(found)
    actions.delete(user)
    assert list(Product.objects.values_list("pk", "owner")) == [(shared.pk, None)]
    assert not TestPrice.objects.exists()


def test_the_only_owner_of_an_organisation_stays_until_there_is_another() -> None:
    user = person()
    office = Organisation.objects.create(name="Office of Paper")
    Membership.objects.create(organisation=office, user=user, role=Role.OWNER)
    client = signed_in()
    sure(client)
    assert "Office of Paper" in text_of(client.get(reverse("account_delete")))
    assert client.post(reverse("account_delete"), {"delete": "yes"}).status_code == 400
    assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.usefixtures("uploads")
def test_nothing_is_deleted_while_a_screening_is_at_work() -> None:
    user = person()
    one = screening(user)
    Screening.objects.update(state=State.SCREENING)
    client = signed_in()
    sure(client)
    answer = client.post(reverse("account_delete"), {"delete": "yes"})
    assert (answer.status_code, one.file.exists()) == (400, True)
    assert User.objects.filter(pk=user.pk).exists()


# screenings sent before signing in


def knows(client: Client, *screenings: Screening) -> None:
    """The session of a browser knows these."""
    session = client.session
    session["screenings"] = [one.id.hex for one in screenings]
    session.save()
    client.cookies["tenring_session"] = session.session_key


@pytest.mark.usefixtures("uploads")
def test_what_was_sent_before_signing_in_is_offered_and_taken_over() -> None:
    user, client = person(), browser()
    sent = screening()
    knows(client, sent)
    assert sign_in(client).url == reverse("screenings")
    assert "Take them over" in text_of(client.get(reverse("screenings")))
    assert "Taken into your account: 1" in text_of(client.post(reverse("account_take_over"), follow=True))
    sent.refresh_from_db()
    assert sent.owner == user
    assert logged(user)[-1] == "screening.taken_over"
    assert "Take them over" not in text_of(client.get(reverse("screenings")))
    assert signed_in().get(reverse("screening", args=[sent.id])).status_code == 200, "on every device"


@pytest.mark.usefixtures("uploads")
def test_nobody_takes_over_what_is_somebody_elses_or_what_their_browser_did_not_send() -> None:
    user, other = person(), person(BELA)
    office = Organisation.objects.create(name="Office")
    stray, owned, shared = screening(), screening(other), screening(organisation=office)
    client = browser()
    knows(client, owned, shared)
    sign_in(client)
    client.post(reverse("account_take_over"))
    for one, owner in ((stray, None), (owned, other), (shared, None)):
        one.refresh_from_db()
        assert one.owner == owner
    assert "screening.taken_over" not in logged(user)


@pytest.mark.usefixtures("uploads")
def test_what_stays_with_the_browser_is_gone_from_it_after_signing_out() -> None:
    person()
    client = browser()
    sent = screening()
    knows(client, sent)
    sign_in(client)
    client.post(reverse("account_logout"))
    assert client.get(reverse("screening", args=[sent.id])).status_code == 404


# pages, languages, caches


def every_address() -> list[str]:
    """Of every page of accounts, with words for what their addresses ask for."""
    words = {"uidb36": "1", "key": "x-y", "pk": 1, "provider_id": "city"}
    patterns = get_resolver("tenring.web.accounts.urls").url_patterns
    asked = {one.name: re.findall(r"<(?:\w+:)?(\w+)>", str(one.pattern)) for one in patterns}
    return [reverse(name, kwargs={one: words[one] for one in names}) for name, names in asked.items()]


@pytest.mark.django_db
@pytest.mark.parametrize("address", every_address())
@pytest.mark.parametrize("who", ["nobody", "somebody"])
def test_no_page_of_accounts_is_kept_by_a_browser_and_none_is_a_librarys(address: str, who: str) -> None:
    client = browser()
    if who == "somebody":
        client.force_login(person())
    answer = client.get(address)
    assert answer.status_code in {200, 302, 401, 403, 404, 405}
    if answer.status_code not in {403, 404, 405}:
        assert "no-store" in answer.headers["Cache-Control"]
    if answer.status_code == 200 and "html" in answer.headers["Content-Type"]:
        assert 'class="skip"' in text_of(answer)
        assert "<script>" not in text_of(answer)
        assert "style=" not in text_of(answer)


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_the_pages_speak_chinese_and_so_do_the_librarys_own_words(name: str) -> None:
    page = text_of(browser("zh-CN").get(reverse(name)))
    main = re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main>")])
    assert re.findall(r"[A-Za-z]{3,}", main.replace("API", "")) == []


def test_errors_and_mail_are_chinese_for_who_reads_chinese() -> None:
    client = browser("zh-CN")
    wrong = text_of(sign_in(client, ANNA, OTHER))
    alert = re.findall(r'role="alert">([^<]+)<', wrong)
    assert alert
    assert not re.search(r"[A-Za-z]", alert[0])
    weak = text_of(client.post(reverse("account_signup"), {"email": "x", "password1": "short"}))
    errors = re.findall(r"<li>([^<]+)</li>", "".join(re.findall(r'<ul class="errors".*?</ul>', weak, re.DOTALL)))
    assert errors
    assert [one for one in errors if not re.search(r"[\u4e00-\u9fff]", one)] == []
    sign_up(client)
    assert mail.outbox[-1].subject == "请确认您在十环 Tenring 的地址"
    assert User.objects.get().language == "zh"
