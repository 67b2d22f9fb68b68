"""Eco Mark, by a Tenring feed."""

from __future__ import annotations

from pathlib import Path

from tenring.register.feed import Feed

FEED = Feed(Path(__file__).with_name("register.yml"))
rows, amend = FEED.rows, FEED.amend
