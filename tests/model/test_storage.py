"""Files at addresses: fetched and sent whole, and what a storage refuses is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from object_storage import ObjectStorage, object_storage
from tenring.exceptions import UnusableInputError
from tenring.model.storage import fetch, fetch_folder, local, origin_of, require_free, send_folder


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStorage]:
    """A storage that speaks S3, found as its tools find it."""
    with object_storage() as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found


def folder_of(path: Path, **files: str) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def test_a_file_is_fetched(storage: ObjectStorage, tmp_path: Path) -> None:
    storage.objects["bucket/a/lines, 1.csv"] = "描述\n".encode() * 1000
    fetch("s3://bucket/a/lines, 1.csv", tmp_path / "new" / "lines.csv")
    assert (tmp_path / "new" / "lines.csv").read_bytes() == storage.objects["bucket/a/lines, 1.csv"]


def test_a_file_that_is_not_there_is_told_with_its_address(storage: ObjectStorage, tmp_path: Path) -> None:
    storage.objects["bucket/a"] = b""
    for address in ("s3://bucket/b", "s3://other/a", "klingon://bucket/a"):
        with pytest.raises(UnusableInputError, match=address):
            fetch(address, tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_fetched_once_and_again_when_a_file_has_changed(storage: ObjectStorage, tmp_path: Path) -> None:
    storage.objects |= {"bucket/s/a": b"1", "bucket/s/in/b": b"2", "bucket/s/search/c": b"3", "bucket/s2/d": b"4"}
    target = tmp_path / "kept" / "s"
    fetch_folder("s3://bucket/s", target, without=frozenset({"search"}))
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert found == {"a", "in/b", ".address"}
    assert origin_of(target / "in" / "b") == "s3://bucket/s/in/b"
    (target / "a").write_text("here", encoding="utf-8")
    fetch_folder("s3://bucket/s/", target, without=frozenset({"search"}))
    assert (target / "a").read_text(encoding="utf-8") == "here"
    storage.objects["bucket/s/in/b"] = b"22"
    fetch_folder("s3://bucket/s", target)
    assert (target / "a").read_text(encoding="utf-8") == "1"
    assert (target / "search" / "c").is_file()


def test_an_empty_address_has_no_folder(storage: ObjectStorage, tmp_path: Path) -> None:
    storage.objects["bucket/a"] = b""
    with pytest.raises(UnusableInputError, match="there is no file"):
        fetch_folder("s3://bucket/s", tmp_path / "s")


def test_files_that_were_not_fetched_have_no_origin(tmp_path: Path) -> None:
    assert origin_of(tmp_path / "a") is None


def test_a_folder_is_sent_with_its_mark_last_and_replaces_the_one_before(
    storage: ObjectStorage, tmp_path: Path
) -> None:
    send_folder(folder_of(tmp_path / "1", a="1", mark="1", old="1"), "s3://bucket/out", mark="mark")
    require_free("s3://bucket/out", mark="mark")
    storage.puts.clear()
    send_folder(folder_of(tmp_path / "2", a="2", mark="2", z="2"), "s3://bucket/out", mark="mark")
    assert {key: text for key, text in storage.objects.items() if text} == {
        "bucket/out/a": b"2",
        "bucket/out/mark": b"2",
        "bucket/out/z": b"2",
    }
    sent = [key for key in storage.puts if storage.objects.get(key)]
    assert sent[-1] == "bucket/out/mark"


def test_where_something_else_is_nothing_is_sent(storage: ObjectStorage) -> None:
    require_free("s3://bucket/out", mark="mark")
    storage.objects["bucket/out/letter"] = b"x"
    with pytest.raises(UnusableInputError, match="not a screening of ours"):
        require_free("s3://bucket/out", mark="mark")


def test_a_storage_that_refuses_a_file_has_no_mark_and_takes_the_folder_later(
    storage: ObjectStorage, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path / "1", a="1", mark="1", z="1")
    send_folder(folder, "s3://bucket/out", mark="mark")
    storage.refused = "bucket/out/z"
    with pytest.raises(UnusableInputError, match=r"s3://bucket/out: it cannot be written; the result is in .*1 "):
        send_folder(folder, "s3://bucket/out", mark="mark")
    assert "bucket/out/mark" not in storage.objects
    storage.refused = ""
    require_free("s3://bucket/out", mark="mark")
    send_folder(folder, "s3://bucket/out", mark="mark")
    assert storage.objects["bucket/out/mark"] == b"1"


def test_an_address_of_this_machine_is_a_path() -> None:
    assert local("file:///data/a%20b") == Path("/data/a b")
    assert local("a/b") == Path("a/b")
    assert local("gs://b/c") == "gs://b/c"
