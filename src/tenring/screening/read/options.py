"""What a user may say about a file when we cannot know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tenring.exceptions import UnusableInputError
from tenring.language import T

#: Fields a column can be given for, in the order they are shown.
FIELDS = (
    "date",
    "buyer",
    "supplier",
    "description",
    "brand",
    "model",
    "certificate",
    "gtin",
    "code",
    "code_scheme",
    "code_name",
    "quantity",
    "unit",
    "unit_price",
    "amount",
    "currency",
)

DATE_ORDERS = ("day", "month")


@dataclass(frozen=True)
class ReadOptions:
    """What the user says about the files; None or empty means: find out.

    `columns` maps a field to the header that holds it, `date_order` is what comes first in 5/3/2026 (`day`, `month`),
    `on` is the date of lines that have none, `header_row` counts from 1.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    currency: str | None = None
    date_order: str | None = None
    code_scheme: str | None = None
    on: date | None = None
    header_row: int | None = None

    def __post_init__(self) -> None:
        for name in self.columns:
            if name not in FIELDS:
                what = T("{field} is not a field a column can be given for", field=name)
                raise UnusableInputError(what, do=T("Use one of: {fields}", fields=", ".join(FIELDS)))
        if self.date_order not in (None, *DATE_ORDERS):
            what = T("the date order {order} is not known", order=self.date_order)
            raise UnusableInputError(what, do=T("Use day (5/3/2026 is 5 March) or month (it is May 3)"))
        if self.header_row is not None and self.header_row < 1:
            raise UnusableInputError(T("the header row must be 1 or more"))
