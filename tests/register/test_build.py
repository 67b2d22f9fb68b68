from __future__ import annotations

import csv
import fcntl
import multiprocessing
import os
import signal
from datetime import date
from pathlib import Path

import pytest
from pyarrow import parquet

from register.toy import NOW, REGISTER, Toy, history, pen, valid_numbers
from tenring.exceptions import AssertionFailedError, RegisterError, SnapshotError, UnusableInputError
from tenring.register import snapshot as snapshots
from tenring.register.build import build
from tenring.register.snapshot import Snapshot
from tenring.settings import Settings


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy.make(tmp_path)


def names(settings: Settings) -> list[str]:
    """Everything in the folder of snapshots but the lock."""
    return sorted(path.name for path in settings.snapshots.iterdir() if path.name != ".lock")


def test_a_build_publishes_and_its_rows_add_up(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1", GTIN="195133146203"), pen("1", GTIN="195133146203"), pen("", Energy="?"))
    result = toy.build()
    (report,) = result.lists
    (file,) = report.files
    assert (file.rows, file.published, file.merged, file.rejected) == (3, 1, 1, 1)
    assert (report.read_on, report.read_on_by) == (date(2025, 1, 1), "date in the file name")
    assert result.snapshot.manifest.totals["gtins"] == 1
    assert all(assertion.holds for assertion in result.snapshot.manifest.assertions)
    assert Snapshot.open(toy.settings).name == result.snapshot.name


def test_what_vanishes_is_delisted_and_what_returns_is_relisted(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1", From="2020-01-01"), pen("2", From="2020-01-01"))
    toy.build()
    toy.write("pens 2025-02-01.csv", pen("1", From="2020-01-01"))
    second = toy.build().snapshot
    assert history(second, "2")[1:] == [("active", "2020-01-01", "2025-02-01"), ("delisted", "2025-02-01", None)]
    assert valid_numbers(second, date(2025, 1, 31)) == {"1", "2"}
    assert valid_numbers(second, date(2025, 2, 1)) == {"1"}
    toy.write("pens 2025-03-01.csv", pen("1", From="2020-01-01"), pen("2", From="2020-01-01"))
    third = toy.build().snapshot
    assert history(third, "2")[2:] == [("delisted", "2025-02-01", "2025-03-01"), ("active", "2025-03-01", None)]
    assert third.manifest.based_on == second.name


def test_several_readings_in_one_build_are_read_in_the_order_of_their_days(toy: Toy) -> None:
    toy.write("pens 2025-02-01.csv", pen("1"))
    toy.write("pens 2025-01-01.csv", pen("1"), pen("2"))
    assert history(toy.build().snapshot, "2") == [("active", None, "2025-02-01"), ("delisted", "2025-02-01", None)]


def test_a_licence_that_moves_to_the_list_of_withdrawn_ones_is_withdrawn_not_delisted(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"), pen("2"))
    toy.build()
    toy.write("pens 2025-02-01.csv", pen("1"))
    toy.write("gone 2025-02-01.csv", pen("2", Reason="misuse"))
    snapshot = toy.build().snapshot
    assert history(snapshot, "2") == [("active", None, "2025-02-01"), ("withdrawn", "2025-02-01", None)]
    with snapshot.connect() as db:
        assert db.execute("SELECT list FROM licences WHERE number = '2'").fetchone() == ("withdrawn-pens",)


def test_a_licence_in_two_lists_of_one_day_counts_once(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"))
    toy.write("gone 2025-01-01.csv", pen("1"))
    result = toy.build()
    assert [(r.list_id, r.published, r.merged) for r in result.lists] == [("pens", 1, 0), ("withdrawn-pens", 0, 1)]
    assert valid_numbers(result.snapshot, date(2025, 1, 2)) == {"1"}


def test_two_files_of_one_day_are_one_reading(toy: Toy) -> None:
    toy.write("pens-a 2025-01-01.csv", pen("1"))
    toy.write("pens-b 2025-01-01.csv", pen("2"), pen("1", Model="Else"))
    result = toy.build()
    assert valid_numbers(result.snapshot, date(2025, 1, 1)) == {"1", "2"}
    assert result.rejected == 1


def test_an_identical_or_older_file_changes_nothing(toy: Toy) -> None:
    toy.write("pens 2025-02-01.csv", pen("1"))
    toy.build()
    assert toy.build().lists == ()
    toy.write("pens 2025-01-01.csv", pen("9"))
    result = toy.build()
    assert result.lists == ()
    assert "older than the last reading" in result.snapshot.manifest.warnings[0]
    assert valid_numbers(result.snapshot, date(2025, 2, 1)) == {"1"}


def test_a_list_that_is_not_read_is_carried_over(toy: Toy, tmp_path: Path) -> None:
    toy.write("pens 2025-01-01.csv", pen("1", GTIN="195133146203"), pen(""))
    toy.build()
    other = toy.elsewhere(tmp_path / "other")
    other.write("gone 2025-02-01.csv", pen("5"))
    snapshot = other.build().snapshot
    assert snapshot.manifest.totals["licences"] == 2
    assert snapshot.manifest.totals["gtins"] == snapshot.manifest.totals["rejected"] == 1
    assert [(r.list_id, r.carried) for r in snapshot.manifest.lists] == [("pens", True), ("withdrawn-pens", False)]


def test_a_register_that_shrinks_by_half_is_not_published_and_the_old_one_serves(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", *(pen(str(number)) for number in range(10)))
    old = toy.build().snapshot
    toy.write("pens 2025-02-01.csv", *(pen(str(number)) for number in range(4)))
    with pytest.raises(AssertionFailedError, match="4 licences, but the last reading had 10"):
        toy.build()
    assert Snapshot.open(toy.settings) == old
    assert names(toy.settings) == [old.name]


def test_a_register_that_doubles_is_published_with_a_warning(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"))
    toy.build()
    toy.write("pens 2025-02-01.csv", *(pen(str(number)) for number in range(3)))
    assert "more than 2 times" in toy.build().lists[0].warnings[0]


def test_a_category_that_the_catalogue_lacks_stops_the_build(tmp_path: Path) -> None:
    toy = Toy.make(tmp_path, REGISTER.replace("category: pens}", "category: pencils}"))
    toy.write("pens 2025-01-01.csv", pen("1"))
    with pytest.raises(AssertionFailedError, match="every category is in the catalogue: pencils"):
        toy.build()
    assert names(toy.settings) == []


def test_the_day_of_a_file_is_given_or_asked_for(toy: Toy) -> None:
    toy.write("pens.csv", pen("1"))
    with pytest.raises(RegisterError, match="--on YYYY-MM-DD"):
        toy.build()
    assert toy.build(on=date(2025, 5, 5)).lists[0].read_on_by == "given by the user"


def test_the_latest_date_in_a_file_is_a_lower_bound_of_its_day(tmp_path: Path) -> None:
    toy = Toy.make(tmp_path, REGISTER.replace("read_on:", "read_on:\n  latest: from"))
    toy.write("pens.csv", pen("1", From="2024-03-01"), pen("2", From="2024-04-01"))
    (report,) = toy.build().lists
    assert (report.read_on, report.read_on_by) == (date(2024, 4, 1), "latest date in the file")


def test_a_file_that_no_register_knows_is_reported(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"))
    toy.write("rubbers.csv", "x")
    assert toy.build().unknown_files == ("rubbers.csv",)


def test_rejected_rows_can_be_corrected_and_sent_again(toy: Toy, tmp_path: Path) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"), pen("2", Until="soon"))
    snapshot = toy.build().snapshot
    with (snapshot.folder / "rejected" / "toy" / "pens 2025-01-01.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["tenring_row"], row["tenring_column"], row["tenring_value"]) == ("3", "Until", "soon")
    fixed = toy.elsewhere(tmp_path / "fixed")
    fixed.write("pens.csv", ",".join((row | {"Until": "2026-01-01"}).values()), header=",".join(row))
    after = fixed.build()
    assert valid_numbers(after.snapshot, date(2025, 6, 1)) == {"1", "2"}
    assert (after.lists[0].published, after.lists[0].read_on) == (2, date(2025, 1, 1))


def test_samples_and_real_registers_never_share_history(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"))
    real = toy.build().snapshot
    samples = toy.elsewhere(toy.settings.samples)
    samples.write("pens 2025-01-01.csv", pen("99"))
    invented = samples.build().snapshot
    assert (invented.manifest.sample, invented.manifest.based_on) == (True, None)
    assert invented.manifest.totals["licences"] == 1
    assert Snapshot.open(toy.settings) == real
    assert Snapshot.open(toy.settings, invented.name).manifest.sample


def test_two_builds_at_once_are_refused(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"))
    toy.build()
    with (toy.settings.snapshots / ".lock").open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(SnapshotError, match="another build"):
            toy.build()


def test_a_build_that_fails_late_leaves_nothing(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"))

    def broken(folder: Path) -> None:
        assert (folder / "licences.parquet").is_file()
        raise OSError(28, "no space left")

    with pytest.raises(OSError, match="no space left"):
        build(toy.settings, source=toy.source, index=broken, now=NOW)
    assert names(toy.settings) == []


def _build_and_die(toy: Toy) -> None:
    build(toy.settings, source=toy.source, index=lambda _: os.kill(os.getpid(), signal.SIGKILL), now=NOW)


def test_a_build_that_is_killed_leaves_the_old_one_serving_and_the_next_one_cleans_up(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"))
    old = toy.build().snapshot
    toy.write("pens 2025-02-01.csv", pen("1"), pen("2"))
    process = multiprocessing.get_context("spawn").Process(target=_build_and_die, args=(toy,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert Snapshot.open(toy.settings) == old
    assert any(name.startswith(".building-") for name in names(toy.settings))
    new = toy.build().snapshot
    assert names(toy.settings) == [old.name, new.name]


def test_an_open_snapshot_is_not_changed_by_the_next_build(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"))
    first = toy.build().snapshot
    with first.connect() as db:
        toy.write("pens 2025-02-01.csv", pen("1"), pen("2"))
        toy.build()
        assert db.execute("SELECT count(*) FROM licences").fetchone() == (1,)


def test_the_tables_have_the_columns_of_their_contract(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1", GTIN="195133146203", Energy="1"))
    snapshot = toy.build().snapshot
    for name, schema in snapshots.TABLES.items():
        found = parquet.read_schema(snapshot.table(name))
        assert found.names == schema.names
        assert found.types == schema.types


def test_mistakes_in_the_request_are_named(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="no such folder"):
        toy.elsewhere(tmp_path / "nowhere").build()
    with pytest.raises(RegisterError, match="no file of any register"):
        toy.build()
    with pytest.raises(UnusableInputError, match="no register called game"):
        build(toy.settings, source=toy.source, only=["game"])
    with pytest.raises(SnapshotError, match="no register snapshot"):
        Snapshot.open(toy.settings)
    with pytest.raises(SnapshotError, match="no snapshot 'x'"):
        Snapshot.open(toy.settings, "x")
