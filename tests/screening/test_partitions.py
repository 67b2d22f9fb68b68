"""Screening in parts: the same answers, nothing half published, and an interrupted run that goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from tenring.__main__ import tenring
from tenring.exceptions import EngineError, UnusableInputError
from tenring.language import use
from tenring.matching import v1
from tenring.model.duck import DuckEngine
from tenring.model.sql import Engine, Step
from tenring.register.build import build
from tenring.screening import run
from tenring.screening.exhausted import exhaustion_explained
from tenring.screening.partitions import how_many
from tenring.screening.prepare import prepare
from tenring.screening.run import Request, Screened, screen
from tenring.screening.work import Work, program_state, publish, work_beside
from tenring.settings import Settings

SAMPLES = Path(__file__).resolve().parents[2] / "catalog" / "samples"
ON = date(2026, 6, 1)
RESULTS = ("lines.csv", "problems.csv", "summary.json", "understood.json")
TABLES = ("classified", "obliged", "matches", "lines", "obligations", "alternatives", "figures", "problems")

#: A process that kills itself, as a machine that loses its power would, when it begins its second part.
KILLED = """
import os, signal, sys
from tenring.screening import run
real, seen = run.screen_part, []
def killed(*given):
    seen.append(1)
    if len(seen) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given)
run.screen_part = killed
sys.argv[0] = "tenring"
from tenring.__main__ import main
main()
"""
#: A process that may write no file larger than its first argument.
SMALL_DISK = """
import resource, sys
size = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
del sys.argv[1]
from tenring.__main__ import main
main()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("home")
    build(Settings(home=path), source=SAMPLES / "registers", index=lambda _: None)
    return path


@pytest.fixture
def sampled(home: Path) -> Settings:
    return Settings(home=home)


@pytest.fixture(scope="module")
def whole(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Screened:
    return screen(asked(tmp_path_factory.mktemp("whole") / "out", parts=1), settings=Settings(home=home))


@pytest.fixture
def parts_screened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the parts that were screened while the test ran."""
    names: list[str] = []
    real = run.screen_part

    def counted(engine: Any, sources: Any, folder: Path, report: Any) -> None:
        names.append(folder.name)
        real(engine, sources, folder, report)

    monkeypatch.setattr(run, "screen_part", counted)
    return names


def asked(out: Path, *, parts: int | None = None, file: Path = SAMPLES / "purchases.xlsx") -> Request:
    return Request(files=(file,), on=ON, out=out, economy="CN", partitions=parts)


def arguments(out: Path, *more: str) -> list[str]:
    return ["screen", str(SAMPLES / "purchases.xlsx"), "--economy", "CN", "--on", str(ON), "--out", str(out), *more]


def run_process(code: str, *given: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"TENRING_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", code, *given], env=environment, capture_output=True, text=True, check=False
    )


def rows(path: Path) -> list[dict[str, Any]]:
    return pq.read_table(path).to_pylist()


def rows_by_step(request: Request, settings: Settings) -> dict[str, int]:
    """Rows of the table that each step of a screening makes."""
    found: dict[str, int] = {}
    real = DuckEngine.run

    def counted(engine: DuckEngine, steps: Iterable[Step]) -> None:
        for step in steps:
            real(engine, [step])
            ((found[step.name],),) = engine.rows(f"SELECT count(*) FROM {step.name}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DuckEngine, "run", counted)
        screen(request, settings=settings)
    return found


def assert_same(one: Path, other: Path) -> None:
    for name in TABLES:
        assert rows(one / f"{name}.parquet") == rows(other / f"{name}.parquet"), name
    for name in RESULTS:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def fail_on(monkeypatch: pytest.MonkeyPatch, name: str, call: int, error: Exception) -> None:
    """Let the `call`-th call of a function of the run fail."""
    real: Callable[..., Any] = getattr(run, name)
    calls: list[int] = []

    def failing(*given: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == call:
            raise error
        return real(*given, **named)

    monkeypatch.setattr(run, name, failing)


# the same answers


@pytest.mark.parametrize("parts", [2, 3, 40])
def test_in_parts_the_answers_are_those_of_all_lines_at_once(
    whole: Screened, sampled: Settings, tmp_path: Path, parts: int
) -> None:
    divided = screen(asked(tmp_path / "out", parts=parts), settings=sampled)
    assert_same(whole.folder, divided.folder)
    assert (divided.lines, divided.verdicts, divided.amounts) == (whole.lines, whole.verdicts, whole.amounts)
    assert divided.decisions == whole.decisions


def test_identical_lines_are_in_one_part_and_no_line_is_lost(sampled: Settings, tmp_path: Path) -> None:
    file = tmp_path / "lines.csv"
    file.write_text("description,amount\n" + "".join(f"copy paper {n % 50},{n}\n" for n in range(500)), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        fail_on(patch, "write_report", 1, RuntimeError("stop here"))
        with pytest.raises(RuntimeError, match="stop here"):
            screen(asked(tmp_path / "out", parts=8, file=file), settings=sampled)
    parts = [pq.read_table(path) for path in (tmp_path / ".out.work").glob("part-8-*/lines.parquet")]
    wordings = [set(part["description"].to_pylist()) for part in parts]
    assert sum(part.num_rows for part in parts) == 500
    assert len(parts) > 1
    assert sum(map(len, wordings)) == len(set.union(*wordings)) == 50


def test_the_number_of_parts_follows_memory_unless_it_is_asked_for_or_set() -> None:
    assert how_many(0, Settings(), asked=None) == 1
    assert how_many(1_000_000, Settings(memory="2GiB"), asked=None) == 1
    assert how_many(1_000_001, Settings(memory="2GiB"), asked=None) == 2
    assert how_many(10_000_000, Settings(memory="1.0 GiB"), asked=None) == 20
    assert how_many(10, Settings(partitions=4), asked=None) == 4
    assert how_many(10, Settings(partitions=4), asked=2) == 2


def test_a_number_of_parts_or_a_memory_that_is_none_is_refused() -> None:
    with pytest.raises(UnusableInputError, match="0 parts are too few"):
        how_many(10, Settings(partitions=0), asked=None)
    with pytest.raises(UnusableInputError, match=r"'much', which is no size.*2GiB"):
        how_many(10, Settings(memory="much"), asked=None)


def test_the_command_divides_as_asked(home: Path, tmp_path: Path, parts_screened: list[str]) -> None:
    environment = {"TENRING_HOME": str(home)}
    result = CliRunner().invoke(tenring, arguments(tmp_path / "out", "--partitions", "3"), env=environment)
    assert result.exit_code in {0, 1}, result.output
    assert len(parts_screened) == 3


# interrupted


def test_a_killed_run_publishes_nothing_and_the_next_one_goes_on_behind_its_last_part(
    whole: Screened, sampled: Settings, tmp_path: Path, parts_screened: list[str]
) -> None:
    out = tmp_path / "out"
    killed = run_process(KILLED, *arguments(out, "--partitions", "3"), home=sampled.home)
    assert killed.returncode == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == [".out.work"]
    screen(asked(out, parts=3), settings=sampled)
    assert parts_screened == [".part-3-1", ".part-3-2"]
    assert_same(whole.folder, out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_killed_run_leaves_the_earlier_result_in_place(sampled: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    screen(asked(out), settings=sampled)
    before = (out / "summary.json").read_bytes()
    run_process(KILLED, *arguments(out, "--partitions", "2"), home=sampled.home)
    assert (out / "summary.json").read_bytes() == before


def test_a_report_that_failed_is_written_without_screening_again(
    sampled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts_screened: list[str]
) -> None:
    fail_on(monkeypatch, "write_report", 1, RuntimeError("no report"))
    with pytest.raises(RuntimeError):
        screen(asked(tmp_path / "out", parts=2), settings=sampled)
    assert len(parts_screened) == 2
    screen(asked(tmp_path / "out", parts=2), settings=sampled)
    assert len(parts_screened) == 2


@pytest.mark.parametrize("change", ["file", "day", "decisions", "settings"])
def test_work_that_rests_on_something_else_is_begun_anew(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts_screened: list[str], change: str
) -> None:
    file, out, settings = tmp_path / "lines.csv", tmp_path / "out", Settings(home=home)
    file.write_text("description,amount\ncopy paper,10\n", encoding="utf-8")
    request = asked(out, parts=1, file=file)
    fail_on(monkeypatch, "write_report", 1, RuntimeError("no report"))
    with pytest.raises(RuntimeError):
        screen(request, settings=settings)
    if change == "file":
        file.write_text("description,amount\ncopy paper,11\n", encoding="utf-8")
    if change == "day":
        request = replace(request, on=date(2026, 6, 2))
    if change == "decisions":
        monkeypatch.setattr("tenring.screening.memory.Decisions.current", lambda _: ())
    if change == "settings":
        settings = replace(settings, max_cell_chars=50)
    screened = screen(request, settings=settings)
    assert len(parts_screened) == 2
    assert screened.amounts == {"": dict.fromkeys(screened.verdicts, 11 if change == "file" else 10)}


def test_a_failure_before_anything_is_finished_leaves_nothing_behind(
    sampled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_on(monkeypatch, "prepare", 1, RuntimeError("no reading"))
    with pytest.raises(RuntimeError):
        screen(asked(tmp_path / "new" / "out"), settings=sampled)
    assert not list(tmp_path.iterdir())


def test_an_earlier_result_comes_back_where_a_run_was_killed_while_it_took_its_place(tmp_path: Path) -> None:
    out, folder = tmp_path / "out", tmp_path / ".out.work"
    (folder / ".old").mkdir(parents=True)
    (folder / ".old" / "summary.json").write_text("{}", encoding="utf-8")

    with work_beside(out, basis={"another": "basis"}, settings=Settings(home=tmp_path)):
        pass

    assert (out / "summary.json").read_text(encoding="utf-8") == "{}"


def test_an_earlier_result_comes_back_where_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, new = tmp_path / "out", tmp_path / "work" / "result"
    out.mkdir()
    new.mkdir(parents=True)
    (out / "summary.json").write_text("{}", encoding="utf-8")
    rename = Path.rename

    def fails(path: Path, target: Path) -> Path:
        if path == new:
            raise PermissionError
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(PermissionError):
        publish(new, out)

    assert (out / "summary.json").is_file()


def test_the_lock_of_a_folder_that_its_holder_has_just_removed_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / ".out.work" / ".lock"
    monkeypatch.setattr("tenring.screening.work.fcntl.flock", lambda *_: lock.unlink())

    with (
        pytest.raises(EngineError, match="another process is screening"),
        work_beside(tmp_path / "out", basis={}, settings=Settings(home=tmp_path)),
    ):
        pass


def test_another_card_of_the_matcher_is_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenring.screening.work.PACKAGE", tmp_path)
    (tmp_path / "card.json").write_text("{}", encoding="utf-8")
    before = program_state()
    (tmp_path / "card.json").write_text("[]", encoding="utf-8")

    assert program_state() != before


def test_two_runs_into_one_folder_are_refused(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with (
        work_beside(tmp_path / "out", basis={}, settings=settings),
        pytest.raises(EngineError, match="another process is screening"),
        work_beside(tmp_path / "out", basis={}, settings=settings),
    ):
        pass


# memory and disk that run out


def test_a_full_disk_is_told_publishes_nothing_and_the_next_run_goes_on(
    whole: Screened, sampled: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    limit = (whole.folder / "lines.parquet").stat().st_size - 1
    assert limit > max((whole.folder / name).stat().st_size for name in ("purchases.parquet", "classified.parquet"))
    full = run_process(SMALL_DISK, str(limit), *arguments(out, "--partitions", "1"), home=sampled.home)
    assert full.returncode == 2, full.stderr
    assert full.stderr.startswith("Error: There is no space left on the disk of")
    assert "TENRING_TEMP" in full.stderr
    assert "Traceback" not in full.stderr
    assert [path.name for path in tmp_path.iterdir()] == [".out.work"]
    screen(asked(out, parts=1), settings=sampled)
    assert_same(whole.folder, out)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"),
            f"{Settings().memory} of memory are not enough",
        ),
        (MemoryError(), f"{Settings().memory} of memory are not enough"),
        (duckdb.OutOfMemoryException("failed to offload data block; max_temp_directory_size"), "no space left"),
        (duckdb.IOException('Could not write file "x": No space left on device'), "no space left"),
        (OSError(28, "No space left on device"), "no space left"),
    ],
)
def test_what_runs_out_is_told_with_what_to_do(tmp_path: Path, error: Exception, words: str) -> None:
    with (
        pytest.raises(EngineError, match=f"{words}.*the same command goes on"),
        exhaustion_explained(Work(tmp_path, tmp_path / "spill"), Settings()),
    ):
        raise error


def test_what_runs_out_is_told_in_chinese(tmp_path: Path) -> None:
    use("zh")
    with (
        pytest.raises(EngineError, match=r"内存不够.*同一命令"),
        exhaustion_explained(Work(tmp_path, tmp_path / "spill"), Settings()),
    ):
        raise MemoryError


def test_another_error_stays_what_it_is(tmp_path: Path) -> None:
    with (
        pytest.raises(PermissionError),
        exhaustion_explained(Work(tmp_path, tmp_path / "spill"), Settings()),
    ):
        raise PermissionError(13, "not yours")


def test_too_little_memory_is_told(sampled: Settings, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"4MB of memory are not enough.*--partitions"):
        screen(asked(tmp_path / "out"), settings=replace(sampled, memory="4MB"))
    assert not (tmp_path / "out").exists()


# settings


def test_every_connection_of_a_screening_keeps_to_memory_threads_and_temporary_folder(
    sampled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, opened = tmp_path / "temporary", []
    temporary.mkdir()
    real = duckdb.connect

    def noted(*given: Any, **named: Any) -> duckdb.DuckDBPyConnection:
        opened.append(named.get("config", {}))
        return real(*given, **named)

    monkeypatch.setattr(duckdb, "connect", noted)
    settings = replace(sampled, memory="700MiB", threads=1, temporary=str(temporary))
    screen(asked(tmp_path / "out", parts=2), settings=settings)
    assert len(opened) >= 5
    assert {(config["memory_limit"], config["threads"]) for config in opened} == {("700MiB", 1)}
    spills = {config["temp_directory"] for config in opened if "temp_directory" in config}
    assert {Path(spill).parent for spill in spills} == {temporary}
    assert not list(temporary.iterdir())


def test_what_a_killed_run_left_in_the_temporary_folder_is_removed_by_the_next(
    sampled: Settings, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    settings = replace(sampled, temporary=str(temporary))
    left = settings.spill(tmp_path / ".out.work")
    left.mkdir(parents=True)
    (left / "duckdb_temp_block-1.block").write_bytes(b"left")
    screen(asked(tmp_path / "out"), settings=settings)
    assert not list(temporary.iterdir())


def test_an_address_is_no_temporary_folder_of_this_machine(tmp_path: Path) -> None:
    assert Settings(temporary="s3a://bucket/folder").spill(tmp_path) == tmp_path / ".spill"


# what is not compared


def test_pairs_that_a_cap_left_out_are_added_up_over_the_parts_and_reported(
    sampled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = v1.match_lines

    def capped(engine: Engine) -> None:
        real(engine)
        engine.run([Step("left_out", "SELECT 'common code without its brand' AS what, 2 AS lines, 700 AS pairs")])

    monkeypatch.setattr(v1, "match_lines", capped)
    screened = screen(asked(tmp_path / "out", parts=3), settings=sampled)
    summary = json.loads(screened.report.summary.read_text(encoding="utf-8"))
    assert summary["basis"]["left_out"] == [{"what": "common code without its brand", "lines": 6, "pairs": 2100}]
    page = screened.report.html.read_text(encoding="utf-8")
    assert "Not compared: 2,100 pairs with licences, of 6 different products" in page


def test_nothing_is_said_where_all_pairs_were_compared(whole: Screened) -> None:
    assert json.loads(whole.report.summary.read_text(encoding="utf-8"))["basis"]["left_out"] == []
    assert "Not compared" not in whole.report.html.read_text(encoding="utf-8")


# growth


def test_the_rows_of_every_step_grow_with_the_lines_and_no_faster(sampled: Settings, tmp_path: Path) -> None:
    read = prepare((SAMPLES / "purchases.xlsx",), settings=sampled, out=tmp_path / "read")
    wordings = [str(row["description"]).replace('"', "") for row in rows(read.purchases) if row["description"]]
    counted = {}
    for size in (200, 400):
        file = tmp_path / f"{size}.csv"
        lines = [f'"{wordings[n % 50]} lot {n // 50}",{n}' for n in range(size)]
        file.write_text("\n".join(["description,amount", *lines]), encoding="utf-8")
        counted[size] = rows_by_step(asked(tmp_path / "out", parts=1, file=file), sampled)
    assert len(counted[200]) > 40
    assert {step: many for step, many in counted[400].items() if many > 2 * counted[200][step]} == {}
