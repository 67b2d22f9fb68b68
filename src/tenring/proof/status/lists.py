"""What the status lists say of a credential: the verifier's side of Bitstring Status List 1.0.

Nothing but a proven, fresh list of the right issuer, that says which list it is and that it has this purpose, answers
"not revoked". Everything else is unknown, or a reason against the credential.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from tenring.exceptions import MalformedError, MaterialError, ProofError
from tenring.language import T, current
from tenring.model.licence import Status
from tenring.proof.answers import Check, Finding, Outcome, worst
from tenring.proof.did.names import did_web
from tenring.proof.material import Held, Material
from tenring.proof.moment import moment
from tenring.proof.status.bitstring import MINIMUM
from tenring.proof.status.credential import StatusList, issuer_of, read_list
from tenring.proof.status.entry import Entry, entries_in, is_bitstring_entry, read_entry
from tenring.proof.status.purposes import MESSAGES, Bits, Purpose, status_from_bits, status_named
from tenring.proof.status.record import read_record, record_address, status_at
from tenring.proof.strict import JsonObject

#: How long a list is relied on that says neither until when it is valid nor how long it lives.
UNSAID: Final = timedelta(hours=24)
#: Beside each suspension list of ours: the entries that were ever set, also those that are not any more.
EVER: Final = "-ever"
EVER_SUSPENDED: Final = "tenring-ever-suspended"
#: Seconds to wait for another process that writes what was seen.
PATIENCE: Final = 30
#: Answers that are kept.
_KEPT: Final = 256
#: States in which a credential may be relied on.
_GOOD: Final = frozenset({Status.ACTIVE, Status.NOT_BEGUN})


@dataclass(frozen=True)
class ProvenList:
    """A document whose proof holds, and whose key made it."""

    document: JsonObject
    controller: str
    """The DID that controls the key: the proven issuer, whatever the document says."""


Prove = Callable[[bytes], ProvenList]
"""Checks the proof of a document: raises a ProofError where it does not hold or cannot be checked."""


class SeenLists(Protocol):
    """The newest list seen at each address: an older one that is served later is a replay."""

    def newest(self, address: str) -> datetime | None:
        """When the newest list that was seen here was issued."""

    def saw(self, address: str, issued: datetime) -> None:
        """Remember that a list issued then was proven."""


@dataclass(frozen=True)
class SeenInMemory:
    """Remembers as long as it lives: for a verifier that has no place of its own."""

    _issued: dict[str, datetime] = field(default_factory=dict)

    def newest(self, address: str) -> datetime | None:
        """When the newest list that was seen here was issued."""
        return self._issued.get(address)

    def saw(self, address: str, issued: datetime) -> None:
        """Remember it, unless a newer one was seen."""
        self._issued[address] = max(issued, self._issued.get(address, issued))


@dataclass(frozen=True)
class SeenInFile:
    """Remembers in a small database of the home folder; several processes may write."""

    path: Path

    def newest(self, address: str) -> datetime | None:
        """When the newest list that was seen here was issued.

        Raises:
            MaterialError: the file cannot be read. Without it a replay could not be told.
        """
        if not self.path.is_file():
            return None
        with self._opened() as connection:
            row = connection.execute("SELECT issued FROM seen WHERE address = ?", (address,)).fetchone()
        return datetime.fromtimestamp(row[0], UTC) if row else None

    def saw(self, address: str, issued: datetime) -> None:
        """Remember it, unless a newer one was seen.

        Raises:
            MaterialError: the file cannot be written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        keep = (
            "INSERT INTO seen VALUES (?, ?) ON CONFLICT (address) DO UPDATE SET issued = excluded.issued"
            " WHERE excluded.issued > seen.issued"
        )
        with self._opened() as connection, connection:
            connection.execute(keep, (address, issued.timestamp()))

    def _opened(self) -> closing[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self.path, timeout=PATIENCE)
            connection.execute("CREATE TABLE IF NOT EXISTS seen (address TEXT PRIMARY KEY, issued REAL NOT NULL)")
        except sqlite3.Error as error:
            reason = T("{path}: the status lists seen cannot be remembered ({reason})", path=self.path, reason=error)
            raise MaterialError(reason) from error
        return closing(connection)


@dataclass(frozen=True)
class EntryAnswer:
    """What one list says."""

    purpose: str
    outcome: Outcome
    code: str
    reason: str
    value: int | None = None
    message: str | None = None
    as_of: datetime | None = None
    """When the list was got."""


@dataclass(frozen=True)
class StatusAnswer:
    """What all lists of a credential say together; the worst entry decides."""

    outcome: Outcome
    code: str
    reason: str
    entries: tuple[EntryAnswer, ...] = ()

    @cached_property
    def status(self) -> Status | None:
        """The state in the words of the feed, as far as the lists tell it."""
        return status_from_bits(_bits(self.entries))

    @cached_property
    def as_of(self) -> datetime | None:
        """The age of the oldest list that this rests on."""
        return min((entry.as_of for entry in self.entries if entry.as_of), default=None)

    @cached_property
    def finding(self) -> Finding:
        """The answer as that of a verification."""
        return Finding(Check.STATUS, self.outcome, self.reason, self.code)


def status_of(credential: JsonObject, material: Material, at: datetime, prove: Prove) -> StatusAnswer:
    """The status of one credential at a moment; for many, keep one `StatusLists`."""
    return StatusLists(material, prove).status_of(credential, at)


@dataclass(frozen=True)
class _Right:
    """A list that is right for entries of a kind: as held, for whose credentials, asked when."""

    held: Held
    issuer: str
    now: datetime
    found: StatusList
    language: str
    passed: EntryAnswer
    """The answer for an entry that is not set."""


@dataclass(frozen=True)
class StatusLists:
    """Reads status lists, each list once: it is proven and unpacked again only when its bytes have changed.

    `issuers`: whose lists are accepted beside those of the credential's own issuer (from the trust list).
    """

    material: Material
    prove: Prove
    seen: SeenLists = field(default_factory=SeenInMemory)
    issuers: Collection[str] = ()
    _read: dict[str, tuple[bytes, StatusList]] = field(default_factory=dict, repr=False, compare=False)
    _right: dict[tuple[str, str, int], _Right] = field(default_factory=dict, repr=False, compare=False)
    """By address, purpose and size of an entry: the list that was last found to be right for such an entry."""
    _answers: dict[tuple[int, ...], StatusAnswer] = field(default_factory=dict, repr=False, compare=False)
    """By the identities of the answers for the entries: what they say together."""

    def status_of(self, credential: JsonObject, at: datetime, *, now: datetime | None = None) -> StatusAnswer:
        """The status of a credential whose own proof holds.

        Args:
            credential: the credential.
            at: the moment that is asked about.
            now: the moment of asking, at which lists have to be fresh (default: `at`). Whoever asks about last month
                must not be answered from a list that was stale yesterday.
        """
        try:
            written = entries_in(credential)
            issuer = issuer_of(credential)
        except MalformedError as error:
            return StatusAnswer(Outcome.FAILED, "status_malformed", str(error))
        if not written:
            return StatusAnswer(Outcome.NOT_ASKED, "status_not_named", T("it names no status list"))
        asked = at if now is None or now < at else now
        question = _Question(self, issuer, str(credential.get("id", "")), at, asked)
        return self._together(tuple([question.answered(entry) for entry in written]))

    def _together(self, entries: tuple[EntryAnswer, ...]) -> StatusAnswer:
        """The answer from those of the entries; the very same ones, as most credentials have, give the same again."""
        same = tuple(map(id, entries))
        known = self._answers.get(same)
        if known is None:
            if len(self._answers) >= _KEPT:
                self._answers.clear()
            known = self._answers[same] = _together(entries)  # it holds its entries: so their ids stay theirs
        return known

    def list_at(self, address: str, at: datetime) -> tuple[StatusList, Held]:
        """The proven list at an address, fresh at this moment.

        Raises:
            MaterialError: it is missing, stale, or older than one that was seen.
            ProofError: its proof does not hold, or it is no status list.
        """
        held = self.material.find(address)
        if held is None:
            raise MaterialError(T("the status list at {address} is not at hand", address=address))
        found = self._proven(address, held.body)
        until = _until(found, held)
        if at > until:
            raise MaterialError(
                T("the status list at {address} could be relied on until {day}", address=address, day=moment(until))
            )
        return found, held

    def _proven(self, address: str, body: bytes) -> StatusList:
        known = self._read.get(address)
        if known is not None and known[0] == body:
            return known[1]
        proven = self.prove(body)
        found = read_list(proven.document, address)
        if proven.controller != found.issuer:
            raise MalformedError(
                T("the status list at {address} was signed by {signer}", address=address, signer=proven.controller)
            )
        if found.valid_from is None and found.valid_until is None:
            raise MalformedError(T("the status list at {address} bears no date", address=address))
        self._require_no_replay(found)
        self._read[address] = (body, found)
        return found

    def _require_no_replay(self, found: StatusList) -> None:
        newest = self.seen.newest(found.address)
        if newest is not None and (found.valid_from is None or found.valid_from < newest):
            raise MaterialError(
                T(
                    "the status list at {address} is older than the one of {day} that was seen before",
                    address=found.address,
                    day=moment(newest),
                )
            )
        if found.valid_from is not None and found.valid_from != newest:
            self.seen.saw(found.address, found.valid_from)


def _until(found: StatusList, held: Held) -> datetime:
    """Until when a list may be relied on: what the list and who held it say, whichever ends first."""
    said = [end for end in (found.valid_until, held.fresh_until) if end is not None]
    return min(said) if said else held.got + (found.ttl if found.ttl is not None else UNSAID)


@dataclass
class _Question:
    """One credential, asked about."""

    lists: StatusLists
    issuer: str
    credential: str
    at: datetime
    """The moment asked about."""
    now: datetime
    """The moment of asking."""

    def answered(self, written: JsonObject) -> EntryAnswer:
        """What one entry says."""
        if not is_bitstring_entry(written):
            kind = repr(written.get("type"))[:80]
            return _unknown("?", "status_type", T("a status of the type {kind} is not read", kind=kind))
        try:
            entry = read_entry(written)
        except MalformedError as error:
            return EntryAnswer("?", Outcome.FAILED, "status_malformed", str(error))
        try:
            return self._said(entry)
        except MaterialError as error:
            return _unknown(entry.purpose, "status_list_unavailable", str(error))
        except ProofError as error:
            return _unknown(entry.purpose, "status_list_unproven", str(error))

    def _said(self, entry: Entry) -> EntryAnswer:
        right = self._list_for(entry)
        found, held = right.found, right.held
        value, issued = found.bits.value(entry.position, entry.size), found.valid_from
        if issued is not None and issued.date() > self.at.date():
            return self._said_then(entry, value, held, issued=issued)
        return right.passed if value == 0 and entry.purpose != Purpose.MESSAGE else _meaning(entry, value, held)

    def _list_for(self, entry: Entry) -> _Right:
        """The list that an entry names, when it is right for it. A feed asks for few lists: each is looked at once."""
        kind = (entry.purpose, entry.address, entry.size)
        known = self.lists._right.get(kind)  # noqa: SLF001 - of this module
        if known is not None and known.issuer == self.issuer and known.now == self.now and known.language == current():
            held = self.lists.material.find(entry.address)
            if held is known.held:
                return known
        found, held = self.lists.list_at(entry.address, self.now)
        self._require_right(found, entry.purpose)
        if found.size not in (None, entry.size):
            raise MalformedError(T("the status list at {address} has entries of another size", address=entry.address))
        if found.bits.entries(entry.size) < MINIMUM:
            raise MalformedError(
                T("the status list at {address} has fewer than {count} entries", address=entry.address, count=MINIMUM)
            )
        right = _Right(held, self.issuer, self.now, found, current(), _passed(entry, 0, held))
        self.lists._right[kind] = right  # noqa: SLF001 - of this module
        return right

    def _require_right(self, found: StatusList, purpose: str) -> None:
        """The list is of this credential's issuer, or one that may speak for it, and has this purpose."""
        if found.issuer != self.issuer and found.issuer not in self.lists.issuers and found.issuer != self._own_did():
            raise MalformedError(
                T("the status list at {address} is of {other}", address=found.address, other=found.issuer)
            )
        if purpose not in found.purposes:
            raise MalformedError(
                T("the status list at {address} is not for {purpose}", address=found.address, purpose=repr(purpose))
            )

    def _own_did(self) -> str | None:
        """The did:web of an issuer that is named by its https address."""
        if not self.issuer.startswith("https://"):
            return None
        try:
            return did_web(self.issuer)
        except MalformedError:
            return None

    def _said_then(self, entry: Entry, value: int, held: Held, *, issued: datetime) -> EntryAnswer:
        """What a list says of a day before it was issued: bits tell what is, and not since when.

        What else the issuer published about the past counts when it is no older than the list: an older copy of it
        would not know of what came in between.
        """
        if value == 0 and (entry.purpose == Purpose.REVOCATION or self._never_set(entry, issued)):
            return _meaning(entry, 0, held)
        recorded = self._recorded(entry, issued)
        if recorded in _GOOD:
            return _passed(entry, 0, held)
        if recorded is not None:
            return _against(entry, recorded, max(value, 1), held)
        if value:
            return _meaning(entry, value, held)
        reason = T(
            "the status list at {address} was issued later and does not say how it was on {day}",
            address=entry.address,
            day=self.at.date(),
        )
        return _unknown(entry.purpose, "status_then_unknown", reason)

    def _never_set(self, entry: Entry, issued: datetime) -> bool:
        """Whether the list of what was ever set is there, and this entry is not in it."""
        if entry.purpose != Purpose.SUSPENSION:
            return False
        try:
            ever, _ = self.lists.list_at(entry.address + EVER, self.now)
            self._require_right(ever, EVER_SUSPENDED)
            return ever.valid_from is not None and ever.valid_from >= issued and ever.bits.value(entry.position) == 0
        except ProofError:
            return False

    def _recorded(self, entry: Entry, issued: datetime) -> Status | None:
        """The state at that moment by the signed status record; None where there is none that can be relied on."""
        address = record_address(entry.address, self.credential)
        try:
            held = self.lists.material.find(address) if self.credential else None
            if held is None:
                return None
            proven = self.lists.prove(held.body)
            if proven.controller != issuer_of(proven.document) or proven.controller not in (
                self.issuer,
                self._own_did(),
                *self.lists.issuers,
            ):
                return None
            found = read_record(proven.document, address=address, credential=self.credential)
            return status_at(found.periods, self.at) if found.issued >= issued else None
        except ProofError:
            return None


def _meaning(entry: Entry, value: int, held: Held) -> EntryAnswer:
    """What a value means for its purpose."""
    if value == 0 and entry.purpose != Purpose.MESSAGE:
        return _passed(entry, value, held)
    if entry.purpose == Purpose.REVOCATION:
        return _against(entry, Status.WITHDRAWN, value, held)
    if entry.purpose == Purpose.SUSPENSION:
        return _against(entry, Status.SUSPENDED, value, held)
    if entry.purpose == Purpose.REFRESH:
        reason = T("a newer credential is available")
        return EntryAnswer(entry.purpose, Outcome.PASSED, "refresh", reason, value, as_of=held.got)
    return _message(entry, value, held)


def _message(entry: Entry, value: int, held: Held) -> EntryAnswer:
    """What a value of a message list (or of a purpose of the issuer's own) means."""
    message = entry.messages.get(value)
    told = status_named(entry.messages, value)
    if told in _GOOD or (value == 0 and told is None):
        return _passed(entry, value, held)
    if told is not None:
        return _against(entry, told, value, held)
    # The specification calls every value but 0 not valid; what it means only its issuer knows.
    reason = T("the status list says {value} ({message})", value=f"0x{value:x}", message=repr(message))
    return EntryAnswer(entry.purpose, Outcome.UNKNOWN, "status_message", reason, value, message, held.got)


def _passed(entry: Entry, value: int, held: Held) -> EntryAnswer:
    message = entry.messages.get(value) if entry.purpose == Purpose.MESSAGE else None
    return EntryAnswer(entry.purpose, Outcome.PASSED, "status_good", T("not set"), value, message, held.got)


def _against(entry: Entry, status: Status, value: int, held: Held) -> EntryAnswer:
    reason = {
        Status.SUSPENDED: T("it is suspended"),
        Status.WITHDRAWN: T("it was withdrawn"),
        Status.SUPERSEDED: T("another one took its place"),
        Status.EXPIRED: T("it has expired"),
        Status.DELISTED: T("it is not listed any more"),
        Status.ACTIVE: T("it is set"),
        Status.NOT_BEGUN: T("it has not begun"),
    }[status]
    code = "suspended" if status is Status.SUSPENDED else "revoked" if status is Status.WITHDRAWN else str(status)
    message = entry.messages.get(value) if entry.purpose == Purpose.MESSAGE else None
    return EntryAnswer(entry.purpose, Outcome.FAILED, code, reason, value, message, held.got)


def _unknown(purpose: str, code: str, reason: str) -> EntryAnswer:
    return EntryAnswer(purpose, Outcome.UNKNOWN, code, reason)


def _together(answers: tuple[EntryAnswer, ...]) -> StatusAnswer:
    against = worst(answers)
    if against is not None:
        return StatusAnswer(against.outcome, against.code, against.reason, answers)
    return StatusAnswer(Outcome.PASSED, "status_good", T("neither withdrawn nor suspended"), answers)


def _bits(answers: tuple[EntryAnswer, ...]) -> Bits:
    values: dict[str, int] = {}
    for answer in answers:
        if answer.value is not None:
            values[answer.purpose] = max(answer.value, values.get(answer.purpose, 0))
    told = [status for a in answers if a.purpose == Purpose.MESSAGE for status in MESSAGES if status == a.message]
    message = MESSAGES.index(told[0]) if told else None
    return Bits(values.get(Purpose.REVOCATION), values.get(Purpose.SUSPENSION), message)
