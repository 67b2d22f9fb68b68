"""Screening from purchase files to report: read → classify → match → oblige → decide → report.

Each stage reads tables and writes one file that can be opened: `purchases.parquet`, `classified.parquet`,
`obliged.parquet`, `matches.parquet`, `lines.parquet` (and `lines.csv`), then the report's files. Lines that are more
than memory holds go through the stages in parts; an interrupted run goes on behind the last part that is finished.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tenring import __version__
from tenring.catalogue import Catalogue
from tenring.exceptions import UnusableInputError
from tenring.language import T, current
from tenring.matching import v1
from tenring.model import tables
from tenring.model.duck import DuckEngine, duck_engine
from tenring.model.sql import Engine, Step, quoted
from tenring.model.workers import Workers
from tenring.register.snapshot import VIEWS, Snapshot
from tenring.screening.classify import classify_known, classify_rest
from tenring.screening.decide import answer, offer, screened
from tenring.screening.engines import open_engine
from tenring.screening.exhausted import exhaustion_explained
from tenring.screening.match import match
from tenring.screening.memory import Decisions, Recorded
from tenring.screening.oblige import obliged_on
from tenring.screening.partitions import how_many, merge, part_of, split
from tenring.screening.prepare import KEPT, Prepared, keep, prepare, reopened
from tenring.screening.read.options import ReadOptions
from tenring.screening.reference import RULE_CATEGORY, add_reference
from tenring.screening.remember import REMEMBERED, DecisionsUsed, decision_use, used
from tenring.screening.report import write_report
from tenring.screening.report.context import (
    LeftOut,
    MatcherFacts,
    ProgrammeFacts,
    RegisterFacts,
    ReportContext,
    ReportFiles,
    SnapshotFacts,
)
from tenring.screening.work import Work, contents_of, folder_state, link, program_state, publish, work_beside
from tenring.settings import Settings

Progress = Callable[[str, int, int], None]

#: Stages of one part, and stages around the parts.
_PART_STAGES, _OTHER_STAGES = 5, 3
#: Files of so many bytes in all have more lines than one process takes.
_MANY_BYTES = 8_000_000

#: Files that every part writes, in the order in which the rows of all parts are put together.
_PART_FILES = {
    "classified": "line_id",
    "obliged": "line_id, rule",
    "matches": "line_id, score DESC, entry_id",
    "lines": "source_file, sheet, row, line_id",
    "obligations": "line_id, rule",
}


@dataclass(frozen=True)
class Request:
    """What to screen, and how. `on` is the day on which lines without a date are judged."""

    files: Sequence[Path]
    on: date
    out: Path
    economy: str | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
    snapshot: str | None = None
    title: str | None = None
    partitions: int | None = None
    """Parts into which the lines are divided; None: as many as memory asks for."""
    decisions: Sequence[Recorded] | None = None
    """What people decided, as far as it counts here; None: all that was decided in this home."""


@dataclass(frozen=True)
class Counts:
    """Lines, lines by verdict, and currency -> verdict -> sum of amounts."""

    lines: int
    verdicts: dict[str, int]
    amounts: dict[str, dict[str, Decimal]]


@dataclass(frozen=True)
class Screened:
    """What a screening made: the reading of the files, the report's files, counts and sums by verdict."""

    folder: Path
    prepared: Prepared
    report: ReportFiles
    lines: int
    verdicts: dict[str, int]
    amounts: dict[str, dict[str, Decimal]]
    """Currency -> verdict -> sum of amounts."""
    snapshot: str
    sample: bool
    decisions: DecisionsUsed
    category_model: Path | None
    """The category model that was asked; None: there was none."""


@dataclass(frozen=True)
class _Sources:
    """What a screening rests on."""

    catalogue: Catalogue
    snapshot: Snapshot
    decisions: Sequence[Recorded]
    request: Request
    settings: Settings

    def basis(self) -> dict[str, object]:
        """All that decides the result: work that rests on anything else is not gone on with."""
        request = self.request
        told = repr((request.on, request.economy, request.options, request.title, current()))
        return {
            "files": contents_of(request.files),
            "options": told,
            "longest_cell": self.settings.max_cell_chars,
            "snapshot": [str(self.snapshot.folder), folder_state(self.snapshot.folder)],
            "catalogue": folder_state(self.settings.catalog),
            "decisions": hashlib.sha256(repr(self.decisions).encode()).hexdigest(),
            "matcher": v1.fingerprint(),
            "category_model": contents_of([model]) if (model := self.settings.category_model) else None,
            "program": [__version__, program_state()],
        }


def screen(request: Request, *, settings: Settings, progress: Progress | None = None) -> Screened:
    """Screen purchase files against a snapshot; everything is written into `request.out`, or nothing.

    A run that was interrupted is gone on with where it stopped, if nothing it rests on has changed since.

    Raises:
        UnusableInputError: no line could be read, the economy is unknown, or `out` holds something else.
        SnapshotError: there is no snapshot.
        EngineError: memory or disk space ran out, or another process is screening into `out`.
    """
    report = progress or (lambda _what, _done, _of: None)
    catalogue = Catalogue(settings.catalog)
    _require_economy(request.economy, catalogue)
    snapshot = Snapshot.open(settings, request.snapshot)
    counting = Decisions.of(settings).current() if request.decisions is None else request.decisions
    sources = _Sources(catalogue, snapshot, counting, request, settings)
    with (
        work_beside(request.out, basis=sources.basis(), settings=settings) as work,
        exhaustion_explained(work, settings),
        Workers(settings.threads) as workers,
    ):
        report(T("Reading"), 0, _OTHER_STAGES)
        prepared = _read(work, sources, workers)
        finished = _finished_parts(work, sources, prepared, report, workers)
        stages = _Stages(report, len(finished) * _PART_STAGES + 1, len(finished) * _PART_STAGES + _OTHER_STAGES)
        with work.stage("result") as folder:
            stages(T("Putting together"), 0)
            with _beside() as beside:
                counted, decisions = _put_together(work, finished, folder, sources, beside)
                stages(T("Writing the report"), 1)
                files = write_report(
                    folder, context=_context(sources, _left_out(finished)), settings=settings, spill=work.spill
                )
        publish(work.finished("result"), request.out)
    return Screened(
        folder=request.out,
        prepared=prepared.moved(request.out),
        report=ReportFiles(**{name: request.out / path.name for name, path in vars(files).items()}),
        snapshot=snapshot.name,
        sample=snapshot.manifest.sample,
        decisions=decisions,
        category_model=settings.category_model,
        lines=counted.lines,
        verdicts=counted.verdicts,
        amounts=counted.amounts,
    )


def _require_economy(economy: str | None, catalogue: Catalogue) -> None:
    known = {rule.economy for rule in catalogue.rules.values()}
    known |= {code for programme in catalogue.programmes.values() for code in programme.home()}
    if economy is not None and economy not in known:
        what = T("economy {economy} is not known", economy=economy)
        raise UnusableInputError(what, do=T("Use one of: {known}", known=", ".join(sorted(known))))


def _read(work: Work, sources: _Sources, workers: Workers) -> Prepared:
    """The purchase lines of the files, read now or by an earlier run."""
    request = sources.request
    if not work.finished("read").exists():
        if _worth_workers(request, sources.settings):
            workers.start()
        with work.stage("read") as folder, _beside() as beside:
            beside(sources.catalogue.load)
            options = replace(request.options, on=None)
            keep(prepare(request.files, settings=sources.settings, out=folder, options=options, spill=work.spill))
    return reopened(work.finished("read"))


def _worth_workers(request: Request, settings: Settings) -> bool:
    """Whether worker processes are sure to be needed: they get ready while the files are read.

    That a file is missing is told by reading it.
    """
    several = settings.engine != "spark" and settings.threads > 1
    return several and sum(path.stat().st_size for path in request.files if path.is_file()) >= _MANY_BYTES


@contextmanager
def _informed(opened: AbstractContextManager[Engine], sources: _Sources) -> Iterator[Engine]:
    """The engine that is opened, with the snapshot and the catalogue."""
    with opened as engine:
        for view in VIEWS:
            engine.view(view, sources.snapshot.table(view))
        add_reference(engine, sources.catalogue, sources.request.economy, decisions=sources.decisions)
        engine.run([RULE_CATEGORY])
        yield engine


# parts


def _finished_parts(
    work: Work, sources: _Sources, prepared: Prepared, report: Progress, workers: Workers
) -> list[Path]:
    """The folders of all parts, each screened now or by an earlier run."""
    count = how_many(prepared.counts.lines, sources.settings, asked=sources.request.partitions)
    finished = []
    for number, lines in enumerate(_lines_of_parts(work, sources, prepared, count)):
        done = work.finished(f"part-{count}-{number}")
        if not done.exists():
            stages = _Stages(report, number * _PART_STAGES + 1, count * _PART_STAGES + _OTHER_STAGES)
            opened = open_engine(sources.settings, spill=work.spill, workers=workers)
            with work.stage(done.name) as folder, _informed(opened, sources) as engine:
                engine.view("purchase", lines)
                screen_part(engine, sources, folder, stages)
        finished.append(done)
    return finished


def _lines_of_parts(work: Work, sources: _Sources, prepared: Prepared, count: int) -> list[Path]:
    """The file or folder of the purchase lines of each part that has any."""
    if count == 1:
        return [prepared.purchases]
    divided = work.finished(f"split-{count}")
    if not divided.exists():
        settings = sources.settings
        with (
            work.stage(divided.name) as folder,
            duck_engine(memory=settings.memory, threads=settings.threads, spill=work.spill) as engine,
        ):
            split(engine, prepared.purchases, folder, parts=count)
    return [lines for number in range(count) if (lines := part_of(divided, number))]


@dataclass(frozen=True)
class _Stages:
    """Tells how far a part of the work is within the whole."""

    report: Progress
    before: int
    of: int

    def __call__(self, what: str, stage: int) -> None:
        self.report(what, self.before + stage, self.of)


def screen_part(engine: Engine, sources: _Sources, folder: Path, report: _Stages) -> None:
    """From `purchase` to the files of one part."""
    request = sources.request
    categories = sources.catalogue.categories
    report(T("Classifying"), 0)
    classify_known(engine, categories)
    report(T("Matching"), 1)
    match(engine, snapshot=sources.snapshot.folder)
    engine.drop("line")
    pairs = f"SELECT i.line_id, m.* EXCLUDE (item_id) FROM line_item i JOIN {REMEMBERED} m USING (item_id)"
    engine.write(f"{pairs} ORDER BY {_PART_FILES['matches']}", folder / "matches.parquet")
    report(T("Classifying what is left"), 2)
    licensed = "SELECT line_id FROM line_licensed"
    classify_rest(engine, categories, model=sources.settings.category_model, but=licensed)
    engine.drop("line_answer", "guessed")
    engine.rest()
    engine.write("SELECT * FROM classified ORDER BY line_id", folder / "classified.parquet")
    report(T("Obligations"), 3)
    engine.run([Step("obliged", obliged_on(request.on))])
    engine.write("SELECT * FROM obliged ORDER BY line_id, rule", folder / "obliged.parquet")
    report(T("Deciding"), 4)
    engine.drop("obliged")
    answer(engine, reference_day=request.on)
    engine.write("SELECT * FROM obligation ORDER BY line_id, rule", folder / "obligations.parquet")
    engine.drop("obligation", "classified", "line_licensed", "item_category", "line_item", "matched")
    columns = ", ".join(f"s.{name}" for name in tables.SCREENED_LINES.names)
    lines = folder / "lines.parquet"
    engine.write(f"SELECT {columns} FROM ({screened()}) s ORDER BY {_PART_FILES['lines']}", lines)
    engine.view("screened", lines)
    _require_all_lines(engine)
    engine.write("SELECT * FROM wanted_here ORDER BY ALL", folder / "wanted.parquet")
    engine.write("SELECT what, lines, pairs FROM left_out ORDER BY ALL", folder / "left_out.parquet")
    engine.write(f"SELECT * FROM ({decision_use(engine)}) ORDER BY ALL", folder / "decisions.parquet")


def _require_all_lines(engine: Engine) -> None:
    """What went in must come out.

    Raises:
        AssertionError: a line was lost or doubled on the way, which would be our defect.
    """
    (before,) = engine.rows("SELECT count(*), count(*), sum(amount) FROM purchase")
    (after,) = engine.rows("SELECT count(*), count(DISTINCT line_id), sum(amount) FROM screened")
    if before != after:
        message = f"lines and amounts before screening {before} and after {after} differ"
        raise AssertionError(message)


# the whole


Beside = Callable[[Callable[[], None]], None]


@contextmanager
def _beside() -> Iterator[Beside]:
    """Lets work be done beside that of the block, which ends when both are done; what the work raises is raised then.

    For what takes one core only, as a CSV file in order or a catalogue does.
    """
    with ThreadPoolExecutor(max_workers=1) as executor:
        begun: list[Future[None]] = []
        yield lambda work: begun.append(executor.submit(copy_context().run, work))
        for one in begun:
            one.result()


def _put_together(
    work: Work, parts: Sequence[Path], folder: Path, sources: _Sources, beside: Beside
) -> tuple[Counts, DecisionsUsed]:
    """Write the files of all lines from those of the reading and of the parts, and the certified alternatives."""
    for path in sorted(work.finished("read").iterdir()):
        if path.name != KEPT:
            link(path, folder / path.name)
    with _here(work, sources.settings) as engine:
        for name, order in _PART_FILES.items():
            merge(engine, [part / f"{name}.parquet" for part in parts], folder / f"{name}.parquet", order=order)
    beside(partial(_write_csv_alone, work, sources.settings, folder))
    with _informed(_here(work, sources.settings), sources) as engine:
        engine.add("wanted_here", pa.concat_tables([pq.read_table(part / "wanted.parquet") for part in parts]))
        engine.add("decision_used", pa.concat_tables([pq.read_table(part / "decisions.parquet") for part in parts]))
        offer(engine)
        engine.write("SELECT * FROM alternative_named ORDER BY ALL", folder / "alternatives.parquet")
        engine.view("purchase", folder / "purchases.parquet")
        engine.view("screened", folder / "lines.parquet")
        return _counted(engine), used(engine)


def _here(work: Work, settings: Settings) -> AbstractContextManager[DuckEngine]:
    """An engine in this process, for work on finished files, which are here."""
    return duck_engine(memory=settings.memory, threads=settings.threads, spill=work.spill)


def _write_csv_alone(work: Work, settings: Settings, folder: Path) -> None:
    """`_write_csv` with an engine and a folder for what is larger than memory of its own."""
    spill = settings.spill(work.folder / ".csv")
    spill.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(spill, ignore_errors=True)  # what a killed run left
    try:
        # several threads would only wait for each other: rows are written in order
        with duck_engine(memory=settings.memory, threads=1, spill=spill) as engine:
            _write_csv(engine, folder)
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _write_csv(engine: DuckEngine, folder: Path) -> None:
    readable = f"""
        SELECT * REPLACE (array_to_string(obligations_unmet, ' ') AS obligations_unmet, {_guarded()})
        FROM read_parquet({quoted(folder / "lines.parquet")})
    """
    target = quoted(folder / "lines.csv")
    # by itself the engine keeps the order of rows only in some queries
    engine.connection.execute(f"COPY ({readable}) TO {target} (FORMAT csv, HEADER, PRESERVE_ORDER)")


def _guarded() -> str:
    """Texts from outside that a spreadsheet would run as a formula get an apostrophe in front."""
    outside = ("line_id", "source_file", "sheet", "buyer", "supplier", "description", "brand", "model", "unit")
    runs = "regexp_matches({0}, '^[=+\\-@\\t\\r]')"
    return ", ".join(f"CASE WHEN {runs.format(name)} THEN '''' || {name} ELSE {name} END AS {name}" for name in outside)


def _counted(engine: Engine) -> Counts:
    """Lines, lines by verdict, and sums by currency and verdict; what was read must be in the result.

    Raises:
        AssertionError: a line was lost or doubled on the way, which would be our defect.
    """
    verdicts = dict(engine.rows("SELECT verdict, count(*) FROM screened GROUP BY 1 ORDER BY 2 DESC, 1"))
    sums = engine.rows("""
        SELECT currency, verdict, sum(amount) FROM screened WHERE amount IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
    """)
    (before,) = engine.rows("SELECT count(*), sum(amount) FROM purchase")
    (after,) = engine.rows("SELECT count(*), sum(amount) FROM screened")
    if before != after:
        message = f"lines and amounts that were read {before} and in the result {after} differ"
        raise AssertionError(message)
    amounts: dict[str, dict[str, Decimal]] = {}
    for currency, verdict, amount in sums:
        amounts.setdefault(currency or "", {})[verdict] = amount
    return Counts(lines=sum(verdicts.values()), verdicts=verdicts, amounts=amounts)


def _left_out(parts: Sequence[Path]) -> tuple[LeftOut, ...]:
    """What the matcher did not compare, of all parts: a product is in one of them only."""
    found: dict[str, LeftOut] = {}
    for part in parts:
        for row in pq.read_table(part / "left_out.parquet").to_pylist():
            one = found.get(row["what"], LeftOut(row["what"], 0, 0))
            found[one.what] = LeftOut(one.what, one.lines + row["lines"], one.pairs + row["pairs"])
    return tuple(one for _, one in sorted(found.items()) if one.pairs)


def _context(sources: _Sources, left_out: tuple[LeftOut, ...]) -> ReportContext:
    request, snapshot = sources.request, sources.snapshot
    catalogue, manifest = sources.catalogue, snapshot.manifest
    programmes = {
        p.id: ProgrammeFacts(names=p.names, type=p.type, economy=p.economy, mark=p.sources[0].mark)
        for p in catalogue.programmes.values()
        if p.sources
    }
    return ReportContext(
        language=current(),
        economy=request.economy or "",
        title=request.title or ", ".join(path.name for path in request.files),
        on=request.on,
        snapshot=SnapshotFacts(
            name=snapshot.name,
            created=manifest.created_at.date(),
            registers=_registers(snapshot),
            sample=manifest.sample,
        ),
        matcher=MatcherFacts(version=v1.VERSION, threshold=Decimal(str(v1.THRESHOLD))),
        tool_version=__version__,
        categories={c.id: c.names for c in catalogue.categories.by_id.values()},
        programmes=programmes,
        left_out=left_out,
    )


def _registers(snapshot: Snapshot) -> tuple[RegisterFacts, ...]:
    with snapshot.connect() as connection:
        rows = connection.execute("""
            SELECT register, any_value(programme), max(last_read), count(*) FROM licences GROUP BY 1 ORDER BY 1
        """).fetchall()
    return tuple(
        RegisterFacts(id=register, programme=programme, read=read, licences=licences, sample=snapshot.manifest.sample)
        for register, programme, read, licences in rows
    )
