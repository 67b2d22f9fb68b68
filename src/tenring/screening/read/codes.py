"""Classification codes: which scheme a column follows, and the form in which its codes are kept.

A code without its scheme is not a code: A02010104 is a desktop computer in the 2013 Chinese catalogue and a server in
that of 2022. The edition of a Chinese column is decided by its codes and names, never guessed: undecided, the scheme
stays empty, with a note, and classification asks the words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from tenring.language import T
from tenring.model.text import normal

CPV, UNSPSC, HS, NAICS = "cpv-2008", "unspsc", "hs-2022", "naics"
CN_2013, CN_2022 = "cn-2013", "cn-2022"
CHINESE = "cn"
"""The Chinese catalogue, edition still to be decided."""

#: Field of a header that names its scheme -> scheme.
SCHEMES = {"code_cpv": CPV, "code_unspsc": UNSPSC, "code_cn": CHINESE, "code_hs": HS, "code_naics": NAICS}

#: Names of schemes as files write them (normal form, contained) -> scheme.
NAMES = {
    "cpv": CPV,
    "common procurement vocabulary": CPV,
    "unspsc": UNSPSC,
    "cn-2013": CN_2013,
    "cn-2022": CN_2022,
    "政府采购品目": CHINESE,
    "品目分类": CHINESE,
    "hs-": HS,
    "harmonized": HS,
    "harmonised": HS,
    "naics": NAICS,
}

_CHINESE = re.compile(r"[ABC]\d{2}(?:\d{2}){0,4}")
_CPV_CHECKED = re.compile(r"(\d{8})-?(\d)")
_PLAIN_CODE = re.compile(r"[^0-9A-Z]+")
LONGEST_2022 = 9
SHARE = 0.9
"""Share of a column's distinct codes that must fit a pattern before the pattern decides."""


@dataclass(frozen=True)
class Editions:
    """For each Chinese edition, codes with the names (normal form) that belong to them, as far as we know them."""

    names: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)

    def fits(self, edition: str, code: str, name: str) -> bool:
        """Whether `name` is one of the names of `code` in `edition`."""
        known = self.names.get(edition, {}).get(code, frozenset())
        return any(one in name or name in one for one in known)


@dataclass(frozen=True)
class SchemeDecision:
    """The scheme of a code column (None: not decided) and on what that rests."""

    scheme: str | None
    evidence: str


@lru_cache(maxsize=4)
def read_editions(catalog: Path) -> Editions:
    """The Chinese codes of our categories with their Chinese names, by edition; empty where there is no catalogue."""
    names: dict[str, dict[str, set[str]]] = {CN_2013: {}, CN_2022: {}}
    for path in sorted((catalog / "categories").glob("*.yml")):
        entry = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        if "codes" not in entry:
            continue
        words = [entry["names"].get("zh", ""), *(entry.get("synonyms") or {}).get("zh", [])]
        for edition, codes in names.items():
            for code in entry["codes"].get(edition) or []:
                codes.setdefault(str(code), set()).update(normal(str(word)) for word in words if word)
    return Editions(
        {edition: {code: frozenset(found) for code, found in codes.items()} for edition, codes in names.items()}
    )


def scheme_named(text: str | None) -> str | None:
    """The scheme a name such as `CPV` or `政府采购品目分类目录` stands for; None if unknown."""
    if not text:
        return None
    folded = normal(text).strip()
    return next((scheme for name, scheme in NAMES.items() if normal(name) in folded), None)


def decide_scheme(
    codes: Sequence[str], *, hint: str | None, pairs: Iterable[tuple[str, str]], editions: Callable[[], Editions]
) -> SchemeDecision:
    """The scheme of a column of distinct `codes`; `hint` is the header's word, `pairs` are distinct (code, name).

    `editions` is asked for Chinese codes only: reading them takes a quarter of a second.
    """
    cleaned = [_upper(code) for code in codes]
    scheme, evidence = hint, T("the header says so")
    if scheme is None:
        scheme, evidence = _by_pattern(cleaned, codes)
    if scheme == CHINESE:
        return decide_edition(cleaned, pairs=pairs, editions=editions())
    return SchemeDecision(scheme, evidence)


def _by_pattern(cleaned: Sequence[str], codes: Sequence[str]) -> tuple[str | None, str]:
    if not cleaned:
        return None, T("no codes")
    if _share(bool(_CHINESE.fullmatch(code)) for code in cleaned) >= SHARE:
        return CHINESE, T("the codes have the form of the Chinese catalogue")
    if _share(_has_cpv_check_digit(code) for code in codes) >= SHARE:
        return CPV, T("the codes have CPV check digits")
    return None, T("neither the header nor the codes name a scheme; give one with --code-scheme")


def _share(marks: Iterable[bool]) -> float:
    found = list(marks)
    return sum(found) / len(found) if found else 0.0


#: Weights of the digits of a CPV code in its check digit, found to hold for the codes of Regulation (EC) No 213/2008.
def _has_cpv_check_digit(code: str) -> bool:
    return re.fullmatch(r"\d{8}-\d", code.strip()) is not None


def decide_edition(codes: Sequence[str], *, pairs: Iterable[tuple[str, str]], editions: Editions) -> SchemeDecision:
    """The edition of a column of Chinese codes, by codes that occur in one edition only and by names that fit one.

    That our catalogue lists all of them in one edition is no proof: it lists a part of each edition.
    """
    only = {CN_2013: [c for c in codes if _only_2013(c)], CN_2022: [c for c in codes if _only_2022(c)]}
    if only[CN_2013] and only[CN_2022]:
        return SchemeDecision(None, T("codes of both editions: {a} and {b}", a=only[CN_2013][0], b=only[CN_2022][0]))
    for edition, found in only.items():
        if found:
            return SchemeDecision(edition, T("codes such as {code} occur in this edition only", code=found[0]))
    note = T(
        "these codes exist in the editions of 2013 and 2022 with different meanings; "
        "give --code-scheme cn-2013 or cn-2022"
    )
    return _by_names(pairs, editions) or SchemeDecision(None, note)


def _only_2013(code: str) -> bool:
    return bool(_CHINESE.fullmatch(code)) and len(code) != LONGEST_2022


def _only_2022(code: str) -> bool:
    return bool(_CHINESE.fullmatch(code)) and len(code) == LONGEST_2022 and code.endswith("00")


def _by_names(pairs: Iterable[tuple[str, str]], editions: Editions) -> SchemeDecision | None:
    fits: dict[str, list[str]] = {CN_2013: [], CN_2022: []}
    for code, name in pairs:
        upper, folded = _upper(code), normal(name).strip()
        marks = [edition for edition in fits if folded and editions.fits(edition, upper, folded)]
        if len(marks) == 1:
            fits[marks[0]].append(f"{upper} {name.strip()}")
    found = [edition for edition, examples in fits.items() if examples]
    if len(found) != 1:
        return None
    return SchemeDecision(found[0], T("codes and names fit this edition only: {example}", example=fits[found[0]][0]))


@dataclass(frozen=True)
class Code:
    """A code as kept, with a note when it was changed in a way worth telling."""

    code: str
    note: str | None = None


def clean_code(text: str, scheme: str | None) -> Code:
    """The form in which a code of `scheme` is kept: CPV as eight digits without check digit, HS to six digits."""
    bare = re.sub(r"\.0$", "", text.strip())
    if scheme == CPV:
        return _clean_cpv(bare)
    if scheme == UNSPSC:
        return _clean_unspsc(bare)
    if scheme == HS:
        return _clean_hs(bare)
    if scheme in (CN_2013, CN_2022, CHINESE):
        return Code(_upper(bare))
    return Code(bare)


_CPV_DIGITS = 8
_HS_DIGITS = 6


def _clean_cpv(text: str) -> Code:
    first = re.split(r"[;,|\s]+", text, maxsplit=1)[0]
    digits = re.sub(r"\D", "", first)
    if "-" in first and len(digits) in (_CPV_DIGITS, _CPV_DIGITS + 1):
        digits = re.sub(r"\D", "", first.split("-")[0])
    if len(digits) == _CPV_DIGITS - 1:
        return Code("0" + digits, T("leading zero of the code restored"))
    if len(digits) == _CPV_DIGITS + 1:
        return Code(digits[:_CPV_DIGITS])
    return Code(digits or text)


def _clean_unspsc(text: str) -> Code:
    match = re.match(r"(\d{8})-\d{1,4}$", text)
    if match:
        return Code(match[1], T("national extension of the code dropped: {code}", code=text))
    digits = re.sub(r"[\s.-]", "", text)
    return Code(digits if digits.isdigit() else text)


def _clean_hs(text: str) -> Code:
    digits = re.sub(r"[\s.-]", "", text)
    return Code(digits[:_HS_DIGITS] if digits.isdigit() else text)


def _upper(code: str) -> str:
    return _PLAIN_CODE.sub("", normal(code).upper())
