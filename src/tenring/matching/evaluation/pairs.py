"""Labelled pairs of products: CSV with left_* and right_* columns and `label`, or the text format of Ditto."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tenring.exceptions import Place, UnusableInputError
from tenring.language import T
from tenring.matching.products import Problem, Product, product_of, read_sheet, recognised

#: What labels are written as.
LABELS: Mapping[str, bool] = {
    "1": True, "1.0": True, "true": True, "yes": True, "y": True, "match": True, "matched": True, "confirmed": True,
    "是": True, "匹配": True, "确认": True,
    "0": False, "0.0": False, "false": False, "no": False, "n": False, "non-match": False, "no match": False,
    "nonmatch": False, "not_match": False, "mismatch": False, "rejected": False, "否": False, "不匹配": False,
    "拒绝": False,
}  # fmt: skip
_LABEL_HEADERS = ("label", "match", "is_match", "gold", "标签")
_SIDES = ("left", "right")
#: `COL name VAL text COL price VAL text`, as Ditto serialises a record.
_DITTO = re.compile(r"COL\s+(\S+)\s+VAL(?=\s|$)")


@dataclass(frozen=True)
class Pair:
    """Two products and whether they are the same; `row` in the file."""

    row: int
    left: Product
    right: Product
    label: bool


@dataclass(frozen=True)
class LabelledPairs:
    """The pairs of a file; `unlabelled` rows say neither yes nor no (a blank label); cells that could not be read."""

    path: Path
    pairs: tuple[Pair, ...]
    unlabelled: int
    problems: tuple[Problem, ...]


def read_pairs(path: Path) -> LabelledPairs:
    """The labelled pairs of a CSV file, or of a text file (`.txt`) in Ditto's format.

    Raises:
        UnusableInputError: it cannot be read, a column is missing, a label is none, or there is no pair at all; with
            row and column.
    """
    found = _read_ditto(path) if path.suffix.lower() == ".txt" else _read_csv(path)
    if not found.pairs:
        raise UnusableInputError(T("has no labelled pair"), where=path, do=T("It needs rows with label 1 or 0"))
    return found


def _read_csv(path: Path) -> LabelledPairs:
    sheet = read_sheet(path)
    label = _label_column(path, sheet.header)
    places = {side: recognised(sheet.header, prefix=f"{side}_") for side in _SIDES}
    for side in _SIDES:
        if not {"name", "model", "description"} & places[side].keys():
            raise UnusableInputError(
                T("no column {side}_title, {side}_model or {side}_description", side=side),
                where=path,
                do=T("Columns found: {columns}", columns=", ".join(sheet.header)),
            )
    pairs: list[Pair] = []
    problems: list[Problem] = []
    unlabelled = 0
    for row, cells in sheet.rows:
        text = cells[label] if label < len(cells) else ""
        if not text:
            unlabelled += 1
            continue
        verdict = label_of(text, Place(path, row=row, column=sheet.header[label]))
        left, right = (_side(cells, places[side], row, side, problems) for side in _SIDES)
        pairs.append(Pair(row, left, right, verdict))
    return LabelledPairs(path, tuple(pairs), unlabelled, tuple(problems))


def _side(cells: Sequence[str], places: Mapping[str, int], row: int, side: str, problems: list[Problem]) -> Product:
    product, unread = product_of(cells, places, row=row)
    problems.extend(replace(problem, column=f"{side}_{problem.column}") for problem in unread)
    return product


def _label_column(path: Path, header: Sequence[str]) -> int:
    names = [name.strip().lower() for name in header]
    for name in _LABEL_HEADERS:
        if name in names:
            return names.index(name)
    raise UnusableInputError(
        T("no column `label`; found: {columns}", columns=", ".join(header)),
        where=path,
        do=T("Add a column `label` with 1 for a match and 0 for none"),
    )


def label_of(text: str, where: Place) -> bool:
    """Whether a label says yes.

    Raises:
        UnusableInputError: it says neither.
    """
    label = LABELS.get(text.strip().lower())
    if label is None:
        raise UnusableInputError(
            T("the label {label!r} is neither yes nor no", label=text), where=where, do=T("Write 1 or 0")
        )
    return label


def _read_ditto(path: Path) -> LabelledPairs:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnusableInputError(T("cannot be opened"), where=path, do=str(error.strerror)) from error
    except UnicodeDecodeError as error:
        row = error.object.count(b"\n", 0, error.start) + 1
        raise UnusableInputError(T("is not text in UTF-8"), where=Place(path, row=row)) from error
    problems: list[Problem] = []
    pairs = tuple(_ditto_pairs(path, text, problems))
    return LabelledPairs(path, pairs, 0, tuple(problems))


def _ditto_pairs(path: Path, text: str, problems: list[Problem]) -> Iterator[Pair]:
    for row, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        parts = line.rstrip("\r").split("\t")
        if len(parts) != len(_SIDES) + 1:
            raise UnusableInputError(
                T("the line has {count} parts between tabs, not 3", count=len(parts)),
                where=Place(path, row=row),
                do=T("A line is: left record, tab, right record, tab, label"),
            )
        left, right = (_ditto_product(part, Place(path, row=row, column=side), problems)
                       for side, part in zip(_SIDES, parts[:2], strict=True))  # fmt: skip
        yield Pair(row, left, right, label_of(parts[2], Place(path, row=row, column="label")))


def _ditto_product(record: str, where: Place, problems: list[Problem]) -> Product:
    _, *fields = _DITTO.split(record)
    if not fields:
        raise UnusableInputError(
            T("no record in Ditto's format"), where=where, do=T("Write it as: COL title VAL … COL brand VAL …")
        )
    names, values = fields[::2], [value.strip() for value in fields[1::2]]
    unread: list[Problem]
    product, unread = product_of(values, recognised(names), row=where.row or 0)
    problems.extend(replace(problem, column=f"{where.column}_{problem.column}") for problem in unread)
    return product
