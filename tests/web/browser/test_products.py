"""The way of a supplier in a real browser: values by a form, the answer, the labels wanted, the tests they need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tenring.settings import Settings

#: Somebody signed in, of an organisation, made in the database of the server; prints the session's key.
SIGN_IN = """
import django; django.setup()
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from tenring.web.accounts.models import Membership, Organisation, User
user = User.objects.create(username="supplier", email="supplier@example.org")
Membership.objects.create(user=user, organisation=Organisation.objects.create(name="Hexlowe Boards"), role="editor")
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session["organisation"] = str(user.memberships.get().organisation_id)
session.save()
print(session.session_key)
"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WANTED = "want=gb-18580/wood-panels&want=chemverbotsv/wood-panels&on=2024-06-01"


@pytest.fixture(scope="module")
def session(site: str, home: Settings) -> dict[str, Any]:
    """The browser's state of somebody who is signed in."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("TENRING_", "DATABASE_URL"))}
    environ |= {"TENRING_HOME": str(home.home), "DJANGO_SETTINGS_MODULE": "tenring.web.core.settings"}
    command = [sys.executable, "-c", SIGN_IN]
    made = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)  # noqa: S603 - our own command
    host = site.removeprefix("http://").partition(":")[0]
    cookie = {"name": "tenring_session", "value": made.stdout.split()[-1], "domain": host, "path": "/", "expires": -1,
              "httpOnly": True, "secure": False, "sameSite": "Lax"}  # fmt: skip
    return {"cookies": [cookie], "origins": []}


def enter(page: Any, title: str, value: str, **fields: str) -> None:
    """Fill in the row of a measurand, wherever it stands, and save its group."""
    row = page.locator("fieldset.value").filter(has=page.locator("legend", has_text=title)).first
    row.evaluate("one => { one.closest('details.group').open = true; one.querySelector('details').open = true; }")
    place = row.locator("[name$=-value]")
    if place.evaluate("one => one.tagName") == "SELECT":
        place.select_option(value)
    else:
        place.fill(value)
    for name, text in fields.items():
        field = row.locator(f"[name$=-{name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)
    row.locator("xpath=ancestor::form").get_by_role("button").last.click()
    page.wait_for_url("**/values?saved=*")


def test_from_a_form_to_the_answer_to_the_tests_that_are_needed(visit: Any, session: dict[str, Any]) -> None:
    page = visit("/products/", storage_state=session)
    page.fill("#name", "MDF board")
    page.select_option("#category", "wood-panels")
    page.click("form[action='/products/'] button")
    page.wait_for_url("**/values")
    report = {"document_kind": "test_report", "date": "2024-04-15", "laboratory": "Example Laboratory"}
    enter(page, "Formaldehyde emission", "0.0900", unit="ppmv", method="ASTM E1333", **report)
    page.evaluate("document.querySelector('#free').open = true")
    rows = page.locator("#free fieldset").count()
    page.locator("#free #more a").click()
    page.wait_for_function("count => document.querySelectorAll('#free fieldset').length > count", arg=rows)
    last = page.locator("#free fieldset").last
    last.locator("[name$=-property]").fill("panel_resin_class")
    last.locator("[name$=-value]").fill("other")
    page.locator("#free form > button").click()
    page.wait_for_url("**/values?saved=*")
    page.click("main p a.button")
    page.wait_for_selector(".answer")
    page.fill("#on", "2024-06-01")
    page.click("form.row button")
    page.wait_for_url("**on=2024-06-01")
    assert "0.0900 ppmv" in page.content()
    for name in ("gb-18580", "chemverbotsv"):
        page.locator(f"input[name=want][value^='{name}/']").check()
    page.click(".bottom button")
    page.wait_for_selector("#measured")
    prices = page.locator("input[name=price]")
    before = prices.count()
    assert before >= 1
    for place in range(before):
        prices.nth(place).fill("1200.50")
    page.fill("#currency", "EUR")
    page.click("form[action$=prices] button")
    page.wait_for_selector(".tiles")
    assert "EUR" in page.text_content(".tiles")


@pytest.fixture(scope="module")
def product(browser: Any, site: str, session: dict[str, Any]) -> str:
    """The address of a product with a value."""
    context = browser.new_context(storage_state=session)
    page = context.new_page()
    page.goto(f"{site}/products/")
    file = {
        "name": "product.yml",
        "mimeType": "text/yaml",
        "buffer": Path(__file__).with_name("board.yml").read_bytes(),
    }
    page.set_input_files("#file", file)
    page.click("form[action$=import] button")
    page.wait_for_url("**/imports/**")
    page.goto(f"{site}/products/")
    page.locator("tbody a", has_text="A sent board").click()
    page.wait_for_selector(".answer")
    address = str(page.url).removeprefix(site)
    context.close()
    return address


@pytest.mark.parametrize("what", ["list", "answer", "values", "tests", "prices"])
def test_pages_are_accessible_light_and_dark_and_fit_a_phone(
    visit: Any, session: dict[str, Any], product: str, what: str
) -> None:
    addresses = {"list": "/products/", "answer": product, "values": f"{product}values", "prices": "/products/prices",
                 "tests": f"{product}tests?{WANTED}"}  # fmt: skip
    page = visit(addresses[what], storage_state=session)
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = axe.run(page, options={"runOnly": RULES})
        assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]] == []
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("a[data-language]")
    page.wait_for_url("**lang=zh*")
    assert "我的产品" in page.text_content("nav")


def test_the_form_works_without_scripts(visit: Any, session: dict[str, Any], product: str) -> None:
    page = visit(f"{product}values?more=1", storage_state=session, java_script_enabled=False)
    last = page.locator("#free fieldset").last
    last.locator("[name$=-property]").fill("panel_resin_class")
    last.locator("[name$=-value]").fill("other")
    page.locator("#free form > button").click()
    page.wait_for_url("**/values?saved=*")
    assert "Class of resin of a panel" in page.content()
