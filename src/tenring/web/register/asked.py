"""What an address asks the register: the search page, its parts, downloads and suggestions all read it here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import quote_plus, urlencode

from django.http import QueryDict

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.model.licence import Status
from tenring.register.measured import Order, Range
from tenring.register.search import Query

#: Licences on one page.
PAGE = 20
#: Pages that can be turned; who looks further narrows the search.
MOST_PAGES = 500
#: Filters that are one word each.
FILTERS = ("category", "programme", "economy", "status")
_LEAST, _MOST = ".min", ".max"
_LONGEST = 300
#: Digits before and behind the point that a measured value may have: those of the snapshot's column.
_DIGITS, _DECIMALS = 14, 9


@dataclass(frozen=True)
class Asked:
    """A question to the register, as an address writes it. `sort`: "", `new`, or a property with `-` for descending."""

    text: str = ""
    category: str = ""
    programme: str = ""
    economy: str = ""
    status: str = ""
    on: date | None = None
    sort: str = ""
    page: int = 1
    ranges: tuple[Range, ...] = field(default=())

    @classmethod
    def of(cls, values: QueryDict) -> Asked:
        """Read an address.

        Raises:
            UnusableInputError: a date, number or status that is none; names it.
        """
        one = {name: values.get(name, "").strip()[:_LONGEST] for name in ("q", *FILTERS, "on", "sort", "page")}
        if one["status"] not in {"", *(status.value for status in Status)}:
            raise UnusableInputError(T("no such status: {status}", status=one["status"]))
        return cls(
            text=one["q"],
            **{name: one[name] for name in FILTERS},
            on=_day(one["on"]),
            sort=one["sort"],
            page=_page(one["page"]),
            ranges=_ranges(values),
        )

    def query(self, *, limit: int = PAGE, offset: int | None = None) -> Query:
        """The same question to the search index; it knows neither ranges nor orders."""
        return Query(
            self.text,
            on=self.on,
            category=self.category or None,
            programme=self.programme or None,
            economy=self.economy or None,
            status=self.status or None,
            limit=limit,
            offset=(self.page - 1) * PAGE if offset is None else offset,
        )

    @property
    def by_measure(self) -> bool:
        """Whether it asks for what was measured, which only makes sense inside one category."""
        return bool(self.category and (self.ranges or self.sort))

    @property
    def order(self) -> Order | None:
        """The property to sort by; None: the best match, or the newest, first."""
        name = self.sort.removeprefix("-")
        return Order(name, descending=self.sort.startswith("-")) if name and name != "new" else None

    def address(self, path: str, **changes: object) -> str:
        """The address of this question with something changed; a changed filter begins at the first page again."""
        changed = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]  # callers name fields of ours
        pairs = list(changed.pairs())
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def addresses(self, path: str, name: str) -> Callable[[str], str]:
        """Value of the filter `name` -> what `address` gives for it; there are a hundred on a page."""
        mark = "\x00"
        before, _, after = self.address(path, **{name: mark}).partition(quote_plus(mark))
        return lambda value: f"{before}{quote_plus(value)}{after}"

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Names and values as an address has them."""
        named: Mapping[str, str] = {
            "q": self.text,
            **{name: getattr(self, name) for name in FILTERS},
            "on": self.on.isoformat() if self.on else "",
            "sort": self.sort,
            "page": str(self.page) if self.page > 1 else "",
        }
        yield from ((name, value) for name, value in named.items() if value)
        for one in self.ranges:
            for end, value in ((_LEAST, one.at_least), (_MOST, one.at_most)):
                if value is not None:
                    yield f"{one.property}{end}", str(value)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UnusableInputError(T("{value!r} is not a date. Write it as YYYY-MM-DD.", value=text)) from error


def _page(text: str) -> int:
    if not text:
        return 1
    if not text.isdecimal() or not 1 <= int(text) <= MOST_PAGES:
        what = T("there is no page {page}", page=text)
        raise UnusableInputError(what, do=T("Narrow the search by filters instead"))
    return int(text)


def _ranges(values: QueryDict) -> tuple[Range, ...]:
    """`annual_energy_use.min=100` and the like, by property in order of their names."""
    ends: dict[str, dict[str, Decimal]] = {}
    for name in sorted(values):
        for end in (_LEAST, _MOST):
            text = values.get(name, "").strip()
            if name.endswith(end) and text:
                ends.setdefault(name.removesuffix(end), {})[end] = _number(text, name)
    return tuple(Range(name, found.get(_LEAST), found.get(_MOST)) for name, found in ends.items())


def _number(text: str, name: str) -> Decimal:
    try:
        number = Decimal(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except InvalidOperation as error:
        raise UnusableInputError(T("{name}: {value!r} is not a number", name=name, value=text)) from error
    if not number.is_finite() or number.adjusted() > _DIGITS or int(number.as_tuple().exponent) < -_DECIMALS:
        raise UnusableInputError(T("{name}: {value!r} is not a number", name=name, value=text))
    return number
