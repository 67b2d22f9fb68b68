"""Models with wildcards, as registers print them, for matching and for search alike.

`*` stands for any characters, `#` for any one; `(P,E,T)` for one of these, `R/L` at the end of a word for either or
both: `ARD1033F*14R/L`. Source: the models printed in the registers of ENERGY STAR and GEMS.
"""

from __future__ import annotations

import re

#: A model with more variants than this is taken as printed: its alternatives are not spelled out.
MOST_VARIANTS = 64

_WILDCARD = re.compile(r"[*#]")
_ALTERNATIVES = re.compile(r"\(([^()]*,[^()]*)\)")
_EITHER_LETTER = re.compile(r"(?<=[0-9A-Za-z*#])([A-Za-z])/([A-Za-z])(?![0-9A-Za-z])")


def has_wildcard(model: str) -> bool:
    """Whether `*` or `#` stands in a model."""
    return bool(_WILDCARD.search(model))


def variants(model: str) -> tuple[str, ...]:
    """`model` with its alternatives spelled out: `HB018H/V*` → HB018H*, HB018V*, HB018HV*."""
    spelled = _spelled_out(model)
    return tuple(dict.fromkeys(spelled)) if len(spelled) <= MOST_VARIANTS else (model,)


def _spelled_out(model: str) -> list[str]:
    for pattern, choices in ((_ALTERNATIVES, _listed), (_EITHER_LETTER, _either)):
        if found := pattern.search(model):
            before, after = model[: found.start()], model[found.end() :]
            rest = _spelled_out(after)
            return [before + choice + tail for choice in choices(found) for tail in rest][: MOST_VARIANTS + 1]
    return [model]


def _listed(found: re.Match[str]) -> list[str]:
    return [choice.strip() for choice in found.group(1).split(",")]


def _either(found: re.Match[str]) -> list[str]:
    first, second = found.groups()
    return [first, second, first + second]
