"""What people decided about matches and categories, for each organisation and each person apart.

The words are those of the command line (`tenring.screening.memory`); only where they are kept is another: in the web
application's database, so that a decision and its line in the log are written together, and nobody's decisions ever
count for anybody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.screening.memory import Decided, Decision, Kind, LicenceMeant, Recorded, Source, Subject
from tenring.screening.memory.store import current
from tenring.web.accounts import log
from tenring.web.accounts.models import Organisation, User
from tenring.web.procurement.models import Correction


@dataclass(frozen=True)
class Scribe:
    """Who writes something down, and for whom (None: for themselves)."""

    user: User
    organisation: Organisation | None

    @property
    def name(self) -> str:
        """What they are called in decisions and in the log."""
        return log.name_of(self.user)


def corrections(owner: User | None, organisation: Organisation | None) -> QuerySet[Correction]:
    """The decisions of an organisation; without one, of a person; of nobody: none."""
    if organisation is not None:
        return Correction.objects.filter(organisation=organisation)
    if owner is None:
        return Correction.objects.none()
    return Correction.objects.filter(owner=owner, organisation=None)


def recorded(row: Correction) -> Recorded:
    """A row as the screening takes it."""
    decision = Decision(
        decided=Decided(row.decided),
        subject=Subject(**row.subject),
        who=row.who,
        at=row.at,
        why=row.why,
        licence=LicenceMeant(**row.licence) if row.licence else None,
        category=row.category or None,
        source=Source(**row.source),
    )
    return Recorded(row.pk, decision)


def counting(owner: User | None, organisation: Organisation | None) -> list[Recorded]:
    """The decisions that count in a screening that belongs to these."""
    return current([recorded(row) for row in corrections(owner, organisation)])


def standing(rows: Iterable[Correction]) -> set[int]:
    """The numbers of those that count, of decisions in the order in which they were made."""
    return {one.id for one in current([recorded(row) for row in rows])}


def about(rows: QuerySet[Correction], subject: Subject) -> list[Correction]:
    """The decisions about one product description, the latest first."""
    return list(rows.filter(subject_hash__in=[_hash(kind, subject) for kind in Kind]).order_by("-at", "-id"))


def record(decisions: Sequence[Decision], scribe: Scribe) -> list[Correction]:
    """Write down what somebody decided, all or nothing."""
    with transaction.atomic():
        rows = [_row(decision, scribe) for decision in decisions]
        for row in rows:
            row.save()
            log.record(
                f"correction.{row.decided}",
                user=scribe.user,
                organisation=scribe.organisation,
                about=f"correction {row.pk}",
                why=row.why,
                **_told(row),
            )
    return rows


def undo(row: Correction, *, why: str, scribe: Scribe) -> Correction:
    """Take a decision back: a further decision, as everything here.

    Raises:
        UnusableInputError: it does not count any more.
        DecisionError: no reason is given.
    """
    mine = corrections(scribe.user, scribe.organisation)
    if row.pk not in standing(mine):
        raise UnusableInputError(T("this decision does not count any more"))
    taken_back = recorded(row).decision
    decision = Decision(
        decided=Decided.UNDONE,
        subject=taken_back.subject,
        licence=taken_back.licence,
        category=taken_back.category,
        who=scribe.name,
        at=max(now(), taken_back.at),
        why=why,
        source=taken_back.source,
    )
    return record([decision], scribe)[0]


def take_over(decisions: Iterable[Decision], scribe: Scribe) -> int:
    """Add the decisions of an exported file that are not here yet; how many.

    Raises:
        UnusableInputError: one of them is dated later than now, and would count before every later one.
    """
    moment = now()
    with transaction.atomic():
        here = {_identity(recorded(row).decision) for row in corrections(scribe.user, scribe.organisation)}
        new = []
        for decision in decisions:
            if decision.at > moment:
                what = T("a decision is dated {day}, which is later than now", day=decision.at.date().isoformat())
                raise UnusableInputError(what, do=T("Correct the column `at`"))
            if _identity(decision) not in here:
                here.add(_identity(decision))
                new.append(_row(decision, scribe, imported=True))
        Correction.objects.bulk_create(new)
        log.record("correction.imported", user=scribe.user, organisation=scribe.organisation, count=len(new))
    return len(new)


def now() -> datetime:
    """The moment of a decision, as exactly as decisions have it."""
    return timezone.now().astimezone(UTC).replace(microsecond=0)


def _identity(decision: Decision) -> tuple[object, ...]:
    """What makes two records the same decision, as in the command line's file."""
    keys = (decision.kind, decision.decided, decision.subject_key, decision.target_key)
    return (*keys, decision.who.strip(), decision.at, decision.why.strip())


def _hash(kind: Kind, subject: Subject) -> str:
    return hashlib.sha256(f"{kind}\x1f{subject.key(kind)}".encode()).hexdigest()


def _row(decision: Decision, scribe: Scribe, *, imported: bool = False) -> Correction:
    return Correction(
        owner=None if scribe.organisation else scribe.user,
        organisation=scribe.organisation,
        subject_hash=_hash(decision.kind, decision.subject),
        kind=decision.kind.value,
        decided=decision.decided.value,
        subject=asdict(decision.subject),
        licence=asdict(decision.licence) if decision.licence else None,
        category=decision.category or "",
        source=asdict(decision.source),
        who=decision.who.strip(),
        at=decision.at,
        why=decision.why.strip(),
        entered_by=scribe.user,
        imported=imported,
    )


def _told(row: Correction) -> dict[str, object]:
    """What the log says of a decision besides who, when and why."""
    target = row.licence["licence_id"] if row.licence else row.category
    return {"kind": row.kind, "target": target, "line": row.source.get("line_id"), "screening": row.source["screening"]}
