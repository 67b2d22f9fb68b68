from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from tenring.register.search import Query, search
from tenring.register.snapshot import Snapshot
from tenring.settings import Settings

#: The ten main pages; the licence's address is put in.
PAGES = {
    "home": "/",
    "search": "/search?q=paper",
    "search in a category": "/search?category=refrigerators",
    "licence": "/licence/{licence}",
    "compare": "/compare?id={licence}&id={other}",
    "categories": "/categories/",
    "category": "/categories/paints",
    "programmes": "/programmes/",
    "programme": "/programmes/china-environmental-label",
    "economies": "/economies/",
    "economy": "/economies/CN",
    "criteria": "/criteria/",
    "revision": "/criteria/eu-ecolabel/furniture/2016-07-28",
    "criteria compared": "/criteria/compare?first=blue-angel/furniture&second=eu-ecolabel/furniture",
    "screenings": "/screen/",
    "verify": "/verify",
}
#: On the wire, pictures that are drawn into the page included.
MOST_BYTES = 150_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True)
class Seen:
    """A page that is open, with what was asked for and what the browser complained of while it was loaded."""

    page: Any
    requests: list[Any]
    complaints: list[str]
    site: str


@pytest.fixture(scope="module", params=PAGES)
def seen(request: pytest.FixtureRequest, browser: Any, site: str, home: Settings) -> Iterator[Seen]:
    """Each main page in turn, loaded once."""
    hits = search(Snapshot.open(home).folder, Query("paper")).hits
    address = PAGES[request.param].format(licence=hits[0].licence_id, other=hits[1].licence_id)
    context = browser.new_context(viewport={"width": 1280, "height": 844}, locale="en-GB")
    page = context.new_page()
    requests: list[Any] = []
    complaints: list[str] = []
    page.on("requestfinished", lambda one: requests.append(one))  # noqa: PLW0108 - playwright marks what it calls
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.goto(site + address, wait_until="networkidle")
    yield Seen(page, requests, complaints, site)
    context.close()


# accessible, small, nothing from elsewhere


def test_no_request_leaves_the_site_and_the_browser_has_no_complaint(seen: Seen) -> None:
    assert [one.url for one in seen.requests if not one.url.startswith((seen.site, "data:"))] == []
    assert seen.complaints == []


def test_a_page_weighs_little(seen: Seen) -> None:
    sizes = {one.url: one.sizes()["responseBodySize"] for one in seen.requests}
    assert 0 < sum(sizes.values()) < MOST_BYTES, sizes


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_mend(seen: Seen, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    seen.page.set_viewport_size({"width": 1280, "height": 844})
    seen.page.emulate_media(color_scheme=scheme)
    for details in seen.page.query_selector_all("main details"):
        details.evaluate("one => one.open = true")
    found = axe.run(seen.page, options={"runOnly": RULES})
    assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]] == []


@pytest.mark.parametrize("width", [390, 320])
def test_nothing_sticks_out_on_a_phone(seen: Seen, width: int) -> None:
    seen.page.set_viewport_size({"width": width, "height": 844})
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


# ways through the pages


def test_from_a_search_to_the_product_to_its_programme(visit: Any) -> None:
    page = visit("/")
    page.fill("#q", "paper")
    page.wait_for_selector(".suggestions a")
    page.click("form.find button")
    page.wait_for_selector(".hit")
    page.click(".hit h2 a")
    page.wait_for_selector("h1")
    assert "/licence/" in page.url
    page.click("dl.facts a")
    assert "/programmes/" in page.url
    assert page.text_content("h1")


def test_the_list_follows_what_is_typed_and_the_address_follows_the_list(visit: Any) -> None:
    page = visit("/search")
    everything = page.text_content("#count b")
    page.fill("#q", "paper")
    page.wait_for_function("before => document.querySelector('#count b').textContent !== before", arg=everything)
    page.wait_for_url("**/search?q=paper")
    page.go_back()
    page.wait_for_function("before => document.querySelector('#count b').textContent === before", arg=everything)


def test_the_language_switch_keeps_the_page_as_it_is_now(visit: Any) -> None:
    page = visit("/search")
    page.fill("#q", "paper")
    page.wait_for_url("**/search?q=paper")
    page.click("a[data-language]")
    page.wait_for_url("**/search?q=paper&lang=zh")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    assert page.input_value("#q") == "paper"
    page.click("nav a[href='/economies/']")
    assert page.text_content("h1") == "经济体"


def test_five_can_be_ticked_and_no_sixth(visit: Any) -> None:
    page = visit("/search")
    boxes = page.query_selector_all(".hit input[type=checkbox]")
    for box in boxes[:5]:
        box.check()
    assert boxes[5].is_disabled()
    page.click(".compare-bar button")
    page.wait_for_selector("table")
    assert len(page.query_selector_all("thead a")) == 5


def test_everything_can_be_done_with_the_keyboard(visit: Any) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "q":
            break
    page.keyboard.type("paper")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=paper")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.hit h2') !== null"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_url("**/licence/**")


def test_a_file_is_sent_understood_screened_and_its_report_read(
    visit: Any, screenshots: ModuleType, home: Settings
) -> None:
    page = visit("/screen/")
    screenshots.screen(page, home.samples / "purchases.xlsx")
    assert "%" in page.text_content(".headline h2")
    page.click(".headline a.button")
    page.wait_for_selector("h1")
    assert page.url.endswith("report.html")
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.emulate_media(media="screen")
    page.go_back()
    page.click("form.remove button")
    page.wait_for_url("**/screen/")
    assert "purchases.xlsx" not in page.content()


def test_pages_work_without_scripts(visit: Any) -> None:
    page = visit("/", java_script_enabled=False)
    page.fill("#q", "paper")
    page.click("form.find button")
    page.click(".hit h2 a")
    assert "/licence/" in page.url
    page.click("a[data-language]")
    assert page.get_attribute("html", "lang") == "zh-Hans"


def test_motion_can_be_switched_off(visit: Any) -> None:
    page = visit("/", reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
