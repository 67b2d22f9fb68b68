from __future__ import annotations

import gzip
import hashlib
import io
import json
import sqlite3
import stat
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

import tenring
from machines import Machine
from postgresql import Server
from tenring.exceptions import UnusableInputError
from tenring.register.snapshot import Snapshot
from tenring.settings import Settings
from tenring.web.backup import archive
from tenring.web.backup.archive import HEADER, MANIFEST, Header, unpack, writing

ROOM = 1 << 30
NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)


def header(**changes: object) -> Header:
    usual = {"form": 1, "version": tenring.__version__, "created_at": NOW, "migrations": (), "settings": {}}
    return Header.model_validate({**usual, "with_register": False, **changes})


# the archive


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """An archive with two files."""
    (tmp_path / "one").write_text("eins", encoding="utf-8")
    (tmp_path / "two").write_bytes(bytes(3_000_000))
    file = tmp_path / "sound.tar.gz"
    with writing(file, header()) as writer:
        writer.add("home/keys/纸.key", tmp_path / "one")
        writer.add("home/two", tmp_path / "two")
    return file


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def test_what_was_packed_is_unpacked_for_its_owner_alone(sound: Path, into: Path) -> None:
    assert unpack(sound, into, most_bytes=ROOM) == header()
    assert (into / "home/keys/纸.key").read_text(encoding="utf-8") == "eins"
    assert (into / "home/two").stat().st_size == 3_000_000
    assert stat.S_IMODE((into / "home/two").stat().st_mode) == 0o600
    assert stat.S_IMODE(sound.stat().st_mode) == 0o600
    assert sorted(path.name for path in into.iterdir()) == ["home"]


def test_a_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), writing(tmp_path / "x.tar.gz", header()):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_gone_meanwhile_is_left_out(tmp_path: Path, into: Path) -> None:
    with writing(tmp_path / "x.tar.gz", header()) as writer:
        assert writer.add("home/gone", tmp_path / "gone") is False
    unpack(tmp_path / "x.tar.gz", into, most_bytes=ROOM)
    assert list(into.iterdir()) == []


def test_an_archive_cut_short_anywhere_is_refused(sound: Path, into: Path) -> None:
    whole = sound.read_bytes()
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 8, len(whole) - 1):
        sound.write_bytes(whole[:length])
        refused(sound, into)


def test_a_changed_byte_anywhere_is_refused(sound: Path, into: Path) -> None:
    whole = sound.read_bytes()
    for place in range(12, len(whole), max(1, len(whole) // 40)):
        sound.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        refused(sound, into)


def refused(file: Path, into: Path, match: str = ".") -> None:
    folder = into / f"{len(list(into.iterdir()))}"
    folder.mkdir()
    with pytest.raises(UnusableInputError, match=match):
        unpack(file, folder, most_bytes=ROOM)
    assert {path.name for path in folder.rglob("*") if path.is_file() and ".members" not in path.parts} == set()


# hostile archives

Member = tuple[tarfile.TarInfo, bytes]


def plain(name: str, content: bytes = b"x") -> Member:
    told = tarfile.TarInfo(name)
    told.size = len(content)
    return told, content


def special(name: str, kind: bytes, target: str = "/etc/passwd") -> Member:
    told = tarfile.TarInfo(name)
    told.type, told.linkname = kind, target
    return told, b""


def manifest(*files: tuple[str, str], content: bytes = b"x", **changes: object) -> Member:
    sha256 = hashlib.sha256(content).hexdigest()
    told = [{"member": m, "path": p, "size": len(content), "sha256": sha256, **changes} for m, p in files]
    return plain(MANIFEST, json.dumps({"files": told}).encode())


def packed(file: Path, *members: Member, first: Member | None = None, form: int = tarfile.GNU_FORMAT) -> Path:
    with gzip.open(file, "wb") as out, tarfile.open(mode="w|", fileobj=out, format=form) as tar:
        for told, content in [first or plain(HEADER, header().model_dump_json().encode()), *members]:
            tar.addfile(told, io.BytesIO(content))
    return file


ONE = plain("files/1")
HOSTILE: dict[str, tuple[Member, ...]] = {
    "a path that leads out": (ONE, manifest(("files/1", "home/../../x"))),
    "an absolute path": (ONE, manifest(("files/1", "/tmp/x"))),  # noqa: S108 - must be refused
    "a path with a drive": (ONE, manifest(("files/1", "C:/x"))),
    "a path with a backslash": (ONE, manifest(("files/1", "home\\..\\x"))),
    "a path of dots": (ONE, manifest(("files/1", "home/./x"))),
    "an empty path": (ONE, manifest(("files/1", ""))),
    "a path into where it is unpacked": (ONE, manifest(("files/1", ".members/x"))),
    "two of one path": (ONE, plain("files/2"), manifest(("files/1", "home/x"), ("files/2", "home/x"))),
    "a file where a folder is": (ONE, plain("files/2"), manifest(("files/1", "home/x"), ("files/2", "home/x/y"))),
    "a member with a path of its own": (plain("../x"), manifest(("../x", "home/x"))),
    "a member twice": (ONE, ONE, manifest(("files/1", "home/x"))),
    "a member that the manifest does not name": (ONE, plain("files/2"), manifest(("files/1", "home/x"))),
    "a member that is missing": (ONE, manifest(("files/1", "home/x"), ("files/2", "home/y"))),
    "another hash": (ONE, manifest(("files/1", "home/x"), sha256="0" * 64)),
    "another size": (ONE, manifest(("files/1", "home/x"), size=2)),
    "a symbolic link": (special("files/1", tarfile.SYMTYPE), manifest(("files/1", "home/x"))),
    "a hard link": (special("files/1", tarfile.LNKTYPE), manifest(("files/1", "home/x"))),
    "a device": (special("files/1", tarfile.CHRTYPE), manifest(("files/1", "home/x"))),
    "a folder": (special("files/1", tarfile.DIRTYPE), manifest(("files/1", "home/x"))),
    "no manifest": (ONE,),
    "a manifest that is no JSON": (ONE, plain(MANIFEST, b"{")),
    "something behind the manifest": (ONE, manifest(("files/1", "home/x")), plain("files/2")),
}


@pytest.mark.parametrize("members", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_archive_is_refused_and_nothing_of_it_is_left(
    tmp_path: Path, into: Path, members: tuple[Member, ...]
) -> None:
    refused(packed(tmp_path / "x.tar.gz", *members), into, "no whole backup")


def test_a_long_name_is_refused_before_it_is_read(tmp_path: Path, into: Path) -> None:
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        refused(packed(tmp_path / "x.tar.gz", plain("n" * 5_000_000), form=form), into, "no whole backup")


def test_something_else_than_a_backup_is_refused(tmp_path: Path, into: Path) -> None:
    (tmp_path / "text").write_text("purchases", encoding="utf-8")
    refused(tmp_path / "text", into, "no whole backup")
    refused(packed(tmp_path / "x.tar.gz", first=plain("readme")), into, "no whole backup")


@pytest.mark.parametrize("changes", [{"version": "99.0.0"}, {"form": 2}])
def test_the_backup_of_a_newer_version_is_refused_at_once(
    tmp_path: Path, into: Path, changes: dict[str, object]
) -> None:
    first = plain(HEADER, header(**changes).model_dump_json().encode())
    refused(packed(tmp_path / "x.tar.gz", ONE, first=first), into, "made by version")


def test_more_than_the_disk_holds_is_refused_before_it_is_written(tmp_path: Path, into: Path) -> None:
    bomb = packed(tmp_path / "x.tar.gz", plain("files/1", bytes(50_000_000)), manifest())
    assert bomb.stat().st_size < 100_000
    with pytest.raises(UnusableInputError, match="larger than"):
        unpack(bomb, into, most_bytes=1_000_000)
    assert sum(path.stat().st_size for path in into.rglob("*") if path.is_file()) == 0


def test_versions_are_compared_as_numbers() -> None:
    assert archive._order("0.10.0") > archive._order("0.9.3")  # noqa: SLF001 - the part under test


# there and back

SEED = """
import django; django.setup()
from datetime import date
from tenring.web.accounts.models import Membership, Organisation, User
from tenring.web.accounts.log import record
from tenring.web.api import actions
from tenring.web.api.scopes import Scope
from tenring.web.procurement.models import Screening
from tenring.web.procurement import tasks
user = User.objects.create_user("mei", "mei@office.example", "correct-horse")
office = Organisation.objects.create(name="采购办公室", economy="CN")
Membership.objects.create(organisation=office, user=user, role="owner")
record("organisation.founded", user=user, organisation=office, why="因为", detail_of={"a": [1, None, "ü"]})
one = Screening.objects.create(owner=user, organisation=office, file_name="采购.csv", language="zh",
                               on=date(2026, 3, 1), options={"columns": {"名称": "description"}})
one.file.parent.mkdir(parents=True); one.file.write_text("date,description\\n", encoding="utf-8")
actions.new_key("shop", [Scope.MATCH], who="mei")
tasks.read.enqueue(str(one.id))
"""
ADD = """
import django; django.setup()
from tenring.web.accounts.log import record
print(record("added.afterwards", user=None).pk)
"""


@contextmanager
def busy(database: Path) -> Iterator[None]:
    """Somebody has the file open and has written what is not in it yet (WAL)."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS decision (what TEXT)")
        connection.execute("INSERT INTO decision VALUES ('confirmed')")
        connection.commit()
        yield


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Machine, Path, list[str]]:
    """A machine that was used, its backup, and its rows."""
    folder = tmp_path_factory.mktemp("lived")
    machine = Machine(folder / "home")
    machine.tenring("migrate")
    machine.run("-c", SEED)
    for name in ("keys/issuer.json", "trust/list.json", "fetched/cn/list.csv", "snapshots/old/manifest.json"):
        (machine.home / name).parent.mkdir(parents=True, exist_ok=True)
        (machine.home / name).write_text(name, encoding="utf-8")
    with busy(machine.home / "decisions.sqlite"):
        machine.tenring("backup", str(folder / "all.tar.gz"))
    return machine, folder / "all.tar.gz", machine.rows(folder)


def files_of(home: Path) -> set[str]:
    found = {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith((".", "tenring.sqlite"))}


@pytest.mark.parametrize("to", ["SQLite", "PostgreSQL"])
def test_a_backup_is_restored_on_another_machine(
    lived: tuple[Machine, Path, list[str]], tmp_path: Path, request: pytest.FixtureRequest, to: str
) -> None:
    old, backup, rows = lived
    database = request.getfixturevalue("postgresql").new_database() if to == "PostgreSQL" else None
    new = Machine(tmp_path / "there" / "home", database)
    new.tenring("restore", str(backup))
    assert new.rows(tmp_path) == rows
    assert len(rows) > 50
    left_out = {"secret.key", "fetched/cn/list.csv", "snapshots/old/manifest.json"}
    assert files_of(new.home) == files_of(old.home) - left_out
    (uploaded,) = new.home.glob("uploads/*/file/*")
    assert uploaded.name == "采购.csv"
    with closing(sqlite3.connect(new.home / "decisions.sqlite")) as decisions:
        assert decisions.execute("SELECT what FROM decision").fetchall() == [("confirmed",)]
    last = max(json.loads(row)[1]["id"] for row in rows if row.startswith('["accounts.event"'))
    assert int(new.run("-c", ADD)) == last + 1, "numbers go on behind those that were restored"
    assert [path.name for path in new.home.parent.iterdir()] == ["home"]


def test_a_backup_of_postgresql_is_restored_into_sqlite(
    lived: tuple[Machine, Path, list[str]], postgresql: Server, tmp_path: Path
) -> None:
    _, backup, rows = lived
    middle = Machine(tmp_path / "middle", postgresql.new_database())
    middle.tenring("restore", str(backup))
    middle.tenring("backup", str(tmp_path / "again.tar.gz"))
    last = Machine(tmp_path / "last")
    last.tenring("restore", str(tmp_path / "again.tar.gz"))
    assert last.rows(tmp_path) == rows


@pytest.mark.parametrize("to", ["SQLite", "PostgreSQL"])
def test_what_is_there_is_kept_beside_and_only_when_asked_replaced(
    lived: tuple[Machine, Path, list[str]], tmp_path: Path, request: pytest.FixtureRequest, to: str
) -> None:
    _, backup, rows = lived
    database = request.getfixturevalue("postgresql").new_database() if to == "PostgreSQL" else None
    new = Machine(tmp_path / "there" / "home", database)
    new.tenring("migrate")
    (new.home / "snapshots" / "mine").mkdir(parents=True)
    (new.home / "snapshots" / "mine" / "x").write_text("x", encoding="utf-8")
    before = files_of(new.home), (new.home / "secret.key").read_text(encoding="ascii")
    assert "--replace" in new.tenring("restore", str(backup), code=2)
    assert files_of(new.home) == before[0]
    told = json.loads(new.tenring("restore", str(backup), "--replace", "--json"))
    assert new.rows(tmp_path) == rows
    assert files_of(Path(told["before"])) == before[0]
    assert (new.home / "snapshots" / "mine" / "x").is_file(), "the register serves on"
    assert (new.home / "secret.key").read_text(encoding="ascii") == before[1]
    assert (told["before_schema"] is not None) is (to == "PostgreSQL")


@pytest.mark.parametrize("to", ["SQLite", "PostgreSQL"])
def test_a_backup_whose_rows_do_not_fit_changes_nothing(
    lived: tuple[Machine, Path, list[str]], tmp_path: Path, request: pytest.FixtureRequest, to: str
) -> None:
    _, backup, rows = lived
    wrong = [row.replace('"role": "owner"', '"rule": "owner"') for row in rows]
    database = request.getfixturevalue("postgresql").new_database() if to == "PostgreSQL" else None
    new = Machine(tmp_path / "there" / "home", database)
    new.tenring("migrate")
    before = files_of(new.home), new.rows(tmp_path)
    assert "accounts.membership" in new.tenring("restore", str(changed(backup, tmp_path, wrong)), "--replace", code=2)
    assert (files_of(new.home), new.rows(tmp_path)) == before
    assert [path.name for path in new.home.parent.iterdir()] == ["home"]


def changed(backup: Path, folder: Path, rows: list[str]) -> Path:
    """The backup with other rows, sound in itself."""
    unpacked = folder / "unpacked"
    unpacked.mkdir()
    said = unpack(backup, unpacked, most_bytes=ROOM)
    (unpacked / "database.jsonl").write_text("\n".join(rows), encoding="utf-8")
    with writing(folder / "changed.tar.gz", said) as writer:
        writer.add("database.jsonl", unpacked / "database.jsonl")
    return folder / "changed.tar.gz"


def test_a_backup_of_steps_that_are_not_known_is_refused(
    lived: tuple[Machine, Path, list[str]], tmp_path: Path
) -> None:
    _, backup, _ = lived
    folder = tmp_path / "unpacked"
    folder.mkdir()
    said = unpack(backup, folder, most_bytes=ROOM)
    later = said.model_copy(update={"migrations": (*said.migrations, ("accounts", "9999_later"))})
    with writing(tmp_path / "later.tar.gz", later) as writer:
        writer.add("database.jsonl", folder / "database.jsonl")
    new = Machine(tmp_path / "new")
    assert "accounts.9999_later" in new.tenring("restore", str(tmp_path / "later.tar.gz"), code=2)
    assert not new.home.exists()


USER = ("id", "password", "last_login", "is_superuser", "username", "first_name", "last_name", "email", "is_staff",
        "is_active", "date_joined")  # fmt: skip


@pytest.mark.parametrize("to", ["SQLite", "PostgreSQL"])
def test_the_backup_of_an_older_version_is_brought_up_to_date(
    lived: tuple[Machine, Path, list[str]], tmp_path: Path, request: pytest.FixtureRequest, to: str
) -> None:
    (name, user), *_ = (json.loads(row) for row in lived[2] if row.startswith('["accounts.user"'))
    (tmp_path / "rows").write_text(json.dumps([name, {column: user[column] for column in USER}]), encoding="utf-8")
    first = MigrationLoader(None).graph.forwards_plan(("accounts", "0001_initial"))
    with writing(tmp_path / "old.tar.gz", header(version="0.0.1", migrations=tuple(first))) as writer:
        writer.add("database.jsonl", tmp_path / "rows")
    database = request.getfixturevalue("postgresql").new_database() if to == "PostgreSQL" else None
    new = Machine(tmp_path / "new", database)
    new.tenring("restore", str(tmp_path / "old.tar.gz"))
    assert new.tenring("migrate", "--json") == '{\n  "steps": 0\n}\n'
    assert [json.loads(row)[1]["username"] for row in new.rows(tmp_path) if row.startswith('["accounts.user"')] == [
        "mei"
    ]


def test_steps_without_those_before_them_are_refused(tmp_path: Path) -> None:
    (tmp_path / "rows").touch()
    with writing(tmp_path / "x.tar.gz", header(migrations=(("accounts", "0002_organisations"),))) as writer:
        writer.add("database.jsonl", tmp_path / "rows")
    new = Machine(tmp_path / "new")
    assert "without those before them" in new.tenring("restore", str(tmp_path / "x.tar.gz"), code=2)
    assert not new.home.exists()


def test_nothing_secret_is_in_a_backup(lived: tuple[Machine, Path, list[str]], tmp_path: Path) -> None:
    machine, backup, _ = lived
    said = unpack(backup, tmp_path, most_bytes=ROOM)
    assert set(said.settings) == {"TENRING_HOME"}
    secret = (machine.home / "secret.key").read_bytes().strip()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and secret in path.read_bytes()]


def test_a_folder_keeps_the_newest_and_other_files(lived: tuple[Machine, Path, list[str]], tmp_path: Path) -> None:
    machine, _, _ = lived
    old = [f"tenring-backup-2026010{day}T030000Z.tar.gz" for day in (1, 2, 3)]
    for name in (*old, "notes.txt"):
        (tmp_path / name).touch()
    told = json.loads(machine.tenring("backup", str(tmp_path), "--keep", "2", "--json"))
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {Path(told["file"]).name, old[2], "notes.txt"}
    assert "is whole" in machine.tenring("restore", told["file"], "--check")


def test_the_register_goes_along_when_it_is_asked_for(home: Settings, tmp_path: Path) -> None:
    machine = Machine(home.home)
    machine.tenring("migrate")
    machine.tenring("backup", str(tmp_path / "x.tar.gz"), "--with-register")
    new = Machine(tmp_path / "new")
    new.tenring("restore", str(tmp_path / "x.tar.gz"))
    assert [path.name for path in (new.home / "snapshots").iterdir()] == [Snapshot.open(home).name]
    assert "Licences 1 to" in new.tenring("search", "paper")
