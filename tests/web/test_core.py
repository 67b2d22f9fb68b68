from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.test import Client

from tenring.exceptions import UnusableInputError
from tenring.web.core import secret
from tenring.web.core.middleware import CONTENT_SECURITY_POLICY

# the key


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = secret.kept(tmp_path / "home")
    path = tmp_path / "home" / secret.FILE_NAME
    assert secret.kept(tmp_path / "home") == first
    assert len(first) >= 48
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "home").iterdir()] == [secret.FILE_NAME]


def test_loading_the_settings_writes_no_key(tmp_path: Path) -> None:
    assert len(secret.at_hand(tmp_path)) >= 48
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / secret.FILE_NAME).write_text("short\n", encoding="ascii")
    with pytest.raises(UnusableInputError, match="too short"):
        secret.kept(tmp_path)


def test_a_key_that_was_set_is_long_enough() -> None:
    assert secret.long_enough("k" * 32) == "k" * 32
    with pytest.raises(UnusableInputError, match="TENRING_SECRET_KEY"):
        secret.long_enough("short")


# headers and language


def test_nothing_from_other_sites_and_nothing_inline_may_run(visitor: Client) -> None:
    headers = visitor.get("/").headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_a_page_speaks_the_language_of_the_browser() -> None:
    chinese = Client(headers={"accept-language": "zh-CN,zh;q=0.9"}).get("/").content.decode()
    assert '<html lang="zh-Hans">' in chinese
    assert "绿色" in chinese


def test_the_language_that_was_chosen_is_remembered_and_wins(visitor: Client) -> None:
    assert '<html lang="zh-Hans">' in visitor.get("/?lang=zh").content.decode()
    assert '<html lang="zh-Hans">' in visitor.get("/").content.decode()
    assert '<html lang="en">' in visitor.get("/?lang=en").content.decode()


def test_the_switch_keeps_the_page_and_its_question(visitor: Client) -> None:
    page = visitor.get("/search?q=paper&category=copy-paper").content.decode()
    assert 'href="/search?q=paper&amp;category=copy-paper&amp;lang=zh"' in page


def test_no_cookie_is_set_for_somebody_who_only_reads(visitor: Client) -> None:
    assert not visitor.get("/").cookies


# health and errors


@pytest.mark.django_db
def test_it_is_ready_when_database_and_register_are(visitor: Client) -> None:
    assert visitor.get("/healthz").json()["alive"] is True
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


@pytest.mark.django_db
@pytest.mark.usefixtures("_empty_home")
def test_it_is_not_ready_without_a_register_and_says_what_to_do(visitor: Client) -> None:
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert "tenring register build" in answer.json()["checks"]["register"]
    page = visitor.get("/")
    assert page.status_code == 503
    assert "tenring register build" in page.content.decode()


def test_a_page_that_is_not_there_says_so_in_our_words(visitor: Client) -> None:
    answer = visitor.get("/nothing-here")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_another_host_is_refused() -> None:
    assert Client(headers={"host": "evil.example"}).get("/").status_code == 400


def test_static_files_are_addressed_by_their_content(visitor: Client) -> None:
    page = visitor.get("/").content.decode()
    assert "/static/tenring/style.css?v=" in page
    assert "https://" not in page.split("</head>")[0]
