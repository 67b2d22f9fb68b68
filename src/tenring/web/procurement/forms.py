"""What a visitor fills in: a file and a few words about it."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.screening.read.options import FIELDS, ReadOptions
from tenring.web.core.sources import Sources, today
from tenring.web.procurement.actions import Given

_CURRENCY = 3
#: Name of the field that says what a column holds: this and its number.
COLUMN = "column."


def given(values: QueryDict) -> Given:
    """What a form says.

    Raises:
        UnusableInputError: a date or currency that is none, a field that does not exist.
    """
    currency = values.get("currency", "").strip().upper()
    if currency and not (len(currency) == _CURRENCY and currency.isascii() and currency.isalpha()):
        what = T("{value!r} is no currency", value=currency[:20])
        raise UnusableInputError(what, do=T("Write its three letters: CNY, EUR, USD"))
    options = ReadOptions(
        columns=_columns(values), currency=currency or None, date_order=values.get("date_order") or None
    )
    return Given(economy=values.get("economy", ""), on=_day(values.get("on", "")), options=options)


def _columns(values: QueryDict) -> dict[str, str]:
    """Field -> header, of the columns whose field was chosen by hand."""
    found = {}
    for name, field in values.items():
        if name.startswith(COLUMN) and field in FIELDS:
            found[str(field)] = name.removeprefix(COLUMN)
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else today()
    except ValueError as error:
        raise UnusableInputError(T("{value!r} is not a date. Write it as YYYY-MM-DD.", value=text[:40])) from error


def economies(open_: Sources) -> list[str]:
    """The economies whose rules can be applied."""
    return sorted({rule.economy for rule in open_.catalogue.rules.values()})
