"""Brands by all their spellings: `惠普/HP`, `HP Inc.` and `Hewlett Packard` are one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import pyarrow as pa

from tenring.matching.v1.weights import CJK_LEGAL_FORMS, LEGAL_FORMS, SHORTEST_BRAND
from tenring.model.sql import Engine, table_of
from tenring.model.text import is_cjk, model_key, words

_SEVERAL_NAMES = re.compile(r"[/()|,;（）／，、]")
_LEGAL_FORM = re.compile(LEGAL_FORMS)
_CJK_LEGAL_FORM = re.compile(f"^(?:{CJK_LEGAL_FORMS})|(?:{CJK_LEGAL_FORMS})$")
_LONGEST_SPELLING = 3


def brand_keys(brand: str, usual: Mapping[str, str]) -> set[str]:
    """Keys a brand goes by: as written, each of several names, without the legal form, the usual name of a spelling.

    `usual` maps keys of known spellings to the key of the usual name: `DAIKIN Europe N.V.` → daikineuropenv, daikin;
    `惠普/HP` → 惠普hp, hp.
    """
    forms = {model_key(brand)}
    for name in dict.fromkeys((brand, *_SEVERAL_NAMES.split(brand))):
        found = _without_legal_form(name)
        forms.add("".join(found))
        forms.update(_known(found, usual))
        if len({is_cjk(word) for word in found}) > 1:
            forms.update("".join(run) for _, run in groupby(found, key=is_cjk))
    return {usual.get(form, form) for form in forms if len(form) >= SHORTEST_BRAND}


def _without_legal_form(name: str) -> list[str]:
    bare = (_CJK_LEGAL_FORM.sub("", word) if is_cjk(word) else word for word in words(name))
    return [word for word in bare if word and not _LEGAL_FORM.fullmatch(word)]


def _known(found: Sequence[str], usual: Mapping[str, str]) -> set[str]:
    """Known spellings among the words of a name, wherever they stand: `Qingdao Haier Air Conditioner` → haier."""
    runs = (
        "".join(found[start : start + size]) for start in range(len(found)) for size in range(1, _LONGEST_SPELLING + 1)
    )
    return {run for run in runs if run in usual}


def add_brand_forms(engine: Engine, name: str, brands: Iterable[str]) -> None:
    """Make the table `name` (brand, key) of the given brands; reads `brand_alias`."""
    usual = dict(engine.rows("SELECT key, usual FROM brand_alias"))
    rows = [(brand, key) for brand in brands for key in sorted(brand_keys(brand, usual))]
    engine.add(name, table_of([("brand", pa.string()), ("key", pa.string())], rows))
