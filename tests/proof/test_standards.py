"""Contexts and schemas are used only when they are the ones that are known by their hash."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tenring.exceptions import MaterialError
from tenring.proof.material import Documents, FirstOf, Held
from tenring.proof.standards import BY_ADDRESS, STANDARDS, Hashed, Pinned, Standards
from tenring.settings import Settings

AT = datetime(2026, 11, 28, tzinfo=UTC)
CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
UNTP = "https://vocabulary.uncefact.org/untp/0.7.0/context/"


def body_of(data: Path, address: str) -> bytes:
    return (data / BY_ADDRESS[address].files[0]).read_bytes()


def served(address: str, body: bytes) -> Documents:
    return Documents({address: Held(address, body, AT)})


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda standard: standard.address)
def test_every_standard_is_found_in_the_folder_of_real_data(data: Path, standard: object, tmp_path: Path) -> None:
    found = Standards(Settings(home=tmp_path, data=data)).find(standard.address)  # type: ignore[attr-defined]
    assert found is not None
    assert json.loads(found.body)
    assert found.fresh(AT.replace(year=2099))


def test_the_hashes_of_w3c_contexts_are_of_bytes_and_those_of_untp_of_content() -> None:
    assert BY_ADDRESS[CREDENTIALS].hashed is Hashed.BYTES
    assert BY_ADDRESS[UNTP].hashed is Hashed.CONTENT


def test_what_is_no_standard_is_not_ours(settings: Settings) -> None:
    assert Standards(settings).find("https://label.example/context") is None


def test_a_standard_that_is_not_at_hand_is_none(settings: Settings) -> None:
    assert Standards(settings).find(CREDENTIALS) is None


def test_a_fetched_standard_is_kept_in_the_home(data: Path, settings: Settings) -> None:
    standards = Standards(settings)
    standards.keep(Held(CREDENTIALS, body_of(data, CREDENTIALS), AT))
    found = standards.find(CREDENTIALS)
    assert found is not None
    assert found.body == body_of(data, CREDENTIALS)


def test_a_standard_that_is_indented_otherwise_is_the_same_content(data: Path, settings: Settings) -> None:
    compact = json.dumps(json.loads(body_of(data, UNTP)), separators=(",", ":")).encode()
    assert compact != body_of(data, UNTP)
    held = Pinned(served(UNTP, compact)).find(UNTP)
    assert held is not None
    assert Standards(settings).keep(held).is_file()


# attackers' row: context swapped by the network


def swapped(data: Path, address: str) -> bytes:
    """The context with one word that means another one now."""
    return body_of(data, address).replace(b"validUntil", b"validuntil", 1)


@pytest.mark.parametrize("address", [CREDENTIALS, UNTP])
def test_a_context_swapped_by_the_network_is_an_error_and_never_used(data: Path, address: str) -> None:
    body = swapped(data, address) if address == CREDENTIALS else body_of(data, address).replace(b"untp:", b"evil:", 1)
    with pytest.raises(MaterialError, match="It was not used"):
        Pinned(served(address, body)).find(address)


def test_a_context_swapped_in_a_bundle_is_an_error_though_the_right_one_is_at_hand(
    data: Path, settings: Settings
) -> None:
    bundle = served(CREDENTIALS, swapped(data, CREDENTIALS))
    with pytest.raises(MaterialError, match="It was not used"):
        Pinned(FirstOf((bundle, Standards(settings)))).find(CREDENTIALS)


def test_a_swapped_context_is_not_kept(data: Path, settings: Settings) -> None:
    with pytest.raises(MaterialError):
        Standards(settings).keep(Held(CREDENTIALS, swapped(data, CREDENTIALS), AT))
    assert not settings.standards.exists()


def test_a_context_changed_in_the_home_is_an_error(data: Path, settings: Settings) -> None:
    path = Standards(settings).keep(Held(CREDENTIALS, body_of(data, CREDENTIALS), AT))
    path.write_bytes(swapped(data, CREDENTIALS))
    with pytest.raises(MaterialError, match=path.name):
        Standards(settings).find(CREDENTIALS)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": 1, "a": 2}', b"[" * 100])
def test_a_page_in_the_place_of_a_schema_is_an_error(body: bytes) -> None:
    with pytest.raises(MaterialError, match="it is not JSON"):
        Pinned(served(UNTP, body)).find(UNTP)
