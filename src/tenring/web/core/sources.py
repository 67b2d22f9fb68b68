"""What pages are made from, opened once and shared by all requests: catalogue, snapshot, search index, criteria."""

from __future__ import annotations

import gc
import hashlib
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.conf import settings as django_settings

from tenring.catalogue import Catalogue
from tenring.catalogue.properties import Properties, load_measurands
from tenring.exceptions import SnapshotError
from tenring.register.figures import Count, counts
from tenring.register.lookup import Database
from tenring.register.measured import Measurements
from tenring.register.measured_read import read_all_measurements, read_measurements
from tenring.register.overview import RegisterOverview, overview
from tenring.register.search.index import SearchIndex
from tenring.register.snapshot import Snapshot, names
from tenring.rulebook.library import Library, load_library
from tenring.rulebook.publish.html import Site
from tenring.rulebook.publish.names import Publication
from tenring.screening.obligations import Obliges, obligations
from tenring.screening.work import folder_state, program_state
from tenring.settings import Settings

#: How often a process looks for a new snapshot to be read ahead.
_SECONDS = 2


@dataclass(frozen=True)
class Sources:
    """One snapshot and the catalogue, each part opened when it is first asked for; only read, so shared by threads."""

    settings: Settings
    snapshot: Snapshot
    _open: ExitStack = field(default_factory=ExitStack, compare=False, repr=False)
    """Closes the tables when nobody holds these sources any more."""
    _measured: dict[str, Measurements] = field(default_factory=dict, compare=False, repr=False)
    _reading: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)

    @cached_property
    def index(self) -> SearchIndex:
        """The search index of the snapshot.

        Raises:
            SnapshotError: it has none that this version reads.
        """
        return SearchIndex.open(self.snapshot.folder)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Categories, programmes, rules, agreements."""
        return Catalogue(self.settings.catalog)

    @cached_property
    def library(self) -> Library:
        """All criteria."""
        return load_library(self.settings.catalog, self.settings.compiled)

    @cached_property
    def properties(self) -> Properties:
        """Properties, subjects and methods."""
        return load_measurands(self.settings.catalog)

    @cached_property
    def _database(self) -> Database:
        """Open as long as the process is: to open one takes longer than most questions."""
        return self._open.enter_context(self.snapshot.connect())

    @property
    def db(self) -> Database:
        """The snapshot's tables for one thread."""
        return self._database.cursor()

    @cached_property
    def registers(self) -> list[RegisterOverview]:
        """What registers there are, and what is known of each."""
        return overview(self.settings)

    def measured(self, category: str) -> Measurements:
        """What was measured of the licences of a category; read once, by whoever asks first."""
        if category not in self.catalogue.categories.by_id:
            return read_measurements(self.db, category)  # not kept: visitors may invent any number of categories
        if category not in self._measured:
            with self._reading:
                if category not in self._measured:
                    self._measured[category] = read_measurements(self.db, category)
        return self._measured[category]

    def read_measured(self) -> None:
        """Read what was measured of all categories; whoever asks for one meanwhile does not wait for it."""
        self._measured.update(read_all_measurements(self.db))

    @cached_property
    def counts(self) -> list[Count]:
        """Licences by programme, category and economy, active ones on the snapshot's day."""
        return counts(self.db, self.day)

    @cached_property
    def obligations(self) -> tuple[Obliges, ...]:
        """Rules that oblige categories on the snapshot's day."""
        return obligations(self.snapshot, self.catalogue, self.day)

    @cached_property
    def version(self) -> str:
        """What identifies everything that answers rest on but the day: snapshot, catalogue, program."""
        facts = (self.snapshot.name, folder_state(self.settings.catalog), program_state())
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]

    def site(self, on: date) -> Site:
        """What writes criteria in words, as they stand on a day."""
        return Site(Publication(self.library, self.catalogue.programmes, on))

    @property
    def day(self) -> date:
        """The day of the snapshot's readings: what "today" means for what is shown."""
        return self.index.about.day


def keep_warm() -> None:
    """Open what the first visitors of each new snapshot would wait for, as long as this process lasts."""
    warmed: Sources | None = None
    while True:
        warmed = warm_newest(warmed)
        time.sleep(_SECONDS)


def warm_newest(warmed: Sources | None) -> Sources | None:
    """Warm the newest sources unless it was they that were warmed last; those that are warm now, if there are any."""
    try:
        newest = sources()
    except SnapshotError:
        return None  # pages say so in words
    if newest is not warmed:
        warm(newest)
    return newest


def warm(open_: Sources) -> None:
    """Read everything, then spare it from the search for garbage.

    That search would look at each of these objects again and again, and everybody waits meanwhile: with a million
    licences a fifth of a second.
    """
    _ = open_.index, open_.library, open_.counts, open_.registers, open_.obligations
    open_.read_measured()
    gc.collect()
    gc.freeze()


def tenring_settings() -> Settings:
    """Tenring's settings of this process."""
    found: Settings = django_settings.TENRING
    return found


def today() -> date:
    """The day of the request: the one place where the web reads the clock for a day."""
    return datetime.now().astimezone().date()


class _Newest:
    """The sources with the newest snapshot; a new one is opened beside the old, then they change places."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: Sources | None = None
        self._there: tuple[Settings, frozenset[str]] | None = None

    def get(self, settings: Settings) -> Sources:
        """The sources now: as long as the same snapshots are there, the same.

        Raises:
            SnapshotError: there is no snapshot.
        """
        there = (settings, names(settings))
        with self._lock:
            held = self._held
            if held is None or there != self._there:
                snapshot = Snapshot.open(settings)
                if held is None or held.snapshot.folder != snapshot.folder or held.settings != settings:
                    held = self._held = Sources(settings, snapshot)
                self._there = there
            return held


_newest = _Newest()


def sources() -> Sources:
    """What pages are made from, with the newest snapshot there is.

    Raises:
        SnapshotError: there is no snapshot yet.
    """
    return _newest.get(tenring_settings())
