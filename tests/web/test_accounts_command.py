from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client
from django.urls import reverse

from tenring.__main__ import tenring
from tenring.web.accounts import operating
from tenring.web.accounts.models import Event, User

pytestmark = pytest.mark.django_db(transaction=True)

ANNA, PASSWORD = "anna@example.org", "ten rings of paper"
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """`tenring user …`, on the database of the tests."""
    monkeypatch.setattr("tenring.web.serve.prepare", lambda _: None)
    monkeypatch.setenv("TENRING_WHO", "operator")

    def ran(*words: str, given: str | None = None) -> Result:
        return CliRunner().invoke(tenring, ["--lang", "en", "user", *words], input=given)

    return ran


def path_of(link: str) -> str:
    found = re.match(r"https?://[^/]+(/account/password/\S+)", link)
    assert found
    return found[1]


def set_password(link: str, password: str) -> Any:
    client = Client(headers={"accept-language": "en"})
    where = client.get(path_of(link), follow=True).redirect_chain[-1][0]
    return client.post(where, {"password1": password, "password2": password}, follow=True)


def may_sign_in(password: str) -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": ANNA, "password": password})
    return client.get(reverse("account")).status_code == 200


def test_the_first_account_is_made_with_a_link_that_sets_its_password_once(run: Run) -> None:
    made = run("new", ANNA, "--name", "Anna Li")
    assert made.exit_code == 0, made.output
    link = made.stdout.strip()
    assert link.startswith("http://localhost:8000/account/password/")
    assert not may_sign_in("")
    assert "Your password was set" in set_password(link, "ten rings of paper").content.decode()
    assert may_sign_in("ten rings of paper")
    assert "used already" in Client(headers={"accept-language": "en"}).get(path_of(link), follow=True).content.decode()
    first = Event.objects.filter(what="account.made").get()
    assert (first.user, first.detail) == (User.objects.get(), {"by": "operator"})


def test_a_password_can_be_typed_instead_and_is_never_an_argument_or_shown(run: Run) -> None:
    made = run("new", ANNA, "--ask-password", given="ten rings of paper\nten rings of paper\n")
    assert made.exit_code == 0, made.output
    assert "ten rings" not in made.output
    assert may_sign_in("ten rings of paper")
    assert not [
        one
        for command in tenring.get_command(None, "user").commands.values()
        for one in command.params
        if one.name == "password"
    ]  # type: ignore[arg-type, union-attr]


def test_a_weak_password_makes_nothing(run: Run) -> None:
    answer = run("new", ANNA, "--ask-password", given="short\nshort\n")
    assert (answer.exit_code, User.objects.exists()) == (2, False)
    assert "at least 12" in answer.output


@pytest.mark.parametrize("address", ["anna", "anna@", ""])
def test_what_is_no_address_makes_nothing(run: Run, address: str) -> None:
    answer = run("new", address)
    assert (answer.exit_code, User.objects.exists()) == (2, False)
    assert "no e-mail address" in answer.output


def test_an_address_has_one_account(run: Run) -> None:
    run("new", ANNA)
    answer = run("new", "ANNA@Example.org")
    assert answer.exit_code == 2
    assert "tenring user reset" in answer.output
    assert User.objects.count() == 1


def test_the_list_says_who_is_there_and_no_secret(run: Run) -> None:
    run("new", ANNA, "--name", "Anna Li")
    (row,) = json.loads(run("list", "--json").stdout)
    assert (row["address"], row["name"], row["guarded_by"], row["is_open"]) == (ANNA, "Anna Li", [], True)
    assert "password" not in row
    assert ANNA in run("list").stdout


def test_a_reset_signs_out_ends_the_password_and_gives_a_link(run: Run) -> None:
    operating.new(ANNA, name="", language="en", password=PASSWORD, by="tests")
    client = Client()
    client.post(reverse("account_login"), {"login": ANNA, "password": "ten rings of paper"})
    answer = run("reset", ANNA, "--base", "https://green.example.org/")
    link = answer.stdout.strip()
    assert link.startswith("https://green.example.org/account/password/")
    assert client.get(reverse("account")).status_code == 302
    assert not may_sign_in("ten rings of paper")
    set_password(link, "eleven rings of wood")
    assert may_sign_in("eleven rings of wood")
    assert "account.link_made" in Event.objects.values_list("what", flat=True)


def test_an_account_is_closed_with_a_reason_and_opened_again(run: Run) -> None:
    operating.new(ANNA, name="", language="en", password=PASSWORD, by="tests")
    assert run("disable", ANNA).exit_code == 2, "a reason is asked for"
    assert run("disable", ANNA, "--why", "left the office").exit_code == 0
    assert not may_sign_in("ten rings of paper")
    assert Event.objects.get(what="account.disabled").why == "left the office"
    assert json.loads(run("enable", ANNA, "--json").stdout) == {"address": ANNA, "is_open": True}
    assert may_sign_in("ten rings of paper")


@pytest.mark.parametrize("words", [("reset",), ("disable", "--why", "x"), ("enable",)])
def test_somebody_who_is_not_there_is_an_error(run: Run, words: tuple[str, ...]) -> None:
    answer = run(words[0], "nobody@example.org", *words[1:])
    assert answer.exit_code == 2
    assert "tenring user list" in answer.output
