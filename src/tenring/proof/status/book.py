"""The issuer's book: which place in which list belongs to which credential, and what became of it.

One SQLite database in the home folder. Places are drawn at random and never given twice; places and changes are only
added (triggers refuse anything else), so what was published can always be made again and explained.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

from tenring.exceptions import IssueError
from tenring.language import T
from tenring.model.licence import Status
from tenring.model.own_database import found_layout, make_layout
from tenring.proof.status.bitstring import MINIMUM, Bitstring
from tenring.proof.status.entry import write_entry
from tenring.proof.status.lists import EVER, EVER_SUSPENDED
from tenring.proof.status.purposes import FINAL, HALTED, MESSAGE_SIZE, Purpose, bits_of, status_word
from tenring.proof.status.record import Period, record_address
from tenring.proof.strict import JsonObject

#: Layout of the database; a file of another layout is refused.
LAYOUT: Final = 1
#: Seconds to wait for another process that is writing.
PATIENCE: Final = 30
#: Share of a list that is given out before the next one is opened: drawing at random stays quick, and what is free
#: hides what is taken.
FULL: Final = 0.5
#: What a credential gets a place for, in the order in which its entries stand.
GIVEN: Final = (Purpose.REVOCATION, Purpose.SUSPENSION, Purpose.MESSAGE)

_LAYOUT = f"""
CREATE TABLE list (
    id INTEGER PRIMARY KEY, issuer TEXT NOT NULL, purpose TEXT NOT NULL, number INTEGER NOT NULL,
    address TEXT NOT NULL UNIQUE, length INTEGER NOT NULL, UNIQUE (issuer, purpose, number)
);
CREATE TABLE credential (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, licence TEXT NOT NULL, issuer TEXT NOT NULL, at TEXT NOT NULL
);
CREATE INDEX credential_of_licence ON credential (licence);
CREATE TABLE place (
    list INTEGER NOT NULL REFERENCES list, position INTEGER NOT NULL,
    credential INTEGER NOT NULL REFERENCES credential, PRIMARY KEY (list, position)
) WITHOUT ROWID;
CREATE INDEX place_of_credential ON place (credential);
CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT, credential INTEGER NOT NULL REFERENCES credential,
    status TEXT NOT NULL, since TEXT NOT NULL, reason TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL
);
CREATE INDEX change_of_credential ON change (credential);
CREATE TABLE issued (address TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TRIGGER list_stays BEFORE UPDATE ON list BEGIN SELECT RAISE(ABORT, 'a list is never changed'); END;
CREATE TRIGGER place_stays BEFORE UPDATE ON place BEGIN SELECT RAISE(ABORT, 'a place is never changed'); END;
CREATE TRIGGER place_is_kept BEFORE DELETE ON place BEGIN SELECT RAISE(ABORT, 'a place is never given again'); END;
CREATE TRIGGER change_stays BEFORE UPDATE ON change BEGIN SELECT RAISE(ABORT, 'a change is never changed'); END;
CREATE TRIGGER change_is_kept BEFORE DELETE ON change BEGIN SELECT RAISE(ABORT, 'a change is never removed'); END;
PRAGMA user_version = {LAYOUT};
"""


@dataclass(frozen=True)
class Place:
    """A credential's place in one list."""

    purpose: Purpose
    address: str
    index: int


@dataclass(frozen=True)
class Change:
    """One change of status of one credential: since when it holds, why, and who recorded it when."""

    credential: str
    licence: str
    issuer: str
    status: Status
    since: datetime
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True)
class OpenList:
    """A list of the book as it stands: its bits are made when it is published."""

    issuer: str
    purpose: str
    address: str
    length: int
    values: Mapping[int, int]

    @property
    def bits(self) -> Bitstring:
        """The bits of the list."""
        size = MESSAGE_SIZE if self.purpose == Purpose.MESSAGE else 1
        return Bitstring.of(dict(self.values), length=self.length, size=size)


@dataclass(frozen=True)
class OpenRecord:
    """The status record of a credential as it stands: what was when."""

    credential: str
    licence: str
    address: str
    periods: tuple[Period, ...]


@dataclass(frozen=True)
class StatusBook:
    """The book of one home. Nothing is created before the first credential is entered."""

    path: Path
    length: int = MINIMUM
    """Entries of a list that is opened from now on; never fewer than `MINIMUM`."""

    # what a new credential is told

    def enter(self, credential: str, *, licence: str, issuer: str, base: str, at: datetime) -> tuple[Place, ...]:
        """Give a credential its places, drawn at random; asked again for the same one, the places it has.

        `base`: the address below which the issuer's lists are published, such as `https://label.example/status`.

        Raises:
            IssueError: the credential was entered for another licence or issuer, or the book cannot be written.
        """
        return self.enter_all([(credential, licence)], issuer=issuer, base=base, at=at)[credential]

    def enter_all(
        self, credentials: Sequence[tuple[str, str]], *, issuer: str, base: str, at: datetime
    ) -> dict[str, tuple[Place, ...]]:
        """As `enter` for many (credential, licence), all or none: one writing for a whole register.

        Raises:
            IssueError: as `enter`.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._writing() as connection:
            giver = _Giver(connection, issuer, base.rstrip("/"), max(self.length, MINIMUM))
            return {name: giver.places(name, licence, at) for name, licence in credentials}

    @staticmethod
    def entries(
        places: Sequence[Place],
        *,
        as_integer: bool = False,
        purposes: Sequence[Purpose] = (Purpose.REVOCATION, Purpose.SUSPENSION),
    ) -> list[JsonObject]:
        """`credentialStatus` for these places.

        UNTP 0.7 has room for one entry, with its index as an integer: `as_integer=True, purposes=[Purpose.SUSPENSION]`
        (what is withdrawn is set in the suspension list too).
        """
        return [
            write_entry(place.purpose, place.address, place.index, as_integer=as_integer)
            for purpose in purposes
            for place in places
            if place.purpose is purpose
        ]

    # what becomes of it

    def set(  # noqa: PLR0913 - who, when, why, since when: a change is all of them
        self,
        licence: str,
        status: Status,
        *,
        reason: str,
        who: str,
        at: datetime,
        since: datetime | None = None,
        issuer: str | None = None,
        credential: str | None = None,
    ) -> list[Change]:
        """Record a status for all credentials of a licence (of this issuer); it shows when lists are published.

        `since`: from when the status holds (default: `at`), never before an earlier change of the same credential.
        `credential`: only for this one of them, such as the one that a renewal superseded.

        Raises:
            IssueError: no such licence, several issuers have it, it ended for good, the change has no reason or
                name, or comes before an earlier one.
        """
        if not reason.strip() or not who.strip():
            raise IssueError(T("A change of status needs a reason and a name"))
        since = since or at
        if since > at:
            raise IssueError(T("A change of status cannot be recorded before it holds"))
        self._require_begun()
        with self._writing() as connection:
            found = _credentials(connection, licence, issuer)
            if credential is not None:
                found = [one for one in found if one.name == credential] or _none_of(found, credential)
            for one in found:
                _require_change(one, _changes(connection, one), status, since)
            for one in found:
                values = (one.id, str(status), _text(since), reason.strip(), who.strip(), _text(at))
                connection.execute(
                    "INSERT INTO change (credential, status, since, reason, who, at) VALUES (?, ?, ?, ?, ?, ?)", values
                )
            return [change for one in found for change in _changes(connection, one)[-1:]]

    def history(self, licence: str, *, issuer: str | None = None) -> dict[str, list[Change]]:
        """All changes of the credentials of a licence, oldest first.

        Raises:
            IssueError: no such licence, or several issuers have it.
        """
        with self._reading() as connection:
            return {one.name: _changes(connection, one) for one in _credentials(connection, licence, issuer)}

    def places(self, licence: str, *, issuer: str | None = None) -> dict[str, tuple[Place, ...]]:
        """The places of the credentials of a licence.

        Raises:
            IssueError: no such licence, or several issuers have it.
        """
        with self._reading() as connection:
            return {one.name: _places(connection, one.id) for one in _credentials(connection, licence, issuer)}

    def records(self, issuer: str) -> Iterator[OpenRecord]:
        """For each credential whose status ever changed: its record."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT DISTINCT c.id, c.name, c.licence, c.issuer, c.at FROM credential c"
                " JOIN change ON change.credential = c.id WHERE c.issuer = ? ORDER BY c.id",
                (issuer,),
            ).fetchall()
            for row in rows:
                one = _Credential(*row)
                changes = _changes(connection, one)
                begin = Period(Status.ACTIVE, datetime.fromisoformat(one.at), "")
                first = [begin] if begin.since < changes[0].since else []
                yield OpenRecord(
                    credential=one.name,
                    licence=one.licence,
                    address=record_address(_places(connection, one.id)[0].address, one.name),
                    periods=(*first, *(Period(c.status, c.since, c.reason) for c in changes)),
                )

    def lists(self, issuer: str) -> list[OpenList]:
        """All lists of an issuer as they stand now, with the lists of what was ever suspended."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT id, issuer, purpose, address, length FROM list WHERE issuer = ? ORDER BY id", (issuer,)
            ).fetchall()
            return [one for row in rows for one in _open_lists(connection, row)]

    def require_lists(self, issuer: str) -> None:
        """Refuse an issuer who has no lists.

        Raises:
            IssueError: there are none; the message names those who have some.
        """
        known = self.issuers()
        if issuer not in known:
            raise IssueError(
                T(
                    "{issuer} has no status list: no credential was entered. Lists are of: {known}",
                    issuer=issuer,
                    known=", ".join(known) or "-",
                )
            )

    def issuers(self) -> list[str]:
        """Everybody who has lists in this book."""
        with self._reading() as connection:
            return [row[0] for row in connection.execute("SELECT DISTINCT issuer FROM list ORDER BY issuer")]

    def note_issued(self, addresses: Sequence[str], at: datetime) -> None:
        """Remember that these lists are issued at this moment.

        Raises:
            IssueError: one was issued at the same or a later moment: verifiers would take the new one for a replay.
        """
        with self._writing() as connection:
            for address in addresses:
                row = connection.execute("SELECT at FROM issued WHERE address = ?", (address,)).fetchone()
                if row is not None and datetime.fromisoformat(row[0]) > at:
                    raise IssueError(
                        T(
                            "{address} was issued at {moment}, which is later. Set the clock",
                            address=address,
                            moment=row[0],
                        )
                    )
                connection.execute("INSERT OR REPLACE INTO issued VALUES (?, ?)", (address, _text(at)))

    # the database

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One writer at a time from the first statement on; everything or nothing."""
        with self._opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                make_layout(connection, _LAYOUT)
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        self._require_begun()
        with self._opened() as connection:
            yield connection

    def _require_begun(self) -> None:
        if not self.path.is_file():
            raise IssueError(T("{path}: no credential was entered yet", path=self.path))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            try:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA foreign_keys = ON")
                _check_layout(connection, self.path)
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            message = T("{path}: the status book cannot be read or written ({reason})", path=self.path, reason=error)
            raise IssueError(message) from error


@dataclass(frozen=True)
class _Credential:
    id: int
    name: str
    licence: str
    issuer: str
    at: str


@dataclass
class _Giver:
    """Gives out places inside one transaction; remembers how full the open lists are."""

    connection: sqlite3.Connection
    issuer: str
    base: str
    length: int

    def __post_init__(self) -> None:
        self._open: dict[Purpose, tuple[int, str, int, set[int]]] = {}

    def places(self, name: str, licence: str, at: datetime) -> tuple[Place, ...]:
        """The places of a credential: those it has, or new ones."""
        row = self.connection.execute("SELECT id, licence, issuer FROM credential WHERE name = ?", (name,)).fetchone()
        if row is not None:
            if row[1:] != (licence, self.issuer):
                raise IssueError(T("the credential {name} is in the book for another licence or issuer", name=name))
            return _places(self.connection, row[0])
        cursor = self.connection.execute(
            "INSERT INTO credential (name, licence, issuer, at) VALUES (?, ?, ?, ?)",
            (name, licence, self.issuer, _text(at)),
        )
        return tuple(self._drawn(purpose, cursor.lastrowid or 0) for purpose in GIVEN)

    def _drawn(self, purpose: Purpose, credential: int) -> Place:
        number, address, length, taken = self._list(purpose)
        index = secrets.randbelow(length)
        while index in taken:
            index = secrets.randbelow(length)
        taken.add(index)
        self.connection.execute("INSERT INTO place VALUES (?, ?, ?)", (number, index, credential))
        return Place(purpose, address, index)

    def _list(self, purpose: Purpose) -> tuple[int, str, int, set[int]]:
        """The list of this purpose that places are drawn from: the last one, until it is full."""
        if purpose not in self._open:
            row = self.connection.execute(
                "SELECT id, address, length FROM list WHERE issuer = ? AND purpose = ? ORDER BY number DESC LIMIT 1",
                (self.issuer, purpose),
            ).fetchone()
            if row is not None:
                held = self.connection.execute("SELECT position FROM place WHERE list = ?", (row[0],))
                self._open[purpose] = (*row, {position for (position,) in held})
        if purpose not in self._open or len(self._open[purpose][3]) >= FULL * self._open[purpose][2]:
            self._open[purpose] = self._opened(purpose)
        return self._open[purpose]

    def _opened(self, purpose: Purpose) -> tuple[int, str, int, set[int]]:
        (count,) = self.connection.execute(
            "SELECT count(*) FROM list WHERE issuer = ? AND purpose = ?", (self.issuer, purpose)
        ).fetchone()
        address = f"{self.base}/{purpose}-{count + 1}"
        values = (self.issuer, str(purpose), count + 1, address, self.length)
        cursor = self.connection.execute(
            "INSERT INTO list (issuer, purpose, number, address, length) VALUES (?, ?, ?, ?, ?)", values
        )
        return cursor.lastrowid or 0, address, self.length, set()


def _credentials(connection: sqlite3.Connection, licence: str, issuer: str | None) -> list[_Credential]:
    rows = connection.execute(
        "SELECT id, name, licence, issuer, at FROM credential"
        " WHERE licence = ? AND (? IS NULL OR issuer = ?) ORDER BY id",
        (licence, issuer, issuer),
    ).fetchall()
    found = [_Credential(*row) for row in rows]
    if not found:
        raise IssueError(T("no credential was issued here for the licence {number}", number=licence))
    issuers = sorted({one.issuer for one in found})
    if len(issuers) > 1:
        raise IssueError(
            T(
                "the licence {number} is one of several issuers ({issuers}). Say which",
                number=licence,
                issuers=", ".join(issuers),
            )
        )
    return found


def _none_of(found: Sequence[_Credential], credential: str) -> NoReturn:
    raise IssueError(
        T(
            "{credential} is no credential of the licence {number}. There are: {known}",
            credential=credential,
            number=found[0].licence,
            known=", ".join(one.name for one in found),
        )
    )


def _changes(connection: sqlite3.Connection, one: _Credential) -> list[Change]:
    rows = connection.execute(
        "SELECT status, since, reason, who, at FROM change WHERE credential = ? ORDER BY since, id", (one.id,)
    )
    return [
        Change(
            one.name,
            one.licence,
            one.issuer,
            Status(status),
            datetime.fromisoformat(since),
            reason,
            who,
            datetime.fromisoformat(at),
        )
        for status, since, reason, who, at in rows
    ]


def _require_change(one: _Credential, earlier: Sequence[Change], status: Status, since: datetime) -> None:
    if not earlier:
        return
    last = earlier[-1]
    if last.status in FINAL and status not in FINAL:
        raise IssueError(
            T(
                "{credential}: {status} since {day} cannot be undone. Issue a new credential",
                credential=one.name,
                status=status_word(last.status),
                day=last.since.date(),
            )
        )
    if since < last.since:
        raise IssueError(
            T("{credential}: an earlier change holds since {day}", credential=one.name, day=last.since.date())
        )


def _places(connection: sqlite3.Connection, credential: int) -> tuple[Place, ...]:
    rows = connection.execute(
        "SELECT list.purpose, list.address, place.position FROM place JOIN list ON list.id = place.list"
        " WHERE place.credential = ?",
        (credential,),
    )
    found = [Place(Purpose(purpose), address, position) for purpose, address, position in rows]
    return tuple(sorted(found, key=lambda place: GIVEN.index(place.purpose)))


def _open_lists(connection: sqlite3.Connection, row: tuple[int, str, str, str, int]) -> Iterator[OpenList]:
    """A list as it stands now, and beside one of suspensions what was ever set in it."""
    number, issuer, purpose, address, length = row
    rows = connection.execute(
        "SELECT place.position, change.status FROM place JOIN change ON change.credential = place.credential"
        " WHERE place.list = ? ORDER BY change.since, change.id",
        (number,),
    ).fetchall()
    now = {position: getattr(bits_of(Status(status)), purpose) for position, status in rows}
    yield OpenList(issuer, purpose, address, length, {index: value for index, value in now.items() if value})
    if purpose == Purpose.SUSPENSION:
        ever = {position: 1 for position, status in rows if Status(status) in FINAL | HALTED}
        yield OpenList(issuer, EVER_SUSPENDED, address + EVER, length, ever)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _check_layout(connection: sqlite3.Connection, path: Path) -> None:
    layout = found_layout(connection)
    if layout is None:
        raise IssueError(T("{path}: this is another database, not our status book. Move it away", path=path))
    if layout not in (0, LAYOUT):
        raise IssueError(
            T("{path}: written by another version of Tenring (layout {layout}). Use that one", path=path, layout=layout)
        )
