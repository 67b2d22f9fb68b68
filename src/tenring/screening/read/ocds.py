"""OCDS: releases, release packages, record packages, and the flattened workbooks made from them.

Nothing is counted twice: for each contracting process the releases are merged (the latest word on each award, contract
and tender counts), and the amounts come from the most final stage there is: contract, else award, else tender.
Source: Open Contracting Data Standard 1.1, https://standard.open-contracting.org/1.1/en/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from tenring.language import T
from tenring.screening.read.codes import UNSPSC, scheme_named
from tenring.screening.read.entry import Entry, Stage, plain
from tenring.screening.read.grid import Grid

Object = Mapping[str, Any]

ENDED = frozenset({"cancelled", "unsuccessful", "withdrawn"})
"""Statuses of tenders, awards and contracts that bought nothing."""

TOLERANCE = Decimal("0.001")
"""Items may differ from the value of their contract by this share (publishers round); beyond it the value counts."""


_DEEPEST = 5
"""How deep packages are looked for inside other JSON."""


def is_package(value: object) -> bool:
    """Whether a JSON value holds OCDS releases or records."""
    return any(True for _ in processes_in(value))


def processes_in(value: object) -> Iterator[Sequence[Object]]:
    """The releases of each contracting process in a package, a record, a release or a list of them."""
    loose: dict[str, list[Object]] = {}
    for one in _candidates(value):
        if "compiledRelease" in one:
            yield [one["compiledRelease"]]
        elif isinstance(one.get("releases"), list) and any(_is_release(release) for release in one["releases"]):
            yield [release for release in one["releases"] if _is_release(release)]
        elif _is_release(one):
            loose.setdefault(str(one["ocid"]), []).append(one)
    yield from loose.values()


def _candidates(value: object, depth: int = _DEEPEST) -> Iterator[Object]:
    """Records and releases, wherever packages (and files that wrap packages) keep them."""
    if depth < 0:
        return
    if isinstance(value, list):
        for one in value:
            yield from _candidates(one, depth - 1)
    elif isinstance(value, dict):
        inside = next((value[key] for key in ("records", "releases") if isinstance(value.get(key), list)), None)
        if _is_release(value) or "compiledRelease" in value:
            yield value
        elif inside is not None:
            yield from _candidates(inside, depth - 1)
        else:
            for one in value.values():
                yield from _candidates(one, depth - 1) if isinstance(one, dict) else ()


_STAGES = ("planning", "tender", "awards", "contracts")


def _is_release(value: object) -> bool:
    return isinstance(value, dict) and "ocid" in value and any(stage in value for stage in (*_STAGES, "tag", "buyer"))


def entries(value: object) -> list[Entry]:
    """The lines of all contracting processes in a JSON value."""
    return [entry for releases in processes_in(value) for entry in process_entries(merge(releases))]


def merge(releases: Sequence[Object]) -> dict[str, Any]:
    """The latest word on everything in the releases of one process."""
    merged: dict[str, Any] = {}
    for release in sorted(releases, key=lambda one: str(one.get("date") or "")):
        _merge_into(merged, release)
    return merged


def _merge_into(target: dict[str, Any], source: Object) -> None:
    for key, value in source.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            target[key] = {**target[key]}
            _merge_into(target[key], value)
        elif isinstance(value, list) and isinstance(target.get(key), list) and _have_ids([*value, *target[key]]):
            target[key] = _merged_list(target[key], value)
        elif value is not None or key not in target:
            target[key] = value


def _have_ids(values: Sequence[object]) -> bool:
    return bool(values) and all(isinstance(one, dict) and "id" in one for one in values)


def _merged_list(old: Sequence[Object], new: Sequence[Object]) -> list[Object]:
    if len({str(one["id"]) for one in new}) < len(new):
        return list(new)
    found = {str(one["id"]): dict(one) for one in old}
    for one in new:
        _merge_into(found.setdefault(str(one["id"]), {}), one)
    return list(found.values())


def process_entries(process: Object) -> list[Entry]:
    """The lines of one merged process, each from the most final stage that states it."""
    base = Entry(buyer=_buyer(process))
    awards, contracts = _objects(process.get("awards")), _objects(process.get("contracts"))
    by_id = {str(award.get("id")): award for award in awards}
    found = [entry for contract in contracts for entry in _contract(contract, by_id, process, base)]
    contracted = {str(contract.get("awardID")) for contract in contracts}
    alone = len(awards) == len(contracts) == 1
    for award in awards:
        if str(award.get("id")) not in contracted and not alone:
            found += _award(award, process, base)
    return found or _tender(process, base)


def _contract(contract: Object, awards: Mapping[str, Object], process: Object, base: Entry) -> list[Entry]:
    award = awards.get(str(contract.get("awardID"))) or (next(iter(awards.values())) if len(awards) == 1 else {})
    base = replace(
        base, stage=Stage.CONTRACT, supplier=_names(contract.get("suppliers")) or _names(award.get("suppliers"))
    )
    dates = (contract.get("dateSigned"), award.get("date"), _inside(contract, "period", "startDate"), *_dates(process))
    base = replace(base, date=_first(dates), skip=_ended(contract) or _ended(award))
    items = _objects(contract.get("items")) or _objects(award.get("items"))
    value = contract.get("value") or award.get("value")
    return _lines(items, value, title=_title(contract, award, process.get("tender") or {}), base=base)


def _award(award: Object, process: Object, base: Entry) -> list[Entry]:
    dates = (award.get("date"), _inside(process, "tender", "awardPeriod", "startDate"), *_dates(process))
    base = replace(
        base, stage=Stage.AWARD, supplier=_names(award.get("suppliers")), date=_first(dates), skip=_ended(award)
    )
    title = _title(award, process.get("tender") or {})
    return _lines(_objects(award.get("items")), award.get("value"), title=title, base=base)


def _tender(process: Object, base: Entry) -> list[Entry]:
    tender = process.get("tender")
    if not isinstance(tender, dict):
        return [
            replace(
                base, description=_inside(process, "planning", "budget", "description"), skip=T("only planned so far")
            )
        ]
    base = replace(base, stage=Stage.TENDER, date=_first(_dates(process)), skip=_ended(tender))
    base = replace(base, buyer=base.buyer or _inside(tender, "procuringEntity", "name"))
    return _lines(_objects(tender.get("items")), tender.get("value"), title=_title(tender), base=base)


def _dates(process: Object) -> tuple[Any, ...]:
    tender = process.get("tender") or {}
    return (
        _inside(tender, "tenderPeriod", "endDate"),
        tender.get("datePublished"),
        _inside(tender, "tenderPeriod", "startDate"),
        process.get("date"),
    )


def _lines(items: Sequence[Object], value: object, *, title: str | None, base: Entry) -> list[Entry]:
    """One line for each item where their prices add up to the value (or there is no value), else one for the whole."""
    total, currency = _money(value)
    priced = [_priced(item, base) for item in items]
    amounts = [Decimal(entry.amount) for entry in priced if entry.amount is not None]
    currencies = {entry.currency for entry in priced if entry.amount is not None}
    if total is None and priced:
        return [replace(entry, description=_line_text(entry, title, len(priced))) for entry in priced]
    if (
        amounts
        and len(amounts) == len(priced)
        and currencies <= {currency, None}
        and total is not None
        and _agree(sum(amounts), total)
    ):
        note = (
            None
            if sum(amounts) == total
            else T(
                "items add up to {sum}, the value stated is {total}",
                sum=plain(Decimal(sum(amounts))),
                total=plain(total),
            )
        )
        return [replace(entry, currency=entry.currency or currency, note=note) for entry in priced]
    return [_whole(priced, amounts, title=title, base=replace(base, amount=plain(total), currency=currency))]


def _agree(parts: Decimal | int, total: Decimal) -> bool:
    return abs(parts - total) <= abs(total) * TOLERANCE


def _whole(priced: Sequence[Entry], amounts: Sequence[Decimal], *, title: str | None, base: Entry) -> Entry:
    """One line for a contract whose items do not say how its value is divided."""
    note = None
    if amounts:
        note = T(
            "the prices of the items add up to {sum}: the value of the whole is used", sum=plain(Decimal(sum(amounts)))
        )
    if not priced:
        return replace(base, description=title, note=note)
    texts = list(dict.fromkeys(entry.description for entry in priced if entry.description))
    codes = {(entry.code, entry.code_scheme, entry.code_name) for entry in priced}
    code, scheme, name = next(iter(codes)) if len(codes) == 1 else (None, None, None)
    only = priced[0] if len(priced) == 1 else Entry()
    described = "; ".join(texts) if len(texts) == 1 else "; ".join(filter(None, [title, *texts]))
    return replace(
        base,
        description=described or title,
        code=code,
        code_scheme=scheme,
        code_name=name,
        quantity=only.quantity,
        unit=only.unit,
        note=note,
    )


def _line_text(entry: Entry, title: str | None, count: int) -> str | None:
    return entry.description or (title if count == 1 else None)


def _priced(item: Object, base: Entry) -> Entry:
    """An item with its amount: unit value × quantity."""
    price, currency = _money(_inside(item, "unit", "value"))
    quantity = _number(item.get("quantity"))
    amount = price * quantity if price is not None and quantity is not None else None
    classification = _inside(item, "classification")
    classification = classification if isinstance(classification, dict) else {}
    return replace(
        base,
        description=_text(item.get("description")) or _text(classification.get("description")),
        code=_text(classification.get("id")),
        code_scheme=_scheme(classification),
        code_name=_text(classification.get("description")),
        quantity=plain(quantity),
        unit=_text(_inside(item, "unit", "name")),
        amount=plain(amount),
        currency=_text(currency),
    )


def _scheme(classification: Object) -> str | None:
    named = _text(classification.get("scheme")) or _text(classification.get("schema"))
    if scheme := scheme_named(named):
        return scheme
    built_on_unspsc = "unspsc" in str(classification.get("description")).lower()
    if built_on_unspsc and re.fullmatch(r"\d{8}(-\d+)?", str(classification.get("id"))):
        return UNSPSC
    return named


def _money(value: object) -> tuple[Decimal | None, str | None]:
    if not isinstance(value, dict):
        return None, None
    return _number(value.get("amount")), _text(value.get("currency"))


def _number(value: object) -> Decimal | None:
    if value is None or isinstance(value, bool | dict | list):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _objects(value: object) -> list[Object]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _inside(value: object, *path: str) -> Any:  # noqa: ANN401 - JSON is of any shape until it is looked at
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: object) -> str | None:
    return str(value).strip() or None if value is not None and not isinstance(value, dict | list) else None


def _first(values: Iterable[Any]) -> str | None:
    return next((text for value in values if (text := _text(value))), None)


def _buyer(process: Object) -> str | None:
    parties = [p for p in _objects(process.get("parties")) if "buyer" in (p.get("roles") or [])]
    names = (
        _inside(process, "buyer", "name"),
        _inside(process, "tender", "procuringEntity", "name"),
        *(p.get("name") for p in parties),
    )
    return _first(names)


def _names(value: object) -> str | None:
    """Suppliers, who are a list by the standard and a single object in some packages."""
    found = [value] if isinstance(value, dict) else _objects(value)
    return "; ".join(text for one in found if (text := _text(one.get("name")))) or None


def _title(*sources: Object) -> str | None:
    for source in sources:
        title, description = _text(source.get("title")), _text(source.get("description"))
        if title or description:
            return title or description
    return None


def _ended(value: Object) -> str | None:
    status = str(value.get("status") or "").lower()
    return T("status {status}: nothing was bought", status=status) if status in ENDED else None


def is_flattened(grids: Sequence[Grid]) -> bool:
    """Whether sheets are a package flattened to a workbook: `ocid` first, paths such as `awards/0/value/amount`."""
    return any(_flat_header(grid) for grid in grids)


def _flat_header(grid: Grid) -> list[str] | None:
    header = [text.replace(" ", "") for text in grid.row_texts(0)]
    return header if header and header[0] == "ocid" and any("/" in text for text in header) else None


def unflatten(grids: Sequence[Grid]) -> list[Object]:
    """The releases in flattened sheets: rows with the same `ocid` and release belong together."""
    releases: dict[tuple[str, str], dict[str, Any]] = {}
    for grid in grids:
        header = _flat_header(grid)
        if header is None:
            continue
        cells = [column.to_pylist() for column in grid.columns]
        for index in range(1, grid.height):
            row = {
                path: column[index]
                for path, column in zip(header, cells, strict=True)
                if path and column[index] is not None
            }
            if "ocid" in row:
                key = (row["ocid"], row.get("id", ""))
                _merge_into(releases.setdefault(key, {}), _nest(row))
    return list(releases.values())


def _nest(row: Mapping[str, str]) -> dict[str, Any]:
    """`{"awards/0/value/amount": "5"}` → `{"awards": [{"value": {"amount": "5"}}]}`."""
    root: dict[str, Any] = {}
    for path, value in row.items():
        node = root
        *parents, leaf = [part for part in path.split("/") if part]
        for position, part in enumerate(parents):
            if part.isdigit():
                continue
            following = parents[position + 1] if position + 1 < len(parents) else leaf
            if following.isdigit():
                node = node.setdefault(part, [{}])[0]
            else:
                nested = node.setdefault(part, {})
                node = nested[0] if isinstance(nested, list) else nested
            if not isinstance(node, dict):
                break
        if isinstance(node, dict):
            node[leaf] = value
    return root
