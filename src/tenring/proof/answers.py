"""What a verification says: one answer, and for each check in its order how it came out and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Protocol, TypeVar

from tenring.language import T, current


class Validity(StrEnum):
    """The whole answer. Missing or stale material is never `VALID`."""

    VALID = "valid"
    INVALID = "invalid"
    INDETERMINATE = "indeterminate"


class Check(StrEnum):
    """What is checked, in this order; a failed check ends the verification."""

    WELL_FORMED = "well_formed"
    SIGNATURE = "signature"
    KEY = "key"
    """The issuer's key was valid, and meant for assertions, when the credential was signed."""
    RECOGNITION = "recognition"
    """The issuer is recognised for this scheme and category, at issue and on the date asked."""
    STATUS = "status"
    PERIOD = "period"
    PRODUCT = "product"


class Outcome(StrEnum):
    """How one check came out."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Material is missing or stale: neither passed nor failed."""
    NOT_ASKED = "not_asked"
    """Nobody asked (no product was named), the credential names nothing to check, or an earlier check failed."""


@dataclass(frozen=True)
class Finding:
    """One check: how it came out, why, as a sentence in the user's language, and under which code machines know it."""

    check: Check
    outcome: Outcome
    reason: str
    code: str = ""


@dataclass(frozen=True)
class Always:
    """A finding whose reason, `text` (marked with `N`), is always the same: made once for each language."""

    check: Check
    outcome: Outcome
    text: str
    code: str = ""
    _made: dict[str, Finding] = field(default_factory=dict, repr=False, compare=False)

    def finding(self) -> Finding:
        """The finding, its reason in the language in use."""
        return self._made.get(current()) or self._make()

    def _make(self) -> Finding:
        made = self._made[current()] = Finding(self.check, self.outcome, T(self.text), self.code)
        return made


@dataclass(frozen=True)
class Said:
    """What a credential says about itself; shown also when it is not valid. None: it does not say."""

    issuer: str | None = None
    issuer_name: str | None = None
    number: str | None = None
    holder: str | None = None
    scheme: str | None = None
    category: str | None = None
    products: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    securing: str | None = None
    """`vc+jwt`, or the cryptosuite of its proof."""


@dataclass(frozen=True)
class Verification:
    """The answer for one credential on a date, with everything it rests on."""

    validity: Validity
    on: date
    findings: tuple[Finding, ...]
    says: Callable[[], Said] = field(default=Said, compare=False, repr=False)
    """Reads `said` when somebody asks for it."""
    material_as_of: datetime | None = None
    """The age of the oldest material that this answer rests on; None when it needed none."""

    @cached_property
    def said(self) -> Said:
        """What the credential says about itself."""
        return self.says()

    @property
    def deciding(self) -> Finding | None:
        """The finding that made the answer: the first failure, else the first unknown; None when valid."""
        return worst(self.findings)


class _HasOutcome(Protocol):
    @property
    def outcome(self) -> Outcome:
        """How it came out."""


_Answer = TypeVar("_Answer", bound=_HasOutcome)


def worst(answers: Iterable[_Answer]) -> _Answer | None:
    """The first failure among answers, else the first unknown; None: neither is among them."""
    unknown = None
    for answer in answers:
        if answer.outcome is Outcome.FAILED:
            return answer
        if unknown is None and answer.outcome is Outcome.UNKNOWN:
            unknown = answer
    return unknown


def validity_of(findings: tuple[Finding, ...]) -> Validity:
    """The whole answer from its findings: a failure outweighs an unknown, an unknown outweighs all that passed.

    No finding at all proves nothing, nor does a credential whose signature nobody checked.
    """
    outcomes = [finding.outcome for finding in findings]
    if Outcome.FAILED in outcomes:
        return Validity.INVALID
    if Outcome.UNKNOWN in outcomes:
        return Validity.INDETERMINATE
    for finding in findings:
        if finding.check is Check.SIGNATURE and finding.outcome is Outcome.PASSED:
            return Validity.VALID
    return Validity.INDETERMINATE
