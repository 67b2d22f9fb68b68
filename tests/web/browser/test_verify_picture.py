"""A visitor with a phone: a picture of the QR code, and the sentence that it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tenring.settings import Settings
from web.certified import ADDRESS, Certified, certified, printed_qr


@pytest.fixture(scope="module")
def programme(home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Certified:
    folder = tmp_path_factory.mktemp("certified")
    (folder / "snapshots").symlink_to(home.snapshots)
    return certified(home, folder)[0]


@pytest.fixture(scope="module")
def served(programme: Certified, screenshots: ModuleType) -> Iterator[str]:
    with screenshots.serving(programme.settings.home) as address:
        yield address


def answer_to(browser: Any, served: str, picture: Path, locale: str) -> str:
    """What a phone's visitor reads after sending a picture; the page is checked on the way."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale=locale)
    page = context.new_page()
    page.goto(f"{served}/verify/", wait_until="networkidle")
    assert page.get_attribute("#photo", "capture") == "environment"
    page.set_input_files("#photo", picture)
    page.click("#credential > button")
    page.wait_for_selector("#answer")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert [one["id"] for one in found.response["violations"]] == []
    text: str = page.text_content("#answer").strip()
    context.close()
    return text


def test_verify_by_qr_image(browser: Any, served: str, programme: Certified, tmp_path: Path) -> None:
    picture = tmp_path / "IMG_0001.png"
    picture.write_bytes(printed_qr(ADDRESS))
    assert [answer_to(browser, served, picture, locale) for locale in ("en-GB", "zh-CN")] == ["valid", "有效"]
    programme.suspend()
    assert [answer_to(browser, served, picture, locale) for locale in ("en-GB", "zh-CN")] == ["not valid", "无效"]
