"""Screening from purchase files to report: read → classify → oblige → match → decide → report.

Each stage reads tables and writes one file that can be opened: `purchases.parquet`, `classified.parquet`,
`obliged.parquet`, `matches.parquet`, `lines.parquet` (and `lines.csv`), then the report's files.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from tenring import __version__
from tenring.catalogue import Catalogue
from tenring.exceptions import UnusableInputError
from tenring.language import T, current
from tenring.matching import v1
from tenring.model import tables
from tenring.model.duck import duck_engine
from tenring.model.sql import Engine, Step, quoted
from tenring.register.snapshot import VIEWS, Snapshot
from tenring.screening.classify import classify
from tenring.screening.decide import decide
from tenring.screening.match import match
from tenring.screening.memory import Decisions
from tenring.screening.oblige import obliged_on
from tenring.screening.prepare import Prepared, prepare
from tenring.screening.read.options import ReadOptions
from tenring.screening.reference import RULE_CATEGORY, add_reference
from tenring.screening.remember import REMEMBERED, DecisionsUsed, used
from tenring.screening.report import write_report
from tenring.screening.report.context import (
    MatcherFacts,
    ProgrammeFacts,
    RegisterFacts,
    ReportContext,
    ReportFiles,
    SnapshotFacts,
)
from tenring.settings import Settings

Progress = Callable[[str, int, int], None]

#: A folder with this file in it was written by us and may be replaced.
_OURS = "summary.json"
_STAGES = 6


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
    request: Request
    category_model: Path | None


def screen(request: Request, *, settings: Settings, progress: Progress | None = None) -> Screened:
    """Screen purchase files against a snapshot; everything is written into `request.out`, or nothing.

    Raises:
        UnusableInputError: no line could be read, the economy is unknown, or `out` holds something else.
        SnapshotError: there is no snapshot.
    """
    report = progress or (lambda _what, _done, _of: None)
    catalogue = Catalogue(settings.catalog)
    _require_economy(request.economy, catalogue)
    snapshot = Snapshot.open(settings, request.snapshot)
    with _published_at(request.out) as folder:
        report(T("Reading"), 0, _STAGES)
        prepared = prepare(request.files, settings=settings, out=folder, options=replace(request.options, on=None))
        with duck_engine(memory=settings.memory, threads=settings.threads, spill=folder / ".spill") as engine:
            for view in VIEWS:
                engine.view(view, snapshot.table(view))
            add_reference(engine, catalogue, request.economy, decisions=Decisions.of(settings).current())
            _stages(engine, _Sources(catalogue, snapshot, request, settings.category_model), folder, report)
            decisions = used(engine)
            counted = _counted(engine)
        report(T("Writing the report"), _STAGES - 1, _STAGES)
        context = _context(request, catalogue, snapshot)
        files = write_report(folder, context=context, settings=settings)
    at_home = {name: request.out / path.name for name, path in vars(files).items()}
    return Screened(
        folder=request.out,
        prepared=prepared,
        report=ReportFiles(**at_home),
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


@contextmanager
def _published_at(out: Path) -> Iterator[Path]:
    """A hidden folder beside `out` that takes its place when the block ends well."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / _OURS).is_file())):
        raise UnusableInputError(
            T("this exists and is not a screening of ours"), where=out, do=T("Name another folder with --out")
        )
    parent_is_ours = not out.parent.exists()
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    folder.chmod(0o755)
    try:
        yield folder
        if out.exists():
            shutil.rmtree(out)
        folder.rename(out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if parent_is_ours and not any(out.parent.iterdir()):
            out.parent.rmdir()


def _stages(engine: Engine, sources: _Sources, folder: Path, report: Progress) -> None:
    request = sources.request
    engine.run([RULE_CATEGORY])
    engine.view("purchase", folder / "purchases.parquet")
    report(T("Classifying"), 1, _STAGES)
    classify(engine, sources.catalogue.categories, model=sources.category_model)
    engine.write("SELECT * FROM classified ORDER BY line_id", folder / "classified.parquet")
    report(T("Obligations"), 2, _STAGES)
    engine.run([Step("obliged", obliged_on(request.on))])
    engine.write("SELECT * FROM obliged ORDER BY line_id, rule", folder / "obliged.parquet")
    report(T("Matching"), 3, _STAGES)
    match(engine, snapshot=sources.snapshot.folder)
    pairs = f"SELECT i.line_id, m.* EXCLUDE (item_id) FROM line_item i JOIN {REMEMBERED} m USING (item_id)"
    engine.write(f"{pairs} ORDER BY line_id, score DESC", folder / "matches.parquet")
    report(T("Deciding"), 4, _STAGES)
    decide(engine, reference_day=request.on)
    _write_answers(engine, folder)


def _write_answers(engine: Engine, folder: Path) -> None:
    columns = ", ".join(f"s.{name}" for name in tables.SCREENED_LINES.names)
    order = "ORDER BY s.source_file, s.sheet, s.row, s.line_id"
    engine.write(f"SELECT {columns} FROM screened s {order}", folder / "lines.parquet")
    readable = f"""
        SELECT * REPLACE (array_to_string(obligations_unmet, ' ') AS obligations_unmet, {_guarded()})
        FROM read_parquet({quoted(folder / "lines.parquet")})
    """
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({readable}) TO {quoted(folder / 'lines.csv')} (FORMAT csv, HEADER)")
    engine.write("SELECT * FROM obligation ORDER BY line_id, rule", folder / "obligations.parquet")
    engine.write("SELECT * FROM alternative_named ORDER BY ALL", folder / "alternatives.parquet")


def _guarded() -> str:
    """Texts from outside that a spreadsheet would run as a formula get an apostrophe in front."""
    outside = ("line_id", "source_file", "sheet", "buyer", "supplier", "description", "brand", "model", "unit")
    begins = "'^[=+@\\t\\r-]'"
    return ", ".join(
        f"CASE WHEN regexp_matches({name}, {begins}) THEN '''' || {name} ELSE {name} END AS {name}" for name in outside
    )


def _counted(engine: Engine) -> Counts:
    """Lines, lines by verdict, and sums by currency and verdict; what went in must come out.

    Raises:
        AssertionError: a line was lost or doubled on the way, which would be our defect.
    """
    verdicts = dict(engine.rows("SELECT verdict, count(*) FROM screened GROUP BY 1 ORDER BY 2 DESC, 1"))
    sums = engine.rows("""
        SELECT currency, verdict, sum(amount) FROM screened WHERE amount IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
    """)
    (before,) = engine.rows("SELECT count(*), count(DISTINCT line_id), sum(amount) FROM purchase")
    (after,) = engine.rows("SELECT count(*), count(DISTINCT line_id), sum(amount) FROM screened")
    if before != after:
        message = f"lines and amounts before screening {before} and after {after} differ"
        raise AssertionError(message)
    amounts: dict[str, dict[str, Decimal]] = {}
    for currency, verdict, amount in sums:
        amounts.setdefault(currency or "", {})[verdict] = amount
    return Counts(lines=sum(verdicts.values()), verdicts=verdicts, amounts=amounts)


def _context(request: Request, catalogue: Catalogue, snapshot: Snapshot) -> ReportContext:
    manifest = snapshot.manifest
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
