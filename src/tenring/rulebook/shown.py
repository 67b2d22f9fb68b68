"""Criteria as JSON holds them: a revision in a list, and with its clauses in words."""

from __future__ import annotations

from tenring.rulebook.describe import Describer
from tenring.rulebook.expressions import ALWAYS, NEVER
from tenring.rulebook.library import Library
from tenring.rulebook.revision import Revision


def marks(revision: Revision) -> dict[str, int]:
    """How many clauses were read, are known second-hand, or are not verified."""
    found = [clause.source.mark for clause in revision.clauses]
    return {mark: found.count(mark) for mark in ("read", "secondary", "unverified") if mark in found}


def entry(revision: Revision) -> dict[str, object]:
    """A revision in a list: its dates, its clauses, and how sure they are."""
    return {
        "id": revision.id,
        "titles": revision.titles,
        "document": revision.document,
        "categories": revision.categories,
        "from": revision.since,
        "until": revision.until,
        "clauses": len(revision.clauses),
        "marks": marks(revision),
    }


def shown(revision: Revision, library: Library) -> dict[str, object]:
    """A revision with each clause in words: its condition, requirement and source."""
    describer = Describer(library.properties)
    return entry(revision) | {
        "clauses": [
            {
                "id": clause.id,
                "title": clause.titles,
                "role": clause.role,
                "subject": clause.subject,
                "when": None if clause.applies == ALWAYS else describer.condition(clause.applies),
                "requires": describer.condition(clause.requires),
                "waived": None if clause.waived_by == NEVER else describer.condition(clause.waived_by),
                "shown_by": clause.shown_by,
                "source": clause.source,
                "note": clause.note,
            }
            for clause in revision.clauses
        ]
    }
