"""`tenring keys`, from the first key to its tombstone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tenring.__main__ import tenring
from tenring.commands.passphrase import name_of, passphrase
from tenring.exceptions import KeyMaterialError
from tenring.proof.keys.sealed import Cost
from tenring.proof.keys.store import KeyStore
from tenring.settings import Settings

PASS = "correct horse battery staple"  # noqa: S105 - of a test
DID = "did:web:label.example"
BY = ("--who", "Li Wei", "--why", "yearly")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that are quick to try: what the default costs is tested elsewhere."""
    monkeypatch.setattr("tenring.commands.keys.KeyStore", partial(KeyStore, cost=Cost(2**14)))


def call(arguments: Sequence[str | Path], home: Path, **environment: str) -> Result:
    given = {
        "TENRING_HOME": str(home), "TENRING_LANGUAGE": "en", "TENRING_WHO": "Wang Fang", "TENRING_PASSPHRASE": PASS,
        "TENRING_PASSPHRASE_FILE": "",
    } | environment  # fmt: skip
    return CliRunner().invoke(tenring, [str(argument) for argument in arguments], env=given)


def done(arguments: Sequence[str | Path], home: Path, **environment: str) -> str:
    result = call(arguments, home, **environment)
    assert result.exit_code == 0, result.output
    return result.output


def listed(home: Path) -> dict[str, dict[str, object]]:
    return {key["name"]: key for key in json.loads(done(["keys", "list", "--json"], home))}


def test_a_key_from_the_first_day_to_the_last(tmp_path: Path) -> None:
    home, public = tmp_path / "home", tmp_path / "public"
    assert "No keys yet" in done(["keys", "list"], home)
    told = done(["keys", "new", "issuing-1", "--did", DID, *BY], home)
    assert f"The key issuing-1 is made: {DID}#issuing-1" in told
    assert "tenring keys publish" in told
    assert "issuing-2 signs" in done(["keys", "rotate", "issuing-1", *BY], home)
    assert "is retired" in done(["keys", "retire", "issuing-2", *BY], home)
    assert "is destroyed" in done(["keys", "destroy", "issuing-1", "--yes", *BY], home)
    assert {name: key["state"] for name, key in listed(home).items()} == {
        "issuing-1": "destroyed",
        "issuing-2": "retired",
    }
    assert str(public / ".well-known" / "did.json") in done(["keys", "publish", "--out", public], home)
    document = json.loads((public / ".well-known" / "did.json").read_bytes())
    assert [method["id"] for method in document["verificationMethod"]] == [
        f"{DID}#issuing-1", f"{DID}#issuing-1-jwk", f"{DID}#issuing-2", f"{DID}#issuing-2-jwk",
    ]  # fmt: skip
    log = json.loads(done(["keys", "list", "--log", "--json"], home))
    assert [(entry["what"], entry["key"]) for entry in log] == [
        ("new", "issuing-1"), ("new", "issuing-2"), ("rotated", "issuing-1"), ("retired", "issuing-2"),
        ("destroyed", "issuing-1"),
    ]  # fmt: skip
    assert {(entry["who"], entry["why"]) for entry in log} == {("Li Wei", "yearly")}


def test_without_a_name_the_key_is_numbered_by_its_purpose_and_is_its_own_did(tmp_path: Path) -> None:
    for _ in range(2):
        done(["keys", "new"], tmp_path)
    done(["keys", "new", "--purpose", "status", "--algorithm", "P-256"], tmp_path)
    keys = listed(tmp_path)
    assert list(keys) == ["issuing-1", "issuing-2", "status-1"]
    assert str(keys["issuing-1"]["controller"]).startswith("did:key:z6Mk")
    assert str(keys["status-1"]["public_key"]).startswith("zDn")


def test_a_table_shows_a_did_key_as_it_is(tmp_path: Path) -> None:
    done(["keys", "new"], tmp_path)
    shown = done(["keys", "list"], tmp_path)
    assert "did:key:z6Mk" in shown
    assert "Wang Fang" in done(["keys", "list", "--log"], tmp_path)


def test_a_compromised_key_is_revoked(tmp_path: Path) -> None:
    done(["keys", "new", "--did", DID], tmp_path)
    told = done(["keys", "retire", "issuing-1", "--compromised", "--why", "laptop stolen"], tmp_path)
    assert "nothing it signed counts any more" in told
    assert "retired (revoked)" in done(["keys", "list"], tmp_path)
    assert listed(tmp_path)["issuing-1"]["revoked"]


def test_each_change_is_also_told_to_machines(tmp_path: Path) -> None:
    made = json.loads(done(["keys", "new", "--did", DID, "--json"], tmp_path))
    rotated = json.loads(done(["keys", "rotate", "issuing-1", "--json"], tmp_path))
    retired = json.loads(done(["keys", "retire", "issuing-2", "--why", "x", "--json"], tmp_path))
    destroyed = json.loads(done(["keys", "destroy", "issuing-2", "--why", "x", "--yes", "--json"], tmp_path))
    published = json.loads(done(["keys", "publish", "--out", tmp_path / "public", "--json"], tmp_path))
    assert made["verification_method"] == f"{DID}#issuing-1"
    assert (rotated["retired"]["successor"], rotated["new"]["name"]) == ("issuing-2", "issuing-2")
    assert (retired["state"], destroyed["state"]) == ("retired", "destroyed")
    assert published == {DID: str(tmp_path / "public" / ".well-known" / "did.json")}


def test_a_reason_is_asked_for_where_something_ends(tmp_path: Path) -> None:
    done(["keys", "new"], tmp_path)
    for verb in ("retire", "destroy"):
        result = call(["keys", verb, "issuing-1"], tmp_path)
        assert result.exit_code == 2
        assert "--why" in result.output


def test_destroying_asks_once_more(tmp_path: Path) -> None:
    done(["keys", "new"], tmp_path)
    done(["keys", "retire", "issuing-1", "--why", "x"], tmp_path)
    result = call(["keys", "destroy", "issuing-1", "--why", "x"], tmp_path)
    assert result.exit_code == 1
    assert listed(tmp_path)["issuing-1"]["state"] == "retired"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new", "Not A Name"], "cannot name a key"),
        (["new", "k", "--did", "label.example"], "is no did:web"),
        (["new", "k", "--purpose", "root"], "needs a holder"),
        (["new", "k", "--existing"], "--existing is for keys in a token or at a service"),
        (["new", "k", "--pkcs11", "x.so"], "Say which token: --token LABEL"),
        (["new", "k", "--pkcs11", "x.so", "--service", "https://v.example"], "not both"),
        (["new", "k", "--service", "http://v.example"], "no https address"),
        (["rotate", "none"], "there is no key none"),
        (["retire", "none", "--why", "x"], "there is no key none"),
        (["destroy", "none", "--why", "x"], "there is no key none"),
        (["publish", "--out", "public"], "keys of one did:web host"),
    ],
)
def test_what_cannot_be_done_is_one_message_and_exit_code_2(tmp_path: Path, arguments: list[str], message: str) -> None:
    result = call(["keys", *arguments], tmp_path)
    assert result.exit_code == 2
    assert message in result.output
    assert PASS not in result.output
    assert listed(tmp_path) == {}


def test_the_commands_speak_chinese(tmp_path: Path) -> None:
    assert "密钥 issuing-1 已生成" in done(["keys", "new", "--did", DID], tmp_path, TENRING_LANGUAGE="zh")
    assert "有效" in done(["keys", "list"], tmp_path, TENRING_LANGUAGE="zh")
    result = call(["keys", "rotate", "issuing-1"], tmp_path, TENRING_LANGUAGE="zh", TENRING_PASSPHRASE="wrong")  # noqa: S106 - a test
    assert "口令无法打开此密钥" in result.output


# the passphrase


def test_no_command_takes_a_passphrase_as_an_argument() -> None:
    import click  # noqa: PLC0415 - for this one look

    group = tenring.get_command(click.Context(tenring), "keys")
    assert isinstance(group, click.Group)
    for command in group.commands.values():
        names = {name for parameter in command.params for name in parameter.opts}
        assert not names & {"--passphrase", "--password", "--pin", "--secret"}


def test_the_passphrase_comes_from_the_file_named_before_the_environment(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("passphrase of the file\nsecond line\n", encoding="utf-8")
    second.write_text("passphrase of the setting\r\n", encoding="utf-8")
    settings = Settings(home=tmp_path, passphrase="from the environment", passphrase_file=second)  # noqa: S106 - a test
    assert passphrase(settings, first) == "passphrase of the file"
    assert passphrase(settings, None) == "from the environment"
    assert passphrase(Settings(home=tmp_path, passphrase_file=second), None) == "passphrase of the setting"
    assert "from the environment" not in repr(settings)


def test_a_passphrase_can_be_piped(tmp_path: Path) -> None:
    given = {"TENRING_HOME": str(tmp_path), "TENRING_LANGUAGE": "en", "TENRING_PASSPHRASE": ""}
    result = CliRunner().invoke(tenring, ["keys", "new", "--passphrase-file", "-"], env=given, input=f"{PASS}\n")
    assert result.exit_code == 0, result.output
    assert "issuing-2 signs" in done(["keys", "rotate", "issuing-1"], tmp_path)


def test_without_anybody_to_ask_it_says_what_to_do(tmp_path: Path) -> None:
    result = call(["keys", "new"], tmp_path, TENRING_PASSPHRASE="")
    assert result.exit_code == 2
    assert "nobody to ask for the passphrase. Use --passphrase-file" in result.output


def test_a_new_passphrase_is_asked_for_twice_at_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    def prompt(text: str, **options: object) -> str:
        asked.append({"text": text, **options})
        return PASS

    monkeypatch.setattr("tenring.commands.passphrase.click.prompt", prompt)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    settings = Settings(home=tmp_path)
    assert passphrase(settings, None, new=True) == passphrase(settings, None) == PASS
    assert [one["confirmation_prompt"] for one in asked] == [True, False]
    assert all(one["hide_input"] for one in asked)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_passphrase_file_that_is_none_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(content)
    with pytest.raises(KeyMaterialError):
        passphrase(Settings(home=tmp_path), path)
    with pytest.raises(KeyMaterialError, match="cannot be read"):
        passphrase(Settings(home=tmp_path), tmp_path / "missing")


def test_who_acts_is_said_set_or_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "liwei")
    assert name_of(Settings(home=tmp_path, who="Wang Fang"), "Li Wei") == "Li Wei"
    assert name_of(Settings(home=tmp_path, who="Wang Fang"), None) == "Wang Fang"
    assert name_of(Settings(home=tmp_path), None) == "liwei"
