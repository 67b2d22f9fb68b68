"""The states of a licence as bits of status lists, and back.

`revocation` cannot be undone, `suspension` can. What is revoked is suspended too: a credential that has room for one
entry only (UNTP 0.7) names the suspension list and is never valid when it should not be. The state itself is a value of
the `message` list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tenring.language import T
from tenring.model.licence import Status
from tenring.proof.strict import JsonObject


class Purpose(StrEnum):
    """What a list says of a credential (Bitstring Status List 1.0, section 2.1)."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"
    MESSAGE = "message"
    REFRESH = "refresh"


@dataclass(frozen=True)
class Bits:
    """What the lists hold for a credential; None where it has no entry in that list."""

    revocation: int | None = None
    suspension: int | None = None
    message: int | None = None


#: Bits of a message entry, and the state that each value means; the other values stand for nothing yet.
MESSAGE_SIZE: Final = 3
MESSAGES: Final = (
    Status.ACTIVE,
    Status.NOT_BEGUN,
    Status.SUSPENDED,
    Status.WITHDRAWN,
    Status.SUPERSEDED,
    Status.EXPIRED,
    Status.DELISTED,
)
UNDEFINED: Final = "undefined"
#: States that end a licence for good.
FINAL: Final = frozenset({Status.WITHDRAWN, Status.SUPERSEDED, Status.EXPIRED})
#: States that end its use for now. Delisted: it may come back, and until then nobody vouches for it.
HALTED: Final = frozenset({Status.SUSPENDED, Status.DELISTED})


def bits_of(status: Status) -> Bits:
    """What each list holds for a credential of a licence in this state.

    Before it begins, the dates in the credential say so; no bit does.
    """
    final = status in FINAL
    return Bits(int(final), int(final or status in HALTED), MESSAGES.index(status))


def status_from_bits(bits: Bits) -> Status | None:
    """The state that the lists tell; None where they contradict each other or say nothing.

    The two bits decide; the message only tells apart what they leave open.
    """
    told = MESSAGES[bits.message] if bits.message is not None and bits.message < len(MESSAGES) else None
    if bits.message is not None and told is None:
        return None
    if bits.revocation:
        return _one_of(told, FINAL, Status.WITHDRAWN)
    if bits.suspension:
        # With the suspension list alone, a final state shows as a suspension.
        allowed = HALTED if bits.revocation is not None else HALTED | FINAL
        return _one_of(told, allowed, Status.SUSPENDED)
    if bits.revocation is None and bits.suspension is None:
        return told
    return _one_of(told, frozenset({Status.ACTIVE, Status.NOT_BEGUN}), Status.ACTIVE)


def _one_of(told: Status | None, allowed: frozenset[Status], plain: Status) -> Status | None:
    if told is None:
        return plain
    return told if told in allowed else None


def status_word(status: Status) -> str:
    """A state in the reader's words."""
    return {
        Status.NOT_BEGUN: T("not begun"),
        Status.ACTIVE: T("active"),
        Status.SUSPENDED: T("suspended"),
        Status.WITHDRAWN: T("withdrawn"),
        Status.SUPERSEDED: T("superseded"),
        Status.EXPIRED: T("expired"),
        Status.DELISTED: T("delisted"),
    }[status]


def message_table() -> list[JsonObject]:
    """`statusMessage` of our entries: one element for each possible value."""
    words = [*MESSAGES, *[UNDEFINED] * (2**MESSAGE_SIZE - len(MESSAGES))]
    return [{"status": f"0x{value:x}", "message": str(word)} for value, word in enumerate(words)]


def status_named(messages: Mapping[int, str], value: int) -> Status | None:
    """The state that a value of somebody's message table means in our words; None: it is none of ours."""
    word = messages.get(value)
    return Status(word) if word in {str(status) for status in Status} else None
