"""Build one snapshot: find the files, read them, check them against the last reading, add to the history, publish."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from tenring import __version__
from tenring.catalogue.brands import load_brands
from tenring.catalogue.categories import load_categories
from tenring.catalogue.properties import load_properties
from tenring.exceptions import AssertionFailedError, RegisterError, SnapshotError, UnusableInputError
from tenring.register import manifest as manifests
from tenring.register.adapter import Adapter, load_adapter
from tenring.register.definition import ListDefinition, RegisterDefinition, load_registers
from tenring.register.fetch import METADATA_SUFFIX, FetchedFile, metadata_of
from tenring.register.files import Limits, sha256
from tenring.register.ledger import Ledger
from tenring.register.lock import only_build
from tenring.register.manifest import FileReport, ListReport, Manifest
from tenring.register.match_index import write_match_index
from tenring.register.read import REJECTED_COLUMNS, FileReading, Reader
from tenring.register.search import build_index
from tenring.register.snapshot import Snapshot, building, new_name, publish, validate, write_tables

if TYPE_CHECKING:
    from tenring.settings import Settings

#: Called with what is being done, how much of it is done, and of how many (0: not known).
Progress = Callable[[str, int, int], None]

#: Makes the search index of a snapshot in its folder.
Index = Callable[[Path], None]


@dataclass(frozen=True)
class BuildResult:
    """A published snapshot and what building it showed."""

    snapshot: Snapshot
    lists: tuple[ListReport, ...]
    """The lists that were read in this build."""
    unknown_files: tuple[str, ...]

    @property
    def rejected(self) -> int:
        """Rows of this build's files that could not be published."""
        return sum(report.rejected for report in self.lists)


@dataclass(frozen=True)
class FoundFile:
    """A file that belongs to a list."""

    path: Path
    name: str
    """Relative to the source folder."""
    register: RegisterDefinition
    listing: ListDefinition
    sha256: str
    fetched: FetchedFile | None


@dataclass(frozen=True)
class DatedReading:
    """What a file says, and of which day."""

    file: FoundFile
    reading: FileReading
    read_on: date | None
    read_on_by: str


def build(  # noqa: PLR0913 - options by keyword, each with a default
    settings: Settings,
    *,
    source: Path,
    only: Sequence[str] = (),
    on: date | None = None,
    progress: Progress | None = None,
    index: Index | None = None,
    now: datetime | None = None,
) -> BuildResult:
    """Read every register file under `source` and publish a snapshot of all registers.

    `only` restricts it to some registers; the others are carried over from the last snapshot, as is every list of which
    no new file is found. `on` is the day the files were read from their publishers, for files that do not say it.
    `index` makes the search index in the folder it is given; by default that of `tenring.register.search`.

    Raises:
        UnusableInputError: `source` is no folder, or no register is called so.
        RegisterError: a file is unusable.
        AssertionFailedError: a list shrank below its assertion, or the tables do not hold together.
        SnapshotError: another build is running.
    """
    if not source.is_dir():
        what = "there is no such folder"
        raise UnusableInputError(what, where=source, do="Name the folder of register files with --from")
    registers = _chosen(load_registers(settings.catalog), only)
    sample = source.resolve().is_relative_to(settings.samples.resolve())
    with only_build(settings.snapshots):
        previous = Snapshot.latest(settings, sample=sample)
        request = Request(source, on, now or datetime.now(UTC), sample, partial=bool(only))
        return _Build(settings, request, registers, previous, progress or _silent).run(index or search_index(settings))


@dataclass(frozen=True)
class Request:
    """What one build is asked for."""

    source: Path
    on: date | None
    now: datetime
    sample: bool
    partial: bool = False
    """Only some registers were asked for: files of others are nobody's business."""


def search_index(settings: Settings) -> Index:
    """The search index of a snapshot, in which a category is found by all its names and synonyms."""
    categories = load_categories(settings.catalog / "categories")
    words = {category.id: category.phrases() for category in categories.by_id.values()}
    return lambda folder: build_index(folder, categories=words, memory=settings.memory, threads=settings.threads)


def _spellings(catalog: Path) -> dict[str, str]:
    """Spellings of brands; a catalogue need not have any."""
    path = catalog / "brands.yml"
    return load_brands(path) if path.is_file() else {}


def _silent(_what: str, _done: int, _total: int) -> None:
    """No progress is shown."""


def _chosen(registers: Mapping[str, RegisterDefinition], only: Sequence[str]) -> dict[str, RegisterDefinition]:
    unknown = sorted(set(only) - set(registers))
    if unknown:
        what = f"there is no register called {', '.join(unknown)}"
        raise UnusableInputError(what, do=f"Those known: {', '.join(registers)}")
    return {name: register for name, register in registers.items() if not only or name in only}


@dataclass
class _Build:
    """One build, step by step. `ledger` gathers what the readings say."""

    settings: Settings
    request: Request
    registers: Mapping[str, RegisterDefinition]
    previous: Snapshot | None
    progress: Progress
    warnings: list[str] = field(default_factory=list)
    reports: dict[tuple[str, str], ListReport] = field(default_factory=dict)
    rejected_files: list[tuple[DatedReading, FileReport]] = field(default_factory=list)

    def run(self, index: Index) -> BuildResult:
        files, unknown = self._find()
        if not files:
            what = "no file of any register is there"
            raise RegisterError(
                what, where=self.request.source, do="Compare its files with `match` in catalog/registers"
            )
        self.ledger = Ledger(self.previous)
        for register in self.registers.values():
            self._read_register(register, [file for file in files if file.register is register])
        name = new_name(self.settings, self.request.now.strftime("%Y%m%dT%H%M%S"))
        with building(self.settings, name) as folder:
            manifest = self._write(folder, name, unknown)
            self.progress("Indexing for search", 0, 0)
            index(folder)
            self.progress("Indexing for matching", 0, 0)
            write_match_index(folder, _spellings(self.settings.catalog), settings=self.settings)
            published = publish(folder, self.settings)
        snapshot = Snapshot(published, manifest, self.settings.memory, self.settings.threads)
        return BuildResult(snapshot, tuple(self.reports.values()), unknown)

    # finding

    def _find(self) -> tuple[list[FoundFile], tuple[str, ...]]:
        """Files of known lists in order of their names, and the names of files that no list claims."""
        found, unknown = [], []
        for path in sorted(path for path in self.request.source.rglob("*") if _is_register_file(path)):
            name = path.relative_to(self.request.source).as_posix()
            owner = self._owner(path, name)
            if owner:
                found.append(FoundFile(path, name, *owner, sha256(path), metadata_of(path)))
            elif not self.request.partial:
                unknown.append(name)
        return found, tuple(unknown)

    def _owner(self, path: Path, name: str) -> tuple[RegisterDefinition, ListDefinition] | None:
        fetched = metadata_of(path)
        if fetched is not None:
            register = self.registers.get(fetched.register_id)
            listing = register.lists.get(fetched.list_id) if register else None
            return (register, listing) if register and listing else None
        claims = [(r, listing) for r in self.registers.values() for listing in r.claiming(PurePosixPath(name))]
        if len(claims) > 1:
            names = ", ".join(f"{register.id}/{listing.id}" for register, listing in claims)
            what = f"more than one list claims it: {names}"
            raise RegisterError(what, where=path, do="Make their `match` patterns narrower")
        return claims[0] if claims else None

    # reading

    def _read_register(self, register: RegisterDefinition, files: Sequence[FoundFile]) -> None:
        """Read a register's files and enter them day by day, lists of one day in the order of register.yml."""
        by_day: dict[tuple[date | None, int], list[DatedReading]] = defaultdict(list)
        order = list(register.lists)
        for listing in register.lists.values():
            own = [file for file in files if file.listing is listing]
            for read_on, readings in self._new_readings(register, listing, own).items():
                by_day[(read_on, order.index(listing.id))] = readings
        claimed: dict[date | None, set[str]] = defaultdict(set)
        for (read_on, _), readings in sorted(by_day.items(), key=lambda item: (item[0][0] or date.min, item[0][1])):
            self._enter(register, readings, claimed[read_on])

    def _new_readings(
        self, register: RegisterDefinition, listing: ListDefinition, files: Sequence[FoundFile]
    ) -> dict[date | None, list[DatedReading]]:
        """Readings by day that are not older than, and not identical with, what the last snapshot knows."""
        last = self.previous.manifest.list_report(register.id, listing.id) if self.previous else None
        known = {report.sha256 for report in last.files} if last else set()
        if all(file.sha256 in known for file in files) and not self._adapter(register).depends_on_day:
            return {}
        days: dict[date | None, list[DatedReading]] = defaultdict(list)
        reader = self._reader(register, listing)
        for file in {file.sha256: file for file in files}.values():
            self.progress(f"Reading {register.id}", len(self.rejected_files), 0)
            reading = self._dated(file, reader.read(file.path))
            days[reading.read_on].append(reading)
        return {day: readings for day, readings in days.items() if self._is_news(day, readings, last, known)}

    def _is_news(
        self, day: date | None, readings: Sequence[DatedReading], last: ListReport | None, known: set[str]
    ) -> bool:
        if all(reading.file.sha256 in known for reading in readings):
            again = bool(last and last.read_on and day and day >= last.read_on)
            return again and self._adapter(readings[0].file.register).depends_on_day
        if last and last.read_on and day and day < last.read_on:
            names = ", ".join(reading.file.name for reading in readings)
            self.warnings.append(
                f"{names}: of {day}, older than the last reading of {last.read_on}; nothing was changed"
            )
            return False
        return True

    def _reader(self, register: RegisterDefinition, listing: ListDefinition) -> Reader:
        limits = Limits(self.settings.max_file_bytes, self.settings.max_rows)
        return Reader(register, listing, self._adapter(register), self._properties, limits)

    def _adapter(self, register: RegisterDefinition) -> Adapter:
        if register.id not in self._adapters:
            self._adapters[register.id] = load_adapter(register.folder)
        return self._adapters[register.id]

    def __post_init__(self) -> None:
        self._adapters: dict[str, Adapter] = {}
        self._properties = load_properties(self.settings.catalog)

    def _dated(self, file: FoundFile, reading: FileReading) -> DatedReading:
        """The day a file stands for; each way of knowing it goes before the next."""
        read_on = file.register.read_on
        ways = [
            (reading.correction_of, "correction of the reading of that day"),
            (read_on.in_name(file.path.name), "date in the file name"),
            (self.request.on, "given by the user"),
            (file.fetched.fetched_at.date() if file.fetched else None, "day it was fetched"),
            (reading.latest(read_on.latest) if read_on.latest else None, "latest date in the file"),
        ]
        day, by = next(((day, by) for day, by in ways if day is not None), (None, "unknown"))
        if day is None and reading.entries:
            what = "nothing says on which day this list was read from its publisher"
            raise RegisterError(what, where=file.path, do="Give the day with --on YYYY-MM-DD")
        if day is not None and day > self.request.now.date() and by == ways[-1][1]:
            day, by = self.request.now.date(), f"{by}, which lies after the day of this build"
        return DatedReading(file, reading, day, by)

    # entering

    def _enter(self, register: RegisterDefinition, readings: Sequence[DatedReading], claimed: set[str]) -> None:
        """Enter one day's reading of one list into the ledger."""
        listing, day = readings[0].file.listing, readings[0].read_on
        correction = all(reading.reading.correction_of for reading in readings)
        last = self._last_report(register, listing)
        files = [self._enter_file(reading, claimed) for reading in readings]
        published = sum(file.published for file in files)
        warnings = [] if correction else self._asserted(register, listing, last, published)
        if day is not None and not correction:
            self.ledger.close(register.id, listing.id, day)
        if correction and last:
            files = [*last.files, *files]
            published += last.published
        self.reports[(register.id, listing.id)] = ListReport(
            register_id=register.id,
            list_id=listing.id,
            programme=register.programme,
            economy=register.economy,
            read_on=day,
            read_on_by=readings[0].read_on_by,
            published=published,
            files=tuple(files),
            warnings=tuple(warnings),
        )

    def _last_report(self, register: RegisterDefinition, listing: ListDefinition) -> ListReport | None:
        key = (register.id, listing.id)
        return self.reports.get(key) or (self.previous.manifest.list_report(*key) if self.previous else None)

    def _asserted(
        self, register: RegisterDefinition, listing: ListDefinition, last: ListReport | None, published: int
    ) -> list[str]:
        """Warnings about a list that grew too much.

        Raises:
            AssertionFailedError: it shrank too much.
        """
        if last is None or not last.published:
            return []
        limits = register.assertions
        if published < limits.at_least * last.published:
            message = (
                f"{register.id}/{listing.id}: {published} licences, but the last reading had {last.published} and at "
                f"least {limits.at_least} of them must be there. Nothing was published; the last snapshot serves. "
                f"Check the file; if it is right, lower `assert: at_least` in register.yml"
            )
            raise AssertionFailedError(message)
        if published > limits.warn_above * last.published:
            return [
                f"{published} licences, more than {limits.warn_above} times the {last.published} of the last reading"
            ]
        return []

    def _enter_file(self, dated: DatedReading, claimed: set[str]) -> FileReport:
        file, reading = dated.file, dated.reading
        entered = self.ledger.enter(dated.file, reading, dated.read_on, claimed)
        report = FileReport(
            name=file.name,
            sha256=file.sha256,
            bytes=file.path.stat().st_size,
            rows=reading.rows,
            published=entered.published,
            merged=reading.merged + entered.merged,
            rejected=len(reading.rejected) + len(entered.rejected),
            problems=len(reading.problems),
            read_on=dated.read_on,
            read_on_by=dated.read_on_by,
            address=file.fetched.address if file.fetched else None,
            fetched_at=file.fetched.fetched_at if file.fetched else None,
            correction=reading.correction_of is not None,
        )
        if report.rows != report.published + report.merged + report.rejected:
            message = f"{file.path}: {report.rows} rows do not add up. This is a defect of Tenring; please report it"
            raise SnapshotError(message)
        self.rejected_files.append((dated, report))
        return report

    # writing

    def _write(self, folder: Path, name: str, unknown: tuple[str, ...]) -> Manifest:
        self.progress("Writing the tables", 0, 0)
        totals = write_tables(folder, self.ledger.additions(), previous=self.previous, settings=self.settings)
        self._write_rejected(folder / "rejected")
        checked = validate(folder, categories=_categories(self.settings.catalog), settings=self.settings)
        if broken := [f"{check.name}: {check.detail}" for check in checked if not check.holds]:
            message = f"the new tables do not hold together ({'; '.join(broken)}). Nothing was published"
            raise AssertionFailedError(message)
        manifest = Manifest(
            name=name,
            created_at=self.request.now,
            tool=f"tenring {__version__}",
            sample=self.request.sample,
            on=self.request.on,
            based_on=self.previous.name if self.previous else None,
            lists=tuple(self._all_reports()),
            totals=totals,
            assertions=checked,
            unknown_files=unknown,
            warnings=tuple(self.warnings),
        )
        manifests.write(manifest, folder)
        return manifest

    def _all_reports(self) -> list[ListReport]:
        carried = {
            (report.register_id, report.list_id): report.model_copy(update={"carried": True})
            for report in (self.previous.manifest.lists if self.previous else ())
        }
        return [report for _, report in sorted((carried | self.reports).items())]

    def _write_rejected(self, folder: Path) -> None:
        """Each file's rejected rows as CSV with their own columns and the reason, to be corrected and sent again."""
        for dated, _ in self.rejected_files:
            rows = [*dated.reading.rejected, *self.ledger.rejected_of(dated.file.name)]
            if not rows:
                continue
            target = folder / dated.file.register.id / f"{dated.file.path.stem}.csv"
            target.parent.mkdir(parents=True, exist_ok=True)
            columns = [column for column in dated.reading.columns if column not in REJECTED_COLUMNS]
            with target.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream, delimiter=dated.file.register.source.separator)
                writer.writerow([*columns, *REJECTED_COLUMNS])
                for row in rows:
                    cells = [row.cells.get(column, "") for column in columns]
                    writer.writerow([*cells, row.row, row.column, row.value, row.reason, dated.read_on])


def _is_register_file(path: Path) -> bool:
    hidden = path.name.startswith(".") or path.name.endswith(METADATA_SUFFIX)
    return path.is_file() and not hidden and path.suffix.lower() not in {".md", ".html", ".pdf"}


def _categories(catalog: Path) -> frozenset[str]:
    return frozenset(path.stem for path in (catalog / "categories").glob("*.yml") if path.stem != "schemes")
