from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx
import pytest

from register.toy import HEADER, NOW, REGISTER, Toy, pen
from tenring.exceptions import FetchError
from tenring.register.build import build
from tenring.register.definition import RegisterDefinition, load_registers
from tenring.register.fetch import TRIES, fetch, metadata_of
from tenring.settings import Settings

CSV = (HEADER + "\n" + pen("1") + "\n").encode()
Handler = Callable[[httpx.Request], httpx.Response]


def toy_register(folder: Path, register: str = REGISTER) -> tuple[Settings, RegisterDefinition]:
    settings = Toy.make(folder, register).settings
    return settings, load_registers(settings.catalog)["toy"]


def client(handler: Handler) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(handler))


def no_sleep(_seconds: float) -> None:
    return None


def test_a_file_is_fetched_with_its_metadata_and_then_only_when_it_changed(tmp_path: Path) -> None:
    settings, register = toy_register(tmp_path)
    asked: list[httpx.Request] = []

    def publisher(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.headers.get("If-None-Match") == '"v1"':
            return httpx.Response(304)
        return httpx.Response(
            200, content=CSV, headers={"ETag": '"v1"', "Last-Modified": "Mon, 01 Dec 2025 00:00:00 GMT"}
        )

    for changed in (True, False, False):
        (result,), without = fetch(settings, register, lists=["pens"], client=client(publisher), sleep=no_sleep)
        assert (result.changed, without) == (changed, [])
    assert result.path == settings.fetched / "toy" / "pens.csv"
    assert result.path.read_bytes() == CSV
    known = metadata_of(result.path)
    assert (known.address, known.etag, known.bytes) == ("https://toy.example/pens.csv", '"v1"', len(CSV))
    assert asked[0].url == "https://toy.example/pens.csv"
    assert asked[-1].headers["If-Modified-Since"] == "Mon, 01 Dec 2025 00:00:00 GMT"


def test_what_was_fetched_is_built_with_the_day_it_was_fetched(tmp_path: Path) -> None:
    settings, register = toy_register(tmp_path)
    (result,), _ = fetch(settings, register, lists=["pens"], client=client(lambda _: httpx.Response(200, content=CSV)))
    built = build(settings, source=settings.fetched, index=lambda _: None, now=NOW)
    (report,) = built.lists
    assert report.read_on == result.file.fetched_at.date() >= date(2025, 1, 1)
    assert report.read_on_by == "day it was fetched"
    assert report.files[0].address == "https://toy.example/pens.csv"
    assert built.unknown_files == ()


def test_the_publisher_is_asked_slowly_and_waited_for(tmp_path: Path) -> None:
    settings, register = toy_register(tmp_path)
    answers = [httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(503), httpx.Response(200, content=CSV)]
    waited: list[float] = []
    answers.append(httpx.Response(200, content=CSV))
    done, _ = fetch(settings, register, client=client(lambda _: answers.pop(0)), sleep=waited.append)
    assert [result.list_id for result in done] == ["pens", "withdrawn-pens"]
    assert waited == [7.0, 2.0, register.source.pause_seconds]


def test_it_gives_up_after_some_tries_and_keeps_the_old_file(tmp_path: Path) -> None:
    settings, register = toy_register(tmp_path)
    fetch(settings, register, lists=["pens"], client=client(lambda _: httpx.Response(200, content=CSV)))
    waited: list[float] = []
    with pytest.raises(FetchError, match=f"asked {TRIES} times"):
        fetch(settings, register, lists=["pens"], client=client(lambda _: httpx.Response(503)), sleep=waited.append)
    assert len(waited) == TRIES
    assert (settings.fetched / "toy" / "pens.csv").read_bytes() == CSV


def unreachable(request: httpx.Request) -> httpx.Response:
    message = "no route"
    raise httpx.ConnectError(message, request=request)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda _: httpx.Response(404), "answered 404"),
        (lambda _: httpx.Response(200, content=b""), "empty file"),
        (lambda _: httpx.Response(200, html="<p>down</p>"), "web page"),
        (lambda _: httpx.Response(200, content=b"x" * 2000), "larger than 1,000 bytes"),
        (lambda _: httpx.Response(302, headers={"Location": "http://toy.example/pens.csv"}), "not https"),
        (lambda _: httpx.Response(302, headers={"Location": "/again"}), "redirects"),
        (unreachable, "cannot be reached: no route"),
    ],
)
def test_a_file_that_cannot_be_had_is_explained_and_leaves_nothing(
    tmp_path: Path, answer: Handler, message: str
) -> None:
    settings, register = toy_register(tmp_path)
    settings = Settings(home=settings.home, catalog=settings.catalog, max_file_bytes=1000)
    with pytest.raises(FetchError, match=message):
        fetch(settings, register, lists=["pens"], client=client(answer), sleep=no_sleep)
    assert list((settings.fetched / "toy").iterdir()) == []


def test_a_register_without_an_open_download_says_what_to_do(tmp_path: Path) -> None:
    closed = REGISTER.replace("source: {", "source: {access: {kind: account, why: Ask the toy office for a key}, ")
    settings, register = toy_register(tmp_path, closed)
    with pytest.raises(FetchError, match="Ask the toy office for a key"):
        fetch(settings, register)


def test_a_list_without_an_address_is_named(tmp_path: Path) -> None:
    settings, register = toy_register(tmp_path, REGISTER.replace("{list}", "{resource}"))
    done, without = fetch(settings, register, client=client(unreachable))
    assert done == []
    assert [missing.list_id for missing in without] == ["pens", "withdrawn-pens"]
    with pytest.raises(FetchError, match="no list rubbers"):
        fetch(settings, register, lists=["rubbers"])
