"""Accounts in a real browser: passkeys by Chromium's own virtual authenticator, phones, axe-core."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from tenring.settings import Settings

PASSWORD = "ten rings of paper"  # noqa: S105 - invented
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OUTSIDE = ("/account/sign-in", "/account/sign-up", "/account/password/forgotten", "/account/sign-up/sent")
INSIDE = (
    "/account/",
    "/account/log",
    "/account/addresses",
    "/account/password",
    "/account/codes/on",
    "/account/delete",
)


def made(home: Settings, address: str) -> str:
    """An account, made as an operator makes it."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TENRING_")}
    environ["TENRING_HOME"] = str(home.home)
    command = [sys.executable, "-m", "tenring", "user", "new", address, "--name", "Anna Li", "--ask-password"]
    given = f"{PASSWORD}\n{PASSWORD}\n"
    subprocess.run(command, env=environ, input=given, text=True, check=True, capture_output=True)  # noqa: S603 - ours
    return address


@pytest.fixture(scope="module")
def anna(home: Settings, site: str) -> str:
    """Somebody with a password; her address."""
    assert site
    return made(home, "anna@example.org")


def sign_in(page: Any, address: str) -> None:
    page.fill("#id_login", address)
    page.fill("#id_password", PASSWORD)
    page.click("main form.card button")


def sign_out(page: Any, site: str) -> None:
    page.click(".person summary")
    page.click(".person button")
    page.wait_for_selector(".sign-in")
    page.goto(f"{site}/account/sign-in")


def sure(page: Any) -> None:
    """Show again who it is, where it is asked."""
    if "/account/again" in page.url:
        page.fill("#id_password", PASSWORD)
        page.click("main form.card button")
        page.wait_for_url(lambda address: "/account/again" not in address)


@pytest.fixture
def inside(visit: Any, anna: str) -> Any:
    """A page of Anna, signed in."""
    page = visit("/account/sign-in")
    sign_in(page, anna)
    page.wait_for_selector(".person")
    return page


@dataclass
class Device:
    """A browser whose machine keeps passkeys, as telephones do; somebody there is signed in and has one."""

    page: Any
    devtools: Any
    id: str
    owner: str

    def somebody_is_there(self, *, yes: bool) -> None:
        """Whether the finger on it is the right one."""
        self.devtools.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": yes})


@pytest.fixture
def device(visit: Any, home: Settings, site: str, request: pytest.FixtureRequest) -> Device:
    """Chromium's virtual authenticator, and an account to which a passkey of it was added by its page."""
    owner = made(home, f"{request.node.name.replace(chr(95), chr(45))[:60]}@example.org")
    page = visit("/account/sign-in")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    id_ = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    sign_in(page, owner)
    page.wait_for_selector(".person")
    page.goto(f"{site}/account/passkeys/new")
    sure(page)
    page.fill("#id_name", "Telephone")
    page.click("form[data-passkey-form=create] button")
    page.wait_for_url("**/account/recovery")
    return Device(page, devtools, id_, owner)


def axe_finds(page: Any) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page, options={"runOnly": RULES})
    return [f"{page.url} {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]]


def looked_at(page: Any, site: str, addresses: tuple[str, ...]) -> list[str]:
    """What is wrong with pages: axe-core in both schemes, and what sticks out on a telephone."""
    wrong = []
    for address in addresses:
        page.goto(site + address, wait_until="networkidle")
        sure(page)
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": 1280, "height": 844})
            page.emulate_media(color_scheme=scheme)
            wrong += axe_finds(page)
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{address} sticks out at {width}")
    return wrong


def test_pages_before_signing_in_are_accessible_and_fit_a_phone(visit: Any, site: str) -> None:
    page = visit("/account/sign-in")
    assert looked_at(page, site, OUTSIDE) == []
    page.goto(site + "/account/sign-up")
    page.fill("#id_email", "new@example.org")
    page.fill("#id_password1", "short")
    page.click("main form.card button")
    assert page.get_attribute("#id_password1", "aria-invalid") == "true"
    assert axe_finds(page) == []


def test_pages_of_an_account_are_accessible_and_fit_a_phone(inside: Any, site: str) -> None:
    assert looked_at(inside, site, INSIDE) == []
    inside.goto(site + "/account/")
    inside.click(".person summary")
    assert axe_finds(inside) == []


def test_the_menu_works_with_the_keyboard_and_without_scripts(visit: Any, anna: str) -> None:
    page = visit("/account/sign-in", java_script_enabled=False)
    assert not page.is_visible("#with-passkey")
    sign_in(page, anna)
    page.wait_for_selector(".person")
    page.focus(".person summary")
    page.keyboard.press("Enter")
    page.focus(".person button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sign-in")


def test_a_passkey_is_added_by_a_page_and_kept_on_the_device(device: Device, site: str) -> None:
    page = device.page
    assert page.locator(".codes code").count() == 10
    (kept,) = device.devtools.send("WebAuthn.getCredentials", {"authenticatorId": device.id})["credentials"]
    assert kept["isResidentCredential"] is True
    page.goto(f"{site}/account/")
    assert "Telephone" in page.text_content("main")
    assert looked_at(page, site, ("/account/",)) == []


def test_a_passkey_signs_in_by_itself_and_leads_to_the_page_that_asked(device: Device, site: str) -> None:
    sign_out(device.page, site)
    device.page.goto(f"{site}/account/sign-in?next=/account/log")
    device.page.click("#with-passkey button")
    device.page.wait_for_selector(".person")
    assert device.page.url == f"{site}/account/log"
    assert "passkey added" in device.page.text_content("main")


def test_with_a_passkey_the_password_alone_opens_nothing(device: Device, site: str) -> None:
    page = device.page
    sign_out(page, site)
    sign_in(page, device.owner)
    page.wait_for_url("**/account/sign-in/second")
    assert axe_finds(page) == []
    page.click("form[data-passkey-form=get] button")
    page.wait_for_selector(".person")


def test_a_device_in_other_hands_signs_nobody_in_and_says_so(device: Device, site: str) -> None:
    page = device.page
    sign_out(page, site)
    device.somebody_is_there(yes=False)
    page.click("#with-passkey button")
    page.wait_for_selector("#with-passkey [data-problem]:not([hidden])")
    page.goto(f"{site}/account/")
    assert "/account/sign-in" in page.url


def test_a_passkey_that_was_removed_opens_nothing_any_more(device: Device, site: str) -> None:
    page = device.page
    page.goto(f"{site}/account/")
    page.click("main a[href$=remove]")
    page.click("main form.card button")
    page.wait_for_selector("text=There is none. With a passkey")
    sign_out(page, site)
    page.click("#with-passkey button")
    page.wait_for_selector("text=Incorrect code")
    sign_in(page, device.owner)
    page.wait_for_selector(".person")
