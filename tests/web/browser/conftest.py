"""A real browser on a real server: `tenring serve` with its worker over the bundled samples."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tenring.settings import Settings

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture(scope="session")
def screenshots() -> ModuleType:
    """The script that makes the README's pictures: it serves and drives as these tests do."""
    spec = importlib.util.spec_from_file_location("docs_screenshots", DOCS / "screenshots.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def browser(screenshots: ModuleType) -> Iterator[Any]:
    """Debian's chromium, or a skip with the reason."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = screenshots.browser_path()
    if path is None:
        pytest.skip("no browser: install Debian's chromium to run these tests")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=list(screenshots.BROWSER_OPTIONS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def site(home: Settings, screenshots: ModuleType) -> Iterator[str]:
    """The address of the served samples."""
    with screenshots.serving(home.home) as address:
        yield address


Visit = Callable[..., Any]


@pytest.fixture
def visit(browser: Any, site: str) -> Iterator[Visit]:
    """Opens a page in a fresh browser of somebody; fails at the end if the page complained or left the site."""
    contexts, complaints, elsewhere = [], [], []

    def opened(address: str, *, width: int = 1280, language: str = "en-GB", **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 844}, locale=language, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith((site, "data:")) else elsewhere.append(asked.url))
        page.goto(site + address, wait_until="networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert elsewhere == []
