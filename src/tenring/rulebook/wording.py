"""What a comparison of criteria says, in words to be translated where they are shown."""

from __future__ import annotations

from tenring.language import N
from tenring.rulebook.compare.relation import Relation

RELATIONS = {
    Relation.EQUAL: N("equal"),
    Relation.IMPLIES: N("implies"),
    Relation.IMPLIED_BY: N("implied by"),
    Relation.OVERLAPS: N("overlaps"),
    Relation.DISJOINT: N("disjoint"),
    Relation.INCOMPARABLE: N("incomparable"),
}
REASONS = {
    "measurand": N("nothing in common is measured"),
    "open": N("what was read of them does not decide it"),
}
BASIS = {
    "unread": N("not read"),
    "unverified": N("limit from memory"),
    "secondary": N("limit known second-hand"),
    "estimate": N("by a published estimate between methods"),
    "proportional": N("by an estimate taken as proportional"),
    "method": N("only where measured by"),
    "declared": N("methods declared equivalent"),
}
NEEDS = {
    "value": N("to be measured or declared"),
    "limit": N("a value within this limit"),
    "method": N("by another method"),
    "fact": N("a fact that decides whether it applies"),
    "document": N("other documents for a value that is known"),
    "unread": N("nobody has read what is asked"),
}
