"""Who may do what in an organisation: one table, from which the documentation and the tests are made."""

from __future__ import annotations

from enum import StrEnum

from tenring.language import N, T


class Role(StrEnum):
    """What a person is in an organisation. The later ones may do more as their parts of Tenring come."""

    OWNER = "owner"
    EDITOR = "editor"
    READER = "reader"
    BUYER = "buyer"
    APPLICANT = "applicant"
    ASSESSOR = "assessor"
    DECISION_MAKER = "decision_maker"
    MEMBER = "member"
    SECRETARIAT = "secretariat"


class Action(StrEnum):
    """What may be done with what belongs to an organisation."""

    SEE = "see"
    SCREEN = "screen"
    CORRECT = "correct"
    PRODUCTS = "products"
    KEYS = "keys"
    WEBHOOKS = "webhooks"
    LOG = "log"
    INVITE = "invite"
    MEMBERS = "members"
    ORGANISATION = "organisation"


_READING = frozenset({Action.SEE})
_BUYING = _READING | {Action.SCREEN, Action.CORRECT}
_EDITING = _BUYING | {Action.PRODUCTS, Action.KEYS, Action.WEBHOOKS, Action.LOG}

#: Role -> what it may do; what is not named is refused.
ALLOWED: dict[Role, frozenset[Action]] = {
    Role.OWNER: frozenset(Action),
    Role.EDITOR: _EDITING,
    Role.READER: _READING,
    Role.BUYER: _BUYING,
    Role.APPLICANT: _READING | {Action.PRODUCTS},
    Role.ASSESSOR: _READING,
    Role.DECISION_MAKER: _READING,
    Role.MEMBER: _READING,
    Role.SECRETARIAT: _READING | {Action.LOG},
}

_ROLE_NAMES = {
    Role.OWNER: N("owner"),
    Role.EDITOR: N("editor"),
    Role.READER: N("reader"),
    Role.BUYER: N("buyer"),
    Role.APPLICANT: N("applicant"),
    Role.ASSESSOR: N("assessor"),
    Role.DECISION_MAKER: N("decision maker"),
    Role.MEMBER: N("member of the network"),
    Role.SECRETARIAT: N("secretariat"),
}
_ACTION_NAMES = {
    Action.SEE: N("see everything of the organisation"),
    Action.SCREEN: N("upload purchases, screen and remove them"),
    Action.CORRECT: N("correct matches and categories"),
    Action.PRODUCTS: N("enter and change products and their test data"),
    Action.KEYS: N("make and revoke keys of the API"),
    Action.WEBHOOKS: N("set up webhooks"),
    Action.LOG: N("read the log"),
    Action.INVITE: N("invite people"),
    Action.MEMBERS: N("change roles, remove people"),
    Action.ORGANISATION: N("rename or close the organisation"),
}


def role_name(role: str) -> str:
    """A role in words."""
    return T(_ROLE_NAMES[Role(role)])


def action_name(action: str) -> str:
    """An action in words."""
    return T(_ACTION_NAMES[Action(action)])
