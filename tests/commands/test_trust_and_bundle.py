"""`tenring trust` and `tenring bundle`, from the first key to a bundle that answers alone."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tenring.__main__ import tenring
from tenring.proof.answers import Outcome
from tenring.proof.bundle import open_bundle
from tenring.proof.material import Held
from tenring.proof.sources import sources
from tenring.proof.standards import BY_ADDRESS, STANDARDS
from tenring.proof.trust.load import load_trust
from tenring.proof.trust.roots import read_roots
from tenring.settings import Settings

NETWORK = "did:web:network.example"
BLUE = "did:web:network.example:programmes:blue-angel"
WEB = "https://network.example"
PASSPHRASES = {
    "root-1": "one holder keeps this", "root-2": "another keeps that", "bundles": "for the daily bundle",
    "network-1": "for identity anchors", "blue-1": "for the certificates",
}  # fmt: skip


class Shell:
    """Runs commands in one home, with the passphrase of the key that they use."""

    def __init__(self, home: Path) -> None:
        self.home, self.public = home, home / "public"
        self.settings = Settings(home=home / "home")

    def run(self, *words: str, key: str | None = None, exit_code: int = 0) -> Result:
        environment: dict[str, str | None] = {"TENRING_HOME": str(self.settings.home), "TENRING_WHO": "Li Wei"}
        environment |= dict.fromkeys(("TENRING_DATA", "TENRING_ROOTS", "TENRING_ALLOW_NETWORKS"))
        if key is not None:
            environment["TENRING_PASSPHRASE"] = PASSPHRASES[key]
        result = CliRunner().invoke(tenring, list(words), env=environment)
        assert result.exit_code == exit_code, result.output
        return result

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json").stdout)

    def key(self, name: str, *words: str) -> str:
        self.run("keys", "new", name, *words, key=name)
        return next(kept["public_key"] for kept in self.json("keys", "list") if kept["name"] == name)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A network whose roots are pinned, whose list is published, and which recognises one programme."""
    shell = Shell(tmp_path_factory.mktemp("trust"))
    roots = shell.home / "roots.json"
    first = shell.key("root-1", "--purpose", "root", "--holder", "Li Wei")
    second = shell.key("root-2", "--purpose", "root", "--holder", "Ana Silva")
    daily = shell.key("bundles", "--purpose", "status")
    shell.key("network-1", "--did", NETWORK)
    shell.key("blue-1", "--did", BLUE)
    shell.run("keys", "publish", "--out", str(shell.public))
    shell.run(
        "trust", "roots", "--make", str(roots), "--network", NETWORK, "--list", f"{WEB}/trust/list.json",
        "--root", f"Li Wei={first}", "--root", f"Ana Silva={second}", "--publisher", daily,
    )  # fmt: skip
    shell.run("trust", "roots", "--pin", str(roots), "--why", "compared by telephone")
    shell.run(
        "trust", "add", "blue-angel", "--did", BLUE, "--category", "computer-displays", "--from", "2020-01-01",
        "--anchor", f"{WEB}/anchors/blue-angel.json", "--why", "council of 3 March",
    )  # fmt: skip
    return shell


def publish(shell: Shell) -> None:
    out = ("--out", str(shell.public))
    shell.run("trust", "publish", *out, "--key", "root-1", "--title", "Green Network", key="root-1")
    shell.run(
        "trust", "publish", *out, "--key", "root-2", "--draft", str(shell.settings.trust / "draft.json"), key="root-2"
    )


def bundle(shell: Shell, name: str, *words: str, exit_code: int = 0) -> Path:
    path = shell.home / name
    served = f"--served={WEB}={shell.public}"
    shell.run("bundle", "--out", str(path), "--key", "bundles", served, *words, key="bundles", exit_code=exit_code)
    return path


def test_one_holder_alone_publishes_nothing(shell: Shell) -> None:
    told = shell.run(
        "trust", "publish", "--out", str(shell.public), "--key", "root-1", "--title", "Green Network", key="root-1"
    )
    assert "1 more must sign" in told.stdout
    assert not (shell.public / "trust" / "list.json").exists()
    again = shell.run(
        "trust", "publish", "--out", str(shell.public), "--key", "root-1",
        "--draft", str(shell.settings.trust / "draft.json"), key="root-1", exit_code=2,
    )  # fmt: skip
    assert "has signed already" in again.stderr


def test_a_key_that_is_no_root_signs_no_list(shell: Shell) -> None:
    refused = shell.run(
        "trust",
        "publish",
        "--out",
        str(shell.public),
        "--key",
        "network-1",
        "--title",
        "x",
        key="network-1",
        exit_code=2,
    )
    assert "none of the pinned roots" in refused.stderr


def test_two_holders_publish_and_a_bundle_answers_alone(shell: Shell) -> None:
    publish(shell)
    shell.run("trust", "anchors", "--out", str(shell.public), "--key", "network-1", key="network-1")
    assert (shell.public / "anchors" / "blue-angel.json").is_file()
    path = bundle(shell, "one.zip")
    at = datetime.now(UTC)
    opened = open_bundle(path, read_roots(shell.settings.roots_file), at)
    trust = load_trust(sources(shell.settings, bundle=opened), read_roots(shell.settings.roots_file), at)
    answer = trust.recognised(BLUE, "blue-angel", "computer-displays", at.date())
    assert (answer.outcome, trust.name(NETWORK)) == (Outcome.PASSED, "Green Network")
    assert "2020-01-01" in shell.run("trust", "show", "--bundle", str(path)).stdout
    assert {one["fresh"] for one in shell.json("bundle", "show", str(path))} == {True}


def test_a_delta_of_the_next_day_is_small_and_is_put_on_its_base(shell: Shell) -> None:
    publish(shell)
    one = bundle(shell, "monday.zip")
    time.sleep(1.1)  # bundles are told apart by the second in which they were made
    (shell.public / "status-1").write_text('{"a list": "of statuses"}')
    delta = bundle(shell, "delta.zip", "--since", str(one))
    assert delta.stat().st_size < one.stat().st_size
    assert "tenring bundle apply" in shell.run("bundle", "show", str(delta), exit_code=2).stderr
    told = shell.run("bundle", "apply", str(one), str(delta), "--out", str(shell.home / "tuesday.zip"))
    assert "tuesday.zip" in told.stdout
    shown = shell.run("bundle", "show", str(shell.home / "tuesday.zip")).stdout
    assert f"{WEB}/status-1" in shown
    assert "older than the one of" in shell.run("bundle", "show", str(one), exit_code=2).stderr


def test_who_is_removed_was_recognised_before(shell: Shell) -> None:
    number = shell.json(
        "trust", "add", "eco-mark", "--did", "did:web:ecomark.example", "--category", "*", "--from", "2020-01-01",
        "--may", "issue", "--legal-name", "Japan Environment Association", "--why", "council",
    )["number"]  # fmt: skip
    ended = shell.json("trust", "remove", "eco-mark", "--last-day", "2025-12-31", "--why", "agreement ended")
    assert [(one["number"], one["until"], one["ended"]["who"]) for one in ended] == [(number, "2025-12-31", "Li Wei")]
    shown = [one["entity"] for one in shell.json("trust", "show", "--on", "2025-06-01")]
    assert "did:web:ecomark.example" in shown
    assert "did:web:ecomark.example" not in [one["entity"] for one in shell.json("trust", "show", "--on", "2026-06-01")]
    history = shell.run("trust", "show").stdout
    assert "agreement" in history
    assert "Eco Mark" in history
    nothing = shell.run("trust", "remove", "eco-mark", "--why", "again", exit_code=2)
    assert "nothing is recognised under" in nothing.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "no-such-label", "--did", BLUE, "--category", "tyres", "--why", "x"), "there is no programme"),
        (("add", "blue-angel", "--did", BLUE, "--category", "no-such", "--why", "x"), "category no-such is not known"),
        (("add", "blue-angel", "--did", BLUE, "--why", "x"), "for which scheme and categories"),
        (("add", "blue-angel", "--did", "blue", "--category", "tyres", "--why", "x"), "no DID"),
        (("remove", "999", "--why", "x"), "nothing is recognised under"),
        (("roots", "--make", "x.json"), "whose roots"),
        (("roots", "--pin", "no-such-file.json", "--why", "x"), "no pinned roots"),
        (("show", "--bundle", "no-such.zip"), "there is no such bundle"),
    ],
)
def test_what_cannot_be_done_is_explained(shell: Shell, words: tuple[str, ...], told: str) -> None:
    assert told in shell.run("trust", *words, exit_code=2).stderr


def test_roots_are_not_pinned_without_a_reason(shell: Shell) -> None:
    roots = shell.home / "roots.json"
    assert "not said who" in shell.run("trust", "roots", "--pin", str(roots), exit_code=2).stderr
    [line] = (shell.settings.trust / "roots-log.jsonl").read_text().splitlines()
    assert json.loads(line)["why"] == "compared by telephone"
    assert shell.json("trust", "roots")["roots"][1]["holder"] == "Ana Silva"


def test_an_etsi_list_wants_addresses(shell: Shell) -> None:
    draft = shell.settings.trust / "draft.json"
    out = ("--out", str(shell.public), "--etsi", "CN")
    first = shell.run("trust", "publish", *out, "--key", "root-1", "--title", "Green Network", key="root-1")
    assert "1 more must sign" in first.stdout
    lacking = shell.run("trust", "publish", *out, "--key", "root-2", "--draft", str(draft), key="root-2", exit_code=2)
    assert "Green Network (address" in lacking.stderr


def test_a_bundle_says_what_is_missing(shell: Shell) -> None:
    """Nobody serves the DID document of the programme: the bundle is written, and the exit code is 1."""
    publish(shell)
    document = shell.public / "programmes" / "blue-angel" / "did.json"
    kept = document.read_bytes()
    document.unlink()
    try:
        path = bundle(shell, "incomplete.zip", exit_code=1)
    finally:
        document.write_bytes(kept)
    assert path.is_file()


def test_a_bundle_needs_a_file_and_a_key(shell: Shell) -> None:
    assert "where to write the bundle" in shell.run("bundle", exit_code=2).stderr


class Publishers:
    """What the publishers serve today: the real files of the folder of real data, one of them swapped on the way."""

    def __init__(self, data: Path, swapped: str) -> None:
        self._data, self._swapped = data, swapped

    def find(self, address: str) -> Held:
        body = (self._data / BY_ADDRESS[address].files[0]).read_bytes()
        if address == self._swapped:
            body = body.replace(b"validUntil", b"validuntil")
        return Held(address, body, datetime.now(UTC))


def test_standards_are_fetched_once_and_only_the_right_ones_are_kept(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(tmp_path)
    swapped = "https://www.w3.org/ns/credentials/v2"
    monkeypatch.setattr("tenring.commands.bundle.NetworkMaterial", lambda _: Publishers(data, swapped))
    first = shell.run("bundle", "standards", exit_code=1)
    assert first.stdout.count(": fetched") == len(STANDARDS) - 1
    assert "It was not used" in first.stderr
    monkeypatch.setattr("tenring.commands.bundle.NetworkMaterial", lambda _: Publishers(data, ""))
    second = shell.run("bundle", "standards")
    assert second.stdout.count(": at hand") == len(STANDARDS) - 1
    assert second.stdout.count(": fetched") == 1
