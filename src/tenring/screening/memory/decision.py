"""A person's decision: about which product description, which licence or category, who, when and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from tenring.exceptions import DecisionError
from tenring.language import T
from tenring.screening.memory.identity import gtin_identity, identity, key

#: Longest reason or name that is kept.
LONGEST_REASON = 2_000


class Kind(StrEnum):
    """What a decision is about."""

    MATCH = "match"
    """Whether the product is what a licence covers."""
    CATEGORY = "category"
    """Whether the product is of a category."""


class Decided(StrEnum):
    """What was decided."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNDONE = "undone"
    """An earlier decision is taken back: nothing is decided any more, the matcher answers again."""


@dataclass(frozen=True)
class Subject:
    """A distinct product description as a purchase line has it. Lines with the same `key` share decisions."""

    text: str | None = None
    brand: str | None = None
    model: str | None = None
    gtin: str | None = None
    certificate: str | None = None
    code_scheme: str | None = None
    code: str | None = None
    code_name: str | None = None

    def key(self, kind: Kind) -> str:
        """What tells this description apart: a certificate number for a match, a code for a category, counts too."""
        product = (identity(self.text), identity(self.brand), identity(self.model), gtin_identity(self.gtin))
        if kind is Kind.CATEGORY:
            return key(*product, identity(self.code_scheme), identity(self.code), identity(self.code_name))
        certificate = identity(self.certificate)
        return key(*product, "" if certificate in product[0] else certificate)


@dataclass(frozen=True)
class LicenceMeant:
    """The licence of a match, with enough to find it again in a snapshot that names it otherwise."""

    licence_id: str
    programme: str
    number: str
    brand: str | None = None
    model: str | None = None
    name: str | None = None

    def key(self) -> str:
        """What tells this licence apart: its entry's name counts only where no model is listed."""
        product = identity(self.model) or identity(self.name)
        return key(identity(self.programme), identity(self.number), identity(self.brand), product)


@dataclass(frozen=True)
class Source:
    """Where the person saw it: the screening's folder, its line, its snapshot, and the score the matcher had given."""

    screening: str | None = None
    line_id: str | None = None
    snapshot: str | None = None
    score: float | None = None


@dataclass(frozen=True)
class Decision:
    """One decision about a match (`licence` is given) or a category (`category` is given). `at` has a time zone.

    Raises:
        DecisionError: not exactly one of licence and category, or no description, name, reason or time zone.
    """

    decided: Decided
    subject: Subject
    who: str
    at: datetime
    why: str
    licence: LicenceMeant | None = None
    category: str | None = None
    source: Source = field(default_factory=Source)

    def __post_init__(self) -> None:
        _check(self)
        object.__setattr__(self, "at", self.at.astimezone(UTC).replace(microsecond=0))

    @property
    def kind(self) -> Kind:
        """What it is about."""
        return Kind.MATCH if self.licence else Kind.CATEGORY

    @property
    def subject_key(self) -> str:
        """What tells its product description apart."""
        return self.subject.key(self.kind)

    @property
    def target_key(self) -> str:
        """What tells its licence or category apart."""
        return self.licence.key() if self.licence else self.category or ""


def _check(decision: Decision) -> None:
    if (decision.licence is None) == (not decision.category):
        raise DecisionError(T("A decision is about a licence or about a category: name one of them"))
    if not any(decision.subject.key(decision.kind).split("\x1f")):
        raise DecisionError(T("The line describes no product, so there is nothing to decide about"))
    if not decision.who.strip():
        raise DecisionError(T("It is not said who decides. Use --who NAME, or set TENRING_WHO"))
    if not decision.why.strip():
        raise DecisionError(T("It is not said why. Give the reason with --why TEXT"))
    if max(len(decision.who), len(decision.why)) > LONGEST_REASON:
        raise DecisionError(T("The name or the reason is longer than {limit} characters", limit=LONGEST_REASON))
    if decision.at.tzinfo is None:
        raise DecisionError(T("The time of a decision needs a time zone: {at}", at=decision.at.isoformat()))
