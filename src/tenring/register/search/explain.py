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


#: The texts whose words are indexed, and in which texts each kind of way is looked for, those first that say most.
_WORDED = ("brand", "name", "model", "number", "holder")
_WHERE: Mapping[Kind, Sequence[str]] = {
    Kind.NUMBER: ("number",),
    Kind.NUMBER_PREFIX: ("number",),
    Kind.GTIN: ("gtin",),
    Kind.MODEL: ("model",),
    Kind.PATTERN: ("model",),
    Kind.PREFIX: ("model",),
    Kind.WILDCARD: _WORDED,
    Kind.WORD: _WORDED,
    Kind.CHARACTERS: _WORDED,
    Kind.BRAND: ("brand",),
    Kind.SYNONYM: ("category",),
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


#: Kinds whose term stands in a text as it is, so that most texts need not be cut into words.
_WHOLE_WORDS = frozenset({Kind.WORD, Kind.CHARACTERS})


def _covered(text: _Text, pattern: str) -> bool:
    """A `*` at the end covers words of any text, one inside covers models."""
    head = tokens.head(pattern)
    if pattern == head + "*":
        return any(word.startswith(head) for word in text.words)
    return any(tokens.covers(pattern, key) for key in text.keys)


@dataclass(frozen=True)
class Explainer:
    """Explains the hits of one question; many of them share a brand or a category, and so a reason."""

    ways: Sequence[Way]
    _known: dict[tuple[int, str, str], Reason] = field(default_factory=dict)

    def explain(self, card: Card) -> tuple[tuple[Reason, ...], tuple[str, ...]]:
        """The reasons why a licence was found, heaviest first, and those of its models that met what was typed."""
        texts = _texts(card)
        weights: dict[str, float] = {}
        reasons = []
        for number, way in enumerate(self.ways):
            found = _meeting(way, texts, weights)
            if found is not None:
                reasons.append(self._reason(number, way, found))
        reasons.sort(key=lambda reason: -reason.weight)
        return tuple(reasons), _best_models(weights)

    def _reason(self, number: int, way: Way, text: _Text) -> Reason:
        key = (number, text.field, text.text)
        if key not in self._known:
            said, weight = _sentence(way, text), round(way.weight, 3)
            self._known[key] = Reason(way.typed, way.kind, text.field, text.text, weight, way.distance, said)
        return self._known[key]


def _meeting(way: Way, texts: Mapping[str, Sequence[str | None]], weights: dict[str, float]) -> _Text | None:
    """The first text that meets a way; every model that meets it is given its weight."""
    meets, is_whole = _MEETS[way.kind], way.kind in _WHOLE_WORDS
    found = None
    for name in _WHERE[way.kind]:
        if found is not None and name != "model":
            continue
        for printed in texts[name]:
            if not printed or (is_whole and printed.isascii() and way.term not in printed.lower()):
                continue
            if meets(text := _text(name, printed), way):
                found = found or text
                if name == "model":
                    weights[printed] = weights.get(printed, 0.0) + way.weight
    return found


def _texts(card: Card) -> Mapping[str, Sequence[str | None]]:
    """The texts of a licence, by field; what is in them is worked out for those that a way looks at."""
    return {
        "brand": (card.brand,),
        "name": (card.name,),
        "model": card.models,
        "gtin": card.gtins,
        "number": (card.number,),
        "holder": (card.holder,),
        "category": (card.category,),
    }


@lru_cache(maxsize=_KEPT)
def _text(field: str, text: str) -> _Text:
    terms = {*tokens.word_terms(text), *(tokens.brand_terms(text) if field == "brand" else ())}
    return _Text(field, text, frozenset(terms), () if text.isascii() else tokens.runs(text))


def _best_models(weights: Mapping[str, float]) -> tuple[str, ...]:
    """The models that meet most of what was typed, best first."""
    least = max(weights.values(), default=0.0) * _SHARE_OF_BEST
    matched = [model for model, weight in weights.items() if weight >= least]
    return tuple(sorted(matched, key=lambda model: (-weights[model], model)))


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
