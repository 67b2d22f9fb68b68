"""Words by which a category is known, in a form in which a phrase can be found in a text by comparing strings.

Canonical form: normal form, words separated by one space, CJK runs as words of their own, English plural -s dropped,
commas and brackets as `|`: `A4打印纸，80g` → `a4 打印纸 | 80g`, `Laptops (13")` → `laptop | 13`.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache

import pyarrow as pa

from tenring.model.text import CJK, LAST_LATIN, is_cjk, words

_BREAK = re.compile(r"[,;:，；：、。()（）\[\]【】\n]|\.\s")
_CJK_SIGN = re.compile(f"[{CJK}]")
_SHORTEST_PLURAL = 4
#: A CJK character says about as much as two and a half Latin letters.
CJK_WEIGHT = 2.5
#: What `worded` makes.
WORDING = pa.schema([("wording", pa.string()), ("text", pa.string())])


def canonical(text: str) -> str:
    """`text` in canonical form."""
    parts = [
        " ".join([_singular(word) if word[-1] == "s" else word for word in words(part)]) for part in _BREAK.split(text)
    ]
    return " | ".join([part for part in parts if part])


def worded(batch: pa.RecordBatch, *, known: str) -> pa.RecordBatch:
    """The wordings of a batch, each with its canonical form, of which only the words that are `known` are told.

    `known`: those words, separated by spaces: one text goes with every batch more quickly than thousands. It stands
    here because a worker process imports this module quickly, and without the catalogue.
    """
    wordings, told = batch.column(0).to_pylist(), _separated(known)
    texts = [telling(canonical(wording), told) for wording in wordings]
    return pa.RecordBatch.from_pydict({"wording": wordings, "text": texts}, schema=WORDING)


@lru_cache(maxsize=4)
def _separated(known: str) -> frozenset[str]:
    return frozenset(known.split(" "))


def telling(text: str, known: AbstractSet[str]) -> str:
    """A canonical text with signs, as many, for words that no phrase has: of those only the length matters.

    Most texts differ in such words alone, in numbers and models, and then say the same. Runs of CJK characters stay:
    a phrase may stand anywhere in them.
    """
    words = [word if word in known or word > LAST_LATIN else "#" * len(word) for word in text.split(" ")]
    # once for every other space, once for the rest
    return " ".join(words).replace("# #", "###").replace("# #", "###")


def _singular(word: str) -> str:
    """An English word that ends in s, without it where that is a plural."""
    return word[:-1] if len(word) >= _SHORTEST_PLURAL and not word.endswith("ss") else word


def opening_of(phrase: str) -> str:
    """What a canonical phrase begins with: its first two characters if CJK, else its first word."""
    return phrase[:2] if is_cjk(phrase) else phrase.split(" ", 1)[0]


def weight_of(phrase: str) -> float:
    """How much a canonical phrase says: its letters, with CJK characters counting more."""
    cjk = len(_CJK_SIGN.findall(phrase))
    return (len(phrase) - cjk) + cjk * CJK_WEIGHT
