"""Pictures of the web application for the README, over the bundled samples: `make screenshots` makes them again."""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tenring.register.build import build
from tenring.register.search import Query
from tenring.register.search import search as search_snapshot
from tenring.register.snapshot import Snapshot
from tenring.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = Path(__file__).resolve().parent / "pictures"
#: Debian's browser first: nothing is downloaded.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: The renderer's own sandbox needs a user that is not root.
BROWSER_OPTIONS = ("--no-sandbox", "--force-color-profile=srgb", "--disable-lcd-text")
_PATIENCE = 60_000


@dataclass(frozen=True)
class Shot:
    """One picture: its name, what is visited, and as whom."""

    name: str
    address: str
    language: str = "en"
    scheme: str = "light"
    width: int = 1280
    height: int = 860


def browser_path() -> str | None:
    """The browser of this machine; None: there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The address of `tenring serve` over a home, as a process of its own with its worker, while the block runs."""
    command = [sys.executable, "-m", "tenring", "--lang", "en", "serve", "--port", "0", "--no-browser"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("TENRING_", "DATABASE_URL"))}
    environ |= {"TENRING_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own command
        try:
            told = server.stdout.readline() if server.stdout else ""
            found = re.search(r"http://\S+", told)
            if found is None:
                message = f"tenring serve did not start: {told!r}"
                raise RuntimeError(message)
            yield found[0].rstrip("/")
        finally:
            server.terminate()
            server.wait()


def shots(snapshot: Snapshot) -> list[Shot]:
    """What is pictured."""
    licence = search_snapshot(snapshot.folder, Query("", status="active", programme="china-environmental-label")).hits[
        0
    ]
    return [
        Shot("home", "/"),
        Shot("search", "/search?q=paper"),
        Shot("licence-zh-dark", f"/licence/{licence.licence_id}", language="zh", scheme="dark"),
        Shot("category", "/categories/paints"),
        Shot("phone-zh", "/search?q=纸", language="zh", width=390, height=780),
    ]


def take(browser: Browser, base: str, shot: Shot, folder: Path) -> None:
    """Visit and picture one page."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
        locale={"en": "en-GB", "zh": "zh-CN"}[shot.language],
    )
    page = context.new_page()
    page.goto(base + shot.address, wait_until="networkidle")
    page.screenshot(path=folder / f"{shot.name}.png")
    context.close()


def take_report(browser: Browser, base: str, sample: Path, folder: Path) -> None:
    """Send the sample purchases, have them screened, and picture the answer."""
    page = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB").new_page()
    page.goto(f"{base}/screen/")
    screen(page, sample)
    page.screenshot(path=folder / "screening.png")
    page.context.close()


def screen(page: Page, file: Path) -> None:
    """Send a file from the page of screenings and wait for the answer."""
    page.set_input_files("#file", file)
    page.select_option("#economy", "CN")
    page.click("form.send button")
    page.wait_for_selector("form[action$=start]", timeout=_PATIENCE)
    page.click("form[action$=start] button")
    page.wait_for_selector(".headline", timeout=_PATIENCE)


def main() -> None:
    """Make all pictures."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only who makes pictures needs it

    path = browser_path()
    if path is None:
        sys.exit("There is no browser: apt-get install chromium")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        built = build(settings, source=settings.samples / "registers", only=(), on=None)
        with serving(Path(folder)) as base, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(BROWSER_OPTIONS))
            for shot in shots(built.snapshot):
                take(browser, base, shot, PICTURES)
            take_report(browser, base, settings.samples / "purchases.xlsx", PICTURES)
            browser.close()


if __name__ == "__main__":
    main()
