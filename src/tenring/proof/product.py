"""Whether the product in front of you is one that a credential names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tenring.proof.strict import JsonObject


class ProductMatch(StrEnum):
    """How a product compares with those of a credential."""

    MATCH = "match"
    NONE = "none"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class ProductAnswer:
    """The answer, why as a sentence, and which of the credential's names it rests on."""

    answer: ProductMatch
    reason: str
    matched: str | None = None


def product_matches(credential: JsonObject, asked: str) -> ProductAnswer:
    """Whether `asked` (a GTIN, a GS1 Digital Link, or a model with or without its brand) is a product of `credential`."""
    raise NotImplementedError
