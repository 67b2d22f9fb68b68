"""`tenring certificate` and `tenring resolve`: thin over what they call, clear about what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from proof.certificates import published, token
from tenring.commands.certificate import certificate
from tenring.commands.resolve import resolve
from tenring.proof.paper.attached import credential_in_pdf
from tenring.register.build import build
from tenring.settings import Settings


@pytest.fixture
def licence(tmp_path: Path) -> Path:
    path = tmp_path / "licence.jwt"
    path.write_bytes(token(published()) + b"\n")
    return path


def to_pdf(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(
        certificate, [*map(str, arguments), "--language", "en", "--on", "2026-11-28"], input=stdin
    )


def test_a_credential_becomes_a_certificate_that_carries_it(licence: Path, tmp_path: Path) -> None:
    out = tmp_path / "licence.pdf"
    done = to_pdf(licence, "--out", out)
    assert done.exit_code == 0
    assert str(out) in done.output.replace("\n", "")
    assert credential_in_pdf(out.read_bytes()) == licence.read_bytes().strip()


def test_a_certificate_is_printed_anew_byte_for_byte(licence: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    assert to_pdf(licence, "--out", first).exit_code == 0
    assert to_pdf(first, "--out", second).exit_code == 0
    assert first.read_bytes() == second.read_bytes()


def test_a_credential_may_come_from_standard_input(licence: Path, tmp_path: Path) -> None:
    done = to_pdf("-", "--out", tmp_path / "x.pdf", "--json", stdin=licence.read_bytes())
    assert json.loads(done.stdout)["language"] == "en"


def test_the_code_may_open_the_product_at_a_resolver(licence: Path, tmp_path: Path) -> None:
    assert to_pdf(licence, "--out", tmp_path / "x.pdf", "--resolver", "https://id.label.example").exit_code == 0


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--link", "http://x.example"], "no https address"),
        (["--link", "https://x.example", "--resolver", "https://id.label.example"], "give one of them"),
        (["--resolver", "http://id.label.example"], "no address of a resolver"),
    ],
)
def test_what_cannot_be_printed_is_explained_and_nothing_is_written(
    licence: Path, tmp_path: Path, options: list[str], why: str
) -> None:
    out = tmp_path / "x.pdf"
    done = to_pdf(licence, "--out", out, *options)
    assert (done.exit_code, out.exists()) == (2, False)
    assert why in done.output


@pytest.mark.parametrize("content", [b"", b"nothing", b"%PDF-1.7"])
def test_a_file_that_holds_no_credential_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    done = to_pdf(tmp_path / "x", "--out", tmp_path / "x.pdf")
    assert done.exit_code == 2
    assert done.output.startswith("Error: ")


def test_a_file_that_is_not_there_and_a_folder_that_is_not_there_are_named(licence: Path, tmp_path: Path) -> None:
    assert "nowhere" in to_pdf(tmp_path / "nowhere", "--out", tmp_path / "x.pdf").output
    assert "missing" in to_pdf(licence, "--out", tmp_path / "missing" / "x.pdf").output


# resolve


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    build(settings, source=settings.samples / "registers", only=["eco-mark"], index=lambda _: None)
    return settings


def find(settings: Settings, *arguments: str | Path) -> Result:
    return CliRunner().invoke(resolve, [*map(str, arguments), "--on", "2026-11-28"], obj=settings)


def test_a_gtin_leads_to_the_licences_of_the_register(settings: Settings) -> None:
    done = find(settings, "02900000200265")
    assert done.exit_code == 0
    assert "Eco Mark, licence SAMPLE-10000026: active on 2026-11-28" in done.stdout


def test_json_is_the_linkset(settings: Settings) -> None:
    done = find(settings, "02900000200265", "--json", "--at", "https://id.example.org", "--link-type", "certificate")
    (context,) = json.loads(done.stdout)["linkset"]
    assert context["anchor"] == "https://id.example.org/01/02900000200265"
    (link,) = context["https://ref.gs1.org/voc/certificationInfo"]
    assert link["href"] == "https://id.example.org/register/eco-mark/SAMPLE-10000026"


def test_criteria_are_linked_where_they_are_published(settings: Settings) -> None:
    arguments = ("02900000200265", "--criteria", "https://criteria.example.org", "--json")
    assert find(settings, *arguments).exit_code == 0


def test_issued_credentials_and_links_of_ones_own_are_found_without_a_register(tmp_path: Path, licence: Path) -> None:
    links = tmp_path / "links.yml"
    links.write_text(
        "- {gtin: '2000000000428', relation: dpp, address: 'https://p.example/1', title: Passport}\n", "utf-8"
    )
    empty = Settings(home=tmp_path / "home")
    done = find(empty, "2000000000428", "--credentials", licence.parent, "--links", links)
    assert done.exit_code == 0
    assert "https://p.example/1" in done.stdout
    assert "dcc" in done.stdout


def test_nothing_known_is_a_negative_answer(settings: Settings) -> None:
    done = find(settings, "9506000134352")
    assert (done.exit_code, done.stdout) == (1, "Nothing is known about it.\n")
    assert find(settings, "02900000200265", "--link-type", "passport").exit_code == 1


@pytest.mark.parametrize("what", ["9506000134353", "x", "https://id.gs1.org/gtin/9506000134352"])
def test_what_is_no_identifier_is_refused(settings: Settings, what: str) -> None:
    assert find(settings, what).exit_code == 2


def test_without_a_register_and_other_sources_it_says_what_to_do(tmp_path: Path) -> None:
    done = find(Settings(home=tmp_path), "9506000134352")
    assert done.exit_code == 2
    assert "tenring register build" in done.output
