"""A judgement in words: the value, the limit, and why, for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass

from tenring.language import N, T, in_language
from tenring.rulebook.judge import Judged, Judgement
from tenring.rulebook.revision import Revision
from tenring.rulebook.trace import SENTENCES, Missing, deciding
from tenring.rulebook.truth import Truth

WORDS = {
    Judged.MET: N("met"),
    Judged.NOT_MET: N("not met"),
    Judged.NOT_SHOWN: N("not shown"),
    Judged.NOT_APPLICABLE: N("not applicable"),
    Judged.NOT_CHECKED: N("not checked"),
}


@dataclass(frozen=True)
class Told:
    """One judgement in the language in use."""

    clause: str
    title: str
    answer: str
    given: str
    """The value as reported; empty: none."""
    converted: str
    """The same in the unit of the limit."""
    limit: str
    why: str
    missing: tuple[Missing, ...]


def told(one: Judgement, revision: Revision) -> Told:
    """A judgement in words: the step that decides it, and why it is so."""
    clause = revision.clause(one.clause)
    leaf = deciding(one.trace[-1]) if one.trace else None
    return Told(
        clause=one.clause,
        title=in_language(clause.titles) if clause else "",
        answer=T(WORDS[one.judgement]),
        given=(leaf.given or "") if leaf else "",
        converted=(leaf.value or "") if leaf else "",
        limit=f"{leaf.operator or ''} {leaf.limit or ''}".strip() if leaf else "",
        why=_why(one),
        missing=one.missing,
    )


def _why(one: Judgement) -> str:
    why = T(SENTENCES[one.why])
    if one.would_be is not None:
        why += T("; by what is remembered of it: {answer}", answer=T(WORDS[one.would_be]))
    elif one.mark == "secondary":
        why += T("; the limit is known second-hand")
    is_open = one.judgement in {Judged.NOT_SHOWN, Judged.NOT_CHECKED}
    if is_open and len(one.trace) > 1 and one.trace[-2].truth is Truth.FALSE:
        why += T("; beyond the limit unless a waiver holds")
    if one.part is not None:
        why += T("; part: {name}", name=one.part)
    return why
