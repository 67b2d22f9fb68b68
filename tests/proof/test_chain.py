"""From a licence to an answer without a network, by the commands, as a programme, a network and a buyer use them."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tenring.__main__ import tenring

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
SECRET, OTHER = "correct horse battery staple", "another horse battery staple"

Tenring = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tenring:
    """Run a command in an empty folder; `code` is the exit code it must end with."""
    monkeypatch.chdir(tmp_path)
    return commands_in(tmp_path)


def commands_in(folder: Path) -> Tenring:
    """Commands with this folder's home; the working folder must be this one, too."""
    for name in ("licence.yml", "issuer.yml"):
        shutil.copy(EXAMPLES / name, folder)
    environment = {
        "TENRING_HOME": str(folder / "home"),
        "TENRING_WHO": "lin",
        "TENRING_DATA": "",
        "TENRING_ROOTS": "",
    }

    def command(line: str, *, secret: str = SECRET, code: int = 0) -> Result:
        result = CliRunner().invoke(tenring, shlex.split(line), env=environment | {"TENRING_PASSPHRASE": secret})
        assert result.exit_code == code, (line, result.output, result.exception)
        return result

    return command


def public_key(run: Tenring, name: str) -> str:
    keys = json.loads(run("keys list --json").stdout)
    return str(next(key["public_key"] for key in keys if key["name"] == name))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a programme that issued a certificate, a network that recognises it, and today's bundle."""
    folder = tmp_path_factory.mktemp("chain")
    with chdir(folder):
        issue_and_recognise(commands_in(folder))
    return folder


@pytest.fixture
def chain(run: Tenring, made: Path, tmp_path: Path) -> Tenring:
    """All that was made, in a folder of this test's own."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return run


def issue_and_recognise(run: Tenring) -> None:
    """A programme issues a certificate, a network recognises it by two holders and writes a bundle."""
    run("keys new issuing-1 --did did:web:label.example")
    run("keys new root-a --purpose root --holder Ann")
    run("keys new root-b --purpose root --holder Bo", secret=OTHER)
    run("keys new bundles")
    run("issue licence.yml --key issuing-1 --issuer issuer.yml --out credentials")
    run("keys publish --out www/label")
    run("status publish --out www/label --key issuing-1")
    roots = " ".join(
        f"--root {holder}={public_key(run, name)}" for holder, name in (("Ann", "root-a"), ("Bo", "root-b"))
    )
    where = "--network did:web:network.example --list https://network.example/trust/list.json"
    run(f"trust roots --make roots.json {where} {roots} --publisher {public_key(run, 'bundles')} --why 'first roots'")
    run("trust roots --pin roots.json --why 'compared by telephone'")
    lists = " ".join(f"--status-list https://label.example/status/{name}-1" for name in ("revocation", "suspension"))
    run(
        f"trust add tsca-title-vi --did did:web:label.example --category wood-panels --from 2020-01-01 --why vote"
        f" {lists}"
    )
    run("trust publish --out www/network --key root-a --title 'Sample network'")
    run("trust publish --out www/network --key root-b --draft home/trust/draft.json", secret=OTHER)
    bundle(run, "today.zip")


def bundle(run: Tenring, name: str, more: str = "") -> None:
    served = "--served https://network.example=www/network --served https://label.example=www/label"
    run(f"bundle --out {name} --key bundles {served} {more}")


@pytest.mark.parametrize("form", ["jwt", "json"])
def test_a_certificate_is_checked_without_a_network(chain: Tenring, form: str) -> None:
    told = chain(f"verify credentials/SAMPLE-0042.{form} --bundle today.zip --product HX-MDF18").stdout
    assert told.startswith("Valid on ")
    chain(f"verify credentials/SAMPLE-0042.{form} --bundle today.zip --product HX-MDF99", code=1)
    answer = json.loads(chain(f"verify credentials/SAMPLE-0042.{form} --bundle today.zip --json").stdout)
    assert answer["validity"] == "valid"
    assert [finding["outcome"] for finding in answer["findings"]] == ["passed"] * 6 + ["not_asked"]


def test_the_certificate_on_paper_is_checked_by_what_is_attached(chain: Tenring) -> None:
    chain("certificate credentials/SAMPLE-0042.jwt --out certificate.pdf --language en")
    assert chain("verify certificate.pdf --bundle today.zip").stdout.startswith("Valid on ")


def test_a_suspension_reaches_the_buyer_with_the_next_bundle(chain: Tenring) -> None:
    chain("status set SAMPLE-0042 suspended --reason 'audit open'")
    chain("status publish --out www/label --key issuing-1")
    chain("verify credentials/SAMPLE-0042.jwt --bundle today.zip")
    bundle(chain, "delta.zip", "--since today.zip")
    chain("bundle apply today.zip delta.zip --out tomorrow.zip")
    told = chain("verify credentials/SAMPLE-0042.jwt --bundle tomorrow.zip", code=1).stdout
    assert "suspended" in told
    older = chain("verify credentials/SAMPLE-0042.jwt --bundle today.zip", code=1)
    assert older.exception is not None
    assert "older" in str(older.exception)


def test_status_records_are_named_where_the_issuer_wants_it(chain: Tenring, tmp_path: Path) -> None:
    index = tmp_path / "www" / "label" / "status" / "records" / "index"
    assert not index.exists()
    chain("status set SAMPLE-0042 suspended --reason 'audit open'")
    chain("status publish --out www/label --key issuing-1 --index")
    (name,) = json.loads(index.read_bytes())["credentialSubject"]["records"]
    assert (index.parent / name).is_file()
    bundle(chain, "more.zip")
    listed = {one["address"] for one in json.loads(chain("bundle show more.zip --json").stdout)}
    assert {f"https://label.example/status/records/{one}" for one in ("index", name)} <= listed


def test_without_a_bundle_and_a_network_nothing_is_valid(chain: Tenring, tmp_path: Path) -> None:
    altered = tmp_path / "altered.jwt"
    altered.write_bytes((tmp_path / "credentials" / "SAMPLE-0042.jwt").read_bytes()[:-6] + b"AAAAAA")
    chain("verify altered.jwt --bundle today.zip", code=1)
    (tmp_path / "home" / "roots.json").unlink()
    refused = chain("verify credentials/SAMPLE-0042.jwt --bundle today.zip", code=1)
    assert "no root keys are pinned" in str(refused.exception)


@pytest.mark.parametrize("content", [b"", b"   ", b"x" * 5 * 1024**2])
def test_what_cannot_be_a_credential_is_unusable_input(run: Tenring, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "given").write_bytes(content)
    refused = run("verify given", code=1)
    assert type(refused.exception).__name__ == "UnusableInputError"


def test_a_file_that_is_not_there_is_unusable_input(run: Tenring) -> None:
    assert "cannot be read" in str(run("verify nothing.jwt", code=1).exception)


def test_a_feed_of_certificates_is_checked_line_by_line(chain: Tenring, tmp_path: Path) -> None:
    token = (tmp_path / "credentials" / "SAMPLE-0042.jwt").read_text(encoding="utf-8").strip()
    (tmp_path / "good.ndjson").write_text(f"{token}\n" * 150, encoding="utf-8")
    told = chain("verify good.ndjson --bundle today.zip").stdout.splitlines()
    assert len(told) == 151
    assert told[149].startswith("150: Valid on ")
    assert told[150] == "150 credentials: 150 valid"
    (tmp_path / "bad.ndjson").write_text(f"{token}\n{token[:-6]}AAAAAA\n", encoding="utf-8")
    asked = chain("verify bad.ndjson --bundle today.zip --json", code=1).stdout.splitlines()
    assert [json.loads(line)["validity"] for line in asked[:2]] == ["valid", "invalid"]
    assert json.loads(asked[1])["check"] == "signature"


def test_a_feed_without_a_line_is_unusable_input(chain: Tenring, tmp_path: Path) -> None:
    (tmp_path / "empty.ndjson").write_bytes(b"\n\n")
    assert type(chain("verify empty.ndjson --bundle today.zip", code=1).exception).__name__ == "UnusableInputError"
