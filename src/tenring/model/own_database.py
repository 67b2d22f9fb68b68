"""Small SQLite files of our own: the tables are made once, and another's file is never taken for ours."""

from __future__ import annotations

import sqlite3


def layout_of(connection: sqlite3.Connection) -> int:
    """The layout of the file; 0 when it is new and empty, or not ours."""
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    return int(layout)


def make_layout(connection: sqlite3.Connection, script: str) -> None:
    """Make the tables of a new file, inside the open transaction: `executescript` would end it."""
    if layout_of(connection):
        return
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def found_layout(connection: sqlite3.Connection) -> int | None:
    """The layout of the file, 0 when it is empty; None: it has tables that are not ours.

    Tables are looked at first, then the number: another process may make both between the two questions.
    """
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    layout = layout_of(connection)
    return layout if layout or empty else None
