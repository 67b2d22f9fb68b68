"""The network's own record of whom it recognises: who wrote it, when and why. Lines are added, none is ever changed.

One file of JSON lines in the home. Each line holds the hash of the line before it, so that a line changed or taken out
later is found. Ending a recognition is a further line that says since when.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final, NoReturn

from tenring.exceptions import IssueError, MalformedError, MaterialError
from tenring.language import T
from tenring.proof.canonical import canonical
from tenring.proof.did.names import is_did
from tenring.proof.moment import moment, read_moment
from tenring.proof.strict import JsonObject, read_object
from tenring.proof.trust.entities import RecognisedList, read_list, write_list
from tenring.proof.trust.fields import day, member, text, texts
from tenring.proof.trust.model import MOST_LINKS, Action, Entity, PostalAddress, Recognition, Scope, TrustModel
from tenring.proof.trust.written import Written
from tenring.settings import Settings

_FIRST: Final = "0" * 64


@dataclass(frozen=True)
class Entry:
    """A recognition as recorded: its number, who stated it, and who ended it."""

    number: int
    recognition: Recognition
    begun: Written
    ended: Written | None = None


@dataclass(frozen=True)
class TrustBook:
    """The record of one home. Nothing is created before the first line is written."""

    path: Path

    @classmethod
    def of(cls, settings: Settings) -> TrustBook:
        """The record kept in the home folder of `settings`."""
        return cls(settings.trust / "book.jsonl")

    # actions: check, write one line

    def recognise(self, entity: Entity, recognition: Recognition, written: Written) -> Entry:
        """Record that `recognition.by` recognises `entity`, and what is known of the entity from now on.

        Raises:
            IssueError: nobody says why, the scope is empty, the dates are none, or it would lead in a circle.
        """
        _require_said(written)
        _require_sound(entity, recognition)
        with self._alone() as lines:
            entries, _ = _read(lines, self.path)
            self._require_no_circle(recognition, entries)
            self._require_new(recognition, entries)
            said = {"entity": _entity_as_json(entity), "recognition": _recognition_as_json(recognition)}
            number = self._append(lines, "recognised", said, written)
        return Entry(number, recognition, written)

    def end(self, number: int, until: date, written: Written) -> Entry:
        """Record that a recognition ended: `until` is its last day. What was certified before is judged by the date.

        Raises:
            IssueError: nobody says why, there is no such recognition, or it ended earlier already.
        """
        _require_said(written)
        with self._alone() as lines:
            entries, _ = _read(lines, self.path)
            entry = next((one for one in entries if one.number == number), None)
            if entry is None:
                raise IssueError(T("there is no recognition {number}. See `tenring trust show`", number=number))
            if until < entry.recognition.since:
                _refuse(T("it cannot end before it began, on {day}", day=entry.recognition.since))
            if entry.recognition.until is not None and until >= entry.recognition.until:
                _refuse(T("it ends on {day} already; to go on, recognise again", day=entry.recognition.until))
            self._append(lines, "ended", {"number": number, "until": until.isoformat()}, written)
        return replace(entry, recognition=replace(entry.recognition, until=until), ended=written)

    # what is recorded

    def entries(self) -> tuple[Entry, ...]:
        """All recognitions, oldest first, ended ones with their end.

        Raises:
            MaterialError: the file cannot be read, or a line of it was changed or taken out.
        """
        return _read(self._lines(), self.path)[0]

    def model(self, root: str) -> TrustModel:
        """What is recorded, as an answer to who is recognised.

        Raises:
            MaterialError: as `entries`.
        """
        entries, entities = _read(self._lines(), self.path)
        return TrustModel(root, entities, tuple(entry.recognition for entry in entries))

    def listed(self, edition: RecognisedList) -> RecognisedList:
        """An edition of a list, filled with whom its publisher recognises.

        Raises:
            MaterialError: as `entries`.
            IssueError: it recognises nobody.
        """
        publisher = edition.publisher.did
        entries, entities = _read(self._lines(), self.path)
        own = tuple(entry.recognition for entry in entries if entry.recognition.by == publisher)
        if not own:
            raise IssueError(T("{did} recognises nobody yet. Begin with `tenring trust add`", did=publisher))
        known = tuple(entities[did] for did in sorted({one.entity for one in own}))
        return replace(edition, entities=known, recognitions=own)

    # the file

    @contextmanager
    def _alone(self) -> Iterator[list[bytes]]:
        """The lines, while nobody else writes."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with (self.path.parent / ".lock").open("a+b") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield self._lines()
        except OSError as error:
            raise MaterialError(T("{path} cannot be written: {error}", path=self.path, error=error)) from error

    def _lines(self) -> list[bytes]:
        try:
            whole = self.path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise MaterialError(T("{path} cannot be read: {error}", path=self.path, error=error)) from error
        # A line that a power cut left half written was never acknowledged: it has no end.
        return whole.split(b"\n")[:-1]

    def _append(self, lines: list[bytes], what: str, said: JsonObject, written: Written) -> int:
        number = len(lines) + 1
        previous = hashlib.sha256(lines[-1]).hexdigest() if lines else _FIRST
        line = {"line": number, "previous": previous, "what": what, "who": written.who, "why": written.why}
        raw = canonical(line | {"when": moment(written.at)} | said) + b"\n"
        with self.path.open("r+b" if self.path.exists() else "w+b") as stream:
            stream.seek(sum(len(one) + 1 for one in lines))
            stream.truncate()
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        return number

    def _require_no_circle(self, recognition: Recognition, entries: tuple[Entry, ...]) -> None:
        """Refuse recognising somebody above oneself, and chains deeper than a verifier follows."""
        above, level = {recognition.by}, 0
        while above and level <= MOST_LINKS:
            if recognition.entity in above:
                _refuse(
                    T(
                        "{did} stands above {by} itself: that would lead in a circle",
                        did=recognition.entity,
                        by=recognition.by,
                    )
                )
            above = {
                one.recognition.by
                for one in entries
                if one.recognition.entity in above and one.recognition.action is Action.RECOGNISE
            }
            level += 1 if above else 0
        if level >= MOST_LINKS:
            _refuse(T("{did} would stand deeper than {most} below the root", did=recognition.entity, most=MOST_LINKS))

    def _require_new(self, recognition: Recognition, entries: tuple[Entry, ...]) -> None:
        """Refuse a second recognition for the same on the same days: ending one would leave the other."""
        for one in entries:
            known = one.recognition
            same = (known.entity, known.by, known.action, known.scope)
            if same != (recognition.entity, recognition.by, recognition.action, recognition.scope):
                continue
            if known.since <= (recognition.until or date.max) and recognition.since <= (known.until or date.max):
                _refuse(T("number {number} says so already for these days", number=one.number))


def _require_said(written: Written) -> None:
    if not written.who.strip() or not written.why.strip():
        _refuse(T("it is not said who does this, and why. Use --who (or TENRING_WHO) and --why"))


def _require_sound(entity: Entity, recognition: Recognition) -> None:
    for did in (entity.did, recognition.by):
        if not is_did(did):
            _refuse(T("{did} is no DID", did=repr(did)))
    if not recognition.scope.schemes or not recognition.scope.categories:
        _refuse(T("it is not said for which scheme and categories. For all of them, write *"))
    if recognition.until is not None and recognition.until < recognition.since:
        _refuse(T("it ends before it begins"))
    alone = RecognisedList(None, Entity(recognition.by), None, None, (entity,), (recognition,))
    try:  # what a verifier would refuse would spoil the whole list
        read_list(write_list(alone))
    except MalformedError as error:
        _refuse(str(error))


def _refuse(what: str) -> NoReturn:
    raise IssueError(T("This cannot be recorded: {what}", what=what))


# lines


def _entity_as_json(entity: Entity) -> JsonObject:
    facts = asdict(entity) | {"names": dict(entity.names), "status_lists": list(entity.status_lists)}
    return {name: value for name, value in facts.items() if value}


def _recognition_as_json(recognition: Recognition) -> JsonObject:
    return {
        "by": recognition.by,
        "action": recognition.action.value,
        "schemes": sorted(recognition.scope.schemes),
        "categories": sorted(recognition.scope.categories),
        "since": recognition.since.isoformat(),
        "until": recognition.until.isoformat() if recognition.until else None,
        "why": recognition.why,
    }


def _read(lines: list[bytes], path: Path) -> tuple[tuple[Entry, ...], dict[str, Entity]]:
    """The recognitions, and the entities as last described."""
    entries: dict[int, Entry] = {}
    entities: dict[str, Entity] = {}
    previous = _FIRST
    for number, raw in enumerate(lines, 1):
        try:
            line = read_object(raw)
            _require_next(line, number, previous)
            _take(line, number, entries, entities)
        except (MalformedError, KeyError, ValueError, TypeError) as error:
            raise MaterialError(T("{path}, line {number}: {error}", path=path, number=number, error=error)) from error
        previous = hashlib.sha256(raw).hexdigest()
    return tuple(entries.values()), entities


def _require_next(line: JsonObject, number: int, previous: str) -> None:
    if line.get("previous") != previous or line.get("line") != number:
        raise MalformedError(T("it does not follow the line before it: a line was changed or taken out"))


def _take(line: JsonObject, number: int, entries: dict[int, Entry], entities: dict[str, Entity]) -> None:
    """What one line says, added to what those before it said."""
    written = Written(str(line["who"]), read_moment(line["when"], "when"), str(line["why"]))
    if line["what"] == "recognised":
        entity = _entity(member(line["entity"], "entity"))
        entities[entity.did] = entity
        said = _recognition(entity.did, member(line["recognition"], "recognition"))
        entries[number] = Entry(number, said, written)
        return
    entry = entries[line["number"]]
    until = day(line["until"], "until")
    entries[line["number"]] = replace(entry, recognition=replace(entry.recognition, until=until), ended=written)


def _entity(said: JsonObject) -> Entity:
    address = said.get("address")
    return Entity(
        did=str(said["did"]),
        names={str(language): str(name) for language, name in said.get("names", {}).items()},
        address=PostalAddress(**address) if address else None,
        status_lists=texts(said.get("status_lists"), "status_lists"),
        **{
            name: text(said.get(name), name)
            for name in ("legal_name", "programme", "website", "electronic", "list_address", "anchor")
        },
    )


def _recognition(did: str, said: JsonObject) -> Recognition:
    since = day(said["since"], "since")
    if since is None:
        raise MalformedError(T("neither it nor the list says since when"))
    scope = Scope(frozenset(texts(said["schemes"], "schemes")), frozenset(texts(said["categories"], "categories")))
    until = day(said.get("until"), "until")
    return Recognition(did, str(said["by"]), Action(said["action"]), scope, since, until, str(said["why"]))
