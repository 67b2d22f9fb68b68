"""Words by which a category is known, in a form in which a phrase can be found in a text by comparing strings.

Canonical form: normal form, words separated by one space, CJK runs as words of their own, English plural -s dropped,
commas and brackets as `|`: `A4打印纸，80g` → `a4 打印纸 | 80g`, `Laptops (13")` → `laptop | 13`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

import pyarrow as pa

from tenring.model.text import CJK, LAST_LATIN, is_cjk, normal

_BREAK = re.compile(r"[,;:，；：、。()（）\[\]【】\n]|\.\s")
#: What stands for a pause within a text, and for its end, while many texts are one.
_PAUSE, _END = "\x01", "\x02"
_NO_WORD = f"[^0-9a-z{CJK}{_END}]*"
#: A word, the end of a text, or a pause before a further word; the last two with all around them that is no word.
_PIECE = re.compile(f"[0-9a-z]+|[{CJK}]+|(?:{_PAUSE}{_NO_WORD})?{_END}{_NO_WORD}|{_PAUSE}{_NO_WORD}")
_CJK_SIGN = re.compile(f"[{CJK}]")
_SHORTEST_PLURAL = 4
#: A CJK character says about as much as two and a half Latin letters.
CJK_WEIGHT = 2.5
#: What `worded` makes.
WORDING = pa.schema([("wording", pa.string()), ("text", pa.string())])


def canonical(text: str) -> str:
    """`text` in canonical form."""
    return told([text], None)[0]


def told(texts: Sequence[str], known: AbstractSet[str] | None) -> list[str]:
    """Texts in canonical form with signs, as many, for words that no phrase has: of those only the length matters.

    `known`: words of phrases (None: all words are told). Most texts differ in other words alone, in numbers and models,
    and then say the same. Runs of CJK characters stay: a phrase may stand anywhere in them. All texts are worked out as
    one, and each different word once.
    """
    pieces = _PIECE.findall(_END.join(["", *map(normal, _paused(texts)), ""]))
    forms = {piece: _form(piece, known) for piece in set(pieces)}
    whole = " ".join(map(forms.__getitem__, pieces))
    if known is not None:  # once for every other space between unknown words, once for the rest
        whole = whole.replace("# #", "###").replace("# #", "###")
    return [text.strip(" ") for text in whole.split(_END)[1:-1]]


def worded(batch: pa.RecordBatch, *, known: str) -> pa.RecordBatch:
    """The wordings of a batch, each as it is `told`.

    `known`: the known words, separated by spaces: one text goes with every batch more quickly than thousands. It stands
    here because a worker process imports this module quickly, and without the catalogue.
    """
    texts = told(batch.column(0).to_pylist(), _separated(known))
    return pa.RecordBatch.from_arrays([batch.column(0), pa.array(texts, pa.string())], schema=WORDING)


@lru_cache(maxsize=4)
def _separated(known: str) -> frozenset[str]:
    return frozenset(known.split(" "))


def _paused(texts: Sequence[str]) -> list[str]:
    """The texts with the sign of a pause for commas, brackets and the like."""
    whole = _END.join(texts)
    if _PAUSE in whole or whole.count(_END) >= len(texts):
        whole = _END.join(text.replace(_PAUSE, " ").replace(_END, " ") for text in texts)
    return _BREAK.sub(_PAUSE, whole).split(_END) if texts else []


def _form(piece: str, known: AbstractSet[str] | None) -> str:
    """A piece of a text in canonical form; `known` as for `told`."""
    if _END in piece:
        return _END
    word = "|" if piece[0] == _PAUSE else piece
    if word[-1] == "s":
        word = _singular(word)
    return word if known is None or word in known or word > LAST_LATIN else "#" * len(word)


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
