"""Everything that changes a product: check, change, record, in one transaction each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tenring.catalogue.categories import Categories
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.register.cells import read_gtin
from tenring.rulebook.cells import Problem
from tenring.rulebook.prices import Price, Prices, prices_of
from tenring.rulebook.product_file import Entry, ProductFile, add_entry
from tenring.rulebook.rows import Rejected
from tenring.web.accounts.log import record
from tenring.web.accounts.models import Organisation, User
from tenring.web.products.models import Evidence, Import, Product, TestPrice

#: Products, and values of one product, that may be kept: far more than anybody has entered.
MOST_PRODUCTS, MOST_VALUES = 5_000, 2_000
_NAMED = ("name", "brand", "model", "category", "gtins")
_LONGEST = 200


@dataclass(frozen=True)
class Scope:
    """Who acts, and for whom (None: for themselves)."""

    user: User
    organisation: Organisation | None

    def own(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of rows with owner and organisation, those that belong here."""
        if self.organisation is None:
            return rows.filter(organisation=None, owner=self.user)
        return rows.filter(organisation=self.organisation)


def about_of(said: Mapping[str, str], categories: Categories) -> dict[str, str]:
    """Name, brand, model, category and GTINs, checked.

    Raises:
        Problem: names the field.
    """
    found = {name: " ".join((said.get(name) or "").split()) for name in _NAMED}
    if not found["name"]:
        raise Problem("name", T("the product has no name"), T("Write its name"))
    for name in ("name", "brand", "model"):
        if len(found[name]) > _LONGEST or "\x00" in found[name]:
            raise Problem(name, T("it is too long"), T("Shorten it"))
    if found["category"] and found["category"] not in categories.by_id:
        what = T("the category {name!r} is unknown", name=found["category"][:80])
        raise Problem("category", what, T("See docs/reference/categories for their names"))
    found["gtins"] = _gtins(found["gtins"])
    return found


def _gtins(text: str) -> str:
    found = []
    for one in text.replace(",", " ").replace(";", " ").split():
        gtin = read_gtin(one)
        if gtin is None:
            what = T("{given!r} is no GTIN: its length or check digit is wrong", given=one[:40])
            raise Problem("gtins", what, T("Write its 8, 12, 13 or 14 digits"))
        found.append(gtin)
    joined = " ".join(dict.fromkeys(found))
    if len(joined) > _LONGEST * 2:
        raise Problem("gtins", T("it is too long"), T("Shorten it"))
    return joined


@transaction.atomic
def create(scope: Scope, said: Mapping[str, str], categories: Categories) -> Product:
    """A new product.

    Raises:
        Problem: names the field that is wrong.
    """
    about = about_of(said, categories)
    _require_room(scope)
    product = Product.objects.create(owner=scope.user, organisation=scope.organisation, **about)
    _record("product.added", scope.user, product, category=product.category)
    return product


def _require_room(scope: Scope) -> None:
    if scope.own(Product.objects.all()).count() >= MOST_PRODUCTS:
        what = T("there are {count} products already", count=MOST_PRODUCTS)
        raise UnusableInputError(what, do=T("Remove those that are not needed"))


def _record(what: str, user: User, product: Product, **detail: Any) -> None:  # noqa: ANN401 - as `record` takes it
    about = f"product {product.id}"
    record(what, user=user, organisation=product.organisation, about=about, name=product.name, **detail)


@transaction.atomic
def change(user: User, product: Product, said: Mapping[str, str], categories: Categories) -> None:
    """Another name, brand, model, category or GTINs.

    Raises:
        Problem: names the field that is wrong.
    """
    about = about_of(said, categories)
    held = Product.objects.select_for_update().get(pk=product.pk)
    before = {name: getattr(held, name) for name in about}
    changed = {name: [before[name], text] for name, text in about.items() if before[name] != text}
    if changed:
        Product.objects.filter(pk=product.pk).update(**about, changed_at=timezone.now())
        _record("product.changed", user, product, **{f"new_{name}": pair for name, pair in changed.items()})


@transaction.atomic
def remove(user: User, product: Product) -> None:
    """Remove a product with all its values."""
    _record("product.removed", user, product, values=product.evidence.count())
    product.delete()


@dataclass(frozen=True)
class Saved:
    """A value to keep: a new one (`id` None), one that is changed, or one that is taken away (`entry` None)."""

    id: int | None
    entry: Entry | None


@transaction.atomic
def save_values(user: User, product: Product, values: Sequence[Saved], untested: Mapping[str, bool]) -> None:
    """Keep the values of a form, all or none.

    Args:
        user: who changes them.
        product: whose values they are.
        values: what to add, change and take away; ids of other products' values are passed over.
        untested: key of a measurand -> whether it is now said not to have been tested.

    Raises:
        UnusableInputError: there would be too many.
    """
    held = Product.objects.select_for_update().get(pk=product.pk)
    there = {one.pk: one for one in held.evidence.all()}
    added = changed = removed = 0
    for one in values:
        old = there.get(one.id) if one.id is not None else None
        if one.entry is None:
            removed += bool(old and old.delete())
        elif old is None:
            Evidence.objects.create(product=held, property=one.entry.property, written=dict(one.entry.written))
            added += 1
        elif old.entry() != one.entry:
            old.property, old.written = one.entry.property, dict(one.entry.written)
            old.save()
            changed += 1
    if held.evidence.count() > MOST_VALUES:
        what = T("a product has at most {count} values", count=MOST_VALUES)
        raise UnusableInputError(what, do=T("Remove those that are not needed"))
    marked = sorted((set(held.untested) | {key for key, is_so in untested.items() if is_so})
                    - {key for key, is_so in untested.items() if not is_so})  # fmt: skip
    if added or changed or removed or marked != held.untested:
        held.untested, held.changed_at = marked, timezone.now()
        held.save(update_fields=["untested", "changed_at"])
        _record("product.values", user, held, added=added, changed=changed, removed=removed)


@transaction.atomic
def set_prices(scope: Scope, rows: Iterable[Price]) -> Prices:
    """The prices of tests from now on: all of them, in place of those that were there.

    Raises:
        UnusableInputError: two currencies, or two prices of one test.
    """
    found = prices_of(rows)
    scope.own(TestPrice.objects.all()).delete()
    TestPrice.objects.bulk_create(
        TestPrice(
            owner=scope.user,
            organisation=scope.organisation,
            property=one.property,
            method=one.method,
            price=one.price,
            currency=one.currency,
            days=one.days,
        )
        for one in found.of.values()
    )
    record("prices.set", user=scope.user, organisation=scope.organisation, count=len(found.of), currency=found.currency)
    return found


def prices(scope: Scope) -> Prices:
    """The prices of tests that are kept."""
    rows = scope.own(TestPrice.objects.all())
    return prices_of(Price(one.property, one.method, one.price, one.currency, one.days) for one in rows)


@dataclass(frozen=True)
class Sent:
    """What a file of products says, before anything of it is kept."""

    file_name: str
    products: Sequence[tuple[dict[str, str], ProductFile]]
    """What each is called, checked, and all that its file says."""
    header: Sequence[str]
    rejected: Sequence[Rejected]


@transaction.atomic
def take_in(scope: Scope, sent: Sent) -> Import:
    """Keep the products of a file; one that is there by name, brand and model gets the values that it lacks.

    Raises:
        UnusableInputError: there would be too many.
    """
    added = changed = values = 0
    for about, file in sent.products:
        named = {name: about[name] for name in ("name", "brand", "model")}
        product = scope.own(Product.objects.select_for_update()).filter(**named).first()
        is_new = product is None
        if product is None:
            _require_room(scope)
            product = Product.objects.create(owner=scope.user, organisation=scope.organisation, **about)
        count = _merge(product, about, file)
        added += is_new
        changed += bool(count and not is_new)
        values += count
    found = Import.objects.create(
        owner=scope.user,
        organisation=scope.organisation,
        file_name=sent.file_name,
        products=added,
        changed=changed,
        values=values,
        header=list(sent.header),
        rejected=[
            {"row": one.row.number, "column": one.column, "what": one.what, "do": one.do, "cells": dict(one.row.cells)}
            for one in sent.rejected
        ],
    )
    record(
        "products.imported",
        user=scope.user,
        organisation=scope.organisation,
        about=f"import {found.id}",
        file=sent.file_name,
        added=added,
        changed=changed,
        values=values,
        rejected=len(sent.rejected),
    )
    return found


def _merge(product: Product, about: Mapping[str, str], file: ProductFile) -> int:
    """Add what a file says and the product does not; the number of values and labels that are new."""
    rows = list(product.evidence.all())
    entries = [one.entry() for one in rows]
    count = sum(add_entry(entries, one) for one in file.entries)
    if len(entries) > MOST_VALUES:
        what = T("a product has at most {count} values", count=MOST_VALUES)
        raise UnusableInputError(what, do=T("Remove those that are not needed"))
    for row, one in zip(rows, entries, strict=False):
        if row.entry() != one:
            row.written = dict(one.written)
            row.save(update_fields=["written"])
    Evidence.objects.bulk_create(
        Evidence(product=product, property=one.property, written=dict(one.written)) for one in entries[len(rows) :]
    )
    labels = [dict(one) for one in file.labels if dict(one) not in product.labels]
    product.labels = [*product.labels, *labels]
    product.about = {**product.about, **{name: text for name, text in file.about.items() if name not in _NAMED}}
    for name in ("category", "gtins"):
        setattr(product, name, about[name] or getattr(product, name))
    product.changed_at = timezone.now()
    product.save()
    return count + len(labels)
