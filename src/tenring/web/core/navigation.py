"""What the top of every page leads to: pages that exist, in the order in which visitors need them."""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse

from tenring.language import N, T

#: Name in `urls.py` and title of each page.
_PAGES: tuple[tuple[str, str], ...] = (
    ("search", N("Search")),
    ("categories", N("Categories")),
    ("criteria", N("Criteria")),
    ("programmes", N("Programmes")),
    ("economies", N("Economies")),
    ("screenings", N("Screen purchases")),
    ("verify", N("Verify")),
)


#: Pages for those who are signed in.
_OWN_PAGES: tuple[tuple[str, str], ...] = (("products", N("My products")),)


def navigation(*, signed_in: bool = False) -> list[tuple[str, str]]:
    """Address and title of each page, in the language in use."""
    return [(address(name), T(title)) for name, title in (*_PAGES, *(_OWN_PAGES if signed_in else ()))]


@lru_cache(maxsize=256)
def address(name: str) -> str:
    """The address of a page that there is once; it never changes, and every page names many."""
    return reverse(name)
