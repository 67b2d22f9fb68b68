"""A buyer's way in a real browser: from a file to its lines, a correction, another answer, and the next file; years."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tenring.settings import Settings
from web.browser.test_browser import RULES
from web.test_corrections import WHY, WORDS, Sample, csv, sample  # noqa: F401 - `sample` is a fixture

#: Signs somebody in on the served site, whatever its pages for that are: prints the key of the session.
_SIGN_IN = """
import django
django.setup()
from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.db import SessionStore
from tenring.web.accounts.models import User
user, _ = User.objects.get_or_create(username="li", first_name="Li", last_name="Wei")
session = SessionStore()
session[auth.SESSION_KEY] = str(user.pk)
session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(session.session_key)
"""
Visit = Callable[..., Any]


@pytest.fixture(scope="module")
def signed_in(site: str, home: Settings) -> dict[str, Any]:
    """What a browser remembers of somebody who is signed in."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("TENRING_", "DATABASE_URL"))}
    environ |= {"TENRING_HOME": str(home.home), "DJANGO_SETTINGS_MODULE": "tenring.web.core.settings"}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _SIGN_IN], env=environ, check=True, capture_output=True, text=True
    )
    cookie = {"name": "tenring_session", "value": done.stdout.strip(), "url": site}
    return {"storage_state": {"cookies": [cookie], "origins": []}}


def require_good(page: Any, name: str) -> None:
    """Accessible in light and dark, with everything open; nothing sticks out on a phone."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for details in page.query_selector_all("main details"):
        details.evaluate("one => one.open = true")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = axe.run(page, options={"runOnly": RULES})
        wrong = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]]
        assert wrong == [], (name, scheme)
    size = page.viewport_size
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.set_viewport_size(size)


@dataclass(frozen=True)
class Purchases:
    """A file with a line that no licence is found for, and the licence that it has."""

    file: Path
    licence: str


@pytest.fixture
def purchases(sample: Sample, tmp_path: Path) -> Purchases:  # noqa: F811 - the fixture
    """Such a file."""
    file = tmp_path / "采购.csv"
    file.write_text(csv(sample.day), encoding="utf-8")
    return Purchases(file, sample.id)


def keep(page: Any, name: str) -> None:
    """Keep the screening whose result is open."""
    page.fill("#name", name)
    page.click("form[action$=keep] button")
    page.wait_for_selector(f"text=Kept as {name}")


def choose_the_licence(page: Any, number: str) -> None:
    """On the page of a line: search for another licence, and say why it is this one."""
    page.click("text=Choose another licence")
    page.fill("#find", number)
    page.wait_for_selector("#licences input")
    require_good(page, "line")
    page.check("#licences input >> nth=0")
    page.fill("#why-choose", WHY)
    page.click("button[value=choose]")
    page.wait_for_selector("#decided")


def test_a_correction_is_made_counts_and_is_used_for_the_next_file_and_years_are_compared(
    visit: Visit,
    site: str,
    signed_in: dict[str, Any],
    screenshots: ModuleType,
    purchases: Purchases,
) -> None:
    file = purchases.file
    page = visit("/screen/", **signed_in)
    screenshots.screen(page, file)
    result = page.url
    page.click("text=See and correct the lines")
    require_good(page, "lines")
    page.fill("#text", "合同")
    page.wait_for_url("**/lines/?text=*")
    page.wait_for_selector("#lines >> text=1 line")
    page.click(".hit h2 a")
    assert "Missed" in page.text_content(".lead")
    choose_the_licence(page, purchases.licence.partition(":")[2])
    told = page.text_content("#decided")
    assert WHY in told
    assert "Li Wei" in told
    page.click("text=Screen again with corrections")
    page.click("text=What changed", timeout=60_000)
    page.wait_for_selector("#changed")
    assert "Green" in page.text_content("table >> nth=0")
    require_good(page, "changes")
    page.goto(result)
    keep(page, "First year")
    page.goto(f"{site}/screen/")
    screenshots.screen(page, file)
    keep(page, "Second year")
    page.click("text=See and correct the lines")
    page.click(f"text={WORDS}")
    assert "Green" in page.text_content(".lead")
    assert "a person's confirmation" in page.text_content("main")
    require_years_compared(page, site)


def require_years_compared(page: Any, site: str) -> None:
    """From the history to a comparison, to one year with its map, in both languages."""
    page.goto(f"{site}/screen/history/")
    require_good(page, "history")
    for box in page.query_selector_all("table input[type=checkbox]"):
        box.check()
    page.click(".compare-bar button")
    page.wait_for_selector("#shares")
    require_good(page, "compared")
    page.click("table >> nth=0 >> a >> nth=0")
    page.wait_for_selector(".treemap")
    require_good(page, "kept")
    page.click("a[data-language]")
    assert "已知绿色" in page.text_content("main")
    page.goto(f"{site}/screen/corrections/?lang=en")
    assert WORDS in page.text_content("main")
    require_good(page, "corrections")


def test_a_correction_can_be_made_without_scripts(
    visit: Visit,
    signed_in: dict[str, Any],
    sample: Sample,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    file = tmp_path / "plain.csv"
    file.write_text(csv(sample.day, "便携式计算机 合同第九号"), encoding="utf-8")
    page = visit("/screen/", java_script_enabled=False, **signed_in)
    page.set_input_files("#file", file)
    page.select_option("#economy", "CN")
    page.click("form.send button")
    for wanted in ("form[action$=start] button", ".headline"):
        while page.query_selector(wanted) is None:
            page.wait_for_timeout(500)
            page.reload()
        if wanted.startswith("form"):
            page.click(wanted)
    page.click("text=See and correct the lines")
    page.click("text=便携式计算机 合同第九号")
    page.click("text=Set the category")
    page.fill("#kind", "chairs")
    page.click("form:has(#kind) button")
    page.check("#categories input >> nth=0")
    page.fill("#why-category", "it is a chair")
    page.click("button[value=category]")
    assert "it is a chair" in page.text_content("#decided")
