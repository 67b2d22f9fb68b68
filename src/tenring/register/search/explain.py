"""Why a licence was found: the same ways that the index searched, tried on the texts of the licence itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from tenring.language import N, T
from tenring.model.text import is_cjk, model_key
from tenring.register.search import tokens
from tenring.register.search.answer import Kind, Reason
from tenring.register.search.card import Card
from tenring.register.search.question import Way

#: A model counts as matched when it meets at least this share of what the best model of the licence meets.
_SHARE_OF_BEST = 0.5

#: Brands, holders and categories come again and again; the terms of so many texts are kept.
_KEPT = 20_000

#: Stands for the licence's text in a sentence; nobody can type it.
_VALUE = "\0"


@dataclass(frozen=True)
class _Text:
    """A text of a licence with its words and its CJK runs; what only some ways ask for is worked out when asked."""

    field: str
    text: str
    words: frozenset[str]
    runs: Sequence[str]

    @cached_property
    def brand(self) -> set[str]:
        return tokens.brand_terms(self.text)

    @cached_property
    def keys(self) -> Sequence[str]:
        return list(tokens.keys(self.text)) if self.field == "model" else ()

    @cached_property
    def whole(self) -> str:
        return tokens.whole_key(self.text)

    @cached_property
    def number(self) -> str:
        return model_key(self.text)

    @cached_property
    def patterns(self) -> list[str]:
        return list(tokens.patterns(self.text))


#: The texts whose words are indexed, and in which texts each kind of way is looked for.
_WORDED = frozenset({"brand", "name", "model", "number", "holder"})
_WHERE: Mapping[Kind, frozenset[str]] = {
    Kind.NUMBER: frozenset({"number"}),
    Kind.NUMBER_PREFIX: frozenset({"number"}),
    Kind.GTIN: frozenset({"gtin"}),
    Kind.MODEL: frozenset({"model"}),
    Kind.PATTERN: frozenset({"model"}),
    Kind.PREFIX: frozenset({"model"}),
    Kind.WILDCARD: _WORDED,
    Kind.WORD: _WORDED,
    Kind.CHARACTERS: _WORDED,
    Kind.BRAND: frozenset({"brand"}),
    Kind.SYNONYM: frozenset({"category"}),
}

#: How a text meets each kind of way.
_MEETS: Mapping[Kind, Callable[[_Text, Way], bool]] = {
    Kind.NUMBER: lambda text, way: text.number == way.term,
    Kind.NUMBER_PREFIX: lambda text, way: text.number.startswith(way.term),
    Kind.GTIN: lambda text, way: text.text == way.term,
    Kind.MODEL: lambda text, way: text.whole == way.term,
    Kind.PATTERN: lambda text, way: not way.among.isdisjoint(text.patterns),
    Kind.PREFIX: lambda text, way: any(key.startswith(way.term) for key in text.keys),
    Kind.WILDCARD: lambda text, way: _covered(text, way.term),
    Kind.WORD: lambda text, way: way.term in text.words,
    Kind.CHARACTERS: lambda text, way: way.term in text.words or any(way.term in run for run in text.runs),
    Kind.BRAND: lambda text, way: way.term in text.brand,
    Kind.SYNONYM: lambda text, way: text.text in way.among,
}


def _covered(text: _Text, pattern: str) -> bool:
    """A `*` at the end covers words of any text, one inside covers models."""
    head = tokens.head(pattern)
    if pattern == head + "*":
        return any(word.startswith(head) for word in text.words)
    return any(tokens.covers(pattern, key) for key in text.keys)


@dataclass(frozen=True)
class Explainer:
    """Explains the hits of one question: its ways, and what the sentences about each of them have in common."""

    ways: Sequence[Way]
    _begun: dict[tuple[int, str], str] = field(default_factory=dict)

    def explain(self, card: Card) -> tuple[tuple[Reason, ...], tuple[str, ...]]:
        """The reasons why a licence was found, heaviest first, and those of its models that met what was typed."""
        texts = _texts(card)
        weights: dict[str, float] = {}
        reasons = []
        for number, way in enumerate(self.ways):
            found = self._meeting(way, texts, weights)
            if found is not None:
                reasons.append(self._reason(number, way, found))
        reasons.sort(key=lambda reason: -reason.weight)
        return tuple(reasons), _best_models(weights)

    def _meeting(self, way: Way, texts: Sequence[_Text], weights: dict[str, float]) -> _Text | None:
        """The first text that meets a way; every model that meets it is given its weight."""
        fields, meets = _WHERE[way.kind], _MEETS[way.kind]
        found = None
        for text in texts:
            is_model = text.field == "model"
            if (found is None or is_model) and text.field in fields and meets(text, way):
                found = found or text
                if is_model:
                    weights[text.text] = weights.get(text.text, 0.0) + way.weight
        return found

    def _reason(self, number: int, way: Way, text: _Text) -> Reason:
        said = self._begun.get((number, text.field))
        if said is None:
            said = self._begun[(number, text.field)] = _sentence(way, text.field)
        value = text.text
        weight = round(way.weight, 3)
        return Reason(way.typed, way.kind, text.field, value, weight, way.distance, said.replace(_VALUE, value))


def _texts(card: Card) -> list[_Text]:
    """The texts of a licence, those first in which a match says most."""
    texts = [("brand", card.brand), ("name", card.name), *(("model", model) for model in card.models)]
    texts += [("gtin", gtin) for gtin in card.gtins]
    texts += [("number", card.number), ("holder", card.holder), ("category", card.category)]
    return [_text(field, text) for field, text in texts if text]


@lru_cache(maxsize=_KEPT)
def _text(field: str, text: str) -> _Text:
    terms = {*tokens.word_terms(text), *(tokens.brand_terms(text) if field == "brand" else ())}
    return _Text(field, text, frozenset(terms), () if text.isascii() else tokens.runs(text))


def _best_models(weights: Mapping[str, float]) -> tuple[str, ...]:
    """The models that meet most of what was typed, best first."""
    least = max(weights.values(), default=0.0) * _SHARE_OF_BEST
    matched = [model for model, weight in weights.items() if weight >= least]
    return tuple(sorted(matched, key=lambda model: (-weights[model], model)))


def _sentence(way: Way, field: str) -> str:
    """The reason in words, with `_VALUE` where the licence's text comes."""
    said = T(_SENTENCES[way.kind], typed=_as_searched(way), field=T(_FIELDS[field]), value=_VALUE)
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
