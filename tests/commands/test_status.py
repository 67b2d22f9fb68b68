"""`tenring status`, from an issued credential to a list in which others see that it is suspended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tenring.__main__ import tenring
from tenring.proof.answers import Outcome
from tenring.proof.keys.kept import KeyPurpose
from tenring.proof.keys.sealed import Cost
from tenring.proof.keys.store import By, KeyStore
from tenring.proof.material import Documents, Held
from tenring.proof.signatures import prover
from tenring.proof.status import StatusBook, status_of

PASS = "correct horse battery staple"  # noqa: S105 - of a test
DID = "did:web:label.example"
NUMBER = "CN-2026-0042"
CREDENTIAL = "https://label.example/credentials/CN-2026-0042"
ISSUED = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenring.commands.status.KeyStore", partial(KeyStore, cost=Cost(2**14)))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a key for each purpose and one credential."""
    home = tmp_path / "home"
    store = KeyStore(home / "keys", Cost(2**14))
    by = By("Li Wei", ISSUED, "first keys")
    for purpose in (KeyPurpose.ISSUING, KeyPurpose.STATUS):
        store.new(f"{purpose}-1", purpose, PASS, by, controller=DID)
    store.new("root-1", KeyPurpose.ROOT, PASS, by, controller=DID, holder="Li Wei")
    store.new("other-1", KeyPurpose.ISSUING, PASS, by)
    book = StatusBook(home / "status.sqlite")
    book.enter(CREDENTIAL, licence=NUMBER, issuer=DID, base="https://label.example/status", at=ISSUED)
    return home


def call(arguments: Sequence[str | Path], home: Path, **environment: str) -> Result:
    given = {
        "TENRING_HOME": str(home), "TENRING_LANGUAGE": "en", "TENRING_WHO": "Wang Fang", "TENRING_PASSPHRASE": PASS,
    } | environment  # fmt: skip
    return CliRunner().invoke(tenring, [str(argument) for argument in arguments], env=given)


def done(arguments: Sequence[str | Path], home: Path, **environment: str) -> str:
    result = call(arguments, home, **environment)
    assert result.exit_code == 0, result.output
    return result.output


def put(home: Path, state: str, *more: str) -> str:
    return done(["status", "set", NUMBER, state, "--reason", "inspection", *more], home)


def published(home: Path, *more: str) -> Documents:
    """What a web server has after publishing keys and lists."""
    out = home.parent / "public"
    done(["status", "publish", "--out", out, "--key", "status-1", *more], home)
    got = datetime.now(UTC)
    found = {DID: Held(DID, json.dumps(KeyStore(home / "keys").documents()[DID]).encode(), got)}
    for path in out.rglob("*"):
        if path.is_file():
            address = f"https://label.example/{path.relative_to(out).as_posix()}"
            found[address] = Held(address, path.read_bytes(), got)
    return Documents(found)


def answer(home: Path, material: Documents) -> Any:
    places = StatusBook(home / "status.sqlite").places(NUMBER)[CREDENTIAL]
    credential = {"id": CREDENTIAL, "issuer": DID, "credentialStatus": StatusBook.entries(places)}
    at = datetime.now(UTC) + timedelta(seconds=1)
    return status_of(credential, material, at, prover(material, at))


@pytest.mark.parametrize("form", [(), ("--form", "jwt")])
def test_a_suspension_counts_for_others_once_it_is_published_and_until_it_is_lifted(
    home: Path, form: tuple[str, ...]
) -> None:
    assert answer(home, published(home, *form)).outcome is Outcome.PASSED
    told = put(home, "suspended")
    assert f"{CREDENTIAL}: suspended since" in told
    assert "It counts for others when the lists are published" in told
    assert answer(home, published(home, *form)).code == "suspended"
    put(home, "active")
    assert answer(home, published(home, *form)).outcome is Outcome.PASSED


def test_what_became_of_a_licence_is_shown_with_who_and_why(home: Path) -> None:
    assert f"{CREDENTIAL}: active" in done(["status", "show", NUMBER], home)
    put(home, "suspended", "--who", "Li Wei", "--since", "2026-06-01")
    shown = done(["status", "show", NUMBER], home)
    for text in (f"{CREDENTIAL}: suspended", "2026-06-01", "inspection", "Li Wei", "suspension-1#"):
        assert text in shown
    (facts,) = json.loads(done(["status", "show", NUMBER, "--json"], home))
    assert (facts["credential"], facts["status"]) == (CREDENTIAL, "suspended")
    assert facts["changes"][0]["since"] == "2026-06-01T00:00:00+00:00"
    assert [place["purpose"] for place in facts["places"]] == ["revocation", "suspension", "message"]


def test_a_change_and_a_publication_are_told_to_machines(home: Path) -> None:
    (change,) = json.loads(put(home, "withdrawn", "--json"))
    assert (change["licence"], change["status"], change["who"]) == (NUMBER, "withdrawn", "Wang Fang")
    out = home.parent / "public"
    arguments = ["status", "publish", "--out", out, "--key", "status-1", "--days", "7", "--json"]
    facts = json.loads(done(arguments, home))
    assert len(facts["lists"]) == 4
    assert len(facts["records"]) == 1
    assert datetime.fromisoformat(facts["until"]) - datetime.fromisoformat(facts["at"]) == timedelta(days=7)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["set", "XX-1", "suspended", "--reason", "x"], "no credential was issued here for the licence XX-1"),
        (["set", NUMBER, "suspended", "--reason", " "], "needs a reason and a name"),
        (["set", NUMBER, "suspended", "--reason", "x", "--since", "2999-01-01"], "before it holds"),
        (["set", NUMBER, "suspended", "--reason", "x", "--issuer", "did:web:x.example"], "no credential was issued"),
        (["show", "XX-1"], "no credential was issued here"),
        (["publish", "--out", "public", "--key", "none"], "there is no key none"),
        (["publish", "--out", "public", "--key", "root-1"], "signs the trust list only"),
        (["publish", "--out", "public", "--key", "other-1"], "has no status list"),
    ],
)
def test_what_cannot_be_done_is_one_message_and_exit_code_2(home: Path, arguments: list[str], message: str) -> None:
    result = call(["status", *arguments], home)
    assert result.exit_code == 2
    assert message in result.output
    assert not (home.parent / "public").exists()


def test_a_withdrawal_is_final(home: Path) -> None:
    put(home, "withdrawn")
    result = call(["status", "set", NUMBER, "active", "--reason", "mistake"], home)
    assert result.exit_code == 2
    assert "cannot be undone. Issue a new credential" in result.output


def test_a_state_that_an_issuer_does_not_give_is_refused(home: Path) -> None:
    for state in ("delisted", "not_begun", "revoked"):
        assert call(["status", "set", NUMBER, state, "--reason", "x"], home).exit_code == 2


def test_in_a_home_without_credentials_it_says_so(tmp_path: Path) -> None:
    result = call(["status", "show", NUMBER], tmp_path)
    assert result.exit_code == 2
    assert "no credential was entered yet" in result.output
    assert not (tmp_path / "status.sqlite").exists()


def test_the_commands_speak_chinese(home: Path) -> None:
    told = done(["status", "set", NUMBER, "suspended", "--reason", "抽检不合格"], home, TENRING_LANGUAGE="zh")
    assert "暂停" in told
    assert "抽检不合格" in done(["status", "show", NUMBER], home, TENRING_LANGUAGE="zh")
