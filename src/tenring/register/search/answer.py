"""What can be asked of a register, and what the answer says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tenring.exceptions import UnusableInputError
from tenring.model.licence import Status

#: What can be counted over all hits.
FACETS = ("category", "programme", "register", "economy", "status")

#: As `Query.status`: whatever the status is.
ANY = "any"

#: Facet key of licences that say nothing (no economy, no status on the date asked).
UNKNOWN = "unknown"

MAX_LIMIT = 1_000
MAX_DEPTH = 100_000


class Kind(StrEnum):
    """How something typed met something in a licence, strongest first."""

    NUMBER = "number"
    """A licence number typed in full."""
    GTIN = "gtin"
    """A GTIN typed in full."""
    MODEL = "model"
    """A model typed in full."""
    PATTERN = "pattern"
    """A model that one of the register's wildcards (`*`, `#`) covers."""
    PREFIX = "prefix"
    """The beginning of a model."""
    NUMBER_PREFIX = "number_prefix"
    """The beginning of a licence number."""
    WILDCARD = "wildcard"
    """A wildcard of the user's."""
    WORD = "word"
    """A whole word."""
    CHARACTERS = "characters"
    """Neighbouring Chinese, Japanese or Korean characters (or Thai)."""
    BRAND = "brand"
    """A word that is in the brand: said besides `WORD`, because it counts more."""
    SYNONYM = "synonym"
    """A name of the licence's category, in any language."""


@dataclass(frozen=True)
class Query:
    """A question to the register.

    `text` may be empty: then everything that the filters let through is found. With `on`, licences that have
    `status` (by default `active`) on that day are found; without it, `status` is the one on the snapshot's day and
    by default not asked for. `status=ANY` shows each licence whatever its status on the day.

    Raises:
        UnusableInputError: limit or offset out of range, no such facet or status.
    """

    text: str = ""
    on: date | None = None
    category: str | None = None
    programme: str | None = None
    register: str | None = None
    economy: str | None = None
    status: str | None = None
    limit: int = 20
    offset: int = 0
    facets: tuple[str, ...] = ("category", "programme", "economy", "status")

    def __post_init__(self) -> None:
        if not 0 <= self.limit <= MAX_LIMIT or not 0 <= self.offset <= MAX_DEPTH:
            what = f"limit {self.limit} and offset {self.offset} are out of range"
            do = f"A limit is 0 to {MAX_LIMIT}, an offset 0 to {MAX_DEPTH}; narrow the search by filters instead"
            raise UnusableInputError(what, do=do)
        if unknown := set(self.facets) - set(FACETS):
            what = f"no such facet: {', '.join(sorted(unknown))}"
            raise UnusableInputError(what, do=f"Known facets: {', '.join(FACETS)}")
        if self.status not in {None, ANY, *Status}:
            what = f"no such status: {self.status}"
            raise UnusableInputError(what, do=f"Known ones: {', '.join((*Status, ANY))}")


@dataclass(frozen=True)
class Reason:
    """One thing typed that met one thing in a licence; the weights of a hit's reasons add up to its score."""

    typed: str
    kind: Kind
    field: str
    """number, gtin, model, brand, name, holder or category."""
    value: str
    """The text of the licence that was met, as printed."""
    weight: float
    distance: int = 0
    """How many letters were corrected (0: none)."""
    text: str = ""
    """The reason in words, in the language in use."""


@dataclass(frozen=True)
class Hit:
    """A licence that was found; status and its dates are those of the day asked (None: no status on that day).

    `status_until` is the first day on which the status no longer holds; None means open.
    """

    licence_id: str
    number: str | None
    brand: str | None
    name: str | None
    holder: str | None
    models: tuple[str, ...]
    """The models that matched, best first; of a licence found otherwise, none."""
    models_total: int
    listed: tuple[str, ...]
    """The first models that the licence lists, whether they matched or not."""
    category: str
    programme: str
    register: str
    economy: str | None
    status: str | None
    status_from: date | None
    status_until: date | None
    status_reason: str | None
    valid_from: date | None
    valid_until: date | None
    score: float
    explanation: tuple[Reason, ...]


@dataclass(frozen=True)
class Results:
    """The answer: how many, the page asked for, and counts over all of them.

    `corrected` maps what was typed to what was searched as well. `words` is how many of the `words_typed` a hit
    must have at least: less than all only when no licence has all of them. When nothing passed the filters,
    `without_filters` says how many licences meet the text alone.
    """

    total: int
    hits: tuple[Hit, ...]
    on: date
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    corrected: dict[str, str] = field(default_factory=dict)
    words: int = 0
    words_typed: int = 0
    without_filters: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def relaxed(self) -> bool:
        """Whether no licence had all words, so that most of them had to do."""
        return self.words < self.words_typed
