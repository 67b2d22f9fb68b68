"""The file of decisions: one SQLite database in the home folder, to which rows are only added.

SQLite's rollback journal with full synchronisation makes each recording whole or not there at all, whatever ends the
process, and lets two processes write in turn; it needs no shared memory, so the home may lie on a network drive.
Triggers refuse to change or remove a row: undoing is a further decision.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path

from tenring.exceptions import DecisionError
from tenring.language import T
from tenring.model.own_database import found_layout, layout_of, make_layout
from tenring.screening.memory.decision import Decided, Decision, LicenceMeant, Source, Subject
from tenring.settings import Settings

#: Layout of the database; a file of another layout is refused.
LAYOUT = 1
#: Seconds to wait for another process that is writing.
PATIENCE = 30

_SUBJECT = ("text", "brand", "model", "gtin", "certificate", "code_scheme", "code", "code_name")
_LICENCE = ("licence_id", "programme", "licence_number", "licence_brand", "licence_model", "licence_name")
_SOURCE = ("screening", "line_id", "snapshot", "score")
_KEYS = ("kind", "decided", "subject_key", "target_key", "who", "at", "why")
COLUMNS = (*_KEYS, *_SUBJECT, *_LICENCE, "category", *_SOURCE)

_LAYOUT = f"""
CREATE TABLE decision (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('match', 'category')),
    decided TEXT NOT NULL CHECK (decided IN ('confirmed', 'rejected', 'undone')),
    subject_key TEXT NOT NULL, target_key TEXT NOT NULL,
    who TEXT NOT NULL, at TEXT NOT NULL, why TEXT NOT NULL,
    text TEXT, brand TEXT, model TEXT, gtin TEXT, certificate TEXT, code_scheme TEXT, code TEXT, code_name TEXT,
    licence_id TEXT, programme TEXT, licence_number TEXT, licence_brand TEXT, licence_model TEXT, licence_name TEXT,
    category TEXT,
    screening TEXT, line_id TEXT, snapshot TEXT, score REAL,
    CHECK ((kind = 'match') = (licence_id IS NOT NULL) AND (kind = 'category') = (category IS NOT NULL))
);
CREATE UNIQUE INDEX decision_once ON decision (kind, decided, subject_key, target_key, who, at, why);
CREATE TRIGGER decision_stays BEFORE UPDATE ON decision
    BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END;
CREATE TRIGGER decision_is_kept BEFORE DELETE ON decision
    BEGIN SELECT RAISE(ABORT, 'a decision is never removed'); END;
PRAGMA user_version = {LAYOUT};
"""
_INSERT = f"INSERT OR IGNORE INTO decision ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_SELECT = f"SELECT id, {', '.join(COLUMNS)} FROM decision"


@dataclass(frozen=True)
class Recorded:
    """A decision with its number in the file; numbers grow in the order of recording."""

    id: int
    decision: Decision


@dataclass(frozen=True)
class Decisions:
    """All decisions of one home. Nothing is created before the first one is recorded."""

    path: Path

    @classmethod
    def of(cls, settings: Settings) -> Decisions:
        """The decisions kept in the home folder of `settings`."""
        return cls(settings.decisions)

    def record(self, decisions: Iterable[Decision]) -> list[Recorded]:
        """Add decisions, all or none; those already there word for word are left out. The added ones, numbered.

        Raises:
            DecisionError: the file cannot be written, or is not ours.
        """
        rows = [(decision, _row(decision)) for decision in decisions]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._opened() as connection, _transaction(connection):
            make_layout(connection, _LAYOUT)
            return [
                Recorded(cursor.lastrowid or 0, decision)
                for decision, row in rows
                if (cursor := connection.execute(_INSERT, row)).rowcount
            ]

    def history(self) -> list[Recorded]:
        """Every decision ever recorded, in the order in which they were made."""
        if not self.path.exists():
            return []
        with self._opened() as connection:
            if not layout_of(connection):
                return []
            return [_recorded(row) for row in connection.execute(f"{_SELECT} ORDER BY at, id")]

    def current(self) -> list[Recorded]:
        """The latest decision about each description and licence or category; what was undone is left out.

        A product has one category: of several confirmed ones the latest counts.
        """
        return current(self.history())

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            try:
                connection.execute("PRAGMA synchronous = FULL")
                _check_layout(connection, self.path)
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            message = T("{path}: the decisions cannot be read or written ({reason})", path=self.path, reason=error)
            raise DecisionError(message) from error


def current(history: Sequence[Recorded]) -> list[Recorded]:
    """Those of `history` (in order) that still count."""
    latest = {(r.decision.kind, r.decision.subject_key, r.decision.target_key): r for r in history}
    standing = [r for r in latest.values() if r.decision.decided is not Decided.UNDONE]
    category = {r.decision.subject_key: r for r in sorted(standing, key=_order) if _confirms_category(r.decision)}
    chosen = [r for r in standing if not _confirms_category(r.decision) or category[r.decision.subject_key] is r]
    return sorted(chosen, key=_order)


def _order(recorded: Recorded) -> tuple[datetime, int]:
    return recorded.decision.at, recorded.id


def _confirms_category(decision: Decision) -> bool:
    return decision.licence is None and decision.decided is Decided.CONFIRMED


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One writer at a time from the first statement on; everything or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _check_layout(connection: sqlite3.Connection, path: Path) -> None:
    layout = found_layout(connection)
    if layout is None:
        raise DecisionError(T("{path}: this is another database, not our decisions. Move it away", path=path))
    if layout not in (0, LAYOUT):
        raise DecisionError(
            T("{path}: written by another version of Tenring (layout {layout}). Use that one", path=path, layout=layout)
        )


def _row(decision: Decision) -> tuple[object, ...]:
    keys = (decision.kind, decision.decided, decision.subject_key, decision.target_key)
    licence = astuple(decision.licence) if decision.licence else (None,) * len(_LICENCE)
    facts = (decision.who.strip(), decision.at.isoformat(), decision.why.strip())
    return (*map(str, keys), *facts, *astuple(decision.subject), *licence, decision.category, *astuple(decision.source))


def _recorded(row: Sequence[object]) -> Recorded:
    """A row of `_SELECT` as an object: the columns stand in the order of the dataclasses' fields."""
    number, cells = row[0], list(row[1:])
    _kind, decided, _subject, _target, who, at, why = cells[:7]
    rest = cells[7:]
    subject, licence = rest[: len(_SUBJECT)], rest[len(_SUBJECT) : len(_SUBJECT) + len(_LICENCE)]
    category, *source = rest[len(_SUBJECT) + len(_LICENCE) :]
    decision = Decision(
        decided=Decided(str(decided)),
        subject=Subject(*subject),  # type: ignore[arg-type]  # the columns are text or null
        licence=LicenceMeant(*licence) if licence[0] is not None else None,  # type: ignore[arg-type]  # likewise
        category=category,  # type: ignore[arg-type]  # likewise
        who=str(who),
        at=datetime.fromisoformat(str(at)),
        why=str(why),
        source=Source(*source),  # type: ignore[arg-type]  # text, and a number
    )
    return Recorded(int(str(number)), decision)
