"""What a key may do. Reading is open to everybody; a key counts for limits there, and opens what costs or belongs."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tenring.exceptions import UnusableInputError
from tenring.language import T


class Scope(StrEnum):
    """What a key can be made for."""

    MATCH = "match"
    """Match and screen lines at once, up to `TENRING_API_LINES`."""
    JOBS = "jobs"
    """Have files screened in the background, and fetch what came of them."""
    WEBHOOKS = "webhooks"
    """Have addresses told what happens."""
    ISSUE = "issue"
    """Have credentials issued through the VC-API, where one is served."""


#: What people can make keys for in the browser. To issue is to sign with the server's key: only who runs it gives that.
FOR_PEOPLE: Final = (Scope.MATCH, Scope.JOBS, Scope.WEBHOOKS)

#: No scope: everybody, with or without a key.
OPEN: Final = None


def scopes_of(names: tuple[str, ...]) -> tuple[Scope, ...]:
    """Scopes by their names, each once, in order.

    Raises:
        UnusableInputError: there is no such scope.
    """
    unknown = sorted(set(names) - set(Scope))
    if unknown:
        what = T("there is no scope {scope!r}", scope=unknown[0])
        raise UnusableInputError(what, do=T("Use one of: {known}", known=", ".join(Scope)))
    return tuple(scope for scope in Scope if scope in names)
