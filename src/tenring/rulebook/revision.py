"""A revision of a criteria document as a machine applies it: its clauses, and how they make one result."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from tenring.catalogue.files import Mark
from tenring.rulebook.expressions import ALWAYS, NEVER, Condition, Node, Quantity, Term, quantities

Role = Literal["mandatory", "optional", "preferred", "award", "contract", "information"]
"""What a clause does to the result: `mandatory` ones must be met, `optional` ones give points; `preferred`, `award` and
`contract` belong to procurement and are judged without changing the result; `information` only asks to disclose."""

EvidenceKind = Literal[
    "test_report",
    "declaration",
    "supplier_declaration",
    "safety_data_sheet",
    "certificate",
    "chain_of_custody",
    "calculation",
    "documentation",
    "site_visit",
    "invoices",
    "label",
    "register",
]
"""What can show a value. `register`: a programme's own register states it."""

Issuer = Literal["applicant", "supplier", "laboratory", "authority", "programme"]


@dataclass(frozen=True)
class Source:
    """Where a clause stands: document, clause as printed, address of the official text, and how sure we are of it."""

    document: str
    clause: str
    mark: Mark
    address: str | None = None


@dataclass(frozen=True)
class Needed:
    """One piece of evidence that shows a value."""

    kind: EvidenceKind
    methods: tuple[str, ...] = ()
    max_age_days: int | None = None
    accredited: bool = False
    issuers: tuple[Issuer, ...] = ()
    samples: int | None = None
    """Of at least so many samples."""


@dataclass(frozen=True)
class Grade:
    """A class that a clause gives (A+, F-4-star), and what earns it."""

    name: str
    requires: Condition


@dataclass(frozen=True)
class Clause:
    """One requirement.

    It is judged in this order: `applies` (unknown: not checked; false: not applicable), then `requires` or
    `waived_by`, whichever is truer. Where its source was not read (`mark` unverified), it is never met nor broken.
    """

    id: str
    source: Source
    titles: dict[str, str]
    requires: Condition
    applies: Condition = ALWAYS
    waived_by: Condition = NEVER
    role: Role = "mandatory"
    subject: str = "product"
    shown_by: tuple[tuple[Needed, ...], ...] = ()
    """Alternatives, each of pieces that are all needed; empty: any evidence will do."""
    points: Term | None = None
    """What an optional clause is worth, if it is met."""
    grades: tuple[Grade, ...] = ()
    """From best to worst."""
    level: Literal["core", "comprehensive"] | None = None
    note: dict[str, str] = field(default_factory=dict)
    line: int = 0
    """Where it begins in its file (1 = first line)."""

    @property
    def parts(self) -> tuple[Node, ...]:
        """All its conditions and terms."""
        grades = tuple(grade.requires for grade in self.grades)
        return (self.requires, self.applies, self.waived_by, *grades, *((self.points,) if self.points else ()))


@dataclass(frozen=True)
class PointsRule:
    """So many points are needed from the clauses (empty: all optional ones)."""

    at_least: Decimal
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Revision:
    """One dated revision of one programme's criteria for one category."""

    programme: str
    category: str
    since: date
    document: str
    titles: dict[str, str]
    categories: tuple[str, ...]
    until: date | None
    transition_until: date | None
    """Licences under the revision before may be used until then."""
    mark: Mark
    clauses: tuple[Clause, ...]
    points: tuple[PointsRule, ...] = ()
    grades: tuple[str, ...] = ()
    """The classes that its clauses give, from best to worst."""
    note: dict[str, str] = field(default_factory=dict)
    file: str = ""

    @property
    def id(self) -> str:
        """`<programme>/<category>/<date in force>`."""
        return f"{self.criteria}/{self.since.isoformat()}"

    @property
    def criteria(self) -> str:
        """`<programme>/<category>`: what all its revisions share."""
        return f"{self.programme}/{self.category}"

    def clause(self, name: str) -> Clause | None:
        """The clause with this id."""
        return next((one for one in self.clauses if one.id == name), None)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Everything it looks at, each once, in order of its clauses."""
        found = (one for clause in self.clauses for part in clause.parts for one in quantities(part))
        return tuple(dict.fromkeys(found))

    def in_force(self, on: date) -> bool:
        """Whether it is the one to judge by on a day."""
        return self.since <= on and (self.until is None or on <= self.until)
