"""Why a licence was found: the same ways that the index searched, tried on the texts of the licence itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tenring.language import N, T
from tenring.model.text import is_cjk, model_key
from tenring.register.search import tokens
from tenring.register.search.answer import Kind, Reason
from tenring.register.search.card import Card
from tenring.register.search.question import Way

#: A model counts as matched when it meets at least this share of what the best model of the licence meets.
_SHARE_OF_BEST = 0.5


@dataclass(frozen=True)
class _Text:
    """A text of a licence and its terms, each worked out once, when first asked for."""

    field: str
    text: str

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(tokens.word_terms(self.text))

    @cached_property
    def runs(self) -> list[str]:
        return [] if self.text.isascii() else tokens.runs(self.text)

    @cached_property
    def brand(self) -> set[str]:
        return tokens.brand_terms(self.text) if self.field == "brand" else set()

    @cached_property
    def keys(self) -> list[str]:
        return list(tokens.keys(self.text)) if self.field == "model" else []

    @cached_property
    def whole(self) -> str:
        return tokens.whole_key(self.text) if self.field == "model" else ""

    @cached_property
    def number(self) -> str:
        return model_key(self.text) if self.field == "number" else ""

    @cached_property
    def patterns(self) -> list[str]:
        return list(tokens.patterns(self.text)) if self.field == "model" else []

    def meets(self, way: Way) -> bool:
        """Whether this text is one that the index finds by this way."""
        return _MEETS[way.kind](self, way)


#: How a text meets each kind of way.
_MEETS: Mapping[Kind, Callable[[_Text, Way], bool]] = {
    Kind.NUMBER: lambda text, way: text.number == way.term,
    Kind.NUMBER_PREFIX: lambda text, way: text.number.startswith(way.term),
    Kind.GTIN: lambda text, way: text.field == "gtin" and text.text == way.term,
    Kind.MODEL: lambda text, way: text.whole == way.term,
    Kind.PATTERN: lambda text, way: not way.among.isdisjoint(text.patterns),
    Kind.PREFIX: lambda text, way: any(key.startswith(way.term) for key in text.keys),
    Kind.WILDCARD: lambda text, way: _covered(text, way.term),
    Kind.WORD: lambda text, way: way.term in text.words or way.term in text.brand,
    Kind.CHARACTERS: lambda text, way: way.term in text.words or any(way.term in run for run in text.runs),
    Kind.BRAND: lambda text, way: way.term in text.brand,
    Kind.SYNONYM: lambda text, way: text.field == "category" and text.text in way.among,
}


def _covered(text: _Text, pattern: str) -> bool:
    """A `*` at the end covers words of any text, one inside covers models."""
    regex = re.compile(tokens.as_regex(pattern))
    terms = text.words if pattern == tokens.head(pattern) + "*" else text.keys
    return any(regex.fullmatch(term) for term in terms)


def explain(card: Card, ways: Sequence[Way]) -> tuple[tuple[Reason, ...], tuple[str, ...]]:
    """The reasons why a licence was found, heaviest first, and those of its models that met what was typed."""
    texts = list(_texts(card))
    reasons = (_reason(way, text) for way in ways if (text := next((t for t in texts if t.meets(way)), None)))
    return tuple(sorted(reasons, key=lambda reason: -reason.weight)), _models(texts, ways)


def _texts(card: Card) -> Iterator[_Text]:
    """The texts of a licence, those first in which a match says most."""
    models = (("model", model) for model in card.models)
    gtins = (("gtin", gtin) for gtin in card.gtins)
    first = (("brand", card.brand), ("name", card.name))
    rest = (("number", card.number), ("holder", card.holder), ("category", card.category))
    return (_Text(field, text) for field, text in (*first, *models, *gtins, *rest) if text)


def _models(texts: Sequence[_Text], ways: Sequence[Way]) -> tuple[str, ...]:
    """The models that meet most of what was typed, best first."""
    models = [text for text in texts if text.field == "model"]
    weights = {model.text: sum(way.weight for way in ways if model.meets(way)) for model in models}
    least = max(weights.values(), default=0.0) * _SHARE_OF_BEST
    matched = [model for model, weight in weights.items() if weight and weight >= least]
    return tuple(sorted(matched, key=lambda model: (-weights[model], model)))


def _reason(way: Way, text: _Text) -> Reason:
    said = _sentence(way, text)
    return Reason(way.typed, way.kind, text.field, text.text, round(way.weight, 3), way.distance, said)


def _sentence(way: Way, text: _Text) -> str:
    said = T(_SENTENCES[way.kind], typed=_as_searched(way), field=T(_FIELDS[text.field]), value=text.text)
    if not way.distance:
        return said
    return T("{said} (typed “{typed}”; letters corrected: {count})", said=said, typed=way.typed, count=way.distance)


def _as_searched(way: Way) -> str:
    keeps_form = way.kind in {Kind.WORD, Kind.CHARACTERS, Kind.BRAND, Kind.SYNONYM} and is_cjk(way.term)
    return way.term if way.distance or keeps_form else way.typed


_SENTENCES = {
    Kind.NUMBER: N("the licence number {value} was typed in full"),
    Kind.NUMBER_PREFIX: N("“{typed}” begins the licence number {value}"),
    Kind.GTIN: N("the GTIN {value} was typed in full"),
    Kind.MODEL: N("“{typed}” is the model {value}"),
    Kind.PATTERN: N("“{typed}” is one of the models {value} of the register"),
    Kind.PREFIX: N("“{typed}” begins the model {value}"),
    Kind.WILDCARD: N("“{typed}” covers the {field} {value}"),
    Kind.WORD: N("“{typed}” is a word of the {field} {value}"),
    Kind.CHARACTERS: N("“{typed}” stands in the {field} {value}"),
    Kind.BRAND: N("“{typed}” is in the brand {value}"),
    Kind.SYNONYM: N("“{typed}” names the category {value}"),
}

_FIELDS = {
    "number": N("licence number"),
    "gtin": N("GTIN"),
    "model": N("model"),
    "brand": N("brand"),
    "name": N("name"),
    "holder": N("holder"),
    "category": N("category"),
}
