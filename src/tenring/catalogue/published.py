"""The published code lists: which codes a classification really has.

The lists are not part of the catalogue; they are read from the folder of real data, below `purchases/codes` and
`facts`, where it exists.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tenring.exceptions import Place, UnusableInputError


@dataclass(frozen=True)
class ListFile:
    """A CSV file with codes of a scheme: its path below the data folder and the columns that hold codes."""

    scheme: str
    path: str
    columns: tuple[str, ...]
    digits: int | None = None
    """Only the first characters count: CPV prints a check digit behind the eighth."""


#: Of the Chinese catalogue of 2013 only a part is at hand; the two procurement lists print more of its codes.
LIST_FILES = (
    ListFile("cpv-2008", "purchases/codes/cpv/cpv_2008_full_en_fr_de_ru_uk.csv", ("cpv",), digits=8),
    ListFile("unspsc", "purchases/codes/unspsc/unspsc_code_labels_en_es_fr_pt_ja_ko_zh.csv", ("code",)),
    ListFile("hs-2022", "purchases/codes/harmonized-system.csv", ("hscode",)),
    ListFile("cn-2022", "purchases/codes/china_2022/catalog_2022_from_pdf_derived.csv", ("code",)),
    ListFile("cn-2013", "purchases/codes/china_2013_partial/catalog_2013_partial.csv", ("code_2013",)),
    ListFile("cn-2013", "facts/cn_envlabel_catalogue_caiku_2019_18.csv", ("item_code", "level1_code")),
    ListFile("cn-2013", "facts/cn_energysaving_catalogue_caiku_2019_19.csv", ("item_code", "level1_code")),
)


def published_codes(data: Path) -> Mapping[str, frozenset[str]]:
    """Scheme -> the codes of its published list, for every list that is in the folder `data`.

    Raises:
        UnusableInputError: a list has not the column in which its codes stand.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for listed in LIST_FILES:
        if (data / listed.path).is_file():
            found[listed.scheme].update(_codes(data / listed.path, listed))
    return {scheme: frozenset(codes) for scheme, codes in found.items()}


def _codes(path: Path, listed: ListFile) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        for column in listed.columns:
            if column not in (rows.fieldnames or ()):
                raise UnusableInputError("the column is missing", where=Place(path, column=column), do="Get it again.")
        for row in rows:
            yield from (row[column][: listed.digits] for column in listed.columns if row[column])
