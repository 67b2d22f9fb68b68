"""Purchases, snapshot and result at addresses of object storage: the same answers, and nothing half there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from object_storage import ObjectStorage, object_storage
from tenring.__main__ import tenring
from tenring.register.build import build
from tenring.register.snapshot import Snapshot
from tenring.settings import Settings

SAMPLES = Path(__file__).resolve().parents[2] / "catalog" / "samples"
DAY = ("--on", "2026-07-01", "--economy", "CN")


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStorage]:
    """A storage with the sample purchases, found as its tools find it."""
    with object_storage() as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        found.objects["bucket/in/purchases.xlsx"] = (SAMPLES / "purchases.xlsx").read_bytes()
        yield found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    settings = Settings(home=tmp_path_factory.mktemp("built"))
    build(settings, source=SAMPLES / "registers", index=lambda _: None)
    return Snapshot.open(settings)


def put(storage: ObjectStorage, snapshot: Snapshot) -> str:
    """The address of a snapshot, put into a storage."""
    for path in snapshot.folder.rglob("*"):
        if path.is_file():
            name = path.relative_to(snapshot.folder.parent).as_posix()
            storage.objects[f"bucket/snapshots/{name}"] = path.read_bytes()
    return f"s3://bucket/snapshots/{snapshot.name}"


def screened(settings: Settings, *arguments: str) -> Result:
    home = {"TENRING_HOME": str(settings.home)}
    return CliRunner().invoke(tenring, ["screen", *arguments, *DAY], env=home, catch_exceptions=False)


def lines(content: bytes) -> list[dict[str, Any]]:
    return pq.read_table(BytesIO(content)).to_pylist()


@pytest.fixture
def expected(built: Snapshot, tmp_path: Path) -> list[dict[str, Any]]:
    """The answers from paths to a path."""
    out = tmp_path / "expected"
    there = ("--snapshot", str(built.folder), "--out", str(out))
    assert screened(Settings(home=tmp_path / "h"), str(SAMPLES / "purchases.xlsx"), *there).exit_code in {0, 1}
    return lines((out / "lines.parquet").read_bytes())


def test_everything_may_be_at_an_address(
    storage: ObjectStorage, settings: Settings, built: Snapshot, expected: list[dict[str, Any]]
) -> None:
    there = ("--snapshot", put(storage, built), "--out", "s3://bucket/out/report")
    result = screened(settings, "s3://bucket/in/purchases.xlsx", *there, "--json")
    assert result.exit_code in {0, 1}, result.output
    assert json.loads(result.stdout)["folder"] == "s3://bucket/out/report"
    assert json.loads(result.stdout)["files"]["html"].startswith("s3://bucket/out/report/")
    assert lines(storage.objects["bucket/out/report/lines.parquet"]) == expected
    kept = settings.home / "storage"
    assert [path.name for path in kept.rglob("*.xlsx")] == []
    assert list((kept / "results").iterdir()) == []
    assert len(list((kept / "snapshots").rglob("licences.parquet"))) == 1


@pytest.mark.usefixtures("spark")
def test_the_engine_spark_reads_and_writes_addresses(
    storage: ObjectStorage, settings: Settings, built: Snapshot, expected: list[dict[str, Any]], tmp_path: Path
) -> None:
    there = ("--snapshot", put(storage, built), "--out", (tmp_path / "spark out").as_uri(), "--engine", "spark")
    result = screened(settings, "s3://bucket/in/purchases.xlsx", *there)
    assert result.exit_code in {0, 1}, result.output
    assert lines((tmp_path / "spark out" / "lines.parquet").read_bytes()) == expected


def test_what_is_not_there_is_told_before_anything_is_written(
    storage: ObjectStorage, settings: Settings, built: Snapshot
) -> None:
    place = put(storage, built)
    for file, snapshot in (("s3://bucket/in/other.csv", place), ("s3://bucket/in/purchases.xlsx", place + "0")):
        result = screened(settings, file, "--snapshot", snapshot, "--out", "s3://bucket/out")
        assert result.exit_code == 2
        assert "s3://bucket/" in result.stderr
    assert storage.puts == []
    assert list(settings.home.rglob("*.xlsx")) == []


def test_a_folder_of_somebody_else_is_not_touched(storage: ObjectStorage, settings: Settings) -> None:
    result = screened(settings, str(SAMPLES / "purchases.xlsx"), "--out", "s3://bucket/in")
    assert result.exit_code == 2
    assert "not a screening of ours" in " ".join(result.stderr.split())
    assert storage.puts == []


def test_a_result_that_the_storage_refuses_stays_here(
    storage: ObjectStorage, settings: Settings, built: Snapshot
) -> None:
    storage.refused = "bucket/out/report/lines.parquet"
    arguments = ("s3://bucket/in/purchases.xlsx", "--snapshot", str(built.folder), "--out", "s3://bucket/out/report")
    result = screened(settings, *arguments)
    assert result.exit_code == 2
    assert "bucket/out/report/summary.json" not in storage.objects
    (here,) = (settings.home / "storage" / "results").glob("*/report")
    assert (here / "summary.json").is_file()
    storage.refused = ""
    assert screened(settings, *arguments).exit_code in {0, 1}
    assert "bucket/out/report/summary.json" in storage.objects
