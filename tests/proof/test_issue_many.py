"""Many licences at once: the good go through, the bad are reported, and nothing depends on the number of workers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from proof.licences import BROKEN, CATALOG, CURVE, DID, EDWARDS, NOW, Key, content
from tenring.exceptions import UnusableInputError
from tenring.language import use
from tenring.proof.credential.written import WrittenIssuer
from tenring.proof.issue import StatusIndex
from tenring.proof.issue_many import Basis, Run, Statuses, issue_many
from tenring.proof.material import Documents, Held
from tenring.proof.securing import open_secured
from tenring.proof.status import StatusBook

BASE = "https://label.example/status"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compiled")


def basis(compiled: Path, key: Key = EDWARDS, archive: Key | None = None) -> Basis:
    issuer = WrittenIssuer(name="Example Label Office (sample)")
    return Basis(CATALOG, compiled, DID, issuer, date(2026, 11, 28), key, archive, None)


def ndjson(path: Path, *licences: Any) -> Path:
    path.write_text("".join(one if isinstance(one, str) else f"{json.dumps(one)}\n" for one in licences))
    return path


def run(source: Path, compiled: Path, out: Path, *, workers: int = 1, **changes: Any) -> Run:
    book = Statuses(StatusBook(out.parent / "status.sqlite"), BASE, changes.pop("index", StatusIndex.STRING))
    about = {"out": out, "created": NOW, "statuses": book, "workers": workers} | changes
    return issue_many(source, basis(compiled), **about)


def test_good_ones_go_through_and_bad_ones_are_named_with_line_and_reason(tmp_path: Path, compiled: Path) -> None:
    source = ndjson(
        tmp_path / "licences.ndjson",
        content(number="SAMPLE-1"),
        "this is no JSON\n",
        content(number="SAMPLE-3", given=BROKEN),
        '{"number": "SAMPLE-4", "number": "SAMPLE-5"}\n',
        content(number="SAMPLE-6", programme=None),
        "\n",
        content(number="SAMPLE-8", products=[{"name": "x", "gtins": ["2000000000429"]}]),
        content(number="SAMPLE-9"),
    )
    found = run(source, compiled, tmp_path / "out")
    assert found.issued == 2
    told = {one.where.rpartition(" ")[2]: one.reason for one in found.rejected}
    assert list(told) == ["2", "3", "4", "5", "7"]
    assert "not JSON" in told["2"]
    assert "b2-limits: not met" in told["3"]
    assert "stands twice" in told["4"]
    assert "programme: Field required" in told["5"]
    assert "check digit" in told["7"]
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["SAMPLE-1.json", "SAMPLE-1.jwt", "SAMPLE-9.json", "SAMPLE-9.jwt"]


def test_what_all_are_checked_against_is_looked_up_once(tmp_path: Path, compiled: Path) -> None:
    asked: list[str] = []

    class Asked:
        def find(self, address: str) -> Held | None:
            asked.append(address)
            return None

    source = ndjson(tmp_path / "licences.ndjson", *(content(number=f"SAMPLE-{number}") for number in range(3)))
    checked = replace(basis(compiled), material=Asked)
    assert issue_many(source, checked, out=tmp_path / "out", created=NOW, statuses=None, workers=1).issued == 3
    assert asked
    assert len(asked) == len(set(asked))


def test_a_folder_of_licence_files_is_read(tmp_path: Path, compiled: Path) -> None:
    folder = tmp_path / "licences"
    folder.mkdir()
    for number in ("SAMPLE-1", "SAMPLE-2"):
        (folder / f"{number}.yml").write_text(yaml.safe_dump(content(number=number)))
    (folder / "board.txt").write_text("not a licence")
    product = {"product_file": "board.yaml.product", "given": None}
    (folder / "board.yaml.product").write_text(yaml.safe_dump({"given": content()["given"]}))
    (folder / "third.yml").write_text(yaml.safe_dump(content(number="SAMPLE-3", **product)))
    (folder / "wrong.yml").write_text("number: [")
    found = run(folder, compiled, tmp_path / "out")
    assert (found.issued, [Path(one.where).name for one in found.rejected]) == (3, ["wrong.yml"])


def test_the_same_number_twice_is_refused_the_second_time(tmp_path: Path, compiled: Path) -> None:
    source = ndjson(tmp_path / "licences.ndjson", content(), content())
    found = run(source, compiled, tmp_path / "out")
    assert found.issued == 1
    assert "line 1 has the same number" in found.rejected[0].reason


def test_each_credential_has_places_of_its_own_in_the_status_lists(tmp_path: Path, compiled: Path) -> None:
    source = ndjson(tmp_path / "licences.ndjson", *(content(number=f"SAMPLE-{n}") for n in range(20)))
    assert run(source, compiled, tmp_path / "out").issued == 20
    documents = [open_secured(path.read_bytes()).document for path in (tmp_path / "out").glob("*.jwt")]
    places = [entry["id"] for document in documents for entry in document["credentialStatus"]]
    assert len(places) == len(set(places)) == 40


def test_a_licence_that_is_refused_takes_no_place(tmp_path: Path, compiled: Path) -> None:
    source = ndjson(tmp_path / "licences.ndjson", content(number="SAMPLE-1"), content(number="SAMPLE-2", given=BROKEN))
    run(source, compiled, tmp_path / "out")
    (suspended,) = [one for one in StatusBook(tmp_path / "status.sqlite").lists(DID) if "suspension-1" in one.address][
        :1
    ]
    assert suspended.length >= 131_072
    assert list(StatusBook(tmp_path / "status.sqlite").places("SAMPLE-1")) != []
    with pytest.raises(Exception, match="SAMPLE-2"):
        StatusBook(tmp_path / "status.sqlite").places("SAMPLE-2")


def test_two_workers_make_what_one_makes(tmp_path: Path, compiled: Path) -> None:
    source = ndjson(tmp_path / "licences.ndjson", *(content(number=f"SAMPLE-{n}") for n in range(250)))
    made = {}
    for workers in (1, 2):
        out = tmp_path / f"out-{workers}"
        assert run(source, compiled, out, workers=workers, statuses=None).issued == 250
        made[workers] = {path.name: path.read_bytes() for path in out.iterdir()}
    assert made[1] == made[2]


def test_with_a_p256_key_there_are_only_tokens(tmp_path: Path, compiled: Path) -> None:
    source = ndjson(tmp_path / "licences.ndjson", content())
    about = {"out": tmp_path / "out", "created": NOW, "statuses": None, "workers": 1}
    assert issue_many(source, basis(compiled, CURVE), **about).issued == 1
    (path,) = (tmp_path / "out").iterdir()
    assert open_secured(path.read_bytes()).proofs[0].holds(CURVE().key, Documents({}))


def test_messages_of_workers_are_in_the_language_in_use(tmp_path: Path, compiled: Path) -> None:
    use("zh")
    source = ndjson(tmp_path / "licences.ndjson", content(products=[{"name": "x", "gtins": ["2000000000429"]}]))
    found = run(source, compiled, tmp_path / "out")
    assert "校验" in found.rejected[0].reason


def test_nothing_to_issue_is_an_error(tmp_path: Path, compiled: Path) -> None:
    with pytest.raises(UnusableInputError, match="there is no licence"):
        run(ndjson(tmp_path / "licences.ndjson", "\n"), compiled, tmp_path / "out")


def test_a_product_file_outside_the_folder_is_not_read(tmp_path: Path, compiled: Path) -> None:
    (tmp_path / "secret.yml").write_text(yaml.safe_dump({"given": content()["given"]}))
    folder = tmp_path / "licences"
    folder.mkdir()
    source = ndjson(folder / "licences.ndjson", content(given=None, product_file="../secret.yml"))
    found = run(source, compiled, tmp_path / "out")
    assert (found.issued, "is not there" in found.rejected[0].reason) == (0, True)
