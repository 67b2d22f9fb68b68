"""What the category model is trained on: each text with the CPV group and the category of ours that it belongs to.

Always: names and synonyms of the catalogue, in all languages. From a data folder, where they are there: labels of CPV
codes (`codes/cpv/*.csv`: a column `cpv` or `cpv8`, then one column for each language) and titles of TED notices
(`lines/ted_titles_cpv.csv`: title, cpv_main, doc_id, lang). And labelled lines of one's own, in the layout of
`tenring evaluate categories`. NAICS codes (the Austin lines) have no crosswalk to our categories and are left out.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tenring.catalogue import Categories
from tenring.exceptions import Place, UnusableInputError
from tenring.language import T
from tenring.model.text import normal
from tenring.screening.learnt.model import OUTSIDE

CPV = "cpv-2008"
#: Group of a category that no CPV code names.
NO_GROUP = "-"
_GROUP_DIGITS = 3
LABELS, TITLES = "codes/cpv", "lines/ted_titles_cpv.csv"


class Part(StrEnum):
    """What a text is used for; the same text is never in two parts."""

    FIT = "fit"
    SET = "set"
    """Held out of the fit to set sharpness and threshold: whole notices."""
    JUDGE = "judge"
    """Never used but to judge the finished model: a fifth of the titles."""


@dataclass(frozen=True)
class Leaf:
    """A CPV group with a category of ours."""

    group: str
    category: str


@dataclass(frozen=True)
class Example:
    """One text of the training data; `code` is its CPV code where it has one, `notice` where it stands."""

    text: str
    leaf: Leaf
    source: str
    part: Part = Part.FIT
    code: str | None = None
    notice: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Source:
    """Where training data come from, under which terms, of when."""

    name: str
    licence: str
    version: str


#: Name of a source in `Example.source` -> what it is. Terms as their publishers state them.
SOURCES = {
    "catalogue": Source("names and synonyms of Tenring's categories", "Apache-2.0", "of the checkout"),
    "cpv": Source(
        "labels of the Common Procurement Vocabulary, Regulation (EC) No 213/2008",
        "© European Union, reuse allowed with attribution (Decision 2011/833/EU)",
        "2008",
    ),
    "ted": Source(
        "titles of notices in Tenders Electronic Daily (TED), Supplement to the Official Journal of the European Union",
        "© European Union, reuse allowed with attribution (Decision 2011/833/EU)",
        "notices published 2016-01 to 2022-09",
    ),
    "labelled": Source("labelled lines of the user", "the user's own", "as given"),
}


def leaf_of_code(code: str, categories: Categories) -> Leaf:
    """Group of a CPV code and the category its crosswalk names: of several the one above the others, else the first."""
    found = categories.by_code(CPV, code)
    if found is None:
        return Leaf(code[:_GROUP_DIGITS], OUTSIDE)
    return Leaf(code[:_GROUP_DIGITS], _one_of(found[1], categories))


def leaf_of_category(category: str, categories: Categories) -> Leaf:
    """A category with the group of its first CPV code, or of the nearest category above that has one."""
    codes = (code for one in categories.ancestors(category) for code in categories.by_id[one].codes.get(CPV, ()))
    code = next(codes, None)
    return Leaf(code[:_GROUP_DIGITS] if code else NO_GROUP, category)


def _one_of(found: Sequence[str], categories: Categories) -> str:
    above = (one for one in found if all(one in categories.ancestors(other) for other in found))
    return next(above, found[0])


def examples(categories: Categories, data: Path | None, labelled: Iterable[Path] = ()) -> list[Example]:
    """All training data, each text once for each leaf.

    Raises:
        UnusableInputError: a file cannot be read or lacks a column.
    """
    found = [*_of_catalogue(categories)]
    if data is not None:
        found.extend(_of_labels(data / LABELS, categories))
        found.extend(_of_titles(data / TITLES, categories))
    for path in labelled:
        found.extend(_of_lines(path, categories))
    return list({(normal(one.text), one.leaf, one.part): one for one in reversed(found)}.values())[::-1]


def _of_catalogue(categories: Categories) -> Iterator[Example]:
    for category in categories.by_id.values():
        leaf = leaf_of_category(category.id, categories)
        for phrase in category.phrases():
            yield Example(phrase, leaf, "catalogue")


def _of_labels(folder: Path, categories: Categories) -> Iterator[Example]:
    for path in sorted(folder.glob("*.csv")):
        for number, row in _rows(path):
            code = row.get("cpv8") or (row.get("cpv") or "")[:8]
            if not re.fullmatch(r"\d{8}", code):
                where = Place(path, row=number, column="cpv")
                raise UnusableInputError(T("is not a CPV code: {code}", code=code), where=where)
            leaf = leaf_of_code(code, categories)
            for language, label in row.items():
                if language not in ("cpv", "cpv8") and any(map(str.isalpha, label)):
                    yield Example(label.strip(), leaf, "cpv", code=code, language=language.lower())


def _of_titles(path: Path, categories: Categories) -> Iterator[Example]:
    if not path.is_file():
        return
    rows = [row for _, row in _rows(path, need=("title", "cpv_main", "doc_id", "lang")) if row["title"].strip()]
    rows = [row for row in rows if re.fullmatch(r"\d{8}", row["cpv_main"])]
    to_set = {normal(row["title"].strip()) for row in rows if _share_of(row["doc_id"], _SET_OF)}
    for row in rows:
        title = row["title"].strip()
        yield Example(
            title,
            leaf_of_code(row["cpv_main"], categories),
            "ted",
            part=_part(normal(title), to_set),
            code=row["cpv_main"],
            notice=row["doc_id"],
            language=row["lang"].lower(),
        )


def _of_lines(path: Path, categories: Categories) -> Iterator[Example]:
    from tenring.screening.evaluate import read_lines  # noqa: PLC0415 - it classifies, so it imports this package

    for line in read_lines(path, categories).lines:
        named = sorted(line.true, key=lambda one: (len(categories.ancestors(one)), one))
        if named:
            leaf = leaf_of_category(_one_of(named, categories), categories)
            yield Example(line.text, leaf, "labelled", language=line.language)


#: One title in so many is kept for judging, of the others one notice in so many to set sharpness and threshold.
_JUDGE_OF, _SET_OF = 5, 10


def _part(title: str, to_set: set[str]) -> Part:
    if _share_of(title, _JUDGE_OF):
        return Part.JUDGE
    return Part.SET if title in to_set else Part.FIT


def _share_of(text: str, parts: int) -> bool:
    """Whether a text falls into a part of one in `parts`, the same every time."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % parts == 0


def _rows(path: Path, need: Sequence[str] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with their numbers, empty cells as empty texts."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            if missing := [name for name in need if name not in (reader.fieldnames or ())]:
                raise UnusableInputError(T("has no column {column}", column=missing[0]), where=path)
            for row in reader:
                yield (
                    reader.line_num,
                    {name: value or "" for name, value in row.items() if name and isinstance(value, str | None)},
                )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnusableInputError(T("cannot be read"), where=path, do=str(error)) from error
