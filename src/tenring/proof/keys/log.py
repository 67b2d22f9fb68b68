"""The log of keys: every change with who, when and why, only ever added to.

Each line holds the SHA-256 of the line before, so that a line that was altered, taken out or put in between shows.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from tenring.exceptions import KeyMaterialError, MalformedError
from tenring.language import T
from tenring.proof.files import PRIVATE
from tenring.proof.moment import moment, read_moment
from tenring.proof.strict import JsonObject, read_object

_FIRST: Final = "0" * 64


@dataclass(frozen=True)
class Logged:
    """One change of one key."""

    what: str
    key: str
    who: str
    at: datetime
    why: str
    facts: JsonObject


def add_to_log(path: Path, entry: Logged) -> None:
    """Add a change; it is on the disk when this returns. The caller holds the lock of the folder.

    Raises:
        KeyMaterialError: no name or reason, or the log so far was altered.
        OSError: the log cannot be written.
    """
    if not entry.who.strip() or not entry.why.strip():
        raise KeyMaterialError(T("A change of a key needs a name and a reason"))
    lines = _lines(path)
    read_lines(lines, path)
    line = {
        "at": moment(entry.at),
        "what": entry.what,
        "key": entry.key,
        "who": entry.who.strip(),
        "why": entry.why.strip(),
        "facts": entry.facts,
        "previous": _digest(lines[-1]) if lines else _FIRST,
    }
    text = json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, PRIVATE)
    try:
        os.write(descriptor, text.encode("utf-8"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_log(path: Path) -> list[Logged]:
    """All changes, oldest first.

    Raises:
        KeyMaterialError: a line was altered, taken out or put in.
    """
    return read_lines(_lines(path), path)


def read_lines(lines: list[bytes], path: Path) -> list[Logged]:
    """The changes that these lines hold; see `read_log`."""
    found, previous = [], _FIRST
    for number, text in enumerate(lines, start=1):
        try:
            line = read_object(text)
            entry = Logged(
                line["what"], line["key"], line["who"], read_moment(line["at"], "at"), line["why"], line["facts"]
            )
        except (KeyError, MalformedError) as error:
            raise KeyMaterialError(T("{path}, line {number}: it cannot be read", path=path, number=number)) from error
        if line.get("previous") != previous:
            raise KeyMaterialError(
                T("{path}, line {number}: a line before it was altered or taken out", path=path, number=number)
            )
        found.append(entry)
        previous = _digest(text)
    return found


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.is_file() else []


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
