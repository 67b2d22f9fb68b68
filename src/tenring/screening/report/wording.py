"""The report's words, and how it writes money, numbers, shares and dates, in the language in use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_name

from tenring import language
from tenring.language import N, T
from tenring.model.verdict import STALE_AFTER_DAYS
from tenring.screening.report.steps import NO_CURRENCY

#: Language of ours -> how it writes numbers, dates and currencies.
LOCALES = {one.tag: Locale.parse(one.locale) for one in language.KNOWN.values()}

#: What stands where there is nothing to write; never 0.
NOTHING = "–"


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Speak the language `tag` inside the block, and the one before it afterwards."""
    before = language.current()
    language.use(tag)
    try:
        yield
    finally:
        language.use(before)


@dataclass(frozen=True)
class Formats:
    """How one language writes numbers and dates."""

    locale: Locale

    def number(self, value: int) -> str:
        """A whole number with separators."""
        return f"{value:,}".replace(",", _separator(self.locale))

    def lines(self, count: int) -> str:
        """A number of lines."""
        return T("1 line") if count == 1 else T("{count} lines", count=self.number(count))

    def money(self, value: Decimal | None, currency: str) -> str:
        """An amount with the digits its currency has, without its code: the code stands in the table's head."""
        if value is None:
            return NOTHING
        return format_currency(value, currency, "#,##0.00", locale=self.locale, currency_digits=currency != NO_CURRENCY)

    def money_with_code(self, value: Decimal | None, currency: str) -> str:
        """An amount and its ISO 4217 code, or that it has none."""
        amount = self.money(value, currency)
        if value is None:
            return amount
        shown = currency_shown(currency)
        return f"{amount} ({shown})" if currency == NO_CURRENCY else f"{shown} {amount}"

    def share(self, value: Decimal | None) -> str:
        """A share in per cent with one digit, or that it is not defined."""
        return T("not defined") if value is None else format_percent(value, "0.0%", locale=self.locale)

    def percent(self, value: float) -> str:
        """A share of 1 in whole per cent."""
        return format_percent(value, "0%", locale=self.locale)

    def day(self, value: date | None) -> str:
        """A date in words of the language; dates of data are never ambiguous numbers."""
        return NOTHING if value is None else _day(value, self.locale)

    def month(self, value: str | None) -> str:
        """A month given as 2020-05."""
        if value is None:
            return T("no date")
        year, month = value.split("-")
        return str(format_skeleton("yMMM", date(int(year), int(month), 1), locale=self.locale))

    def currency(self, code: str) -> str:
        """The name of a currency."""
        return T("no currency given") if code == NO_CURRENCY else get_currency_name(code, locale=self.locale)


@lru_cache(maxsize=10_000)
def _day(value: date, locale: Locale) -> str:
    """A date in words; lists have the same few thousand again and again."""
    return str(format_date(value, "medium", locale=locale))


@lru_cache(maxsize=16)
def _separator(locale: Locale) -> str:
    """What stands between thousands, asked of Babel once: a page writes hundreds of numbers.

    Raises:
        ValueError: the language does not write numbers in groups of three digits.
    """
    written = str(format_decimal(1_234_567, locale=locale))
    separator = written[1 : 1 + (len(written) - 7) // 2]
    if written != f"1{separator}234{separator}567":
        message = f"{locale} writes numbers as {written}"
        raise ValueError(message)
    return separator


def formats(tag: str) -> Formats:
    """The formats of a language; of an unknown one, the English."""
    return Formats(LOCALES.get(tag, LOCALES["en"]))


def name_of(names: Mapping[str, str]) -> str:
    """The best of several names in the language in use; empty if there is none."""
    return language.in_language(dict(names))


def currency_shown(code: str) -> str:
    """A currency's code, or that amounts have none: people do not know `NO_CURRENCY`."""
    return T("no currency given") if code == NO_CURRENCY else code


def left_out_text(what: str, *, lines: int, pairs: int) -> str:
    """What was not compared, as a sentence."""
    reasons = {"common code without its brand": T("a code that many products share, without the brand beside it")}
    return T(
        "Not compared: {pairs:,} pairs with licences, of {lines:,} different products ({reason})",
        pairs=pairs,
        lines=lines,
        reason=reasons.get(what, what),
    )


def verdict_name(verdict: str) -> str:
    """A verdict as a reader sees it."""
    return {
        "green": T("Green"),
        "recognised": T("Recognised"),
        "lapsed": T("Lapsed"),
        "missed": T("Missed"),
        "none_available": T("None available"),
        "out_of_scope": T("Out of scope"),
        "unclassified": T("Unclassified"),
    }.get(verdict, verdict)


def verdict_meaning(verdict: str) -> str:
    """What a verdict says, in one sentence."""
    return {
        "green": T("Certified by a programme that the rule accepts, and valid on the day of purchase."),
        "recognised": T("Certified by another programme, and a live recognition agreement carries the certificate."),
        "lapsed": T(
            "Certified, but not on the day of purchase: not begun, expired, suspended, withdrawn or no longer listed."
        ),
        "missed": T("No certificate found, although certified products of the category existed on that day."),
        "none_available": T("No certified product of the category was known on that day."),
        "out_of_scope": T("No label covers this category."),
        "unclassified": T("We do not know what was bought."),
    }.get(verdict, "")


def measure_name(measure: str) -> str:
    """A measure as a reader sees it: a verdict, or a group of them."""
    return {
        "all": T("All lines"),
        "in_scope": T("Categories with a label"),
        "green_or_recognised": T("Green or recognised"),
        "not_met": T("Not met"),
    }.get(measure) or verdict_name(measure)


_STATUSES = {
    "not_begun": N("not begun"),
    "active": N("active"),
    "suspended": N("suspended"),
    "withdrawn": N("withdrawn"),
    "superseded": N("superseded"),
    "expired": N("expired"),
    "delisted": N("no longer listed"),
}


def status_name(status: str | None) -> str:
    """The state of a licence as a reader sees it."""
    known = _STATUSES.get(status or "")
    return T(known) if known else status or NOTHING


def obligation_name(obligation: str) -> str:
    """What a rule demands."""
    names = {"mandatory": T("Mandatory"), "priority": T("Priority"), "voluntary": T("Voluntary")}
    return names.get(obligation, obligation)


def mark_name(mark: str | None) -> str:
    """How well a fact of the catalogue is proven."""
    return {
        "read": T("read in the official document"),
        "secondary": T("from a second-hand source"),
        "unverified": T("unverified"),
    }.get(mark or "", T("no mark"))


def label_kind_name(kind: str) -> str:
    """A kind of label; an energy label is not a Type I ecolabel."""
    return {
        "type_i": T("Type I ecolabels (ISO 14024)"),
        "energy": T("Energy labels"),
        "other": T("Other labels and marks"),
    }.get(kind, kind)


def programme_type_name(type_: str) -> str:
    """The type of a programme as the catalogue has it."""
    return {
        "I": T("Type I ecolabel"),
        "II": T("Type II self-declaration"),
        "III": T("Type III declaration"),
        "energy": T("energy label"),
        "it": T("IT label"),
        "other": T("certification mark"),
    }.get(type_, type_)


def rung_name(rung: str) -> str:
    """The kind of evidence that found a certificate, strongest first."""
    return {
        "confirmed": T("a person's confirmation"),
        "certificate": T("certificate number"),
        "gtin": T("article number (GTIN)"),
        "model": T("brand and model"),
        "text": T("words of the description"),
    }.get(rung, rung)


def severity_name(severity: str) -> str:
    """What became of a row or cell that could not be read."""
    return {
        "rejected": T("row left out"),
        "unread": T("cell left empty"),
        "skipped": T("title, total or blank row"),
        "unclassified": T("Unclassified"),
    }.get(severity, severity)


def sample_text() -> str:
    """What the banner of a report on samples says."""
    return T(
        "The snapshot holds invented licences: brands, holders and numbers are made up. "
        "Nothing here says anything about a real product."
    )


def caution_text(caution: str) -> str:
    """What a reader should know about some lines before relying on them."""
    return {
        "unpriced": T("Lines without an amount: counted in lines, not in value."),
        "no_currency": T("Amounts without a currency: shown apart, never added to others."),
        "undated": T("Lines without a date: judged on the reference date."),
        "refund": T("Negative amounts (refunds, corrections): counted with their sign."),
        "stale": T(
            "Green or recognised, but the register was read more than {days} days before the purchase: "
            "a suspension or withdrawal in between would not be seen.",
            days=STALE_AFTER_DAYS,
        ),
        "derived": T("The register gives no first day of validity; it was derived from other dates."),
        "ties": T("Several certificates fit equally well; one of them is named."),
        "unverified_rule": T("The rule that obliges the line is not verified in its official document."),
        "text_only": T("Found by the words of the description only, above the published threshold."),
    }.get(caution, caution)
