"""`tenring verify picture.png`: the way of the phone on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tenring.__main__ import tenring
from tenring.exceptions import UnusableInputError
from tenring.settings import Settings
from web.certified import ADDRESS, Certified, certified, printed_qr, qr_png

pytest.importorskip("zxingcpp")


@pytest.fixture
def programme(tmp_path: Path) -> Certified:
    return certified(Settings(), tmp_path / "home")[0]


def verify(programme: Certified, picture: bytes, *options: str, stdin: bool = False) -> Result:
    path = programme.settings.home / "scan.png"
    path.write_bytes(picture)
    given: Any = picture if stdin else None
    command = ["verify", "-" if stdin else str(path), *options]
    return CliRunner().invoke(tenring, command, input=given, env={"TENRING_HOME": str(programme.settings.home)})


@pytest.mark.parametrize("stdin", [False, True])
def test_a_picture_of_the_code_is_verified_as_the_certificate_is(programme: Certified, stdin: bool) -> None:
    held = verify(programme, printed_qr(ADDRESS), "--json", stdin=stdin)
    assert held.exit_code == 0, held.output
    assert json.loads(held.stdout)["validity"] == "valid"
    assert verify(programme, qr_png(programme.product), stdin=stdin).exit_code == 0
    programme.suspend()
    assert verify(programme, printed_qr(ADDRESS), stdin=stdin).exit_code == 1


def test_an_address_of_a_product_is_verified_without_a_picture(programme: Certified) -> None:
    told = CliRunner().invoke(
        tenring, ["verify", programme.product], env={"TENRING_HOME": str(programme.settings.home)}
    )
    assert told.exit_code == 0, told.output


def test_a_number_in_the_code_is_said_with_the_command_that_looks_it_up(programme: Certified) -> None:
    told = verify(programme, qr_png("CEC 0042"))
    assert isinstance(told.exception, UnusableInputError)
    assert "tenring search 'CEC 0042'" in str(told.exception)


def test_a_bundle_asks_nobody_not_even_for_what_a_picture_leads_to(programme: Certified, tmp_path: Path) -> None:
    bundle = tmp_path / "today.zip"
    bundle.write_bytes(b"never opened")
    told = verify(programme, qr_png(ADDRESS), "--bundle", str(bundle))
    assert isinstance(told.exception, UnusableInputError)
    assert "on the network" in str(told.exception)


def test_a_picture_without_a_code_is_unusable(programme: Certified) -> None:
    from PIL import Image  # noqa: PLC0415 - only here

    path = programme.settings.home / "white.png"
    Image.new("L", (200, 200), 255).save(path)
    told = verify(programme, path.read_bytes())
    assert isinstance(told.exception, UnusableInputError)
    assert "no QR code" in str(told.exception)
