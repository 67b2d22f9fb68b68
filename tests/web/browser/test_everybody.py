"""Pages for everybody: in Chinese, light and dark, on a phone, by keyboard alone, in high contrast, on paper."""

from __future__ import annotations

from typing import Any

import pytest

from tenring.register.search import Query, search
from tenring.register.snapshot import Snapshot
from tenring.settings import Settings
from web.browser.test_browser import PAGES, RULES

#: Least size of what is pressed, in CSS pixels (WCAG 2.2, 2.5.8), is not among axe's rules unless asked for.
AXE = {"runOnly": RULES, "rules": {"target-size": {"enabled": True}}}


def address_of(page: str, home: Settings) -> str:
    hits = search(Snapshot.open(home).folder, Query("paper")).hits
    return PAGES[page].format(licence=hits[0].licence_id, other=hits[1].licence_id)


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_chinese_on_a_phone_light_and_dark(visit: Any, home: Settings, name: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(address_of(name, home), width=390, language="zh-CN")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for details in page.query_selector_all("main details"):
        details.evaluate("one => one.open = true")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = axe.run(page, options=AXE)
        assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]] == []


def focused(page: Any, selector: str) -> bool:
    """Whether the focus is on, or in, what a selector names."""
    found: bool = page.evaluate("what => document.activeElement.closest(what) !== null", selector)
    return found


def tab_to(page: Any, selector: str, *, most: int = 120) -> None:
    """Press Tab until the focus is on what a selector names; it can be seen at every stop."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if not focused(page, "body > *"):
            break
        seen = page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'")
        assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if focused(page, selector):
            return
    pytest.fail(f"Tab does not come to {selector}")


def test_filters_and_comparing_need_no_mouse(visit: Any) -> None:
    page = visit("/search?q=paper")
    tab_to(page, ".facet a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".facet a[aria-current]")
    for place in (1, 2):
        tab_to(page, f".hit:nth-child({place}) input[type=checkbox]")
        page.keyboard.press("Space")
    tab_to(page, ".compare-bar button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare?id=*")
    assert len(page.query_selector_all("thead a")) == 2


def test_the_focus_is_caught_nowhere(visit: Any) -> None:
    page = visit("/search?q=paper")
    tab_to(page, "footer a", most=200)
    page.keyboard.press("Shift+Tab")
    assert focused(page, "main")


def test_the_skip_link_leads_past_the_navigation(visit: Any) -> None:
    page = visit("/programmes/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page, "main")


@pytest.mark.parametrize("key", ["/", "s", "?"])
def test_no_single_key_does_anything(visit: Any, key: str) -> None:
    page = visit("/search?q=paper")
    page.keyboard.press(key)
    assert page.evaluate("document.activeElement === document.body")


def test_colours_of_ones_own_leave_what_figures_mean(visit: Any, home: Settings) -> None:
    page = visit(address_of("licence", home), forced_colors="active")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    colour = "getComputedStyle(document.querySelector('figcaption .dot')).backgroundColor"
    assert page.evaluate(colour) != page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert page.evaluate("getComputedStyle(document.querySelector('.chip')).borderStyle") == "solid"


def test_who_wants_more_contrast_gets_it(visit: Any) -> None:
    page = visit("/search?q=paper", contrast="more")
    assert page.evaluate("matchMedia('(prefers-contrast: more)').matches")
    read = "what => getComputedStyle(document.querySelector(what)).color"
    assert page.evaluate(read, ".hit p") == page.evaluate(read, "body")


def test_a_licence_on_paper_is_the_licence_alone(visit: Any, home: Settings) -> None:
    page = visit(address_of("licence", home))
    page.emulate_media(media="print")
    for hidden in (".top nav", ".languages", "footer nav"):
        assert not any(one.is_visible() for one in page.query_selector_all(hidden))
    assert page.is_visible("h1")
    assert page.is_visible("table")
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    assert 1 <= paper.count(b"/Type /Page\n") <= 4
