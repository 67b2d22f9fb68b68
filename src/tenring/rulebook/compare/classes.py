"""Classes compared (A+, F☆☆☆☆, E1): which class of one document gives which of another, or the other as a whole.

"Class A" is class A or a better one: what is asked is written out as a revision of its own, in which every graded
clause also asks for that class, and the wholes are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tenring.catalogue.properties import Properties
from tenring.rulebook.compare.measurands import Side
from tenring.rulebook.compare.relation import UNSURE, Basis, Worlds
from tenring.rulebook.compare.wholes import WholeDirection, whole_direction
from tenring.rulebook.compare.witness import Witness
from tenring.rulebook.expressions import All, AnyOf
from tenring.rulebook.revision import Clause, Revision


@dataclass(frozen=True)
class ClassFollowing:
    """What a class says about the other document.

    `holds` None: the document has no classes, and is met. `gives` None: no class of the other follows, or it has none;
    then `meets` says whether it is met as a whole.
    """

    holds: str | None
    gives: str | None
    meets: bool
    witness: Witness | None = None
    """Holds this class, and not the next better one of the other document (or does not meet it)."""
    basis: tuple[Basis, ...] = ()
    sure: bool = True


def class_followings(
    first: Side, second: Side, properties: Properties, whole: WholeDirection
) -> Iterator[ClassFollowing]:
    """For each class of the first, the best class of the second that follows; nothing where neither has classes.

    `whole` is what was found of both without their classes: what does not give the document gives no class of it.
    """
    held, wanted = first.revision.grades or (None,), second.revision.grades or (None,)
    if (held, wanted) == ((None,), (None,)):
        return
    if first == second:
        yield from (ClassFollowing(name, name, meets=True) for name in held)
        return
    least = whole if held == (None,) else _direction(first, second, held[0], wanted[-1], properties)
    if not least.holds:
        for name in held:
            yield ClassFollowing(
                name, None, meets=False, witness=_named(least.witness, first, second, name, wanted[-1])
            )
        return
    place, beyond = 0, None
    for name in held:
        found: WholeDirection | None = None
        while place < len(wanted):
            found = _direction(first, second, name, wanted[place], properties)
            if found.holds:
                break
            beyond = _named(found.witness, first, second, name, wanted[place])
            place += 1
        holds = place < len(wanted)
        basis = _basis(found) if found is not None and holds else ()
        sure = not any(one.kind in UNSURE for one in basis)
        yield ClassFollowing(name, wanted[place] if holds else None, holds, beyond, basis, sure)


def _direction(
    first: Side, second: Side, held: str | None, wanted: str | None, properties: Properties
) -> WholeDirection:
    one, other = _at(first, held), _at(second, wanted)
    return whole_direction(Worlds((one, other), properties), one, other)


def _basis(found: WholeDirection) -> tuple[Basis, ...]:
    return tuple(dict.fromkeys(basis for one in found.follows for basis in one.basis))


def _named(witness: Witness | None, first: Side, second: Side, held: str | None, wanted: str | None) -> Witness | None:
    """The witness, with the classes in question."""
    if witness is None:
        return None
    fails = f"{second.id} {wanted}" if wanted is not None else witness.fails
    return replace(witness, passes=f"{first.id} {held}" if held is not None else witness.passes, fails=fails)


def _at(side: Side, name: str | None) -> Side:
    return side if name is None else replace(side, revision=at_class(side.revision, name))


def at_class(revision: Revision, name: str) -> Revision:
    """The revision that lets pass what has this class or a better one."""
    enough = revision.grades[: revision.grades.index(name) + 1]
    return replace(revision, clauses=tuple(_graded(clause, enough) for clause in revision.clauses))


def _graded(clause: Clause, enough: tuple[str, ...]) -> Clause:
    if not clause.grades:
        return clause
    classes = AnyOf(tuple(one.requires for one in clause.grades if one.name in enough))
    return replace(clause, requires=All((clause.requires, classes)), role="mandatory", grades=())
