"""Organisations in a real browser: the way from a new one to a member's upload, seen on all its pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tenring.settings import Settings

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Somebody with an account, signed in: how one signs in is another matter.
SIGNED_IN = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
from tenring.web.accounts.models import User
cookies = {}
for name in ("ann", "bob"):
    user = User.objects.create_user(name, f"{name}@example.org")
    browser = Client()
    browser.force_login(user)
    cookies[name] = browser.cookies[settings.SESSION_COOKIE_NAME].value
print(json.dumps([settings.SESSION_COOKIE_NAME, cookies]))
"""


@pytest.fixture(scope="module")
def people(site: str, home: Settings) -> dict[str, dict[str, str]]:
    """The cookies of two people who are signed in at the served site."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TENRING_")}
    environ |= {"TENRING_HOME": str(home.home), "DJANGO_SETTINGS_MODULE": "tenring.web.core.settings"}
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", SIGNED_IN], env=environ, capture_output=True, text=True, check=True
    )
    name, cookies = json.loads(done.stdout)
    return {who: {"name": name, "value": value, "url": site} for who, value in cookies.items()}


@pytest.fixture
def browser_of(browser: Any, people: dict[str, dict[str, str]]) -> Iterator[Any]:
    """Opens a window of somebody; fails at the end if a page complained."""
    contexts, complaints = [], []

    def opened(who: str, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": 1280, "height": 844}, locale="en-GB", **options)
        context.add_cookies([people[who]])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def looked_at(page: Any) -> None:
    """Nothing to mend for axe in light and dark, nothing sticks out on a phone."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = axe.run(page, options={"runOnly": RULES}).response["violations"]
        assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found] == []
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 844})


def test_one_makes_an_organisation_invites_another_and_both_see_its_screenings(browser_of: Any, site: str) -> None:
    ann = browser_of("ann")
    ann.goto(f"{site}/organisations/")
    looked_at(ann)
    ann.fill("#name", "City of Aldrune")
    ann.click("form.send button")
    ann.wait_for_selector("#members")
    city = ann.url
    assert ann.eval_on_selector("#acting", "one => one.selectedOptions[0].text") == "City of Aldrune"
    ann.fill("#email", "bob@example.org")
    ann.select_option("#role", "buyer")
    ann.check("#any_address")
    ann.click("form[action$=invitations] button")
    link = ann.input_value("#link")
    assert link.startswith(f"{site}/invitations/")
    looked_at(ann)

    bob = browser_of("bob", java_script_enabled=False)
    bob.goto(link)
    bob.click("main form button")
    assert bob.url == city
    bob.goto(f"{site}/screen/")
    purchases = {"name": "ours.csv", "mimeType": "text/csv", "buffer": b"date,description\n2026-03-01,copy paper\n"}
    bob.set_input_files("#file", purchases)
    bob.click("form.send button")
    assert "Sent by bob@example.org for City of Aldrune" in bob.inner_text("main")

    for address in ("screen/", f"{city.removeprefix(site)[1:]}log", f"{city.removeprefix(site)[1:]}keys", "keys/"):
        ann.goto(f"{site}/{address}")
        looked_at(ann)
    ann.goto(f"{site}/screen/")
    assert "ours.csv" in ann.inner_text("main")
    ann.goto(f"{city}log")
    assert "purchases uploaded" in ann.inner_text("table")


def test_the_switch_works_without_scripts_and_stays_on_the_page(browser_of: Any, site: str) -> None:
    page = browser_of("bob", java_script_enabled=False)
    page.goto(f"{site}/programmes/")
    page.select_option("#acting", "")
    page.click(".acting button")
    assert page.url == f"{site}/programmes/"
    assert page.eval_on_selector("#acting", "one => one.selectedOptions[0].text") == "yourself"
