"""The report stage: figures from the screened lines of a folder, then the summary, the workbook and the page."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from functools import partial
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from tenring.exceptions import UnusableInputError
from tenring.screening.drawing import drawn_elsewhere
from tenring.screening.report import wording
from tenring.screening.report.context import ReportContext, ReportFiles
from tenring.screening.report.figures import Book, check_totals
from tenring.screening.report.page import page_text
from tenring.screening.report.steps import add_words, open_inputs, run_steps
from tenring.screening.report.summary import Summary, summarise
from tenring.screening.report.workbook import write_workbook
from tenring.settings import Settings

#: From so many lines on another process, which takes half a second to start, draws the pictures.
_MANY_LINES = 100_000

INPUTS = ("lines.parquet", "obligations.parquet", "alternatives.parquet", "problems.parquet")


def write_report(
    folder: Path, *, context: ReportContext, settings: Settings | None = None, spill: Path | None = None
) -> ReportFiles:
    """Write the report on the screened lines of `folder` beside them.

    What is larger than memory goes to the folder `spill` (default: beside them, too).

    Raises:
        UnusableInputError: an input file is missing, or the figures do not add up to the lines.
    """
    missing = [name for name in INPUTS if not (folder / name).is_file()]
    if missing:
        what = f"the report needs {', '.join(missing)}"
        raise UnusableInputError(what, where=folder, do="Screen the purchases first: tenring screen FILE --out DIR")
    files = ReportFiles(
        html=folder / "report.html",
        xlsx=folder / "report.xlsx",
        summary=folder / "summary.json",
        figures=folder / "figures.parquet",
    )
    with (
        open_inputs(folder, settings or Settings(), spill=spill) as connection,
        wording.speaking(context.language),
        _drawn_beside(folder / "lines.parquet"),
    ):
        add_words(connection, context)
        _write_files(files, connection=connection, context=context)
    return files


def _drawn_beside(lines: Path) -> AbstractContextManager[None]:
    """Another process draws the pictures where the workbook is so long that it would wait for them."""
    many = pq.read_metadata(lines).num_rows >= _MANY_LINES
    return drawn_elsewhere() if many else nullcontext()


def _write_files(files: ReportFiles, *, connection: duckdb.DuckDBPyConnection, context: ReportContext) -> None:
    """The workbook is written beside all else; the page comes last: who sees it finds everything beside it."""
    figured: Future[Summary] = Future()
    with ThreadPoolExecutor(max_workers=1) as aside:
        workbook = aside.submit(
            copy_context().run,
            partial(
                write_workbook, files.xlsx, connection=connection.cursor(), summary=figured.result, context=context
            ),
        )
        try:
            book, summary = _figures(files, connection=connection, context=context)
            figured.set_result(summary)
        finally:
            figured.cancel()  # what failed here must not let the workbook wait
        page = page_text(connection=connection, book=book, context=context)
        workbook.result()
    files.html.write_text(page, encoding="utf-8")


def _figures(
    files: ReportFiles, *, connection: duckdb.DuckDBPyConnection, context: ReportContext
) -> tuple[Book, Summary]:
    """Work out and write the figures, and their summary."""
    run_steps(connection)
    check_totals(connection, files.figures.with_name("lines.parquet"))
    _copy(connection, "SELECT * EXCLUDE key_id FROM figures ORDER BY figure_id", path=files.figures)
    book = Book(connection)
    summary = summarise(connection, book=book, context=context)
    files.summary.write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return book, summary


def _copy(connection: duckdb.DuckDBPyConnection, query: str, *, path: Path) -> None:
    connection.sql(query).write_parquet(str(path), compression="zstd")
